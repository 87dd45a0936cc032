// The right column: prediction, contributions and coupling at the cursor, as tables a screen reader can read.
function bar(hatch) {
  const ink = h("div", { class: "mmv-bar", ...(hatch === null ? {} : { "data-m": hatch % 8 }) });
  const track = h("div", { class: "mmv-track", "aria-hidden": "true" }, ink);
  // from and to are shares of the track, 0..1
  const set = (from, to) => {
    ink.style.left = `${100 * Math.min(from, to)}%`;
    ink.style.width = `${100 * Math.abs(to - from) || 0}%`;
  };
  return { track, set };
}
const row = (head, track, value) =>
  h("tr", {}, head, h("td", { class: "mmv-cell" }, track), h("td", { class: "mmv-value" }, value));
const header = (...children) => h("th", { scope: "row" }, ...children);

// A bar from a zero line, to the left or to the right.
function signedBar(hatch) {
  const { track, set } = bar(hatch);
  track.classList.add("mmv-zero");
  return { track, set: (value, most) => set(0.5, 0.5 + (most && Number.isFinite(value) ? value / most / 2 : 0)) };
}

function largest(...lists) {
  let most = 0;
  for (const list of lists) for (const v of list) if (Math.abs(v) > most) most = Math.abs(v);
  return most;
}

function classPanel(frame) {
  const rows = frame.outputs.map((text) => {
    const mark = h("span", { class: "mmv-mark" }), value = h("span"), { track, set } = bar(null);
    return { mark, value, set, node: row(header(h("div", { class: "mmv-split" }, name(text), mark)), track, value) };
  });
  const table = h("table", { "aria-label": "Probability of each class" }, h("tbody", {}, ...rows.map((r) => r.node)));
  const long = rows.length > 10 ? { class: "mmv-scroll", tabindex: 0, role: "region", "aria-label": "All classes" } : {};
  const { node } = panel("Prediction", h("div", long, table));
  function draw({ sample, epoch, time }) {
    const answer = frame.part("prediction", epoch, sample, time), best = argmax(answer);
    rows.forEach((r, k) => {
      r.set(0, answer[k] || 0);
      r.value.textContent = fixed(answer[k], frame.digits);
      r.mark.textContent = frame.targets[sample] === k ? "true" : "";
      r.node.className = k === best ? "mmv-best" : "";
      if (k === best) r.mark.append(unseen(" predicted"));
    });
  }
  return { node, draw };
}

function valuePanel(frame) {
  const rows = ["predicted", "target"].map((text, i) => {
    const value = h("span"), { track, set } = signedBar(null);
    return { value, set, node: row(header(text), track, value) };
  });
  rows[0].node.className = "mmv-best";
  rows[1].node.className = "mmv-target";
  const { node } = panel("Prediction", h("table", { "aria-label": "Predicted and target value" },
    h("tbody", {}, ...rows.map((r) => r.node))));
  function draw({ sample, epoch, time }) {
    const target = frame.targets[sample] ?? NaN, value = frame.part("prediction", epoch, sample, time)[0];
    const most = largest([target], ...frame.epochs.map((_, e) => frame.part("prediction", e, sample)));
    [value, target].forEach((v, i) => {
      rows[i].set(v, most);
      rows[i].value.textContent = fixed(v, frame.digits);
    });
  }
  return { node, draw };
}

function contributionPanel(frame) {
  const rows = frame.modalities.map((modality, m) => {
    const value = h("span"), { track, set } = signedBar(m);
    return { value, set, node: row(header(glyph(m), name(modality.name)), track, value) };
  });
  const none = h("span"), all = h("span");
  const total = (text, value) => h("tr", { class: "mmv-total" }, header(text), h("td"), h("td", { class: "mmv-value" }, value));
  const { node } = panel(h("span", {}, "Contribution to ", name(frame.target_name)),
    h("table", { "aria-label": "Exact Shapley value of each modality" }, h("tbody", {},
      total("no modality", none), ...rows.map((r) => r.node), total("all together", all))));
  let most = 0;
  function draw({ sample, epoch, time }, changed) {
    if (changed("sample")) most = largest(...frame.epochs.map((_, e) => frame.part("contribution", e, sample)));
    const shares = frame.part("contribution", epoch, sample, time);
    rows.forEach((r, m) => {
      r.set(shares[m], most);
      r.value.textContent = signed(shares[m], frame.digits);
    });
    const shown = frame.task === "classification" ? frame.targets[sample] : 0;
    none.textContent = fixed(frame.part("baseline", epoch, sample)[time], frame.digits);
    all.textContent = fixed(frame.part("prediction", epoch, sample, time)[shown], frame.digits);
  }
  return { node, draw };
}

function couplingPanel(frame) {
  const M = frame.modalities.length;
  const cells = frame.modalities.map(() => frame.modalities.map(() => h("td")));
  const short = (m) => [glyph(m), name(frame.modalities[m].name)];
  const head = h("tr", {}, h("td", { class: "mmv-faint" }, "listens to"),
    ...cells.map((_, n) => h("th", { scope: "col" }, ...(M > 4 ? [glyph(n), unseen(frame.modalities[n].name)] : short(n)))));
  const body = cells.map((list, m) => h("tr", {}, header(...short(m)), ...list));
  const { heading, node } = panel("Coupling", h("table", { class: "mmv-matrix", "aria-label": "Coupling: rows listen to columns", ...(M > 4 ? { "data-many": "" } : {}) },
    h("thead", {}, head), h("tbody", {}, ...body)));
  const most = largest(...frame.epochs.map((_, e) => frame.part("coupling", e)));
  function draw({ epoch, layer }) {
    const weights = frame.part("coupling", epoch, layer);
    heading.textContent = `Coupling in layer ${frame.layers[layer]}`;
    cells.flat().forEach((cell, i) => {
      const w = weights[((i / M) | 0) * M + (i % M)];
      cell.textContent = fixed(w, 2);
      cell.style.setProperty("--weight", most ? Math.abs(w) / most || 0 : 0);
    });
  }
  return { node, draw };
}
