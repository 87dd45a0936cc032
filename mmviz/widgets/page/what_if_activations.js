// Internal activations of the model in the page as arrays of the frame: expert weights, and transport plans.
/**
 * @import { Frame, Numbers } from "./types.js"
 * @import { Prediction } from "./engine/types.js"
 * @typedef {Record<string, { shape: number[], values: Numbers }>} Arrays
 */

/** Write values from 0 to `most` as levels 0..255; NaN: 0. @param {ArrayLike<number>} values @param {number} most @param {Uint8Array} out @param {number} at */
function levels(values, most, out, at) {
  for (let i = 0; i < values.length; i++) {
    const share = values[i] / most;
    out[at + i] = share >= 1 ? 255 : share > 0 ? Math.round(255 * share) : 0;
  }
}

/**
 * Return `routing`, `distance`, `plan` and `cost` of one sample at one epoch, where the frame and the prediction have them.
 * @param {Frame} frame @param {Prediction} prediction @param {number} epoch index of the epoch of the weights
 * @returns {Arrays}
 */
export function activationsOf(frame, { routing, transport }, epoch) {
  /** @type {Arrays} */
  const out = {};
  if (routing && frame.has("routing")) {
    const shape = [1, 1, ...frame.shape("routing").slice(2)], values = new Uint8Array(shape.reduce((a, b) => a * b, 1)), each = values.length / shape[2];
    if (routing.length === shape[2] && routing.every((layer) => layer.length === each)) {
      routing.forEach((layer, l) => levels(layer, 1, values, l * each));
      out.routing = { shape, values };
    }
  }
  if (transport && frame.has("plan") && transport.length === frame.pairs.length) {
    out.distance = { shape: [1, 1, transport.length], values: Float32Array.from(transport, (pair) => pair.distance[0]) };
    const shape = [1, ...frame.shape("plan").slice(1)], each = shape[2] * shape[3];
    // plan and cost of the frame are those of the selected epoch
    if (frame.epochs[epoch] === frame.best_epoch && transport.every(({ plan }) => plan.length === each))
      for (const kind of /** @type {const} */ (["plan", "cost"])) {
        const values = new Uint8Array(transport.length * each);
        transport.forEach((pair, p) => levels(pair[kind], frame.transport_scale[kind][p], values, p * each));
        out[kind] = { shape, values };
      }
  }
  return out;
}
