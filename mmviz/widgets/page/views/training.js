// Training history: one chart for each quantity; a click selects an epoch.
import { h, heading, glyph, name } from "../dom.js";
import { chart, dash, rangeOf, seriesButton } from "../chart.js";
import { short } from "../format.js";
import { epochAcross } from "../axis.js";
import { register } from "../registry.js";
/** @import { Frame } from "../types.js" */

// The curves of one chart, in a run.
/** @type {(frame: Frame, title: string) => ArrayLike<number>[]} */
const columnsOf = ({ curves, part }, title) => [...curves.keys()].filter((k) => curves[k].chart === title)
  .map((k) => part("history").filter((_, i) => i % curves.length === k));

// The values of a curve, undefined at epochs where no value is expected: it was measured at the recorded epochs only, or at
// regular intervals. Any other epoch without a value is a gap.
/** @type {(values: number[], frame: Frame) => (number | undefined)[]} */
function expected(values, { history_epochs: epochs, epochs: recorded }) {
  const noted = epochs.filter((_, i) => Number.isFinite(values[i]));
  const apart = noted.slice(1).map((e, i) => e - noted[i]);
  /** @param {number} n */
  const often = (n) => apart.filter((one) => one === n).length;
  const usual = apart.reduce((best, n) => (often(n) > often(best) ? n : best), 1), every = often(usual) > 1 ? usual : 1;
  const among = recorded.length < epochs.length && noted.every((e) => recorded.includes(e));
  /** @param {number} e */
  const due = (e) => (among ? recorded.includes(e) : (e - noted[0]) % every === 0);
  return values.map((v, i) => (Number.isFinite(v) || due(epochs[i]) ? v : undefined));
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const { curves, history_epochs: epochs } = frame, K = curves.length, table = frame.part("history");
  const first = epochs[0], reach = epochs[epochs.length - 1] - first || 1;
  // the nearest recorded epoch: only recorded epochs can be selected
  /** @param {number} x */
  const nearest = (x) => frame.epochs.reduce((best, e, i) => (Math.abs(e - first - x * reach) < Math.abs(frame.epochs[best] - first - x * reach) ? i : best), 0);
  const charts = [...new Set(curves.map((curve) => curve.chart))].map((title) => {
    const columns = curves.map((curve, k) => ({ ...curve, k })).filter((curve) => curve.chart === title);
    const plain = columns.every((curve) => curve.modality < 0);
    const one = chart({ label: `${title} over training: ${columns.map((curve) => curve.name).join(", ")}`, onPick: (x) => pick({ epoch: nearest(x) }),
      log: "linear", series: columns.map((curve, f) => (plain ? { f, name: curve.name } : { m: curve.modality, name: curve.name })) });
    /** @param {number} i */
    const place = (i) => (epochs[i] - first) / reach;
    const values = columns.map(({ k }) => expected(epochs.map((_, i) => table[i * K + k]), frame));
    const range = rangeOf(frame.compared.filter((other) => other.has("history")).flatMap((other) => columnsOf(other, title)), !plain), unit = /loss/.test(title) && frame.task === "classification" ? "nats" : "";
    one.say({ title: unit ? `${title}: cross-entropy in nats, and auxiliary losses` : title });
    const single = plain && columns.length === 1, numbers = columns.map(() => h("span"));
    const legend = h("div", { class: "mmv-small mmv-curve-values" }, ...columns.map((curve, c) =>
      h("span", { class: "mmv-key" }, ...(single ? [] : [seriesButton((on) => one.turn(c, on), curve.name, plain ? dash(c) : glyph(curve.modality), h("span", {}, name(curve.name), " "))]), numbers[c])));
    const node = h("div", {}, one.node, legend);
    /** @param {number} epoch */
    const draw = (epoch) => {
      const now = epochs.indexOf(epoch);
      one.draw({ values: (c, i) => values[c][i], count: epochs.length, now, range, place, x: { ...epochAcross(epochs, place), text: (i) => String(epochs[i]) }, y: { name: title, unit, text: (v) => short(v) } });
      numbers.forEach((span, c) => (span.textContent = now < 0 || values[c][now] === undefined ? "" : short(values[c][now])));
    };
    return { node, draw };
  });
  root.append(heading("Training"), h("div", { class: "mmv-pair" }, ...charts.map((one) => one.node)));
  return ({ epoch }) => charts.forEach((one) => one.draw(frame.epochs[epoch]));
}

register({
  name: "training",
  section: "training",
  place: "wide",
  order: 30,
  needs: ["history"],
  mount,
});
