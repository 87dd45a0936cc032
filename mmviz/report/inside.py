"""What a notebook's kernel does otherwise while it runs for the site: live views are saved as pages, plotly comes from the site."""

from __future__ import annotations

import html
from itertools import chain, count, repeat
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
    from plotly.io.base_renderers import MimetypeRenderer

    from mmviz.widgets import Explorer

    sources = chain([f"../_static/{PLOTLY}"], repeat(False))  # the first figure of a page brings plotly.js

    class Embedded(MimetypeRenderer):
        """A figure as markup that asks the site for plotly.js, and no other machine for anything."""

        def to_mimebundle(self, fig_dict: dict[str, Any]) -> dict[str, str]:
            options = {"full_html": False, "include_mathjax": False, "auto_play": False, "validate": False}
            return {"text/html": pio.to_html(fig_dict, include_plotlyjs=next(sources), **options)}

    pio.renderers["mmviz-site"] = Embedded()
    pio.renderers.default = "mmviz-site"
    Path(folder).mkdir(parents=True, exist_ok=True)
    numbers = count(1)

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
