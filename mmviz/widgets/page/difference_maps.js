// Maps of the difference of two runs, B minus A, where both have the same shapes: operator map and hidden states, on a diverging scale.
import { h, columnHead, faint, glyph, name } from "./dom.js";
import { signedColour } from "./attribution.js";
import { largest, tint } from "./heatmap.js";
import { brief, short } from "./format.js";
import { axisBelow, timeName, timeTicks, writeTicks } from "./axis.js";
import { readable } from "./readout.js";
import { toOther } from "./compare.js";
import { rowCount } from "./frame.js";
/** @import { Frame, Reading, State } from "./types.js" */

/** @param {number} v */
const signedShort = (v) => `${v > 0 ? "+" : ""}${short(v)}`;

// A map of signed values; NaN is hatched. draw() gives the values, and the largest magnitude is the end of the colours.
/** @param {string} label @param {string} kind */
function signedMap(label, kind) {
  const canvas = h("canvas", { role: "img", "aria-label": label }), box = h("div", { class: `mmv-plot mmv-map ${kind}` }, canvas);
  /** @type {{ values: Float32Array, columns: number, rows: number, describe: (column: number, row: number) => Reading } | null} */
  let last = null;
  readable(box, {
    label,
    grid: () => [last?.columns ?? 0, last?.rows ?? 0],
    read(column, row) {
      const v = last ? last.values[row * last.columns + column] : NaN;
      if (!last || !Number.isFinite(v)) return null;
      const reading = last.describe(column, row);
      return { ...reading, rows: [["B − A", signedShort(v)], ...reading.rows] };
    },
  });
  /** @param {NonNullable<typeof last>} next @param {number} limit */
  const draw = (next, limit) => {
    last = next;
    tint(canvas, next.columns, next.rows, (x, y) => {
      const v = next.values[y * next.columns + x];
      return Number.isFinite(v) ? signedColour(limit ? v / limit : 0) : null;
    });
  };
  return { box, draw };
}

// The colours of −limit to +limit, with their values.
function signedKey() {
  const bar = h("canvas", { "aria-hidden": "true" }), ticks = h("div", { class: "mmv-key-ticks" });
  tint(bar, 201, 1, (x) => signedColour((x - 100) / 100));
  /** @param {number} limit */
  const draw = (limit) => writeTicks(ticks, [-1, -0.5, 0, 0.5, 1].map((v) => ({ at: (v + 1) / 2, text: `${v > 0 ? "+" : ""}${short(v * limit, 2)}` })), "left");
  return { node: h("div", { class: "mmv-key-bar" }, bar, ticks), draw };
}

/**
 * Return the panel of difference maps, null where the runs have no map of the same shape.
 * @param {Frame} a
 * @param {Frame} b
 */
export function differenceMaps(a, b) {
  const M = a.modalities.length, T = a.sizes.time;
  /** @type {(key: string, from: number) => boolean} */
  const same = (key, from) => a.has(key) && b.has(key) && JSON.stringify(a.shape(key).slice(from)) === JSON.stringify(b.shape(key).slice(from));
  const operators = same("influence", 2) && JSON.stringify(a.influence.block) === JSON.stringify(b.influence.block), states = same("state", 3) && a.has("channel_index") && b.has("channel_index");
  if (!operators && !states) return null;
  const operator = signedMap("Operator map, B minus A: blocks of target over source", "mmv-square"), operatorKey = signedKey(), title = h("div", { class: "mmv-subtitle" });
  const lanes = a.modalities.map((one) => signedMap(`${one.name}: hidden states, B minus A, channels over steps`, "mmv-state")), stateKey = signedKey(), below = axisBelow(), common = h("div", { class: "mmv-subtitle" });
  /** @param {string} kind */
  const names = (kind) => h("div", { class: kind, "aria-hidden": "true" }, ...a.modalities.map((_, m) => h("span", {}, ...columnHead(a, m, (340 / M - 15) / 6.5))));
  operator.box.append(h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...Array.from({ length: 2 * (M - 1) }, (_, k) => {
    const line = h("div", { class: k % 2 ? "mmv-cut-y" : "mmv-cut-x" });
    line.style.setProperty("--at", String((1 + (k >> 1)) / M));
    return line;
  })));
  const node = h("div", { class: "mmv-pair mmv-difference-maps" },
    ...(operators ? [h("div", {}, title, h("div", { class: "mmv-blocks" }, names("mmv-ups"), operator.box, h("span"), names("mmv-alongs")), operatorKey.node)] : []),
    ...(states ? [h("div", {}, common, ...lanes.flatMap((lane, m) => [h("div", { class: "mmv-small" }, glyph(m), name(a.modalities[m].name)), lane.box]), below.node, stateKey.node,
      faint("Channels of the same number, hatched where only one run shows them. Channels correspond only in trainings from the same initial weights."))] : []));
  /** @param {State} state */
  function draw(state) {
    const at = toOther(b, state), { sample } = state;
    if (operators) {
      const [, layers, , B] = a.shape("influence"), layer = Math.min(state.layer, layers - 1), other = Math.min(at.layer, b.shape("influence")[1] - 1);
      const [x, y] = [a.part("influence", sample, layer), b.part("influence", sample, other)], [p, q] = [a.influence.scale[layer], b.influence.scale[other]], size = M * B;
      // array order: target modality, target block, source modality, source block
      const values = Float32Array.from(x, (level, i) => ((i % B) > (Math.floor(i / (B * M)) % B) ? NaN : q * (y[i] / 255) ** 2 - p * (level / 255) ** 2));
      const limit = largest(values) || 1, last = (/** @type {number} */ block) => (a.influence.block[block + 1] ?? T) - 1;
      operator.draw({ values, columns: size, rows: size, describe: (column, row) => ({ title: `operator map: ${a.modalities[Math.floor(column / B)].name} → ${a.modalities[Math.floor(row / B)].name}`, at: { modality: Math.floor(row / B), time: last(row % B) },
        rows: [["|K| in A", short(p * (x[row * size + column] / 255) ** 2)], ["|K| in B", short(q * (y[row * size + column] / 255) ** 2)], ["source, at", brief(a, sample, last(column % B))], ["target, at", brief(a, sample, last(row % B))]] }) }, limit);
      title.textContent = `operator map |K|, layer ${a.layers[layer]}: B − A (down: target, across: source); linear colours`;
      operatorKey.draw(limit);
    }
    if (!states) return;
    const C = a.sizes.channel, [p, q] = [a, b].map((one, k) => (/** @type {number} */ level) => one.scale[k ? at.layer : state.layer] * (level / 255) ** (one.state_power ?? 1));
    const all = a.modalities.map((_, m) => {
      const rows = rowCount(a, state.layer, m), own = a.part("channel_index", state.layer).subarray(m * C, (m + 1) * C), theirs = Array.from(b.part("channel_index", at.layer).subarray(m * C, (m + 1) * C));
      const x = a.part("state", state.epoch, sample, state.layer, m), y = b.part("state", at.epoch, sample, at.layer, m), valid = [a, b].map((one) => one.part("state_valid", sample, m));
      const values = new Float32Array(rows * T).fill(NaN);
      for (let c = 0; c < rows; c++) {
        const other = theirs.indexOf(own[c]);
        for (let t = 0; other >= 0 && t < T; t++) if (valid[0][t] && valid[1][t]) values[c * T + t] = q(y[other * T + t]) - p(x[c * T + t]);
      }
      return { values, columns: T, rows, own, x, y, theirs };
    });
    const limit = largest(...all.map((one) => one.values)) || 1;
    all.forEach((one, m) => lanes[m].draw({ ...one, describe: (t, c) => ({ title: `channel ${one.own[c]}`, modality: m, at: { modality: m, channel: c, time: t },
      rows: [["‖h‖₂ in A", short(p(one.x[c * T + t]))], ["‖h‖₂ in B", short(q(one.y[one.theirs.indexOf(one.own[c]) * T + t]))], ["at", brief(a, sample, t)]] }) }, limit));
    common.textContent = `hidden states ‖h‖₂, layer ${a.layers[state.layer]}, epoch ${a.epochs[state.epoch]}: B − A (channels down, steps across); linear colours`;
    stateKey.draw(limit);
    below.draw(timeTicks(a, { ...state, zoom: null }), timeName(a, state)); // the maps show all steps
  }
  return { node, draw };
}
