// Markdown's blocks: paragraphs, headings, nested lists, quotes, tables, code and rules, as DOM nodes.

const BULLET = /^(\s*)([-*+]|(\d{1,9})[.)])\s+(.*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const FENCE = /^ {0,3}(```|~~~)/;
const TABLE_LINE = /^\s*\|?(?:\s*:?-+:?\s*\|)+\s*:?-*:?\s*$/;
const DEEPEST_BLOCK = 6;

/** Turn Markdown into block nodes; `context` as for `inlineNodes`. */
function markdownNodes(text, context, depth = 0) {
  const reader = { lines: String(text).replace(/\r\n?/g, "\n").split("\n"), at: 0 };
  const nodes = [];
  while (reader.at < reader.lines.length) {
    const line = reader.lines[reader.at];
    if (!line.trim()) reader.at += 1;
    else nodes.push(nextBlock(line, reader, context, depth));
  }
  return nodes;
}

function nextBlock(line, reader, context, depth) {
  if (FENCE.test(line)) return codeBlock(reader);
  if (HEADING.test(line)) return heading(reader, context);
  if (RULE.test(line)) return rule(reader);
  if (depth < DEEPEST_BLOCK && QUOTE.test(line)) return quoteBlock(reader, context, depth);
  if (depth < DEEPEST_BLOCK && BULLET.test(line)) return list(reader, context, depth);
  if (startsTable(reader)) return table(reader, context);
  return paragraph(reader, context, depth);
}

function codeBlock(reader) {
  const fence = FENCE.exec(reader.lines[reader.at])[1];
  const lines = takeWhile(reader, (line, index) => index === 0 || !line.trim().startsWith(fence));
  reader.at += 1;
  return el("pre", { tabindex: "0" }, el("code", {}, lines.slice(1).join("\n")));
}

/** A reply's headings stand below the page's own, so they are shown as headings without entering its outline. */
function heading(reader, context) {
  const [, , words] = HEADING.exec(reader.lines[reader.at]);
  reader.at += 1;
  return el("p", { class: "heading" }, el("strong", {}, ...inlineNodes(words, context)));
}

function rule(reader) {
  reader.at += 1;
  return el("hr");
}

function quoteBlock(reader, context, depth) {
  const lines = takeWhile(reader, (line) => QUOTE.test(line)).map((line) => QUOTE.exec(line)[1]);
  return el("blockquote", {}, ...markdownNodes(lines.join("\n"), context, depth + 1));
}

function list(reader, context, depth) {
  const [, indent, , number] = BULLET.exec(reader.lines[reader.at]);
  const ordered = number !== undefined;
  const items = [];
  while (continuesList(reader, indent.length, ordered)) items.push(listItem(reader, context, depth, indent.length));
  return ordered ? el("ol", { start: number === "1" ? null : number }, ...items) : el("ul", {}, ...items);
}

function continuesList(reader, indent, ordered) {
  skipBlankBeforeItem(reader);
  const match = reader.at < reader.lines.length ? BULLET.exec(reader.lines[reader.at]) : null;
  if (!match || RULE.test(reader.lines[reader.at])) return false;
  return match[1].length <= indent + 1 && match[1].length >= indent && (match[3] !== undefined) === ordered;
}

function skipBlankBeforeItem(reader) {
  let next = reader.at;
  while (next < reader.lines.length && !reader.lines[next].trim()) next += 1;
  if (next < reader.lines.length && BULLET.test(reader.lines[next])) reader.at = next;
}

/** An item takes its own line and every following line indented deeper, or running on without a blank line. */
function listItem(reader, context, depth, indent) {
  const first = BULLET.exec(reader.lines[reader.at])[4];
  reader.at += 1;
  const inside = takeWhile(reader, (line, index) => belongsToItem(reader, line, indent, index));
  const lines = [first, ...inside.map((line) => line.replace(/^\s{1,4}/, ""))];
  const blocks = markdownNodes(lines.join("\n"), context, depth + 1);
  const tight = blocks.length > 0 && blocks[0].tagName === "P" && !blocks[0].className;
  return el("li", {}, ...(tight ? blocks[0].childNodes : blocks.slice(0, 1)), ...blocks.slice(1));
}

function belongsToItem(reader, line, indent) {
  const deeper = /^\s*/.exec(line)[0].length > indent + 1;
  if (line.trim()) return deeper || (!startsBlock(line) && reader.lines[reader.at - 1].trim() !== "");
  const next = reader.lines[reader.at + 1] ?? "";
  return next.trim() !== "" && /^\s*/.exec(next)[0].length > indent + 1;
}

function paragraph(reader, context, depth) {
  const lines = takeWhile(reader, (line, index) => index === 0 || (line.trim() && !interrupts(line, depth)));
  const text = lines.map((line) => line.replace(/^\s+/, "")).join("\n").replace(/\s+$/, "");
  return el("p", {}, ...inlineNodes(text, context));
}

/** A number other than 1 at the start of a line may be a year; it begins a list only after a blank line. */
function interrupts(line, depth) {
  const bullet = BULLET.exec(line);
  if (bullet) return depth < DEEPEST_BLOCK && (bullet[3] === undefined || bullet[3] === "1");
  return startsBlock(line);
}

function startsBlock(line) {
  return [BULLET, HEADING, RULE, QUOTE, FENCE].some((pattern) => pattern.test(line));
}

function startsTable(reader) {
  const [head, line = ""] = reader.lines.slice(reader.at, reader.at + 2);
  return head.includes("|") && line.length < 500 && TABLE_LINE.test(line);
}

function table(reader, context) {
  const [head, , ...rows] = takeWhile(reader, (line) => line.includes("|")).map(cells);
  const row = (tag, texts) => el("tr", {}, ...texts.map((text) => el(tag, {}, ...inlineNodes(text, context))));
  const body = rows.map((texts) => row("td", texts));
  return el("div", { class: "table", tabindex: "0" },
    el("table", {}, el("thead", {}, row("th", head)), el("tbody", {}, ...body)));
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function takeWhile(reader, wanted) {
  const taken = [];
  while (reader.at < reader.lines.length && wanted(reader.lines[reader.at], taken.length)) {
    taken.push(reader.lines[reader.at]);
    reader.at += 1;
  }
  return taken;
}
