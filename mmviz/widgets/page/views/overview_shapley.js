// Distribution of the Shapley values over samples: one swarm of dots for each modality on a common axis.
import { scaleLinear } from "d3-scale";
import { h, heading, faint, modality, unseen, hint } from "../dom.js";
import { short, signed } from "../format.js";
import { rangeOf } from "../chart.js";
import { register } from "../registry.js";
import { samplesOf } from "../sample_set.js";
import { colourChoice } from "../sample_colours.js";
import { dotPicker, drawDots } from "../dots.js";
import { readable } from "../readout.js";
import { axisLabels } from "../number_axis.js";

const HIGH = 74, RADIUS = 2.2, EDGE = 8;

// Heights of dots that lie at places xs: in bins of one dot's width they are stacked around the middle, closer where there are many.
/** @param {Float32Array} xs @param {number} width */
function swarm(xs, width) {
  const ys = new Float32Array(xs.length).fill(NaN), step = 2 * RADIUS, counts = new Uint32Array(Math.ceil(width / step) + 1);
  const bin = (/** @type {number} */ x) => Math.max(0, Math.min(counts.length - 1, Math.floor(x / step)));
  xs.forEach((x) => Number.isFinite(x) && counts[bin(x)]++);
  const apart = Math.min(step, (HIGH - 2 * EDGE) / Math.max(1, ...counts)), seen = new Uint32Array(counts.length);
  xs.forEach((x, i) => {
    if (!Number.isFinite(x)) return;
    const k = seen[bin(x)]++;
    ys[i] = HIGH / 2 + (k % 2 ? 1 : -1) * Math.ceil(k / 2) * apart;
  });
  return ys;
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const samples = samplesOf(frame), M = frame.modalities.length, colour = colourChoice(frame, samples, pick), phi = frame.part("listed_phi");
  const legend = h("div"), said = h("p", { class: "mmv-pointed mmv-small", role: "status" });
  const [low, high] = rangeOf(frame.compared.filter((one) => one.has("listed_phi")).map((one) => one.part("listed_phi")), true);
  const axis = axisLabels(), title = h("div", { class: "mmv-field-title" }, `φ, ${frame.target_name} →`);
  let sample = -1;
  const lanes = frame.modalities.map((one, m) => {
    const canvas = h("canvas", { role: "img", "aria-label": `Shapley values of ${one.name}` }), rule = h("span", { class: "mmv-zero-line", "aria-hidden": "true" }), box = h("div", { class: "mmv-plot mmv-swarm" }, canvas, rule), middle = h("td", { class: "mmv-value" });
    /** @type {Float32Array} */
    let xs = new Float32Array(0), ys = xs, read = -1;
    let picker = dotPicker(samples, xs, ys);
    /** @param {number} i */
    function open(i) {
      said.textContent = i >= 0 && samples.open(i) < 0 ? samples.closed(i) : "";
      if (i >= 0 && samples.open(i) >= 0) pick({ sample: samples.open(i) });
    }
    box.addEventListener("click", (event) => {
      const k = picker.find(event.offsetX, event.offsetY);
      // a finger reads first: its second tap on a dot opens, as it pins
      if (k >= 0 && (/** @type {PointerEvent} */ (event).pointerType !== "touch" || read === picker.order[k])) open(picker.order[k]);
    });
    readable(box, {
      label: `Shapley values of ${one.name}`,
      grid: () => [Math.max(1, picker.order.length), 1],
      start: () => [Math.max(0, picker.order.findIndex((i) => samples.open(i) === sample && sample >= 0)), 0],
      cellAt: (x, y) => {
        const k = picker.find(x * box.clientWidth, y * HIGH);
        return k < 0 ? [-1, -1] : [k, 0];
      },
      placeOf: (k) => [xs[picker.order[k]] / (box.clientWidth || 1), ys[picker.order[k]] / HIGH],
      read(k) {
        const i = picker.order[k] ?? -1;
        if (i < 0) return null;
        setTimeout(() => (read = i)); // after the tap that reads it
        return { title: samples.id[i], modality: m, at: { modality: m }, rows: [["φ", signed(phi[i * M + m], frame.digits)], ...samples.rows(i), ...(samples.open(i) < 0 ? /** @type {[string, string][]} */ ([["sample", "not recorded"]]) : [])] };
      },
    });
    box.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "o" || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      open(read);
    });
    function lay() {
      const width = box.clientWidth;
      if (!width) return;
      const x = scaleLinear([low, high], [EDGE, width - EDGE]);
      xs = Float32Array.from({ length: samples.count }, (_, i) => x(phi[i * M + m]));
      ys = swarm(xs, width);
      picker = dotPicker(samples, xs, ys);
      rule.style.left = `${x(0)}px`;
      drawDots(canvas, { samples, colouring: colour.colouring(), xs, ys, radius: RADIUS, width, height: HIGH });
      if (m === 0) axis.draw(x, width);
      const inside = Array.from({ length: samples.count }, (_, i) => i).filter((i) => samples.chosen.inside[i] && Number.isFinite(xs[i])).map((i) => phi[i * M + m]).sort((a, b) => a - b);
      const median = inside.length ? (inside[(inside.length - 1) >> 1] + inside[inside.length >> 1]) / 2 : NaN;
      middle.replaceChildren(unseen("median "), signed(median, frame.digits));
      canvas.setAttribute("aria-label", `Shapley values of ${one.name} of ${inside.length} samples: ${inside.length ? `from ${short(inside[0])} to ${short(inside[inside.length - 1])}, median ${short(median)}` : "none"}`);
    }
    return { lay, box, node: h("tr", {}, h("th", { scope: "row" }, ...modality(frame, m)), h("td", {}, box), middle) };
  });
  const foot = h("tr", {}, h("td"), h("td", {}, axis.node, title), h("td", { class: "mmv-value mmv-faint" }, "median"));
  root.append(heading("Distribution of Shapley values"), h("div", { class: "mmv-inline" }, colour.node), legend,
    h("table", { class: "mmv-swarms", "aria-label": "Shapley values of the samples by modality" }, h("tbody", {}, ...lanes.map((lane) => lane.node), foot)), said,
    faint(`One dot for each of ${samples.count}${samples.count < frame.listed.total ? ` of ${frame.listed.total} (stratified)` : ""} samples; across: Shapley value φ of ${frame.target_name}, at the epoch that training selected${frame.labelled && frame.task === "classification" ? "; hollow: misclassified" : ""}; faint: outside the chosen samples. `, hint("Press a dot to open its sample and to pin its values; arrow keys go from dot to dot, Enter pins, O opens.")));
  function draw() {
    legend.replaceChildren(colour.colouring().legend());
    lanes.forEach((lane) => lane.lay());
  }
  samples.chosen.listen(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(draw).observe(lanes[0].box);
  root.addEventListener("mmv-print", draw);
  draw();
  return (state) => {
    sample = state.sample;
    if (colour.draw(state)) draw();
  };
}

register({ name: "shapley distribution", place: "columns", order: 6, section: "overview", needs: ["listed_phi", "overview_value"], height: (M) => 150 + (HIGH + 6) * M, mount });
