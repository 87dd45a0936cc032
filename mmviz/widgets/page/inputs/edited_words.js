// The words of an edited sample, in the order of the edits of recording/what_if_edits.py: swap or text, then delay.
/** @import { Frame, Recorded } from "../types.js" */

// The frame that each recorded frame takes its value from after a delay, as `delayed` and `delayed_frames` in Python.
/** @param {Recorded} frame @param {number} m @param {number} sample @param {ArrayLike<number>} valid @param {number} delay @returns {Map<number, number>} */
function sources(frame, m, sample, valid, delay) {
  const held = Array.from(valid).flatMap((one, f) => (one ? [f] : [])), spacing = frame.modalities[m].step_s, seconds = frame.duration_s[sample];
  if (!frame.has(`signal_at_${m}`) || !spacing || !seconds) return new Map(held.map((f, k) => [f, held[Math.min(held.length - 1, Math.max(0, k - delay))]]));
  const at = frame.part(`signal_at_${m}`, sample), shift = (delay * spacing) / seconds;
  return new Map(held.map((f) => [f, held.reduce((best, g) => (Math.abs(at[g] - (at[f] - shift)) < Math.abs(at[best] - (at[f] - shift)) ? g : best), held[0])]));
}

/**
 * Return the word of each frame, and whether an edit changed them; words null: not known, with the reason.
 * @param {Frame} frame @param {number} m @param {number} sample
 * @returns {{ words: string[] | null, changed: boolean, reason: string }}
 */
export function editedWords(frame, m, sample) {
  const { name, tokens } = frame.modalities[m], edited = frame.edited(), edits = edited?.edits && Object.hasOwn(edited.edits, name) ? edited.edits[name] : {};
  const lost = (/** @type {string} */ reason) => ({ words: null, changed: true, reason });
  if (!tokens) return { words: null, changed: false, reason: "The data contain no words: pass tokens= to mmviz.data.from_arrays." };
  const given = edited?.words?.[m];
  if (given?.some(Boolean) && edits.text !== undefined) return { words: given, changed: true, reason: "" };
  if (edits.text !== undefined) return lost("The words of the new text are not known: its encoder does not make one step per word.");
  const from = edits.swap ?? sample, held = tokens[from] ?? null;
  if (!held) return lost(`This page does not contain the words of ${frame.samples[from]}.`);
  if (!edits.delay) return { words: held, changed: edits.swap !== undefined, reason: "" };
  const recorded = from < frame.recorded_samples ? frame.recorded.part(`signal_valid_${m}`, from) : held.map((one) => (one ? 1 : 0));
  /** @type {string[]} */
  const out = [];
  for (const [f, source] of sources(frame.recorded, m, from, recorded, edits.delay)) out[f] = held[source] ?? "";
  return { words: Array.from(out, (one) => one ?? ""), changed: true, reason: "" };
}
