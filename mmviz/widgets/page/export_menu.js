// The menu "Export" of a panel: image, values, the line of Python that draws the figure, and a link to the selection.
import { h, button } from "./dom.js";
import { linkTo } from "./address.js";
import { tableOf, csvOf } from "./export_table.js";
import { svgOf, pngOf } from "./export_image.js";
import { BESIDE_INDICES } from "./frame.js";
/** @import { Frame, State, View } from "./types.js" */

/** Name of the panel that compares two runs. */
export const DIFFERENCE = "run B minus run A";

/** @param {string} name @param {Blob} blob */
function save(name, blob) {
  const address = URL.createObjectURL(blob), link = h("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * The line of Python that draws the figure of a view at a selection, or why there is none.
 * @param {Frame} frame @param {string} view @param {State} state
 * @returns {{ line: string, reason: string }}
 */
export function pythonLine(frame, view, state) {
  // of two runs the second one is that given as other=
  const second = frame.compared.length > 1 && frame === frame.compared[1], line = (frame.python?.[view] ?? "").replaceAll("(trace", second ? "(other" : "(trace");
  if (!line) return { line: "", reason: "No figure of mmviz.plots draws the quantity of this view." };
  if (line.includes("{sample}") && state.sample >= frame.recorded_samples) return { line: "", reason: "This sample is not in the Trace; record it to draw its figure." };
  const pair = frame.pairs?.[0];
  /** @type {Record<string, string>} */
  const values = { sample: String(state.sample), epoch: String(frame.epochs[state.epoch]), layer: String(state.layer),
    source: JSON.stringify(pair?.source ?? ""), anchor: JSON.stringify(pair?.anchor ?? "") };
  return { line: line.replace(/\{(\w+)\}/g, (_, key) => values[key]), reason: frame.edited() ? "The figure shows the recorded sample, without the edit." : "" };
}

/**
 * Return the menu of a panel.
 * @param {HTMLElement} root @param {Frame} frame @param {View} view @param {() => State | null} selected
 */
export function exportMenu(root, frame, view, selected) {
  const told = h("span", { role: "status", class: "mmv-small" }), text = h("input", { readonly: "", "aria-label": "Copied text", class: "mmv-export-text", hidden: "" });
  const letter = frame.compared.length > 1 && view.name !== DIFFERENCE ? `${"AB"[frame.compared.indexOf(frame)]}-` : "", file = `mmviz-${letter}${view.name.replace(/[^a-z0-9]+/gi, "-")}`;
  /** @param {(state: State) => Promise<string> | string} act */
  const acting = (act) => async () => {
    const state = selected();
    try {
      told.textContent = state ? await act(state) : "Nothing is selected.";
    } catch (error) {
      told.textContent = `Not exported: ${error}`;
    }
  };
  /** @param {string} copied @param {string} done */
  const copy = async (copied, done) => {
    text.hidden = false;
    text.value = copied;
    text.select();
    try {
      await navigator.clipboard.writeText(copied);
      return done;
    } catch {
      return "Copy the marked text: this page has no access to the clipboard.";
    }
  };
  const entries = [
    button("PNG", acting(async () => {
      save(`${file}.png`, await pngOf(root));
      return "PNG saved.";
    })),
    button("SVG", acting(() => {
      save(`${file}.svg`, new Blob([svgOf(root)], { type: "image/svg+xml" }));
      return "SVG saved.";
    })),
    button("CSV", acting((state) => {
      const table = tableOf(frame, view, state);
      save(`${file}.csv`, new Blob(["\ufeff", csvOf(table)], { type: "text/csv" }));
      const edit = table.columns.includes("state of the sample") ? " Values of the edited sample are marked edited." : "";
      return `CSV saved: ${table.rows.length} values of the selected sample, epoch and layer.${edit}`;
    })),
    button("Copy Python", acting((state) => {
      const { line, reason } = pythonLine(frame, view.name, state);
      return line ? copy(line, `Copied.${reason && ` ${reason}`}`) : reason;
    })),
    ...(linkTo({}) ? [button("Copy link", acting((state) => {
      // of run B too: the selection of the page
      const page = state.of_a ?? state, keys = [...Object.keys(frame.sizes), ...BESIDE_INDICES];
      return copy(linkTo(Object.fromEntries(Object.entries(page).filter(([key]) => keys.includes(key)))), "Link to this selection copied.");
    }))] : []),
  ];
  return h("details", { class: "mmv-export" }, h("summary", { "aria-label": `Export ${view.name}` }, "Export"), h("div", { class: "mmv-export-entries" }, ...entries, told, text));
}
