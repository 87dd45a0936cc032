// "How far can you trust this picture?": what a view shows and does not show, its measured faithfulness, and its row of the page.
import { h } from "./dom.js";
/** @import { Frame } from "./types.js" */

/** Nothing for a view without a row, such as a user's. @param {Frame} frame @param {string} view */
export function trustNote(frame, view) {
  const { trust } = frame, id = trust?.views[view], row = id && trust.rows[id];
  if (!row) return [];
  /** @type {(term: string, text: string) => HTMLElement[]} */
  const line = (term, text) => (text ? [h("dt", {}, term), h("dd", {}, text)] : []);
  return [...(row.measured ? [h("p", { class: "mmv-small mmv-measured" }, row.measured)] : []),
    h("details", { class: "mmv-trust" }, h("summary", {}, "How far can you trust this picture?"),
      h("dl", {}, ...line("Question", row.question), ...line("Shows", row.can), ...line("Does not show", row.cannot), ...line("Measured values", `${trust.page}#${id}`)))];
}
