// Saved counterfactuals: a table of edits with their prediction and Shapley values; a row restores its edits.
import { h, name, modality, button, faint } from "./dom.js";
import { fixed, signed, brief } from "./format.js";
import { editWords } from "./what_if_request.js";

/**
 * @import { Counterfactual, EditedSample, Frame, Model, Pick, Selection } from "./types.js"
 */

/** most saved rows */
export const MOST = 50;

/** A cell of a CSV file: quoted; a text that a spreadsheet would take for a formula begins with an apostrophe. */
/** @param {string | number} value */
export const cell = (value) => `"${(typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)).replaceAll('"', '""')}"`;

/** @param {Frame} frame @param {Counterfactual} one */
const wordsOf = (frame, { edits, masked }) => [editWords(frame, edits), ...masked.map((text) => `${text} masked`)].filter(Boolean).join("; ");

/** Return the saved rows as CSV: sample, epoch, time, edits, values as recorded and edited, Shapley values. */
/** @param {Frame} frame @param {Counterfactual[]} rows */
export function csvOf(frame, rows) {
  const value = frame.target_name, head = ["sample", "epoch", "time", "edits", `${value}, recorded`, `${value}, edited`, "difference", ...frame.modalities.map((one) => `Shapley value of ${one.name}`)];
  const lines = rows.map((one) => [frame.samples[one.sample], frame.epochs[one.epoch], brief(frame, one.sample, one.time), wordsOf(frame, one), one.recorded ?? "", one.value, one.recorded === null ? "" : one.value - one.recorded, ...one.phi]);
  return [head, ...lines].map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** Return the row of the edited sample that is shown. @param {Frame} frame @param {EditedSample} edited @param {number} time @returns {Counterfactual} */
export function rowOf(frame, edited, time) {
  const { epoch, sample, request } = edited, k = frame.task === "classification" ? frame.targets[sample] : 0;
  const recorded = frame.recorded.part("prediction", epoch, sample, time)[k];
  return { sample, epoch, time, edits: request.edits, masked: request.masked, value: edited.part("prediction", 0, 0, time)[k], recorded: Number.isFinite(recorded) ? recorded : null, phi: Array.from(edited.part("phi", 0, 0, time)) };
}

/** @param {Frame} frame @param {unknown} given @returns {Counterfactual[]} */
function valid(frame, given) {
  /** @param {any} one */
  const fits = (one) => typeof one === "object" && one !== null && Number.isInteger(one.sample) && one.sample >= 0 && one.sample < frame.sizes.sample && Number.isInteger(one.epoch) && one.epoch >= 0 && one.epoch < frame.sizes.epoch
    && Number.isInteger(one.time) && one.time >= 0 && one.time < frame.sizes.time && typeof one.edits === "object" && one.edits !== null && Array.isArray(one.masked) && typeof one.value === "number" && Array.isArray(one.phi) && one.phi.length === frame.modalities.length;
  return Array.isArray(given) ? given.filter(fits).slice(0, MOST) : [];
}

/** @param {Frame} frame @param {Model} model @param {Pick} pick */
export function mountCounterfactuals(frame, model, pick) {
  const body = h("tbody"), count = h("span", { role: "status" }), rows = () => valid(frame, model.get("counterfactuals"));
  /** @param {Counterfactual[]} next */
  const put = (next) => {
    model.set("counterfactuals", next);
    model.save_changes();
  };
  const download = button("CSV", () => {
    const link = h("a", { href: URL.createObjectURL(new Blob([csvOf(frame, rows())], { type: "text/csv" })), download: "counterfactuals.csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }, { "aria-label": "Download the counterfactuals as CSV" });
  const labels = [frame.task === "classification" ? "p(true class)" : "predicted value", "difference"];
  const table = h("table", { class: "mmv-list", "aria-label": "Counterfactuals" }, h("thead", {}, h("tr", {}, ...["sample", "edits", "epoch", "time", ...labels].map((text) => h("th", { scope: "col" }, text)), ...frame.modalities.map((_, m) => h("th", { scope: "col" }, "φ ", ...modality(frame, m))), h("td"))), body);
  const node = h("div", { class: "mmv-counterfactuals" }, h("div", { class: "mmv-inline" }, count, download), h("div", { class: "mmv-scroll-x", tabindex: 0, role: "region", "aria-label": "Table of counterfactuals" }, table),
    faint(`Values at the time of saving: φ is the Shapley value, the difference is that to the ${frame.recorded_samples < frame.sizes.sample ? "unedited" : "recorded"} sample. Press the edits to restore them. At most ${MOST} rows: a further one replaces the oldest.`));
  function draw() {
    const list = rows();
    node.hidden = list.length === 0;
    count.textContent = `${list.length} saved`;
    body.replaceChildren(...list.map((one, i) => {
      const words = wordsOf(frame, one) || "no edit", open = button("", () => pick({ sample: one.sample, epoch: one.epoch, time: one.time, edits: one.edits, masked: one.masked }), { class: "mmv-open" });
      open.append(name(words));
      return h("tr", {}, h("th", { scope: "row" }, name(frame.samples[one.sample])), h("td", {}, open), h("td", {}, String(frame.epochs[one.epoch])), h("td", {}, brief(frame, one.sample, one.time)), h("td", {}, fixed(one.value, frame.digits)),
        h("td", {}, one.recorded === null ? "–" : signed(one.value - one.recorded, frame.digits)), ...one.phi.map((v) => h("td", {}, signed(v, frame.digits))), h("td", {}, button("remove", () => put(rows().filter((_, k) => k !== i)), { "aria-label": `Remove counterfactual ${i + 1}` })));
    }));
  }
  model.on("change:counterfactuals", draw);
  draw();
  /** @param {EditedSample} edited @param {number} time */
  const save = (edited, time) => put([...rows(), rowOf(frame, edited, time)].slice(-MOST));
  return { node, save, full: () => rows().length >= MOST, stop: () => model.off("change:counterfactuals", draw) };
}
