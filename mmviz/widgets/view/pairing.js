// What a selection in run A means in run B, and a change made in B in A; pairing.py does the same in Python.
const step = (time, of, to) => Math.max(0, Math.ceil(((time + 1) * to) / of) - 1);

export function toOther(a, b, state) {
  const number = a.epochs[state.epoch], steps = [a.sizes.time, b.sizes.time];
  return {
    ...state,
    epoch: Math.max(0, b.epochs.findLastIndex((e) => e <= number)),
    layer: Math.min(state.layer, b.sizes.layer - 1),
    asked_layer: state.layer, // that of A, where B has fewer
    channel: Math.min(state.channel, b.sizes.channel - 1),
    time: step(state.time, ...steps),
    brush: state.brush && state.brush.map((end) => step(end, ...steps)),
  };
}

export function fromOther(a, b, change) {
  const out = { ...change }, steps = [b.sizes.time, a.sizes.time];
  if ("epoch" in out) out.epoch = Math.max(0, a.epochs.findLastIndex((e) => e <= b.epochs[out.epoch]));
  for (const key of ["layer", "channel"]) if (key in out) out[key] = Math.min(out[key], a.sizes[key] - 1);
  if ("time" in out) out.time = step(out.time, ...steps);
  if (out.brush) out.brush = out.brush.map((end) => step(end, ...steps));
  return out;
}
