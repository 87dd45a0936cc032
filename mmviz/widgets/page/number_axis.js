// Axes of numbers along the edges of a plot: ticks at round numbers, as text.
import { h } from "./dom.js";
/** @import { ScaleLinear } from "d3-scale" */

/** @param {boolean} [upright] along the left edge instead of the lower one */
export function axisLabels(upright = false) {
  const node = h("div", { class: upright ? "mmv-field-y" : "mmv-field-x", "aria-hidden": "true" });
  /** @param {ScaleLinear<number, number>} scale to pixels @param {number} length in pixels */
  function draw(scale, length) {
    const count = Math.max(2, Math.floor(length / (upright ? 44 : 64))), text = scale.tickFormat(count);
    node.replaceChildren(...scale.ticks(count).map((value) => {
      const tick = h("span", {}, text(value));
      tick.style[upright ? "top" : "left"] = `${scale(value)}px`;
      return tick;
    }));
  }
  return { node, draw };
}
