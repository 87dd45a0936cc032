"""Which characters the fonts of paper figures have; what they lack is written as its number, never as an empty box."""

from __future__ import annotations

from functools import lru_cache

from mmviz.plots.escape import matplotlib as escaped
from mmviz.plots.printed.venue import FONTS


def legible(text: object) -> str:
    r"""Return the text as matplotlib may draw it: no TeX, and \uXXXX for characters that no font here has."""
    return "".join(c if ord(c) in _known() else f"\\u{ord(c):04x}" for c in escaped(text))


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(
        code for name in FONTS for code in get_font(findfont(name, fallback_to_default=False)).get_charmap()
    )
