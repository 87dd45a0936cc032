// The sections of the page as tabs (the ARIA tabs pattern). Closed sections stay mounted: they are drawn when they are opened or printed.
import { h, mark, put } from "./dom.js";
/** @import { Pick, Selection, View } from "./types.js" */

/** @typedef {NonNullable<View["section"]>} Section */

/** @type {[Section, string][]} */
export const SECTIONS = [["overview", "Overview"], ["sample", "Sample"], ["explanation", "Explanation"], ["training", "Training"]];
const ALL = "all";
const MOVES = new Map([["ArrowRight", 1], ["ArrowDown", 1], ["ArrowLeft", -1], ["ArrowUp", -1]]);

/** Arrow keys, Home and End open a tab of a list. @param {HTMLElement} node @param {HTMLButtonElement[]} tabs */
export function moveByKeys(node, tabs) {
  node.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(/** @type {HTMLButtonElement} */ (event.target)), last = tabs.length - 1, by = MOVES.get(event.key);
    const to = event.key === "Home" ? 0 : event.key === "End" ? last : by === undefined ? -1 : (at + by + tabs.length) % tabs.length;
    if (at < 0 || to < 0) return;
    event.preventDefault();
    tabs[to].focus();
    tabs[to].click();
  });
}

/** @param {View} view */
export const sectionOf = (view) => view.section ?? "sample";

/**
 * The section that a selection shows, "all" for all of them: its own if it has views, else that of the sample, else the first.
 * @param {Selection["section"]} chosen @param {Section[]} held
 */
export function shownSection(chosen, held) {
  if (chosen && (chosen === ALL || held.includes(chosen))) return chosen;
  return held.includes("sample") ? "sample" : held[0] ?? ALL;
}

/**
 * Tabs for the sections that have views; no tabs for one section.
 * @param {string} id prefix of the ids of tabs and panels, unique in the document
 * @param {Section[]} held
 * @param {Record<string, HTMLElement[]>} panels of each section: one for each run
 * @param {Pick} pick
 */
export function sectionTabs(id, held, panels, pick) {
  const names = SECTIONS.filter(([key]) => held.includes(key));
  /** @type {[Section | typeof ALL, string][]} */
  const offered = names.length > 1 ? [...names, [ALL, "All sections"]] : [];
  for (const [key] of names)
    panels[key].forEach((panel, i) => {
      panel.id = `${id}-${key}-${i}`;
      if (!offered.length) return;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `${id}-tab-${key}`);
    });
  const tabs = offered.map(([key, text]) => {
    const controlled = names.filter(([one]) => key === ALL || one === key).flatMap(([one]) => panels[one].map((panel) => panel.id));
    const tab = h("button", { type: "button", role: "tab", id: `${id}-tab-${key}`, class: "mmv-tab", "aria-controls": controlled.join(" "), "data-section": key }, text);
    tab.addEventListener("click", () => pick({ section: key }));
    return tab;
  });
  const node = h("div", { class: "mmv-tabs", role: "tablist", "aria-label": "Sections", ...(tabs.length ? {} : { hidden: "" }) }, ...tabs);
  moveByKeys(node, tabs);
  /** @param {Selection["section"]} section */
  function draw(section) {
    const shown = shownSection(section, held);
    tabs.forEach((tab) => {
      const chosen = tab.dataset.section === shown;
      mark(tab, "aria-selected", String(chosen));
      put(tab, "tabIndex", chosen ? 0 : -1); // setting it anew on the tab with the focus forces a layout
    });
    for (const key of held) panels[key].forEach((panel) => panel.toggleAttribute("data-closed", shown !== ALL && shown !== key));
    return shown;
  }
  return { node, draw };
}
