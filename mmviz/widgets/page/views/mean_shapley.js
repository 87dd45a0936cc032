// The mean Shapley value of each modality over all samples, with its interval.
import { h, heading, faint, name, modality, unseen, untrainedNote } from "../dom.js";
import { largest } from "../heatmap.js";
import { signed } from "../format.js";
import { signedBar, row, rowHead } from "../bars.js";
import { register } from "../registry.js";

const needs = ["phi_mean", "phi_low", "phi_high"];

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame) {
  const [mean, low, high] = needs.map((key) => frame.part(key)), most = largest(...frame.compared.filter((one) => one.has("phi_mean")).flatMap((one) => needs.map((key) => one.part(key))));
  /** @param {number} v */
  const across = (v) => `${50 + (50 * v) / (most || 1)}%`;
  const rows = frame.modalities.map((_, m) => {
    const { track, set } = signedBar(m);
    set(mean[m], most);
    if (Number.isFinite(low[m] + high[m])) {
      const whisker = h("div", { class: "mmv-whisker" });
      whisker.style.left = across(low[m]);
      whisker.style.width = `${(50 * (high[m] - low[m])) / (most || 1)}%`;
      track.append(whisker);
    }
    const interval = Number.isFinite(low[m]) ? `${signed(low[m], 3)} to ${signed(high[m], 3)}` : "–";
    const node = row(rowHead(...modality(frame, m)), track, signed(mean[m], 3));
    node.append(h("td", { class: "mmv-interval" }, unseen("95 % interval "), interval));
    return node;
  });
  root.append(heading("Mean Shapley value over all samples"),
    h("table", { class: "mmv-overall", "aria-label": "Mean Shapley value of each modality with its interval" }, h("tbody", {}, ...rows)),
    faint("Mean Shapley value of the ", name(frame.target_name), ` at epoch ${frame.best_epoch ?? "–"}; lines: ${frame.overall.interval}.`), ...untrainedNote(frame));
  return () => {};
}

register({
  name: "mean shapley",
  place: "columns",
  section: "overview",
  order: 20,
  needs,
  height: (M) => 70 + 26 * M,
  mount,
});
