"""What is repaired is counted; what is odd but true is kept."""

import numpy as np
import pytest
from arrays import SIZES, honest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mmviz.data import from_arrays, pad


def _spoiled():
    inputs, target, lengths = honest()
    inputs["train"]["sound"][3, 1, 2] = -np.inf
    inputs["train"]["sound"][3, 1, 0] = np.nan
    inputs["train"]["sound"][5, 0, 0] = 1e39
    return inputs, target, lengths


def test_masked_steps_are_counted_and_removed():
    inputs, target, lengths = _spoiled()
    ds = from_arrays(inputs, target, lengths=lengths, nonfinite="mask")
    valid, x = ds["train"].valid["sound"], ds["train"].inputs["sound"]
    assert (ds.report.count("nonfinite"), ds.report.count("overflow")) == (2, 1)
    assert ds.report.of("nonfinite")[0].first == "sample 'train_3', step 1, feature 0: nan (row 3)"
    assert not valid[3, 1]
    assert not valid[5, 0]
    assert valid.sum() == lengths["train"]["sound"].sum() - 2
    assert (x[~valid] == 0).all()


def test_zeroed_values_are_counted_and_their_steps_stay():
    inputs, target, lengths = _spoiled()
    ds = from_arrays(inputs, target, lengths=lengths, nonfinite="zero")
    x = ds["train"].inputs["sound"]
    assert ds["train"].valid["sound"][3, 1]
    assert x[3, 1].tolist() == [0, np.float32(inputs["train"]["sound"][3, 1, 1]), 0]
    assert ds.report.count("nonfinite") == 2


def test_values_in_padding_are_set_to_zero():
    inputs, target, lengths = honest()
    clean = from_arrays(inputs, target, lengths=lengths)
    for i, k in enumerate(lengths["train"]["sound"]):
        inputs["train"]["sound"][i, k:] = np.nan
    dirty = from_arrays(inputs, target, valid={s: {"sound": c.valid["sound"]} for s, c in clean.splits.items()})
    assert np.array_equal(dirty["train"].inputs["sound"], clean["train"].inputs["sound"])
    assert dirty.report.count("nonfinite") == 0
    assert dirty.report.count("padding") == np.isnan(inputs["train"]["sound"]).sum()
    assert np.array_equal(dirty.spec.modality("sound").mean, clean.spec.modality("sound").mean)


def test_sample_of_length_zero_is_kept_and_masked():
    inputs, target, lengths = honest()
    lengths["train"]["light"][4] = 0
    inputs["train"]["light"][4] = 0
    ds = from_arrays(inputs, target, lengths=lengths)
    assert len(ds["train"]) == SIZES["train"]
    assert not ds["train"].valid["light"][4].any()
    finding = ds.report.of("absent")[0]
    assert (finding.where, finding.count, finding.first) == ("train light", 1, "sample 'train_4' (row 4)")


def test_zero_frames_inside_a_sequence_are_real():
    inputs, target, lengths = honest()
    inputs["train"]["light"][2, 1:3] = 0
    ds = from_arrays(inputs, target, lengths=lengths)
    assert ds["train"].valid["light"][2].all()


def test_lengths_not_given_are_reported():
    inputs, target, _ = honest()
    ds = from_arrays(inputs, target)
    assert ds["test"].valid["sound"].all()
    assert ds.report.count("lengths") == 2 * sum(SIZES.values())


def test_constant_channel_is_listed_and_its_std_is_zero():
    inputs, target, lengths = honest()
    for split in inputs:
        inputs[split]["light"][:, :, 1] = 0.1
    ds = from_arrays(inputs, target, lengths=lengths, channels={"light": ("lux", "gain")})
    light = ds.spec.modality("light")
    assert light.std[1] == 0
    assert light.std[0] > 0
    assert light.mean[1] == np.float32(0.1)
    assert "'gain'" in ds.report.of("constant")[0].first


def test_group_in_two_splits_is_a_counted_warning():
    inputs, target, lengths = honest()
    group = {"train": [f"s{i % 4}" for i in range(12)], "valid": ["s9"] * 5, "test": ["s0", "s1", "s7", "s8", "", ""]}
    ds = from_arrays(inputs, target, lengths=lengths, group=group)
    finding = ds.report.of("leakage")[0]
    assert (finding.level, finding.where, finding.count, finding.first) == ("warning", "train, test", 2, "group 's0'")
    assert ds.report.count("leakage") == 2


def test_class_without_training_sample_is_a_counted_warning():
    inputs, target, lengths = honest()
    ds = from_arrays(inputs, target, lengths=lengths, classes=("no", "yes", "perhaps"))
    assert ds.report.count("class") == 1
    assert ds.spec.task.outputs == 3


@pytest.mark.parametrize(("labels", "n", "last"), [("clip", 6, 1.0), ("drop", 4, 1.0)])
def test_labels_beyond_the_range_are_repaired_and_counted(labels, n, last):
    inputs, target, lengths = honest()
    target["test"] = np.array([0, 10 / 3, 5.0, -3, 3, 1])
    ds = from_arrays(inputs, target, lengths=lengths, task="regression", label_range=(-3, 3), labels=labels)
    assert len(ds["test"]) == n == len(ds["test"].inputs["sound"]) == len(ds["test"].ids)
    assert ds["test"].target.max() == 3
    assert ds["test"].target[-1] == last
    assert ds.report.count("label") == 2


def test_splits_of_different_width_are_padded_to_the_longest():
    inputs, target, _ = honest()
    inputs["test"]["light"] = np.ones((6, 9, 2))
    ds = from_arrays(inputs, target)
    assert ds.spec.modality("light").steps == 9
    assert ds["train"].inputs["light"].shape == (12, 9, 2)
    assert not ds["train"].valid["light"][:, 4:].any()


def test_statistics_are_those_of_real_training_steps():
    inputs, target, lengths = honest()
    ds = from_arrays(inputs, target, lengths=lengths)
    real = np.concatenate([x[:k] for x, k in zip(inputs["train"]["sound"], lengths["train"]["sound"], strict=True)])
    assert np.allclose(ds.spec.modality("sound").mean, real.mean(0), rtol=0, atol=1e-7)
    assert np.allclose(ds.spec.modality("sound").std, real.std(0), rtol=1e-6)


def test_padding_in_front_is_read_as_such():
    inputs, target, lengths = honest()
    front = {s: {m: x[:, ::-1] for m, x in part.items()} for s, part in inputs.items()}
    a = from_arrays(inputs, target, lengths=lengths)
    b = from_arrays(front, target, lengths=lengths, padding="start")
    assert np.array_equal(a["test"].inputs["sound"][:, ::-1], b["test"].inputs["sound"])
    assert np.array_equal(a["test"].valid["sound"][:, ::-1], b["test"].valid["sound"])


def test_missing_rate_stays_unknown():
    inputs, target, lengths = honest()
    ds = from_arrays(inputs, target, lengths=lengths, rate_hz={"sound": 50})
    assert ds.spec.modality("sound").rate_hz == 50
    assert ds.spec.modality("light").rate_hz is None


def test_given_arrays_are_copied_and_unchanged():
    inputs, target, lengths = honest()
    before = inputs["train"]["sound"].copy()
    ds = from_arrays(inputs, target, lengths=lengths)
    ds["train"].inputs["sound"][:] = 7
    assert np.array_equal(inputs["train"]["sound"], before)


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=8).filter(any),
    st.sampled_from(["end", "start"]),
    st.integers(0, 2**32 - 1),
)
def test_padding_keeps_every_sequence(lengths, side, seed):
    rng = np.random.default_rng(seed)
    sequences = [rng.normal(size=(k, 2)) for k in lengths]
    padded, found = pad(sequences, side=side)
    assert found.tolist() == lengths
    assert padded.shape == (len(lengths), max(lengths), 2)
    for row, sequence in zip(padded, sequences, strict=True):
        k = len(sequence)
        real, filler = (row[:k], row[k:]) if side == "end" else (row[len(row) - k :], row[: len(row) - k])
        assert np.array_equal(real, sequence)
        assert (filler == 0).all()


SIGNALS = hnp.arrays(
    np.float64, (6, 4, 2), elements=st.floats(-1e300, 1e300) | st.sampled_from([np.nan, np.inf, -np.inf])
)


@given(SIGNALS, hnp.arrays(np.bool_, (6, 4)), st.sampled_from(["mask", "zero"]))
def test_repaired_data_are_finite_and_zero_where_not_real(x, valid, nonfinite):
    x[0, 0], valid[0, 0] = 1.0, True
    ds = from_arrays({"train": {"a": x}}, {"train": [0, 1] * 3}, valid={"train": {"a": valid}}, nonfinite=nonfinite)
    out, real = ds["train"].inputs["a"], ds["train"].valid["a"]
    assert out.dtype == np.float32
    assert np.isfinite(out).all()
    assert (out[~real] == 0).all()
    assert not (real & ~valid).any()
    assert np.isfinite(ds.spec.modality("a").std).all()
