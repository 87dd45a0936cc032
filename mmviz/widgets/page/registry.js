// Registry of views. A view is one file in views/ that calls register(); the bundler includes every file of that folder.
/** @import { View } from "./types.js" */

/** @type {View[]} */
const views = [];
const PLACES = ["main", "side", "columns", "wide"];

/**
 * Add a view to every page.
 * @param {View} view
 * @throws {TypeError} A field is missing or has another type, or a view of that name is registered.
 */
export function register(view) {
  const where = `register: view ${JSON.stringify(view.name)}`;
  if (typeof view.name !== "string" || !view.name) throw new TypeError(`${where}: name is not a text; give each view a name of its own`);
  if (views.some((other) => other.name === view.name)) throw new TypeError(`${where}: this name is registered already; choose another`);
  if (!PLACES.includes(view.place)) throw new TypeError(`${where}: place is ${JSON.stringify(view.place)}, expected one of ${PLACES.join(", ")}`);
  if (!Array.isArray(view.needs)) throw new TypeError(`${where}: needs is ${JSON.stringify(view.needs)}, expected an array with the names of the frame's arrays`);
  if (typeof view.mount !== "function") throw new TypeError(`${where}: mount is no function; expected mount(root, frame, state, pick)`);
  views.push(view);
}

/**
 * Show the error of a user's view that could not be registered, in a panel.
 * @param {string} name
 * @param {unknown} error
 */
export function registerFailure(name, error) {
  const mount = () => {
    throw error;
  };
  views.push({ name, place: "wide", needs: [], mount });
}

/**
 * Return the views of one place whose arrays are in the frame, in their order.
 * @param {View["place"]} place
 * @param {import("./types.js").Frame} frame
 */
export const registered = (place, frame) => views.filter((view) => view.place === place && view.needs.every(frame.has) && (view.shows?.(frame) ?? true))
  .sort((a, b) => (a.order ?? 100) - (b.order ?? 100));

/** Return the names of all views. */
export const viewNames = () => views.map((view) => view.name);
