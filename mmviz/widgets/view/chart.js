// Two small multiples of the contributions: along the sequence at this epoch, and along training at this step.
function chart(title, frame, onPick) {
  const lines = frame.modalities.map((_, m) => s("path", { class: "mmv-share", "data-m": m % 8, "stroke-dasharray": DASHES[m % 8] }));
  const marks = frame.modalities.map((_, m) => glyph(m));
  const zero = s("path", { class: "mmv-rule" }), here = s("path", { class: "mmv-here" });
  const note = h("span"), from = h("span"), to = h("span");
  const over = h("div", { class: "mmv-marks", "aria-hidden": "true" }, ...marks);
  const box = h("div", { class: "mmv-plot mmv-chart" },
    plot(`Contribution of each modality over the ${title}; its numbers at the cursor are in the table`, zero, here, ...lines), over);
  const node = h("div", {}, h("div", { class: "mmv-subtitle" }, title, note), box,
    h("div", { class: "mmv-ends", "aria-hidden": "true" }, from, to));
  onDrag(box, box, onPick);
  // values(m, i) for i in 0..count-1; the cursor is at i = now
  function draw(values, count, now, [low, high]) {
    const x = (i) => (count > 1 ? (i / (count - 1)) * 1000 : 500);
    const y = (v) => 96 - ((v - low) / (high - low || 1)) * 92;
    lines.forEach((line, m) => {
      let path = "", pen = "M";
      for (let i = 0; i < count; i++) {
        const v = values(m, i);
        if (Number.isFinite(v)) path += `${pen}${x(i).toFixed(1)} ${y(v).toFixed(2)}`;
        pen = Number.isFinite(v) ? "L" : "M";
      }
      line.setAttribute("d", path);
      const v = values(m, now);
      marks[m].hidden = !Number.isFinite(v);
      marks[m].style.left = `${x(now) / 10}%`;
      marks[m].style.top = `${y(v)}%`;
    });
    zero.setAttribute("d", `M0 ${y(0)}H1000`);
    here.setAttribute("d", `M${x(now)} 0V100`);
  }
  const say = (...texts) => [note, from, to].forEach((span, i) => (span.textContent = texts[i]));
  return { node, draw, say };
}

function chartPanel(frame, pick) {
  const M = frame.modalities.length, T = frame.sizes.time, E = frame.sizes.epoch;
  const nearest = (x, count) => Math.min(count - 1, Math.max(0, Math.round(x * (count - 1))));
  const along = chart("sequence", frame, (x) => pick({ time: nearest(x, T) }));
  const during = chart("training", frame, (x) => pick({ epoch: nearest(x, E) }));
  const high = h("span"), low = h("span");
  const { node } = panel("Contribution over sequence and training", h("div", { class: "mmv-pair" },
    h("div", { class: "mmv-scale", "aria-hidden": "true" }, high, low), along.node, during.node));
  let range = [0, 0];
  function draw({ sample, epoch, time }, changed) {
    if (changed("sample")) {
      range = [0, 0];
      for (let e = 0; e < E; e++)
        for (const v of frame.part("contribution", e, sample)) range = [Math.min(range[0], v || 0), Math.max(range[1], v || 0)];
      [low, high].forEach((span, i) => (span.textContent = signed(range[i], frame.digits)));
    }
    const now = frame.part("contribution", epoch, sample);
    along.draw((m, t) => now[t * M + m], T, time, range);
    along.say(`, ${epochName(frame, epoch).split(" of ")[0]}`, moment(frame, sample, 0).split(" of ")[0], moment(frame, sample, T - 1).split(" of ")[0]);
    during.draw((m, e) => frame.part("contribution", e, sample, time)[m], E, epoch, range);
    during.say(`, at ${moment(frame, sample, time).split(" of ")[0]}`, `epoch ${frame.epochs[0]}`, String(frame.epochs[E - 1]));
  }
  return { node, draw };
}
