// Modality ablation: waterfall of the Shapley values from baseline to full model, and the value of every subset; a subset can be selected.
import { h, heading, faint, glyph, modality, unseen, name, untrainedNote, write } from "../dom.js";
import { fixed, signed, coalitionWithout } from "../format.js";
import { changes, allOf } from "../frame.js";
import { rangeOf } from "../chart.js";
import { bar, row, rowHead } from "../bars.js";
import { register } from "../registry.js";

const MOST = 16;

// The partial sums of the waterfall, which can exceed the value of every subset.
/** @type {(frame: import("../types.js").Frame, sample: number) => number[][]} */
function stairs(frame, sample) {
  const game = allOf(frame, "game", sample), shares = allOf(frame, "phi", sample), M = frame.modalities.length;
  return game.map((values, e) => {
    const out = [];
    for (let t = 0; t * M < shares[e].length; t++)
      for (let m = 0, at = values[t * 2 ** M]; m < M; m++) out.push((at += shares[e][t * M + m]));
    return out;
  });
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const M = frame.modalities.length, whole = 2 ** M - 1;
  /** @param {number} k */
  const size = (k) => k.toString(2).replaceAll("0", "").length;
  const shownSubsets = Array.from({ length: whole + 1 }, (_, k) => k)
    .filter((k) => whole < MOST || size(k) <= 1 || size(k) >= M - 1).sort((a, b) => size(a) - size(b) || a - b);
  const steps = frame.modalities.map((_, m) => {
    const value = h("span"), { track, set } = bar(m);
    return { value, set, node: row(rowHead(...modality(frame, m)), track, value) };
  });
  // an open circle and an open bar: training did not contain this subset
  /** @type {(k: number, track: HTMLElement) => (Node | string)[]} */
  const untrained = (k, track) => {
    if (frame.trained?.[k] ?? true) return [];
    track.classList.add("mmv-untrained");
    return [" ", h("span", { "aria-hidden": "true", title: frame.untrained }, "○"), unseen(" not met in training")];
  };
  const ends = ["baseline v(∅)", "full model v(all)"].map((text, i) => {
    const value = h("span"), { track, set } = bar(null);
    return { value, set, node: row(rowHead(text, ...untrained(i ? whole : 0, track)), track, value) };
  });
  const masks = frame.modalities.map((one, m) => {
    const box = h("input", { type: "checkbox" });
    box.addEventListener("change", () => pick({ masked: frame.modalities.filter((_, k) => !masks[k].box.checked).map((k) => k.name) }));
    return { box, node: h("label", { class: "mmv-control" }, box, ...modality(frame, m)) };
  });
  /** @param {number} k */
  const members = (k) => (k === 0 ? [h("span", {}, "none")]
    : frame.modalities.flatMap((one, m) => ((k >> m) & 1 ? [glyph(m), unseen(`${one.name} `)] : [])));
  const subsets = shownSubsets.map((k) => {
    const value = h("span"), { track, set } = bar(null);
    return { k, value, set, node: row(rowHead(...members(k), ...untrained(k, track)), track, value) };
  });
  const note = h("span");
  root.append(heading("Modality ablation: value of every subset"),
    h("table", { "aria-label": "Waterfall from baseline to full model" }, h("tbody", {}, ends[0].node, ...steps.map((r) => r.node), ends[1].node)),
    h("div", { class: "mmv-inline", role: "group", "aria-label": "Available modalities" }, h("span", { class: "mmv-faint" }, "Available"), ...masks.map((one) => one.node)),
    h("table", { "aria-label": "Value v(S) of each subset of modalities" }, h("tbody", {}, ...subsets.map((r) => r.node))),
    faint("Bars: the ", name(frame.target_name), ". ", note, shownSubsets.length > whole ? ""
      : `${shownSubsets.length} of ${whole + 1} subsets are listed: those with at most one modality, and those without at most one.`), ...untrainedNote(frame, "○ "));
  const changed = changes();
  let low = 0, high = 0;
  return (state) => {
    const { sample, epoch, time, masked } = state, game = frame.part("game", epoch, sample, time), shares = frame.part("phi", epoch, sample, time);
    if (changed(state, "sample")) {
      [low, high] = rangeOf([...allOf(frame, "game", sample), ...stairs(frame, sample)], true);
    }
    /** @param {number} v */
    const x = (v) => (v - low) / (high - low || 1);
    let at = game[0];
    ends.forEach((end, i) => {
      const v = game[i ? whole : 0];
      end.set(x(0), x(v));
      write(end.value, fixed(v, frame.digits));
    });
    steps.forEach((step, m) => {
      step.set(x(at), x(at + shares[m]));
      write(step.value, signed(shares[m], frame.digits));
      at += shares[m];
    });
    const chosen = coalitionWithout(frame, masked);
    subsets.forEach(({ k, value, set, node }) => {
      set(x(0), x(game[k]));
      write(value, fixed(game[k], frame.digits));
      if ((k === chosen) === node.hasAttribute("aria-current")) return;
      node.className = k === chosen ? "mmv-best" : "";
      if (k === chosen) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    });
    write(note, `The readout above gives the value without the masked modalities${frame.edited() || !frame.has("state") ? "" : "; the state maps are those of all modalities"}. `);
    masks.forEach(({ box }, m) => (box.checked = !masked.includes(frame.modalities[m].name)));
  };
}

register({
  name: "modality ablation",
  place: "columns",
  order: 50,
  section: "sample",
  needs: ["game"],
  height: (M) => 75 + 22 * (M + 2 + (2 ** M <= MOST ? 2 ** M : 2 * M + 2)),
  mount,
});
