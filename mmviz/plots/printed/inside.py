"""What is inside a PDF that :func:`mmviz.plots.paper` wrote: its page, its fonts, its words, and its boxes."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmviz.errors import DataError

_POINTS = 72.0  # in an inch
_NUMBER = rb"(-?[\d.]+)"
_BOX = re.compile(rb"\s".join([_NUMBER] * 2) + rb" m\s" + (rb"\s".join([_NUMBER] * 2) + rb" l\s") * 3 + rb"h")
_ESCAPED = re.compile(rb"\\(\d{1,3}|[\s\S])")
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Inside(NamedTuple):
    """One page, read back.

    Attributes
    ----------
    width, height
        Of the page, in inches.
    fonts
        Names of the fonts that are used.
    embedded
        Whether every one of them is in the file, as TrueType ("Type 42").
    words
        Every text that is drawn, in the order of drawing; a sign beyond Latin-1, such as a true minus, stands apart and unread.
    boxes
        (box, 4): left, bottom, width and height of every rectangle that is drawn, in points; the first is the page.
    """

    width: float
    height: float
    fonts: tuple[str, ...]
    embedded: bool
    words: tuple[str, ...]
    boxes: np.ndarray


def inspect_pdf(path: str | Path) -> Inside:
    """Read back a PDF of ours, to check what stands in it.

    Parameters
    ----------
    path
        Written by :func:`mmviz.plots.paper`. PDFs of other programs are laid out otherwise.

    Returns
    -------
    Inside
        See there.

    Raises
    ------
    DataError
        If the file cannot be read, or is no PDF of one page as ours are.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"inspect_pdf: {path} cannot be read ({error})") from error
    boxes = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", raw)
    if not raw.startswith(b"%PDF") or len(boxes) != 1:
        raise DataError(f"inspect_pdf: {path} is no PDF of one page as mmviz.plots.paper writes it")
    drawn = b"\n".join(_streams(raw))
    fonts = tuple(dict.fromkeys(name.decode() for name in re.findall(rb"/Subtype /Type0 /BaseFont /(\S+)", raw)))
    others = re.findall(rb"/Subtype /(?:Type1|Type3|TrueType|MMType1)\b", raw)
    return Inside(
        float(boxes[0][0]) / _POINTS,
        float(boxes[0][1]) / _POINTS,
        fonts,
        len(re.findall(rb"/FontFile2 ", raw)) >= len(fonts) > 0 and not others,
        tuple(_text(part) for part in re.findall(rb"\[\s(.*?)\s\]\sTJ", drawn, flags=re.DOTALL)),
        np.array([_box(found) for found in _BOX.findall(drawn)]).reshape(-1, 4),
    )


def _streams(raw: bytes) -> list[bytes]:
    """Return the content streams, those that draw text or lines."""
    found = []
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, flags=re.DOTALL):
        try:
            text = zlib.decompress(part)
        except zlib.error:
            continue
        if text.startswith((b"/DeviceRGB", b"q")):
            found.append(text)
    return found


def _text(shown: bytes) -> str:
    """Return what one TJ shows: codes of two bytes, as matplotlib writes them for embedded TrueType."""
    parts = re.findall(rb"\(((?:[^()\\]|\\[\s\S])*)\)", shown)
    return _ESCAPED.sub(_plain, b"".join(parts)).decode("utf-16-be", errors="replace")


def _plain(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8)]) if code.isdigit() else _NAMED.get(code, code)


def _box(found: tuple[bytes, ...]) -> tuple[float, float, float, float]:
    xs, ys = (np.array(found[axis::2], dtype=float) for axis in (0, 1))
    return float(xs.min()), float(ys.min()), float(np.ptp(xs)), float(np.ptp(ys))
