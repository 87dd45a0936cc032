"""``python -m mmviz app``: the Explorer as a page without code, served by Voilà on loopback with a token."""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mmviz.core.errors import ConfigError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from traitlets.config import Config

_JUPYTER = Path(__file__).parent / "jupyter"
_TITLE = "mmviz Explorer"


def main(arguments: Sequence[str]) -> int:
    """Serve one Trace, or two side by side, until interrupted.

    A visitor with the token can see the Traces and use the view, but cannot run code or read files. Each visitor has a Python process, which
    ends when the page is closed.

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
        More than two Traces, or an invalid port.
    DataError
        A Trace cannot be read or shown, or two cannot be compared; raised before the server starts.
    """
    given = _parser().parse_args(list(arguments))
    if find_spec("voila") is None:
        raise MissingDependencyError("app: the package voila is not installed; pip install 'mmviz[app]'")
    if len(given.traces) > 2:
        raise ConfigError(f"app: {len(given.traces)} Traces given; give one, or two to compare")
    if not 1 <= given.port <= 65535:
        raise ConfigError(f"app: --port={given.port}; give a number from 1 to 65535")
    with tempfile.TemporaryDirectory(prefix="mmviz-app-") as folder:
        notebook = write_notebook(given.traces, Path(folder), model=given.model)
        if given.no_token and not _loopback(given.ip):
            sys.stderr.write(
                f"app: warning: no token, and {given.ip} is not loopback: anyone who can connect to this machine can see the Traces\n"
            )
        _serve(notebook, voila_config(ip=given.ip, port=given.port, token=not given.no_token))
    return 0


def write_notebook(traces: Sequence[Path], folder: Path, *, model: Path | None = None) -> Path:
    """Write the frames of the Traces and a notebook with one cell that shows them; return the path of the notebook.

    ``model``: file of :meth:`mmviz.io.page_model.PageModel.save`; edits are then predicted in the page.

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
        page_model.save(folder / "model.mmviz")
    for letter, frame in zip("ab", frames, strict=False):
        frame.to_netcdf(folder / f"{letter}.nc", engine="h5netcdf")
    names = [f"{letter}.nc" for letter in "ab"[: len(frames)]]
    given = f"{names!r}" if model is None else f"{names!r}, model='model.mmviz'"
    cell = nbformat.v4.new_code_cell(f"from mmviz.server.page import explorer_page\n\nexplorer_page({given})")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel, "title": _TITLE})
    path = folder / "explorer.ipynb"
    nbformat.write(notebook, path)
    return path


def voila_config(*, ip: str, port: int, token: bool) -> Config:
    """Return Voilà's configuration: token, the template of this package only, TCP_NODELAY on kernel websockets.

    The token is that of the environment variable JUPYTER_TOKEN, else a new one, which Voilà prints.
    """
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
    from traitlets.config import Config

    from mmviz.server import with_tcp_nodelay

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
    # end the process of a page that was closed, or that has had no connection for five minutes
    config.MappingKernelManager.cull_interval = 60
    config.MappingKernelManager.cull_idle_timeout = 300
    return config


def _serve(notebook: Path, config: Config) -> None:
    from voila.app import Voila

    before = os.environ.get("JUPYTER_PATH", "")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, (str(_JUPYTER), before)))
    Voila.launch_instance([str(notebook)], config=config)


def _loopback(ip: str) -> bool:
    try:
        return ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return ip == "localhost"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mmviz app", description=__doc__)
    parser.add_argument("traces", nargs="+", type=Path, metavar="TRACE", help="file of mm.trace.save; two are compared")
    parser.add_argument(
        "--ip", default="127.0.0.1", help="IP address of the server; 0.0.0.0: all interfaces (default: loopback)"
    )
    parser.add_argument("--model", type=Path, help="file of PageModel.save: edits are predicted in the page")
    parser.add_argument("--port", type=int, default=8866)
    parser.add_argument("--no-token", action="store_true", help="allow access without a token")
    return parser
