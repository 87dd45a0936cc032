"""Trainings that the tests run on one device and on two; torchrun starts this file."""

import os
import pickle
import signal
import sys
from pathlib import Path

import numpy as np
from user_nets import Biased, adapted

import mmviz as mm
from mmviz.core.errors import MmvizError

OPTIONS = {
    "g_blend": {"super_epoch": 1},
    "midas": {"warm_up": 0},
    "opm": {"warm_up": 0},
    "umt": {"teacher_epochs": 1},
    "g2d": {"teacher_epochs": 1},
    "valuation": {"warm_up": 0},
}
STRATEGIES = {name: OPTIONS.get(name, {}) for name in mm.train.STRATEGIES}
REGRESSION = [name for name, kind in mm.train.STRATEGIES.items() if "regression" in kind.tasks]
MORE = {
    "memory": ("shapley_alternating", {"memory": True}),
    "alternation by epoch": ("shapley_alternating", {"alternation": "epoch", "joint_update": False}),
    "update rates by share": ("shapley_alternating", {"update_rates": "by_share"}),
    "others": ("mla", {"protect": "others"}),
    "step": ("ogm_ge", {"scale": "step"}),
    "gradient": ("agm", {"scale": "gradient"}),
}


#: strategies that a user's module is trained with, of which every pass and the parameters of each modality are ours to find
USER_MODULE = ("joint", "shapley_alternating", "ogm_ge")


class Interrupted(mm.train.strategies.ShapleyAlternating):
    """Asks to stop in the middle of the second epoch."""

    def updates(self, batch, rows):
        self.seen = getattr(self, "seen", 0) + 1
        if self.seen == 9 and self.training.devices.rank == 0:
            os.kill(os.getpid(), signal.SIGINT)
        yield from super().updates(batch, rows)


def ragged(task="classification", n=61):
    """41 samples to train on, so that a batch of 8 ends with one sample: one device has none of it; some lack a modality."""
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, n)
    inputs = {
        "sound": rng.normal(size=(n, 15, 2)) + target[:, None, None],
        "light": rng.normal(size=(n, 9, 3)) - target[:, None, None],
    }
    lengths = {"sound": rng.integers(3, 16, n), "light": rng.integers(2, 10, n)}
    lengths["sound"][[1, 5, 9, 30]] = 0
    lengths["light"][[2, 31, 40]] = 0
    rows = {"train": slice(0, 41), "valid": slice(41, 52), "test": slice(52, n)}
    classification = {"classes": ["no", "yes"]} if task == "classification" else {"task": task}
    value = target if task == "classification" else target + rng.random(n)
    return mm.data.from_arrays(
        {split: {name: x[s] for name, x in inputs.items()} for split, s in rows.items()},
        {split: value[s] for split, s in rows.items()},
        lengths={split: {name: x[s] for name, x in lengths.items()} for split, s in rows.items()},
        name=task,
        **classification,
    )


def trained(ds, strategy, options=None, **more):
    """Train without dropout, in float64 unless told otherwise."""
    fusions = mm.train.STRATEGIES[strategy].fusions if isinstance(strategy, str) else ()
    name, small = (fusions[0], {}) if fusions else ("coupled_mamba", {"layers": 1, "state": 4})
    model = mm.models.build(name, ds.spec, width=8, dropout=0.0, **small)
    augment = mm.train.Augment(stretch=ds.spec.names)
    chosen = {"epochs": 1, "batch_size": 8, "precision": "64-true", "augment": augment, "progress": False} | more
    return mm.train.fit(model, ds, strategy=strategy, strategy_options=options, **chosen)


def trained_module(ds, strategy, options=None, **more):
    """Train a user's module in float64."""
    model = adapted(Biased(ds.spec), ds, missing="mean")
    chosen = {"epochs": 1, "batch_size": 8, "precision": "64-true", "progress": False} | more
    return mm.train.fit(model, ds, strategy=strategy, strategy_options=options, **chosen)


def results(folder, **devices):
    """Return the runs of all cases by name; ``folder`` holds an interrupted run to go on with."""
    sets = {task: ragged(task) for task in ("classification", "regression")}
    found = {}
    for name, (strategy, options) in {**{s: (s, o) for s, o in STRATEGIES.items()}, **MORE}.items():
        bucket = {} if options.get("alternation") == "epoch" else {"bucket": 2}
        found[name] = trained(sets["classification"], strategy, options, **bucket, **devices)
        if name in REGRESSION:
            found[f"{name}, regression"] = trained(sets["regression"], strategy, options, **devices)
    found["float32"] = trained(sets["classification"], "joint", precision="32-true", epochs=2, **devices)
    found["measured"] = trained(sets["classification"], "joint", monitor=True, epochs=2, patience=1, **devices)
    found["stages"] = trained(sets["classification"], "reconboost", epochs=3, **devices)
    for name in USER_MODULE:
        found[f"{name}, user's module"] = trained_module(sets["classification"], name, OPTIONS.get(name), **devices)
    again = {"epochs": 3, "resume": True, "out": folder / "resumed"}
    found["resumed"] = trained(sets["classification"], "shapley_alternating", **again, **devices)
    return found


def refusals(folder, **devices):
    """Return what a call is answered that every device must refuse alike."""
    ds, said = ragged(), []
    again = {"epochs": 3, "resume": True, "out": folder / "resumed"}
    for changed in ({"learning_rate": 0.1}, {"batch_size": 9}):
        try:
            trained(ds, "shapley_alternating", **again | changed, **devices)
        except MmvizError as error:
            said.append(str(error))
    try:
        trained(ds, "joint", out=folder / "resumed", **devices)
    except MmvizError as error:
        said.append(str(error))
    return said


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    runs = results(folder, devices="auto", timeout=60)
    new = trained(ragged(), "shapley_alternating", epochs=3, out=folder / "new", devices="auto", timeout=60)
    stopped = trained(ragged(), Interrupted(), epochs=3, out=folder / "stopped", devices=2, timeout=60)
    said = refusals(folder, devices=2, timeout=60)
    kept = {name: (run.history, run.weights, run.status, run.best_epoch) for name, run in runs.items()}
    kept["new"] = (new.history, new.weights, new.status, new.best_epoch)
    rank = os.environ["RANK"]
    (folder / f"rank{rank}.pickle").write_bytes(pickle.dumps((kept, said, stopped.status)))
