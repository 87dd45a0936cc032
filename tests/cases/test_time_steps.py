"""Models of data with timestamps: what was recorded at the same second stands at the same step, and a gap is masked."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import DataError
from mmviz.models import batch_of
from mmviz.models.coalitions import coalition_predictions
from mmviz.models.resampling import align_by_time, clock_fractions, resample

STEPS = 10


def recording(n=6, seed=0, **options):
    """Return a data set of 10 s: irregular 'a' with a gap from 4 to 7.3 s, and 'b' from 1.2 to 8 s; an event at 2.2 s in both."""
    rng = np.random.default_rng(seed)
    a = [np.sort(np.r_[0.0, 2.2, 2.4, rng.uniform(0.1, 4, 27), rng.uniform(7.3, 10, 20)]) for _ in range(n)]
    b = [np.sort(np.r_[1.2, 2.2, 2.4, rng.uniform(1.2, 8, 17)]) for _ in range(n)]
    a, b = (np.stack(t) for t in (a, b))
    inputs = {"a": np.ones((n, 50, 1)), "b": np.ones((n, 20, 2))}
    inputs["a"][a == 2.2] = 5.0
    inputs["b"][b == 2.2] = 7.0
    target = np.arange(n) % 2
    return mm.data.from_arrays(inputs, target, split={"train": 1.0}, times={"a": a, "b": b}, **options)


def aligned(ds, name, steps=STEPS, duration=None):
    batch = batch_of(ds["train"])
    share = clock_fractions(batch, batch.names, duration)[name]
    return align_by_time(batch.values[name], batch.valid[name], share, steps)


@pytest.mark.parametrize("seed", range(5))
def test_an_event_at_the_same_second_in_two_irregular_modalities_lands_in_the_same_step(seed):
    ds = recording(seed=seed)
    for duration in (None, ds.spec.duration_s):
        places = [aligned(ds, m, duration=duration)[0][..., 0].argmax(1) for m in ("a", "b")]
        assert (places[0] == places[1]).all()
        assert (places[0] == 2).all()  # of ten steps over 10 s and a little


def test_steps_before_a_modality_begins_in_its_gap_and_after_it_ends_are_masked_and_hold_zeros():
    ds = recording()
    for name, gone in (("a", [5, 6]), ("b", [0, 9])):
        values, mask = aligned(ds, name, duration=ds.spec.duration_s)
        assert not mask[:, gone].any()
        assert (values[:, gone] == 0).all()
    assert aligned(ds, "a", duration=ds.spec.duration_s)[1][:, [0, 1, 2, 3, 8, 9]].all()


def test_regular_frames_without_gaps_become_the_steps_that_resampling_by_share_gives():
    rng = np.random.default_rng(0)
    inputs = {"a": rng.normal(size=(4, 30, 2)), "b": rng.normal(size=(4, 12, 3))}
    times = {"a": np.arange(30) / 3, "b": np.arange(12) / 1.2}
    plain = mm.data.from_arrays(inputs, [0, 1, 0, 1], split={"train": 1.0})
    timed = mm.data.from_arrays(inputs, [0, 1, 0, 1], split={"train": 1.0}, times=times)
    for steps in (6, 10, 12, 40):
        models = [mm.models.build("late", ds.spec, seed=0, steps=steps, align="resample") for ds in (plain, timed)]
        found = [m.encode(batch_of(ds["train"])) for m, ds in zip(models, (plain, timed), strict=True)]
        assert torch.equal(found[0].mask, found[1].mask)
        torch.testing.assert_close(found[0].x, found[1].x, rtol=0, atol=1e-5)


def test_times_on_another_zero_or_in_epoch_seconds_give_the_same_steps():
    ds = recording()
    for zero in (-3.0, 1.7e9):
        times = {m: t + zero for m, t in ds["train"].times.items()}
        moved = mm.data.from_arrays(ds["train"].inputs, ds["train"].target, split={"train": 1.0}, times=times)
        for m in times:
            (x, mask), (y, same) = aligned(ds, m), aligned(moved, m)
            assert torch.equal(mask, same)
            torch.testing.assert_close(x, y, rtol=0, atol=2e-4)


@pytest.mark.parametrize("align", ["bin", "resample"])
def test_permuting_samples_permutes_the_answers_and_each_sample_alone_answers_the_same(align):
    ds = recording()
    model = mm.models.build("coupled_mamba", ds.spec, seed=0, width=8, steps=STEPS, align=align).eval()
    order = np.random.default_rng(0).permutation(len(ds["train"]))
    with torch.no_grad():
        together = model(batch_of(ds["train"]))
        torch.testing.assert_close(model(batch_of(ds["train"], order)), together[order], rtol=0, atol=1e-6)
        for i in range(3):
            torch.testing.assert_close(model(batch_of(ds["train"], [i])), together[i : i + 1], rtol=0, atol=1e-6)


def test_auto_aligns_by_time_and_masking_a_modality_does_not_move_the_others():
    ds = recording()
    model = mm.models.build("coupled_mamba", ds.spec, seed=0, width=8, steps=STEPS).eval()
    assert model.align == "bin"
    assert model.timed
    for align in ("bin", "resample"):
        model = mm.models.build("coupled_mamba", ds.spec, seed=0, width=8, steps=STEPS, align=align).eval()
        batch = batch_of(ds["train"])
        only = torch.tensor([[False, True]]).expand(len(batch), 2)
        steps = model.encode(batch)
        torch.testing.assert_close(model.encode(batch.masked(only)).x, steps.masked(only).x, rtol=0, atol=0)
        simulated = mm.data.missing.keep_modalities(ds, ["b"])["train"]
        torch.testing.assert_close(model.encode(batch_of(simulated)).x, steps.masked(only).x, rtol=0, atol=0)


def test_pad_takes_frames_one_by_one_whatever_their_times_are():
    ds = recording()
    model = mm.models.build("late", ds.spec, seed=0, align="pad", steps=50)
    assert not model.timed
    assert model.encode(batch_of(ds["train"])).mask[0].all()


def test_a_model_of_timed_data_refuses_a_batch_without_times_and_a_recording_that_is_too_long():
    ds = recording()
    model = mm.models.build("late", ds.spec, seed=0, steps=STEPS)
    plain = mm.data.from_arrays(ds["train"].inputs, ds["train"].target, split={"train": 1.0})
    with pytest.raises(DataError, match="no timestamps"):
        model(batch_of(plain["train"]))
    slow = {m: 2 * t for m, t in ds["train"].times.items()}
    longer = mm.data.from_arrays(ds["train"].inputs, ds["train"].target, split={"train": 1.0}, times=slow)
    with pytest.raises(DataError, match="lasts 20"):
        model(batch_of(longer["train"]))
    assert (
        mm.models.build("late", ds.spec, seed=0, steps=STEPS, align="resample")(batch_of(longer["train"]))
        .isfinite()
        .all()
    )


def test_a_model_of_data_without_times_does_not_look_at_times():
    ds = recording()
    plain = mm.data.from_arrays(ds["train"].inputs, ds["train"].target, split={"train": 1.0})
    model = mm.models.build("late", plain.spec, seed=0, steps=STEPS).eval()
    assert torch.equal(model(batch_of(ds["train"])), model(batch_of(plain["train"])))


def test_a_static_row_covers_the_whole_recording_and_no_more():
    rng = np.random.default_rng(0)
    inputs = {"a": rng.normal(size=(2, 20, 1)), "table": rng.normal(size=(2, 1, 3))}
    times = {"a": np.stack([np.arange(20) * 0.5, np.arange(20) * 0.25])}
    ds = mm.data.from_arrays(inputs, [0, 1], split={"train": 1.0}, times=times)
    values, mask = aligned(ds, "table", duration=ds.spec.duration_s)
    assert mask.tolist() == [[True] * 10, [True] * 5 + [False] * 5]
    torch.testing.assert_close(values[1, :5], torch.tensor(ds["train"].inputs["table"][1]).expand(5, 3))


@pytest.mark.parametrize("name", mm.models.available())
def test_every_model_takes_timed_data_with_gaps_and_answers_prefixes_and_subsets(name):
    ds = recording()
    model = mm.models.build(name, ds.spec, seed=0, width=8, steps=STEPS).eval()
    batch = batch_of(ds["train"], range(2))
    with torch.no_grad():
        answer, prefixes = model(batch), model.prefixes(batch)
        assert answer.isfinite().all()
        torch.testing.assert_close(prefixes[:, -1], answer, rtol=0, atol=1e-5)
        assert coalition_predictions(model, model.encode(batch)).isfinite().all()


def order_of_events(n=900, seed=0):
    """Return inputs, times and whether the event of 'a' comes before that of 'b'; sampling is dense early or late, at random."""
    rng = np.random.default_rng(seed)
    inputs, times, when = {}, {}, {}
    for m in ("a", "b"):
        t = np.sort(10 * rng.uniform(size=(n, 60)) ** np.where(rng.random((n, 1)) < 0.5, 3.0, 1 / 3), axis=1)
        when[m] = rng.uniform(0.5, 9.5, n)
        bump = 4 * np.exp(-(((t - when[m][:, None]) / 0.8) ** 2))
        inputs[m], times[m] = (bump + rng.normal(0, 0.2, t.shape))[..., None], t
    return inputs, times, (when["a"] < when["b"]).astype(int)


def accuracy_of_order(ds):
    """Return the test accuracy of a ridge regression on products of a step of 'a' and a step of 'b'."""
    found = {}
    for name, split in ds.splits.items():
        batch = batch_of(split)
        shares = {} if ds.spec.duration_s is None else clock_fractions(batch, batch.names, None)
        steps = []
        for m in batch.names:
            x, valid = batch.values[m], batch.valid[m]
            steps.append(
                (align_by_time(x, valid, shares[m], 12) if shares else resample(x, valid, 12))[0][..., 0].numpy()
            )
        found[name] = np.einsum("ns,nt->nst", *steps).reshape(len(split), -1), 2.0 * split.target - 1
    x, y = found["train"]
    weights = np.linalg.solve(x.T @ x + 10 * np.eye(x.shape[1]), x.T @ y)
    x, y = found["test"]
    return (np.sign(x @ weights) == y).mean()


def test_the_order_of_two_events_is_learnable_with_times_and_not_when_frames_are_taken_as_equally_spaced():
    inputs, times, target = order_of_events()
    splits = {"train": 2 / 3, "test": 1 / 3}
    timed = accuracy_of_order(mm.data.from_arrays(inputs, target, split=splits, times=times))
    plain = accuracy_of_order(mm.data.from_arrays(inputs, target, split=splits))
    assert timed > 0.8
    assert plain < 0.7


def test_a_device_without_samples_of_timed_data_encodes_none_and_trains_by_seconds_all_the_same():
    from mmviz.train.devices.empty_batch import EmptyBatchModel

    ds = recording()
    model = mm.models.build("coupled_mamba", ds.spec, seed=0, width=8, steps=STEPS)
    steps = EmptyBatchModel(model).encode(batch_of(ds["train"], []))
    assert steps.x.shape == (2, 0, STEPS, 8)


def test_batches_keep_times_when_they_are_repeated_moved_and_ordered():
    batch = batch_of(recording()["train"])
    for other in (
        batch.to("cpu", torch.float64),
        batch.ordered(["b", "a"]),
        batch.masked(torch.ones(6, 2, dtype=torch.bool)),
    ):
        assert torch.equal(other.times["a"].nan_to_num(), batch.times["a"].nan_to_num())
        assert torch.equal(other.clock, batch.clock)
        assert other.times["a"].dtype == torch.float64
    assert torch.equal(batch.repeated(2).clock, batch.clock.repeat_interleave(2, 0))
    assert torch.equal(batch.sample(3).times["b"], batch.times["b"][3:4])


@pytest.mark.parametrize("name", ["integrated gradients", "training in buckets"])
def test_attributions_and_training_in_buckets_run_on_timed_data(name):
    rng = np.random.default_rng(0)
    times = np.sort(rng.uniform(0, 5, (24, 20)), axis=1)
    inputs = {"a": rng.normal(size=(24, 20, 1)), "b": rng.normal(size=(24, 7, 2))}
    ds = mm.data.from_arrays(
        inputs,
        np.arange(24) % 2,
        times={"a": times, "b": np.arange(7) * 0.7},
        split={"train": 0.5, "valid": 0.25, "test": 0.25},
    )
    model = mm.models.build("late", ds.spec, seed=0, width=8, steps=10)
    run = mm.train.fit(model, ds, epochs=1, progress=False, bucket=2)
    assert np.isfinite(run.predict(ds["test"])).all()
    if name == "integrated gradients":
        pytest.importorskip("captum")
        found = mm.recording.record_attribution(run, ds["test"], recorded_samples=2, steps=8)
        assert np.isfinite(found["features/a"]["attribution"].values).all()
