"""Run the notebooks for the site, each in a kernel of its own; what did not change since the last time is taken from there."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from mmviz.errors import DataError
from mmviz.io.atomic import write_bytes_atomic

#: seconds after which a notebook is given up
PATIENCE = 1800


def run_study(path: Path, out: Path, views: Path, *, version: str) -> bool:
    """Run one notebook and write it with its outputs, the live views beside.

    Parameters
    ----------
    path
        The notebook.
    out
        Where it is written, with outputs.
    views
        Folder of all live views; those of this notebook go into a folder of its name.
    version
        Of the code: a notebook runs again when it or the code has changed.

    Returns
    -------
    bool
        Whether it ran; False where the outputs of the last run still hold.

    Raises
    ------
    DataError
        A cell of the notebook failed; it says which.
    """
    import nbclient
    import nbformat

    book = nbformat.read(path, as_version=4)
    key = hashlib.sha256(f"{version}\n{path.read_text(encoding='utf-8')}".encode()).hexdigest()
    mine = views / path.stem
    if out.is_file() and nbformat.read(out, as_version=4).metadata.get("mmviz_key") == key and mine.is_dir():
        return False
    shutil.rmtree(mine, ignore_errors=True)
    first = nbformat.v4.new_code_cell(
        f"from mmviz.report.inside import show_pages\nshow_pages({str(mine.resolve())!r}, '../_static/views/{path.stem}')"
    )
    book.cells.insert(0, first)
    with tempfile.TemporaryDirectory() as folder:
        where = {"metadata": {"path": folder}}
        client = nbclient.NotebookClient(book, timeout=PATIENCE, resources=where, store_widget_state=False)
        try:
            client.execute()
        except nbclient.exceptions.CellExecutionError as error:
            raise DataError(f"{path.name}: a cell failed: {error}") from error
    del book.cells[0]
    book.metadata["mmviz_key"] = key
    out.parent.mkdir(parents=True, exist_ok=True)
    mine.mkdir(parents=True, exist_ok=True)
    write_bytes_atomic(out, nbformat.writes(book).encode("utf-8"))
    return True


def run_all(notebooks: Path, studies: Path, views: Path, *, version: str) -> dict[str, float]:
    """Run every notebook of a folder; return the seconds of those that ran."""
    spent = {}
    for path in sorted(notebooks.glob("[0-9]*.ipynb")):
        start = time.perf_counter()
        if run_study(path, studies / path.name, views, version=version):
            spent[path.stem] = round(time.perf_counter() - start, 1)
            sys.stderr.write(json.dumps({path.stem: spent[path.stem]}) + "\n")
    return spent
