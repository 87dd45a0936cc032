// The views of one run: those whose arrays are in the frame, by section.
import { h, name, heading, faint, put, write } from "./dom.js";
import { CHANGED } from "./what_if_overlay.js";
import { arraysOf } from "./export_table.js";
import { columnLayout } from "./column_layout.js";
import { exportMenu } from "./export_menu.js";
import { registered } from "./registry.js";
import { SECTIONS, sectionOf } from "./sections.js";
import { trustNote } from "./trust_note.js";

/** @import { Frame, Pick, State, Update, View } from "./types.js" */
/** @import { Section } from "./sections.js" */
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

/** @typedef {{ root: HTMLElement, update: Update, first?: boolean }} Part first: drawn in the frame of the prediction */
/** milliseconds without values of the subsets until a view is marked as waiting for them */
const WAITING = 150;

/**
 * The panel of one section; null: it has no views. Views beside the lanes stand in the columns where there are no lanes.
 * @param {string} title
 * @param {(place: View["place"]) => View[]} viewsOf
 * @param {(view: View, tag: "div" | "section", kind: string) => HTMLElement} put
 * @param {number} modalities
 */
function panelOf(title, viewsOf, put, modalities) {
  const main = viewsOf("main"), side = viewsOf("side"), wide = viewsOf("wide");
  const columns = [...(main.length ? [] : side), ...viewsOf("columns")];
  if (!(main.length + columns.length + wide.length)) return null;
  const body = main.length ? [h("div", { class: "mmv-body" }, ...main.map((view) => put(view, "div", "mmv-lanes")),
    h("div", { class: "mmv-side" }, ...side.map((view) => put(view, "section", "mmv-panel"))))] : [];
  const more = columns.map((view) => ({ node: put(view, "section", "mmv-panel"), tall: view.height?.(modalities) ?? 300 }));
  return h("div", { class: "mmv-section" }, h("div", { class: "mmv-section-title", role: "heading" }, title), ...body,
    ...(more.length ? [columnLayout(more)] : []), ...wide.map((view) => put(view, "section", "mmv-panel mmv-wide")));
}

const NO_VALUES = "No values for this sample: it was not recorded, and the model in the page does not compute this view.";

/**
 * One run: every registered view whose arrays are in the frame.
 * @param {Frame} frame @param {State | null} state @param {Pick} pick @param {string} letter
 * @returns {{ node: HTMLElement, updates: Part[], held: Section[], panels: Record<string, HTMLElement> }}
 */
export function mountRun(frame, state, pick, letter) {
  /** @type {Part[]} */
  const updates = [];
  const about = letter && `Run ${letter}${frame.name && `: ${frame.name}`}`;
  /** @type {(view: View, tag: "div" | "section", kind: string) => HTMLElement} */
  const place = (view, tag, kind) => {
    const root = h(tag, { class: kind, "data-view": view.name }), update = guarded(view, root, () => view.mount(root, frame, state, pick));
    const lacking = view.needs.filter((key) => CHANGED.includes(key)), note = faint("As recorded: this view does not show the edit.");
    const stateful = arraysOf(frame, view).includes("state"), states = faint("Hidden states as recorded: they were not computed for this edit.");
    const axial = view.needs.filter((key) => frame.sample_axis?.[key] !== undefined), empty = faint(NO_VALUES);
    /** @param {number} sample */
    const lacks = (sample) => axial.some((key) => frame.lacks(key, sample));
    empty.classList.add("mmv-lacks");
    if (axial.length) root.append(empty);
    if (lacking.length) root.append(note);
    if (stateful) root.append(states);
    /** @type {State | null} */
    let selected = state;
    if (update) root.append(h("div", { class: "mmv-panel-tools" }, ...trustNote(frame, view.name), exportMenu(root, frame, view, () => selected)));
    let timer = 0;
    updates.push({ root, first: view.first, update: (selection) => {
      if (!update) return;
      if (selection.draft && !view.early) return void (timer ||= setTimeout(() => (root.ariaBusy = "true"), WAITING));
      clearTimeout(timer);
      timer = 0;
      selected = selection;
      root.ariaBusy = null;
      const why = view.needs.includes("attribution") ? frame.recorded.computed()?.unexplained : "";
      write(empty, `${NO_VALUES}${why ? ` ${why}` : ""}`);
      root.toggleAttribute("data-lacks", lacks(selection.sample));
      if (!lacks(selection.sample)) guarded(view, root, () => update(view.early ? { ...selection, version: selection.early ?? selection.version } : selection));
      put(states, "hidden", !frame.edited() || frame.replaced("state"));
      put(note, "hidden", !frame.edited() || lacking.every(frame.replaced));
    } });
    return root;
  };
  /** @type {Record<string, HTMLElement>} */
  const panels = {};
  const held = SECTIONS.flatMap(([section, title]) => {
    const panel = panelOf(title, (where) => registered(where, frame).filter((view) => sectionOf(view) === section), place, frame.modalities.length);
    if (panel) panels[section] = panel;
    return panel ? [section] : [];
  });
  const node = h("section", { class: "mmv-run", ...(about ? { "aria-label": about } : {}) }, ...(about ? [heading(name(about))] : []), ...Object.values(panels));
  return { node, updates, held, panels };
}
