"""An emulated front end: anywidget's own script, as installed, in a frame of another origin, and a real Explorer in place of the kernel."""

import base64
import contextlib
import functools
import http.server
import json
import queue
import re
import threading
import time
from pathlib import Path

import anywidget
from comm.base_comm import BaseComm

_HERE = Path(__file__).parent
_ANYWIDGET = Path(anywidget.__file__).parent / "nbextension" / "index.js"
_FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8">{meta}<title>output</title></head><body>
<script type="application/json" id="opened">{opened}</script><script src="host.js"></script><script src="anywidget.js"></script></body></html>"""
_NOTEBOOK = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>notebook</title></head><body>
<iframe title="output" style="width:1300px;height:1300px;border:0" sandbox="{sandbox}" src="{source}"></iframe></body></html>"""


class _KernelComm(BaseComm):
    """A comm whose messages to the front end are put into ``sent``."""

    def __init__(self, **given):
        self.sent = queue.Queue()
        super().__init__(target_name="jupyter.widget", **given)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        if msg_type == "comm_msg":
            self.sent.put({"data": data, "buffers": _texts(buffers)})


class Host:
    """A page that shows one widget; ``frame`` is the frame with the widget, ``page.faults`` has what the browser refused."""

    def __init__(self, page, frame, comm):
        self.page, self.frame, self._comm = page, frame, comm

    def wait_text(self, selector, pattern, *, timeout_s=15.0):
        """Pass the kernel's messages on until an element's text matches the pattern."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                while True:
                    self.frame.evaluate("(message) => window.fromKernel(message)", self._comm.sent.get_nowait())
            shown = self.frame.locator(selector).all_text_contents()
            if any(re.search(pattern, text) for text in shown):
                return
            self.page.wait_for_timeout(40)
        raise AssertionError(f"{selector}: {shown} does not match {pattern!r}; faults: {self.page.faults}")

    def press(self, label, key, *, times=1):
        slider = self.frame.get_by_role("slider", name=label, exact=True).first
        slider.focus()
        for _ in range(times):
            slider.press(key)


@contextlib.contextmanager
def open_host(page, widget, *, sandbox, policy="", as_meta=False, buffers_as="DataView"):
    """Yield the Host of a widget.

    ``sandbox`` and ``policy`` are those of the frame, ``as_meta`` puts the policy into the document instead of its header, and
    ``buffers_as`` is the type in which the front end delivers binary values.
    """
    comm = widget.comm = _KernelComm(comm_id="explorer")
    state, paths, buffers = _without_buffers(widget.get_state())
    opened = {"data": {"state": state, "buffer_paths": paths}, "buffers": _texts(buffers), "buffers_as": buffers_as}
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if as_meta else ""
    document = _FRAME.format(meta=meta, opened=json.dumps(opened).replace("<", "\\u003c"))
    files = {
        "/frame.html": ("text/html", document.encode()),
        "/host.js": ("text/javascript", (_HERE / "widget_host.js").read_bytes()),
        "/anywidget.js": ("text/javascript", _ANYWIDGET.read_bytes()),
    }
    with _serve(files, policy="" if as_meta else policy) as origin:
        notebook = _NOTEBOOK.format(sandbox=sandbox, source=f"{origin}/frame.html").encode()
        with _serve({"/": ("text/html", notebook), "/favicon.ico": ("image/x-icon", b"")}) as other_origin:
            page.expose_function("toKernel", lambda data: comm.handle_msg({"content": {"data": data}, "buffers": []}))
            page.goto(other_origin)
            frame = page.frame(url=f"{origin}/frame.html")
            frame.wait_for_load_state()
            yield Host(page, frame, comm)


def _without_buffers(state):
    from ipywidgets.widgets.widget import _remove_buffers

    return _remove_buffers(state)


def _texts(buffers):
    return [base64.b64encode(bytes(one)).decode() for one in buffers or ()]


@contextlib.contextmanager
def _serve(files, *, policy=""):
    """Yield the origin of a server of these files: path to (type, content)."""
    handler = functools.partial(_Handler, files, policy)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, files, policy, *given):
        self._files, self._policy = files, policy
        super().__init__(*given)

    def do_GET(self):
        kind, content = self._files.get(self.path, (None, b""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.send_header("Access-Control-Allow-Origin", "*")
        if self._policy:
            own = f"http://127.0.0.1:{self.server.server_port}"  # 'self' matches nothing in an opaque origin
            self.send_header("Content-Security-Policy", self._policy.format(self=own))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *given):
        pass
