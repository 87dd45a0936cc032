"""The benchmark of whole trainings: its peer computes what ours computes, and the lower ratio is judged."""

import epoch
import numpy as np
import pytest

import mmviz as mm


def test_the_peer_on_transformers_computes_the_same_with_padding():
    pytest.importorskip("transformers")
    pytest.importorskip("mambapy")
    rng = np.random.default_rng(0)
    inputs = {m: rng.standard_normal((16, 12, 3), np.float32) for m in "abc"}
    lengths = {m: rng.integers(4, 13, 16) for m in "abc"}
    ds = mm.data.from_arrays(
        inputs, rng.normal(size=16), lengths=lengths, task="regression", split={"train": 0.8, "valid": 0.2}
    )
    assert 0 < epoch.error_of(ds) <= epoch.TOLERANCE


def test_the_lower_of_the_two_ratios_is_judged():
    ours, peer = ("watch", "ours"), ("watch", "MulT")
    (found,) = epoch.verdicts({ours: [1.0, 1.2, 1.4], peer: [3.3, 3.6, 9.0]})
    assert (found["ratio"], found["met"]) == (pytest.approx(3.0), True)
    (found,) = epoch.verdicts({ours: [1.0, 1.2, 1.4], peer: [2.9, 3.6, 9.0]})
    assert (found["ratio"], found["met"]) == (pytest.approx(2.9), False)


def test_the_rest_is_what_neither_products_nor_scan_took():
    profiled = {"profile": {"seconds": 2.0, "products": 1.0, "scan": 0.6}}
    assert epoch.shares_of(profiled) == pytest.approx({"products": 50, "scan": 30, "rest": 20})
