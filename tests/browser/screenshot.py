"""Draw a saved view into a PNG: ``python tests/browser/screenshot.py study.html out.png [--dark] [--width 1280]``."""

import argparse
import sys
from pathlib import Path

from chromium import find_chromium, open_chromium, open_page
from playwright.sync_api import Error


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("html", type=Path, help="a file written by Explorer.save")
    parser.add_argument("png", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--width", type=int, default=1280, help="in CSS pixels")
    parser.add_argument("--scale", type=float, default=1.0, help="device pixels per CSS pixel")
    options = parser.parse_args(arguments)
    found = find_chromium()
    if found is None:
        return "no Chromium or Chrome found; set MMVIZ_CHROMIUM to its path"
    looks = {
        "viewport": {"width": options.width, "height": 800},
        "color_scheme": "dark" if options.dark else "light",
        "device_scale_factor": options.scale,
    }
    with open_chromium(found) as browser, open_page(browser, **looks) as page:
        page.goto(options.html.resolve().as_uri())
        try:
            page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)
        except Error as late:
            return "; ".join(page.faults) or str(late)
        page.screenshot(path=options.png, full_page=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
