// The score with all modalities in one sentence; accuracy or mean absolute error by class and subset; a press selects the samples.
import { h, heading, faint, glyph, unseen, name, untrainedNote, hint } from "../dom.js";
import { cellGrid } from "../cell_grid.js";
import { fixed } from "../format.js";
import { register } from "../registry.js";
import { samplesOf } from "../sample_set.js";
import { chosenSamples } from "../chosen_samples.js";

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  root.append(heading("Overview"), h("p", { class: "mmv-sentence" }, name(frame.overview.sentence)));
  if (frame.has("class_score")) scores(root, frame, pick);
  return () => {};
}

/** @param {HTMLElement} root @param {import("../types.js").Frame} frame @param {import("../types.js").Pick} pick */
function scores(root, frame, pick) {
  const samples = samplesOf(frame), { subset, row, metric, interval, left_out, total } = frame.overview, S = subset.length, R = row.length;
  const share = metric === "accuracy", [mean, low, high] = [0, 1, 2].map((k) => frame.part("class_score", k)), counts = frame.part("class_count");
  const rowOf = frame.part("overview_row_of"), size = (/** @type {number} */ s) => subset[s].toString(2).replaceAll("0", "").length;
  const order = subset.map((_, s) => s).sort((a, b) => size(b) - size(a) || a - b);
  const most = Math.max(...Array.from(mean).filter(Number.isFinite), 1e-9);
  /** @type {(r: number, s: number) => HTMLButtonElement} */
  function cell(r, s) {
    const k = r * S + s, value = mean[k], known = Number.isFinite(low[k] + high[k]);
    const digits = share ? 2 : frame.digits, ends = known ? `${fixed(low[k], digits)} to ${fixed(high[k], digits)}` : "no interval";
    const node = h("button", { type: "button", class: "mmv-score", title: `${metric} of ${row[r]} with ${samples.subsetName(s)}: ${fixed(value, 3)} (${ends}), ${counts[r]} samples` },
      h("span", {}, fixed(value, digits)), h("span", { class: "mmv-score-ends" }, ends));
    node.style.setProperty("--weight", String(Number.isFinite(value) ? (share ? value : 1 - value / most) : 0));
    node.disabled = !counts[r];
    node.addEventListener("click", () => samples.chosen.set([
      ...(r < R - 1 ? [{ text: share ? `true = ${row[r]}` : row[r], test: (/** @type {number} */ i) => rowOf[i] === r }] : []),
      share ? { text: `misclassified with ${samples.subsetName(s)}`, test: (i) => samples.classOf(i, s) >= 0 && samples.classOf(i, s) !== samples.truth[i] }
        : { text: `absolute error above ${fixed(value, digits)} with ${samples.subsetName(s)}`, test: (i) => samples.errorOf(i, s) > value },
    ], "scores"));
    return node;
  }
  const heads = order.map((s) => (subset[s] === 0 ? ["none"] : [...frame.modalities.flatMap((one, m) => ((subset[s] >> m) & 1 ? [glyph(m), unseen(`${one.name} `)] : [])), ...(frame.trained && !frame.trained[subset[s]] ? ["*"] : [])]));
  const keys = frame.modalities.map((one, m) => h("span", { class: "mmv-key" }, glyph(m), name(one.name)));
  root.append(h("div", { class: "mmv-subtitle" }, share ? "Accuracy by true class and subset of modalities, the others masked" : "Mean absolute error by target and subset of modalities, the others masked"),
    h("div", { class: "mmv-keys" }, ...keys),
    cellGrid({ label: `${metric} of each ${share ? "class" : "range of targets"} for every subset of modalities`, corner: [unseen(share ? "true class" : "target")], columns: heads, kind: "mmv-scores",
      rows: row.map((text, r) => ({ head: [name(text), h("span", { class: "mmv-faint" }, ` n = ${counts[r]}`)], cells: order.map((s) => cell(r, s)) })) }),
    chosenSamples(samples, pick, "scores"),
    ...(frame.overview.control ? [h("p", { class: "mmv-small" }, name(frame.overview.control))] : []),
    faint(`Below each value: its interval (${interval}). The intervals are not corrected for the number of cells, nor for choosing the lowest. `,
      ...(left_out ? [`${left_out} of ${total} samples have a prediction that is not finite and are left out. `] : []),
      hint(share ? "Press a cell to list its misclassified samples; arrow keys move between cells." : "Press a cell to list its samples with an error above the mean; arrow keys move between cells."),
      ...(frame.trained?.some((met) => !met) ? [" * not met in training."] : [])),
    ...untrainedNote(frame));
}

register({ name: "overview", place: "main", order: 1, section: "overview", needs: ["overview_value"], mount });
