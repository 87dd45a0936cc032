// Colour scales of maps of non-negative levels: linear, symmetric log or quantile; one range for a layer, a channel, or all layers.
// The choice is part of the selection: one for all maps of a page. Runs that are compared share every scale.
import { scaleSymlog } from "d3-scale";
import { h, choice, put } from "./dom.js";
import { short } from "./format.js";
import { writeTicks } from "./axis.js";
import { coloursOf, KINDS, PER } from "./colours.js";
import { paint } from "./heatmap.js";
import { lastColour, layerOf } from "./frame.js";
/** @import { Frame, Pick, State } from "./types.js" */

const BINS = 512, CELLS = 200_000;
// the linear part of a symmetric log scale, as a share of its end: the largest with which at most this share of the cells has a colour of the lowest fifth
const THRESHOLDS = [0.1, 0.03, 0.01, 0.003, 0.001], LOWEST = 0.4;

/**
 * Levels 0..255 of an array: level k of layer l is (k / 255)^power · scale[l].
 * @typedef {object} Levels
 * @property {"state" | "influence"} key
 * @property {(one: Frame) => number[] | undefined} scale
 * @property {(one: Frame) => number} power
 */
/** @type {Levels} */
export const STATES = { key: "state", scale: (one) => one.scale, power: (one) => one.state_power ?? 1 };
/** @type {Levels} */
export const INFLUENCE = { key: "influence", scale: (one) => one.influence?.scale, power: () => 2 };

/** @type {WeakMap<Frame[], Map<string, Float64Array>>} */
const counted = new WeakMap();
/** @param {Frame} frame */
function countsOf(frame) {
  const known = counted.get(frame.compared) ?? new Map();
  counted.set(frame.compared, known);
  return known;
}

// Share of cells up to each of BINS equal parts of sqrt(value / top), over all samples and epochs of all runs that are compared.
/** @param {Frame} frame @param {State} state @param {Levels} levels @param {number} top @param {boolean} all */
function cumulated(frame, state, levels, top, all) {
  const known = countsOf(frame), name = JSON.stringify([levels.key, all || layerOf(frame.compared[0], frame, state), top]);
  const found = known.get(name);
  if (found) return found;
  const counts = new Float64Array(BINS);
  for (const one of frame.compared) {
    const scales = levels.scale(one);
    if (!scales || !one.has(levels.key)) continue;
    const shape = one.recorded.shape(levels.key), at = levels.key === "state" ? 2 : 1, inner = shape.slice(at + 1).reduce((a, b) => a * b, 1);
    const outer = shape.slice(0, at).reduce((a, b) => a * b, 1), whole = one.recorded.part(levels.key), chosen = all ? shape[at] : 1;
    const every = Math.max(1, Math.floor((outer * inner * chosen) / CELLS)) | 1;
    for (let l = 0; l < shape[at]; l++) {
      if (!all && l !== Math.min(layerOf(one, frame, state), shape[at] - 1)) continue;
      const bins = Int32Array.from({ length: 256 }, (_, k) => Math.min(BINS - 1, Math.round((BINS - 1) * Math.sqrt((scales[l] * (k / 255) ** levels.power(one)) / top))));
      // level 0 is mostly where nothing is: steps without data, later sources
      for (let o = 0; o < outer; o++)
        for (let i = o % every, from = (o * shape[at] + l) * inner; i < inner; i += every) if (whole[from + i]) counts[bins[whole[from + i]]]++;
    }
  }
  let sum = 0;
  for (let i = 0; i < BINS; i++) sum = counts[i] += sum;
  if (sum) for (let i = 0; i < BINS; i++) counts[i] /= sum;
  known.set(name, counts);
  return counts;
}

// The linear part of the symmetric log scale.
/** @param {Float64Array} shares */
function thresholdOf(shares) {
  for (const c of THRESHOLDS) {
    const fifth = c * (Math.exp(0.2 * Math.log1p(1 / c)) - 1);
    if (shares[Math.floor((BINS - 1) * Math.sqrt(fifth))] <= LOWEST) return c;
  }
  return THRESHOLDS[THRESHOLDS.length - 1];
}

/** @typedef {ReturnType<typeof scaleOf>} Scale */
/** @type {WeakMap<Frame, Map<string, Scale>>} */
const scales = new WeakMap();
/**
 * The colour scale of a layer: table(level, row) turns a level into the number of a colour, 0..255. It is the same for all samples, epochs and lanes.
 * @param {Frame} frame
 * @param {State} state
 * @param {Levels} levels
 */
export function colourScale(frame, state, levels) {
  const known = scales.get(frame) ?? new Map(), name = JSON.stringify([levels.key, coloursOf(state), state.layer, state.layer_of_a]), found = known.get(name) ?? scaleOf(frame, state, levels);
  scales.set(frame, known);
  known.set(name, found);
  return found;
}

/** @param {Frame} frame @param {State} state @param {Levels} levels */
function scaleOf(frame, state, levels) {
  const { scale: kind, range: per } = coloursOf(state), layer = state.layer, all = per === "shared", power = levels.power(frame);
  const own = levels.scale(frame)?.[layer] ?? 1, top = (all ? Math.max(...frame.compared.flatMap((one) => levels.scale(one) ?? [])) : lastColour(frame, levels.scale, state)) || 1;
  const shares = cumulated(frame, state, levels, top, all), threshold = thresholdOf(shares);
  /** @type {(v: number, end: number) => number} share of the colours, 0..1 */
  const place = (v, end) => {
    if (kind === "linear") return Math.min(1, v / end);
    if (kind === "quantile") return shares[Math.min(BINS - 1, Math.round((BINS - 1) * Math.sqrt(Math.min(1, v / top))))];
    return Math.min(1, scaleSymlog([0, end], [0, 1]).constant(threshold * end)(v));
  };
  /** @param {number} end */
  const tableTo = (end) => {
    const scale = scaleSymlog([0, end], [0, 1]).constant(threshold * end);
    return Uint8Array.from({ length: 256 }, (_, k) => {
      const v = own * (k / 255) ** power;
      return Math.round(255 * (kind === "symmetric log" ? Math.min(1, scale(v)) : k ? place(v, end) : 0));
    });
  };
  const table = tableTo(top), channels = per === "channel" && levels.key === "state" && frame.compared.length === 1 && kind !== "quantile";
  /** @type {Map<number, Uint8Array>} */
  const byEnd = new Map();
  /** @param {number} largest level in a row */
  const tableOfRow = (largest) => {
    if (!channels || !largest) return table;
    const known = byEnd.get(largest) ?? tableTo(own * (largest / 255) ** power);
    byEnd.set(largest, known);
    return known;
  };
  // the values of evenly spaced colours, found by halving
  /** @param {number} share */
  const valueAt = (share) => {
    let low = 0, high = top;
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (place(middle, top) < share) low = middle;
      else high = middle;
    }
    return high;
  };
  /** @type {{ at: number, text: string }[] | null} */
  let ticks = null;
  const ticksOfKey = () => channels ? [{ at: 0, text: "0" }, { at: 1, text: "largest of the row" }]
    : [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, text: at ? `${at === 1 ? "≥ " : ""}${short(at === 1 ? top : valueAt(at), 2)}` : "0" }));
  const name = kind === "symmetric log" ? `symmetric log, linear to ${short(100 * threshold, 2)} %` : kind;
  return { table, tableOfRow, perRow: channels, get ticks() { return (ticks ??= ticksOfKey()); }, top, name, value: (/** @type {number} */ level) => own * (level / 255) ** power, per };
}

// Which scale: two selects, the same for all maps of a page; draw(state) shows the choice of a selection.
/** @param {Frame} frame @param {Pick} pick */
export function colourControls(frame, pick) {
  const per = PER.filter(([one]) => one !== "channel" || frame.compared.length === 1).filter(([one]) => one !== "shared" || frame.layers.length > 1 || frame.compared.length > 1);
  let now = coloursOf({});
  const kinds = choice("Colours", KINDS, (i) => pick({ colours: { ...now, scale: KINDS[i] } }));
  const ranges = choice("Range", per.map(([, text]) => text), (i) => pick({ colours: { ...now, range: per[i][0] } }));
  /** @param {State} state */
  const draw = (state) => {
    now = coloursOf(state);
    put(kinds.select, "value", String(KINDS.indexOf(now.scale)));
    put(ranges.select, "value", String(Math.max(0, per.findIndex(([one]) => one === now.range))));
  };
  const node = h("div", { class: "mmv-inline mmv-colour-controls", role: "group", "aria-label": "Colour scale of the maps" }, kinds.node, ...(per.length > 1 ? [ranges.node] : []));
  return { node, draw };
}

// The colours with the values of some of them, and the name of the scale.
/** @param {string} quantity */
export function colourKey(quantity) {
  const bar = h("canvas", { "aria-hidden": "true" }), ticks = h("div", { class: "mmv-key-ticks" }), name = h("span");
  paint(bar, 256, 1, (x) => x);
  const node = h("div", { class: "mmv-colour" }, h("span", {}, quantity, " (", name, ")"), h("div", { class: "mmv-key-bar" }, bar, ticks));
  /** @param {ReturnType<typeof colourScale>} scale @param {string} unit */
  const draw = (scale, unit = "") => {
    const text = `${scale.name}${scale.perRow ? ", per channel" : ""}${unit && unit !== "1" ? `; ${unit}` : ""}`;
    if (name.textContent !== text) name.textContent = text;
    writeTicks(ticks, scale.ticks, "left");
  };
  return { node, draw };
}
