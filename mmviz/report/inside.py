"""What a notebook's kernel does otherwise while it runs for the site: live views are saved as pages, plotly comes from the site."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

#: the file of plotly.js in the site, loaded once by every page
PLOTLY = "plotly.min.js"
HEIGHT = 900


def show_pages(folder: str, address: str) -> None:
    """Make this kernel show a live view as a page of its own in a frame.

    Parameters
    ----------
    folder
        Where the pages are written.
    address
        Of that folder, as seen from the page of the notebook.
    """
    import plotly.io as pio
    from IPython import get_ipython
    from plotly.io.base_renderers import HtmlRenderer

    from mmviz.widgets import Explorer

    pio.renderers["mmviz-site"] = HtmlRenderer(include_plotlyjs=False, full_html=False)
    pio.renderers.default = "mmviz-site"
    Path(folder).mkdir(parents=True, exist_ok=True)
    numbers = iter(range(1, 1000))

    def framed(view: Explorer, *_: Any, **__: Any) -> tuple[dict[str, str], dict[str, Any]]:
        name = f"view{next(numbers)}.html"
        view.save(Path(folder) / name)
        return {"text/html": frame(f"{address}/{name}", view.readout), "text/plain": view.readout}, {}

    get_ipython().display_formatter.mimebundle_formatter.for_type(Explorer, framed)


def frame(address: str, readout: str) -> str:
    """Return the markup of a frame that shows a saved view; ``readout`` is data's text, and is escaped."""
    said, where = html.escape(readout, quote=True), html.escape(address, quote=True)
    return (
        f'<iframe src="{where}" title="Explorer: {said}" loading="lazy" style="width:100%;height:{HEIGHT}px;border:0"></iframe>'
        f'<p><a href="{where}">The view on a page of its own</a></p>'
    )
