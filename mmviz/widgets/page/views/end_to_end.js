// End-to-end attribution: which modality and step moved the prediction at the cursor, or the output of an SSM stream, through the whole model.
import { h, heading, faint, name, modality, plot, choice, columnHead, onDrag, s } from "../dom.js";
import { barsDrawing, blockOf, isAlong, limitOf, signedColour, signedShare, sourcesOfPrediction, sourcesOfStream } from "../attribution.js";
import { paint, tint } from "../heatmap.js";
import { changes, span } from "../frame.js";
import { brief, fixed, short, stretch } from "../format.js";
import { axisBelow, timeName, timeTicks, writeTicks } from "../axis.js";
import { cellOf, readable } from "../readout.js";
import { onZoom, stretchTo, timeAxis } from "../zoom.js";
import { rowHead } from "../bars.js";
import { register } from "../registry.js";
/** @import { State } from "../types.js" */

const MOST = 3; // sources named in the sentence
/** @param {number} v */
const plusShort = (v) => (v > 0 ? `+${short(v, 2)}` : short(v, 2));

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  let target = -1, painted = "";
  /** @type {State | null} */
  let last = null;
  /** @param {import("../types.js").Recorded} one @param {State} state */
  const sourcesNow = (one, { sample, time }) => (target < 0 ? sourcesOfPrediction(one, sample, time) : sourcesOfStream(one, sample, target, time));
  const M = frame.modalities.length, T = frame.sizes.time, B = frame.attribution.block.length, { quantity, error } = frame.attribution, method = frame.attribution.name[0].toUpperCase() + frame.attribution.name.slice(1);
  // the class that is explained: the predicted one, also of an edited and of an unrecorded sample
  /** @param {number} sample */
  const explainedOf = (sample) => frame.edited()?.explained ?? (sample < frame.recorded_samples ? frame.attribution.explained[sample] : frame.recorded.computed()?.explained) ?? "";
  const unexplained = () => (frame.edited()?.unexplained ? ` As recorded, without the edit. ${frame.edited()?.unexplained}` : "");
  const along = frame.has("attribution_prefix"), streams = frame.has("attribution_stream") ? frame.modalities : [];
  const what = choice("Target", [along ? "prediction up to the cursor" : "prediction, whole sequence", ...streams.map((one) => `SSM stream ${one.name}`)], (i) => {
    target = i - 1;
    if (last) draw(last);
  });
  const lanes = frame.modalities.map((one, m) => {
    const bars = barsDrawing(), here = s("path", { class: "mmv-here" }), band = s("rect", { class: "mmv-band", y: 0, height: 100 });
    const drawing = plot(`Shares of ${one.name} over its steps; the sum is in the table`, band, ...bars.nodes, here), value = h("td", { class: "mmv-value" });
    const box = h("div", { class: "mmv-plot mmv-lane-bars" }, drawing);
    onDrag(box, box, (x) => pick({ time: cellOf(timeAxis(T, last).share(x), T) }));
    onZoom(box, box, T, () => last, pick);
    readable(box, {
      label: `Attribution of ${one.name} over its steps`,
      grid: () => [last ? sourcesNow(frame, last).count : 0, 1],
      cellAt(x) {
        if (!last) return [0, -1];
        const { from, count } = sourcesNow(frame, last), t = timeAxis(T, last).share(x) * T;
        return [Array.from({ length: count }, (_, i) => i).reduce((best, i) => (from(i) <= t ? i : best), 0), 0];
      },
      placeOf(i) {
        const { from, to } = sourcesNow(frame, /** @type {State} */ (last));
        return [timeAxis(T, last).across((from(i) + to(i) + 1) / 2 / T), 0.5];
      },
      locate: ({ time }) => {
        const axis = timeAxis(T, last);
        return time === undefined || time < axis.from || time > axis.to ? null : { x: [axis.across(time / T), axis.across((time + 1) / T)] };
      },
      read(i) {
        if (!last) return null;
        const { values, count, from, to } = sourcesNow(frame, last), v = values[m * count + i], edited = frame.edited() && frame.replaced("attribution");
        const then = edited ? sourcesNow(frame.recorded, last).values[m * count + i] : NaN, text = target < 0 ? plusShort : (/** @type {number} */ n) => short(n, 2);
        return { title: target < 0 ? frame.attribution.name : `contribution to SSM stream ${frame.modalities[target].name}`, modality: m, at: { modality: m, time: to(i) }, rows: [["share", text(v)], ["at", stretch(frame, last.sample, [from(i), to(i)])],
          ...(Number.isFinite(then) ? /** @type {[string, string][]} */ ([["recorded", text(then)], ["difference", plusShort(v - then)]]) : [])] };
      },
    });
    const cell = h("td", { class: "mmv-cell" }, box);
    return { bars, drawing, here, band, value, cell, node: h("tr", {}, rowHead(...modality(frame, m)), cell, value) };
  });
  /** @param {string} text */
  const total = (text) => {
    const value = h("td", { class: "mmv-value" });
    return { value, node: h("tr", { class: "mmv-total" }, rowHead(text), h("td"), value) };
  };
  const below = axisBelow();
  lanes[M - 1].cell.append(below.node);
  const bias = total("bias"), sum = total("sum");
  const title = heading(method), about = h("p", { class: "mmv-small mmv-attribution-about" }), note = h("p", { class: "mmv-faint mmv-small" });
  const table = h("table", { class: "mmv-attribution", "aria-label": "Share of each modality" }, h("tbody", {}, ...lanes.map((one) => one.node), bias.node, sum.node));
  const canvas = h("canvas", { role: "img", "aria-label": "Map of the attribution" }), line = h("div", { class: "mmv-at" });
  const cuts = frame.modalities.slice(1).map(() => h("div", { class: "mmv-cut-x" }));
  cuts.forEach((node, k) => node.style.setProperty("--at", String((k + 1) / M)));
  const box = h("div", { class: "mmv-plot mmv-map mmv-pairs" }, canvas, h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...cuts, line)), caption = h("div", { class: "mmv-subtitle" });
  const names = h("div", { class: "mmv-alongs", "aria-hidden": "true" }, ...frame.modalities.map((_, m) => h("span", {}, ...columnHead(frame, m, (340 / M - 15) / 6.5))));
  const map = h("div", { class: "mmv-pair-map" });
  const mapDown = h("div", { class: "mmv-block-ticks mmv-block-down", "aria-hidden": "true" }), mapAcross = h("div", { class: "mmv-block-ticks", "aria-hidden": "true" });
  root.append(title, ...(streams.length ? [what.node] : []), about, table, note, map);
  map.append(caption, h("div", { class: "mmv-map-axes" }, mapDown, box, h("span"), mapAcross, h("span"), names));
  const starts = frame.attribution.block;
  /** @param {number} b */
  const lastOf = (b) => (starts[b + 1] ?? T) - 1;
  // what the map shows: its source blocks across, and its rows (steps, or blocks of steps) down
  const shownPart = () => {
    const [a, b] = last?.zoom ?? [0, T - 1], [first, final] = [blockOf(frame, a), blockOf(frame, b)];
    return { first, count: final + 1 - first, top: target < 0 ? a : first, rows: target < 0 ? b + 1 - a : final + 1 - first };
  };
  onDrag(box, box, (_x, y) => {
    const { top, rows } = shownPart(), row = top + cellOf(y, rows);
    pick({ time: target < 0 ? row : lastOf(row) });
  });
  onZoom(box, box, T, () => last, pick);
  readable(box, {
    label: "Map of shares over all steps",
    grid: () => [M * B, target < 0 ? T : B],
    start: () => [0, last ? (target < 0 ? last.time : blockOf(frame, last.time)) : 0],
    cellAt(x, y) {
      const { first, count, top, rows } = shownPart(), cell = cellOf(x, M * count);
      return [Math.floor(cell / count) * B + first + (cell % count), top + cellOf(y, rows)];
    },
    placeOf(x, t) {
      const { first, count, top, rows } = shownPart();
      return [(Math.floor(x / B) * count + (x % B) - first + 0.5) / (M * count), (t - top + 0.5) / rows];
    },
    locate({ time }) {
      const { top, rows } = shownPart(), row = time === undefined ? -1 : target < 0 ? time : blockOf(frame, time);
      return row < top || row >= top + rows ? null : { y: [(row - top) / rows, (row + 1 - top) / rows] };
    },
    read(x, t) {
      if (!last) return null;
      const { sample } = last, m = Math.floor(x / B), b = x % B, onPrediction = target < 0, time = onPrediction ? t : lastOf(t);
      const late = starts[b] > time, v = onPrediction ? frame.part("attribution_prefix_limit", sample)[t] * signedShare(frame.part("attribution_prefix", sample)[t * M * B + x])
        : frame.part("attribution_stream_limit")[sample] * (frame.part("attribution_stream", sample, target)[t * M * B + x] / 255) ** 2;
      return { title: onPrediction ? frame.attribution.name : `contribution to SSM stream ${frame.modalities[target].name}`, modality: m, at: { modality: m, time },
        rows: [["share", late ? "0 (later source)" : onPrediction ? plusShort(v) : short(v, 2)], ["source", stretch(frame, sample, [starts[b], Math.min(lastOf(b), T - 1)])], [onPrediction ? "prediction, at" : "target, at", brief(frame, sample, time)]] };
    },
  });
  const changed = changes();
  /** @param {State} state */
  function paintMap({ sample }) {
    const { first, count, top, rows } = shownPart();
    if (target < 0) {
      const levels = frame.part("attribution_prefix", sample);
      return tint(canvas, M * count, rows, (x, y) => {
        const t = top + y, b = first + (x % count);
        return starts[b] > t ? null : signedColour(signedShare(levels[t * M * B + Math.floor(x / count) * B + b]));
      });
    }
    const levels = frame.part("attribution_stream", sample, target);
    return paint(canvas, M * count, rows, (x, y) => {
      const t = top + y, b = first + (x % count);
      return b > t ? -1 : levels[t * M * B + Math.floor(x / count) * B + b];
    });
  }
  /** @param {State} state */
  function draw(state) {
    last = state;
    const { sample, time } = state, onPrediction = target < 0, [a, b] = span(frame, state);
    const unknown = target >= 0 && frame.lacks("attribution_stream", sample);
    table.hidden = note.hidden = unknown;
    if (unknown) {
      map.hidden = true;
      return about.replaceChildren("Contributions to the SSM streams of this sample were not recorded; the model in the page computes those to the prediction.");
    }
    const explained = explainedOf(sample), computed = frame.edited() !== null && frame.replaced("attribution");
    const sources = sourcesNow(frame, state), axis = timeAxis(T, state);
    const { values, count, from, to } = sources, early = isAlong(frame, time), whole = onPrediction && !early;
    const cut = onPrediction && !along ? T - 1 : time;
    const inside = Array.from({ length: count }, (_, i) => i).filter((i) => to(i) >= a && from(i) <= b);
    const sums = lanes.map((_, m) => inside.reduce((all, i) => all + values[m * count + i], 0)), all = sums.reduce((x, y) => x + y, 0);
    if (changed(state, "zoom", "sample")) {
      below.draw(timeTicks(frame, state, 4).map(({ at, text }) => ({ at: axis.across(at), text })), timeName(frame, state));
      lanes.forEach(({ drawing }) => stretchTo(drawing, T, state));
    }
    lanes.forEach(({ bars, here, band, value }, m) => {
      bars.draw(frame, sources, m);
      here.setAttribute("d", `M${(1000 * (cut + 1)) / T} 0V100`);
      band.setAttribute("x", String(state.brush ? (1000 * a) / T : 0));
      band.setAttribute("width", String(state.brush ? (1000 * (b + 1 - a)) / T : 0));
      value.textContent = onPrediction ? plusShort(sums[m]) : all ? `${fixed((100 * sums[m]) / all, 0)} %` : "–";
    });
    const every = onPrediction && !state.brush;
    bias.node.hidden = !every;
    bias.value.textContent = plusShort(early ? frame.part("attribution_prefix_bias", sample)[time] : frame.part("attribution_bias", sample)[0]);
    sum.node.hidden = !onPrediction;
    sum.value.textContent = plusShort(!every ? all : early ? frame.part("attribution_prefix_total", sample)[time] : frame.part("attribution_total", sample)[0]);
    const at = whole ? "the whole sequence" : onPrediction ? `the steps up to ${brief(frame, sample, time)}` : "";
    title.textContent = onPrediction ? `${method}: what moved this prediction` : `${method}: what reaches SSM stream ${frame.modalities[target].name}`;
    about.replaceChildren(...(onPrediction ? [`Signed share in the ${quantity}`, ...(explained ? [" (", name(explained), ")"] : []), `, predicted from ${at}`]
      : [`Contribution to SSM stream `, name(frame.modalities[target].name), ` at ${brief(frame, sample, time)}, through all layers`]), state.brush ? `; sources at ${stretch(frame, sample, state.brush)}.` : ".",
      computed ? (onPrediction ? " Of the edited sample, computed in the page." : "") : "", onPrediction ? unexplained() : frame.edited() ? " As recorded: contributions to streams do not follow the edit." : "");
    const order = inside.flatMap((i) => lanes.map((_, m) => ({ i, m, v: values[m * count + i] }))).filter(({ v }) => v).sort((x, y) => Math.abs(y.v) - Math.abs(x.v)).slice(0, MOST);
    note.replaceChildren(...(order.length ? ["Largest: ", ...order.flatMap(({ i, m, v }, k) => [k ? ", " : "", name(frame.modalities[m].name), ` at ${brief(frame, sample, to(i))} ${onPrediction ? plusShort(v) : short(v, 2)}`]), ". "] : ["No source in this range. "]),
      onPrediction ? `Bars up, red: raises it; down, blue: lowers it; to ±${short(limitOf(sources), 2)}.${explained ? " Shares shrink as p nears 1." : ""}` : "Norm over the channels.", every && whole ? ` Modalities + bias = sum; ${error} ${short(frame.part("attribution_error", sample)[0], 2)}.` : "");
    map.hidden = onPrediction && !along;
    if (map.hidden) return;
    const key = `${target}`;
    if (changed(state, "sample", "zoom") || key !== painted) {
      painted = key;
      paintMap(state);
      const part = shownPart(), ticks = timeTicks(frame, state, 4).map(({ at, text }) => ({ at: axis.across(at), text }));
      writeTicks(mapDown, ticks, "top");
      writeTicks(mapAcross, frame.modalities.flatMap((_, m) => timeTicks(frame, { ...state, zoom: [starts[part.first], lastOf(part.first + part.count - 1)] }, 2)
        .map(({ at, text }) => ({ at: timeAxis(T, { zoom: [starts[part.first], lastOf(part.first + part.count - 1)] }).across(at), text })).filter(({ at }) => at > 0.05 && at < 0.95).map(({ at, text }) => ({ at: (m + at) / M, text }))), "left");
      caption.textContent = onPrediction ? "down: step of the prediction, across: source steps; colours: share / largest of its row, −1 (blue) to +1 (red)"
        : `down: steps of the stream, across: source steps; colours from 0 to ${short(frame.part("attribution_stream_limit")[sample])}, by square root`;
      canvas.setAttribute("aria-label", `${title.textContent}: map of ${onPrediction ? T : B} by ${M} times ${B} steps; the table holds the sums at the cursor`);
    }
    const { top, rows } = shownPart(), row = (onPrediction ? time : blockOf(frame, time)) - top;
    line.hidden = row < 0 || row >= rows;
    line.style.top = `${(100 * row) / rows}%`;
    line.style.height = `${100 / rows}%`;
  }
  return draw;
}

register({
  name: "end-to-end attribution",
  section: "explanation",
  place: "columns",
  order: 5,
  needs: ["attribution"],
  height: (M) => 490 + 42 * M,
  mount,
});
