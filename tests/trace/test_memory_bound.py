"""The benchmark of memory runs, in small: every stage within its bar, the work really done."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[1] / "bars" / "memory.py"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no peak of resident memory to ask for")
def test_every_stage_stays_within_its_bar(tmp_path):
    out = tmp_path / "memory.json"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--quick", "--folder", str(tmp_path), "--out", str(out)],
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())
    assert list(found["stages"]) == ["write", "train", "record", "analyse"]
    for name, stage in found["stages"].items():
        assert stage["met"], f"{name}: {stage['peak_bytes'] / 1e9:.2f} GB"
    assert found["stages"]["train"]["status"] == "finished"
    assert np.isfinite(list(found["stages"]["analyse"]["means"].values())).all()
    assert [p.name for p in tmp_path.iterdir()] == ["memory.json"]


def test_the_stored_figures_are_of_the_full_size_and_met():
    stored = json.loads(SCRIPT.with_suffix(".json").read_text())
    assert not stored["quick"]
    assert stored["sizes"]["train"] == 16326
    assert stored["sizes"]["samples"] == 100_000
    assert stored["stages"]["train"]["peak_bytes"] <= 3e9
    assert stored["stages"]["record"]["bytes_in_memory"] > stored["stages"]["record"]["bar_bytes"]
