// Arrays of the kernels with broadcasting and other layouts: tables of sizes and strides, numbers in the memory, copies.
/** @import { Building, Built, Tensor } from "./types.js" */
import { gathered, scattered, stridesOf } from "./shape.js";

/** axes that a kernel walks over, after merging */
const MAX_RANK = 8;
/** @type {Record<string, number>} */
const BYTES = { f: 4, b: 1, i: 8, d: 8 };

/**
 * Return sizes and strides without axes of length 1, and with neighbours merged that all arrays walk as one.
 * @param {readonly number[]} shape @param {readonly (readonly number[])[]} strides one list per array
 */
export function merged(shape, strides) {
  /** @type {number[]} */
  const sizes = [];
  /** @type {number[][]} */
  const found = strides.map(() => []);
  shape.forEach((n, axis) => {
    if (n === 1) return;
    const last = sizes.length - 1;
    if (last >= 0 && strides.every((one, k) => found[k][last] === one[axis] * n)) {
      sizes[last] *= n;
      strides.forEach((one, k) => { found[k][last] = one[axis]; });
    } else {
      sizes.push(n);
      strides.forEach((one, k) => found[k].push(one[axis]));
    }
  });
  if (sizes.length === 0) {
    sizes.push(1);
    for (const one of found) one.push(0);
  }
  return { sizes, strides: found };
}

/**
 * Return a table of sizes and strides for the kernels, and code that writes it; null without kernels, and for more axes than they walk.
 * @param {Building} building @param {readonly number[]} shape @param {readonly (readonly number[])[]} strides
 */
export function walkTable(building, shape, strides) {
  if (!building.simd) return null;
  const { sizes, strides: steps } = merged(shape, strides), values = [sizes.length, ...sizes, ...steps.flat()];
  if (sizes.length > MAX_RANK) return null;
  const table = building.scratch([values.length], "f", true);
  return { table, once: () => new Int32Array(table.data.buffer, table.data.byteOffset, values.length).set(values) };
}

/** Return an array of the memory, or a number as such, with code that writes it; null for types that the kernels do not have. @param {Building} building @param {Tensor} x */
export function floatOperand(building, x) {
  if (x.type === "f") return { tensor: x, once: () => {} };
  if (x.type !== "d" || x.size !== 1 || x.shape.length > 0) return null;
  const tensor = building.scratch([1], "f", true), value = x.data[0];
  return { tensor, once: () => { tensor.data[0] = value; } };
}

/** Run several pieces of code as one. @param {Built[]} parts @returns {Built} */
export const together = (parts) => ({ once: () => { for (const part of parts) part.once?.(); }, run: () => { for (const part of parts) part.run?.(); } });

/** @param {Building} building @param {Tensor} out @param {Tensor} from @param {readonly number[]} shape @param {readonly number[]} read @param {readonly number[]} write @param {number} start @param {number} target @returns {Built | null} */
function copied(building, out, from, shape, read, write, start, target) {
  const walk = out.type === from.type && out.size > 0 && from.size > 0 ? walkTable(building, shape, [read, write]) : null, bytes = BYTES[out.type];
  return walk && { once: walk.once, run: () => building.kernels.copy(from.data.byteOffset + start * bytes, out.data.byteOffset + target * bytes, walk.table.data.byteOffset, bytes) };
}

/**
 * Copy elements from strided places into a contiguous array (`gathered` in shape.js).
 * @param {Building} building @param {Tensor} out @param {Tensor} from @param {readonly number[]} strides of `from` @param {number} start @param {readonly number[]} [shape] @returns {Built}
 */
export const gatheredBy = (building, out, from, strides, start, shape = out.shape) =>
  copied(building, out, from, shape, strides, stridesOf(shape), start, 0) ?? { run: gathered(out, from, strides, start, shape) };

/**
 * Copy a contiguous array to strided places (`scattered` in shape.js).
 * @param {Building} building @param {Tensor} out @param {Tensor} from @param {readonly number[]} strides of `out` @param {number} start @param {readonly number[]} [shape] @returns {Built}
 */
export const scatteredBy = (building, out, from, strides, start, shape = from.shape) =>
  copied(building, out, from, shape, stridesOf(shape), strides, 0, start) ?? { run: scattered(out, from, strides, start, shape) };
