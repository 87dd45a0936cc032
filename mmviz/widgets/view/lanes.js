// The left column: every modality's input above its coupled state, on one time axis with one cursor.
const CIVIDIS = "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838".split(" ");
const RGB = CIVIDIS.map((c) => [0, 2, 4].map((k) => parseInt(c.slice(k, k + 2), 16)));
const PALETTE = Uint8ClampedArray.from({ length: 768 }, (_, i) => {
  const f = ((i / 3) | 0) / 255 * 9, k = Math.min(8, f | 0);
  return RGB[k][i % 3] * (1 - f + k) + RGB[k + 1][i % 3] * (f - k);
});

// Paint a map of columns x rows; level(column, row) is 0..255, or -1 for nothing.
function paint(canvas, columns, rows, level) {
  canvas.width = Math.max(1, columns);
  canvas.height = Math.max(1, rows);
  if (!columns || !rows) return;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (let y = 0, p = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, p += 4) {
      const v = level(x, y);
      if (v < 0) continue;
      for (let c = 0; c < 3; c++) image.data[p + c] = PALETTE[3 * v + c];
      image.data[p + 3] = 255;
    }
  context.putImageData(image, 0, 0);
}

function extent(values, columns, features) {
  let low = Infinity, high = -Infinity;
  for (const frame of columns)
    for (let f = 0; frame >= 0 && f < features; f++) {
      const v = values[frame * features + f];
      if (v < low) low = v;
      if (v > high) high = v;
    }
  return low <= high ? [low, high] : [0, 0];
}

// Hatched blocks over the runs of columns that hold no frame.
function gaps(columns) {
  const runs = [];
  columns.forEach((c, i) => {
    if (c >= 0) return;
    const last = runs[runs.length - 1];
    if (last && last[1] === i) last[1] = i + 1;
    else runs.push([i, i + 1]);
  });
  return runs.map(([from, to]) => {
    const block = h("div", { class: "mmv-padding" });
    block.style.left = `${(100 * from) / columns.length}%`;
    block.style.width = `${(100 * (to - from)) / columns.length}%`;
    return block;
  });
}

function linePath(values, columns, features, f, [low, high]) {
  const scale = high > low ? 92 / (high - low) : 0;
  let path = "", pen = "M";
  columns.forEach((frame, i) => {
    const v = frame < 0 ? NaN : values[frame * features + f];
    if (!Number.isFinite(v)) return void (pen = "M");
    const y = scale ? 96 - (v - low) * scale : 50;
    path += `${pen}${(((i + 0.5) / columns.length) * 1000).toFixed(1)} ${y.toFixed(2)}`;
    pen = "L";
  });
  return path;
}

function legend(features) {
  const keys = features.map((text, f) =>
    h("span", { class: "mmv-key" },
      s("svg", { viewBox: "0 0 18 6", "aria-hidden": "true" },
        s("path", { d: "M0 3H18", class: "mmv-line", "data-f": f, "stroke-dasharray": DASHES[f] })),
      name(text)));
  return h("div", { class: "mmv-legend", ...(features.length > 4 ? { "data-many": "" } : {}) }, ...keys);
}

function signalLane(frame, m) {
  const { name: title, unit, features } = frame.modalities[m];
  const F = features.length, asMap = F > 8;
  const label = `${title}: input signal, ${F} features${unit ? `, in ${unit}` : ""}`;
  const top = h("span"), bottom = h("span"), middle = h("span", {}, name(unit)), absent = h("span", { class: "mmv-absent", hidden: "" }, "absent: not recorded for this sample");
  const lines = features.map((_, f) => s("path", { class: "mmv-line", "data-f": f % 8, "stroke-dasharray": DASHES[f % 8] }));
  const map = asMap ? h("canvas", { role: "img", "aria-label": label }) : plot(label, ...lines);
  const box = h("div", { class: `mmv-plot mmv-signal${asMap ? " mmv-map" : ""}` }, map);
  const gutter = h("div", { class: "mmv-gutter" },
    h("div", { class: "mmv-name" }, glyph(m), name(title)),
    h("div", { class: "mmv-faint" }, asMap ? `${F} features` : legend(features)),
    h("div", { class: "mmv-range", "aria-hidden": "true" }, top, middle, bottom));
  function draw({ sample }) {
    const columns = columnsOf(frame.part(`signal_valid_${m}`, sample), frame.align, frame.sizes.time);
    const values = frame.part(`signal_${m}`, sample), range = extent(values, columns, F);
    absent.hidden = columns.some((c) => c >= 0);
    const ends = absent.hidden ? range.map((v) => String(Number(v.toPrecision(2))).replace("-", "−")) : ["", ""];
    [bottom.textContent, top.textContent] = ends;
    if (asMap) {
      box.replaceChildren(map, absent);
      const scale = range[1] > range[0] ? 255 / (range[1] - range[0]) : 0;
      paint(map, columns.length, F, (x, y) => {
        const v = columns[x] < 0 ? NaN : values[columns[x] * F + y];
        return Number.isFinite(v) ? Math.round((v - range[0]) * scale) : -1;
      });
      return;
    }
    box.replaceChildren(map, ...gaps(columns), absent);
    lines.forEach((line, f) => line.setAttribute("d", linePath(values, columns, F, f, range)));
  }
  return { gutter, box, draw };
}

function stateLane(frame, m) {
  const { time: T, channel: C } = frame.extents;
  const label = `${frame.modalities[m].name}: coupled state, ${C} channels over ${T} steps`;
  const canvas = h("canvas", { role: "img", "aria-label": label });
  const box = h("div", { class: "mmv-plot mmv-state mmv-map" }, canvas);
  const gutter = h("div", { class: "mmv-gutter" },
    h("div", { class: "mmv-faint" }, "coupled state"), h("div", { class: "mmv-faint" }, `${C} channels`));
  function draw({ sample, epoch, layer }) {
    const valid = frame.part("state_valid", sample, m), state = frame.part("state", epoch, sample, layer, m);
    paint(canvas, T, C, (t, c) => (valid[t] ? state[t * C + c] : -1));
  }
  return { gutter, box, draw };
}

// Round numbers for the axis, at most seven of them.
function ticks(length) {
  const rough = length / 6, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((k) => k * power >= rough) * power;
  return Array.from({ length: Math.floor(length / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

function colourKey(frame) {
  const bar = h("canvas", { "aria-hidden": "true" }), end = h("span");
  paint(bar, 256, 1, (x) => x);
  const node = h("div", { class: "mmv-colour" }, h("span", {}, frame.state_name), h("span", {}, "0"), bar, end);
  const draw = ({ layer }) => {
    const unit = frame.state_unit && frame.state_unit !== "1" ? ` ${frame.state_unit}` : "";
    end.textContent = `≥ ${Number(frame.scale[layer].toPrecision(3))}${unit}`;
  };
  return { node, draw };
}

function buildLanes(frame, pick) {
  const T = frame.sizes.time, rows = [], signals = [], states = [];
  frame.modalities.forEach((_, m) => {
    const signal = signalLane(frame, m), state = stateLane(frame, m);
    signals.push(signal);
    states.push(state);
    rows.push(h("div", { class: "mmv-lane" }, signal.gutter, signal.box, state.gutter, state.box));
  });
  const tag = h("span", { class: "mmv-tag" }), cursor = h("div", { class: "mmv-cursor" }, tag);
  const stage = h("div", { class: "mmv-stage" }, ...rows, h("div", { class: "mmv-over", "aria-hidden": "true" }, cursor));
  const axis = h("div", { class: "mmv-axis", "aria-hidden": "true" });
  const range = h("input", { type: "range", min: 0, max: T - 1, step: 1, class: "mmv-time", "aria-label": "Time cursor" });
  const unit = h("span", { class: "mmv-faint" }), key = colourKey(frame);
  const foot = h("div", { class: "mmv-foot" }, h("label", { class: "mmv-gutter" }, "Time ", unit),
    h("div", { class: "mmv-scrub" }, axis, range), h("span"), key.node);
  const node = h("div", { class: "mmv-lanes" }, stage, foot);
  node.style.setProperty("--steps", T);
  range.addEventListener("input", () => pick({ time: Number(range.value) }));
  onDrag(stage, cursor.parentNode, (x) => pick({ time: Math.min(T - 1, Math.max(0, Math.ceil(x * T) - 1)) }), range);

  function draw(selection, changed) {
    const { sample, time } = selection;
    if (changed("sample")) {
      signals.forEach((lane) => lane.draw(selection));
      const seconds = frame.duration_s[sample], length = seconds ?? T;
      unit.textContent = seconds === null ? "in steps" : "in seconds";
      axis.replaceChildren(...ticks(length).map((v) => {
        const tick = h("span", {}, String(v));
        tick.style.setProperty("--at", v / length);
        return tick;
      }));
    }
    if (changed("sample", "epoch", "layer")) states.forEach((lane) => lane.draw(selection));
    if (changed("layer")) key.draw(selection);
    range.value = time;
    range.setAttribute("aria-valuetext", moment(frame, sample, time));
    cursor.style.setProperty("--at", (time + 1) / T);
    tag.textContent = moment(frame, sample, time);
  }
  return { node, draw };
}

// Press or drag on `area`: report the place across `ruler` (0..1) and hand the keyboard to `control`.
function onDrag(area, ruler, report, control) {
  const at = (event) => {
    const { left, width } = ruler.getBoundingClientRect();
    return (event.clientX - left) / width;
  };
  let held = null;
  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || at(event) < 0) return;
    held = event.pointerId;
    area.setPointerCapture(held);
    event.preventDefault();
    control?.focus({ preventScroll: true });
    report(at(event));
  });
  area.addEventListener("pointermove", (event) => event.pointerId === held && report(at(event)));
  for (const end of ["pointerup", "pointercancel"]) area.addEventListener(end, () => (held = null));
}
