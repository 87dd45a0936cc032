// What a selection in run A means in run B, and a change made in B in A; pairing.py does the same in Python.
/** @import { Frame, State } from "./types.js" */
/** @type {(time: number, of: number, to: number) => number} */
const step = (time, of, to) => Math.max(0, Math.ceil(((time + 1) * to) / of) - 1);

/**
 * @param {Frame} a
 * @param {Frame} b
 * @param {State} state
 * @returns {State}
 */
export function toOther(a, b, state) {
  const number = a.epochs[state.epoch];
  /** @param {number} time */
  const there = (time) => step(time, a.sizes.time, b.sizes.time);
  return {
    ...state,
    epoch: Math.max(0, b.epochs.findLastIndex((e) => e <= number)),
    layer: Math.min(state.layer, b.sizes.layer - 1),
    asked_layer: state.layer, // that of A, where B has fewer
    channel: Math.min(state.channel, b.sizes.channel - 1),
    time: there(state.time),
    brush: state.brush && [there(state.brush[0]), there(state.brush[1])],
  };
}

/**
 * @param {Frame} a
 * @param {Frame} b
 * @param {Partial<State>} change
 */
export function fromOther(a, b, change) {
  const out = { ...change };
  /** @param {number} time */
  const here = (time) => step(time, b.sizes.time, a.sizes.time);
  const { epoch, layer, channel, time, brush } = out;
  if (epoch !== undefined) out.epoch = Math.max(0, a.epochs.findLastIndex((e) => e <= b.epochs[epoch]));
  if (layer !== undefined) out.layer = Math.min(layer, a.sizes.layer - 1);
  if (channel !== undefined) out.channel = Math.min(channel, a.sizes.channel - 1);
  if (time !== undefined) out.time = here(time);
  if (brush) out.brush = [here(brush[0]), here(brush[1])];
  return out;
}
