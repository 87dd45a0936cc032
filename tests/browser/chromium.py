"""Find a Chromium or Chrome on this machine and drive it with every way out of the machine closed."""

import contextlib
import functools
import os
import re
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage", "--mute-audio",
    "--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none",
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider",
    # nothing but loopback resolves: a request that would leave the machine fails at once, and is recorded
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)  # fmt: skip
_INSIDE = re.compile(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]|file:|data:|blob:|about:")


def find_browser(variable, names, places):
    """Return the path of a browser, or None: an environment variable, then names on PATH, then the usual places."""
    named = os.environ.get(variable)
    if named:
        return named if Path(named).is_file() else None
    on_path = (shutil.which(name) for name in names)
    found = (place for place in places if Path(place).is_file())
    return next(filter(None, on_path), None) or next(found, None)


def find_chromium():
    """Return the browser's path, or None; see :func:`find_browser`."""
    return find_browser("MMVIZ_CHROMIUM", NAMES, PLACES)


@contextlib.contextmanager
def open_chromium(path):
    """Yield a playwright Browser."""
    from playwright.sync_api import sync_playwright

    # a container's root may not use the sandbox
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=[*FLAGS, *root])
        try:
            yield browser
        finally:
            browser.close()


def _fingers(page, *moments):
    """Put fingers on the page and move them: each moment is a list of points (x, y), one for each finger."""
    session = page.context.new_cdp_session(page)

    def send(kind, points):
        touches = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    send("touchStart", moments[0])
    for points in moments[1:]:
        send("touchMove", points)
    send("touchEnd", [])


@contextlib.contextmanager
def open_page(browser, **context):
    """Yield a page that keeps ``page.requests`` (all), ``page.external`` (leaving the machine) and ``page.faults``.

    ``page.fingers(*moments)`` puts fingers on it.
    """
    opened = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
    page = opened.new_page()
    page.requests, page.external, page.faults = [], [], []
    page.fingers = functools.partial(_fingers, page)

    def note(request):
        page.requests.append(request.url)
        if not _INSIDE.match(request.url):
            page.external.append(request.url)

    page.on("request", note)
    page.on("websocket", lambda socket: _INSIDE.match(socket.url) or page.external.append(socket.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.faults.append(said.text))
    try:
        yield page
    finally:
        opened.close()
