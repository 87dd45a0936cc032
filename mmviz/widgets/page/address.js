// The selection in the address of a page that the host owns: a reload, a bookmark or a copied link shows the same.
/** @import { Model } from "./types.js" */

/** @param {object} selection */
export function writeAddress(selection) {
  history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(selection))}`);
}

/** Return what the address selects; {} if there is no selection. */
export function readAddress() {
  try {
    const found = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}

/**
 * Write the selection of a model with a kernel into the address, 300 ms after each change; restore() applies the
 * selection of the first address, which Python validates.
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
