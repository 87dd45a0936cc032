// @ts-check
// A view of the Explorer to copy: the magnitude of the hidden state, averaged over modalities and channels, at the time cursor.
// Outside the package: mmviz.widgets.register_view("energy.js"), then Explorer(trace).
// Inside the package: put the file into mmviz/widgets/page/views/, replace the next line by `import` lines, run `npm run build`.
const { register, h, heading, faint, short, moment, rowCount } = mmviz;

register({
  name: "mean state",
  // "side": beside the lanes; "columns": panels in columns; "wide": a panel of full width
  place: "side",
  order: 40,
  // the view is left out where the frame does not hold these arrays
  needs: ["state"],
  // called once for each run that is shown
  mount(root, frame) {
    const value = h("output", { "aria-label": "Mean hidden-state magnitude" }), unit = faint();
    root.append(heading("Mean state"), value, unit);
    // called after every change of the selection
    return ({ sample, epoch, layer, time }) => {
      const { time: steps } = frame.sizes;
      let sum = 0, count = 0;
      frame.modalities.forEach((_, m) => {
        const levels = frame.part("state", epoch, sample, layer, m); // channel by time, 255 stands for the scale of the layer
        const rows = rowCount(frame, layer, m); // the modality may have fewer channels than others
        count += rows;
        for (let c = 0; c < rows; c++) sum += (levels[c * steps + time] / 255) * frame.scale[layer];
      });
      value.textContent = short(sum / count);
      unit.textContent = `mean over modalities and channels at ${moment(frame, sample, time)}`;
    };
  },
});
