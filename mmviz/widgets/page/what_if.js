// What-if edits: controls that edit each modality of the shown sample; the kernel predicts the edited sample, and all views show it.
import { h, modality, button, choice, faint } from "./dom.js";
import { fixed, signed } from "./format.js";
import { KINDS, requestKey, editWords } from "./what_if_request.js";

/**
 * @import { Edits, Frame, Model, Pick, Selection, State, EditedSample } from "./types.js"
 * @typedef {"mask" | "delay" | "noise" | "swap" | "text" | "state"} Kind
 * @typedef {{ [K in keyof Edits]: Edits[K] | null }} Change
 */
/** @type {Kind[]} */
const EDITED = ["mask", "delay", "noise", "swap", "text", "state"];
const WORDS = { mask: "a mask", delay: "a delay", noise: "noise", swap: "a swap", text: "text", state: "a change of its own hidden state" };
const HEADS = { mask: "available", delay: "delay, steps", noise: "noise, sd · seed", swap: "swapped with", text: "text", state: "hidden state, edges · from step" };
const HOW = "Explorer(trace, what_if=mmviz.recording.what_if(run, part))";

/** @param {string} label @param {Record<string, number>} attributes @param {(value: number) => void} act */
function slider(label, attributes, act) {
  const range = h("input", { type: "range", "aria-label": label, ...attributes }), output = h("span", { class: "mmv-set" });
  range.addEventListener("input", () => act(Number(range.value)));
  /** @type {(value: number, text: string) => void} */
  const set = (value, text) => {
    if (value > Number(range.max)) range.max = String(value);
    if (value < Number(range.min)) range.min = String(value);
    range.value = String(value);
    range.setAttribute("aria-valuetext", text);
    output.textContent = text;
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
 */
function editRow(frame, m, offers, frames, edit, mask, cursor) {
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
      range.disabled = masked;
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
      range.disabled = masked;
      seed.disabled = masked || !noise;
      if (noise && Number(seed.value) !== current) seed.value = String(current);
    });
  });
  put("swap", () => {
    const { select } = choice(`Swap ${one.name} for that of another sample`, ["its own", ...frame.samples], (i) => edit({ swap: i ? i - 1 : null, text: null }));
    cells.swap = select;
    draws.push(({ swap }, masked) => {
      select.value = String(swap === undefined ? 0 : swap + 1);
      select.disabled = masked;
    });
  });
  put("text", () => {
    const field = h("input", { type: "text", class: "mmv-words", maxlength: 10000, placeholder: "as recorded", "aria-label": `Another text for ${one.name}` });
    field.addEventListener("input", () => edit({ text: field.value || null, swap: null }));
    cells.text = field;
    draws.push(({ text = "" }, masked) => {
      if (field.value !== text) field.value = text;
      field.disabled = masked;
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
      select.value = String(Math.max(0, index));
      select.disabled = masked;
      field.disabled = masked || index <= 0;
      if (Number(field.value) !== step + 1) field.value = String(step + 1);
    });
  });
  /** @param {Kind[]} kinds */
  const row = (kinds) => h("tr", {}, h("th", { scope: "row" }, ...modality(frame, m)), ...kinds.map((kind) => h("td", { class: `mmv-by-${kind}`, "data-kind": HEADS[kind], ...(cells[kind] ? {} : { "data-none": "" }) }, cells[kind] ?? h("span", { class: "mmv-faint" }, "–"))));
  /** @type {(edits: Edits, masked: boolean) => void} */
  const draw = (edits, masked) => draws.forEach((one) => one(edits, masked));
  return { row, draw };
}

// Why the hidden states of some modalities cannot be edited: one sentence for all modalities with the same reason.
/** @param {Frame} frame @param {number[]} closed @param {string[]} reasons */
function closedStates(frame, closed, reasons) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const m of closed) {
    const reason = reasons[m] || frame.missing_scans || "the fusion has no SSM stream per modality, or what_if does not offer it";
    found.set(reason, [...(found.get(reason) ?? []), frame.modalities[m].name]);
  }
  return [...found].map(([reason, names]) => `Hidden states of ${names.join(", ")} cannot be changed here: ${reason}${reason.endsWith(".") ? "" : "."}`).join(" ");
}

// The reason why controls are missing, or "".
/** @param {Frame} frame @param {Kind[][]} offers @param {string[]} reasons */
function missingControls(frame, offers, reasons) {
  /** @param {Kind} kind */
  const without = (kind) => frame.modalities.filter((_, m) => !offers[m].includes(kind)).map((one) => one.name);
  return EDITED.map((kind) => ({ kind, names: without(kind) })).filter(({ names }) => names.length)
    .map(({ kind, names }) => (kind === "state" ? closedStates(frame, frame.modalities.flatMap((_, m) => (offers[m].includes("state") ? [] : [m])), reasons) : kind === "text" ? `The text of ${names.join(", ")} cannot be edited: what_if was given no encoder for it.` : `what_if does not offer ${WORDS[kind]} for ${names.join(", ")}.`)).join(" ");
}

// A saved page, or one that is served without a model, cannot predict: it shows the panel only if an edit is selected or predicted.
/** @param {Model} model */
export function offersWhatIf(model) {
  const selection = model.get("selection"), alone = model.get("opened") || model.get("edit_options")?.never;
  return !alone || Boolean(model.get("what_if_result")?.seq) || Object.keys(selection?.edits ?? {}).length > 0;
}

/** @param {Frame} frame @param {Model} model @param {Pick} pick @param {{ compare: (hidden: boolean) => void }} actions */
export function mountWhatIf(frame, model, pick, { compare }) {
  const options = model.get("edit_options"), live = Boolean(options?.offers);
  const title = h("summary", {}, "What-if edits");
  const root = h("details", { class: "mmv-panel mmv-what-if", ...(live || model.get("what_if_result")?.seq ? { open: "" } : {}) }, title);
  const status = h("p", { class: "mmv-small mmv-what-if-status", role: "status" }), problem = h("p", { class: "mmv-error", role: "alert" }), effect = h("p", { class: "mmv-small mmv-what-if-effect" });
  const reset = button("reset", () => pick({ edits: {}, masked: [] }), { "aria-label": "Reset all edits" });
  const before = button("show as recorded", () => compare(before.getAttribute("aria-pressed") !== "true"), { "aria-pressed": "false" });
  const cancel = button("cancel", () => pick(back()), { "aria-label": "Cancel this edit" });
  let shown = /** @type {Selection} */ (model.get("selection")), timer = 0;
  /** @type {EditedSample | null} */
  let current = null;
  const back = () => (current ? { edits: current.edits, masked: current.request.masked, sample: current.sample, epoch: current.epoch } : { edits: {}, masked: [] });
  const rows = live ? frame.modalities.map((one, m) => editRow(frame, m, options.offers[m], options.frames[m], (change) => {
    const whole = { ...(Object.hasOwn(shown.edits, one.name) ? shown.edits[one.name] : {}), ...change };
    const kept = Object.fromEntries(KINDS.filter((kind) => whole[kind] !== undefined && whole[kind] !== null).map((kind) => [kind, whole[kind]]));
    /** @type {[string, Edits][]} */
    const rest = Object.entries(shown.edits).filter(([key]) => key !== one.name);
    pick({ edits: Object.fromEntries(Object.keys(kept).length ? [...rest, [one.name, kept]] : rest) });
  }, (masked) => pick({ masked: frame.modalities.map((k) => k.name).filter((k) => (k === one.name ? masked : shown.masked.includes(k))) }), () => shown.time)) : [];
  if (live) {
    const kinds = EDITED.filter((kind) => /** @type {Kind[][]} */ (options.offers).some((list) => list.includes(kind)));
    root.append(h("div", { class: "mmv-scroll-x", tabindex: 0, role: "region", "aria-label": "Edits of each modality" }, h("table", { class: "mmv-edits", "aria-label": "Edits" },
      h("thead", {}, h("tr", {}, h("td"), ...kinds.map((kind) => h("th", { scope: "col", class: `mmv-by-${kind}` }, HEADS[kind])))), h("tbody", {}, ...rows.map((one) => one.row(kinds))))));
  }
  const why = live ? missingControls(frame, options.offers, options.reasons ?? []) : model.get("opened") ? "Further edits need a running kernel, and a saved page has none; a modality can still be masked, under Modality ablation."
    : `Edits need the model in a running kernel: ${HOW}.`;
  root.append(h("div", { class: "mmv-inline" }, reset, before, cancel, status), effect, problem, ...(why ? [faint(why)] : []));

  // Prediction and Shapley values at the cursor, recorded and edited.
  /** @param {Selection} selection */
  function difference({ sample, epoch, time }) {
    const k = frame.task === "classification" ? frame.targets[sample] : 0;
    /** @param {import("./types.js").Recorded} one */
    const at = (one) => one.part("prediction", epoch, sample, time)[k];
    /** @type {(text: (Node | string)[], a: number, b: number, form: (value: number, digits: number) => string) => HTMLElement} */
    const pair = (text, a, b, form) => h("span", { class: "mmv-change" }, ...text, ` ${form(a, frame.digits)} → ${form(b, frame.digits)}`);
    const shares = [frame.recorded, frame].map((one) => one.part("phi", epoch, sample, time));
    return [pair([frame.task === "classification" ? "p(true class)" : "predicted value"], at(frame.recorded), at(frame), fixed),
      ...frame.modalities.map((_, m) => pair(modality(frame, m), shares[0][m], shares[1][m], signed))];
  }
  /** @param {string} key */
  function report(key) {
    const failed = model.get("what_if_error"), mine = failed?.seq && requestKey(failed.request) === key;
    const shownText = current ? "shown is the last valid prediction" : "shown is the recorded sample";
    cancel.hidden = !live || !key || current?.key === key;
    reset.disabled = !key;
    before.disabled = !current;
    problem.textContent = key && mine ? `This edit could not be computed; ${shownText}${current ? `: ${editWords(frame, current.edits) || "some modalities masked"}` : ""}. The reason: ${failed.text}` : "";
    status.textContent = frame.edited() === null && current ? "Shown is the sample as recorded." : !key ? (live ? "Nothing is edited." : "") : mine ? "" : current && current.key === key
      ? "Shown is the edited sample; outlines and pale lines are as recorded." : live ? `Computing; ${shownText}.` : `This edit was not computed before the page was saved; ${shownText}.`;
    clearTimeout(timer);
    if (live && key && !mine && !(current && current.key === key))
      timer = setTimeout(() => (status.textContent = `No result for 5 seconds: the kernel is busy, or not running; ${shownText}.`), 5000);
  }
  /** @type {(selection: Selection, edited: EditedSample | null, hidden: boolean) => void} */
  function draw(selection, edited, hidden) {
    [shown, current] = [selection, edited];
    const key = live || edited ? requestKey(selection) : Object.keys(selection.edits).length ? requestKey(selection) : "";
    rows.forEach((row, m) => {
      const { name } = frame.modalities[m];
      row.draw(Object.hasOwn(selection.edits, name) ? selection.edits[name] : {}, selection.masked.includes(name));
    });
    before.setAttribute("aria-pressed", String(hidden));
    report(key);
    effect.replaceChildren(...(frame.edited() ? difference(selection) : []));
  }
  return { node: root, draw, stop: () => clearTimeout(timer) };
}
