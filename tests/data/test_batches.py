"""Batches: every sample once per epoch, the same for the same seed and any number of workers, lengths left as they are."""

import os
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, Dataset

from mmviz.core.errors import ConfigError, DataError
from mmviz.data import from_arrays, pad
from mmviz.data.batches import Buckets, stream
from mmviz.data.disk import from_disk, to_disk


def ragged(n=203):
    rng = np.random.default_rng(0)
    sound, sound_lengths = pad([rng.normal(size=(rng.integers(1, 60), 3)) for _ in range(n)])
    light, light_lengths = pad([rng.normal(size=(rng.integers(0, 9), 2)) for _ in range(n)])
    return from_arrays(
        {"train": {"sound": sound, "light": light}},
        {"train": np.arange(n) % 2},
        lengths={"train": {"sound": sound_lengths, "light": light_lengths}},
    )["train"]


@pytest.fixture(scope="module")
def split():
    return ragged()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 70), st.integers(1, 5), st.integers(1, 40), st.booleans(), st.integers(0, 3))
def test_every_sample_comes_once_per_epoch(split, size, pool, block, shuffle, epoch):
    plan = Buckets(split, size, pool=pool, block=block, shuffle=shuffle)
    batches = plan.of(epoch)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(split)))
    assert len(batches) == len(plan)
    assert sum(len(b) != size for b in batches) <= 1


def test_the_plan_depends_on_seed_and_epoch_alone(split):
    plan = Buckets(split, 16, seed=3)
    third = plan.of(3)
    assert [b.tolist() for b in Buckets(split, 16, seed=3).of(3)] == [b.tolist() for b in third]
    for other in (Buckets(split, 16, seed=4).of(3), plan.of(2)):
        assert [b.tolist() for b in other] != [b.tolist() for b in third]
    passes = Buckets(split, 16, seed=3, epoch=2)
    assert list(passes) == list(passes) == [b.tolist() for b in plan.of(2)]
    passes.epoch = 3
    assert list(passes) == [b.tolist() for b in third]


def test_buckets_save_padding(split):
    plain, sorted_ = (Buckets(split, 16, by="sound", pool=p).padding(0) for p in (1, 50))
    assert sorted_ < 0.6 * plain
    for rows in Buckets(split, 16, by="sound").of(0):
        assert np.ptp(split.valid["sound"][rows].sum(1)) <= 12


def test_blocks_keep_neighbours_in_one_pool_and_mix_batches(split):
    batches = Buckets(split, 10, pool=4, block=20).of(0)
    for start in range(0, 20, 4):
        pool = np.sort(np.concatenate(batches[start : start + 4]))
        assert len(set((pool // 20).tolist())) <= 4  # 40 samples: two blocks, or parts of the last
    assert max(np.ptp(b) for b in batches) > 20


def test_without_shuffling_the_order_is_that_of_the_split(split):
    assert np.array_equal(np.concatenate(Buckets(split, 16, shuffle=False).of(5)), np.arange(len(split)))


def same(a, b):
    return (
        a.ids.tolist() == b.ids.tolist()
        and np.array_equal(a.target, b.target)
        and all(np.array_equal(a.inputs[m], b.inputs[m]) for m in a.inputs)
        and all(np.array_equal(a.valid[m], b.valid[m]) for m in a.inputs)
    )


@pytest.mark.parametrize("place", ["memory", "disk"])
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_workers_do_not_change_a_bit(split, workers, place, tmp_path):
    if place == "disk":
        ds = from_arrays({"train": split.inputs}, {"train": split.target}, valid={"train": split.valid})
        split = from_disk(to_disk(ds, tmp_path / "set"))["train"]
    plan = Buckets(split, 16).of(0)
    alone, helped = list(stream(split, plan)), list(stream(split, plan, workers=workers))
    assert len(alone) == len(helped) == len(plan)
    assert all(same(a, b) for a, b in zip(alone, helped, strict=True))
    for ahead in (1, 4, 99):
        fetched = stream(split, plan, workers=workers, ahead=ahead)
        assert all(same(a, b) for a, b in zip(alone, fetched, strict=True))


def test_no_frame_is_stretched_moved_or_lost(split):
    for trim in (True, False):
        for rows, batch in zip(plan := Buckets(split, 16).of(1), stream(split, plan, trim=trim), strict=True):
            for m in split.inputs:
                steps = batch.inputs[m].shape[1]
                assert np.array_equal(batch.inputs[m], split.inputs[m][rows][:, :steps])
                assert not split.valid[m][rows][:, steps:].any()
                assert trim or steps == split.inputs[m].shape[1]
                assert not trim or batch.valid[m][:, -1].any() or steps == 1


def test_predictions_of_trimmed_batches_equal_those_of_the_whole_split(ragged, ragged_run):
    from mmviz.models.batch import batch_of

    whole = ragged_run.predict(ragged["train"])
    plan = Buckets(ragged["train"], 1).of(0)  # batches of one, the shortest of them a single frame
    for rows, batch in zip(plan, stream(ragged["train"], plan), strict=True):
        assert np.abs(ragged_run.predict(batch_of(batch)) - whole[rows]).max() < 1e-6


def test_modalities_keep_lengths_of_their_own(split):
    batch = next(iter(stream(split, Buckets(split, 8).of(0))))
    assert batch.inputs["sound"].shape[1] != batch.inputs["light"].shape[1]
    assert not np.shares_memory(batch.inputs["sound"], split.inputs["sound"])


def test_a_stream_that_is_closed_early_leaves_no_thread(split):
    reading = stream(split, Buckets(split, 4).of(0), workers=2)
    next(reading)
    reading.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("mmviz-stream")]


@pytest.fixture(scope="module")
def stored(split, tmp_path_factory):
    ds = from_arrays({"train": split.inputs}, {"train": split.target}, valid={"train": split.valid})
    return from_disk(to_disk(ds, tmp_path_factory.mktemp("sets") / "set"))["train"]


@pytest.mark.parametrize("workers", [0, 2])
def test_reading_ahead_from_disk_leaves_no_thread_either(stored, workers):
    reading = stream(stored, Buckets(stored, 4).of(0), workers=workers, ahead=8)
    next(reading)
    assert [t for t in threading.enumerate() if t.name.startswith("mmviz-stream-ahead")]
    reading.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("mmviz-stream")]


@pytest.mark.parametrize("rows", [[3, 999], [0.5, 1.0], [[1, 2]]])
def test_rows_outside_the_split_are_refused_when_their_batch_is_read(stored, rows):
    reading = stream(stored, [[0, -1], rows])
    assert len(next(reading)) == 2
    with pytest.raises(DataError, match=r"train\.take: indices"):
        next(reading)


def test_each_run_of_neighbouring_rows_is_prefetched_once(stored, monkeypatch):
    told = []
    monkeypatch.setattr(os, "posix_fadvise", lambda *a: told.append(a[1:3]), raising=False)
    monkeypatch.setattr(os, "POSIX_FADV_WILLNEED", 3, raising=False)
    sound = stored.inputs["sound"]
    sound.fetch([7, 5, 6, 100, 101, 5])
    lengths = stored.valid["sound"].sum(1)
    assert [size for _, size in told] == [12 * int(lengths[5:8].sum()), 12 * int(lengths[100:102].sum())]
    assert told[1][0] - told[0][0] == 12 * int(lengths[5:100].sum())
    sound.fetch(np.arange(50))  # one run: the system sees it by itself
    assert len(told) == 2


def test_batches_are_equal_on_a_system_without_prefetching(stored, monkeypatch):
    plan = Buckets(stored, 16, block=8).of(0)
    usual = list(stream(stored, plan))
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    assert all(same(a, b) for a, b in zip(usual, stream(stored, plan), strict=True))


class Rows(Dataset):
    def __init__(self, split):
        self.split = split

    def __getitem__(self, i):
        return i, self.split.inputs["sound"][i].sum()


def test_a_pytorch_data_loader_takes_buckets_as_batch_sampler_with_any_number_of_workers(split):
    seen = []
    for workers in (0, 2):
        loader = DataLoader(Rows(split), batch_sampler=Buckets(split, 50), num_workers=workers, collate_fn=list)
        seen.append([[i for i, _ in batch] for batch in loader])
    assert seen[0] == seen[1] == [b.tolist() for b in Buckets(split, 50).of(0)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size=0"),
        ({"batch_size": 4, "pool": 0}, "pool=0"),
        ({"batch_size": 4, "block": 0}, "block=0"),
        ({"batch_size": 4, "seed": -1}, "seed=-1"),
        ({"batch_size": 4, "by": "smell"}, "by: no modality 'smell'; there is 'sound', 'light'"),
    ],
)
def test_invalid_options_of_buckets_are_refused(split, options, message):
    with pytest.raises(ConfigError, match=message):
        Buckets(split, **options)


def test_a_negative_number_of_workers_is_refused_at_once(split):
    with pytest.raises(ConfigError, match="workers=-1"):
        stream(split, [], workers=-1)
    with pytest.raises(ConfigError, match="ahead=-1"):
        stream(split, [], ahead=-1)
