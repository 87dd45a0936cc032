// Numbers and the sentence under the controls; the Python side writes the same sentence (words.py).
/** @import { Frame } from "./types.js" */
/**
 * @param {number} value
 * @param {number} digits
 */
export function fixed(value, digits) {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(digits);
  return (value < 0 && Number(text) !== 0 ? "−" : "") + text;
}
/**
 * @param {number} value
 * @param {number} digits
 */
export function signed(value, digits) {
  const text = fixed(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}
// Three significant digits, for quantities of any size; where they would need many more places, a power of ten.
/** @param {number} value */
export function short(value, digits = 3) {
  if (!Number.isFinite(value)) return Math.abs(value) === Infinity ? `${value < 0 ? "−" : ""}∞` : "–";
  const size = Math.abs(value), text = value && (size < 1e-3 || size >= 1e6) ? value.toExponential(Math.max(1, digits - 2)) : String(Number(value.toPrecision(digits)));
  return text.replace("+", "").replaceAll("-", "−");
}
// The ends of an axis, from the low one: as few digits as rounding by a fiftieth of it allows, else the high one as what it is above the low one.
/**
 * @param {number} low
 * @param {number} high
 */
export function ends(low, high) {
  for (let digits = 3; digits <= 6; digits++) {
    const texts = [low, high].map((v) => short(v, digits)), off = texts.map((text, i) => Math.abs(Number(text.replaceAll("−", "-")) - [low, high][i]));
    if (Math.max(...off) <= 0.02 * (high - low) || low === high) return texts;
  }
  return [short(low), `+${short(high - low)}`];
}
/** @param {ArrayLike<number>} values */
export function argmax(values) {
  let best = -1;
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i]) && (best < 0 || values[i] > values[best])) best = i;
  return best;
}

// The moment at the end of step t: everything before it has been heard.
/**
 * @param {Frame} frame
 * @param {number} sample
 * @param {number} t
 */
export function moment(frame, sample, t) {
  const seconds = frame.duration_s[sample];
  if (seconds === null) return `step ${t + 1} of ${frame.sizes.time}`;
  return `${fixed(frame.start_s[sample] + ((t + 1) / frame.sizes.time) * seconds, 2)} s`;
}
/**
 * @param {Frame} frame
 * @param {number} sample
 * @param {number} t
 */
export const brief = (frame, sample, t) => moment(frame, sample, t).split(" of ")[0];

// A span of steps, from the beginning of the first to the end of the last.
/**
 * @param {Frame} frame
 * @param {number} sample
 * @param {[number, number]} span
 */
export function stretch(frame, sample, [a, b]) {
  const seconds = frame.duration_s[sample], T = frame.sizes.time;
  if (seconds === null) return a === b ? `step ${a + 1}` : `steps ${a + 1} to ${b + 1}`;
  const start = frame.start_s[sample];
  return `${fixed(start + (a / T) * seconds, 2)} to ${fixed(start + ((b + 1) / T) * seconds, 2)} s`;
}
/**
 * @param {Frame} frame
 * @param {number} e
 */
export const epochName = (frame, e) => `epoch ${frame.epochs[e]} of ${frame.epochs[frame.epochs.length - 1]}`;

// The coalition (one bit for each modality) that is left when these are masked.
/**
 * @param {Frame} frame
 * @param {string[]} masked
 */
export const heard = (frame, masked) => frame.modalities.reduce((sum, m, i) => sum | (masked.includes(m.name) ? 0 : 1 << i), 0);

// whatIf: how the sample was edited, in words, or "".
/**
 * @param {Frame} frame
 * @param {import("./types.js").Selection} selection
 */
export function readout(frame, { sample, epoch, time, masked }, whatIf = "") {
  const when = moment(frame, sample, time);
  const answer = frame.part("prediction", epoch, sample, time);
  const target = frame.targets[sample];
  let said;
  if (frame.task === "classification") {
    const best = argmax(answer);
    said = best < 0 ? "no prediction" : `predicts ${frame.outputs[best]} (${fixed(answer[best], frame.digits)})`;
    said += frame.labelled ? `, true ${frame.outputs[target]}` : ", no label";
  } else {
    said = `predicts ${fixed(answer[0], frame.digits)}, ${frame.labelled ? `target ${fixed(target ?? NaN, frame.digits)}` : "no label"}`;
  }
  const shares = frame.part("contribution", epoch, sample, time);
  const each = frame.modalities.map((m, i) => `${m.name} ${signed(shares[i], frame.digits)}`);
  const at = frame.duration_s[sample] === null ? when : `t = ${when}`;
  const without = masked.length
    ? `; without ${masked.join(", ")}: ${fixed(frame.part("game", epoch, sample, time)[heard(frame, masked)], frame.digits)}` : "";
  return `${epochName(frame, epoch)}, ${at}: ${said}; ${each.join(", ")}${without}${whatIf && `; what if: ${whatIf}`}`;
}
