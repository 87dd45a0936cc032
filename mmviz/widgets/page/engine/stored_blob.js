// Weights and frames as a page stores them: differences and planes of bytes, compressed; see mmviz.io.page_blob.
import { fromPlanes, inflated } from "../inflate.js";

/**
 * @typedef {{ width: number, lags: number[], folded: boolean, places: [number, number][] }} Group
 * @typedef {{ bytes: number, groups: Group[] }} Stored
 */

/** @param {unknown} value @param {number} most */
const within = (value, most) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
/** @param {number} count @param {number} width */
const numbers = (count, width) => (width === 4 ? new Uint32Array(count) : width === 2 ? new Uint16Array(count) : new Uint8Array(count));

/**
 * Return the bytes of `PageModel.blob()`.
 * @param {Uint8Array<ArrayBuffer>} zipped
 * @param {Stored} stored
 * @param {number} size bytes of the blob
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {Error} Damaged; the message is a sentence.
 */
export async function storedBlob(zipped, stored, size) {
  const what = "the model in this page", wrong = new Error(`${what} is damaged: its weights and frames do not fit their description`);
  if (!Array.isArray(stored?.groups) || !within(size, 2 * (stored.bytes + 2 ** 20))) throw wrong;
  const bytes = await inflated(zipped, stored.bytes, what), blob = new Uint8Array(size);
  let from = 0;
  for (const { width, lags, folded, places } of stored.groups) {
    const known = [1, 2, 3, 4, 8].includes(width) && Array.isArray(places) && Array.isArray(lags) && lags.length <= 4 && lags.every((lag) => within(lag, bytes.length) && lag > 0)
      && places.every((place) => Array.isArray(place) && place.every((value) => within(value, size)) && place[0] + place[1] * width <= size) && (width !== 3 && width !== 8 || (!lags.length && !folded));
    const count = known ? places.reduce((sum, place) => sum + place[1], 0) : Infinity;
    if (from + count * width > bytes.length) throw wrong;
    /** @type {Uint8Array} */
    let values;
    if (width === 3 || width === 8) {
      values = new Uint8Array(count * width);
      for (let b = 0, k = from; b < width; b++) for (let i = 0; i < count; i++) values[i * width + b] = bytes[k++];
    } else values = new Uint8Array(fromPlanes(bytes, from, numbers(count, width), lags, folded).buffer);
    from += count * width;
    let start = 0;
    for (const [at, n] of places) {
      blob.set(values.subarray(start, start + n * width), at);
      start += n * width;
    }
  }
  if (from !== bytes.length) throw wrong;
  return blob;
}
