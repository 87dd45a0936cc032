"""The one ES module of the view and its style sheet, joined from the files in ``view/``; no bundler."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "view"
_MODULES = ("dom.js", "frame.js", "words.js", "lanes.js", "panels.js", "charts.js", "view.js")


@cache
def read(name: str) -> str:
    """Return the text of one file of the view."""
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def module() -> str:
    """Return the ES module; it exports ``render({ model, el })`` and imports nothing."""
    return "\n".join(read(name) for name in _MODULES)
