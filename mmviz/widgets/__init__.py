"""Explorer: interactive views of a Trace in JupyterLab and as one HTML file; Cockpit: a live training; controls for notebooks; registry of users' views."""

from mmviz.widgets.cockpit import Cockpit
from mmviz.widgets.explorer import Explorer
from mmviz.widgets.notebook_controls import Controls, controls, link
from mmviz.widgets.play import Play, play
from mmviz.widgets.views import register_view, unregister_view

__all__ = ["Cockpit", "Controls", "Explorer", "Play", "controls", "link", "play", "register_view", "unregister_view"]
