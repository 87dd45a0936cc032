"""``python -m mmviz experiment NAME --data watch`` runs a named study and prints its table; ``plan`` estimates its cost before."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmviz.core.errors import ConfigError
from mmviz.core.options import option
from mmviz.data.load import LOADERS
from mmviz.studies.comparison import overview, table
from mmviz.studies.cost_estimate import plan
from mmviz.studies.named_studies import JOINT, STUDIES, declare
from mmviz.studies.runner import run
from mmviz.studies.store import Store
from mmviz.studies.study import Study
from mmviz.studies.worker import KEEP
from mmviz.train.strategies import STRATEGIES


def main(arguments: Sequence[str]) -> int:
    """Run an experiment, or only print its table.

    Parameters
    ----------
    arguments
        Words after ``python -m mmviz experiment``.

    Returns
    -------
    int
        0 when every cell has finished, 1 when some failed or did not run.

    Raises
    ------
    MmvizError, OSError
        As :func:`mmviz.studies.run`.
    """
    parser = _parser("experiment", __doc__)
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a running Dask scheduler, such as tcp://node7:8786")
    parser.add_argument("--retry", action="store_true", help="repeat the cells that failed, and only those")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table there too")
    given = parser.parse_args(list(arguments))
    study, store = _study(given), Store(_out(given))
    options: dict[str, Any] = {"workers": given.workers, "scheduler": given.scheduler, "retry": given.retry}
    outcome = run(study, store, keep=given.keep, threads=given.threads, **options)
    sys.stdout.write(f"{outcome}\n")
    if outcome.finished_before + outcome.finished_now:
        chosen: dict[str, Any] = {"of": study, "by": study.by, "reference": study.reference or None}
        found = table(store, metric=given.metric or study.metric, **chosen)
        if given.csv is not None:
            found.csv(given.csv)
        sys.stdout.write(f"\n{found}\n")
        if study.also and given.metric is None:
            sys.stdout.write(f"\n{overview(store, study.also, **chosen)}\n")
    sys.stdout.write(f"rows: {store.path}\n")
    return int(outcome.finished_before + outcome.finished_now < len(study))


def plan_main(arguments: Sequence[str]) -> int:
    """Print cells, hours, memory and disk of an experiment; words after ``python -m mmviz plan``. Returns 0."""
    given = _parser(
        "plan", "Cost of an experiment, from a timed probe of every variant; nothing is stored."
    ).parse_args(list(arguments))
    study = _study(given)
    sys.stdout.write(
        f"{plan(study, _out(given), workers=max(1, given.workers), keep=given.keep, threads=given.threads)}\n"
    )
    return 0


def _parser(command: str, what: str | None) -> argparse.ArgumentParser:
    listed = "; ".join(f"{name}: {question}" for name, question in STUDIES.items())
    parser = argparse.ArgumentParser(
        prog=f"python -m mmviz {command}", description=what, epilog=f"Experiments are {listed}."
    )
    add = parser.add_argument
    add("name", metavar="NAME", help=f"one of {', '.join(STUDIES)}")
    add(
        "--strategy",
        default=JOINT,
        help=f"training strategy of all models of several modalities: {', '.join(STRATEGIES)} (default {JOINT})",
    )
    add("--convention", help="convention of the metrics: mosi, sims, polarity")
    add("--metric", help="column of the table (default: the experiment's)")
    add("--keep", default="nothing", choices=KEEP, help="what is stored of every cell besides its row")
    add_training_options(parser)
    return parser


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command that trains a grid has: data, seeds, folds, options of model and training, store, workers."""
    add = parser.add_argument
    add("--data", required=True, help=f"{', '.join(LOADERS)}, or a path")
    add(
        "--data-option",
        action="append",
        default=[],
        metavar="OPTION=VALUE",
        help="option of the loader, such as image_energy=0.25",
    )
    add("--only", metavar="A,B", help="models or strategies to compare, besides the reference (default: all)")
    add("--seeds", default="5", help="number of seeds, from 0, or a list: 0,3,7 (default 5)")
    add("--folds", help="list of folds: 0,1,2 (default: all, where the data have folds by subject)")
    add("--epochs", type=int, help="instead of the recipe's")
    add("--train-option", action="append", default=[], metavar="OPTION=VALUE", help="option of mmviz.train.TrainConfig")
    add(
        "--model-option",
        action="append",
        default=[],
        metavar="OPTION=VALUE",
        help="option of the models that have it, such as width=32",
    )
    add("--out", type=Path, help="the store (default runs/experiments)")
    add(
        "--workers",
        type=int,
        default=0,
        help="processes of a Dask cluster here; 0, the default, runs cells in this process",
    )
    add("--threads", type=int, default=1, help="threads of each cell (default 1)")


def training_arguments(given: argparse.Namespace) -> dict[str, Any]:
    """Return ``data``, ``seeds``, ``folds``, ``train`` from the options of :func:`add_training_options`."""
    train = dict(option(text) for text in given.train_option)
    if given.epochs is not None:
        train["epochs"] = given.epochs
    seeds = _numbers(given.seeds, "--seeds") or []
    return {
        "data": {"name": given.data, **dict(option(text) for text in given.data_option)},
        "seeds": seeds[0] if "," not in given.seeds else seeds,
        "folds": None if given.folds is None else _numbers(given.folds, "--folds"),
        "train": train,
    }


def _study(given: argparse.Namespace) -> Study:
    return declare(
        given.name,
        model=dict(option(text) for text in given.model_option),
        convention=given.convention,
        only=None if given.only is None else words(given.only),
        strategy=given.strategy,
        **training_arguments(given),
    )


def _out(given: argparse.Namespace) -> Path:
    return given.out if given.out is not None else Path("runs") / "experiments"


def words(text: str) -> list[str]:
    """Return the parts of a list with commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str, option: str) -> list[int]:
    try:
        return [int(word) for word in text.split(",") if word.strip()]
    except ValueError:
        raise ConfigError(f"{option} {text!r}: give whole numbers, such as 0,1,2") from None
