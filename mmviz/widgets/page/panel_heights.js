// The heights of panels outside the viewport. They have no layout, so the page is as long as their assumed heights say; a wrong one moves
// what the pointer is on when the panel comes into view. So each is measured once for a width of the page.

/** @param {HTMLElement[]} panels @param {() => void} later asks for a measurement after a change of the width */
export function panelHeights(panels, later) {
  let unknown = new Set(panels), width = 0;
  const watcher = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return;
    width = contentRect.width;
    unknown = new Set(panels);
    later();
  });
  const run = panels[0]?.closest(".mmv-run");
  if (run) watcher.observe(run);
  const unmeasured = () => [...unknown].filter((panel) => !panel.closest("[data-closed]"));
  // one layout for all panels
  const measure = () => {
    const open = unmeasured();
    open.forEach((panel) => (panel.style.contentVisibility = "visible"));
    const tall = open.map((panel) => {
      const { paddingTop, paddingBottom, borderTopWidth, borderBottomWidth } = getComputedStyle(panel);
      return panel.offsetHeight - [paddingTop, paddingBottom, borderTopWidth, borderBottomWidth].reduce((sum, one) => sum + parseFloat(one), 0);
    });
    open.forEach((panel, k) => {
      panel.style.contentVisibility = "";
      if (tall[k] > 0) panel.style.containIntrinsicSize = `auto ${tall[k]}px`;
      unknown.delete(panel);
    });
  };
  return { measure, unmeasured, stop: () => watcher.disconnect() };
}
