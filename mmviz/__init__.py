"""Interactive analysis of multimodal fusion with state space models.

Packages, in the order data flows: ``io``, ``data``, ``models``, ``train``, ``recording`` | ``trace``, ``analysis``, ``plots``, ``widgets``,
``studies``; beside them ``metrics``, ``course``, ``report``, ``server``. ``mmviz.record(run, split)`` records a Trace,
``mmviz.intervene(run, split, ...)`` changes hidden states or coupling edges and returns the effect, ``mmviz.doctor()`` checks the
installation, ``mmviz.errors`` holds the exceptions. Each is imported on first use; ``import mmviz`` alone imports none of them.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import mmviz.analysis as analysis
    import mmviz.core.errors as errors
    import mmviz.course as course
    import mmviz.data as data
    import mmviz.io as io
    import mmviz.metrics as metrics
    import mmviz.models as models
    import mmviz.plots as plots
    import mmviz.recording as recording
    import mmviz.report as report
    import mmviz.server as server
    import mmviz.studies as studies
    import mmviz.trace as trace
    import mmviz.train as train
    import mmviz.widgets as widgets
    from mmviz.diagnosis import doctor as doctor
    from mmviz.recording import intervene as intervene
    from mmviz.recording import record as record

__version__ = "0.1.0"
#: names that are not packages -> module that holds them, and function
_PUBLIC: dict[str, tuple[str, ...]] = {
    "doctor": ("mmviz.diagnosis", "doctor"),
    "errors": ("mmviz.core.errors",),
    "intervene": ("mmviz.recording", "intervene"),
    "record": ("mmviz.recording", "record"),
}
__all__ = [
    "__version__",
    "analysis",
    "course",
    "data",
    "doctor",
    "errors",
    "intervene",
    "io",
    "metrics",
    "models",
    "plots",
    "record",
    "recording",
    "report",
    "server",
    "studies",
    "trace",
    "train",
    "widgets",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    module, *inside = _PUBLIC.get(name, (f"{__name__}.{name}",))
    found = importlib.import_module(module)
    return getattr(found, inside[0]) if inside else found


def __dir__() -> list[str]:
    return sorted(__all__)
