// Reads the script tag's own attributes and puts the chat into the page, once.
//
//   data-mode="page"     the chat is the page (default: a floating button)
//   data-language="en"   instead of the page's own language
//   data-theme="dark"    instead of what the reader's system prefers
//   data-deadline="25"   seconds a turn may take
//
// Colours: set --adviser-accent and --adviser-accent-dark on the page.

const HOST = "adviser-chat";
const DEADLINE_SECONDS = 25;

const script = document.currentScript;
if (script && !document.querySelector(HOST)) whenReady(() => mount(script.dataset, new URL(".", script.src).href));

function whenReady(act) {
  if (document.body) act();
  else document.addEventListener("DOMContentLoaded", act, { once: true });
}

function mount(settings, base) {
  const language = settings.language || document.documentElement.lang || navigator.language;
  const strings = createStrings(language);
  const api = createApi(base, 1000 * (Number(settings.deadline) || DEADLINE_SECONDS));
  const sources = createSourcePanel(api, strings);
  const conversation = createConversation({
    api, strings, session: createSession(`adviser:${base}`), language: primaryLanguage(language), openSource: sources.open });
  const frame = (settings.mode === "page" ? pageFrame : floatingFrame)({ conversation, sources }, strings);
  const host = el(HOST, { "data-theme": settings.theme ?? null });
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [styleSheet()];
  root.append(frame.element);
  document.body.append(host);
  frame.start();
}

/** A constructed sheet works where the page's policy forbids inline styles. */
function styleSheet() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(WIDGET_CSS);
  return sheet;
}
