// Panels in columns of like height. What is out of sight is not laid out, so heights are taken as each view tells them.
import { h } from "./dom.js";

const WIDE = 340, APART = 28, BELOW = 22, MOST = 3;

// For each panel the number of its column: of all ways to part them the one whose tallest column is the least.
/**
 * @param {number[]} heights
 * @param {number} columns
 */
export function columnsOfEqualHeight(heights, columns) {
  /** @type {number[]} */
  let best = [];
  let least = Infinity;
  for (let code = 0; code < columns ** heights.length; code++) {
    const way = heights.map((_, i) => Math.floor(code / columns ** i) % columns), sums = Array(columns).fill(0);
    way.forEach((c, i) => (sums[c] += heights[i] + BELOW));
    if (Math.max(...sums) < least) [best, least] = [way, Math.max(...sums)];
  }
  const first = [...new Set(best)]; // columns stand in the order of their first panels
  return best.map((c) => first.indexOf(c));
}

/** @param {{ node: HTMLElement, tall: number }[]} panels */
export function columnLayout(panels) {
  const root = h("div", { class: "mmv-more" });
  /** @type {Record<number, number[]>} */
  const ways = {};
  panels.forEach(({ node, tall }) => (node.style.containIntrinsicSize = `auto ${tall}px`));
  let shown = 0;
  /** @param {number} columns */
  const lay = (columns) => {
    if (columns === shown) return;
    shown = columns;
    const way = (ways[columns] ??= columnsOfEqualHeight(panels.map((one) => one.tall), columns));
    root.replaceChildren(...Array.from({ length: columns }, (_, c) => h("div", { class: "mmv-column" }, ...panels.filter((_one, i) => way[i] === c).map((one) => one.node))));
  };
  lay(Math.min(MOST, panels.length));
  new ResizeObserver(([{ contentRect }]) => {
    const fit = Math.floor((contentRect.width + APART) / (WIDE + APART));
    if (contentRect.width) lay(Math.max(1, Math.min(MOST, panels.length, fit)));
  }).observe(root);
  return root;
}
