// Arrays of one captured scan: steps and the time axis, values of a cell, and the influence of the sources.
/** @import { CapturedScan, Frame, Recorded } from "./types.js" */

// The time step in which a column ends, -1 where that is not known; until[column] is its end as a share of the time axis.
/** @type {(until: ArrayLike<number>, frame: Frame, column: number) => number} */
export const timeOf = (until, frame, column) => (Number.isFinite(until[column]) ? Math.min(frame.sizes.time - 1, Math.max(0, Math.ceil(until[column] * frame.sizes.time - 1e-4) - 1)) : -1);
// The column that ends last among those that end by time step t, else the one that ends first; -1 where no end is known.
/** @type {(until: ArrayLike<number>, frame: Frame, t: number) => number} */
export function columnOf(until, frame, t) {
  let best = -1;
  for (let i = 0; i < until.length; i++) {
    const at = timeOf(until, frame, i), held = best < 0 ? -1 : timeOf(until, frame, best);
    if (at < 0) continue;
    if (best < 0 || (at <= t ? held > t || until[i] >= until[best] : held > t && until[i] < until[best])) best = i;
  }
  return best;
}

// The steps of a column or block, counted from 1.
/** @type {(site: CapturedScan, index: number, width: number) => string} */
export function stepsOf({ steps }, index, width) {
  const first = index * width + 1, last = Math.min(steps, (index + 1) * width);
  return first === last ? String(first) : `${first} to ${last}`;
}

// The site of the same name in every compared run that has it.
/** @param {Frame} frame @param {CapturedScan} site @returns {{ one: Frame, k: number, about: CapturedScan }[]} */
export const sameSite = (frame, site) => frame.compared.flatMap((one) => one.scans.flatMap((about, k) => (about.site === site.site ? [{ one, k, about }] : [])));

/**
 * Views of the arrays of site k, for one recorded sample and one SSM stream of it.
 * @param {Recorded} frame
 * @param {number} k
 * @param {number} sample
 * @param {number} stream
 */
export function siteArrays(frame, k, sample, stream) {
  const [, , rows, columns] = frame.shape(`scan_norm_${k}`), { scale } = frame.scans[k];
  const levels = frame.part(`scan_norm_${k}`, sample, stream), mean = frame.part(`scan_mean_${k}`, sample, stream);
  /** @param {number} column */
  const valid = (column) => !Number.isNaN(mean[column]);
  return {
    rows, columns, mean, valid,
    /** @type {(row: number, column: number) => number} level 0..255, -1 without data */
    level: (row, column) => (valid(column) ? levels[row * columns + column] : -1),
    /** @type {(row: number, column: number) => number} */
    value: (row, column) => (valid(column) ? (levels[row * columns + column] / 255) * scale : NaN),
    /** @type {(row: number, column: number) => boolean} is the value the end of the colour scale, or beyond it? */
    clipped: (row, column) => valid(column) && levels[row * columns + column] === 255,
    half_life: frame.part(`scan_half_life_${k}`, sample, stream),
    sorted: frame.part(`scan_quantile_${k}`, sample, stream),
    until: frame.part(`scan_until_${k}`, sample, stream),
    channels: frame.part(`scan_index_${k}`, stream),
  };
}

/**
 * The influence of every source (stream, block) on the blocks of one target stream, or null.
 * @param {Frame} frame
 * @param {number} k
 * @param {number} sample
 * @param {number} target
 */
export function influenceOf(frame, k, sample, target) {
  const about = frame.scans[k].influence;
  if (!about) return null;
  const [, , blocks, sources] = frame.shape(`scan_influence_${k}`), levels = frame.part(`scan_influence_${k}`, sample, target);
  /** @type {(t: number, n: number, s: number) => number} */
  const level = (t, n, s) => levels[(t * sources + n) * blocks + s];
  /** @type {(t: number, n: number, s: number) => number} */
  const value = (t, n, s) => about.scale * (level(t, n, s) / 255) ** 2;
  // the sum over the steps of each source up to a target block, and the block with the largest value
  /** @param {number} t */
  const sums = (t) => Array.from({ length: sources }, (_, n) => {
    let sum = 0, most = 0, at = -1;
    for (let s = 0; s <= t; s++) {
      const v = value(t, n, s);
      sum += v;
      if (v > most) [most, at] = [v, s];
    }
    return { sum, at };
  });
  return { blocks, sources, width: about.width, level, value, sums };
}
