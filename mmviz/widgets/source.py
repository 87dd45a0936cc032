"""The view's ES modules in ``view/``, read one by one and joined into the single module a notebook can load.

No bundler: the files use only ``import { a, b } from "./file.js";``, ``import * as file from "./file.js";`` and
``export const|function``, one per line. Each becomes a function of its own, so that their names cannot collide; nothing else in their text changes.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "view"
_SHARED = (
    "dom",
    "paint",
    "words",
    "frame",
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
_IMPORT = re.compile(r'^import (?:\* as (\w+)|(\{ [\w, ]+ \})) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|function) (\w+))", re.MULTILINE)


@cache
def read(name: str) -> str:
    """Return the text of one file of the view."""
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def module() -> str:
    """Return the ES module; it exports ``render({ model, el })`` and imports nothing."""
    parts = [_enclosed(name) for name in (*_SHARED, *_VIEWS, "views", "view")]
    return "\n".join((*parts, "export default { render: $view.render };"))


def _enclosed(name: str) -> str:
    text = read(f"{name}.js")
    body = _EXPORT.sub("", _IMPORT.sub(r"const \1\2 = $\3;", text))
    return f"const ${name} = (() => {{\n{body}return {{ {', '.join(_EXPORT.findall(text))} }};\n}})();"
