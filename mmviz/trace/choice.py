"""Which samples and epochs a Trace records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run


def chosen_samples(split: Split, traced: int | Sequence[int] | np.ndarray) -> np.ndarray:
    """Return positions in the split: those given, or so many spread evenly over the sorted targets, without labels over the split."""
    if isinstance(traced, (bool, float)):
        raise ConfigError(f"record: traced={traced!r}, expected a number of samples or their positions")
    if isinstance(traced, (int, np.integer)):
        if not traced >= 1:
            raise ConfigError(f"record: traced={traced}, expected at least 1")
        order = np.arange(len(split)) if split.target is None else np.argsort(split.target, kind="stable")
        picks = np.linspace(0, len(split) - 1, min(int(traced), len(split))).round().astype(int)
        return np.sort(order[picks])
    rows = np.asarray(traced)
    if rows.dtype.kind not in "iu":
        raise ConfigError(
            f"record: traced={list(traced)!r} holds {rows.dtype}, expected whole positions from 0 to {len(split) - 1}"
        )
    rows = rows.astype(np.int64)
    if (
        rows.ndim != 1
        or len(rows) == 0
        or rows.min() < 0
        or rows.max() >= len(split)
        or len(set(rows.tolist())) < len(rows)
    ):
        raise ConfigError(f"record: traced={list(traced)!r}, expected distinct positions from 0 to {len(split) - 1}")
    return rows


def chosen_epochs(run: Run, epochs: Sequence[int] | None) -> list[int]:
    """Return the epochs to replay, sorted; the best is always among them."""
    wanted = list(run.epochs) if epochs is None else [int(e) for e in epochs]
    unknown = [e for e in wanted if e not in run.weights]
    if unknown:
        raise ConfigError(f"record: epoch {unknown[0]} was not kept; kept are {', '.join(map(str, run.epochs))}")
    return sorted({*wanted, run.best_epoch})
