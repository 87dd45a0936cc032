// Deserialization of a frame; part("state", epoch, sample) is the block at those leading indices.
import { faultOfColours } from "./colours.js";
import { faultOfScatter } from "./scatter_selection.js";
import { bytesOf, fromPlanes, inflated } from "./inflate.js";

/** @import { Frame, Recorded, State, Selection } from "./types.js" */
/** @typedef {[number, number]} Range */
/** @param {number[]} shape */
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
/** @param {Uint8Array<ArrayBuffer>} bytes @param {import("./types.js").Described} described @returns {import("./types.js").Numbers} */
function opened(bytes, { shape, dtype, at, lags }) {
  const whole = fromPlanes(bytes, at, dtype === "float32" ? new Uint32Array(sizeOf(shape)) : new Uint8Array(sizeOf(shape)), lags);
  return whole instanceof Uint32Array ? new Float32Array(whole.buffer) : whole;
}

/**
 * @param {string} text the header
 * @param {BufferSource} body the arrays
 * @returns {Promise<any>} a Recorded frame, or what an edited sample sends
 */
export async function openFrame(text, body) {
  const meta = JSON.parse(text);
  /** @type {Record<string, import("./types.js").Numbers>} */
  const arrays = {};
  const described = Object.entries(/** @type {Recorded["arrays"]} */ (meta.arrays));
  const size = described.reduce((sum, [, { shape, dtype }]) => sum + sizeOf(shape) * (dtype === "float32" ? 4 : 1), 0);
  const bytes = await inflated(bytesOf(body), size, "the recording in this page");
  for (const [key, one] of described) arrays[key] = opened(bytes, one);
  /** @type {Recorded["part"]} */
  function part(key, ...index) {
    /** @type {{ shape: number[] }} */
    const { shape } = meta.arrays[key];
    const size = shape.slice(index.length).reduce((a, b) => a * b, 1);
    const start = index.reduce((sum, i, axis) => sum * shape[axis] + i, 0) * size;
    return arrays[key].subarray(start, start + size);
  }
  /** @param {string} key */
  const shape = (key) => meta.arrays[key].shape;
  /** @param {string} key */
  const has = (key) => Object.hasOwn(arrays, key);
  return { ...meta, part, shape, has };
}

// Keys of a selection beside the indices of frame.sizes.
export const BESIDE_INDICES = ["brush", "zoom", "masked", "edits", "run", "section", "colours", "scatter"];
const OPEN = ["overview", "sample", "explanation", "training", "all"];
// The reason why a selection cannot be shown, or "".
/** @param {any} selection @param {Frame} frame @param {string[]} runs */
export function fault(selection, frame, runs) {
  if (typeof selection !== "object" || selection === null) return "selection is not an object";
  const { sizes } = frame, T = sizes.time, known = BESIDE_INDICES;
  for (const key of Object.keys(selection))
    if (!Object.hasOwn(sizes, key) && !known.includes(key)) return `selection has an unknown key: ${key}`;
  for (const [key, size] of Object.entries(sizes)) {
    const value = selection[key];
    if (!Number.isInteger(value) || value < 0 || value >= size)
      return `selection: ${key} is ${value}, expected a whole number from 0 to ${size - 1}`;
  }
  if (selection.sample >= frame.recorded_samples && selection.epoch !== frame.model_epoch)
    return `selection: sample ${selection.sample} was not recorded, so its epoch is ${frame.model_epoch}, that of the model in the page; got ${selection.epoch}`;
  const { masked, run } = selection;
  // a page or an address of an older version has no zoom
  for (const [key, value] of Object.entries({ brush: selection.brush, zoom: selection.zoom ?? null })) {
    const span = Array.isArray(value) && value.length === 2 && value.every(Number.isInteger) && value[0] >= 0 && value[0] <= value[1] && value[1] < T;
    if (value !== null && !span) return `selection: ${key} is ${JSON.stringify(value)}, expected null or [first step, last step]`;
  }
  const names = frame.has("game") ? frame.modalities.map((m) => m.name) : [];
  if (!Array.isArray(masked) || !masked.every((m) => names.includes(m))) return `selection: masked is ${JSON.stringify(masked)}, expected modalities`;
  const wrong = faultOfEdits(selection.edits, frame);
  if (wrong) return `selection: ${wrong}`;
  if (selection.section !== undefined && !OPEN.includes(selection.section)) return `selection: section is ${JSON.stringify(selection.section)}, expected one of ${OPEN.join(", ")}`;
  const mixed = faultOfColours(selection.colours, frame) || faultOfScatter(selection.scatter, frame);
  if (mixed) return `selection: ${mixed}`;
  return runs.includes(run) ? "" : `selection: run is ${JSON.stringify(run)}, expected one of ${runs.join(", ")}`;
}

/** @type {(value: unknown, low: number, high: number) => boolean} */
const whole = (value, low, high) => Number.isInteger(value) && Number(value) >= low && Number(value) <= high;
/** @type {Record<string, (value: unknown, frame: Frame) => boolean>} */
const EDITS = {
  delay: (v) => Number.isInteger(v), amplitude: (v) => Number.isFinite(v) && Number(v) >= 0 && Number(v) <= 10, noise: (v) => Number.isFinite(v) && Number(v) >= 0, seed: (v) => whole(v, 0, 2 ** 32 - 1),
  swap: (v, frame) => whole(v, 0, frame.sizes.sample - 1), text: (v) => typeof v === "string",
  window: (v) => Array.isArray(v) && v.length === 2 && v.every(Number.isInteger) && v[0] >= 0 && v[0] <= v[1],
  state: (v) => v === "zero" || v === "hold", cut: (v, frame) => whole(v, 0, frame.modalities.length - 1), step: (v, frame) => whole(v, 0, frame.sizes.time - 1),
};
/** @param {unknown} edits @param {Frame} frame */
function faultOfEdits(edits, frame) {
  /** @param {unknown} value @returns {value is object} */
  const plain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  if (!plain(edits)) return `edits is ${JSON.stringify(edits)}, expected an object`;
  for (const [key, one] of Object.entries(edits)) {
    if (!frame.modalities.some((m) => m.name === key) || !plain(one)) return `edits names ${JSON.stringify(key)}, expected a modality and its edits`;
    for (const [kind, value] of Object.entries(one))
      if (!Object.hasOwn(EDITS, kind) || !EDITS[kind](value, frame)) return `edits of ${key}: ${kind} is ${JSON.stringify(value)}`;
  }
  return "";
}

// Return a function: has any of these keys, or the edited sample, changed since its last call?
export function changes() {
  /** @type {Record<string, string>} */
  const before = {};
  /** @type {(state: State, ...keys: (keyof State)[]) => boolean} */
  return (state, ...keys) => {
    const now = JSON.stringify([state.version, ...keys.map((key) => state[key])]), name = keys.join();
    const differs = before[name] !== now;
    before[name] = now;
    return differs;
  };
}

// The union of ranges; null: no range.
/** @param {(Range | null)[]} ranges @returns {Range} */
export const joint = (ranges) => ranges.reduce((all, one) => (all && one ? [Math.min(all[0], one[0]), Math.max(all[1], one[1])] : all ?? one), null) ?? [0, 0];

// An array of a sample at every epoch, of all runs that are compared, as recorded and as edited.
/** @param {Frame} frame @param {string} key @param {number} sample */
export const allOf = (frame, key, sample) => frame.compared.filter((one) => one.has(key))
  .flatMap((one) => (one.edited() ? [one, one.recorded] : [one]).flatMap((kind) => one.epochs.map((_, e) => kind.part(key, e, sample))));

// The layer of a compared run that is shown with the selected layer.
/** @type {(one: Frame, frame: Frame, state: State) => number} */
export const layerOf = (one, frame, { layer, layer_of_a }) => Math.min(one === frame ? layer : layer_of_a ?? layer, one.sizes.layer - 1);

// The value of level 255 in the selected layer, the same for all compared runs; scales(run) has one entry for each layer.
/** @type {(frame: Frame, scales: (run: Frame) => number[] | undefined, state: State) => number} */
export const lastColour = (frame, scales, state) => Math.max(...frame.compared.map((one) => scales(one)?.[layerOf(one, frame, state)] ?? 0));

// How many rows of the state maps a modality has in a layer: scans of a user's module have different widths.
/** @type {(frame: Recorded, layer: number, m: number) => number} */
export function rowCount(frame, layer, m) {
  if (!frame.has("channel_index")) return frame.sizes.channel;
  const C = frame.sizes.channel, numbers = Array.from(frame.part("channel_index", layer).subarray(m * C, (m + 1) * C));
  return numbers.filter((number) => number >= 0).length;
}

// First and last step of the time range, or of the sequence.
/** @type {(frame: Frame, state: State) => Range} */
export const span = (frame, { brush }) => brush ?? [0, frame.sizes.time - 1];
