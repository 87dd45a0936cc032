// Names for the sliders of ipywidgets, which give their handles none: the description, and the text beside the slider as the value.

/** @param {Element} handle */
const nameOf = (handle) => {
  const row = handle.closest(".widget-hslider, .jupyter-widget-hslider, .widget-inline-hbox");
  const name = row?.querySelector(".widget-label, .jupyter-widget-label")?.textContent?.trim();
  const value = row?.querySelector(".widget-readout, .jupyter-widget-readout")?.textContent?.trim();
  if (name && handle.getAttribute("aria-label") !== name) handle.setAttribute("aria-label", name);
  if (value && handle.getAttribute("aria-valuetext") !== value) handle.setAttribute("aria-valuetext", value);
};

/** @param {{ el: HTMLElement }} given */
const render = ({ el }) => {
  el.style.display = "none";
  let frame = 0;
  const seen = new MutationObserver((changes) => {
    const root = el.closest(".mmv-widgets");
    if (root && changes.some(({ target }) => !(target instanceof Element && target.matches("[role=slider]")))) name(root);
  });
  /** @param {Element} root */
  const name = (root) => root.querySelectorAll("[role=slider]").forEach(nameOf);
  const attach = () => {
    const root = el.closest(".mmv-widgets");
    if (!root) { frame = requestAnimationFrame(attach); return; } // not in the document yet
    name(root);
    seen.observe(root, { childList: true, subtree: true, characterData: true });
  };
  attach();
  return () => { cancelAnimationFrame(frame); seen.disconnect(); };
};

export default { render };
