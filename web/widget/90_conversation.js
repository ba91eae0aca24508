// The conversation itself: sends a turn, shows what comes back, and never leaves a question without a reply.

const STARTERS = ["starter_1", "starter_2", "starter_3", "starter_4"];

/**
 * Return `{element, focus(), restart()}`: introduction, messages and composer. `openSource(citation, opener)`
 * shows a source; `language` is sent with each turn.
 */
function createConversation({ api, session, strings, language, openSource }) {
  const log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": strings.say("messages") });
  const typing = el("div", { class: "typing", "aria-hidden": "true", hidden: true }, el("i"), el("i"), el("i"));
  const status = el("p", { class: "hidden", role: "status" });
  const starters = starterChips(strings, (text) => does.press({ title: text, payload: text }));
  const scroller = el("div", { class: "scroller", tabindex: "0", role: "group", "aria-label": strings.say("conversation") },
    el("div", { class: "column" }, introduction(strings), starters, log, typing));
  const composer = createComposer(strings, (text) => ask({ role: "user", title: text, message: text }));
  const does = {
    press: (button) => { if (ask({ role: "user", title: String(button.title), message: String(button.payload) })) afterPress(); },
    openSource,
  };
  let pending = null;

  /** Begin a turn; false when one is still under way. */
  function ask(entry) {
    if (pending) {
      status.textContent = strings.say("still_thinking");
      return false;
    }
    const named = { ...entry, event: newEvent() };
    session.add(named);
    show(named);
    takeTurn(named);
    return true;
  }

  async function takeTurn(question) {
    pending = new AbortController();
    const own = pending;
    wait(true);
    const result = await api.chat(turnOf(question), own.signal);
    if (pending !== own) return; // a new conversation was begun meanwhile
    pending = null;
    wait(false);
    conclude(result, question);
  }

  function turnOf({ message, event }) {
    return { message, ...(event ? { event } : {}), ...(session.conversation ? { conversation: session.conversation } : {}), language };
  }

  function conclude(result, question) {
    if (result.ok && result.body.conversation) session.remember(result.body.conversation);
    const entry = result.ok
      ? { role: "adviser", replies: result.body.replies, forgotten: Boolean(result.forgotten) }
      : { role: "problem", reason: result.reason, detail: result.detail, retry: result.retry, question };
    session.add(entry);
    show(entry);
  }

  function show(entry) {
    starters.hidden = true;
    log.append(elementOf(entry));
    scrollToTurn(scroller, log);
  }

  function elementOf(entry) {
    if (entry.role === "user") return userEntry(entry, strings);
    if (entry.role === "problem") return problemElement(entry);
    return adviserEntry(entry, strings, does);
  }

  function problemElement(entry) {
    const element = problemEntry(entry, strings, () => {
      if (pending) return;
      session.drop(entry);
      composer.focus();
      element.remove();
      takeTurn(entry.question);
    });
    return element;
  }

  function wait(waiting) {
    typing.hidden = !waiting;
    status.textContent = waiting ? strings.say("thinking") : "";
    if (waiting) scroller.scrollTop = scroller.scrollHeight;
  }

  /** The pressed button goes away with its turn: the focus moves to the field, without calling up a touch keyboard. */
  function afterPress() {
    if (matchMedia("(pointer: coarse)").matches) scroller.focus({ preventScroll: true });
    else composer.focus();
  }

  function restart() {
    pending?.abort();
    pending = null;
    session.clear();
    wait(false);
    log.replaceChildren();
    starters.hidden = false;
    status.textContent = strings.say("new_conversation_done");
    scroller.scrollTop = 0;
    composer.focus();
  }

  const last = session.entries.at(-1);
  if (last?.role === "user") session.add({ role: "problem", reason: "interrupted", detail: null, retry: true, question: last });
  log.append(...session.entries.map(elementOf));
  starters.hidden = session.entries.length > 0;
  const element = el("div", { class: "conversation" }, scroller, status, composer.element);
  return { element, restart, focus: composer.focus, showLatest: () => scrollToTurn(scroller, log) };
}

/** Says who is talking before anything is answered. It cannot be put away. */
function introduction(strings) {
  return el("div", { class: "introduction" },
    el("p", { class: "greeting" }, strings.say("greeting")),
    el("div", { class: "notice" }, emblem(),
      el("p", {}, el("strong", {}, `${strings.say("notice_title")}.`), ` ${strings.say("notice")}`)));
}

function starterChips(strings, press) {
  const chips = STARTERS.map((key) => strings.say(key)).map((text) => el("li", {},
    el("button", { type: "button", class: "chip starter", on: { click: () => press(text) } }, el("span", {}, text), icon("arrow"))));
  return el("div", { class: "starters" },
    el("p", { class: "label" }, strings.say("starters")),
    el("ul", { "aria-label": strings.say("starters") }, ...chips));
}

/** Bring the last question to the top, so that a long answer is read from its beginning. */
function scrollToTurn(scroller, log) {
  const questions = log.querySelectorAll(":scope > .user");
  const question = questions[questions.length - 1];
  if (question) scroller.scrollTo({ top: question.offsetTop - 12 });
}
