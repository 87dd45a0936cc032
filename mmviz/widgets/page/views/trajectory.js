// The state trajectories of one sample in a common plane, and the coupling weights at the cursor.
import { h, s, heading, faint, glyph, modality, DASHES } from "../dom.js";
import { pathOf } from "../line_path.js";
import { changes, span } from "../frame.js";
import { fixed, brief } from "../format.js";
import { register } from "../registry.js";

const W = 400, H = 250, EDGE = 18, LABEL = [44, 24], MARK = [22, 22];

// The first point along the arrow where its label overlaps neither a mark nor another label, or null.
/**
 * @typedef {[x: number, y: number]} Point
 * @type {(taken: [...Point, size: number[]][], from: Point, bend: Point, to: Point) => Point | null}
 */
function free(taken, [x0, y0], [mx, my], [x1, y1]) {
  for (const u of [0.5, 0.35, 0.65, 0.25, 0.75]) {
    /** @type {Point} */
    const at = [(1 - u) ** 2 * x0 + 2 * u * (1 - u) * mx + u * u * x1, (1 - u) ** 2 * y0 + 2 * u * (1 - u) * my + u * u * y1];
    if (taken.every(([x, y, size]) => [x, y].some((v, k) => Math.abs(v - at[k]) > (size[k] + LABEL[k]) / 2))) return at;
  }
  return null;
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame) {
  const T = frame.sizes.time, M = frame.modalities.length;
  const all = frame.modalities.map((_, m) => s("path", { class: "mmv-share mmv-past", "data-m": m % 8 }));
  const shown = frame.modalities.map((_, m) => s("path", { class: "mmv-share", "data-m": m % 8, "stroke-dasharray": DASHES[m % 8] }));
  const arrows = frame.modalities.flatMap((_, m) => frame.modalities.map((_, n) => (m === n ? null : s("path", { class: "mmv-arrow", "data-m": n % 8 }))));
  const marks = frame.modalities.map((_, m) => glyph(m)), weights = arrows.map((arrow) => arrow && h("span", { class: "mmv-weight" }));
  const drawing = s("svg", { viewBox: `0 0 ${W} ${H}`, role: "img" }, ...all, ...shown, ...arrows.flatMap((arrow) => arrow ?? []));
  const box = h("div", { class: "mmv-plot mmv-plane" }, drawing, h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...weights.flatMap((weight) => weight ?? []), ...marks));
  const note = h("span");
  root.append(heading("State trajectories"), box,
    h("div", { class: "mmv-inline" }, ...frame.modalities.map((_, m) => h("span", {}, ...modality(frame, m)))), faint(note));
  const changed = changes();
  /** @type {number[]} */
  let x = [], /** @type {number[]} */ y = [];
  return (state) => {
    const { sample, layer, time } = state, [a, b] = span(frame, state);
    const place = frame.part("path", sample, layer), share = frame.part("path_share", sample, layer), coupling = frame.part("path_coupling", sample, layer);
    /** @type {(m: number, from: number, to: number) => string} */
    const line = (m, from, to) => {
      const first = m * T + from;
      return pathOf(to - from + 1, (i) => x[first + i], (i) => y[first + i]);
    };
    if (changed(state, "sample", "layer")) {
      const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
      place.forEach((v, i) => Number.isFinite(v) && ([low[i % 2], high[i % 2]] = [Math.min(low[i % 2], v), Math.max(high[i % 2], v)]));
      const unit = Math.min((W - 2 * EDGE) / (high[0] - low[0] || 1), (H - 2 * EDGE) / (high[1] - low[1] || 1));
      x = Array.from({ length: M * T }, (_, i) => W / 2 + (place[2 * i] - (low[0] + high[0]) / 2) * unit);
      y = Array.from({ length: M * T }, (_, i) => H / 2 - (place[2 * i + 1] - (low[1] + high[1]) / 2) * unit);
      all.forEach((path, m) => path.setAttribute("d", line(m, 0, T - 1)));
      note.textContent = Number.isFinite(share[0])
        ? `First two principal components of the states of all SSM streams: ${fixed(100 * share[0], 0)} % and ${fixed(100 * share[1], 0)} % of the variance, always at epoch ${frame.best_epoch ?? "–"}. Arrows: coupling weight W from the previous step of the source, with numbers where there is room.`
        : "The states of this layer are not finite and have no principal components.";
    }
    shown.forEach((path, m) => path.setAttribute("d", line(m, a, Math.max(a, Math.min(b, time)))));
    /** @type {string[]} */
    const weightTexts = [];
    /** @type {[...Point, size: number[]][]} */
    const taken = frame.modalities.map((_, m) => /** @type {[...Point, size: number[]]} */ ([x[m * T + time], y[m * T + time], MARK])).filter(([at]) => Number.isFinite(at));
    marks.forEach((mark, m) => {
      const i = m * T + time;
      mark.hidden = !Number.isFinite(x[i]);
      mark.style.left = `${(100 * x[i]) / W}%`;
      mark.style.top = `${(100 * y[i]) / H}%`;
      for (let n = 0; n < M; n++) {
        const arrow = arrows[m * M + n], label = weights[m * M + n], w = coupling[m * M + n], j = n * T + Math.max(0, time - 1);
        if (!arrow || !label) continue;
        const there = Number.isFinite(x[i] + x[j]) && Math.abs(w) > 0.005 && time > 0;
        // curved, so that both directions of a pair are visible
        const dx = x[i] - x[j], dy = y[i] - y[j], mx = (x[i] + x[j]) / 2 - dy * 0.18, my = (y[i] + y[j]) / 2 + dx * 0.18;
        arrow.setAttribute("d", there ? `M${x[j].toFixed(1)} ${y[j].toFixed(1)}Q${mx.toFixed(1)} ${my.toFixed(1)} ${x[i].toFixed(1)} ${y[i].toFixed(1)}` : "");
        arrow.style.strokeWidth = `${Math.min(8, 0.6 + 9 * Math.abs(w))}px`;
        const place = there ? free(taken, [x[j], y[j]], [mx, my], [x[i], y[i]]) : null;
        label.hidden = !place;
        if (place) {
          taken.push([...place, LABEL]);
          label.textContent = fixed(w, 2);
          label.style.left = `${(100 * place[0]) / W}%`;
          label.style.top = `${(100 * place[1]) / H}%`;
        }
        if (there) weightTexts.push(`W[${frame.modalities[m].name}, ${frame.modalities[n].name}] = ${fixed(w, 2)}`);
      }
    });
    drawing.setAttribute("aria-label", `States of ${M} SSM streams in one plane, at ${brief(frame, sample, time)}; ${weightTexts.join(", ")}`);
  };
}

register({
  name: "trajectory",
  place: "columns",
  order: 10,
  needs: ["path", "path_coupling"],
  height: () => 350,
  mount,
});
