// Edits of one sample's frames, in the order and with the meaning of recording/what_if_edits.py.
import { counterNormal } from "./counter_noise.js";

/**
 * @import { Edits } from "./types.js"
 * @typedef {{ values: Float32Array[], valid: Uint8Array[], share?: Float64Array[] }} Input frames of one sample, by modality
 * @typedef {{ std: ArrayLike<number>[], share: boolean[] }} Facts training sd of each channel; does the modality have timestamps?
 */

/** @param {string} modality @param {string} kind */
const nothing = (modality, kind) => new Error(`${kind} of ${modality}, which has no recorded frame in this sample; swap it for another sample's first`);

/** @param {Float32Array} values @param {Uint8Array} valid @param {number} delay */
function delayed(values, valid, delay) {
  const F = values.length / valid.length, out = values.slice(), recorded = Array.from(valid.keys()).filter((i) => valid[i]);
  recorded.forEach((to, k) => {
    const from = recorded[Math.min(recorded.length - 1, Math.max(0, k - delay))];
    out.set(values.subarray(from * F, (from + 1) * F), to * F);
  });
  return out;
}

/** @param {Float32Array} values @param {Uint8Array} valid @param {(value: number, index: number, channel: number) => number} change */
function changed(values, valid, change) {
  const F = values.length / valid.length, out = values.slice();
  for (let f = 0, i = 0; f < valid.length; f++) for (let c = 0; c < F; c++, i++) if (valid[f]) out[i] = change(values[i], i, c);
  return out;
}

/**
 * Return the edited frames of a sample: swap, delay, amplitude, noise, masked frames, mask. Interventions do not change the frames.
 * @param {Input} own
 * @param {string[]} names of the modalities
 * @param {Record<string, Edits>} edits
 * @param {string[]} masked
 * @param {ArrayLike<number>[]} std training sd of each channel
 * @param {(sample: number) => Input} sampleAt for a swap
 * @returns {Input}
 */
export function editedFrames(own, names, edits, masked, std, sampleAt) {
  const out = { ...own, values: [...own.values], valid: [...own.valid] };
  names.forEach((name, m) => {
    const edit = Object.hasOwn(edits, name) ? edits[name] : {};
    let values = own.values[m], valid = own.valid[m];
    if (edit.swap !== undefined) {
      const other = sampleAt(edit.swap);
      [values, valid] = [other.values[m], other.valid[m]];
    }
    const { delay = 0, amplitude = 1, noise = 0, seed = 0, window } = edit;
    const kind = delay ? "delay" : amplitude !== 1 ? "amplitude" : noise ? "noise" : "";
    if (kind && !valid.some(Boolean)) throw nothing(name, kind);
    if (delay) values = delayed(values, valid, delay);
    if (amplitude !== 1) {
      const factor = Math.fround(amplitude);
      values = changed(values, valid, (v) => v * factor);
    }
    if (noise) {
      const drawn = counterNormal(seed, m, values.length), sd = Array.from(std[m], (one) => noise * one);
      values = changed(values, valid, (v, i, c) => v + drawn[i] * sd[c]);
    }
    if (window || masked.includes(name)) valid = valid.map((one, f) => (masked.includes(name) || (window && f >= window[0] && f <= window[1]) ? 0 : one));
    out.values[m] = values;
    out.valid[m] = valid;
  });
  return out;
}

/**
 * Return the interventions of the edits, for the engine.
 * @param {string[]} names
 * @param {Record<string, Edits>} edits
 * @returns {{ modality: number, kind: "zero" | "hold" | "cut", source?: number, step: number }[]}
 */
export const interventionsOf = (names, edits) => names.flatMap((name, m) => {
  const { state, cut, step = 0 } = Object.hasOwn(edits, name) ? edits[name] : {};
  return [...(state ? [{ modality: m, kind: state, step }] : []), ...(cut !== undefined ? [{ modality: m, kind: /** @type {const} */ ("cut"), source: cut, step }] : [])];
});
