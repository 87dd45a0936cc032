"""Which packages are installed, in which version, and what is lost without one."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from mmviz.diagnosis.checkup import Finding

NEEDED = ("torch", "numba", "numpy", "xarray", "ipywidgets", "anywidget", "plotly")
# distribution -> what it is for, and the extra of mmviz that brings it
OPTIONAL = {
    "jupyterlab": ("to open the notebooks", "lab"),
    "shap": ("window contributions by sampling", "explain"),
    "captum": ("gradient attributions", "explain"),
    "pot": ("exact transport plans", "explain"),
    "matplotlib": ("figures for papers", "paper"),
    "tueplots": ("the sizes of the venues", "paper"),
    "distributed": ("studies on many workers", "scale"),
    "voila": ("the Explorer as a page without code", "app"),
    "mamba-ssm": ("the peer of the kernels' benchmark, and its CUDA kernel for M = 1", "gpu"),
}
PYTHON = (3, 11)


def findings() -> Iterator[Finding]:
    """Look at Python and the packages; nothing is imported."""
    here = sys.version_info[:2]
    old = here < PYTHON
    yield Finding(
        "python",
        "bad" if old else "good",
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
        f"mmviz needs {PYTHON[0]}.{PYTHON[1]} or newer" if old else "",
    )
    found = {name: _version(name) for name in (*NEEDED, *OPTIONAL)}
    there = [f"{name} {found[name]}" for name in NEEDED if found[name]]
    yield Finding("packages", "good", ", ".join([f"mmviz {_version('mmviz') or 'from a checkout'}", *there]))
    for name in NEEDED:
        if found[name] is None:
            yield Finding("packages", "bad", f"{name} is not installed", "install mmviz anew: make lab")
    for name, (purpose, extra) in OPTIONAL.items():
        if found[name] is None:
            how = f"pip install -c constraints.txt -e '.[{extra}]'"
            yield Finding("packages", "note", f"{name} is not installed; it is {purpose}", how)
    more = [f"{name} {found[name]}" for name in OPTIONAL if found[name]]
    if more:
        yield Finding("packages", "good", "optional: " + ", ".join(more))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
