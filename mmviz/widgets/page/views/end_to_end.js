// End-to-end attribution: which modality and step moved the prediction at the cursor, or the output of an SSM stream, through the whole model.
import { h, heading, faint, name, modality, plot, choice, columnHead, onDrag, s } from "../dom.js";
import { barsDrawing, blockOf, isAlong, limitOf, signedColour, signedShare, sourcesOfPrediction, sourcesOfStream } from "../attribution.js";
import { paint, tint } from "../heatmap.js";
import { changes, span } from "../frame.js";
import { brief, fixed, short, stretch } from "../format.js";
import { rowHead } from "../bars.js";
import { register } from "../registry.js";
/** @import { State } from "../types.js" */

const MOST = 3; // sources named in the sentence
/** @param {number} v */
const plusShort = (v) => (v > 0 ? `+${short(v, 2)}` : short(v, 2));

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const M = frame.modalities.length, T = frame.sizes.time, B = frame.attribution.block.length, { quantity, explained, error } = frame.attribution, method = frame.attribution.name[0].toUpperCase() + frame.attribution.name.slice(1);
  const along = frame.has("attribution_prefix"), streams = frame.has("attribution_stream") ? frame.modalities : [];
  const what = choice("Target", [along ? "prediction up to the cursor" : "prediction, whole sequence", ...streams.map((one) => `SSM stream ${one.name}`)], (i) => {
    target = i - 1;
    if (last) draw(last);
  });
  const lanes = frame.modalities.map((one, m) => {
    const bars = barsDrawing(), here = s("path", { class: "mmv-here" }), band = s("rect", { class: "mmv-band", y: 0, height: 100 });
    const drawing = plot(`Shares of ${one.name} over its steps; the sum is in the table`, band, ...bars.nodes, here), value = h("td", { class: "mmv-value" });
    const box = h("div", { class: "mmv-plot mmv-lane-bars" }, drawing);
    onDrag(box, box, (x) => pick({ time: Math.min(T - 1, Math.max(0, Math.floor(x * T))) }));
    return { bars, here, band, value, node: h("tr", {}, rowHead(...modality(frame, m)), h("td", { class: "mmv-cell" }, box), value) };
  });
  /** @param {string} text */
  const total = (text) => {
    const value = h("td", { class: "mmv-value" });
    return { value, node: h("tr", { class: "mmv-total" }, rowHead(text), h("td"), value) };
  };
  const bias = total("bias"), sum = total("sum");
  const title = heading(method), about = h("p", { class: "mmv-small mmv-attribution-about" }), note = h("p", { class: "mmv-faint mmv-small" });
  const table = h("table", { class: "mmv-attribution", "aria-label": "Share of each modality" }, h("tbody", {}, ...lanes.map((one) => one.node), bias.node, sum.node));
  const canvas = h("canvas", { role: "img" }), line = h("div", { class: "mmv-at" });
  const cuts = frame.modalities.slice(1).map(() => h("div", { class: "mmv-cut-x" }));
  cuts.forEach((node, k) => node.style.setProperty("--at", String((k + 1) / M)));
  const box = h("div", { class: "mmv-plot mmv-map mmv-pairs" }, canvas, h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...cuts, line)), caption = h("div", { class: "mmv-subtitle" });
  const names = h("div", { class: "mmv-alongs", "aria-hidden": "true" }, ...frame.modalities.map((_, m) => h("span", {}, ...columnHead(frame, m, (340 / M - 15) / 6.5))));
  const map = h("div", { class: "mmv-pair-map" }, caption, box, names);
  root.append(title, ...(streams.length ? [what.node] : []), about, table, note, map);
  onDrag(box, box, (_x, y) => {
    const rows = target < 0 ? T : B, row = Math.min(rows - 1, Math.max(0, Math.floor(y * rows)));
    pick({ time: target < 0 ? row : (frame.attribution.block[row + 1] ?? T) - 1 });
  });
  let target = -1, painted = "";
  /** @type {State | null} */
  let last = null;
  const changed = changes();
  /** @param {State} state */
  function paintMap({ sample }) {
    if (target < 0) {
      const levels = frame.part("attribution_prefix", sample);
      return tint(canvas, M * B, T, (x, t) => (frame.attribution.block[x % B] > t ? null : signedColour(signedShare(levels[t * M * B + x]))));
    }
    const levels = frame.part("attribution_stream", sample, target);
    return paint(canvas, M * B, B, (x, t) => (x % B > t ? -1 : levels[t * M * B + x]));
  }
  /** @param {State} state */
  function draw(state) {
    last = state;
    const { sample, time } = state, onPrediction = target < 0, [a, b] = span(frame, state);
    const sources = onPrediction ? sourcesOfPrediction(frame, sample, time) : sourcesOfStream(frame, sample, target, time);
    const { values, count, from, to } = sources, early = isAlong(frame, time), whole = onPrediction && !early;
    const cut = onPrediction && !along ? T - 1 : time;
    const inside = Array.from({ length: count }, (_, i) => i).filter((i) => to(i) >= a && from(i) <= b);
    const sums = lanes.map((_, m) => inside.reduce((all, i) => all + values[m * count + i], 0)), all = sums.reduce((x, y) => x + y, 0);
    lanes.forEach(({ bars, here, band, value }, m) => {
      bars.draw(frame, sources, m);
      here.setAttribute("d", `M${(1000 * (cut + 1)) / T} 0V100`);
      band.setAttribute("x", String(state.brush ? (1000 * a) / T : 0));
      band.setAttribute("width", String(state.brush ? (1000 * (b + 1 - a)) / T : 0));
      value.textContent = onPrediction ? plusShort(sums[m]) : all ? `${fixed((100 * sums[m]) / all, 0)} %` : "–";
    });
    const every = onPrediction && !state.brush;
    bias.node.hidden = !every;
    bias.value.textContent = plusShort(early ? frame.part("attribution_prefix_bias", sample)[time] : frame.part("attribution_bias")[sample]);
    sum.node.hidden = !onPrediction;
    sum.value.textContent = plusShort(!every ? all : early ? frame.part("attribution_prefix_total", sample)[time] : frame.part("attribution_total")[sample]);
    const at = whole ? "the whole sequence" : onPrediction ? `the steps up to ${brief(frame, sample, time)}` : "";
    title.textContent = onPrediction ? `${method}: what moved this prediction` : `${method}: what reaches SSM stream ${frame.modalities[target].name}`;
    about.replaceChildren(...(onPrediction ? [`Signed share in the ${quantity}`, ...(explained[sample] ? [" (", name(explained[sample]), ")"] : []), `, predicted from ${at}`]
      : [`Contribution to SSM stream `, name(frame.modalities[target].name), ` at ${brief(frame, sample, time)}, through all layers`]), state.brush ? `; sources at ${stretch(frame, sample, state.brush)}.` : ".");
    const order = inside.flatMap((i) => lanes.map((_, m) => ({ i, m, v: values[m * count + i] }))).filter(({ v }) => v).sort((x, y) => Math.abs(y.v) - Math.abs(x.v)).slice(0, MOST);
    note.replaceChildren(...(order.length ? ["Largest: ", ...order.flatMap(({ i, m, v }, k) => [k ? ", " : "", name(frame.modalities[m].name), ` at ${brief(frame, sample, to(i))} ${onPrediction ? plusShort(v) : short(v, 2)}`]), ". "] : ["No source in this range. "]),
      onPrediction ? `Bars up, red: raises it; down, blue: lowers it; to ±${short(limitOf(sources), 2)}.${explained[sample] ? " Shares shrink as p nears 1." : ""}` : "Norm over the channels.", every && whole ? ` Modalities + bias = sum; ${error} ${short(frame.part("attribution_error")[sample], 2)}.` : "");
    map.hidden = onPrediction && !along;
    if (map.hidden) return;
    const key = `${target}`;
    if (changed(state, "sample") || key !== painted) {
      painted = key;
      paintMap(state);
      caption.textContent = onPrediction ? "down: step of the prediction, across: source steps; colours: share / largest of its row, −1 (blue) to +1 (red)"
        : `down: steps of the stream, across: source steps; colours from 0 to ${short(frame.part("attribution_stream_limit")[sample])}, by square root`;
      canvas.setAttribute("aria-label", `${title.textContent}: map of ${onPrediction ? T : B} by ${M} times ${B} steps; the table holds the sums at the cursor`);
    }
    const rows = onPrediction ? T : B, row = onPrediction ? time : blockOf(frame, time);
    line.style.top = `${(100 * row) / rows}%`;
    line.style.height = `${100 / rows}%`;
  }
  return draw;
}

register({
  name: "end-to-end attribution",
  place: "columns",
  order: 5,
  needs: ["attribution"],
  height: (M) => 450 + 42 * M,
  mount,
});
