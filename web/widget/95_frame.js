// Where the chat lives: as the whole page, or as a panel that a floating button opens on any site.

const PHONE = "(max-width: 480px)";

/** The chat as the page itself. */
function pageFrame(parts, strings) {
  const brand = el("h1", { class: "brand" }, emblem(), el("span", {}, strings.say("name")));
  const frame = el("div", { class: "frame page", lang: strings.language },
    header(brand, parts, strings),
    el("main", { class: "body" }, parts.conversation.element),
    parts.sources.element);
  return { element: frame, start: () => parts.conversation.showLatest() };
}

/** The launcher and the panel it opens. Escape closes the panel and gives the focus back to the launcher. */
function floatingFrame(parts, strings) {
  const brand = el("h2", { class: "brand", id: "panel-name" }, emblem(), el("span", {}, strings.say("name")));
  const close = el("button", { type: "button", class: "icon-button", "aria-label": strings.say("close") }, icon("close"));
  const panel = el("dialog", { class: "panel", id: "panel", "aria-labelledby": "panel-name" },
    header(brand, parts, strings, close),
    el("div", { class: "body" }, parts.conversation.element));
  const launcher = el("button", { type: "button", class: "launcher", "aria-label": strings.say("open"), "aria-expanded": "false",
    "aria-haspopup": "dialog" }, emblem(), el("span", { class: "launch-words" }, strings.say("launch")));
  launcher.addEventListener("click", () => openPanel(panel, launcher, parts));
  close.addEventListener("click", () => panel.close());
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); panel.close(); } });
  panel.addEventListener("close", () => { launcher.hidden = false; launcher.setAttribute("aria-expanded", "false"); launcher.focus(); });
  const frame = el("div", { class: "frame floating", lang: strings.language }, launcher, panel, parts.sources.element);
  return { element: frame, start: () => {} };
}

/** On a phone the panel covers the page, so nothing behind it may take the focus. */
function openPanel(panel, launcher, parts) {
  if (matchMedia(PHONE).matches) panel.showModal();
  else panel.show();
  launcher.setAttribute("aria-expanded", "true");
  launcher.hidden = true;
  parts.conversation.showLatest();
  parts.conversation.focus();
}

function header(brand, parts, strings, close = null) {
  const fresh = el("button", { type: "button", class: "fresh", on: { click: () => parts.conversation.restart() } },
    icon("fresh"), el("span", {}, strings.say("new_conversation")));
  return el("header", { class: "top" },
    el("div", { class: "names" }, brand, el("p", { class: "tag" }, strings.say("tag"))),
    el("div", { class: "tools" }, fresh, close));
}
