"""Studies: experiments as grids of trainings, figures and tables of papers, efficiency measurements; programs on top of mmviz.

``grid`` declares cells, ``Study`` names them, ``run`` trains the missing cells, ``table`` compares variants, ``plan`` estimates the cost before.
``subsets`` trains every subset of the modalities and compares with the full model's value of that subset.
Everything is imported on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmviz.studies.cell import Cell
    from mmviz.studies.comparison import Table, overview, table
    from mmviz.studies.cost_estimate import Plan, plan
    from mmviz.studies.imbalance_benchmark import (
        benchmark_differences,
        benchmark_table,
        declare_benchmark,
        stored_benchmark,
    )
    from mmviz.studies.named_studies import declare
    from mmviz.studies.runner import Outcome, run
    from mmviz.studies.store import Store
    from mmviz.studies.study import Study, grid
    from mmviz.studies.subset_trainings import subsets, subsets_table

_MODULES = {
    "cell": ("Cell",),
    "comparison": ("Table", "overview", "table"),
    "cost_estimate": ("Plan", "plan"),
    "imbalance_benchmark": ("benchmark_differences", "benchmark_table", "declare_benchmark", "stored_benchmark"),
    "named_studies": ("declare",),
    "runner": ("Outcome", "run"),
    "store": ("Store",),
    "study": ("Study", "grid"),
    "subset_trainings": ("subsets", "subsets_table"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}
_PACKAGES = ("efficiency", "papers")
__all__ = [
    "Cell",
    "Outcome",
    "Plan",
    "Store",
    "Study",
    "Table",
    "benchmark_differences",
    "benchmark_table",
    "declare",
    "declare_benchmark",
    "grid",
    "overview",
    "plan",
    "run",
    "stored_benchmark",
    "subsets",
    "subsets_table",
    "table",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    if name in _PACKAGES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__dir__())}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_PACKAGES])
