// Markdown within a line: emphasis, code, links, bare addresses and citation marks, as DOM nodes.

// Order matters: what stands first wins at the same place.
const INLINE = [
  ["escape", /\\([!-/:-@[-`{-~])/],
  ["code", /`([^`\n]+)`/],
  ["link", /\[([^[\]\n]{1,500})\]\(<?([^\s()<>]{1,2000})>?\)/],
  ["cite", /\[(\d{1,3})\](?!\()/],
  ["address", /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/],
  ["bare", /\bhttps?:\/\/[^\s<>"'*\])]{1,2000}/],
  ["strong", /\*\*(?=\S)([^]{0,2000}?\S)\*\*/],
  ["strong", /(?<!\w)__(?=\S)([^]{0,2000}?\S)__(?!\w)/],
  ["em", /\*(?=[^\s*])([^*]{0,2000}?)\*(?!\*)/],
  ["em", /(?<!\w)_(?=[^\s_])([^_]{0,2000}?)_(?!\w)/],
  ["break", /(?: {2,}|\\)\n/],
];
const DEEPEST_EMPHASIS = 6;

/**
 * Turn one block's text into nodes. `context` is `{strings, citation(number) -> Node | null}`: a mark such as
 * [1] becomes whatever `citation` gives, and stays plain text when it gives null.
 */
function inlineNodes(text, context, depth = 0) {
  const nodes = [];
  let rest = text;
  while (rest) {
    const found = depth > DEEPEST_EMPHASIS ? null : firstInline(rest);
    if (!found) break;
    if (found.match.index > 0) nodes.push(rest.slice(0, found.match.index));
    nodes.push(...INLINE_NODES[found.name](found.match, context, depth + 1));
    rest = rest.slice(found.match.index + found.match[0].length);
  }
  return rest ? [...nodes, rest] : nodes;
}

function firstInline(text) {
  let first = null;
  for (const [name, pattern] of INLINE) {
    const match = pattern.exec(text);
    if (match && (!first || match.index < first.match.index)) first = { name, match };
  }
  return first;
}

const INLINE_NODES = {
  escape: (match) => [match[1]],
  code: (match) => [el("code", {}, match[1])],
  link: (match, context, depth) => [outsideLink(match[2], context.strings, inlineNodes(match[1], context, depth))],
  cite: (match, context) => [context.citation(Number(match[1])) ?? match[0]],
  address: (match, context) => [outsideLink(match[1], context.strings, [match[1].replace(/^mailto:/, "")])],
  bare: (match, context) => bareAddress(match[0], context),
  strong: (match, context, depth) => [el("strong", {}, ...inlineNodes(match[1], context, depth))],
  em: (match, context, depth) => [el("em", {}, ...inlineNodes(match[1], context, depth))],
  break: () => [el("br")],
};

/** A sentence's closing mark is not part of the address before it. */
function bareAddress(text, context) {
  const address = text.replace(/[.,;:!?…]+$/, "");
  const tail = text.slice(address.length);
  return [outsideLink(address, context.strings, [address]), ...(tail ? [tail] : [])];
}
