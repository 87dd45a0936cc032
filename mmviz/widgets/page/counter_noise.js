// Standard normal values by counter: each value is a function of seed, stream and position alone, as in recording/counter_noise.py.
const GOLDEN = 0x9e3779b9;

// A bijective hash of a 32-bit word ("lowbias32", C. Wellons 2018).
/** @param {number} word */
export function mixed(word) {
  let out = word >>> 0;
  out = Math.imul(out ^ (out >>> 16), 0x7feb352d);
  out = Math.imul(out ^ (out >>> 15), 0x846ca68b);
  return (out ^ (out >>> 16)) >>> 0;
}

/**
 * Return `count` standard normal values: the Box-Muller transform of two hashed counters each.
 * @param {number} seed 0 to 2^32 - 1
 * @param {number} stream the position of the modality
 * @param {number} count
 */
export function counterNormal(seed, stream, count) {
  const outer = mixed((seed + GOLDEN) >>> 0), inner = mixed((outer ^ (stream + 1)) >>> 0), out = new Float64Array(count);
  /** @param {number} counter */
  const word = (counter) => mixed((mixed((counter + inner) >>> 0) ^ outer) >>> 0);
  for (let i = 0; i < count; i++) {
    const u = (word(2 * i) + 1) / 2 ** 32, v = word(2 * i + 1) / 2 ** 32;
    out[i] = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }
  return out;
}
