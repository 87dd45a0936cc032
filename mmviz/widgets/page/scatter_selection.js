// The scatter plot of the samples as part of the selection: what its axes show, and the outlines that select samples, in values of their axes.
/** @import { Frame, Lasso, Scatter } from "./types.js" */

const APART = 3;

/** The scatter plot of a selection; an older page or address has none. @param {{ scatter?: Partial<Scatter> }} state @returns {Scatter} */
export const scatterOf = (state) => ({ across: "", up: "", lassos: [], ...state.scatter });

/** The reason why a scatter plot cannot be shown, or "". @param {any} scatter @param {Frame} frame */
export function faultOfScatter(scatter, frame) {
  if (scatter === undefined) return "";
  if (typeof scatter !== "object" || scatter === null || Array.isArray(scatter)) return `scatter is ${JSON.stringify(scatter).slice(0, 80)}, expected an object`;
  const axes = frame.scatter_axes ?? [], { lassos: most, points: corners } = frame.scatter_limits;
  /** @type {(key: string, value: unknown) => string} */
  const axis = (key, value) => (axes.includes(/** @type {string} */ (value)) ? "" : `${key} is ${JSON.stringify(value ?? null).slice(0, 80)}, expected ${axes.length ? `one of ${axes.join(", ")}` : "none: this view has no samples"}`);
  for (const [key, value] of Object.entries(scatter)) {
    if (key === "across" || key === "up") {
      const wrong = value === "" ? "" : axis(key, value);
      if (wrong) return `scatter: ${wrong}`;
    } else if (key === "lassos") {
      if (!Array.isArray(value) || value.length > most) return `scatter: lassos is ${JSON.stringify(value ?? null).slice(0, 80)}, expected at most ${most} outlines`;
      for (const one of value) {
        const points = one?.points, wrong = typeof one !== "object" || one === null ? "" : axis("across", one.across) || axis("up", one.up);
        if (wrong) return `scatter: lassos: ${wrong}`;
        if (!Array.isArray(points) || points.length < 3 || points.length > corners || Object.keys(one).length !== 3 || !points.every((point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite)))
          return `scatter: lassos: ${JSON.stringify(one ?? null).slice(0, 80)}, expected across, up and 3 to ${corners} points [x, y]`;
      }
    } else return `scatter: ${JSON.stringify(key).slice(0, 80)} is unknown, expected across, up or lassos`;
  }
  return "";
}

/**
 * An outline that was drawn, in values of the axes with four digits; some of many points.
 * @param {[number, number][]} drawn in pixels @param {(point: [number, number]) => [number, number]} valueOf @param {number} most points
 * @returns {[number, number][]}
 */
export function outlineOf(drawn, valueOf, most) {
  /** @type {[number, number][]} */
  const kept = [];
  for (const point of drawn) {
    const last = kept.at(-1);
    if (!last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= APART) kept.push(point);
  }
  const every = Math.ceil(kept.length / most), few = kept.length < 3 ? drawn.slice(0, most) : kept.filter((_, i) => i % every === 0);
  return few.map((point) => /** @type {[number, number]} */ (valueOf(point).map((v) => Number(v.toPrecision(4)))));
}

/** The outlines as the selection holds them: the latest ones. @param {Lasso[]} lassos @param {number} most */
export const latest = (lassos, most) => lassos.slice(-most);
