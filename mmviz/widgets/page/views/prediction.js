// The prediction at the cursor, as a table that screen readers can read.
import { h, name, unseen, heading, prefixNote } from "../dom.js";
import { largest } from "../heatmap.js";
import { argmax, fixed } from "../format.js";
import { changes, allOf } from "../frame.js";
import { bar, signedBar, row, rowHead } from "../bars.js";
import { register } from "../registry.js";
/** @import { Frame, Update } from "../types.js" */

/** @type {(root: HTMLElement, frame: Frame) => Update} */
function classes(root, frame) {
  const rows = frame.outputs.map((text) => {
    const mark = h("span", { class: "mmv-mark" }), value = h("span"), { track, set, was } = bar(null);
    return { mark, value, set, was, node: row(rowHead(h("div", { class: "mmv-split" }, name(text), mark)), track, value) };
  });
  const table = h("table", { "aria-label": "Probability of each class" }, h("tbody", {}, ...rows.map((r) => r.node)));
  /** @type {Record<string, string | number>} */
  const long = rows.length > 10 ? { class: "mmv-scroll", tabindex: 0, role: "region", "aria-label": "All classes" } : {};
  root.append(heading("Prediction"), ...prefixNote(frame), h("div", long, table));
  return ({ sample, epoch, time }) => {
    const prediction = frame.part("prediction", epoch, sample, time), best = argmax(prediction);
    const before = frame.edited() ? frame.recorded.part("prediction", epoch, sample, time) : null;
    rows.forEach((r, k) => {
      r.set(0, prediction[k]);
      r.was(0, before ? before[k] : NaN);
      r.value.textContent = fixed(prediction[k], frame.digits);
      if (before) r.value.append(unseen(`, as recorded ${fixed(before[k], frame.digits)}`));
      r.mark.textContent = frame.targets[sample] !== k ? "" : frame.labelled ? "true" : "explained";
      r.node.className = k === best ? "mmv-best" : "";
      if (k === best) r.mark.append(unseen(" predicted"));
    });
  };
}

/** @type {(root: HTMLElement, frame: Frame) => Update} */
function value(root, frame) {
  const rows = ["predicted", "target"].map((text) => {
    const cell = h("span"), { track, set, was } = signedBar(null);
    return { cell, set, was, node: row(rowHead(text), track, cell) };
  });
  rows[0].node.className = "mmv-best";
  rows[1].node.className = "mmv-target";
  root.append(heading("Prediction"), ...prefixNote(frame), h("table", { "aria-label": "Predicted and target value" }, h("tbody", {}, ...rows.map((r) => r.node))));
  const changed = changes();
  let most = 0;
  return (state) => {
    const { sample, epoch, time } = state, target = frame.targets[sample] ?? NaN, prediction = frame.part("prediction", epoch, sample, time)[0];
    const before = frame.edited() ? frame.recorded.part("prediction", epoch, sample, time)[0] : NaN;
    if (changed(state, "sample")) most = largest([target], ...allOf(frame, "prediction", sample));
    [prediction, target].forEach((v, i) => {
      rows[i].set(v, most);
      rows[i].cell.textContent = fixed(v, frame.digits);
    });
    rows[0].was(before, most);
    if (Number.isFinite(before)) rows[0].cell.append(unseen(`, as recorded ${fixed(before, frame.digits)}`));
  };
}

/** @type {import("../types.js").View["mount"]} */
const mount = (root, frame) => (frame.task === "classification" ? classes : value)(root, frame);

register({
  name: "prediction",
  place: "side",
  order: 10,
  needs: ["prediction"],
  mount,
});
