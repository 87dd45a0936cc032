"""Partial information decomposition of a Trace: predictions whose parts are known, groups, samples that are left out, refusals."""

import itertools

import numpy as np
import pytest
import xarray as xr

from mmviz.analysis import partial_information
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.subsets import membership

AND = np.array(list(itertools.product((0, 1), repeat=2)) * 60)
QUICK = {"permutations": 20, "resamples": 50}


@pytest.fixture
def trace_of(recorded):
    """Return a function: the classes that a model predicts from each coalition, and labels, to a Trace."""

    def build(classes, label, group=None, task="classification"):
        players, n = len(classes).bit_length() - 1, len(label)
        names = [f"m{k}" for k in range(players)]
        prediction = np.eye(3)[np.array(classes)] if task == "classification" else np.array(classes, float)[..., None]
        return xr.DataTree.from_dict(
            {
                "/": xr.Dataset(attrs={**recorded.attrs, "modalities": names, "task": {"kind": task}}),
                "/samples": xr.Dataset(
                    {
                        "target": ("sample", np.array(label)),
                        "group": ("sample", np.full(n, "") if group is None else group),
                    }
                ),
                "/coalitions": xr.Dataset(
                    {
                        "prediction": (("coalition", "sample", "output"), prediction),
                        "members": (("coalition", "modality"), membership(players)),
                        "trained": ("coalition", np.ones(2**players, bool)),
                    },
                    coords={"modality": names},
                ),
            }
        )

    return build


def of(found, modality):
    return found["bits"].sel(modality=modality).values


def test_predictions_of_two_modalities_whose_parts_are_known(trace_of):
    a, b = AND.T
    zero = np.zeros_like(a)
    copies = partial_information(trace_of([zero, a, a, a], a), **QUICK)
    np.testing.assert_allclose(copies["bits"], [[1, 0, 0, 0]] * 2, atol=1e-3)
    alone = partial_information(trace_of([zero, a, b, a], a), **QUICK)
    np.testing.assert_allclose(alone["bits"], [[0, 1, 0, 0], [0, 0, 1, 0]], atol=1e-3)
    xor = partial_information(trace_of([zero, a, b, a ^ b], a ^ b), **QUICK)
    np.testing.assert_allclose(xor["bits"], [[0, 0, 0, 1]] * 2, atol=1e-3)
    both = partial_information(trace_of([zero, a, b, a & b], a & b), **QUICK)
    np.testing.assert_allclose(both["bits"], [[0.3113, 0, 0, 0.5]] * 2, atol=1e-3)
    assert (both["gap"] <= 1.001e-4).all()
    np.testing.assert_allclose(both["information"].sel(source="both"), 0.8113, atol=1e-4)


def test_each_of_three_modalities_is_compared_with_all_others(trace_of):
    a, b = AND.T
    zero = np.zeros_like(a)
    # m0 alone says a, m1 alone says b, m2 says nothing; without m0 the model says b, without m1 a, without m2 a + b
    classes = [zero, a, b, a + b, zero, a, b, a + b]
    found = partial_information(trace_of(classes, a + b), **QUICK)
    np.testing.assert_allclose(of(found, "m0"), [0.5, 0, 0, 1], atol=1e-3)
    np.testing.assert_allclose(of(found, "m1"), [0.5, 0, 0, 1], atol=1e-3)
    np.testing.assert_allclose(of(found, "m2"), [0, 0, 1.5, 0], atol=1e-3)


def test_about_the_prediction_needs_no_label(trace_of):
    a, b = AND.T
    trace = trace_of([a * 0, a, b, a], np.full(len(a), np.nan))
    with pytest.raises(DataError, match="without labels"):
        partial_information(trace, **QUICK)
    found = partial_information(trace, about="prediction", **QUICK)
    np.testing.assert_allclose(of(found, "m0"), [0, 1, 0, 0], atol=1e-3)
    assert found.attrs["about"] == "prediction"


def test_a_regression_is_cut_at_quantiles(trace_of):
    x = np.random.default_rng(0).normal(size=300)
    trace = trace_of([x * 0, x, -x, x], np.exp(x), task="regression")
    found = partial_information(trace, bins=3, **QUICK)
    np.testing.assert_allclose(of(found, "m0"), [np.log2(3), 0, 0, 0], atol=2e-3)
    assert found.attrs["bins"] == 3
    constant = partial_information(trace_of([x * 0] * 4, np.exp(x), task="regression"), **QUICK)
    np.testing.assert_allclose(constant["bits"], 0, atol=1e-9)


def test_samples_that_are_not_finite_are_left_out_and_counted(trace_of):
    a, b = AND.T
    whole = partial_information(trace_of([a * 0, a, b, a], a), **QUICK)
    broken = trace_of([a * 0, a, b, a], a)
    broken["coalitions"]["prediction"][2, :4] = np.nan
    found = partial_information(broken, **QUICK)
    assert whole.attrs["n_samples"] - found.attrs["n_samples"] == 4
    rest = partial_information(trace_of([v[4:] for v in (a * 0, a, b, a)], a[4:]), **QUICK)
    np.testing.assert_array_equal(found["bits"], rest["bits"])
    broken["coalitions"]["prediction"][2] = np.nan
    with pytest.raises(DataError, match="no sample"):
        partial_information(broken, **QUICK)


def test_the_interval_is_over_groups_where_they_are_known(trace_of):
    draw = np.random.default_rng(0)
    a, b = draw.integers(2, size=(2, 240))
    y = np.where(draw.random(240) < 0.2, 1 - a, a)
    found = partial_information(
        trace_of([a * 0, a, b, a], y, group=np.repeat([f"g{k}" for k in range(12)], 20)), **QUICK
    )
    assert found.attrs["interval"] == "95 %, jackknife over groups, 240 samples in 12 groups"
    assert found.attrs["n_groups"] == 12
    low, high = (found[k].sel(modality="m0", part="unique").item() for k in ("low", "high"))
    assert 0 < low < 1 + 0.8 * np.log2(0.8) + 0.2 * np.log2(0.2) < high


def test_unknown_options_one_modality_and_a_trace_without_coalitions_are_refused(trace_of, trace):
    a, b = AND.T
    with pytest.raises(ConfigError, match=r"about='labels'.*label"):
        partial_information(trace, about="labels")
    with pytest.raises(ConfigError, match="bins"):
        partial_information(trace, bins=1)
    with pytest.raises(ConfigError, match="one modality"):
        partial_information(trace_of([a * 0, b], a))
    del trace["coalitions"]
    with pytest.raises(DataError, match="coalitions=True"):
        partial_information(trace)
