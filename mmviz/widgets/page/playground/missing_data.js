// Part 5: frames of streams that are switched off: the states with zeros as input, and with the step skipped as in Coupled Mamba of this package.
import { button, choice, glyph, h, name, put } from "../dom.js";
import { chart, legend, rangeOf } from "../chart.js";
import { rowsAcross } from "../axis.js";
import { short } from "../format.js";
import { faultOfList, faultOfRows, numberField } from "./fields.js";
import { formula, predict, title } from "./formula.js";
import { lane } from "./lane.js";
import { coupledScan, couplingOf } from "./maths/coupled_scan.js";
import { NAMES } from "./names.js";
/** @import { Part } from "./types.js" */

const L = 24, KINDS = ["softmax", "identity", "mean", "exact_sum"], ROWS = ["complete", "zero input", "skipped step"];
/** @typedef {{ kind: string, A: number[], x: number[][], on: number[][] }} State on: 1 where a frame is available, else 0 */
const INPUTS = NAMES.map((_, m) => Array.from({ length: L }, (__, t) => Number((0.6 * Math.sin((t + 1) * (0.55 + 0.3 * m)) + (t % (5 + m) === 0 ? 0.35 : 0)).toFixed(2))));
/** @param {(m: number, t: number) => boolean} off @param {Partial<State>} [own] @returns {State} */
const without = (off, own) => ({ kind: "softmax", A: [-0.1, -0.1, -0.1], x: INPUTS, on: NAMES.map((_, m) => Array.from({ length: L }, (__, t) => (off(m, t) ? 0 : 1))), ...own });

/** The states of the three ways, (way, stream, step), and both couplings. @param {State} state */
export function statesWithGaps({ kind, A, x, on }) {
  const dt = A.map(() => 1), B = dt, C = dt, mask = on.map((row) => row.map((v) => v > 0.5)), available = mask.map((row) => row.some(Boolean));
  const whole = couplingOf(kind, available.map(() => true)), own = couplingOf(kind, available);
  const zeros = x.map((row, m) => row.map((v, t) => (mask[m][t] ? v : 0)));
  return { states: [coupledScan({ x, dt, A, B, C, W: whole }).h, coupledScan({ x: zeros, dt, A, B, C, W: whole }).h, coupledScan({ x, dt, A, B, C, W: own, mask }).h], available, own };
}

/** @type {Part<State>} */
export const missingDataPart = {
  key: "missing_data",
  title: "Missing data",
  presets: {
    gap: { label: "audio has a gap", state: without((m, t) => m === 0 && t >= 8 && t < 16) },
    absent: { label: "audio is absent", state: without((m) => m === 0) },
    frames: { label: "single frames are missing", state: without((m, t) => (7 * t + 5 * m * m) % (6 + m) < 2) },
    independent: { label: "a gap, independent streams", state: without((m, t) => m === 0 && t >= 8 && t < 16, { kind: "identity" }) },
    complete: { label: "nothing is missing", state: without(() => false) },
  },
  fault(state) {
    if (!KINDS.includes(state.kind)) return `kind is ${JSON.stringify(state.kind)?.slice(0, 40)}, expected one of ${KINDS.join(", ")}`;
    return faultOfList("A", state.A, NAMES.length, -2, 0) || faultOfRows("x", state.x, NAMES.length, L, -1, 1) || faultOfRows("on", state.on, NAMES.length, L, 0, 1);
  },
  mount(edit) {
    /** @type {State} */
    let state;
    /** @param {"x" | "on"} key @param {number} m @param {number[]} values */
    const change = (key, m, values) => edit({ [key]: state[key].map((row, i) => (i === m ? values : row)) });
    const kind = choice("Coupling W", ["softmax rows, θ = 2", "identity", "mean", "literal sum"], (i) => edit({ kind: KINDS[i] }));
    const decay = NAMES.map((text, m) => numberField({ label: `A of ${text}`, min: -2, max: 0, step: 0.05 }, (v) => edit({ A: state.A.map((one, i) => (i === m ? v : one)) })));
    const streams = NAMES.map((text, m) => {
      const all = button("All on", () => change("on", m, Array(L).fill(1)), { "aria-label": `All frames of ${text} on` }), none = button("All off", () => change("on", m, Array(L).fill(0)), { "aria-label": `All frames of ${text} off` });
      return {
        x: lane({ label: `Input x of ${text}, steps 0 to ${L - 1}`, m, range: [-1, 1], grid: 0.05, title: [glyph(m), document.createTextNode(`x of ${text}`)] }, (values) => change("x", m, values)),
        on: lane({ label: `Available frames of ${text}: 1 available, 0 missing`, m, range: [0, 1], grid: 1, low: true, title: [h("span", {}, "available frames: 1, missing: 0"), all, none] }, (values) => change("on", m, values)),
        lines: chart({ label: `States h of ${text}: complete, zero input, skipped step`, series: ROWS.map((name, f) => ({ f, name })), tall: true }),
      };
    });
    const keys = legend(ROWS, (f, on) => streams.forEach(({ lines }) => lines.turn(f, on)));
    const cells = NAMES.map(() => Array.from({ length: 5 }, () => h("td", { class: "mmv-value" })));
    const table = h("table", { class: "play-ends", "aria-label": "States at the last step" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "h at the last step"), ...[...ROWS, "zero − complete", "skipped − complete"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...NAMES.map((text, m) => h("tr", {}, h("th", { scope: "row" }, glyph(m), name(text)), ...cells[m]))));
    const words = h("p", { class: "play-words", role: "status" });
    const node = h("div", { class: "play-two" },
      h("div", { class: "play-about" }, formula("zero input: ", ["x", "m", "t"], " = 0;   skipped step: ", ["h", "m", "t"], " = ", ["h", "m", "t−1"]),
        predict("Audio has a gap of eight frames. In which of the two ways does its state decay in the gap, and does the state of text change?",
          "With zero input the state of audio decays and is coupled in every step. A skipped step keeps it, neither decayed nor coupled. The state of text changes in both ways, as W couples it to audio; with W = I it does not.")),
      h("div", { class: "play-about mmv-controls" }, kind.node, ...decay.map(({ node: field }, m) => h("span", { class: "mmv-control" }, h("span", {}, glyph(m), `A of ${NAMES[m]}`), field))),
      h("div", { class: "play-about play-ways" }, title("Draw the inputs, and switch frames on or off"), keys),
      ...streams.flatMap(({ x, on, lines }) => [h("div", {}, x.node, on.node), h("div", {}, lines.node)]),
      h("div", { class: "play-about mmv-scroll-x", tabindex: 0, role: "group", "aria-label": "States at the last step" }, table), h("div", { class: "play-about" }, words));

    /** @param {State} next */
    function draw(next) {
      state = next;
      const { states, available, own } = statesWithGaps(state), x = rowsAcross("step t", L, "other", (i) => `step ${i}`);
      x.ticks = [0, 5, 10, 15, 20, 23].map((i) => ({ at: i / (L - 1), text: String(i) }));
      put(kind.select, "value", String(KINDS.indexOf(state.kind)));
      streams.forEach((stream, m) => {
        const missing = state.on[m].map((v) => v < 0.5), of = states.map((way) => way[m]), [low, high] = rangeOf(of, true);
        decay[m].set(state.A[m]);
        stream.x.draw({ values: state.x[m], marked: missing });
        stream.on.draw({ values: state.on[m] });
        stream.lines.say({ title: `State h of ${NAMES[m]}` });
        stream.lines.draw({ values: (k, i) => of[k][i], count: L, now: -1, range: low === high ? [0, 1] : [low, high], x, y: { name: "h", text: (v) => short(v, 6) } });
        const ends = of.map((way) => way[L - 1]);
        [...ends, ends[1] - ends[0], ends[2] - ends[0]].forEach((v, k) => put(cells[m][k], "textContent", short(v, 4)));
      });
      const gone = NAMES.filter((_, m) => !available[m]), off = state.on.flat().filter((v) => v < 0.5).length;
      const first = available.indexOf(true), rule = state.kind === "exact_sum" ? "their columns are 0" : "the weights of the other sources are renormalised";
      const removed = state.kind === "identity" || first < 0 ? "" : ` With skipped steps, absent streams are removed from W: ${rule} (row of ${NAMES[first]}: ${own[first].map((w) => short(w)).join(", ")}).`;
      put(words, "textContent", `${off} of ${NAMES.length * L} frames are missing. ${gone.length ? `Absent: ${gone.join(", ")}.${removed}` : "A skipped step keeps the state of its stream, which the other streams still receive."}`);
    }
    return { node, draw };
  },
};
