// Building elements. Text only ever enters the page as text nodes: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  close: "M6 6l12 12M18 6 6 18",
  fresh: "M12 5v14M5 12h14",
  external: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  partial: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  question: "M9.2 9.2a2.9 2.9 0 1 1 4.3 2.5c-1 .6-1.5 1.2-1.5 2.3M12 17.6v.1",
  nothing: "M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l4.5 4.5M8.3 10.5h4.4",
  warning: "M12 4.5 21 19.5H3zM12 10.5v4M12 17v.1",
  arrow: "M5 12h14M13 6l6 6-6 6",
};

/**
 * Build an element. `props` become attributes, except `on` (event -> handler); null, undefined and false are
 * left out. Children are nodes or strings; null children are skipped.
 */
function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") listen(node, value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function listen(node, handlers) {
  for (const [event, handler] of Object.entries(handlers)) node.addEventListener(event, handler);
}

/** Words for screen readers only. */
function hidden(text) {
  return el("span", { class: "hidden" }, text);
}

/** A line drawing of 24 by 24 units that takes the colour of the text around it. */
function icon(name) {
  const path = svg("path", { d: ICONS[name], fill: "none", stroke: "currentColor", "stroke-width": "1.8",
    "stroke-linecap": "round", "stroke-linejoin": "round" });
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, path);
}

/** The mark of the product: members around a shared middle. */
function emblem() {
  const members = [[12, 4.5], [18.6, 9.3], [16.1, 17], [7.9, 17], [5.4, 9.3]];
  const lines = members.map(([x, y]) => svg("line", { x1: 12, y1: 11.5, x2: x, y2: y, stroke: "currentColor", "stroke-width": "1.3" }));
  const dots = members.map(([x, y]) => svg("circle", { cx: x, cy: y, r: 2, fill: "currentColor" }));
  const middle = svg("circle", { cx: 12, cy: 11.5, r: 2.9, fill: "currentColor" });
  return svg("svg", { viewBox: "0 0 24 24", class: "emblem", "aria-hidden": "true" }, ...lines, ...dots, middle);
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
