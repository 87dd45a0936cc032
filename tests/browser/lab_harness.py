"""Start a real JupyterLab on a folder, open a notebook in the browser, run all of it."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

_SETTINGS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
#: application: the path of a notebook
_PATHS = {"jupyterlab": "lab/tree", "notebook": "notebooks"}
_OPTIONS = (
    "--no-browser", "--ip=127.0.0.1", "--port-retries=0", "--IdentityProvider.token=", "--ServerApp.password=",
    "--ServerApp.disable_check_xsrf=True", "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True",
    "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly",
    "--ServerApp.terminals_enabled=False",
)  # fmt: skip
ROOT = ("--allow-root",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
_CURRENT = "const w = (window.jupyterapp || window.jupyterlab)?.shell.currentWidget; const k = w?.sessionContext?.session?.kernel;"


@contextlib.contextmanager
def start_lab(folder, *, state, timeout_s=60.0, flags=(), application="jupyterlab"):
    """Yield the address of JupyterLab or Notebook 7 (``notebook``), which serves ``folder`` and keeps all its own files under ``state``."""
    words = [application, *_OPTIONS, *ROOT, *flags, f"--ServerApp.root_dir={folder}"]
    with start_server(words, state=state, ready="/api/status", timeout_s=timeout_s) as address:
        yield address


@contextlib.contextmanager
def start_server(words, *, state, ready, timeout_s=60.0, environment=None):
    """Yield the address of ``python -m WORDS --port=...`` as soon as its path ``ready`` responds; its own files lie under ``state``."""
    port = _free_port()
    log = Path(state) / "server.log"
    command = [sys.executable, "-m", *words, f"--port={port}"]
    with log.open("w") as out:
        surroundings = _environment(Path(state)) | (environment or {})
        server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=surroundings, cwd=state)
        try:
            _wait_for(f"http://127.0.0.1:{port}{ready}", server, timeout_s, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(15)


def open_notebook(page, base_url, path, *, timeout=60_000, reset=True, application="jupyterlab"):
    """Open the notebook at ``path`` (relative to the served folder) and wait until its kernel is idle."""
    page.goto(f"{base_url}/{_PATHS[application]}/{path}{'?reset' if reset else ''}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell", timeout=timeout)
    page.wait_for_function(f"() => {{ {_CURRENT} return k?.status === 'idle'; }}", timeout=timeout)


def run_all(page, timeout=120_000):
    """Run all cells and wait until each has run and the kernel is idle; raise if a cell stopped with an error."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
    page.wait_for_function(
        f"""() => {{ {_CURRENT}
        const cells = w.content.widgets.filter((c) => c.model.type === 'code' && c.model.sharedModel.getSource().trim());
        const failed = cells.some((c) => c.model.outputs.toJSON().some((o) => o.output_type === 'error'));
        return failed || (cells.every((c) => c.model.executionCount > 0) && k.status === 'idle'); }}""",
        timeout=timeout,
    )
    found = errors(page)
    if found:
        raise AssertionError("the notebook stopped: " + "; ".join(found))


def errors(page):
    """Return one line for each error that a cell of the open notebook ended with."""
    return page.evaluate(
        f"""() => {{ {_CURRENT}
        return w.content.widgets.filter((c) => c.model.type === 'code')
          .flatMap((c) => c.model.outputs.toJSON()).filter((o) => o.output_type === 'error')
          .map((o) => o.ename + ': ' + o.evalue); }}"""
    )


def write_notebook(path, cells):
    """Write a Python notebook of code cells."""
    code = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for i, source in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    Path(path).write_text(
        json.dumps({"cells": code, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})
    )


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(state):
    folders = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "run", "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }  # fmt: skip
    own = {name: str(state / folder) for name, folder in folders.items()}
    for folder in own.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    news = state / "settings" / _SETTINGS
    news.parent.mkdir(parents=True, exist_ok=True)
    news.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    scripts = str(Path(sys.executable).parent)
    return {
        **os.environ, **own, "JUPYTER_PLATFORM_DIRS": "1", "OMP_NUM_THREADS": "1",
        "PATH": scripts + os.pathsep + os.environ.get("PATH", ""),
    }  # fmt: skip


def _wait_for(url, server, timeout_s, log):
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}:\n{log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 (loopback, http)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(f"the server did not respond within {timeout_s} s:\n{log.read_text()[-2000:]}")
