// Colours of samples: by correctness, class, group, or a value; and their legend.
import { interpolateCividis, schemeTableau10 } from "d3-scale-chromatic";
import { coloursOf } from "./colours.js";
import { choice, h, name } from "./dom.js";
import { short } from "./format.js";
import { rangeOf } from "./chart.js";
/** @import { Frame, Pick, State } from "./types.js" */
/** @import { Samples } from "./sample_set.js" */

/** @typedef {{ key: string, title: string, colour: (i: number) => string, legend: () => HTMLElement }} Colouring */

const MOST = 20;
/** @type {(text: string, colour: string, hollow?: boolean) => HTMLElement} */
function key(text, colour, hollow = false) {
  const swatch = h("span", { class: `mmv-swatch${hollow ? " mmv-hollow" : ""}`, "aria-hidden": "true" });
  swatch.style.setProperty("--c", colour);
  return h("span", { class: "mmv-key" }, swatch, name(text));
}

/** Colours by an index: one of ten, then repeated. @type {(key: string, names: string[], index: (i: number) => number) => Colouring} */
const categories = (title, names, index) => ({
  key: title,
  title,
  colour: (i) => (index(i) < 0 ? "gray" : schemeTableau10[index(i) % 10]),
  legend: () => h("div", { class: "mmv-keys" }, ...names.slice(0, MOST).map((text, k) => key(text, schemeTableau10[k % 10])),
    ...(names.length > 10 ? [h("span", { class: "mmv-faint" }, `${names.length > MOST ? `and ${names.length - MOST} more; ` : ""}colours repeat after ten`)] : [])),
});

/** @param {Frame} frame @param {Samples} samples @returns {Colouring[]} */
export function colourings(frame, samples) {
  const labelled = frame.labelled && frame.task === "classification";
  const named = frame.overview?.groups ?? [];
  /** @type {Colouring[]} */
  const list = [];
  if (labelled) {
    list.push({
      key: "correct",
      title: "correct or misclassified",
      colour: (i) => (samples.wrong(i) ? "var(--wrong)" : "var(--right)"),
      legend: () => h("div", { class: "mmv-keys" }, key("correct", "var(--right)"), key("misclassified", "var(--wrong)", true)),
    }, categories("true class", frame.outputs, (i) => samples.truth[i]));
  }
  if (frame.task === "classification" && samples.whole >= 0) list.push(categories("predicted class", frame.outputs, (i) => samples.classOf(i, samples.whole)));
  if (named.length > 1) list.push(categories("group", named, (i) => samples.group[i]));
  for (const { key: which, title, of } of samples.quantities) {
    /** @type {[number, number] | null} */
    let range = null;
    const ends = () => (range ??= rangeOf([Array.from({ length: samples.count }, (_, i) => of(i))]));
    list.push({
      key: which,
      title,
      colour: (i) => (Number.isFinite(of(i)) ? interpolateCividis((of(i) - ends()[0]) / (ends()[1] - ends()[0] || 1)) : "gray"),
      legend: () => h("div", { class: "mmv-keys" }, h("span", {}, short(ends()[0])), h("span", { class: "mmv-ramp", "aria-hidden": "true" }), h("span", {}, short(ends()[1])), name(title)),
    });
  }
  return list;
}

// The select of the colours of samples, which all views of a page share: part of the selection.
/** @param {Frame} frame @param {Samples} samples @param {Pick} pick */
export function colourChoice(frame, samples, pick) {
  const list = colourings(frame, samples);
  let now = coloursOf({});
  const { select, node } = choice("Colour", list.map((one) => one.title), (i) => pick({ colours: { ...now, samples: list[i].key } }));
  const colouring = () => list[Number(select.value)];
  /** @param {State} state @returns {boolean} whether the colour has changed */
  const draw = (state) => {
    const before = select.value;
    now = coloursOf(state);
    select.value = String(Math.max(0, list.findIndex((one) => one.key === now.samples)));
    return select.value !== before;
  };
  return { node, colouring, draw };
}
