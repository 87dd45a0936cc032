"""``python -m mmviz benchmark imbalance --data av_digits``: all training strategies against joint training, under equal updates and equal passes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest, option
from mmviz.io.atomic import write_bytes_atomic
from mmviz.studies.benchmark_markdown import as_markdown
from mmviz.studies.command_line import add_training_options, training_arguments, words
from mmviz.studies.imbalance_benchmark import (
    BUDGETS,
    JOINT,
    BenchmarkTable,
    ImbalanceBenchmark,
    benchmark_table,
    better_in_the_weak_modality,
    declare_benchmark,
)
from mmviz.studies.runner import run
from mmviz.studies.store import FINISHED, Store

BENCHMARKS = ("imbalance",)
#: gain of the weak modality alone, a share of the samples, that a method must reach to be named
POINTS = 0.10
#: columns of a row that say where a number comes from
PROVENANCE = (
    "code",
    "data_digest",
    "version.mmviz",
    "version.python",
    "version.torch",
    "version.numpy",
    "machine.kind",
    "threads",
    "run.backend",
)


def main(arguments: Sequence[str]) -> int:
    """Run a benchmark and print its tables.

    Parameters
    ----------
    arguments
        Words after ``python -m mmviz benchmark``.

    Returns
    -------
    int
        0 when every training has finished, 1 when some failed or did not run. A method that refuses the model is a failure too, named in the table.

    Raises
    ------
    MmvizError, OSError
        As :func:`mmviz.studies.run`.
    """
    parser = argparse.ArgumentParser(prog="python -m mmviz benchmark", description=__doc__)
    parser.add_argument("name", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    parser.add_argument(
        "--models", default="coupled_mamba", metavar="A,B", help="fusions to train (default coupled_mamba)"
    )
    parser.add_argument(
        "--budgets", default=",".join(BUDGETS), metavar="A,B", help=f"of {', '.join(BUDGETS)} (default both)"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a running Dask scheduler, such as tcp://node7:8786")
    parser.add_argument("--retry", action="store_true", help="repeat the trainings that failed, and only those")
    parser.add_argument("--table", action="store_true", help="train nothing: tables of what the store holds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all tables there, with their provenance")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the text there too")
    add_training_options(parser)
    given = parser.parse_args(list(arguments))
    if given.name not in BENCHMARKS:
        raise ConfigError(
            f"no benchmark {given.name!r}{nearest(given.name, BENCHMARKS)}; there is {', '.join(BENCHMARKS)}"
        )
    store = Store(given.out if given.out is not None else Path("runs") / "benchmarks")
    tables: list[dict[str, Any]] = []
    whole = True
    for model in words(given.models):
        benchmark = declare_benchmark(
            model=model,
            strategies=None if given.only is None else words(given.only),
            budgets=words(given.budgets),
            options=dict(option(each) for each in given.model_option),
            **training_arguments(given),
        )
        if not given.table:
            options: dict[str, Any] = {"workers": given.workers, "scheduler": given.scheduler, "retry": given.retry}
            outcome = run(benchmark.study, store, threads=given.threads, **options)
            sys.stdout.write(f"{outcome}\n")
            whole &= outcome.finished_before + outcome.finished_now == len(benchmark.study)
        for budget in benchmark.budgets:
            tables.append(record_of(benchmark, benchmark_table(benchmark, store, budget), store, model))
    page = "\n\n".join(section(record) for record in tables) + "\n"
    sys.stdout.write(f"\n{page}rows: {store.path}\n")
    if given.markdown is not None:
        write_bytes_atomic(given.markdown, page.encode())
    if given.json is not None:
        write_bytes_atomic(given.json, (json.dumps(tables, indent=1, allow_nan=False) + "\n").encode())
    return int(not whole)


def record_of(benchmark: ImbalanceBenchmark, found: BenchmarkTable, store: Store, model: str) -> dict[str, Any]:
    """Return a table as JSON values: what it compares, its rows, its verdict, and what its numbers depend on."""
    rows = store.rows()
    keys = {cell.key for cell in benchmark.budgets[found.budget].cells}
    mine = rows[rows["key"].isin(keys) & (rows["status"] == FINISHED)]
    values = found.frame.astype(object).where(found.frame.notna(), None)
    higher = benchmark.higher_is_better
    return {
        "data": benchmark.spec.name,
        "model": model,
        "budget": found.budget,
        "higher_is_better": higher,
        "weak": found.weak,
        "good": better_in_the_weak_modality(found, points=POINTS) if higher else [],
        "seeds": sorted({int(seed) for seed in mine["seed"]}),
        "note": found.note,
        "config": _config(mine[mine["strategy"] == JOINT]),
        "provenance": {name: sorted({str(v) for v in mine[name]}) for name in PROVENANCE if name in mine.columns},
        "rows": values.to_dict("records"),
    }


def _config(joint: pd.DataFrame) -> dict[str, Any] | None:
    """Return the configuration of joint training; of data at a path its last part: the folders before it are of one machine."""
    if not len(joint):
        return None
    config = json.loads(joint.iloc[0]["config"])
    data = config["data"]
    return config | {"data": data | {"name": data["name"] if data["builtin"] else Path(data["name"]).name}}


def section(record: Mapping[str, Any], *, note: bool = True) -> str:
    """Return heading, table, verdict and notes of one table as Markdown.

    Parameters
    ----------
    record
        From :func:`record_of`, or read from the JSON that the command writes.
    note
        Whether to add what the columns are, and the seconds, which hold for one machine and what it did beside.
    """
    frame = pd.DataFrame(record["rows"]).replace({None: np.nan})
    higher, weak = record["higher_is_better"], record["weak"]
    titles = dict(zip(frame["strategy"], frame["method"], strict=True))
    lines = [
        f"### {record['data']}, {record['model']}, equal {record['budget']}, {len(record['seeds'])} seeds",
        as_markdown(frame, higher_is_better=higher, seconds=note),
    ]
    if higher:
        lines.append(
            f"By at least {100 * POINTS:.0f} points better than joint training with {weak} alone (p < .05 after Holm), without a loss of accuracy beyond its interval: "
            f"**{', '.join(titles[name] for name in record['good']) or 'no method'}**."
        )
    lines.append(
        f"Weak modality (smallest Shapley value in joint training): {weak}.{' ' + record['note'] if note else ''}"
    )
    return "\n\n".join(lines)
