"""Timestamps of frames: taken right or refused, kept by everything that makes a split, and what is said without them."""

import datetime
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data.clock import HOLD, clock_of, spacing_of, spans_of
from mmviz.data.missing.modalities import select_modalities

SPLIT = {"train": 0.5, "test": 0.5}


def arrays(n=12, seed=0):
    rng = np.random.default_rng(seed)
    return {"imu": rng.normal(size=(n, 20, 2)), "audio": rng.normal(size=(n, 8, 3))}, rng.integers(0, 2, n)


def stamps(n=12, seed=1):
    rng = np.random.default_rng(seed)
    return {"imu": np.tile(np.arange(20) * 0.1, (n, 1)), "audio": np.sort(rng.uniform(0, 2, (n, 8)), axis=1)}


def timed(n=12, **options):
    inputs, target = arrays(n)
    return mm.data.from_arrays(inputs, target, split=SPLIT, times=stamps(n), seed=3, **options)


def whole(ds):
    return {int(i.split("_")[1]): (s, k) for s in ds.splits.values() for k, i in enumerate(s.ids)}


def test_from_arrays_keeps_the_seconds_of_every_frame_in_float64_through_a_random_split():
    given = stamps()
    for row, (split, k) in whole(timed()).items():
        for m in given:
            assert split.times[m].dtype == np.float64
            np.testing.assert_array_equal(split.times[m][k], given[m][row])


@pytest.mark.parametrize(
    "form",
    [
        lambda t: list(t),
        lambda t: t.tolist(),
        lambda t: (t * 1e9).round().astype("timedelta64[ns]"),
        lambda t: [[datetime.timedelta(seconds=v) for v in row] for row in t.tolist()],
        lambda t: t.astype(object),
        lambda t: np.ma.masked_array(t, np.zeros(t.shape, bool)),
        lambda t: [pd.Series(row) for row in t],
    ],
    ids=["list of arrays", "lists", "timedelta64", "python timedeltas", "objects", "masked array", "pandas"],
)
def test_times_in_any_common_form_become_the_same_seconds(form):
    inputs, target = arrays()
    given = stamps()
    ds = mm.data.from_arrays(inputs, target, split=SPLIT, times={m: form(t) for m, t in given.items()})
    for row, (split, k) in whole(ds).items():
        np.testing.assert_allclose(split.times["audio"][k], given["audio"][row], atol=2e-6)


@pytest.mark.parametrize(
    "form",
    [
        lambda t: 1.7e9 + t,
        lambda t: np.datetime64("2023-11-14T22:13:20", "ns") + (t * 1e9).round().astype("timedelta64[ns]"),
        lambda t: [pd.to_datetime(1.7e9 + row, unit="s", utc=True) for row in t],
        lambda t: [[datetime.datetime.fromtimestamp(1.7e9 + v) for v in row] for row in t.tolist()],
    ],
    ids=["epoch seconds", "datetime64", "pandas with a time zone", "python datetimes"],
)
def test_absolute_times_are_counted_from_the_first_frame_of_each_sample_without_losing_digits(form):
    inputs, target = arrays()
    given = stamps()
    ds = mm.data.from_arrays(inputs, target, split=SPLIT, times={m: form(t) for m, t in given.items()})
    assert ds.report.count("times") == len(target)
    for row, (split, k) in whole(ds).items():
        begin = min(t[row, 0] for t in given.values())
        for m in given:
            np.testing.assert_allclose(split.times[m][k], given[m][row] - begin, atol=2e-6)


def test_one_row_of_times_is_shared_by_all_samples_and_negative_starts_stay():
    inputs, target = arrays()
    ds = mm.data.from_arrays(
        inputs, target, split=SPLIT, times={"imu": np.arange(20) * 0.1 - 1, "audio": np.arange(8) * 0.25}
    )
    for split in ds.splits.values():
        assert (split.times["imu"] == np.arange(20) * 0.1 - 1).all()
    assert ds.spec.duration_s == pytest.approx(3.0)  # from -1 s to the end of the last audio frame, 8 * 0.25 s


@pytest.mark.parametrize("side", ["end", "start"])
def test_ragged_times_follow_the_padding_side_and_say_which_steps_are_real(side):
    rng = np.random.default_rng(0)
    lengths = np.array([5, 3, 4, 5])
    sequences = [rng.normal(size=(k, 2)) for k in lengths]
    times = [np.sort(rng.uniform(0, 1, k)) for k in lengths]
    x, count = mm.data.pad(sequences, side=side)
    common = {"target": [0, 1, 0, 1], "split": {"train": 1.0}, "padding": side}
    with_lengths = mm.data.from_arrays({"a": x}, lengths={"a": count}, times={"a": times}, **common)["train"]
    without = mm.data.from_arrays({"a": x}, times={"a": times}, **common)["train"]
    for i, k in enumerate(lengths):
        at = slice(0, k) if side == "end" else slice(5 - k, 5)
        np.testing.assert_array_equal(with_lengths.times["a"][i, at], times[i])
    np.testing.assert_array_equal(np.isfinite(with_lengths.times["a"]), with_lengths.valid["a"])
    np.testing.assert_array_equal(without.valid["a"], with_lengths.valid["a"])


def test_times_of_padding_are_ignored():
    inputs, target = arrays()
    lengths = {"imu": np.full(12, 15), "audio": np.full(12, 8)}
    times = stamps()
    times["imu"][:, 15:] = 0.0
    split = mm.data.from_arrays(inputs, target, split={"train": 1.0}, lengths=lengths, times=times)["train"]
    assert np.isnan(split.times["imu"][:, 15:]).all()
    assert np.isfinite(split.times["imu"][:, :15]).all()


def broken(change):
    times = stamps()
    change(times)
    return times


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (lambda t: t["audio"].__setitem__((4, 3), t["audio"][4, 2]), DataError, ["sample_4", "(row 4)", "frame 3", "do not increase"]),
        (lambda t: t["imu"].__setitem__((7, 5), np.nan), DataError, ["sample_7", "(row 7)", "frame 5", "nan"]),
        (lambda t: t["imu"].__setitem__((7, 5), np.inf), DataError, ["sample_7", "frame 5", "inf"]),
        (lambda t: t.update(imu=t["imu"][:, :-1]), DataError, ["imu", "(12, 19)", "20 steps"]),
        (lambda t: t.update(imu=list(t["imu"])[:-1]), DataError, ["imu", "(12, 20)"]),
        (lambda t: t.update(video=t["imu"]), ConfigError, ["no modality 'video'"]),
        (lambda t: t.pop("audio"), DataError, ["none for 'audio'", "8 steps"]),
        (lambda t: t.update(imu=np.full((12, 20), "now")), DataError, ["dtype", "pandas.to_datetime"]),
        (lambda t: t.update(imu=1.7e9 + t["imu"]), DataError, ["different clocks", "'imu' 1700000000 s"]),
        (lambda t: t.update(imu=t["imu"] > 0), DataError, ["bool"]),
    ],
    ids=["tie", "NaN", "inf", "width", "count", "unknown", "missing", "text", "two clocks", "bool"],
)  # fmt: skip
def test_impossible_times_are_refused_with_their_place(change, kind, words):
    inputs, target = arrays()
    with pytest.raises(kind) as refused:
        mm.data.from_arrays(inputs, target, split=SPLIT, times=broken(change))
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(("rate", "hint"), [(10 * 1.02, "leave rate_hz out"), (1000 * 10, "milliseconds")])
def test_a_rate_that_differs_by_more_than_one_percent_from_the_times_is_refused(rate, hint):
    with pytest.raises(DataError, match=hint):
        timed(rate_hz={"imu": rate})
    assert timed(rate_hz={"imu": 10.05}).spec.modality("imu").rate_hz == 10.05


def test_the_spec_holds_spacing_regularity_and_the_longest_recording():
    spec = timed().spec
    assert spec.modality("imu").spacing_s == pytest.approx(0.1)
    assert not spec.modality("imu").irregular
    assert spec.modality("audio").irregular
    assert spec.duration_s >= 2.0
    again = mm.data.spec.spec_from_json(mm.data.spec.spec_to_json(spec))
    assert again.duration_s == spec.duration_s
    assert again.modality("audio").spacing_s == spec.modality("audio").spacing_s


def test_gaps_are_counted_in_the_report_with_the_first_place():
    inputs, target = arrays()
    times = stamps()
    times["imu"][5, 12:] += 3.0
    ds = mm.data.from_arrays(inputs, target, split={"train": 1.0}, times=times)
    (found,) = [f for f in ds.report.of("gap") if f.where == "train imu"]
    assert found.count == 1
    assert "sample_5" in found.first
    assert "3.1 s after frame 11" in found.first


def test_modalities_recorded_one_after_the_other_are_a_warning():
    inputs, target = arrays()
    times = stamps()
    times["audio"] += 100.0
    found = mm.data.from_arrays(inputs, target, split={"train": 1.0}, times=times).report.of("times")
    assert [f.level for f in found] == ["warning"]
    assert found[0].count == len(target)


def test_without_times_the_report_states_what_is_assumed():
    inputs, target = arrays()
    (found,) = mm.data.from_arrays(inputs, target, split=SPLIT).report.of("times")
    assert found.level == "note"
    assert "'imu' and 'audio'" in found.where
    assert "equally spaced" in found.action
    assert "times=" in found.action


def test_rates_that_imply_different_durations_are_a_warning_per_split_and_agreeing_ones_are_none():
    inputs, target = arrays()
    apart = mm.data.from_arrays(inputs, target, split=SPLIT, rate_hz={"imu": 10, "audio": 1}).report.of("times")
    assert [f.level for f in apart] == ["warning", "warning"]
    assert "'imu' 2 s, 'audio' 8 s" in apart[0].first
    agreed = mm.data.from_arrays(inputs, target, split=SPLIT, rate_hz={"imu": 10, "audio": 4})
    assert not agreed.report.of("times")
    assert not mm.data.from_arrays({"imu": inputs["imu"]}, target, split=SPLIT).report.of("times")


def test_a_single_static_row_needs_no_times():
    inputs, target = arrays()
    inputs["table"] = np.random.default_rng(0).normal(size=(12, 1, 4))
    ds = mm.data.from_arrays(inputs, target, split=SPLIT, times=stamps())
    assert set(ds["train"].times) == {"imu", "audio"}


# what makes a split out of another one


def same_times(a, b, rows=None):
    for m in a.times:
        np.testing.assert_array_equal(b.times[m], a.times[m] if rows is None else a.times[m][rows])


def test_take_keeps_the_times_of_the_samples_taken():
    split = timed()["train"]
    same_times(split, split.take([3, 0]), [3, 0])
    same_times(split, split.take(split.target == 1), split.target == 1)


def test_given_splits_have_separate_times():
    inputs, target = arrays()
    parts = {"train": slice(0, 8), "test": slice(8, 12)}
    given = stamps()
    ds = mm.data.from_arrays(
        {s: {m: x[r] for m, x in inputs.items()} for s, r in parts.items()},
        {s: target[r] for s, r in parts.items()},
        times={s: {m: t[r] for m, t in given.items()} for s, r in parts.items()},
    )
    for s, r in parts.items():
        np.testing.assert_array_equal(ds[s].times["audio"], given["audio"][r])
    with pytest.raises(ConfigError, match="per split"):
        mm.data.from_arrays({"train": inputs}, {"train": target}, times=[1, 2])


def test_select_modalities_keeps_the_times_of_what_remains():
    ds = timed()
    chosen = select_modalities(ds, ["audio"])
    assert set(chosen["train"].times) == {"audio"}
    np.testing.assert_array_equal(chosen["train"].times["audio"], ds["train"].times["audio"])


def test_a_set_on_disk_has_the_same_times_bit_for_bit(tmp_path):
    ds = mm.data.missing.drop_frames(timed(), 0.4, seed=2)
    back = mm.data.from_disk(mm.data.to_disk(ds, tmp_path / "set"))
    for name in ds.splits:
        same_times(ds[name], back[name])
    assert back.fingerprint() == ds.fingerprint()
    assert back.spec.duration_s == ds.spec.duration_s


def test_the_fingerprint_depends_on_the_times_and_not_on_their_absence():
    inputs, target = arrays()
    plain = mm.data.from_arrays(inputs, target, split=SPLIT, seed=3)
    moved = stamps()
    moved["imu"] += 0.05
    other = mm.data.from_arrays(inputs, target, split=SPLIT, seed=3, times=moved)
    assert len({plain.fingerprint(), timed().fingerprint(), other.fingerprint()}) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda ds: mm.data.missing.drop_modalities(ds, 0.5, protocol="independent", seed=0),
        lambda ds: mm.data.missing.keep_modalities(ds, ["audio"]),
        lambda ds: mm.data.missing.drop_frames(ds, 0.5, seed=0),
        lambda ds: mm.data.missing.mask_elements(ds, 0.5),
        lambda ds: mm.data.missing.add_noise(ds, 0.5),
        lambda ds: mm.data.missing.delay(ds, {"imu": 2}),
    ],
    ids=["drop_modalities", "keep_modalities", "drop_frames", "mask_elements", "add_noise", "delay"],
)
def test_simulated_missing_data_keep_times_and_clock(change):
    ds = timed()
    for name, split in change(ds).splits.items():
        same_times(ds[name], split)
        np.testing.assert_array_equal(clock_of(split.times), clock_of(ds[name].times))


def test_a_delay_of_regular_frames_moves_them_as_without_times():
    inputs, target = arrays()
    plain = mm.data.from_arrays(inputs, target, split=SPLIT, seed=3)
    for steps in (3, -4):
        a = mm.data.missing.delay(plain, {"imu": steps})["train"]
        b = mm.data.missing.delay(timed(), {"imu": steps})["train"]
        np.testing.assert_array_equal(a.inputs["imu"], b.inputs["imu"])
        np.testing.assert_array_equal(a.valid["imu"], b.valid["imu"])


def test_a_delay_of_irregular_frames_is_a_delay_in_seconds_and_keeps_gaps():
    t = np.array([0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 20.0, 21.0])
    x = np.arange(1.0, 9.0)[:, None]
    ds = mm.data.from_arrays({"a": np.tile(x, (4, 1, 1))}, [0, 1, 0, 1], split={"train": 1.0}, times={"a": t})
    moved = mm.data.missing.delay(ds, {"a": 1})["train"]  # the median spacing is 1 s
    assert moved.valid["a"][0].tolist() == [False, True, True, True, True, True, False, True]
    assert moved.inputs["a"][0, :, 0].tolist() == [0, 1, 2, 3, 3, 5, 0, 7]


@pytest.mark.parametrize("trim", [True, False])
def test_streamed_batches_hold_the_times_of_their_rows_and_the_same_clock(trim, tmp_path):
    ds = mm.data.missing.drop_frames(timed(), 0.7, seed=1)
    for source in (ds, mm.data.from_disk(mm.data.to_disk(ds, tmp_path / str(trim)))):
        split = source["train"]
        rows = mm.data.Buckets(split, 4, seed=1).of(0)
        for chosen, part in zip(rows, mm.data.stream(split, rows, trim=trim), strict=True):
            np.testing.assert_array_equal(clock_of(part.times), clock_of(split.take(chosen).times))
            for m in part.times:
                assert part.times[m].shape == part.valid[m].shape


def test_a_file_of_named_arrays_may_hold_times(tmp_path):
    inputs, target = arrays()
    given = stamps()
    flat = {f"train/{m}": x for m, x in inputs.items()} | {"train/target": target}
    np.savez(tmp_path / "own.npz", **flat, **{f"train/times/{m}": t for m, t in given.items()})
    split = mm.data.load(tmp_path / "own.npz")["train"]
    np.testing.assert_array_equal(split.times["audio"], given["audio"])


def test_held_out_slices_and_replaced_splits_keep_times():
    from mmviz.train.sampling import hold_out

    split = timed(n=40)["train"]
    rest, part = hold_out(split, 4, seed=0)
    for one in (rest, part):
        rows = [int(np.flatnonzero(split.ids == i)[0]) for i in one.ids]
        same_times(split, one, rows)
    same_times(split, replace(split, name="other"))


# the clock of a sample


def test_a_frame_covers_until_the_next_one_but_never_a_gap():
    t = np.array([[0.0, 1.0, 2.0, 2.5, 9.0, 10.0, np.nan]])
    valid = np.isfinite(t)
    assert spacing_of(t)[0] == 1.0
    clock = clock_of({"a": t})
    assert clock.tolist() == [[0.0, 11.0]]
    ends = spans_of(t, valid, clock)[0, :, 1]
    assert ends[:6].tolist() == [1.0, 2.0, 2.5, 2.5 + HOLD, 10.0, 11.0]
    assert np.isnan(ends[6])
    valid[0, 1] = False  # a dropped frame: the one before holds on, within the same limit
    assert spans_of(t, valid, clock)[0, 0, 1] == 2.0


def test_the_clock_starts_with_the_first_and_ends_with_the_last_recorded_modality():
    a = np.array([[1.0, 2.0, 3.0], [np.nan] * 3, [np.nan] * 3])
    b = np.array([[2.5, 4.5], [5.0, np.nan], [np.nan] * 2])
    assert clock_of({"a": a, "b": b}).tolist() == [[1.0, 6.5], [5.0, 6.0], [0.0, 1.0]]


def test_splits_under_other_names_keep_their_times():
    inputs, target = arrays()
    given, parts = stamps(), {"training": slice(0, 8), "dev": slice(8, 12)}
    ds = mm.data.from_arrays(
        {s: {m: x[r] for m, x in inputs.items()} for s, r in parts.items()},
        {s: target[r] for s, r in parts.items()},
        times={s: {m: t[r] for m, t in given.items()} for s, r in parts.items()},
    )
    np.testing.assert_array_equal(ds["valid"].times["audio"], given["audio"][8:])


def test_unlabelled_data_keep_times_and_dropped_samples_lose_theirs():
    inputs, target = arrays()
    unlabelled = mm.data.from_arrays(inputs, None, split=SPLIT, times=stamps())
    assert set(unlabelled["train"].times) == {"imu", "audio"}
    values = target.astype(float)
    values[3] = 99.0
    ds = mm.data.from_arrays(
        inputs, values, split={"train": 1.0}, times=stamps(), task="regression", label_range=(0, 1), labels="drop"
    )
    kept = [i for i in range(12) if i != 3]
    np.testing.assert_array_equal(ds["train"].times["audio"], stamps()["audio"][kept])


def test_frames_masked_for_their_values_keep_their_times_and_the_clock():
    inputs, target = arrays()
    inputs["imu"][2, 19] = np.nan
    ds = mm.data.from_arrays(inputs, target, split={"train": 1.0}, times=stamps(), nonfinite="mask")
    assert not ds["train"].valid["imu"][2, 19]
    assert ds["train"].times["imu"][2, 19] == stamps()["imu"][2, 19]


def test_recordings_that_are_mostly_far_shorter_than_the_longest_are_a_warning():
    inputs, target = arrays()
    times = stamps()
    assert not timed().report.of("times")
    for t in times.values():
        t[0] *= 10
    (found,) = mm.data.from_arrays(inputs, target, split={"train": 1.0}, times=times).report.of("times")
    assert found.level == "warning"
    assert found.count == 11
    assert "resample" in found.action
