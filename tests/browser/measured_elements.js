// What stands in the view, measured: loaded by test_views_are_truthful.py.
window.drawn = (() => {
  const view = (node) => node.closest(".mmv-panel, .mmv-lanes")?.querySelector(".mmv-heading")?.textContent ?? "lanes";
  const all = (selector) => [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility());
  const parts = (d) => d.split(/(?=M)/).filter(Boolean);
  const lengthOf = (d) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    return path.getTotalLength();
  };
  return {
    // [view, number of strokes, length of the shortest] of every line that is drawn
    lines: () => all("path.mmv-line[d], path.mmv-share[d], path.mmv-recorded-line[d]").filter((path) => path.getAttribute("d") && !path.closest(".mmv-key, .mmv-legend"))
      .map((path) => [view(path), parts(path.getAttribute("d")).length, Math.min(...parts(path.getAttribute("d")).map(lengthOf))]),
    // the same of the charts with that title, as paths
    chart: (title) => all(".mmv-charted").filter((node) => node.querySelector(".mmv-subtitle").textContent.startsWith(title))
      .map((node) => [...node.querySelectorAll("path.mmv-line, path.mmv-share")].map((path) => parts(path.getAttribute("d") ?? "").length)),
    // [view, share of the track where it begins, where it ends] of every bar, outline and interval
    bars: () => all(".mmv-bar, .mmv-recorded, .mmv-whisker").map((node) => {
      const [a, b] = [node, node.parentElement].map((one) => one.getBoundingClientRect());
      return [view(node), (a.left - b.left) / b.width, (a.right - b.left) / b.width];
    }),
    // [view, least, most] height, 0 to 100, of every line in a chart or a lane
    heights: () => all("svg[viewBox='0 0 1000 100'] path[d]").filter((path) => path.getAttribute("d")).map((path) => {
      const { y, height } = path.getBBox();
      return [view(path), y, y + height];
    }),
    // every text that something cuts off: [view, text, by how many pixels]
    cut: () => {
      const found = [], walk = document.createTreeWalker(document.querySelector(".mmv"), NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const text = walk.currentNode, node = text.parentElement;
        if (!text.data.trim() || !node.checkVisibility({ visibilityProperty: true }) || node.closest("option, .mmv-hidden-text, svg, canvas")) continue;
        const range = document.createRange();
        range.selectNode(text);
        const box = range.getBoundingClientRect();
        for (let over = node; over && over.matches(".mmv *"); over = over.parentElement) {
          const style = getComputedStyle(over), edge = over.getBoundingClientRect(), scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
          // clipped to nothing: text for screen readers only
          if (scrolls || style.clipPath === "inset(50%)") break;
          if (style.overflowX === "visible" && style.overflowY === "visible") continue;
          const away = Math.max(edge.left - box.left, box.right - edge.right, edge.top - box.top, box.bottom - edge.bottom);
          if (away > 1.5) { found.push([view(node), text.data, away]); break; }
        }
        if (box.right > innerWidth + 1 && !node.closest(".mmv-scroll-x")) found.push([view(node), text.data, box.right - innerWidth]);
      }
      return found;
    },
    // texts of one gutter, row or key that lie on each other
    covered: () => all(".mmv-gutter, .mmv tr, .mmv-curve-values, .mmv-alongs, .mmv-ups, .mmv-rows, .mmv-matrix thead").flatMap((group) => {
      const texts = [], walk = document.createTreeWalker(group, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const node = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest(".mmv-hidden-text, option, .mmv-glyph")) continue;
        const range = document.createRange();
        range.selectNode(walk.currentNode);
        texts.push([walk.currentNode.data, [...range.getClientRects()], node]);
      }
      const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
      return texts.flatMap(([text, boxes, node], i) => texts.slice(i + 1).filter(([, others, other]) => !node.contains(other) && !other.contains(node)
        && boxes.some((a) => others.some((b) => meet(a, b)))).map(([other]) => [view(group), text, other]));
    }),
    // every text that can be read now, hidden ones left out
    texts: () => {
      const found = [], walk = document.createTreeWalker(document.querySelector(".mmv"), NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const node = walk.currentNode.parentElement;
        if (walk.currentNode.data.trim() && node.checkVisibility() && !node.closest("option, .mmv-hidden-text")) found.push(walk.currentNode.data.trim());
      }
      return found;
    },
    // [title, lower end, upper end] of every scale in a run, in the order in which they stand; a plane of principal components is each run's own
    scales: (run) => [...document.querySelectorAll(".mmv-run")[run].querySelectorAll(".mmv-charted:not(:has(.mmv-plane))")].map((node) => {
      const [high, low] = [...node.querySelectorAll(".mmv-scale span")].map((one) => one.textContent);
      return [node.querySelector(".mmv-subtitle").textContent, low, high];
    }),
    // the glyph that stands beside a modality's name, wherever it does: [view, glyph, name]
    glyphs: () => [...document.querySelectorAll(".mmv-glyph + bdi")].map((node) => [view(node), node.previousElementSibling.textContent, node.textContent]),
  };
})();
