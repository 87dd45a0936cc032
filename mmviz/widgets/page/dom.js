// HTML and SVG elements. Text enters the page only as text nodes and plain attributes.
/** @import { Child, Frame } from "./types.js" */
/** @typedef {Record<string, string | number>} Attributes */
const SVG = "http://www.w3.org/2000/svg";

/** @template {Element} N @param {N} node @param {Attributes} attributes @param {Child[]} children */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}
/**
 * Return an HTML element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
/**
 * Return an SVG element.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
/** @param {string} text */
export const unseen = (text) => h("span", { class: "mmv-hidden-text" }, text);

// Write a text into a node. A text node that is there is kept, and one that differs is changed: a new one would cost its layout.
/** @param {Element} node @param {string} text */
export function write(node, text) {
  const only = node.firstChild;
  if (!text || !(only instanceof Text) || only.nextSibling) node.textContent = text;
  else if (only.data !== text) only.data = text;
}
/**
 * Return a function that writes a text into an empty node, and behind it a remark for screen readers.
 * @param {Element} node
 * @returns {(text: string, remark?: string) => void}
 */
export function writer(node) {
  const shown = new Text(""), behind = unseen("");
  node.append(shown);
  return (text, remark = "") => {
    if (shown.data !== text) shown.data = text;
    if (!remark) return behind.remove();
    write(behind, remark);
    if (!behind.parentNode) node.append(behind);
  };
}
/** Set a property of a control where it differs: setting it anew costs a style recalculation. */
/** @template {Element} N @template {keyof N} K @param {N} node @param {K} key @param {N[K]} value */
export function put(node, key, value) {
  if (node[key] !== value) node[key] = value;
}
/** The same for an attribute. @param {Element} node @param {string} key @param {string} value */
export function mark(node, key, value) {
  if (node.getAttribute(key) !== value) node.setAttribute(key, value);
}

// Untrusted text, isolated so that its writing direction does not reorder the text around it.
/** @param {string} text */
export const name = (text) => h("bdi", {}, text);
/** @param {Child[]} children */
export const heading = (...children) => h("div", { class: "mmv-heading", role: "heading" }, ...children);
// The meaning of the prediction at the cursor, as recorded in the Trace; nothing for an older Trace.
/** @param {Frame} frame */
export const prefixNote = (frame) => (frame.prefix?.label ? [h("p", { class: "mmv-faint mmv-small mmv-prefix", title: frame.prefix.meaning }, frame.prefix.label)] : []);
/** @param {Child[]} children */
export const faint = (...children) => h("p", { class: "mmv-faint mmv-small" }, ...children);

/** How a drawing is used: not for its exported picture. @param {string} text */
export const hint = (text) => h("span", { class: "mmv-hint" }, text);

// The sentence on subsets of modalities that training did not contain; nothing where it contained all, or where that is not known.
/** @param {Frame} frame @param {string} [mark] */
export const untrainedNote = (frame, mark = "") => (frame.untrained ? [faint(mark, name(frame.untrained))] : []);

/** @param {string} text @param {() => void} act @param {Attributes} attributes */
export function button(text, act, attributes = {}) {
  const node = h("button", { type: "button", ...attributes }, text);
  node.addEventListener("click", act);
  return node;
}
/** @param {string} label @param {string[]} options @param {(index: number) => void} onPick */
export function choice(label, options, onPick) {
  const select = h("select", { "aria-label": label }, ...options.map((text, i) => h("option", { value: i }, text)));
  select.addEventListener("change", () => onPick(Number(select.value)));
  return { select, node: h("label", { class: "mmv-control" }, h("span", {}, label), select) };
}

// A drawing stretched over its box: 1000 x 100 units, lines keep their width.
/** @param {string} label @param {Child[]} children */
export const plot = (label, ...children) =>
  s("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", role: "img", "aria-label": label }, ...children);

// Glyph, dash and (style.css) hatch of modality number m, which distinguish modalities without colour. LOOKS is the table of
// mmviz.plots.theme; html_page.py writes it in front of the bundle.
const GLYPHS = LOOKS.glyphs;
export const DASHES = LOOKS.dashes;
/** @param {number} m */
export const glyph = (m) => h("span", { class: "mmv-glyph", "data-m": m % 8, "aria-hidden": "true" }, GLYPHS[m % 8]);
// The same for a column header with room for a number of letters (wide ones count twice): if one name is longer, only glyphs are shown.
/** @param {string} text */
export const letters = (text) => [...text].reduce((sum, c) => sum + (Number(c.codePointAt(0)) > 0x2e7f ? 2 : 1), 0);
/** @param {Frame} frame @param {number} m @param {number} room */
export const columnHead = (frame, m, room) => frame.modalities.every((one) => letters(one.name) <= room) ? modality(frame, m)
  : [glyph(m), unseen(frame.modalities[m].name)];
/** @param {Frame} frame @param {number} m */
export const modality = (frame, m) => [glyph(m), name(frame.modalities[m].name)];

/** The name of a modality beside its lane, in full on hover. @param {Frame} frame @param {number} m */
export function laneName(frame, m) {
  const title = frame.modalities[m].name, long = title.split(/\s/).some((word) => letters(word) > 8);
  return h("div", { class: "mmv-name", title, ...(long ? { "data-long": "" } : {}) }, ...modality(frame, m));
}

// Press or drag on `area`: report the place across and down `ruler` (0..1) and hand the keyboard to `control`.
/**
 * @param {HTMLElement} area
 * @param {Element} ruler
 * @param {(across: number, down: number, event: PointerEvent, first: boolean) => void} report
 * @param {HTMLElement} [control]
 */
export function onDrag(area, ruler, report, control) {
  /** @param {PointerEvent} event */
  const at = (event) => {
    const { left, width, top, height } = ruler.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  };
  /** @type {number | null} */
  let held = null;
  area.addEventListener("pointerdown", (event) => {
    const [x, y] = at(event);
    if (event.button !== 0 || x < 0 || /** @type {Element} */ (event.target).closest("button, input, select, a")) return;
    held = event.pointerId;
    area.setPointerCapture(held);
    event.preventDefault();
    control?.focus({ preventScroll: true });
    report(x, y, event, true);
  });
  // at most one report for each frame of the screen
  /** @type {PointerEvent | null} */
  let waiting = null;
  let scheduled = 0;
  const flush = () => {
    cancelAnimationFrame(scheduled);
    scheduled = 0;
    if (!waiting) return;
    const event = waiting, [x, y] = at(event);
    waiting = null;
    report(x, y, event, false);
  };
  area.addEventListener("pointermove", (event) => {
    if (event.pointerId !== held) return;
    waiting = event;
    scheduled ||= requestAnimationFrame(flush);
  });
  for (const end of ["pointerup", "pointercancel"]) area.addEventListener(end, () => {
    flush();
    held = null;
  });
}
