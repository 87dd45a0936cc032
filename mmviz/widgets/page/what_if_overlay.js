// A frame over all samples: recorded ones, one unrecorded sample that was computed, and an overlay, the prediction for a what-if edit.
/** @import { Recorded, Opened, Header, EditedSample, Frame, Numbers } from "./types.js" */

/**
 * Return the block of a computed sample at the leading indices, or null where it has none.
 * @param {EditedSample | null} one
 * @param {string} key
 * @param {number[]} index
 */
function blockOf(one, key, index) {
  if (one === null || !Object.hasOwn(one.leads, key)) return null;
  const lead = one.leads[key], [epoch, sample] = lead === 2 ? index : [one.epoch, index[0]];
  if (index.length < lead || epoch !== one.epoch || sample !== one.sample) return null;
  return one.part(key, ...(lead === 2 ? [0, 0] : [0]), ...index.slice(lead));
}

/**
 * Return the frame with the samples that were not recorded: open(sample) gives one of them its computed values; without them its floats are NaN and its bytes 0.
 * @param {Header & Opened} opened
 * @returns {Recorded}
 */
export function withAllSamples(opened) {
  const axes = opened.sample_axis ?? {}, recorded_samples = opened.recorded_samples ?? opened.sizes.sample;
  /** @type {EditedSample | null} */
  let computed = null;
  /** @type {Map<string, Numbers>} */
  const blanks = new Map();
  /** @param {string} key @param {number[]} index */
  function blank(key, index) {
    const size = opened.shape(key).slice(index.length).reduce((a, b) => a * b, 1), name = `${key} ${size}`;
    let found = blanks.get(name);
    if (!found) blanks.set(name, (found = opened.arrays[key].dtype === "uint8" ? new Uint8Array(size) : new Float32Array(size).fill(NaN)));
    return found;
  }
  /** @type {Recorded["part"]} */
  const part = (key, ...index) => {
    const axis = axes[key];
    if (axis === undefined || !(index[axis] >= recorded_samples)) return opened.part(key, ...index);
    return blockOf(computed, key, index) ?? blank(key, index);
  };
  /** @type {Recorded["lacks"]} */
  const lacks = (key, sample) => sample >= recorded_samples && axes[key] !== undefined && !(computed?.sample === sample && Object.hasOwn(computed.leads, key));
  return { ...opened, recorded_samples, part, lacks, open: (one) => void (computed = one), computed: () => computed };
}

/**
 * Return the frame with an overlay: edited() is the edited sample that is shown, or null; show(sample, hidden) changes it.
 * @param {Recorded} recorded
 * @returns {Frame}
 */
export function withOverlay(recorded) {
  /** @type {EditedSample | null} */
  let overlay = null;
  let hidden = false;
  const duration_s = [...recorded.duration_s], start_s = [...recorded.start_s];
  const edited = () => (hidden ? null : overlay);
  /** @param {string} key */
  const replaced = (key) => overlay !== null && !hidden && Object.hasOwn(overlay.leads, key);
  /** @type {Frame["part"]} */
  const part = (key, ...index) => blockOf(edited(), key, index) ?? recorded.part(key, ...index);
  /** @type {(sample: number, duration: number | null, start: number) => void} */
  const put = (sample, duration, start) => {
    duration_s[sample] = duration;
    start_s[sample] = start;
  };
  /** @type {Frame["show"]} */
  function show(next, before) {
    if (overlay) put(overlay.sample, recorded.duration_s[overlay.sample], recorded.start_s[overlay.sample]);
    [overlay, hidden] = [next, before];
    if (overlay && !hidden) put(overlay.sample, overlay.duration_s, overlay.start_s);
  }
  return { ...recorded, duration_s, start_s, recorded, edited, replaced, part, show, compared: [] };
}

// Arrays that an edit changes but that its result may not contain: views that need them show a note.
export const CHANGED = ["path", "influence", "attribution", "plan", "channel_index", "scan_norm_0"];
