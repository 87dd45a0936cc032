// Rows of a table with a bar in the middle.
import { h } from "./dom.js";

export function bar(hatch) {
  const ink = h("div", { class: "mmv-bar", ...(hatch === null ? {} : { "data-m": hatch % 8 }) });
  const track = h("div", { class: "mmv-track", "aria-hidden": "true" }, ink);
  // from and to are shares of the track, 0..1
  const set = (from, to) => {
    ink.style.left = `${100 * Math.min(from, to)}%`;
    ink.style.width = `${100 * Math.abs(to - from) || 0}%`;
  };
  return { track, set };
}
export const row = (head, track, value) =>
  h("tr", {}, head, h("td", { class: "mmv-cell" }, track), h("td", { class: "mmv-value" }, value));
export const rowHead = (...children) => h("th", { scope: "row" }, ...children);

// A bar from a zero line, to the left or to the right.
export function signedBar(hatch) {
  const { track, set } = bar(hatch);
  track.classList.add("mmv-zero");
  return { track, set: (value, most) => set(0.5, 0.5 + (most && Number.isFinite(value) ? value / most / 2 : 0)) };
}
