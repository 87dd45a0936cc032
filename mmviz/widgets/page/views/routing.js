// Expert weights of every step: one map for each modality; a modality-specific expert has the colour of its modality.
import { h, heading, faint, glyph, laneName, name, modality, letters, onDrag } from "../dom.js";
import { tint, rgb } from "../heatmap.js";
import { changes, span } from "../frame.js";
import { brief, fixed } from "../format.js";
import { axisBelow, timeName, timeTicks } from "../axis.js";
import { cellOf, readable } from "../readout.js";
import { onZoom, stretchTo, timeAxis } from "../zoom.js";
import { bar, rowHead } from "../bars.js";
import { register } from "../registry.js";

const SHARED = [120, 126, 138];

/**
 * Are all recorded weights those of a fixed assignment: 1 for every shared expert and every expert of the token's own modality, else 0?
 * @param {import("../types.js").Frame} frame
 */
export function isFixed(frame) {
  const { recorded } = frame, [epochs, , layers, M, T, X] = frame.shape("routing");
  for (let sample = 0; sample < recorded.recorded_samples; sample++)
    for (let m = 0; m < M; m++) {
      const known = recorded.part("state_valid", sample, m), wanted = frame.experts.map(({ owner }) => (owner < 0 || owner === m ? 255 : 0));
      for (let e = 0; e < epochs; e++)
        for (let l = 0; l < layers; l++) {
          const weights = recorded.part("routing", e, sample, l, m);
          for (let t = 0; t < T; t++) for (let x = 0; known[t] && x < X; x++) if (weights[t * X + x] !== wanted[x]) return false;
        }
    }
  return true;
}

/** @typedef {import("../types.js").State} State */
/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const T = frame.sizes.time, [, , layers, M, , X] = frame.shape("routing");
  const inks = frame.experts.map(({ owner }) => (owner < 0 || !frame.colours[owner % 8] ? SHARED : rgb(frame.colours[owner % 8].slice(1))));
  /** @param {{ owner: number }} expert */
  const sign = ({ owner }) => (owner < 0 ? h("span", { class: "mmv-glyph", "aria-hidden": "true" }, "○") : glyph(owner));
  /** @param {{ owner: number, name: string }} one */
  const label = (one) => [sign(one), name(one.name)], beside = frame.experts.every((one) => letters(one.name) <= 13);
  const maps = frame.modalities.map((one) => h("canvas", { role: "img", "aria-label": `Expert weights of ${one.name} over the sequence, ${X} experts; the table holds their mean use` }));
  const cursors = maps.map(() => h("div", { class: "mmv-stroke" }));
  /** @type {State | null} */
  let last = null;
  const below = axisBelow();
  const lanes = frame.modalities.map((_, m) => {
    const box = h("div", { class: "mmv-plot mmv-map mmv-experts" }, maps[m], cursors[m]);
    box.style.height = `${16 * X}px`;
    onDrag(box, box, (x) => pick({ time: Math.min(T - 1, Math.max(0, Math.ceil(timeAxis(T, last).share(x) * T - 1e-9) - 1)) }));
    onZoom(box, box, T, () => last, pick);
    readable(box, {
      label: `Expert weights of ${frame.modalities[m].name}: experts over steps`,
      grid: () => [T, X],
      start: () => [last?.time ?? 0, 0],
      cellAt: (x, y) => [cellOf(timeAxis(T, last).share(x), T), cellOf(y, X)],
      placeOf: (t, x) => [timeAxis(T, last).across((t + 0.5) / T), (x + 0.5) / X],
      locate: ({ time }) => {
        const axis = timeAxis(T, last);
        return time === undefined || time < axis.from || time > axis.to ? null : { x: [axis.across(time / T), axis.across((time + 1) / T)] };
      },
      read(t, x) {
        if (!last) return null;
        const { sample, epoch } = last, layer = Math.min(last.layer, layers - 1), known = frame.part("state_valid", sample, m)[t], v = frame.part("routing", epoch, sample, layer, m)[t * X + x] / 255;
        const then = frame.edited() && frame.replaced("routing") && frame.recorded.part("state_valid", sample, m)[t] ? frame.recorded.part("routing", epoch, sample, layer, m)[t * X + x] / 255 : NaN;
        return { title: frame.experts[x].name, modality: m, at: { modality: m, time: t }, rows: [["gate weight", known ? fixed(v, 3) : "no data"], ["at", brief(frame, sample, t)],
          ...(Number.isFinite(then) ? /** @type {[string, string][]} */ ([["recorded", fixed(then, 3)], ["difference", `${v > then ? "+" : ""}${fixed(v - then, 3)}`]]) : [])] };
      },
    });
    return h("div", { class: "mmv-lane" }, h("div", { class: "mmv-gutter" }, laneName(frame, m),
      h("div", { class: "mmv-rows", "aria-hidden": "true" }, ...frame.experts.map((one) => h("span", {}, ...(beside ? label(one) : [sign(one)]))))), box);
  });
  const cells = frame.experts.map(({ owner }) => frame.modalities.map(() => {
    const value = h("span"), { track, set } = bar(owner < 0 ? null : owner);
    return { value, set, node: h("td", {}, track, value) };
  }));
  const title = heading("Experts"), caption = h("caption", { class: "mmv-small" });
  root.append(title, h("div", { "data-plots": "" }, ...lanes), h("div", { class: "mmv-lane" }, h("span"), below.node), h("table", { class: "mmv-list mmv-usage", "aria-label": "Mean weight of each expert" }, caption,
    h("thead", {}, h("tr", {}, h("td"), ...frame.modalities.map((_, m) => h("th", { scope: "col" }, ...modality(frame, m))))),
    h("tbody", {}, ...frame.experts.map((one, x) => h("tr", {}, rowHead(...label(one)), ...cells[x].map((cell) => cell.node))))),
  ...(isFixed(frame) ? [faint("The experts are fixed, not routed: in all recorded samples and epochs every step uses each shared expert and each expert of its own modality with weight 1. The map shows which steps have data, nothing that was learned.")] : []),
    faint("Darkness: gate weight. Colour and glyph of an expert: its modality (○: shared expert). Hatched: no data."));
  const changed = changes();
  return (state) => {
    const { sample, epoch, time } = state, layer = Math.min(state.layer, layers - 1), [a, b] = span(frame, state);
    const weights = frame.modalities.map((_, m) => frame.part("routing", epoch, sample, layer, m));
    const valid = frame.modalities.map((_, m) => frame.part("state_valid", sample, m));
    const axis = timeAxis(T, state), at = axis.across((time + 1) / T);
    last = state;
    cursors.forEach((line) => {
      line.hidden = at < 0 || at > 1 + 1e-9;
      line.style.left = `${100 * at}%`;
    });
    if (changed(state, "sample", "zoom")) {
      maps.forEach((canvas) => stretchTo(canvas, T, state));
      below.draw(timeTicks(frame, state).map((tick) => ({ ...tick, at: axis.across(tick.at) })), timeName(frame, state));
    }
    if (!changed(state, "sample", "epoch", "layer", "brush")) return;
    title.textContent = `Experts in layer ${frame.layers[layer]}`;
    caption.textContent = state.brush ? "Mean weight over the time range" : "Mean weight over the sequence";
    maps.forEach((canvas, m) => {
      tint(canvas, T, X, (t, x) => (valid[m][t] ? [...inks[x], weights[m][t * X + x]] : null));
      for (let x = 0; x < X; x++) {
        let sum = 0, steps = 0;
        for (let t = a; t <= b; t++) if (valid[m][t]) [sum, steps] = [sum + weights[m][t * X + x] / 255, steps + 1];
        cells[x][m].set(0, steps ? sum / steps : 0);
        cells[x][m].value.textContent = fixed(steps ? sum / steps : NaN, 2);
      }
    });
  };
}

register({
  name: "routing",
  section: "explanation",
  place: "wide",
  order: 10,
  needs: ["routing"],
  mount,
});
