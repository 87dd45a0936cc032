// The host of a served page: the selection stands in the page's address, so that a reload, a bookmark or a copied link shows the same.
async function render({ model, el }) {
  const asked = $address.kept();
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => $address.keep(model.get("selection")), 300);
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
