"""Seeing inside multimodal fusion with state space models.

Stages, in the order data flows: ``io``, ``data``, ``models``, ``train``, ``trace`` | ``analysis``, ``plots``,
``widgets``, ``experiments``, ``course``, ``figures``; beside them ``metrics``. ``mmviz.doctor()`` says whether the notebooks will run here. Each is imported when first touched; importing ``mmviz`` alone imports none of them.
"""

import importlib
from types import ModuleType
from typing import Any

__version__ = "0.1.0"
_STAGES = (
    "io",
    "data",
    "models",
    "train",
    "trace",
    "analysis",
    "plots",
    "widgets",
    "experiments",
    "course",
    "figures",
    "metrics",
    "errors",
)
__all__ = [*_STAGES, "__version__", "doctor"]


def __getattr__(name: str) -> ModuleType | Any:
    if name in _STAGES:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "doctor":
        return importlib.import_module(f"{__name__}.diagnosis").doctor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; its stages are {', '.join(_STAGES)}")


def __dir__() -> list[str]:
    return sorted(__all__)
