// Added to a page before its own scripts: times from an event to the task after the frame that shows its effect, by the page's own clock.
(() => {
  const request = window.requestAnimationFrame.bind(window), tasks = new MessageChannel(), after = [];
  let inFrame = false, first = 0;
  tasks.port1.onmessage = () => {
    inFrame = false;
    for (const done of after.splice(0)) done(performance.now());
  };
  window.requestAnimationFrame = (act) => request((time) => {
    if (!inFrame) tasks.port2.postMessage(0); // handled after this frame's style, layout and paint
    inFrame = true;
    act(time);
  });
  /** Resolves with the time after the frame that shows the document as it is now. */
  const painted = () => new Promise((done) => {
    after.push(done);
    if (!inFrame) {
      const waiting = after.splice(0);
      window.requestAnimationFrame(() => after.push(...waiting));
    }
  });
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const sentence = () => document.querySelector(".mmv-readout");
  const status = () => document.querySelector(".mmv-what-if-status");
  /** Resolves with the time after the frame that shows what `fits`, looked at whenever the text of the node changes; NaN after three seconds. */
  const shown = (node, fits) => new Promise((done) => {
    const observer = new MutationObserver(() => fits(node.textContent) && (end(), painted().then(done)));
    const end = () => (observer.disconnect(), clearTimeout(late)), late = setTimeout(() => (end(), done(NaN)), 3000);
    observer.observe(node, { childList: true, characterData: true, subtree: true });
  });
  const input = (node, value, type = "input") => {
    node.value = String(value);
    node.dispatchEvent(new Event(type, { bubbles: true }));
  };
  /** Acts: each begins one repeat and resolves with the times of what it watches. */
  const acts = {
    async edit(i, { name }) {
      const node = document.querySelector(`input[aria-label='Amplitude of ${name}, as a factor']`), start = performance.now();
      const prediction = shown(status(), (text) => text.includes("computed in the page in")), all = shown(status(), (text) => text.includes("all subsets in"));
      input(node, 1.05 + (i % 18) * 0.05);
      return { edit_prediction: await prediction - start, edit_all: await all - start };
    },
    async open(i, { from, step, count }) {
      const start = performance.now(), all = shown(sentence(), () => true), strip = shown(document.querySelector(".mmv-strip-run"), () => true);
      input(document.querySelector("select[aria-label='Sample']"), from + ((i * step) % count), "change");
      return { open_prediction: await strip - start, open_sample: await all - start };
    },
    async slide(i, { label, key, to }) {
      const node = document.querySelector(`input[aria-label="${label}"]`), start = performance.now(), seen = shown(sentence(), () => true);
      input(node, to[i % to.length]);
      return { [key]: await seen - start };
    },
    // drawing alone: the act happens in a frame callback, so that nothing waits for the next frame
    redraw: (i, { key, act }) => new Promise((done) => request(() => {
      const start = performance.now();
      inFrame = true;
      tasks.port2.postMessage(0);
      after.push((end) => done({ [key]: end - start }));
      if (act.label) input(document.querySelector(`[aria-label="${act.label}"]`), act.to[i % act.to.length], act.event);
      else [...document.querySelectorAll("button")].find((one) => one.textContent === act.button).click();
    })),
  };
  window.bench = {
    painted, pause,
    /** Repeat an act; the first repeats are left out. */
    async repeat(kind, repeats, given, dropped = 3) {
      const found = {};
      for (let i = 0; i < repeats + dropped; i++) {
        const times = await acts[kind](i, given);
        if (i >= dropped) for (const [key, ms] of Object.entries(times)) (found[key] ??= []).push(ms);
        await pause(45 + (i * 7) % 17); // every phase of the display's clock
      }
      return found;
    },
    /** Begin to measure each event until the frame that shows the text that it changes; the function that is returned ends it, with all times. */
    watch(type, selector) {
      const times = [], begin = () => {
        const start = performance.now();
        shown(document.querySelector(selector), () => true).then((end) => times.push(end - start));
      };
      addEventListener(type, begin, { capture: true });
      return () => (removeEventListener(type, begin, { capture: true }), times);
    },
    /** Milliseconds from the start of the navigation to the first full view; NaN: not yet. */
    opened: () => first || NaN,
  };
  new MutationObserver((_, observer) => {
    if (first || !sentence()?.textContent) return;
    first = NaN;
    observer.disconnect();
    painted().then((end) => (first = end));
  }).observe(document, { childList: true, subtree: true });
})();
