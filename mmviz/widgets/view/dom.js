// Making elements: text only ever enters the page as text nodes and plain attributes.
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const unseen = (text) => h("span", { class: "mmv-unseen" }, text);

// An isolated run of foreign text: its writing direction cannot reorder ours.
const name = (text) => h("bdi", {}, text);

function panel(title, ...children) {
  const heading = h("div", { class: "mmv-heading", role: "heading" }, title);
  return { heading, node: h("section", { class: "mmv-panel" }, heading, ...children) };
}

// A drawing stretched over its box: 1000 x 100 units, lines keep their width.
const plot = (label, ...children) =>
  s("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", role: "img", "aria-label": label }, ...children);

// What tells modality number m from the others without its colour: a glyph, a dash and (style.css) a hatch.
const GLYPHS = ["●", "▲", "■", "◆", "▼", "✚", "★", "✖"];
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 4", "5 2 1 2 1 2"];
const glyph = (m) => h("span", { class: "mmv-glyph", "data-m": m % 8, "aria-hidden": "true" }, GLYPHS[m % 8]);
