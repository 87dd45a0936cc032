// Beside a table whose cells choose samples: the first chosen ones as buttons, and a button that goes to the list of all of them.
import { h, button, name } from "./dom.js";
/** @import { Pick } from "./types.js" */
/** @import { Samples } from "./sample_set.js" */

const MOST = 8;

/** @param {Samples} samples @param {Pick} pick @param {string} panel the one whose cells chose them */
export function chosenSamples(samples, pick, panel) {
  const said = h("span", { role: "status" }), list = h("span", { class: "mmv-chosen-list" }), why = h("p", { class: "mmv-small mmv-faint", role: "status", hidden: "" });
  const node = h("div", { class: "mmv-chosen", hidden: "" }, h("div", {}, said, " ", list), why);
  /** @param {number} i */
  const opening = (i) => button("", () => {
    const place = samples.open(i);
    why.hidden = place >= 0;
    if (place >= 0) pick({ sample: place });
    else why.textContent = samples.closed(i);
  }, { class: "mmv-open", ...(samples.open(i) < 0 ? { title: "not recorded" } : {}) });
  const all = button("show the list", () => {
    const table = (node.closest(".mmv-run") ?? node.closest(".mmv"))?.querySelector(".mmv-samples");
    table?.scrollIntoView({ block: "center" });
    /** @type {HTMLElement | null | undefined} */ (table?.querySelector("tbody button"))?.focus({ preventScroll: true });
  });
  function draw() {
    const filters = samples.chosen.filters(), chosen = [...samples.chosen.inside.keys()].filter((i) => samples.chosen.inside[i]);
    node.hidden = !filters.length || samples.chosen.panel() !== panel;
    why.hidden = true;
    if (node.hidden) return;
    said.replaceChildren(name(filters.map((one) => one.text).join("; ")), `: ${chosen.length} samples.`);
    list.replaceChildren(...chosen.slice(0, MOST).map((i) => {
      const one = opening(i);
      one.append(name(samples.id[i]));
      return one;
    }), ...(chosen.length > MOST ? [`and ${chosen.length - MOST} more`] : []), all, button("all samples", () => samples.chosen.set([])));
  }
  samples.chosen.listen(draw);
  draw();
  return node;
}
