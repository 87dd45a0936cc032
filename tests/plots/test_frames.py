"""Frames to the last digit: each against its analysis, or against a direct computation."""

import numpy as np
import pytest
import xarray as xr
from figure_examples import grown, measured, missing_scores, variants
from scipy.stats import t as student
from scipy.stats import ttest_rel

from mmviz import analysis, plots
from mmviz.analysis import plan_summary
from mmviz.core.errors import ConfigError, DataError
from mmviz.plots import plan_frame, plot_plan
from mmviz.plots.figure_spec import alt_text, padded_range


def t_interval(values):
    n = len(values)
    reach = student.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)
    return values.mean() - reach, values.mean() + reach


def test_missing_and_ablation_intervals_are_students_t_over_seeds(whole):
    scores = missing_scores()
    frame = plots.missing_frame(scores)
    low, high = t_interval(scores["score"].values[1, 3])
    np.testing.assert_allclose([frame["low"][1, 3], frame["high"][1, 3]], [low, high], rtol=1e-12)
    cut = plots.ablation_frame(variants(), reference="whole")
    pair = ttest_rel(*variants()["score"].values[[2, 0]]).confidence_interval(0.95)
    np.testing.assert_allclose([cut["difference_low"][2], cut["difference_high"][2]], [pair.low, pair.high], rtol=1e-10)
    assert np.isnan(cut["difference"][0])


def test_one_seed_has_no_interval_and_a_nan_score_is_not_counted():
    scores = variants()
    scores["score"][1, 2] = np.nan
    frame = plots.ablation_frame(scores)
    assert frame["count"].values.tolist() == [5, 4, 5, 5, 5]
    np.testing.assert_allclose(frame["mean"][1], np.delete(scores["score"].values[1], 2).mean(), rtol=1e-14)
    single = plots.ablation_frame(variants().isel(seed=[0]))
    assert np.isnan(single["low"]).all()
    assert "one seed" in plots.plot_ablation(variants().isel(seed=[0])).layout.title.text


def test_efficiency_frame_is_median_minimum_and_maximum():
    data = measured()
    frame = plots.efficiency_frame(data)
    np.testing.assert_allclose(frame["milliseconds"], np.median(data["seconds"], -1) * 1e3, rtol=1e-14)
    np.testing.assert_allclose(frame["mebibytes_high"], data["bytes"].values.max(-1) / 2**20, rtol=1e-14)
    assert set(plots.efficiency_frame(data[["seconds"]]).data_vars) == {
        "milliseconds",
        "milliseconds_low",
        "milliseconds_high",
    }


def test_the_waterfall_leads_from_the_baseline_to_the_full_model(whole):
    found, phi = analysis.interactions(whole), analysis.shapley(whole)
    frame = plots.waterfall_frame(found)
    np.testing.assert_allclose(frame["end"][-1], phi["full"].mean(), rtol=1e-12)
    np.testing.assert_allclose(frame["step"][0], phi["baseline"].mean(), rtol=1e-12)
    np.testing.assert_allclose(frame["start"][1:-1], frame["end"][:-2], rtol=1e-14)
    assert frame["name"].values.tolist()[:2] == ["baseline v(∅)", str(found["modality"].values[0])]
    np.testing.assert_allclose(frame["low"][1] - frame["start"][1], found["moebius_low"][1], atol=1e-14)


def test_the_waterfall_sums_small_steps_in_one_row_and_ends_at_the_full_model(whole):
    found = analysis.interactions(whole)
    frame, joined = plots.waterfall_frame(found), plots.waterfall_frame(found, largest=2)
    assert joined.sizes["row"] == 5
    assert joined["name"].values[-2] == "5 others"
    np.testing.assert_allclose(joined["end"][-1], frame["end"][-1], rtol=1e-12)


def test_shapley_values_over_epochs_are_those_of_the_whole_sequence(whole):
    phi = analysis.prefix_shapley(whole)
    frame = plots.shapley_epochs_frame(phi)
    np.testing.assert_allclose(frame["mean"], phi["phi"].values[:, :, -1].mean(1), rtol=1e-12)


def test_subsets_are_ordered_by_size_with_the_score_of_their_members(whole):
    scores = analysis.coalition_scores(whole)
    frame = plots.subsets_frame(scores)
    size = frame["members"].values.sum(1)
    assert size.tolist() == sorted(size.tolist())
    for row in range(frame.sizes["coalition"]):
        k = int((frame["members"].values[row] * 2 ** np.arange(frame.sizes["modality"])).sum())
        assert float(frame["score"][row]) == float(scores["score"][k])


def test_half_lives_are_quantiles_of_all_states(whole):
    summary = analysis.states(whole)
    frame = plots.half_life_frame(summary, layer=1)
    values = summary["half_life"].isel(layer=1).values
    np.testing.assert_allclose(frame["half_life"][2], np.quantile(values[2], np.linspace(0, 1, 101)), rtol=1e-12)
    W = plots.coupling_frame(summary, epoch=1)["coupling"]
    np.testing.assert_array_equal(W, whole["states"]["coupling"].sel(epoch=1).astype(float))


def test_the_influence_frame_keeps_the_map_and_its_logarithm(whole):
    found = analysis.influence(whole)
    frame = plots.influence_frame(found, sample=2, layer=1)
    K = found["map"].values[2, 1]
    np.testing.assert_array_equal(frame["map"], K)
    level = np.log10(K[K > 0] / K.max())
    np.testing.assert_allclose(frame["level"].values[K > 0], np.maximum(level, frame.attrs["deepest"]), rtol=1e-12)
    assert np.isnan(frame["level"].values[K == 0]).all()
    assert (level >= frame.attrs["deepest"]).mean() >= 0.95


def test_the_influence_of_future_steps_is_blank(whole):
    frame = plots.influence_frame(analysis.influence(whole))
    level = frame["level"].transpose("target_modality", "source_modality", "target_block", "source_block").values
    above = np.triu(np.ones(level.shape[2:], dtype=bool), 1)
    assert np.isnan(level[..., above]).all()


def test_routing_keeps_weights_usage_and_information(whole):
    found = analysis.routing(whole)
    frame = plots.routing_frame(found, sample=1, layer=1, epoch=2)
    np.testing.assert_array_equal(
        frame["weight"].transpose("modality", "time", "expert"), found["weight"].sel(epoch=2).values[1, 1]
    )
    assert float(frame["modality_information"]) == float(found["modality_information"].sel(epoch=2)[1])


def test_ribbons_are_the_largest_entries_and_ties_are_not_cut(whole):
    names = whole.attrs["modalities"]
    found = analysis.transport(whole, names[1], names[0])
    frame = plots.transport_frame(found, ribbons=10)
    plan = found["plan"].values[0]
    mass = frame["ribbon_mass"].values
    np.testing.assert_array_equal(mass, plan[frame["ribbon_time"], frame["ribbon_anchor"]])
    assert len(mass) <= 10
    np.testing.assert_allclose(frame.attrs["ribbon_share"], mass.sum() / plan.sum())
    even = found.copy(deep=True)
    even["plan"][:] = 1.0
    assert plots.transport_frame(even, ribbons=10).sizes["ribbon"] == 10
    steps = xr.zeros_like(found["plan"])
    steps[:, 0, 0] = 2.0
    steps[:, 1:5, 1] = 1.0
    even["plan"] = steps
    assert plots.transport_frame(even, ribbons=3).sizes["ribbon"] == 1, "of four equal ones all or none"


def test_links_of_a_trajectory_end_on_the_paths(whole):
    found = analysis.trajectories(whole)
    frame = plots.trajectories_frame(found, links=3)
    path = frame["position"].values.reshape(-1, 2)
    for name in ("link_start", "link_end"):
        for point in frame[name].values:
            assert (path == point).all(1).any()
    assert plots.trajectories_frame(found, links=0).sizes["link"] == 0
    assert set(frame["level"].values.tolist()) <= {1, 2, 3, 4, 5}


def test_training_frame_starts_with_the_losses_and_holds_requested_quantities(whole):
    curves = analysis.training(whole)
    names = list(plots.training_frame(curves).data_vars)
    assert names[:2] == ["train_loss", "valid_loss"]
    assert "seconds" not in names
    assert list(plots.training_frame(curves, quantities=["seconds"]).data_vars) == ["seconds"]
    with pytest.raises(ConfigError, match="'los'"):
        plots.training_frame(curves, quantities=["los"])


def test_equilibrium_of_several_runs_is_blank_where_a_run_has_no_such_epoch(whole):
    one = analysis.imbalance(whole, per_epoch=True)
    frame = plots.imbalance_frame({"all": one, "few": one.isel(epoch=[0, 1])})
    np.testing.assert_array_equal(frame["E3"][0], one["E3"])
    assert np.isnan(frame["E3"].values[1, 2:]).all()
    with pytest.raises(DataError, match="per_epoch=True"):
        plots.imbalance_frame(analysis.imbalance(whole))
    with pytest.raises(ConfigError, match="no run"):
        plots.imbalance_frame({})


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda t: plots.influence_frame(analysis.influence(t), sample=99), "sample=99"),
        (lambda t: plots.influence_frame(analysis.influence(t), layer=-1), "layer=-1"),
        (lambda t: plots.routing_frame(analysis.routing(t), epoch=99), "epoch=99"),
        (lambda t: plots.coupling_frame(analysis.states(t), epoch=99), "epoch=99"),
        (lambda t: plots.half_life_frame(analysis.states(t), layer=9), "layer=9"),
        (lambda t: plots.waterfall_frame(analysis.interactions(t), largest=0), "largest=0"),
        (lambda t: plots.trajectories_frame(analysis.trajectories(t), links=-1), "links=-1"),
        (lambda t: plots.ablation_frame(variants(), reference="all"), "reference='all'"),
    ],
)
def test_frames_refuse_samples_layers_epochs_and_references_that_do_not_exist(whole, call, match):
    with pytest.raises(ConfigError, match=match):
        call(whole)


def test_negative_measurements_are_refused():
    data = measured()
    data["seconds"][0, 0, 0] = -1
    with pytest.raises(DataError, match="≥ 0"):
        plots.efficiency_frame(data)


def test_the_alternative_text_names_every_bar_with_its_interval(whole):
    from mmviz.plots.shapley import shapley_spec

    frame = plots.shapley_frame(analysis.shapley(whole))
    words = alt_text(shapley_spec(frame))
    for name, mean in zip(frame["modality"].values, frame["mean"].values, strict=True):
        assert f"{name} {mean:.3g} (" in words
    assert "cut" in alt_text(shapley_spec(frame), longest=50)


def test_padded_range_holds_all_finite_values():
    assert padded_range(np.array([1.0, np.nan, 3.0]), room=0.5) == (0.0, 4.0)
    assert padded_range(np.array([np.nan])) == (-0.05, 1.05)
    low, high = padded_range(np.array([2.0]), zero=True)
    assert low == 0
    assert high > 2


def test_the_exponent_of_a_power_law_is_its_power():
    frame = plots.growth_frame(grown())
    for name in ("exponent_of_milliseconds", "exponent_of_mebibytes"):
        np.testing.assert_allclose(frame[name], [[1, 1], [2, np.nan]], rtol=1e-12)
    for name in ("slope_of_milliseconds", "slope_of_mebibytes"):
        np.testing.assert_allclose(frame[name], [1, 2], rtol=1e-12)
    assert frame["until"].values.tolist() == [600, 1200]


def test_the_slope_is_that_of_the_least_squares_line_through_the_measured_lengths():
    data = grown()
    data["cpu"] = data["cpu"] * [1, 3, 1]
    logs = np.log2(data["cpu"].values)
    frame = plots.growth_frame(data)
    np.testing.assert_allclose(
        frame["slope_of_milliseconds"], [(logs[0, 2] - logs[0, 0]) / 2, logs[1, 1] - logs[1, 0]], rtol=1e-12
    )
    alone = plots.growth_frame(data.where(data["length"] == 300))
    assert np.isnan(alone["slope_of_milliseconds"]).all()
    assert plots.plot_growth(data.where(data["length"] == 300)).data


def test_lengths_may_come_in_any_order_and_at_any_distance():
    data = grown().isel(length=[2, 0])
    np.testing.assert_allclose(plots.growth_frame(data)["exponent_of_mebibytes"][0], [1], rtol=1e-12)


def test_the_exponent_of_time_is_that_of_cpu_time_where_measured():
    data = grown()
    data["milliseconds"] = data["milliseconds"] * [1, 5, 1]  # wall time on a busy machine
    frame = plots.growth_frame(data)
    np.testing.assert_allclose(frame["exponent_of_milliseconds"][0], [1, 1], rtol=1e-12)
    without = plots.growth_frame(data.drop_vars("cpu"))
    np.testing.assert_allclose(without["exponent_of_milliseconds"][0], np.log2([10, 0.4]), rtol=1e-12)


def test_growth_of_memory_alone_is_drawn():
    figure = plots.plot_growth(grown()[["mebibytes"]])
    assert [trace.name for trace in figure.data] == ["coupled_mamba", "transformer"]
    assert {figure.layout.xaxis.type, figure.layout.yaxis.type} == {"log"}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda d: d[["cpu"]], "expected milliseconds or mebibytes"),
        (lambda d: d.isel(length=[0]), "1 length; expected two or more"),
        (lambda d: d.assign(mebibytes=d["mebibytes"] * 0), "mebibytes holds 0.0; expected values above 0"),
    ],
)
def test_growth_frame_refuses_missing_quantities_one_length_and_values_of_zero(spoil, says):
    with pytest.raises(DataError, match=says):
        plots.growth_frame(spoil(grown()))


def test_a_one_to_one_plan_has_ones_and_receives_ones():
    frame = plan_frame(plan_summary(np.eye(5) / 5, np.full((5, 5), 0.25)))
    assert np.array_equal(np.diag(frame["plan"]), np.ones(5))
    np.testing.assert_allclose(frame["received"], np.ones(5), rtol=1e-14)
    assert frame.attrs["steps_reached"] == 5
    np.testing.assert_allclose(frame.attrs["transport_cost"], 0.25, rtol=1e-14)


def test_a_plan_onto_one_anchor_step_counts_one_step_with_mass():
    plan = np.zeros((4, 8))
    plan[:, 3] = 1.0  # mass 4: scaled to 1
    frame = plan_frame(plan_summary(plan, np.arange(32.0).reshape(4, 8)))
    assert frame["received"].values.tolist() == [0, 0, 0, 8, 0, 0, 0, 0]
    assert frame.attrs["steps_reached"] == 1
    np.testing.assert_allclose(frame.attrs["transport_cost"], np.mean([3, 11, 19, 27]), rtol=1e-14)
    assert "anchor steps with mass: 1 of 8" in plot_plan(plan_summary(plan, plan)).layout.title.text


def test_plan_frame_names_the_lag_whose_mass_exceeds_that_of_independent_steps_by_most():
    plan = 0.7 * np.eye(6, 8, k=2) / 6 + 0.3 * np.eye(6, 8, k=-1) / 5
    frame = plan_frame(plan_summary(plan, plan))
    assert frame.attrs["main_lag"] == 2
    np.testing.assert_allclose(frame.attrs["main_lag_share"], 0.7, rtol=1e-12)
    title = plot_plan(plan_summary(plan, plan)).layout.title.text
    assert "most excess mass at lag +2 steps (70%; independent steps: 14%)" in title


def test_a_flat_plan_and_a_plan_onto_one_step_have_no_lag():
    onto_one = np.zeros((9, 9))
    onto_one[:, 4] = 1.0
    for plan in (np.ones((9, 9)), onto_one):
        found = plan_summary(plan, np.ones((9, 9)))
        assert np.isnan(plan_frame(found).attrs["main_lag"])
        assert "no lag has more mass than in a plan of independent steps" in plot_plan(found).layout.title.text
        title = plots.plot_transport(found).layout.title.text
        assert "estimated lag: none (fewer than 8 steps, or the cost does not depend on the pair of steps)" in title
    assert plan_summary(np.ones((9, 9)), np.ones((9, 9)))["lag"].isnull().all()


def test_a_plan_without_mass_is_nan():
    frame = plan_frame(plan_summary(np.zeros((3, 3)), np.ones((3, 3))))
    assert np.isnan(frame["received"]).all()
    assert np.isnan(frame.attrs["transport_cost"])


def test_plan_frame_selects_a_sample_and_refuses_an_index_outside():
    plans = np.stack([np.eye(3), np.eye(3)[::-1]])
    found = plan_summary(plans, 1 - plans)
    assert plan_frame(found, sample=1).attrs["transport_cost"] == 0
    np.testing.assert_array_equal(plan_frame(found, sample=1)["plan"], np.eye(3)[::-1])
    with pytest.raises(ConfigError):
        plan_frame(found, sample=2)
    with pytest.raises(DataError, match="plan_summary"):
        plan_frame(found[["lag"]])
