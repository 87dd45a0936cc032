// Requests to the kernel for the prediction of an edited sample, and its results.
import { fill, fixed } from "./format.js";
import { openFrame } from "./frame.js";

/** @import { Edits, Frame, Model, WhatIfRequest, EditedSample } from "./types.js" */

/** @type {(keyof Edits)[]} */
export const KINDS = ["delay", "amplitude", "noise", "seed", "swap", "text", "window", "state", "cut", "step"];

// A key of the part of a selection that the prediction depends on; "" where nothing is edited.
/** @param {WhatIfRequest} selection */
export function requestKey({ sample, epoch, masked, edits }) {
  const each = Object.keys(edits).sort().map((key) => [key, KINDS.filter((kind) => Object.hasOwn(edits[key], kind)).map((kind) => [kind, edits[key][kind]])]);
  return masked.length || each.length ? JSON.stringify([sample, epoch, [...masked].sort(), each]) : "";
}

/**
 * Return the edits in words.
 * @param {Frame} frame
 * @param {Record<string, Edits>} edits
 */
export function editWords({ phrases, samples, modalities }, edits) {
  /** @param {Edits} one */
  const words = ({ delay = 0, amplitude, noise, swap, text, window, state, cut, step = 0 }) => {
    const steps = Math.abs(delay), out = [];
    if (swap !== undefined) out.push(fill(phrases.swap, { sample: samples[swap] }));
    if (text !== undefined) out.push(phrases.text);
    if (steps) out.push(fill(delay > 0 ? phrases.later : phrases.earlier, { steps: fill(steps === 1 ? phrases.one_step : phrases.several_steps, { steps }) }));
    if (amplitude !== undefined) out.push(fill(phrases.amplitude, { factor: fixed(amplitude, 2) }));
    if (noise !== undefined) out.push(fill(phrases.noise, { noise: noise.toFixed(2) }));
    if (window !== undefined) out.push(fill(window[0] === window[1] ? phrases.one_frame : phrases.frames, { first: window[0] + 1, last: window[1] + 1 }));
    if (state !== undefined) out.push(fill(phrases[state], { step: step + 1 }));
    if (cut !== undefined) out.push(fill(phrases.cut, { source: modalities[cut].name, step: step + 1 }));
    return out.join(", ");
  };
  return modalities.filter((m) => Object.hasOwn(edits, m.name)).map((m) => `${m.name} ${words(edits[m.name])}`).join("; ");
}

// The latest result of the kernel; a result that is read after a later one arrived is dropped.
/** @param {Model} model @param {(problem?: string) => void} changed */
export function receiveResults(model, changed) {
  let newest = 0;
  /** @type {EditedSample | null} */
  let current = null;
  const failed = () => changed();
  async function take() {
    const raw = model.get("what_if_result");
    if (!raw?.seq || raw.seq <= newest) return;
    newest = raw.seq;
    const opened = await openFrame(raw.meta, raw.body);
    if (raw.seq < newest) return;
    current = { ...opened, epoch: raw.request.epoch, sample: raw.request.sample, edits: raw.request.edits, key: requestKey(raw.request), request: raw.request };
    changed();
  }
  const start = () => take().catch((error) => changed(`The result could not be read: ${error}`));
  model.on("change:what_if_result", start);
  model.on("change:what_if_error", failed);
  const stop = () => {
    model.off("change:what_if_result", start);
    model.off("change:what_if_error", failed);
  };
  return { take: start, stop, current: () => current };
}
