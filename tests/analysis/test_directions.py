"""Cosines against a double loop, the plane against its definition, and what a collapse looks like."""

import itertools

import numpy as np
import pytest
import xarray as xr

from mmviz.analysis import directions
from mmviz.errors import DataError


def found_of(vector, names=("audio", "image")):
    samples = [f"s{k}" for k in range(vector.shape[1])]
    return xr.Dataset(
        {"vector": (("modality", "sample", "channel"), vector)}, coords={"modality": list(names), "sample": samples}
    )


@pytest.fixture
def vector():
    return np.random.default_rng(0).normal(size=(2, 7, 5))


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def test_mean_cosines_are_those_of_all_pairs(vector):
    out = directions(found_of(vector))
    for m in range(2):
        pairs = [cosine(vector[m, i], vector[m, j]) for i, j in itertools.permutations(range(7), 2)]
        np.testing.assert_allclose(out["within"][m], np.mean(pairs), rtol=1e-12)
    every = [cosine(a, b) for a in vector[0] for b in vector[1]]
    np.testing.assert_allclose(out["between"][0, 1], np.mean(every), rtol=1e-12)
    assert np.isnan(np.diag(out["between"])).all()


def test_the_plane_holds_more_than_any_other(vector):
    out = directions(found_of(vector))
    unit = (vector / np.linalg.norm(vector, axis=-1, keepdims=True)).reshape(-1, 5)
    around = unit - unit.mean(0)
    held = (out["position"].values ** 2).sum()
    np.testing.assert_allclose(held / (around**2).sum(), out["explained"], rtol=1e-12)
    rng = np.random.default_rng(1)
    for _ in range(20):
        plane, _ = np.linalg.qr(rng.normal(size=(5, 2)))
        assert ((around @ plane) ** 2).sum() <= held + 1e-12


def test_lengths_do_not_count(vector):
    longer = vector * np.random.default_rng(1).uniform(0.1, 10, size=(2, 7, 1))
    xr.testing.assert_allclose(directions(found_of(vector)), directions(found_of(longer)), rtol=1e-10)


def test_one_direction_is_one_point_and_cosine_one():
    out = directions(found_of(np.ones((2, 6, 4)) * np.arange(1, 7)[:, None]))
    np.testing.assert_allclose(out["within"], 1, rtol=1e-12)
    np.testing.assert_allclose(out["position"], 0, atol=1e-12)


def test_what_is_absent_is_blank_and_changes_nothing_else(vector):
    holed = vector.copy()
    holed[1, 3] = np.nan
    out, whole = directions(found_of(holed)), directions(found_of(vector))
    assert np.isnan(out["position"][1, 3]).all()
    assert np.isfinite(out["position"].values).sum() == out["position"].size - 2
    np.testing.assert_allclose(out["within"][0], whole["within"][0], rtol=1e-12)


def test_what_is_no_encoding_is_refused(vector):
    with pytest.raises(DataError, match=r"expected vector .* from mmviz\.trace\.encoded"):
        directions(found_of(vector).rename(vector="code"))
    with pytest.raises(DataError, match="no sample"):
        directions(found_of(vector * np.nan))
