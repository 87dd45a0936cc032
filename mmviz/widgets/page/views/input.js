// The input itself, as the data's display says: an image upright, sound with its spectrogram and playback, text as words. Lines are in the lanes.
import { h, faint, heading, modality } from "../dom.js";
import { changes } from "../frame.js";
import { image } from "../inputs/image.js";
import { sound } from "../inputs/sound.js";
import { words } from "../inputs/words.js";
import { register } from "../registry.js";
/** @import { Frame, Pick, State } from "../types.js" */

/** @typedef {{ node: HTMLElement, draw: (state: State, changed: boolean) => void, stop: () => void }} Part */

// Sound of several channels is not a waveform.
/** @param {Frame} frame @param {number} m @returns {Part} */
const analysed = (frame, m) => ({ node: faint(`${frame.modalities[m].features.length} values per analysis frame: see the lane. The data contain no waveform.`), draw() {}, stop() {} });

/** @type {Record<string, (frame: Frame, m: number, pick: Pick) => Part>} */
const PARTS = { image, text: words, audio: (frame, m, pick) => (frame.modalities[m].features.length === 1 ? sound(frame, m, pick) : analysed(frame, m)) };
/** @param {Frame} frame @param {number} m */
const partOf = (frame, m) => (Object.hasOwn(PARTS, frame.modalities[m].display.kind) ? PARTS[frame.modalities[m].display.kind] : null);

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const parts = frame.modalities.flatMap((_, m) => {
    const make = partOf(frame, m);
    return make ? [{ m, part: make(frame, m, pick) }] : [];
  });
  root.append(heading("Input"), ...parts.map(({ m, part }) => h("div", { class: "mmv-input", "data-m": m % 8 }, h("div", { class: "mmv-name" }, ...modality(frame, m)), part.node)));
  const changed = changes();
  return (state) => {
    const anew = changed(state, "sample");
    for (const { part } of parts) part.draw(state, anew);
  };
}

register({
  name: "input",
  place: "side",
  section: "sample",
  order: 5,
  needs: ["signal_0"],
  early: true,
  // analysis frames alone have a lane of their own
  shows: (frame) => frame.modalities.some((one, m) => partOf(frame, m) !== null && (one.display.kind !== "audio" || one.features.length === 1)),
  mount,
});
