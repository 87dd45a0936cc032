// Operator map of one layer: the effect of the layer's input of each SSM stream at every earlier step on its output of every stream at every step.
import { h, heading, faint, modality, columnHead, onDrag } from "../dom.js";
import { paint } from "../heatmap.js";
import { changes, span, lastColour } from "../frame.js";
import { fixed, brief, short } from "../format.js";
import { rowHead } from "../bars.js";
import { register } from "../registry.js";

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const [, layers, M, B] = frame.shape("influence"), T = frame.sizes.time, starts = frame.influence.block;
  /** @type {(t: number) => number} */
  const blockOf = (t) => starts.reduce((best, from, b) => (from <= t ? b : best), 0);
  /** @type {(b: number) => number} */
  const lastOf = (b) => (b + 1 < B ? starts[b + 1] : T) - 1;
  const canvas = h("canvas", { role: "img" }), lines = Array.from({ length: M }, () => h("div", { class: "mmv-at" }));
  const grid = frame.modalities.flatMap((_, k) => (k ? [h("div", { class: "mmv-cut-x" }), h("div", { class: "mmv-cut-y" })] : []));
  grid.forEach((node, i) => node.style.setProperty("--at", String((1 + (i >> 1)) / M)));
  const box = h("div", { class: "mmv-plot mmv-map mmv-square" }, canvas, h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...grid, ...lines));
  /** @param {string} kind */
  const names = (kind) => h("div", { class: kind, "aria-hidden": "true" }, ...frame.modalities.map((_, m) => h("span", {}, ...columnHead(frame, m, (340 / M - 15) / 6.5))));
  const cells = frame.modalities.map(() => frame.modalities.map(() => h("td")));
  const title = heading("Operator map"), caption = h("caption", { class: "mmv-small" });
  const scope = faint();
  root.append(title, h("div", { class: "mmv-blocks" }, names("mmv-ups"), box, h("span"), names("mmv-alongs")),
    h("div", { class: "mmv-scroll-x", tabindex: 0, role: "region", "aria-label": "Shares at the cursor" }, h("table", { class: "mmv-list mmv-influence-table", "aria-label": "Relative influence on each SSM stream at the cursor" }, caption,
      h("thead", {}, h("tr", {}, h("td", { class: "mmv-faint" }, "target\u00a0↓ source\u00a0→"), ...frame.modalities.map((_, n) => h("th", { scope: "col" }, ...columnHead(frame, n, (285 / M - 18) / 6.5))))),
      h("tbody", {}, ...cells.map((list, m) => h("tr", {}, rowHead(...modality(frame, m)), ...list))))),
    scope, faint("Each block: target time down, source time across; the map is causal: zero above the diagonal. Magnitude |K|, exact for the inputs of this layer's operator with its gates held fixed, at the epoch that training selected; the colour scale is that of its square root. Press on the map to move the cursor."));
  onDrag(box, box, (_x, y) => {
    const row = Math.min(M * B - 1, Math.max(0, Math.floor(y * M * B)));
    pick({ time: lastOf(row % B) });
  });
  root.style.setProperty("--sources", String(M));
  const changed = changes();
  return (state) => {
    const { sample, time } = state, layer = Math.min(state.layer, layers - 1), map = frame.part("influence", sample, layer);
    const [a, b] = span(frame, state), [first, last] = [blockOf(a), blockOf(b)], scale = lastColour(frame, (one) => one.influence?.scale, { ...state, layer });
    const at = blockOf(time);
    /** @type {(m: number, t: number, n: number, s: number) => number} */
    const level = (m, t, n, s) => map[((m * B + t) * M + n) * B + s];
    const share = Math.sqrt(frame.influence.scale[layer] / scale);
    if (changed(state, "sample", "layer", "layer_of_a", "brush"))
      // only sources inside the time range; the bytes are square roots, so that small influences are seen too
      paint(canvas, M * B, M * B, (x, y) => {
        const s = x % B, t = y % B;
        return s > t || s < first || s > last ? -1 : Math.round(share * level((y / B) | 0, t, (x / B) | 0, s));
      });
    canvas.setAttribute("aria-label", `Operator map of layer ${frame.layers[layer]}, ${M} by ${M} blocks of ${B} moments; the table holds the sums at the cursor`);
    title.textContent = `Operator map, layer ${frame.layers[layer]}, SSM stream m${layer ? " (mixed above layer 1)" : ""}`;
    scope.textContent = layer ? "A source is the SSM stream of that name: above layer 1 it contains other modalities too. This is no attribution to modalities."
      : "Within this layer only, not through the whole model: no attribution of the prediction.";
    lines.forEach((line, m) => {
      line.style.top = `${(100 * (m * B + at)) / (M * B)}%`;
      line.style.height = `${100 / (M * B)}%`;
    });
    caption.textContent = `Relative influence on each SSM stream at ${brief(frame, sample, time)}, and the source time with the largest influence (colour scale ends at ${short(scale)}).`;
    cells.forEach((list, m) => {
      const sums = list.map((_, n) => {
        let sum = 0, most = -1, when = 0;
        for (let s = first; s <= Math.min(at, last); s++) {
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
  place: "columns",
  order: 60,
  needs: ["influence"],
  height: (M) => 610 + 22 * M,
  mount,
});
