// The parts of a reply below and within its words: status, citation marks, sources, next actions, quick replies.

const STATUS_ICONS = {
  partial: "partial", needs_detail: "question", nothing_found: "nothing",
  out_of_scope: "arrow", withheld: "warning", failed: "warning",
};

/** Says in words and with a sign, never by colour alone, how far the reply goes. */
function statusLine(status, words) {
  return el("p", { class: "status" }, icon(STATUS_ICONS[status] ?? "warning"), words);
}

/** The mark [1] as a button that opens its source; null when the reply has no such citation. */
function citationMark(number, reply, strings, does) {
  const citation = reply.citations.find((one) => one.number === number);
  if (!citation) return null;
  const mark = el("button", { type: "button", class: "mark", "aria-haspopup": "dialog",
    "aria-label": strings.say("source_mark", { number, title: citation.title }) }, String(number));
  mark.addEventListener("click", () => does.openSource(citation, mark));
  return mark;
}

/** What an answer stands on, or (without numbers and quotes) what came nearest to a question it could not answer. */
function sourceList(label, sources, strings, does) {
  if (!sources.length) return null;
  const rows = sources.map((source) => el("li", {}, sourceRow(source, strings, does)));
  return el("div", { class: "sources" },
    el("p", { class: "label" }, strings.say(label)),
    el("ul", { "aria-label": strings.say(label) }, ...rows));
}

function sourceRow(citation, strings, does) {
  const row = el("button", { type: "button", class: "source", "aria-haspopup": "dialog" },
    citation.number ? el("span", { class: "number" }, String(citation.number)) : null,
    el("span", { class: "name" },
      el("span", { class: "title" }, String(citation.title)),
      el("span", { class: "place" }, placeOf(citation, strings))));
  row.addEventListener("click", () => does.openSource(citation, row));
  return row;
}

/** Where in the document: the innermost section and the page, as far as the source has them. */
function placeOf(citation, strings) {
  const section = sectionPath(citation).at(-1);
  const page = citation.page ? strings.say("page", { page: citation.page }) : null;
  return [section, page].filter(Boolean).join(" · ");
}

function sectionPath(source) {
  return Array.isArray(source.section) ? source.section.map(String) : [];
}

function nextActions(reply, strings, context) {
  if (!reply.next_actions.length) return null;
  const cards = reply.next_actions.map((action) => el("li", { class: "card" },
    el("p", { class: "title" }, String(action.title ?? "")),
    action.why ? el("p", { class: "why" }, ...inlineNodes(String(action.why), context)) : null,
    actionMarks(action, context)));
  return el("div", { class: "actions" },
    el("p", { class: "label" }, strings.say("next_actions")),
    el("ul", { "aria-label": strings.say("next_actions") }, ...cards));
}

function actionMarks(action, context) {
  const numbers = Array.isArray(action.citations) ? action.citations : [];
  const marks = numbers.map((number) => context.citation(number)).filter(Boolean);
  return marks.length ? el("p", { class: "marks" }, ...marks) : null;
}

function quickReplies(reply, strings, does) {
  if (!reply.buttons.length) return null;
  const chips = reply.buttons.map((button) => el("li", {},
    el("button", { type: "button", class: "chip", on: { click: () => does.press(button) } }, String(button.title))));
  return el("ul", { class: "chips", "aria-label": strings.say("quick_replies") }, ...chips);
}
