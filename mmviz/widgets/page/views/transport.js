// Optimal transport from the steps of a modality to the steps of its anchor: plan, cost, ribbons, lags; distance over training.
import { h, s, heading, faint, name, onDrag } from "../dom.js";
import { paint } from "../heatmap.js";
import { changes, span, allOf } from "../frame.js";
import { chart, rangeOf } from "../chart.js";
import { fixed, signed, short, brief, epochName, ends } from "../format.js";
import { register } from "../registry.js";
/** @import { Frame, Pick, State } from "../types.js" */

const W = 400, H = 90, RIBBONS = 80;

/** @param {Frame} frame */
const withPlans = (frame) => frame.compared.filter((one) => one.has("plan"));
// The value of the last colour of plan or cost: the same for all pairs and for all compared runs.
/** @type {(frame: Frame, kind: "plan" | "cost") => number} */
const scaleOf = (frame, kind) => Math.max(...withPlans(frame).flatMap((one) => one.transport_scale[kind]));

// For each step the lag of the anchor step that receives most of its mass, NaN where it sends none, or the same to all anchor steps.
/** @type {(one: Frame, sample: number, p: number) => number[]} */
function lagsOf(one, sample, p) {
  const plan = /** @type {Uint8Array} */ (one.part("plan", sample, p)), T = one.sizes.time, [, , , R] = one.shape("plan");
  return Array.from({ length: T }, (_, t) => {
    const row = plan.subarray(t * R, (t + 1) * R), most = Math.max(...row);
    return most && row.some((v) => v < most) ? row.indexOf(most) - t : NaN;
  });
}

/** @type {(frame: Frame, p: number, pick: Pick) => { node: HTMLElement, draw: (state: State) => void }} */
function pairView(frame, p, pick) {
  const T = frame.sizes.time, [, , , R] = frame.shape("plan"), { source, anchor } = frame.pairs[p], which = `${source} to ${anchor}`;
  const maps = ["Plan", "Cost"].map((kind) => {
    const canvas = h("canvas", { role: "img", "aria-label": `${kind} from ${which}: ${T} by ${R} steps` }), line = h("div", { class: "mmv-at" });
    const box = h("div", { class: "mmv-plot mmv-map mmv-square" }, canvas, line), most = h("span");
    onDrag(box, box, (_x, y) => pick({ time: Math.min(T - 1, Math.max(0, Math.floor(y * T))) }));
    return { canvas, line, most, node: h("div", {}, h("div", { class: "mmv-subtitle" }, `${kind.toLowerCase()}, colours from 0 to `, most), box) };
  });
  const ribbons = s("g"), here = s("path", { class: "mmv-here" });
  const river = s("svg", { viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: "none", role: "img", "aria-label": `Ribbons from the steps of ${source} (top) to the steps of ${anchor} (bottom)` }, ribbons, here);
  const lag = chart({ label: `Lag of the largest mass of ${which} over the sequence, in steps`, series: [{ f: 0 }], onPick: (x) => pick({ time: Math.round(x * (T - 1)) }) });
  const far = chart({ label: `Transport distance of ${which} over training`, series: [{ f: 0 }], onPick: (x) => pick({ epoch: Math.round(x * (frame.sizes.epoch - 1)) }) });
  const sentence = h("p", { class: "mmv-small" });
  const node = h("div", { class: "mmv-transport" }, h("div", { class: "mmv-name" }, name(source), " → ", name(anchor)),
    h("div", { class: "mmv-pair" }, ...maps.map((map) => map.node),
      h("div", {}, h("div", { class: "mmv-subtitle" }, "ribbons: ", name(source), " above, ", name(anchor), " below"), h("div", { class: "mmv-plot mmv-river" }, river), lag.node, far.node)), sentence);
  const changed = changes();
  /** @type {number[]} */
  let lags = [];
  let reach = rangeOf([]), apart = rangeOf([]);
  /** @param {State} state */
  function draw(state) {
    const { sample, epoch, time } = state, [a, b] = span(frame, state), plan = frame.part("plan", sample, p);
    if (changed(state, "sample")) {
      maps.forEach(({ canvas, most }, i) => {
        const kind = i ? "cost" : "plan", values = frame.part(kind, sample, p), end = scaleOf(frame, kind), share = frame.transport_scale[kind][p] / end;
        paint(canvas, R, T, (x, y) => Math.round(share * values[y * R + x]));
        most.textContent = `${frame.replaced(kind) ? "≥ " : ""}${short(end)}`;
      });
      lags = lagsOf(frame, sample, p);
      reach = rangeOf(withPlans(frame).flatMap((one) => one.pairs.map((_, k) => lagsOf(one, sample, k))), true);
      apart = rangeOf(allOf(frame, "distance", sample), true);
    }
    if (changed(state, "sample", "brush")) {
      /** @type {[mass: number, from: number, to: number][]} */
      const flows = [];
      for (let t = a; t <= b; t++) for (let r = 0; r < R; r++) if (plan[t * R + r]) flows.push([plan[t * R + r], t, r]);
      flows.sort((one, other) => other[0] - one[0]);
      const top = flows.length ? flows[0][0] : 1;
      /** @type {(i: number, count: number) => number} */
      const x = (i, count) => ((i + 0.5) / count) * W;
      ribbons.replaceChildren(...flows.slice(0, RIBBONS).map(([mass, t, r]) => {
        const ribbon = s("path", { class: "mmv-ribbon", d: `M${x(t, T).toFixed(1)} 0C${x(t, T).toFixed(1)} ${H / 2} ${x(r, R).toFixed(1)} ${H / 2} ${x(r, R).toFixed(1)} ${H}` });
        ribbon.style.strokeWidth = `${(0.5 + 4 * (mass / top)).toFixed(1)}px`;
        return ribbon;
      }));
    }
    here.setAttribute("d", `M${((time + 0.5) / T) * W} 0V${H}`);
    maps.forEach(({ line }) => {
      line.style.top = `${(100 * time) / T}%`;
      line.style.height = `${100 / T}%`;
    });
    const [least, furthest] = ends(...reach), [nearest, farthest] = ends(...apart);
    lag.draw({ values: (_, t) => lags[t], count: T, now: time, range: reach, brush: state.brush });
    lag.say({ title: "lag of the largest mass, steps", high: furthest, low: least, from: brief(frame, sample, 0), to: brief(frame, sample, T - 1) });
    const distances = frame.epochs.map((_, e) => frame.recorded.part("distance", e, sample)[p]), apartNow = frame.part("distance", epoch, sample)[p];
    far.draw({ values: (_, e) => distances[e], count: distances.length, now: epoch, range: apart });
    far.say({ title: `distance over training${frame.edited() ? ", as recorded" : ""}`, high: farthest, low: nearest, from: `epoch ${frame.epochs[0]}`, to: String(frame.epochs[frame.sizes.epoch - 1]) });
    const whole = frame.part("estimated_lag", sample)[p];
    const now = Number.isFinite(lags[time]) ? `lag of the largest mass ${signed(lags[time], 0)} steps` : "no anchor step receives more mass than the others";
    const sequence = Number.isFinite(whole) ? `estimated lag of the sequence ${signed(whole, 0)} steps` : "no estimated lag: none stands out from permuted controls";
    sentence.textContent = `${source} to ${anchor}, ${brief(frame, sample, time)}: ${now}; ${sequence}; distance ${fixed(apartNow, 3)} at ${epochName(frame, epoch)}.`;
  }
  return { node, draw };
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const views = frame.pairs.map((_, p) => pairView(frame, p, pick));
  root.append(heading("Transport"), ...views.map((view) => view.node),
    faint(`Plan and cost are those of the epoch that training selected; one colour scale for all plans, one for all costs. Down: steps of the modality, across: steps of its anchor. Ribbons: the ${RIBBONS} largest entries in the time range. Lag: step of the anchor minus step of the modality; positive: it matches a later step of the anchor. The estimated lag is the one at which the costs are lowest beside the means of their rows and columns.`));
  return (state) => views.forEach((view) => view.draw(state));
}

register({
  name: "transport",
  place: "wide",
  order: 20,
  needs: ["plan", "cost", "distance", "estimated_lag"],
  mount,
});
