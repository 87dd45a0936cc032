// Agreement over seeds of a combined Trace: Shapley values of every seed, and the sign agreement of the end-to-end attribution.
import { h, heading, faint, name, modality } from "../dom.js";
import { paint } from "../heatmap.js";
import { changes } from "../frame.js";
import { fixed, signed, brief } from "../format.js";
import { rowHead } from "../bars.js";
import { register } from "../registry.js";

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame) {
  const { names, shown } = frame.seeds, T = frame.sizes.time, M = frame.modalities.length, maps = frame.has("attribution_agreement");
  const cells = frame.modalities.map((_, m) => {
    const values = names.map((_seed, k) => frame.part("seed_phi", k)[m]), mean = values.reduce((a, b) => a + b, 0) / values.length;
    const same = values.filter((v) => mean !== 0 && Math.sign(v) === Math.sign(mean)).length;
    return [...values.map((v) => h("td", {}, signed(v, 3))), h("td", {}, signed(mean, 3)), h("td", {}, mean ? `${same} of ${values.length}` : "–")];
  });
  root.append(heading("Agreement over seeds"),
    h("div", { class: "mmv-scroll-x" }, h("table", { class: "mmv-list", "aria-label": "Mean Shapley value of each modality for every seed" },
      h("thead", {}, h("tr", {}, h("td"), ...[...names, "mean", "same sign"].map((text) => h("th", { scope: "col" }, name(text))))),
      h("tbody", {}, ...frame.modalities.map((_, m) => h("tr", {}, rowHead(...modality(frame, m)), ...cells[m]))))),
    faint("Mean Shapley value of ", name(frame.target_name), ` over all samples, for each of ${names.length} seeds; the other views show `, name(shown),
      ". Differences between seeds are due to the training, not to the samples."));
  if (!maps) {
    root.append(faint("The maps of the seeds are not compared: an end-to-end attribution was not recorded for all of them."));
    return () => {};
  }
  const canvases = frame.modalities.map((one) => h("canvas", { role: "img", "aria-label": `Share of seeds with the sign of the mean, ${one.name}, over ${T} steps` }));
  const lines = canvases.map(() => h("div", { class: "mmv-at" })), sentence = h("p", { class: "mmv-small" });
  const shares = canvases.map(() => h("td", { class: "mmv-seed-count" }));
  root.append(h("div", { class: "mmv-subtitle" }, "end-to-end attribution: share of seeds with the sign of the mean, colours from 0 to 1"),
    h("table", { class: "mmv-list", "aria-label": "Sign agreement of the end-to-end attribution over seeds" }, h("tbody", {}, ...frame.modalities.map((_, m) =>
      h("tr", {}, rowHead(...modality(frame, m)), h("td", { class: "mmv-seed-map" }, h("div", { class: "mmv-plot mmv-map" }, canvases[m], lines[m])), shares[m])))), sentence);
  const changed = changes();
  return (state) => {
    const { sample, time } = state, agreement = frame.part("attribution_agreement", sample), whole = frame.part("map_agreement", sample)[0];
    if (changed(state, "sample"))
      canvases.forEach((canvas, m) => paint(canvas, T, 1, (t) => (Number.isFinite(agreement[m * T + t]) ? Math.round(255 * agreement[m * T + t]) : -1)));
    for (let m = 0; m < M; m++) {
      const share = agreement[m * T + time];
      lines[m].style.left = `${(100 * (time + 0.5)) / T}%`;
      shares[m].textContent = Number.isFinite(share) ? `${Math.round(share * names.length)} of ${names.length}` : "–";
    }
    sentence.textContent = `At ${brief(frame, sample, time)}: number of seeds with the sign of the mean. Mean rank correlation of the maps of two seeds: ${Number.isFinite(whole) ? fixed(whole, 2) : "not defined"}.`;
  };
}

register({
  name: "agreement over seeds",
  place: "columns",
  order: 22,
  section: "training",
  needs: ["seed_phi"],
  height: (M) => 190 + 52 * M,
  mount,
});
