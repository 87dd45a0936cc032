"""Grids of trainings behind the figures: declarations of the studies, and scores over seeds from their rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.analysis.over_runs import mean_over
from mmviz.models import ablations
from mmviz.studies import Study, declare, grid
from mmviz.studies.significance import summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from mmviz.models import Ablation
    from mmviz.studies.papers.results import Budget


DIGITS: dict[str, Any] = {"name": "av_digits", "image_energy": 0.25}
VALUES = {"name": "synthetic", "n": 600, "steps": 32, "task": "regression"}
FUSIONS_OF_VALUES = ("average", "tfn", "lmf", "late", "cross_attention", "coupled_mamba")
STRATEGIES = ("joint", "ogm_ge", "mla", "shapley_alternating")
ORDERS = ("weakest_first", "strongest_first", "fixed", "random")
#: divisor of the paper's number of states and rank, and the smallest value
_SCALED = {"state": (8, 4), "dt_rank": (4, 1)}


def data_description(budget: Budget) -> str:
    """Return the description of the digits and of the models for captions."""
    return (
        f"spoken digits and blurred pictures of them (av_digits, image energy 0.25), test split; width {budget.width}, "
        f"{budget.epochs} epochs"
    )


def synthetic_data_description(budget: Budget) -> str:
    """Return the description of the synthetic values for captions."""
    return f"synthetic values from three modalities, 600 samples, test split; width {budget.width}, {3 * budget.epochs} epochs"


def model_options(budget: Budget) -> dict[str, Any]:
    """Return the options of the models, where a model has them."""
    return {"width": budget.width, "layers": 1, "steps": 14, "state": 4}


def train_options(budget: Budget) -> dict[str, Any]:
    """Return the options of every training."""
    return {"epochs": budget.epochs, "batch_size": 128, "learning_rate": 1e-2, "select": "last"}


def scaled(row: Ablation, budget: Budget) -> dict[str, Any]:
    """Return a row of the paper's ablations at the width of the budget: the same layers, an eighth of the states, a quarter of the rank."""
    options = dict(row.options) | {"width": budget.width, "steps": 14}
    for name, (factor, least) in _SCALED.items():
        if name in options:
            options[name] = max(least, options[name] // factor)
    if "heads" in options:
        options["heads"] = 4
    return {"name": row.model, **options}


def _common(budget: Budget) -> dict[str, Any]:
    return {
        "seeds": budget.seeds,
        "model": model_options(budget),
        "train": train_options(budget),
    }


def _ablation(budget: Budget) -> Study:
    models = {str(sorted(entry.items())): entry for entry in (scaled(row, budget) for row in ablations())}
    cells = grid(data=DIGITS, model=list(models.values()), train=train_options(budget), seed=list(range(budget.seeds)))
    return Study("paper_ablation", cells)


def _values(budget: Budget) -> Study:
    own = model_options(budget)
    models = []
    for name in FUSIONS_OF_VALUES:
        kept = ("width", "steps") if name in ("average", "tfn", "lmf", "cross_attention") else tuple(own)
        models.append({"name": name} | {k: 16 if k == "steps" else own[k] for k in kept})
    cells = grid(
        data=VALUES,
        model=models,
        train=train_options(budget) | {"epochs": 3 * budget.epochs, "batch_size": 64},
        seed=list(range(budget.seeds)),
        convention="mosi",
    )
    return Study("values", cells, metric="test.mae")


def _orders(budget: Budget) -> Study:
    cells = grid(
        data=DIGITS,
        model={"name": "coupled_mamba", **model_options(budget)},
        strategy=["joint", *({"name": "shapley_alternating", "order": order} for order in ORDERS)],
        train={"monitor": True, **train_options(budget)},
        seed=list(range(budget.seeds)),
        measures=("contributions", "missing"),
    )
    return Study("orders", cells, by=("strategy", "strategy.order"))


STUDIES: dict[str, Callable[[Budget], Study]] = {
    "fusions": lambda budget: declare("fusions", DIGITS, **_common(budget)),
    "paper_ablation": _ablation,
    "values": _values,
    "alignment": lambda budget: declare("alignmamba_ablation", DIGITS, **_common(budget)),
    "equilibrium": lambda budget: declare("strategies", DIGITS, only=STRATEGIES, **_common(budget)),
    "orders": _orders,
}


def over_seeds(rows: pd.DataFrame, metric: str, variants: Mapping[str, pd.Series]) -> xr.Dataset:
    """Return ``score`` (variant, seed), as :func:`mmviz.plots.plot_ablation` takes it.

    Parameters
    ----------
    rows
        Of a study.
    metric
        A column.
    variants
        Name -> mask of its rows, one row per seed.
    """
    seeds = sorted(set(map(int, rows["seed"])))
    table = np.full((len(variants), len(seeds)), np.nan)
    for i, chosen in enumerate(variants.values()):
        for seed, value in zip(rows["seed"][chosen], rows[metric][chosen], strict=True):
            table[i, seeds.index(int(seed))] = value
    return xr.Dataset({"score": (("variant", "seed"), table)}, coords={"variant": list(variants), "seed": seeds})


def mean_and_deviation(rows: pd.DataFrame, metric: str, *, factor: float = 1.0) -> tuple[float, float]:
    """Return mean and standard deviation (n - 1) over seeds, as a cell of a table; the latter is NaN with one seed."""
    found = summary(rows[metric].to_numpy(dtype=float) * factor, 0.95)
    return float(found["mean"]), float(found["std"])


def histories(
    rows: pd.DataFrame, value: Callable[[Mapping[str, float]], Sequence[float]], names: Sequence[str]
) -> xr.Dataset:
    """Return ``mean``, ``low``, ``high`` (epoch, name) of a quantity of the training history: the mean over the seeds and its 95 % interval.

    The interval is Student's t; NaN with one seed. Only the epochs that all seeds reached.

    Parameters
    ----------
    rows
        Of one variant, one per seed.
    value
        Function of an epoch's entry that returns one number per name.
    names
        Names of the numbers.
    """
    parsed = [json.loads(text) for text in rows["history"]]
    by_epoch = [{int(entry["epoch"]): value(entry) for entry in each} for each in parsed]
    epochs = [epoch for epoch in by_epoch[0] if all(epoch in each for each in by_epoch)]
    table = np.array([[each[epoch] for epoch in epochs] for each in by_epoch], dtype=float)
    found = mean_over(xr.DataArray(table, dims=("seed", "epoch", "name")), "seed")
    return found[["mean", "low", "high"]].assign_coords(epoch=epochs, name=list(names))


#: what a band over seeds is, for captions
BAND_OVER_SEEDS = "95 % interval of the mean over the seeds (Student's t)"


def seeds_in(rows: pd.DataFrame) -> tuple[int, ...]:
    """Return the seeds of the rows, each once."""
    return tuple(sorted(set(map(int, rows["seed"]))))
