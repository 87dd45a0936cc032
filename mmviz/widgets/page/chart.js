// Small line charts and their keys. A chart: one line for each series, a cursor, an optional band.
import { h, s, plot, glyph, name, onDrag, DASHES } from "./dom.js";
import { pathOf, heightOf } from "./line_path.js";

// series: { m } for modality number m, { f } for any other line number f; onPick(x) receives the position across the chart, 0..1.
/**
 * @typedef {{ m: number, f?: undefined } | { f: number, m?: undefined }} Series
 * @typedef {object} Lines
 * @property {(k: number, i: number) => number | undefined} values
 * @property {number} count
 * @property {number} now
 * @property {number[]} range
 * @property {(i: number) => number} [place]
 * @property {[number, number] | null} [brush]
 * @property {((k: number, i: number) => number) | null} [before]
 * @property {boolean} [rule]
 */
/** @param {{ label: string, series: Series[], onPick?: (x: number) => void, tall?: boolean }} options */
export function chart({ label, series, onPick, tall = false }) {
  const lines = series.map(({ m, f }) => s("path", m === undefined
    ? { class: "mmv-line", "data-f": f % 8, "stroke-dasharray": DASHES[f % 8] }
    : { class: "mmv-share", "data-m": m % 8, "stroke-dasharray": DASHES[m % 8] }));
  const befores = series.map(({ m }) => s("path", { class: "mmv-recorded-line", ...(m === undefined ? {} : { "data-m": m % 8 }) }));
  const marks = series.map(({ m }) => (m === undefined ? h("span", { class: "mmv-glyph" }, "•") : glyph(m)));
  /** @type {string[]} */
  const drawn = [], /** @type {string[]} */ ghosts = []; // setting a path anew costs a layout, even if it is the same
  const zero = s("path", { class: "mmv-rule" }), here = s("path", { class: "mmv-here" });
  const band = s("rect", { class: "mmv-band", y: 0, height: 100 });
  const title = h("span"), from = h("span"), to = h("span"), high = h("span"), low = h("span");
  const drawing = plot(label, band, zero, here, ...befores, ...lines);
  const over = h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...marks);
  const box = h("div", { class: `mmv-plot mmv-chart${tall ? " mmv-tall" : ""}` }, drawing, over);
  const scale = h("div", { class: "mmv-scale", "aria-hidden": "true" }, high, low);
  const node = h("div", { class: "mmv-charted" }, h("div", { class: "mmv-subtitle" }, title), scale, box,
    h("div", { class: "mmv-ends", "aria-hidden": "true" }, from, to));
  if (onPick) onDrag(box, box, (x) => onPick(Math.min(1, Math.max(0, x))));
  // places(i) across (0..1) and values(k, i) of series k, for i in 0..count-1: NaN: missing, undefined: not expected;
  // the cursor is at i = now; before(k, i): the recorded values during an edit
  /** @param {Lines} lines */
  function draw({ values, count, now, range, place = (i) => (count > 1 ? i / (count - 1) : 0.5), brush = null, before = null, rule = true }) {
    const [bottom, top] = range;
    /** @param {number | undefined} v */
    const y = (v) => (v === undefined ? v : heightOf(v, range));
    /** @param {(i: number) => number | undefined} of */
    const lineOf = (of) => pathOf(count, (i) => 1000 * place(i), (i) => y(of(i)), 12);
    lines.forEach((line, k) => {
      const path = lineOf((i) => values(k, i)), ghost = before ? lineOf((i) => before(k, i)) : "";
      if (drawn[k] !== path) line.setAttribute("d", (drawn[k] = path));
      if ((ghosts[k] ?? "") !== ghost) befores[k].setAttribute("d", (ghosts[k] = ghost));
      const v = now < 0 ? NaN : values(k, now) ?? NaN;
      marks[k].hidden = !Number.isFinite(v);
      if (now >= 0) marks[k].style.left = `${100 * place(now)}%`;
      marks[k].style.top = `${y(v)}%`;
    });
    zero.setAttribute("d", rule && bottom <= 0 && top >= 0 ? `M0 ${y(0)}H1000` : "");
    here.setAttribute("d", now < 0 ? "" : `M${1000 * place(now)} 0V100`);
    band.setAttribute("x", String(brush ? 1000 * place(brush[0]) : 0));
    band.setAttribute("width", String(brush ? Math.max(2, 1000 * (place(brush[1]) - place(brush[0]))) : 0));
  }
  const spans = { title, from, to, high, low };
  /** @param {Partial<Record<keyof typeof spans, string>>} texts */
  function say(texts) {
    for (const [key, text] of Object.entries(texts)) {
      const node = spans[/** @type {keyof typeof spans} */ (key)];
      if (node.textContent !== text) node.textContent = text;
    }
  }
  return { node, draw, say };
}

// A sample of line number f.
/** @param {number} f */
export const dash = (f) => s("svg", { viewBox: "0 0 18 6", "aria-hidden": "true" },
  s("path", { d: "M0 3H18", class: "mmv-line", "data-f": f % 8, "stroke-dasharray": DASHES[f % 8] }));

// The legend of lines that are not modalities.
/** @param {string[]} features */
export function legend(features) {
  const keys = features.map((text, f) => h("span", { class: "mmv-key" }, dash(f), name(text)));
  return h("div", { class: "mmv-legend", ...(features.length > 4 ? { "data-many": "" } : {}) }, ...keys);
}

// The range of all finite values of the lists; with zero it contains 0.
/** @param {ArrayLike<any>[]} lists @param {boolean} zero @returns {[number, number]} */
export function rangeOf(lists, zero = false) {
  let low = zero ? 0 : Infinity, high = zero ? 0 : -Infinity;
  for (const list of lists)
    for (let i = 0; i < list.length; i++) if (Number.isFinite(list[i])) [low, high] = [Math.min(low, list[i]), Math.max(high, list[i])];
  return low <= high ? [low, high] : [0, 0];
}
