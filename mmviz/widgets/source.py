"""The script and style of the page: the committed bundle of ``page/``, the glyphs of :mod:`mmviz.plots.theme`, views from outside."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from mmviz.plots import theme
from mmviz.widgets import views

_FOLDER = Path(__file__).parent


@cache
def style(name: str) -> str:
    """Return the text of one style sheet in ``page/``."""
    return (_FOLDER / "page" / name).read_text(encoding="utf-8")


@cache
def _bundled() -> str:
    """Return the bundle, with the constant that holds what tells one modality from another in front of it."""
    table = {"glyphs": theme.GLYPHS, "dashes": [" ".join(map(str, dash)) for dash in theme.DASHES]}
    bundle = (_FOLDER / "bundle" / "explorer.js").read_text(encoding="utf-8")
    return f"const LOOKS = {json.dumps(table)};\n{bundle}"


def script() -> str:
    """Return the script that defines ``mmviz``, the object with all functions of the page; it imports nothing."""
    return "\n".join((_bundled(), *(view.script for view in views.registered())))


def module() -> str:
    """Return the script as the ES module of a widget; it exports ``render({ model, el })``."""
    return f"{script()}\nexport default {{ render: mmviz.render }};\n"
