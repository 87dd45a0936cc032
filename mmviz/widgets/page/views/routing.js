// Expert weights of every step: one map for each modality; a modality-specific expert has the colour of its modality.
import { h, heading, faint, glyph, name, modality, letters, onDrag } from "../dom.js";
import { tint, rgb } from "../heatmap.js";
import { changes, span } from "../frame.js";
import { fixed } from "../format.js";
import { bar, rowHead } from "../bars.js";
import { register } from "../registry.js";

const SHARED = [120, 126, 138];

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
  const lanes = frame.modalities.map((_, m) => {
    const box = h("div", { class: "mmv-plot mmv-map mmv-experts" }, maps[m], cursors[m]);
    box.style.height = `${16 * X}px`;
    onDrag(box, box, (x) => pick({ time: Math.min(T - 1, Math.max(0, Math.ceil(x * T) - 1)) }));
    return h("div", { class: "mmv-lane" }, h("div", { class: "mmv-gutter" }, h("div", { class: "mmv-name" }, ...modality(frame, m)),
      h("div", { class: "mmv-rows", "aria-hidden": "true" }, ...frame.experts.map((one) => h("span", {}, ...(beside ? label(one) : [sign(one)]))))), box);
  });
  const cells = frame.experts.map(({ owner }) => frame.modalities.map(() => {
    const value = h("span"), { track, set } = bar(owner < 0 ? null : owner);
    return { value, set, node: h("td", {}, track, value) };
  }));
  const title = heading("Experts"), caption = h("caption", { class: "mmv-small" });
  root.append(title, ...lanes, h("table", { class: "mmv-list mmv-usage", "aria-label": "Mean weight of each expert" }, caption,
    h("thead", {}, h("tr", {}, h("td"), ...frame.modalities.map((_, m) => h("th", { scope: "col" }, ...modality(frame, m))))),
    h("tbody", {}, ...frame.experts.map((one, x) => h("tr", {}, rowHead(...label(one)), ...cells[x].map((cell) => cell.node))))),
  faint("Darkness: gate weight. Colour and glyph of an expert: its modality (○: shared expert). Hatched: no data."));
  const changed = changes();
  return (state) => {
    const { sample, epoch, time } = state, layer = Math.min(state.layer, layers - 1), [a, b] = span(frame, state);
    const weights = frame.modalities.map((_, m) => frame.part("routing", epoch, sample, layer, m));
    const valid = frame.modalities.map((_, m) => frame.part("state_valid", sample, m));
    cursors.forEach((line) => (line.style.left = `${(100 * (time + 1)) / T}%`));
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
  place: "wide",
  order: 10,
  needs: ["routing"],
  mount,
});
