// Dots of samples on a canvas: filled or, where misclassified, hollow; those outside the chosen subset are faint.
import { Delaunay } from "d3-delaunay";
/** @import { Colouring } from "./sample_colours.js" */
/** @import { Samples } from "./sample_set.js" */

const FAINT = 0.14;

/** The colour that a CSS text has in an element. @param {HTMLElement} root */
function resolver(root) {
  return (/** @type {string} */ text) => {
    if (!text.startsWith("var(")) return text;
    const before = root.style.color;
    root.style.color = text;
    const found = getComputedStyle(root).color;
    root.style.color = before;
    return found;
  };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ samples: Samples, colouring: Colouring, xs: Float32Array, ys: Float32Array, radius: number, width: number, height: number }} dots places in pixels; NaN: no dot
 */
export function drawDots(canvas, { samples, colouring, xs, ys, radius, width, height }) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), scale = Math.min(2, devicePixelRatio || 1);
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  pen.scale(scale, scale);
  const probe = resolver(/** @type {HTMLElement} */ (canvas.parentElement)), known = /** @type {Map<string, string>} */ (new Map());
  /** @param {string} text */
  const real = (text) => known.get(text) ?? known.set(text, probe(text)).get(text) ?? text;
  pen.lineWidth = 1.5;
  // samples of the chosen subset lie on top
  for (const inside of [0, 1])
    for (let i = 0; i < samples.count; i++) {
      if (samples.chosen.inside[i] !== inside || !Number.isFinite(xs[i] + ys[i])) continue;
      pen.globalAlpha = inside ? 0.85 : FAINT;
      pen.beginPath();
      pen.arc(xs[i], ys[i], radius, 0, 7);
      const colour = real(colouring.colour(i));
      if (samples.wrong(i)) {
        pen.strokeStyle = colour;
        pen.stroke();
      } else {
        pen.fillStyle = colour;
        pen.fill();
      }
    }
}

/**
 * Which dot is next to a place, among the chosen samples: dots smaller than a finger are picked by their nearest point, at most `most` pixels away.
 * @param {Samples} samples @param {Float32Array} xs @param {Float32Array} ys
 */
export function dotPicker(samples, xs, ys) {
  // in the order across the plot, which the arrow keys follow
  const order = Array.from(xs.keys()).filter((i) => samples.chosen.inside[i] && Number.isFinite(xs[i] + ys[i])).sort((a, b) => xs[a] - xs[b] || ys[a] - ys[b] || a - b);
  const cells = order.length ? new Delaunay(Float64Array.from(order.flatMap((i) => [xs[i], ys[i]]))) : null;
  /** @type {(x: number, y: number, most?: number) => number} place in `order`, or -1 */
  const find = (x, y, most = 24) => {
    const k = cells ? cells.find(x, y) : -1;
    return k >= 0 && Math.hypot(xs[order[k]] - x, ys[order[k]] - y) <= most ? k : -1;
  };
  return { order, find };
}
