"""The view's ES modules in ``view/``, read one by one and joined into the single module a notebook can load.

No bundler: the files use only ``import { a, b } from "./file.js";``, ``import * as file from "./file.js";`` and
``export const|function``, one per line. Each becomes a function of its own, so that their names cannot collide; lines of comment are left out, nothing else in their text changes.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from mmviz.plots import theme

_FOLDER = Path(__file__).parent / "view"
_SHARED = (
    "stroke",
    "dom",
    "paint",
    "words",
    "frame",
    "columns",
    "chart",
    "bars",
    "pairing",
    "answered",
    "asked",
    "what_if",
    "spread",
    "address",
)
_VIEWS = (
    *("lanes", "prediction", "contribution", "coupling", "channels", "trajectory", "subsets", "overall"),
    *("training", "samples", "influence", "routing", "transport", "difference"),
)
_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
_IMPORT = re.compile(r'^import (?:\* as (\w+)|(\{ [\w, ]+ \})) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|function) (\w+))", re.MULTILINE)


@cache
def read(name: str) -> str:
    """Return the text of one file of the view."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def _looks() -> str:
    """Return the constant with what tells one modality from another: the glyphs and dashes of :mod:`mmviz.plots.theme`."""
    table = {"glyphs": theme.GLYPHS, "dashes": [" ".join(map(str, dash)) for dash in theme.DASHES]}
    return f"const LOOKS = {json.dumps(table)};"


@cache
def module() -> str:
    """Return the ES module; it exports ``render({ model, el })`` and imports nothing."""
    parts = [_enclosed(name) for name in (*_SHARED, *_VIEWS, "views", "view")]
    return "\n".join((_looks(), *parts, "export default { render: $view.render };"))


def _enclosed(name: str) -> str:
    text = _COMMENT.sub("", read(f"{name}.js"))
    body = _EXPORT.sub("", _IMPORT.sub(r"const \1\2 = $\3;", text))
    return f"const ${name} = (() => {{\n{body}return {{ {', '.join(_EXPORT.findall(text))} }};\n}})();"
