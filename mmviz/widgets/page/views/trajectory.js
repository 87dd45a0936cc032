// The state trajectories of one sample in a common plane, and the coupling weights at the cursor.
import { h, s, heading, faint, glyph, modality, DASHES } from "../dom.js";
import { pathOf } from "../line_path.js";
import { axisBelow, tickTexts, ticksOf, writeTicks } from "../axis.js";
import { seriesButton } from "../chart.js";
import { readable } from "../readout.js";
import { changes, layerOf, span } from "../frame.js";
import { fixed, brief, short } from "../format.js";
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
  const note = h("span"), up = h("div", { class: "mmv-scale mmv-ticks-y", "aria-hidden": "true" }), below = axisBelow(), upName = h("span");
  const off = frame.modalities.map(() => false);
  root.append(heading("State trajectories"), h("div", { class: "mmv-charted" }, h("div", { class: "mmv-subtitle", "aria-hidden": "true" }, upName), up, box, below.node),
    h("div", { class: "mmv-inline" }, ...frame.modalities.map((one, m) => seriesButton((on) => {
      off[m] = !on;
      [all[m], shown[m]].forEach((path) => path.classList.toggle("mmv-off", !on));
      marks[m].style.visibility = on ? "" : "hidden";
    }, one.name, ...modality(frame, m)))), faint(note));
  /** @type {import("../types.js").State | null} */
  let last = null;
  /** @type {number[]} */
  let points = [];
  readable(box, {
    label: "State trajectories in the plane of the first two principal components",
    grid: () => [T, M],
    start: () => [last?.time ?? 0, 0],
    cellAt(across, down) {
      const found = points.reduce((best, i) => (best < 0 || Math.hypot(x[i] - across * W, y[i] - down * H) < Math.hypot(x[best] - across * W, y[best] - down * H) ? i : best), -1);
      if (found < 0) return [0, -1];
      return [found % T, Math.floor(found / T)];
    },
    locate: () => null,
    read(t, m) {
      if (!last || off[m] || !Number.isFinite(x[m * T + t])) return null;
      const { sample, layer } = last, place = frame.part("path", sample, layer), then = frame.edited() && frame.replaced("path") ? frame.recorded.part("path", sample, layer) : null, i = 2 * (m * T + t);
      /** @type {import("../types.js").Reading["rows"]} */
      const rows = [["PC 1", short(place[i])], ["PC 2", short(place[i + 1])], ["at", brief(frame, sample, t)]];
      if (then) rows.push(...[0, 1].map((k) => /** @type {[string, string]} */ ([`PC ${k + 1}, difference`, `${place[i + k] > then[i + k] ? "+" : ""}${short(place[i + k] - then[i + k])}`])));
      return { title: "state", modality: m, at: { modality: m, time: t }, rows, place: [x[m * T + t] / W, y[m * T + t] / H] };
    },
  });
  const changed = changes();
  /** @type {number[]} */
  let x = [], /** @type {number[]} */ y = [];
  return (state) => {
    const { sample, layer, time } = state, [a, b] = span(frame, state);
    last = state;
    const place = frame.part("path", sample, layer), share = frame.part("path_share", sample, layer), coupling = frame.part("path_coupling", sample, layer);
    /** @type {(m: number, from: number, to: number) => string} */
    const line = (m, from, to) => {
      const first = m * T + from;
      return pathOf(to - from + 1, (i) => x[first + i], (i) => y[first + i]);
    };
    if (changed(state, "sample", "layer", "layer_of_a")) {
      const low = [Infinity, Infinity], high = [-Infinity, -Infinity], both = frame.compared.filter((one) => one.has("path"));
      // of two runs one range: equal distances are equal lengths
      for (const one of both) one.part("path", sample, layerOf(one, frame, state))
        .forEach((v, i) => Number.isFinite(v) && ([low[i % 2], high[i % 2]] = [Math.min(low[i % 2], v), Math.max(high[i % 2], v)]));
      const unit = Math.min((W - 2 * EDGE) / (high[0] - low[0] || 1), (H - 2 * EDGE) / (high[1] - low[1] || 1));
      x = Array.from({ length: M * T }, (_, i) => W / 2 + (place[2 * i] - (low[0] + high[0]) / 2) * unit);
      y = Array.from({ length: M * T }, (_, i) => H / 2 - (place[2 * i + 1] - (low[1] + high[1]) / 2) * unit);
      points = Array.from({ length: M * T }, (_, i) => i).filter((i) => Number.isFinite(x[i] + y[i]));
      [[W, 6], [H, 4]].forEach(([size, most], k) => {
        const middle = (low[k] + high[k]) / 2;
        const values = points.length ? ticksOf([middle - size / 2 / unit, middle + size / 2 / unit], most) : [], texts = tickTexts(values);
        const ticks = values.map((v, i) => ({ at: k ? 0.5 - ((v - middle) * unit) / H : 0.5 + ((v - middle) * unit) / W, text: texts[i] }));
        const name = points.length ? `${k ? "up: " : ""}PC ${k + 1} (${fixed(100 * share[k], 0)} % of the variance${both.length > 1 ? "; range of both runs" : ""})` : "";
        if (k) {
          writeTicks(up, ticks, "top");
          upName.textContent = name;
        } else below.draw(ticks, name);
      });
      all.forEach((path, m) => path.setAttribute("d", line(m, 0, T - 1)));
      note.textContent = Number.isFinite(share[0])
        ? `First two principal components of the states of all SSM streams: ${fixed(100 * share[0], 0)} % and ${fixed(100 * share[1], 0)} % of the variance, always at epoch ${frame.best_epoch ?? "–"}.${both.length > 1 ? " Both runs have one range, and each its own components." : ""} Arrows: coupling weight W from the previous step of the source, with numbers where there is room.`
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
  section: "explanation",
  place: "columns",
  order: 10,
  needs: ["path", "path_coupling"],
  height: () => 400,
  mount,
});
