// Value by retraining: the full model's score of every subset beside that of a model trained on it, and the gap between them.
import { h, heading, faint, glyph, modality, unseen, name } from "../dom.js";
import { fixed, signed } from "../format.js";
import { tickTexts, ticksOf } from "../axis.js";
import { readRow } from "../readout.js";
import { register } from "../registry.js";
/** @import { Numbers } from "../types.js" */

const MOST = 16, DIGITS = 3;
const minus = (/** @type {number} */ v) => String(v).replace("-", "−");
/** @typedef {{ low: number, high: number }} Ends */
/** @typedef {Ends & { at: (v: number) => number, ticks: HTMLElement, bounds: Ends }} Scale */

// An interval end that no value can reach is written as the bound that it passes.
/** @param {number} v @param {Ends} bounds @param {(v: number) => string} form */
const endText = (v, { low, high }, form) => (v < low ? `< ${minus(low)}` : v > high ? `> ${minus(high)}` : form(v));

/** @param {Ends} ends @param {Ends} bounds @param {(v: number) => string} [form] @returns {Scale} */
function scaleOf({ low, high }, bounds, form) {
  const at = (/** @type {number} */ v) => (v - low) / (high - low || 1), values = ticksOf([low, high], 5), texts = form ? values.map(form) : tickTexts(values);
  const ticks = h("div", { class: "mmv-dot-ticks", "aria-hidden": "true" }, ...values.map((v, i) => {
    const tick = h("span", {}, texts[i]);
    tick.style.left = `${100 * at(v)}%`;
    return tick;
  }));
  return { low, high, at, ticks, bounds };
}

/** A box from one value to another; nothing where one is not finite. @param {string} kind @param {Scale} scale @param {number} from @param {number} to */
function stretch(kind, { at }, from, to) {
  if (!Number.isFinite(from + to)) return [];
  const node = h("span", { class: kind }), [a, b] = [at(from), at(to)].map((v) => Math.min(1, Math.max(0, v))).sort((p, q) => p - q);
  node.style.left = `${100 * a}%`;
  node.style.width = `${100 * (b - a)}%`;
  return [node];
}

/** An interval, cut at the ends of the axis and of the possible values, with an arrow there. @param {string} kind @param {Scale} scale @param {number} low @param {number} high */
function line(kind, scale, low, high) {
  const first = Math.max(scale.low, scale.bounds.low), last = Math.min(scale.high, scale.bounds.high);
  const nodes = stretch(`mmv-dot-line ${kind}`, scale, Math.max(first, low), Math.min(last, high));
  if (nodes.length && low < first) nodes[0].append(h("span", { class: "mmv-dot-cut" }, "◂"));
  if (nodes.length && high > last) nodes[0].append(h("span", { class: "mmv-dot-cut mmv-dot-cut-high" }, "▸"));
  return nodes;
}

/** @param {string} kind @param {Scale} scale @param {number} v */
function dot(kind, scale, v) {
  if (!Number.isFinite(v)) return [];
  const node = h("span", { class: `mmv-dot ${kind}` });
  node.style.left = `${100 * scale.at(v)}%`;
  return [node];
}

/** Vertical lines at values, behind what a track shows. @param {Scale} scale @param {[number, string][]} values */
const rules = (scale, values) => values.flatMap(([v, kind]) => (Number.isFinite(v) ? [h("span", { class: `mmv-dot-rule ${kind}` })].map((node) => {
  node.style.left = `${100 * scale.at(v)}%`;
  return node;
}) : []));

/** @param {(Node | string)[]} children */
const track = (...children) => h("td", { class: "mmv-cell" }, h("div", { class: "mmv-dots", "aria-hidden": "true" }, ...children));

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame) {
  const M = frame.modalities.length, whole = 2 ** M - 1, info = frame.retraining, regression = frame.task === "regression";
  const [masked, trained, gap] = ["masked", "retrained", "gap"].map((key) => [0, 1, 2].map((i) => frame.part(key, i)));
  const size = (/** @type {number} */ k) => k.toString(2).replaceAll("0", "").length;
  const shown = Array.from({ length: whole + 1 }, (_, k) => k)
    .filter((k) => whole < MOST || size(k) <= 1 || size(k) >= M - 1 || k === info.best).sort((a, b) => size(a) - size(b) || a - b);
  const bounds = { low: info.bounds?.[0] ?? -Infinity, high: info.bounds?.[1] ?? Infinity };
  const form = (/** @type {number} */ v) => fixed(v, DIGITS), step = (/** @type {number} */ v) => signed(v, DIGITS);
  /** @param {Numbers[]} of @param {number} k @param {Ends} ends @param {(v: number) => string} write */
  const intervalText = (of, k, ends, write) => (Number.isFinite(of[1][k] + of[2][k]) ? `${endText(of[1][k], ends, write)} to ${endText(of[2][k], ends, write)}` : "no interval");
  const past = (/** @type {Numbers[]} */ of, /** @type {Ends} */ ends) => of[1].some((v) => v < ends.low) || of[2].some((v) => v > ends.high);

  const means = [...masked[0], ...trained[0]].filter(Number.isFinite), [least, most] = [Math.min(...means), Math.max(...means)], room = most - least || Math.abs(most) || 1;
  const lines = [...masked[1], ...masked[2], ...trained[1], ...trained[2]].filter(Number.isFinite);
  // of an accuracy the whole scale; else the means, and of the intervals as much again on each side
  const ends = Number.isFinite(bounds.low) ? bounds : { low: Math.max(least - room, Math.min(least, ...lines)), high: Math.min(bounds.high, most + room, Math.max(most, ...lines)) };
  const scale = scaleOf(ends, bounds), references = rules(scale, [[trained[0][whole], "mmv-dot-full"], [trained[0][0], "mmv-dot-constant"]]);
  const members = (/** @type {number} */ k) => (k === 0 ? [h("span", {}, "none")] : frame.modalities.flatMap((one, m) => ((k >> m) & 1 ? [glyph(m), unseen(`${one.name} `)] : [])));
  const subset = (/** @type {number} */ k) => frame.modalities.filter((_, m) => (k >> m) & 1).map((one) => one.name).join(" + ") || "no modality";
  /** @param {Numbers[]} of @param {number} k */
  const value = (of, k) => h("td", { class: "mmv-value" }, form(of[0][k]), h("span", { class: "mmv-ends-text" }, intervalText(of, k, bounds, form)));
  const harmed = info.harm === "harm";
  const rows = shown.map((k) => {
    const node = h("tr", {}, h("th", { scope: "row" }, ...members(k), ...(harmed && k === info.best ? [h("span", { class: "mmv-mark" }, "▲ harm")] : [])),
      track(...references.map((one) => one.cloneNode()), ...stretch("mmv-dot-gap", scale, masked[0][k], trained[0][k]),
        ...line("mmv-dot-masked", scale, masked[1][k], masked[2][k]), ...line("mmv-dot-trained", scale, trained[1][k], trained[2][k]),
        ...dot("mmv-dot-masked", scale, masked[0][k]), ...dot("mmv-dot-trained", scale, trained[0][k])),
      value(masked, k), value(trained, k), h("td", { class: "mmv-value" }, step(trained[0][k] - masked[0][k])));
    readRow(node, () => ({ title: subset(k), at: {}, rows: [["masked", form(masked[0][k])], ["  interval", intervalText(masked, k, bounds, form)], [k ? "trained on it" : "best constant", form(trained[0][k])],
      ["  interval", intervalText(trained, k, bounds, form)], ["difference, trained − masked", step(trained[0][k] - masked[0][k])]] }));
    return node;
  });

  const reach = bounds.high - bounds.low, gapBounds = { low: -reach, high: reach }, sizes = (/** @type {Numbers[]} */ of) => of.flatMap((list) => [...list]).filter(Number.isFinite).map(Math.abs);
  const largest = Math.max(1e-9, ...sizes([gap[0]])), limit = Math.min(reach, 4 * largest, 1.05 * Math.max(largest, ...sizes(gap)));
  const gapScale = scaleOf({ low: -limit, high: limit }, gapBounds), zero = rules(gapScale, [[0, "mmv-dot-zero"]]);
  const gaps = frame.modalities.map((one, m) => {
    const bar = stretch("mmv-dot-bar", gapScale, 0, gap[0][m]);
    bar.forEach((node) => (node.dataset.m = String(m % 8)));
    const node = h("tr", {}, h("th", { scope: "row" }, ...modality(frame, m)), track(...bar, ...zero.map((rule) => rule.cloneNode()), ...line("", gapScale, gap[1][m], gap[2][m])),
      h("td", { class: "mmv-value" }, step(gap[0][m]), h("span", { class: "mmv-ends-text" }, intervalText(gap, m, gapBounds, step))));
    readRow(node, () => ({ title: "gap, trained alone − masked", modality: m, at: { modality: m }, rows: [["gap", step(gap[0][m])], ["interval", intervalText(gap, m, gapBounds, step)], ["due to", info.verdicts[m]],
      ["masked", form(masked[0][1 << m])], ["trained on it", form(trained[0][1 << m])]] }));
    return node;
  });
  const cut = info.cut && (past(masked, bounds) || past(trained, bounds) || past(gap, gapBounds)) ? `${info.cut} ` : "";
  const outside = [masked, trained].some((of) => of[1].some((v) => v < ends.low && v >= bounds.low) || of[2].some((v) => v > ends.high && v <= bounds.high)) || limit < reach && (gap[1].some((v) => v < -limit) || gap[2].some((v) => v > limit));
  const key = (/** @type {string} */ kind, /** @type {string} */ text) => h("span", { class: "mmv-key" }, h("span", { class: `mmv-dot-key ${kind}`, "aria-hidden": "true" }), text);
  const foot = (/** @type {HTMLElement} */ ticks, /** @type {string} */ text, /** @type {number} */ more) => h("tfoot", {}, h("tr", { "aria-hidden": "true" }, h("td"), h("td", { class: "mmv-cell" }, ticks, h("div", { class: "mmv-field-title" }, text, name(info.units), " →")), ...Array.from({ length: more }, () => h("td"))));
  const head = (/** @type {string[]} */ texts) => h("thead", {}, h("tr", {}, ...texts.map((text) => h("th", { scope: "col" }, text))));
  root.append(heading("Value by retraining"), h("div", { class: "mmv-retraining" },
    h("div", {},
      h("div", { class: "mmv-keys" }, key("mmv-dot-masked", "masked: full model, others masked"), key("mmv-dot-trained", "trained on the subset"), key("mmv-dot-gap", "difference"),
        key("mmv-dot-full", "trained on all"), key("mmv-dot-constant", "best constant")),
      h("div", { class: "mmv-keys" }, ...frame.modalities.map((one, m) => h("span", { class: "mmv-key" }, glyph(m), name(one.name)))),
      h("table", { class: "mmv-dot-table", "aria-label": "Value of each subset: full model with the others masked, and model trained on the subset" },
        head(["subset", "", "masked", "trained", "difference"]), h("tbody", {}, ...rows), foot(scale.ticks, "", 3))),
    h("div", {}, h("div", { class: "mmv-subtitle" }, "Gap of each modality: trained alone − masked"),
      h("table", { class: "mmv-dot-table mmv-dot-gaps", "aria-label": "Gap of each modality: trained alone minus masked" }, head(["modality", "", "gap"]), h("tbody", {}, ...gaps), foot(gapScale.ticks, "difference of ", 1)),
      ...info.explanations.map((text, m) => h("details", { class: "mmv-small" }, h("summary", {}, ...modality(frame, m), ": ", name(info.verdicts[m])), faint(name(text)))))),
    ...(info.caution ? [h("p", { class: "mmv-small" }, name(info.caution))] : []),
    faint("Lines: ", name(info.interval), `. ${cut}${outside ? "Arrows: the interval is longer than the axis. " : ""}Trainings of a study, not the recorded run; each: `, name(info.budget), ". Harm: ", name(info.harm_text), "."));
  return () => {};
}

register({ name: "value by retraining", place: "wide", order: 21, section: "overview", needs: ["retrained", "masked", "gap"], mount });
