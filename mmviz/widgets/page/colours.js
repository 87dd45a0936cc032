// The colours of a selection: scale and range of the maps, and what colours the dots of samples.
/** @import { Colours, Frame } from "./types.js" */

export const KINDS = /** @type {Colours["scale"][]} */ (["symmetric log", "linear", "quantile"]);
export const PER = /** @type {[Colours["range"], string][]} */ ([["layer", "per layer"], ["channel", "per channel"], ["shared", "all layers"]]);
// The colours of a selection; an older page or address has none.
/** @param {{ colours?: Partial<Colours> }} state @returns {Colours} */
export const coloursOf = (state) => ({ scale: "symmetric log", range: "layer", samples: "", ...state.colours });

// The reason why colours cannot be shown, or "".
/** @param {any} colours @param {Frame} frame */
export function faultOfColours(colours, frame) {
  if (colours === undefined) return "";
  if (typeof colours !== "object" || colours === null || Array.isArray(colours)) return `colours is ${JSON.stringify(colours)}, expected an object`;
  /** @type {Record<string, readonly string[]>} */
  const known = { scale: KINDS, range: PER.map(([one]) => one), samples: ["", ...(frame.sample_colours ?? [])] };
  for (const [key, value] of Object.entries(colours))
    if (!Object.hasOwn(known, key) || !known[key].includes(value)) return `colours: ${key} is ${JSON.stringify(value)}, expected ${Object.hasOwn(known, key) ? `one of ${known[key].join(", ")}` : `one of ${Object.keys(known).join(", ")}`}`;
  return "";
}
