"""The studies, the API and the kernels' README as one static site: ``make report``. Everything in it works without a kernel or network."""

from mmviz.report.site import build

__all__ = ["build"]
