// Number fields, with a slider where the range is bounded; a list of numbers as text; a select.
import { choice, h, mark, put } from "../dom.js";

/** A value as it is written into a field. @param {number} v */
export const plain = (v) => String(Number(v.toPrecision(6)));

export const REPORT = "play-report";
/** Show what is wrong with an input, above the part; "" when nothing is. @param {HTMLElement} input @param {string} text */
const report = (input, text) => void input.dispatchEvent(new CustomEvent(REPORT, { bubbles: true, detail: text }));

/**
 * A number field. Text that is no number of the range is marked, and changes nothing.
 * @param {{ label: string, min: number, max: number, step: number, slider?: boolean, title?: string }} options
 * @param {(v: number) => void} onChange
 */
export function numberField({ label, min, max, step, slider = false, title = "" }, onChange) {
  const input = h("input", { type: "number", "aria-label": label, min, max, step: "any", ...(title ? { title } : {}) });
  const range = slider ? h("input", { type: "range", "aria-label": `${label}, slider`, min, max, step, tabindex: -1 }) : null;
  let value = NaN;
  /** @param {number} v */
  const set = (v) => {
    value = v;
    if (input.ownerDocument.activeElement !== input || !input.hasAttribute("data-typing")) put(input, "value", plain(v));
    mark(input, "aria-invalid", "false");
    if (range) put(range, "value", String(v));
  };
  input.addEventListener("input", () => {
    const v = input.valueAsNumber, valid = Number.isFinite(v) && v >= min && v <= max;
    input.toggleAttribute("data-typing", true);
    mark(input, "aria-invalid", String(!valid));
    report(input, valid || input.value === "" ? "" : `${label} is ${plain(v)}, expected a number from ${min} to ${max}`);
    if (valid) onChange(v);
  });
  // an arrow key changes by one step of the slider; the browser's own step of "any" is 1
  input.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowUp" ? step : event.key === "ArrowDown" ? -step : 0;
    if (!by) return;
    event.preventDefault();
    input.removeAttribute("data-typing");
    onChange(Math.min(max, Math.max(min, Number((value + by).toFixed(6)))));
  });
  input.addEventListener("blur", () => {
    input.removeAttribute("data-typing");
    set(value); // what was refused is gone
  });
  range?.addEventListener("input", () => onChange(Number(range.value)));
  return { node: h("span", { class: "play-field" }, input, ...(range ? [range] : [])), input, set };
}

/**
 * A list of numbers as text, with spaces or commas between them; missing ones at the end are 0.
 * @param {{ label: string, count: () => number, min: number, max: number }} options
 * @param {(values: number[]) => void} onChange
 */
export function listField({ label, count, min, max }, onChange) {
  const input = h("input", { type: "text", "aria-label": label, spellcheck: "false", autocomplete: "off" });
  input.addEventListener("change", () => {
    const words = input.value.replaceAll("−", "-").split(/[\s,;]+/).filter(Boolean), values = words.map(Number), wrong = values.findIndex((v) => !(v >= min && v <= max));
    const fault = wrong >= 0 ? `${label}: number ${wrong + 1} is “${words[wrong].slice(0, 20)}”, expected a number from ${min} to ${max}`
      : values.length > count() ? `${label}: ${values.length} numbers, expected at most ${count()}` : "";
    report(input, fault);
    mark(input, "aria-invalid", String(Boolean(fault)));
    if (!fault) onChange(Array.from({ length: count() }, (_, t) => values[t] ?? 0));
  });
  /** @param {number[]} values */
  const set = (values) => {
    put(input, "value", values.slice(0, values.findLastIndex((v) => v !== 0) + 1).map(plain).join(" "));
    mark(input, "aria-invalid", "false");
  };
  return { node: input, set };
}

/**
 * A select over named options.
 * @param {string} label
 * @param {[string, string][]} options value and text
 * @param {(value: string) => void} onPick
 */
export function select(label, options, onPick) {
  const { node, select: box } = choice(label, options.map(([, text]) => text), (i) => onPick(options[i][0]));
  return { node, box, set: (/** @type {string} */ value) => put(box, "value", String(options.findIndex(([one]) => one === value))) };
}

/** @param {unknown} v @param {number} min @param {number} max */
const isNumber = (v, min, max) => typeof v === "number" && v >= min && v <= max;
/**
 * Return what is wrong with a list of numbers from an address, or "".
 * @param {string} key @param {unknown} v @param {number} length @param {number} min @param {number} max
 */
export function faultOfList(key, v, length, min, max) {
  if (!Array.isArray(v) || v.length !== length) return `${key} is ${Array.isArray(v) ? `a list of ${v.length}` : JSON.stringify(v)?.slice(0, 40)}, expected ${length} numbers`;
  const wrong = v.findIndex((one) => !isNumber(one, min, max));
  return wrong < 0 ? "" : `${key}: number ${wrong + 1} is ${JSON.stringify(v[wrong])?.slice(0, 40)}, expected a number from ${min} to ${max}`;
}
/**
 * The same for a list of lists.
 * @param {string} key @param {unknown} v @param {number} rows @param {number} length @param {number} min @param {number} max
 */
export function faultOfRows(key, v, rows, length, min, max) {
  if (!Array.isArray(v) || v.length !== rows) return `${key} has ${Array.isArray(v) ? v.length : "no"} rows, expected ${rows}`;
  return v.map((row, i) => faultOfList(`${key}, row ${i + 1}`, row, length, min, max)).find(Boolean) ?? "";
}
