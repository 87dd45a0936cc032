// The only script of a saved page that is stored as text: it unpacks style and scripts, whose SHA-256 the page's policy allows, and starts them.
import { partsOf } from "./parts.js";

/** @param {"style" | "script"} kind @param {string} text */
function insert(kind, text) {
  const element = document.createElement(kind);
  if (kind === "script") /** @type {HTMLScriptElement} */ (element).type = "module";
  element.textContent = text;
  document.head.append(element);
}

const place = /** @type {HTMLElement} */ (document.getElementById("mmviz-view"));
/** @param {unknown} reason */
function explain(reason) {
  place.textContent = `This page could not be opened: ${reason instanceof Error ? reason.message : reason}. Save it again with Explorer.save. If this browser is older than 2024, use a newer one.`;
}
document.addEventListener("securitypolicyviolation", () => {
  if (!place.querySelector(".mmv")) explain("its script or style is not the one that was saved");
});

try {
  const { parts } = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("mmviz-study")).textContent), page = partsOf(parts);
  const [style, ...scripts] = await Promise.all(["style", "bundle", "views", "start"].map(page.text));
  insert("style", style);
  insert("script", scripts.join("\n"));
} catch (error) {
  explain(error);
  throw error;
}
