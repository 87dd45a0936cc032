// Small line charts and their keys. A chart: one line for each series, axes with ticks, a cursor, an optional band.
import { h, s, plot, glyph, mark, name, put, button, onDrag, DASHES } from "./dom.js";
import { axisBelow, tickTexts, ticksOf, writeTicks } from "./axis.js";
import { pathOf, heightOf } from "./line_path.js";
import { readable } from "./readout.js";
import { short } from "./format.js";
/** @import { Across } from "./axis.js" */
/** @import { Reading } from "./types.js" */

// series: { m } for modality number m, { f } for any other line number f, with its name; onPick(x) receives the position across the chart, 0..1.
/**
 * @typedef {{ m: number, f?: undefined, name?: string } | { f: number, m?: undefined, name?: string }} Series
 * @typedef {object} Lines
 * @property {(k: number, i: number) => number | undefined} values
 * @property {number} count
 * @property {number} now
 * @property {number[]} range
 * @property {(i: number) => number} [place]
 * @property {[number, number] | null} [brush]
 * @property {((k: number, i: number) => number) | null} [before]
 * @property {boolean} [rule]
 * @property {Across} [x]
 * @property {{ name: string, unit?: string, text?: (v: number) => string }} [y] the quantity, and its numbers as text
 */
/**
 * log: "log" or "linear" to begin with; a button changes it where all values are positive
 * @param {{ label: string, series: Series[], onPick?: (x: number) => void, tall?: boolean, log?: "log" | "linear" | null }} options
 */
export function chart({ label, series, onPick, tall = false, log = null }) {
  const lines = series.map(({ m, f }) => s("path", m === undefined
    ? { class: "mmv-line", "data-f": f % 8, "stroke-dasharray": DASHES[f % 8] }
    : { class: "mmv-share", "data-m": m % 8, "stroke-dasharray": DASHES[m % 8] }));
  const befores = series.map(({ m }) => s("path", { class: "mmv-recorded-line", ...(m === undefined ? {} : { "data-m": m % 8 }) }));
  const marks = series.map(({ m }) => (m === undefined ? h("span", { class: "mmv-glyph" }, "•") : glyph(m)));
  /** @type {string[]} */
  const drawn = [], /** @type {string[]} */ ghosts = []; // setting a path anew costs a layout, even if it is the same
  const zero = s("path", { class: "mmv-rule" }), here = s("path", { class: "mmv-here" }), grid = s("path", { class: "mmv-grid" });
  const band = s("rect", { class: "mmv-band", y: 0, height: 100 });
  const title = h("span"), below = axisBelow();
  const drawing = plot(label, band, grid, zero, here, ...befores, ...lines);
  const over = h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...marks);
  const box = h("div", { class: `mmv-plot mmv-chart${tall ? " mmv-tall" : ""}` }, drawing, over);
  const scale = h("div", { class: "mmv-scale mmv-ticks-y", "aria-hidden": "true" });
  let logarithmic = log === "log";
  /** @type {Lines | null} */
  let last = null;
  const toggle = button("log", () => {
    logarithmic = !logarithmic;
    if (last) draw(last);
  }, { class: "mmv-log", "aria-pressed": String(logarithmic), "aria-label": `Logarithmic axis: ${label.split(":")[0]}`, hidden: "" });
  const node = h("div", { class: "mmv-charted" }, h("div", { class: "mmv-subtitle" }, title, toggle), scale, box, below.node);
  /** @type {boolean[]} */
  const off = series.map(() => false);
  /** @type {(i: number) => number} */
  const placeOf = (i) => (last?.place ? last.place(i) : last && last.count > 1 ? i / (last.count - 1) : 0.5);
  // places of the whole axis to those of the part that is shown, and back
  const part = () => last?.x?.shown ?? [0, 1];
  /** @param {number} u */
  const across = (u) => (u - part()[0]) / (part()[1] - part()[0] || 1);
  /** @param {number} x */
  const whole = (x) => part()[0] + x * (part()[1] - part()[0]);
  if (onPick) onDrag(box, box, (x) => onPick(Math.min(1, Math.max(0, whole(x)))));
  const usesLog = () => logarithmic && last !== null && last.range[0] > 0;
  /** @param {number | undefined} v @returns {number | undefined} */
  const heightAt = (v) => (v === undefined || !last ? v : usesLog() ? heightOf(Math.log10(v), last.range.map(Math.log10)) : heightOf(v, last.range));
  // places(i) across (0..1) and values(k, i) of series k, for i in 0..count-1: NaN: missing, undefined: not expected;
  // the cursor is at i = now; before(k, i): the recorded values during an edit
  /** @param {Lines} next */
  function draw(next) {
    last = next;
    const { values, count, now, range, brush = null, before = null, rule = true, x } = next, [bottom, top] = range;
    /** @param {(i: number) => number | undefined} of */
    const lineOf = (of) => pathOf(count, (i) => 1000 * placeOf(i), (i) => heightAt(of(i)), 12);
    lines.forEach((line, k) => {
      const path = off[k] ? "" : lineOf((i) => values(k, i)), ghost = before && !off[k] ? lineOf((i) => before(k, i)) : "";
      if (drawn[k] !== path) line.setAttribute("d", (drawn[k] = path));
      if ((ghosts[k] ?? "") !== ghost) befores[k].setAttribute("d", (ghosts[k] = ghost));
      const v = now < 0 ? NaN : values(k, now) ?? NaN, at = now < 0 ? 0 : across(placeOf(now));
      const absent = off[k] || !Number.isFinite(v) || at < -0.001 || at > 1.001;
      put(marks[k], "hidden", absent);
      marks[k].style.left = `${100 * at}%`;
      marks[k].style.top = `${heightAt(v)}%`;
    });
    const view = `${1000 * part()[0]} 0 ${1000 * (part()[1] - part()[0])} 100`;
    mark(drawing, "viewBox", view);
    mark(zero, "d", rule && !usesLog() && bottom <= 0 && top >= 0 ? `M0 ${heightAt(0)}H1000` : "");
    mark(here, "d", now < 0 ? "" : `M${1000 * placeOf(now)} 0V100`);
    mark(band, "x", String(brush ? 1000 * placeOf(brush[0]) : 0));
    mark(band, "width", String(brush ? Math.max(2, 1000 * (placeOf(brush[1]) - placeOf(brush[0]))) : 0));
    const ticks = ticksOf(/** @type {[number, number]} */ (range), tall ? 5 : 3, usesLog()).reverse(), texts = tickTexts([...ticks].reverse()).reverse();
    writeTicks(scale, ticks.map((v, i) => ({ at: Number(heightAt(v)) / 100, text: texts[i] })), "top");
    mark(grid, "d", ticks.map((v) => `M0 ${Number(heightAt(v)).toFixed(2)}H1000`).join(""));
    below.draw((x?.ticks ?? []).map(({ at, text }) => ({ at: across(at), text })), x?.name ?? "");
    put(toggle, "hidden", log === null || !(bottom > 0));
    mark(toggle, "aria-pressed", String(usesLog()));
  }
  /** @param {number} k @param {number} i @returns {Reading | null} */
  function read(k, i) {
    const v = last?.values(k, i);
    if (!last || v === undefined || !Number.isFinite(v)) return null;
    const { y, x, before } = last, { m, name: own } = series[k], text = y?.text ?? ((/** @type {number} */ n) => short(n, 4)), then = before ? before(k, i) : NaN;
    /** @type {Reading["rows"]} */
    const rows = [[y?.name ?? title.textContent ?? "value", text(v), y?.unit ?? ""]];
    if (x) rows.push([x.kind === "time" ? "at" : x.name, x.kind === "other" || x.kind === "channel" ? x.text(i).replace(/^row /, "") : x.text(i).replace(/^epoch /, "")]);
    if (Number.isFinite(then)) {
      const apart = text(v - then);
      rows.push(["recorded", text(then), y?.unit ?? ""], ["difference", v > then && !apart.startsWith("+") ? `+${apart}` : apart, y?.unit ?? ""]);
    }
    return {
      title: own ?? title.textContent ?? "", modality: m, rows, place: [across(placeOf(i)), Number(heightAt(v)) / 100],
      at: { modality: m, ...(x?.kind === "time" ? { time: i } : x?.kind === "channel" ? { channel: i } : {}) },
    };
  }
  readable(box, {
    label,
    grid: () => [last?.count ?? 0, series.length],
    read: (i, k) => (off[k] ? null : read(k, i)),
    start: () => [Math.max(0, last?.now ?? 0), 0],
    cellAt(x, y) {
      if (!last) return [0, -1];
      const u = whole(x);
      let i = 0;
      for (let at = 1; at < last.count; at++) if (Math.abs(placeOf(at) - u) < Math.abs(placeOf(i) - u)) i = at;
      // the nearest line with a value there
      let best = -1, least = Infinity;
      series.forEach((_, k) => {
        const v = last?.values(k, i), apart = off[k] || v === undefined || !Number.isFinite(v) ? Infinity : Math.abs(Number(heightAt(v)) / 100 - y);
        if (apart < least) [best, least] = [k, apart];
      });
      return [i, best];
    },
    locate(at) {
      const index = last?.x?.kind === "time" ? at.time : last?.x?.kind === "channel" ? at.channel : undefined;
      if (index === undefined || !last || index >= last.count) return null;
      const place = across(placeOf(index));
      return place < -0.001 || place > 1.001 ? null : { x: [Math.max(0, place - 0.002), Math.min(1, place + 0.002)] };
    },
  });
  /** @param {{ title: string }} texts */
  function say({ title: text }) {
    if (title.textContent !== text) title.textContent = text;
  }
  /** Show or hide a line. @param {number} k @param {boolean} on */
  function turn(k, on) {
    off[k] = !on;
    if (last) draw(last);
  }
  return { node, draw, say, turn };
}

// A key that shows or hides what it names.
/** @param {(on: boolean) => void} turn @param {string} label @param {(Node | string)[]} children */
export function seriesButton(turn, label, ...children) {
  const key = h("button", { type: "button", class: "mmv-key mmv-series", "aria-pressed": "true", "aria-label": `Line ${label}` }, ...children);
  key.addEventListener("click", () => {
    const on = key.getAttribute("aria-pressed") !== "true";
    key.setAttribute("aria-pressed", String(on));
    turn(on);
  });
  return key;
}

// A sample of line number f.
/** @param {number} f */
export const dash = (f) => s("svg", { viewBox: "0 0 18 6", "aria-hidden": "true" },
  s("path", { d: "M0 3H18", class: "mmv-line", "data-f": f % 8, "stroke-dasharray": DASHES[f % 8] }));

// The legend of lines that are not modalities; a key shows or hides its line.
/** @param {string[]} features @param {(f: number, on: boolean) => void} turn */
export function legend(features, turn) {
  const keys = features.map((text, f) => seriesButton((on) => turn(f, on), text, dash(f), name(text)));
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
