// Corresponding selections of two runs, by the tables that Python sends (compare.py).
/** @import { Frame, Indices, Selection, State } from "./types.js" */

/** @template {Partial<Selection>} T @param {Indices} table @param {T} selection */
function translated(table, selection) {
  const { epoch, layer, channel, time } = selection, out = { ...selection };
  if (epoch !== undefined) out.epoch = table.epoch[epoch];
  if (layer !== undefined) out.layer = table.layer[layer];
  if (channel !== undefined) out.channel = table.channel[channel];
  if (time !== undefined) out.time = table.time[time];
  for (const key of /** @type {const} */ (["brush", "zoom"])) {
    const span = selection[key];
    if (span) out[key] = [table.time[span[0]], table.time[span[1]]];
  }
  return out;
}

/** @param {Frame} b @param {State} state @returns {State} */
export const toOther = (b, state) => ({ ...translated(b.from_a, state), layer_of_a: state.layer, of_a: state }); // the layer of A, where B has fewer

/** @param {Frame} b @param {Partial<Selection>} change */
export const fromOther = (b, change) => translated(b.to_a, change);
