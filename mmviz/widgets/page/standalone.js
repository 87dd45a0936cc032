// The standalone page: a model without a kernel, and the data that are in the page itself.
import { readAddress, writeAddress } from "./address.js";
import { render } from "./explorer.js";

/** @param {Record<string, any>} state @returns {import("./types.js").Model} */
function pageModel(state) {
  /** @type {Record<string, (() => void)[]>} */
  const listeners = {};
  let timer = 0;
  return {
    get: (key) => state[key],
    set(key, value) {
      state[key] = value;
      (listeners[`change:${key}`] ?? []).forEach((listener) => listener());
    },
    save_changes() {
      clearTimeout(timer);
      timer = setTimeout(() => writeAddress(state.selection), 300);
    },
    on: (event, listener) => void (listeners[event] ??= []).push(listener),
    off: (event, listener) => void (listeners[event] = (listeners[event] ?? []).filter((other) => other !== listener)),
  };
}

/** @param {string} text */
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** Draw the page from the data element; the selection in the address takes precedence over the saved one. */
export async function openStandalone() {
  const place = /** @type {HTMLElement} */ (document.getElementById("mmviz-view"));
  try {
    const { texts, buffers, ...state } = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("mmviz-study")).textContent);
    state.data = { ...texts };
    for (const [key, text] of Object.entries(buffers)) state.data[key] = bytesOf(text);
    if (state.what_if_result) state.what_if_result.body = state.data.what_if_result;
    state.opened = state.selection;
    state.selection = { ...state.selection, ...readAddress() };
    place.textContent = "";
    await render({ model: pageModel(state), el: place });
  } catch (error) {
    place.textContent = `This page could not be drawn: ${error}. If this browser is older than 2024, use a newer one.`;
    throw error;
  }
}
