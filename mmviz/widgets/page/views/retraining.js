// Value by retraining: the full model's score of every subset beside that of a model trained on it, and the gap of each modality.
import { h, heading, faint, glyph, modality, unseen, name } from "../dom.js";
import { fixed, signed } from "../format.js";
import { rangeOf } from "../chart.js";
import { bar, row, rowHead } from "../bars.js";
import { register } from "../registry.js";

const MOST = 16, DIGITS = 3;

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame) {
  const M = frame.modalities.length, whole = 2 ** M - 1, info = frame.retraining;
  const parts = Object.fromEntries(["masked", "retrained", "gap"].map((key) => [key, [0, 1, 2].map((i) => frame.part(key, i))]));
  /** @param {number} k */
  const size = (k) => k.toString(2).replaceAll("0", "").length;
  const shown = Array.from({ length: whole + 1 }, (_, k) => k)
    .filter((k) => whole < MOST || size(k) <= 1 || size(k) >= M - 1 || k === info.best).sort((a, b) => size(a) - size(b) || a - b);
  const [low, high] = rangeOf([...parts.masked, ...parts.retrained], true);
  /** @param {number} v */
  const x = (v) => (v - low) / (high - low || 1);
  /** @param {Float32Array[] | import("../types.js").Numbers[]} values @param {number} k @param {(v: number) => string} form */
  const interval = (values, k, form) => h("td", { class: "mmv-interval" }, unseen("interval "), Number.isFinite(values[1][k]) ? `${form(values[1][k])} to ${form(values[2][k])}` : "–");
  /** @param {number} k @param {"masked" | "retrained"} key @param {(Node | string)[]} head */
  function line(k, key, head) {
    const values = parts[key], { track, set } = bar(null);
    if (key === "retrained") /** @type {HTMLElement} */ (track.firstElementChild).style.opacity = "0.5";
    set(x(0), x(values[0][k]));
    const whisker = h("div", { class: "mmv-whisker" });
    if (Number.isFinite(values[1][k])) {
      whisker.style.left = `${100 * x(values[1][k])}%`;
      whisker.style.width = `${100 * (x(values[2][k]) - x(values[1][k]))}%`;
      track.append(whisker);
    }
    const node = row(rowHead(...head), track, fixed(values[0][k], DIGITS));
    node.append(interval(values, k, (v) => fixed(v, DIGITS)));
    return node;
  }
  /** @param {number} k */
  const members = (k) => (k === 0 ? [h("span", {}, "none")]
    : frame.modalities.flatMap((one, m) => ((k >> m) & 1 ? [glyph(m), unseen(`${one.name} `)] : [])));
  const harmed = info.harm === "harm";
  const rows = shown.flatMap((k) => [
    line(k, "masked", [...members(k), " masked"]),
    line(k, "retrained", [...(k === 0 ? ["constant"] : [...members(k), " trained"]), ...(harmed && k === info.best ? [" ▲ harm"] : [])]),
  ]);
  const gaps = frame.modalities.map((_, m) => h("tr", {}, rowHead(...modality(frame, m)), h("td", { class: "mmv-value" }, signed(parts.gap[0][m], DIGITS)),
    interval(parts.gap, m, (v) => signed(v, DIGITS))));
  root.append(heading("Value by retraining"),
    h("table", { class: "mmv-overall", "aria-label": "Value of each subset: full model with the others masked, and model trained on the subset" }, h("tbody", {}, ...rows)),
    faint("masked: the full model with the other modalities masked; trained: a model trained on the subset; constant: best constant prediction. Bars: ",
      name(info.units), "; lines: ", name(info.interval), ". Trainings of a study, not the recorded run; each: ", name(info.budget), ". Harm: ", name(info.harm_text), "."),
    heading("Gap of each modality: trained alone − masked"),
    h("table", { class: "mmv-overall", "aria-label": "Gap of each modality: trained alone minus masked" }, h("tbody", {}, ...gaps)),
    ...info.explanations.map((text, m) => h("details", { class: "mmv-small" }, h("summary", {}, ...modality(frame, m), ": ", name(info.verdicts[m])), faint(name(text)))));
  return () => {};
}

register({
  name: "value by retraining",
  place: "columns",
  order: 21,
  section: "overview",
  needs: ["retrained", "masked", "gap"],
  height: (M) => 190 + 24 * M + 44 * (2 ** M <= MOST ? 2 ** M : 2 * M + 2),
  mount,
});
