"""The Explorer as one HTML file: the page's script and style, and the data, with no kernel and no network."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mmviz.core import escape
from mmviz.plots import theme
from mmviz.widgets import terms, views
from mmviz.widgets.page_parts import page_parts

if TYPE_CHECKING:
    from collections.abc import Mapping


_FOLDER = Path(__file__).parent


@cache
def style(name: str) -> str:
    """Return the text of one style sheet in ``page/``; behind ``style.css`` that of every sheet in ``page/styles/``, by name."""
    page = _FOLDER / "page"
    parts = [page / name, *(sorted((page / "styles").glob("*.css")) if name == "style.css" else [])]
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)


@cache
def _bundled() -> str:
    """Return the bundle, preceded by constants: glyphs and dashes of the modalities, and the texts of help, tour and definitions."""
    table = {"glyphs": theme.GLYPHS, "dashes": [" ".join(map(str, dash)) for dash in theme.DASHES]}
    bundle = (_FOLDER / "bundle" / "explorer.js").read_text(encoding="utf-8")
    texts = json.dumps(terms.page_texts(), ensure_ascii=False)
    return f"const LOOKS = {json.dumps(table)};\nconst HELP = {texts};\n{bundle}"


def script() -> str:
    """Return the script that defines ``mmviz``, the object with all functions of the page; it imports nothing."""
    return "\n".join((_bundled(), _scripts_of_views()))


def _scripts_of_views() -> str:
    return "\n".join(view.script for view in views.registered())


@cache
def _loader() -> str:
    """Return the script that unpacks and starts the others."""
    return (_FOLDER / "bundle" / "loader.js").read_text(encoding="utf-8")


def module() -> str:
    """Return the script as the ES module of a widget; it exports ``render({ model, el })``."""
    return f"{script()}\nexport default {{ render: mmviz.render }};\n"


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
</head>
<body>
<main id="mmviz-view"><noscript>This page needs JavaScript, which is disabled.</noscript></main>
<script type="application/json" id="mmviz-study">{study}</script>
{parts}<script type="module">{loader}</script>
</body>
</html>
"""


def html_page(
    data: Mapping[str, str | bytes],
    *,
    selection: Mapping[str, object],
    title: str,
    what_if_result: Mapping[str, object] | None = None,
    page_model: Mapping[str, str | bytes] | None = None,
    state: Mapping[str, object] | None = None,
) -> str:
    """Return the Explorer as a complete HTML page; equal input gives equal text.

    Style, scripts, data and model are compressed parts in data elements (:mod:`mmviz.widgets.page_parts`), which a short script unpacks. The
    content security policy allows only the page's own scripts and style (by their SHA-256) and images inside the page (exported panels), and
    forbids every request, so that untrusted text has no effect even if it became markup. With a model it also allows WebAssembly and a worker of
    the page's own text; the worker runs the script of the page, so that the engine is stored once.

    Parameters
    ----------
    data
        From :func:`mmviz.widgets.serialize.pack_runs`.
    selection
        The first selection.
    title
        Plain text.
    what_if_result
        Prediction for the edits of the selection, if any.
    page_model
        The model in the page, from :func:`mmviz.widgets.page_model.packed`.
    state
        Further state of the view, as JSON values: ``edit_options`` and ``counterfactuals``.
    """
    sheet = f"{style('style.css')}\n{style('standalone.css')}"
    scripts = {"bundle": _bundled(), "views": _scripts_of_views(), "start": "await mmviz.openStandalone();\n"}
    contents: dict[str, str | bytes] = {"style": sheet, **scripts, **data}
    study = {
        "data": list(data),
        "selection": dict(selection),
        "message": "",
        "level": 1,
        **(state or {}),
    }
    if page_model:
        contents |= {f"model-{key}": page_model[key] for key in ("meta", "wasm", "blob")}
    if what_if_result:
        body = what_if_result["body"]
        contents["what_if_result"] = body if isinstance(body, bytes) else b""
        study["what_if_result"] = {key: value for key, value in what_if_result.items() if key != "body"}
    study["parts"], parts = page_parts(contents)
    runs = (" 'wasm-unsafe-eval'", " worker-src blob:;") if page_model else ("", "")
    allowed = " ".join(map(_digest, (_loader(), "\n".join(scripts.values()))))
    policy = f"default-src 'none'; script-src {allowed}{runs[0]};{runs[1]} style-src {_digest(sheet)}; img-src data:; base-uri 'none'; form-action 'none'"
    return _PAGE.format(
        policy=policy, title=escape.html(title), study=_json_in_html(study), parts=parts, loader=_loader()
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def _json_in_html(value: object) -> str:
    """Return JSON that can neither close its script element nor open a comment."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
