// The selection in the address of a page that the host owns: a reload, a bookmark or a copied link shows the same.
/** @import { Model } from "./types.js" */

/** @param {object} selection */
export function writeAddress(selection) {
  history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(selection))}`);
}

/** Return what the address selects; an address without a selection gives an empty object. */
export function readAddress() {
  try {
    const found = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}

/**
 * Write the selection of a model with a kernel into the address, a moment after each change; restore() selects what the address
 * held at first, and Python checks it.
 * @param {Model} model
 */
export function followAddress(model) {
  const first = readAddress();
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => writeAddress(model.get("selection")), 300);
  };
  model.on("change:selection", soon);
  const restore = () => {
    if (!Object.keys(first).length) return;
    model.set("selection", { ...model.get("selection"), ...first });
    model.save_changes();
  };
  const stop = () => {
    clearTimeout(timer);
    model.off("change:selection", soon);
  };
  return { restore, stop };
}
