"""Known truth: rows of tests/properties, where explanations are compared with data whose truth is known."""

import importlib
import sys
import warnings
from pathlib import Path

import torch
from truth_registry import Row, measurement

FOLDER = Path(__file__).parents[2] / "properties"


@measurement("known truth")
def known_truth():
    """Return the rows of tests/properties/known_truth.py, with 5 seeds; about 8 minutes."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(FOLDER))
    return [as_row(row) for row in importlib.import_module("known_truth").rows()]


def as_row(row):
    """Return a row of the page; it belongs to the Shapley values unless its name says otherwise."""
    words = row["name"].lower()
    named = {"interaction": "interactions", "imbalance": "imbalance", "attribution": "end-to-end", "routing": "routing"}
    section = next((key for word, key in named.items() if word in words), "shapley")
    bar, interval = str(row.get("bar") or ""), (row.get("low"), row.get("high"))
    return Row(
        section, row["name"], row["question"], row["measured"], *interval, int(row.get("n", 5)), bar, row.get("holds")
    )
