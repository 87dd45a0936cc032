// Part 2: one selective state. Δ, B and C are valves over time: what is kept, written and read.
import { choice, h, mark, put } from "../dom.js";
import { chart, legend, rangeOf } from "../chart.js";
import { rowsAcross } from "../axis.js";
import { short } from "../format.js";
import { faultOfList, numberField } from "./fields.js";
import { formula, predict, title } from "./formula.js";
import { lane } from "./lane.js";
import { lastMarked, selectiveState } from "./maths/selective_state.js";
/** @import { Part } from "./types.js" */

const L = 24;
/** @typedef {"copy" | "noise"} Task */
/** @typedef {{ task: Task, A: number, x: number[], dt: number[], B: number[], C: number[], step: number }} State */
/** @type {Record<Task, { marks: number[], text: string }>} */
const TASKS = {
  copy: { marks: [6], text: "Copy: the last output y must be the marked input x." },
  noise: { marks: [2, 9, 17], text: "Ignore noise: at every step y must be the last marked input x." },
};
const INPUTS = [0.3, -0.6, 0.8, -0.35, 0.5, -0.75, 0.9, 0.2, -0.45, -0.6, 0.55, -0.25, 0.7, -0.8, 0.15, 0.4, -0.5, 0.45, -0.7, 0.6, -0.2, 0.75, -0.4, -0.55];
/** @param {Task} task @param {(marked: boolean, t: number) => [dt: number, B: number, C: number]} valves @returns {State} */
function preset(task, valves) {
  const all = INPUTS.map((_, t) => valves(TASKS[task].marks.includes(t), t));
  return { task, A: -1, x: INPUTS, dt: all.map(([d]) => d), B: all.map(([, b]) => b), C: all.map(([, , c]) => c), step: TASKS[task].marks[0] };
}
/** key, symbol and what the valve does, range @type {[("x" | "dt" | "B" | "C"), string, number, number][]} */
const LANES = [["x", "x: input", -1, 1], ["dt", "Δ: closed keeps the state, open forgets it", 0, 4], ["B", "B: write", 0, 1], ["C", "C: read", 0, 1]];

/** @type {Part<State>} */
export const selectiveStatePart = {
  key: "selective_state",
  title: "Selective state",
  presets: {
    copy_constant: { label: "copy one value: constant valves", state: preset("copy", () => [0.3, 1, 1]) },
    copy_selective: { label: "copy one value: selective valves", state: preset("copy", (marked, t) => [marked ? 4 : 0, marked ? 0.25 : 0, t === L - 1 ? 1 : 0]) },
    noise_constant: { label: "ignore noise: constant valves", state: preset("noise", () => [0.3, 1, 1]) },
    noise_selective: { label: "ignore noise: selective valves", state: preset("noise", (marked) => [marked ? 4 : 0, 0.25, 1]) },
  },
  fault(state) {
    if (!Object.hasOwn(TASKS, state.task)) return `task is ${JSON.stringify(state.task)?.slice(0, 40)}, expected ${Object.keys(TASKS).join(" or ")}`;
    if (!(typeof state.A === "number" && state.A >= -2 && state.A <= 0)) return `A is ${JSON.stringify(state.A)?.slice(0, 40)}, expected a number from -2 to 0`;
    if (!(Number.isInteger(state.step) && state.step >= 0 && state.step < L)) return `step is ${JSON.stringify(state.step)?.slice(0, 40)}, expected a whole number from 0 to ${L - 1}`;
    return LANES.map(([key, , low, high]) => faultOfList(key, state[key], L, low, high)).find(Boolean) ?? "";
  },
  mount(edit) {
    const tasks = /** @type {Task[]} */ (Object.keys(TASKS)), task = choice("Task", ["copy one marked value", "ignore noise"], (i) => edit({ task: tasks[i] }));
    const decay = numberField({ label: "A", min: -2, max: 0, step: 0.05, slider: true }, (A) => edit({ A }));
    const lanes = LANES.map(([key, text, low, high]) => lane({ label: `${text.split(":")[0]}${key === "dt" ? ", step size" : text.split(":")[1]}, steps 0 to ${L - 1}`, range: [low, high], grid: 0.05, title: [document.createTextNode(text)] }, (values) => edit(/** @type {Partial<State>} */ ({ [key]: values }))));
    const parts = ["state h", "kept: S times the previous state", "written: Δ B x"], results = ["output y", "target"];
    const states = chart({ label: "State: what is kept, written, and their sum", series: parts.map((name, f) => ({ f, name })), tall: true, onPick: (at) => edit({ step: Math.round(at * (L - 1)) }) });
    const outputs = chart({ label: "Output and target", series: results.map((name, f) => ({ f, name })), tall: true, onPick: (at) => edit({ step: Math.round(at * (L - 1)) }) });
    const weights = lane({ label: "Weight of each input in the last output (computed)", range: [-1, 1], grid: 0.001, title: [document.createTextNode("weight of x at each step in the last output (computed)")] }, () => {});
    weights.node.toggleAttribute("data-computed", true);
    const range = h("input", { type: "range", min: 0, max: L - 1, step: 1, "aria-label": "Step t" }), at = h("span", { class: "mmv-whole" });
    range.addEventListener("input", () => edit({ step: Number(range.value) }));
    const rows = [["keep", "S = exp(ΔA)"], ["write", "Δ B"], ["read", "C"]].map(([name, symbol]) => {
      const opening = h("td", { class: "mmv-value" }), flow = h("td", { class: "mmv-value" }), bar = h("div", { class: "mmv-bar" });
      return { opening, flow, bar, node: h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "mmv-faint" }, symbol), opening, h("td", { class: "play-opening" }, h("div", { class: "mmv-track" }, bar)), flow) };
    });
    const goal = h("p", { class: "play-words" }), error = h("p", { class: "play-words play-error", role: "status" });
    const node = h("div", { class: "play-two" },
      h("div", { class: "play-about" }, formula(["h", "", "t"], " = exp(", ["Δ", "", "t"], " A) ", ["h", "", "t−1"], " + ", ["Δ", "", "t"], " ", ["B", "", "t"], " ", ["x", "", "t"], ";  ", ["y", "", "t"], " = ", ["C", "", "t"], " ", ["h", "", "t"]),
        predict("With constant valves, can the last output be the marked input alone? Which of Δ, B and C must change over time?",
          "No: constant valves write every input, and the last ones have the largest weight. Δ must be open at the mark only: it writes there and keeps the state everywhere else. Then B and C may be constant.")),
      h("div", {}, h("div", { class: "mmv-controls" }, task.node, h("label", { class: "mmv-control" }, h("span", {}, "A"), decay.node)), goal,
        title("Draw the input and the three valves"), ...lanes.map((one) => one.node), weights.node,
        title("The three valves at one step"), h("label", { class: "mmv-control mmv-grow" }, h("span", {}, "step t"), range, at),
        h("table", { class: "play-valves", "aria-label": "The three valves at one step" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "valve"), h("th", { scope: "col" }, "symbol"), h("th", { scope: "col" }, "opening"), h("td"), h("th", { scope: "col" }, "what passes"))), h("tbody", {}, ...rows.map((row) => row.node)))),
      h("div", {}, title("What the state holds"), states.node, legend(parts, states.turn), outputs.node, legend(results, outputs.turn), error));

    /** @param {State} state */
    function draw(state) {
      const { S, kept, written, h: states_, y, weights: shares } = selectiveState(state), t = state.step, marked = INPUTS.map((_, i) => TASKS[state.task].marks.includes(i));
      put(task.select, "value", String(tasks.indexOf(state.task)));
      decay.set(state.A);
      LANES.forEach(([key], i) => lanes[i].draw({ values: state[key], marked }));
      const far = Math.max(1, ...shares.map(Math.abs));
      weights.draw({ values: shares.map((v) => v / far), marked, texts: shares, scale: far });
      const target = lastMarked(state.x, marked);
      const x = rowsAcross("step t", L, "other", (i) => `step ${i}`);
      x.ticks = [0, 5, 10, 15, 20, 23].map((i) => ({ at: i / (L - 1), text: String(i) }));
      for (const [lines, of, name] of /** @type {[typeof states, number[][], string][]} */ ([[states, [states_, kept, written], "State h, the sum of what is kept and written"], [outputs, [y, target], "Output y and target"]])) {
        const [low, high] = rangeOf(of, true);
        lines.say({ title: name });
        lines.draw({ values: (k, i) => of[k][i], count: L, now: t, range: low === high ? [0, 1] : [low, high], x, y: { name: "value", text: (v) => short(v, 6) } });
      }
      const off = state.task === "copy" ? Math.abs(y[L - 1] - target[L - 1]) : Math.sqrt(y.reduce((sum, v, i) => sum + (v - target[i]) ** 2, 0) / L);
      put(goal, "textContent", `${TASKS[state.task].text} Marked steps have a band.`);
      put(error, "textContent", state.task === "copy" ? `Error |y − target| at the last step: ${short(off, 4)}` : `Root mean squared error of y: ${short(off, 4)}`);
      put(range, "value", String(t));
      put(at, "textContent", String(t));
      const openings = [S[t], state.dt[t] * state.B[t], state.C[t]], flows = [`${short(S[t])} · ${short(t ? states_[t - 1] : 0)} = ${short(kept[t], 4)}`, `${short(openings[1])} · ${short(state.x[t])} = ${short(written[t], 4)}`, `${short(state.C[t])} · ${short(states_[t])} = ${short(y[t], 4)}`];
      rows.forEach((row, i) => {
        put(row.opening, "textContent", short(openings[i], 4));
        put(row.flow, "textContent", flows[i]);
        row.bar.style.cssText = `left:0;width:${(100 * Math.min(1, openings[i])).toFixed(1)}%`;
        mark(row.bar, "data-open", String(openings[i] > 0));
      });
    }
    return { node, draw };
  },
};
