"""``python -m mmviz app``: the Explorer as a page without code, served by Voilà on loopback with a token."""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import ConfigError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from traitlets.config import Config

_JUPYTER = Path(__file__).parent / "jupyter"
_TITLE = "mmviz Explorer"


def main(arguments: Sequence[str]) -> int:
    """Serve one Trace, several with a list of them, or two side by side, until interrupted.

    A visitor with the token can see the Traces and use the view, but cannot run code or read files. Each open page has a Python process with a
    limit of memory. It ends when the page is closed, or has not been used for a while; above ``--pages`` open pages, a further one is refused.

    Parameters
    ----------
    arguments
        Command line arguments after ``python -m mmviz app``.

    Returns
    -------
    int
        0.

    Raises
    ------
    MissingDependencyError
        Voilà is not installed.
    ConfigError
        ``--compare`` without exactly two Traces, ``--model`` with more than one, or an invalid number.
    DataError
        A Trace cannot be read or shown, or two cannot be compared; raised before the server starts.
    """
    given = _parser().parse_args(list(arguments))
    if find_spec("voila") is None:
        raise MissingDependencyError("app: the package voila is not installed; pip install 'mmviz[app]'")
    for name, least, most in (("port", 1, 65535), ("pages", 1, 10_000), ("memory", 256, 2**20), ("idle", 1, 10_000)):
        if not least <= getattr(given, name) <= most:
            raise ConfigError(f"app: --{name}={getattr(given, name)}; give a number from {least} to {most}")
    if given.compare and len(given.traces) != 2:
        raise ConfigError(f"app: --compare with {_count(given.traces)}; give two")
    if given.model is not None and len(given.traces) > 1:
        raise ConfigError(f"app: --model with {_count(given.traces)}; a model belongs to one Trace")
    shown = [given.traces] if given.compare else [[path] for path in given.traces]
    with tempfile.TemporaryDirectory(prefix="mmviz-app-") as folder:
        pages = [
            write_notebook(
                paths, Path(folder), model=given.model, page=f"{i}", memory=given.memory, listed=len(shown) > 1
            )
            for i, paths in enumerate(shown, 1)
        ]
        if given.no_token and not _loopback(given.ip):
            sys.stderr.write(
                f"app: warning: no token, and {given.ip} is not loopback: anyone who can connect to this machine can see the Traces\n"
            )
        config = voila_config(
            ip=given.ip, port=given.port, token=not given.no_token, pages=given.pages, idle_minutes=given.idle
        )
        _serve(Path(folder), pages, config)
    return 0


@dataclass(frozen=True)
class ServedPage:
    """A notebook of one page: its file name, the name of the Trace, and what it holds in words."""

    page: str
    name: str
    detail: str


def write_notebook(
    traces: Sequence[Path],
    folder: Path,
    *,
    model: Path | None = None,
    page: str = "1",
    memory: int | None = None,
    listed: bool = False,
) -> ServedPage:
    """Write the frames of one Trace, or of two side by side, and a notebook with one cell that shows them.

    Parameters
    ----------
    traces, folder
        One or two files, and where to write; the notebook is ``folder / f"{page}.ipynb"``.
    model
        File of :meth:`mmviz.io.page_model.PageModel.save`; edits are then predicted in the page.
    page
        Name of the notebook, and of the files of its frames.
    memory
        Limit of the memory of the page's process in MiB; None: no limit.
    listed
        Whether the page has a link to the list of Traces.

    Returns
    -------
    ServedPage
        The notebook's file name, the names of the Traces, and model, data and sizes in words.

    Raises
    ------
    DataError
        See :class:`mmviz.widgets.Explorer`; or the file of the model cannot be read.
    ConfigError
        The model does not belong to the Trace, or is given with two Traces.
    """
    import nbformat

    from mmviz import plots, trace
    from mmviz.core.escape import visible
    from mmviz.io.page_model import PageModel
    from mmviz.widgets import Explorer

    frames = [plots.explorer_frame(trace.load(path)) for path in traces]
    if len({frame.attrs["run"] for frame in frames}) < len(frames):  # both runs have the same folder
        for path, frame in zip(traces, frames, strict=True):
            frame.attrs["run"] = visible(path.stem)
    page_model = None if model is None else PageModel.load(model)
    Explorer(frame=frames[0], other=frames[1] if len(frames) == 2 else None, model=page_model)
    if page_model is not None:
        page_model.save(folder / f"{page}.mmviz")
    names = [f"{page}{letter}.nc" for letter in "ab"[: len(frames)]]
    for name, frame in zip(names, frames, strict=True):
        frame.to_netcdf(folder / name, engine="h5netcdf")
    given = f"{names!r}, model={None if model is None else f'{page}.mmviz'!r}, memory={memory!r}"
    cell = nbformat.v4.new_code_cell(f"from mmviz.server.page import explorer_page\n\nexplorer_page({given})")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    name = " and ".join(visible(path.stem) for path in traces)
    title = f"{name} · {_TITLE}" if listed else _TITLE
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel, "title": title, "listed": listed})
    nbformat.write(notebook, folder / f"{page}.ipynb")
    return ServedPage(f"{page}.ipynb", name, "; ".join(_in_words(frame) for frame in frames))


def _in_words(frame: xr.Dataset) -> str:
    from mmviz.core.escape import visible

    return visible(
        f"{frame.attrs['title']}, {frame.attrs['split']} split, {frame.sizes['recorded_sample']} recorded samples"
    )


def voila_config(*, ip: str, port: int, token: bool, pages: int, idle_minutes: int) -> Config:
    """Return Voilà's configuration: token, the template of this package only, TCP_NODELAY on kernel websockets, limits.

    The token is that of the environment variable JUPYTER_TOKEN, else a new one, which Voilà prints.

    Parameters
    ----------
    ip, port
        Where the server listens.
    token
        Whether access needs a token.
    pages
        The largest number of open pages, each with a process.
    idle_minutes
        Minutes without use after which the process of an open page ends.
    """
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
    from traitlets.config import Config

    from mmviz.server import with_tcp_nodelay
    from mmviz.server.page_kernels import page_kernels

    config = Config()
    config.Voila.ip = ip
    config.Voila.port = port
    config.Voila.port_retries = 0
    config.Voila.open_browser = False
    config.Voila.auto_token = token
    config.Voila.kernel_websocket_connection_class = with_tcp_nodelay(ZMQChannelsWebsocketConnection)
    config.VoilaConfiguration.template = "mmviz"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.file_allowlist = []
    # the extensions that draw a widget; others may need parts of JupyterLab that Voilà does not have
    config.VoilaConfiguration.extension_allowlist = [
        *("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget")
    ]
    config.VoilaConfiguration.multi_kernel_manager_class = page_kernels()
    # end the process of a page that was closed, or that has had no connection for five minutes
    config.PageKernels.cull_interval = 60
    config.PageKernels.cull_idle_timeout = 300
    config.PageKernels.max_pages = pages
    config.PageKernels.idle_minutes = idle_minutes
    return config


def _serve(folder: Path, pages: Sequence[ServedPage], config: Config) -> None:
    from jinja2 import ChoiceLoader, FileSystemLoader
    from jupyter_server.base.handlers import Template404
    from voila.app import Voila

    class ExplorerServer(Voila):
        """Voilà with the error pages, the login page and the list of this package, which fetch nothing from other machines."""

        def init_settings(self) -> dict[str, Any]:
            settings = super().init_settings()
            own = FileSystemLoader(str(_JUPYTER / "voila/templates/mmviz"))
            for name in ("jinja2_env", "voila_jinja2_env"):
                settings[name].loader = ChoiceLoader([own, settings[name].loader])
            settings["voila_jinja2_env"].globals["traces"] = pages
            return {**settings, "default_handler_class": Template404}

    before = os.environ.get("JUPYTER_PATH", "")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, (str(_JUPYTER), before)))
    served = folder / pages[0].page if len(pages) == 1 else folder
    ExplorerServer.launch_instance([str(served)], config=config)


def _count(traces: Sequence[Path]) -> str:
    return f"{len(traces)} Trace{'s' if len(traces) > 1 else ''}"


def _loopback(ip: str) -> bool:
    try:
        return ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return ip == "localhost"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mmviz app", description=__doc__)
    parser.add_argument(
        "traces", nargs="+", type=Path, metavar="TRACE", help="file of mm.trace.save; several: a list of them"
    )
    parser.add_argument("--compare", action="store_true", help="show two Traces side by side")
    parser.add_argument(
        "--ip", default="127.0.0.1", help="IP address of the server; 0.0.0.0: all interfaces (default: loopback)"
    )
    parser.add_argument("--model", type=Path, help="file of PageModel.save: edits are predicted in the page")
    parser.add_argument("--port", type=int, default=8866)
    parser.add_argument("--pages", type=int, default=16, help="open pages at most (default: 16); each has a process")
    parser.add_argument(
        "--memory",
        type=int,
        default=1024,
        help="memory of the process of a page at most, in MiB (default: 1024; Linux only)",
    )
    parser.add_argument(
        "--idle", type=int, default=60, help="minutes after which the process of an unused open page ends (default: 60)"
    )
    parser.add_argument("--no-token", action="store_true", help="allow access without a token")
    return parser
