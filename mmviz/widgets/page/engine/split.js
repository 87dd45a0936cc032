// Frames of the split that a page carries with the model: values, masks and clock fractions of one sample.
/** @import { PageModelHeader } from "./types.js" */
import { fromFloat16 } from "./weights.js";

/** @type {Record<string, number>} */
const BYTES = { float32: 4, float16: 2, uint16: 2, uint14: 2, uint12: 2, uint8: 1, adaptive: 4 };

/**
 * Return the recorded frames of a sample, per modality in the order of the model.
 * @param {PageModelHeader} header of `PageModel.header()`
 * @param {Uint8Array} blob of `PageModel.blob()`
 * @param {number} sample its number among the carried samples
 * @returns {{ values: Float32Array[], valid: Uint8Array[], share: Float64Array[] }} values: frame x feature; valid: frame; share: frame x 2, [] without timestamps
 * @throws {RangeError} The sample is not carried, or the bytes are cut short.
 */
export function sampleOf(header, blob, sample) {
  const { modalities, ids } = header.split;
  if (!(Number.isInteger(sample) && sample >= 0 && sample < ids.length)) throw new RangeError(`sample ${sample}, but the page carries ${ids.length} samples`);
  /** @param {number} at @param {number} bytes */
  const cut = (at, bytes) => {
    if (!(at >= 0 && at + bytes <= blob.length)) throw new RangeError(`the frames end at byte ${at + bytes} of ${blob.length}; save the page again`);
    return blob.slice(at, at + bytes).buffer;
  };
  const values = modalities.map(({ kind, frames, features, at, low, step, shift }) => {
    const size = frames * features, raw = cut(at + sample * size * BYTES[kind], size * BYTES[kind]);
    if (kind === "float32") return new Float32Array(raw);
    if (kind === "float16") return fromFloat16(new Uint16Array(raw));
    const levels = kind === "adaptive" ? new Uint32Array(raw) : kind === "uint8" ? new Uint8Array(raw) : new Uint16Array(raw), unit = 2 ** (shift?.[sample] ?? 0);
    return Float32Array.from(levels, (level, i) => (low?.[i % features] ?? 0) + level * unit * (step?.[i % features] ?? 0));
  });
  const valid = modalities.map(({ frames, valid_at: at }) => {
    const first = sample * frames, bits = new Uint8Array(cut(at + (first >> 3), ((first + frames + 7) >> 3) - (first >> 3)));
    return Uint8Array.from({ length: frames }, (_, i) => (bits[((first & 7) + i) >> 3] >> (7 - (((first & 7) + i) & 7))) & 1);
  });
  const share = modalities.flatMap(({ share_frames: spans = 0, share_at: at }) => (at === undefined ? [] : [new Float64Array(cut(at + sample * spans * 16, spans * 16))]));
  return { values, valid, share };
}

/** Return the weights among the bytes of a model. @param {PageModelHeader} header @param {Uint8Array} blob */
export const weightsOf = (header, blob) => blob.subarray(0, header.weights);
