"""Text that other people wrote, as it may be printed: nothing in it can move the cursor, retitle a terminal or hide a part."""

import unicodedata

_KEPT = "\n\t"
_ACTIVE = ("Cc", "Cs", "Zl", "Zp")  # control characters, lone surrogates, line and paragraph separators
_BIDIRECTIONAL = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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
    return character in _BIDIRECTIONAL or unicodedata.category(character) in _ACTIVE
