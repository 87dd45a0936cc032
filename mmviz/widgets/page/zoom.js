// The part of the time axis that is shown: selection.zoom, [first step, last step], or the whole sequence.
/** @import { Frame, Range, State, Pick } from "./types.js" */

const LEAST = 4; // steps

/** @type {(T: number, state: { zoom?: Range | null } | null) => Range} */
export const shownSteps = (T, state) => state?.zoom ?? [0, T - 1];

/**
 * Positions on a time axis of T steps: across(u) is the place, 0..1 in what is shown, of a share u of the whole axis; share(x) is its inverse.
 * @param {number} T
 * @param {{ zoom?: Range | null } | null} state
 */
export function timeAxis(T, state) {
  const [from, to] = shownSteps(T, state), start = from / T, length = (to + 1 - from) / T;
  return { from, to, start, length, across: (/** @type {number} */ u) => (u - start) / length, share: (/** @type {number} */ x) => start + x * length };
}

/**
 * Stretch a drawing of the whole time axis (a canvas, or an SVG of 1000 units across) so that its box shows the steps of the zoom.
 * @param {Element} node
 * @param {number} T
 * @param {{ zoom?: Range | null } | null} state
 */
export function stretchTo(node, T, state) {
  const { start, length } = timeAxis(T, state);
  if (node instanceof SVGElement) {
    const box = `${1000 * start} 0 ${1000 * length} 100`;
    if (node.getAttribute("viewBox") !== box) node.setAttribute("viewBox", box);
  } else {
    const { style } = /** @type {HTMLElement} */ (node);
    style.left = state?.zoom ? `${(-100 * start) / length}%` : "";
    style.width = state?.zoom ? `${100 / length}%` : "";
  }
}

/**
 * The zoom after a change by a factor (above 1: closer) around a step, or after a move by a share of what is shown; null: everything.
 * @param {number} T
 * @param {Range | null | undefined} zoom
 * @param {{ factor?: number, around?: number, move?: number }} change
 * @returns {Range | null}
 */
export function zoomed(T, zoom, { factor = 1, around = 0.5, move = 0 }) {
  const [from, to] = zoom ?? [0, T - 1], count = to + 1 - from;
  const next = Math.min(T, Math.max(Math.min(LEAST, T), factor > 1 ? Math.floor(count / factor) : factor < 1 ? Math.ceil(count / factor) : count));
  if (next >= T) return null;
  const shift = move ? Math.sign(move) * Math.max(1, Math.round(Math.abs(move) * count)) : 0;
  const first = Math.min(T - next, Math.max(0, Math.round(from + around * (count - next)) + shift));
  return [first, first + next - 1];
}

/**
 * Zoom with Ctrl or Meta and the wheel, or with two fingers; pan with Shift and the wheel, or with two fingers in one direction. `box` has the time axis across.
 * @param {HTMLElement} area
 * @param {Element} box
 * @param {number} T
 * @param {() => { zoom?: Range | null } | null} now
 * @param {Pick} pick
 */
export function onZoom(area, box, T, now, pick) {
  /** @param {number} clientX */
  const placeOf = (clientX) => {
    const { left, width } = box.getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientX - left) / (width || 1)));
  };
  area.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey) && !(event.shiftKey && now()?.zoom)) return;
    event.preventDefault();
    const turned = event.deltaY || event.deltaX;
    const zoom = zoomed(T, now()?.zoom, event.ctrlKey || event.metaKey ? { factor: turned < 0 ? 1.25 : 0.8, around: placeOf(event.clientX) } : { move: 0.1 * Math.sign(turned) });
    if (JSON.stringify(zoom) !== JSON.stringify(now()?.zoom ?? null)) pick({ zoom });
  }, { passive: false });
  // Two fingers do not move the cursor of the plot. Their places come from touch events: Firefox sends no pointer events of the second finger
  // while the plot holds the first.
  /** @type {Set<number>} */
  const down = new Set();
  /** @param {PointerEvent} event */
  const one = (event) => {
    if (event.pointerType !== "touch") return;
    if (event.type === "pointerdown") down.add(event.pointerId);
    if (event.type !== "pointerup" && event.type !== "pointercancel") return void (down.size > 1 && event.stopPropagation());
    down.delete(event.pointerId);
  };
  for (const kind of /** @type {const} */ (["pointerdown", "pointermove", "pointerup", "pointercancel"])) area.addEventListener(kind, one, true);
  /** where both fingers and the shown part were when the second finger came @type {{ apart: number, middle: number, zoom?: Range | null } | null} */
  let start = null;
  /** @type {[number, number]} distance and middle of the fingers */
  let held = [0, 0];
  let scheduled = 0;
  /** @param {TouchEvent} event */
  const touched = (event) => {
    const places = [...event.touches].filter(({ target }) => area.contains(/** @type {Node} */ (target))).map(({ clientX }) => clientX);
    if (places.length !== 2) {
      if (start && scheduled) { // the last move before a finger leaves
        cancelAnimationFrame(scheduled);
        gesture();
      }
      start = null;
      return;
    }
    held = [Math.max(20, Math.abs(places[0] - places[1])), (places[0] + places[1]) / 2];
    if (!start) start = { apart: held[0], middle: held[1], zoom: now()?.zoom };
    else scheduled ||= requestAnimationFrame(gesture);
  };
  for (const kind of /** @type {const} */ (["touchstart", "touchmove", "touchend", "touchcancel"])) area.addEventListener(kind, touched, { capture: true, passive: true });
  function gesture() {
    scheduled = 0;
    if (!start) return;
    const { apart, middle } = start, [wide, at] = held, factor = wide / apart > 1.2 || wide / apart < 0.83 ? wide / apart : 1;
    const sized = factor === 1 ? start.zoom : zoomed(T, start.zoom, { factor, around: placeOf(middle) });
    // both in one direction: the plot moves with them
    const move = (middle - at) / (box.getBoundingClientRect().width || 1);
    const zoom = sized && Math.abs(move) * (sized[1] + 1 - sized[0]) >= 1 ? zoomed(T, sized, { move }) : sized;
    if (JSON.stringify(zoom ?? null) !== JSON.stringify(now()?.zoom ?? null)) pick({ zoom });
  }
}
