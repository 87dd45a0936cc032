// Two weighted point sets on a line, and a plan between them as ribbons. A point is dragged along the line, its mass up and down.
import { mark, onDrag, s } from "../dom.js";
import { short } from "../format.js";
/** @import { Matrix } from "./maths/coupled_scan.js" */

const WIDE = 360, HIGH = 212, EDGE = 18, TOP = 76, LOW = 136, MOST = 58;
export const LEAST_MASS = 0.05;
/** @typedef {{ x: number[], y: number[], a: number[], b: number[] }} Points positions 0..1, masses up to 1 */
/** @typedef {"source" | "target"} Side */

/**
 * @param {string} label
 * @param {(side: Side, i: number, position: number, mass: number) => void} onMove
 * @param {number} count points on each side
 */
export function transportPicture(label, onMove, count) {
  /** @type {Points} */
  let points;
  const ribbons = s("g", {}), drawing = s("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "play-transport", role: "group", "aria-label": label });
  /** @param {number} v */
  const across = (v) => EDGE + v * (WIDE - 2 * EDGE);
  const sides = /** @type {Side[]} */ (["source", "target"]);
  const bars = sides.map((side) => Array.from({ length: count }, (_, i) => {
    const bar = s("rect", { class: "play-mass", "data-side": side, width: 8 });
    const handle = s("circle", { class: "play-handle", r: 12.5, tabindex: 0, role: "slider", "aria-label": `${side} ${i + 1}: position and mass`, "aria-valuemin": 0, "aria-valuemax": 1 }), text = s("text", { class: "play-node-text", "text-anchor": "middle" }, String(i + 1));
    const now = () => [side === "source" ? points.x[i] : points.y[i], side === "source" ? points.a[i] : points.b[i]];
    /** @param {number} position @param {number} mass */
    const move = (position, mass) => onMove(side, i, Number(Math.min(1, Math.max(0, position)).toFixed(2)), Number(Math.min(1, Math.max(LEAST_MASS, mass)).toFixed(2)));
    onDrag(/** @type {HTMLElement} */ (/** @type {unknown} */ (handle)), drawing, (x, y) => {
      const high = y * HIGH;
      move((x * WIDE - EDGE) / (WIDE - 2 * EDGE), side === "source" ? (TOP - high) / MOST : (high - LOW) / MOST);
    }, /** @type {HTMLElement} */ (/** @type {unknown} */ (handle)));
    handle.addEventListener("keydown", (event) => {
      const [position, mass] = now(), by = event.shiftKey ? 0.1 : 0.02, up = side === "source" ? by : -by;
      /** @type {Record<string, [number, number]>} */
      const moves = { ArrowLeft: [position - by, mass], ArrowRight: [position + by, mass], ArrowUp: [position, mass + up], ArrowDown: [position, mass - up] };
      if (!Object.hasOwn(moves, event.key)) return;
      event.preventDefault();
      move(...moves[event.key]);
    });
    return { bar, handle, text };
  }));
  const line = (/** @type {number} */ y) => s("path", { class: "mmv-rule", d: `M4 ${y}H${WIDE - 4}` });
  drawing.append(ribbons, line(TOP), line(LOW), s("text", { class: "play-tick", x: WIDE - 4, y: 11, "text-anchor": "end" }, "source"), s("text", { class: "play-tick", x: WIDE - 4, y: HIGH - 5, "text-anchor": "end" }, "target"), ...bars.flat().flatMap(({ bar, handle, text }) => [bar, handle, text]));
  /** @param {Points} next @param {Matrix} plan @param {number[]} got mass that each target receives, as a share of all */
  function draw(next, plan, got) {
    points = next;
    const total = [next.a, next.b].map((masses) => masses.reduce((sum, v) => sum + v, 0));
    bars.forEach((row, k) => row.forEach(({ bar, handle, text }, i) => {
      const position = k ? next.y[i] : next.x[i], mass = (k ? next.b : next.a)[i], high = mass * MOST, x = across(position), y = k ? LOW + high : TOP - high;
      mark(bar, "x", (x - 4).toFixed(1));
      mark(bar, "y", (k ? LOW : TOP - high).toFixed(1));
      mark(bar, "height", high.toFixed(1));
      for (const [one, dy] of /** @type {const} */ ([[handle, 0], [text, 4]])) {
        mark(one, one === handle ? "cx" : "x", x.toFixed(1));
        mark(one, one === handle ? "cy" : "y", (y + dy).toFixed(1));
      }
      mark(handle, "aria-valuenow", String(position));
      mark(handle, "aria-valuetext", `position ${short(position)}, mass ${short(mass / total[k])}${k ? `, receives ${short(got[i])}` : ""}`);
    }));
    ribbons.replaceChildren(...plan.flatMap((row, i) => row.map((mass, j) => (mass > 1e-6 ? s("path", { class: "play-ribbon", "stroke-width": Math.max(0.8, mass * 30).toFixed(2), d: `M${across(next.x[i]).toFixed(1)} ${TOP}C${across(next.x[i]).toFixed(1)} ${TOP + 30} ${across(next.y[j]).toFixed(1)} ${LOW - 30} ${across(next.y[j]).toFixed(1)} ${LOW}` }) : null)).filter((one) => one !== null)));
  }
  return { node: drawing, draw };
}
