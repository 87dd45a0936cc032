// What the kernel is asked about an edited sample, in one spelling and in words; and its answers as they come.
import { openFrame } from "./frame.js";

/** @import { Edits, Frame, Model, Question, Twin } from "./types.js" */

/** @type {(keyof Edits)[]} */
export const KINDS = ["delay", "noise", "seed", "swap", "text"];

// The part of a selection that the model is asked about, in one spelling; "" where nothing is edited.
/** @param {Question} selection */
export function question({ sample, epoch, masked, edits }) {
  const each = Object.keys(edits).sort().map((key) => [key, KINDS.filter((kind) => Object.hasOwn(edits[key], kind)).map((kind) => [kind, edits[key][kind]])]);
  return masked.length || each.length ? JSON.stringify([sample, epoch, [...masked].sort(), each]) : "";
}

// The same words as edits.py.
/**
 * @param {Frame} frame
 * @param {Record<string, Edits>} edits
 */
export function editWords(frame, edits) {
  /** @param {Edits} one */
  const said = ({ delay = 0, noise, swap, text }) => {
    const steps = Math.abs(delay), out = [];
    if (swap !== undefined) out.push(`of ${frame.samples[swap]}`);
    if (text !== undefined) out.push("of another text");
    if (steps) out.push(`${steps} step${steps === 1 ? "" : "s"} ${delay > 0 ? "later" : "earlier"}`);
    if (noise !== undefined) out.push(`with noise of ${noise.toFixed(2)} sd`);
    return out.join(", ");
  };
  return frame.modalities.filter((m) => Object.hasOwn(edits, m.name)).map((m) => `${m.name} ${said(edits[m.name])}`).join("; ");
}

// The newest answer the kernel sent; one that is opened after a newer one came in is thrown away.
/**
 * @param {Model} model
 * @param {(problem?: string) => void} changed
 */
export function listen(model, changed) {
  let newest = 0;
  /** @type {Twin | null} */
  let current = null;
  const failed = () => changed();
  async function take() {
    const raw = model.get("answer");
    if (!raw?.seq || raw.seq <= newest) return;
    newest = raw.seq;
    const opened = await openFrame(raw.meta, raw.body);
    if (raw.seq < newest) return;
    current = { ...opened, epoch: raw.asked.epoch, sample: raw.asked.sample, edits: raw.asked.edits, question: question(raw.asked), asked: raw.asked };
    changed();
  }
  const start = () => take().catch((error) => changed(`The answer could not be opened: ${error}`));
  model.on("change:answer", start);
  model.on("change:failure", failed);
  const stop = () => {
    model.off("change:answer", start);
    model.off("change:failure", failed);
  };
  return { take: start, stop, current: () => current };
}
