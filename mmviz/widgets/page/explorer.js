// The Explorer: controls, one selection, and the views that show it. Hosts call render({ model, el }).
import { h, letters, mark, name, choice, put, write } from "./dom.js";
import { openFrame, fault } from "./frame.js";
import { fill, readout, epochName } from "./format.js";
import { toOther, fromOther } from "./compare.js";
import { withAllSamples, withOverlay } from "./what_if_overlay.js";
import { editWords } from "./what_if_request.js";
import { mountPredictions } from "./what_if_predictions.js";
import { shownPredictions } from "./what_if_shown.js";
import { mountWhatIf, offersWhatIf } from "./what_if.js";
import { mountRun } from "./run.js";
import { inTurn } from "./in_turn.js";
import { SECTIONS, sectionTabs } from "./sections.js";
import { predictionStrip } from "./strip.js";
import { helpTools } from "./help.js";
import { explainTerms } from "./terms.js";
import * as difference from "./difference.js";
import { followAddress } from "./address.js";
import { mountReadout } from "./readout.js";

/** @import { Frame, Model, Pick, Selection, State } from "./types.js" */

let serial = 0;

/**
 * @param {Frame} frame
 * @param {Pick} pick
 * @param {string[]} runs
 * @param {Record<string, string>} names what distinguishes the runs, by their letters
 */
function buildControls(frame, pick, runs, names) {
  const samples = frame.samples.map((text, i) => (frame.task === "classification" && frame.labelled ? `${text} · ${frame.outputs[frame.targets[i]]}` : text));
  const sample = choice("Sample", samples, (i) => pick({ sample: i }));
  // a size of its own: otherwise every change measures the texts of all samples
  sample.select.classList.add("mmv-sample");
  sample.select.style.width = `calc(${samples.reduce((most, text) => Math.max(most, letters(text)), 0)}ch + 3.5em)`;
  const layer = choice("Layer", frame.layers.map(String), (i) => pick({ layer: i }));
  const layered = ["state", "influence", "routing"].some(frame.has);
  const range = h("input", { type: "range", min: 0, max: frame.sizes.epoch - 1, step: 1, class: "mmv-epoch", "aria-label": "Epoch" });
  const label = h("span", { class: "mmv-epoch-label" });
  range.addEventListener("input", () => pick({ epoch: Number(range.value) }));
  const epoch = h("label", { class: "mmv-control mmv-grow" }, h("span", {}, "Epoch"), range, label);
  const run = choice("Run", runs.map((one) => (one === "both" ? "A and B" : `${one}${names[one] && `: ${names[one]}`}`)), (i) => pick({ run: /** @type {Selection["run"]} */ (runs[i]) }));
  const node = h("div", { class: "mmv-controls" }, sample.node, ...(layered ? [layer.node] : []), ...(runs.length > 1 ? [run.node] : []), epoch);
  /** @param {Selection} selection */
  function draw(selection) {
    put(sample.select, "value", String(selection.sample));
    put(layer.select, "value", String(selection.layer));
    put(run.select, "value", String(runs.indexOf(selection.run)));
    put(range, "value", String(selection.epoch));
    write(label, `${frame.epochs[selection.epoch]} of ${frame.epochs[frame.sizes.epoch - 1]}`);
    put(range, "ariaValueText", epochName(frame, selection.epoch));
  }
  return { node, draw };
}

// Notebooks have keyboard shortcuts on the whole page: the keys that the controls use must not reach them.
/** @param {KeyboardEvent} event */
const forControls = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab" || (event.shiftKey && event.key === "Enter"));
/** @param {KeyboardEvent} event */
function keepKeys(event) {
  if (forControls(event)) event.stopPropagation();
}
// Notebook 7 handles keys at the document before they arrive here (JupyterLab after it), except at an element with this attribute.
/** @param {HTMLElement} root */
function suppressShortcuts(root) {
  /** @param {KeyboardEvent} event */
  const mark = (event) => {
    const target = event.composedPath()[0];
    if (target instanceof Element && root.contains(target)) target.toggleAttribute("data-lm-suppress-shortcuts", forControls(event));
  };
  addEventListener("keydown", mark, true);
  return () => removeEventListener("keydown", mark, true);
}

const DIRECTION = new Map([["ArrowRight", 1], ["ArrowUp", 1], ["ArrowLeft", -1], ["ArrowDown", -1]]);
/** @param {KeyboardEvent} event @param {Selection} selection @param {Frame["sizes"]} sizes @param {Pick} pick */
function largeSteps(event, selection, sizes, pick) {
  const direction = DIRECTION.get(event.key), target = /** @type {Element} */ (event.target);
  const key = /** @type {"time" | "epoch" | "channel" | undefined} */ (/\bmmv-(time|epoch|channel)\b/.exec(target.className)?.[1]);
  if (!direction || !key || !event.shiftKey) return;
  event.preventDefault();
  pick({ [key]: Math.min(sizes[key] - 1, Math.max(0, selection[key] + 10 * direction)) });
}

/** @param {Frame} frame */
function notesOf(frame) {
  if (!frame.notes.length) return [];
  return [h("details", { class: "mmv-notes" }, h("summary", {}, "About these data"),
    h("ul", {}, ...frame.notes.map((text) => h("li", {}, name(text)))))];
}

/**
 * Draw the Explorer of a model into an element; the returned function removes its listeners.
 * @param {{ model: Model, el: HTMLElement }} host
 */
export async function render({ model, el }) {
  const data = model.get("data"), runs = data.meta_b ? ["A", "B", "both"] : ["A"];
  const frame = withOverlay(withAllSamples(await openFrame(data.meta, data.body))), other = data.meta_b ? withOverlay(withAllSamples(await openFrame(data.meta_b, data.body_b))) : null;
  // every colour scale and axis covers all compared runs
  const compared = other ? [frame, other] : [frame];
  compared.forEach((one) => (one.compared = compared));
  const id = `mmv-title-${++serial}`, level = model.get("level") ?? 2;
  const address = model.get("address") ? followAddress(model) : null;
  /** @type {Selection} */
  let shown = model.get("selection");
  /** @type {Pick} */
  const pick = (change) => {
    stale = "";
    const next = { ...shown, ...change };
    if (next.sample >= frame.recorded_samples && frame.model_epoch !== undefined && next.epoch !== frame.model_epoch) {
      if (change.epoch !== undefined) stale = `${frame.samples[next.sample]} was not recorded: it is computed with the weights of ${epochName(frame, frame.model_epoch)} alone.`;
      next.epoch = frame.model_epoch;
    }
    model.set("selection", next);
    model.save_changes();
  };
  const predictions = mountPredictions(model, frame, (problem = "") => {
    stale = problem;
    draw();
  });
  const shownOf = shownPredictions(frame, predictions);
  /** @param {boolean} recorded */
  const compare = (recorded) => {
    shownOf.compare(recorded);
    draw();
  };
  const whatIf = other || !offersWhatIf(model) ? null : mountWhatIf(frame, model, pick, { compare, predictions });
  const sentence = h("p", { class: "mmv-readout", role: "status", "aria-live": "polite" });
  const refusal = h("p", { class: "mmv-refused", role: "alert" });
  const controls = buildControls(frame, pick, runs, { A: frame.name, B: other?.name ?? "" });
  const title = h("div", { class: "mmv-title", id, role: "heading", "aria-level": level }, name(frame.title));
  // the address may contain a selection that does not exist here: show the saved one
  const unknown = model.get("opened") ? fault(model.get("selection"), frame, runs) : "";
  if (unknown) model.set("selection", model.get("opened"));
  let stale = unknown && `The selection in the address of this page does not exist: ${unknown}`;
  const first = fault(model.get("selection"), frame, runs) ? null : model.get("selection");
  const a = mountRun(frame, first, pick, other ? "A" : ""), updates = [...a.updates], sides = [a.node];
  const strips = [predictionStrip(frame, other ? "A" : "")], mounted = [a];
  if (other) {
    const b = mountRun(other, first && toOther(other, first), (change) => pick(fromOther(other, change)), "B");
    mounted.push(b);
    strips.push(predictionStrip(other, "B"));
    const apart = h("section", { class: "mmv-panel mmv-apart" }), update = difference.mount(apart, frame, other, pick);
    updates.push(...b.updates.map((part) => ({ ...part, update: /** @param {State} state */ (state) => part.update(toOther(other, state)) })), { root: apart, update });
    sides.push(b.node, apart);
  }
  const held = SECTIONS.flatMap(([key]) => (mounted.some((one) => one.panels[key]) ? [key] : []));
  const panels = Object.fromEntries(held.map((key) => [key, mounted.flatMap((one) => one.panels[key] ?? [])]));
  const tabs = sectionTabs(id, held, panels, pick);
  const body = a.panels.sample?.querySelector(".mmv-body");
  if (whatIf && body) body.append(whatIf.node);
  else if (whatIf) (a.node.lastElementChild ?? a.node).after(whatIf.node);
  const tools = helpTools(frame);
  const about = other ? frame.about.filter((text, i) => text === other.about[i]).join(" · ") : frame.subtitle;
  const root = h("section", { class: "mmv", "aria-labelledby": id, ...(other ? { "data-two": "" } : {}) },
    h("header", {}, h("div", { class: "mmv-head" }, title, h("div", { class: "mmv-faint" }, name(about)), tools.node), controls.node),
    h("div", { class: "mmv-strip" }, ...strips.map((one) => one.node), sentence, refusal, tabs.node),
    ...(other ? [sides[2], h("div", { class: "mmv-runs" }, sides[0], sides[1])] : sides), ...notesOf(frame));
  root.querySelectorAll(".mmv-section-title").forEach((node) => node.setAttribute("aria-level", String(level + 1)));
  root.querySelectorAll(".mmv-heading").forEach((node) => node.setAttribute("aria-level", String(level + (node.closest(".mmv-section") ? 2 : 1))));
  explainTerms(root);
  tools.mount(root);
  frame.colours.forEach((colour, m) => root.style.setProperty(`--m${m}`, colour));
  /** @type {ReturnType<typeof inTurn> | null} */
  let parts = null; // observed only after they are in the document
  let drawn = "";

  function draw() {
    if (!parts) return;
    const selection = model.get("selection"), reason = fault(selection, frame, runs);
    write(refusal, reason || model.get("message") || stale);
    if (reason) return;
    shown = { ...selection };
    controls.draw(shown);
    predictions.follow(shown);
    if (predictions.waits(shown)) return; // the views keep what they show until the sample is computed
    const { edited, shows, comparing, state } = shownOf.next(shown), missing = predictions.missing(shown.sample);
    if (missing) refusal.textContent ||= `${frame.samples[shown.sample]} was not recorded and cannot be computed: ${missing}`;
    if (whatIf) whatIf.draw(shown, edited, comparing);
    sentence.toggleAttribute("data-edited", edited !== null);
    // an edit that has no prediction yet changes nothing else
    const key = JSON.stringify({ ...state, edits: null });
    if (key === drawn) return;
    drawn = key;
    mark(root, "data-section", tabs.draw(shown.section));
    strips.forEach((one, i) => {
      put(one.node, "hidden", other !== null && shown.run !== "both" && shown.run !== "AB"[i]);
      if (!one.node.hidden) one.draw({ ...(i && other ? toOther(other, shown) : shown), version: state.version, draft: state.draft });
    });
    parts.draw(state);
    sides.forEach((node, i) => put(node, "hidden", other !== null && shown.run !== "both" && shown.run !== "AB "[i]));
    if (state.draft) return; // Shapley values follow
    const words = [readout(frame, shown, shows ? editWords(frame, shows.edits) : ""), ...(other ? [readout(other, toOther(other, shown))] : [])];
    readouts.redraw();
    write(sentence, shown.run === "both" ? fill(frame.phrases.both, { a: words[0], b: words[1] }) : words["AB".indexOf(shown.run)]);
  }
  root.addEventListener("keydown", (event) => {
    if (whatIf?.key(event)) return;
    keepKeys(event);
    largeSteps(event, shown, frame.sizes, pick);
  });
  const readouts = mountReadout(root, compared);
  const allowShortcuts = suppressShortcuts(root);
  const events = ["change:selection", "change:message"];
  events.forEach((event) => model.on(event, draw));
  await predictions.take();
  el.append(root);
  const watched = parts = inTurn(updates);
  draw();
  address?.restore();
  setTimeout(predictions.start);
  return () => {
    address?.stop();
    readouts.stop();
    tools.stop();
    allowShortcuts();
    predictions.stop();
    whatIf?.stop();
    events.forEach((event) => model.off(event, draw));
    watched.stop();
  };
}
