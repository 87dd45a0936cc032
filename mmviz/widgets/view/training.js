// The course of the training: one chart for each quantity, each of them scrubs the epoch.
import { h, heading, glyph, name } from "./dom.js";
import { chart, dash, rangeOf } from "./chart.js";
import { short, tick } from "./words.js";

export const needs = ["history"];

export function mount(root, frame, _state, pick) {
  const { curves, history_epochs: epochs } = frame, K = curves.length, table = frame.part("history");
  const first = epochs[0], reach = epochs[epochs.length - 1] - first || 1;
  // the recorded epoch nearest to a place: only those can be shown
  const nearest = (x) => frame.epochs.reduce((best, e, i) => (Math.abs(e - first - x * reach) < Math.abs(frame.epochs[best] - first - x * reach) ? i : best), 0);
  const charts = [...new Set(curves.map((curve) => curve.chart))].map((title) => {
    const columns = curves.map((curve, k) => ({ ...curve, k })).filter((curve) => curve.chart === title);
    const plain = columns.every((curve) => curve.modality < 0);
    const one = chart({ label: `${title} over training: ${columns.map((curve) => curve.name).join(", ")}`, onPick: (x) => pick({ epoch: nearest(x) }),
      series: columns.map((curve, f) => (plain ? { f } : { m: curve.modality })) });
    const noted = epochs.map((_, i) => i).filter((i) => columns.some(({ k }) => Number.isFinite(table[i * K + k])));
    const place = (i) => (epochs[noted[i]] - first) / reach, values = columns.map(({ k }) => noted.map((i) => table[i * K + k]));
    const range = rangeOf(values, !plain);
    one.say({ title, high: tick(range[1]), low: tick(range[0]), from: `epoch ${epochs[0]}`, to: String(epochs[epochs.length - 1]) });
    const single = plain && columns.length === 1, told = columns.map(() => h("span"));
    const said = h("div", { class: "mmv-small mmv-said-values" }, ...columns.map((curve, c) =>
      h("span", { class: "mmv-key" }, ...(single ? [] : [plain ? dash(c) : glyph(curve.modality), h("span", {}, name(curve.name), " ")]), told[c])));
    const node = h("div", {}, one.node, said);
    const draw = (epoch) => {
      const now = noted.findIndex((i) => epochs[i] === epoch);
      one.draw({ values: (c, i) => values[c][i], count: noted.length, now, range, place });
      told.forEach((span, c) => (span.textContent = now < 0 ? "" : short(values[c][now])));
    };
    return { node, draw };
  });
  root.append(heading("Training"), h("div", { class: "mmv-pair" }, ...charts.map((one) => one.node)));
  return ({ epoch }) => charts.forEach((one) => one.draw(frame.epochs[epoch]));
}
