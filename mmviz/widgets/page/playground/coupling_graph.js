// The unrolled coupling graph: a node for each stream and lag, arrows with the weights W, and the response to one pulse, step by step.
import { button, h, mark, put, s } from "../dom.js";
import { short } from "../format.js";
import { select } from "./fields.js";
import { NAMES } from "./names.js";

export const LAGS = 8;
const ACROSS = 74, DOWN = 58, LEFT = 66, TOP = 34, RADIUS = 19;
/** @param {number} j */
const left = (j) => LEFT + j * ACROSS;
/** @param {number} m */
const top = (m) => TOP + m * DOWN;

/** @param {(change: { source?: number, lag?: number }) => void} edit */
export function couplingGraph(edit) {
  let lag = 0, timer = 0, from = 0;
  const sources = select("Pulse of", NAMES.map((text, m) => [String(m), text]), (value) => edit({ source: Number(value) }));
  const range = h("input", { type: "range", min: 0, max: LAGS - 1, step: 1, "aria-label": "Lag j, steps after the pulse" }), shown = h("span", { class: "mmv-whole" });
  const play = button("Play", () => (timer ? stop() : start()));
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  };
  const start = () => {
    play.textContent = "Pause";
    edit({ lag: lag >= LAGS - 1 ? 0 : lag });
    timer = setInterval(() => (lag >= LAGS - 1 || !play.checkVisibility() ? stop() : edit({ lag: lag + 1 })), 900);
  };
  range.addEventListener("input", () => {
    stop();
    edit({ lag: Number(range.value) });
  });
  const drawing = s("svg", { class: "play-graph", role: "img" }), words = h("p", { class: "play-words", "aria-live": "polite" });
  const node = h("div", { class: "play-unrolled" },
    h("div", { class: "mmv-heading", role: "heading", "aria-level": 2 }, "Unrolled coupling graph: where the pulse is after j steps"),
    h("div", { class: "mmv-controls" }, sources.node, h("label", { class: "mmv-control mmv-grow" }, h("span", {}, "lag j"), range, shown), play),
    h("div", { class: "mmv-scroll-x", tabindex: 0, role: "group", "aria-label": "Unrolled coupling graph" }, drawing), words);

  /** @param {{ W: number[][], source: number, lag: number }} state @param {number[][][]} response of the states: lag, target, source */
  function draw(state, response) {
    const M = state.W.length;
    ({ lag, source: from } = state);
    for (let m = 0; m < NAMES.length; m++) /** @type {HTMLOptionElement} */ (sources.box.options[m]).hidden = m >= M;
    sources.set(String(from));
    put(range, "value", String(lag));
    put(shown, "textContent", `${lag}`);
    const at = (/** @type {number} */ j, /** @type {number} */ m) => response[j][m][from];
    const largest = Math.max(...response.slice(0, lag + 1).flatMap((one) => one.map((row) => Math.abs(row[from])))) || 1, heaviest = Math.max(...state.W.flat().map(Math.abs)) || 1;
    /** @type {SVGPathElement[]} */
    const arrows = [];
    const nodes = [];
    for (let j = 0; j < LAGS; j++)
      for (let m = 0; m < M; m++) {
        const v = j <= lag ? at(j, m) : 0, share = Math.abs(v) / largest;
        for (let k = 0; j + 1 < LAGS && k < M; k++) {
          const w = state.W[k][m]; // from m to k
          if (!w) continue;
          const used = j < lag && v !== 0, high = top(k) - top(m), long = Math.hypot(ACROSS, high), ux = ACROSS / long, uy = high / long;
          arrows.push(s("path", { class: "play-arrow", d: `M${(left(j) + RADIUS * ux).toFixed(1)} ${(top(m) + RADIUS * uy).toFixed(1)}L${(left(j + 1) - (RADIUS + 3) * ux).toFixed(1)} ${(top(k) - (RADIUS + 3) * uy).toFixed(1)}`,
            "stroke-width": (0.6 + 4.4 * Math.abs(w) / heaviest).toFixed(2), "data-used": String(used), ...(used ? { "data-m": from } : {}) }));
        }
        const tint = s("circle", { class: "play-node", cx: left(j), cy: top(m), r: RADIUS, "data-reached": String(v !== 0), "data-now": String(j === lag), ...(v ? { "data-m": from } : {}) });
        tint.style.setProperty("--share", `${(8 + 42 * share).toFixed(1)}%`);
        nodes.push(tint, s("text", { class: "play-node-text", x: left(j), y: top(m) + 4, "text-anchor": "middle", "data-node": `${m},${j}` }, j > lag ? "" : short(v, 2)));
      }
    const rows = NAMES.slice(0, M).map((text, m) => s("text", { class: "play-tick", x: 2, y: top(m) + 4 }, text)), columns = Array.from({ length: LAGS }, (_, j) => s("text", { class: "play-tick", x: left(j), y: 11, "text-anchor": "middle" }, j ? String(j) : "j = 0"));
    const wide = left(LAGS - 1) + RADIUS + 4, high = top(M - 1) + RADIUS + 4;
    mark(drawing, "viewBox", `0 0 ${wide} ${high}`);
    drawing.replaceChildren(...rows, ...columns, ...arrows.filter((one) => one.dataset.used === "false"), ...arrows.filter((one) => one.dataset.used === "true"), ...nodes);
    const reached = NAMES.slice(0, M).map((text, m) => /** @type {[string, number]} */ ([text, at(lag, m)])).filter(([, v]) => v !== 0);
    const sentence = reached.length ? `${lag ? `${lag} step${lag > 1 ? "s" : ""} after` : "At"} a pulse of ${NAMES[from]} the states are: ${reached.map(([text, v]) => `${text} ${short(v, 3)}`).join(", ")}.${reached.length < M ? ` The others are 0.` : ""}` : `The pulse of ${NAMES[from]} is in no state.`;
    put(words, "textContent", sentence);
    mark(drawing, "aria-label", `Unrolled coupling graph. ${sentence}`);
  }
  return { node, draw };
}
