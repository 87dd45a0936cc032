"""The engine of the page in a browser under a strict Content-Security-Policy: in a worker with WebAssembly, and what it falls back to without."""

import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from mmkernels.wasm import MODULE_PATH

import mmviz as mm
from mmviz.core.subsets import membership
from mmviz.models.batch import batch_of
from mmviz.recording.coalitions import recorded_predictions

BUNDLE = Path(__file__).parents[2] / "mmviz" / "widgets" / "bundle" / "engine.js"
START = """
window.started = (async () => {
  const { header, blob, wasm, script, members } = JSON.parse(document.getElementById("data").textContent);
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const all = bytes(blob), parts = { graph: header.graph, weights: mmvizEngine.weightsOf(header, all), wasm: bytes(wasm), script };
  const engine = await mmvizEngine.startEngine(parts);
  const request = { ...mmvizEngine.sampleOf(header, all, 0), members: Uint8Array.from(members.flat()), interventions: [], wants: { states: true } };
  const prediction = await engine.predict(request);
  return { kind: engine.kind, thread: engine.thread, reason: engine.reason, predictions: [...prediction.predictions].map(String) };
})();
"""


def _digest(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.fixture(scope="module")
def exported(toy, toy_run):
    return mm.recording.export_model(toy_run, toy["test"], samples=[0])


@pytest.mark.parametrize(
    ("extra", "kind", "thread"),
    [
        ("'wasm-unsafe-eval'; worker-src blob:", "wasm", "worker"),
        ("'wasm-unsafe-eval'", "wasm", "page"),
        ("", "js", "page"),
    ],
    ids=["all allowed", "no worker", "neither"],
)
def test_the_engine_predicts_under_the_policy_of_a_page(
    open_page, tmp_path, toy, toy_run, exported, extra, kind, thread
):
    members = membership(3)
    engine = BUNDLE.read_text(encoding="utf-8") + ";globalThis.mmvizEngine = mmvizEngine;"
    data = {
        "header": exported.header(),
        "blob": base64.b64encode(exported.blob()).decode(),
        "wasm": base64.b64encode(MODULE_PATH.read_bytes()).decode(),
        "script": BUNDLE.read_text(encoding="utf-8"),
        "members": members.astype(int).tolist(),
    }
    policy = f"default-src 'none'; script-src {_digest(engine)} {_digest(START)} {extra}"
    text = json.dumps(data).replace("<", "\\u003c")
    (tmp_path / "engine.html").write_text(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<script type="application/json" id="data">{text}</script><script>{engine}</script><script>{START}</script>',
        encoding="utf-8",
    )
    page = open_page()
    page.goto((tmp_path / "engine.html").as_uri())
    found = page.evaluate("window.started")
    assert (found["kind"], found["thread"]) == (kind, thread), found["reason"]
    assert bool(found["reason"]) == ((kind, thread) != ("wasm", "worker"))
    want = recorded_predictions(toy_run.model, batch_of(toy["test"], [0]), members, every_step=True)[0]
    np.testing.assert_allclose(np.array(found["predictions"], float).reshape(want.shape), want, rtol=0, atol=1e-5)
    assert page.external == []
