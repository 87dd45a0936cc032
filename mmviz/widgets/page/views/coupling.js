// The coupling weights W of the selected layer and epoch: rows are targets, columns are sources.
import { h, heading, faint, modality, columnHead } from "../dom.js";
import { largest } from "../heatmap.js";
import { fixed } from "../format.js";
import { rowHead } from "../bars.js";
import { register } from "../registry.js";

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame) {
  const M = frame.modalities.length;
  const cells = frame.modalities.map(() => frame.modalities.map(() => h("td")));
  const head = h("tr", {}, h("td", { class: "mmv-faint" }, "target\u00a0↓ source\u00a0→"),
    ...cells.map((_, n) => h("th", { scope: "col" }, ...columnHead(frame, n, (235 / M - 27) / 6.5))));
  const body = cells.map((list, m) => h("tr", {}, rowHead(...modality(frame, m)), ...list));
  const title = heading("Coupling weights W");
  const none = faint("No coupling weights in this layer: its scans are not coupled, or one SSM stream serves all modalities.");
  const table = h("table", { class: "mmv-matrix", "aria-label": "Coupling weights W: rows are targets, columns are sources", ...(M > 4 ? { "data-many": "" } : {}) },
    h("thead", {}, head), h("tbody", {}, ...body));
  root.append(title, table, none);
  const most = largest(...frame.compared.filter((one) => one.has("coupling")).flatMap((one) => one.epochs.map((_, e) => one.part("coupling", e))));
  return ({ epoch, layer }) => {
    const weights = frame.part("coupling", epoch, layer);
    title.textContent = `Coupling weights W, layer ${frame.layers[layer]}`;
    none.hidden = weights.some(Number.isFinite);
    table.hidden = !none.hidden;
    cells.flat().forEach((cell, i) => {
      cell.textContent = fixed(weights[i], 2);
      cell.style.setProperty("--weight", String(most ? Math.abs(weights[i]) / most || 0 : 0));
    });
  };
}

register({
  name: "coupling",
  section: "explanation",
  place: "side",
  order: 30,
  needs: ["coupling"],
  mount,
});
