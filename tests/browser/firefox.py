"""Find Firefox on this machine and drive it as tests/browser/chromium.py drives Chromium: the same tests run in both."""

import contextlib
import json
import os
import sys
from pathlib import Path

import chromium
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
    # a test reads what a button copied
    "dom.events.testing.asyncClipboard": True,
    # playwright reads ariaLabelledByElements in two realms, which ends a content process of Firefox 153; the page itself never reads it
    "accessibility.ARIAElementReflection.enabled": False,
    # files of every kind are saved without a question
    "browser.download.always_ask_before_handling_new_types": False,
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
    # the relay reaches the settings of Firefox's developer tools
    variables = {**os.environ, "MMVIZ_FIREFOX_PROGRAM": str(path), "MOZ_REMOTE_ALLOW_SYSTEM_ACCESS": "1"}
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


def order(page, do, given):
    """Have the relay set media features (``do="set_media"``) or put fingers on a page (``"touch"``)."""
    page.set_extra_http_headers({"mmviz-order": json.dumps({"do": do, "with": given})})


@contextlib.contextmanager
def open_page(browser, *, has_touch=False, is_mobile=False, permissions=(), **context):
    """Yield a page as :func:`chromium.open_page` does, with all media features and with fingers.

    A mobile page is a narrow one: Firefox on a computer has no other layout for it. Permissions are in the preferences.
    """
    with chromium.open_page(browser, **context) as page:
        documents = set()

        def note(frame):
            # Firefox reports requests of the network only
            address = frame.url.partition("#")[0]
            if address.startswith("file:") and address not in documents:
                documents.add(address)
                page.requests.append(address)

        page.on("framenavigated", note)

        page.emulate_media = lambda **looks: order(page, "set_media", looks)
        page.fingers = lambda *moments: order(page, "touch", moments)
        looks = {
            name: context[name]
            for name in ("color_scheme", "forced_colors", "reduced_motion", "contrast")
            if name in context
        }
        order(
            page,
            "set_media",
            {"color_scheme": "light", "contrast": None, **looks, **({"touch": "enabled"} if has_touch else {})},
        )
        yield page
