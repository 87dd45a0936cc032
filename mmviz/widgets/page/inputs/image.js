// An image upright: its frames are rows, columns or whole images. The row or column of the time cursor is marked; beside an edit stands the recorded image.
import { h, faint, onDrag } from "../dom.js";
import { tint } from "../heatmap.js";
import { short } from "../format.js";
import { cellOf, readable } from "../readout.js";
import { framesIn, shownFrames, stepOf } from "./shown_frames.js";
/** @import { Frame, Pick, Range, Reading, State } from "../types.js" */
/** @import { Frames } from "./shown_frames.js" */

const WORDS = { rows: "each frame is one row, time runs downwards", columns: "each frame is one column, time runs to the right", whole: "one frame is one image; the frame at the cursor is shown" };

// Width and height in pixels, and the place of a pixel: its frame and its first value.
/** @param {Frame} frame @param {number} m @param {Frames} shown @param {number} at frame of the time cursor */
function layout(frame, m, { valid }, at) {
  const { display, features } = frame.modalities[m], F = features.length, { frames, colours } = display, count = Math.max(1, valid.length);
  if (frames === "whole") {
    const width = display.width ?? 1;
    return { width, height: display.height ?? 1, place: (/** @type {number} */ x, /** @type {number} */ y) => ({ f: at, i: at * F + (y * width + x) * colours }) };
  }
  return frames === "rows"
    ? { width: F / colours, height: count, place: (/** @type {number} */ x, /** @type {number} */ y) => ({ f: y, i: y * F + x * colours }) }
    : { width: count, height: F / colours, place: (/** @type {number} */ x, /** @type {number} */ y) => ({ f: x, i: x * F + y * colours }) };
}

// Lowest and highest finite value of the recorded frames.
/** @param {Frames} shown @param {number} F @returns {Range} */
function extent({ values, valid }, F) {
  let low = Infinity, high = -Infinity;
  values.forEach((v, i) => {
    if (valid[Math.floor(i / F)] && Number.isFinite(v)) [low, high] = [Math.min(low, v), Math.max(high, v)];
  });
  return low <= high ? [low, high] : [0, 1];
}

/** @param {Frame} frame @param {number} m @param {Pick} pick */
export function image(frame, m, pick) {
  const { name, features, unit, display } = frame.modalities[m], { frames, colours } = display, F = features.length;
  const canvas = h("canvas", { role: "img", "aria-label": `${name}: image` }), before = h("canvas", { role: "img", "aria-label": `${name}: the recorded image` }), mark = h("div", { class: "mmv-input-mark", "aria-hidden": "true" }), note = faint();
  const box = h("div", { class: "mmv-input-image mmv-map" }, canvas, mark), recorded = h("div", { class: "mmv-input-image mmv-map mmv-input-recorded" }, before);
  const titles = [h("figcaption", { class: "mmv-faint" }), h("figcaption", { class: "mmv-faint" }, "recorded")];
  const beside = h("figure", { class: "mmv-input-figure", hidden: "" }, recorded, titles[1]);
  const node = h("div", { class: "mmv-input-row" }, h("div", { class: "mmv-input-pair" }, h("figure", { class: "mmv-input-figure" }, box, titles[0]), beside), note);
  /** @type {State | null} */
  let last = null;
  let cursor = -1, drawn = "";
  /** @type {Range} */
  let scale = [0, 1];
  /** @param {State} state */
  const frameAtCursor = (state) => framesIn(frame, m, state.sample, [state.time, state.time])?.[1] ?? -1;
  /** @param {HTMLCanvasElement} sheet @param {Frames} shown */
  function paint(sheet, shown) {
    const { width, height, place } = layout(frame, m, shown, Math.max(0, cursor)), [low, high] = scale;
    tint(sheet, width, height, (x, y) => {
      const { f, i } = place(x, y), levels = [0, 1, 2].map((c) => (shown.values[i + (colours === 3 ? c : 0)] - low) / (high - low || 1));
      return shown.valid[f] && levels.every(Number.isFinite) ? [...levels.map((v) => Math.round(255 * Math.min(1, Math.max(0, v)))), 255] : null;
    });
    for (const one of [sheet.parentElement]) if (one) one.style.aspectRatio = `${width} / ${height}`;
    return { width, height };
  }
  // the row or column, and the frame, at a place of the box
  /** @param {number} x @param {number} y */
  const frameAt = (x, y) => (frames === "whole" ? cursor : cellOf(frames === "rows" ? y : x, frame.shape(`signal_${m}`)[1]));
  if (frames !== "whole") onDrag(box, box, (x, y) => {
    const step = last ? stepOf(frame, m, last.sample, frameAt(x, y)) : -1;
    if (step >= 0) pick({ time: step });
  });
  readable(box, {
    label: `${name}: image`,
    grid: () => [canvas.width, canvas.height],
    start: () => (frames === "rows" ? [0, Math.max(0, cursor)] : frames === "columns" ? [Math.max(0, cursor), 0] : [0, 0]),
    read(x, y) {
      if (!last) return null;
      const { now, then } = shownFrames(frame, m, last.sample), { f, i } = layout(frame, m, now, cursor).place(x, y), step = stepOf(frame, m, last.sample, f);
      if (f < 0 || !now.valid[f]) return null;
      const list = (/** @type {Frames} */ { values }) => Array.from({ length: colours }, (_, c) => short(values[i + c], 4)).join(", ");
      /** @type {Reading["rows"]} */
      const rows = [["value", list(now), unit], ["frame", String(f + 1)]];
      if (then?.valid[f]) rows.push(["recorded", list(then), unit], ...(colours === 1 ? [/** @type {[string, string, string]} */ (["difference", `${now.values[i] > then.values[i] ? "+" : ""}${short(now.values[i] - then.values[i], 4)}`, unit])] : []));
      return { title: `row ${y + 1}, column ${x + 1}`, modality: m, at: { modality: m, ...(step < 0 ? {} : { time: step }) }, rows };
    },
    locate({ time }) {
      if (time === undefined || !last || frames === "whole") return null;
      const held = framesIn(frame, m, last.sample, [time, time]), count = frame.shape(`signal_${m}`)[1];
      if (!held) return null;
      /** @type {Range} */
      const range = [held[0] / count, (held[1] + 1) / count];
      return frames === "rows" ? { y: range } : { x: range };
    },
  });
  // the row or column of the time cursor
  /** @param {State} state */
  function markCursor(state) {
    const held = framesIn(frame, m, state.sample, [state.time, state.time]), count = frame.shape(`signal_${m}`)[1];
    mark.hidden = frames === "whole" || !held;
    if (!held) return;
    const [from, size] = [`${(100 * held[0]) / count}%`, `${(100 * (held[1] + 1 - held[0])) / count}%`];
    mark.style.cssText = frames === "rows" ? `left:0;width:100%;top:${from};height:${size}` : `top:0;height:100%;left:${from};width:${size}`;
  }
  /** @param {State} state @param {boolean} changed */
  function draw(state, changed) {
    last = state;
    const at = frameAtCursor(state), key = frames === "whole" ? String(at) : "";
    cursor = at;
    markCursor(state);
    if (!changed && key === drawn) return;
    drawn = key;
    const { now, then } = shownFrames(frame, m, state.sample);
    scale = extent(then ?? now, F);
    const { width, height } = paint(canvas, now);
    beside.hidden = !then;
    titles[0].textContent = then ? "edited" : "";
    if (then) paint(before, then);
    const there = now.valid.some(Boolean), size = `${width} by ${height} pixels`;
    canvas.setAttribute("aria-label", `${name}: image of ${size}, upright; ${WORDS[frames]}${then ? "; edited, the recorded image stands beside it" : ""}`);
    before.setAttribute("aria-label", `${name}: the recorded image of ${size}`);
    const [low, high] = scale.map((v) => (there ? short(v) : "–"));
    note.textContent = `${width} × ${height} pixels; ${WORDS[frames]}. ${colours === 3 ? `Red, green, blue: ${low} to ${high}` : `Black ${low}, white ${high}`}${unit && `, ${unit}`}. Hatched: masked or not recorded.`;
  }
  return { node, draw, stop() {} };
}
