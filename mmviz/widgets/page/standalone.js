// The standalone page: a model without a kernel, and the data that are in the page itself.
import { readAddress, writeAddress } from "./address.js";
import { render } from "./explorer.js";
import { partsOf } from "./parts.js";

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

/**
 * Return the model's state from its parts; the weights are decoded when they are used. The worker runs the script of this page.
 * @param {ReturnType<typeof partsOf>} page
 */
async function modelOf(page) {
  try {
    const [meta, wasm, script] = await Promise.all([page.text("model-meta"), page.bytes("model-wasm"), page.text("bundle")]);
    return { meta, wasm, script, get blob() { return page.stored("model-blob"); } };
  } catch (error) {
    return { meta: "{}", wasm: new Uint8Array(), script: "", get blob() { throw error; } }; // the recording is shown, with the reason
  }
}

/** Draw the page from the data element; the selection in the address takes precedence over the saved one. */
export async function openStandalone() {
  const place = /** @type {HTMLElement} */ (document.getElementById("mmviz-view"));
  try {
    const { parts, data, ...state } = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("mmviz-study")).textContent), page = partsOf(parts);
    state.data = Object.fromEntries(await Promise.all(/** @type {string[]} */ (data).map(async (key) => [key, await (key.startsWith("meta") ? page.text(key) : page.bytes(key))])));
    if (page.has("model-meta")) state.page_model = await modelOf(page);
    if (state.what_if_result) state.what_if_result.body = await page.bytes("what_if_result");
    state.opened = state.selection;
    state.selection = { ...state.selection, ...readAddress() };
    place.textContent = "";
    place.toggleAttribute("data-two", Boolean(state.data.meta_b));
    await render({ model: pageModel(state), el: place });
  } catch (error) {
    place.textContent = `This page could not be drawn: ${error}. If this browser is older than 2024, use a newer one.`;
    throw error;
  }
}
