// Recurrent layers of torch: gru, lstm, rnn_tanh and rnn_relu, with several layers and directions.
/** @import { BoundNode, Builder, Built, Tensor } from "../types.js" */
import { checkShape, fail, number, tensor, tensors } from "../arguments.js";
import { products } from "./matrices.js";

/** @typedef {(gx: ArrayLike<number>, at: number, gh: ArrayLike<number>, from: number, h: Float64Array | Float32Array | Uint8Array, c: ArrayLike<number> & { [k: number]: number }, k: number, H: number) => void} Cell changes unit k of h and c; gates of the input at gx[at + j H], of the state at gh[from + j H] */

/** @param {number} v */
const sigmoid = (v) => 1 / (1 + Math.exp(-v));

/** @type {Record<string, { gates: number, cell: Cell }>} */
const CELLS = {
  gru: {
    gates: 3,
    cell(gx, at, gh, from, h, _c, k, H) {
      const r = sigmoid(gx[at] + gh[from]), z = sigmoid(gx[at + H] + gh[from + H]), n = Math.tanh(gx[at + 2 * H] + r * gh[from + 2 * H]);
      h[k] = (1 - z) * n + z * h[k];
    },
  },
  lstm: {
    gates: 4,
    cell(gx, at, gh, from, h, c, k, H) {
      const i = sigmoid(gx[at] + gh[from]), f = sigmoid(gx[at + H] + gh[from + H]), g = Math.tanh(gx[at + 2 * H] + gh[from + 2 * H]), o = sigmoid(gx[at + 3 * H] + gh[from + 3 * H]);
      c[k] = f * c[k] + i * g;
      h[k] = o * Math.tanh(c[k]);
    },
  },
  rnn_tanh: { gates: 1, cell: (gx, at, gh, from, h, _c, k) => { h[k] = Math.tanh(gx[at] + gh[from]); } },
  rnn_relu: { gates: 1, cell: (gx, at, gh, from, h, _c, k) => { h[k] = Math.max(0, gx[at] + gh[from]); } },
};

/** Copy (A, B, n) to (B, A, n). @param {Tensor} from @param {Tensor} to @param {number} A @param {number} B @param {number} n */
function turned(from, to, A, B, n) {
  for (let a = 0; a < A; a++) for (let b = 0; b < B; b++) to.data.set(from.data.subarray((a * B + b) * n, (a * B + b + 1) * n), (b * A + a) * n);
}

/** @type {Builder} */
function recurrent(node, building) {
  const { gates, cell } = CELLS[node.op], x = tensor(node, "input"), lstm = node.op === "lstm", [y, last, lastCell] = node.parts;
  const initial = lstm ? tensors(node, "hx") : [tensor(node, "hx")], weights = tensors(node, "params"), layers = number(node, "num_layers"), directions = number(node, "bidirectional") ? 2 : 1;
  const first = Boolean(number(node, "batch_first")), each = number(node, "has_biases") ? 4 : 2, type = x.type;
  if (number(node, "train") && number(node, "dropout")) fail(node, "has dropout of a training");
  if (x.shape.length !== 3 || !y || !last || (lstm && (!lastCell || initial.length !== 2))) fail(node, "has no sequences, states and outputs of a recurrent layer");
  if (!(Number.isInteger(layers) && layers >= 1) || weights.length !== layers * directions * each) fail(node, `has ${weights.length} arrays of weights, expected ${layers * directions * each}; a projection is not available`);
  const [B, T] = first ? x.shape : [x.shape[1], x.shape[0]], H = initial[0].shape.at(-1) ?? 0, outputs = /** @type {Tensor} */ (y);
  checkShape(node, outputs, [...(first ? [B, T] : [T, B]), directions * H], "an output");
  for (const [state, name] of /** @type {[Tensor, string][]} */ ([...initial.map((one) => [one, "an initial state"]), [last, "a last state"], ...(lstm ? [[lastCell, "a last cell"]] : [])])) checkShape(node, state, [layers * directions, B, H], name);
  /** @type {Built[]} */
  const once = [], runs = /** @type {(() => void)[]} */ ([]);
  /** @param {Tensor} input @param {Tensor} w @param {Tensor | null} b @param {number} R @param {number} K @returns {Tensor & { run: () => void }} */
  const gated = (input, w, b, R, K) => {
    checkShape(node, w, [gates * H, K], "weights");
    if (b) checkShape(node, b, [gates * H], "a bias");
    const out = building.scratch([R, gates * H], type), built = products({ ...node, out }, building, input, w, b, { groups: 1, R, K, N: gates * H, turned: true, shared: { x: false, w: false } });
    once.push(built);
    return Object.assign(out, { run: () => built.run?.() });
  };
  let input = x, width = x.shape[2];
  if (first) {
    input = building.scratch([T, B, width], type);
    const target = input, n = width;
    runs.push(() => turned(x, target, B, T, n));
  }
  for (let l = 0; l < layers; l++) {
    const output = building.scratch([T, B, directions * H], type);
    for (let d = 0; d < directions; d++) {
      const at = (l * directions + d) * each, [wx, wh, bx = null, bh = null] = weights.slice(at, at + each), start = (l * directions + d) * B * H;
      const h = building.scratch([B, H], type), c = lstm ? building.scratch([B, H], type) : h;
      const gx = gated(input, wx, bx, T * B, width), gh = gated(h, wh, bh, B, H);
      runs.push(() => {
        gx.run();
        h.data.set(initial[0].data.subarray(start, start + B * H));
        if (lstm) c.data.set(initial[1].data.subarray(start, start + B * H));
        for (let i = 0; i < T; i++) {
          const t = d ? T - 1 - i : i;
          gh.run();
          for (let b = 0; b < B; b++) {
            for (let k = 0; k < H; k++) cell(gx.data, (t * B + b) * gates * H + k, gh.data, b * gates * H + k, h.data, c.data, b * H + k, H);
            output.data.set(h.data.subarray(b * H, (b + 1) * H), (t * B + b) * directions * H + d * H);
          }
        }
        last?.data.set(h.data, start);
        if (lstm) lastCell?.data.set(c.data, start);
      });
    }
    [input, width] = [output, directions * H];
  }
  const final = input;
  runs.push(() => (first ? turned(final, outputs, T, B, directions * H) : outputs.data.set(final.data)));
  return { once: () => once.forEach((one) => one.once?.()), run: () => runs.forEach((run) => run()) };
}

/** @type {Record<string, Builder>} */
export const recurrentLayers = Object.fromEntries(Object.keys(CELLS).map((name) => [name, recurrent]));
