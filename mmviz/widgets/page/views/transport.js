// Optimal transport from the steps of a modality to the steps of its anchor: plan, cost, ribbons, lags; distance over training.
import { h, s, heading, faint, name, onDrag } from "../dom.js";
import { paint } from "../heatmap.js";
import { changes, span, allOf } from "../frame.js";
import { chart, rangeOf } from "../chart.js";
import { fixed, signed, short, brief, epochName } from "../format.js";
import { axisBelow, epochAcross, timeAcross, timeName, timeTicks, writeTicks } from "../axis.js";
import { cellOf, readable } from "../readout.js";
import { onZoom, timeAxis } from "../zoom.js";
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
  /** @type {State | null} */
  let shown = null;
  // the anchor has as many steps, or steps of its own
  const anchorZoom = () => (R === T ? shown : null);
  /** @param {number} t */
  const inside = (t) => t >= timeAxis(T, shown).from && t <= timeAxis(T, shown).to;
  const maps = ["Plan", "Cost"].map((kind) => {
    const canvas = h("canvas", { role: "img", "aria-label": `${kind} from ${which}: ${T} by ${R} steps` }), line = h("div", { class: "mmv-at" });
    const box = h("div", { class: "mmv-plot mmv-map mmv-square" }, canvas, line), most = h("span"), left = h("div", { class: "mmv-scale mmv-ticks-y", "aria-hidden": "true" }), below = axisBelow();
    onDrag(box, box, (_x, y) => pick({ time: cellOf(timeAxis(T, shown).share(y), T) }));
    onZoom(box, box, T, () => shown, pick);
    const key = kind === "Plan" ? "plan" : "cost";
    readable(box, {
      label: `${kind} from ${which}: steps of ${source} down, steps of ${anchor} across`,
      grid: () => [R, T],
      start: () => [0, shown?.time ?? 0],
      cellAt: (x, y) => [cellOf(timeAxis(R, anchorZoom()).share(x), R), cellOf(timeAxis(T, shown).share(y), T)],
      placeOf: (r, t) => [timeAxis(R, anchorZoom()).across((r + 0.5) / R), timeAxis(T, shown).across((t + 0.5) / T)],
      locate: ({ time }) => (time === undefined || time >= T || !inside(time) ? null : { y: [timeAxis(T, shown).across(time / T), timeAxis(T, shown).across((time + 1) / T)] }),
      read(r, t) {
        if (!shown) return null;
        const level = frame.part(key, shown.sample, p)[t * R + r], v = (level / 255) * frame.transport_scale[key][p];
        const then = frame.edited() && frame.replaced(key) ? (frame.recorded.part(key, shown.sample, p)[t * R + r] / 255) * frame.transport_scale[key][p] : NaN;
        return { title: which, at: { time: t }, rows: [[kind.toLowerCase(), `${frame.replaced(key) && level === 255 ? "≥ " : ""}${short(v)}`], [`${source}, at`, brief(frame, shown.sample, t)], [`${anchor}, at`, R === T ? brief(frame, shown.sample, r) : `step ${r + 1} of ${R}`],
          ...(Number.isFinite(then) ? /** @type {[string, string][]} */ ([["recorded", short(then)], ["difference", `${v > then ? "+" : ""}${short(v - then)}`]]) : [])] };
      },
    });
    return { canvas, line, most, left, below, node: h("div", { class: "mmv-charted" }, h("div", { class: "mmv-subtitle" }, `${kind.toLowerCase()}, colours from 0 to `, most), left, box, below.node) };
  });
  const ribbons = s("g"), here = s("path", { class: "mmv-here" });
  const river = s("svg", { viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: "none", role: "img", "aria-label": `Ribbons from the steps of ${source} (top) to the steps of ${anchor} (bottom)` }, ribbons, here);
  const lag = chart({ label: `Lag of the largest mass of ${which} over the sequence, in steps`, series: [{ f: 0 }], onPick: (x) => pick({ time: Math.round(x * (T - 1)) }) });
  const far = chart({ label: `Transport distance of ${which} over training`, series: [{ f: 0 }], log: "linear", onPick: (x) => pick({ epoch: Math.round(x * (frame.sizes.epoch - 1)) }) });
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
    const { sample, epoch, time } = state, [a, b] = span(frame, state), plan = frame.part("plan", sample, p), down = timeAxis(T, state);
    shown = state;
    if (changed(state, "sample", "zoom")) {
      const across = timeAxis(R, anchorZoom()), ticks = timeTicks(frame, state, 4);
      maps.forEach(({ canvas, most, left, below }, i) => {
        const kind = i ? "cost" : "plan", values = frame.part(kind, sample, p), end = scaleOf(frame, kind), share = frame.transport_scale[kind][p] / end;
        paint(canvas, across.to + 1 - across.from, down.to + 1 - down.from, (x, y) => Math.round(share * values[(y + down.from) * R + x + across.from]));
        writeTicks(left, ticks.map(({ at, text }) => ({ at: down.across(at), text })), "top");
        below.draw(R === T ? ticks.map(({ at, text }) => ({ at: down.across(at), text })) : [{ at: 0, text: "1" }, { at: 1, text: String(R) }], `${anchor}${R === T ? `, ${timeName(frame, state)}` : ", step"}`);
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
      line.hidden = !inside(time);
      line.style.top = `${100 * down.across(time / T)}%`;
      line.style.height = `${100 / T / down.length}%`;
    });
    lag.draw({ values: (_, t) => lags[t], count: T, now: time, range: reach, brush: state.brush, x: timeAcross(frame, state), y: { name: "lag", unit: "steps", text: (v) => signed(v, 0) } });
    lag.say({ title: "lag of the largest mass, steps" });
    const distances = frame.epochs.map((_, e) => frame.recorded.part("distance", e, sample)[p]), apartNow = frame.part("distance", epoch, sample)[p];
    far.draw({ values: (_, e) => distances[e], count: distances.length, now: epoch, range: apart, x: epochAcross(frame.epochs), y: { name: "distance", text: (v) => fixed(v, 3) } });
    far.say({ title: `distance over training${frame.edited() ? ", as recorded" : ""}` });
    const stale = frame.edited() !== null && !frame.replaced("estimated_lag"), unknown = !frame.has("estimated_lag") || (frame.lacks("estimated_lag", sample) && !frame.replaced("estimated_lag"));
    const whole = unknown ? NaN : frame.part("estimated_lag", sample)[p];
    const now = Number.isFinite(lags[time]) ? `lag of the largest mass ${signed(lags[time], 0)} steps` : "no anchor step receives more mass than the others";
    const sequence = unknown ? "the page does not compute the estimated lag of the sequence" : stale ? `estimated lag of the sequence as recorded ${Number.isFinite(whole) ? `${signed(whole, 0)} steps` : "none"}, the page does not compute it for an edit` : Number.isFinite(whole) ? `estimated lag of the sequence ${signed(whole, 0)} steps` : "no estimated lag: none stands out from permuted controls";
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
  section: "explanation",
  place: "wide",
  order: 20,
  needs: ["plan", "cost", "distance"],
  mount,
});
