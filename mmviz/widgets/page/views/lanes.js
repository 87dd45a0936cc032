// The lanes: every modality's input signal above its hidden state, on one time axis with one cursor and one time range.
import { h, s, plot, glyph, name, button, faint, onDrag, DASHES } from "../dom.js";
import { pathOf, heightOf } from "../line_path.js";
import { paint, ticks } from "../heatmap.js";
import { changes, span, joint, lastColour, rowCount } from "../frame.js";
import { columnsOf, rasterOf } from "../signal_columns.js";
import { legend } from "../chart.js";
import { barsDrawing, sourcesOfPrediction } from "../attribution.js";
import { moment, stretch, ends, short } from "../format.js";
import { register } from "../registry.js";
/** @import { Frame, Pick, Range, State } from "../types.js" */

/** @typedef {import("../signal_columns.js").Column} Column */
/** @type {(values: ArrayLike<number>, columns: Column[], features: number) => Range | null} */
function extent(values, columns, features) {
  let low = Infinity, high = -Infinity;
  for (const { frame } of columns)
    for (let f = 0; frame >= 0 && f < features; f++) {
      const v = values[frame * features + f];
      if (v < low && v > -Infinity) low = v;
      if (v > high && v < Infinity) high = v;
    }
  return low <= high ? [low, high] : null;
}

// Hatched blocks over the columns without values.
/** @param {Column[]} columns */
function gaps(columns) {
  /** @type {Range[]} */
  const runs = [];
  columns.forEach(({ frame, from, to }, i) => {
    if (frame >= 0) return;
    const last = runs[runs.length - 1];
    if (i && columns[i - 1].frame < 0) last[1] = to;
    else runs.push([from, to]);
  });
  return runs.map(([from, to]) => {
    const block = h("div", { class: "mmv-padding" });
    block.style.left = `${100 * from}%`;
    block.style.width = `${100 * (to - from)}%`;
    return block;
  });
}

// A frame before a gap is as wide as its column; with timestamps its value is held until the gap begins.
/** @type {(values: ArrayLike<number>, columns: Column[], features: number, f: number, range: Range, even: boolean) => string} */
function linePath(values, columns, features, f, range, even) {
  const points = columns.flatMap((one, i) => (even || one.frame < 0 || columns[i + 1]?.frame >= 0 ? [one] : [one, { ...one, at: one.to }]));
  /** @param {Column} column */
  const up = ({ frame }) => (frame < 0 ? NaN : heightOf(values[frame * features + f], range));
  return pathOf(points.length, (i) => 1000 * points[i].at, (i) => up(points[i]), even ? Math.max(4, 500 / columns.length) : 4);
}

/** @param {Frame} frame @param {number} m */
function signalLane(frame, m) {
  const { name: title, unit, features, rate_hz, irregular, static: constant } = frame.modalities[m];
  const F = features.length, asMap = F > 10, even = !frame.has(`signal_at_${m}`);
  const label = `${title}: input signal, ${F} features${unit ? `, in ${unit}` : ""}`;
  const top = h("span"), bottom = h("span"), absent = h("span", { class: "mmv-absent", hidden: "" }, "absent: not recorded for this sample");
  const lines = features.map((_, f) => s("path", { class: "mmv-line", "data-f": f % 8, "stroke-dasharray": DASHES[f % 8] }));
  const canvas = asMap ? h("canvas", { role: "img", "aria-label": label }) : null, map = canvas ?? plot(label, ...lines);
  const box = h("div", { class: `mmv-plot mmv-signal${asMap ? " mmv-map" : ""}` }, map);
  const gutter = h("div", { class: "mmv-gutter" },
    h("div", { class: "mmv-name" }, glyph(m), name(title)),
    h("div", { class: "mmv-faint mmv-unit" }, constant ? `static${unit && " · "}` : rate_hz === null ? "" : `${irregular ? "≈ " : ""}${Number(rate_hz.toPrecision(irregular ? 2 : 4))} Hz${irregular ? ", irregular" : ""}${unit && " · "}`, name(unit)),
    h("div", { class: "mmv-faint" }, asMap ? `${F} features` : legend(features)),
    h("div", { class: "mmv-range", "aria-hidden": "true" }, top, bottom));
  /** @type {string[]} */
  const drawn = [];
  /** @param {State} state */
  function draw({ sample }) {
    const columns = columnsOf(frame, m, sample), values = frame.part(`signal_${m}`, sample);
    const range = joint(frame.compared.map((one) => extent(one.part(`signal_${m}`, sample), columnsOf(one, m, sample), F)));
    absent.hidden = columns.some((one) => one.frame >= 0);
    absent.textContent = frame.part(`signal_valid_${m}`, sample).some(Boolean) ? "recorded without any value" : frame.recorded.part(`signal_valid_${m}`, sample).some(Boolean)
      ? "masked: removed from the model's input" : "absent: not recorded for this sample";
    [bottom.textContent, top.textContent] = absent.hidden ? ends(...range) : ["", ""];
    if (canvas) {
      box.replaceChildren(map, absent);
      const scale = range[1] > range[0] ? 255 / (range[1] - range[0]) : 0;
      const shown = rasterOf(columns, even);
      paint(canvas, shown.length, F, (x, y) => {
        const v = shown[x] < 0 ? NaN : values[shown[x] * F + y];
        return Number.isFinite(v) ? Math.round((v - range[0]) * scale) : -1;
      });
      return;
    }
    box.replaceChildren(map, ...gaps(columns), absent);
    lines.forEach((line, f) => {
      const path = linePath(values, columns, F, f, range, even);
      if (drawn[f] !== path) line.setAttribute("d", (drawn[f] = path));
    });
  }
  return { gutter, box, draw };
}

/** @param {Frame} frame @param {number} m */
function stateLane(frame, m) {
  const { time: T, channel: C } = frame.sizes;
  const canvas = h("canvas", { role: "img" }), count = h("div", { class: "mmv-faint" }), absent = h("span", { class: "mmv-absent", hidden: "" }, "no scan in this layer");
  let rows = C;
  const mark = h("div", { class: "mmv-row", "aria-hidden": "true" });
  const box = h("div", { class: "mmv-plot mmv-state mmv-map" }, canvas, mark, absent);
  const gutter = h("div", { class: "mmv-gutter" }, h("div", { class: "mmv-faint" }, "hidden state"), count);
  /** @param {State} selection */
  function draw(selection) {
    const { sample, epoch, layer } = selection, share = frame.scale[layer] / lastColour(frame, (one) => one.scale, selection);
    const valid = frame.part("state_valid", sample, m), state = frame.part("state", epoch, sample, layer, m);
    rows = rowCount(frame, layer, m);
    paint(canvas, T, rows, (t, c) => (valid[t] ? Math.round(state[c * T + t] * share) : -1));
    canvas.setAttribute("aria-label", `${frame.modalities[m].name}: hidden state, ${rows} channels over ${T} steps`);
    count.textContent = rows ? `${rows} channels` : "";
    absent.hidden = rows > 0;
    choose(selection);
  }
  /** @param {State} state */
  const choose = ({ channel }) => {
    mark.hidden = channel >= rows;
    mark.style.top = `${(100 * channel) / rows}%`;
    mark.style.height = `${100 / rows}%`;
  };
  // the row at a share of the height
  /** @param {number} down */
  const rowAt = (down) => Math.min(rows - 1, Math.floor(down * rows));
  return { gutter, box, draw, choose, rowAt };
}

// Signed shares of one modality in the prediction at the cursor.
/** @param {Frame} frame @param {number} m */
function attributionLane(frame, m) {
  const bars = barsDrawing(), label = `${frame.modalities[m].name}: signed shares of its steps in the prediction at the cursor`;
  const box = h("div", { class: "mmv-plot mmv-lane-bars" }, plot(label, ...bars.nodes));
  const gutter = h("div", { class: "mmv-gutter" }, h("div", { class: "mmv-faint", title: `${frame.attribution.name}: bars up (red) raise the prediction, bars down (blue) lower it` }, "attribution ±"));
  /** @param {State} state */
  function draw({ sample, time }) {
    // an edited sample without shares of its own: those of the recorded sample would not belong to what is shown
    box.hidden = gutter.hidden = frame.edited() !== null && !frame.replaced("attribution");
    if (!box.hidden) bars.draw(frame, sourcesOfPrediction(frame, sample, time), m);
  }
  return { gutter, box, draw };
}

/** @param {Frame} frame */
function colourKey(frame) {
  const bar = h("canvas", { "aria-hidden": "true" }), end = h("span");
  paint(bar, 256, 1, (x) => x);
  const node = h("div", { class: "mmv-colour" }, h("span", {}, frame.state_name), h("span", {}, "0"), bar, end);
  /** @param {State} selection */
  const draw = (selection) => {
    const unit = frame.state_unit && frame.state_unit !== "1" ? ` ${frame.state_unit}` : "";
    end.textContent = `≥ ${short(lastColour(frame, (one) => one.scale, selection))}${unit}`;
  };
  return { node, draw };
}

// Controls of the time range that other views use.
/** @param {Frame} frame @param {() => { time: number, brush: Range | null }} now @param {Pick} pick */
function buildBrush(frame, now, pick) {
  const label = h("span", { class: "mmv-span" }), T = frame.sizes.time;
  const from = () => pick({ brush: [now().time, Math.max(now().time, now().brush?.[1] ?? T - 1)] });
  const to = () => pick({ brush: [Math.min(now().time, now().brush?.[0] ?? 0), now().time] });
  const clear = button("clear", () => pick({ brush: null }), { "aria-label": "Clear the time range" });
  const node = h("div", { class: "mmv-brush", role: "group", "aria-label": "Time range" }, h("span", { class: "mmv-faint" }, "Time range"), label,
    button("start", from, { "aria-label": "Start the time range at the cursor" }), button("end", to, { "aria-label": "End the time range at the cursor" }), clear);
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.key === "[") from();
    if (event.key === "]") to();
    if (event.key === "Escape" && now().brush) pick({ brush: null });
  };
  /** @param {State} state */
  const draw = (state) => {
    label.textContent = state.brush ? stretch(frame, state.sample, state.brush) : "all";
    clear.disabled = !state.brush;
  };
  return { node, draw, key };
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, state, pick) {
  const T = frame.sizes.time;
  let shown = { time: state?.time ?? 0, brush: state?.brush ?? null };
  const signals = frame.modalities.map((_, m) => signalLane(frame, m));
  const states = frame.has("state") ? frame.modalities.map((_, m) => stateLane(frame, m)) : [];
  const shares = frame.has("attribution") ? frame.modalities.map((_, m) => attributionLane(frame, m)) : [];
  const rows = signals.map((signal, m) => h("div", { class: "mmv-lane" }, ...[signal, ...states.slice(m, m + 1), ...shares.slice(m, m + 1)].flatMap(({ gutter, box }) => [gutter, box])));
  const tag = h("span", { class: "mmv-tag" }), cursor = h("div", { class: "mmv-cursor" }, tag);
  const veil = [h("div", { class: "mmv-veil" }), h("div", { class: "mmv-veil" })];
  const over = h("div", { class: "mmv-over", "aria-hidden": "true" }, ...veil, cursor), stage = h("div", { class: "mmv-stage" }, ...rows, over);
  const axis = h("div", { class: "mmv-axis", "aria-hidden": "true" });
  const range = h("input", { type: "range", min: 0, max: T - 1, step: 1, class: "mmv-time", "aria-label": "Time cursor" });
  const unit = h("span", { class: "mmv-faint" }), key = frame.has("state") ? colourKey(frame) : { node: "", draw() {} };
  const brush = buildBrush(frame, () => shown, pick);
  const foot = h("div", { class: "mmv-foot" }, h("label", { class: "mmv-gutter" }, "Time ", unit),
    h("div", { class: "mmv-scrub" }, axis, range), h("span"), h("div", { class: "mmv-under" }, brush.node, key.node));
  root.append(stage, foot, ...(frame.missing_scans && !frame.has("state") ? [faint(name(frame.missing_scans))] : []));
  root.style.setProperty("--steps", String(T));
  range.addEventListener("input", () => pick({ time: Number(range.value) }));
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) brush.key(event);
  });
  let began = 0;
  onDrag(stage, over, (x, _y, event, first) => {
    const time = Math.min(T - 1, Math.max(0, Math.ceil(x * T) - 1));
    if (first) began = time;
    /** @type {Parameters<Pick>[0]} */
    const change = event.shiftKey ? { brush: [Math.min(began, time), Math.max(began, time)] } : { time };
    const lane = first ? states.find((one) => one.box.contains(/** @type {Node} */ (event.target))) : null;
    if (lane) {
      const { top, height } = lane.box.getBoundingClientRect();
      change.channel = Math.max(0, lane.rowAt((event.clientY - top) / height));
    }
    pick(change);
  }, range);

  const changed = changes();
  return (selection) => {
    shown = selection;
    const { sample, time } = selection, [a, b] = span(frame, selection);
    if (changed(selection, "sample")) {
      signals.forEach((lane) => lane.draw(selection));
      const seconds = frame.duration_s[sample], length = seconds ?? T, start = frame.start_s[sample];
      unit.textContent = seconds === null ? "in steps" : "in seconds";
      axis.replaceChildren(...ticks(length, start).map((v) => {
        const tick = h("span", {}, String(v).replace("-", "−"));
        tick.style.setProperty("--at", String((v - start) / length));
        return tick;
      }));
    }
    if (changed(selection, "sample", "epoch", "layer", "layer_of_a")) states.forEach((lane) => lane.draw(selection));
    if (changed(selection, "sample", "time")) shares.forEach((lane) => lane.draw(selection));
    if (changed(selection, "channel")) states.forEach((lane) => lane.choose(selection));
    if (changed(selection, "layer", "layer_of_a")) key.draw(selection);
    if (changed(selection, "brush", "sample")) {
      veil[0].style.width = `${(100 * a) / T}%`;
      veil[1].style.width = `${100 - (100 * (b + 1)) / T}%`;
      brush.draw(selection);
    }
    range.value = String(time);
    range.setAttribute("aria-valuetext", moment(frame, sample, time));
    cursor.style.setProperty("--at", String((time + 1) / T));
    tag.textContent = moment(frame, sample, time);
  };
}

register({
  name: "lanes",
  place: "main",
  order: 10,
  needs: ["prediction"],
  mount,
});
