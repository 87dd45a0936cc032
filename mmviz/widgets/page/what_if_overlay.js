// A frame whose numbers of one sample at one epoch may be those of its edited twin, the prediction for a what-if edit.
/** @import { Recorded, Twin, Frame } from "./types.js" */

/**
 * Return the frame with what it needs to show an edited sample: answer() is the twin that is shown, or null; show(twin, hidden) changes which.
 * @param {Recorded} recorded
 * @returns {Frame}
 */
export function withOverlay(recorded) {
  /** @type {Twin | null} */
  let twin = null;
  let hidden = false;
  const duration_s = [...recorded.duration_s], start_s = [...recorded.start_s];
  const answer = () => (hidden ? null : twin);
  /** @param {string} key */
  const answers = (key) => twin !== null && !hidden && Object.hasOwn(twin.leads, key);
  /** @type {Frame["part"]} */
  function part(key, ...index) {
    if (twin === null || !answers(key)) return recorded.part(key, ...index);
    const lead = twin.leads[key], [epoch, sample] = lead === 2 ? index : [twin.epoch, index[0]];
    if (index.length < lead || epoch !== twin.epoch || sample !== twin.sample) return recorded.part(key, ...index);
    return twin.part(key, ...(lead === 2 ? [0, 0] : [0]), ...index.slice(lead));
  }
  /** @type {(sample: number, duration: number | null, start: number) => void} */
  const put = (sample, duration, start) => {
    duration_s[sample] = duration;
    start_s[sample] = start;
  };
  /** @type {Frame["show"]} */
  function show(next, before) {
    if (twin) put(twin.sample, recorded.duration_s[twin.sample], recorded.start_s[twin.sample]);
    [twin, hidden] = [next, before];
    if (twin && !hidden) put(twin.sample, twin.duration_s, twin.start_s);
  }
  return { ...recorded, duration_s, start_s, recorded, answer, answers, part, show, compared: [] };
}

// What an edit changes and the prediction may not contain: the views of these show a note that they are as recorded.
export const CHANGED = ["path", "influence", "plan", "channel_index"];
