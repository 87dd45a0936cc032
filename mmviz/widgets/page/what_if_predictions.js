// Predictions of edited samples: by the model in the page where it can, else by the kernel.
import { receiveResults, requestKey } from "./what_if_request.js";
import { startModel } from "./what_if_model.js";

/**
 * @import { EditedSample, Frame, Model, Selection } from "./types.js"
 * @import { Started } from "./what_if_model.js"
 * @typedef {"none" | "starting" | "ready" | "failed"} Stage
 */

/** milliseconds without a further prediction until the kernel is sent the last one */
const QUIET = 300;

/** @param {ArrayLike<number>} values */
function base64Of(values) {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

/** What the kernel needs for the readout. @param {EditedSample | null} one */
const sent = (one) => one && { duration_s: one.duration_s, ...Object.fromEntries(["prediction", "phi", "game"].filter(one.has).map((key) => [key, base64Of(one.part(key))])) };

/**
 * Return the predictions for a view.
 * @param {Model} model
 * @param {Frame} frame
 * @param {(problem?: string) => void} changed
 */
export function mountPredictions(model, frame, changed) {
  const kernel = receiveResults(model, changed), packed = model.get("page_model");
  /** @type {Stage} */
  let stage = packed?.meta ? "starting" : "none";
  /** @type {Started | null} */
  let started = null;
  let reason = "", stopped = false, timer = 0;
  /** @type {Selection | null} */
  let last = null;
  const live = () => !model.get("opened") && !model.get("edit_options")?.never;

  /** @param {string} text */
  function tell(text) {
    if (!live()) return;
    model.set("page_engine", text);
    model.save_changes();
  }
  async function start() {
    if (stage !== "starting") return;
    try {
      const found = await startModel(packed, frame, predicted);
      if (stopped) return found.predictions.stop();
      [started, stage] = [found, "ready"];
    } catch (error) {
      [stage, reason] = ["failed", error instanceof Error ? error.message : String(error)];
    }
    tell(stage === "ready" ? "ready" : `failed: ${reason}`);
    if (last) follow(last);
    changed();
  }
  function predicted() {
    changed();
    clearTimeout(timer);
    if (live()) timer = setTimeout(report, QUIET);
  }
  // the last complete prediction, for Explorer.readout
  function report() {
    if (!started || !last || stopped) return;
    const base = started.predictions.base(last.sample), current = started.predictions.current(), key = requestKey(last);
    const edited = current && !current.draft && current.key === key ? current : null;
    if (base?.draft || (!base && !edited)) return;
    const request = { sample: last.sample, epoch: last.epoch, masked: last.masked, edits: last.edits };
    model.set("page_prediction", { request, plain: sent(base), edited: sent(edited) });
    model.save_changes();
  }
  /** the reason why the page cannot compute a request, or "" @param {Selection} selection */
  function refusal(selection) {
    if (!started) return stage === "failed" ? reason : "the model in the page is starting";
    return started.predictions.refusal(selection, started.meta.offers);
  }
  /** @param {Selection} selection */
  function follow(selection) {
    last = selection;
    if (started && (!requestKey(selection) || !refusal(selection) || selection.sample >= frame.recorded_samples)) started.predictions.follow(selection);
  }
  /** Return the edited sample of the selected sample and epoch, preferably of its edits. @param {Selection} selection @returns {EditedSample | null} */
  function editedFor(selection) {
    const key = requestKey(selection), found = [started?.predictions.current() ?? null, kernel.current()];
    const fit = found.filter((one) => one !== null && one.sample === selection.sample && one.epoch === selection.epoch);
    return key ? fit.find((one) => one?.key === key) ?? fit[0] ?? null : null;
  }
  return {
    take: kernel.take,
    start,
    follow,
    editedFor,
    refusal,
    stage: () => stage,
    reason: () => reason,
    meta: () => started?.meta ?? null,
    engine: () => started?.engine ?? null,
    difference: () => started?.difference ?? null,
    /** the computed values of a sample that was not recorded @param {number} sample */
    base: (sample) => started?.predictions.base(sample) ?? null,
    /** is a sample that was not recorded still being computed? @param {Selection} selection */
    waits: ({ sample }) => sample >= frame.recorded_samples && (stage === "starting" || (started !== null && !started.predictions.base(sample) && !started.predictions.failed(sample))),
    /** why a sample has no values, or "" @param {number} sample */
    missing: (sample) => (sample < frame.recorded_samples ? "" : started ? started.predictions.failed(sample) : stage === "starting" ? "" : reason || "the page holds no model"),
    /** @param {string} key */
    timesOf: (key) => started?.predictions.timesOf(key) ?? null,
    /** @param {string} key */
    problemOf: (key) => started?.predictions.problemOf(key) ?? "",
    stop() {
      stopped = true;
      clearTimeout(timer);
      kernel.stop();
      started?.predictions.stop();
    },
  };
}
