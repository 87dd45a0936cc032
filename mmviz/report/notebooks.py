"""Run the notebooks for the site; live views are saved as pages and embedded as frames."""

from __future__ import annotations

import contextlib
import hashlib
import html
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import chain, count, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import DataError
from mmviz.io.atomic import write_bytes_atomic

if TYPE_CHECKING:
    from mmviz.widgets import Explorer

#: the file of plotly.js in the site, loaded once by every page
PLOTLY = "plotly.min.js"
HEIGHT = 900


def embed_views(folder: str, address: str, *, models: bool = False) -> None:
    """Display every live view of this kernel as a saved page in a frame, and plotly figures with the site's plotly.js.

    Parameters
    ----------
    folder
        Output folder of the pages.
    address
        URL of that folder, relative to the page of the notebook.
    models
        Whether a page also holds the trained model, if a variable of the notebook does: its edits are then predicted without a kernel.
    """
    import ipywidgets
    import plotly.io as pio
    from IPython import get_ipython
    from plotly.io.base_renderers import MimetypeRenderer

    from mmviz.widgets import Explorer
    from mmviz.widgets.play import Play

    sources = chain([f"../_static/{PLOTLY}"], repeat(False))  # the first figure of a page loads plotly.js

    class Embedded(MimetypeRenderer):
        """Renderer of figures as HTML that loads plotly.js from the site only."""

        def to_mimebundle(self, fig_dict: dict[str, Any]) -> dict[str, str]:
            options = {"full_html": False, "include_mathjax": False, "auto_play": False, "validate": False}
            return {"text/html": pio.to_html(fig_dict, include_plotlyjs=next(sources), **options)}

    pio.renderers["mmviz-site"] = Embedded()
    pio.renderers.default = "mmviz-site"
    Path(folder).mkdir(parents=True, exist_ok=True)
    numbers = count(1)

    def framed(view: Explorer, *_: Any, **__: Any) -> tuple[dict[str, str], dict[str, Any]]:
        name = f"view{next(numbers)}.html"
        (_with_model(view, get_ipython().user_ns) if models else view).save(Path(folder) / name)
        return {"text/html": frame(f"{address}/{name}", view.readout), "text/plain": view.readout}, {}

    def still(played: Play, *_: Any, **__: Any) -> tuple[dict[str, str], dict[str, Any]]:
        note = f"Drawn at the first values of its controls ({', '.join(played.values)}), which move in the notebook."
        shown = played.children[-1]
        drawn = (
            shown.value
            if isinstance(shown, ipywidgets.HTML)
            else Embedded().to_mimebundle(shown.to_dict())["text/html"]
        )
        return {"text/html": f"{drawn}<p>{html.escape(note)}</p>", "text/plain": note}, {}

    get_ipython().display_formatter.mimebundle_formatter.for_type(Explorer, framed)
    get_ipython().display_formatter.mimebundle_formatter.for_type(Play, still)


def _with_model(view: Explorer, names: dict[str, Any]) -> Explorer:
    """Return the view with the trained model among a notebook's variables that belongs to its Trace; without one: the view."""
    from mmviz.core.errors import ConfigError
    from mmviz.data import Dataset
    from mmviz.recording import export_model
    from mmviz.train import Run
    from mmviz.widgets import Explorer

    runs = [value for value in names.values() if isinstance(value, Run)]
    sets = [value for value in names.values() if isinstance(value, Dataset)]
    for run, ds in ((run, ds) for run in runs for ds in sets if "test" in ds.splits):
        with contextlib.suppress(ConfigError, DataError):
            return Explorer(frame=view.frame, model=export_model(run, ds["test"]), selection=view.selection)
    return view


def frame(address: str, readout: str) -> str:
    """Return the HTML of a frame with a saved view; ``readout`` may contain text of the data and is escaped."""
    caption, source = html.escape(readout, quote=True), html.escape(address, quote=True)
    return (
        f'<iframe src="{source}" title="Explorer: {caption}" loading="lazy" style="width:100%;height:{HEIGHT}px;border:0"></iframe>'
        f'<p><a href="{source}">Open the view on its own page</a></p>'
    )


#: timeout of a notebook, in seconds
TIMEOUT = 1800


def run_study(path: Path, out: Path, views: Path, *, version: str, models: bool = False) -> bool:
    """Run one notebook and write it with its outputs; live views are saved as pages.

    Parameters
    ----------
    path
        The notebook.
    out
        Output file.
    views
        Folder of all live views; those of this notebook go into a folder of its name.
    version
        Version of the code: a notebook runs again if it or the code has changed.
    models
        Whether the saved views hold their models.

    Returns
    -------
    bool
        Whether the notebook ran; False if the stored outputs are up to date.

    Raises
    ------
    DataError
        A cell of the notebook failed; the message names it.
    """
    import nbclient
    import nbformat

    book = nbformat.read(path, as_version=4)
    networks = sorted((path.parent / "networks").glob("*.py"))
    texts = [f"{version} {models}", *(one.read_text(encoding="utf-8") for one in (path, *networks))]
    key = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    own_views = views / path.stem
    if out.is_file() and nbformat.read(out, as_version=4).metadata.get("mmviz_key") == key and own_views.is_dir():
        return False
    shutil.rmtree(own_views, ignore_errors=True)
    first = nbformat.v4.new_code_cell(
        f"from mmviz.report.notebooks import embed_views\nembed_views({str(own_views.resolve())!r}, '../_static/views/{path.stem}', models={models})"
    )
    book.cells.insert(0, first)
    with tempfile.TemporaryDirectory() as folder:
        if networks:
            shutil.copytree(path.parent / "networks", Path(folder) / "networks")
        where = {"metadata": {"path": folder}}
        client = nbclient.NotebookClient(book, timeout=TIMEOUT, resources=where)
        try:
            client.execute()
        except nbclient.exceptions.CellExecutionError as error:
            raise DataError(f"{path.name}: a cell failed: {error}") from error
    del book.cells[0]
    book.metadata.pop("widgets", None)  # with it a page would load widget code from another host
    book.metadata["mmviz_key"] = key
    out.parent.mkdir(parents=True, exist_ok=True)
    own_views.mkdir(parents=True, exist_ok=True)
    write_bytes_atomic(out, nbformat.writes(book).encode("utf-8"))
    return True


def run_all(
    notebooks: Path,
    studies: Path,
    views: Path,
    *,
    version: str,
    only: Sequence[str] | None = None,
    models: bool = False,
) -> dict[str, float]:
    """Run every notebook of a folder, or those whose names begin with a word of ``only``; return the seconds of those that ran."""
    seconds = {}
    for path in sorted(notebooks.glob("[0-9]*.ipynb")):
        if only is not None and not path.stem.startswith(tuple(only)):
            continue
        start = time.perf_counter()
        if run_study(path, studies / path.name, views, version=version, models=models):
            seconds[path.stem] = round(time.perf_counter() - start, 1)
            sys.stderr.write(json.dumps({path.stem: seconds[path.stem]}) + "\n")
    return seconds
