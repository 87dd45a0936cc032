// The host of a served page: the selection stands in the page's address, so that a reload, a bookmark or a copied link shows the same.
function kept() {
  try {
    const found = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}

async function render({ model, el }) {
  const asked = kept();
  let timer = 0;
  const keep = () => {
    history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(model.get("selection")))}`);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 300);
  };
  model.on("change:selection", soon);
  const end = await $view.render({ model, el });
  if (Object.keys(asked).length) {
    // Python checks it, and says so in the page where it does not exist here
    model.set("selection", { ...model.get("selection"), ...asked });
    model.save_changes();
  }
  return () => {
    clearTimeout(timer);
    model.off("change:selection", soon);
    end();
  };
}

export default { render };
