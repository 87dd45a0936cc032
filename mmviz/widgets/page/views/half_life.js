// State half-life of every channel, and the hidden-state magnitude of the selected channel over the sequence.
import { h, heading, faint, modality } from "../dom.js";
import { changes, layerOf, lastColour, rowCount } from "../frame.js";
import { chart, rangeOf } from "../chart.js";
import { short } from "../format.js";
import { rowsAcross, timeAcross } from "../axis.js";
import { rowHead } from "../bars.js";
import { register } from "../registry.js";

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const { time: T, channel: C } = frame.sizes, series = frame.modalities.map((_, m) => ({ m }));
  const slider = h("input", { type: "range", min: 0, max: C - 1, step: 1, class: "mmv-channel", "aria-label": "Channel" });
  slider.addEventListener("input", () => pick({ channel: Number(slider.value) }));
  const lasting = chart({ label: "State half-life of every channel: the table has the numbers", series, log: "log",
    onPick: (x) => pick({ channel: Math.round(x * (C - 1)) }) });
  const along = chart({ label: "Hidden-state magnitude of the selected channel over the sequence", series, onPick: (x) => pick({ time: Math.round(x * (T - 1)) }) });
  const cells = frame.modalities.map(() => [h("td"), h("td"), h("td")]);
  const words = ["channel", "half-life, steps", "‖h‖₂"];
  const table = h("table", { class: "mmv-list", "aria-label": "Selected channel of each SSM stream" },
    h("thead", {}, h("tr", {}, h("td"), ...words.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...cells.map((list, m) => h("tr", {}, rowHead(...modality(frame, m)), ...list))));
  root.append(heading("State half-life by channel"),
    h("label", { class: "mmv-control mmv-grow" }, h("span", {}, "Row"), slider), lasting.node, along.node, table,
    faint(`Rows are those of the state maps: the channels of each SSM stream with the largest norm, longest half-life first (ln 2 / (Δ·|A|), without coupling${frame.recorded_text ? `; Δ: median over the steps of ${frame.recorded_text}` : ""}).`));
  const changed = changes();
  return (state) => {
    const { sample, epoch, layer, channel, time, brush } = state;
    const lives = frame.part("half_life", layer), numbers = frame.part("channel_index", layer);
    slider.value = String(channel);
    slider.setAttribute("aria-valuetext", `row ${channel + 1} of ${C}`);
    if (changed(state, "layer", "layer_of_a", "channel")) {
      const range = rangeOf(frame.compared.filter((one) => one.has("half_life")).map((one) => one.part("half_life", layerOf(one, frame, state))));
      lasting.draw({ values: (m, c) => lives[m * C + c], count: C, now: channel, range, rule: false, x: rowsAcross("row", C), y: { name: "half-life", unit: "steps", text: short } });
      lasting.say({ title: "half-life by row, steps" });
    }
    const most = lastColour(frame, (one) => one.scale, state), norms = frame.modalities.map((_, m) => frame.part("state", epoch, sample, layer, m));
    const valid = frame.modalities.map((_, m) => frame.part("state_valid", sample, m));
    /** @type {(m: number, t: number) => number} */
    const norm = (m, t) => (valid[m][t] && channel < rowCount(frame, layer, m) ? (norms[m][channel * T + t] / 255) ** (frame.state_power ?? 1) * frame.scale[layer] : NaN);
    along.draw({ values: norm, count: T, now: time, range: [0, most], brush, x: timeAcross(frame, state), y: { name: "‖h‖₂", unit: frame.state_unit, text: (v) => `${v >= frame.scale[layer] ? "≥ " : ""}${short(v)}` } });
    along.say({ title: `‖h‖₂ of row ${channel + 1}` });
    cells.forEach(([number, life, size], m) => {
      number.textContent = numbers[m * C + channel] < 0 ? "–" : String(numbers[m * C + channel]);
      life.textContent = short(lives[m * C + channel]);
      size.textContent = norm(m, time) >= frame.scale[layer] ? `≥ ${short(frame.scale[layer])}` : short(norm(m, time));
    });
  };
}

register({
  name: "half-life",
  section: "explanation",
  place: "columns",
  order: 40,
  needs: ["half_life", "state"],
  height: (M) => 375 + 20 * M,
  mount,
});
