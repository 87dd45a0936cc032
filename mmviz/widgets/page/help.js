// Help, tour and full screen. The texts are those of widgets/terms.py; the open step of the tour is kept nowhere but in the page.
import { h, button, heading } from "./dom.js";
/** @import { Frame } from "./types.js" */

/** @param {Frame} frame */
function helpDialog(frame) {
  const rows = [...new Set(Object.values(frame.trust?.views ?? {}))].flatMap((id) => frame.trust.rows[id] ?? []);
  /** @type {(title: string, pairs: [string, string][]) => HTMLElement} */
  const list = (title, pairs) => h("section", {}, heading(title), h("dl", {}, ...pairs.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)])));
  const title = h("div", { class: "mmv-title", role: "heading", "aria-level": 2 }, "Help");
  const dialog = h("dialog", { class: "mmv-help", "aria-label": "Help" });
  const close = button("close", () => dialog.close(), { "aria-label": "Close help" });
  dialog.append(h("div", { class: "mmv-head" }, title, close), h("div", { class: "mmv-help-body", tabindex: 0, role: "region", "aria-label": "Help text" }, list("Keyboard", HELP.shortcuts),
    ...(rows.length ? [list("What the views show", rows.map((row) => [row.question, row.can]))] : []), list("Definitions", Object.entries(HELP.definitions))));
  dialog.querySelectorAll(".mmv-heading").forEach((node) => node.setAttribute("aria-level", "3"));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside the text
  });
  // Escape closes the help alone, not what lies below it
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
  return dialog;
}

/** @param {HTMLElement} root @param {() => void} back where the keyboard goes when the tour ends */
function guidedTour(root, back) {
  const text = h("p", {}), count = h("span", { class: "mmv-faint" });
  /** @type {[HTMLElement, string][]} */
  let steps = [];
  let at = 0;
  const end = () => {
    steps[at]?.[0].removeAttribute("data-toured");
    card.hidden = true;
    back();
  };
  /** @param {number} to */
  const go = (to) => {
    steps[at]?.[0].removeAttribute("data-toured");
    if (to >= steps.length) return end();
    at = Math.max(0, to);
    const [target, words] = steps[at];
    target.setAttribute("data-toured", "");
    target.scrollIntoView({ block: "nearest" });
    [text.textContent, count.textContent] = [words, `${at + 1} of ${steps.length}`];
    previous.disabled = at === 0;
    next.textContent = at === steps.length - 1 ? "done" : "next";
  };
  const previous = button("back", () => go(at - 1)), next = button("next", () => go(at + 1));
  const card = h("div", { class: "mmv-tour", role: "group", "aria-label": "Tour", hidden: "" }, h("div", { "aria-live": "polite" }, text),
    h("div", { class: "mmv-inline" }, count, previous, next, button("close", end, { "aria-label": "Close the tour" })));
  card.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end();
  });
  const start = () => {
    steps = HELP.tour.flatMap(([selector, words]) => {
      const found = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]).find((one) => one.checkVisibility());
      return found ? [/** @type {[HTMLElement, string]} */ ([found, words])] : [];
    });
    card.hidden = false;
    go(0);
    next.focus({ preventScroll: true });
  };
  return { card, start };
}

/**
 * Buttons for help, tour and full screen; `mount` puts what they open into the root.
 * @param {Frame} frame
 */
export function helpTools(frame) {
  /** @type {HTMLElement} */
  let root;
  /** @type {ReturnType<typeof guidedTour>} */
  let tour;
  const dialog = helpDialog(frame);
  const help = button("?", () => dialog.showModal(), { "aria-label": "Help", "aria-haspopup": "dialog", title: "Help (?)" });
  const guide = button("tour", () => tour.start(), { "aria-label": "Tour of this page" });
  const full = button("full screen", () => toggle(), { "aria-pressed": "false" });
  /** @param {boolean} on */
  const mark = (on) => {
    root.toggleAttribute("data-full", on);
    full.setAttribute("aria-pressed", String(on));
  };
  const changed = () => mark(document.fullscreenElement === root || /** @type {ShadowRoot} */ (root.getRootNode()).fullscreenElement === root);
  // where the browser or the frame around the page allows no full screen, the view covers the window
  async function toggle() {
    if (document.fullscreenElement) return document.exitFullscreen();
    if (root.hasAttribute("data-full")) return mark(false);
    try {
      await root.requestFullscreen();
    } catch {
      mark(true);
    }
  }
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    const target = /** @type {Element} */ (event.composedPath()[0]);
    if (event.key === "?" && !target.matches("input:not([type=range], [type=checkbox]), textarea, select") && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    } else if (event.key === "Escape" && !document.fullscreenElement && root.hasAttribute("data-full") && !dialog.open) mark(false);
  };
  /** @param {HTMLElement} node */
  function mount(node) {
    root = node;
    tour = guidedTour(root, () => guide.focus());
    root.append(dialog, tour.card);
    root.addEventListener("keydown", keys);
    document.addEventListener("fullscreenchange", changed);
  }
  return { node: h("div", { class: "mmv-tools" }, guide, help, full), mount, stop: () => document.removeEventListener("fullscreenchange", changed) };
}
