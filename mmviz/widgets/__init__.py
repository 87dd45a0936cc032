"""Explorer: interactive views of a Trace in JupyterLab and as one HTML file; registry of users' views."""

from mmviz.widgets.explorer import Explorer
from mmviz.widgets.views import register_view, unregister_view

__all__ = ["Explorer", "register_view", "unregister_view"]
