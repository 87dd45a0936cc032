"""Analyses of a combined Trace: a dimension `run` in every result, and mean, interval and agreement over the runs."""

import inspect

import numpy as np
import pytest
import xarray as xr
from scipy import stats

import mmviz as mm
from mmviz import analysis
from mmviz.analysis.per_run import DECORATED, run_marks
from mmviz.core.errors import ConfigError, DataError

CALLS = {
    "coalition_scores": {},
    "imbalance": {"per_epoch": True},
    "influence": {},
    "interactions": {},
    "partial_information": {"about": "prediction", "bins": 2, "permutations": 20, "resamples": 50},
    "prefix_shapley": {"value": "log_likelihood"},
    "shapley": {},
    "shapley_by_class": {},
    "end_to_end": {"target": "true"},
    "faithfulness": {},
    "states": {"channels": 3},
    "trajectories": {"layer": 1},
}


@pytest.fixture(scope="module")
def combined(seed_traces):
    return mm.trace.combine(seed_traces)


@pytest.fixture(scope="module")
def members(combined):
    return mm.trace.runs(combined)


def result(values):
    values = np.asarray(values, dtype=float)
    return xr.Dataset(
        {"phi": (("run", "modality"), values), "kept": ("modality", np.ones(values.shape[1], bool))},
        coords={"run": [f"seed {k}" for k in range(len(values))]},
        attrs={"seed": list(range(len(values))), "by_run": ["seed"], "units": "p"},
    )


def test_every_public_analysis_of_a_trace_is_applied_per_run():
    public = {name: getattr(analysis, name) for name in analysis.__all__}
    takes = {
        name: set(inspect.signature(f).parameters)
        for name, f in public.items()
        if inspect.isfunction(f) and {"trace", "traces", "tree"} & set(inspect.signature(f).parameters)
    }
    of_one = {name for name, parameters in takes.items() if "traces" not in parameters}
    assert of_one >= {*CALLS, "routing", "transport"}
    assert of_one - DECORATED == set()
    assert set(takes) - of_one == {"alignment", "training"}  # several Traces already; marked by run_marks


@pytest.mark.parametrize("name", CALLS)
def test_the_result_of_a_combined_trace_holds_the_result_of_every_run(name, combined, members):
    call = getattr(analysis, name)
    found = call(combined, **CALLS[name])
    assert found["run"].values.tolist() == ["seed 0", "seed 1", "seed 2"]
    for variable in found.data_vars.values():
        assert variable.dtype.kind != "f" or variable.dims[0] == "run", variable.name
    for run, member in members.items():
        assert analysis.select_run(found, run).identical(call(member, **CALLS[name])), run


def test_training_and_alignment_take_a_combined_trace_as_several_runs(combined, members):
    curves = analysis.training(combined)
    expected = analysis.training(members)
    np.testing.assert_array_equal(curves["valid_loss"], expected["valid_loss"])
    assert curves["run"].values.tolist() == list(members)
    assert run_marks(members) == {}
    one = analysis.select_run(curves, "seed 1")
    np.testing.assert_array_equal(one["valid_loss"].values[0], expected["valid_loss"].values[1])
    named = analysis.training({"joint": combined, "other": members["seed 0"]})
    assert named["run"].values.tolist() == ["joint, seed 0", "joint, seed 1", "joint, seed 2", "other"]


def test_epochs_are_those_of_any_run_and_nothing_is_interpolated(combined, members):
    found = analysis.prefix_shapley(combined)
    assert found["epoch"].values.tolist() == [0, 1, 2, 3]
    last = [e in members["seed 2"]["states"]["epoch"].values for e in range(4)]
    assert last != [True] * 4
    assert found["epoch_recorded"].values.tolist() == [[True] * 4, [True] * 4, last]
    known = found["phi"].notnull().all(("recorded_sample", "time", "modality"))
    np.testing.assert_array_equal(known, found["epoch_recorded"])
    mean = analysis.over_runs(found)["phi"].sel(statistic="mean")
    assert mean.notnull().all(("recorded_sample", "time", "modality")).values.tolist() == last


def test_best_epoch_is_kept_per_run(combined, members):
    found = analysis.states(combined)
    assert found["best_epoch"].values.tolist() == [m.attrs["best_epoch"] for m in members.values()]


def test_over_runs_returns_students_interval_of_scipy_and_the_count():
    values = np.random.default_rng(0).normal(0.3, 0.5, size=(5, 4))
    found = analysis.over_runs(result(values))
    np.testing.assert_allclose(found["phi"].sel(statistic="mean"), values.mean(0), rtol=1e-14)
    low, high = stats.t.interval(0.95, 4, values.mean(0), stats.sem(values))
    np.testing.assert_allclose(found["phi"].sel(statistic="low"), low, rtol=1e-12)
    np.testing.assert_allclose(found["phi"].sel(statistic="high"), high, rtol=1e-12)
    assert (found["phi"].sel(statistic="count") == 5).all()
    same = (np.sign(values) == np.sign(values.mean(0))).mean(0)
    np.testing.assert_allclose(found["phi"].sel(statistic="agreement"), same)
    assert found.attrs["n_runs"] == 5
    assert found.attrs["interval"].startswith("95 % of the mean over 5 seeds, Student's t")
    assert "seed" not in found.attrs
    assert found["kept"].dims == ("modality",)


def test_over_runs_of_one_run_has_no_interval_and_of_two_runs_the_wide_one():
    one = analysis.over_runs(result([[1.0, -2.0]]))["phi"]
    assert one.sel(statistic="mean").values.tolist() == [1.0, -2.0]
    assert one.sel(statistic=["low", "high"]).isnull().all()
    assert analysis.over_runs(result([[1.0, -2.0]])).attrs["interval"] == "one seed, so no interval"
    two = analysis.over_runs(result([[1.0, 0.0], [2.0, 0.0]]))["phi"]
    half = stats.t.ppf(0.975, 1) * 0.5
    np.testing.assert_allclose(two.isel(modality=0).values[:3], [1.5, 1.5 - half, 1.5 + half])


def test_over_runs_is_nan_where_a_run_has_no_value_and_counts_the_others():
    found = analysis.over_runs(result([[1.0, 1.0], [np.nan, 3.0], [2.0, 2.0]]))["phi"]
    assert found.sel(statistic=["mean", "low", "high", "agreement"]).isel(modality=0).isnull().all()
    assert found.sel(statistic="count").values.tolist() == [2, 3]


def test_sign_agreement_is_the_share_of_runs_with_the_sign_of_the_mean():
    cells = [
        [1.0, 3.0, 2.0],
        [-1.0, 2.0, 2.0],
        [0.0, 0.0, 0.0],
        [2.0, 0.0, 1.0],
        [-3.0, -1.0, 2.0],
        [-1.0, np.nan, -2.0],
    ]
    values = xr.DataArray(np.transpose(cells), dims=("run", "cell"))
    np.testing.assert_allclose(analysis.sign_agreement(values), [1, 2 / 3, np.nan, 2 / 3, 2 / 3, np.nan])


def test_map_agreement_is_the_mean_rank_correlation_over_the_pairs_of_runs():
    maps = np.random.default_rng(1).normal(size=(3, 2, 4, 5))
    maps[:, 1, 0, 0] = np.nan
    found = analysis.map_agreement(xr.DataArray(maps, dims=("run", "sample", "a", "b")), ("a", "b"))
    assert found.dims == ("sample",)
    for k in range(2):
        flat = maps[:, k].reshape(3, -1)
        flat = flat[:, np.isfinite(flat).all(0)]
        pairs = [stats.spearmanr(flat[a], flat[b]).statistic for a, b in ((0, 1), (0, 2), (1, 2))]
        assert float(found[k]) == pytest.approx(np.mean(pairs), abs=1e-12)
    assert analysis.map_agreement(xr.DataArray(maps[:1], dims=("run", "sample", "a", "b")), ("a", "b")).isnull().all()
    assert analysis.map_agreement(xr.DataArray(np.ones((2, 4)), dims=("run", "a")), ("a",)).isnull()


def test_over_runs_and_select_run_refuse_what_is_not_there(combined):
    with pytest.raises(DataError, match=r"expected a result with dimension 'run'"):
        analysis.over_runs(xr.Dataset({"x": ("sample", [1.0])}))
    with pytest.raises(DataError, match="no dimension 'run'"):
        analysis.select_run(xr.Dataset({"x": ("sample", [1.0])}), 0)
    found = analysis.shapley(combined)
    with pytest.raises(ConfigError, match=r"run='seed 4' \(did you mean 'seed \d'\?\); give one of seed 0"):
        analysis.select_run(found, "seed 4")
    with pytest.raises(ConfigError, match="run=3"):
        analysis.select_run(found, 3)


def test_results_of_runs_with_other_options_are_refused(seed_traces):
    other = seed_traces[1].copy()
    fewer = other["influence"].to_dataset().isel(layer=[0])
    other["influence"] = xr.DataTree(fewer)
    with pytest.raises(DataError, match=r"influence: the result of run 'seed 1' has the sizes"):
        analysis.influence(mm.trace.combine([seed_traces[0], other]))


def test_the_interval_over_seeds_covers_the_mean_in_95_percent_of_simulated_studies():
    rng = np.random.default_rng(2)
    for n in (2, 5):
        values = rng.normal(0.2, 1.0, size=(n, 4000))
        found = analysis.over_runs(result(values))["phi"]
        covered = (found.sel(statistic="low") <= 0.2) & (found.sel(statistic="high") >= 0.2)
        assert 0.935 < float(covered.mean()) < 0.965
