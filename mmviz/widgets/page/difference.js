// Two runs on the same sample: predictions, Shapley values and coupling weights of both, and B minus A.
import { h, heading, faint, name, modality, glyph } from "./dom.js";
import { fixed, signed, brief } from "./format.js";
import { epochAcross, timeAcross } from "./axis.js";
import { chart, rangeOf } from "./chart.js";
import { toOther } from "./compare.js";
import { rowHead } from "./bars.js";
import { changes } from "./frame.js";
import { differenceMaps } from "./difference_maps.js";
import { DIFFERENCE, exportMenu } from "./export_menu.js";
/** @import { Child, Frame, Pick, State } from "./types.js" */

// Prediction and Shapley values of both runs at every step, and the coupling weights, as a table.
/** @param {Frame} a @param {Frame} b @param {State} state @returns {import("./export_table.js").Table} */
function tableOfBoth(a, b, state) {
  const { sample, epoch, layer } = state, shown = a.task === "classification" ? a.targets[sample] : 0, columns = ["quantity", "modality", "source", "step", "A", "B", "B − A"];
  /** @type {(string | number)[][]} */
  const rows = [];
  /** @type {(head: (string | number)[], x: number, y: number) => void} */
  const add = (head, x, y) => void rows.push([...head, x, y, y - x]);
  for (let t = 0; t < a.sizes.time; t++) {
    const at = toOther(b, { ...state, time: t, brush: null, zoom: null });
    add([a.task === "classification" ? "p(true class)" : "predicted value", "", "", t + 1], a.part("prediction", epoch, sample, t)[shown], b.part("prediction", at.epoch, sample, at.time)[shown]);
    a.modalities.forEach((one, m) => add(["Shapley value", one.name, "", t + 1], a.part("phi", epoch, sample, t)[m], b.part("phi", at.epoch, sample, at.time)[m]));
  }
  if (a.has("coupling") && b.has("coupling")) {
    const at = toOther(b, state), [w, v] = [a.part("coupling", epoch, layer), b.part("coupling", at.epoch, at.layer)], M = a.modalities.length;
    a.modalities.forEach((one, m) => a.modalities.forEach((source, n) => add(["coupling weight W", one.name, source.name, ""], w[m * M + n], v[m * M + n])));
  }
  return { columns, rows };
}

/**
 * Fill the panel that compares two runs; the returned function draws a selection of run A.
 * @param {HTMLElement} root
 * @param {Frame} a
 * @param {Frame} b
 * @param {Pick} pick
 */
export function mount(root, a, b, pick) {
  const M = a.modalities.length, T = a.sizes.time, E = a.sizes.epoch, series = a.modalities.map((_, m) => ({ m }));
  /** @param {Child[]} head */
  const line = (...head) => {
    const cells = [h("td"), h("td"), h("td")];
    return { cells, node: h("tr", {}, rowHead(...head), ...cells) };
  };
  const prediction = line(a.task === "classification" ? "p(true class)" : "predicted value"), parts = a.modalities.map((_, m) => line(...modality(a, m)));
  const along = chart({ label: "Shapley value in B minus A over the sequence", series, onPick: (x) => pick({ time: Math.round(x * (T - 1)) }) });
  const during = chart({ label: "Shapley value in B minus A over training", series, onPick: (x) => pick({ epoch: Math.round(x * (E - 1)) }) });
  const coupled = a.has("coupling") && b.has("coupling");
  const cells = a.modalities.map(() => a.modalities.map(() => h("td"))), caption = h("caption", { class: "mmv-small" });
  const matrix = h("table", { class: "mmv-list", "aria-label": "Coupling weights in B minus A" }, caption,
    h("thead", {}, h("tr", {}, h("td", { class: "mmv-faint" }, "target\u00a0↓ source\u00a0→"), ...a.modalities.map((one, n) => h("th", { scope: "col" }, glyph(n), name(one.name))))),
    h("tbody", {}, ...cells.map((list, m) => h("tr", {}, rowHead(...modality(a, m)), ...list))));
  root.append(heading("Run B minus run A"), h("div", { class: "mmv-pair" },
    h("div", {}, h("table", { class: "mmv-list", "aria-label": "Both runs at the cursor" },
      h("thead", {}, h("tr", {}, h("td"), ...["A", "B", "B − A"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, prediction.node, ...parts.map((part) => part.node)))),
    along.node, during.node, ...(coupled ? [matrix] : [])),
  faint(...(a.name ? ["A: ", name(a.name), "; B: ", name(b.name), ". "] : []), "Charts: Shapley value φ in B minus A, ", name(a.target_name), "; where the runs differ in steps or epochs, B is shown at the same fraction of the sequence and at its last epoch not after A's."));
  const maps = differenceMaps(a, b), changed = changes();
  if (maps) root.append(maps.node);
  /** @type {State | null} */
  let last = null;
  root.append(h("div", { class: "mmv-panel-tools" }, exportMenu(root, a, { name: DIFFERENCE, place: "wide", needs: [], mount: () => () => {}, table: (_, state) => tableOfBoth(a, b, state) }, () => last)));
  /** @type {(line: { cells: HTMLElement[] }, x: number, y: number, form: (value: number, digits: number) => string) => void} */
  const write = ({ cells: [one, two, apart] }, x, y, form) => {
    one.textContent = form(x, a.digits);
    two.textContent = form(y, a.digits);
    apart.textContent = signed(y - x, a.digits);
  };
  /** @param {State} state */
  return (state) => {
    last = state;
    const { sample, epoch, layer, time, brush } = state, at = toOther(b, state);
    const shown = a.task === "classification" ? a.targets[sample] : 0;
    write(prediction, a.part("prediction", epoch, sample, time)[shown], b.part("prediction", at.epoch, sample, at.time)[shown], fixed);
    const shares = [a.part("phi", epoch, sample, time), b.part("phi", at.epoch, sample, at.time)];
    parts.forEach((part, m) => write(part, shares[0][m], shares[1][m], signed));
    /** @type {(e: number, t: number) => number[]} */
    const gap = (e, t) => {
      const there = toOther(b, { ...state, epoch: e, time: t, brush: null });
      const [x, y] = [a.part("phi", e, sample, t), b.part("phi", there.epoch, sample, there.time)];
      return a.modalities.map((_, m) => y[m] - x[m]);
    };
    const steps = Array.from({ length: T }, (_, t) => gap(epoch, t)), epochs = Array.from({ length: E }, (_, e) => gap(e, time));
    const range = rangeOf([...steps, ...epochs], true), y = { name: "φ, B − A", text: (/** @type {number} */ v) => signed(v, a.digits) };
    along.draw({ values: (m, t) => steps[t][m], count: T, now: time, range, brush, x: timeAcross(a, state), y });
    along.say({ title: "φ, B − A, over the sequence" });
    during.draw({ values: (m, e) => epochs[e][m], count: E, now: epoch, range, x: epochAcross(a.epochs), y });
    during.say({ title: `φ, B − A, over training, at ${brief(a, sample, time)}` });
    if (maps && changed(state, "sample", "epoch", "layer")) maps.draw(state);
    if (!coupled) return;
    const [w, v] = [a.part("coupling", epoch, layer), b.part("coupling", at.epoch, at.layer)];
    caption.textContent = `Coupling weights W, B − A, layer ${a.layers[layer]}${at.layer === layer ? "" : ` (of B: ${b.layers[at.layer]})`}`;
    cells.flat().forEach((cell, i) => (cell.textContent = signed(v[i] - w[i], 2)));
  };
}
