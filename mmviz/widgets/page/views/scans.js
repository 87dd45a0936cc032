// Captured scans of a user's module: hidden-state magnitude, half-lives and influence map of one site (a call of a scan in the module).
import { h, heading, faint, name, choice, onDrag, hint } from "../dom.js";
import { paint } from "../heatmap.js";
import { chart, legend, rangeOf } from "../chart.js";
import { brief, fixed, short } from "../format.js";
import { rowsAcross } from "../axis.js";
import { cellOf, readable } from "../readout.js";
import { columnOf, influenceOf, sameSite, siteArrays, stepsOf, timeOf } from "../scan_site.js";
import { rowHead } from "../bars.js";
import { register } from "../registry.js";
/** @import { CapturedScan, Frame, State } from "../types.js" */

/** @param {number} count @param {string} one */
const counted = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

// What was captured, and how exactly it reproduces the output of the user's function.
/** @param {CapturedScan} site */
function aboutText(site) {
  const { modality, streams, steps, channels, states, replay_error } = site;
  const sizes = `${counted(streams.length, "stream")} × ${counted(steps, "step")} × ${counted(channels, "channel")}${states ? ` × ${counted(states, "state")}` : ""}`;
  const exact = replay_error === null ? "no replay error: mmkernels computed this scan, or the error was not recorded"
    : `the captured tensors reproduce the output of this function to ${short(replay_error, 2)} of its largest value`;
  return ["Function ", name(site.function), modality ? ", modality " : ", no single modality", name(modality), `; ${sizes}; ${exact}.`, ...(site.alignment ? [" Steps: ", name(site.alignment), "."] : [])];
}

// A map with a title, lines at the cursor, and the value under the pointer.
/** @param {string} label @param {string} cursors */
function mapBox(label, cursors) {
  const canvas = h("canvas", { role: "img", "aria-label": label }), across = h("div", { class: "mmv-at" }), down = h("div", { class: "mmv-stroke" }), title = h("div", { class: "mmv-subtitle" });
  const box = h("div", { class: "mmv-plot mmv-map mmv-scan-map" }, canvas, h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...(cursors === "both" ? [across, down] : [across])));
  const first = h("span"), last = h("span");
  return { canvas, across, down, title, box, first, last, node: h("div", { class: "mmv-charted" }, title, h("div", { class: "mmv-scale", "aria-hidden": "true" }, first, last), box) };
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const sites = frame.scans, T = frame.sizes.time;
  let k = 0, stream = 0, row = 0, column = -1;
  /** @type {State | null} */
  let last = null;
  const again = () => last && draw(last);
  const site = choice("Site", sites.map((one) => `${one.site}${one.modality && ` · ${one.modality}`}`), (i) => {
    [k, stream, row, column] = [i, 0, 0, -1];
    again();
  });
  const streams = choice("SSM stream", [], (i) => {
    [stream, row] = [i, 0];
    again();
  });
  const rowRange = h("input", { type: "range", min: 0, step: 1, "aria-label": "Row of the captured scan" }), stepRange = h("input", { type: "range", min: 0, step: 1, "aria-label": "Step of the captured scan" });
  rowRange.addEventListener("input", () => {
    row = Number(rowRange.value);
    again();
  });
  stepRange.addEventListener("input", () => goTo(Number(stepRange.value)));
  const about = h("p", { class: "mmv-small" });
  const states = mapBox("Hidden-state magnitude", "both"), influence = mapBox("Influence map", "target"), noInfluence = faint();
  const lives = chart({ label: "Half-lives of all channels in ascending order; the table has that of the selected channel", log: "log", series: [{ f: 0, name: "half-life" }] });
  const along = chart({ label: "Hidden-state magnitude over the steps: mean over all channels, and the selected channel; the table has the numbers", series: [{ f: 0, name: "mean over all channels" }, { f: 1, name: "selected channel" }], onPick: (x) => goTo(Math.round(x * (sizeOf() - 1))) });
  const pointed = h("p", { class: "mmv-small mmv-pointed" }), body = h("tbody");
  const table = h("table", { class: "mmv-list", "aria-label": "Values of the captured scan at the cursor" }, body);
  const timeNote = faint();
  const closed = [...(frame.has("influence") ? [] : ["operator map"]), ...(frame.has("path") ? [] : ["state trajectories"])];
  const why = closed.length ? [faint(`No ${closed.join(", no ")} over all modalities: these need captured scans of one shape in every modality, and a recorded influence map.`)] : [];
  root.append(heading("Captured scans of the module"),
    h("div", { class: "mmv-controls mmv-scan-controls" }, site.node, streams.node, h("label", { class: "mmv-control mmv-grow" }, h("span", {}, "Row"), rowRange), h("label", { class: "mmv-control mmv-grow" }, h("span", {}, "Step"), stepRange)),
    about, h("div", { class: "mmv-pair mmv-scan-charts" }, h("div", {}, states.node, along.node, legend(["mean over all channels", "selected channel"], along.turn)), h("div", {}, influence.node, noInfluence, lives.node)), pointed,
    table, timeNote, ...why, ...(frame.missing_scans ? [faint(name(frame.missing_scans))] : []), faint("Rows: the channels whose ‖h‖₂ varies most, longest half-life first. Influence: magnitude of the effect of a source step on the output of the scan, with its gates held fixed; it is of this scan alone, not of the whole module. Hatched: no data. ", hint("Press on a map, or use the sliders, to move the cursor.")));

  const sizeOf = () => frame.shape(`scan_norm_${k}`)[3];
  // Select a column; where the steps map to time, the cursor of all views follows.
  /** @param {number} next */
  function goTo(next) {
    column = Math.min(sizeOf() - 1, Math.max(0, next));
    const time = last ? timeOf(siteArrays(frame, k, last.sample, stream).until, frame, column) : -1;
    if (last && time >= 0 && time !== last.time) pick({ time });
    else again();
  }
  /** @type {(x: number, y: number) => [number, number]} */
  const cellAt = (x, y) => [Math.min(sizeOf() - 1, Math.max(0, Math.floor(x * sizeOf()))), Math.max(0, Math.min(frame.shape(`scan_norm_${k}`)[2] - 1, Math.floor(y * frame.shape(`scan_norm_${k}`)[2])))];
  onDrag(states.box, states.box, (x, y) => {
    const [to, at] = cellAt(x, y);
    row = at;
    goTo(to);
  });
  onDrag(influence.box, influence.box, (_x, y) => {
    const map = last && influenceOf(frame, k, last.sample, stream);
    if (map) goTo(Math.floor((Math.min(sites[k].steps, (Math.min(map.blocks - 1, Math.max(0, Math.floor(y * map.blocks))) + 1) * map.width) - 1) / sites[k].pooled));
  });

  /** @type {(at: number, to: number) => string} */
  function cellText(at, to) {
    if (!last) return "";
    const arrays = siteArrays(frame, k, last.sample, stream), { pooled } = sites[k];
    return `Channel ${arrays.channels[at]}, step ${stepsOf(sites[k], to, pooled)}: ‖h‖₂ ${pooled > 1 ? "mean " : ""}${amount(arrays, at, to)}, half-life ${short(arrays.half_life[at])} steps.`;
  }
  const atCursor = () => (last ? cellText(row, column) : "");
  /** @param {number} to */
  const timeAt = (to) => {
    const time = last ? timeOf(siteArrays(frame, k, last.sample, stream).until, frame, to) : -1;
    return time < 0 ? {} : { time };
  };
  readable(states.box, {
    label: "Hidden-state magnitude of the captured scan, channels over steps",
    grid: () => [sizeOf(), frame.shape(`scan_norm_${k}`)[2]],
    start: () => [Math.max(0, column), row],
    locate: ({ time }) => {
      const at = last && time !== undefined ? columnOf(siteArrays(frame, k, last.sample, stream).until, frame, time) : -1;
      return at < 0 ? null : { x: [at / sizeOf(), (at + 1) / sizeOf()] };
    },
    read(to, at) {
      if (!last) return null;
      const arrays = siteArrays(frame, k, last.sample, stream), { pooled } = sites[k];
      const then = frame.edited() && frame.replaced(`scan_norm_${k}`) ? siteArrays(frame.recorded, k, last.sample, stream).value(at, to) : NaN, v = arrays.value(at, to);
      return { title: `${sites[k].site}: channel ${arrays.channels[at]}`, at: timeAt(to), rows: [[`‖h‖₂${pooled > 1 ? ", mean" : ""}`, amount(arrays, at, to)], ["step", stepsOf(sites[k], to, pooled)], ["half-life", short(arrays.half_life[at]), "steps"],
        ...(Number.isFinite(then) ? /** @type {[string, string][]} */ ([["recorded", short(then)], ["difference", `${v > then ? "+" : ""}${short(v - then)}`]]) : [])] };
    },
  });
  readable(influence.box, {
    label: "Influence map of the captured scan, target steps down, source steps across",
    grid: () => {
      const map = last && influenceOf(frame, k, last.sample, stream);
      return map ? [map.sources * map.blocks, map.blocks] : [0, 0];
    },
    read(x, t) {
      const map = last && influenceOf(frame, k, last.sample, stream);
      if (!map) return null;
      const n = Math.floor(x / map.blocks), s = x % map.blocks;
      return { title: sites[k].site, at: timeAt(Math.floor((Math.min(sites[k].steps, (t + 1) * map.width) - 1) / sites[k].pooled)), rows: [["influence", s > t ? "0 (later source)" : short(map.value(t, n, s))],
        ...(sites[k].streams.length > 1 ? /** @type {[string, string][]} */ ([["source", sites[k].streams[n]], ["target", sites[k].streams[stream]]]) : []), ["source step", stepsOf(sites[k], s, map.width)], ["target step", stepsOf(sites[k], t, map.width)]] };
    },
  });

  /** @type {(arrays: ReturnType<typeof siteArrays>, at: number, to: number) => string} */
  const amount = (arrays, at, to) => `${arrays.clipped(at, to) ? "≥ " : ""}${short(arrays.value(at, to))}`;

  /** @param {string} text @param {string} value */
  const line = (text, value) => h("tr", {}, rowHead(text), h("td", {}, value));

  /** @param {State} state */
  function draw(state) {
    last = state;
    const { sample, time } = state, one = sites[k], { pooled } = one;
    const arrays = siteArrays(frame, k, sample, stream), { rows, columns, mean, until } = arrays;
    const mapped = columnOf(until, frame, time);
    if (column < 0 || column >= columns) column = columns - 1;
    if (mapped >= 0 && timeOf(until, frame, column) !== time) column = mapped;
    row = Math.min(row, rows - 1);
    site.select.value = String(k);
    streams.node.hidden = one.streams.length < 2;
    if (streams.select.options.length !== one.streams.length || [...streams.select.options].some((option, i) => option.text !== one.streams[i]))
      streams.select.replaceChildren(...one.streams.map((text, i) => h("option", { value: i }, text)));
    streams.select.value = String(stream);
    [[rowRange, rows, row], [stepRange, columns, column]].forEach(([range, count, at]) => {
      /** @type {HTMLInputElement} */ (range).max = String(Number(count) - 1);
      /** @type {HTMLInputElement} */ (range).value = String(at);
    });
    const steps = stepsOf(one, column, pooled), at = timeOf(until, frame, column), moment = at < 0 ? "" : `${frame.duration_s[sample] === null ? "time " : ""}${brief(frame, sample, at)}`;
    rowRange.setAttribute("aria-valuetext", `row ${row + 1} of ${rows}, channel ${arrays.channels[row]}`);
    stepRange.setAttribute("aria-valuetext", `step ${steps} of ${one.steps}${moment && `, ${moment}`}`);
    about.replaceChildren(...aboutText(one));
    about.title = one.description;

    // one colour scale for the same site of all compared runs
    const same = sameSite(frame, one), scale = Math.max(...same.map((other) => other.about.scale)), share = one.scale / scale;
    paint(states.canvas, columns, rows, (x, y) => {
      const level = arrays.level(y, x);
      return level < 0 ? -1 : Math.round(level * share);
    });
    states.canvas.setAttribute("aria-label", `Hidden-state magnitude of ${rows} channels over ${columns} columns; the table has the value at the cursor`);
    states.title.textContent = `‖h‖₂: ${rows < one.channels ? `${rows} of ${one.channels} channels` : counted(rows, "channel")} (down) over ${counted(one.steps, "step")} (across${pooled > 1 ? `, means of ${pooled}` : ""}); colours from 0 to ≥ ${short(scale)}`;
    states.first.textContent = "row 1";
    states.last.textContent = String(rows);
    states.down.style.left = `${(100 * (column + 1)) / columns}%`;
    states.across.style.top = `${(100 * row) / rows}%`;
    states.across.style.height = `${100 / rows}%`;
    const means = same.flatMap(({ one: run, k: at }) => run.scans[at].streams.map((_, m) => run.part(`scan_mean_${at}`, sample, m)));
    const range = /** @type {[number, number]} */ ([0, Math.max(scale, rangeOf(means, true)[1])]);
    along.draw({ values: (line, i) => (line ? arrays.value(row, i) : mean[i]), count: columns, now: column, range, x: rowsAcross("step", columns, "other", (i) => stepsOf(one, i, pooled)), y: { name: "‖h‖₂", text: short } });
    along.say({ title: "‖h‖₂ over the steps" });

    const { sorted } = arrays, spread = rangeOf(same.flatMap(({ one: run, k: at }) => run.scans[at].streams.map((_, m) => run.part(`scan_quantile_${at}`, sample, m))));
    const own = arrays.half_life[row], place = Array.from(sorted).reduce((best, life, i) => (Math.abs(Math.log(life / own)) < Math.abs(Math.log(sorted[best] / own)) ? i : best), 0);
    lives.node.hidden = !sorted.some((life) => Number.isFinite(life) && life > 0);
    if (!lives.node.hidden) {
      lives.draw({ values: (_line, i) => sorted[i], count: sorted.length, now: Number.isFinite(own) ? place : -1, range: spread, rule: false, x: rowsAcross("rank, shortest first", sorted.length, "other"), y: { name: "half-life", unit: "steps", text: short } });
      lives.say({ title: `half-lives of all ${one.channels} channels in ascending order, steps` });
    }

    const map = influenceOf(frame, k, sample, stream);
    influence.node.hidden = !map;
    const old = map && frame.edited() && frame.replaced(`scan_norm_${k}`) && !frame.replaced(`scan_influence_${k}`);
    noInfluence.hidden = Boolean(map) && !old;
    noInfluence.textContent = old ? "As recorded: the influence map does not show the edit." : map ? "" : `No influence map: ${one.no_influence}.`;
    /** @type {HTMLElement[]} */
    let sources = [];
    if (map && one.influence) {
      const top = Math.max(...same.map((other) => other.about.influence?.scale ?? 0)), dim = Math.sqrt(one.influence.scale / top), block = Math.min(map.blocks - 1, Math.floor((column * pooled) / map.width));
      paint(influence.canvas, map.sources * map.blocks, map.blocks, (x, t) => {
        const s = x % map.blocks;
        return s > t ? -1 : Math.round(dim * map.level(t, Math.floor(x / map.blocks), s));
      });
      influence.canvas.setAttribute("aria-label", `Influence map of ${map.blocks} target blocks by ${map.sources} times ${map.blocks} source blocks; the table has the sums at the cursor`);
      influence.title.textContent = `influence: target steps (down), source steps (across${map.sources > 1 ? `: ${one.streams.join(", ")}` : ""}), blocks of ${map.width}; colours from 0 to ${short(top)}, by square root`;
      influence.first.textContent = "step 1";
      influence.last.textContent = String(one.steps);
      influence.across.style.top = `${(100 * block) / map.blocks}%`;
      influence.across.style.height = `${100 / map.blocks}%`;
      const found = map.sums(block), whole = found.reduce((sum, part) => sum + part.sum, 0);
      sources = found.map(({ sum, at }, n) => line(map.sources > 1 ? `influence of ${one.streams[n]}` : "influence", whole && at >= 0 ? `${map.sources > 1 ? `${fixed((100 * sum) / whole, 0)} %, ` : ""}largest from step ${stepsOf(one, at, map.width)}` : "–"));
    }
    body.replaceChildren(line("step", `${steps} of ${one.steps}${moment && ` (${moment})`}`), line("channel", `${arrays.channels[row]} (row ${row + 1} of ${rows})`), line("half-life, steps", short(own)),
      line("‖h‖₂ of the channel", amount(arrays, row, column)), line(`mean ‖h‖₂ of ${one.channels} channels`, short(mean[column])), ...sources);
    pointed.textContent = atCursor();
    timeNote.textContent = mapped >= 0 ? "" : "The steps of this scan do not map to the time axis, so that its cursor is its own.";
    timeNote.hidden = mapped >= 0;
  }
  return draw;
}

register({
  name: "captured scans",
  section: "explanation",
  place: "wide",
  order: 5,
  needs: ["scan_norm_0"],
  mount,
});
