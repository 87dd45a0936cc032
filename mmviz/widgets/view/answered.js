// A frame whose numbers of one sample at one epoch may be those of its edited twin, the answer to the what-if studio.
// recorded: the frame as it was; answer(): the twin that is shown, or null; show(answer, before) changes which.
export function answerable(recorded) {
  let twin = null, hidden = false;
  const duration_s = [...recorded.duration_s], start_s = [...recorded.start_s];
  const answer = () => (hidden ? null : twin);
  const answers = (key) => answer() !== null && Object.hasOwn(twin.leads, key);
  function part(key, ...index) {
    if (!answers(key)) return recorded.part(key, ...index);
    const lead = twin.leads[key], [epoch, sample] = lead === 2 ? index : [twin.epoch, index[0]];
    if (index.length < lead || epoch !== twin.epoch || sample !== twin.sample) return recorded.part(key, ...index);
    return twin.part(key, ...(lead === 2 ? [0, 0] : [0]), ...index.slice(lead));
  }
  function show(next, before) {
    const put = ({ sample }, duration, start) => ([duration_s[sample], start_s[sample]] = [duration, start]);
    if (twin) put(twin, recorded.duration_s[twin.sample], recorded.start_s[twin.sample]);
    [twin, hidden] = [next, before];
    if (answer()) put(twin, twin.duration_s, twin.start_s);
  }
  return { ...recorded, duration_s, start_s, recorded, answer, answers, part, show };
}

// What an edit changes and an answer may lack: the views of these say that they stand as recorded.
export const CHANGED = ["path", "influence", "plan", "channel_index"];
