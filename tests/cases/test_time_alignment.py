"""Time: alignment is linear in length and exact; steps follow the signals; a prefix is what it says."""

import json
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import mmviz as mm
from mmviz.models.resampling import average_intervals, bin_frames, resample


def dense(x, valid, left, right, edges):
    """Average by the full matrix of overlaps, in float64."""
    low = torch.maximum(left[:, None, :].double(), edges[:, :-1, None].double())
    high = torch.minimum(right[:, None, :].double(), edges[:, 1:, None].double())
    weight = (high - low).clamp(min=0) * valid[:, None, :]
    total = weight.sum(-1, keepdim=True)
    values = weight @ torch.where(valid[..., None], x, torch.zeros_like(x)).double() / total.clamp(min=1e-300)
    return values, total[..., 0] > 0


def uniform(valid, steps):
    rank = (valid.cumsum(1) - 1).double()
    edges = torch.arange(steps + 1).double() / steps * valid.sum(1, keepdim=True).clamp(min=1)
    return rank, rank + 1, edges


def frames(batch, length, features, seed=0, dtype=torch.float64, gone=0.3):
    rng = np.random.default_rng(seed)
    x = torch.from_numpy(rng.normal(size=(batch, length, features))).to(dtype)
    return x, torch.from_numpy(rng.random((batch, length)) >= gone)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 99))
def test_resample_equals_the_dense_matrix_of_overlaps_to_1e_12_in_float64(length, steps, seed):
    x, valid = frames(3, length, 2, seed)
    got, held = resample(x, valid, steps)
    expected, there = dense(x, valid, *uniform(valid, steps))
    torch.testing.assert_close(got, expected * there[..., None], rtol=0, atol=1e-12)
    assert held.equal(there)


@pytest.mark.parametrize(("length", "steps"), [(4000, 4000), (4000, 511), (4000, 3999), (37, 2000), (5000, 3)])
def test_resample_of_long_sequences_equals_the_dense_form_to_1e_6_in_float32(length, steps):
    x, valid = frames(2, length, 2, dtype=torch.float32)
    expected, _ = dense(x, valid, *uniform(valid, steps))
    torch.testing.assert_close(resample(x, valid, steps)[0].double(), expected, rtol=0, atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
def test_frames_of_their_own_widths_with_gaps_equal_the_dense_matrix_of_overlaps(length, steps, seed):
    rng = np.random.default_rng(seed)
    x, valid = frames(2, length, 3, seed)
    bounds = np.cumsum(rng.exponential(size=(2, 2 * length)), 1) - 1.0  # left, right, left, right, ...
    left, right = torch.from_numpy(bounds[:, ::2].copy()), torch.from_numpy(bounds[:, 1::2].copy())
    edges = torch.from_numpy(np.sort(rng.uniform(-2, bounds.max() + 1, (2, steps + 1)), 1))
    got, held = average_intervals(x, valid, left, right, edges)
    expected, there = dense(x, valid, left, right, edges)
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-9)
    assert held.equal(there)
    left[~valid], right[~valid], x[~valid] = float("nan"), -1e30, float("nan")
    assert got.equal(average_intervals(x, valid, left, right, edges)[0])


def test_bounds_that_touch_a_step_by_rounding_alone_do_not_make_it_valid():
    x, valid = torch.ones(1, 3, 1), torch.ones(1, 3, dtype=torch.bool)
    left = torch.tensor([[0.0, 0.1, 0.2]], dtype=torch.float64)
    edges = torch.tensor([[0.0, 0.1 + 0.2, 0.6]], dtype=torch.float64)  # 0.30000000000000004
    right = left + torch.tensor([0.1, 0.1, 0.1 + 2e-16], dtype=torch.float64)
    _, held = average_intervals(x, valid, left, right, edges)
    assert right[0, -1] > edges[0, 1]
    assert held.tolist() == [[True, False]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize(("length", "steps"), [(1, 7), (9, 9), (9, 31), (31, 9), (7001, 13), (100, 99)])
def test_a_constant_stays_exactly_the_constant(dtype, length, steps):
    x = torch.full((2, length, 1), 0.1, dtype=dtype)
    valid = torch.rand(2, length) > 0.2
    valid[:, 0] = True
    assert bool((resample(x, valid, steps)[0] == x[0, 0, 0]).all())


@pytest.mark.parametrize("filling", [float("nan"), float("inf"), 1e30])
@pytest.mark.parametrize("steps", [5, 40])
def test_what_stands_in_padding_changes_neither_values_nor_gradients(filling, steps):
    x, valid = frames(3, 20, 2)
    valid[2] = False
    results = []
    for content in (0.0, filling):
        given_x = torch.where(valid[..., None], x, content).requires_grad_()
        out = resample(given_x, valid, steps)[0]
        (gradient,) = torch.autograd.grad((out * torch.arange(steps)[:, None]).sum(), given_x)
        results.append((out, gradient))
    assert results[0][0].equal(results[1][0])
    assert results[0][1].equal(results[1][1])


def test_one_wild_frame_does_not_disturb_the_other_steps():
    x, valid = torch.ones(1, 1000, 1), torch.ones(1, 1000, dtype=torch.bool)
    x[0, 3] = 1e30
    assert bool((resample(x, valid, 10)[0][0, 1:] == 1).all())


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")
@pytest.mark.parametrize("steps", [3, 11, 25])
def test_derivatives_of_resample_are_right_in_both_modes_and_under_vmap(steps):
    x, valid = frames(2, 11, 2, seed=4)
    x.requires_grad_()
    assert torch.autograd.gradcheck(lambda a: resample(a, valid, steps)[0], (x,), check_forward_ad=True)
    one = torch.func.vmap(lambda a, m: resample(a[None], m[None], steps)[0][0])(x, valid)
    torch.testing.assert_close(one, resample(x, valid, steps)[0], rtol=0, atol=1e-14)


def test_values_and_gradients_repeat_bit_for_bit_with_two_threads():
    x, valid = frames(8, 3000, 16, dtype=torch.float32)
    threads = torch.get_num_threads()
    try:
        found = []
        for count in (1, 2, 2, 2):
            torch.set_num_threads(count)
            for steps in (70, 5000):
                leaf = x.clone().requires_grad_()
                out = resample(leaf, valid, steps)[0]
                found.append((steps, out.detach(), torch.autograd.grad((out**3).sum(), leaf)[0]))
    finally:
        torch.set_num_threads(threads)
    for steps, out, gradient in found[2:]:
        _, first, slope = found[0 if steps == 70 else 1]
        assert out.equal(first)
        assert gradient.equal(slope)


def test_a_million_frames_resample_within_a_small_multiple_of_their_own_memory():
    length = 1_000_000
    x = torch.linspace(0, 1, length)[None, :, None].repeat(1, 1, 2)
    valid = torch.ones(1, length, dtype=torch.bool)
    got, _ = resample(x, valid, 1000)
    torch.testing.assert_close(got[0, :, 0], (torch.arange(1000) + 0.5) / 1000, rtol=0, atol=1e-6)
    leaf = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(resample(leaf, valid, 1000)[0].sum(), leaf)
    torch.testing.assert_close(gradient, torch.full_like(leaf, 1e-3), rtol=1e-6, atol=0)


def test_whole_frames_of_a_clock_are_kept_by_bins_of_one_frame():
    x, valid = frames(2, 17, 3)
    got, held = bin_frames(x, valid, 17, 17)
    assert held.equal(valid)
    assert got.equal(torch.where(valid[..., None], x, 0.0))


def seconds(*calls, rounds=9):
    """Return the shortest time of each call, measured in turns."""
    best = [float("inf")] * len(calls)
    for _ in range(rounds):
        for i, call in enumerate(calls):
            begin = time.perf_counter()
            call()
            best[i] = min(best[i], time.perf_counter() - begin)
    return best


def encoding(lengths, steps, **options):
    rng = np.random.default_rng(0)
    inputs = {f"m{i}": rng.normal(size=(24, length, 2)) for i, length in enumerate(lengths)}
    ds = mm.data.from_arrays(inputs, np.arange(24) % 2, split={"train": 0.5, "valid": 0.25, "test": 0.25})
    model = mm.models.build("coupled_mamba", ds.spec, width=16, layers=1, steps=steps, **options)
    batch = mm.models.batch_of(ds["train"])
    return torch.no_grad()(lambda: model.encode(batch))


def test_the_time_of_encoding_unaligned_lengths_grows_linearly_with_length():
    short, long = seconds(encoding((4000, 9), 4000), encoding((16000, 9), 16000))
    assert long / short < 8


def test_encoding_4000_resampled_steps_takes_at_most_twice_as_long_as_4000_padded_ones():
    resampled, padded = seconds(encoding((4000, 9), 4000), encoding((4000, 4000), 4000, align="pad"), rounds=15)
    assert resampled / padded < 2


# ---- static modalities and the number of steps ----------------------------------------------------------------------------


def dataset(sizes, n=40, seed=0, **options):
    rng = np.random.default_rng(seed)
    inputs = {name: rng.normal(size=(n, length, 2)).astype(np.float32) for name, length in sizes.items()}
    return mm.data.from_arrays(inputs, np.arange(n) % 2, split={"train": 0.5, "valid": 0.25, "test": 0.25}, **options)


def small(spec, name="coupled_mamba", **options):
    return mm.models.build(name, spec, width=8, seed=0, **options).eval()


FUSIONS = mm.models.available()


@pytest.mark.parametrize(
    ("lengths", "steps", "align"),
    [
        ({"imu": 100, "tab": 1}, 100, "pad"),
        ({"imu": 100, "eeg": 100, "tab": 1}, 100, "pad"),
        ({"imu": 100, "eeg": 9}, 100, "resample"),
        ({"imu": 100, "eeg": 2, "tab": 1}, 100, "resample"),
        ({"imu": 92, "eeg": 28, "tab": 1}, 28, "resample"),
        ({"imu": 113, "eeg": 28, "tab": 1}, 113, "resample"),
        ({"a": 1, "b": 1}, 1, "pad"),
        ({"a": 24, "b": 24}, 24, "pad"),
        ({"a": 1500, "b": 1500}, 1500, "pad"),
        ({"a": 1500, "tab": 1}, 1024, "bin"),
    ],
)
def test_the_number_of_steps_follows_the_signals_and_no_static_modality(lengths, steps, align):
    model = small(dataset(lengths).spec)
    assert (model.steps, model.align) == (steps, align)
    assert not model.spec.notes


def test_a_class_that_shows_in_time_alone_is_learned_beside_a_table_and_beside_a_slow_signal():
    rng = np.random.default_rng(1)
    n, clock = 400, np.arange(100) / 100
    y = rng.integers(0, 2, n)
    phase = np.where(y, 8, 3)[:, None, None] * clock[None, :, None] + rng.random((n, 1, 3))
    fast = np.sin(2 * np.pi * phase) + 0.3 * rng.normal(size=(n, 100, 3))
    for other in (rng.normal(size=(n, 1, 4)), rng.normal(size=(n, 7, 4))):
        ds = mm.data.from_arrays({"fast": fast, "other": other}, y, split={"train": 0.6, "valid": 0.2, "test": 0.2})
        model = mm.models.build("coupled_mamba", ds.spec, width=12, layers=1, seed=0)
        run = mm.train.fit(model, ds, epochs=10, learning_rate=1e-2, progress=False)
        assert (run.predict(ds["test"]).argmax(1) == ds["test"].target).mean() > 0.9


def test_resolution_lost_by_the_default_is_a_warning_and_a_note_that_name_modality_frames_steps_factor_and_remedy():
    ds = dataset({"sound": 5000, "tab": 1}, n=8)
    with pytest.warns(UserWarning, match="'sound' has up to 5000 frames, the model 1024 steps") as said:
        model = small(ds.spec, layers=1)
    (note,) = model.spec.notes
    assert "4.88 frames" in note
    assert "steps=5000 keeps each" in note
    assert note in str(said[0].message)
    assert said[0].filename == __file__
    assert "tab" not in note


def test_steps_that_were_asked_for_are_not_warned_about_and_noted_all_the_same():
    ds = dataset({"imu": 100, "tab": 1})
    model = small(ds.spec, steps=20)
    assert model.align == "bin"
    assert "'imu' has up to 100 frames, the model 20 steps" in model.spec.notes[0]
    assert not small(ds.spec, steps=50).spec.notes


def test_the_note_on_resolution_reaches_the_trace_and_survives_saving_and_loading(tmp_path):
    ds = dataset({"imu": 30, "tab": 1})
    run = mm.train.fit(small(ds.spec, steps=5), ds, epochs=1, progress=False, out=tmp_path / "run")
    again = mm.train.load(tmp_path / "run")
    assert again.model.steps == 5
    assert list(again.model.spec.notes) == list(run.model.spec.notes)
    assert again.model.spec.modality("tab").static
    assert again.predict(ds["test"]).tolist() == run.predict(ds["test"]).tolist()
    assert mm.record(again, ds["test"], recorded_samples=2).attrs["notes"] == list(run.model.spec.notes)


@pytest.mark.parametrize("name", FUSIONS)
@pytest.mark.parametrize("align", ["auto", "resample", "bin"])
@torch.no_grad()
def test_a_static_modality_is_present_at_every_step_in_every_fusion_and_alignment(name, align):
    ds = dataset({"imu": 12, "tab": 1})
    model = small(ds.spec, name, align=align, steps=6 if align == "bin" else 0)
    steps = model.encode(mm.models.batch_of(ds["test"]))
    assert bool(steps.mask.all())
    assert bool((steps.x[1] == steps.x[1, :, :1]).all())
    answers = model.prefixes(mm.models.batch_of(ds["test"]))
    assert answers.shape[1] == model.steps
    torch.testing.assert_close(answers[:, -1], model(mm.models.batch_of(ds["test"])), rtol=0, atol=1e-5)


@torch.no_grad()
def test_a_static_modality_that_is_absent_has_no_step_and_no_influence():
    ds = dataset({"imu": 12, "tab": 1}, valid={"tab": (np.arange(40) % 3 > 0)[:, None]})
    model, batch = small(ds.spec), mm.models.batch_of(ds["train"])
    gone = ~batch.valid["tab"][:, 0]
    assert bool(gone.any())
    assert not model.encode(batch).mask[1, gone].any()
    batch.values["tab"][gone] = float("nan")
    answers = model(batch)
    assert bool(torch.isfinite(answers).all())
    members = torch.ones(len(batch), 2, dtype=torch.bool)
    members[gone, 1] = False
    torch.testing.assert_close(answers, model.fuse(model.encode(batch).masked(members)), rtol=0, atol=0)


def test_one_recorded_row_in_a_wider_array_is_static_and_rows_of_several_are_not():
    lengths = {"a": np.ones(40, int), "b": np.where(np.arange(40) == 3, 2, 1), "c": np.full(40, 30)}
    ds = dataset({"a": 6, "b": 6, "c": 30}, lengths=lengths)
    assert [m.static for m in ds.spec.modalities] == [True, False, False]
    assert small(ds.spec).steps == 30


def test_a_modality_declared_static_is_averaged_repeated_and_counted_in_the_report():
    ds = dataset({"imu": 12, "site": 12}, static=["site"])
    assert ds.spec.modality("site").static
    assert ds.report.count("static") == 40
    model = small(ds.spec)
    batch = mm.models.batch_of(ds["test"])
    other = mm.models.batch_of(ds["test"])
    other.values["site"] = other.values["site"].flip(1)
    torch.testing.assert_close(model(batch), model(other), rtol=0, atol=1e-6)
    with pytest.raises(mm.core.errors.ConfigError, match="static: no modality 'sight'"):
        dataset({"imu": 12, "site": 12}, static=["sight"])
    with pytest.raises(mm.core.errors.ConfigError, match="static='site': one text"):
        dataset({"imu": 12, "site": 12}, static="site")


def test_runs_saved_before_the_number_of_steps_was_kept_load_with_the_shortest_length(tmp_path):
    ds = dataset({"a": 12, "b": 5})
    run = mm.train.fit(small(ds.spec, steps=5), ds, epochs=1, progress=False, out=tmp_path / "run")
    place = tmp_path / "run" / "run.json"
    index = json.loads(place.read_text())
    options = index["info"]["model"]["options"] if "info" in index else index["content"]["info"]["model"]["options"]
    assert options["steps"] == 5
    options["steps"] = 0
    loaded = mm.train.run.Run.from_index(mm.train.checkpoint.RunFolder(tmp_path / "run"), index)
    assert loaded.model.steps == 5
    assert loaded.predict(ds["test"]).tolist() == run.predict(ds["test"]).tolist()


class Pooled(torch.nn.Module):
    """The mean of every frame of every modality, through one linear map."""

    def __init__(self, features):
        super().__init__()
        self.head = torch.nn.Linear(features, 2)

    def forward(self, x):
        return self.head(torch.cat([v.mean(1) for v in x.values()], 1))


@pytest.mark.parametrize("lengths", [{"imu": 40, "tab": 1}, {"imu": 40, "eeg": 7, "tab": 1}, {"imu": 40, "eeg": 2}])
@pytest.mark.parametrize("steps", [0, 1, 13, 40])
@torch.no_grad()
def test_adapted_frames_come_back_exactly_whatever_the_steps(lengths, steps):
    ds = dataset(lengths)
    model = mm.models.adapt(Pooled(2 * len(lengths)), ds.spec, missing="zeros", steps=steps)
    batch = mm.models.batch_of(ds["train"])
    batch.valid["imu"][3, 20:] = False
    batch.valid["imu"][4] = False
    values, valid = model.frames.unpack(model.encode(batch))
    for name in lengths:
        assert valid[name].equal(batch.valid[name])
        assert values[name].equal(torch.where(batch.valid[name][..., None], batch.values[name], 0.0))
    assert model.steps == (steps or 40)
    assert model.prefixes(batch).shape[1] == model.steps


def test_answers_of_an_adapted_module_over_time_see_the_table_at_every_step_and_windows_and_edits_work():
    ds = dataset({"imu": 40, "tab": 1})
    run = mm.train.as_run(mm.models.adapt(Pooled(4), ds.spec, missing="mean", steps=20))
    trace = mm.record(run, ds["test"], recorded_samples=3)
    answers = trace["prefixes"]["prediction"]
    assert answers.sizes["time"] == 20
    tab = answers.isel(coalition=2)  # bit 1: the table alone
    np.testing.assert_allclose(tab.values, np.broadcast_to(tab.values[:, :, :1], tab.shape), atol=1e-6)
    windows = mm.recording.record_windows(run, ds["test"], recorded_samples=3, windows=2)
    assert windows["present"].all()
    found = mm.analysis.window_shapley(windows)
    np.testing.assert_allclose(found["phi"].sum(["modality", "window"]) + found["baseline"], found["full"], atol=1e-5)
    ask = mm.recording.what_if(run, ds["test"])
    assert "delay" not in ask.offers["tab"]
    assert "delay" in ask.offers["imu"]
    with pytest.raises(mm.core.errors.ConfigError, match="delay=2 of 'tab', which is static"):
        ask(str(ds["test"].ids[0]), run.best_epoch, {"tab": {"delay": 2}})
    ask(str(ds["test"].ids[0]), run.best_epoch, {"tab": {"noise": 0.5}, "imu": {"delay": 2}})


def test_the_steps_of_an_adapted_module_have_a_bound_that_is_named():
    ds = dataset({"imu": 400, "eeg": 30, "tab": 1})
    assert mm.models.adapt(Pooled(6), ds.spec, missing="zeros").steps == 100
    assert mm.models.adapt(Pooled(6), ds.spec, missing="zeros", steps=400).steps == 400
    with pytest.raises(
        mm.core.errors.ConfigError,
        match=r"at most the frames of the longest signal.=401; give a whole number from 0 to 400",
    ):
        mm.models.adapt(Pooled(6), ds.spec, missing="zeros", steps=401)


def test_among_timestamps_a_static_modality_spans_the_recording_and_one_row_with_a_time_is_an_event():
    n, rng = 40, np.random.default_rng(0)
    inputs = {"imu": rng.normal(size=(n, 30, 2)), "tab": rng.normal(size=(n, 4, 2)), "lab": rng.normal(size=(n, 1, 2))}
    times = {"imu": np.tile(np.arange(30) / 10, (n, 1)), "lab": np.full((n, 1), 2.0)}
    split = {"train": 0.5, "valid": 0.25, "test": 0.25}
    ds = mm.data.from_arrays(inputs, np.arange(n) % 2, split=split, times=times, static=["tab"])
    assert [m.static for m in ds.spec.modalities] == [False, True, False]
    mask = small(ds.spec).encode(mm.models.batch_of(ds["test"])).mask
    assert bool(mask[:2].all())
    assert not mask[2, :, :19].any()
    assert bool(mask[2, :, 20:22].any())
