// End-to-end attribution of an edited or unrecorded sample by the model in the page: after its prediction and Shapley values, a block of prefixes at a time.
/**
 * @import { Frame, Numbers } from "./types.js"
 * @import { Input } from "./what_if_edits.js"
 * @import { Engine } from "./engine/types.js"
 * @typedef {Record<string, { shape: number[], values: Numbers }>} Arrays
 * @typedef {{ arrays: Arrays, explained: string }} Found
 */

/** rows of one request: an edit waits for one request at most; milliseconds without a further edit before the first one */
const ROWS = 1, QUIET = 150;

/** @param {ArrayLike<number>} values @param {number} from @param {number} count */
function largestAt(values, from, count) {
  let best = 0;
  for (let k = 1; k < count; k++) if (values[from + k] > values[from + best]) best = k;
  return best;
}

/**
 * Return the arrays of the frame: those of analysis/end_to_end.py and plots/explorer_attribution.py.
 * @param {Frame} frame @param {Engine} engine @param {Input} input @param {Float32Array} predictions step x output @param {() => boolean} current
 * @returns {Promise<Found | null>} null: no longer current
 */
export async function attributionOf(frame, engine, input, predictions, current) {
  const T = frame.sizes.time, M = frame.modalities.length, K = frame.outputs.length, steps = predictions.length / K, classes = frame.task === "classification", starts = frame.attribution.block, B = starts.length;
  const y = largestAt(predictions, (steps - 1) * K, K), along = steps === T && frame.has("attribution_prefix");
  // weights of the raw outputs: the gradient of log p of the class at constant p; of a value: 1
  const weight = Float32Array.from(predictions, (p, i) => (classes ? (i % K === y ? 1 : 0) - p : 1));
  const rows = along ? Array.from({ length: steps }, (_, t) => t) : [steps - 1];
  const shares = new Float32Array(rows.length * M * T);
  /** @type {import("./engine/types.js").Attribution | null} */
  let last = null;
  for (let from = 0; from < rows.length; from += ROWS) {
    const some = rows.slice(from, from + ROWS), count = rows.length === 1 ? 1 : ROWS, weights = new Float32Array(count * steps * K);
    some.forEach((t, r) => {
      for (let k = 0; k < K; k++) if (Number.isFinite(weight[t * K + k])) weights[(r * steps + t) * K + k] = weight[t * K + k];
    });
    last = await engine.attribute({ values: input.values, valid: input.valid, ...(input.share ? { share: input.share } : {}), weights });
    if (!current()) return null;
    shares.set(last.share.subarray(0, some.length * M * T), from * M * T);
  }
  const { output, bias } = /** @type {import("./engine/types.js").Attribution} */ (last);
  /** @param {Float32Array} raw @param {number} t */
  const weighted = (raw, t) => {
    let sum = 0;
    for (let k = 0; k < K; k++) sum += weight[t * K + k] * raw[t * K + k];
    return sum;
  };
  const own = shares.slice((rows.length - 1) * M * T), total = weighted(output, steps - 1), base = weighted(bias, steps - 1);
  /** @type {Arrays} */
  const arrays = {
    attribution: { shape: [1, M, T], values: own },
    attribution_total: { shape: [1], values: Float32Array.of(total) },
    attribution_bias: { shape: [1], values: Float32Array.of(base) },
    attribution_error: { shape: [1], values: Float32Array.of(Math.abs(total - base - own.reduce((a, b) => a + b, 0))) },
  };
  if (along) {
    const blocks = new Float32Array(T * M * B), levels = new Uint8Array(T * M * B), limits = new Float32Array(T);
    for (let t = 0; t < T; t++) {
      for (let m = 0; m < M; m++) for (let b = 0; b < B; b++) for (let s = starts[b]; s < (starts[b + 1] ?? T); s++) blocks[(t * M + m) * B + b] += shares[(t * M + m) * T + s];
      const row = blocks.subarray(t * M * B, (t + 1) * M * B);
      limits[t] = row.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1;
      row.forEach((v, i) => (levels[t * M * B + i] = Math.round(Math.sqrt(Math.abs(v) / limits[t]) * Math.sign(v) * 127 + 128)));
    }
    Object.assign(arrays, {
      attribution_prefix: { shape: [1, T, M, B], values: levels },
      attribution_prefix_limit: { shape: [1, T], values: limits },
      attribution_prefix_bias: { shape: [1, T], values: Float32Array.from({ length: T }, (_, t) => weighted(bias, t)) },
      attribution_prefix_total: { shape: [1, T], values: Float32Array.from({ length: T }, (_, t) => weighted(output, t)) },
    });
  }
  return { arrays, explained: classes ? frame.outputs[y] : "" };
}

/**
 * Return a queue of one: the attribution of the newest sample is computed once no further edit comes.
 * @param {Engine} engine @param {Frame} frame
 */
export function attributionQueue(engine, frame) {
  let turn = 0, timer = 0;
  const cancel = () => {
    turn++;
    clearTimeout(timer);
  };
  /** @param {Input} input @param {Float32Array} predictions @param {(found: Found) => void} done @param {(reason: string) => void} failed */
  function follow(input, predictions, done, failed) {
    cancel();
    const mine = turn;
    timer = setTimeout(() => void attributionOf(frame, engine, input, predictions, () => mine === turn).then((found) => found && mine === turn && done(found), (error) => mine === turn && failed(error instanceof Error ? error.message : String(error))), QUIET);
  }
  return { follow, cancel };
}
