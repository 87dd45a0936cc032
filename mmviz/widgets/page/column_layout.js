// Panels in columns of about equal height. Panels outside the viewport have no layout, so each view gives its expected height.
import { h } from "./dom.js";

const WIDE = 340, APART = 28, BELOW = 22, MOST = 3;

// Return the column of each panel, for the assignment whose tallest column is lowest.
/** @param {number[]} heights @param {number} columns */
export function columnsOfEqualHeight(heights, columns) {
  /** @type {number[]} */
  let best = [];
  let least = Infinity;
  for (let code = 0; code < columns ** heights.length; code++) {
    const way = heights.map((_, i) => Math.floor(code / columns ** i) % columns), sums = Array(columns).fill(0);
    way.forEach((c, i) => (sums[c] += heights[i] + BELOW));
    if (Math.max(...sums) < least) [best, least] = [way, Math.max(...sums)];
  }
  const first = [...new Set(best)]; // columns in the order of their first panels
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
