// Table rows with a bar.
import { h, put } from "./dom.js";
/** @import { Child } from "./types.js" */

/** @typedef {{ now: number, then: number }} BarValues shown and recorded, NaN where there is none */
/** @type {WeakMap<Element, BarValues>} */
const known = new WeakMap();
// The values of a bar, null where only places are known.
/** @param {Element | null} track */
export const barValues = (track) => (track && known.get(track)) ?? null;

/** @param {number | null} hatch number of the modality, or null */
export function bar(hatch) {
  const ink = h("div", { class: "mmv-bar", ...(hatch === null ? {} : { "data-m": hatch % 8 }) });
  const ghost = h("div", { class: "mmv-recorded", hidden: "" }), track = h("div", { class: "mmv-track", "aria-hidden": "true" }, ink, ghost);
  // from and to are fractions of the track; nothing is drawn if one is not finite
  /** @type {(node: HTMLElement, from: number, to: number) => void} */
  const lay = (node, from, to) => {
    const finite = Number.isFinite(from + to);
    node.style.left = `${finite ? 100 * Math.min(from, to) : 0}%`;
    node.style.width = `${finite ? 100 * Math.abs(to - from) : 0}%`;
  };
  // value: what the bar shows, for its read-out
  /** @type {(from: number, to: number, value?: number) => void} */
  const set = (from, to, value = NaN) => {
    known.set(track, { now: value, then: NaN });
    put(ink, "hidden", !Number.isFinite(from + to)); // the least width of a bar is for values, not for missing ones
    lay(ink, from, to);
  };
  // the outline of the recorded value during an edit, or none
  /** @type {(from: number, to: number, value?: number) => void} */
  const was = (from, to, value = NaN) => {
    known.set(track, { now: known.get(track)?.now ?? NaN, then: value });
    put(ghost, "hidden", !Number.isFinite(to));
    if (!ghost.hidden) lay(ghost, from, to);
  };
  return { track, set, was };
}
/** @param {Child} head @param {Child} track @param {Child} value */
export const row = (head, track, value) =>
  h("tr", {}, head, h("td", { class: "mmv-cell" }, track), h("td", { class: "mmv-value" }, value));
/** @param {Child[]} children */
export const rowHead = (...children) => h("th", { scope: "row" }, ...children);

// A bar from a zero line, to the left or to the right.
/** @param {number | null} hatch */
export function signedBar(hatch) {
  const { track, set, was } = bar(hatch);
  /** @type {(value: number, most: number) => number} */
  const place = (value, most) => 0.5 + (most ? value / most / 2 : 0 * value);
  track.classList.add("mmv-zero");
  return {
    track,
    /** @type {(value: number, most: number) => void} */
    set: (value, most) => set(0.5, place(value, most), value),
    /** @type {(value: number, most: number) => void} */
    was: (value, most) => was(0.5, place(value, most), value),
  };
}
