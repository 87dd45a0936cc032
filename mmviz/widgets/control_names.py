"""Names and style sheet of ipywidgets controls: an invisible widget beside them."""

from __future__ import annotations

from pathlib import Path

import anywidget

from mmviz.widgets import html_page


class ControlNames(anywidget.AnyWidget):
    """Invisible widget: gives the sliders beside it names for screen readers, and all controls a style sheet.

    It serves the controls below the nearest ancestor with the class ``mmv-widgets``: dark themes, forced colours, visible focus, narrow outputs.
    """

    _esm = (Path(__file__).parent / "page" / "control_names.js").read_text(encoding="utf-8")
    _css = html_page.style("controls.css")
