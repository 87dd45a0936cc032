"""Run times of the notebooks on this machine, for ``mm.doctor()``: ``python -m mmviz.diagnosis.notebook_times FOLDER``.

Each notebook runs from top to bottom in its own kernel; the time of the probe is stored with the seconds, so that another machine can be
compared with this one. Needs nbclient. Two kernels at once slow each other down: run nothing else meanwhile.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from mmviz.diagnosis.checks import NOTEBOOK_TIMES, probe


def timed(path: Path) -> float:
    """Return the seconds of one notebook, with the start of the kernel."""
    import nbclient
    import nbformat

    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, folder)
        shutil.copytree(path.parent / "networks", Path(folder) / "networks")
        book = nbformat.read(path, as_version=4)
        start = time.perf_counter()
        resources = {"metadata": {"path": folder}}
        nbclient.NotebookClient(book, timeout=900, resources=resources).execute()
        return time.perf_counter() - start


def main(folder: Path) -> None:
    """Write the seconds of all notebooks in a folder to ``notebook_times.json``."""
    before = probe(repeats=15)
    notebooks = {path.stem: round(timed(path), 1) for path in sorted(folder.glob("[0-9]*.ipynb"))}
    machine = {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count(), "system": platform.system()}
    times = {"probe_s": round((before + probe(repeats=15)) / 2, 5), "notebooks": notebooks, "machine": machine}
    NOTEBOOK_TIMES.write_text(json.dumps(times, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(NOTEBOOK_TIMES.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
