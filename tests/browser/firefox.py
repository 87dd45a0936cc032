"""Find Firefox on this machine and drive it as tests/browser/chromium.py drives Chromium: the same tests run in both."""

import contextlib
import os
import sys
from pathlib import Path

from chromium import find_browser

NAMES = ("firefox-esr", "firefox")
PLACES = ("/Applications/Firefox.app/Contents/MacOS/firefox", "C:/Program Files/Mozilla Firefox/firefox.exe")
HERE = Path(__file__).parent
#: nothing but loopback is reached: every other request goes to a proxy that does not exist
PREFERENCES = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "localhost, 127.0.0.1",
}


def find_firefox():
    """Return the browser's path, or None; see :func:`chromium.find_browser`."""
    return find_browser("MMVIZ_FIREFOX", NAMES, PLACES)


@contextlib.contextmanager
def open_firefox(path, folder):
    """Yield a playwright Browser; ``folder`` receives the script that starts the relay."""
    from playwright.sync_api import sync_playwright

    start = Path(folder) / "firefox"
    start.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "firefox_bidi.py"}" "$@"\n', encoding="utf-8")
    start.chmod(0o755)
    variables = {**os.environ, "MMVIZ_FIREFOX_PROGRAM": str(path)}
    with sync_playwright() as playwright:
        browser = playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=start,
            headless=True,
            env=variables,
            firefox_user_prefs=PREFERENCES,
        )
        try:
            yield browser
        finally:
            browser.close()
