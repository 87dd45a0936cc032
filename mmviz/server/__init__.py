"""Serving: the Explorer as a page without code, and kernel sockets that answer at once; as a Jupyter server extension, the latter.

Nothing here is on unless asked for: ``make lab`` names this module to JupyterLab, ``make app`` runs ``python -m mmviz app``.

Kernel sockets that send at once: TCP_NODELAY on the websocket between a kernel and the browser.

jupyter_server 2.21 leaves Nagle's algorithm on, so a message that is smaller than a segment waits for the browser's delayed
acknowledgement of the one before, about 40 ms on Linux.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.services.kernels.connection.base import BaseKernelWebsocketConnection


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "mmviz.server"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Let this server's kernel sockets answer at once; called by Jupyter where the extension is enabled."""
    settings = server.web_app.settings
    settings["kernel_websocket_connection_class"] = prompt(settings["kernel_websocket_connection_class"])
    server.log.info("mmviz.server: kernel sockets send at once (TCP_NODELAY)")


def prompt(connection: type[BaseKernelWebsocketConnection]) -> type[BaseKernelWebsocketConnection]:
    """Return a class of connections like the given one that set TCP_NODELAY when they open.

    Parameters
    ----------
    connection
        What a server would use: its setting ``kernel_websocket_connection_class``. It is not changed.
    """

    class PromptConnection(connection):  # type: ignore[misc,valid-type]
        """Sends at once."""

        async def connect(self) -> None:
            self.websocket_handler.set_nodelay(True)
            await super().connect()

    return PromptConnection
