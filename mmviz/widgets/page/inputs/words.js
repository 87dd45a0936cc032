// Text as words, one per frame: coloured by attribution, linked to the time cursor. Beside an edit stand the recorded words.
import { h, faint, name as isolated } from "../dom.js";
import { signedColour, sourcesOfPrediction } from "../attribution.js";
import { columnsOf } from "../signal_columns.js";
import { short } from "../format.js";
import { readable } from "../readout.js";
import { framesIn, shownFrames, stepOf } from "./shown_frames.js";
import { editedWords } from "./edited_words.js";
/** @import { Frame, Pick, Reading, State } from "../types.js" */

const LIGHT = 0.55; // largest share of the colour in a word's background: black text stays readable on it

/**
 * Share of each frame in the prediction at the cursor, or null where this sample has none: the share of a step (or block of steps) is divided over
 * the words in it by their time.
 * @param {Frame} frame @param {number} m @param {State} state @returns {Map<number, number> | null}
 */
export function sharesOfFrames(frame, m, { sample, time }) {
  if (!frame.has("attribution") || frame.lacks("attribution", sample) || (frame.edited() && !frame.replaced("attribution"))) return null;
  const { values, count, from, to } = sourcesOfPrediction(frame, sample, time), T = frame.sizes.time, columns = columnsOf(frame, m, sample).filter((one) => one.frame >= 0);
  /** @type {Map<number, number>} */
  const out = new Map();
  for (let i = 0; i < count; i++) {
    const a = from(i) / T, b = (to(i) + 1) / T, parts = columns.map((one) => Math.max(0, Math.min(b, one.to) - Math.max(a, one.from))), whole = parts.reduce((sum, one) => sum + one, 0);
    if (whole > 1e-12) parts.forEach((part, k) => part && out.set(columns[k].frame, (out.get(columns[k].frame) ?? 0) + (values[m * count + i] * part) / whole));
  }
  return out;
}

/** @param {Frame} frame @param {number} m @param {Pick} pick */
export function words(frame, m, pick) {
  const { name } = frame.modalities[m], box = h("div", { class: "mmv-plot mmv-tokens" }), before = h("p", { class: "mmv-tokens-recorded" }), note = faint();
  /** @type {HTMLElement[]} */
  let spans = [];
  /** frame of each span @type {number[]} */
  let frames = [];
  /** @type {string[]} */
  let texts = [];
  /** @type {State | null} */
  let last = null;
  /** @type {Map<number, number> | null} */
  let shares = null;
  /** @param {number} x @param {number} y @param {DOMRect} area @returns {[number, number]} */
  function nearest(x, y, area) {
    const px = area.left + x * area.width, py = area.top + y * area.height;
    let best = -1, least = Infinity;
    spans.forEach((span, k) => {
      for (const one of span.getClientRects()) {
        const apart = Math.hypot(Math.max(0, one.left - px, px - one.right), 3 * Math.max(0, one.top - py, py - one.bottom));
        if (apart < least) [best, least] = [k, apart];
      }
    });
    return least < 40 ? [best, 0] : [0, -1];
  }
  box.addEventListener("click", (event) => {
    const [k, found] = nearest(...shareOf(event)), step = last && found >= 0 ? stepOf(frame, m, last.sample, frames[k]) : -1;
    if (step >= 0) pick({ time: step });
  });
  /** @param {MouseEvent} event @returns {[number, number, DOMRect]} */
  function shareOf(event) {
    const area = box.getBoundingClientRect();
    return [(event.clientX - area.left) / (area.width || 1), (event.clientY - area.top) / (area.height || 1), area];
  }
  readable(box, {
    label: `${name}: words`,
    grid: () => [spans.length, 1],
    start: () => [Math.max(0, frames.indexOf(last ? framesIn(frame, m, last.sample, [last.time, last.time])?.[1] ?? 0 : 0)), 0],
    cellAt: nearest,
    placeOf(k) {
      const area = box.getBoundingClientRect(), one = spans[k]?.getBoundingClientRect() ?? area;
      return [(one.left + one.width / 2 - area.left) / (area.width || 1), (one.top - area.top) / (area.height || 1)];
    },
    read(k) {
      if (!last || !spans[k]) return null;
      const step = stepOf(frame, m, last.sample, frames[k]), share = shares?.get(frames[k]), masked = spans[k].hasAttribute("data-masked");
      /** @type {Reading["rows"]} */
      const rows = [["word", `${frames[k] + 1}`], ...(masked ? [/** @type {[string, string]} */ (["state", "masked"])] : []), ...(share === undefined ? [] : [/** @type {[string, string]} */ ([frame.attribution.name, `${share > 0 ? "+" : ""}${short(share, 2)}`])])];
      return { title: texts[k] || "(no word)", modality: m, at: { modality: m, ...(step < 0 ? {} : { time: step }) }, rows };
    },
    locate: () => null,
  });

  /** @param {State} state */
  function write(state) {
    const { sample } = state, shown = editedWords(frame, m, sample), { now } = shownFrames(frame, m, sample);
    const own = frame.modalities[m].tokens?.[sample] ?? null;
    before.hidden = true;
    if (!shown.words) {
      [spans, frames, texts] = [[], [], []];
      box.replaceChildren(faint(shown.reason));
      return;
    }
    const tokens = shown.words, held = [...now.valid.keys()].filter((f) => now.valid[f] || tokens[f]);
    frames = held;
    texts = held.map((f) => tokens[f] ?? "");
    spans = texts.map((text, k) => h("span", { class: "mmv-word", ...(now.valid[held[k]] ? {} : { "data-masked": "" }) }, isolated(text || "␣")));
    box.replaceChildren(...(spans.length ? spans.flatMap((span) => [span, " "]) : [faint("No word: the text is empty, or not recorded for this sample.")]));
    if (shown.changed && own) {
      before.hidden = false;
      before.replaceChildren("Recorded: ", isolated(own.filter(Boolean).join(" ")));
    }
  }
  /** @param {State} state */
  function colour(state) {
    shares = sharesOfFrames(frame, m, state);
    const most = Math.max(0, ...frames.map((f) => Math.abs(shares?.get(f) ?? 0)));
    spans.forEach((span, k) => {
      const v = shares?.get(frames[k]) ?? 0, part = most ? v / most : 0;
      span.toggleAttribute("data-share", false);
      if (!shares || Math.abs(part) < 0.02) span.style.background = "";
      else {
        const [r, g, b] = signedColour(part).map((c, i) => (i < 3 ? Math.round(255 - LIGHT * (255 - c)) : c));
        span.style.background = `rgb(${r},${g},${b})`;
        span.setAttribute("data-share", part > 0 ? "+" : "−");
      }
    });
    note.textContent = shares && most ? `Colour: ${frame.attribution.name} of each word, red and solid line: raises, blue and dotted line: lowers; largest ${short(most, 2)}. A step's share is divided over its words by time.`
      : frame.has("attribution") ? `No attribution of ${frame.edited() ? "an edited sample" : "this sample"}: the words are not coloured.` : "";
  }
  /** @param {State} state */
  function mark(state) {
    const at = framesIn(frame, m, state.sample, [state.time, state.time]), range = state.brush ? framesIn(frame, m, state.sample, state.brush) : null;
    spans.forEach((span, k) => {
      span.toggleAttribute("data-now", at !== null && frames[k] >= at[0] && frames[k] <= at[1]);
      span.toggleAttribute("data-out", state.brush !== null && (range === null || frames[k] < range[0] || frames[k] > range[1]));
    });
  }
  let coloured = -1;
  /** @param {State} state @param {boolean} changed */
  function draw(state, changed) {
    last = state;
    if (changed) write(state);
    if (changed || state.time !== coloured) colour(state);
    coloured = state.time;
    mark(state);
  }
  return { node: h("div", {}, box, before, note), draw, stop() {} };
}
