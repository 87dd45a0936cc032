"""A server extension for tests: GET /sockets answers with TCP_NODELAY of every open kernel socket, as the system has it."""

import gc
import socket

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.web import authenticated


class Spy(JupyterHandler):
    @authenticated
    def get(self):
        open_now = [h for h in gc.get_objects() if isinstance(h, KernelWebsocketHandler) and h.ws_connection]
        sockets = [handler.ws_connection.stream.socket for handler in open_now]
        self.finish({"nodelay": [bool(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) for s in sockets]})


def _jupyter_server_extension_points():
    return [{"module": "spy_on_sockets"}]


def _load_jupyter_server_extension(server):
    server.web_app.add_handlers(".*", [("/sockets", Spy)])
