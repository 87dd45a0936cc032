// A frame whose numbers of one sample at one epoch may be those of its edited version, the prediction for a what-if edit.
/** @import { Recorded, EditedSample, Frame } from "./types.js" */

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
  function part(key, ...index) {
    if (overlay === null || !replaced(key)) return recorded.part(key, ...index);
    const lead = overlay.leads[key], [epoch, sample] = lead === 2 ? index : [overlay.epoch, index[0]];
    if (index.length < lead || epoch !== overlay.epoch || sample !== overlay.sample) return recorded.part(key, ...index);
    return overlay.part(key, ...(lead === 2 ? [0, 0] : [0]), ...index.slice(lead));
  }
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
