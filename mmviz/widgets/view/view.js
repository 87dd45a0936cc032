// The view: controls, one selection, and the parts that answer to it. Hosts call render({ model, el }).
let serial = 0;

function choice(label, options, onPick) {
  const select = h("select", { "aria-label": label }, ...options.map((text, i) => h("option", { value: i }, text)));
  select.addEventListener("change", () => onPick(Number(select.value)));
  return { select, node: h("label", { class: "mmv-control" }, h("span", {}, label), select) };
}

function buildControls(frame, pick) {
  const sample = choice("Sample", frame.samples.map((text, i) =>
    frame.task === "classification" ? `${text} · ${frame.outputs[frame.targets[i]]}` : text), (i) => pick({ sample: i }));
  const layer = choice("Layer", frame.layers.map(String), (i) => pick({ layer: i }));
  const range = h("input", { type: "range", min: 0, max: frame.sizes.epoch - 1, step: 1, class: "mmv-epoch", "aria-label": "Epoch" });
  const said = h("span", { class: "mmv-said" });
  range.addEventListener("input", () => pick({ epoch: Number(range.value) }));
  const epoch = h("label", { class: "mmv-control mmv-grow" }, h("span", {}, "Epoch"), range, said);
  const node = h("div", { class: "mmv-controls" }, sample.node, layer.node, epoch);
  function draw(selection) {
    sample.select.value = selection.sample;
    layer.select.value = selection.layer;
    range.value = selection.epoch;
    said.textContent = `${frame.epochs[selection.epoch]} of ${frame.epochs[frame.sizes.epoch - 1]}`;
    range.setAttribute("aria-valuetext", epochName(frame, selection.epoch));
  }
  return { node, draw };
}

// A notebook listens for keys on the whole page; those we use must not reach it.
function keepKeys(event) {
  const elsewhere = event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab" || (event.shiftKey && event.key === "Enter");
  if (!elsewhere) event.stopPropagation();
}

function largeSteps(event, selection, sizes, pick) {
  const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
  const key = event.target.className === "mmv-time" ? "time" : event.target.className === "mmv-epoch" ? "epoch" : null;
  if (!direction || !key || !event.shiftKey) return;
  event.preventDefault();
  pick({ [key]: Math.min(sizes[key] - 1, Math.max(0, selection[key] + 10 * direction)) });
}

function notesOf(frame) {
  if (!frame.notes.length) return [];
  return [h("details", { class: "mmv-notes" }, h("summary", {}, "About these data"),
    h("ul", {}, ...frame.notes.map((text) => h("li", {}, name(text)))))];
}

function render({ model, el }) {
  const frame = openFrame(model.get("data"));
  const id = `mmv-title-${++serial}`, level = model.get("level") ?? 2;
  let shown = {};
  const pick = (change) => {
    model.set("selection", { ...shown, ...change });
    model.save_changes();
  };
  const said = h("p", { class: "mmv-readout", role: "status", "aria-live": "polite" });
  const wrong = h("p", { class: "mmv-wrong", role: "alert" });
  const controls = buildControls(frame, pick), lanes = buildLanes(frame, pick);
  const answers = [frame.task === "classification" ? classPanel(frame) : valuePanel(frame),
    contributionPanel(frame), chartPanel(frame, pick), couplingPanel(frame)];
  const parts = [controls, lanes, ...answers];
  const title = h("div", { class: "mmv-title", id, role: "heading", "aria-level": level }, name(frame.title));
  const root = h("section", { class: "mmv", "aria-labelledby": id },
    h("header", {}, title, h("div", { class: "mmv-faint" }, name(frame.subtitle)), controls.node, said, wrong),
    h("div", { class: "mmv-body" }, lanes.node, h("div", { class: "mmv-side" }, ...answers.map((part) => part.node))),
    ...notesOf(frame));
  root.querySelectorAll(".mmv-heading").forEach((node) => node.setAttribute("aria-level", level + 1));
  frame.colours.forEach((colour, m) => root.style.setProperty(`--m${m}`, colour));

  function draw() {
    const selection = model.get("selection"), reason = fault(selection, frame.sizes);
    wrong.textContent = reason || model.get("message") || "";
    if (reason) return;
    const before = shown;
    shown = { ...selection };
    const changed = (...keys) => keys.some((key) => before[key] !== shown[key]);
    parts.forEach((part) => part.draw(shown, changed));
    said.textContent = readout(frame, shown);
  }
  root.addEventListener("keydown", (event) => {
    keepKeys(event);
    largeSteps(event, shown, frame.sizes, pick);
  });
  const events = ["change:selection", "change:message"];
  events.forEach((event) => model.on(event, draw));
  el.append(root);
  draw();
  return () => events.forEach((event) => model.off(event, draw));
}

export default { render };
