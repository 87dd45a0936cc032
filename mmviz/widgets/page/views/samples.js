// Table of the samples: those of the chosen subset, filtered and sorted; every row that the page can show opens its sample.
import { h, heading, faint, name, button, choice, hint } from "../dom.js";
import { fixed, signed } from "../format.js";
import { register } from "../registry.js";
import { HOW_TO_OPEN, samplesOf } from "../sample_set.js";

const PAGE = 12, SHOWN = ["all samples", "recorded, with hidden states", "correct", "incorrect"];

// The sort key of a column of texts: numbers if all texts are numbers, else the texts.
/**
 * @typedef {(i: number) => number | string} Key
 * @typedef {{ title: string, text: (i: number) => string, key: Key }} Column
 */
/** @type {(texts: string[]) => Key} */
function keyOf(texts) {
  const numbers = texts.map((text) => (text.trim() === "" ? NaN : Number(text)));
  return numbers.every((v, i) => !Number.isNaN(v) || texts[i] === "nan") ? (i) => numbers[i] : (i) => texts[i];
}

// The columns of the table: text and sort key of listed sample i.
/** @type {(frame: import("../types.js").Frame) => Column[]} */
function columnsOf(frame) {
  const { id, target, predicted } = frame.listed, phi = frame.part("listed_phi"), prediction = frame.part("listed_prediction"), M = frame.modalities.length;
  /** @type {Column[]} */
  const probability = frame.task === "classification" ? [{ title: frame.labelled ? "p(target)" : "p(predicted)", text: (i) => fixed(prediction[i], 2), key: (i) => prediction[i] }] : [];
  return [
    { title: "sample", text: (i) => id[i], key: (i) => id[i] }, { title: "target", text: (i) => target[i], key: keyOf(target) },
    { title: frame.task === "classification" ? "predicted" : "predicted value", text: (i) => predicted[i], key: keyOf(predicted) },
    ...probability,
    ...frame.modalities.map((one, m) => /** @type {Column} */ ({ title: `φ ${one.name}`, text: (i) => signed(phi[i * M + m], frame.digits), key: (i) => phi[i * M + m] })),
  ];
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const samples = samplesOf(frame), { id, target, predicted, total } = frame.listed, N = id.length, { correct, recorded, chosen } = samples, columns = columnsOf(frame);
  /** @type {number[]} */
  let rows = [];
  let sorted = { column: -1, down: false }, page = 0, shown = 0, paper = false;

  const text = h("input", { type: "search", "aria-label": "Samples whose id, target or prediction contains", placeholder: "id, target or prediction" });
  const which = choice("Show", frame.task === "classification" ? SHOWN : SHOWN.slice(0, 2), () => refresh());
  text.addEventListener("input", () => refresh());
  const heads = columns.map((column, c) => {
    const mark = h("span", { "aria-hidden": "true" });
    const sort = button("", () => {
      sorted = { column: c, down: sorted.column === c && !sorted.down };
      refresh();
    }, { class: "mmv-sort" });
    sort.append(name(column.title), mark);
    return { mark, node: h("th", { scope: "col" }, sort) };
  });
  root.style.setProperty("--columns", String(columns.length));
  const body = h("tbody"), count = h("span", { role: "status" }), why = h("p", { class: "mmv-small", role: "status" }), chips = h("div", { class: "mmv-chips", role: "group", "aria-label": "Filters of the chosen samples", hidden: "" });
  const back = button("previous", () => turn(-1), { "aria-label": "Previous page of samples" }), next = button("next", () => turn(1), { "aria-label": "Next page of samples" });
  const all = N < total ? `${N} of ${total} samples are listed: a subset with the same share of every true and predicted class, and every recorded one; tables above count all ${total}. ` : "";
  const closed = Array.from({ length: N }, (_, i) => i).some((i) => samples.open(i) < 0);
  root.append(heading("Samples"), chips, h("div", { class: "mmv-inline" }, text, which.node, count, back, next),
    h("div", { class: "mmv-scroll-x", tabindex: 0, role: "region", "aria-label": "Table of samples" }, h("table", { class: "mmv-list mmv-samples", "aria-label": "Samples" }, h("thead", {}, h("tr", {}, ...heads.map((head) => head.node))), body)), why,
    faint(`${all}${frame.recorded_text ? `With hidden states: ${frame.recorded_text}. ` : ""}Predictions and Shapley values are those of the epoch that training selected. `, hint("Press the name of a sample to show it in all views."),
      ...(closed ? [` Names that are not underlined were not recorded, and the page holds no model that computes them. ${HOW_TO_OPEN}`] : [])));

  /** @param {number} by */
  function turn(by) {
    page = Math.max(0, Math.min(Math.ceil(rows.length / PAGE) - 1, page + by));
    list();
  }
  function refresh() {
    const wanted = text.value.trim().toLowerCase(), kind = Number(which.select.value);
    rows = [];
    for (let i = 0; i < N; i++) {
      if (!chosen.inside[i] || (kind === 1 ? recorded[i] < 0 : kind > 1 && correct[i] !== 3 - kind)) continue;
      if (!wanted || `${id[i]} ${target[i]} ${predicted[i]}`.toLowerCase().includes(wanted)) rows.push(i);
    }
    const { column, down } = sorted;
    if (column < 0) rows = [...rows.filter((i) => recorded[i] >= 0), ...rows.filter((i) => recorded[i] < 0)];
    else {
      const key = columns[column].key, way = down ? -1 : 1;
      rows.sort((a, b) => { const [x, y] = [key(a), key(b)]; return way * (x < y ? -1 : x > y ? 1 : 0) || a - b; });
    }
    heads.forEach(({ mark, node }, c) => {
      mark.textContent = c === column ? (down ? " ▼" : " ▲") : "";
      if (c === column) node.setAttribute("aria-sort", down ? "descending" : "ascending");
      else node.removeAttribute("aria-sort");
    });
    page = 0;
    list();
  }
  function list() {
    why.textContent = "";
    const size = paper ? Math.max(1, rows.length) : PAGE, from = paper ? 0 : page * PAGE;
    count.textContent = rows.length ? `${from + 1} to ${Math.min(rows.length, from + size)} of ${rows.length}` : "none";
    back.disabled = page === 0;
    next.disabled = from + size >= rows.length;
    body.replaceChildren(...rows.slice(from, from + size).map((i) => {
      const place = samples.open(i);
      const cells = columns.map((column, c) => {
        if (c > 0) return h("td", {}, name(column.text(i)));
        const label = button("", () => (place < 0 ? void (why.textContent = samples.closed(i)) : pick({ sample: place })), { class: place < 0 ? "mmv-closed" : "mmv-open", ...(place < 0 ? { title: "not recorded" } : {}) });
        label.append(name(id[i]));
        return h("th", { scope: "row" }, label);
      });
      return h("tr", { "data-listed": i, ...(place === shown ? { class: "mmv-best", "aria-current": "true" } : {}) }, ...cells);
    }));
  }
  function filters() {
    const list = chosen.filters();
    chips.hidden = !list.length;
    chips.replaceChildren(...list.map((one) => {
      const chip = button("", () => chosen.remove(one), { class: "mmv-chip", "aria-label": `Remove the filter ${one.text}` });
      chip.append(name(one.text), h("span", { "aria-hidden": "true" }, " ✕"));
      return chip;
    }), ...(list.length > 1 ? [button("clear all filters", () => chosen.set([]))] : []));
    refresh();
  }
  // paper has all rows
  ["mmv-print", "mmv-printed"].forEach((event, i) => root.addEventListener(event, () => {
    paper = i === 0;
    list();
  }));
  chosen.listen(filters);
  refresh();
  return ({ sample }) => {
    if (sample === shown) return;
    shown = sample;
    list();
  };
}

register({
  name: "samples",
  place: "wide",
  order: 40,
  section: "overview",
  needs: ["listed_phi", "listed_prediction", "listed_correct", "listed_recorded"],
  mount,
});
