// Addresses come from documents and replies, so they are data to distrust.

const LINK_SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** Return the address if it is absolute and of a harmless scheme, else null. */
function safeAddress(address) {
  if (typeof address !== "string" || !URL.canParse(address)) return null;
  const url = new URL(address);
  return LINK_SCHEMES.has(url.protocol) ? url.href : null;
}

/** A link that opens beside the chat, or its plain words when the address cannot be trusted. */
function outsideLink(address, strings, children, className = null) {
  const href = safeAddress(address);
  if (!href) return el("span", {}, ...children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", class: className },
    ...children, hidden(` ${strings.say("new_tab")}`));
}

/** The address of a page within a PDF; other addresses as they are. */
function addressOfPage(address, page) {
  const href = safeAddress(address);
  if (!href || !page) return href;
  const url = new URL(href);
  if (url.pathname.toLowerCase().endsWith(".pdf") && !url.hash) url.hash = `page=${page}`;
  return url.href;
}
