// Part 1: draw the input of two or three streams, edit W, A, Δ, B and C; states, outputs, kernel, eigenvalues and the unrolled coupling graph.
import { button, glyph, h, mark, name, put } from "../dom.js";
import { chart, rangeOf } from "../chart.js";
import { rowsAcross } from "../axis.js";
import { fixed, short } from "../format.js";
import { coupledScan, decays, kernelOf, largestGrowth, matrix, responses, softmaxRows, transition } from "./maths/coupled_scan.js";
import { eigenvalues, spectralRadius } from "./maths/eigenvalues.js";
import { faultOfList, faultOfRows, listField, numberField, select } from "./fields.js";
import { formula, predict, title } from "./formula.js";
import { lane } from "./lane.js";
import { unitDisc } from "./unit_disc.js";
import { couplingGraph, LAGS } from "./coupling_graph.js";
import { kernelTable } from "./kernel_table.js";
import { NAMES } from "./names.js";
/** @import { Part } from "./types.js" */

export const L = 50;
const M = 3;
/** Parameters of a stream: key in the state, symbol, what it is, range, step. @type {[("A" | "dt" | "B" | "C"), string, string, number, number, number][]} */
const PARAMETERS = [["A", "A", "A: rate of decay", -2, 0, 0.01], ["dt", "Δ", "Δ: step size", 0, 2, 0.05], ["B", "B", "B: input weight", -2, 2, 0.1], ["C", "C", "C: output weight", -2, 2, 0.1]];

/** @typedef {{ x: number[][], W: number[][], A: number[], dt: number[], B: number[], C: number[], source: number, lag: number, log: boolean }} State */

/** @param {[number, number][]} pulses stream and step */
const pulsesAt = (pulses) => matrix(M, () => 0).map((_, m) => Array.from({ length: L }, (_, t) => (pulses.some(([k, step]) => k === m && step === t) ? 1 : 0)));
/** @param {number[][]} W @param {boolean} [log] logarithmic axes @returns {State} */
const withW = (W, log = false) => ({ x: pulsesAt([[0, 5], [1, 20]]), W, A: [-0.07, -0.07, -0.07], dt: [1, 1, 1], B: [1, 1, 1], C: [1, 1, 1], source: 0, lag: 2, log });

/** Words for the spectral radius. @param {number} rho @param {number[][]} Phi */
export function stabilityOf(rho, Phi) {
  if (!(rho > 0)) return "Without input every state is 0 after at most M steps.";
  if (Math.abs(rho - 1) < 1e-9) return "ρ = 1: the states neither decay nor diverge.";
  const steps = Math.log(2) / Math.abs(Math.log(rho));
  if (rho > 1) return `The states grow and diverge: by ${short(100 * (rho - 1), 3)} % a step, twice as large every ${short(steps, 3)} steps.`;
  const first = largestGrowth(Phi);
  return `The states decay: half as large every ${short(steps, 3)} steps.${first > 1 + 1e-9 ? ` Before that they can grow, up to ${short(first, 3)} times.` : ""}`;
}

/** @param {State} state */
function computed(state) {
  const { A, dt, B, C, W } = state, S = decays(dt, A), Phi = transition(S, W), values = eigenvalues(Phi), rho = spectralRadius(values);
  const states = responses(Phi, dt.map((d, m) => d * B[m]), L);
  return { S, Phi, values, rho, states, kernel: kernelOf(states, C), ...coupledScan(state) };
}

/** @type {Part<State>} */
export const coupledScanPart = {
  key: "coupled_scan",
  title: "Coupled scan",
  presets: {
    softmax: { label: "softmax rows, θ = 2", state: withW(softmaxRows(M, 2)) },
    identity: { label: "identity: independent streams", state: withW(softmaxRows(M, Infinity)) },
    mean: { label: "mean, 1/M everywhere", state: withW(softmaxRows(M, 0)) },
    cyclic: { label: "cyclic: each receives one other", state: withW(matrix(M, (m, k) => (k === (m + M - 1) % M ? 1 : 0))) },
    exact_sum: { label: "literal sum, 1 everywhere", state: withW(matrix(M, () => 1), true) },
  },
  fault(state) {
    const count = Array.isArray(state.W) ? state.W.length : 0;
    if (count < 2 || count > M) return `W has ${count} rows, expected 2 or ${M}`;
    const lists = PARAMETERS.map(([key, , , low, high]) => faultOfList(key, state[key], count, low, high)).find(Boolean);
    const whole = (/** @type {string} */ key, /** @type {number} */ below) => (Number.isInteger(state[key]) && state[key] >= 0 && state[key] < below ? "" : `${key} is ${JSON.stringify(state[key])}, expected a whole number from 0 to ${below - 1}`);
    return faultOfRows("W", state.W, count, count, -3, 3) || faultOfRows("x", state.x, count, L, -1, 1) || lists || whole("source", count) || whole("lag", LAGS) || (typeof state.log === "boolean" ? "" : `log is ${JSON.stringify(state.log)?.slice(0, 40)}, expected true or false`);
  },
  mount(edit) {
    /** @type {State} */
    let state;
    const streams = select("Streams", [["2", "2"], ["3", "3"]], (value) => resize(Number(value)));
    /** @param {number} count */
    function resize(count) {
      /** @template T @param {T[]} list @param {T} more */
      const cut = (list, more) => Array.from({ length: count }, (_, m) => (m < list.length ? list[m] : more));
      /** @param {number[]} list */
      const own = (list) => cut(list, list[0]);
      edit({
        x: cut(state.x, Array(L).fill(0)), W: matrix(count, (m, k) => state.W[m]?.[k] ?? (m === k ? 1 : 0)),
        A: own(state.A), dt: own(state.dt), B: own(state.B), C: own(state.C), source: Math.min(state.source, count - 1),
      });
    }
    // W, and what is the same for all steps of a stream
    const weights = matrix(M, () => 0).map((row, m) => row.map((_, k) => numberField({ label: `W, target ${NAMES[m]}, source ${NAMES[k]}`, min: -3, max: 3, step: 0.05 },
      (v) => edit({ W: state.W.map((one, i) => one.map((w, j) => (i === m && j === k ? v : w))) }))));
    const sums = weights.map(() => h("td", { class: "mmv-value" }));
    const heads = () => NAMES.map((text, m) => h("th", { scope: "col", "data-stream": m }, glyph(m), name(text)));
    const table = h("table", { class: "play-matrix", "aria-label": "Coupling weights W" },
      h("thead", {}, h("tr", {}, h("td", { class: "mmv-faint" }, "target"), ...heads(), h("th", { scope: "col" }, "row sum"))),
      h("tbody", {}, ...weights.map((row, m) => h("tr", { "data-stream": m }, h("th", { scope: "row" }, glyph(m), name(NAMES[m])), ...row.map(({ node }, k) => h("td", { "data-stream": k }, node)), sums[m]))));
    const parameters = PARAMETERS.map(([key, , title, min, max, step]) => NAMES.map((text, m) => numberField({ label: `${title.split(":")[0]} of ${text}`, min, max, step, slider: true },
      (v) => edit(/** @type {Partial<State>} */ ({ [key]: state[key].map((one, i) => (i === m ? v : one)) })))));
    const decay = NAMES.map((_, m) => h("td", { "data-stream": m, class: "mmv-value" })), half = NAMES.map((_, m) => h("td", { "data-stream": m, class: "mmv-value" }));
    const own = h("table", { class: "play-parameters", "aria-label": "Parameters of the streams" },
      h("thead", {}, h("tr", {}, h("td"), ...heads())),
      h("tbody", {}, ...PARAMETERS.map(([, symbol, title], i) => h("tr", {}, h("th", { scope: "row", title }, symbol), ...parameters[i].map(({ node }, m) => h("td", { "data-stream": m }, node)))),
        h("tr", {}, h("th", { scope: "row", title: "decay of one step" }, "S = exp(ΔA)"), ...decay), h("tr", {}, h("th", { scope: "row", title: "of the stream's own decay, without coupling" }, "half-life, steps"), ...half)));
    // inputs and charts
    const lanes = NAMES.map((text, m) => lane({ label: `Input x of ${text}, steps 0 to ${L - 1}`, m, range: [-1, 1], grid: 0.05, title: [glyph(m), name(text)] }, (values) => edit({ x: state.x.map((row, i) => (i === m ? values : row)) })));
    const lists = NAMES.map((text, m) => listField({ label: `x of ${text} as numbers`, count: () => L, min: -1, max: 1 }, (values) => edit({ x: state.x.map((row, i) => (i === m ? values : row)) })));
    const clear = button("Clear x", () => edit({ x: state.x.map((row) => row.map(() => 0)) }));
    const typed = h("details", { class: "play-typed" }, h("summary", {}, "x as numbers"), ...lists.map(({ node }, m) => h("label", { "data-stream": m, class: "mmv-control" }, h("span", {}, glyph(m), name(NAMES[m])), node)));
    const series = NAMES.map((text, m) => ({ m, name: text }));
    const statesChart = chart({ label: "States h: lines of the streams over the steps", series, tall: true, log: "log" }), outputs = chart({ label: "Outputs y: lines of the streams over the steps", series, log: "log" });
    const log = h("input", { type: "checkbox" });
    log.addEventListener("change", () => edit({ log: log.checked }));
    const disc = unitDisc(), words = h("p", { class: "play-words", role: "status" }), rho = h("span", { class: "play-rho" });
    const graph = couplingGraph((change) => edit(change)), kernel = kernelTable();
    const node = h("div", { class: "play-grid" },
      h("div", { class: "play-about" },
        formula(["h", "m", "t"], " = ", ["S", "", "m"], " Σ", ["", "", "k"], " ", ["W", "", "mk"], " ", ["h", "k", "t−1"], " + ", ["Δ", "", "m"], " ", ["B", "", "m"], " ", ["x", "m", "t"], ";  ", ["y", "m", "t"], " = ", ["C", "", "m"], " ", ["h", "m", "t"]),
        predict("Text has no input. At which step does its state become different from 0, and what changes if a row of W sums to 1.1?",
          "One step after the first pulse, if W couples text to audio: the coupling acts on the states of the step before. A row sum above 1 can move an eigenvalue out of the unit disc; then the states diverge.")),
      h("div", { class: "play-controls" },
        title("W: coupling weights (row: target, column: source)"), streams.node, table,
        title("Parameters of each stream"), own),
      h("div", { class: "play-main" },
        title("Input x: draw it"), h("div", { class: "play-row play-tools" }, clear, h("label", { class: "mmv-control" }, log, h("span", {}, "logarithmic |h| and |y|")), typed),
        ...lanes.map(({ node: one }, m) => (one.setAttribute("data-stream", String(m)), one)), statesChart.node, outputs.node),
      h("div", { class: "play-side" }, title("Eigenvalues of diag(S) W"), disc.node, h("div", {}, disc.list, rho, words)),
      h("div", { class: "play-below" }, graph.node, kernel.node));

    /** @param {State} next */
    function draw(next) {
      state = next;
      const count = next.W.length, { S, values, rho: radius, Phi, h: states, y, states: response, kernel: K } = computed(next);
      mark(node, "data-streams", String(count));
      streams.set(String(count));
      for (let m = 0; m < count; m++) {
        for (let k = 0; k < count; k++) weights[m][k].set(next.W[m][k]);
        put(sums[m], "textContent", short(next.W[m].reduce((sum, w) => sum + w, 0), 4));
        PARAMETERS.forEach(([key], i) => parameters[i][m].set(next[key][m]));
        put(decay[m], "textContent", fixed(S[m], 4));
        put(half[m], "textContent", S[m] < 1 ? short(Math.log(0.5) / Math.log(S[m]), 3) : "∞");
        lanes[m].draw({ values: next.x[m] });
        lists[m].set(next.x[m]);
      }
      const x = rowsAcross("step t", L, "other", (i) => `step ${i}`);
      x.ticks = [0, 10, 20, 30, 40, 49].map((t) => ({ at: t / (L - 1), text: String(t) }));
      for (const [lines, of, title] of /** @type {const} */ ([[statesChart, states, "State h"], [outputs, y, "Output y"]])) {
        // on a logarithmic axis a value of 0 has no place
        const sizes = of.map((row) => row.map((v) => (v ? Math.abs(v) : NaN))), shown = next.log ? sizes : of, [low, high] = rangeOf(shown, !next.log);
        lines.say({ title: next.log ? `${title.slice(0, -1)}|${title.slice(-1)}|, logarithmic` : title });
        lines.draw({ values: (k, i) => shown[k]?.[i], count: L, now: L - 1, range: low === high ? [0, 1] : [next.log ? Math.max(low, 1e-30 * high) : low, high], x, y: { name: next.log ? `|${title.slice(-1)}|` : title.slice(-1), text: (v) => short(v, 6) } });
      }
      put(log, "checked", next.log);
      disc.draw(values);
      put(rho, "textContent", `Spectral radius ρ = ${short(radius, 6)}`);
      put(words, "textContent", stabilityOf(radius, Phi));
      mark(words, "data-grows", String(radius > 1 + 1e-9));
      graph.draw(next, response);
      kernel.draw(K, next.lag);
    }
    return { node, draw };
  },
};
