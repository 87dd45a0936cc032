"""Data made incomplete on purpose: exact fractions, something always remains, the same whatever the order, never in place."""

import numpy as np
import pytest
from arrays import honest
from hypothesis import given, settings
from hypothesis import strategies as st

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data import from_arrays, missing

PUBLISHED = {
    0.1: (0.1, 0.1),
    0.2: (0.2, 0.2),
    0.3: (0.3, 0.3),
    0.4: (0.5, 0.2),
    0.5: (0.7, 0.1),
    0.6: (0.9, 0.0),
    0.7: (1, 0),
}
CHANGES = {
    "imder": lambda ds, **k: missing.drop_modalities(ds, 0.4, **k),
    "independent": lambda ds, **k: missing.drop_modalities(ds, 0.4, protocol="independent", **k),
    "elements": lambda ds, **k: missing.mask_elements(ds, 0.4, **k),
    "frames": lambda ds, **k: missing.drop_frames(ds, 0.4, **k),
    "zeroed": lambda ds, **k: missing.drop_frames(ds, 0.4, how="zero", **k),
    "noise": lambda ds, **k: missing.add_noise(ds, 0.4, **k),
    "delay": lambda ds, **k: missing.delay(ds, {ds.spec.names[0]: 2}, jitter=1, **k),
}
BY_ID = [name for name in CHANGES if name != "imder"]


@pytest.fixture(scope="module")
def ds():
    return mm.data.synthetic(n=200, steps=24, seed=0)


@pytest.fixture(scope="module")
def two():
    """Two modalities, one of them ragged."""
    inputs, target, lengths = honest()
    return from_arrays(inputs, target, lengths=lengths)


def members(split):
    return np.stack([v.any(1) for v in split.valid.values()], 1)


def same(a, b):
    return all(np.array_equal(a.inputs[m], b.inputs[m]) and np.array_equal(a.valid[m], b.valid[m]) for m in a.inputs)


@pytest.mark.parametrize("rate", missing.IMDER_RATES)
@pytest.mark.parametrize("n", [1000, 37])
def test_the_imder_protocol_has_the_published_fractions(rate, n):
    ids = np.array([f"s{i}" for i in range(n)])
    kept = missing.kept_modalities(ids, np.ones((n, 3), bool), rate).sum(1)
    two, one = PUBLISHED[rate]
    assert (kept == 1).sum() == round(two * n)
    assert (kept < 3).sum() == round((two + one) * n)
    assert kept.min() == 1
    if n == 1000:
        assert (3 - kept).mean() / 3 == pytest.approx(2 / 3 if rate == 0.7 else rate, abs=1e-12)


def test_every_modality_is_lost_about_equally_often():
    ids = np.array([f"s{i}" for i in range(3000)])
    kept = missing.kept_modalities(ids, np.ones((3000, 3), bool), 0.5, seed=3)
    assert np.ptp(kept.mean(0)) < 0.05


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 99), st.sampled_from(["imder", "independent"]), st.integers(0, 7), st.integers(1, 30))
def test_every_sample_keeps_at_least_one_recorded_modality(seed, protocol, tenth, n):
    present = np.random.default_rng(seed).random((n, 3)) < 0.6
    ids = np.array([f"s{i}" for i in range(n)])
    kept = missing.kept_modalities(ids, present, tenth / 10, protocol=protocol, seed=seed)
    assert not (kept & ~present).any()
    assert (kept.any(1) == present.any(1)).all()
    if tenth == 0:
        assert (kept == present).all()


def test_an_absent_modality_counts_among_those_lost():
    ids = np.array([f"s{i}" for i in range(500)])
    present = np.ones((500, 3), bool)
    present[:, 1] = False
    kept = missing.kept_modalities(ids, present, 0.3).sum(1)
    assert sorted(np.unique(kept, return_counts=True)[1].tolist()) == [
        150,
        350,
    ]  # 0.3 keep one; one lost = the absent one


def test_the_independent_protocol_has_the_given_rate_for_any_number_of_modalities():
    ids = np.array([f"s{i}" for i in range(4000)])
    kept = missing.kept_modalities(ids, np.ones((4000, 5), bool), 0.3, protocol="independent")
    assert 1 - kept.mean() == pytest.approx(0.3, abs=0.01)
    every = missing.kept_modalities(ids, np.ones((4000, 2), bool), 1.0, protocol="independent")
    assert (every.sum(1) == 1).all()


@pytest.mark.parametrize("name", CHANGES)
def test_the_given_data_set_is_not_changed(name, ds):
    before = ds.fingerprint(), len(ds.report), ds.spec.notes
    after = CHANGES[name](ds)
    assert (ds.fingerprint(), len(ds.report), ds.spec.notes) == before
    assert after.fingerprint() != before[0]
    for split in after.splits.values():
        for m, x in split.inputs.items():
            assert (x[~split.valid[m]] == 0).all()
            assert x.dtype == np.float32


@pytest.mark.parametrize("name", CHANGES)
def test_the_order_of_samples_does_not_change_what_is_masked(name, ds):
    order = np.random.default_rng(0).permutation(len(ds["train"]))
    shuffled = mm.data.Dataset(ds.spec, {"train": ds["train"].take(order)}, ds.report)
    assert same(CHANGES[name](shuffled)["train"], CHANGES[name](ds)["train"].take(order))


@pytest.mark.parametrize("name", BY_ID)
def test_other_samples_do_not_change_what_is_masked(name, ds):
    alone = mm.data.Dataset(ds.spec, {"train": ds["train"].take([5])}, ds.report)
    assert same(CHANGES[name](alone)["train"], CHANGES[name](ds)["train"].take([5]))


@pytest.mark.parametrize("name", ["elements", "frames", "noise"])
def test_padding_does_not_change_what_is_masked(name, two):
    short = two["train"]
    wide = {m: np.pad(x, ((0, 0), (0, 5), (0, 0))) for m, x in short.inputs.items()}
    mask = {m: np.pad(v, ((0, 0), (0, 5))) for m, v in short.valid.items()}
    padded = mm.data.Split("train", wide, mask, short.target, short.ids, short.group)
    ours = CHANGES[name](two)["train"]
    theirs = CHANGES[name](mm.data.Dataset(two.spec, {"train": padded}, two.report))["train"]
    for m, x in ours.inputs.items():
        assert np.array_equal(theirs.inputs[m][:, : x.shape[1]], x)


@pytest.mark.parametrize("name", CHANGES)
def test_the_same_seed_repeats_a_change_and_another_differs(name, ds):
    assert CHANGES[name](ds, seed=1).fingerprint() == CHANGES[name](ds, seed=1).fingerprint()
    assert CHANGES[name](ds, seed=1).fingerprint() != CHANGES[name](ds, seed=2).fingerprint()


def test_all_splits_are_treated_alike_unless_named(ds):
    for split in missing.drop_modalities(ds, 0.7).splits.values():
        assert (members(split).sum(1) == 1).all()
    some = missing.drop_modalities(ds, 0.7, splits=["test"])
    assert members(some["train"]).all()
    assert not members(some["test"]).all()


def test_a_change_is_recorded_in_report_and_notes(ds):
    after = missing.drop_modalities(ds, 0.4, seed=2)
    lost = sum(int((~members(s)).sum()) for s in after.splits.values())
    assert after.report.count("masked") == lost
    assert "drop_modalities(rate=0.4, protocol='imder', seed=2)" in after.spec.notes[-1]
    assert "drop_modalities" in str(after.report)
    twice = missing.add_noise(after, 0.1)
    assert len(twice.spec.notes) == len(ds.spec.notes) + 2
    assert twice.truth is None


def test_subsets_lists_every_non_empty_subset_once(ds):
    found = missing.subsets(ds.spec)
    assert len(found) == len(set(found)) == 7
    for names in found:
        split = missing.keep_modalities(ds, names)["test"]
        assert [m for m in ds.spec.names if split.valid[m].any()] == list(names)
    assert found[4] == (ds.spec.names[0], ds.spec.names[2])  # 5 = 101 in binary


def test_masked_elements_have_the_rate_and_leave_steps_real(ds):
    after = missing.mask_elements(ds, 0.3)
    m = ds.spec.names[0]
    real = ds["train"].valid[m]
    zero = (after["train"].inputs[m][real] == 0).mean()
    assert zero == pytest.approx(0.3, abs=0.02)
    assert np.array_equal(after["train"].valid[m], real)
    kept = after["train"].inputs[m] != 0
    assert np.array_equal(after["train"].inputs[m][kept], ds["train"].inputs[m][kept])


def test_dropped_frames_are_masked_or_zero_and_one_remains(two):
    masked, zeroed = (missing.drop_frames(two, 1.0, how=how)["train"] for how in ("mask", "zero"))
    for m, v in two["train"].valid.items():
        assert (masked.valid[m].sum(1) == 1).all()
        assert np.array_equal(zeroed.valid[m], v)
        assert ((zeroed.inputs[m] != 0).any(2).sum(1) == 1).all()


def test_noise_is_measured_in_each_channels_own_deviation(ds):
    m = ds.spec.modalities[0]
    noise = (missing.add_noise(ds, 0.5)["train"].inputs[m.name] - ds["train"].inputs[m.name])[ds["train"].valid[m.name]]
    assert noise.std(0) == pytest.approx(0.5 * m.std, rel=0.1)


def test_a_delay_moves_values_and_mask_together(two):
    before, after = two["train"], missing.delay(two, {"sound": 2})["train"]
    assert np.array_equal(after.inputs["sound"][:, 2:], before.inputs["sound"][:, :-2])
    assert np.array_equal(after.valid["sound"][:, 2:], before.valid["sound"][:, :-2])
    assert not after.valid["sound"][:, :2].any()
    assert after.inputs["light"] is before.inputs["light"]
    back = missing.delay(two, {"sound": -2})["train"]
    assert np.array_equal(back.inputs["sound"][:, :-2], before.inputs["sound"][:, 2:])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda ds: missing.drop_modalities(ds, 0.25), ConfigError, "rate=0.25: protocol='imder' is defined for 0 and"),
        (lambda ds: missing.drop_modalities(ds, 1.5), ConfigError, "rate=1.5"),
        (lambda ds: missing.drop_modalities(ds, 0.1, protocol="imdr"), ConfigError, "did you mean 'imder'"),
        (
            lambda ds: missing.drop_modalities(ds, 0.1, splits=["tst"]),
            ConfigError,
            "no split 'tst' .did you mean 'test'",
        ),
        (lambda ds: missing.keep_modalities(ds, []), ConfigError, "none named"),
        (lambda ds: missing.keep_modalities(ds, "m0"), ConfigError, "one text"),
        (lambda ds: missing.delay(ds, {ds.spec.names[0]: 24}), ConfigError, "longest sequence has 24 steps"),
        (lambda ds: missing.add_noise(ds, float("nan")), ConfigError, "scale=nan"),
        (lambda ds: missing.drop_frames(ds, 0.1, how="hold"), ConfigError, "how='hold'"),
        (lambda ds: missing.kept_modalities(["a", "a"], np.ones((2, 3)), 0.1), DataError, "occurs twice"),
    ],
)
def test_invalid_options_of_missing_data_are_refused(call, error, message, ds):
    with pytest.raises(error, match=message):
        call(ds)


def test_the_protocol_of_three_refuses_two_modalities(two):
    with pytest.raises(ConfigError, match="the data have 2; use protocol='independent'"):
        missing.drop_modalities(two, 0.1)
    assert members(missing.drop_modalities(two, 0.5, protocol="independent")["train"]).any(1).all()
