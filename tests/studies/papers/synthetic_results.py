"""Synthetic results: rows with the columns of the studies and numbers from a formula, artefacts of the measured shapes."""

import json

import numpy as np
import pandas as pd
import xarray as xr

from mmviz.studies.papers import Budget
from mmviz.studies.papers.artefacts import CONTENDERS
from mmviz.studies.papers.published_results import LENGTHS
from mmviz.studies.papers.training_grids import STUDIES

BUDGET = Budget(seeds=2, epochs=3)
RATES = [f"{r / 10:.1f}" for r in range(1, 8)]


class SyntheticResults:
    """Replaces :class:`mmviz.studies.papers.PaperResults` in tests."""

    budget = BUDGET

    def __init__(self):
        self._rows = {}

    def rows(self, name):
        if name not in self._rows:
            cells = STUDIES[name](self.budget).cells
            self._rows[name] = pd.DataFrame.from_records([_row(cell, i) for i, cell in enumerate(cells)])
        return self._rows[name]

    def artefact(self, name):
        return {"efficiency": _efficiency, "aligned": _aligned, "mapped": _mapped}[name]()


def _row(cell, i):
    at = 0.4 + 0.01 * i
    row = {
        "key": cell.key,
        **cell.columns(),
        "test.accuracy": at,
        "test.f1_macro": at - 0.1,
        "test.f1_weighted": at - 0.05,
    }
    row |= {"test.mae": 2 * at, "test.correlation": at, "test.accuracy_2_positive": at, "test.f1_positive": at}
    row |= {"test.accuracy@audio": at - 0.1, "test.accuracy@image": at - 0.2, "test.accuracy@missing": at - 0.15}
    row |= {f"test.accuracy@missing={rate}": at - 0.3 * float(rate) for rate in RATES}
    row |= {"test.E1": 0.3 - at / 10, "test.E2": 0.3 - at / 10, "test.E3": 0.2, "run.parameters": 1000 + i}
    entry = {"contribution/audio": 0.5, "contribution/image": 0.1, "E1": 0.3, "E2": 0.3, "E3": 0.2}
    row["history"] = json.dumps([{"epoch": e} | {k: v * (e + 1) / 4 for k, v in entry.items()} for e in range(4)])
    return row


def _efficiency():
    shape = (len(CONTENDERS), len(LENGTHS))
    middle = np.arange(1, 1 + shape[0])[:, None] * np.array(LENGTHS) / 50
    values = {"milliseconds": middle, "low": 0.9 * middle, "high": 1.2 * middle, "mebibytes": 3 * middle}
    data = xr.Dataset(
        {name: (("model", "length"), v) for name, v in values.items()},
        coords={"model": list(CONTENDERS), "length": list(LENGTHS)},
        attrs={"machine": "a machine", "threads": 1, "batch": 4, "width": 32},
    )
    return xr.DataTree.from_dict({"/efficiency": data})


def _maps(stages):
    place = np.random.default_rng(0).normal(size=(2, 2, 30, 2))
    return xr.Dataset(
        {"place": (("stage", "modality", "sample", "axis"), place)},
        coords={"stage": list(stages), "modality": ["audio", "image"]},
        attrs={"samples": 30},
    )


def _mapped():
    return xr.DataTree.from_dict({"/features": _maps(("before", "after"))})


def _aligned():
    steps = 8
    plan = np.eye(steps)[None] / steps
    cost = 1 - np.eye(steps)[None]
    zeros = np.zeros((1, steps))
    transport = xr.Dataset(
        {
            "plan": (("recorded_sample", "time", "anchor_time"), plan),
            "cost": (("recorded_sample", "time", "anchor_time"), cost),
            "target": (("recorded_sample", "time"), zeros + np.arange(steps)),
            "lag": (("recorded_sample", "time"), zeros),
            **{
                name: ("recorded_sample", [0.01])
                for name in ("estimated_lag", "estimated_lag_p", "entropy", "monotonicity")
            },
            "pooled_lag": 0.0,
            "pooled_lag_p": 0.01,
        },
        coords={"recorded_sample": [3]},
        attrs={"source": "image", "anchor": "audio", "dataset": "av_digits", "split": "test", "best_epoch": 3},
    )
    apart = np.array([[[1.9], [1.8]], [[1.9], [1.2]]])
    alignment = xr.Dataset(
        {"a_distance": (("run", "epoch", "pair"), apart)},
        coords={"run": ["no alignment", "OT and MMD"], "epoch": [0, 3], "pair": ["image to audio"]},
    )
    return xr.DataTree.from_dict(
        {"/transport": transport, "/alignment": alignment, "/features": _maps(("no alignment", "OT and MMD"))}
    )
