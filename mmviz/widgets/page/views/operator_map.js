// Operator map of one layer: the effect of the layer's input of each SSM stream at every earlier step on its output of every stream at every step.
import { h, heading, faint, modality, columnHead, onDrag, hint } from "../dom.js";
import { paint } from "../heatmap.js";
import { colourKey, colourScale, INFLUENCE } from "../colour_scale.js";
import { timeName, timeTicks, writeTicks } from "../axis.js";
import { cellOf, readable } from "../readout.js";
import { onZoom, timeAxis } from "../zoom.js";
import { changes, span, lastColour } from "../frame.js";
import { fixed, brief, short } from "../format.js";
import { rowHead } from "../bars.js";
import { register } from "../registry.js";

/** @typedef {import("../types.js").State} State */
/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const [, layers, M, B] = frame.shape("influence"), T = frame.sizes.time, starts = frame.influence.block;
  /** @type {(t: number) => number} */
  const blockOf = (t) => starts.reduce((best, from, b) => (from <= t ? b : best), 0);
  /** @type {(b: number) => number} */
  const lastOf = (b) => (b + 1 < B ? starts[b + 1] : T) - 1;
  const canvas = h("canvas", { role: "img", "aria-label": "Operator map" }), lines = Array.from({ length: M }, () => h("div", { class: "mmv-at" }));
  const grid = frame.modalities.flatMap((_, k) => (k ? [h("div", { class: "mmv-cut-x" }), h("div", { class: "mmv-cut-y" })] : []));
  grid.forEach((node, i) => node.style.setProperty("--at", String((1 + (i >> 1)) / M)));
  const box = h("div", { class: "mmv-plot mmv-map mmv-square" }, canvas, h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...grid, ...lines));
  /** @param {string} kind */
  const names = (kind) => h("div", { class: kind, "aria-hidden": "true" }, ...frame.modalities.map((_, m) => h("span", {}, ...columnHead(frame, m, (340 / M - 15) / 6.5))));
  const cells = frame.modalities.map(() => frame.modalities.map(() => h("td")));
  const title = heading("Operator map"), caption = h("caption", { class: "mmv-small" });
  const scope = faint();
  /** @type {State | null} */
  let last = null;
  const ticksDown = h("div", { class: "mmv-block-ticks mmv-block-down", "aria-hidden": "true" }), ticksAcross = h("div", { class: "mmv-block-ticks", "aria-hidden": "true" }), key = colourKey("|K|");
  const axisNote = h("div", { class: "mmv-subtitle" });
  root.append(title, axisNote, h("div", { class: "mmv-blocks mmv-blocks-ticked" }, names("mmv-ups"), ticksDown, box, h("span"), h("span"), ticksAcross, h("span"), h("span"), names("mmv-alongs")), key.node,
    h("div", { class: "mmv-scroll-x", tabindex: 0, role: "region", "aria-label": "Shares at the cursor" }, h("table", { class: "mmv-list mmv-influence-table", "aria-label": "Relative influence on each SSM stream at the cursor" }, caption,
      h("thead", {}, h("tr", {}, h("td", { class: "mmv-faint" }, "target\u00a0↓ source\u00a0→"), ...frame.modalities.map((_, n) => h("th", { scope: "col" }, ...columnHead(frame, n, (285 / M - 18) / 6.5))))),
      h("tbody", {}, ...cells.map((list, m) => h("tr", {}, rowHead(...modality(frame, m)), ...list))))),
    scope, faint("Each block: target time down, source time across; the map is causal: zero above the diagonal. Magnitude |K|, exact for the inputs of this layer's operator with its gates held fixed, at the epoch that training selected. ", hint("Press on the map to move the cursor.")));
  // the blocks of steps that are shown
  /** @returns {[from: number, count: number]} */
  const shownBlocks = () => {
    const [from, to] = last?.zoom ?? [0, T - 1];
    return [blockOf(from), blockOf(to) + 1 - blockOf(from)];
  };
  /** @type {(v: number) => [m: number, block: number]} */
  const blockAt = (v) => {
    const [from, count] = shownBlocks(), cell = cellOf(v, M * count);
    return [Math.floor(cell / count), from + (cell % count)];
  };
  onDrag(box, box, (_x, y) => pick({ time: lastOf(blockAt(y)[1]) }));
  onZoom(box, box, T, () => last, pick);
  /** @type {(m: number, block: number) => number} */
  const placeOf = (m, block) => {
    const [from, count] = shownBlocks();
    return (m * count + block - from + 0.5) / (M * count);
  };
  readable(box, {
    label: `Operator map: ${M} by ${M} blocks, target time down, source time across`,
    grid: () => [M * B, M * B],
    start: () => [0, blockOf(last?.time ?? 0)],
    cellAt(x, y) {
      const [[n, s], [m, t]] = [blockAt(x), blockAt(y)];
      return [n * B + s, m * B + t];
    },
    placeOf: (x, y) => [placeOf(Math.floor(x / B), x % B), placeOf(Math.floor(y / B), y % B)],
    locate({ time, modality: m }) {
      const [from, count] = shownBlocks(), block = time === undefined ? -1 : blockOf(time);
      if (m === undefined || block < from || block >= from + count) return null;
      const place = placeOf(m, block), half = 0.5 / (M * count);
      return { y: [place - half, place + half] };
    },
    read(x, y) {
      if (!last) return null;
      const layer = Math.min(last.layer, layers - 1), map = frame.part("influence", last.sample, layer), { sample } = last;
      const [n, s, m, t] = [Math.floor(x / B), x % B, Math.floor(y / B), y % B], scale = colourScale(frame, { ...last, layer }, INFLUENCE), at = ((m * B + t) * M + n) * B + s;
      const v = scale.value(map[at]), then = frame.edited() && frame.replaced("influence") ? scale.value(frame.recorded.part("influence", sample, layer)[at]) : NaN;
      return { title: `${frame.modalities[n].name} → ${frame.modalities[m].name}`, at: { modality: m, time: lastOf(t) }, rows: [["|K|", s > t ? "0 (later source)" : short(v)], ["source, at", brief(frame, sample, lastOf(s))], ["target, at", brief(frame, sample, lastOf(t))],
        ...(Number.isFinite(then) ? /** @type {[string, string][]} */ ([["recorded", short(then)], ["difference", `${v > then ? "+" : ""}${short(v - then)}`]]) : [])] };
    },
  });
  // one axis for each block, with its start and its end
  /** @param {State} state */
  function drawTicks(state) {
    const [from, count] = shownBlocks(), part = { ...state, zoom: /** @type {[number, number]} */ ([starts[from], lastOf(from + count - 1)]) };
    const axis = timeAxis(T, part), ticks = timeTicks(frame, part, 3).map(({ at, text }) => ({ at: axis.across(at), text })).filter(({ at }) => at > 0.02 && at < 0.98);
    const all = frame.modalities.flatMap((_, m) => ticks.map(({ at, text }) => ({ at: (m + at) / M, text })));
    writeTicks(ticksDown, all, "top");
    writeTicks(ticksAcross, all, "left");
    axisNote.textContent = `down: target, across: source; ${timeName(frame, state)}`;
  }
  /** @param {State} state */
  function paintMap(state) {
    const layer = Math.min(state.layer, layers - 1), map = frame.part("influence", state.sample, layer), [from, count] = shownBlocks();
    const [a, b] = span(frame, state), [first, final] = [blockOf(a), blockOf(b)], scale = colourScale(frame, { ...state, layer }, INFLUENCE);
    // only sources inside the time range
    paint(canvas, M * count, M * count, (x, y) => {
      const s = from + (x % count), t = from + (y % count);
      return s > t || s < first || s > final ? -1 : scale.table[map[((Math.floor(y / count) * B + t) * M + Math.floor(x / count)) * B + s]];
    });
    key.draw(scale);
  }
  root.style.setProperty("--sources", String(M));
  const changed = changes();
  return (state) => {
    const { sample, time } = state, layer = Math.min(state.layer, layers - 1), map = frame.part("influence", sample, layer);
    const [a, b] = span(frame, state), [first, final] = [blockOf(a), blockOf(b)], scale = lastColour(frame, (one) => one.influence?.scale, { ...state, layer });
    const at = blockOf(time);
    /** @type {(m: number, t: number, n: number, s: number) => number} */
    const level = (m, t, n, s) => map[((m * B + t) * M + n) * B + s];
    last = state;
    if (changed(state, "sample", "layer", "layer_of_a", "brush", "zoom", "colours")) paintMap(state);
    if (changed(state, "sample", "zoom")) drawTicks(state);
    canvas.setAttribute("aria-label", `Operator map of layer ${frame.layers[layer]}, ${M} by ${M} blocks of ${B} moments; the table holds the sums at the cursor`);
    title.textContent = `Operator map, layer ${frame.layers[layer]}, SSM stream m${layer ? " (mixed above layer 1)" : ""}`;
    scope.textContent = layer ? "A source is the SSM stream of that name: above layer 1 it contains other modalities too. This is no attribution to modalities."
      : "Within this layer only, not through the whole model: no attribution of the prediction.";
    lines.forEach((line, m) => {
      const [from, count] = shownBlocks();
      line.hidden = at < from || at >= from + count;
      line.style.top = `${(100 * (m * count + at - from)) / (M * count)}%`;
      line.style.height = `${100 / (M * count)}%`;
    });
    caption.textContent = `Relative influence on each SSM stream at ${brief(frame, sample, time)}, and the source time with the largest influence (colour scale ends at ${short(scale)}).`;
    cells.forEach((list, m) => {
      const sums = list.map((_, n) => {
        let sum = 0, most = -1, when = 0;
        for (let s = first; s <= Math.min(at, final); s++) {
          const v = level(m, at, n, s) ** 2;
          sum += v;
          if (v > most) [most, when] = [v, s];
        }
        return { sum, when };
      });
      const whole = sums.reduce((all, { sum }) => all + sum, 0);
      list.forEach((cell, n) => {
        const texts = whole && sums[n].sum ? [`${fixed((100 * sums[n].sum) / whole, 0)} %,`, brief(frame, sample, lastOf(sums[n].when))] : ["–"];
        cell.replaceChildren(...texts.flatMap((text, i) => [i ? " " : "", h("span", { class: "mmv-whole" }, text)]));
      });
    });
  };
}

register({
  name: "operator map",
  section: "explanation",
  place: "columns",
  order: 60,
  needs: ["influence"],
  height: (M) => 670 + 22 * M,
  mount,
});
