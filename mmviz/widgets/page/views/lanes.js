// The lanes: every modality's input signal above its hidden state, on one time axis with one cursor and one time range.
import { h, s, plot, laneName, mark, name, put, button, faint, onDrag, write, DASHES } from "../dom.js";
import { pathOf, heightOf } from "../line_path.js";
import { largest, paint } from "../heatmap.js";
import { timeName, timeTicks } from "../axis.js";
import { colourControls, colourKey, colourScale, STATES } from "../colour_scale.js";
import { changes, span, joint, rowCount } from "../frame.js";
import { columnsOf, rasterOf } from "../signal_columns.js";
import { legend } from "../chart.js";
import { editedWords } from "../inputs/edited_words.js";
import { differ, shownFrames } from "../inputs/shown_frames.js";
import { barsDrawing, sourcesOfPrediction } from "../attribution.js";
import { brief, fixed, moment, stretch, ends, short } from "../format.js";
import { cellOf, readable } from "../readout.js";
import { onZoom, stretchTo, timeAxis, zoomed } from "../zoom.js";
import { register } from "../registry.js";
/** @import { Frame, Numbers, Pick, Range, State } from "../types.js" */

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

// The columns without values, as ranges of the whole axis.
/** @param {Column[]} columns @returns {Range[]} */
function gapsOf(columns) {
  /** @type {Range[]} */
  const runs = [];
  columns.forEach(({ frame, from, to }, i) => {
    if (frame >= 0) return;
    const last = runs[runs.length - 1];
    if (i && columns[i - 1].frame < 0) last[1] = to;
    else runs.push([from, to]);
  });
  return runs;
}
// Hatched blocks over these ranges, on the part of the axis that is shown.
/** @param {Range[]} ranges @param {ReturnType<typeof timeAxis>} axis */
function gaps(ranges, axis) {
  return ranges.map(([from, to]) => {
    const block = h("div", { class: "mmv-padding" });
    block.style.left = `${100 * axis.across(from)}%`;
    block.style.width = `${(100 * (to - from)) / axis.length}%`;
    return block;
  });
}

// A frame before a gap is as wide as its column; with timestamps its value is held until the gap begins.
/** @type {(values: ArrayLike<number>, columns: Column[], features: number, f: number, range: Range, even: boolean) => string} */
function linePath(values, columns, features, f, range, even) {
  const points = even ? columns : columns.flatMap((one, i) => (one.frame < 0 || columns[i + 1]?.frame >= 0 ? [one] : [one, { ...one, at: one.to }]));
  /** @param {Column} column */
  const up = ({ frame }) => (frame < 0 ? NaN : heightOf(values[frame * features + f], range));
  return pathOf(points.length, (i) => 1000 * points[i].at, (i) => up(points[i]), even ? Math.max(4, 500 / columns.length) : 4);
}

// Where a step, and a row of many, lies in a lane.
/** @type {(frame: Frame, state: State | null, at: { time?: number }, y?: Range) => { x?: Range, y?: Range } | null} */
function stepAt(frame, state, { time }, y) {
  const T = frame.sizes.time, axis = timeAxis(T, state);
  if (time === undefined || time < axis.from || time > axis.to) return y ? { y } : null;
  return { x: [axis.across(time / T), axis.across((time + 1) / T)], ...(y ? { y } : {}) };
}
/** @typedef {import("../types.js").Reading} Reading */
// Recorded value and difference, where an edited sample is shown.
/** @type {(now: number, then: number, text: (v: number) => string, unit?: string) => Reading["rows"]} */
const compared = (now, then, text, unit) => (Number.isFinite(then) ? [["recorded", text(then), unit], ["difference", `${now > then ? "+" : ""}${text(now - then)}`, unit]] : []);
/** @param {number} v */
const four = (v) => short(v, 4);

/** @param {Frame} frame @param {number} m */
function signalLane(frame, m) {
  const { name: title, unit, features, rate_hz, irregular, static: constant, display, tokens } = frame.modalities[m];
  const F = features.length, asMap = F > 10 || (F > 1 && display.kind !== "lines"), even = !frame.has(`signal_at_${m}`);
  // of sound the first feature is the lowest
  const featureOf = (/** @type {number} */ row) => (asMap && display.kind === "audio" ? F - 1 - row : row);
  const label = `${title}: input signal, ${F} features${unit ? `, in ${unit}` : ""}`;
  const top = h("span"), bottom = h("span"), absent = h("span", { class: "mmv-absent", hidden: "" }, "absent: not recorded for this sample");
  const lines = features.map((_, f) => s("path", { class: "mmv-line", "data-f": f % 8, "stroke-dasharray": DASHES[f % 8] }));
  const ghosts = features.map(() => s("path", { class: "mmv-recorded-line" }));
  const canvas = asMap ? h("canvas", { role: "img", "aria-label": label }) : null, zero = s("path", { class: "mmv-rule" }), map = canvas ?? plot(label, zero, ...ghosts, ...lines), colours = h("div", { class: "mmv-faint" });
  const box = h("div", { class: `mmv-plot mmv-signal${asMap ? " mmv-map" : ""}`, "data-m": m % 8 }, map, absent);
  const gutter = h("div", { class: "mmv-gutter", "data-m": m % 8 },
    laneName(frame, m),
    h("div", { class: "mmv-faint mmv-unit" }, constant ? `static${unit && " · "}` : rate_hz === null ? "" : `${irregular ? "≈ " : ""}${Number(rate_hz.toPrecision(irregular ? 2 : 4))} Hz${irregular ? ", irregular" : ""}${unit && " · "}`, name(unit)),
    asMap ? colours : h("div", { class: "mmv-faint" }, legend(features, (f, on) => lines[f].classList.toggle("mmv-off", !on))),
    h("div", { class: `mmv-range${asMap ? " mmv-range-names" : ""}`, "aria-hidden": "true" }, top, bottom));
  /** @type {string[]} */
  const drawn = [], /** @type {string[]} */ faded = [];
  /** what the lines and the map are drawn from @type {Numbers[]} */
  let sources = [];
  /** @type {State | null} */
  let last = null;
  /** @type {Column[]} */
  let columns = [];
  /** @type {Range} */
  let reach = [0, 0];
  /** @type {HTMLElement[]} */
  let blocks = [];
  let hatched = "";
  // the column at a share of the whole axis
  /** @param {number} u */
  const columnAt = (u) => columns.reduce((best, one, i) => (one.from <= u + 1e-9 ? i : best), 0);
  readable(box, {
    label,
    grid: () => [columns.length, F],
    start: () => [columnAt(((last?.time ?? 0) + 0.5) / frame.sizes.time), 0],
    cellAt(x, y) {
      const i = columnAt(timeAxis(frame.sizes.time, last).share(x)), one = columns[i];
      if (asMap || !one || one.frame < 0 || !last) return [i, cellOf(y, F)];
      // the nearest line
      const heights = features.map((_, f) => Math.abs(heightOf(frame.part(`signal_${m}`, last?.sample ?? 0)[one.frame * F + f], reach) / 100 - y));
      return [i, heights.reduce((best, h, f) => (h < (heights[best] ?? Infinity) || !Number.isFinite(heights[best]) ? f : best), 0)];
    },
    read(i, row) {
      const f = featureOf(row), one = columns[i];
      if (!last || !one || one.frame < 0) return null;
      const { sample } = last, at = one.frame * F + f, v = frame.part(`signal_${m}`, sample)[at], T = frame.sizes.time, axis = timeAxis(T, last);
      const then = frame.edited() && frame.recorded.part(`signal_valid_${m}`, sample)[one.frame] ? frame.recorded.part(`signal_${m}`, sample)[at] : NaN;
      const seconds = frame.duration_s[sample], middle = even ? (one.from + one.to) / 2 : one.at;
      return {
        title: features[f], modality: m, at: { modality: m, time: Math.min(T - 1, Math.max(0, Math.ceil(one.to * T - 1e-9) - 1)) },
        rows: [...(tokens && editedWords(frame, m, sample).words?.[one.frame] ? [/** @type {[string, string]} */ (["word", editedWords(frame, m, sample).words?.[one.frame] ?? ""])] : []), ["value", four(v), unit], seconds === null ? ["frame", String(one.frame + 1)] : ["time", `${fixed(frame.start_s[sample] + (even ? one.to : one.at) * seconds, 3)}`, "s"], ...compared(v, then, four, unit)],
        place: [axis.across(middle), asMap ? (row + 0.5) / F : Number.isFinite(v) ? heightOf(v, reach) / 100 : 0.5],
      };
    },
    placeOf: (i) => [timeAxis(frame.sizes.time, last).across(((columns[i]?.from ?? 0) + (columns[i]?.to ?? 0)) / 2), 0.5],
    locate: (at) => stepAt(frame, last, at),
  });
  /** @param {State} state */
  function draw(state) {
    const { sample } = state, axis = timeAxis(frame.sizes.time, state);
    last = state;
    stretchTo(map, frame.sizes.time, state);
    const { now, then } = shownFrames(frame, m, sample), { values } = now, before = then && !asMap ? columnsOf(frame.recorded, m, sample) : null;
    const next = [values, now.valid, ...(even ? [] : [frame.part(`signal_at_${m}`, sample), frame.part(`signal_until_${m}`, sample)]), ...(then && before ? [then.values, then.valid] : [])];
    const other = next.length !== sources.length || next.some((one, i) => differ(one, sources[i])), [low, high] = reach;
    if (other) [sources, columns] = [next, columnsOf(frame, m, sample)];
    const range = joint([...frame.compared.map((one) => extent(one.part(`signal_${m}`, sample), one === frame ? columns : columnsOf(one, m, sample), F)), ...(then && before ? [extent(then.values, before, F)] : [])]);
    reach = range;
    // an edit of another modality leaves the lines and the map as they are
    const same = !other && range[0] === low && range[1] === high;
    put(absent, "hidden", columns.some((one) => one.frame >= 0));
    write(absent, now.valid.some(Boolean) ? "recorded without any value" : frame.recorded.part(`signal_valid_${m}`, sample).some(Boolean)
      ? "masked: removed from the model's input" : "absent: not recorded for this sample");
    const limits = absent.hidden ? ends(...range) : ["", ""];
    // of a map the axis is the features, and the range that of the colours
    const [lowest, highest] = absent.hidden && asMap ? [features[featureOf(F - 1)], features[featureOf(0)]] : limits;
    write(bottom, lowest);
    write(top, highest);
    if (canvas) {
      write(colours, `${F} features${absent.hidden ? `; colours ${limits.join(" to ")}` : ""}`);
      if (same) return;
      const scale = range[1] > range[0] ? 255 / (range[1] - range[0]) : 0;
      const shown = rasterOf(columns, even);
      paint(canvas, shown.length, F, (x, y) => {
        const v = shown[x] < 0 ? NaN : values[shown[x] * F + featureOf(y)];
        return Number.isFinite(v) ? Math.round((v - range[0]) * scale) : -1;
      });
      return;
    }
    const found = gapsOf(columns), key = JSON.stringify([found, axis.from, axis.to]);
    if (key !== hatched) {
      hatched = key;
      for (const block of blocks) block.remove();
      map.before(...(blocks = gaps(found, axis)));
    }
    if (same) return;
    const level = absent.hidden && range[0] < 0 && range[1] > 0 ? `M0 ${heightOf(0, range).toFixed(2)}H1000` : "";
    if (zero.getAttribute("d") !== level) zero.setAttribute("d", level);
    lines.forEach((line, f) => {
      const path = linePath(values, columns, F, f, range, even);
      if (drawn[f] !== path) line.setAttribute("d", (drawn[f] = path));
      const ghost = then && before ? linePath(then.values, before, F, f, range, even) : "";
      if ((faded[f] ?? "") !== ghost) ghosts[f].setAttribute("d", (faded[f] = ghost));
    });
  }
  return { gutter, box, draw };
}

/** @param {Frame} frame @param {number} m */
function stateLane(frame, m) {
  const { time: T, channel: C } = frame.sizes;
  const canvas = h("canvas", { role: "img", "aria-label": `${frame.modalities[m].name}: hidden state` }), count = h("div", { class: "mmv-faint" }), absent = h("span", { class: "mmv-absent", hidden: "" }, "no scan in this layer");
  let rows = C;
  const line = h("div", { class: "mmv-row", "aria-hidden": "true" }), lastRow = h("span");
  /** @type {State | null} */
  let last = null;
  const box = h("div", { class: "mmv-plot mmv-state mmv-map" }, canvas, line, absent);
  const gutter = h("div", { class: "mmv-gutter" }, h("div", { class: "mmv-faint" }, "hidden state"), count,
    h("div", { class: "mmv-channel-rows", "aria-hidden": "true", title: "rows of the map, longest half-life first" }, h("span", {}, "row 1"), lastRow));
  readable(box, {
    label: `${frame.modalities[m].name}: hidden state, channels over steps`,
    grid: () => [T, rows],
    start: () => [last?.time ?? 0, last?.channel ?? 0],
    cellAt: (x, y) => [cellOf(timeAxis(T, last).share(x), T), cellOf(y, rows)],
    placeOf: (t, c) => [timeAxis(T, last).across((t + 0.5) / T), (c + 0.5) / rows],
    locate: (at) => stepAt(frame, last, at, at.channel !== undefined && at.channel < rows && (at.modality ?? m) === m ? [at.channel / rows, (at.channel + 1) / rows] : undefined),
    read(t, c) {
      if (!last || !rows) return null;
      const { sample, epoch, layer } = last, scale = colourScale(frame, last, STATES), index = frame.has("channel_index") ? frame.part("channel_index", layer)[m * C + c] : c;
      const at = { modality: m, channel: c, time: t }, place = /** @type {Reading["rows"]} */ ([["row", String(c + 1)], ["at", brief(frame, sample, t)]]);
      if (!frame.part("state_valid", sample, m)[t]) return { title: `channel ${index}`, modality: m, at, rows: [[frame.state_name, "no data"], ...place] };
      const level = frame.part("state", epoch, sample, layer, m)[c * T + t], v = scale.value(level);
      const then = frame.edited() && frame.replaced("state") && frame.recorded.part("state_valid", sample, m)[t] ? scale.value(frame.recorded.part("state", epoch, sample, layer, m)[c * T + t]) : NaN;
      return { title: `channel ${index}`, modality: m, at, rows: [[frame.state_name, `${level === 255 ? "≥ " : ""}${short(v)}`, frame.state_unit], ...place, ...compared(v, then, short, frame.state_unit)] };
    },
  });
  /** @param {State} selection */
  function draw(selection) {
    last = selection;
    const { sample, epoch, layer } = selection, scale = colourScale(frame, selection, STATES);
    stretchTo(canvas, T, selection);
    const valid = frame.part("state_valid", sample, m), state = frame.part("state", epoch, sample, layer, m);
    rows = rowCount(frame, layer, m);
    const tables = Array.from({ length: rows }, (_, c) => scale.perRow ? scale.tableOfRow(largest(state.subarray(c * T, (c + 1) * T).map((v, t) => (valid[t] ? v : 0)))) : scale.table);
    paint(canvas, T, rows, (t, c) => (valid[t] ? tables[c][state[c * T + t]] : -1));
    write(lastRow, rows > 1 ? `row ${rows}` : "");
    mark(canvas, "aria-label", `${frame.modalities[m].name}: hidden state, ${rows} channels over ${T} steps`);
    write(count, rows ? `${rows} channels` : "");
    put(absent, "hidden", rows > 0);
    choose(selection);
  }
  /** @param {State} selection */
  const choose = (selection) => {
    const { channel } = selection;
    last = selection;
    put(line, "hidden", channel >= rows);
    line.style.top = `${(100 * channel) / rows}%`;
    line.style.height = `${100 / rows}%`;
  };
  // the row at a share of the height
  /** @param {number} down */
  const rowAt = (down) => Math.min(rows - 1, Math.floor(down * rows));
  return { gutter, box, draw, choose, rowAt };
}

// Signed shares of one modality in the prediction at the cursor.
/** @param {Frame} frame @param {number} m */
function attributionLane(frame, m) {
  const bars = barsDrawing(), label = `${frame.modalities[m].name}: signed shares of its steps in the prediction at the cursor`, T = frame.sizes.time;
  /** @type {State | null} */
  let last = null;
  const box = h("div", { class: "mmv-plot mmv-lane-bars" }, plot(label, ...bars.nodes));
  const gutter = h("div", { class: "mmv-gutter" }, h("div", { class: "mmv-faint", title: `${frame.attribution.name}: bars up (red) raise the prediction, bars down (blue) lower it` }, "attribution ±"));
  readable(box, {
    label,
    grid: () => [last ? sourcesOfPrediction(frame, last.sample, last.time).count : 0, 1],
    cellAt(x) {
      if (!last) return [0, -1];
      const { from, count } = sourcesOfPrediction(frame, last.sample, last.time), t = timeAxis(T, last).share(x) * T;
      return [Array.from({ length: count }, (_, i) => i).reduce((best, i) => (from(i) <= t ? i : best), 0), 0];
    },
    placeOf: (i) => {
      const { from, to } = sourcesOfPrediction(frame, last?.sample ?? 0, last?.time ?? 0);
      return [timeAxis(T, last).across((from(i) + to(i) + 1) / 2 / T), 0.5];
    },
    start: () => [last && !frame.has("attribution_prefix") ? last.time : 0, 0],
    locate: (at) => stepAt(frame, last, at),
    read(i) {
      if (!last) return null;
      const { values, count, from, to } = sourcesOfPrediction(frame, last.sample, last.time), v = values[m * count + i];
      const edited = frame.edited() && frame.replaced("attribution") ? sourcesOfPrediction(frame.recorded, last.sample, last.time).values[m * count + i] : NaN;
      return { title: frame.attribution.name, modality: m, at: { modality: m, time: to(i) }, rows: [["share", signedShort(v), frame.attribution.quantity.length < 24 ? frame.attribution.quantity : ""], ["at", stretch(frame, last.sample, [from(i), to(i)])], ...compared(v, edited, four)] };
    },
  });
  /** @param {State} state */
  function draw(state) {
    const { sample, time } = state, svg = /** @type {Element} */ (box.firstElementChild);
    last = state;
    stretchTo(svg, T, state);
    // an edited sample without shares of its own: those of the recorded sample would not belong to what is shown
    const without = (frame.edited() !== null && !frame.replaced("attribution")) || frame.lacks("attribution", sample);
    for (const node of [box, gutter]) put(node, "hidden", without);
    if (!box.hidden) bars.draw(frame, sourcesOfPrediction(frame, sample, time), m);
  }
  return { gutter, box, draw };
}

/** @param {number} v */
const signedShort = (v) => (v > 0 ? `+${four(v)}` : four(v));

// Controls of the part of the time axis that is shown, in every view.
/** @param {Frame} frame @param {() => { time: number, zoom?: Range | null }} now @param {Pick} pick */
function buildZoom(frame, now, pick) {
  const T = frame.sizes.time;
  /** @param {number} factor */
  const by = (factor) => {
    const { time, zoom } = now(), [from, to] = zoom ?? [0, T - 1];
    pick({ zoom: zoomed(T, zoom, { factor, around: time >= from && time <= to && to > from ? (time - from) / (to - from) : 0.5 }) });
  };
  /** @param {number} move */
  const pan = (move) => now().zoom && pick({ zoom: zoomed(T, now().zoom, { move }) });
  const closer = button("+", () => by(1.6), { "aria-label": "Zoom in on time" }), wider = button("−", () => by(1 / 1.6), { "aria-label": "Zoom out" });
  const fit = button("fit", () => pick({ zoom: null }), { "aria-label": "Fit the whole sequence" });
  const node = h("div", { class: "mmv-zoom", role: "group", "aria-label": "Zoom on time", title: "Ctrl and wheel, or two fingers: zoom; Shift and wheel: move. Keys + − 0, < >" }, h("span", { class: "mmv-faint" }, "Zoom"), closer, wider, fit);
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.key === "+" || event.key === "=") by(1.6);
    if (event.key === "-") by(1 / 1.6);
    if (event.key === "0") pick({ zoom: null });
    if (event.key === "<" || event.key === ",") pan(-0.25);
    if (event.key === ">" || event.key === ".") pan(0.25);
  };
  /** @param {State} state */
  const draw = ({ zoom }) => {
    put(fit, "disabled", !zoom);
    put(wider, "disabled", !zoom);
    put(closer, "disabled", T <= 4 || Boolean(zoom && zoom[1] - zoom[0] < 4));
  };
  return { node, draw, key };
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
    write(label, state.brush ? stretch(frame, state.sample, state.brush) : "all");
    put(clear, "disabled", !state.brush);
  };
  return { node, draw, key };
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, state, pick) {
  const T = frame.sizes.time;
  /** @type {{ time: number, brush: Range | null, zoom?: Range | null }} */
  let shown = { time: state?.time ?? 0, brush: state?.brush ?? null, zoom: state?.zoom ?? null };
  const signals = frame.modalities.map((_, m) => signalLane(frame, m));
  const states = frame.has("state") ? frame.modalities.map((_, m) => stateLane(frame, m)) : [];
  const shares = frame.has("attribution") ? frame.modalities.map((_, m) => attributionLane(frame, m)) : [];
  const rows = signals.map((signal, m) => h("div", { class: "mmv-lane" }, ...[signal, ...states.slice(m, m + 1), ...shares.slice(m, m + 1)].flatMap(({ gutter, box }) => [gutter, box])));
  const tag = h("span", { class: "mmv-tag" }), cursor = h("div", { class: "mmv-cursor" }, tag);
  const veil = [h("div", { class: "mmv-veil" }), h("div", { class: "mmv-veil" })];
  const over = h("div", { class: "mmv-over", "aria-hidden": "true" }, ...veil, cursor), stage = h("div", { class: "mmv-stage", "data-plots": "" }, ...rows, over);
  const axis = h("div", { class: "mmv-axis", "aria-hidden": "true" });
  const range = h("input", { type: "range", min: 0, max: T - 1, step: 1, class: "mmv-time", "aria-label": "Time cursor" });
  const unit = h("span", { class: "mmv-faint" }), key = frame.has("state") ? colourKey(frame.state_name) : null, colours = key && colourControls(frame, pick);
  const brush = buildBrush(frame, () => shown, pick), zoom = buildZoom(frame, () => shown, pick);
  const foot = h("div", { class: "mmv-foot" }, h("label", { class: "mmv-gutter" }, "Time ", unit),
    h("div", { class: "mmv-scrub" }, axis, range), h("span"), h("div", { class: "mmv-under" }, brush.node, zoom.node, ...(key && colours ? [colours.node, key.node] : [])));
  root.append(stage, foot, ...(frame.missing_scans && !frame.has("state") ? [faint(name(frame.missing_scans))] : []));
  root.style.setProperty("--steps", String(T));
  range.addEventListener("input", () => pick({ time: Number(range.value) }));
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      brush.key(event);
      zoom.key(event);
    }
  });
  onZoom(stage, over, T, () => shown, pick);
  let began = 0;
  onDrag(stage, over, (x, _y, event, first) => {
    const time = Math.min(T - 1, Math.max(0, Math.ceil(timeAxis(T, shown).share(x) * T - 1e-9) - 1));
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
  let marked = "";
  /** @type {State | null} */
  let last = null;
  return (selection) => {
    shown = last = selection;
    const { sample, time } = selection, [a, b] = span(frame, selection), part = timeAxis(T, selection);
    if (changed(selection, "sample", "zoom")) {
      signals.forEach((lane) => lane.draw(selection));
      write(unit, timeName(frame, selection) === "step" ? "in steps" : "in seconds");
      const ticks = timeTicks(frame, selection).map(({ at, text }) => ({ at: part.across(at), text })), marks = JSON.stringify(ticks);
      if (marks !== marked) axis.replaceChildren(...ticks.map(({ at, text }) => {
        const tick = h("span", {}, text);
        tick.style.setProperty("--at", String(at));
        return tick;
      }));
      marked = marks;
      put(range, "min", String(part.from));
      put(range, "max", String(part.to));
      root.style.setProperty("--steps", String(part.to + 1 - part.from));
      zoom.draw(selection);
    }
    if (changed(selection, "sample", "epoch", "layer", "layer_of_a", "zoom", "colours")) states.forEach((lane) => lane.draw(selection));
    if (changed(selection, "sample", "time", "zoom")) shares.forEach((lane) => lane.draw(selection));
    if (changed(selection, "channel")) states.forEach((lane) => lane.choose(selection));
    if (key && changed(selection, "layer", "layer_of_a", "colours")) {
      key.draw(colourScale(frame, selection, STATES), frame.state_unit);
      colours?.draw(selection);
    }
    if (changed(selection, "brush", "sample", "zoom")) {
      const [from, to] = [a / T, (b + 1) / T].map((u) => Math.min(1, Math.max(0, part.across(u))));
      veil[0].style.width = `${100 * from}%`;
      veil[1].style.width = `${100 * (1 - to)}%`;
      brush.draw(selection);
    }
    put(range, "value", String(time));
    mark(range, "aria-valuetext", moment(frame, sample, time));
    const at = part.across((time + 1) / T);
    put(cursor, "hidden", at < 0 || at > 1 + 1e-9);
    cursor.style.setProperty("--at", String(at));
    write(tag, moment(frame, sample, time));
  };
}

register({
  name: "lanes",
  section: "sample",
  place: "main",
  order: 10,
  needs: ["prediction"],
  early: true,
  mount,
});
