"""Static site of the studies, the reference and the kernels' README: ``make report``. It works without a kernel and without a network."""

from mmviz.report.site import build

__all__ = ["build"]
