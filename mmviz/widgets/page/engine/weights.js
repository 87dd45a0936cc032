// Weights as they are stored: float32, the upper three bytes of a float32, float16, levels of equal distance, float64, int64, bytes.
/** @import { GraphNode } from "./types.js" */

/** Return float16 values as float32. @param {Uint16Array} stored */
export function fromFloat16(stored) {
  const out = new Float32Array(stored.length);
  for (let i = 0; i < out.length; i++) {
    const h = stored[i], sign = h & 0x8000 ? -1 : 1, exponent = (h >> 10) & 31, fraction = h & 1023;
    out[i] = exponent === 0 ? sign * fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : sign * Infinity) : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return out;
}

/**
 * Return the values of a constant.
 * @param {Uint8Array} bytes
 * @param {Pick<GraphNode, "store" | "at" | "step" | "zero">} node
 * @param {number} size
 * @returns {ArrayLike<number>}
 */
export function stored(bytes, { store, at = 0, step = 1, zero = 0 }, size) {
  const width = { f4: 4, f3: 3, f2: 2, u2: 2, f8: 8, i8: 8, u1: 1 }[store ?? "f4"], copy = bytes.slice(at, at + size * width);
  if (store === "f3") {
    const wide = new Uint8Array(size * 4);
    for (let i = 0; i < size; i++) for (let k = 0; k < 3; k++) wide[4 * i + 1 + k] = copy[3 * i + k];
    return new Float32Array(wide.buffer);
  }
  if (store === "f2") return fromFloat16(new Uint16Array(copy.buffer));
  if (store === "u2") return Float32Array.from(new Uint16Array(copy.buffer), (level) => (level - zero) * step);
  if (store === "f8") return new Float64Array(copy.buffer);
  if (store === "i8") return Array.from(new BigInt64Array(copy.buffer), Number);
  return store === "u1" ? copy : new Float32Array(copy.buffer);
}
