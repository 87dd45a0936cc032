"""The view in a page whose kernel is the test, which reads the requests and sends results."""

import base64
import json

import numpy as np

from mmviz.widgets import Explorer, html_page
from mmviz.widgets.serialize import pack_edited

_HOST = """
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const given = JSON.parse(document.getElementById("given").textContent), heard = {}, state = { ...given.state };
state.data = { meta: given.meta, body: bytesOf(given.body) };
const tell = (key) => (heard[`change:${key}`] ?? []).forEach((listener) => listener());
const model = {
  get: (key) => state[key],
  set(key, value) { state[key] = value; tell(key); },
  save_changes() { window.requests.push(structuredClone(state.selection)); },
  on: (event, listener) => (heard[event] ??= []).push(listener),
  off: (event, listener) => (heard[event] = (heard[event] ?? []).filter((other) => other !== listener)),
};
window.requests = [];
window.send = (key, value) => { model.set(key, value.body ? { ...value, body: bytesOf(value.body) } : value); };
const slow = Blob.prototype.stream;
// delay the reading of a result: window.hold(), window.free() for later ones, window.release()
let held = null, gate = null;
window.hold = () => { gate = new Promise((open) => (held = open)); };
window.free = () => { gate = null; };
window.release = () => held();
Blob.prototype.stream = function () {
  const whole = slow.call(this);
  if (!gate) return whole;
  const wait = gate;
  return whole.pipeThrough(new TransformStream({ start: () => wait }));
};
const begin = () => mmviz.render({ model, el: document.querySelector("main") });
// the same model in a new view, as after a reload of the page
window.again = async () => { document.querySelector("main").textContent = ""; await begin(); };
await begin();
"""
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>live</title><style>{style}</style></head>
<body><main></main><script type="application/json" id="given">{given}</script><script type="module">{script}</script></body></html>"""


def editor(names, *, text=(), work=None, reasons=None):
    """Return a callable in place of a model; it offers edits of text for the named modalities, and none of hidden states where ``reasons`` has one."""

    def asked(sample, epoch, edits):
        return work(sample, epoch, edits)

    kinds = ("mask", "delay", "amplitude", "noise", "seed", "swap", "window", "state", "cut", "step")
    asked.offers = {name: (*kinds, "text") if name in text else kinds for name in names}
    asked.reasons = reasons or {}
    for name in asked.reasons:
        asked.offers[name] = tuple(kind for kind in asked.offers[name] if kind not in ("state", "cut", "step"))
    return asked


def open_live(page, frame, folder, *, selection=None, text=(), state=None, reasons=None):
    """Open the view with what-if edits; ``page.explorer`` is its Python side."""
    names = [str(name) for name in frame["modality"].values]
    explorer = Explorer(
        frame=frame, what_if=editor(names, text=text, work=lambda *_: {}, reasons=reasons), selection=selection
    )
    explorer._worker.close()  # the test sends the results
    held = {
        "selection": explorer.selection,
        "edit_options": explorer.edit_options,
        "message": "",
        "what_if_result": {},
        "what_if_error": {},
        "level": 1,
    }
    given = {
        "meta": explorer.data["meta"],
        "body": base64.b64encode(explorer.data["body"]).decode(),
        "state": held | (state or {}),
    }
    text_of = json.dumps(given).replace("<", "\\u003c")
    style = html_page.style("style.css") + html_page.style("standalone.css")
    html = _PAGE.format(style=style, given=text_of, script=html_page.script() + _HOST)
    path = folder / "live.html"
    path.write_text(html, encoding="utf-8")
    page.goto(path.as_uri())
    page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)
    page.explorer, page.frame_shown = explorer, frame
    return page


def what_if_result(frame, asked, seq, *, share=0.5):
    """Return the result of a request: the recorded sample with its contributions times ``share``, its states turned round in time."""
    return {"seq": seq, "request": asked, **sent(pack_edited(edited_sample(frame, asked, share=share)))}


def edited_sample(frame, asked, *, share=0.5):
    """Return the frame of the edited sample that :func:`what_if_result` sends."""
    one = frame.isel(epoch=[asked["epoch"]], recorded_sample=[asked["sample"]])
    names = [
        "prediction",
        "phi",
        "baseline",
        "game",
        "state_valid",
        "state",
        "routing",
        "plan",
        "cost",
        "distance",
        "estimated_lag",
    ]
    names += [f"{kind}_{name}" for kind in ("signal", "signal_valid") for name in map(str, frame["modality"].values)]
    out = one[[name for name in names if name in one]].copy(deep=True)
    out["phi"] = out["phi"] * np.float32(share)
    full = out["baseline"] + out["phi"].sum("modality")
    column = 0 if frame.attrs["task"] == "regression" else int(one["target"].values[0])
    out["prediction"][..., column] = full.values
    if "state" in out:
        out["state"].values[:] = out["state"].values[..., ::-1]
    return out


def deliver(page, asked, seq, **kind):
    """Send a result to the page."""
    page.evaluate(
        "(value) => window.send('what_if_result', value)", what_if_result(page.frame_shown, asked, seq, **kind)
    )


def selected_request(page):
    """Return the request of the view's last selection."""
    page.wait_for_function("window.requests.length > 0")
    selection = page.evaluate("window.requests.at(-1)")
    return {key: selection[key] for key in ("sample", "epoch", "masked", "edits")}


def sent(packed):
    return {"meta": packed["meta"], "body": base64.b64encode(packed["body"]).decode()}
