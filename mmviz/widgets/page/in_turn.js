// Drawing in turn: visible views at once, the others 120 ms after the last change, closed sections when they are opened or printed.
// Before the values of the subsets are there, the prediction is drawn alone, and the other views after the frame that shows it.
import { panelHeights } from "./panel_heights.js";

/** @import { State } from "./types.js" */
/** @import { Part } from "./run.js" */

/** @param {Part[]} parts */
export function inTurn(parts) {
  /** @type {Set<Element>} */
  const hidden = new Set();
  /** @type {Map<Element, () => void>} */
  const waiting = new Map();
  /** @type {Map<Element, () => void>} */
  const closed = new Map();
  const watcher = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
    if (isIntersecting) hidden.delete(target);
    else hidden.add(target);
  }), { rootMargin: "50px" });
  parts.forEach(({ root }) => watcher.observe(root));
  let timer = 0, scheduled = 0;
  /** @type {Map<Element, () => void>} */
  const following = new Map();
  const follow = () => {
    scheduled = 0;
    for (const draw of following.values()) draw();
    following.clear();
  };
  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    for (const draw of waiting.values()) draw();
    waiting.clear();
    heights.measure();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(flush, 120);
  };
  const heights = panelHeights(parts.map(({ root }) => root), later);
  /** @param {State} selection */
  function draw(selection) {
    // a view that has the keyboard is used even if the observer has not noticed that it was scrolled into view
    const used = /** @type {Document | ShadowRoot | undefined} */ (parts[0]?.root.getRootNode())?.activeElement ?? null;
    following.clear();
    for (const { root, update, first } of parts) {
      const opened = closed.delete(root); // just opened: the observer does not know yet
      waiting.delete(root);
      if (root.closest("[data-closed]")) closed.set(root, () => update(selection));
      else if (hidden.has(root) && !opened && !root.contains(used)) waiting.set(root, () => update(selection));
      else if (selection.draft && !first) following.set(root, () => update(selection));
      else update(selection);
    }
    if (following.size) scheduled ||= requestAnimationFrame(() => setTimeout(follow));
    if (waiting.size || heights.unmeasured().length) later();
    else clearTimeout(timer);
  }
  /** @param {string} event */
  const tell = (event) => parts.forEach(({ root }) => root.dispatchEvent(new Event(event)));
  // closed sections get a layout before they are drawn; a view that draws to the size of its box, or shows a part of its rows, receives "mmv-print"
  const all = () => {
    parts.forEach(({ root }) => root.closest(".mmv")?.toggleAttribute("data-printing", true));
    tell("mmv-print");
    flush();
    for (const draw of closed.values()) draw();
    closed.clear();
  };
  const back = () => {
    parts.forEach(({ root }) => root.closest(".mmv")?.removeAttribute("data-printing"));
    tell("mmv-printed");
  };
  // the media query is for browsers and tools that print without the events
  const printed = matchMedia("print"), changed = () => (printed.matches ? all() : back());
  addEventListener("beforeprint", all);
  addEventListener("afterprint", back);
  printed.addEventListener("change", changed);
  const stop = () => {
    removeEventListener("beforeprint", all);
    removeEventListener("afterprint", back);
    printed.removeEventListener("change", changed);
    watcher.disconnect();
    heights.stop();
    cancelAnimationFrame(scheduled);
    following.clear();
    clearTimeout(timer);
  };
  return { draw, stop };
}
