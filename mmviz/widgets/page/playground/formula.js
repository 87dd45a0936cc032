// A formula as text: symbols with an upper and a lower index, one above the other.
import { h } from "../dom.js";

/** @param {(string | [symbol: string, upper: string, lower: string])[]} parts */
export const formula = (...parts) => h("p", { class: "play-formula" }, ...parts.map((part) => {
  if (typeof part === "string") return part;
  const [symbol, upper, lower] = part;
  if (!upper) return h("span", {}, symbol, ...(lower ? [h("sub", {}, lower)] : []));
  return h("span", {}, symbol, h("span", { class: "play-indices" }, h("sup", {}, upper), h("sub", {}, lower)));
}));

/** The title of a group of controls or a drawing. @param {(Node | string)[]} children */
export const title = (...children) => h("div", { class: "mmv-heading", role: "heading", "aria-level": 2 }, ...children);
/** The question of a part, and what to compare the prediction with. @param {string} question @param {string} explanation */
export const predict = (question, explanation) => h("div", { class: "play-predict" }, h("p", {}, h("strong", {}, "Predict: "), question), h("details", {}, h("summary", {}, "Explanation"), h("p", {}, explanation)));
