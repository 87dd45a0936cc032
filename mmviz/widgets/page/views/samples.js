// Table and scatter plot of the samples. Only recorded samples have hidden states.
import { h, heading, faint, name, button, choice, onDrag } from "../dom.js";
import { fixed, signed, ends } from "../format.js";
import { rangeOf } from "../chart.js";
import { register } from "../registry.js";

const PAGE = 12, SHOWN = ["all samples", "recorded, with hidden states", "correct", "incorrect"];

// The sort key of a column of texts: numbers if all texts are numbers, else the texts.
/**
 * @typedef {(i: number) => number | string} Key
 * @typedef {{ title: string, text: (i: number) => string, key: Key }} Column
 * @typedef {{ title: string, text: (i: number) => string, key: (i: number) => number }} NumberColumn
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
    ...frame.modalities.map((one, m) => /** @type {Column} */ ({ title: one.name, text: (i) => signed(phi[i * M + m], frame.digits), key: (i) => phi[i * M + m] })),
  ];
}

/** @type {import("../types.js").View["mount"]} */
function mount(root, frame, _state, pick) {
  const { id, target, predicted, total } = frame.listed, N = id.length, M = frame.modalities.length;
  const correct = frame.part("listed_correct"), traced = frame.part("listed_recorded"), columns = columnsOf(frame);
  // the axes cover all listed samples of all compared runs
  const others = frame.compared.filter((one) => one.has("listed_phi")).map((one) => ({ one, list: columnsOf(one) }));
  /** @param {Column} column */
  const axisOf = ({ title }) => rangeOf(others.map(({ one, list }) => one.listed.id.map((_, i) => list.find((column) => column.title === title)?.key(i))));
  const numbers = /** @type {NumberColumn[]} */ (columns.filter((column) => typeof column.key(0) === "number"));
  /** @type {number[]} */
  let rows = [];
  let sorted = { column: -1, down: false }, page = 0, chosen = 0;

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
  const body = h("tbody"), count = h("span", { role: "status" });
  const back = button("previous", () => turn(-1), { "aria-label": "Previous page of samples" }), next = button("next", () => turn(1), { "aria-label": "Next page of samples" });
  const canvas = h("canvas", { role: "img" }), ring = h("span", { class: "mmv-ring", "aria-hidden": "true" });
  const box = h("div", { class: "mmv-plot mmv-scatter" }, canvas, ring), least = h("span"), most = h("span"), under = h("span"), above = h("span"), blank = h("span");
  const axes = h("div", { class: "mmv-charted" }, h("div", { class: "mmv-subtitle" }), h("div", { class: "mmv-scale", "aria-hidden": "true" }, above, under), box, h("div", { class: "mmv-ends", "aria-hidden": "true" }, least, most));
  const across = choice("Across", numbers.map((column) => column.title), () => scatter()), up = choice("Up", numbers.map((column) => column.title), () => scatter());
  across.select.value = String(Math.max(0, numbers.length - M));
  up.select.value = String(Math.min(numbers.length - 1, numbers.length - M + 1));
  const all = N < total ? `${N} of ${total} samples are listed: evenly spaced, with every recorded one. ` : "";
  root.append(heading("Samples"), h("div", { class: "mmv-inline" }, text, which.node, count, back, next),
    h("div", { class: "mmv-pick" },
      h("div", { class: "mmv-scroll-x", tabindex: 0, role: "region", "aria-label": "Table of samples" }, h("table", { class: "mmv-list", "aria-label": "Samples" }, h("thead", {}, h("tr", {}, ...heads.map((head) => head.node))), body)),
      h("div", {}, h("div", { class: "mmv-inline" }, across.node, up.node), axes)),
    faint(all + "Predictions and Shapley values are those of the epoch that training selected. Press the name of a recorded sample to show it in all views. " + (frame.labelled && frame.task === "classification" ? "Dots: filled = correct, hollow = incorrect, large = recorded. " : "Dots: large = recorded. "), blank));

  /** @param {number} by */
  function turn(by) {
    page = Math.max(0, Math.min(Math.ceil(rows.length / PAGE) - 1, page + by));
    list();
  }
  function refresh() {
    const wanted = text.value.trim().toLowerCase(), kind = Number(which.select.value);
    rows = [];
    for (let i = 0; i < N; i++) {
      if (kind === 1 ? traced[i] < 0 : kind > 1 && correct[i] !== 3 - kind) continue;
      if (!wanted || `${id[i]} ${target[i]} ${predicted[i]}`.toLowerCase().includes(wanted)) rows.push(i);
    }
    const { column, down } = sorted;
    if (column < 0) rows = [...rows.filter((i) => traced[i] >= 0), ...rows.filter((i) => traced[i] < 0)];
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
    scatter();
  }
  function list() {
    const from = page * PAGE;
    count.textContent = rows.length ? `${from + 1} to ${Math.min(rows.length, from + PAGE)} of ${rows.length}` : "none";
    back.disabled = page === 0;
    next.disabled = from + PAGE >= rows.length;
    body.replaceChildren(...rows.slice(from, from + PAGE).map((i) => {
      const cells = columns.map((column, c) => {
        if (c > 0) return h("td", {}, name(column.text(i)));
        const label = traced[i] < 0 ? name(id[i]) : button("", () => pick({ sample: traced[i] }), { class: "mmv-open" });
        if (traced[i] >= 0) label.append(name(id[i]));
        return h("th", { scope: "row" }, label);
      });
      const node = h("tr", traced[i] === chosen ? { class: "mmv-best", "aria-current": "true" } : {}, ...cells);
      return node;
    }));
  }
  /** @type {number[][]} */
  let places = [];
  function scatter() {
    const [x, y] = [across, up].map(({ select }) => numbers[Number(select.value)]), wide = 480, high = 300;
    const [left, right] = axisOf(x), [low, top] = axisOf(y);
    [least.textContent, most.textContent] = ends(left, right);
    [under.textContent, above.textContent] = ends(low, top);
    const ink = getComputedStyle(root).color, pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    canvas.width = wide * 2;
    canvas.height = high * 2;
    pen.scale(2, 2);
    pen.strokeStyle = pen.fillStyle = ink;
    places = rows.map((i) => [14 + ((x.key(i) - left) / (right - left || 1)) * (wide - 28), high - 14 - ((y.key(i) - low) / (top - low || 1)) * (high - 28)]);
    const missing = places.filter(([px, py]) => !Number.isFinite(px + py)).length;
    blank.textContent = missing ? `${missing} of ${rows.length} have no value for one of the axes and no dot.` : "";
    places.forEach(([px, py], k) => {
      const i = rows[k];
      if (!Number.isFinite(px + py)) return;
      pen.globalAlpha = traced[i] < 0 ? 0.45 : 1;
      pen.lineWidth = 1.4;
      pen.beginPath();
      pen.arc(px, py, traced[i] < 0 ? 2.4 : 5, 0, 7);
      if (correct[i] === 0) pen.stroke();
      else pen.fill();
    });
    canvas.setAttribute("aria-label", `Scatter of ${rows.length} samples: ${x.title} across, from ${fixed(left, 2)} to ${fixed(right, 2)}; ${y.title} up, from ${fixed(low, 2)} to ${fixed(top, 2)}; the table holds the numbers`);
    const k = rows.findIndex((i) => traced[i] === chosen);
    ring.hidden = k < 0 || !Number.isFinite(places[k][0] + places[k][1]);
    if (ring.hidden) return;
    ring.style.left = `${(100 * places[k][0]) / wide}%`;
    ring.style.top = `${(100 * places[k][1]) / high}%`;
  }
  // press near a recorded sample to select it
  onDrag(box, box, (x, y, _event, first) => {
    if (!first) return;
    let best = -1, least = Infinity;
    places.forEach(([px, py], k) => {
      const far = Math.hypot(px - 480 * x, py - 300 * y);
      if (traced[rows[k]] >= 0 && far < least) [best, least] = [k, far];
    });
    if (best >= 0 && least < 40) pick({ sample: traced[rows[best]] });
  });
  const theme = matchMedia("(prefers-color-scheme: dark)");
  theme.addEventListener("change", scatter);
  return ({ sample }) => {
    if (rows.length && sample === chosen) return;
    chosen = sample;
    if (!rows.length) refresh();
    else {
      list();
      scatter();
    }
  };
}

register({
  name: "samples",
  place: "wide",
  order: 40,
  needs: ["listed_phi", "listed_prediction", "listed_correct", "listed_recorded"],
  mount,
});
