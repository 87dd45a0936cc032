// The prediction strip: prediction, target, confidence and contributions at the cursor, in sight while the page scrolls.
import { h, glyph, name, write } from "./dom.js";
import { argmax, fixed, signed } from "./format.js";
import { bar, signedBar } from "./bars.js";
import { largest } from "./heatmap.js";
import { allOf, changes } from "./frame.js";
/** @import { Frame, State } from "./types.js" */

/**
 * @param {Frame} frame
 * @param {string} letter of the run; "" for one run
 */
export function predictionStrip(frame, letter) {
  const classes = frame.task === "classification", changed = changes();
  const predicted = h("bdi", { class: "mmv-strip-name" }), value = h("span", { class: "mmv-strip-value" }), verdict = h("span", { class: "mmv-strip-mark" }), target = h("bdi");
  const confidence = bar(null);
  /** @type {(term: string, ...children: (Node | string)[]) => HTMLElement} */
  const item = (term, ...children) => h("div", { class: "mmv-strip-item" }, h("span", { class: "mmv-faint" }, term), ...children);
  const shares = frame.has("phi") ? frame.modalities.map((one, m) => {
    const { track, set, was } = signedBar(m), text = h("span", { class: "mmv-strip-value" });
    return { set, was, text, node: h("div", { class: "mmv-strip-item" }, h("span", { class: "mmv-strip-modality" }, glyph(m), name(one.name)), track, text) };
  }) : [];
  const node = h("div", { class: "mmv-strip-run", role: "group", "aria-label": letter ? `Prediction of run ${letter}` : "Prediction and contributions at the cursor" },
    ...(letter ? [h("strong", {}, letter)] : []),
    item("predicted", predicted, ...(classes ? [confidence.track] : []), value), item(frame.labelled ? "target" : "explained", target, verdict),
    ...(shares.length ? [h("span", { class: "mmv-faint mmv-strip-term" }, "Shapley value φ"), ...shares.map((one) => one.node)] : []));
  let most = 0;
  /** @param {State} state */
  function draw(state) {
    const { sample, epoch, time } = state, prediction = frame.part("prediction", epoch, sample, time), best = argmax(prediction);
    const before = frame.edited() ? frame.recorded : null;
    if (classes) {
      write(predicted, best < 0 ? "–" : frame.outputs[best]);
      write(value, best < 0 ? "" : fixed(prediction[best], frame.digits));
      confidence.set(0, best < 0 ? 0 : prediction[best]);
      confidence.was(0, before && best >= 0 ? before.part("prediction", epoch, sample, time)[best] : NaN);
      const right = best === frame.targets[sample];
      write(target, frame.outputs[frame.targets[sample]] ?? "–");
      write(verdict, !frame.labelled || best < 0 ? "" : right ? "✓ correct" : "✗ incorrect");
      verdict.toggleAttribute("data-wrong", frame.labelled && best >= 0 && !right);
    } else {
      write(predicted, "");
      write(value, fixed(prediction[0], frame.digits));
      write(target, fixed(frame.targets[sample] ?? NaN, frame.digits));
      write(verdict, `error ${signed(prediction[0] - (frame.targets[sample] ?? NaN), frame.digits)}`);
    }
    if (!shares.length || state.draft) return; // contributions follow the prediction
    if (changed(state, "sample")) most = largest(...allOf(frame, "phi", sample));
    const now = frame.part("phi", epoch, sample, time), old = before?.part("phi", epoch, sample, time);
    shares.forEach((one, m) => {
      one.set(now[m], most);
      one.was(old ? old[m] : NaN, most);
      write(one.text, signed(now[m], frame.digits));
    });
  }
  return { node, draw };
}
