// Optimal transport between two small weighted point sets on a line: the exact plan, the entropic plan, and the relaxed plan.
/** @import { Matrix } from "./coupled_scan.js" */

/** Squared distances (source, target). @param {number[]} from @param {number[]} to @returns {Matrix} */
export const squaredDistances = (from, to) => from.map((x) => to.map((y) => (x - y) ** 2));
/** Cost of a plan, Σ P C. @param {Matrix} plan @param {Matrix} cost */
export const costOf = (plan, cost) => plan.reduce((sum, row, i) => sum + row.reduce((inner, p, j) => inner + (p ? p * cost[i][j] : 0), 0), 0);
/** @param {Matrix} plan */
export const received = (plan) => plan[0].map((_, j) => plan.reduce((sum, row) => sum + row[j], 0));

/**
 * Return the plan of least cost with the marginals a and b, a linear program: the cheapest path from a source with mass left to a target with
 * room left is used until nothing is left; a path may take mass back from an earlier one.
 * @param {Matrix} cost
 * @param {number[]} a
 * @param {number[]} b of the same sum
 * @returns {Matrix}
 */
export function exactPlan(cost, a, b) {
  const n = a.length, m = b.length, least = 1e-13 * a.reduce((sum, v) => sum + v, 0), plan = cost.map((row) => row.map(() => 0)), left = [...a], room = [...b];
  for (let round = 0; round < 1000; round++) {
    // shortest paths (Bellman and Ford) over the nodes 0..n-1 (sources) and n..n+m-1 (targets)
    const far = [...left.map((v) => (v > least ? 0 : Infinity)), ...room.map(() => Infinity)], by = far.map(() => -1);
    for (let changed = true, pass = 0; changed && pass <= n + m; pass++) {
      changed = false;
      for (let i = 0; i < n; i++)
        for (let j = 0; j < m; j++) {
          if (far[i] + cost[i][j] < far[n + j] - 1e-15) [far[n + j], by[n + j], changed] = [far[i] + cost[i][j], i, true];
          if (plan[i][j] > least && far[n + j] - cost[i][j] < far[i] - 1e-15) [far[i], by[i], changed] = [far[n + j] - cost[i][j], n + j, true];
        }
    }
    let end = -1;
    for (let j = 0; j < m; j++) if (room[j] > least && (end < 0 || far[n + j] < far[n + end])) end = j;
    if (end < 0 || far[n + end] === Infinity) return plan;
    /** @type {[number, number, number][]} */
    const way = []; // source, target, direction
    let amount = room[end], node = n + end;
    while (by[node] >= 0) {
      const before = by[node];
      if (node >= n) way.push([before, node - n, 1]);
      else {
        way.push([node, before - n, -1]);
        amount = Math.min(amount, plan[node][before - n]);
      }
      node = before;
    }
    amount = Math.min(amount, left[node]);
    for (const [i, j, sign] of way) plan[i][j] += sign * amount;
    left[node] -= amount;
    room[end] -= amount;
  }
  return plan;
}

/** −ε log Σ_j w_j exp(−v_j / ε). @param {number[]} values @param {number[]} weights @param {number} epsilon */
function softMinimum(values, weights, epsilon) {
  const terms = values.map((v, j) => Math.log(weights[j]) - v / epsilon), top = Math.max(...terms);
  return -epsilon * (top + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - top), 0)));
}

/**
 * Return the plan that minimises cost + ε KL(P | a bᵀ) by Sinkhorn's algorithm in the log domain, its marginal error and the iterations.
 * @param {Matrix} cost
 * @param {number[]} a positive
 * @param {number[]} b positive, of the same sum
 * @param {number} epsilon
 */
export function entropicPlan(cost, a, b, epsilon, most = 20_000) {
  let f = a.map(() => 0), g = b.map(() => 0), error = Infinity, iterations = 0;
  const across = b.map((_, j) => cost.map((row) => row[j]));
  const planOf = () => cost.map((row, i) => row.map((c, j) => a[i] * b[j] * Math.exp((f[i] + g[j] - c) / epsilon)));
  while (error > 1e-12 && iterations < most) {
    f = cost.map((row) => softMinimum(row.map((c, j) => c - g[j]), b, epsilon));
    g = across.map((row) => softMinimum(row.map((c, i) => c - f[i]), a, epsilon));
    if (++iterations % 10 === 0) error = planOf().reduce((sum, row, i) => sum + Math.abs(row.reduce((s, p) => s + p, 0) - a[i]), 0);
  }
  return { plan: planOf(), error, iterations };
}

/** Each source sends all its mass to its nearest target; what a target receives is free. @param {Matrix} cost @param {number[]} a @returns {Matrix} */
export const relaxedPlan = (cost, a) => cost.map((row, i) => {
  const nearest = row.indexOf(Math.min(...row));
  return row.map((_, j) => (j === nearest ? a[i] : 0));
});
