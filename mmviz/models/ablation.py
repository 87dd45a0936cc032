"""Ablations of the Coupled Mamba paper: model, options, and the published results."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PRINTED_ON = "CMU-MOSEI, unaligned"


@dataclass(frozen=True)
class Ablation:
    """One row of a table of Coupled Mamba (arXiv 2405.18014, Tables 8 to 11 and 14).

    Attributes
    ----------
    name
        Name of the row, unique among all rows.
    table
        Number of the paper's table.
    model, options
        Arguments of ``mm.models.build``; further options may override these, as in ``{**row.options, "width": 16}``.
    interpretation
        Our interpretation of the row where the paper does not specify it; "" if nothing is added.
    printed
        **Printed by the paper, on CMU-MOSEI (unaligned); not measured here**: ``mae`` and ``correlation`` times 100,
        ``accuracy2`` and ``f1`` in per cent. Only what the table gives.
    """

    name: str
    table: int
    model: str
    options: Mapping[str, Any]
    interpretation: str
    printed: Mapping[str, float]


_BEST = {"width": 128, "layers": 3, "state": 64, "dt_rank": 8}
_RANK = "Δ = d_state/k is interpreted as the rank of Δ's projection; the public code has d_model/8"
_SUM = "the paper's own sum diverges; the coupling is softmax, unless another is chosen"
_BLOCK = {"width": 128, "layers": 1, "state": 64, "dt_rank": 8}


def ablations() -> tuple[Ablation, ...]:
    """Return every row, in the order of the paper's tables; the full model is a row of each, as printed there.

    Examples
    --------
    >>> import mmviz as mm
    >>> [row.name for row in mm.models.ablations() if row.table == 14]
    ['1 layer', '2 layers', '3 layers', '4 layers']
    """
    attend = "MulT's cross-modal attention in place of coupled layers, as many of them; heads are not printed"
    late = "the weighted sum is of the modalities' predictions"
    return (
        _row(
            "cross-attention",
            8,
            "cross_attention",
            {"width": 128, "layers": 3, "heads": 8},
            attend,
            _four(55.9, 73.3, 84.6, 84.5),
        ),
        _coupled("coupling", 8, {}, _SUM, _four(54.7, 75.6, 85.6, 85.5)),
        _coupled("Δ = state / 16", 9, {"dt_rank": 4}, _RANK, _three(75.3, 85.2, 85.0)),
        _coupled("Δ = state / 8", 9, {}, _RANK, _three(75.6, 85.6, 85.5)),
        _coupled("Δ = state / 4", 9, {"dt_rank": 16}, _RANK, _three(74.2, 85.0, 84.9)),
        _coupled("state 128", 10, {"state": 128, "dt_rank": 16}, _RANK, _three(74.1, 84.2, 84.1)),
        _coupled("state 64", 10, {}, _RANK, _three(75.6, 85.6, 85.5)),
        _coupled("state 32", 10, {"state": 32, "dt_rank": 4}, _RANK, _three(75.0, 84.9, 84.9)),
        _row(
            "average fusion",
            11,
            "early",
            {**_BLOCK, "join": "average"},
            "joined step by step",
            _four(56.4, 73.6, 84.2, 84.1),
        ),
        _row(
            "concat fusion",
            11,
            "early",
            {**_BLOCK, "join": "concat"},
            "joined step by step, mapped back to the width",
            _four(56.2, 72.8, 84.8, 84.5),
        ),
        _row("Mamba fusion", 11, "late", _BLOCK, late, _four(55.3, 74.9, 85.3, 85.3)),
        _coupled("coupled fusion", 11, {}, _SUM, _four(54.7, 75.6, 85.6, 85.5)),
        _coupled("1 layer", 14, {"layers": 1}, "", _four(55.1, 74.7, 84.7, 84.8)),
        _coupled("2 layers", 14, {"layers": 2}, "", _four(55.3, 74.9, 84.9, 84.8)),
        _coupled("3 layers", 14, {}, "", _four(54.7, 75.6, 85.6, 85.5)),
        _coupled("4 layers", 14, {"layers": 4}, "", _four(56.6, 74.5, 84.8, 84.7)),
    )


def _row(
    name: str, table: int, model: str, options: dict[str, Any], interpretation: str, printed: dict[str, float]
) -> Ablation:
    return Ablation(name, table, model, MappingProxyType(dict(options)), interpretation, MappingProxyType(printed))


def _coupled(
    name: str, table: int, changed: dict[str, Any], interpretation: str, printed: dict[str, float]
) -> Ablation:
    return _row(name, table, "coupled_mamba", {**_BEST, **changed}, interpretation, printed)


def _three(correlation: float, accuracy2: float, f1: float) -> dict[str, float]:
    return {"correlation": correlation, "accuracy2": accuracy2, "f1": f1}


def _four(mae: float, correlation: float, accuracy2: float, f1: float) -> dict[str, float]:
    return {"mae": mae, **_three(correlation, accuracy2, f1)}
