// Heat maps on a canvas.
const CIVIDIS = "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838".split(" ");
/** @param {string} hex */
export const rgb = (hex) => [0, 2, 4].map((k) => parseInt(hex.slice(k, k + 2), 16));
const RGB = CIVIDIS.map(rgb);
const PALETTE = Uint8ClampedArray.from({ length: 768 }, (_, i) => {
  const f = ((i / 3) | 0) / 255 * 9, k = Math.min(8, f | 0);
  return RGB[k][i % 3] * (1 - f + k) + RGB[k + 1][i % 3] * (f - k);
});
// in memory order, one number for each pixel
const PIXELS = new Uint32Array(new Uint8ClampedArray(1024).map((_, i) => (i % 4 === 3 ? 255 : PALETTE[3 * (i >> 2) + (i % 4)])).buffer);

/** @type {WeakMap<HTMLCanvasElement, { context: CanvasRenderingContext2D, image: ImageData, pixels: Uint32Array }>} */
const kept = new WeakMap();
/** @param {HTMLCanvasElement} canvas @param {number} columns @param {number} rows */
function sheet(canvas, columns, rows) {
  const known = kept.get(canvas);
  if (known && known.image.width === columns && known.image.height === rows) return known;
  canvas.width = columns;
  canvas.height = rows;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), image = context.createImageData(columns, rows);
  const made = { context, image, pixels: new Uint32Array(image.data.buffer) };
  kept.set(canvas, made);
  return made;
}

// Paint a map of columns x rows; level(column, row) is 0..255, or -1 for nothing.
/** @param {HTMLCanvasElement} canvas @param {number} columns @param {number} rows @param {(column: number, row: number) => number} level */
export function paint(canvas, columns, rows, level) {
  const { context, image, pixels } = sheet(canvas, Math.max(1, columns), Math.max(1, rows));
  pixels.fill(0);
  for (let y = 0, p = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, p++) {
      const v = level(x, y);
      if (v >= 0) pixels[p] = PIXELS[v];
    }
  context.putImageData(image, 0, 0);
}

// The same with any colours: colour(column, row) is [r, g, b, a], each 0..255, or null.
/** @param {HTMLCanvasElement} canvas @param {number} columns @param {number} rows @param {(column: number, row: number) => number[] | null} colour */
export function tint(canvas, columns, rows, colour) {
  const { context, image, pixels } = sheet(canvas, Math.max(1, columns), Math.max(1, rows));
  pixels.fill(0);
  for (let y = 0, p = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, p += 4) {
      const v = colour(x, y);
      if (v) image.data.set(v, p);
    }
  context.putImageData(image, 0, 0);
}

/** @param {ArrayLike<number>[]} lists */
export function largest(...lists) {
  let most = 0;
  for (const list of lists)
    for (let i = 0; i < list.length; i++) if (Math.abs(list[i]) > most && Number.isFinite(list[i])) most = Math.abs(list[i]);
  return most;
}
