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
  /** @type {Map<number, number>} */
  const fingers = new Map();
  let apart = 0, middle = 0, scheduled = 0;
  // in the capturing phase: two fingers do not move the cursor of the plot
  area.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, event.clientX);
    const [a, b] = [...fingers.values()];
    [apart, middle] = fingers.size === 2 ? [Math.max(20, Math.abs(a - b)), (a + b) / 2] : [0, 0];
    if (fingers.size > 1) event.stopPropagation();
  }, true);
  area.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event.clientX);
    if (fingers.size !== 2) return;
    event.stopPropagation();
    scheduled ||= requestAnimationFrame(gesture); // with the places of both: each finger has an event of its own
  }, true);
  function gesture() {
    scheduled = 0;
    if (fingers.size !== 2) return;
    const [a, b] = [...fingers.values()], wide = Math.max(20, Math.abs(a - b)), at = (a + b) / 2;
    const zoom = now()?.zoom;
    if (wide / apart > 1.2 || wide / apart < 0.83) {
      pick({ zoom: zoomed(T, zoom, { factor: wide / apart, around: placeOf(at) }) });
      [apart, middle] = [wide, at];
    } else if (zoom) { // both in one direction: the plot moves with them
      const move = (middle - at) / (box.getBoundingClientRect().width || 1);
      if (Math.abs(move) * (zoom[1] + 1 - zoom[0]) < 1) return;
      pick({ zoom: zoomed(T, zoom, { move }) });
      middle = at;
    }
  }
  for (const end of ["pointerup", "pointercancel"]) area.addEventListener(end, (event) => {
    if (scheduled) { // the last move before the first finger leaves
      cancelAnimationFrame(scheduled);
      gesture();
    }
    fingers.delete(/** @type {PointerEvent} */ (event).pointerId);
  }, true);
}
