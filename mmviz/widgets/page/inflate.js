// Decompression with a limit, and the inverse of mmviz.io.byte_planes.

/** largest content in bytes, and the most that gzip can compress: 1032 bytes to one */
const MOST = 2 ** 30, RATIO = 1032;

/** Return the bytes of a buffer or of a view of one. @param {BufferSource} given @returns {Uint8Array<ArrayBuffer>} */
export const bytesOf = (given) => (given instanceof ArrayBuffer ? new Uint8Array(given) : new Uint8Array(/** @type {ArrayBuffer} */ (given.buffer), given.byteOffset, given.byteLength));

/**
 * Return the content of a gzip stream; nothing beyond the expected size is read.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} size expected bytes
 * @param {string} what for the message
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {Error} Damaged, or of another size; the message is a sentence.
 */
export async function inflated(bytes, size, what) {
  if (!(Number.isInteger(size) && size >= 0 && size <= MOST && size <= RATIO * bytes.length)) throw new Error(`${what} is damaged: it declares ${size} bytes for ${bytes.length} compressed ones`);
  const out = new Uint8Array(size), reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  let at = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (at + next.value.length > size) throw new Error(`more than ${size} bytes`);
      out.set(next.value, at);
      at += next.value.length;
    }
    if (at !== size) throw new Error(`${at} of ${size} bytes`);
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw new Error(`${what} is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
  return out;
}

/**
 * Return numbers from planes of bytes, see mmviz.io.byte_planes.
 * @template {Uint8Array | Uint16Array | Uint32Array} A
 * @param {Uint8Array} bytes
 * @param {number} at first byte
 * @param {A} whole receives the numbers
 * @param {number[]} lags
 * @param {boolean} folded
 * @returns {A}
 */
export function fromPlanes(bytes, at, whole, lags, folded = false) {
  const count = whole.length;
  for (let b = 0, from = at; b < whole.BYTES_PER_ELEMENT; b++, from += count) for (let i = 0; i < count; i++) whole[i] |= bytes[from + i] << (8 * b);
  if (folded) for (let i = 0; i < count; i++) whole[i] = (whole[i] >>> 1) ^ -(whole[i] & 1);
  for (const lag of [...lags].reverse()) for (let i = lag; i < count; i++) whole[i] += whole[i - lag];
  return whole;
}
