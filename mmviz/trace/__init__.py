"""THE WALL: the last stage that may touch a model. It runs the model and writes the Trace.

``record``, ``what_if``, ``encoded``, ``missing_scores`` and ``subset_scores`` need torch and are imported when first used; ``save``, ``load`` and ``validate`` do not.
"""

import importlib
from typing import Any

from mmviz.trace.schema import SCHEMA_VERSION, validate
from mmviz.trace.store import load, save

__all__ = [
    "SCHEMA_VERSION",
    "compare_missing",
    "encoded",
    "estimate",
    "load",
    "missing_scores",
    "record",
    "record_attribution",
    "record_windows",
    "save",
    "subset_scores",
    "validate",
    "what_if",
]


def __getattr__(name: str) -> Any:
    homes = {
        "record": "mmviz.trace.recorder",
        "estimate": "mmviz.trace.size",
        "compare_missing": "mmviz.trace.missing",
        "encoded": "mmviz.trace.encodings",
        "missing_scores": "mmviz.trace.missing",
        "subset_scores": "mmviz.trace.missing",
        "record_attribution": "mmviz.trace.attribution",
        "record_windows": "mmviz.trace.windows",
        "what_if": "mmviz.trace.what_if_answer",
    }
    if name in homes:
        return getattr(importlib.import_module(homes[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
