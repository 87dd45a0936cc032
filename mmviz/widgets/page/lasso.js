// A closed outline of points, and whether a point lies inside.

/** Is (x, y) inside the polygon (even-odd rule)? @param {[number, number][]} polygon @param {number} x @param {number} y */
export function inPolygon(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[a, b], [c, d]] = [polygon[i], polygon[j]];
    if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) inside = !inside;
  }
  return inside;
}
