// The Shapley value of three modalities as the mean over the six orders. Coalition number S holds modality i where bit i of S is set.

/** @type {[number, number, number][]} */
export const ORDERS = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/** The coalitions on the way of an order, from none to all. @param {number[]} order */
export const coalitionsOf = (order) => order.reduce((way, i) => [...way, way[way.length - 1] | (1 << i)], [0]);

/**
 * Return for each order the increment of each modality, the Shapley values φ, and the sum v(all) − v(∅).
 * @param {number[]} v the values of the 8 coalitions
 */
export function shapleyByOrders(v) {
  const increments = ORDERS.map((order) => {
    const way = coalitionsOf(order), own = [0, 0, 0];
    order.forEach((i, k) => (own[i] = v[way[k + 1]] - v[way[k]]));
    return own;
  });
  const phi = [0, 1, 2].map((i) => increments.reduce((sum, own) => sum + own[i], 0) / ORDERS.length);
  return { increments, phi, sum: v[7] - v[0] };
}
