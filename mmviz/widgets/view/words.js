// Numbers and the sentence under the controls; the Python side writes the same sentence (words.py).
function fixed(value, digits) {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(digits);
  return (value < 0 && Number(text) !== 0 ? "−" : "") + text;
}
function signed(value, digits) {
  const text = fixed(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}
function argmax(values) {
  let best = -1;
  values.forEach((v, i) => {
    if (Number.isFinite(v) && (best < 0 || v > values[best])) best = i;
  });
  return best;
}

// The moment at the end of step t: everything before it has been heard.
function moment(frame, sample, t) {
  const seconds = frame.duration_s[sample];
  if (seconds === null) return `step ${t + 1} of ${frame.sizes.time}`;
  return `${fixed(((t + 1) / frame.sizes.time) * seconds, 2)} s`;
}
const epochName = (frame, e) => `epoch ${frame.epochs[e]} of ${frame.epochs[frame.epochs.length - 1]}`;

function readout(frame, { sample, epoch, time }) {
  const when = moment(frame, sample, time);
  const answer = frame.part("prediction", epoch, sample, time);
  const target = frame.targets[sample];
  let said;
  if (frame.task === "classification") {
    const best = argmax(answer);
    said = best < 0 ? "no prediction" : `predicts ${frame.outputs[best]} (${fixed(answer[best], frame.digits)})`;
    said += `, true ${frame.outputs[target]}`;
  } else {
    said = `predicts ${fixed(answer[0], frame.digits)}, target ${fixed(target ?? NaN, frame.digits)}`;
  }
  const shares = frame.part("contribution", epoch, sample, time);
  const each = frame.modalities.map((m, i) => `${m.name} ${signed(shares[i], frame.digits)}`);
  const at = frame.duration_s[sample] === null ? when : `t = ${when}`;
  return `${epochName(frame, epoch)}, ${at}: ${said}; ${each.join(", ")}`;
}
