// The source of a citation: the cited words at once, then the whole passage with those words marked.

/**
 * Return `{element, open(citation, opener)}`. The panel is a modal dialog: the browser keeps the focus inside,
 * Escape closes it, and the focus goes back to the mark it was opened from.
 */
function createSourcePanel(api, strings) {
  const body = el("div", { class: "source-body" });
  const heading = el("p", { class: "label", id: "source-number" });
  const title = el("h2", { id: "source-title" });
  const close = el("button", { type: "button", class: "icon-button", "aria-label": strings.say("close_source") }, icon("close"));
  const element = el("dialog", { class: "source-panel", "aria-labelledby": "source-number source-title" },
    el("div", { class: "source-head" }, el("div", {}, heading, title), close), body);
  let opener = null;
  let shown = null;

  close.addEventListener("click", () => element.close());
  element.addEventListener("click", (event) => { if (event.target === element) element.close(); });
  element.addEventListener("close", () => { shown = null; opener?.focus(); });

  return {
    element,
    async open(citation, from) {
      opener = from;
      shown = citation;
      heading.textContent = citation.number ? strings.say("source_panel", { number: citation.number }) : strings.say("nearest_panel");
      title.textContent = citation.title;
      body.replaceChildren(...citedWords(citation, strings), loading(strings), ...whereabouts(citation, strings));
      element.showModal();
      const result = await api.passage(citation.passage);
      if (shown === citation) fill(body, citation, result, strings);
    },
  };
}

function loading(strings) {
  return el("p", { class: "quiet", role: "status" }, strings.say("loading_passage"));
}

function fill(body, citation, result, strings) {
  if (!result.ok) {
    const words = result.detail || strings.say("passage_failed");
    body.replaceChildren(...citedWords(citation, strings), el("p", { class: "quiet", role: "status" }, words),
      ...whereabouts(citation, strings));
    return;
  }
  const passage = { ...citation, ...result.body };
  const text = passageText(passage, citation, strings);
  const marked = text.querySelector("mark");
  body.replaceChildren(...(marked ? [] : citedWords(citation, strings)), text,
    ...passageLinks(passage, strings), ...whereabouts(passage, strings));
  marked?.scrollIntoView({ block: "nearest" });
}

function citedWords(citation, strings) {
  if (!citation.quote) return [];
  return [el("p", { class: "label" }, strings.say("cited_words")),
    el("blockquote", { class: "quote", lang: citation.language }, String(citation.quote))];
}

/** The passage line by line, so that its list items hang, with the cited words marked across lines. */
function passageText(passage, citation, strings) {
  const text = String(passage.text ?? "");
  const quote = String(citation.quote ?? "");
  const start = quote ? text.indexOf(quote) : -1;
  const range = start < 0 ? null : { start, end: start + quote.length };
  let offset = 0;
  const lines = text.split("\n").map((line) => {
    const element = passageLine(line, offset, range, strings);
    offset += line.length + 1;
    return element;
  });
  return el("div", { class: "passage", lang: passage.language },
    el("p", { class: "label", lang: strings.language }, strings.say(range ? "passage" : "passage_plain")), ...lines);
}

function passageLine(line, offset, range, strings) {
  const item = /^\s*(?:[-*•]|\d{1,3}[.)])\s/.test(line);
  const parts = range ? markedParts(line, offset, range, strings) : [line];
  return el("p", { class: item ? "item" : null }, ...parts);
}

function markedParts(line, offset, range, strings) {
  const from = Math.max(0, range.start - offset);
  const to = Math.min(line.length, range.end - offset);
  if (from >= to) return [line];
  return [
    line.slice(0, from),
    range.start >= offset ? spoken("quote_starts", strings) : null,
    el("mark", {}, line.slice(from, to)),
    range.end <= offset + line.length ? spoken("quote_ends", strings) : null,
    line.slice(to),
  ];
}

/** Browsers do not tell screen readers about marked text, so its ends are said in words. */
function spoken(key, strings) {
  return el("span", { class: "hidden", lang: strings.language }, ` ${strings.say(key)} `);
}

function passageLinks(passage, strings) {
  const links = records(passage.links).filter((link) => safeAddress(link.url));
  if (!links.length) return [];
  const items = links.map((link) => el("li", {}, outsideLink(link.url, strings, [String(link.text || link.url)])));
  return [el("p", { class: "label" }, strings.say("links")), el("ul", { class: "links" }, ...items)];
}

function whereabouts(source, strings) {
  const facts = [
    ["section", sectionPath(source).join(" › ")],
    ["page_label", source.page ? String(source.page) : ""],
    ["reference", String(source.reference ?? "")],
    ["read_at", source.read_at ? strings.date(source.read_at) : ""],
    ["valid_until", source.valid_until ? validity(source.valid_until, strings) : ""],
  ].filter(([, value]) => value);
  const rows = facts.flatMap(([key, value]) => [el("dt", {}, strings.say(key)), el("dd", {}, value)]);
  return [el("dl", { class: "facts" }, ...rows), original(source, strings)];
}

function validity(iso, strings) {
  const date = strings.date(iso);
  return hasPassed(iso) ? strings.say("expired", { date }) : date;
}

function original(source, strings) {
  const address = addressOfPage(source.url, source.page);
  if (!address) return el("p", { class: "quiet" }, strings.say("no_original"));
  return el("p", {}, outsideLink(address, strings, [strings.say("open_original"), icon("external")], "original"));
}
