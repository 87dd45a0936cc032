"""Batches of a training: the same samples however they are grouped and wherever they lie; one batch in memory at a time."""

from collections import Counter

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.data.disk import Ragged
from mmviz.train.config import TrainConfig
from mmviz.train.sampling import EpochBatches

TINY = {"width": 8, "layers": 1, "state": 4}


def trained(ds, dropout=0.1, **options):
    model = mm.models.build("coupled_mamba", ds.spec, seed=0, dropout=dropout, **TINY)
    return mm.train.fit(model, ds, progress=False, **{"epochs": 2, "batch_size": 4, **options})


def same_weights(a, b, **tolerance):
    assert a.keys() == b.keys()
    return all(torch.allclose(a[k], b[k], **tolerance) if tolerance else torch.equal(a[k], b[k]) for k in a)


@pytest.fixture
def on_disk(ragged, tmp_path):
    return mm.data.from_disk(mm.data.to_disk(ragged, tmp_path / "set"))


@pytest.mark.parametrize("bucket", [0, 3])
def test_every_epoch_reads_every_sample_once(ragged, bucket):
    epochs = EpochBatches(ragged["train"], TrainConfig(batch_size=5, bucket=bucket))
    seen = [np.concatenate([rows for rows, _ in epochs.batches(e)]) for e in (1, 2)]
    assert all(sorted(rows.tolist()) == list(range(24)) for rows in seen)
    assert seen[0].tolist() != seen[1].tolist()
    for rows, batch in epochs.batches(3):
        assert Counter(batch.required_target.tolist()) == Counter(ragged["train"].target[rows].tolist())


def test_buckets_depend_on_seed_and_epoch_and_repeat_bit_for_bit(ragged):
    plans = [
        [
            rows.tolist()
            for rows, _ in EpochBatches(ragged["train"], TrainConfig(batch_size=4, bucket=2, seed=s)).batches(e)
        ]
        for s, e in ((0, 2), (0, 2), (1, 2), (0, 1))
    ]
    assert plans[0] == plans[1]
    assert plans[0] not in plans[2:]
    first, again = trained(ragged, bucket=2, seed=3), trained(ragged, bucket=2, seed=3)
    assert same_weights(first.weights[2], again.weights[2])
    assert not same_weights(first.weights[2], trained(ragged, bucket=2, seed=4).weights[2])


def test_with_one_batch_per_epoch_buckets_give_the_same_weights(ragged):
    plain, sorted_ = (trained(ragged, 0.0, batch_size=24, bucket=b, precision="64-true") for b in (0, 5))
    assert same_weights(plain.weights[2], sorted_.weights[2], rtol=1e-5, atol=1e-6)
    assert not same_weights(plain.weights[2], plain.weights[0], rtol=1e-5, atol=1e-6)


def test_buckets_reduce_the_padding_that_is_computed(ragged):
    cells = []
    for bucket in (0, 6):
        epochs = EpochBatches(ragged["train"], TrainConfig(batch_size=4, bucket=bucket))
        cells.append(sum(v.numel() for _, batch in epochs.batches(1) for v in batch.valid.values()))
    assert cells[1] < 0.9 * cells[0]


@pytest.mark.parametrize("options", [{}, {"bucket": 2}, {"bucket": 2, "block": 3}])
def test_training_from_disk_is_bitwise_equal_to_training_from_memory(ragged, on_disk, options):
    memory, disk = trained(ragged, **options), trained(on_disk, **options)
    assert same_weights(memory.weights[2], disk.weights[2])
    assert memory.history[2]["valid_loss"] == disk.history[2]["valid_loss"]


@pytest.mark.parametrize("options", [{}, {"bucket": 2}])
def test_only_the_rows_of_one_batch_are_read_from_disk_at_a_time(on_disk, options, monkeypatch):
    asked, gather = [], Ragged.gather

    def counted(self, rows, steps=None):
        asked.append(len(np.asarray(rows)))
        return gather(self, rows, steps)

    monkeypatch.setattr(Ragged, "gather", counted)
    monkeypatch.setattr(Ragged, "__array__", None)
    trained(on_disk, valid="valid", **options)
    assert max(asked) == 6  # the validation split; batches have 4
    assert sum(asked) == 2 * (2 * 24 + 3 * 6)  # modalities x (epochs x train + (epochs + 1) x valid)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bucket": -1}, "bucket=-1;"),
        ({"bucket": 2.0}, "bucket=2.0"),
        ({"bucket": 2, "block": 0}, "block=0"),
        ({"block": 64}, "block=64 needs bucket"),
    ],
)
def test_fit_refuses_invalid_bucket_and_block(options, message):
    with pytest.raises(ConfigError, match=message):
        TrainConfig(**options)
