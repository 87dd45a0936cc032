"""Splits: everything in exactly one, seeded, groups whole, classes in their share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmviz.core.errors import ConfigError, DataError
from mmviz.data import from_arrays
from mmviz.data.padding import windows
from mmviz.data.splits import split_groups, split_samples, stratified_folds

SHARES = {"train": 0.6, "valid": 0.2, "test": 0.2}


@given(st.integers(10, 200), st.integers(0, 1000))
def test_every_sample_is_in_exactly_one_split(n, seed):
    parts = split_samples(n, SHARES, seed)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(n))
    assert all(abs(len(parts[s]) - share * n) <= 1 for s, share in SHARES.items())


def test_same_seed_gives_the_same_splits_and_leaves_the_global_generator_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    a, b, c = (split_samples(100, SHARES, seed)["test"].tolist() for seed in (3, 3, 4))
    assert a == b != c
    assert np.array_equal(state, np.random.get_state()[1])  # noqa: NPY002


@given(st.lists(st.sampled_from("abcdefghij"), min_size=40, max_size=80), st.integers(0, 100))
def test_no_group_is_in_two_splits(letters, seed):
    group = np.array([*letters, *"abcdefghij"])
    parts = split_groups(group, SHARES, seed)
    seen = [set(group[rows]) for rows in parts.values()]
    assert sum(map(len, seen)) == len(set().union(*seen)) == 10
    assert sum(map(len, parts.values())) == len(group)


@given(st.lists(st.integers(0, 3), min_size=20, max_size=100), st.integers(2, 10), st.integers(0, 100))
def test_stratified_folds_share_each_class_evenly(labels, folds, seed):
    y = np.array(labels)
    fold = stratified_folds(y, folds, seed)
    for label in np.unique(y):
        counts = np.bincount(fold[y == label], minlength=folds)
        assert counts.max() - counts.min() <= 1
    counts = np.bincount(fold, minlength=folds)
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("shares", [{}, {"train": 0.5}, {"train": 1.5, "test": -0.5}])
def test_fractions_that_do_not_sum_to_one_are_refused(shares):
    with pytest.raises(ConfigError, match="sum to 1"):
        split_samples(10, shares, 0)


def test_split_that_would_be_empty_is_refused():
    with pytest.raises(DataError, match="'test' would be empty"):
        split_samples(3, {"train": 0.9, "test": 0.1}, 0)


def test_samples_without_a_group_cannot_be_split_by_group():
    with pytest.raises(DataError, match="sample 1 has no group"):
        split_groups(np.array(["a", "", "b"]), {"train": 0.5, "test": 0.5}, 0)


def test_all_arrays_of_a_sample_go_to_the_same_split():
    n = 30
    x = np.arange(n, dtype=float)[:, None, None] * np.ones((1, 4, 2))
    group = np.array([f"s{i // 3}" for i in range(n)])
    ds = from_arrays(
        {"a": x + 1},
        np.arange(n) % 2,
        lengths={"a": np.arange(n) % 4 + 1},
        ids=[f"id{i}" for i in range(n)],
        group=group,
        split=SHARES,
        split_by="group",
        seed=5,
    )
    assert list(ds.splits) == list(SHARES)
    assert ds.report.count("leakage") == 0
    for split in ds.splits.values():
        for k, name in enumerate(split.ids):
            i = int(str(name)[2:])
            assert split.inputs["a"][k, 0, 0] == i + 1
            assert split.valid["a"][k].sum() == i % 4 + 1
            assert split.target[k] == i % 2
            assert split.group[k] == group[i]
    assert sum(map(len, ds.splits.values())) == n


@given(st.integers(0, 50), st.integers(1, 20))
def test_windows_are_consecutive_parts_of_a_recording(steps, size):
    x = np.arange(steps * 2).reshape(steps, 2)
    cut = windows(x, size)
    assert cut.shape == (steps // size, size, 2)
    assert np.array_equal(cut.reshape(-1, 2), x[: steps // size * size])
