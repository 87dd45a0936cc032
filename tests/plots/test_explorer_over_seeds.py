"""The Explorer's frame of a combined Trace: the chosen run, the Shapley values of every seed, and the agreement of the maps."""

import numpy as np
import pytest
from scipy import stats

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.widgets.frame import check_frame, groups_of
from mmviz.widgets.serialize import header, pack


@pytest.fixture(scope="module")
def combined(seed_traces):
    return mm.trace.combine(seed_traces)


@pytest.fixture(scope="module")
def frame(combined):
    return mm.plots.explorer_frame(combined)


def test_the_frame_is_that_of_the_chosen_run_with_the_groups_of_the_seeds(combined, frame):
    check_frame(frame)
    assert {"seeds", "agreement over seeds"} <= set(groups_of(frame))
    members = mm.trace.runs(combined)
    for name, chosen in (("seed 0", frame), ("seed 2", mm.plots.explorer_frame(combined, run="seed 2"))):
        single = mm.plots.explorer_frame(members[name])
        assert chosen.attrs["shown_run"] == name
        assert not {"seeds", "agreement over seeds"} & set(groups_of(single))
        for variable in single.data_vars:
            np.testing.assert_array_equal(chosen[variable].values, single[variable].values)
    with pytest.raises(
        ConfigError, match=r"run='seed 7' \(did you mean .*; the Trace has 'seed 0', 'seed 1', 'seed 2'"
    ):
        mm.plots.explorer_frame(combined, run="seed 7")


def test_the_frame_holds_the_mean_shapley_value_of_every_seed(combined, frame):
    for k, member in enumerate(mm.trace.runs(combined).values()):
        expected = mm.analysis.shapley(member)["phi"].mean("sample").values
        np.testing.assert_allclose(frame["seed_phi"].values[k], expected, rtol=1e-5, atol=1e-7)


def test_agreement_is_that_of_the_contributions_to_the_class_that_the_shown_run_predicts(combined, frame):
    predicted = mm.trace.runs(combined)["seed 0"]["coalitions"]["prediction"].isel(coalition=-1).values.argmax(-1)
    for row, k in enumerate(predicted[frame["recorded_sample"].values]):
        name = combined.attrs["task"]["classes"][int(k)]
        share = mm.analysis.end_to_end(combined, target=name)["share"].isel(recorded_sample=row)
        share = share.transpose("run", "modality", "time").values
        valid = frame["state_valid"].values[row]
        mean = share.mean(0)
        expected = np.where(valid & (mean != 0), (np.sign(share) == np.sign(mean)).mean(0), np.nan)
        np.testing.assert_allclose(frame["attribution_agreement"].values[row], expected, rtol=1e-6)
        flat = share[:, valid]
        pairs = [stats.spearmanr(flat[a], flat[b]).statistic for a, b in ((0, 1), (0, 2), (1, 2))]
        assert float(frame["map_agreement"][row]) == pytest.approx(np.mean(pairs), abs=1e-6)


def test_without_an_attribution_in_all_runs_there_is_no_agreement_of_maps(seed_traces):
    other = seed_traces[1].copy()
    del other["attribution"]
    frame = mm.plots.explorer_frame(mm.trace.combine([seed_traces[0], other]))
    assert "seeds" in groups_of(frame)
    assert "attribution_agreement" not in frame
    check_frame(frame)


def test_the_page_receives_the_names_of_the_seeds_escaped_and_fewer_samples_keep_their_agreement(seed_traces):
    combined = mm.trace.combine(seed_traces, names=["<img src=x>\u202e", "b", "c"])
    frame = mm.plots.explorer_frame(combined, recorded_samples=1)
    assert frame.sizes["recorded_sample"] == frame["attribution_agreement"].sizes["recorded_sample"] == 1
    assert "\u202e" not in header(frame)["seeds"]["names"][0]
    assert header(frame)["seeds"]["shown"] == header(frame)["seeds"]["names"][0]
    assert "seed_phi" in pack(frame)["meta"]


def test_the_explorer_of_a_combined_trace_shows_the_first_run(combined):
    explorer = mm.widgets.Explorer(combined)
    assert explorer.frame.attrs["shown_run"] == "seed 0"
    explorer.close()
