// Part 4: transport between two small weighted point sets: the exact or the entropic plan beside the relaxed plan of AlignMamba.
import { choice, h, put } from "../dom.js";
import { fixed, short } from "../format.js";
import { faultOfList, numberField } from "./fields.js";
import { formula, predict, title } from "./formula.js";
import { costOf, entropicPlan, exactPlan, received, relaxedPlan, squaredDistances } from "./maths/transport.js";
import { LEAST_MASS, transportPicture } from "./transport_picture.js";
/** @import { Part } from "./types.js" */
/** @import { Matrix } from "./maths/coupled_scan.js" */
/** @import { Side } from "./transport_picture.js" */

const COUNT = 4, KINDS = ["exact", "entropic"];
/** @typedef {{ x: number[], y: number[], a: number[], b: number[], kind: string, epsilon: number }} State */
/** @param {number[]} masses */
const shares = (masses) => masses.map((v) => v / masses.reduce((sum, one) => sum + one, 0));

/** Costs, plans and received masses of a state; masses are shares of 1. @param {State} state */
export function plansOf({ x, y, a, b, kind, epsilon }) {
  const cost = squaredDistances(x, y), from = shares(a), to = shares(b), exact = exactPlan(cost, from, to), relaxed = relaxedPlan(cost, from);
  const entropic = kind === "entropic" ? entropicPlan(cost, from, to, epsilon) : null, plan = entropic?.plan ?? exact;
  return { plan, relaxed, from, to, exactCost: costOf(exact, cost), cost: costOf(plan, cost), relaxedCost: costOf(relaxed, cost), entropic };
}

/** A plan as a table: sources in rows, targets in columns, with what is sent, received and asked for. @param {string} label */
function planTable(label) {
  const cells = Array.from({ length: COUNT }, () => Array.from({ length: COUNT }, () => h("td", { class: "mmv-value" }))), sent = cells.map(() => h("td", { class: "mmv-value" }));
  const got = cells.map(() => h("td", { class: "mmv-value" })), asked = cells.map(() => h("td", { class: "mmv-value" }));
  const node = h("table", { class: "play-plan", "aria-label": label },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "source"), ...cells.map((_, j) => h("th", { scope: "col" }, `target ${j + 1}`)), h("th", { scope: "col" }, "sends"))),
    h("tbody", {}, ...cells.map((row, i) => h("tr", {}, h("th", { scope: "row" }, String(i + 1)), ...row, sent[i])),
      h("tr", { class: "play-last" }, h("th", { scope: "row" }, "receives"), ...got, h("td")), h("tr", {}, h("th", { scope: "row" }, "its mass b"), ...asked)));
  /** @param {Matrix} plan @param {number[]} from @param {number[]} to */
  function draw(plan, from, to) {
    const sums = received(plan);
    plan.forEach((row, i) => row.forEach((v, j) => put(cells[i][j], "textContent", v > 0 && v < 5e-5 ? "< 0.0001" : v ? fixed(v, 4) : "0")));
    from.forEach((v, i) => put(sent[i], "textContent", fixed(v, 4)));
    to.forEach((v, j) => {
      put(asked[j], "textContent", fixed(v, 4));
      put(got[j], "textContent", fixed(sums[j], 4));
    });
  }
  return { node, draw };
}

/** @param {Partial<State>} own @returns {State} */
const start = (own) => ({ x: [0.1, 0.3, 0.5, 0.9], y: [0.2, 0.4, 0.7, 0.8], a: [0.5, 0.5, 0.5, 0.5], b: [0.5, 0.5, 0.5, 0.5], kind: "exact", epsilon: 0.02, ...own });
/** @type {Part<State>} */
export const transportPart = {
  key: "transport",
  title: "Transport",
  presets: {
    equal: { label: "equal masses", state: start({}) },
    crowded: { label: "all sources near one target", state: start({ x: [0.3, 0.36, 0.44, 0.5], y: [0.05, 0.4, 0.75, 0.95] }) },
    unequal: { label: "one heavy source", state: start({ a: [1, 0.2, 0.2, 0.2], b: [0.2, 0.4, 0.6, 0.8] }) },
    blurred: { label: "entropic plan, large ε", state: start({ kind: "entropic", epsilon: 0.2 }) },
  },
  fault(state) {
    if (!KINDS.includes(state.kind)) return `kind is ${JSON.stringify(state.kind)?.slice(0, 40)}, expected ${KINDS.join(" or ")}`;
    if (!(typeof state.epsilon === "number" && state.epsilon >= 0.005 && state.epsilon <= 1)) return `epsilon is ${JSON.stringify(state.epsilon)?.slice(0, 40)}, expected a number from 0.005 to 1`;
    return faultOfList("x", state.x, COUNT, 0, 1) || faultOfList("y", state.y, COUNT, 0, 1) || faultOfList("a", state.a, COUNT, LEAST_MASS, 1) || faultOfList("b", state.b, COUNT, LEAST_MASS, 1);
  },
  mount(edit) {
    /** @type {State} */
    let state;
    /** @param {number[]} list @param {number} i @param {number} v */
    const changed = (list, i, v) => list.map((one, k) => (k === i ? v : one));
    /** @param {Side} side @param {number} i @param {number} position @param {number} mass */
    const move = (side, i, position, mass) => edit(side === "source" ? { x: changed(state.x, i, position), a: changed(state.a, i, mass) } : { y: changed(state.y, i, position), b: changed(state.b, i, mass) });
    const pictures = ["optimal plan", "relaxed plan"].map((text) => transportPicture(`Points and the ${text}`, move, COUNT)), tables = ["Optimal plan", "Relaxed plan"].map(planTable);
    const costs = pictures.map(() => h("p", { class: "play-words play-error" })), heads = [title(""), title("Relaxed plan: each source sends all its mass to the nearest target")];
    const kind = choice("Plan", ["exact (linear program)", "entropic (Sinkhorn)"], (i) => edit({ kind: KINDS[i] }));
    const epsilon = numberField({ label: "ε, strength of the entropy", min: 0.005, max: 1, step: 0.005, slider: true }, (v) => edit({ epsilon: v })), shown = h("span", { class: "mmv-control" }, h("span", {}, "ε"), epsilon.node);
    /** @type {[keyof Pick<State, "x" | "a" | "y" | "b">, string, number][]} */
    const keys = [["x", "source: position x", 0], ["a", "source: mass a", LEAST_MASS], ["y", "target: position y", 0], ["b", "target: mass b", LEAST_MASS]];
    const fields = keys.map(([key, text, min]) => Array.from({ length: COUNT }, (_, i) => numberField({ label: `${text} of point ${i + 1}`, min, max: 1, step: 0.02 }, (v) => edit({ [key]: changed(state[key], i, v) }))));
    const points = h("table", { class: "play-points", "aria-label": "Points" }, h("thead", {}, h("tr", {}, h("td"), ...fields[0].map((_, i) => h("th", { scope: "col" }, `point ${i + 1}`)))),
      h("tbody", {}, ...keys.map(([, text], k) => h("tr", {}, h("th", { scope: "row" }, text), ...fields[k].map(({ node }) => h("td", {}, node))))));
    const words = h("p", { class: "play-words", role: "status" });
    /** @param {number} k */
    const side = (k) => h("div", {}, heads[k], pictures[k].node, costs[k], h("div", { class: "mmv-scroll-x", tabindex: 0, role: "group", "aria-label": `${k ? "Relaxed" : "Optimal"} plan as numbers` }, tables[k].node));
    const node = h("div", { class: "play-two" },
      h("div", { class: "play-about" }, formula("cost of a plan P = Σ", ["", "", "ij"], " ", ["P", "", "ij"], " (", ["x", "", "i"], " − ", ["y", "", "j"], ")²"),
        predict("The relaxed plan drops the condition on what a target receives. Can it cost more than the optimal plan? When are both equal?",
          "No: the optimal plan satisfies one condition more, so its cost is at least that of the relaxed plan. Both are equal when the nearest targets happen to receive their masses b. The relaxed plan may leave targets without any mass.")),
      h("div", { class: "play-about mmv-controls" }, kind.node, shown), side(0), side(1), h("div", {}, words), h("div", {}, h("details", { class: "play-typed" }, h("summary", {}, "Points as numbers"), h("div", { class: "mmv-scroll-x", tabindex: 0, role: "group", "aria-label": "Points as numbers" }, points))));

    /** @param {State} next */
    function draw(next) {
      state = next;
      const { plan, relaxed, from, to, cost, exactCost, relaxedCost, entropic } = plansOf(state), own = received(relaxed), unserved = own.filter((v) => v === 0).length;
      put(kind.select, "value", String(KINDS.indexOf(state.kind)));
      put(shown, "hidden", !entropic);
      epsilon.set(state.epsilon);
      keys.forEach(([key], k) => fields[k].forEach((field, i) => field.set(state[key][i])));
      put(heads[0], "textContent", entropic ? "Entropic plan: least cost + ε KL(P | a bᵀ)" : "Optimal plan: least cost, and each target receives its mass b");
      [plan, relaxed].forEach((one, k) => {
        pictures[k].draw(state, one, received(one));
        tables[k].draw(one, from, to);
      });
      const limit = entropic && entropic.error > 1e-9 ? ` It has not converged: after ${entropic.iterations} iterations the masses differ by ${short(entropic.error)}.` : "";
      put(costs[0], "textContent", `Cost ${fixed(cost, 6)}.${entropic ? ` The exact plan costs ${fixed(exactCost, 6)}.` : ""}${limit}`);
      put(costs[1], "textContent", `Cost ${fixed(relaxedCost, 6)}. ${unserved ? `${unserved} target${unserved > 1 ? "s receive" : " receives"} nothing.` : "Every target receives something."}`);
      put(words, "textContent", `Relaxed ${fixed(relaxedCost, 6)} ≤ exact ${fixed(exactCost, 6)}${entropic ? ` ≤ entropic ${fixed(cost, 6)}` : ""}. Drag a circle: sideways moves the point, up and down changes its mass. AlignMamba uses the relaxed plan with the cosine distance between tokens; here the distance is on a line.`);
    }
    return { node, draw };
  },
};
