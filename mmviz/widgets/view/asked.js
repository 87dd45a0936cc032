// What the kernel is asked about an edited sample, in one spelling and in words; and its answers as they come.
import { openFrame } from "./frame.js";

export const KINDS = ["delay", "noise", "seed", "swap", "text"];

// The part of a selection that the model is asked about, in one spelling; "" where nothing is edited.
export function question({ sample, epoch, masked, edits }) {
  const each = Object.keys(edits).sort().map((key) => [key, KINDS.filter((kind) => Object.hasOwn(edits[key], kind)).map((kind) => [kind, edits[key][kind]])]);
  return masked.length || each.length ? JSON.stringify([sample, epoch, [...masked].sort(), each]) : "";
}

// The same words as edits.py.
export function editWords(frame, edits) {
  const said = (one) => {
    const steps = Math.abs(one.delay ?? 0), out = [];
    if (Object.hasOwn(one, "swap")) out.push(`of ${frame.samples[one.swap]}`);
    if (Object.hasOwn(one, "text")) out.push("of another text");
    if (steps) out.push(`${steps} step${steps === 1 ? "" : "s"} ${one.delay > 0 ? "later" : "earlier"}`);
    if (Object.hasOwn(one, "noise")) out.push(`with noise of ${one.noise.toFixed(2)} sd`);
    return out.join(", ");
  };
  return frame.modalities.filter((m) => Object.hasOwn(edits, m.name)).map((m) => `${m.name} ${said(edits[m.name])}`).join("; ");
}

// The newest answer the kernel sent; one that is opened after a newer one came in is thrown away.
export function listen(model, changed) {
  let newest = 0, current = null;
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
  model.on("change:failure", changed);
  const stop = () => {
    model.off("change:answer", start);
    model.off("change:failure", changed);
  };
  return { take: start, stop, current: () => current };
}
