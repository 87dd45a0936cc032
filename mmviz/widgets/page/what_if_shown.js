// What is shown of the selected sample: as recorded, as computed where it was not recorded, or as edited.
/**
 * @import { EditedSample, Frame, Selection, State } from "./types.js"
 * @typedef {ReturnType<typeof import("./what_if_predictions.js").mountPredictions>} Predictions
 */

/**
 * Return a function from a selection to what is shown: the edited sample, and the state for the views; it puts both into the frame.
 * @param {Frame} frame
 * @param {Predictions} predictions
 */
export function shownPredictions(frame, predictions) {
  let version = 0, early = 0, comparing = false;
  /** @type {EditedSample | null} */
  let seen = null;
  /** @type {EditedSample | null} */
  let seenBase = null;
  /** the same sample with the same edits @type {(a: EditedSample | null, b: EditedSample | null) => boolean} */
  const same = (a, b) => a !== null && b !== null && a.key === b.key && a.request === b.request;
  /** @param {Selection} selection */
  function next(selection) {
    const edited = predictions.editedFor(selection), base = predictions.base(selection.sample);
    if (!edited) comparing = false;
    const shows = comparing ? null : edited;
    if (shows !== seen || base !== seenBase) {
      const completed = (shows === seen || (same(shows, seen) && seen?.draft)) && (base === seenBase || (same(base, seenBase) && seenBase?.draft));
      [seen, seenBase, version, early] = [shows, base, version + 1, early + (completed ? 0 : 1)];
    }
    frame.open(base);
    frame.show(edited, comparing);
    /** @type {State} */
    const state = { ...selection, version, early, draft: Boolean(shows ? shows.draft : base?.draft) };
    return { edited, shows, comparing, state };
  }
  return { next, compare: /** @param {boolean} recorded */ (recorded) => void (comparing = recorded) };
}
