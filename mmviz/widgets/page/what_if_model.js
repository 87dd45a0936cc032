// The model in the page: read from the message, started as an engine, compared with the recording.
import { startEngine } from "./engine/client.js";
import { sampleOf, weightsOf } from "./engine/split.js";
import { storedBlob } from "./engine/stored_blob.js";
import { bytesOf } from "./inflate.js";
import { pagePredictions } from "./what_if_page.js";

/**
 * @import { Frame } from "./types.js"
 * @import { Engine, PageModelHeader } from "./engine/types.js"
 * @import { Input } from "./what_if_edits.js"
 * @import { Source } from "./what_if_page.js"
 * @import { Stored } from "./engine/stored_blob.js"
 * @typedef {{ model: PageModelHeader, rows: number[], epoch: number, std: number[][], rates: (number | null)[], offers: string[][], notes: string[], stored: Stored }} Meta
 * @typedef {{ meta: string, blob: BufferSource, wasm: BufferSource, script: string }} Packed
 * @typedef {{ meta: Meta, engine: Engine, predictions: ReturnType<typeof pagePredictions>, difference: number | null }} Started
 */

/** samples whose frames are kept as numbers */
const KEPT = 16;
/** largest difference between the engine's and a recorded prediction, beyond the error of the stored weights and frames */
const TOLERANCE = 1e-3;

/** @param {Frame} frame @param {Meta} meta */
function check(frame, meta) {
  const { split, graph } = meta.model, M = frame.modalities.length;
  const known = split.modalities.length === M && meta.rows.length === frame.sizes.sample && meta.offers.length === M && meta.std.length === M && meta.rates.length === M
    && split.modalities.every((one, m) => one.features === frame.modalities[m].features.length && one.frames === frame.shape(`signal_${m}`)[1])
    && graph.steps === frame.sizes.time && Number.isInteger(meta.epoch) && meta.epoch >= 0 && meta.epoch < frame.sizes.epoch;
  if (!known) throw new Error("the model in this page does not belong to its data: its modalities, frames, steps or epoch differ");
}

/**
 * Return the frames of every sample: from the model, or of a recorded one from the recording; null where the page has neither.
 * @param {Frame} frame @param {Meta} meta @param {Uint8Array} blob
 * @returns {(sample: number) => Input | null}
 */
function framesOf(frame, meta, blob) {
  /** @type {Map<number, Input>} */
  const kept = new Map();
  const timed = meta.model.split.modalities.some((one) => one.share_at !== undefined);
  /** @param {number} sample @returns {Input | null} */
  function read(sample) {
    const carried = meta.rows[sample] >= 0 ? sampleOf(meta.model, blob, meta.rows[sample]) : null;
    const share = timed ? carried?.share : undefined;
    if (sample < frame.recorded_samples && (carried || !timed)) // the recording has the exact values
      return { values: frame.modalities.map((_, m) => Float32Array.from(frame.recorded.part(`signal_${m}`, sample))), valid: frame.modalities.map((_, m) => Uint8Array.from(frame.recorded.part(`signal_valid_${m}`, sample))), ...(share ? { share } : {}) };
    return carried && { values: carried.values, valid: carried.valid, ...(share ? { share } : {}) };
  }
  return (sample) => {
    const found = kept.get(sample) ?? read(sample);
    if (found) {
      kept.delete(sample);
      kept.set(sample, found);
      for (const old of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(old);
    }
    return found;
  };
}

/** Return the largest difference between the engine's prediction and the recorded one, of one recorded sample; null: nothing to compare. */
/** @param {Frame} frame @param {Engine} engine @param {Source} source */
async function differenceOf(frame, engine, source) {
  const input = source.sampleAt(0), M = frame.modalities.length;
  if (!input || !frame.recorded_samples) return null;
  const { predictions, steps } = await engine.predict({ ...input, members: new Uint8Array(M).fill(1), interventions: [], wants: { states: false } });
  const K = frame.outputs.length, T = frame.sizes.time, recorded = frame.recorded.part("prediction", source.epoch, 0), from = steps === T ? 0 : (T - 1) * K;
  if (predictions.length !== (steps === T ? T : 1) * K) throw new Error(`the model in this page predicts ${predictions.length} values, expected ${(steps === T ? T : 1) * K}`);
  let most = 0;
  for (let i = 0; i < predictions.length; i++) if (Number.isFinite(recorded[from + i])) most = Math.max(most, Math.abs(predictions[i] - recorded[from + i]) || (Number.isFinite(predictions[i]) ? 0 : Infinity));
  return most;
}

/**
 * Start the model in the page.
 * @param {Packed} packed
 * @param {Frame} frame
 * @param {() => void} changed called after every prediction
 * @returns {Promise<Started>}
 * @throws {Error} It cannot run here, does not belong to the data, or does not reproduce the recording; the message is a sentence.
 */
export async function startModel(packed, frame, changed) {
  const { wasm } = packed;
  if (!wasm.byteLength) return startedWith(packed, null, frame, changed);
  try {
    return await startedWith(packed, bytesOf(wasm), frame, changed);
  } catch (error) {
    return startedWith(packed, null, frame, changed).catch(() => {
      throw error;
    });
  }
}

/** @param {Packed} packed @param {Uint8Array<ArrayBuffer> | null} kernels WebAssembly @param {Frame} frame @param {() => void} changed @returns {Promise<Started>} */
async function startedWith({ meta: text, blob: zipped, script }, kernels, frame, changed) {
  /** @type {Meta} */
  const meta = JSON.parse(text);
  check(frame, meta);
  const blob = await storedBlob(bytesOf(zipped), meta.stored, meta.model.bytes);
  const engine = await startEngine({ graph: meta.model.graph, weights: weightsOf(meta.model, blob), wasm: kernels, script });
  try {
    /** @type {Source} */
    const source = { epoch: meta.epoch, sampleAt: framesOf(frame, meta, blob), std: meta.std, rates: meta.rates, timed: meta.model.split.clock !== null, attributes: Boolean(meta.model.graph.gradient), no_attribution: String(meta.model.about.no_attribution ?? "").slice(0, 400) };
    const difference = await differenceOf(frame, engine, source), allowed = TOLERANCE + 2 * (Number(meta.model.about.error) || 0);
    if (difference !== null && difference > allowed * Math.max(1, largest(frame)))
      throw new Error(`the model in this page does not reproduce the recorded prediction of ${frame.samples[0]}: it differs by ${difference.toPrecision(2)}; export the model from the training that was recorded`);
    return { meta, engine, predictions: pagePredictions({ engine, frame, source, changed }), difference };
  } catch (error) {
    engine.stop();
    throw error;
  }
}

/** The scale of the predictions. @param {Frame} frame */
function largest(frame) {
  if (frame.task === "classification") return 1;
  let most = 0;
  for (const v of frame.recorded.part("prediction")) if (Math.abs(v) > most && Number.isFinite(v)) most = Math.abs(v);
  return most;
}
