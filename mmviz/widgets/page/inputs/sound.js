// Sound: the waveform with its time axis, its spectrogram in hertz, and playback. Beside an edit the recorded waveform is drawn faintly.
import { h, button, faint, onDrag, plot, s } from "../dom.js";
import { axisBelow, tickTexts, ticksOf, timeName, timeTicks, writeTicks } from "../axis.js";
import { paint } from "../heatmap.js";
import { heightOf } from "../line_path.js";
import { brief, fixed, short } from "../format.js";
import { cellOf, readable } from "../readout.js";
import { spectrogram } from "../spectrogram.js";
import { columnsOf } from "../signal_columns.js";
import { onZoom, stretchTo, timeAxis } from "../zoom.js";
import { shownFrames } from "./shown_frames.js";
/** @import { Frame, Pick, Range, Reading, State } from "../types.js" */

const FLOOR_DB = 60, MOST = 500;

// Vertical strokes from the lowest to the highest value of each of at most MOST blocks.
/** @param {Float32Array} wave @param {Range} range */
function envelope(wave, range) {
  const bins = Math.min(MOST, wave.length);
  let path = "";
  for (let b = 0; b < bins; b++) {
    const from = Math.floor((b * wave.length) / bins), to = Math.floor(((b + 1) * wave.length) / bins), x = (1000 * (b + 0.5)) / bins;
    let low = Infinity, high = -Infinity;
    for (let i = from; i < to; i++) if (Number.isFinite(wave[i])) [low, high] = [Math.min(low, wave[i]), Math.max(high, wave[i])];
    if (low <= high) path += `M${x.toFixed(1)} ${heightOf(high, range).toFixed(1)}V${(heightOf(low, range) + 0.5).toFixed(1)}`;
  }
  return path;
}

/** @param {ArrayLike<number>} wave */
function largestOf(wave) {
  let most = 0;
  for (let i = 0; i < wave.length; i++) if (Math.abs(wave[i]) > most && Number.isFinite(wave[i])) most = Math.abs(wave[i]);
  return most;
}

/** @param {Frame} frame @param {number} m @param {Pick} pick */
export function sound(frame, m, pick) {
  const { name, unit, rate_hz } = frame.modalities[m], rate = Number(rate_hz), T = frame.sizes.time;
  const line = s("path", { class: "mmv-share", "data-m": m % 8 }), ghost = s("path", { class: "mmv-recorded-line", "data-m": m % 8 }), zero = s("path", { class: "mmv-rule" });
  const canvas = h("canvas", { role: "img", "aria-label": `${name}: spectrogram, 0 to ${short(rate / 2)} Hz from bottom to top` }), note = faint();
  const drawing = plot(`${name}: waveform`, zero, ghost, line), box = h("div", { class: "mmv-plot mmv-chart mmv-input-wave" }, drawing), map = h("div", { class: "mmv-plot mmv-map mmv-input-spectrogram" }, canvas);
  const scales = [h("div", { class: "mmv-scale mmv-ticks-y", "aria-hidden": "true" }), h("div", { class: "mmv-scale mmv-ticks-y", "aria-hidden": "true" })], below = axisBelow();
  const heads = [`waveform${unit ? `, ${unit}` : ""}`, "spectrogram, Hz"].map((text) => h("div", { class: "mmv-subtitle" }, text));
  const cursors = [box, map].map((one) => {
    const cursor = h("div", { class: "mmv-cursor mmv-input-cursor", "aria-hidden": "true" }), veils = [h("div", { class: "mmv-veil mmv-input-veil" }), h("div", { class: "mmv-veil mmv-input-veil" })];
    one.append(...veils, cursor);
    return { cursor, veils };
  });
  const node = h("div", {}, h("div", { class: "mmv-charted", "data-plots": "" }, heads[0], scales[0], box, heads[1], scales[1], map, below.node));
  let wave = new Float32Array(0), then = new Float32Array(0), heard = new Float32Array(0);
  /** @type {ReturnType<typeof spectrogram>} */
  let power = { columns: 0, rows: 0, decibels: new Float32Array(0) };
  /** @type {Range} */
  let range = [-1, 1];
  /** @type {State | null} */
  let last = null;
  /** @type {AudioBufferSourceNode | null} */
  let playing = null;
  const stop = () => playing?.stop();
  async function play() {
    if (playing || !heard.length) return stop();
    const context = new AudioContext(), buffer = context.createBuffer(1, heard.length, rate), most = largestOf(heard) || 1;
    buffer.copyToChannel(heard.map((v) => v / most), 0);
    playing = new AudioBufferSourceNode(context, { buffer });
    playing.connect(context.destination);
    playing.addEventListener("ended", () => {
      playing = null;
      control.textContent = "play";
      context.close();
    });
    control.textContent = "stop";
    playing.start();
  }
  const control = button("play", play, { "aria-label": `Play or stop ${name}` });
  node.append(h("div", { class: "mmv-inline" }, control, note));
  /** @param {number} x share of what is shown */
  const stepAt = (x) => cellOf(timeAxis(T, last).share(x), T);
  for (const one of [box, map]) {
    onDrag(one, one, (x) => pick({ time: stepAt(x) }));
    onZoom(one, one, T, () => last, pick);
  }
  /** @param {number} time @returns {{ x: Range } | null} */
  const placeOfStep = (time) => {
    const axis = timeAxis(T, last);
    return time < axis.from || time > axis.to ? null : { x: [axis.across(time / T), axis.across((time + 1) / T)] };
  };
  // seconds from the start of the recording, or the frame
  /** @param {number} i @returns {[string, string, string]} */
  const timeRow = (i) => ["time", fixed(i / rate, 4), "s"];
  readable(box, {
    label: `${name}: waveform`,
    grid: () => [wave.length, 1],
    start: () => [Math.floor((((last?.time ?? 0) + 0.5) / T) * wave.length), 0],
    cellAt: (x) => [cellOf(timeAxis(T, last).share(x), wave.length), 0],
    read(i) {
      if (!Number.isFinite(wave[i])) return null;
      /** @type {Reading["rows"]} */
      const rows = [["value", short(wave[i], 4), unit], timeRow(i)];
      if (then.length && Number.isFinite(then[i])) rows.push(["recorded", short(then[i], 4), unit], ["difference", `${wave[i] > then[i] ? "+" : ""}${short(wave[i] - then[i], 4)}`, unit]);
      return { title: "waveform", modality: m, at: { modality: m, time: cellOf((i + 0.5) / wave.length, T) }, rows, place: [timeAxis(T, last).across((i + 0.5) / wave.length), heightOf(wave[i], range) / 100] };
    },
    placeOf: (i) => [timeAxis(T, last).across((i + 0.5) / wave.length), 0.5],
    locate: ({ time }) => (time === undefined ? null : placeOfStep(time)),
  });
  readable(map, {
    label: `${name}: spectrogram`,
    grid: () => [power.columns, power.rows],
    start: () => [Math.floor((((last?.time ?? 0) + 0.5) / T) * power.columns), power.rows - 1],
    cellAt: (x, y) => [cellOf(timeAxis(T, last).share(x), power.columns), cellOf(y, power.rows)],
    read(c, row) {
      const k = power.rows - 1 - row, v = power.decibels[c * power.rows + k], u = (c + 0.5) / power.columns;
      return Number.isFinite(v) ? { title: "spectrogram", modality: m, at: { modality: m, time: cellOf(u, T) }, rows: [["power", fixed(v, 1), "dB of the largest"], ["frequency", short((k * rate) / (2 * power.rows), 4), "Hz"], timeRow(u * wave.length)] } : null;
    },
    placeOf: (c, row) => [timeAxis(T, last).across((c + 0.5) / power.columns), (row + 0.5) / power.rows],
    locate: ({ time }) => (time === undefined ? null : placeOfStep(time)),
  });
  // values in the order of the time axis; NaN: masked or not recorded
  /** @param {import("./shown_frames.js").Frames} shown @param {import("../signal_columns.js").Column[]} columns */
  const waveOf = ({ values, valid }, columns) => Float32Array.from(columns, ({ frame: f }) => (f >= 0 && valid[f] ? values[f] : NaN));
  /** @param {State} state */
  function drawAll(state) {
    stop();
    const { now, then: before } = shownFrames(frame, m, state.sample), columns = columnsOf(frame.recorded, m, state.sample);
    wave = waveOf(now, columnsOf(frame, m, state.sample));
    then = before ? waveOf(before, columns) : new Float32Array(0);
    heard = wave.filter(Number.isFinite);
    control.disabled = !heard.length;
    const most = Math.max(largestOf(wave), largestOf(then)) || 1;
    range = [-most, most];
    line.setAttribute("d", envelope(wave, range));
    ghost.setAttribute("d", then.length ? envelope(then, range) : "");
    zero.setAttribute("d", `M0 ${heightOf(0, range)}H1000`);
    const silent = wave.map((v) => (Number.isFinite(v) ? v : 0));
    power = spectrogram(silent);
    paint(canvas, power.columns, power.rows, (x, y) => (power.columns ? Math.round(255 * Math.max(0, 1 + power.decibels[x * power.rows + power.rows - 1 - y] / FLOOR_DB)) : -1));
    const heights = [most, 0, -most], texts = tickTexts([-most, 0, most]).reverse(), hertz = ticksOf([0, rate / 2], 3);
    writeTicks(scales[0], heights.map((v, i) => ({ at: heightOf(v, range) / 100, text: texts[i] })), "top");
    writeTicks(scales[1], hertz.map((v, i) => ({ at: 1 - v / (rate / 2), text: tickTexts(hertz)[i] })), "top");
    note.textContent = `${wave.length} values at ${short(rate)} Hz, ${short(wave.length / rate)} s${then.length ? "; faint: as recorded" : ""}. Hann window of 256 values, −${FLOOR_DB} to 0 dB of the largest. Played at full scale.`;
  }
  /** @param {State} state @param {boolean} changed */
  function draw(state, changed) {
    last = state;
    if (changed) drawAll(state);
    stretchTo(drawing, T, state);
    stretchTo(canvas, T, state);
    const axis = timeAxis(T, state), at = axis.across((state.time + 1) / T), [a, b] = state.brush ?? [0, T - 1];
    const edges = [a / T, (b + 1) / T].map((u) => Math.min(1, Math.max(0, axis.across(u))));
    for (const { cursor, veils } of cursors) {
      cursor.hidden = at < 0 || at > 1 + 1e-9;
      cursor.style.setProperty("--at", String(at));
      veils[0].style.width = `${100 * edges[0]}%`;
      veils[1].style.width = `${100 * (1 - edges[1])}%`;
    }
    below.draw(timeTicks(frame, state, 4).map(({ at: u, text }) => ({ at: axis.across(u), text })), timeName(frame, state));
    drawing.setAttribute("aria-label", `${name}: waveform, cursor at ${brief(frame, state.sample, state.time)}`);
  }
  return { node, draw, stop };
}
