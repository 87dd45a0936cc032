// Parts of a saved page: bytes as printable text in elements of their own, see mmviz.widgets.page_parts.
import { inflated } from "./inflate.js";

/** @typedef {{ bytes: number, size: number, packing: "gzip" | "none" }} Part */

const BITS = 13, BASE = 91;
const VALUES = new Uint8Array(128).fill(255);
for (let code = 33, value = 0; code < 127; code++) if (!"<&/".includes(String.fromCharCode(code))) VALUES[code] = value++;

/**
 * Return the bytes of a text, see mmviz.io.printable_code.
 * @param {string} text @param {number} count @param {string} what for the message
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {Error} Damaged; the message is a sentence.
 */
export function fromText(text, count, what) {
  if (!(Number.isInteger(count) && count >= 0) || text.length !== 2 * Math.ceil((8 * count) / BITS)) throw new Error(`${what} is damaged: ${text.length} characters are given for ${count} bytes`);
  const out = new Uint8Array(count);
  let bits = 0, held = 0, wrong = 0;
  for (let i = 0, k = 0; i < text.length; i += 2) {
    const low = VALUES[text.charCodeAt(i)] ?? 255, high = VALUES[text.charCodeAt(i + 1)] ?? 255, group = low + BASE * high;
    wrong |= (low === 255 ? 1 : 0) | (group >> BITS);
    bits |= group << held;
    for (held += BITS; held >= 8; held -= 8, bits >>>= 8) out[k++] = bits; // beyond the end: ignored
  }
  if (wrong) throw new Error(`${what} is damaged: it has a character that does not belong to it`);
  return out;
}

/**
 * Return functions that read the parts of this document.
 * @param {Record<string, Part>} table
 */
export function partsOf(table) {
  /** @param {string} name */
  const what = (name) => `the part "${name}" of this page`;
  /** @param {string} name */
  const has = (name) => Object.hasOwn(table, name);
  /** @param {string} name @returns {Uint8Array<ArrayBuffer>} */
  function stored(name) {
    const element = document.getElementById(`mmviz-part-${name}`);
    if (!has(name) || !element) throw new Error(`${what(name)} is missing`);
    return fromText(element.textContent, table[name].bytes, what(name));
  }
  /** @param {string} name */
  const bytes = async (name) => (has(name) && table[name].packing === "gzip" ? inflated(stored(name), table[name].size, what(name)) : stored(name));
  /** @param {string} name */
  const text = async (name) => new TextDecoder().decode(await bytes(name));
  return { has, stored, bytes, text };
}
