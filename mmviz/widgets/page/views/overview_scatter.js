// Scatter plot of the samples: dots are read, pinned and opened; a drawn outline, or a rectangle that arrow keys move, selects the samples inside.
import { scaleLinear } from "d3-scale";
import { h, s, heading, faint, choice, button, hint } from "../dom.js";
import { short } from "../format.js";
import { rangeOf } from "../chart.js";
import { register } from "../registry.js";
import { samplesOf } from "../sample_set.js";
import { colourChoice } from "../sample_colours.js";
import { dotPicker, drawDots } from "../dots.js";
import { readable } from "../readout.js";
import { axisLabels } from "../number_axis.js";
import { inPolygon } from "../lasso.js";
import { latest, outlineOf, scatterOf } from "../scatter_selection.js";
/** @import { Lasso, Scatter } from "../types.js" */

const EDGE = 10, RADIUS = 3, CLICK = 5, STEP = 0.05;

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const samples = samplesOf(frame), { quantities, chosen } = samples, M = frame.modalities.length;
  const titles = quantities.map((one) => one.title);
  /** what the selection holds */
  let scatter = scatterOf({});
  // of two runs, the outlines of run A are those of the selection
  const own = frame === frame.compared[0], axisOf = (/** @type {"across" | "up"} */ key) => (/** @type {number} */ i) => change({ [key]: quantities[i].key });
  const across = choice("Across", titles, axisOf("across")), up = choice("Up", titles, axisOf("up")), colour = colourChoice(frame, samples, pick);
  const first = titles.findIndex((title) => title.startsWith("φ "));
  const usual = { across: frame.task === "regression" && frame.labelled ? 0 : first, up: frame.task === "regression" && frame.labelled ? 2 : M > 1 ? first + 1 : 0 };
  /** @param {Partial<Scatter>} part */
  function change(part) {
    follow({ ...scatter, ...part });
    pick({ scatter });
  }
  const canvas = h("canvas", { role: "img", "aria-label": "Scatter of the samples" }), outline = s("path", { class: "mmv-lasso" }), drawing = s("svg", { "aria-hidden": "true" }, outline), ring = h("span", { class: "mmv-ring", "aria-hidden": "true" });
  const lines = [s("line", { class: "mmv-zero" }), s("line", { class: "mmv-zero" })];
  drawing.prepend(...lines);
  const box = h("div", { class: "mmv-plot mmv-samples-plot" }, canvas, drawing, ring);
  const area = button("rectangle by keyboard", () => place(null), { class: "mmv-rectangle", "aria-label": "Rectangle of the scatter plot. Arrow keys move it, with Shift they resize it; Enter selects the samples inside, Escape selects all." });
  const x = axisLabels(), y = axisLabels(true), xTitle = h("div", { class: "mmv-field-title" }), yTitle = h("div", { class: "mmv-subtitle" }), legend = h("div"), said = h("p", { class: "mmv-pointed mmv-small", role: "status" });
  const clear = button("show all samples", () => chosen.set([])), blank = faint("");
  root.append(heading("Samples: scatter plot"), h("div", { class: "mmv-inline" }, across.node, up.node, colour.node, area, clear), legend,
    h("div", { class: "mmv-field" }, yTitle, y.node, box, x.node, xTitle), said,
    faint(hint(`Drag around dots to select their samples, here and in the other overview views; press a dot to open its sample and to pin its values. By keyboard: arrow keys go from dot to dot across the plot, Enter pins, O opens; "rectangle by keyboard" selects.`), ...(frame.labelled && frame.task === "classification" ? [" Hollow: misclassified."] : [])), blank);

  let xs = new Float32Array(samples.count), ys = new Float32Array(samples.count), sample = -1, picker = dotPicker(samples, xs, ys), read = -1;
  /** @type {[number, number, number, number] | null} left, top, width, height as fractions of the box */
  let rectangle = null;
  /** @type {[number, number][]} */
  let path = [];
  /** @type {(one: Lasso, text: string) => import("../sample_set.js").Filter} */
  function filterOf(one, text) {
    const [qx, qy] = [one.across, one.up].map((key) => quantities.find((q) => q.key === key)), test = (/** @type {number} */ i) => Boolean(qx && qy && inPolygon(one.points, qx.of(i), qy.of(i)));
    const number = chosen.inside.reduce((sum, inside, i) => sum + (inside && test(i) ? 1 : 0), 0);
    return { text: `${text}: ${number} samples`, test, lasso: one };
  }
  const held = () => latest(chosen.filters().flatMap((one) => one.lasso ?? []), frame.scatter_limits.lassos);
  // axes and outlines as the selection has them
  /** @param {Scatter} next @returns {boolean} whether the axes have changed */
  function follow(next) {
    scatter = next;
    const places = /** @type {const} */ (["across", "up"]).map((key) => String(Math.max(-1, quantities.findIndex((q) => q.key === next[key])))).map((v, k) => (v === "-1" ? String(usual[k ? "up" : "across"]) : v));
    const changed = across.select.value !== places[0] || up.select.value !== places[1] || !placed;
    [across.select.value, up.select.value] = places;
    placed = true;
    if (own && JSON.stringify(held()) !== JSON.stringify(next.lassos)) {
      following = true;
      chosen.set(chosen.filters().filter((one) => !one.lasso));
      for (const one of next.lassos) chosen.add(filterOf(one, "lasso"));
      following = false;
    }
    if (changed) lay();
    return changed;
  }
  let placed = false, following = false;
  const quantity = (/** @type {{ select: HTMLSelectElement }} */ one) => quantities[Number(one.select.value)];
  /** @type {(q: import("../sample_set.js").Quantity) => [number, number]} of all compared runs */
  const ends = (q) => rangeOf(frame.compared.filter((one) => one.has("listed_phi")).map((one) => {
    const other = samplesOf(one), same = other.quantities.find(({ title }) => title === q.title);
    return same ? Array.from({ length: other.count }, (_, i) => same.of(i)) : [];
  }));
  const named = (/** @type {import("../sample_set.js").Quantity} */ q) => (q.unit ? `${q.title}, ${q.unit}` : q.title);
  let scales = { x: scaleLinear(), y: scaleLinear() };
  function lay() {
    const width = box.clientWidth, height = box.clientHeight, [qx, qy] = [quantity(across), quantity(up)];
    // out of sight the panel has its height already
    xTitle.textContent = `${named(qx)} →`;
    yTitle.textContent = `↑ ${named(qy)}`;
    if (!width || !height) return;
    scales = { x: scaleLinear(ends(qx), [EDGE, width - EDGE]), y: scaleLinear(ends(qy), [height - EDGE, EDGE]) };
    for (let i = 0; i < samples.count; i++) [xs[i], ys[i]] = [scales.x(qx.of(i)), scales.y(qy.of(i))];
    x.draw(scales.x, width);
    y.draw(scales.y, height);
    // zero, where it lies inside
    [[scales.x, "x", width], [scales.y, "y", height]].forEach(([scale, axis, length], k) => {
      const at = /** @type {import("d3-scale").ScaleLinear<number, number>} */ (scale)(0), other = axis === "x" ? "y" : "x";
      lines[k].style.display = at > EDGE && at < Number(length) - EDGE ? "" : "none";
      for (const end of [1, 2]) {
        lines[k].setAttribute(`${axis}${end}`, String(at));
        lines[k].setAttribute(`${other}${end}`, end === 1 ? "0" : String(axis === "x" ? height : width));
      }
    });
    draw();
  }
  function draw() {
    const width = box.clientWidth, height = box.clientHeight, colouring = colour.colouring(), number = chosen.number();
    legend.replaceChildren(colouring.legend());
    clear.disabled = !chosen.filters().length;
    if (!width || !height) return;
    picker = dotPicker(samples, xs, ys);
    drawDots(canvas, { samples, colouring, xs, ys, radius: RADIUS, width, height });
    const missing = xs.reduce((sum, one, i) => sum + (Number.isFinite(one + ys[i]) ? 0 : 1), 0);
    blank.textContent = missing ? `${missing} of ${samples.count} have no value for one of the axes and no dot.` : "";
    canvas.setAttribute("aria-label", `Scatter of ${samples.count} samples, ${number} chosen: ${quantity(across).title} across, ${quantity(up).title} up`);
    mark();
  }
  // the ring around the selected sample
  function mark() {
    let k = -1;
    for (let i = 0; i < samples.count && k < 0; i++) if (sample >= 0 && samples.open(i) === sample) k = i;
    ring.hidden = k < 0 || !Number.isFinite(xs[k] + ys[k]);
    if (!ring.hidden) [ring.style.left, ring.style.top] = [`${xs[k]}px`, `${ys[k]}px`];
  }
  /** @param {[number, number][]} drawn in pixels @param {string} where */
  function select(drawn, where) {
    const [qx, qy] = [quantity(across), quantity(up)], one = filterOf({ across: qx.key, up: qy.key, points: outlineOf(drawn, ([a, b]) => [scales.x.invert(a), scales.y.invert(b)], frame.scatter_limits.points) }, where);
    const number = chosen.inside.reduce((sum, inside, i) => sum + (inside && one.test(i) ? 1 : 0), 0);
    if (number) chosen.add(one);
    said.textContent = number ? `${number} samples selected` : "no sample inside: the selection is unchanged";
  }
  /** @param {number} i */
  function open(i) {
    if (i >= 0 && samples.open(i) >= 0) pick({ sample: samples.open(i) });
    else if (i >= 0) said.textContent = samples.closed(i);
  }
  const at = (/** @type {PointerEvent} */ event) => {
    const { left, top } = box.getBoundingClientRect();
    return /** @type {[number, number]} */ ([event.clientX - left, event.clientY - top]);
  };
  const line = () => outline.setAttribute("d", path.length ? `M${path.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join("L")}Z` : "");
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    box.setPointerCapture(event.pointerId);
    path = [at(event)];
    rectangle = null;
  });
  box.addEventListener("pointermove", (event) => {
    if (!path.length) return;
    path.push(at(event));
    line();
  });
  box.addEventListener("pointerup", (event) => {
    const drawn = path, [a, b] = at(event);
    if (!drawn.length) return;
    path = [];
    line();
    if (!drawn.every(([c, d]) => Math.hypot(c - drawn[0][0], d - drawn[0][1]) < CLICK)) return select(drawn, "lasso");
    const k = picker.find(a, b);
    // a finger reads first: its second tap on a dot opens, as it pins
    if (k >= 0 && (event.pointerType !== "touch" || read === picker.order[k])) open(picker.order[k]);
  });
  box.addEventListener("pointercancel", () => {
    path = [];
    line();
  });
  readable(box, {
    label: "Scatter plot of the samples",
    grid: () => [Math.max(1, picker.order.length), 1],
    start: () => [Math.max(0, picker.order.findIndex((i) => samples.open(i) === sample && sample >= 0)), 0],
    cellAt: (x, y) => {
      const k = path.length > 1 ? -1 : picker.find(x * box.clientWidth, y * box.clientHeight);
      return k < 0 ? [-1, -1] : [k, 0];
    },
    placeOf: (k) => [xs[picker.order[k]] / (box.clientWidth || 1), ys[picker.order[k]] / (box.clientHeight || 1)],
    read(k) {
      const i = picker.order[k] ?? -1, [qx, qy] = [quantity(across), quantity(up)], coloured = colour.colouring();
      if (i < 0) return null;
      setTimeout(() => (read = i)); // after the tap that reads it
      const third = quantities.find((one) => one.title === coloured.title && one !== qx && one !== qy);
      return { title: samples.id[i], at: {}, rows: [...samples.rows(i), ...[qx, qy, ...(third ? [third] : [])].map((one) => /** @type {[string, string, string]} */ ([one.title, short(one.of(i)), one.unit])),
        ...(samples.open(i) < 0 ? /** @type {[string, string][]} */ ([["sample", "not recorded"]]) : [])] };
    },
  });
  box.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "o" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    open(read);
  });
  const KEYS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] });
  /** Draw the rectangle, moved or resized. @param {[number, number] | null} way @param {boolean} [resize] */
  function place(way, resize = false) {
    const [l, t, w, h2] = rectangle ?? [0.4, 0.4, 0.2, 0.2], limit = (/** @type {number} */ v, low = 0) => Math.min(1, Math.max(low, v)), [dx, dy] = way ?? [0, 0];
    rectangle = resize ? [l, t, limit(w + dx, STEP), limit(h2 + dy, STEP)] : [limit(l + dx), limit(t + dy), w, h2];
    const [a, b, c, d] = rectangle, wide = box.clientWidth, high = box.clientHeight;
    path = corners(rectangle);
    line();
    path = [];
    let number = 0;
    for (let i = 0; i < samples.count; i++) if (chosen.inside[i] && inside(i)) number++;
    said.textContent = `rectangle: ${quantity(across).title} ${short(scales.x.invert(a * wide))} to ${short(scales.x.invert((a + c) * wide))}, ${quantity(up).title} ${short(scales.y.invert((b + d) * high))} to ${short(scales.y.invert(b * high))}: ${number} samples`;
  }
  /** @param {[number, number, number, number]} of @returns {[number, number][]} */
  function corners([a, b, c, d]) {
    const wide = box.clientWidth, high = box.clientHeight;
    return [[a * wide, b * high], [(a + c) * wide, b * high], [(a + c) * wide, (b + d) * high], [a * wide, (b + d) * high]];
  }
  /** @param {number} i */
  function inside(i) {
    const [l, t, w, h2] = rectangle ?? [0, 0, 0, 0], u = xs[i] / box.clientWidth, v = ys[i] / box.clientHeight;
    return u >= l && u <= l + w && v >= t && v <= t + h2;
  }
  area.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (way) place(way, event.shiftKey);
    else if (event.key === "Enter" && rectangle) select(corners(rectangle), "rectangle");
    else if (event.key === "Escape") {
      rectangle = null;
      line();
      chosen.set([]);
      said.textContent = "all samples";
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  chosen.listen(() => {
    if (own && !following && JSON.stringify(held()) !== JSON.stringify(scatter.lassos)) {
      scatter = { ...scatter, lassos: held() };
      pick({ scatter });
    }
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(lay).observe(box);
  root.addEventListener("mmv-print", lay);
  follow(scatter);
  return (state) => {
    sample = state.sample;
    const coloured = colour.draw(state);
    if (follow(scatterOf(state))) return;
    if (coloured || !legend.hasChildNodes()) draw();
    else mark();
  };
}

register({ name: "sample scatter", place: "wide", order: 30, section: "overview", needs: ["listed_phi", "overview_value"], mount });
