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
from mmviz.widgets import views

if TYPE_CHECKING:
    from collections.abc import Mapping


_FOLDER = Path(__file__).parent


@cache
def style(name: str) -> str:
    """Return the text of one style sheet in ``page/``."""
    return (_FOLDER / "page" / name).read_text(encoding="utf-8")


@cache
def _bundled() -> str:
    """Return the bundle, preceded by the constant with the glyphs and dashes of the modalities."""
    table = {"glyphs": theme.GLYPHS, "dashes": [" ".join(map(str, dash)) for dash in theme.DASHES]}
    bundle = (_FOLDER / "bundle" / "explorer.js").read_text(encoding="utf-8")
    return f"const LOOKS = {json.dumps(table)};\n{bundle}"


def script() -> str:
    """Return the script that defines ``mmviz``, the object with all functions of the page; it imports nothing."""
    return "\n".join((_bundled(), *(view.script for view in views.registered())))


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
<style>{style}</style>
</head>
<body>
<main id="mmviz-view"><noscript>This page needs JavaScript, which is disabled.</noscript></main>
<script type="application/json" id="mmviz-study">{study}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def html_page(
    data: Mapping[str, str | bytes],
    *,
    selection: Mapping[str, object],
    title: str,
    what_if_result: Mapping[str, object] | None = None,
) -> str:
    """Return the Explorer as a complete HTML page; equal input gives equal text.

    The content security policy allows only the page's own script and style (by their SHA-256) and forbids every request, so that
    untrusted text has no effect even if it became markup.

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
    """
    program = f"{script()}\nawait mmviz.openStandalone();\n"
    sheet = f"{style('style.css')}\n{style('standalone.css')}"
    texts = {name: text for name, text in data.items() if isinstance(text, str)}
    buffers = {name: base64.b64encode(raw).decode("ascii") for name, raw in data.items() if isinstance(raw, bytes)}
    study = {"texts": texts, "buffers": buffers, "selection": dict(selection), "message": "", "level": 1}
    if what_if_result:
        body = what_if_result["body"]
        buffers["what_if_result"] = base64.b64encode(body if isinstance(body, bytes) else b"").decode("ascii")
        study["what_if_result"] = {key: value for key, value in what_if_result.items() if key != "body"}
    policy = f"default-src 'none'; script-src {_digest(program)}; style-src {_digest(sheet)}; base-uri 'none'; form-action 'none'"
    return _PAGE.format(
        policy=policy, title=escape.html(title), style=sheet, study=_json_in_html(study), script=program
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def _json_in_html(value: object) -> str:
    """Return JSON that can neither close its script element nor open a comment."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
