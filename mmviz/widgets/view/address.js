// The selection in the page's address, for hosts that own their page: a reload, a bookmark or a copied link shows the same.
export function keep(selection) {
  history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(selection))}`);
}

export function kept() {
  try {
    const found = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}
