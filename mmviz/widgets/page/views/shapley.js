// The Shapley value of each modality at the cursor, over the sequence and over training.
import { h, heading, faint, name, modality, prefixNote, untrainedNote, write, writer } from "../dom.js";
import { largest } from "../heatmap.js";
import { fixed, signed, brief, epochName } from "../format.js";
import { epochAcross, timeAcross } from "../axis.js";
import { signedBar, row, rowHead } from "../bars.js";
import { changes, allOf } from "../frame.js";
import { chart, rangeOf } from "../chart.js";
import { register } from "../registry.js";

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const E = frame.sizes.epoch, T = frame.sizes.time, M = frame.modalities.length, all = frame.modalities.map((_, m) => m);
  const rows = all.map((m) => {
    const value = h("span"), { track, set, was } = signedBar(m);
    return { value: writer(value), set, was, node: row(rowHead(...modality(frame, m)), track, value) };
  });
  const none = h("span"), whole = h("span");
  /** @type {(text: string, value: HTMLElement) => HTMLElement} */
  const total = (text, value) => h("tr", { class: "mmv-total" }, rowHead(text), h("td"), h("td", { class: "mmv-value" }, value));
  const along = chart({ label: "Shapley value of each modality over the sequence; the table has the numbers at the cursor", series: all.map((m) => ({ m })),
    onPick: (x) => pick({ time: Math.round(x * (T - 1)) }) });
  const during = chart({ label: "Shapley value of each modality over training; the table has the numbers at the epoch", series: all.map((m) => ({ m })),
    onPick: (x) => pick({ epoch: Math.round(x * (E - 1)) }) });
  root.append(heading("Shapley value φ, ", name(frame.target_name)), ...prefixNote(frame),
    h("table", { "aria-label": "Exact Shapley value of each modality" }, h("tbody", {},
      total("baseline v(∅)", none), ...rows.map((r) => r.node), total("full model v(all)", whole))),
    ...(frame.imputation ? [faint("Shapley values; ", name(frame.imputation), ".")] : []), ...untrainedNote(frame),
    h("div", { class: "mmv-pair" }, along.node, during.node));
  const changed = changes();
  let most = 0, range = rangeOf([]);
  return (state) => {
    const { sample, epoch, time, brush } = state;
    if (changed(state, "sample")) {
      range = rangeOf(allOf(frame, "phi", sample), true);
      most = largest(range);
    }
    const shares = frame.part("phi", epoch, sample, time), now = frame.part("phi", epoch, sample);
    const { recorded } = frame, before = frame.edited() ? recorded.part("phi", epoch, sample) : null;
    rows.forEach((r, m) => {
      r.set(shares[m], most);
      r.was(before ? before[time * M + m] : NaN, most);
      r.value(signed(shares[m], frame.digits), before ? `, as recorded ${signed(before[time * M + m], frame.digits)}` : "");
    });
    const shown = frame.task === "classification" ? frame.targets[sample] : 0;
    write(none, fixed(frame.part("baseline", epoch, sample)[time], frame.digits));
    write(whole, fixed(frame.part("prediction", epoch, sample, time)[shown], frame.digits));
    const y = { name: "φ", text: (/** @type {number} */ v) => signed(v, frame.digits) };
    along.draw({ values: (m, t) => now[t * M + m], count: T, now: time, range, brush, before: before && ((m, t) => before[t * M + m]), x: timeAcross(frame, state), y });
    along.say({ title: `over the sequence, ${epochName(frame, epoch).split(" of ")[0]}` });
    during.draw({ values: (m, e) => recorded.part("phi", e, sample, time)[m], count: E, now: epoch, range, x: epochAcross(frame.epochs), y });
    during.say({ title: `over training, ${before ? "as recorded, " : ""}at ${brief(frame, sample, time)}` });
  };
}

register({
  name: "shapley",
  place: "side",
  order: 20,
  section: "sample",
  needs: ["phi"],
  mount,
});
