// The selection in the address of a page that the host owns: a reload, a bookmark or a copied link shows the same.
/** @import { Model } from "./types.js" */

/** @param {object} selection */
export function writeAddress(selection) {
  history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(selection))}`);
}

let followed = false;
/**
 * Return a link to a selection, without the token of a server; "" where the address of the page does not hold the selection, as in a notebook.
 * @param {object} selection
 */
export function linkTo(selection) {
  if (!followed && !document.getElementById("mmviz-study")) return "";
  const link = new URL(location.href);
  link.searchParams.delete("token");
  link.hash = encodeURIComponent(JSON.stringify(selection));
  return link.href;
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
  followed = true;
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
