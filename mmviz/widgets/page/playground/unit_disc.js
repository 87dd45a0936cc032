// Eigenvalues in the complex plane, with the unit circle: inside it a state decays.
import { h, mark, s, unseen } from "../dom.js";
import { short } from "../format.js";
/** @import { Complex } from "./maths/eigenvalues.js" */

const HALF = 100;
/** @param {Complex} value */
const written = ([re, im]) => (im ? `${short(re, 4)} ${im < 0 ? "−" : "+"} ${short(Math.abs(im), 4)} i` : short(re, 4));

export function unitDisc() {
  const circle = s("circle", { class: "play-circle", cx: 0, cy: 0 }), axes = s("path", { class: "mmv-grid", d: `M${-HALF} 0H${HALF}M0 ${-HALF}V${HALF}` }), dots = s("g", {});
  const one = s("text", { class: "play-tick", y: 12 }, "1"), re = s("text", { class: "play-tick", x: 2 - HALF, y: -4 }, "real"), im = s("text", { class: "play-tick", x: 4, y: 9 - HALF }, "imaginary");
  const drawing = s("svg", { viewBox: `${-HALF} ${-HALF} ${2 * HALF} ${2 * HALF}`, class: "play-disc", "aria-hidden": "true" }, circle, axes, one, re, im, dots);
  const list = h("p", { class: "play-eigenvalues" });
  /** @param {Complex[]} values */
  function draw(values) {
    const far = Math.max(...values.map((v) => Math.hypot(...v))), unit = 0.88 * HALF / Math.max(1.05, Math.min(far, 1e6));
    mark(circle, "r", unit.toFixed(2));
    mark(one, "x", (unit + 2).toFixed(1));
    dots.replaceChildren(...values.map(([x, y]) => s("circle", { class: "play-eigenvalue", r: 5, cx: (x * unit).toFixed(2), cy: (-y * unit).toFixed(2), "data-out": String(Math.hypot(x, y) > 1 + 1e-9) })));
    list.replaceChildren(unseen("eigenvalues: "), ...values.map((v, i) => h("span", { class: "play-number", "data-number": `eigenvalue ${i}` }, `λ${"₁₂₃"[i]} = ${written(v)}`)));
  }
  return { node: drawing, list, draw };
}
