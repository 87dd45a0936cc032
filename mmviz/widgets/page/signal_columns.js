// Columns of a signal on the shared time axis: at the timestamp of each frame, or of equal width without timestamps.
// A column: the frame (-1: none was recorded, or none of its features has a value), and from, to, at as fractions of the axis.
const EDGE = 1e-4;

/** @typedef {{ frame: number, from: number, to: number, at: number }} Column */
/** @param {import("./types.js").Recorded} frame @param {number} m @param {number} sample @returns {Column[]} */
export function columnsOf(frame, m, sample) {
  const valid = frame.part(`signal_valid_${m}`, sample), values = frame.part(`signal_${m}`, sample), F = frame.modalities[m].features.length;
  /** @param {number} i */
  const withValue = (i) => {
    for (let f = 0; f < F; f++) if (Number.isFinite(values[i * F + f])) return i;
    return -1;
  };
  const kept = [...valid.keys()].filter((i) => valid[i]);
  if (frame.has(`signal_at_${m}`)) return timed(kept, frame.part(`signal_at_${m}`, sample), frame.part(`signal_until_${m}`, sample), withValue);
  const spread = frame.align === "resample" || frame.modalities[m].static; // the model repeats a static modality at every step
  const count = spread ? kept.length : frame.align === "pad" ? frame.sizes.time : valid.length;
  /** @type {(k: number) => number} */
  const of = spread ? (k) => kept[k] : (k) => (k < valid.length && valid[k] ? k : -1);
  return Array.from({ length: count }, (_, k) => ({ frame: of(k) < 0 ? -1 : withValue(of(k)), from: k / count, to: (k + 1) / count, at: (k + 0.5) / count }));
}

// A column without a frame wherever the next frame begins after the last one ends.
/** @param {number[]} kept @param {ArrayLike<number>} at @param {ArrayLike<number>} until @param {(i: number) => number} withValue */
function timed(kept, at, until, withValue) {
  /** @type {Column[]} */
  const columns = [];
  /** @type {(from: number, to: number) => unknown} */
  const gap = (from, to) => to > from + EDGE && columns.push({ frame: -1, from, to, at: from });
  let end = 0;
  for (const i of kept) {
    gap(end, at[i]);
    columns.push({ frame: withValue(i), from: at[i], to: until[i], at: at[i] });
    end = until[i];
  }
  gap(end, 1);
  return columns;
}

// The frame at each of many equal parts of the axis, for maps; columns of equal width are the parts.
/** @param {Column[]} columns @param {boolean} even */
export function rasterOf(columns, even) {
  if (even) return columns.map((one) => one.frame);
  const count = Math.min(2000, Math.max(400, 2 * columns.length));
  let k = 0;
  return Array.from({ length: count }, (_, x) => {
    const share = (x + 0.5) / count;
    while (k + 1 < columns.length && columns[k].to <= share) k++;
    return columns.length && columns[k].from <= share && share < columns[k].to ? columns[k].frame : -1;
  });
}
