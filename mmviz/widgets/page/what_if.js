// What-if edits: the panel with the controls of each modality; the model in the page or the kernel predicts the edited sample, and all views show it.
import { h, mark, modality, button, faint, put, write } from "./dom.js";
import { fixed, signed } from "./format.js";
import { KINDS, requestKey, editWords } from "./what_if_request.js";
import { EDITED, HEADS, editRow } from "./what_if_controls.js";
import { editHistory } from "./what_if_history.js";
import { mountCounterfactuals } from "./counterfactuals.js";

/**
 * @import { Edits, Frame, Model, Pick, Selection, EditedSample } from "./types.js"
 * @import { Kind } from "./what_if_controls.js"
 * @typedef {ReturnType<typeof import("./what_if_predictions.js").mountPredictions>} Predictions
 */
const WORDS = { mask: "a mask", delay: "a delay", amplitude: "an amplitude", noise: "noise", swap: "a swap", text: "text", window: "masked frames", state: "a change of its own hidden state" };
/** edits that the page does not compute with timestamps @type {Kind[]} */
const TIMED = ["delay", "swap", "window"];
/** milliseconds until a prediction of the model in the page is announced as awaited */
const BRIEF = 80;
const HOW = "Explorer(trace, model=mmviz.recording.export_model(run, part)) or Explorer(trace, what_if=mmviz.recording.what_if(run, part))";

// Why the hidden states of some modalities cannot be edited: one sentence for all modalities with the same reason.
/** @param {Frame} frame @param {number[]} closed @param {string[]} reasons */
function closedStates(frame, closed, reasons) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const m of closed) {
    const reason = reasons[m] || frame.missing_scans || "the fusion has no SSM stream per modality, or its edits are not offered";
    found.set(reason, [...(found.get(reason) ?? []), frame.modalities[m].name]);
  }
  return [...found].map(([reason, names]) => `Hidden states of ${names.join(", ")} cannot be changed here: ${reason}${reason.endsWith(".") ? "" : "."}`).join(" ");
}

// The reason why controls are missing, or "".
/** @param {Frame} frame @param {Kind[][]} offers @param {string[]} reasons @param {boolean} kernel */
function missingControls(frame, offers, reasons, kernel) {
  /** @param {Kind} kind */
  const without = (kind) => frame.modalities.filter((one, m) => !offers[m].includes(kind) && (kind !== "text" || one.display.kind === "text")).map((one) => one.name);
  const timed = !kernel && frame.modalities.some((_, m) => frame.has(`signal_at_${m}`));
  // kinds that are missing for the same modalities and the same reason stand in one sentence
  /** @type {Map<string, { words: string[], say: (words: string) => string }>} */
  const found = new Map();
  /** @type {(key: string, word: string, say: (words: string) => string) => void} */
  const add = (key, word, say) => {
    const one = found.get(key) ?? { words: [], say };
    one.words.push(word);
    found.set(key, one);
  };
  for (const kind of EDITED) {
    const names = without(kind), list = names.join(", "), time = timed && TIMED.includes(kind);
    if (!names.length) continue;
    if (kind === "state") add(kind, "", () => closedStates(frame, frame.modalities.flatMap((_, m) => (offers[m].includes("state") ? [] : [m])), reasons));
    else if (kind === "text") add(kind, "", () => `The text of ${list} cannot be edited: ${kernel ? "what_if was given no encoder for it" : "this needs the kernel and an encoder, what_if(run, part, text={...})"}.`);
    else add(JSON.stringify([names, time]), WORDS[kind], (words) => `${kernel ? "what_if" : "The model in the page"} does not offer ${words} for ${list}${time ? ": with timestamps this changes the time that a frame covers, which needs the kernel" : ""}.`);
  }
  return [...found.values()].map(({ words, say }) => say(words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words.at(-1)}` : words[0])).join(" ");
}

// A saved page, or one that is served without a model, cannot predict: it shows the panel only if an edit is selected or predicted.
/** @param {Model} model */
export function offersWhatIf(model) {
  const selection = model.get("selection"), alone = model.get("opened") || model.get("edit_options")?.never;
  return !alone || Boolean(model.get("page_model")?.meta) || Boolean(model.get("what_if_result")?.seq) || Object.keys(selection?.edits ?? {}).length > 0;
}

/** @param {Frame} frame @param {Model} model @param {Pick} pick @param {{ compare: (hidden: boolean) => void, predictions: Predictions }} actions */
export function mountWhatIf(frame, model, pick, { compare, predictions }) {
  const options = model.get("edit_options"), live = Boolean(options?.offers), kernel = live && options.kernel !== false;
  const title = h("summary", {}, "What-if edits");
  const root = h("details", { class: "mmv-panel mmv-what-if", ...(live || model.get("what_if_result")?.seq ? { open: "" } : {}) }, title);
  const status = h("p", { class: "mmv-small mmv-what-if-status", role: "status" }), problem = h("p", { class: "mmv-error", role: "alert" }), effect = h("p", { class: "mmv-small mmv-what-if-effect" });
  const reset = button("reset", () => pick({ edits: {}, masked: [] }), { "aria-label": "Reset all edits" });
  const before = button("show as recorded", () => compare(before.getAttribute("aria-pressed") !== "true"), { "aria-pressed": "false" });
  const history = editHistory(pick), saved = mountCounterfactuals(frame, model, pick);
  const undo = button("undo", history.undo, { "aria-label": "Undo the last edit" }), redo = button("redo", history.redo, { "aria-label": "Redo the edit" });
  const keep = button("save as counterfactual", () => current && saved.save(current, shown.time));
  const cancel = button("cancel", () => pick(back()), { "aria-label": "Cancel this edit" });
  let shown = /** @type {Selection} */ (model.get("selection")), timer = 0, soon = 0, late = false;
  /** @type {EditedSample | null} */
  let current = null;
  const back = () => (current ? { edits: current.edits, masked: current.request.masked, sample: current.sample, epoch: current.epoch } : { edits: {}, masked: [] });
  const rows = live ? frame.modalities.map((one, m) => editRow(frame, m, options.offers[m], options.frames[m], (change) => {
    const whole = { ...(Object.hasOwn(shown.edits, one.name) ? shown.edits[one.name] : {}), ...change };
    const kept = Object.fromEntries(KINDS.filter((kind) => whole[kind] !== undefined && whole[kind] !== null).map((kind) => [kind, whole[kind]]));
    /** @type {[string, Edits][]} */
    const rest = Object.entries(shown.edits).filter(([key]) => key !== one.name);
    pick({ edits: Object.fromEntries(Object.keys(kept).length ? [...rest, [one.name, kept]] : rest) });
  }, (masked) => pick({ masked: frame.modalities.map((k) => k.name).filter((k) => (k === one.name ? masked : shown.masked.includes(k))) }), () => shown.time, () => shown.sample)) : [];
  if (live) {
    const kinds = EDITED.filter((kind) => /** @type {Kind[][]} */ (options.offers).some((list) => list.includes(kind)));
    root.append(h("div", { class: "mmv-scroll-x", tabindex: 0, role: "region", "aria-label": "Edits of each modality" }, h("table", { class: "mmv-edits", "aria-label": "Edits" },
      h("thead", {}, h("tr", {}, h("td"), ...kinds.map((kind) => h("th", { scope: "col", class: `mmv-by-${kind}` }, HEADS[kind])))), h("tbody", {}, ...rows.map((one) => one.row(kinds))))));
  }
  const why = live ? missingControls(frame, options.offers, options.reasons ?? [], kernel) : model.get("opened") ? "Further edits need a running kernel, and a saved page has none; a modality can still be masked, under Modality ablation."
    : `Edits need the model: ${HOW}.`;
  root.append(h("div", { class: "mmv-inline" }, undo, redo, reset, before, cancel, keep, status), effect, problem, saved.node, ...(why ? [faint(why)] : []));

  // Prediction and Shapley values at the cursor, recorded and edited.
  /** @param {Selection} selection */
  const compared = [frame.task === "classification" ? ["p(true class)"] : ["predicted value"], ...frame.modalities.map((_, m) => modality(frame, m))]
    .map((words) => ({ numbers: new Text(""), words }));
  const comparedNodes = compared.map(({ numbers, words }) => h("span", { class: "mmv-change" }, ...words, numbers));
  /** @param {Selection} selection @param {EditedSample} edited */
  function difference({ sample, epoch, time }, edited) {
    const k = frame.task === "classification" ? frame.targets[sample] : 0;
    /** @param {string} key */
    const pair = (key) => [frame.recorded.part(key, epoch, sample, time), edited.part(key, 0, 0, time)];
    const [was, is] = pair("prediction"), [before, after] = pair("phi");
    compared.forEach(({ numbers }, i) => {
      const [a, b, form] = i ? [before[i - 1], after[i - 1], signed] : [was[k], is[k], fixed], text = ` ${form(a, frame.digits)} → ${form(b, frame.digits)}`;
      if (numbers.data !== text) numbers.data = text;
    });
    if (!effect.firstChild) effect.append(...comparedNodes);
  }
  // who computed the edited sample, and how long it took
  /** @param {string} key */
  function by(key) {
    const times = predictions.timesOf(key), result = model.get("what_if_result"), ms = result?.milliseconds;
    if (times && current?.draft !== undefined) return `in the page in ${fixed(times.first, 0)} ms${times.all === null ? "" : `, all subsets in ${fixed(times.all, 0)} ms`}${times.prefixes === null ? (current.partial ? "; every prefix is being computed" : "") : `, every prefix in ${fixed(times.prefixes / 1000, 1)} s`}${times.left && `. ${times.left}`}`;
    return `by the kernel${typeof ms === "number" ? ` in ${fixed(ms, 0)} ms` : ""}`;
  }
  function aboutModel() {
    const stage = predictions.stage(), difference = predictions.difference();
    if (stage === "failed") return ` The model in the page cannot be used${kernel ? "; the kernel predicts" : ""}: ${predictions.reason()}`;
    if (stage !== "ready") return "";
    const engine = predictions.engine(), meta = predictions.meta(), error = Number(meta?.model.about.error) || 0, notes = [...(meta?.notes ?? []), String(meta?.model.about.no_attribution ?? "")].filter(Boolean).map((text) => ` ${text.replace(/\.$/, "")}.`).join("");
    return ` The model is in the page (epoch ${frame.epochs[frame.model_epoch ?? 0]}, ${engine?.kind === "wasm" ? "WebAssembly" : "JavaScript"})${error ? `; stored weights and frames change a prediction by at most ${error.toPrecision(2)}` : ""}${difference === null ? "" : `; it reproduces the recording of ${frame.samples[0]} within ${difference.toPrecision(1)}`}.${notes}`;
  }
  /** @param {string} key */
  function report(key) {
    const failed = model.get("what_if_error"), mine = failed?.seq && requestKey(failed.request) === key;
    const here = predictions.problemOf(key), refused = key && !kernel && live && !here ? predictions.refusal(shown) : "", starting = predictions.stage() === "starting";
    const shownText = current ? "shown is the last valid prediction" : "shown is the recorded sample";
    const { undo: back, redo: forth } = history.steps();
    /** @type {[HTMLButtonElement, boolean][]} */
    const closed = [[reset, !key], [undo, !back], [redo, !forth], [keep, !(current && current.key === key && !current.draft && current.has("phi"))], [before, !current]];
    for (const [node, off] of closed) put(node, "disabled", off);
    const why = here || (key && mine ? failed.text : "") || (starting ? "" : refused);
    write(problem, why ? `This edit could not be computed; ${shownText}${current ? `: ${editWords(frame, current.edits) || "some modalities masked"}` : ""}. The reason: ${why}` : "");
    // the model in the page predicts within a few frames: only a later prediction is announced as awaited
    const brief = key && !why && current?.key !== key && predictions.stage() === "ready" && !predictions.refusal(shown);
    if (!brief) {
      clearTimeout(soon);
      soon = 0;
      late = false;
    } else if (!late) {
      soon ||= setTimeout(() => {
        late = true;
        report(requestKey(shown));
      }, BRIEF);
      return;
    }
    write(status, frame.edited() === null && current ? "Shown is the sample as recorded." : !key ? (live ? `Nothing is edited.${aboutModel()}` : "") : why ? "" : current && current.key === key
      ? `Shown is the edited sample, computed ${by(key)}; outlines and pale lines are as recorded.` : starting ? `The model in the page is starting; ${shownText}.` : live ? `Computing; ${shownText}.` : `This edit was not computed before the page was saved; ${shownText}.`);
    put(cancel, "hidden", !live || !key || current?.key === key);
    clearTimeout(timer);
    if (kernel && key && !why && !starting && !(current && current.key === key))
      timer = setTimeout(() => (status.textContent = `No result for 5 seconds: the kernel is busy, or not running; ${shownText}.`), 5000);
  }
  /** @type {(selection: Selection, edited: EditedSample | null, hidden: boolean) => void} */
  function draw(selection, edited, hidden) {
    [shown, current] = [selection, edited];
    history.follow(selection);
    const key = live || edited ? requestKey(selection) : Object.keys(selection.edits).length ? requestKey(selection) : "";
    rows.forEach((row, m) => {
      const { name } = frame.modalities[m];
      row.draw(Object.hasOwn(selection.edits, name) ? selection.edits[name] : {}, selection.masked.includes(name));
    });
    mark(before, "aria-pressed", String(hidden));
    report(key);
    if (current?.draft) return;
    if (current?.has("phi")) difference(selection, current); // beside the sample as recorded, too
    else effect.replaceChildren();
  }
  // undo and redo by keyboard; a text field keeps its own
  /** @param {KeyboardEvent} event */
  function key(event) {
    const letter = event.key.toLowerCase(), target = /** @type {Element} */ (event.target);
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(letter) || target.closest("input[type=text], input[type=search], input[type=number], textarea")) return false;
    event.preventDefault();
    event.stopPropagation();
    if (letter === "y" || event.shiftKey) history.redo();
    else history.undo();
    return true;
  }
  const stop = () => {
    clearTimeout(timer);
    clearTimeout(soon);
    saved.stop();
  };
  return { node: root, draw, key, stop };
}
