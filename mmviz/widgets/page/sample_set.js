// The samples of the section "overview": their values, and the chosen subset, which all its views share.
import { short } from "./format.js";
/** @import { Frame } from "./types.js" */

/**
 * @typedef {{ text: string, test: (i: number) => boolean, lasso?: import("./types.js").Lasso }} Filter lasso: of the scatter plot
 * @typedef {{ key: string, title: string, unit: string, of: (i: number) => number }} Quantity
 * @typedef {ReturnType<typeof chosenSet>} ChosenSet
 * @typedef {ReturnType<typeof build>} Samples
 */

export const HOW_TO_OPEN = "Record it with mm.record(run, split, recorded_samples=[positions]), or give the page the model with Explorer(trace, model=mm.recording.export_model(run, split)).";

/** The chosen subset: the samples that pass every filter. @param {number} count */
function chosenSet(count) {
  /** @type {Filter[]} */
  let filters = [];
  let panel = "";
  const inside = new Uint8Array(count).fill(1), listeners = /** @type {Set<() => void>} */ (new Set());
  /** @param {Filter[]} list @param {string} from the panel that shows the first chosen samples beside it, "" for none */
  function set(list, from = "") {
    [filters, panel] = [list, from];
    for (let i = 0; i < count; i++) inside[i] = filters.every((one) => one.test(i)) ? 1 : 0;
    listeners.forEach((listen) => listen());
  }
  return {
    inside,
    filters: () => filters,
    panel: () => panel,
    set,
    /** @param {Filter} filter */
    add: (filter) => set([...filters, filter]),
    /** @param {Filter} filter */
    remove: (filter) => set(filters.filter((one) => one !== filter), panel),
    number: () => inside.reduce((sum, one) => sum + one, 0),
    /** @param {() => void} act */
    listen: (act) => void listeners.add(act),
  };
}

/** @type {WeakMap<object, Samples>} */
const built = new WeakMap();

/** Return the samples of a frame with an overview; the same object for all views. @param {Frame} frame @returns {Samples} */
export function samplesOf(frame) {
  const known = built.get(frame.listed) ?? build(frame);
  built.set(frame.listed, known);
  return known;
}

/** @param {Frame} frame */
function build(frame) {
  const { id, target, predicted } = frame.listed, count = id.length, M = frame.modalities.length;
  const chosen = chosenSet(count), phi = frame.part("listed_phi"), shown = frame.part("listed_prediction");
  const correct = frame.part("listed_correct"), recorded = frame.part("listed_recorded");
  const classes = frame.task === "classification", has = frame.has("overview_value");
  const subsets = has ? frame.overview.subset : [], S = subsets.length, whole = S - 1;
  const value = has ? frame.part("overview_value") : shown, scale = has && value instanceof Uint8Array ? 255 : 1;
  const best = has ? frame.part("overview_predicted") : shown, truth = has ? frame.part("overview_target") : shown;
  const output = has ? frame.part("overview_output") : shown, group = has ? frame.part("overview_group") : shown;
  const explained = frame.labelled ? "p(true class)" : "p(predicted class)";
  /** @type {(i: number, s: number) => number} */
  const valueOf = (i, s) => value[i * S + s] / scale;
  /** @type {(i: number, s: number) => number} predicted class of subset s, -1 for none */
  const classOf = (i, s) => best[i * S + s];
  /** @type {Quantity[]} */
  const quantities = [];
  if (has && classes) {
    quantities.push({ key: "confidence", title: "confidence, p(predicted class)", unit: "", of: (i) => output[i] });
    if (frame.labelled) quantities.push({ key: "p", title: explained, unit: "", of: (i) => shown[i] }, { key: "loss", title: "loss, −ln p(true class)", unit: "nats", of: (i) => -Math.log(shown[i]) });
  } else if (has) {
    if (frame.labelled) quantities.push({ key: "target", title: "target", unit: "", of: (i) => truth[i] });
    quantities.push({ key: "value", title: "predicted value", unit: "", of: (i) => output[i] });
    if (frame.labelled) quantities.push({ key: "residual", title: "residual, predicted − target", unit: "", of: (i) => output[i] - truth[i] }, { key: "error", title: "absolute error", unit: "", of: (i) => Math.abs(output[i] - truth[i]) });
  } else if (classes) quantities.push({ key: "p", title: explained, unit: "", of: (i) => shown[i] });
  frame.modalities.forEach((one, m) => quantities.push({ key: `φ ${one.name}`, title: `φ ${one.name}`, unit: "", of: (i) => phi[i * M + m] }));
  frame.modalities.forEach((one, m) => {
    const s = subsets.indexOf((2 ** M - 1) & ~(1 << m));
    if (s >= 0) quantities.push({ key: `masked ${one.name}`, title: `${classes ? explained : "predicted value"}, ${one.name} masked`, unit: "", of: (i) => valueOf(i, s) });
  });
  /** @type {(s: number) => string} */
  const subsetName = (s) => (subsets[s] === 0 ? "no modality" : s === whole ? "all modalities"
    : frame.modalities.filter((_, m) => (subsets[s] >> m) & 1).map((one) => one.name).join(" + "));
  // the index of a sample among those that the page can open, or -1
  const openable = frame.listed.sample;
  return {
    count, id, target, predicted, correct, recorded, chosen, subsets, whole, subsetName, valueOf, classOf, quantities, truth, group,
    /** @type {(i: number) => number} */
    open: (i) => openable[i],
    // why a sample does not open
    /** @type {(i: number) => string} */
    closed: (i) => `${id[i]} was not recorded, and the page holds no model that computes it. ${HOW_TO_OPEN}`,
    /** @type {(i: number) => [string, string][]} label and value of what a dot stands for */
    rows: (i) => [...(frame.labelled ? /** @type {[string, string][]} */ ([["target", target[i]]]) : []), ["predicted", predicted[i]], ...(classes ? /** @type {[string, string][]} */ ([[explained, short(shown[i])]]) : [])],
    /** @type {(i: number) => boolean} */
    wrong: (i) => correct[i] === 0,
    /** @type {(i: number, s: number) => number} */
    errorOf: (i, s) => Math.abs(valueOf(i, s) - truth[i]),
  };
}
