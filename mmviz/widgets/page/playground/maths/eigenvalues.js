// Eigenvalues of real matrices up to 3 × 3, by QR steps with a double shift.
/** @import { Matrix } from "./coupled_scan.js" */
import { product } from "./coupled_scan.js";

/** @typedef {[re: number, im: number]} Complex */

/** Those of a 2 × 2 matrix. @param {number} a @param {number} b @param {number} c @param {number} d @returns {Complex[]} */
function ofTwo(a, b, c, d) {
  const half = (a - d) / 2, under = half * half + b * c, middle = (a + d) / 2;
  if (under < 0) return [[middle, Math.sqrt(-under)], [middle, -Math.sqrt(-under)]];
  // the one farther from 0 first; the other by the determinant, without cancellation
  const far = middle + (middle < 0 ? -1 : 1) * Math.sqrt(under), det = a * d - b * c;
  const near = far && Math.abs(far) > Math.abs(middle) ? det / far : middle - (far - middle);
  return [[far, 0], [near, 0]];
}

/** The orthogonal factor Q of a 3 × 3 matrix, by Householder reflections. @param {Matrix} given @returns {Matrix} */
function orthogonal(given) {
  let R = given, Q = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  for (let k = 0; k < 2; k++) {
    const column = R.map((row, i) => (i < k ? 0 : row[k])), norm = Math.hypot(...column);
    if (!norm) continue;
    column[k] += column[k] < 0 ? -norm : norm;
    const size = column.reduce((sum, v) => sum + v * v, 0);
    const mirror = column.map((v, i) => column.map((w, j) => (i === j ? 1 : 0) - (2 * v * w) / size));
    R = product(mirror, R);
    Q = product(Q, mirror);
  }
  return Q;
}
/** @param {Matrix} given @returns {Matrix} */
const transposed = (given) => given[0].map((_, k) => given.map((row) => row[k]));

/**
 * Return the eigenvalues of a real matrix of one to three rows, the largest absolute value first.
 * @param {Matrix} given
 * @returns {Complex[]}
 */
export function eigenvalues(given) {
  const M = given.length;
  if (M === 1) return [[given[0][0], 0]];
  if (M === 2) return sorted(ofTwo(given[0][0], given[0][1], given[1][0], given[1][1]));
  const scale = Math.max(...given.flat().map(Math.abs)) || 1;
  let H = given.map((row) => row.map((v) => v / scale));
  // zero below the subdiagonal: rotate rows and columns 1 and 2
  const long = Math.hypot(H[1][0], H[2][0]);
  if (H[2][0]) {
    const c = H[1][0] / long, s = H[2][0] / long, turn = [[1, 0, 0], [0, c, s], [0, -s, c]];
    H = product(product(turn, H), transposed(turn));
  }
  for (let step = 0; step < 200; step++) {
    H[2][0] = 0;
    const small = (/** @type {number} */ i) => Math.abs(H[i][i - 1]) <= Number.EPSILON * (Math.abs(H[i][i]) + Math.abs(H[i - 1][i - 1]) || 1);
    if (small(2)) return sorted([...ofTwo(H[0][0], H[0][1], H[1][0], H[1][1]), [H[2][2], 0]], scale);
    if (small(1)) return sorted([[H[0][0], 0], ...ofTwo(H[1][1], H[1][2], H[2][1], H[2][2])], scale);
    let sum = H[1][1] + H[2][2], det = H[1][1] * H[2][2] - H[1][2] * H[2][1];
    if (step % 10 === 9) { // an exceptional shift: a cyclic matrix would repeat itself
      const w = Math.abs(H[2][1]) + Math.abs(H[1][0]);
      [sum, det] = [1.5 * w, w * w];
    }
    const square = product(H, H), Q = orthogonal(square.map((row, i) => row.map((v, j) => v - sum * H[i][j] + (i === j ? det : 0))));
    H = product(product(transposed(Q), H), Q);
  }
  return sorted([[NaN, 0], [NaN, 0], [NaN, 0]]);
}

/** @param {Complex[]} values @param {number} scale @returns {Complex[]} */
function sorted(values, scale = 1) {
  return values.map(([re, im]) => /** @type {Complex} */ ([scale * re, scale * im])).sort((a, b) => Math.hypot(...b) - Math.hypot(...a) || b[0] - a[0] || b[1] - a[1]);
}

/** The largest absolute value. @param {Complex[]} values */
export const spectralRadius = (values) => Math.max(...values.map(([re, im]) => Math.hypot(re, im)));
