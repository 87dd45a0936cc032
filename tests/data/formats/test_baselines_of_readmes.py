"""Counts, labels and linear baselines of the verification data's READMEs; `tests/bars/set_baselines.py` prints them all."""

import json
from pathlib import Path

import pytest
from readme_baselines import BASELINES, counts
from shared import SHARED, needs_shared

STORED = Path(__file__).parents[2] / "bars/set_baselines.json"
SLOW = "fsdd"  # a minute: of it, the audio alone is in test_shared_sets.py, and what was stored is looked at below


@needs_shared
@pytest.mark.parametrize("name", [n for n in BASELINES if n != SLOW])
def test_baselines_are_within_one_point_of_the_readme(name):
    found = {(r.protocol, r.seen): r for r in BASELINES[name](SHARED)}
    assert {key: r.ours for key, r in found.items()} == pytest.approx(
        {key: r.readme for key, r in found.items()}, abs=1
    )
    assert all(abs(r.ours - r.readme) < 0.5 for r in found.values() if "MAE" in r.seen)


@needs_shared
def test_counts_and_histograms_are_those_of_the_readmes():
    found = counts(SHARED)
    assert [c.ours for c in found] == [c.readme for c in found]


def test_the_stored_run_has_every_set_and_is_beyond_one_point_for_three_kinds_of_pixels_alone():
    """Which local features of NYU's pixels its README means is not said; ours see more in colour."""
    stored = json.loads(STORED.read_text())
    sets = {"CMU-MOSI", "CMU-MOSI, words", "ICT-MMMO", "UTD-MHAD", "FSDD with MNIST", "MVSA-Single", "NYU Depth V2"}
    assert {r["set"] for r in stored["rows"]} == sets
    far = {(r["set"], r["seen"]) for r in stored["rows"] if abs(r["ours"] - r["readme"]) > 1}
    assert far == {("NYU Depth V2", seen) for seen in ("rgb", "rgb+position", "depth+position")}
    assert all(c["ours"] == c["readme"] for c in stored["counts"])
