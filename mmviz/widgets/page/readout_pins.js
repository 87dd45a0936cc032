// Pinned read-outs: cards at the lower edge of the view, each with "copy" (tab-separated text) and a close button.
import { h, button } from "./dom.js";
/** @import { Reading } from "./types.js" */

/** @param {string} text */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // no permission, or no secure context: the older way
    const area = h("textarea", { class: "mmv-hidden-text", "aria-hidden": "true", tabindex: -1 });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/** @param {(reading: Reading, box: HTMLElement) => string} textOf */
export function pinTray(textOf) {
  const node = h("div", { class: "mmv-pins", role: "group", "aria-label": "Pinned read-outs", hidden: "" });
  /** @type {HTMLElement[]} */
  const cards = [];
  /** @param {HTMLElement} card */
  function remove(card) {
    const focused = card.contains(/** @type {Document | ShadowRoot} */ (card.getRootNode()).activeElement);
    card.remove();
    cards.splice(cards.indexOf(card), 1);
    // the keyboard stays among the cards
    if (focused) /** @type {HTMLElement | null | undefined} */ (cards[cards.length - 1]?.querySelector("button:last-child"))?.focus();
    node.hidden = cards.length === 0;
  }
  /** @param {Reading} reading @param {HTMLElement} box @param {Node[]} contents */
  function add(reading, box, contents) {
    const written = textOf(reading, box);
    const copy = button("copy", async () => {
      await toClipboard(written);
      copy.textContent = "copied";
    }, { "aria-label": `Copy ${reading.title}` });
    const close = button("×", () => remove(card), { "aria-label": `Remove the read-out ${reading.title}` });
    const card = h("div", { class: "mmv-pin", "data-text": written }, ...contents, h("div", { class: "mmv-pin-buttons" }, copy, close));
    const same = cards.find((one) => one.dataset.text === written);
    if (same) remove(same);
    cards.push(card);
    node.append(card);
    node.hidden = false;
  }
  return { node, add, count: () => cards.length, removeLast: () => remove(cards[cards.length - 1]) };
}
