// Formatted numbers and times, and the sentence under the controls, with the wording of readout.py.
/** @import { Frame } from "./types.js" */
/** @param {number} value @param {number} digits */
export function fixed(value, digits) {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(digits);
  return (value < 0 && Number(text) !== 0 ? "−" : "") + text;
}
/** @param {number} value @param {number} digits */
export function signed(value, digits) {
  const text = fixed(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}
// Three significant digits; very small and very large numbers with a power of ten.
/** @param {number} value */
export function short(value, digits = 3) {
  if (!Number.isFinite(value)) return Math.abs(value) === Infinity ? `${value < 0 ? "−" : ""}∞` : "–";
  const size = Math.abs(value), text = value && (size < 1e-3 || size >= 1e6) ? value.toExponential(Math.max(1, digits - 2)) : String(Number(value.toPrecision(digits)));
  return text.replace("+", "").replaceAll("-", "−");
}
// The labels of an axis, low and high: as few digits as keep rounding below 2 % of the range, else the high end as its distance from the low one.
/** @param {number} low @param {number} high */
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

// The time at the end of step t.
/** @param {Frame} frame @param {number} sample @param {number} t */
export function moment(frame, sample, t) {
  const seconds = frame.duration_s[sample];
  if (seconds === null) return `step ${t + 1} of ${frame.sizes.time}`;
  return `${fixed(frame.start_s[sample] + ((t + 1) / frame.sizes.time) * seconds, 2)} s`;
}
/** @param {Frame} frame @param {number} sample @param {number} t */
export const brief = (frame, sample, t) => moment(frame, sample, t).split(" of ")[0];

// A time range, from the start of the first step to the end of the last.
/** @param {Frame} frame @param {number} sample @param {[number, number]} span */
export function stretch(frame, sample, [a, b]) {
  const seconds = frame.duration_s[sample], T = frame.sizes.time;
  if (seconds === null) return a === b ? `step ${a + 1}` : `steps ${a + 1} to ${b + 1}`;
  const start = frame.start_s[sample];
  return `${fixed(start + (a / T) * seconds, 2)} to ${fixed(start + ((b + 1) / T) * seconds, 2)} s`;
}
/** @param {Frame} frame @param {number} e */
export const epochName = (frame, e) => `epoch ${frame.epochs[e]} of ${frame.epochs[frame.epochs.length - 1]}`;

// The coalition (one bit for each modality) of the modalities that are not masked.
/** @param {Frame} frame @param {string[]} masked */
export const coalitionWithout = (frame, masked) => frame.modalities.reduce((sum, m, i) => sum | (masked.includes(m.name) ? 0 : 1 << i), 0);

/**
 * Insert values into a sentence: {key} becomes values[key].
 * @param {string} phrase
 * @param {Record<string, string | number>} values
 */
export const fill = (phrase, values) => phrase.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));

/**
 * Return the sentence under the controls; edits: how the sample was edited, or "".
 * @param {Frame} frame
 * @param {import("./types.js").Selection} selection
 */
export function readout(frame, { sample, epoch, time, masked }, edits = "") {
  const { phrases, digits, epochs, sizes } = frame, seconds = frame.duration_s[sample], target = frame.targets[sample];
  const prediction = frame.part("prediction", epoch, sample, time), phi = frame.part("phi", epoch, sample, time);
  const classes = frame.task === "classification", best = classes ? argmax(prediction) : 0;
  return fill(phrases.readout, {
    epoch: epochs[epoch],
    last_epoch: epochs[sizes.epoch - 1],
    moment: seconds === null ? fill(phrases.step, { step: time + 1, steps: sizes.time })
      : fill(phrases.time, { time: fixed(frame.start_s[sample] + ((time + 1) / sizes.time) * seconds, 2) }),
    prediction: fill(best < 0 ? phrases.no_prediction : phrases.prediction, {
      predicted: frame.outputs[best], value: fixed(prediction[best], digits), target: classes ? frame.outputs[target] : fixed(target ?? NaN, digits),
    }),
    phi: frame.modalities.map((m, i) => `${m.name} ${signed(phi[i], digits)}`).join(", "),
    masked: masked.length ? fill(phrases.masked, {
      modalities: masked.join(", "), value: fixed(frame.part("game", epoch, sample, time)[coalitionWithout(frame, masked)], digits),
    }) : "",
    edits: edits && fill(phrases.edits, { edits }),
  });
}
