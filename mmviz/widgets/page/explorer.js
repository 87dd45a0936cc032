// The Explorer: controls, one selection, and the views that show it. Hosts call render({ model, el }).
import { h, name, choice, heading, faint } from "./dom.js";
import { openFrame, fault } from "./frame.js";
import { fill, readout, epochName } from "./format.js";
import { toOther, fromOther } from "./compare.js";
import { withOverlay, CHANGED } from "./what_if_overlay.js";
import { receiveResults, requestKey, editWords } from "./what_if_request.js";
import { mountWhatIf, offersWhatIf } from "./what_if.js";
import { columnLayout } from "./column_layout.js";
import * as difference from "./difference.js";
import { followAddress } from "./address.js";
import { registered } from "./registry.js";
import { trustNote } from "./trust_note.js";

/** @import { Frame, Model, Pick, Selection, State, Update, View } from "./types.js" */

let serial = 0;

/**
 * @param {Frame} frame
 * @param {Pick} pick
 * @param {string[]} runs
 * @param {Record<string, string>} names what distinguishes the runs, by their letters
 */
function buildControls(frame, pick, runs, names) {
  const sample = choice("Sample", frame.samples.map((text, i) =>
    frame.task === "classification" && frame.labelled ? `${text} · ${frame.outputs[frame.targets[i]]}` : text), (i) => pick({ sample: i }));
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
    sample.select.value = String(selection.sample);
    layer.select.value = String(selection.layer);
    run.select.value = String(runs.indexOf(selection.run));
    range.value = String(selection.epoch);
    label.textContent = `${frame.epochs[selection.epoch]} of ${frame.epochs[frame.sizes.epoch - 1]}`;
    range.setAttribute("aria-valuetext", epochName(frame, selection.epoch));
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
 * Call a function of a view; if it fails, the view's panel shows the error and the other views are not affected.
 * @template T
 * @param {View} view
 * @param {HTMLElement} root
 * @param {() => T} act
 */
function guarded(view, root, act) {
  try {
    return act();
  } catch (error) {
    console.error(error);
    root.replaceChildren(h("p", { class: "mmv-error", role: "alert" }, `The view "${view.name}" could not be drawn: ${error}`));
    return undefined;
  }
}

/** @typedef {{ root: HTMLElement, update: Update }} Part */

// One run: every registered view whose arrays are in the frame.
/** @param {Frame} frame @param {State | null} state @param {Pick} pick @param {string} letter */
function mountRun(frame, state, pick, letter) {
  /** @type {Part[]} */
  const updates = [];
  const about = letter && `Run ${letter}${frame.name && `: ${frame.name}`}`;
  /** @type {(view: View, tag: "div" | "section", kind: string) => HTMLElement} */
  const put = (view, tag, kind) => {
    const root = h(tag, { class: kind, "data-view": view.name }), update = guarded(view, root, () => view.mount(root, frame, state, pick));
    const lacking = view.needs.filter((key) => CHANGED.includes(key)), note = faint("As recorded: this view does not show the edit.");
    if (lacking.length) root.append(note);
    if (update) root.append(...trustNote(frame, view.name));
    updates.push({ root, update: (selection) => {
      if (!update) return;
      guarded(view, root, () => update(selection));
      note.hidden = !frame.edited() || lacking.every(frame.replaced);
    } });
    return root;
  };
  const main = registered("main", frame).map((view) => put(view, "div", "mmv-lanes"));
  const side = registered("side", frame).map((view) => put(view, "section", "mmv-panel"));
  const more = registered("columns", frame).map((view) => ({ node: put(view, "section", "mmv-panel"), tall: view.height?.(frame.modalities.length) ?? 300 }));
  const wide = registered("wide", frame).map((view) => put(view, "section", "mmv-panel mmv-wide"));
  const node = h("section", { class: "mmv-run", ...(about ? { "aria-label": about } : {}) }, ...(about ? [heading(name(about))] : []),
    h("div", { class: "mmv-body" }, ...main, h("div", { class: "mmv-side" }, ...side)),
    ...(more.length ? [columnLayout(more)] : []), ...wide);
  return { node, updates };
}

// Visible views are drawn immediately, the others 120 ms after the last change.
/** @param {Part[]} parts */
function inTurn(parts) {
  /** @type {Set<Element>} */
  const hidden = new Set();
  /** @type {Map<Element, () => void>} */
  const waiting = new Map();
  const watcher = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
    if (isIntersecting) hidden.delete(target);
    else hidden.add(target);
  }), { rootMargin: "50px" });
  parts.forEach(({ root }) => watcher.observe(root));
  let timer = 0;
  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    for (const draw of waiting.values()) draw();
    waiting.clear();
  };
  /** @param {State} selection */
  function draw(selection) {
    for (const { root, update } of parts) {
      if (hidden.has(root)) waiting.set(root, () => update(selection));
      else {
        waiting.delete(root);
        update(selection);
      }
    }
    clearTimeout(timer);
    if (waiting.size) timer = setTimeout(flush, 120);
  }
  addEventListener("beforeprint", flush);
  const stop = () => {
    removeEventListener("beforeprint", flush);
    watcher.disconnect();
    clearTimeout(timer);
  };
  return { draw, stop };
}

/**
 * Draw the Explorer of a model into an element; the returned function removes its listeners.
 * @param {{ model: Model, el: HTMLElement }} host
 */
export async function render({ model, el }) {
  const data = model.get("data"), runs = data.meta_b ? ["A", "B", "both"] : ["A"];
  const frame = withOverlay(await openFrame(data.meta, data.body)), other = data.meta_b ? withOverlay(await openFrame(data.meta_b, data.body_b)) : null;
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
    model.set("selection", { ...shown, ...change });
    model.save_changes();
  };
  let comparing = false, version = 0;
  /** @type {import("./types.js").EditedSample | null} */
  let seen = null;
  /** @param {boolean} recorded */
  const compare = (recorded) => {
    comparing = recorded;
    draw();
  };
  const kernel = receiveResults(model, (problem = "") => {
    stale = problem;
    draw();
  });
  const whatIf = other || !offersWhatIf(model) ? null : mountWhatIf(frame, model, pick, { compare });
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
  if (other) {
    const b = mountRun(other, first && toOther(other, first), (change) => pick(fromOther(other, change)), "B");
    const apart = h("section", { class: "mmv-panel mmv-apart" }), update = difference.mount(apart, frame, other, pick);
    updates.push(...b.updates.map((part) => ({ ...part, update: /** @param {State} state */ (state) => part.update(toOther(other, state)) })), { root: apart, update });
    sides.push(b.node, apart);
  }
  const root = h("section", { class: "mmv", "aria-labelledby": id, ...(other ? { "data-two": "" } : {}) },
    h("header", {}, title, h("div", { class: "mmv-faint" }, name(other ? frame.about.filter((text, i) => text === other.about[i]).join(" · ") : frame.subtitle)), controls.node, sentence, refusal), ...(whatIf ? [whatIf.node] : []),
    ...(other ? [sides[2], h("div", { class: "mmv-runs" }, sides[0], sides[1])] : sides), ...notesOf(frame));
  root.querySelectorAll(".mmv-heading").forEach((node) => node.setAttribute("aria-level", String(level + 1)));
  frame.colours.forEach((colour, m) => root.style.setProperty(`--m${m}`, colour));
  /** @type {ReturnType<typeof inTurn> | null} */
  let parts = null; // observed only after they are in the document

  // the latest result, if it is of the selected sample and epoch
  /** @param {Selection} selection */
  function editedFor({ sample, epoch, ...rest }) {
    const edited = kernel.current();
    if (edited && requestKey({ sample, epoch, ...rest }) && edited.sample === sample && edited.epoch === epoch) return edited;
    comparing = false;
    return null;
  }
  function draw() {
    if (!parts) return;
    const selection = model.get("selection"), reason = fault(selection, frame, runs);
    refusal.textContent = reason || model.get("message") || stale;
    if (reason) return;
    shown = { ...selection };
    controls.draw(shown);
    const edited = editedFor(shown), shows = comparing ? null : edited;
    if (shows !== seen) [seen, version] = [shows, version + 1];
    frame.show(edited, comparing);
    parts.draw({ ...shown, version });
    if (whatIf) whatIf.draw(shown, edited, comparing);
    sides.forEach((node, i) => (node.hidden = other !== null && shown.run !== "both" && shown.run !== "AB "[i]));
    const words = [readout(frame, shown, shows ? editWords(frame, shows.edits) : ""), ...(other ? [readout(other, toOther(other, shown))] : [])];
    sentence.textContent = shown.run === "both" ? fill(frame.phrases.both, { a: words[0], b: words[1] }) : words["AB".indexOf(shown.run)];
  }
  root.addEventListener("keydown", (event) => {
    keepKeys(event);
    largeSteps(event, shown, frame.sizes, pick);
  });
  const allowShortcuts = suppressShortcuts(root);
  const events = ["change:selection", "change:message"];
  events.forEach((event) => model.on(event, draw));
  await kernel.take();
  el.append(root);
  const watched = parts = inTurn(updates);
  draw();
  address?.restore();
  return () => {
    address?.stop();
    allowShortcuts();
    kernel.stop();
    whatIf?.stop();
    events.forEach((event) => model.off(event, draw));
    watched.stop();
  };
}
