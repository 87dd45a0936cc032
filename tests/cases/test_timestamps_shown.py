"""Timestamps in the Trace, the live view and the figures: signals at their seconds, gaps as gaps, a cursor in seconds."""

import json

import numpy as np
import pytest
import xarray as xr
from timed_recordings import timed_recordings, timed_run

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data.clock import clock_of, spans_of
from mmviz.plots import explorer_frame, what_if_frame
from mmviz.widgets.readout import readout
from mmviz.widgets.serialize import header, pack, pack_edited

PLACE = {"sample": 1, "epoch": 0, "layer": 0, "channel": 0, "time": 9, "brush": None, "masked": [], "edits": {}}


@pytest.fixture(scope="module")
def ds():
    return timed_recordings()


@pytest.fixture(scope="module")
def run(ds):
    return timed_run(ds)


@pytest.fixture(scope="module")
def trace(ds, run):
    return mm.record(run, ds["test"], recorded_samples=3)


def test_the_trace_holds_the_seconds_of_every_frame_and_of_every_step(ds, run, trace):
    split = ds["test"].take(trace["states"]["recorded_sample"].values)
    clock = clock_of(split.times)
    for name in ("sensor", "notes"):
        group = trace["inputs"][name]
        np.testing.assert_array_equal(group["time"].values, split.times[name])
        np.testing.assert_array_equal(
            group["end"].values, spans_of(split.times[name], split.valid[name], clock)[..., 1]
        )
        assert group["time"].attrs["units"] == "s"
    np.testing.assert_array_equal(trace["inputs"]["table"]["time"].values[:, 0], clock[:, 0])
    steps = trace["clock"]
    np.testing.assert_allclose(steps["start"].values[:, 0], clock[:, 0])
    np.testing.assert_allclose(steps["stop"].values[:, -1], clock[:, 0] + ds.spec.duration_s)
    np.testing.assert_allclose(steps["start"].values[:, 1:], steps["stop"].values[:, :-1])


def test_masked_steps_of_the_trace_are_those_that_no_frame_covers(trace):
    valid = trace["states"]["valid"].values
    start, stop = (trace["clock"][key].values for key in ("start", "stop"))
    for m, name in enumerate(trace.attrs["modalities"]):
        begin, end = (trace["inputs"][name][key].values for key in ("time", "end"))
        for k in range(len(valid)):
            covers = (np.minimum(end[k], stop[k][:, None]) - np.maximum(begin[k], start[k][:, None]) > 1e-7).any(1)
            np.testing.assert_array_equal(valid[k, m], covers)
    assert not valid[:, 0].all()


def test_resampled_steps_end_with_each_samples_own_clock(ds):
    run = timed_run(ds, align="resample", steps=7)
    trace = mm.record(run, ds["test"], recorded_samples=2)
    clock = clock_of(ds["test"].take(trace["states"]["recorded_sample"].values).times)
    np.testing.assert_allclose(trace["clock"]["stop"].values[:, -1], clock[:, 1])


def test_a_saved_trace_and_one_recorded_in_pieces_have_the_same_times(ds, run, trace, tmp_path):
    back = mm.trace.load(mm.trace.save(trace, tmp_path / "one.nc"))
    pieces = mm.record(run, ds["test"], recorded_samples=3, path=tmp_path / "two.nc", chunk=2, progress=False)
    for other in (back, pieces):
        for place in ("inputs/sensor/time", "inputs/notes/end", "clock/start", "clock/stop"):
            np.testing.assert_array_equal(other[place].values, trace[place].values)
    assert mm.recording.estimate(run, ds["test"], recorded_samples=3)["clock"] == sum(
        v.nbytes for v in trace["clock"].data_vars.values()
    )


def test_a_trace_without_times_is_still_read_and_a_wrong_clock_is_refused(trace, tmp_path):
    old = trace.copy()
    del old["clock"]
    for name in trace.attrs["modalities"]:
        old["inputs"][name].dataset = old["inputs"][name].to_dataset().drop_vars(["time", "end"])
    frame = explorer_frame(mm.trace.load(mm.trace.save(old, tmp_path / "old.nc")))
    assert "clock" not in frame
    wrong = trace.copy()
    wrong["clock"] = xr.DataTree(xr.Dataset({"start": ("step", np.zeros(3)), "stop": ("step", np.ones(3))}))
    with pytest.raises(DataError, match="/clock/start"):
        mm.trace.save(wrong, tmp_path / "wrong.nc")


def test_the_view_places_every_frame_at_its_second_and_says_the_cursor_in_seconds(trace):
    frame = explorer_frame(trace)
    described = json.loads(pack(frame)["meta"])
    assert described["start_s"] == pytest.approx(trace["clock"]["start"].values[:, 0])
    assert described["modalities"][1]["irregular"] is True
    begin, end = frame["clock"].values[1]
    second = begin + 10 / 20 * (end - begin)
    assert f"t = {second:.2f} s" in readout(frame, PLACE)
    assert {"signal_at_0", "signal_until_0", "signal_at_2"} <= set(described["arrays"])
    assert header(frame)["duration_s"][1] == pytest.approx(end - begin)


def test_a_clock_that_begins_before_zero_is_shown_as_it_is():
    ds = timed_recordings(start=-2.5)
    trace = mm.record(timed_run(ds), ds["test"], recorded_samples=2)
    frame = explorer_frame(trace)
    assert header(frame)["start_s"] == [-2.5, -2.5]
    begin, end = frame["clock"].values[1]
    second = begin + (end - begin) / 20
    assert -2.5 < second < 0
    assert f"t = −{-second:.2f} s" in readout(frame, PLACE | {"time": 0})


def test_timestamps_by_which_a_model_does_not_align_are_not_shown_as_seconds(ds):
    run = timed_run(ds, align="pad", steps=50)
    frame = explorer_frame(mm.record(run, ds["test"], recorded_samples=2))
    assert "clock" not in frame
    assert "step 10 of 50" in readout(frame, PLACE)


def test_what_if_edits_answer_on_the_same_clock_and_a_delay_is_a_delay_in_seconds(ds, run, trace):
    ask = mm.recording.what_if(run, ds["test"])
    frame = explorer_frame(trace)
    sample = str(frame["sample_id"].values[1])
    plain = ask(sample, run.best_epoch, {})
    np.testing.assert_array_equal(plain["/clock"]["start"].values[0], trace["clock"]["start"].values[1])
    np.testing.assert_allclose(
        plain["/prefixes"]["prediction"].values[0],
        trace["prefixes"]["prediction"].sel(epoch=[run.best_epoch]).values[:, 1],
        atol=1e-6,
    )
    moved = ask(sample, run.best_epoch, {"notes": {"delay": 3}})
    seconds, before = moved["/inputs/notes"]["time"].values[0], plain["/inputs/notes"]["value"].values[0]
    by = 3 * ds.spec.modality("notes").spacing_s
    for i, t in enumerate(seconds):
        nearest = np.abs(seconds - (t - by)).argmin()
        np.testing.assert_array_equal(moved["/inputs/notes"]["value"].values[0, i], before[nearest])
    shown = what_if_frame(moved, frame)
    assert "signal_time_notes" in shown
    np.testing.assert_array_equal(shown["clock"].values[0], frame["clock"].values[1])
    sent = json.loads(pack_edited(shown)["meta"])
    assert sent["start_s"] == header(frame)["start_s"][1]
    assert sent["leads"]["signal_at_1"] == sent["leads"]["signal_until_1"] == 1
    assert "clock" not in sent["arrays"]


def test_a_modality_swapped_for_another_samples_comes_with_that_samples_times(ds, run):
    ask = mm.recording.what_if(run, ds["test"])
    ids = [str(i) for i in ds["test"].ids[:2]]
    swapped = ask(ids[0], run.best_epoch, {"notes": {"swap": ids[1]}})
    clock = clock_of(ds["test"].times)
    expected = ds["test"].times["notes"][1] - clock[1, 0] + clock[0, 0]
    np.testing.assert_allclose(swapped["/inputs/notes"]["time"].values[0], expected)


def test_another_text_for_words_with_times_is_refused(ds, run):
    with pytest.raises(ConfigError, match="timestamps"):
        mm.recording.what_if(run, ds["test"], text={"notes": lambda texts: [np.zeros((2, 1))] * len(texts)})


def test_figures_over_steps_count_seconds_where_there_are_times_and_steps_where_not(trace):
    begin, end = (float(trace["clock"][key].values[1, i]) for key, i in (("start", 0), ("stop", -1)))
    middle = begin + (np.arange(20) + 0.5) * (end - begin) / 20
    states = mm.plots.plot_states(mm.analysis.states(trace), sample=1)
    np.testing.assert_allclose(np.asarray(states.data[0].x, float), middle)
    influence = mm.analysis.influence(trace)
    maps = mm.plots.plot_influence(influence, sample=1)
    np.testing.assert_allclose(np.asarray(maps.data[0].y, float), middle)
    lag = mm.plots.plot_influence_lag(influence, sample=1)
    np.testing.assert_allclose(np.asarray(lag.data[0].x, float), np.arange(20) * (end - begin) / 20)
    for figure, unit in ((states, "time, s"), (maps, "time, s"), (lag, "lag, s")):
        assert unit in figure.to_json()
    plain = trace.copy()
    del plain["clock"]
    for figure in (
        mm.plots.plot_states(mm.analysis.states(plain)),
        mm.plots.plot_influence(mm.analysis.influence(plain)),
    ):
        assert np.asarray(figure.data[0].x, float).tolist() == list(range(20))
        assert "time, s" not in figure.to_json()
