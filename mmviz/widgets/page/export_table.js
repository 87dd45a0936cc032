// The values behind a view as a table: one row for each value, at the selected sample, epoch and layer.
/** @import { Frame, State, View } from "./types.js" */
/** @typedef {{ columns: string[], rows: (string | number)[][] }} Table */

// Views that show more arrays than they need.
/** @type {Record<string, string[]>} */
const MORE = {
  lanes: ["prediction", "state"], "end-to-end attribution": ["attribution", "attribution_total", "attribution_bias"],
  "half-life": ["half_life", "state"], transport: ["plan", "cost", "distance", "estimated_lag"], "mean shapley": ["phi_mean", "phi_low", "phi_high"],
};

// The value of a level 0..255 of an array, at the indices of its dimensions; null: the array holds plain numbers.
/** @type {(frame: Frame, key: string) => ((level: number, at: Record<string, number>) => number) | null} */
function decoder(frame, key) {
  if (frame.recorded.arrays[key]?.dtype !== "uint8") return null;
  const scan = /^scan_norm_(\d+)$/.exec(key);
  if (key === "state") return (level, at) => (level / 255) ** (frame.state_power ?? 1) * frame.scale[at.layer];
  if (key === "influence") return (level, at) => (level / 255) ** 2 * frame.influence.scale[at.layer];
  if (key === "plan" || key === "cost") return (level, at) => (level / 255) * frame.transport_scale[key][at.pair];
  if (key === "routing" || key === "overview_value") return (level) => level / 255;
  if (scan) return (level) => (level / 255) * frame.scans[Number(scan[1])].scale;
  return null;
}

/** @type {(frame: Frame, dim: string, index: number) => string | number} */
function label(frame, dim, index) {
  const modality = /^(target_|source_)?modality$/.test(dim) || dim === "stream";
  if (modality && index < frame.modalities.length) return frame.modalities[index].name;
  if (dim === "epoch") return frame.epochs[index];
  if (dim === "recorded_sample") return frame.samples[index];
  if (dim === "layer") return frame.layers[index] ?? index;
  if (dim === "output" || dim === "true_class" || dim === "predicted_class") return frame.outputs[index] ?? index;
  if (dim === "pair") return frame.pairs[index] ? `${frame.pairs[index].source} → ${frame.pairs[index].anchor}` : index;
  if (dim === "curve") return frame.curves[index]?.name ?? index;
  if (dim === "history_epoch") return frame.history_epochs[index] ?? index;
  if (dim === "subset" || dim === "coalition") return frame.modalities.filter((_, m) => (index >> m) & 1).map((m) => m.name).join(" + ") || "none";
  if (dim === "statistic") return ["mean", "low", "high"][index] ?? index;
  return index;
}

/** The arrays whose values a view shows. @param {Frame} frame @param {Pick<View, "name" | "needs">} view */
export const arraysOf = (frame, view) => [...new Set([...(MORE[view.name] ?? []), ...view.needs])].filter(frame.has);

/**
 * Return the values behind a view at a selection; while an edited sample is shown, a column states which values are edited. A view that declares
 * `table` makes its own.
 * @param {Frame} frame @param {Pick<View, "name" | "needs" | "table">} view @param {State} state @returns {Table}
 */
export function tableOf(frame, view, state) {
  if (view.table) return view.table(frame, state);
  const keys = arraysOf(frame, view), dimsOf = (/** @type {string} */ key) => frame.recorded.arrays[key].dims ?? frame.shape(key).map((_, i) => `index ${i + 1}`);
  const names = [...new Set(keys.flatMap(dimsOf))];
  /** @type {Record<string, number>} */
  const chosen = { recorded_sample: state.sample, epoch: state.epoch, layer: state.layer };
  const rows = [], edit = frame.edited(), isEdited = edit !== null && edit.sample === state.sample && edit.epoch === state.epoch;
  for (const key of keys) {
    const mark = isEdited ? [frame.replaced(key) ? "edited" : "recorded"] : [];
    const dims = dimsOf(key), shape = frame.recorded.shape(key), value = decoder(frame, key);
    // the leading dimensions that the selection fixes; part() replaces them by those of an edited sample
    let lead = 0;
    while (lead < dims.length && Object.hasOwn(chosen, dims[lead])) lead++;
    const first = dims.slice(0, lead).map((dim, i) => (dim === "recorded_sample" ? chosen[dim] : Math.min(chosen[dim], shape[i] - 1)));
    const values = frame.part(key, ...first), rest = shape.slice(lead);
    for (let i = 0; i < values.length; i++) {
      /** @type {Record<string, number>} */
      const at = {};
      first.forEach((index, d) => (at[dims[d]] = index));
      let left = i;
      for (let d = rest.length - 1; d >= 0; d--) {
        at[dims[lead + d]] = left % rest[d];
        left = Math.floor(left / rest[d]);
      }
      if (dims.some((dim) => Object.hasOwn(chosen, dim) && at[dim] !== undefined && !dims.slice(0, lead).includes(dim) && at[dim] !== Math.min(chosen[dim], shape[dims.indexOf(dim)] - 1))) continue;
      rows.push([key, ...mark, ...names.map((dim) => (at[dim] === undefined ? "" : label(frame, dim, at[dim]))), value ? value(values[i], at) : values[i]]);
    }
  }
  return { columns: ["array", ...(isEdited ? ["state of the sample"] : []), ...names.map((dim) => dim.replace("recorded_", "").replace("_", " ")), "value"], rows };
}

// A cell that a spreadsheet would run as a formula begins with an apostrophe; numbers stay numbers.
/** @param {string | number} value */
function cell(value) {
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {Table} table */
export const csvOf = ({ columns, rows }) => [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
