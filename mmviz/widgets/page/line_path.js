// Line paths. A gap stays open, and a value between two gaps is a short stroke, since a path of one point is invisible.
// across(i) and up(i) place value i of count; up is NaN for a missing value, and undefined where no value is expected.
/** @param {number} count @param {(i: number) => number} across @param {(i: number) => number | undefined} up */
export function pathOf(count, across, up, half = 3) {
  let path = "", run = 0;
  const end = () => {
    if (run === 1) path += `m${-half} 0h${2 * half}`;
    run = 0;
  };
  for (let i = 0; i < count; i++) {
    const y = up(i);
    if (y !== undefined && Number.isFinite(y)) path += `${run++ ? "L" : "M"}${across(i).toFixed(1)} ${y.toFixed(2)}`;
    else if (y !== undefined) end();
  }
  end();
  return path;
}

// The height of v in a drawing of 100 units: low at 96, high at 4, the middle if both are equal.
/** @param {number} v @param {number[]} range */
export const heightOf = (v, [low, high]) => (high > low ? 96 - ((v - low) / (high - low)) * 92 : 50 + 0 * v);
