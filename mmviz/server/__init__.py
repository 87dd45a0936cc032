"""Serving: the Explorer as a page without code, and kernel sockets that answer at once; as a Jupyter server extension, the latter.

Nothing here is on unless asked for: ``make lab`` names this module to JupyterLab, ``make app`` runs ``python -m mmviz app``.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "mmviz.server"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Let this server's kernel sockets answer at once; called by Jupyter where the extension is enabled."""
    from mmviz.server.prompt_sockets import prompt

    settings = server.web_app.settings
    settings["kernel_websocket_connection_class"] = prompt(settings["kernel_websocket_connection_class"])
    server.log.info("mmviz.server: kernel sockets send at once (TCP_NODELAY)")
