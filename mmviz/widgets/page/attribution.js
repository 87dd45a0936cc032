// End-to-end attribution of a sample: signed shares of the sources in the prediction at a step, or their contributions to an SSM stream.
import { mark, s } from "./dom.js";
import { largest } from "./heatmap.js";
/** @import { Frame, Recorded } from "./types.js" */

/**
 * Values of the sources, modality after modality, count of them each; source i begins at step from(i) and ends at step to(i).
 * @typedef {object} Sources
 * @property {ArrayLike<number>} values
 * @property {number} count
 * @property {(i: number) => number} from
 * @property {(i: number) => number} to
 * @property {boolean} signed
 */

// A level of attribution_prefix as a share of the limit; see signed_levels in explorer_attribution.py.
/** @param {number} level */
export const signedShare = (level) => Math.sign(level - 128) * ((level - 128) / 127) ** 2;

// The blocks of steps; the one of step t ends there.
/** @param {Recorded} frame @param {number} t @returns {Pick<Sources, "count" | "from" | "to">} */
function blocks(frame, t) {
  const T = frame.sizes.time, starts = frame.attribution.block;
  return { count: starts.length, from: (i) => starts[i], to: (i) => (starts[i] <= t ? Math.min((starts[i + 1] ?? T) - 1, t) : (starts[i + 1] ?? T) - 1) };
}

// The block that contains a step.
/** @param {Recorded} frame @param {number} t */
export const blockOf = (frame, t) => frame.attribution.block.reduce((best, from, b) => (from <= t ? b : best), 0);

// Does the prediction at this step have shares of its own? Without shares along time only that of the whole sequence has.
/** @param {Recorded} frame @param {number} t */
export const isAlong = (frame, t) => frame.has("attribution_prefix") && t < frame.sizes.time - 1;

/** @param {Recorded} frame @param {number} sample @param {number} t @returns {Sources} */
export function sourcesOfPrediction(frame, sample, t) {
  if (!isAlong(frame, t)) return { values: frame.part("attribution", sample), count: frame.sizes.time, from: (i) => i, to: (i) => i, signed: true };
  const limit = frame.part("attribution_prefix_limit", sample)[t];
  const values = Float32Array.from(frame.part("attribution_prefix", sample, t), (level) => limit * signedShare(level));
  return { values, ...blocks(frame, t), signed: true };
}

/** @param {Recorded} frame @param {number} sample @param {number} m @param {number} t @returns {Sources} */
export function sourcesOfStream(frame, sample, m, t) {
  const limit = frame.part("attribution_stream_limit")[sample];
  const values = Float32Array.from(frame.part("attribution_stream", sample, m, blockOf(frame, t)), (level) => limit * (level / 255) ** 2);
  return { values, ...blocks(frame, t), signed: false };
}

// The largest magnitude among the sources: the end of the axes. Shares shrink as p nears 1, so that each prediction has its own.
/** @param {Sources} sources */
export const limitOf = ({ values }) => largest(values) || 1;

// Bars of one modality over the time axis: those above zero and those below it are two paths of a drawing of 1000 x 100 units.
/** @param {Frame} frame @param {Sources} sources @param {number} m @returns {[string, string]} */
export function barsOf(frame, sources, m) {
  const { values, count, from, to, signed } = sources, limit = limitOf(sources);
  const T = frame.sizes.time, zero = signed ? 50 : 98, tall = signed ? 48 : 96, paths = ["", ""];
  for (let i = 0; i < count; i++) {
    const v = values[m * count + i], high = Math.min(1, Math.abs(v) / limit) * tall;
    if (!(high > 0.05)) continue;
    const a = (1000 * from(i)) / T, b = (1000 * (to(i) + 1)) / T, y = v > 0 ? zero - high : zero + high;
    paths[v > 0 ? 0 : 1] += `M${a.toFixed(1)} ${zero}V${y.toFixed(1)}H${b.toFixed(1)}V${zero}Z`;
  }
  return /** @type {[string, string]} */ (paths);
}

// The two paths and the zero line; draw() sets them.
export function barsDrawing() {
  const up = s("path", { class: "mmv-raises" }), down = s("path", { class: "mmv-lowers" }), zero = s("path", { class: "mmv-rule" });
  /** @type {(frame: Frame, sources: Sources, m: number) => void} */
  const draw = (frame, sources, m) => {
    const paths = barsOf(frame, sources, m);
    [up, down].forEach((path, k) => {
      mark(path, "d", paths[k]);
      path.classList.toggle("mmv-unsigned", !sources.signed);
    });
    mark(zero, "d", `M0 ${sources.signed ? 50 : 98}H1000`);
  };
  return { nodes: [up, down, zero], draw };
}

const RAISES = [178, 24, 43], LOWERS = [33, 102, 172], NONE = [247, 247, 247];
// The colour of a share of the limit, -1..1: blue below zero, red above it, almost white at zero.
/** @param {number} v */
export function signedColour(v) {
  const end = v < 0 ? LOWERS : RAISES, f = Math.min(1, Math.abs(v)) ** 0.75;
  return [...NONE.map((c, k) => Math.round(c + f * (end[k] - c))), 255];
}
