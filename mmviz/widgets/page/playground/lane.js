// A lane of one number for each step, drawn with the pointer or changed with the arrow keys.
import { h, mark, onDrag, plot, s } from "../dom.js";
import { writeTicks } from "../axis.js";
import { short } from "../format.js";

/**
 * @typedef {object} Drawn
 * @property {number[]} values
 * @property {boolean[]} [marked] steps with a mark above their bar
 * @property {number[]} [texts] the values that are read aloud, where the bars are scaled
 * @property {number} [scale] value of a bar of height 1
 */
/**
 * @param {{ label: string, m?: number, range: [number, number], grid: number, title?: Node[], low?: boolean }} options grid: values are multiples of it; low: of half the height
 * @param {(values: number[]) => void} onChange
 */
export function lane({ label, m, range: [low, high], grid, title = [], low: flat = false }, onChange) {
  const bars = s("path", { class: "play-bars", ...(m === undefined ? {} : { "data-m": m }) }), zero = s("path", { class: "mmv-rule" }), here = s("path", { class: "play-here" }), marks = s("path", { class: "play-marks" });
  const box = h("div", { class: "mmv-plot play-lane", role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": low, "aria-valuemax": high, "aria-orientation": "vertical" }, plot("", marks, zero, bars, here));
  box.firstElementChild?.setAttribute("aria-hidden", "true");
  box.firstElementChild?.removeAttribute("role");
  const scale = h("div", { class: "mmv-scale mmv-ticks-y", "aria-hidden": "true" });
  const node = h("div", { class: "play-laned", ...(flat ? { "data-low": "" } : {}) }, h("div", { class: "play-lane-title" }, ...title), scale, box);
  /** @type {Drawn} */
  let drawn = { values: [0] };
  let step = 0, /** @type {[number, number] | null} */ last = null;
  /** @param {number} v */
  const up = (v) => 96 - ((v - low) / (high - low)) * 92;
  /** @param {number} v */
  const whole = (v) => Math.min(high, Math.max(low, Number((Math.round(v / grid) * grid).toFixed(6))));
  onDrag(box, box, (across, down, _, first) => {
    const L = drawn.values.length, t = Math.min(L - 1, Math.max(0, Math.floor(across * L)));
    let v = whole(low + ((0.96 - down) / 0.92) * (high - low));
    if (Math.abs(v) < 0.04 * (high - low)) v = 0;
    const [from, start] = first || !last ? [t, v] : last, values = [...drawn.values], by = Math.sign(t - from);
    for (let i = from; ; i += by) {
      values[i] = i === t ? v : whole(start + ((v - start) * (i - from)) / (t - from || 1));
      if (i === t) break;
    }
    last = [t, v];
    step = t;
    onChange(values);
  }, box);
  box.addEventListener("keydown", (event) => {
    const L = drawn.values.length, by = event.shiftKey ? 5 : 1, { key } = event;
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: step - by, ArrowRight: step + by, Home: 0, End: L - 1 };
    const raise = Math.max(grid, (high - low) / 20);
    /** @type {Record<string, number>} */
    const values = { ArrowUp: drawn.values[step] + by * raise, ArrowDown: drawn.values[step] - by * raise, Delete: 0, Backspace: 0, 0: 0 };
    if (key in moves) {
      step = Math.min(L - 1, Math.max(0, moves[key]));
      draw(drawn);
    } else if (key in values) onChange(drawn.values.map((v, t) => (t === step ? whole(values[key]) : v)));
    else return;
    event.preventDefault();
  });
  /** @param {Drawn} next */
  function draw(next) {
    drawn = next;
    const { values, marked, texts = values, scale: factor = 1 } = next, L = values.length, wide = 1000 / L;
    step = Math.min(step, L - 1);
    mark(bars, "d", values.map((v, t) => (v ? `M${(t * wide + 0.1 * wide).toFixed(2)} ${up(Math.max(low, Math.min(high, 0))).toFixed(2)}V${up(v).toFixed(2)}h${(0.8 * wide).toFixed(2)}V${up(Math.max(low, Math.min(high, 0))).toFixed(2)}z` : "")).join(""));
    mark(zero, "d", `M0 ${up(Math.max(low, Math.min(high, 0))).toFixed(2)}H1000`);
    mark(marks, "d", (marked ?? []).map((on, t) => (on ? `M${(t * wide).toFixed(2)} 0h${wide.toFixed(2)}v100h${(-wide).toFixed(2)}z` : "")).join(""));
    mark(here, "d", `M${((step + 0.5) * wide).toFixed(2)} 0V100`);
    mark(box, "aria-valuenow", String(texts[step]));
    mark(box, "aria-valuetext", `step ${step}: ${short(texts[step])}`);
    const ticks = [high, ...(low < 0 && high > 0 ? [0] : []), low];
    writeTicks(scale, ticks.map((v) => ({ at: up(v) / 100, text: short(v * factor) })), "top");
  }
  return { node, draw };
}
