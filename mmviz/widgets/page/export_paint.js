// Colours and gradients of style sheets for a drawing: rgb() colours, and the hatches, dots, ramps and strokes of backgrounds as SVG.
import { s } from "./dom.js";

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ colour: string, alpha: number }} Paint */

/** @type {Map<string, Paint | null>} */
const known = new Map();
/** @type {CanvasRenderingContext2D | null} */
let one = null;

/**
 * Return a computed colour, of whatever colour space, as rgb() and its opacity; null for a transparent one and for none.
 * @param {string} text @returns {Paint | null}
 */
export function rgbOf(text) {
  const found = known.get(text);
  if (found !== undefined) return found;
  let paint = null;
  if (text && text !== "none" && CSS.supports("color", text)) {
    if (!one) {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [1, 1];
      one = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    }
    one.clearRect(0, 0, 1, 1);
    one.fillStyle = "#000";
    one.fillStyle = text;
    one.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = one.getImageData(0, 0, 1, 1).data;
    paint = a ? { colour: `rgb(${r}, ${g}, ${b})`, alpha: Math.round((1000 * a) / 255) / 1000 } : null;
  }
  known.set(text, paint);
  return paint;
}

/** Split at the commas outside brackets. @param {string} text */
const split = (text) => text.split(/,(?![^(]*\))/).map((part) => part.trim());

/** The gradients of a computed background-image. @param {string} text */
function layersOf(text) {
  const layers = [];
  let depth = 0, begin = 0;
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (i === text.length || (text[i] === "," && !depth)) {
      layers.push(text.slice(begin, i).trim());
      begin = i + 1;
    }
  }
  return layers;
}

/** @param {Paint | null} paint */
const fill = (paint) => (paint ? { fill: paint.colour, ...(paint.alpha < 1 ? { "fill-opacity": paint.alpha } : {}) } : { fill: "none" });

/**
 * Return the elements that draw the gradients of a background; patterns and ramps go into `defs`.
 * @param {CSSStyleDeclaration} style @param {Box} box @param {SVGElement} defs @returns {SVGElement[]}
 */
export function gradientOf(style, box, defs) {
  const sizes = split(style.backgroundSize), places = split(style.backgroundPosition);
  return layersOf(style.backgroundImage).flatMap((layer, i) => {
    const found = /^(repeating-linear|linear|radial)-gradient\((.*)\)$/s.exec(layer);
    if (!found) return [];
    const id = `paint-${defs.childNodes.length}`, rect = s("rect", { ...box, fill: `url(#${id})` }), parts = split(found[2]);
    const angle = /^(-?[\d.]+)deg$/.exec(parts[0]), turn = angle ? Number(angle[1]) : 180, stops = angle || /^(to|circle|ellipse|closest|farthest|at)\b/.test(parts[0]) ? parts.slice(1) : parts;
    // a stop: colour, and the places from where to where it lasts
    const read = stops.map((stop) => {
      const places = [...stop.replace(/^[a-z-]+\([^)]*\)/, "").matchAll(/(-?[\d.]+)(px|%)/g)].map((at) => Number(at[1]));
      return { paint: rgbOf(/^[a-z-]+\([^)]*\)|^\S+/.exec(stop)?.[0] ?? ""), places };
    });
    if (found[1] === "repeating-linear") {
      const period = Math.max(...read.flatMap(({ places }) => places));
      if (!(period > 0)) return [];
      let from = 0;
      const stripes = read.flatMap(({ paint, places }) => {
        const begin = places.length > 1 ? places[0] : from, end = places.at(-1) ?? from;
        from = end;
        return paint && end > begin ? [s("rect", { x: begin, width: end - begin, height: period, ...fill(paint) })] : [];
      });
      defs.append(s("pattern", { id, width: period, height: period, patternUnits: "userSpaceOnUse", patternTransform: `translate(${box.x} ${box.y}) rotate(${turn - 90})` }, ...stripes));
      return [rect];
    }
    const [wide, high = "auto"] = (sizes[i % sizes.length] ?? "auto").split(" ");
    if (found[1] === "radial") { // a dot in each tile
      const tile = parseFloat(wide), radius = read[0]?.places[0], paint = read[0]?.paint;
      if (!(tile > 0) || !radius || !paint) return [];
      defs.append(s("pattern", { id, x: box.x, y: box.y, width: tile, height: tile, patternUnits: "userSpaceOnUse" }, s("circle", { cx: tile / 2, cy: tile / 2, r: radius, ...fill(paint) })));
      return [rect];
    }
    const colours = read.map(({ paint }) => paint?.colour), plain = read[0]?.paint;
    if (plain && colours.every((colour) => colour === plain.colour)) { // a stroke across the box
      /** @type {(text: string, whole: number) => number} */
      const lengthOf = (text, whole) => (text.endsWith("%") ? (parseFloat(text) * whole) / 100 : text === "auto" ? whole : parseFloat(text));
      const size = [lengthOf(wide, box.width), lengthOf(high, box.height)], [left, top] = (places[i % places.length] ?? "0% 0%").split(" ").map((text, axis) => lengthOf(text, (axis ? box.height : box.width) - size[axis]));
      return [s("rect", { x: box.x + left, y: box.y + top, width: size[0], height: size[1], ...fill(plain) })];
    }
    const rad = ((turn - 90) * Math.PI) / 180, [dx, dy] = [Math.cos(rad) / 2, Math.sin(rad) / 2];
    defs.append(s("linearGradient", { id, x1: 0.5 - dx, y1: 0.5 - dy, x2: 0.5 + dx, y2: 0.5 + dy }, ...read.map(({ paint, places }, k) =>
      s("stop", { offset: places.length ? places[0] / 100 : k / (read.length - 1), "stop-color": paint?.colour ?? "#ffffff", "stop-opacity": paint?.alpha ?? 0 }))));
    return [rect];
  });
}
