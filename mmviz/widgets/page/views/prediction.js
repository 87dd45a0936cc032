// The prediction at the cursor, as a table that screen readers can read.
import { h, name, heading, prefixNote, put, writer } from "../dom.js";
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
    return { mark: writer(mark), value: writer(value), set, was, node: row(rowHead(h("div", { class: "mmv-split" }, name(text), mark)), track, value) };
  });
  const table = h("table", { "aria-label": "Probability of each class" }, h("tbody", {}, ...rows.map((r) => r.node)));
  /** @type {Record<string, string | number>} */
  const long = rows.length > 10 ? { class: "mmv-scroll", tabindex: 0, role: "region", "aria-label": "All classes" } : {};
  root.append(heading("Prediction"), ...prefixNote(frame), h("div", long, table));
  return ({ sample, epoch, time }) => {
    const prediction = frame.part("prediction", epoch, sample, time), best = argmax(prediction);
    const before = frame.edited() ? frame.recorded.part("prediction", epoch, sample, time) : null;
    rows.forEach((r, k) => {
      r.set(0, prediction[k], prediction[k]);
      r.was(0, before ? before[k] : NaN, before ? before[k] : NaN);
      r.value(fixed(prediction[k], frame.digits), before ? `, as recorded ${fixed(before[k], frame.digits)}` : "");
      r.mark(frame.targets[sample] !== k ? "" : frame.labelled ? "true" : "explained", k === best ? " predicted" : "");
      put(r.node, "className", k === best ? "mmv-best" : "");
    });
  };
}

/** @type {(root: HTMLElement, frame: Frame) => Update} */
function value(root, frame) {
  const rows = ["predicted", "target"].map((text) => {
    const cell = h("span"), { track, set, was } = signedBar(null);
    return { cell: writer(cell), set, was, node: row(rowHead(text), track, cell) };
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
      rows[i].cell(fixed(v, frame.digits), i === 0 && Number.isFinite(before) ? `, as recorded ${fixed(before, frame.digits)}` : "");
    });
    rows[0].was(before, most);
  };
}

/** @type {import("../types.js").View["mount"]} */
const mount = (root, frame) => (frame.task === "classification" ? classes : value)(root, frame);

register({
  name: "prediction",
  place: "side",
  order: 10,
  section: "sample",
  needs: ["prediction"],
  early: true,
  first: true,
  mount,
});
