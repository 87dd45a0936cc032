"""A study: a name, the cells that belong to it, and the comparison it was declared for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
from mmviz.studies.cell import Cell, cell

# from the slowest to the fastest, so that neighbours share their data
AXES = ("data", "modalities", "model", "strategy", "train", "seed", "measures", "convention")
REQUIRED = ("data", "model")


@dataclass(frozen=True)
class Study:
    """Trainings to compare.

    Attributes
    ----------
    name
        Letters, digits, "_" and "-".
    cells
        From :func:`grid`; the cells of several grids may be added.
    by
        Columns that distinguish the variants, as in :meth:`Cell.columns`.
    metric
        Column of the table, such as "test.accuracy".
    reference
        Column to value: the variant to which all others are compared; empty for none.
    also
        Further metrics of the second table.

    Raises
    ------
    ConfigError
        No cells, a repeated cell (with both positions), an unknown column.
    """

    name: str
    cells: tuple[Cell, ...]
    by: tuple[str, ...] = ("model",)
    metric: str = "test.accuracy"
    reference: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name or not self.name.replace("_", "").replace("-", "").isalnum():
            raise ConfigError(f"study {self.name!r}: give a name of letters, digits, '_' and '-'")
        if not self.cells:
            raise ConfigError(f"study {self.name!r} has no cells")
        seen: dict[str, int] = {}
        for i, each in enumerate(self.cells):
            first = seen.setdefault(each.text, i)
            if first != i:
                raise ConfigError(
                    f"study {self.name!r}: cell {i} is cell {first} again ({each!r}); declare each combination once"
                )
        columns = list(dict.fromkeys(c for each in self.cells for c in each.columns()))
        for name in (*self.by, *self.reference):
            if name not in columns:
                raise ConfigError(
                    f"study {self.name!r}: no column {name!r}{nearest(name, columns)}; there is {', '.join(columns)}"
                )

    def __len__(self) -> int:
        return len(self.cells)


def grid(**axes: Any) -> tuple[Cell, ...]:
    """Return one cell for every combination of the axes.

    Parameters
    ----------
    data
        A built-in set or path, or a mapping with ``name`` and loader options; or a list of such.
    model
        A name of :func:`mmviz.models.available`, or a mapping with ``name`` and options; or a list of such.
    strategy
        A name of :data:`mmviz.train.STRATEGIES`, or a mapping with ``name`` and the strategy's options; or a list of such.
    train
        A mapping of further options of :class:`mmviz.train.TrainConfig`, or a list of such.
    modalities
        A tuple of names to restrict the data to, None for all; or a list of such.
    seed
        Of weights, batches and dropout: an integer, or a list of integers.
    measures
        A tuple of results besides the metrics of every split: "contributions" (Shapley values and imbalance on the test split), "missing"
        (metrics with missing modalities), "interactions" (EMAP gap, perceptual score, SHAPE cooperation and InterSHAP of the model), "samples" (score of every test sample for every subset of modalities) and "probes" (the same of linear
        probes, :func:`mmviz.recording.linear_probes`; with "untrained_probes" of the untrained model too), both as JSON.
    convention
        As in :func:`mmviz.train.metrics.score`.

    Returns
    -------
    tuple of Cell
        The first axis of `AXES` varies slowest.

    Raises
    ------
    ConfigError
        For an unknown axis, name or option (with the nearest known one), an axis without values, or a value out of range.
    """
    for name in axes:
        if name not in AXES:
            raise ConfigError(f"grid: no axis {name!r}{nearest(name, AXES)}; there is {', '.join(AXES)}")
    for name in REQUIRED:
        if name not in axes:
            raise ConfigError(f"grid: axis {name!r} is missing")
    defaults: dict[str, Any] = {
        "modalities": None,
        "strategy": "joint",
        "train": {},
        "seed": 0,
        "measures": (),
        "convention": None,
    }
    values = {name: _values(name, axes.get(name, defaults.get(name))) for name in AXES}
    return tuple(cell(**dict(zip(values, chosen, strict=True))) for chosen in itertools.product(*values.values()))


def _values(axis: str, given: Any) -> list[Any]:
    """Return the values of an axis; a list or range is several values."""
    if isinstance(given, range):
        given = list(given)
    if isinstance(given, list):
        if not given:
            raise ConfigError(f"grid: axis {axis!r} has no values; leave it out or give one")
        return given
    return [given]
