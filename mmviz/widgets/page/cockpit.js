// The charts of a live training: curves by epoch, marks where the training was changed, and the list of changes.
import { h, heading, glyph, name } from "./dom.js";
import { epochAcross } from "./axis.js";
import { chart, dash, rangeOf, seriesButton } from "./chart.js";
import { short } from "./format.js";
import { mountReadout } from "./readout.js";

/** @import { Model } from "./types.js" */
/**
 * @typedef {{ name: string, chart: string, modality: number }} Curve
 * @typedef {{ epochs: number[], curves: Curve[], body: DataView | Uint8Array }} History
 * @typedef {{ epoch: number, step: number, place: number, what: string, from: string, to: string }} Change
 */

const FEWEST = 5; // epochs that the axis covers at least

/** @param {DataView | Uint8Array} body */
const floats = (body) => new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength));

/**
 * One chart; the same element is drawn again for every new row of the history.
 * @param {string} title
 * @param {(Curve & { k: number })[]} columns
 */
function curveChart(title, columns) {
  const plain = columns.every(({ modality }) => modality < 0), single = plain && columns.length === 1;
  const one = chart({ label: `${title} by epoch: ${columns.map((curve) => curve.name).join(", ")}`,
    log: "linear", series: columns.map(({ modality, name: own }, f) => (plain ? { f, name: own } : { m: modality, name: own })) });
  const numbers = columns.map(() => h("span"));
  const legend = h("div", { class: "mmv-small mmv-curve-values" }, ...columns.map((curve, c) =>
    h("span", { class: "mmv-key" }, ...(single ? [] : [seriesButton((on) => one.turn(c, on), curve.name, plain ? dash(c) : glyph(curve.modality), h("span", {}, name(curve.name), " "))]), numbers[c])));
  const node = h("div", { "data-chart": title }, one.node, legend);
  const box = /** @type {HTMLElement} */ (one.node.querySelector(".mmv-plot"));
  /** @type {HTMLElement[]} */
  let marks = [];
  /** @param {number[]} epochs @param {Float32Array} table @param {number} count @param {Change[]} changes */
  function draw(epochs, table, count, changes) {
    const first = epochs[0] ?? 0, last = Math.max(epochs[epochs.length - 1] ?? 0, first + FEWEST), reach = last - first;
    // an epoch without a value of a quantity that is not computed at every epoch is no gap
    const values = columns.map(({ k }) => epochs.map((_, i) => (Number.isNaN(table[i * count + k]) ? undefined : table[i * count + k])));
    const range = rangeOf(values.map((list) => list.filter((v) => v !== undefined)), !plain), now = epochs.length - 1;
    /** @param {number} i */
    const place = (i) => (epochs[i] - first) / reach;
    one.say({ title });
    one.draw({ values: (c, i) => values[c][i], count: epochs.length, now, range, place, x: epochAcross(epochs, place), y: { name: title, text: (v) => short(v) } });
    numbers.forEach((span, c) => (span.textContent = now < 0 || values[c][now] === undefined ? "" : short(/** @type {number} */ (values[c][now]))));
    marks.forEach((mark) => mark.remove());
    marks = [...new Set(changes.map(({ place }) => place))].filter((place) => place >= first && place <= last).map((place) => {
      const mark = h("span", { class: "mmv-change-mark", title: changes.filter((each) => each.place === place).map(sentence).join("\n") });
      mark.style.left = `${(100 * (place - first)) / reach}%`;
      return mark;
    });
    box.append(...marks);
  }
  return { node, draw };
}

/** @param {Change} change */
const sentence = ({ epoch, step, what, from, to }) => `epoch ${epoch}, step ${step}: ${plainName(what)} ${from} → ${to}`;

// "modality_dropout/audio" → "modality dropout, audio": the name of a modality is unchanged
/** @param {string} what */
function plainName(what) {
  const [quantity, ...modality] = what.split("/");
  return [quantity.replaceAll("_", " "), ...(modality.length ? [modality.join("/")] : [])].join(", ");
}

/** @param {Change[]} changes */
function changeTable(changes) {
  if (!changes.length) return h("p", { class: "mmv-faint mmv-small" }, "No intervention so far.");
  const cells = changes.map(({ epoch, step, what, from, to }) => h("tr", {}, h("td", {}, String(epoch)), h("td", {}, String(step)),
    h("th", { scope: "row" }, name(plainName(what))), h("td", {}, name(from)), h("td", {}, name(to))));
  const head = ["epoch", "step", "what", "from", "to"].map((text) => h("th", { scope: "col" }, text));
  return h("table", { class: "mmv-list mmv-changes" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...cells));
}

let serial = 0;

/**
 * Draw the charts of a live training into an element; the returned function removes its listeners.
 * @param {{ model: Model, el: HTMLElement }} host
 */
export function renderCockpit({ model, el }) {
  const id = `mmv-cockpit-${++serial}`;
  const status = h("p", { class: "mmv-readout", role: "status", "aria-live": "polite" });
  const error = h("p", { class: "mmv-error", role: "alert" });
  const charts = h("div", { class: "mmv-pair mmv-cockpit-charts" }), table = h("div", { class: "mmv-scroll-x" });
  const waiting = h("p", { class: "mmv-faint mmv-small" }, "The curves begin after epoch 0, the untrained model.");
  const title = h("div", { class: "mmv-title", id, role: "heading", "aria-level": 2 });
  const changed = heading("Interventions");
  changed.setAttribute("aria-level", "3");
  const root = h("section", { class: "mmv mmv-cockpit", "aria-labelledby": id }, error, title, status, waiting, charts, changed, table);
  /** @type {string[]} */ (model.get("colours")).forEach((colour, m) => root.style.setProperty(`--m${m}`, colour));
  /** @type {Map<string, ReturnType<typeof curveChart>>} */
  const drawn = new Map();

  function drawHistory() {
    /** @type {History} */
    const { epochs, curves, body } = model.get("history"), values = floats(body);
    waiting.hidden = epochs.length > 0;
    const titles = [...new Set(curves.map((curve) => curve.chart))];
    for (const one of titles) {
      const columns = curves.map((curve, k) => ({ ...curve, k })).filter((curve) => curve.chart === one);
      const key = JSON.stringify([one, columns]); // the curves of a chart change with the strategy
      const found = drawn.get(key) ?? curveChart(one, columns);
      drawn.set(key, found);
      found.draw(epochs, values, curves.length, model.get("changes"));
      const at = titles.indexOf(one);
      if (charts.children[at] !== found.node) charts.insertBefore(found.node, charts.children[at] ?? null);
    }
    while (charts.children.length > titles.length) charts.lastElementChild?.remove();
    readouts.redraw();
  }
  function drawTexts() {
    title.textContent = model.get("title");
    if (status.textContent !== model.get("status")) status.textContent = model.get("status");
    if (error.textContent !== model.get("error")) error.textContent = model.get("error");
  }
  function drawChanges() {
    table.replaceChildren(changeTable(model.get("changes")));
    drawHistory();
  }
  /** @type {[string, () => void][]} */
  const listeners = [["change:history", drawHistory], ["change:changes", drawChanges], ["change:status", drawTexts], ["change:error", drawTexts]];
  listeners.forEach(([event, draw]) => model.on(event, draw));
  el.append(root);
  const modalities = /** @type {string[]} */ (model.get("names")).map((one) => ({ name: one }));
  const readouts = mountReadout(root, /** @type {any} */ ([{ modalities }]));
  drawTexts();
  drawChanges();
  return () => {
    readouts.stop();
    listeners.forEach(([event, draw]) => model.off(event, draw));
  };
}
