// A panel as a drawing of its own, in the colours of the light theme on white: SVG of texts, rectangles, paths and images alone, which editors of
// drawings and LaTeX read too (an SVG file with HTML inside is blank there); and the same drawing as PNG.
import { h, s } from "./dom.js";
import { gradientOf, rgbOf } from "./export_paint.js";

/** presentation attributes of SVG elements; colours are written as rgb() */
const PAINTS = ["fill", "stroke"], LOOKS = ["fill-opacity", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "text-anchor",
  "dominant-baseline", "font-family", "font-size", "font-weight", "paint-order"];
/** what a drawing leaves out: menus, notes that are closed, controls, and texts for screen readers */
const LEFT_OUT = ".mmv-panel-tools, .mmv-export, .mmv-trust, .mmv-lacks, .mmv-control, .mmv-hidden-text, .mmv-hint, .mmv-log, .mmv-grow, .mmv-brush, .mmv-zoom, input, select, audio, video, dialog, [hidden], "
  + "button:not(.mmv-open, .mmv-closed, .mmv-sort, .mmv-term, .mmv-series, .mmv-score, .mmv-chip)";
/** white around a panel: marks at the edge of a plot, and lines of text, reach beyond it */
const MARGIN = 12;
const LIGHT = { "color-scheme": "light", "--paper": "#ffffff", "--ink": "#1f2430" };

/**
 * The corner of the panel, where patterns go, and the text that was drawn last.
 * @typedef {{ left: number, top: number, defs: SVGElement, context: CanvasRenderingContext2D, last?: { node: SVGElement, into: SVGElement, right: number, line: string } }} Drawing
 */

/**
 * Return what `act` returns while the view of a panel has the colours of the light theme, and no room for what the drawing leaves out; nothing of
 * it is painted.
 * @template T @param {HTMLElement} root @param {() => T} act @returns {T}
 */
function inLight(root, act) {
  const hidden = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(LEFT_OUT)), shown = [...hidden].map((node) => node.style.display);
  const least = root.style.minHeight;
  root.style.minHeight = `${root.offsetHeight}px`; // a shorter page could scroll
  hidden.forEach((node) => (node.style.display = "none"));
  root.toggleAttribute("data-exported", true);
  const { style } = /** @type {HTMLElement} */ (root.closest(".mmv") ?? root);
  const before = Object.keys(LIGHT).map((name) => /** @type {const} */ ([name, style.getPropertyValue(name), style.getPropertyPriority(name)]));
  for (const [name, value] of Object.entries(LIGHT)) style.setProperty(name, value, "important");
  try {
    return act();
  } finally {
    for (const one of before) style.setProperty(...one); // an empty value removes the property
    hidden.forEach((node, i) => (node.style.display = shown[i]));
    root.toggleAttribute("data-exported", false);
    root.style.minHeight = least;
  }
}

/** The size of what a drawing of a panel holds. @param {HTMLElement} root */
function sizeOf(root) {
  const { width, top } = root.getBoundingClientRect();
  const ends = [...root.children].filter((node) => !node.matches(LEFT_OUT) && node.getClientRects().length).map((node) => node.getBoundingClientRect().bottom - top);
  return { width: Math.ceil(width) + 2 * MARGIN, height: Math.ceil(Math.max(24, ...ends)) + 2 * MARGIN };
}

const round = (/** @type {number} */ v) => Math.round(100 * v) / 100;

/**
 * The box of an element or of a part of it: its background and its border.
 * @param {SVGElement} into @param {{ left: number, top: number, width: number, height: number }} box @param {CSSStyleDeclaration} style @param {Drawing} drawing
 */
function drawBox(into, box, style, drawing) {
  const { width, height } = box, x = box.left - drawing.left, y = box.top - drawing.top, place = { x: round(x), y: round(y), width: round(width), height: round(height) };
  if (width <= 0 || height <= 0) return;
  const radius = Math.min(parseFloat(style.borderTopLeftRadius) * (style.borderTopLeftRadius.endsWith("%") ? width / 100 : 1) || 0, width / 2, height / 2);
  /** @type {Record<string, number>} */
  const rounded = radius ? { rx: round(radius) } : {};
  const back = rgbOf(style.backgroundColor);
  if (back) into.append(s("rect", { ...place, ...rounded, fill: back.colour, ...(back.alpha < 1 ? { "fill-opacity": back.alpha } : {}) }));
  if (style.backgroundImage !== "none") into.append(...gradientOf(style, { x, y, width, height }, drawing.defs).map((one) => (radius && one.tagName === "rect" ? (one.setAttribute("rx", String(round(radius))), one) : one)));
  const sides = /** @type {const} */ (["Top", "Right", "Bottom", "Left"]).map((side) => {
    const wide = parseFloat(style[`border${side}Width`]), kind = style[`border${side}Style`], paint = rgbOf(style[`border${side}Color`]);
    return kind === "none" || kind === "hidden" || !(wide > 0) || !paint ? null : { wide, paint, dash: kind === "dashed" ? `${3 * wide} ${2 * wide}` : kind === "dotted" ? `${wide} ${wide}` : "" };
  });
  /** @param {NonNullable<typeof sides[0]>} side */
  const stroke = ({ wide, paint, dash }) => ({ fill: "none", stroke: paint.colour, "stroke-width": wide, ...(paint.alpha < 1 ? { "stroke-opacity": paint.alpha } : {}), ...(dash ? { "stroke-dasharray": dash } : {}) });
  const first = sides[0];
  if (first && sides.every((side) => side && side.wide === first.wide && side.paint.colour === first.paint.colour)) {
    const half = first.wide / 2;
    into.append(s("rect", { x: round(x + half), y: round(y + half), width: round(Math.max(0, width - 2 * half)), height: round(Math.max(0, height - 2 * half)), ...rounded, ...stroke(first) }));
    return;
  }
  sides.forEach((side, i) => {
    if (!side) return;
    const half = side.wide / 2, line = [`M${round(x)} ${round(y + half)}h${round(width)}`, `M${round(x + width - half)} ${round(y)}v${round(height)}`, `M${round(x)} ${round(y + height - half)}h${round(width)}`, `M${round(x + half)} ${round(y)}v${round(height)}`][i];
    into.append(s("path", { d: line, ...stroke(side) }));
  });
}

/** Ticks and lines that the style sheet adds before or behind the content. @param {SVGElement} into @param {Element} node @param {"::before" | "::after"} which @param {Drawing} drawing */
function drawPseudo(into, node, which, drawing) {
  const style = getComputedStyle(node, which);
  if (style.content !== '""' || style.position !== "absolute" || style.display === "none") return;
  const box = node.getBoundingClientRect(), [left, top, width, height] = [style.left, style.top, style.width, style.height].map(parseFloat);
  if ([left, top, width, height].every(Number.isFinite)) {
    const own = getComputedStyle(node);
    drawBox(into, { left: box.left + parseFloat(own.borderLeftWidth) + left, top: box.top + parseFloat(own.borderTopWidth) + top, width, height }, style, drawing);
  }
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufefc]/;
/** One line of text per line of the page, at its place. @param {SVGElement} into @param {Text} node @param {CSSStyleDeclaration} style @param {Drawing} drawing */
function drawText(into, node, style, drawing) {
  const paint = rgbOf(style.color);
  if (!node.data.trim() || !paint) return;
  /** @type {{ text: string, left: number, right: number, top: number, bottom: number }[]} */
  const lines = [], range = document.createRange(), upright = style.writingMode.startsWith("vertical");
  for (const word of node.data.matchAll(/\S+/g)) {
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const rects = [...range.getClientRects()].filter(({ width }) => width > 0), last = lines.at(-1), box = rects[0];
    if (!box) continue;
    if (rects.length > 1 && !upright) { // a word that is broken: by letters
      for (let i = 0; i < word[0].length; i++) {
        range.setStart(node, word.index + i);
        range.setEnd(node, word.index + i + 1);
        const letter = range.getClientRects()[0], line = lines.at(-1);
        if (!letter) continue;
        if (line && i && Math.abs(line.top - letter.top) < 2) Object.assign(line, { text: line.text + word[0][i], right: letter.right });
        else if (line && Math.abs(line.top - letter.top) < 2) Object.assign(line, { text: `${line.text} ${word[0][i]}`, right: letter.right });
        else lines.push({ text: word[0][i], left: letter.left, right: letter.right, top: letter.top, bottom: letter.bottom });
      }
    } else if (last && (upright ? Math.abs(last.left - box.left) : Math.abs(last.top - box.top)) < 2) {
      Object.assign(last, { text: `${last.text} ${word[0]}`, left: Math.min(last.left, box.left), right: Math.max(last.right, box.right), top: Math.min(last.top, box.top), bottom: Math.max(last.bottom, box.bottom) });
    } else lines.push({ text: word[0], left: box.left, right: box.right, top: box.top, bottom: box.bottom });
  }
  // an isolated name has the line of what it stands in
  const holder = node.parentElement?.matches("bdi") ? node.parentElement.parentElement : null, decoration = holder ? getComputedStyle(holder).textDecorationLine : style.textDecorationLine;
  const { context } = drawing;
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const measured = context.measureText("Mg"), up = measured.fontBoundingBoxAscent, down = measured.fontBoundingBoxDescent;
  const anchor = style.textAlign === "right" || style.textAlign === "end" ? "end" : style.textAlign === "center" ? "middle" : "start";
  const given = { fill: paint.colour, ...(paint.alpha < 1 ? { "fill-opacity": paint.alpha } : {}), "font-family": style.fontFamily, "font-size": parseFloat(style.fontSize),
    ...(style.fontWeight === "400" ? {} : { "font-weight": style.fontWeight }), ...(style.fontStyle === "normal" ? {} : { "font-style": style.fontStyle }),
    ...(decoration === "none" ? {} : { "text-decoration": decoration }) };
  for (const { text, left, right, top, bottom } of lines) {
    if (upright) {
      const x = (left + right) / 2 - drawing.left + (up - down) / 2, y = (top + bottom) / 2 - drawing.top;
      into.append(s("text", { transform: `translate(${round(x)} ${round(y)}) rotate(-90)`, "text-anchor": "middle", ...given }, text));
      continue;
    }
    const x = (anchor === "end" ? right : anchor === "middle" ? (left + right) / 2 : left) - drawing.left, y = (top + bottom - up - down) / 2 + up - drawing.top;
    // what follows on the same line in the same letters is one text: in another program's letters a gap stays a gap
    const { last } = drawing, key = JSON.stringify([round(y), given]), gap = last ? left - last.right : NaN;
    if (last && anchor === "start" && last.into === into && last.line === key && gap > -1 && gap < given["font-size"] / 2 && !RIGHT_TO_LEFT.test(last.node.textContent + text)) {
      last.node.append(`${gap > 1 ? " " : ""}${text}`);
      last.right = right;
      continue;
    }
    const made = s("text", { x: round(x), y: round(y), ...(anchor === "start" ? {} : { "text-anchor": anchor }), ...given }, text);
    into.append(made);
    drawing.last = anchor === "start" ? { node: made, into, right, line: key } : undefined;
  }
}

/** @typedef {{ scale: [number, number], offset: [number, number] }} Mapping from the units of a drawing to pixels */
/** the place of each number of a path command: 0 along x, 1 along y */
const AXES = /** @type {Record<string, number[]>} */ ({ M: [0, 1], L: [0, 1], T: [0, 1], H: [0], V: [1], C: [0, 1, 0, 1, 0, 1], S: [0, 1, 0, 1], Q: [0, 1, 0, 1], Z: [] });

/** A path in pixels; null for a command that has no simple image. @param {string} path @param {Mapping} mapping */
function mapPath(path, { scale, offset }) {
  let first = true;
  const parts = [...path.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)].map(([, command, text]) => {
    const axes = AXES[command.toUpperCase()], relative = command === command.toLowerCase() && !first;
    first = false;
    if (!axes) return null;
    return command + (text.match(/-?[\d.]+(?:e-?\d+)?/gi) ?? []).map((v, i) => round(Number(v) * scale[axes[i % axes.length]] + (relative ? 0 : offset[axes[i % axes.length]]))).join(" ");
  });
  return parts.includes(null) ? null : parts.join("");
}

const PLACES = /** @type {Record<string, [number, boolean]>} attribute: axis, and whether it is a length */ ({ x: [0, false], x1: [0, false], x2: [0, false], y: [1, false], y1: [1, false], y2: [1, false], width: [0, true], height: [1, true] });

/**
 * Write the shapes of a drawing in pixels: many programs know no lines that keep their width and dashes in a stretched drawing. Nothing is
 * changed where a shape has no simple image.
 * @param {Element} copy the nested drawing @param {SVGSVGElement} node @param {number} width @param {number} height
 */
function inPixels(copy, node, width, height) {
  const view = node.viewBox.baseVal, shapes = [...copy.querySelectorAll("*")];
  if (!view?.width || !view.height || shapes.some((one) => one.hasAttribute("transform") || !["path", "rect", "line", "g"].includes(one.localName))) return;
  const stretched = node.getAttribute("preserveAspectRatio") === "none", least = Math.min(width / view.width, height / view.height);
  const scale = /** @type {[number, number]} */ (stretched ? [width / view.width, height / view.height] : [least, least]);
  const mapping = { scale, offset: /** @type {[number, number]} */ ([(width - scale[0] * view.width) / 2 - scale[0] * view.x, (height - scale[1] * view.height) / 2 - scale[1] * view.y]) };
  const paths = shapes.map((one) => (one.localName === "path" ? mapPath(one.getAttribute("d") ?? "", mapping) : ""));
  if (paths.includes(null)) return;
  shapes.forEach((one, i) => {
    if (one.localName === "path") return one.setAttribute("d", String(paths[i]));
    for (const [name, [axis, length]] of Object.entries(PLACES)) {
      const value = one.getAttribute(name);
      if (value !== null && !value.endsWith("%")) one.setAttribute(name, String(round(Number(value) * scale[axis] + (length ? 0 : mapping.offset[axis]))));
    }
  });
  copy.removeAttribute("viewBox");
  copy.removeAttribute("preserveAspectRatio");
}

/** The content of a canvas; a map of few cells larger, cell by cell, since not every program draws it without smoothing. @param {HTMLCanvasElement} canvas @param {number} width on the screen */
function imageOf(canvas, width) {
  const times = getComputedStyle(canvas).imageRendering === "pixelated" && canvas.width ? Math.min(64, Math.ceil((2 * width) / canvas.width)) : 1;
  if (times < 2 || canvas.width * canvas.height * times * times > 4e6) return canvas.toDataURL();
  const large = h("canvas", { width: canvas.width * times, height: canvas.height * times }), context = /** @type {CanvasRenderingContext2D} */ (large.getContext("2d"));
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  return large.toDataURL();
}

/** A drawing of the page, with its computed styles as attributes. @param {Element} node @returns {Element | null} */
function copyDrawing(node) {
  const style = getComputedStyle(node);
  if (node.matches("[hidden], title, desc") || style.display === "none" || style.visibility === "hidden") return null;
  // not cloneNode: the policy of a saved page refuses a copied style attribute
  const copy = document.createElementNS(/** @type {string} */ (node.namespaceURI), node.localName);
  for (const { name, value } of node.attributes) if (value && !/^(class|id|style|role|tabindex|aria-.*|data-.*)$/.test(name)) copy.setAttribute(name, value);
  for (const name of PAINTS) {
    const value = style.getPropertyValue(name), paint = rgbOf(value);
    copy.setAttribute(name, paint ? paint.colour : "none");
    if (paint && paint.alpha < 1) copy.setAttribute(`${name}-opacity`, String(round(paint.alpha * Number(style.getPropertyValue(`${name}-opacity`) || 1))));
  }
  for (const name of LOOKS) {
    const value = style.getPropertyValue(name), text = name.startsWith("font") || name === "text-anchor" || name === "dominant-baseline";
    if (value && value !== "none" && value !== "normal" && value !== "auto" && !copy.hasAttribute(name) && !(text && node.tagName !== "text")) copy.setAttribute(name, value);
  }
  for (const child of node.childNodes) {
    const one = child instanceof Element ? copyDrawing(child) : child.cloneNode(false);
    if (one) copy.append(one);
  }
  return copy;
}

/** Draw an element and all that is in it. @param {SVGElement} into @param {Element} node @param {Drawing} drawing */
function draw(into, node, drawing) {
  const style = getComputedStyle(node);
  if (node.matches(LEFT_OUT) || style.display === "none" || style.visibility === "hidden" || !(node.getClientRects().length || style.display === "contents")) return;
  if ("checkVisibility" in node && !node.checkVisibility()) return;
  const box = node.getBoundingClientRect(), place = { x: round(box.left - drawing.left), y: round(box.top - drawing.top), width: round(box.width), height: round(box.height) };
  let group = into;
  if (Number(style.opacity) < 1) into.append((group = s("g", { opacity: style.opacity })));
  if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement) {
    const href = node instanceof HTMLCanvasElement ? imageOf(node, box.width) : node.src;
    if (href.startsWith("data:image/") && box.width) group.append(s("image", { ...place, href, preserveAspectRatio: "none", "image-rendering": "pixelated" }));
    return;
  }
  drawBox(group, box, style, drawing);
  if (node instanceof SVGSVGElement) {
    const copy = copyDrawing(node);
    if (copy && box.width) {
      inPixels(copy, node, box.width, box.height);
      for (const [name, value] of Object.entries(place)) copy.setAttribute(name, String(value));
      for (const name of ["opacity", "transform"]) copy.removeAttribute(name); // of the group, and in the box
      copy.setAttribute("overflow", style.overflow === "visible" ? "visible" : "hidden");
      group.append(copy);
    }
    return;
  }
  if (style.overflowX !== "visible" && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1) && node.clientWidth) {
    const id = `clip-${drawing.defs.childNodes.length}`, clipped = s("g", { "clip-path": `url(#${id})` });
    drawing.defs.append(s("clipPath", { id }, s("rect", place)));
    group.append(clipped);
    group = clipped;
  }
  drawPseudo(group, node, "::before", drawing);
  // what lies above, by its z-index, comes last
  const children = [...node.childNodes].map((child) => ({ child, level: child instanceof Element ? Number(getComputedStyle(child).zIndex) || 0 : 0 })).sort((a, b) => a.level - b.level);
  for (const { child } of children) {
    if (child instanceof Element) draw(group, child, drawing);
    else if (child instanceof Text) drawText(group, child, style, drawing);
  }
  drawPseudo(group, node, "::after", drawing);
}

/** @typedef {{ text: string, width: number, height: number }} Picture */

/** @param {HTMLElement} root @returns {Picture} */
function pictureOf(root) {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d")), defs = s("defs"), content = s("g");
  const { width, height } = inLight(root, () => {
    const { left, top } = root.getBoundingClientRect();
    for (const child of root.children) draw(content, child, { left: left - MARGIN, top: top - MARGIN, defs, context });
    return sizeOf(root);
  });
  const svg = s("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, defs, s("rect", { width, height, fill: "#ffffff" }), content);
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}

/**
 * Return a panel as SVG text, as large as on the screen and a margin, with its title, dark on white in every theme.
 * @param {HTMLElement} root
 */
export const svgOf = (root) => pictureOf(root).text;

/**
 * Return a panel as PNG, with `scale` pixels of the image for each pixel of the screen.
 * @param {HTMLElement} root @param {number} scale @returns {Promise<Blob>}
 */
export async function pngOf(root, scale = 2) {
  const { text, width, height } = pictureOf(root), image = new Image();
  image.setAttribute("src", `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`);
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * scale, height * scale];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(scale, scale);
  context.drawImage(image, 0, 0);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("the browser made no PNG"))), "image/png"));
}
