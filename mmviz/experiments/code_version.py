"""Which code computed the numbers of a cell."""

from mmviz.io.sources import version_of

# what lies between bytes and a measured number; plots, widgets, the command line and the tables cannot change one
STAGES = ("io", "data", "models", "train", "metrics", "trace", "analysis")
OWN = tuple(f"experiments/{name}.py" for name in ("cell", "measure", "source", "work"))


def code_version() -> str:
    """Return ``VERSION+HASH`` of the code in this process; see :func:`mmviz.io.sources.version_of`.

    The stages from ``io`` to ``analysis``, the kernels, and of this stage the files that run and measure a cell count. The versions of torch
    and NumPy are written into each row instead.
    """
    return version_of(STAGES + OWN)
