"""Live views of a Trace, in JupyterLab and as one HTML file; they show what others computed."""

from mmviz.widgets.explorer import Explorer

__all__ = ["Explorer"]
