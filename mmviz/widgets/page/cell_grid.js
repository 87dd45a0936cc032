// A table whose cells are buttons: one of them is in the tab order, arrow keys move between them.
import { h } from "./dom.js";

/**
 * @param {{ label: string, corner: (Node | string)[], columns: (Node | string)[][], rows: { head: (Node | string)[], cells: HTMLButtonElement[] }[], kind?: string }} parts
 */
export function cellGrid({ label, corner, columns, rows, kind = "" }) {
  const table = h("table", { class: `mmv-grid ${kind}`, "aria-label": label },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, ...corner), ...columns.map((head) => h("th", { scope: "col" }, ...head)))),
    h("tbody", {}, ...rows.map(({ head, cells }) => h("tr", {}, h("th", { scope: "row" }, ...head), ...cells.map((cell) => h("td", {}, cell))))));
  const all = rows.map((row) => row.cells);
  all.flat().forEach((cell, k) => (cell.tabIndex = k ? -1 : 0));
  /** @param {HTMLButtonElement} cell */
  function enter(cell) {
    all.flat().forEach((one) => (one.tabIndex = one === cell ? 0 : -1));
    cell.focus();
  }
  const STEPS = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] });
  table.addEventListener("keydown", (event) => {
    const step = STEPS[event.key], r = all.findIndex((row) => row.includes(/** @type {any} */ (event.target)));
    if (!step || r < 0) return;
    const c = all[r].indexOf(/** @type {any} */ (event.target)), next = all[r + step[0]]?.[c + step[1]];
    event.preventDefault();
    if (next) enter(next);
  });
  table.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLButtonElement && target.tabIndex < 0) enter(target);
  });
  return h("div", { class: "mmv-scroll-x", tabindex: 0, role: "region", "aria-label": label }, table);
}
