// The frames of one modality as they are shown: those of the edited sample, those recorded, and those at the time cursor.
import { columnsOf } from "../signal_columns.js";
/** @import { Frame, Numbers, Range, Recorded } from "../types.js" */

/** @typedef {{ values: Numbers, valid: Numbers }} Frames */
/** @type {(frame: Recorded, m: number, sample: number) => Frames} */
const framesOf = (frame, m, sample) => ({ values: frame.part(`signal_${m}`, sample), valid: frame.part(`signal_valid_${m}`, sample) });

// Two arrays of one size are drawn differently; NaN and infinite values are both gaps.
/** @type {(a: Numbers, b: Numbers) => boolean} */
export const differ = (a, b) => a.some((v, i) => v !== b[i] && (Number.isFinite(v) || Number.isFinite(b[i])));

// What is shown, and the recorded frames where an edit changes them, else null.
/** @param {Frame} frame @param {number} m @param {number} sample @returns {{ now: Frames, then: Frames | null }} */
export function shownFrames(frame, m, sample) {
  const now = framesOf(frame, m, sample);
  if (!frame.edited() || !frame.replaced(`signal_${m}`)) return { now, then: null };
  const then = framesOf(frame.recorded, m, sample);
  return { now, then: differ(now.valid, then.valid) || differ(now.values, then.values) ? then : null };
}

// First and last frame with a part in the steps first..last; null: none.
/** @param {Frame} frame @param {number} m @param {number} sample @param {Range} steps @returns {Range | null} */
export function framesIn(frame, m, sample, [first, last]) {
  const T = frame.sizes.time, least = 1e-6, found = columnsOf(frame, m, sample).filter((one) => one.frame >= 0 && one.to > first / T + least && one.from < (last + 1) / T - least);
  return found.length ? [found[0].frame, found[found.length - 1].frame] : null;
}

// The last step with a part of a frame; -1: none.
/** @param {Frame} frame @param {number} m @param {number} sample @param {number} f */
export function stepOf(frame, m, sample, f) {
  const T = frame.sizes.time, column = columnsOf(frame, m, sample).find((one) => one.frame === f);
  return column ? Math.min(T - 1, Math.max(0, Math.ceil(column.to * T - 1e-6) - 1)) : -1;
}
