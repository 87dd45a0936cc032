"""CPU time of a batch under a training strategy over that of the passes that it states: at most 1.10.

    OMP_NUM_THREADS=1 python tests/bars/strategy_costs.py [MODEL ...]

Batches of the strategy and of its plain passes alternate; the figure is the median of the ratios of neighbours.
"""

import statistics
import sys
import time
from types import SimpleNamespace

import numpy as np
import torch

import mmviz as mm
from mmviz.models.batch import batch_of
from mmviz.train.config import TrainConfig
from mmviz.train.sampling import hold_out
from mmviz.train.strategies import strategy_of
from mmviz.train.strategies.base import Training
from mmviz.train.strategies.unimodal import unimodal_pass

SAMPLES, PAIRS, BAR = 64, 30, 1.10
#: strategy -> options, and the passes of a batch besides the joint one: unimodal, unimodal without gradient, exchanged samples, residual
CASES = {
    "inforeg": ({"window": "all"}, {"scores"}),
    "relearning": ({}, set()),
    "midas": ({"warm_up": 0}, {"unimodal", "exchanged"}),
    "dgl": ({}, {"unimodal"}),
    "umt": ({"teacher_epochs": 1}, {"features"}),
    "g2d": ({"teacher_epochs": 1}, {"features"}),
    "reconboost": ({}, {"residual"}),
}


def begun(name, model_name, epoch=3):
    """Return a strategy in its third epoch, with model, batch and optimizer."""
    ds = mm.data.synthetic(n=300, steps=48, seed=0, task="classification")
    small = {"layers": 2, "state": 16} if model_name in ("coupled_mamba", "late") else {}
    strategy = strategy_of(name, CASES[name][0])
    model = strategy.prepare(mm.models.build(model_name, ds.spec, width=64, **small))
    seen, held_out = hold_out(ds["train"], 32, 0)
    config = TrainConfig(batch_size=SAMPLES)
    training = Training(model, config, seen, held_out, torch.device("cpu"), np.random.default_rng(0))
    adamw = torch.optim.AdamW(model.parameters(), 1e-4)
    strategy.optimizers(model, lambda *a, **k: adamw)
    strategy.begin(training)
    strategy.before_epoch(epoch)
    return SimpleNamespace(
        strategy=strategy, training=training, model=model, adamw=adamw, batch=batch_of(seen, range(SAMPLES))
    )


def own_batch(world):
    """Make the updates of the strategy."""
    for update in world.strategy.updates(world.batch, np.arange(SAMPLES)):
        update.loss.backward()
        world.strategy.after_backward(update)
        world.adamw.step()
        world.adamw.zero_grad()


def plain_batch(world, passes):
    """Make the passes that the strategy states, and one step."""
    training, model, target = world.training, world.model, world.batch.target
    steps = model.encode(world.batch)
    if "residual" in passes:
        only = training.only(1, SAMPLES)
        without_gradient(
            model, lambda: (model.fuse(steps.masked(~only)), model.fuse(steps.masked(training.only(0, SAMPLES))))
        )
        loss = training.loss(model.fuse(steps.masked(only)), target)
    else:
        loss = training.joint(steps, target).loss
    if "scores" in passes:
        without_gradient(model, lambda: unimodal_pass(model, steps))
    if "unimodal" in passes or ("features" in passes and not model.independent_streams):
        loss = loss + sum(unimodal_pass(model, steps).losses(training, target).values())
    if "exchanged" in passes:  # with two classes about three quarters of the exchanged samples have two labels
        some = torch.cat([torch.randperm(SAMPLES)[: SAMPLES * 3 // 4] for _ in range(2)])
        loss = loss + training.loss(model.fuse(steps.samples(some)), target[some])
    loss.backward()
    world.adamw.step()
    world.adamw.zero_grad()


def without_gradient(model, passes):
    """Make passes in evaluation mode."""
    model.eval()
    with torch.no_grad():
        passes()
    model.train()


def ratio(name, model_name):
    """Return the median ratio, and the median milliseconds of the strategy."""
    world, found, own = begun(name, model_name), [], []
    for _ in range(PAIRS):
        start = time.process_time()
        own_batch(world)
        between = time.process_time()
        plain_batch(world, CASES[name][1])
        own.append(between - start)
        found.append(own[-1] / (time.process_time() - between))
    return statistics.median(found[5:]), 1e3 * statistics.median(own[5:])


if __name__ == "__main__":
    torch.set_num_threads(1)
    above = []
    for model_name in sys.argv[1:] or ["concat", "coupled_mamba"]:
        for name in CASES:
            found, milliseconds = ratio(name, model_name)
            above += [f"{name} on {model_name}"] * (found > BAR)
            print(
                f"{model_name:14s} {name:11s} {milliseconds:7.1f} ms per batch, {found:.2f} of its passes", flush=True
            )
    print(f"above {BAR}: {', '.join(above) or 'none'}")
    sys.exit(bool(above))
