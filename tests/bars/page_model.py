"""Times of a saved page with the model in it, in headless Chromium at 1366 x 768: the page's rows of ``make bench-views``.

A time runs from the event to the task after the frame that shows its effect, by the page's own clock (page_times.js), so it contains the wait for
the display's next frame. Redrawing is measured without that wait. Counts per repeat (layouts, style recalculations, milliseconds of script, style
and layout) come from the browser; another process on the machine does not change the counts.
"""

import base64
import json
import tempfile
from pathlib import Path

import numpy as np
from chromium import open_page
from mmkernels.wasm import MODULE_PATH

import mmviz as mm

HERE = Path(__file__).parent
VIEWPORT = {"width": 1366, "height": 768}
COUNTS = {"layouts": "LayoutCount", "styles": "RecalcStyleCount"}
MILLISECONDS = {"script_ms": "ScriptDuration", "style_ms": "RecalcStyleDuration", "layout_ms": "LayoutDuration", "task_ms": "TaskDuration"}  # fmt: skip
ENGINE = """async ([text, repeats]) => {
  const { header, blob, wasm, script } = JSON.parse(text), bytes = (one) => Uint8Array.from(atob(one), (c) => c.charCodeAt(0)), all = bytes(blob), M = header.graph.modalities;
  const { startEngine, weightsOf, sampleOf } = mmvizEngine, engine = await startEngine({ graph: header.graph, weights: weightsOf(header, all), wasm: bytes(wasm), script });
  const common = { ...sampleOf(header, all, 0), interventions: [] }, subsets = Uint8Array.from({ length: M << M }, (_, i) => (Math.floor(i / M) >> (i % M)) & 1);
  const requests = { engine_full: { ...common, members: new Uint8Array(M).fill(1), wants: { states: true } }, engine_subsets: { ...common, members: subsets, wants: { states: false } } }, times = {};
  for (let i = -5; i < repeats; i++) for (const [key, request] of Object.entries(requests)) {
    const { milliseconds } = await engine.predict(request);
    if (i >= 0) (times[key] ??= []).push(milliseconds);
    await new Promise((done) => setTimeout(done, 5));
  }
  return { times, kind: engine.kind, thread: engine.thread };
}"""


def study():
    """Return what the page is made of: the watch data, one short training of coupled_mamba, its Trace and its export."""
    ds = mm.data.load("watch", fold=0)
    model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=0)
    run = mm.train.fit(model, ds, epochs=3, progress=False)
    return mm.record(run, ds["test"]), mm.recording.export_model(run, ds["test"])


def engine_times(browser, model, repeats):
    """Return the engine's own milliseconds in its worker: full prediction with states, and all subsets."""
    bundle = (HERE.parents[1] / "mmviz" / "widgets" / "bundle" / "engine.js").read_text(encoding="utf-8")
    encoded = {"blob": model.blob(), "wasm": MODULE_PATH.read_bytes()}
    text = json.dumps({"header": model.header(), "script": bundle, **{k: base64.b64encode(v).decode() for k, v in encoded.items()}})  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, open_page(browser) as page:
        path = Path(folder, "engine.html")
        path.write_text(f"<!doctype html><meta charset=utf-8><script>{bundle};globalThis.mmvizEngine = mmvizEngine</script>")  # fmt: skip
        page.goto(path.as_uri())
        found = page.evaluate(ENGINE, [text, repeats])
    if (found["kind"], found["thread"]) != ("wasm", "worker"):
        raise RuntimeError(f"the engine ran as {found['kind']} in the {found['thread']}, expected wasm in the worker")
    return found["times"]


class Counter:
    """Work of a page's main thread between two calls of :meth:`per`."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)
        self.session.send("Performance.enable")
        self.before = self._read()

    def _read(self):
        return {one["name"]: one["value"] for one in self.session.send("Performance.getMetrics")["metrics"]}

    def per(self, repeats):
        """Return counts and milliseconds of one repeat since the last call."""
        now, before = self._read(), self.before
        self.before = now
        found = {key: round((now[name] - before[name]) / repeats, 2) for key, name in COUNTS.items()}
        return found | {key: round(1000 * (now[name] - before[name]) / repeats, 2) for key, name in MILLISECONDS.items()}  # fmt: skip


def page_times(browser, path, *, names, recorded, samples, repeats=40, only=None):
    """Return (milliseconds of every repeat by row, work per repeat by act) of a saved page.

    Parameters
    ----------
    names
        Modalities.
    recorded, samples
        Numbers of recorded and of all samples.
    only
        Acts to measure; None: all.
    """
    times, work = {}, {}
    with open_page(browser, viewport=VIEWPORT) as page:
        page.add_init_script(path=HERE / "page_times.js")
        page.goto(path.as_uri())
        _settle(page)
        counter = Counter(page)
        page.get_by_role("tab", name="Sample").click()
        unrecorded = samples - recorded
        stride = next(k for k in range(7, unrecorded + 8) if np.gcd(k, unrecorded) == 1)
        last = page.evaluate("Number(document.querySelector('.mmv-time').max)")
        epochs = page.evaluate("Number(document.querySelector('.mmv-epoch').max)")
        acts = {
            "edit": ("edit", {"name": names[-1]}),
            "redraw_compared": ("redraw", {"key": "redraw_compared", "act": {"button": "show as recorded"}}),
            "open": ("open", {"from": recorded, "step": stride, "count": unrecorded}),
            "redraw": (
                "redraw",
                {"key": "redraw", "act": {"label": "Sample", "event": "change", "to": list(range(recorded))}},
            ),
            "redraw_epoch": (
                "redraw",
                {"key": "redraw_epoch", "act": {"label": "Epoch", "to": list(range(epochs + 1))}},
            ),
            "scrub_time": (
                "slide",
                {"label": "Time cursor", "key": "scrub_time", "to": list(range(2, last, 3))},
            ),
            "scrub_epoch": (
                "slide",
                {"label": "Epoch", "key": "scrub_epoch", "to": [*range(epochs), *range(epochs, 0, -1)]},
            ),
        }
        for key, (kind, given) in acts.items():
            if only and key not in only and not (key == "edit" and "redraw_compared" in only):
                continue
            if key == "redraw":  # a recorded sample, as on opening the page
                page.evaluate("(at) => { const node = document.querySelector(\"select[aria-label='Sample']\"); node.value = at; node.dispatchEvent(new Event('change')); }", "1")  # fmt: skip
                page.wait_for_timeout(400)
            counter.per(1)
            times |= page.evaluate("([kind, repeats, given]) => bench.repeat(kind, repeats, given)", [kind, repeats, given])  # fmt: skip
            work[key] = counter.per(repeats + 3)
            if key == "redraw_compared":
                page.evaluate("document.querySelector('button[aria-label=\"Reset all edits\"]').click()")
                page.wait_for_timeout(400)
        for key, shift in (("drag_time", False), ("drag_brush", True)):
            if only and key not in only:
                continue
            counter.per(1)
            times[key] = drags(page, repeats, shift=shift)
            work[key] = counter.per(repeats + 3)
    return times, work


def _settle(page):
    for _ in range(400):
        if "epoch" in (page.locator(".mmv-what-if-status").text_content() or ""):
            page.wait_for_timeout(300)
            return
        page.wait_for_timeout(50)
    raise RuntimeError(f"the model in the page did not start: {page.locator('.mmv-what-if').text_content()}")


def drags(page, repeats, *, shift):
    """Drag a real pointer over the first signal, one step of the time axis at a time; return the times of each move."""
    page.evaluate("scrollTo(0, 0)")
    box = page.locator(".mmv-signal").first.bounding_box()
    steps = page.evaluate("Number(document.querySelector('.mmv-time').max) + 1")
    wide, y = box["width"] / steps, box["y"] + box["height"] / 2
    if shift:
        page.keyboard.down("Shift")
    page.mouse.move(box["x"] + 2.5 * wide, y)
    page.mouse.down()
    page.evaluate("(node) => { window.ended = bench.watch('pointermove', node); }", ".mmv-span" if shift else ".mmv-readout")  # fmt: skip
    for i in range(repeats + 3):
        at = 3 + i if i < steps - 4 else 2 * steps - 6 - i
        page.mouse.move(box["x"] + (at + 0.5) * wide, y)
        page.wait_for_timeout(40)
    times = page.evaluate("window.ended()")
    page.mouse.up()
    if shift:
        page.keyboard.up("Shift")
        page.keyboard.press("Escape")
    return times[3:]


def open_times(browser, path, repeats):
    """Return milliseconds from the start of the navigation to the first full view, each in a new page."""
    times = []
    for _ in range(repeats):
        with open_page(browser, viewport=VIEWPORT) as page:
            page.add_init_script(path=HERE / "page_times.js")
            page.goto(path.as_uri(), wait_until="commit")
            while (found := page.evaluate("bench.opened()")) is None or found != found:
                page.wait_for_timeout(50)
            times.append(found)
    return times
