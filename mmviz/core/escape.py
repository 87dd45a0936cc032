"""Escaping of untrusted text for HTML, plotly, matplotlib, LaTeX and spreadsheets: nothing in it can act as markup."""

from __future__ import annotations

import html as _html
import unicodedata

_KEPT = "\n\t"
_ACTIVE = ("Cc", "Cs", "Zl", "Zp")  # control characters, lone surrogates, line and paragraph separators
_DIRECTION_CONTROLS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str, *, kept: str = _KEPT) -> str:
    r"""Return the text with control and bidirectional characters as escapes such as ``\x1b``.

    A terminal obeys escape sequences: an id of a file could clear the screen, write the clipboard, or show another text than
    it holds.

    Parameters
    ----------
    text
        Anything.
    kept
        Control characters that stay as they are: line ends and tabulators.
    """
    if text.isprintable():
        return text
    return "".join(c if c in kept or not _is_active(c) else ascii(c)[1:-1] for c in text)


def _is_active(character: str) -> bool:
    return character in _DIRECTION_CONTROLS or unicodedata.category(character) in _ACTIVE


_LONGEST = 200
_BIDIRECTIONAL = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"{\char34}",
    "−": r"\ensuremath{-}",
    "±": r"\ensuremath{\pm}",
    "×": r"\ensuremath{\times}",
    "→": r"\ensuremath{\to}",
    "–": "--",
    "…": r"\ldots{}",
    "Δ": r"\ensuremath{\Delta}",
    "φ": r"\ensuremath{\varphi}",
    "²": r"\ensuremath{^2}",
    "≥": r"\ensuremath{\geq}",
} | {c: "\\" + c for c in "&%$#_{}"}


def visible(text: object, *, longest: int = _LONGEST) -> str:
    """Return the text with control, bidirectional and surrogate characters made visible, cut to ``longest``."""
    raw = str(text)
    shown = "".join(c if _harmless(c) else f"\\u{ord(c):04x}" for c in raw[:longest])
    return shown if len(raw) <= longest else f"{shown}… (+{len(raw) - longest})"


def html(text: object) -> str:
    """Return the text as it may stand in HTML, between tags or in a quoted attribute."""
    return _html.escape(visible(text), quote=True)


def plotly(text: object) -> str:
    """Return the text as it may stand in a plotly title, label, legend or annotation: no tags, no TeX, no templates."""
    return html(text).replace("$", "&#36;").replace("%{", "&#37;{")


def matplotlib(text: object) -> str:
    """Return the text as it may stand in a matplotlib figure: every dollar is one, so that nothing is read as TeX."""
    return visible(text).replace("$", r"\$")


def latex(text: object, *, longest: int = _LONGEST) -> str:
    """Return the text as it may stand in a LaTeX document: no command, no comment, no mathematics of its own."""
    return "".join(_LATEX.get(c, c) for c in visible(text, longest=longest))


def _harmless(character: str) -> bool:
    return character not in _BIDIRECTIONAL and unicodedata.category(character) not in ("Cc", "Cs")


_RISKY = ("\t", "\r")
_COMPUTED = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # the full-width forms too, which some spreadsheets evaluate


def spreadsheet(text: str) -> str:
    """Return the text as it may stand in a CSV file; what a spreadsheet evaluates as a formula is prefixed by an apostrophe."""
    shown = printable(text)  # a carriage return would begin a new row
    start = next((c for c in text if not (c.isspace() or unicodedata.category(c) in ("Cf", "Cc"))), "")
    return f"'{shown}" if text[:1] in _RISKY or start in _COMPUTED else shown
