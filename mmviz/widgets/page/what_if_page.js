// Predictions of the model in the page: of edited samples, and of samples that were not recorded; first all modalities, then every subset,
// then, where the model is not causal, every prefix of the sequence.
import { activationsOf } from "./what_if_activations.js";
import { attributionQueue } from "./what_if_attribution.js";
import { editedFrames, interventionsOf } from "./what_if_edits.js";
import { requestKey } from "./what_if_request.js";

/**
 * @import { Frame, EditedSample, WhatIfRequest, Described, Numbers } from "./types.js"
 * @import { Input } from "./what_if_edits.js"
 * @import { Engine, Prediction } from "./engine/types.js"
 * @typedef {object} Source what the page knows about the model and its samples
 * @property {number} epoch index of the epoch of the weights
 * @property {(sample: number) => Input | null} sampleAt the frames of a sample, or null: the page does not hold them
 * @property {ArrayLike<number>[]} std training sd of each channel
 * @property {(number | null)[]} rates frames per second where they determine the time axis
 * @property {boolean} [attributes] the model has a graph of the attribution
 * @property {string} [no_attribution] why it has none
 * @property {boolean} timed the time axis is that of timestamps
 * @typedef {{ sample: number, key: string, request: WhatIfRequest, edited: boolean, requested: number }} Task
 */

/** most modalities for which every subset is computed; as many as Python records */
const MOST = 12;
/** longest expected time of the prefixes of all subsets, in milliseconds */
const PATIENCE = 20000;
/** most rows of one request; each number of rows needs memory of its own */
const ROWS = 8;
/** milliseconds for drawing a prediction, at most */
const FRAME = 40;
/** samples whose unedited predictions are kept */
const KEPT = 24;

/** Return exact Shapley values (time, modality) of a game (time, coalition), bit m of a coalition: modality m is available. */
/** @param {Float32Array} game @param {number} M */
export function shapleyOf(game, M) {
  const size = 2 ** M, T = game.length / size, out = new Float32Array(T * M), weight = new Float64Array(M);
  for (let s = 0, factor = 1 / M; s < M; s++) {
    weight[s] = factor;
    factor *= (s + 1) / (M - 1 - s);
  }
  const counts = Uint8Array.from({ length: size }, (_, k) => k.toString(2).replaceAll("0", "").length);
  for (let t = 0; t < T; t++)
    for (let m = 0; m < M; m++) {
      let sum = 0;
      for (let k = 0; k < size; k++) if (!((k >> m) & 1)) sum += weight[counts[k]] * (game[t * size + k + 2 ** m] - game[t * size + k]);
      out[t * M + m] = sum;
    }
  return out;
}

/**
 * Return the length of the time axis in seconds, as readout.py's duration_s, or null: steps are counted.
 * @param {Frame} frame @param {Uint8Array[]} valid @param {(number | null)[]} rates
 */
export function durationOf(frame, valid, rates) {
  const lengths = [], used = [];
  for (const [m, there] of valid.entries()) {
    if (frame.modalities[m].static || !there.some(Boolean)) continue;
    const rate = rates[m];
    if (rate === null) return null;
    used.push(rate);
    lengths.push((frame.align === "resample" ? there.reduce((sum, one) => sum + (one ? 1 : 0), 0) : frame.align === "pad" ? frame.sizes.time : there.length) / rate);
  }
  if (!used.length || Math.max(...lengths) - Math.min(...lengths) > (1 / Math.min(...used)) * (1 + 1e-9)) return null;
  return Math.max(...lengths);
}

/** @param {number} coalition @param {number} M */
const membersOf = (coalition, M) => Array.from({ length: M }, (_, m) => (coalition >> m) & 1);

/**
 * Return a sample for the overlay, from arrays over one epoch and one sample.
 * @param {Frame} frame
 * @param {Record<string, { shape: number[], values: Numbers }>} arrays
 * @param {Pick<EditedSample, "epoch" | "sample" | "edits" | "key" | "request" | "start_s" | "duration_s" | "explained" | "unexplained">} about
 * @returns {EditedSample}
 */
function overlayOf(frame, arrays, about) {
  /** @type {Record<string, number>} */
  const leads = {};
  /** @type {Record<string, Described>} */
  const described = {};
  for (const [key, { shape }] of Object.entries(arrays)) {
    leads[key] = frame.sample_axis[key] === 1 ? 2 : 1;
    described[key] = { shape, dtype: arrays[key].values instanceof Uint8Array ? "uint8" : "float32", at: 0, lags: [] };
  }
  return {
    ...about, leads, arrays: described,
    has: (key) => Object.hasOwn(arrays, key),
    shape: (key) => arrays[key].shape,
    part(key, ...index) {
      const { shape, values } = arrays[key], size = shape.slice(index.length).reduce((a, b) => a * b, 1);
      const start = index.reduce((sum, i, axis) => sum * shape[axis] + i, 0) * size;
      return values.subarray(start, start + size);
    },
  };
}

/** Return hidden-state magnitudes as levels 0..255 of the frame's channels (layer, modality, channel, time); not finite: 255. */
/** @param {Frame} frame @param {Float32Array[]} states norms (modality, channel of the model, time) or (modality, time, channel) per layer */
export function levelsOf(frame, states) {
  const { layer: L, channel: C, time: T } = frame.sizes, M = frame.modalities.length, out = new Uint8Array(L * M * C * T), power = 1 / (frame.state_power ?? 1);
  for (let l = 0; l < L; l++) {
    const E = states[l].length / (M * T), index = frame.part("channel_index", l);
    for (let m = 0; m < M; m++)
      for (let c = 0; c < C; c++) {
        const from = Math.max(0, index[m * C + c]), at = ((l * M + m) * C + c) * T;
        for (let t = 0; t < T; t++) {
          const share = states[l][(m * T + t) * E + from] / frame.scale[l];
          out[at + t] = Number.isFinite(share) ? Math.round(255 * Math.min(1, Math.max(0, share)) ** power) : 255;
        }
      }
  }
  return out;
}

/**
 * Return the predictions of the model in the page; `changed` is called after each.
 * @param {{ engine: Engine, frame: Frame, source: Source, changed: () => void, now?: () => number }} host
 */
export function pagePredictions({ engine, frame, source, changed, now = () => performance.now() }) {
  const M = frame.modalities.length, names = frame.modalities.map((one) => one.name), T = frame.sizes.time, K = frame.outputs.length, whole = 2 ** M - 1;
  const subsets = M <= MOST && frame.has("game");
  // numbers of rows of a request: subsets with one edited modality, and all
  const SIZES = [2 ** (M - 1) - 1, whole].filter((one) => one > 0 && one <= ROWS);
  /** @typedef {EditedSample & { draft: boolean, partial: boolean }} Computed partial: predictions of prefixes are missing */
  /** @type {Map<number, Computed>} unedited samples */
  const bases = new Map();
  /** @type {Map<number, Map<number, Float32Array>>} of unedited samples: predictions of subsets */
  const known = new Map();
  /** predictions of a subset that are there for every step */
  const complete = new WeakSet();
  /** @type {Computed | null} */
  let current = null;
  /** @type {WhatIfRequest | null} */
  let wanted = null;
  /** @type {{ key: string, sample: number, text: string } | null} */
  let problem = null;
  /** @type {{ key: string, first: number, all: number | null, prefixes: number | null, left: string } | null} */
  let times = null;
  let busy = false, stopped = false, requested = 0, lastKey = "";
  const queue = source.attributes && frame.has("attribution") ? attributionQueue(engine, frame) : null;

  /** @template V @param {Map<number, V>} map @param {number} sample @param {V} value */
  function keep(map, sample, value) {
    map.delete(sample);
    map.set(sample, value);
    for (const old of [...map.keys()].slice(0, Math.max(0, map.size - KEPT))) if (old !== wanted?.sample) map.delete(old);
  }
  /** @param {WhatIfRequest} request */
  const nameOf = (request) => requestKey(request) || `sample ${request.sample}`;

  /** @returns {Task | null} */
  function next() {
    if (wanted === null || stopped) return null;
    const { sample } = wanted, key = requestKey(wanted), base = bases.get(sample);
    const plain = { sample, epoch: source.epoch, masked: [], edits: {} };
    if (sample >= frame.recorded_samples && (!base || base.draft || (base.partial && !key)) && problem?.key !== nameOf(plain))
      return { sample, key: nameOf(plain), request: plain, edited: false, requested };
    if (!key || wanted.epoch !== source.epoch || problem?.key === key || (current?.key === key && !current.draft && !current.partial)) return null;
    return { sample, key, request: wanted, edited: true, requested };
  }

  /** @param {Task} task */
  const superseded = (task) => stopped || wanted === null || (task.edited ? requestKey(wanted) !== task.key : wanted.sample !== task.sample || (requestKey(wanted) !== "" && bases.get(task.sample)?.draft === false));

  /** @typedef {Record<string, { shape: number[], values: Numbers }>} Arrays over one epoch and one sample */
  /** @param {Input} input @param {Prediction} found */
  function arraysOf(input, found) {
    const head = [1, 1, T];
    /** @type {Arrays} */
    const arrays = { prediction: { shape: [...head, K], values: spread(found.predictions) }, ...activationsOf(frame, found, source.epoch) };
    if (found.valid) arrays.state_valid = { shape: [1, M, T], values: found.valid };
    if (found.states && frame.has("state")) arrays.state = { shape: [1, 1, frame.sizes.layer, M, frame.sizes.channel, T], values: levelsOf(frame, found.states) };
    input.values.forEach((values, m) => {
      const there = input.valid[m], F = values.length / there.length;
      arrays[`signal_${m}`] = { shape: [1, there.length, F], values: values.map((v, i) => (there[Math.floor(i / F)] ? v : 0)) };
      arrays[`signal_valid_${m}`] = { shape: [1, there.length], values: there };
    });
    return arrays;
  }
  /** Return why the page does not compute the attribution of a request, or "". @param {WhatIfRequest} request */
  function withoutAttribution({ edits }) {
    if (!frame.has("attribution")) return "";
    if (!source.attributes) return source.no_attribution || "The model in the page has no graph of the attribution; export it again.";
    if (!subsets) return `The page computes no attribution for more than ${MOST} modalities.`;
    return interventionsOf(names, edits).length ? "The page computes no attribution with an intervention on hidden states or edges." : "";
  }
  /** @param {Task} task @param {Input} input @param {Arrays} first of the full prediction @param {Map<number, Float32Array> | null} rows of all subsets @param {boolean} partial @param {string} [explained] class of the attribution @param {string} [failed] why it could not be computed */
  function put(task, input, first, rows, partial, explained, failed) {
    const { sample, request } = task, unexplained = failed ? `The attribution could not be computed: ${failed}` : withoutAttribution(request);
    if (frame.labelled === false && sample >= frame.recorded_samples) frame.targets[sample] = largestOf(first.prediction.values.subarray((T - 1) * K));
    const arrays = rows ? { ...first, ...gameOf(sample, rows) } : first;
    const about = {
      epoch: source.epoch, sample, edits: request.edits, key: task.key, request, explained, unexplained,
      start_s: frame.recorded.start_s[sample], duration_s: source.timed ? frame.recorded.duration_s[sample] : durationOf(frame, input.valid, source.rates),
    };
    const made = { ...overlayOf(frame, arrays, about), draft: rows === null && subsets, partial };
    if (task.edited) current = made;
    else keep(bases, sample, made);
  }

  /** @param {Numbers} row predictions of one subset: at every step, or at the last one alone */
  function spread(row) {
    if (row.length === T * K) return /** @type {Float32Array} */ (row);
    const out = new Float32Array(T * K).fill(NaN);
    out.set(row, (T - 1) * K);
    return out;
  }
  /** @param {number} sample @param {Map<number, Float32Array>} rows */
  function gameOf(sample, rows) {
    const column = frame.task === "classification" ? frame.targets[sample] : 0, size = whole + 1, game = new Float32Array(T * size);
    for (const [k, row] of rows) for (let t = 0; t < T; t++) game[t * size + k] = row[t * K + column];
    const baseline = Float32Array.from({ length: T }, (_, t) => game[t * size]);
    return { game: { shape: [1, 1, T, size], values: game }, phi: { shape: [1, 1, T, M], values: shapleyOf(game, M) }, baseline: { shape: [1, 1, T], values: baseline } };
  }

  /** @param {Task} task */
  async function predict(task) {
    const own = source.sampleAt(task.sample);
    if (own === null) throw new Error(`the page does not hold the input of sample ${frame.samples[task.sample]}`);
    const { edits, masked } = task.request, input = task.edited ? editedFrames(own, names, edits, masked, source.std, (k) => {
      const other = source.sampleAt(k);
      if (other === null) throw new Error(`the page does not hold the input of sample ${frame.samples[k]}`);
      return other;
    }) : own;
    const interventions = interventionsOf(names, edits), common = { values: input.values, valid: input.valid, ...(own.share ? { share: own.share } : {}), interventions };
    const first = await engine.predict({ ...common, members: Uint8Array.from(membersOf(whole, M)), wants: { states: true } });
    if (!first || superseded(task)) return;
    const partial = first.steps === 1 && T > 1, rows = new Map([[whole, spread(first.predictions)]]);
    // subsets without an edited modality are those of the unedited sample
    const touched = names.reduce((sum, name, m) => sum | (Object.hasOwn(edits, name) || masked.includes(name) ? 1 << m : 0), 0);
    const free = interventions.length ? [] : Array.from({ length: whole }, (_, k) => k).filter((k) => !(k & touched));
    const plain = known.get(task.sample) ?? new Map();
    for (const k of free) if (plain.has(k)) rows.set(k, plain.get(k));
    const missing = subsets ? Array.from({ length: whole }, (_, k) => k).filter((k) => !rows.has(k)) : [], cells = missing.map((k) => /** @type {Cell} */ ([k, T]));
    // the worker computes the subsets of an unrecorded sample while the page draws; an edit draws its prediction first
    const ahead = engine.thread === "worker" && !task.edited && missing.length ? predictRow(common, cells.slice(0, ROWS), partial) : null, arrays = arraysOf(input, first);
    times = { key: task.key, first: now() - task.requested, all: null, prefixes: null, left: "" };
    put(task, input, arrays, null, partial);
    changed();
    if (!subsets && !partial) return;
    if (!ahead) await drawn();
    if (superseded(task)) return;
    if (subsets) {
      const found = await predictRows(task, common, cells, partial, ahead);
      if (!found) return;
      missing.forEach((k, i) => rows.set(k, spread(found[i])));
      for (const k of task.edited ? free : rows.keys()) plain.set(k, /** @type {Float32Array} */ (rows.get(k)));
      keep(known, task.sample, plain);
      put(task, input, arrays, rows, partial);
      if (times) times.all = now() - task.requested;
      changed();
    }
    const shown = partial ? await predictPrefixes(task, input, arrays, rows, common) : arrays;
    if (!shown) return;
    // without the interventions, which the graph of the attribution does not have
    if (subsets && interventions.length === 0) queue?.follow({ ...input, ...(own.share ? { share: own.share } : {}) }, first.predictions, (found) => {
      if (superseded(task)) return;
      put(task, input, { ...shown, ...found.arrays }, rows, false, found.explained);
      changed();
    }, (reason) => {
      if (superseded(task)) return;
      put(task, input, shown, rows, false, undefined, reason);
      changed();
    });
  }

  /** @typedef {[coalition: number, stop: number]} Cell a subset, and the number of steps of the prefix */
  /** @typedef {Omit<import("./engine/types.js").Request, "members" | "wants">} Common */
  /** @param {Common} common @param {Cell[]} some at most ROWS @param {boolean} byPrefix */
  function predictRow(common, some, byPrefix) {
    const count = SIZES.find((one) => one >= some.length) ?? ROWS, padded = Array.from({ length: count }, (_, i) => some[Math.min(i, some.length - 1)]);
    return engine.predict({ ...common, ...(byPrefix ? { until: padded.map(([, stop]) => stop) } : {}), members: Uint8Array.from(padded.flatMap(([k]) => membersOf(k, M))), wants: { states: false } });
  }
  /**
   * Return the predictions of every cell, or null: superseded. `ahead`: the first ROWS, already requested.
   * @param {Task} task @param {Common} common @param {Cell[]} cells @param {boolean} byPrefix @param {Promise<Prediction> | null} [ahead]
   */
  async function predictRows(task, common, cells, byPrefix, ahead = null) {
    /** @type {Float32Array[]} */
    const out = [];
    for (let from = 0; from < cells.length; from += ROWS) {
      const some = cells.slice(from, from + ROWS), found = await (from ? predictRow(common, some, byPrefix) : ahead ?? predictRow(common, some, byPrefix));
      if (!found || superseded(task)) return null;
      const size = K * found.steps;
      some.forEach((_, i) => out.push(found.predictions.slice(i * size, (i + 1) * size)));
    }
    return out;
  }

  /** Compute the prediction of every prefix: with all modalities, then of the other subsets; null: superseded. */
  /** @param {Task} task @param {Input} input @param {Arrays} arrays @param {Map<number, Float32Array>} rows @param {Common} common */
  async function predictPrefixes(task, input, arrays, rows, common) {
    const begin = now();
    /** @param {number[]} coalitions */
    const filled = async (coalitions) => {
      const cells = coalitions.flatMap((k) => Array.from({ length: T - 1 }, (_, t) => /** @type {Cell} */ ([k, t + 1])));
      const found = await predictRows(task, common, cells, true);
      cells.forEach(([k, stop], i) => found && rows.get(k)?.set(found[i], (stop - 1) * K));
      if (found) for (const k of coalitions) complete.add(/** @type {Float32Array} */ (rows.get(k)));
      return found !== null;
    };
    if (!(await filled([whole]))) return null;
    const nothing = rows.get(0);
    if (nothing) for (let t = 0; t + 1 < T; t++) nothing.copyWithin(t * K, (T - 1) * K); // without modalities there is no prefix
    const rest = [...rows.keys()].filter((k) => k > 0 && k < whole && !complete.has(/** @type {Float32Array} */ (rows.get(k)))), expected = (now() - begin) * rest.length;
    const left = expected > PATIENCE ? `Shapley values before the last step are not computed: the ${rest.length} further subsets at every step would take about ${Math.round(expected / 1000)} s` : "";
    const full = { ...arrays, prediction: { ...arrays.prediction, values: /** @type {Float32Array} */ (rows.get(whole)).slice() } };
    put(task, input, full, subsets ? rows : null, rest.length > 0 && !left);
    if (times) [times.prefixes, times.left] = [now() - task.requested, left];
    changed();
    if (left || !rest.length) return full;
    if (!(await filled(rest))) return null;
    put(task, input, full, rows, false);
    if (times) times.prefixes = now() - task.requested;
    changed();
    return full;
  }

  async function work() {
    if (busy) return;
    busy = true;
    try {
      for (let task = next(); task; task = next()) {
        try {
          await predict(task);
        } catch (error) {
          problem = { key: task.key, sample: task.sample, text: error instanceof Error ? error.message : String(error) };
          changed();
        }
      }
    } finally {
      busy = false;
    }
  }

  return {
    /** Compute what a selection shows: the sample, if it was not recorded, and its edits. */
    /** @param {WhatIfRequest} selection */
    follow({ sample, epoch, masked, edits }) {
      const name = nameOf({ sample, epoch, masked, edits });
      if (name !== lastKey) queue?.cancel();
      if (name !== lastKey) [lastKey, requested, problem] = [name, now(), null];
      wanted = { sample, epoch, masked, edits };
      void work();
    },
    /** @param {number} sample */
    base: (sample) => bases.get(sample) ?? null,
    current: () => current,
    /** @param {string} key */
    timesOf: (key) => (times?.key === key ? times : null),
    /** @param {string} key */
    problemOf: (key) => (problem && problem.key === key ? problem.text : ""),
    /** @param {number} sample */
    failed: (sample) => (problem && problem.key === `sample ${sample}` ? problem.text : ""),
    /** the reason why the page cannot compute these edits, or "" */
    /** @param {WhatIfRequest} request @param {string[][]} offers kinds of edit that the page computes, by modality */
    refusal({ sample, epoch, edits }, offers) {
      if (epoch !== source.epoch) return `the model in the page has the weights of epoch ${frame.epochs[source.epoch]}`;
      if (source.sampleAt(sample) === null) return `the page does not hold the input of sample ${frame.samples[sample]}`;
      for (const [m, name] of names.entries())
        for (const kind of Object.keys(Object.hasOwn(edits, name) ? edits[name] : {}))
          if (!offers[m].includes(kind)) return `the page does not compute the edit "${kind}" of ${name}`;
      return "";
    },
    stop() {
      stopped = true;
      queue?.cancel();
      engine.stop();
    },
  };
}

/**
 * Resolves after the frame that shows the document as it is, or where there is none (a hidden page), after a while. A message comes before the timers:
 * the next request is sent before the views that follow are drawn.
 * @returns {Promise<void>}
 */
const drawn = () => new Promise((done) => {
  const late = setTimeout(done, FRAME);
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      clearTimeout(late);
      port1.close();
      done();
    };
    port2.postMessage(0);
  });
});

/** @param {ArrayLike<number>} values */
function largestOf(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
