"""Edits made by the page equal those of mmviz.recording, frame by frame; needs Node.js."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mmviz.core.errors import ConfigError
from mmviz.recording.counter_noise import counter_normal
from mmviz.recording.what_if_edits import edited

PAGE = Path(__file__).parents[2] / "mmviz" / "widgets" / "page"
_RUN = """
const { editedFrames } = await import(%s), { counterNormal } = await import(%s);
const { samples, names, std, cases, draws } = JSON.parse(await new Response(process.stdin).text());
const input = (one) => ({ values: one.values.map((v) => Float32Array.from(v)), valid: one.valid.map((v) => Uint8Array.from(v)) });
const made = cases.map(([own, edits, masked]) => {
  try {
    const { values, valid } = editedFrames(input(samples[own]), names, edits, masked, std, (k) => input(samples[k]));
    return { values: values.map((v) => [...v]), valid: valid.map((v) => [...v]) };
  } catch (error) { return { error: error.message }; }
});
process.stdout.write(JSON.stringify({ made, drawn: draws.map((one) => [...counterNormal(...one)]) }));
"""
_CASES = [
    (3, {}),
    (3, {"m2": {"delay": 5}}),
    (3, {"m2": {"delay": -9}, "m1": {"delay": 99}}),
    (4, {"m1": {"noise": 0.35, "seed": 4294967295}, "m3": {"noise": 2.0, "seed": 0}}),
    (4, {"m1": {"amplitude": 1.3}, "m2": {"amplitude": 0.0}, "m3": {"amplitude": 0.1, "noise": 0.1, "seed": 3}}),
    (5, {"m3": {"swap": 2, "delay": 2, "amplitude": 2.5, "noise": 0.05, "seed": 9, "window": [3, 8]}}),
    (5, {"m1": {"window": [0, 0]}, "m2": {"window": [20, 23]}, "m3": {"mask": True}}),
    (0, {"m1": {"delay": 1}}),  # m1 is absent from sample 0
    (0, {"m1": {"noise": 1.0, "swap": 4}}),
]


@pytest.fixture(scope="module")
def part(toy):
    """Samples with an absent modality, an early end and a hole."""
    part = toy["test"].take(np.arange(6))
    part.valid["m1"][0] = False
    part.valid["m2"][:, 18:] = False
    part.valid["m3"][4, 5:9] = False
    return part


@pytest.fixture(scope="module")
def page(toy, part):
    if shutil.which("node") is None:
        reason = "Node.js is not on PATH"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    names = list(toy.spec.names)
    given = {
        "names": names,
        "std": [np.asarray(m.std, np.float64).tolist() for m in toy.spec.modalities],
        "samples": [
            {key: [getattr(part, field)[n][k].ravel().tolist() for n in names] for key, field in (("values", "inputs"), ("valid", "valid"))}
            for k in range(len(part))
        ],
        "cases": [
            [k, {n: {kind: v for kind, v in e.items() if kind != "mask"} for n, e in edits.items()}, [n for n, e in edits.items() if e.get("mask")]]
            for k, edits in _CASES
        ],
        "draws": [[0, 0, 50], [7, 1, 50], [2**32 - 1, 11, 50]],
    }  # fmt: skip
    paths = tuple(json.dumps((PAGE / name).as_uri()) for name in ("what_if_edits.js", "counter_noise.js"))
    done = subprocess.run(["node", "--input-type=module", "-e", _RUN % paths], input=json.dumps(given), capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("case", range(len(_CASES)), ids=[str(edits)[:70] for _, edits in _CASES])
def test_the_page_edits_frames_as_python_does(toy, part, page, case):
    row, edits = _CASES[case]
    by_id = {n: e | ({"swap": str(part.ids[e["swap"]])} if "swap" in e else {}) for n, e in edits.items()}
    if row == 0 and "swap" not in edits["m1"]:
        with pytest.raises(ConfigError, match="has no recorded step"):
            edited(part, row, by_id, spec=toy.spec)
        assert "which has no recorded frame in this sample" in page["made"][case]["error"]
        return
    one = edited(part, row, by_id, spec=toy.spec)
    assert "error" not in page["made"][case]
    for m, name in enumerate(toy.spec.names):
        valid = np.array(page["made"][case]["valid"][m], bool)
        values = np.array(page["made"][case]["values"][m], np.float32).reshape(one.inputs[name][0].shape)
        np.testing.assert_array_equal(valid, one.valid[name][0])
        np.testing.assert_allclose(values, one.inputs[name][0], rtol=3e-7, atol=1e-7)


def test_the_noise_of_the_page_equals_that_of_python(page):
    for drawn, given in zip(page["drawn"], [(0, 0), (7, 1), (2**32 - 1, 11)], strict=True):
        np.testing.assert_allclose(drawn, counter_normal(*given, 50), rtol=1e-12, atol=1e-14)


def test_a_cell_of_the_csv_is_quoted_and_a_text_never_begins_a_formula():
    if shutil.which("node") is None:
        pytest.skip("Node.js is not on PATH")
    path = json.dumps((PAGE / "counterfactuals.js").as_uri())
    run = f"globalThis.LOOKS = {{ glyphs: [], dashes: [] }}; const {{ cell }} = await import({path}); process.stdout.write(JSON.stringify(['=1+1', '@x', 'a\"b', -1.5, 'm1 later'].map(cell)));"
    done = subprocess.run(["node", "--input-type=module", "-e", run], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ['"\'=1+1"', '"\'@x"', '"a""b"', '"-1.5"', '"m1 later"']
