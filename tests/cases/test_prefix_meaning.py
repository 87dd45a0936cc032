"""A prefix is what it says: the recording really stopped there, or the label says of what it is a prefix."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.data.sets.watch import split_gravity
from mmviz.models.prefixes import prefix_meaning, truncated

FUSIONS = mm.models.available()


def dataset(sizes, n=24, lengths=None, seed=0, **options):
    rng = np.random.default_rng(seed)
    inputs = {name: rng.normal(size=(n, length, 2)).astype(np.float32) for name, length in sizes.items()}
    split = {"train": 0.5, "valid": 0.25, "test": 0.25}
    return mm.data.from_arrays(inputs, np.arange(n) % 2, split=split, lengths=lengths, **options)


def trained(ds, name="coupled_mamba", **options):
    model = mm.models.build(name, ds.spec, width=8, seed=0, **options)
    return mm.train.fit(model, ds, epochs=1, progress=False)


def cut(split, share, *, by="clock"):
    """Return the split without the frames that begin at or after a share of the clock, or of each sample's own frames."""
    valid = {}
    for name, there in split.valid.items():
        place = np.arange(there.shape[1]) if by == "clock" else there.cumsum(1) - 1
        whole = there.shape[1] if by == "clock" else there.sum(1, keepdims=True)
        valid[name] = there & ((place < share * whole - 1e-9) | (there.shape[1] == 1))
    return replace(split, valid=valid)


def predicted_along(run, split, by):
    steps = run.model.steps
    return np.stack([run.predict(cut(split, (k + 1) / steps, by=by)) for k in range(steps)], 1)


def recorded(run, ds, **options):
    trace = mm.record(run, ds["test"], recorded_samples=[0, 1, 2], epochs=[run.best_epoch], influence=False, **options)
    return trace, trace["prefixes"]["prediction"].isel(epoch=0, coalition=-1).transpose(
        "recorded_sample", "time", "output"
    ).values


@pytest.mark.parametrize("name", FUSIONS)
def test_by_default_each_prefix_of_a_padded_sequence_is_the_prediction_of_the_recording_stopped_there(name):
    lengths = {"a": np.r_[np.full(20, 8), 3, 5, 8, 1], "b": np.r_[np.full(12, 8), np.full(12, 6)]}
    ds = dataset({"a": 8, "b": 8}, lengths=lengths)
    run = trained(ds, name)
    trace, answers = recorded(run, ds)
    assert trace["prefixes"].attrs["meaning"] == "recording"
    assert trace["prefixes"].attrs["label"] == "if the recording stops here"
    np.testing.assert_allclose(answers, predicted_along(run, ds["test"].take([0, 1, 2]), "clock"), atol=1e-6)


def test_bins_of_whole_frames_are_exact_by_default_and_bins_that_share_frames_say_that_they_are_not():
    ds = dataset({"a": 12, "b": 12})
    run = trained(ds, steps=4)
    trace, answers = recorded(run, ds)
    assert trace["prefixes"].attrs["meaning"] == "recording"
    np.testing.assert_allclose(answers, predicted_along(run, ds["test"].take([0, 1, 2]), "clock"), atol=1e-6)
    run = trained(ds, steps=5)
    trace, answers = recorded(run, ds)
    assert trace["prefixes"].attrs["meaning"] == "steps"
    assert trace["prefixes"].attrs["label"] == "prefix of the aligned sequence"
    assert "a frame of a, b may lie in two steps" in trace["prefixes"].attrs["description"]
    _, answers = recorded(run, ds, prefixes="recording")
    np.testing.assert_allclose(answers, predicted_along(run, ds["test"].take([0, 1, 2]), "clock"), atol=1e-6)


@pytest.mark.parametrize("name", ["coupled_mamba", "alignmamba", "late", "transformer"])
@pytest.mark.parametrize("sizes", [{"a": 12, "b": 6}, {"a": 12, "b": 12, "tab": 1}])
def test_prefixes_of_recordings_are_predictions_of_data_that_really_stop_and_resampled_ones_are_labelled(name, sizes):
    ds = dataset(sizes)
    run = trained(ds, name, align="resample", steps=6)
    trace, first = recorded(run, ds)
    assert trace["prefixes"].attrs["meaning"] == "steps"
    assert trace["prefixes"].attrs["label"] == "prefix of the resampled sequence"
    trace, answers = recorded(run, ds, prefixes="recording")
    assert trace["prefixes"].attrs["meaning"] == "recording"
    np.testing.assert_allclose(answers, predicted_along(run, ds["test"].take([0, 1, 2]), "own"), atol=1e-6)
    np.testing.assert_allclose(answers[:, -1], first[:, -1], atol=1e-6)
    assert np.abs(answers - first).max() > 1e-5


def test_a_table_beside_a_padded_signal_is_named_as_the_reason_and_stays_whole_when_the_recording_stops():
    ds = dataset({"imu": 10, "tab": 1})
    run = trained(ds)
    trace, _ = recorded(run, ds)
    assert trace["prefixes"].attrs["label"] == "prefix of the aligned sequence"
    assert "tab is repeated up to step t only" in trace["prefixes"].attrs["description"]
    _, answers = recorded(run, ds, prefixes="recording")
    np.testing.assert_allclose(answers, predicted_along(run, ds["test"].take([0, 1, 2]), "clock"), atol=1e-6)


@pytest.mark.parametrize("align", ["auto", "resample"])
def test_with_timestamps_the_frames_that_begin_later_are_removed_and_the_clock_ends_there(align):
    n, rng = 24, np.random.default_rng(3)
    times = {"a": np.sort(rng.uniform(0, 10, (n, 20)), 1), "b": np.sort(rng.uniform(0, 10, (n, 7)), 1)}
    ds = dataset({"a": 20, "b": 7}, times=times)
    run = trained(ds, align=align, steps=5)
    trace, _ = recorded(run, ds)
    assert trace["prefixes"].attrs["meaning"] == "steps"
    batch = mm.models.batch_of(ds["test"])
    for stop in (1, 3, 5):
        part = truncated(run.model, batch, stop)
        end = part.clock[:, 1:]
        for m in ("a", "b"):
            assert part.valid[m].equal(batch.valid[m] & (batch.times[m][..., 0] < end))
            assert bool(
                (part.times[m][part.valid[m]] <= end.expand(-1, part.valid[m].shape[1])[part.valid[m]][:, None]).all()
            )
        poisoned = replace(
            part, values={m: torch.where(part.valid[m][..., None], x, 1e9) for m, x in part.values.items()}
        )
        torch.testing.assert_close(run.model(poisoned), run.model(part), rtol=0, atol=0)
    _, answers = recorded(run, ds, prefixes="recording")
    np.testing.assert_allclose(answers[:, -1], run.predict(ds["test"].take([0, 1, 2])), atol=1e-6)


class Mean(torch.nn.Module):
    """The mean of every frame of every modality, through one linear map."""

    def __init__(self):
        super().__init__()
        self.head = torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.head(torch.cat([v.mean(1) for v in x.values()], 1))


@pytest.mark.parametrize(
    ("sizes", "steps"), [({"a": 12, "b": 12}, 5), ({"a": 20, "b": 7}, 20), ({"a": 9, "tab": 1}, 4)]
)
def test_prefixes_of_an_adapted_module_are_exact_whatever_the_lengths(sizes, steps):
    ds = dataset(sizes)
    run = mm.train.as_run(mm.models.adapt(Mean(), ds.spec, missing="zeros", steps=steps))
    trace, answers = recorded(run, ds)
    assert trace["prefixes"].attrs["meaning"] == "recording"
    np.testing.assert_allclose(answers, predicted_along(run, ds["test"].take([0, 1, 2]), "clock"), atol=1e-6)


def test_one_step_is_the_whole_recording_and_an_unknown_way_is_refused_by_name():
    ds = dataset({"a": 12, "b": 5})
    run = trained(ds, steps=1)
    assert prefix_meaning(run.model).kind == "recording"
    with pytest.raises(mm.core.errors.ConfigError, match="prefixes='exact'; use one of 'steps', 'recording'"):
        mm.record(run, ds["test"], prefixes="exact")
    with pytest.raises(mm.core.errors.ConfigError, match="prefixes='exact'; use one of"):
        mm.recording.what_if(run, ds["test"], prefixes="exact")


def test_contributions_frame_and_page_take_the_words_from_the_trace():
    ds = dataset({"a": 12, "b": 5})
    run = trained(ds)
    for way, label in (("steps", "prefix of the resampled sequence"), ("recording", "if the recording stops here")):
        trace, _ = recorded(run, ds, prefixes=way)
        frame = mm.plots.explorer_frame(trace)
        assert frame.attrs["prefix"] == label
        assert mm.analysis.prefix_shapley(trace).attrs["prefix"] == trace["prefixes"].attrs["description"]
        page = mm.widgets.serialize.header(frame)
        assert page["prefix"]["label"] == label
        assert any(trace["prefixes"].attrs["description"] in note for note in page["notes"])


def test_an_edited_sample_whose_prefixes_mean_something_else_is_refused_beside_the_trace():
    ds = dataset({"a": 12, "b": 5})
    run = trained(ds)
    trace, answers = recorded(run, ds, prefixes="recording")
    frame = mm.plots.explorer_frame(trace)
    sample = str(ds["test"].ids[0])
    same = mm.recording.what_if(run, ds["test"], prefixes="recording")(sample, run.best_epoch, {})
    np.testing.assert_allclose(same["/prefixes"]["prediction"].values[0, 0, -1], answers[0], atol=1e-6)
    mm.plots.explorer_what_if.what_if_frame(same, frame)
    other = mm.recording.what_if(run, ds["test"])(sample, run.best_epoch, {})
    with pytest.raises(mm.core.errors.DataError, match="the same prefixes="):
        mm.plots.explorer_what_if.what_if_frame(other, frame)


def test_values_that_were_computed_from_the_whole_recording_make_no_prefix_exact():
    ds = dataset({"a": 8, "b": 8}, looks_ahead={"a": "zero-phase filter"})
    model = mm.models.build("late", ds.spec, width=8)
    for way in ("steps", "recording"):
        meaning = prefix_meaning(model, way)
        assert (meaning.kind, meaning.label) == ("processed", "prefix of the processed recording")
        assert "a: zero-phase filter" in meaning.sentence


@pytest.mark.parametrize("at", [1, 40, 250, 399])
def test_the_causal_gravity_filter_never_looks_ahead_and_the_zero_phase_one_does(at):
    rng = np.random.default_rng(at)
    whole = rng.normal(size=(400, 3)) + np.array([0.0, 0.0, 1.0])
    other = whole.copy()
    other[at:] += rng.normal(size=(400 - at, 3))
    for one, two in zip(split_gravity(whole), split_gravity(other), strict=True):
        np.testing.assert_array_equal(one[:at], two[:at])
    np.testing.assert_allclose(sum(split_gravity(whole)), whole, atol=1e-12)
    _, gravity = split_gravity(whole, filtering="zero_phase")
    _, changed = split_gravity(other, filtering="zero_phase")
    assert np.abs(gravity[:at] - changed[:at]).max() > 1e-6


def test_a_constant_acceleration_is_gravity_from_the_first_sample_on():
    still = np.tile([0.1, -0.2, 0.97], (300, 1))
    _, gravity = split_gravity(still)
    np.testing.assert_allclose(gravity, still, atol=1e-9)


def test_the_watch_set_names_its_filter_and_the_one_that_looks_ahead_is_marked():
    pytest.importorskip("seglearn")
    causal, ahead = mm.data.load("watch"), mm.data.load("watch", gravity="zero_phase")
    assert [m.looks_ahead for m in causal.spec.modalities] == ["", "", ""]
    assert "forwards only" in causal.spec.notes[0]
    assert [bool(m.looks_ahead) for m in ahead.spec.modalities] == [True, False, True]
    assert "looks ahead" in ahead.spec.notes[0]
    np.testing.assert_array_equal(causal["train"].inputs["gyro"], ahead["train"].inputs["gyro"])
    with pytest.raises(mm.core.errors.ConfigError, match="gravity"):
        mm.data.load("watch", gravity="none")


@pytest.mark.parametrize("way", ["steps", "recording"])
def test_what_a_prefix_means_survives_saving_and_recording_in_pieces(tmp_path, way):
    ds = dataset({"a": 12, "b": 5})
    run = trained(ds)
    trace, _ = recorded(run, ds, prefixes=way)
    mm.trace.save(trace, tmp_path / "whole.nc")
    pieces, _ = recorded(run, ds, prefixes=way, path=tmp_path / "pieces.nc", chunk=2, progress=False)
    for tree in (mm.trace.load(tmp_path / "whole.nc"), pieces):
        again = tree["prefixes"]
        assert {key: again.attrs[key] for key in ("meaning", "label", "description")} == dict(trace["prefixes"].attrs)
        np.testing.assert_allclose(again["prediction"].values, trace["prefixes"]["prediction"].values, atol=1e-6)
