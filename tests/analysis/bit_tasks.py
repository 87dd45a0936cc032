"""Tasks on two fair bits with known measures, and the module that predicts each as Bayes' rule does, with 2 % label smoothing."""

import numpy as np
import torch
from torch import nn

import mmviz as mm

SMOOTHING = 0.02
A, B = np.tile([0, 0, 1, 1], 4), np.tile([0, 1, 0, 1], 4)


class Table(nn.Module):
    """Logits log p of a table of class probabilities, looked up by the two bits."""

    def __init__(self, table):
        super().__init__()
        self.table = nn.Parameter(torch.as_tensor(table, dtype=torch.float32).log())

    def forward(self, values):
        a, b = ((values[name][:, 0, 0] > 0.5).long() for name in ("a", "b"))
        return self.table[a, b]


def smooth(classes, of):
    """Return p (a, b, class) of a function of the bits, smoothed."""
    hot = np.eye(classes)[[[of(a, b) for b in (0, 1)] for a in (0, 1)]]
    return hot * (1 - SMOOTHING) + SMOOTHING / classes


#: name -> (bits of a, bits of b, classes of the samples, table of predictions)
TASKS = {
    "XOR": (A, B, A ^ B, smooth(2, lambda a, b: a ^ b)),
    "first only": (A, B, A, smooth(2, lambda a, b: a)),
    "duplicate, both read": (A, A, A, (smooth(2, lambda a, b: a) + smooth(2, lambda a, b: b)) / 2),
    "duplicate, first read": (A, A, A, smooth(2, lambda a, b: a)),
    "both bits": (A, B, 2 * A + B, smooth(4, lambda a, b: 2 * a + b)),
    "AND": (A, B, A & B, smooth(2, lambda a, b: a & b)),
}


def run_and_split(a, b, y, table, group=None):
    """Return a run of the module of the table, and the split of the bits."""
    inputs = {"a": np.asarray(a, float)[:, None, None], "b": np.asarray(b, float)[:, None, None]}
    named = {} if group is None else {"group": {"train": group, "test": group}}
    ds = mm.data.from_arrays(
        {"train": inputs, "test": inputs}, {"train": y, "test": y}, classes=[str(k) for k in range(table.shape[-1])], name="bits", **named,
    )  # fmt: skip
    model = mm.models.adapt(Table(table), ds.spec, missing="zeros", output_kind="logits")
    return mm.train.as_run(model, seed=0), ds["test"]


def traced(task, recordings=("product_grid", "permutations"), **options):
    """Return the Trace of a task with recordings for measures."""
    run, split = run_and_split(*TASKS[task])
    trace = mm.record(run, split, recorded_samples=2, attribution=None)
    found = {}
    if "product_grid" in recordings:
        found["product_grid"] = mm.recording.record_product_grid(run, split)
    if "permutations" in recordings:
        found["permutations"] = mm.recording.record_permutations(run, split, draws=None)
    return mm.trace.with_measures(trace, found)
