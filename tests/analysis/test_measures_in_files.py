"""Recordings for measures in files, in several runs, of user's modules with timestamps, beside retrained models; changed files are refused."""

import warnings

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

import mmviz as mm
from mmviz import analysis, plots
from mmviz.core.errors import DataError

QUICK = {"passes": 64, "draws": 2, "window_samples": 4}


@pytest.fixture(scope="module")
def everything(toy, toy_run):
    trace = mm.record(toy_run, toy["test"], recorded_samples=2)
    return mm.trace.with_measures(trace, mm.recording.record_measures(toy_run, toy, **QUICK))


def test_every_recording_survives_a_file_whole_and_in_chunks(everything, tmp_path):
    path = mm.trace.save(everything, tmp_path / "measured.nc")
    expected = analysis.measures(everything)
    for chunks in (None, "auto"):
        found = analysis.measures(mm.trace.load(path, chunks=chunks))
        for name in ("value", "low", "high", "reference"):
            np.testing.assert_array_equal(found[name], expected[name])
        assert found["interval"].values.tolist() == expected["interval"].values.tolist()


def test_a_page_of_a_trace_with_recordings_is_that_of_the_trace_without(everything, toy, toy_run):
    plain = mm.record(toy_run, toy["test"], recorded_samples=2)
    assert sorted(plots.explorer_frame(everything)) == sorted(plots.explorer_frame(plain))


def changed(trace, group, change):
    out = trace.copy()
    data = trace[group].to_dataset().copy(deep=True)
    out[group] = xr.DataTree(change(data))
    return out


def test_positions_cells_and_partners_of_a_changed_file_are_refused(everything):
    far = changed(everything, "features", lambda d: d.assign_coords(measured_sample=d["measured_sample"].values + 900))
    with pytest.raises(DataError, match="/features has samples outside the 18 of the Trace"):
        analysis.modality_gap(far)
    short = changed(everything, "product_grid", lambda d: d.isel(cell=slice(5)))
    with pytest.raises(DataError, match="/product_grid has 5 cells for 4 samples"):
        analysis.emap(short)
    wild = changed(everything, "permutations", lambda d: d.assign(partner=d["partner"] - 30))
    with pytest.raises(DataError, match="partners outside its samples"):
        analysis.perceptual_score(wild)
    table = analysis.measures(wild)
    reason = table["interval"].values[table["measure"].values == "Perceptual score"][0]
    assert reason.startswith("no value: Trace: /permutations has partners")


def test_the_table_and_the_figure_of_several_runs_have_the_dimension_run_and_the_mean_over_it(toy):
    parts = []
    for seed in range(2):
        run = mm.train.fit(
            mm.models.build("late", toy.spec, width=8, seed=seed), toy, epochs=1, seed=seed, progress=False
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trace = mm.record(run, toy["test"], recorded_samples=[0, 1])
        parts.append(mm.trace.with_measures(trace, mm.recording.record_measures(run, toy, **QUICK)))
    found = analysis.measures(mm.trace.combine(parts))
    assert found["value"].dims == ("run", "row")
    single = analysis.measures(parts[1])
    np.testing.assert_array_equal(found["value"].values[1], single["value"].values)
    figure = plots.plot_measures(found)
    assert "2 seeds" in figure.layout.title.text or "2 seeds" in figure.layout.meta["description"]


def test_gaps_and_harm_of_retrained_models_are_rows_with_their_intervals(everything, monkeypatch):
    names = everything.attrs["modalities"]
    rng = np.random.default_rng(0)
    count = 2 ** len(names)
    members = (np.arange(count)[:, None] >> np.arange(len(names))) % 2 == 1
    rate = np.where(members[:, 0], 0.9, 0.5)
    rate[-1] = 0.7
    table = (rng.random((3, count, 60)) < rate[:, None]).astype(float)
    scores = xr.Dataset(
        {
            "retrained": (("seed", "coalition", "sample"), table),
            "masked": (("seed", "coalition", "sample"), 0.8 * table),
            "validation": (("seed", "coalition"), np.tile(rate, (3, 1))),
            "probe": (("seed", "representation", "weights", "modality", "sample"), rng.random((3, 2, 3, len(names), 60))),
            "members": (("coalition", "modality"), members),
            "group": ("sample", np.full(60, "")),
        },
        coords={"seed": range(3), "modality": names, "representation": ["encoder", "head input"],
                "weights": ["full model", "untrained copy", "modality alone"]},
    )  # fmt: skip
    found = analysis.value_by_retraining(scores)
    found["failed"] = (("seed", "coalition"), np.zeros((3, count), bool))
    found.attrs |= {"dataset": everything.attrs["dataset"], "task": "classification"}
    table = analysis.measures(mm.trace.with_retrained(everything, found))
    rows = table["measure"].values == "Gap g_m"
    np.testing.assert_allclose(table["value"].values[rows], found["gap"].sel(statistic="mean"))
    assert np.isfinite(table["low"].values[rows]).all()
    (harm,) = np.flatnonzero(table["measure"].values == "Harm of fusion")
    assert table["entry"].values[harm] == f"all minus {found.attrs['best_subset']}"
    assert table["value"].values[harm] < 0


class Mean(nn.Module):
    """Logits from the sums of both modalities."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([0.7, -0.4]))

    def forward(self, values):
        score = sum(w * values[name].sum((1, 2)) for w, name in zip(self.weight, ("sound", "light"), strict=True))
        return torch.stack([score, -score], 1)


def test_samples_with_timestamps_of_a_user_s_module_are_recombined_as_recorded():
    rng = np.random.default_rng(0)
    n = 70  # more than one batch of encoded samples, with different numbers of frames in a step
    inputs = {"sound": rng.normal(size=(n, 12, 1)), "light": rng.normal(size=(n, 5, 1))}
    times = {"sound": np.sort(rng.random((n, 12)) * 10, 1), "light": np.sort(rng.random((n, 5)) * 10, 1)}
    times["sound"][64:] *= 0.05
    target = rng.integers(0, 2, n)
    ds = mm.data.from_arrays(
        {"test": inputs}, {"test": target}, times={"test": times}, classes=["a", "b"], name="timed"
    )
    run = mm.train.as_run(mm.models.adapt(Mean(), ds.spec, missing="zeros", output_kind="logits", steps=4))
    grid = mm.recording.record_product_grid(run, ds["test"], samples=[0, 3, 69])["logit"].values.reshape(3, 3, 2)
    rows = [0, 3, 69]
    effect = [0.7 * inputs["sound"][rows].sum((1, 2)), -0.4 * inputs["light"][rows].sum((1, 2))]
    np.testing.assert_allclose(grid[..., 0], effect[0][:, None] + effect[1], atol=1e-4)
    found = mm.recording.record_permutations(run, ds["test"], draws=1)
    mixed = 0.7 * inputs["sound"][found["partner"].values[0]].sum((1, 2)) - 0.4 * inputs["light"].sum((1, 2))
    np.testing.assert_allclose(found["prediction"].values[0, 0, :, 0], 1 / (1 + np.exp(-2 * mixed)), atol=1e-4)
