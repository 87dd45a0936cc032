"""The playground page in a notebook: a coupled scan, a selective state, Shapley orders, transport and missing data to play with."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from mmviz.core.options import one_of, whole

_START = '<script type="text/plain" id="playground-start"></script>'


class Playground:
    """A part of the playground page, as an output of a notebook; it needs neither a kernel nor a network."""

    def __init__(self, part: str, preset: str, height: int) -> None:
        self.part, self.preset, self.height = part, preset, height

    def __repr__(self) -> str:
        return f"Playground({self.part!r}, {self.preset!r}): a page to play with; a front end that shows HTML draws it"

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own: its script has no access to the notebook."""
        page = _page().replace(_START, _START.replace("></", f">{self.part}/{self.preset}</"))
        return (
            f'<iframe title="Playground: {self.part.replace("_", " ")}" sandbox="allow-scripts" srcdoc="{escape(page)}" '
            f'style="width:100%;height:{self.height}px;border:0" loading="lazy"></iframe>'
        )


def playground(part: str = "coupled_scan", preset: str | None = None, *, height: int = 1080) -> Playground:
    """Return a part of the playground page, to play with in a notebook; it works offline, without a kernel, and in a saved notebook.

    The same page is ``docs/playground/index.html``: open it in a browser, and send its address with what is set.

    Parameters
    ----------
    part
        ``coupled_scan``, ``selective_state``, ``shapley_orders``, ``transport`` or ``missing_data``.
    preset
        One of the part's presets, as in its list; None: the first one. For ``coupled_scan``: ``softmax``, ``identity``, ``mean``, ``cyclic`` or
        ``exact_sum``.
    height
        Of the frame, in pixels, 200 to 5000; a page that is longer scrolls.

    Raises
    ------
    ConfigError
        If ``part`` or ``preset`` is unknown, or ``height`` is not such a number.
    """
    presets = _presets()
    one_of(part, presets, "part")
    if preset is not None:
        one_of(preset, presets[part], "preset")
    return Playground(part, preset or presets[part][0], whole(height, "height", low=200, high=5000))


@cache
def _page() -> str:
    """Return the text of the page, the same as ``docs/playground/index.html``."""
    return (Path(__file__).parents[1] / "widgets" / "bundle" / "playground.html").read_text(encoding="utf-8")


@cache
def _presets() -> dict[str, list[str]]:
    """Return the presets of each part; the first one is shown first."""
    found = re.search(r'id="playground-parts">(.*?)</script>', _page())
    parts: dict[str, Any] = json.loads(found[1]) if found else {}
    return parts
