"""A study whose cells take a blink, and rows made by hand."""

import multiprocessing

import pandas as pd

import mmviz as mm

TINY = {"name": "synthetic", "n": 40, "steps": 24, "task": "classification"}


def tiny_study(name="tiny", seeds=(0, 1), models=("average", "concat"), **axes):
    axes = {"data": TINY, "train": {"epochs": 1}, **axes}
    cells = mm.studies.grid(model=[{"name": m, "width": 4} for m in models], seed=list(seeds), **axes)
    return mm.studies.Study(name, cells)


def rows_of(scores, **columns):
    """Rows of finished cells: variant to its scores by seed."""
    records = [
        {
            "key": f"{model}{seed}", "config": f"{model}{seed}", "model": model, "data": "toy", "data_digest": "d", "seed": seed,
            "modalities": "all", "status": "finished", "test.accuracy": score, "started": f"2026-01-01T00:00:{seed:02d}",
            "code": "1+a",
        } | columns
        for model, values in scores.items()
        for seed, score in enumerate(values)
    ]  # fmt: skip
    return pd.DataFrame.from_records(records)


def forks():
    """Processes that start at once: forked from a server that has imported everything and trained nothing."""
    context = multiprocessing.get_context(
        "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    )
    if hasattr(context, "set_forkserver_preload"):
        context.set_forkserver_preload(["mmviz.studies", "pyarrow.parquet"])
    return context
