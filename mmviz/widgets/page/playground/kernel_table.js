// The kernel K_j = C (diag(S) W)^j Δ B: for each target and source a curve over the lag, and the number at one lag.
import { glyph, h, mark, name, plot, put, s } from "../dom.js";
import { pathOf } from "../line_path.js";
import { short } from "../format.js";
import { NAMES } from "./names.js";

const SHOWN = 30;

export function kernelTable() {
  const cells = NAMES.map((target, m) => NAMES.map((source, k) => {
    const line = s("path", { class: "mmv-share", "data-m": k }), zero = s("path", { class: "mmv-rule" }), here = s("path", { class: "mmv-here" }), text = h("span", { class: "play-number" });
    return { line, zero, here, text, node: h("td", { "data-stream": k }, h("div", { class: "mmv-plot play-spark" }, plot(`response of ${target} to a pulse of ${source}`, zero, here, line)), text) };
  }));
  const title = h("div", { class: "mmv-heading", role: "heading", "aria-level": 2 });
  const node = h("div", { class: "play-kernel" }, title, h("p", { class: "mmv-faint mmv-small" }, `y of the target (row) at lags 0 to ${SHOWN - 1} after a pulse x of the source (column). There is one kernel, as S does not change from step to step.`),
    h("table", { class: "play-matrix", "aria-label": "Kernel K" },
      h("thead", {}, h("tr", {}, h("td", { class: "mmv-faint" }, "target"), ...NAMES.map((text, k) => h("th", { scope: "col", "data-stream": k }, glyph(k), name(text))))),
      h("tbody", {}, ...cells.map((row, m) => h("tr", { "data-stream": m }, h("th", { scope: "row" }, glyph(m), name(NAMES[m])), ...row.map((cell) => cell.node))))));
  /** @param {number[][][]} K @param {number} lag */
  function draw(K, lag) {
    put(title, "textContent", `Kernel K at lag j = ${lag}`);
    const shown = K.slice(0, SHOWN).flat(2), low = Math.min(0, ...shown), high = Math.max(0, ...shown), wide = high - low || 1;
    const up = (/** @type {number} */ v) => 94 - ((v - low) / wide) * 88;
    cells.forEach((row, m) => row.forEach((cell, k) => {
      if (!K[0][m] || K[0][m][k] === undefined) return;
      mark(cell.line, "d", pathOf(SHOWN, (j) => (1000 * j) / (SHOWN - 1), (j) => up(K[j][m][k])));
      mark(cell.zero, "d", `M0 ${up(0).toFixed(2)}H1000`);
      mark(cell.here, "d", `M${((1000 * lag) / (SHOWN - 1)).toFixed(1)} 0V100`);
      put(cell.text, "textContent", short(K[lag][m][k], 4));
    }));
  }
  return { node, draw };
}
