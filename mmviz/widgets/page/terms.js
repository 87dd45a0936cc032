// Definitions on demand: a term in a heading is a button that shows its definition. The texts are those of widgets/terms.py.
import { h } from "./dom.js";

const KEYS = Object.keys(HELP.definitions).sort((a, b) => b.length - a.length);

/**
 * Make the first known term in each heading, and in the prediction strip, a button.
 * @param {HTMLElement} root
 */
export function explainTerms(root) {
  const text = h("p", {}), note = h("div", { class: "mmv-definition", popover: "auto", role: "note" }, text);
  root.append(note);
  /** @param {HTMLElement} term @param {string} key */
  const show = (term, key) => {
    text.textContent = HELP.definitions[key];
    note.showPopover();
    const { left, bottom } = term.getBoundingClientRect();
    note.style.left = `${Math.max(8, Math.min(left, innerWidth - note.offsetWidth - 8))}px`;
    note.style.top = `${Math.min(bottom + 4, innerHeight - note.offsetHeight - 8)}px`;
  };
  for (const place of root.querySelectorAll(".mmv-heading, .mmv-strip-term")) {
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    for (let node = /** @type {Text | null} */ (walker.nextNode()); node; node = /** @type {Text | null} */ (walker.nextNode())) {
      const data = node.data, key = KEYS.find((one) => data.toLowerCase().includes(one.toLowerCase()));
      if (!key || node.parentElement?.closest("bdi, button")) continue;
      const at = data.toLowerCase().indexOf(key.toLowerCase());
      const term = h("button", { type: "button", class: "mmv-term", "aria-haspopup": "true" }, data.slice(at, at + key.length));
      term.addEventListener("click", () => show(term, key));
      node.replaceWith(data.slice(0, at), term, data.slice(at + key.length));
      break;
    }
  }
}
