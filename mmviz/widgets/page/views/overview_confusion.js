// Confusion matrix of a subset of the modalities: rows are true classes; a press selects the samples of a cell.
import { h, heading, faint, name, choice, hint } from "../dom.js";
import { cellGrid } from "../cell_grid.js";
import { fixed } from "../format.js";
import { register } from "../registry.js";
import { samplesOf } from "../sample_set.js";
import { chosenSamples } from "../chosen_samples.js";

const SHOWN = ["number of samples", "share of the true class", "share of the predicted class"], MOST = 24;

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const samples = samplesOf(frame), names = frame.outputs, K = names.length, { subset, total } = frame.overview;
  const columns = subset.map((_, s) => s).reverse();
  const box = h("div"), note = faint("");
  const which = choice("Modalities", columns.map((s) => samples.subsetName(s)), () => draw()), kind = choice("Values", SHOWN, () => draw());
  root.append(heading("Confusion matrix"), h("div", { class: "mmv-inline" }, which.node, kind.node), box, chosenSamples(samples, pick, "confusion"), note);
  function draw() {
    const s = columns[Number(which.select.value)], way = Number(kind.select.value), cells = frame.part("confusion", s);
    const sums = (/** @type {boolean} */ across) => names.map((_, a) => names.reduce((sum, _b, b) => sum + cells[across ? a * K + b : b * K + a], 0));
    const [byTrue, byPredicted] = [sums(true), sums(false)];
    // with many classes: those with the most errors
    const errors = names.map((_, a) => byTrue[a] + byPredicted[a] - 2 * cells[a * K + a]);
    const kept = names.map((_, a) => a).sort((a, b) => errors[b] - errors[a] || a - b).slice(0, MOST).sort((a, b) => a - b);
    const most = Math.max(1, ...kept.flatMap((a) => kept.map((b) => cells[a * K + b])));
    /** @type {(a: number, b: number) => HTMLButtonElement} */
    const cell = (a, b) => {
      const n = cells[a * K + b], whole = way === 2 ? byPredicted[b] : byTrue[a], part = whole ? n / whole : NaN;
      const node = h("button", { type: "button", class: `mmv-score${a === b ? " mmv-diagonal" : ""}`, title: `true ${names[a]}, predicted ${names[b]}: ${n} samples, ${fixed(100 * n / (byTrue[a] || NaN), 0)} % of the true class` }, way ? fixed(part, 2) : String(n));
      node.style.setProperty("--weight", String(way ? part || 0 : n / most));
      node.addEventListener("click", () => samples.chosen.set([
        { text: `true = ${names[a]}`, test: (i) => samples.truth[i] === a },
        { text: `predicted = ${names[b]}${s === samples.whole ? "" : ` with ${samples.subsetName(s)}`}`, test: (i) => samples.classOf(i, s) === b },
      ], "confusion"));
      return node;
    };
    box.replaceChildren(cellGrid({ label: "Confusion matrix: rows are true classes, columns are predicted classes", corner: ["true ↓", h("br"), "predicted →"],
      columns: kept.map((b) => [name(names[b])]), kind: "mmv-confusion",
      rows: kept.map((a) => ({ head: [name(names[a]), h("span", { class: "mmv-faint" }, ` n = ${byTrue[a]}`)], cells: kept.map((b) => cell(a, b)) })) }));
    const wrong = errors.reduce((sum, one) => sum + one, 0) / 2, all = byTrue.reduce((sum, one) => sum + one, 0);
    note.replaceChildren(`${wrong} of ${all} samples misclassified with ${samples.subsetName(s)}. Outlined: correct. ${kept.length < K ? `The ${kept.length} of ${K} classes with the most errors are shown. ` : ""}${all < total ? `${total - all} samples with a prediction that is not finite are left out. ` : ""}`, hint("Press a cell to list its samples."));
  }
  draw();
  return () => {};
}

register({ name: "confusion matrix", place: "side", order: 5, section: "overview", needs: ["confusion", "overview_value"], height: () => 330, mount });
