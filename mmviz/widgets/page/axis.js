// Axes: ticks of d3-scale, written as text beside a plot; horizontal axes of time, epochs and rows.
import { scaleLinear, scaleLog } from "d3-scale";
import { h, write } from "./dom.js";
import { brief, short } from "./format.js";
import { timeAxis } from "./zoom.js";
/** @import { Frame, Range, State } from "./types.js" */

/** @typedef {{ at: number, text: string }} Tick at: place along the axis, 0..1 */
/**
 * The horizontal axis of a chart: what stands at index i, and the ticks.
 * @typedef {object} Across
 * @property {"time" | "epoch" | "channel" | "other"} kind
 * @property {string} name with its unit
 * @property {(i: number) => string} text
 * @property {Tick[]} ticks places of the whole axis
 * @property {Range} [shown] the part of the axis that is shown, by default [0, 1]
 */

// Ticks as text: as many digits as keep them apart and true.
/** @param {number[]} values */
export function tickTexts(values) {
  const gap = values.length > 1 ? Math.abs(values[1] - values[0]) : Math.abs(values[0]) || 1;
  for (let digits = 3; digits <= 9; digits++) {
    const texts = values.map((v) => short(v, digits));
    if (texts.every((text, i) => Math.abs(Number(text.replaceAll("−", "-")) - values[i]) <= 0.02 * gap)) return texts;
  }
  return values.map((v) => short(v - values[0])).map((text, i) => (i ? `+${text}` : short(values[0])));
}

/** @param {Range} range @param {number} count @param {boolean} log */
export function ticksOf([low, high], count, log = false) {
  if (!(high > low)) return [low];
  const found = log && low > 0 ? scaleLog([low, high], [0, 1]).ticks(count) : scaleLinear([low, high], [0, 1]).ticks(count);
  // of a logarithmic axis: powers of ten where there are several, else 1, 2 and 5
  const tens = log ? found.filter((v) => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9) : [];
  const round = log ? (tens.length > 1 ? tens : found.filter((v) => [1, 2, 5].includes(Number(v.toExponential()[0])) && Number(v.toPrecision(1)) === Number(v.toPrecision(6)))) : found;
  const kept = round.length > 1 ? round : [low, high];
  const every = Math.ceil(kept.length / (count + 2));
  return kept.filter((_, i) => i % every === 0);
}

// Write ticks beside or below a plot, where they differ from those that are there.
/** @param {HTMLElement} node @param {Tick[]} ticks @param {"top" | "left"} side */
export function writeTicks(node, ticks, side) {
  const key = JSON.stringify(ticks);
  if (node.dataset.ticks === key) return;
  node.dataset.ticks = key;
  // ticks that are there are changed: new ones would cost their style and layout
  const spans = /** @type {HTMLElement[]} */ ([...node.children]);
  for (const span of spans.splice(ticks.length)) span.remove();
  while (spans.length < ticks.length) spans.push(node.appendChild(h("span", {}, "")));
  ticks.forEach(({ at, text }, i) => {
    write(spans[i], text);
    if (side === "left") spans[i].style.setProperty("--at", at.toFixed(4));
    spans[i].style[side] = `${(100 * at).toFixed(2)}%`;
  });
}

// The axis below a plot: ticks over its whole width, and its name, to the left where it is short, else in a line of its own.
export function axisBelow() {
  const ticks = h("div", { class: "mmv-ticks-x" }), name = h("span", { class: "mmv-axis-name" });
  const node = h("div", { class: "mmv-axis-x", "aria-hidden": "true" }, name, ticks);
  /** @param {Tick[]} given places in what is shown @param {string} text */
  const draw = (given, text) => {
    writeTicks(ticks, given.filter(({ at }) => at >= -0.001 && at <= 1.001), "left");
    if (name.textContent === text) return;
    name.textContent = text;
    name.toggleAttribute("data-long", text.length > 8);
  };
  return { node, draw };
}

// Seconds, or steps counted from 1, at round numbers of the part that is shown; at: share of the whole time axis.
/** @param {Frame} frame @param {State} state */
export function timeTicks(frame, state, most = 6) {
  const T = frame.sizes.time, { start, length } = timeAxis(T, state), seconds = frame.duration_s[state.sample], begin = frame.start_s[state.sample];
  const whole = seconds ?? T, from = (seconds === null ? 0 : begin) + start * whole, values = ticksOf([from, from + length * whole], most);
  return tickTexts(values).map((text, i) => ({ at: (values[i] - (seconds === null ? 0 : begin)) / whole, text }));
}
/** @param {Frame} frame @param {State} state */
export const timeName = (frame, state) => (frame.duration_s[state.sample] === null ? "step" : "time, s");

// Time across a chart: point t lies at t / (T - 1), and is the end of step t.
/** @param {Frame} frame @param {State} state @returns {Across} */
export function timeAcross(frame, state) {
  const T = frame.sizes.time, last = Math.max(1, T - 1), [from, to] = state.zoom ?? [0, T - 1];
  return {
    kind: "time", name: timeName(frame, state), text: (t) => brief(frame, state.sample, t),
    ticks: timeTicks(frame, state, 4).map(({ at, text }) => ({ at: (at * T - 1) / last, text })),
    shown: from < to ? [from / last, to / last] : [Math.max(0, (from - 0.5) / last), Math.min(1, (from + 0.5) / last)],
  };
}

// Some of many indices, evenly spaced.
/** @param {number} count @param {(i: number) => string} text @param {(i: number) => number} place */
function someOf(count, text, place, most = 5) {
  const every = Math.max(1, Math.ceil((count - 1) / Math.max(1, most - 1)));
  return Array.from({ length: Math.ceil(count / every) }, (_, k) => ({ at: place(k * every), text: text(k * every) }));
}
/** @param {number} i @param {number} count */
const evenly = (i, count) => (count > 1 ? i / (count - 1) : 0.5);

/** @param {number[]} epochs @param {(i: number) => number} [place] @returns {Across} */
export const epochAcross = (epochs, place = (i) => evenly(i, epochs.length)) => ({ kind: "epoch", name: "epoch", text: (i) => `epoch ${epochs[i]}`, ticks: someOf(epochs.length, (i) => String(epochs[i]), place) });
/** @param {string} name @param {number} count @param {"channel" | "other"} kind @param {(i: number) => string} text @returns {Across} */
export const rowsAcross = (name, count, kind = "channel", text = (i) => `row ${i + 1}`) => ({ kind, name, text, ticks: someOf(count, (i) => String(i + 1), (i) => evenly(i, count)) });
