"""A strategy begun on a small model, so that one batch of it can be looked at."""

import types

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.models.batch import batch_of
from mmviz.train.config import TrainConfig
from mmviz.train.contributions import Contributions
from mmviz.train.sampling import hold_out
from mmviz.train.strategies.base import Training

SMALL = {"coupled_mamba": {"layers": 1, "state": 4}, "late": {"layers": 1, "state": 4}}


def small_model(ds, name="concat", **options):
    return mm.models.build(name, ds.spec, **{"width": 8, "dropout": 0.0, **SMALL.get(name, {}), **options})


@pytest.fixture
def begun():
    """Return a function: strategy, data, model -> the strategy, begun, with ``batch`` and ``train_on`` to make its updates."""

    def begin(strategy, ds, name="concat", rows=12, epoch=1, **options):
        model = strategy.prepare(small_model(ds, name, **options))
        seen, held_out = hold_out(ds["train"], 8, 0)
        training = Training(
            model, TrainConfig(batch_size=rows), seen, held_out, torch.device("cpu"), np.random.default_rng(0)
        )
        if strategy.needs_contributions and training.contributions is None:
            value = np.linspace(0.1, 0.3, len(ds.spec.names))
            training.contributions = Contributions(value, value, value, np.zeros(2 ** len(value)))
        strategy.begin(training)
        strategy.before_epoch(epoch)
        batch = batch_of(seen, range(rows))
        return types.SimpleNamespace(
            strategy=strategy, model=model, training=training, batch=batch, rows=np.arange(rows)
        )

    return begin


@pytest.fixture(scope="session")
def single():
    """One modality, two classes."""
    return mm.data.synthetic(n=100, steps=16, modalities=1, delays=[0], noise=0.2, seed=0, task="classification")


@pytest.fixture(scope="session")
def easy():
    """Three modalities that agree, two classes, learned in a moment."""
    return mm.data.synthetic(
        n=160, steps=24, noise=0.2, unique=0.2, redundant=1.0, synergistic=0.0, seed=0, task="classification"
    )
