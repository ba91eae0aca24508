// Where the reader writes. Enter sends, Shift and Enter begin a new line, and an overlong message stays here.

const LONGEST_MESSAGE = 4000;
const COUNT_FROM = 3500;

/**
 * Return `{element, focus()}`. `send(text)` is called with the trimmed text and says by its return value
 * whether it took it; only then the field is emptied.
 */
function createComposer(strings, send) {
  const input = el("textarea", { id: "message", rows: "1", placeholder: strings.say("input_placeholder"),
    "aria-describedby": "hint counter", autocomplete: "off", enterkeyhint: "send" });
  const counter = el("p", { id: "counter", class: "counter", role: "status" });
  const button = el("button", { type: "submit", class: "send", "aria-label": strings.say("send") }, icon("send"));
  const element = el("form", { class: "composer" },
    el("label", { for: "message", class: "hidden" }, strings.say("input_label")),
    el("div", { class: "field" }, input, button),
    el("div", { class: "below" },
      el("p", { id: "hint", class: "hint" }, strings.say("input_hint")), counter));

  const submit = () => {
    const text = input.value.trim();
    if (!text || lengthOf(text) > LONGEST_MESSAGE || !send(text)) return;
    input.value = "";
    show();
  };
  const show = () => { showLength(input, counter, strings); fitHeight(input); };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  element.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  return { element, focus: () => input.focus({ preventScroll: true }) };
}

/** Characters as the server counts them, not as UTF-16 units. */
function lengthOf(text) {
  return [...text].length;
}

function showLength(input, counter, strings) {
  const length = lengthOf(input.value.trim());
  const over = length - LONGEST_MESSAGE;
  const limit = strings.number(LONGEST_MESSAGE);
  input.toggleAttribute("aria-invalid", false);
  if (over > 0) input.setAttribute("aria-invalid", "true");
  counter.classList.toggle("over", over > 0);
  if (over > 0) counter.textContent = strings.say("too_long", { over: strings.number(over), limit });
  else counter.textContent = length >= COUNT_FROM ? strings.say("counter", { count: strings.number(length), limit }) : "";
}

/** Grow with the text; the style sheet sets the limit. */
function fitHeight(input) {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
}
