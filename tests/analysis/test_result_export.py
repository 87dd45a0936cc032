"""Results leave as shap, shapiq, pandas and CSV: compared with the libraries' own results on the same game."""

import inspect
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mmviz as mm
from mmviz import analysis
from mmviz.analysis.game import explained_target, game_of, value_function
from mmviz.analysis.per_run import DECORATED
from mmviz.core.errors import ConfigError, DataError, MissingDependencyError

shap = pytest.importorskip("shap", reason="shap is not installed: pip install -e '.[explain]'")
shapiq = pytest.importorskip("shapiq", reason="shapiq is not installed: pip install -e '.[dev]'")


@pytest.fixture(scope="module")
def phi(recorded):
    return analysis.shapley(recorded)


@pytest.fixture(scope="module")
def found(recorded):
    return analysis.interactions(recorded)


@pytest.fixture(scope="module")
def games(recorded):
    """The coalition values of every sample, from the Trace: (sample, coalition)."""
    v = value_function(recorded, None)
    group = recorded["coalitions"].to_dataset()
    return game_of(group["prediction"], explained_target(recorded, v), v).transpose("sample", "coalition").values


@pytest.fixture(scope="module")
def combined(seed_traces):
    return mm.trace.combine(seed_traces)


def look_up(game):
    return lambda masks: game[(np.asarray(masks) > 0.5) @ (1 << np.arange(np.shape(masks)[1]))]


def exact(game, index, order):
    players = len(game).bit_length() - 1
    return shapiq.ExactComputer(look_up(game), n_players=players)(index, order)


def assert_same(ours, theirs):
    assert (ours.index, ours.min_order, ours.max_order, ours.n_players) == (
        theirs.index,
        theirs.min_order,
        theirs.max_order,
        theirs.n_players,
    )
    assert ours.interactions.keys() == theirs.interactions.keys()
    for subset, value in theirs.interactions.items():
        assert abs(ours.interactions[subset] - value) <= 1e-8, subset
    assert abs(ours.baseline_value - theirs.baseline_value) <= 1e-8
    assert ours.estimated == theirs.estimated


def test_to_shap_equals_the_exact_explainer_of_shap_on_the_same_game(phi, games):
    explanation = phi.mmviz.to_shap()
    assert isinstance(explanation, shap.Explanation)
    for row in (0, 3, 7):
        explain = shap.explainers.Exact(look_up(games[row]), lambda mask, x: (np.atleast_2d(mask * x),))
        theirs = explain(np.ones((1, games.shape[1].bit_length() - 1)), silent=True)
        np.testing.assert_allclose(explanation[row].values, theirs.values[0], atol=1e-8)
        np.testing.assert_allclose(explanation[row].base_values, theirs.base_values[0], atol=1e-8)
    assert list(explanation.feature_names) == phi["modality"].values.tolist()
    assert list(explanation.instance_names) == phi["sample_id"].values.tolist()


def test_bar_beeswarm_and_waterfall_of_shap_draw_the_explanation(phi, combined):
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    explanation = phi.mmviz.to_shap()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bar = shap.plots.bar(explanation, show=False)
        mean = np.abs(explanation.values).mean(0)
        np.testing.assert_allclose(sorted(p.get_width() for p in bar.patches)[-len(mean) :], sorted(mean))
        labels = {text.get_text() for text in bar.get_yticklabels()}
        assert labels >= set(phi["modality"].values.tolist())
        plt.figure()
        assert shap.plots.beeswarm(explanation, show=False).collections
        plt.figure()
        coloured = phi.mmviz.to_shap(data=np.random.default_rng(0).random(explanation.values.shape))
        assert shap.plots.beeswarm(coloured, show=False).collections
        plt.figure()
        one = phi.isel(sample=0).mmviz.to_shap()
        shap.plots.waterfall(one, show=False)
        labels = {text.get_text() for axes in plt.gcf().axes for text in axes.get_yticklabels()}
        assert labels >= set(phi["modality"].values.tolist())
        plt.figure()
        assert shap.plots.bar(analysis.shapley(combined).mmviz.to_shap(), show=False).patches
    plt.close("all")


def test_to_shap_of_one_sample_is_that_row(phi):
    one, all_ = phi.isel(sample=4).mmviz.to_shap(), phi.mmviz.to_shap()
    np.testing.assert_array_equal(one.values, all_[4].values)
    assert one.base_values == all_[4].base_values


def test_to_shap_of_windows_has_one_feature_per_modality_and_window_and_its_interval(toy, toy_run):
    windows = mm.recording.record_windows(toy_run, toy["test"], recorded_samples=2, windows=5, budget=2000)
    result = analysis.window_shapley(windows)
    explanation = result.mmviz.to_shap()
    assert explanation.values.shape == (2, 15)
    assert explanation.feature_names[:2] == ["m1 steps 0 to 4", "m1 steps 5 to 9"]
    np.testing.assert_array_equal(explanation.values, result["phi"].values.reshape(2, -1))
    np.testing.assert_array_equal(explanation.error_std, result["error"].values.reshape(2, -1))
    assert (explanation.lower_bounds <= explanation.values).all()
    estimated = result.mmviz.to_shapiq(sample=0)
    assert estimated.estimated
    assert estimated.estimation_budget == result.attrs["coalitions"]


@pytest.mark.parametrize(
    ("index", "order"), [("SII", 1), ("SII", 2), ("SII", 3), ("k-SII", 2), ("k-SII", 3), ("STII", 1), ("STII", 2), ("STII", 3), ("Moebius", 3), ("SV", 1)]
)  # fmt: skip
def test_to_shapiq_of_interactions_equals_the_exact_computer_of_shapiq(found, games, index, order):
    each = found.mmviz.to_shapiq(index, order, sample="each")
    assert len(each) == len(games)
    for row in (0, 5):
        assert_same(each[row], exact(games[row], index, order))
    assert_same(found.mmviz.to_shapiq(index, order), exact(games.mean(0), index, order))


@pytest.mark.parametrize("players", [1, 2, 5])
@pytest.mark.parametrize("index", ["SII", "k-SII", "STII"])
def test_interaction_indices_of_random_games_equal_those_of_shapiq(players, index):
    game = np.random.default_rng(players).normal(size=2**players)
    coefficients = xr.Dataset(
        {"moebius": (("sample", "coalition"), analysis.moebius(game)[None])},
        coords={"modality": [f"m{i}" for i in range(players)]},
    )
    for order in range(1, players + 1):
        assert_same(coefficients.mmviz.to_shapiq(index, order, sample=0), exact(game, index, order))


def test_to_shapiq_of_shapley_values_equals_the_exact_computer_of_shapiq(phi, games):
    assert_same(phi.mmviz.to_shapiq(sample=2), exact(games[2], "SV", 1))
    assert_same(phi.mmviz.to_shapiq(sample=str(phi["sample_id"].values[2])), exact(games[2], "SV", 1))
    assert_same(phi.mmviz.to_shapiq(), exact(games.mean(0), "SV", 1))


def test_the_default_order_of_to_shapiq_is_that_of_the_interactions(recorded):
    assert analysis.interactions(recorded, order=3).mmviz.to_shapiq().max_order == 3


def test_a_combined_trace_gives_one_conversion_per_run(combined, seed_traces):
    result = analysis.shapley(combined)
    explanations = result.mmviz.to_shap()
    values = analysis.interactions(combined).mmviz.to_shapiq("k-SII")
    assert list(explanations) == list(values) == ["seed 0", "seed 1", "seed 2"]
    np.testing.assert_array_equal(explanations["seed 1"].values, analysis.shapley(seed_traces[1])["phi"].values)
    assert_same(values["seed 1"], analysis.interactions(seed_traces[1]).mmviz.to_shapiq("k-SII"))


def test_samples_with_nan_are_left_out_with_a_warning(phi, found):
    broken = phi.copy(deep=True)
    broken["phi"][1] = np.nan
    with pytest.warns(UserWarning, match=r"to_shap: 1 of \d+ samples"):
        explanation = broken.mmviz.to_shap()
    np.testing.assert_array_equal(explanation.values, np.delete(phi["phi"].values, 1, 0))
    lost = found.copy(deep=True)
    lost["moebius"][0, 3] = np.nan
    with pytest.warns(UserWarning, match=r"to_shapiq: 1 of \d+ samples"):
        assert len(lost.mmviz.to_shapiq(sample="each")) == found.sizes["sample"] - 1


def test_datasets_that_are_no_such_results_are_refused_with_what_they_hold(recorded, phi, found):
    prefixes = analysis.prefix_shapley(recorded)
    with pytest.raises(
        DataError, match=r"select one entry of epoch, time, for example found.isel\(epoch=-1, time=-1\)"
    ):
        prefixes.mmviz.to_shap()
    assert prefixes.isel(epoch=-1, time=-1).mmviz.to_shap().values.shape == (4, 3)
    for other in (analysis.imbalance(recorded), found, xr.Dataset()):
        with pytest.raises(DataError, match=r"to_shap: expected a result with phi"):
            other.mmviz.to_shap()
    with pytest.raises(DataError, match="to_shapiq: expected"):
        xr.Dataset({"x": ("a", [1.0])}).mmviz.to_shapiq()
    with pytest.raises(DataError, match="holds no variables"):
        xr.Dataset().mmviz.to_pandas()
    with pytest.raises(ConfigError, match=r"did you mean 'phi'"):
        phi.mmviz.to_pandas("phii")
    with pytest.raises(ConfigError, match=r"data has shape \(2,\)"):
        phi.mmviz.to_shap(data=[1, 2])
    with pytest.raises(ConfigError, match=r"to_shapiq: index='STI'.*did you mean 'STII'"):
        found.mmviz.to_shapiq("STI")
    with pytest.raises(ConfigError, match=r"has index 'SV' of order 1"):
        phi.mmviz.to_shapiq("SII", 2)
    for order in (0, 4, 1.5):
        with pytest.raises(ConfigError, match="to_shapiq: order"):
            found.mmviz.to_shapiq("SII", order)
    for sample in (-1, 10_000, "nobody", True):
        with pytest.raises(ConfigError, match="to_shapiq: sample"):
            phi.mmviz.to_shapiq(sample=sample)


def test_a_missing_library_is_named_with_its_extra(phi, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "shap", None)
    monkeypatch.setitem(sys.modules, "shapiq", None)
    for convert in (phi.mmviz.to_shap, phi.mmviz.to_shapiq):
        with pytest.raises(MissingDependencyError, match=r"mmviz\[explain\]"):
            convert()


def results(trace):
    """Yield the result of every public analysis that this Trace has data for."""
    for name in sorted(DECORATED & set(analysis.__all__)):  # a decorated function of a template is no public analysis
        function = getattr(analysis, name)
        if len([p for p in inspect.signature(function).parameters.values() if p.default is p.empty]) > 1:
            continue
        try:
            yield name, function(trace)
        except (DataError, ConfigError):
            continue


def test_every_result_becomes_a_tidy_table_with_one_row_per_entry(recorded, combined):
    names = set()
    for trace in (recorded, combined):
        for name, result in results(trace):
            names.add(name)
            for variable in map(str, result.data_vars):
                table = result.mmviz.to_pandas(variable)
                assert len(table) == result[variable].size, (name, variable)
                assert list(table.columns[: result[variable].ndim]) == list(result[variable].dims)
                np.testing.assert_array_equal(table[variable].to_numpy(), result[variable].values.reshape(-1))
    assert names >= {"shapley", "interactions", "prefix_shapley", "imbalance", "states", "influence", "end_to_end"}


def test_the_table_of_shapley_values_has_ids_groups_units_and_the_values_of_each_run(combined):
    result = analysis.shapley(combined)
    table = result.mmviz.to_pandas()
    assert {"run", "sample", "modality", "sample_id", "group", "seed", "phi", "baseline", "full", "units"} <= set(table)
    assert set(table["units"]) == {"probability of the true class"}
    rows = table.set_index(["run", "sample", "modality"])
    total = (
        rows["phi"].groupby(level=["run", "sample"]).sum() + rows["baseline"].groupby(level=["run", "sample"]).first()
    )
    np.testing.assert_allclose(total, rows["full"].groupby(level=["run", "sample"]).first(), atol=1e-12)
    assert table.attrs["value"] == "probability"


def test_variables_on_other_dimensions_are_named_and_have_their_own_table(found):
    table = found.mmviz.to_pandas()
    assert "moebius" in found.data_vars
    assert "moebius" not in table
    main = str(next(iter(found.data_vars)))
    assert set(table.attrs["left_out"]) | set(table.columns) >= set(map(str, found.data_vars)) | {main}
    assert len(found.mmviz.to_pandas("moebius")) == found["moebius"].size


def test_csv_is_read_back_by_pandas_with_the_same_numbers(phi, tmp_path):
    path = phi.mmviz.to_csv(tmp_path / "phi.csv")
    back = pd.read_csv(path)
    np.testing.assert_array_equal(back["phi"], phi["phi"].values.reshape(-1))
    assert back["sample_id"].astype(str).tolist() == np.repeat(phi["sample_id"].values.astype(str), 3).tolist()
    with pytest.raises(DataError, match="cannot be written"):
        phi.mmviz.to_csv(tmp_path / "missing" / "phi.csv")
