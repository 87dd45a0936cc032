// Controls that edit one modality of the shown sample.
import { h, modality, choice, put as change, write } from "./dom.js";
import { fixed, signed } from "./format.js";

/**
 * @import { Edits, Frame } from "./types.js"
 * @typedef {"mask" | "delay" | "amplitude" | "noise" | "swap" | "text" | "window" | "state"} Kind
 * @typedef {{ [K in keyof Edits]: Edits[K] | null }} Change
 */
/** @type {Kind[]} */
export const EDITED = ["mask", "delay", "amplitude", "noise", "swap", "text", "window", "state"];
/** @type {Record<Kind, string>} */
export const HEADS = { mask: "available", delay: "delay, steps", amplitude: "amplitude, factor", noise: "noise, sd · seed", swap: "swapped with", text: "text", window: "masked frames", state: "hidden state, edges · from step" };

/** @param {string} label @param {Record<string, number>} attributes @param {(value: number) => void} act */
function slider(label, attributes, act) {
  const range = h("input", { type: "range", "aria-label": label, ...attributes }), output = h("span", { class: "mmv-set" });
  range.addEventListener("input", () => act(Number(range.value)));
  /** @type {(value: number, text: string) => void} */
  const set = (value, text) => {
    if (value > Number(range.max)) range.max = String(value);
    if (value < Number(range.min)) range.min = String(value);
    change(range, "value", String(value));
    change(range, "ariaValueText", text);
    write(output, text);
  };
  return { range, node: h("div", { class: "mmv-slide" }, range, output), set };
}

// The controls of one modality; edit(change) sets edits; null removes one.
/**
 * @param {Frame} frame
 * @param {number} m
 * @param {Kind[]} offers
 * @param {number} frames
 * @param {(change: Change) => void} edit
 * @param {(masked: boolean) => void} mask
 * @param {() => number} cursor the selected step
 * @param {() => number} sample the selected sample
 */
export function editRow(frame, m, offers, frames, edit, mask, cursor, sample) {
  const one = frame.modalities[m];
  /** @type {Partial<Record<Kind, HTMLElement>>} */
  const cells = {};
  /** @type {((edits: Edits, masked: boolean) => void)[]} */
  const draws = [];
  /** @type {(kind: Kind, make: () => void) => void} */
  const put = (kind, make) => void (offers.includes(kind) && make());
  /** @param {number} steps */
  const inSeconds = (steps) => (one.step_s === null ? "" : ` (${signed(steps * one.step_s, 2)} s)`);
  put("mask", () => {
    const box = h("input", { type: "checkbox", "aria-label": `${one.name} is available` });
    box.addEventListener("change", () => mask(!box.checked));
    cells.mask = box;
    draws.push((_edits, masked) => (box.checked = !masked));
  });
  put("delay", () => {
    const most = Math.max(1, Math.floor(frames / 2)), { range, node, set } = slider(`Delay of ${one.name} in steps`, { min: -most, max: most, step: 1 }, (v) => edit({ delay: v || null }));
    cells.delay = node;
    draws.push(({ delay = 0 }, masked) => {
      set(delay, delay ? `${signed(delay, 0)}${inSeconds(delay)}` : "none");
      change(range, "disabled", masked);
    });
  });
  put("amplitude", () => {
    const { range, node, set } = slider(`Amplitude of ${one.name}, as a factor`, { min: 0, max: 2, step: 0.05 }, (v) => edit({ amplitude: v === 1 ? null : v }));
    cells.amplitude = node;
    draws.push(({ amplitude = 1 }, masked) => {
      set(amplitude, amplitude === 1 ? "as recorded" : `× ${fixed(amplitude, 2)}`);
      change(range, "disabled", masked);
    });
  });
  put("noise", () => {
    const { range, node, set } = slider(`Noise on ${one.name}, as a share of its standard deviation`, { min: 0, max: 2, step: 0.05 }, (v) => edit(v ? { noise: v, seed: Number(seed.value) || 0 } : { noise: null, seed: null }));
    const seed = h("input", { type: "number", min: 0, max: 4294967295, step: 1, value: 0, "aria-label": `Seed of the noise on ${one.name}`, title: "seed of the noise" });
    seed.addEventListener("input", () => seed.checkValidity() && seed.value !== "" && edit({ seed: Number(seed.value) }));
    node.append(seed);
    cells.noise = node;
    draws.push(({ noise = 0, seed: current = 0 }, masked) => {
      set(noise, noise ? `${fixed(noise, 2)} sd` : "none");
      change(range, "disabled", masked);
      change(seed, "disabled", masked || !noise);
      if (noise && Number(seed.value) !== current) seed.value = String(current);
    });
  });
  put("swap", () => {
    const { select } = choice(`Swap ${one.name} for that of another sample`, ["its own", ...frame.samples], (i) => edit({ swap: i ? i - 1 : null, text: null }));
    cells.swap = select;
    draws.push(({ swap }, masked) => {
      change(select, "value", String(swap === undefined ? 0 : swap + 1));
      change(select, "disabled", masked);
    });
  });
  put("text", () => {
    const field = h("input", { type: "text", class: "mmv-words", maxlength: 10000, placeholder: "as recorded", "aria-label": `Another text for ${one.name}` });
    field.addEventListener("input", () => edit({ text: field.value || null, swap: null }));
    // begin with the recorded words; nothing is edited until they change
    field.addEventListener("focus", () => {
      if (!field.value) field.value = (one.tokens?.[sample()] ?? []).filter(Boolean).join(" ");
    });
    field.addEventListener("blur", () => {
      if (!edited) field.value = "";
    });
    let edited = "";
    cells.text = field;
    draws.push(({ text = "" }, masked) => {
      edited = text;
      if (field.value !== text && (text || !field.matches(":focus"))) field.value = text;
      change(field, "disabled", masked);
    });
  });
  put("window", () => {
    const box = h("input", { type: "checkbox", "aria-label": `Mask frames of ${one.name}` });
    const ends = ["First", "Last"].map((text) => h("input", { type: "number", min: 1, max: frames, step: 1, value: text === "First" ? 1 : frames, "aria-label": `${text} masked frame of ${one.name}` }));
    const send = () => {
      const [first, last] = ends.map((field) => Number(field.value) - 1);
      if (!box.checked) edit({ window: null });
      else if (ends.every((field) => field.checkValidity() && field.value !== "") && first <= last) edit({ window: [first, last] });
    };
    [box, ...ends].forEach((field) => field.addEventListener("input", send));
    cells.window = h("div", { class: "mmv-slide" }, box, ends[0], "to", ends[1]);
    draws.push(({ window }, masked) => {
      box.checked = window !== undefined;
      change(box, "disabled", masked);
      ends.forEach((field, i) => {
        change(field, "disabled", masked || !window);
        if (window && Number(field.value) !== window[i] + 1) field.value = String(window[i] + 1);
      });
    });
  });
  put("state", () => {
    const sources = /** @type {string[]} */ (offers).includes("cut") ? frame.modalities.map((_, n) => n).filter((n) => n !== m) : [];
    /** @type {Change[]} */
    const changes = [{ state: null, cut: null, step: null }, { state: "zero", cut: null }, { state: "hold", cut: null }, ...sources.map((cut) => ({ state: null, cut }))];
    const names = ["as computed", "state set to 0", "state held", ...sources.map((n) => `no edge from ${frame.modalities[n].name}`)];
    const { select } = choice(`Intervention on the SSM stream of ${one.name}, in every ${frame.scans.length ? "captured scan of this modality" : "layer"}`, names, (i) => edit(i ? { ...changes[i], step: field.disabled ? cursor() : Number(field.value) - 1 } : changes[0]));
    const field = h("input", { type: "number", min: 1, max: frame.sizes.time, step: 1, value: 1, "aria-label": `First step of the intervention on ${one.name}`, title: "first step of the intervention; at first the selected step" });
    field.addEventListener("input", () => field.checkValidity() && field.value !== "" && edit({ step: Number(field.value) - 1 }));
    cells.state = h("div", { class: "mmv-slide" }, select, field);
    draws.push(({ state, cut, step = 0 }, masked) => {
      const index = changes.findIndex((change) => (change.state ?? undefined) === state && (change.cut ?? undefined) === cut);
      change(select, "value", String(Math.max(0, index)));
      change(select, "disabled", masked);
      change(field, "disabled", masked || index <= 0);
      if (Number(field.value) !== step + 1) field.value = String(step + 1);
    });
  });
  /** @param {Kind[]} kinds */
  const row = (kinds) => h("tr", {}, h("th", { scope: "row" }, ...modality(frame, m)), ...kinds.map((kind) => h("td", { class: `mmv-by-${kind}`, "data-kind": HEADS[kind], ...(cells[kind] ? {} : { "data-none": "" }) }, cells[kind] ?? h("span", { class: "mmv-faint" }, "–"))));
  /** @type {(edits: Edits, masked: boolean) => void} */
  const draw = (edits, masked) => draws.forEach((one) => one(edits, masked));
  return { row, draw };
}
