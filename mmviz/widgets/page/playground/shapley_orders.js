// Part 3: the Shapley value as the mean over the six orders of three modalities, each order a staircase from v(∅) to v(all).
import { glyph, h, mark, name, put, s } from "../dom.js";
import { fixed, signed } from "../format.js";
import { faultOfList, numberField } from "./fields.js";
import { formula, predict, title } from "./formula.js";
import { coalitionsOf, ORDERS, shapleyByOrders } from "./maths/shapley.js";
import { NAMES } from "./names.js";
/** @import { Part } from "./types.js" */

/** @typedef {{ v: number[] }} State v of coalition S; modality i is in it where bit i of S is set */
const COALITIONS = [0, 1, 2, 4, 3, 5, 6, 7];
/** @param {(has: [boolean, boolean, boolean]) => number} of @returns {State} */
const game = (of) => ({ v: Array.from({ length: 8 }, (_, S) => of([Boolean(S & 1), Boolean(S & 2), Boolean(S & 4)])) });
/** @param {number} S */
const membersOf = (S) => NAMES.flatMap((text, i) => (S & (1 << i) ? [text] : []));
/** @param {number} S */
const written = (S) => (S === 0 ? "∅" : S === 7 ? "all" : membersOf(S).join(", "));
const WIDE = 230, HIGH = 118, LEFT = 12, BAR = 46, TOP = 16, LOW = 92;

/** A staircase: at each step the increment of one modality as a bar, and its value. */
function staircase() {
  const drawing = s("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "play-stairs", role: "img" });
  /** @param {string} label @param {number[]} levels four, from none to all @param {number[]} order @param {[number, number]} range */
  function draw(label, levels, order, [low, high]) {
    const up = (/** @type {number} */ v) => LOW - ((v - low) / (high - low || 1)) * (LOW - TOP);
    const left = (/** @type {number} */ k) => LEFT + 8 + k * (BAR + 22);
    mark(drawing, "aria-label", label);
    drawing.replaceChildren(
      s("path", { class: "mmv-rule", d: `M${LEFT} ${up(0).toFixed(1)}H${WIDE - 4}` }),
      s("path", { class: "play-step", d: `M${LEFT} ${up(levels[0]).toFixed(1)}H${left(0)}${order.map((_, k) => `M${left(k) + BAR} ${up(levels[k + 1]).toFixed(1)}H${k < 2 ? left(k + 1) : WIDE - 4}`).join("")}` }),
      ...order.flatMap((i, k) => {
        const from = up(levels[k]), to = up(levels[k + 1]), top = Math.min(from, to), rise = levels[k + 1] - levels[k];
        return [s("rect", { class: "play-rise", "data-m": i, x: left(k), y: top.toFixed(1), width: BAR, height: Math.max(1.5, Math.abs(from - to)).toFixed(1) }),
          s("text", { class: "play-node-text", "text-anchor": "middle", x: left(k) + BAR / 2, y: (top - 4).toFixed(1) }, signed(rise, 3).replace(/0+$/, "").replace(/\.$/, "")),
          s("text", { class: "play-tick", "text-anchor": "middle", x: left(k) + BAR / 2, y: HIGH - 5 }, `${LOOKS.glyphs[i]} ${NAMES[i]}`)];
      }));
  }
  return { node: drawing, draw };
}

/** @type {Part<State>} */
export const shapleyOrdersPart = {
  key: "shapley_orders",
  title: "Shapley orders",
  presets: {
    additive: { label: "additive: each adds its own", state: game(([a, i, t]) => (a ? 0.3 : 0) + (i ? 0.2 : 0) + (t ? 0.1 : 0)) },
    redundant: { label: "redundant: any one is enough", state: game(([a, i, t]) => (a || i || t ? 0.6 : 0)) },
    synergy: { label: "synergy: XOR of audio and image", state: game(([a, i]) => (a && i ? 1 : 0)) },
    dummy: { label: "dummy: text adds nothing", state: game(([a, i]) => (a && i ? 0.8 : a ? 0.5 : i ? 0.2 : 0)) },
  },
  fault: (state) => faultOfList("v", state.v, 8, -2, 2),
  mount(edit) {
    /** @type {State} */
    let state;
    const fields = COALITIONS.map((S) => numberField({ label: `v(${written(S)})`, min: -2, max: 2, step: 0.05, slider: true }, (v) => edit({ v: state.v.map((one, i) => (i === S ? v : one)) })));
    const table = h("table", { class: "play-values", "aria-label": "Values v of the coalitions" }, h("tbody", {}, ...COALITIONS.map((S, k) =>
      h("tr", {}, h("th", { scope: "row" }, "v(", ...(S === 0 || S === 7 ? [written(S)] : membersOf(S).flatMap((text, i) => [...(i ? [", "] : []), glyph(NAMES.indexOf(text)), text])), ")"), h("td", {}, fields[k].node)))));
    const stairs = ORDERS.map(() => staircase()), mean = staircase();
    const cells = ORDERS.map(() => NAMES.map(() => h("td", { class: "mmv-value" }))), means = NAMES.map(() => h("td", { class: "mmv-value play-phi" })), totals = [...ORDERS, 0].map(() => h("td", { class: "mmv-value" }));
    const increments = h("table", { class: "play-matrix", "aria-label": "Increments by order" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "order"), ...NAMES.map((text, m) => h("th", { scope: "col" }, glyph(m), name(text))), h("th", { scope: "col" }, "sum"))),
      h("tbody", {}, ...ORDERS.map((order, k) => h("tr", {}, h("th", { scope: "row" }, order.map((i) => NAMES[i]).join(", ")), ...cells[k], totals[k])),
        h("tr", { class: "play-last" }, h("th", { scope: "row" }, "mean = φ"), ...means, totals[ORDERS.length])));
    const sum = h("p", { class: "play-words", role: "status" });
    const node = h("div", { class: "play-two play-narrow-first" },
      h("div", { class: "play-about" }, formula(["φ", "", "i"], " = mean over the orders of [ v(those before, and i) − v(those before) ]"),
        predict("v(S) may be an accuracy with the modalities S. In the preset “synergy” neither audio nor image is of use alone. What is φ of each, and what is φ of text?",
          "0.5, 0.5 and 0. In half of the orders audio comes after image and its step is 1, in the other half it is 0. The Shapley value divides the synergy equally; it does not show that it is one.")),
      h("div", {}, title("Values v(S): edit them"), table),
      h("div", {}, title("The six orders: a step is the increment of one modality"), h("div", { class: "play-stairs-all" }, ...stairs.map((one) => one.node)),
        h("div", { class: "play-mean" }, h("div", {}, title("Their mean: φ, from v(∅) to v(all)"), mean.node, sum), h("div", {}, title("Increments"), h("div", { class: "mmv-scroll-x", tabindex: 0, role: "group", "aria-label": "Increments by order" }, increments)))));

    /** @param {State} next */
    function draw(next) {
      state = next;
      const { v } = state, { increments: own, phi, sum: whole } = shapleyByOrders(v);
      COALITIONS.forEach((S, k) => fields[k].set(v[S]));
      /** @type {[number, number]} */
      const range = [Math.min(0, ...v), Math.max(0, ...v)];
      const digits = (/** @type {number} */ x) => fixed(x, 4);
      ORDERS.forEach((order, k) => {
        stairs[k].draw(`Order ${order.map((i) => NAMES[i]).join(", ")}: ${order.map((i) => `${NAMES[i]} ${signed(own[k][i], 3)}`).join(", ")}`, coalitionsOf(order).map((S) => v[S]), order, range);
        own[k].forEach((x, i) => put(cells[k][i], "textContent", digits(x)));
        put(totals[k], "textContent", digits(own[k].reduce((a, b) => a + b, 0)));
      });
      phi.forEach((x, i) => put(means[i], "textContent", digits(x)));
      put(totals[ORDERS.length], "textContent", digits(phi.reduce((a, b) => a + b, 0)));
      const levels = phi.reduce((way, x) => [...way, way[way.length - 1] + x], [v[0]]);
      mean.draw(`Shapley values: ${phi.map((x, i) => `${NAMES[i]} ${signed(x, 3)}`).join(", ")}`, levels, [0, 1, 2], [Math.min(range[0], ...levels), Math.max(range[1], ...levels)]);
      put(sum, "textContent", `${phi.map((x, i) => `φ(${NAMES[i]}) = ${digits(x)}`).join(", ")}. Their sum is v(all) − v(∅) = ${digits(whole)}.`);
    }
    return { node, draw };
  },
};
