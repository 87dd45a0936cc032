"""Tables of the benchmark of methods as Markdown: scores and costs, then the use of the modalities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.studies.imbalance_benchmark import JOINT, USE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

#: column of the difference to joint training of as many epochs
SHORT = "as_few_epochs"
BAR = "\\|"  # in a cell of a Markdown table


def as_markdown(frame: pd.DataFrame, *, higher_is_better: bool = True, seconds: bool = True) -> str:
    """Return the rows of a :class:`BenchmarkTable` as two Markdown tables: scores and costs, then the use of the modalities.

    Accuracy in points, errors in their own units; intervals in brackets. ``seconds``: whether the seconds per epoch have a column.
    """
    factor = 100.0 if higher_is_better else 1.0
    quantities = _quantities(frame)
    scores = [q for q in quantities if q.partition(".")[0] not in (*USE, SHORT)]
    short = SHORT in frame and bool(frame[SHORT].notna().any())
    head = ["method", *(_title(q, higher_is_better) for q in scores)]
    head[2:2] = ["difference to joint", "p", *(["difference to joint of as few epochs"] if short else [])]
    head += ["steps per batch", "cost per batch", "epochs", *(["seconds per epoch"] if seconds else [])]
    rows = []
    for row in frame.to_dict("records"):
        if not row["n"] >= 1:
            rows.append([row["method"], (row["reason"] or "not run").replace("|", BAR), *[""] * (len(head) - 2)])
            continue
        cells = [_with_interval(row, q, factor) for q in scores]
        same = row["strategy"] == JOINT
        beside = ["", ""] if same else [_with_interval(row, "score_difference", factor, sign=True), _p(row["score_p"])]
        cells[1:1] = [*beside, *([_with_interval(row, SHORT, factor, sign=True)] if short else [])]
        counts = [
            f"{row['updates']:g}",
            f"{row['cost']:.2g}",
            str(row["epochs"]),
            *([f"{row['seconds']:.2g}"] if seconds else []),
        ]
        rows.append([row["method"], *cells, *counts])
    text = _rows_as_markdown(head, rows)
    use = [q for q in quantities if q.partition(".")[0] in USE]
    if not use:
        return text
    scale = {q: 1.0 if q == "intershap" else factor for q in use}
    done = [
        [row["method"], *(_with_interval(row, q, scale[q]) for q in use)]
        for row in frame.to_dict("records")
        if row["n"] >= 1
    ]
    return f"{text}\n\n{_rows_as_markdown(['method', *(_title(q, higher_is_better) for q in use)], done)}"


def _rows_as_markdown(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(
        [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    )


def _quantities(frame: pd.DataFrame) -> list[str]:
    parts = [c[: -len("_low")] for c in frame.columns if c.endswith("_low") and not c.endswith("_difference_low")]
    return list(dict.fromkeys(parts))


def _title(quantity: str, higher_is_better: bool) -> str:
    kind, _, name = quantity.partition(".")
    titles = {
        "score": "accuracy" if higher_is_better else "mean absolute error",
        "f1": "macro F1",
        "alone": f"{name} alone",
        "without": f"without {name}",
        "gap": f"g({name})",
        "perceptual": f"perceptual score, {name}",
        "emap": "EMAP gap",
        "cooperation": "SHAPE cooperation",
        "intershap": "InterSHAP",
    }
    return titles.get(kind, kind)


def _with_interval(row: Mapping[str, Any], quantity: str, factor: float, *, sign: bool = False) -> str:
    value, low, high = (factor * row[f"{quantity}{end}"] for end in ("", "_low", "_high"))
    if not np.isfinite(value):
        return ""
    digits = 1 if factor == 100.0 else 3
    text = f"{value:+.{digits}f}" if sign else f"{value:.{digits}f}"
    return f"{text} [{low:.{digits}f}, {high:.{digits}f}]" if np.isfinite(low) else text


def _p(value: float) -> str:
    return "" if not np.isfinite(value) else "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0")
