// State half-life of every channel, and the hidden-state magnitude of the selected channel over the sequence.
import { h, heading, faint, modality } from "../dom.js";
import { changes, layerOf, lastColour, rowCount } from "../frame.js";
import { chart, rangeOf } from "../chart.js";
import { short, ends, brief } from "../format.js";
import { rowHead } from "../bars.js";
import { register } from "../registry.js";

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const { time: T, channel: C } = frame.sizes, series = frame.modalities.map((_, m) => ({ m }));
  const slider = h("input", { type: "range", min: 0, max: C - 1, step: 1, class: "mmv-channel", "aria-label": "Channel" });
  slider.addEventListener("input", () => pick({ channel: Number(slider.value) }));
  const lasting = chart({ label: "State half-life of every channel, logarithmic scale; the table has the numbers", series,
    onPick: (x) => pick({ channel: Math.round(x * (C - 1)) }) });
  const along = chart({ label: "Hidden-state magnitude of the selected channel over the sequence", series, onPick: (x) => pick({ time: Math.round(x * (T - 1)) }) });
  const cells = frame.modalities.map(() => [h("td"), h("td"), h("td")]);
  const words = ["channel", "half-life, steps", "‖h‖₂"];
  const table = h("table", { class: "mmv-list", "aria-label": "Selected channel of each SSM stream" },
    h("thead", {}, h("tr", {}, h("td"), ...words.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...cells.map((list, m) => h("tr", {}, rowHead(...modality(frame, m)), ...list))));
  root.append(heading("State half-life by channel"),
    h("label", { class: "mmv-control mmv-grow" }, h("span", {}, "Row"), slider), lasting.node, along.node, table,
    faint("Rows are those of the state maps: the channels of each SSM stream with the largest norm, longest half-life first (ln 2 / (Δ·|A|), without coupling)."));
  const changed = changes();
  return (state) => {
    const { sample, epoch, layer, channel, time, brush } = state;
    const lives = frame.part("half_life", layer), numbers = frame.part("channel_index", layer);
    /** @type {(m: number, c: number) => number} */
    const log = (m, c) => Math.log10(lives[m * C + c]);
    slider.value = String(channel);
    slider.setAttribute("aria-valuetext", `row ${channel + 1} of ${C}`);
    if (changed(state, "layer", "layer_of_a", "channel")) {
      const range = rangeOf(frame.compared.filter((one) => one.has("half_life")).map((one) => Array.from(one.part("half_life", layerOf(one, frame, state)), Math.log10)));
      const [low, high] = ends(10 ** range[0], 10 ** range[1]);
      lasting.draw({ values: log, count: C, now: channel, range, rule: false });
      lasting.say({ title: "half-life by row, steps (log)", high, low, from: "row 1", to: String(C) });
    }
    const scale = frame.scale[layer] / 255, most = lastColour(frame, (one) => one.scale, state), norms = frame.modalities.map((_, m) => frame.part("state", epoch, sample, layer, m));
    const valid = frame.modalities.map((_, m) => frame.part("state_valid", sample, m));
    /** @type {(m: number, t: number) => number} */
    const norm = (m, t) => (valid[m][t] && channel < rowCount(frame, layer, m) ? norms[m][channel * T + t] * scale : NaN);
    along.draw({ values: norm, count: T, now: time, range: [0, most], brush });
    along.say({ title: `‖h‖₂ of row ${channel + 1}`, high: `≥${short(most)}`, low: "0", from: brief(frame, sample, 0), to: brief(frame, sample, T - 1) });
    cells.forEach(([number, life, size], m) => {
      number.textContent = numbers[m * C + channel] < 0 ? "–" : String(numbers[m * C + channel]);
      life.textContent = short(lives[m * C + channel]);
      size.textContent = norm(m, time) >= frame.scale[layer] ? `≥ ${short(frame.scale[layer])}` : short(norm(m, time));
    });
  };
}

register({
  name: "half-life",
  place: "columns",
  order: 40,
  needs: ["half_life", "state"],
  height: (M) => 375 + 20 * M,
  mount,
});
