"""Serving the Explorer as a page without code, and a Jupyter server extension that disables Nagle's algorithm on kernel websockets.

Both are opt-in: ``make lab`` names this module to JupyterLab, ``make app`` runs ``python -m mmviz app``. jupyter_server 2.21 leaves Nagle's
algorithm on, so a message smaller than a segment waits for the browser's delayed acknowledgement of the previous one, about 40 ms on Linux.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.services.kernels.connection.base import BaseKernelWebsocketConnection


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "mmviz.server"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Set TCP_NODELAY on this server's kernel websockets; called by Jupyter if the extension is enabled."""
    settings = server.web_app.settings
    settings["kernel_websocket_connection_class"] = with_tcp_nodelay(settings["kernel_websocket_connection_class"])
    server.log.info("mmviz.server: kernel websockets use TCP_NODELAY")


def with_tcp_nodelay(connection: type[BaseKernelWebsocketConnection]) -> type[BaseKernelWebsocketConnection]:
    """Return a subclass of a connection class that sets TCP_NODELAY when a connection opens.

    Parameters
    ----------
    connection
        The server's setting ``kernel_websocket_connection_class``. It is not changed.
    """

    class NoDelayConnection(connection):  # type: ignore[misc,valid-type]
        """A connection with TCP_NODELAY."""

        async def connect(self) -> None:
            self.websocket_handler.set_nodelay(True)
            await super().connect()

    return NoDelayConnection
