"""Figures for papers: PDF, SVG or PNG at a venue's width with embedded fonts; and the contents of such a PDF read back."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.core.escape import visible
from mmviz.io.atomic import atomic_path
from mmviz.plots import theme
from mmviz.plots.figure_registry import figure_of
from mmviz.plots.figure_spec import FigureSpec, alt_text
from mmviz.plots.panel_selection import select_panels
from mmviz.plots.venue import FONTS, Venue, venue_of, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_ENDINGS = (".pdf", ".svg", ".png")


def paper(
    figure: Callable[..., Any] | FigureSpec,
    *data: Any,
    file: str | Path,
    venue: str = "neurips2024",
    columns: int = 1,
    height: float | None = None,
    panels: Sequence[int | str] | None = None,
    **options: Any,
) -> Path:
    """Write a figure for a paper, at a venue's column width; return the path.

    The numbers are those of the same frame as on the screen. The title is left to the caption; the alternative text is in the
    file's metadata.

    Parameters
    ----------
    figure
        A registered plot function, such as ``mm.plots.plot_shapley``, or a figure specification.
    data, options
        Arguments of the plot function; none with a specification. The result of a combined Trace is drawn with mean and interval over its seeds.
    file
        Path that ends in ``.pdf``, ``.svg``, or ``.png`` (300 dots per inch). The folder must exist. An existing file is replaced.
    venue
        ``neurips2024``, ``icml2024``, ``cvpr`` (sizes from the library tueplots) or ``acl`` (see :mod:`mmviz.plots.venue`).
    columns
        Width in columns of the page: 1, or 2 where the venue has two. NeurIPS has one, 5.5 inches.
    height
        In inches; from the content when None.
    panels
        Panels to draw, in this order: positions from 0, or names (title, otherwise quantity); None for all. A wrong name lists them.

    Returns
    -------
    Path
        The file. Fonts are embedded (PDF: TrueType, "Type 42"; SVG: outlines); the same call gives the same bytes.

    Raises
    ------
    ConfigError
        If the plot function is not registered, a specification comes with data or options, or venue, columns, height, panels or the file's
        ending are invalid.
    DataError
        If the file cannot be written.
    MissingDependencyError
        If matplotlib or tueplots are not installed.
    """
    target = Path(file)
    if target.suffix not in _ENDINGS:
        raise ConfigError(f"paper: file={str(file)!r} ends in {target.suffix!r}; choose one of {', '.join(_ENDINGS)}")
    if height is not None and not 0.5 <= height <= 12:
        raise ConfigError(f"paper: height={height!r} inches, expected 0.5 to 12, or None")
    if isinstance(figure, FigureSpec):
        if data or options:
            raise ConfigError(
                f"paper: a FigureSpec takes no data and no options; got {len(data)} and {', '.join(options) or 'none'}"
            )
        spec = figure
    else:
        spec = figure_of(figure).specification(*data, **options)
    spec = select_panels(spec, panels)
    sizes = venue_of(venue)
    width = width_of(sizes, columns)
    return write(spec, target, venue=sizes, width=width, height=height)


def write(spec: FigureSpec, target: Path, *, venue: Venue, width: float, height: float | None) -> Path:
    """Write a figure specification to a file at that width in inches. See :func:`paper`."""
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_pdf import FigureCanvasPdf
        from matplotlib.backends.backend_svg import FigureCanvasSVG
    except ImportError as error:
        raise MissingDependencyError(
            "paper: the package matplotlib is not installed; pip install 'mmviz[paper]'"
        ) from error
    from mmviz.plots.matplotlib_backend import draw

    metadata = {"Title": visible(spec.title), "Creator": None, "Producer": None, "CreationDate": None}
    description = visible(alt_text(spec), longest=2000)
    options: dict[str, dict[str, Any]] = {
        ".pdf": {"metadata": {**metadata, "Subject": description}},
        ".svg": {"metadata": {"Title": metadata["Title"], "Description": description, "Date": None, "Creator": None}},
        ".png": {"metadata": {"Title": metadata["Title"], "Description": description, "Software": None}, "dpi": 300},
    }
    canvas = {".pdf": FigureCanvasPdf, ".svg": FigureCanvasSVG, ".png": FigureCanvasAgg}[target.suffix]
    plain: dict[Any, Any] = dict(mpl.rcParamsDefault)
    del plain["backend"]  # rc_context would not restore it
    with mpl.rc_context(plain | rc_params(venue)):
        figure = draw(spec, width=width, height=height)
        canvas(figure)
        try:
            with atomic_path(target) as temporary:
                figure.savefig(temporary, **options[target.suffix])
        except OSError as error:
            raise DataError(
                f"paper: {target} cannot be written ({error}); an older file of that name is intact"
            ) from error
    return target


def rc_params(venue: Venue) -> dict[str, Any]:
    """Return matplotlib's rcParams for a venue: its font sizes, our fonts and styles, nothing that depends on the machine."""
    sizes = {k: v for k, v in venue.rc.items() if k.endswith("size") and not k.startswith("figure")}
    return {
        **sizes,
        "axes.titlesize": sizes["axes.labelsize"],
        "text.usetex": False,
        "font.family": list(FONTS),
        "mathtext.fontset": "stix",
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "mmviz",
        "savefig.bbox": None,
        "figure.dpi": 100,
        "axes.unicode_minus": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": theme.FAINT,
        "axes.linewidth": 0.6,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": theme.GRID,
        "grid.linewidth": 0.5,
        "xtick.color": theme.FAINT,
        "ytick.color": theme.FAINT,
        "xtick.labelcolor": theme.INK,
        "ytick.labelcolor": theme.INK,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "text.color": theme.INK,
        "axes.labelcolor": theme.INK,
        "hatch.linewidth": 0.5,
        "hatch.color": "white",
    }


_POINTS = 72.0  # in an inch
_NUMBER = rb"(-?[\d.]+)"
_BOX = re.compile(rb"\s".join([_NUMBER] * 2) + rb" m\s" + (rb"\s".join([_NUMBER] * 2) + rb" l\s") * 3 + rb"h")
_ESCAPED = re.compile(rb"\\(\d{1,3}|[\s\S])")
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class PdfContents(NamedTuple):
    """Contents of a one-page PDF.

    Attributes
    ----------
    width, height
        Of the page, in inches.
    fonts
        Names of the fonts.
    embedded
        Whether all of them are in the file, as TrueType ("Type 42").
    words
        Texts in the order of drawing; a character beyond Latin-1, such as a true minus, is a separate, undecoded entry.
    boxes
        (box, 4): left, bottom, width and height of every rectangle, in points; the first is the page.
    """

    width: float
    height: float
    fonts: tuple[str, ...]
    embedded: bool
    words: tuple[str, ...]
    boxes: np.ndarray


def inspect_pdf(path: str | Path) -> PdfContents:
    """Return the page size, fonts, texts and rectangles of a PDF that :func:`paper` wrote.

    Parameters
    ----------
    path
        A file written by :func:`mmviz.plots.paper`; PDFs of other programs are not supported.

    Returns
    -------
    PdfContents
        See there.

    Raises
    ------
    DataError
        If the file cannot be read, or is not a one-page PDF as :func:`paper` writes it.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"inspect_pdf: {path} cannot be read ({error})") from error
    boxes = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", raw)
    if not raw.startswith(b"%PDF") or len(boxes) != 1:
        raise DataError(f"inspect_pdf: {path} is not a one-page PDF as mmviz.plots.paper writes it")
    drawn = b"\n".join(_streams(raw))
    fonts = tuple(dict.fromkeys(name.decode() for name in re.findall(rb"/Subtype /Type0 /BaseFont /(\S+)", raw)))
    others = re.findall(rb"/Subtype /(?:Type1|Type3|TrueType|MMType1)\b", raw)
    return PdfContents(
        float(boxes[0][0]) / _POINTS,
        float(boxes[0][1]) / _POINTS,
        fonts,
        len(re.findall(rb"/FontFile2 ", raw)) >= len(fonts) > 0 and not others,
        tuple(_text(part) for part in re.findall(rb"\[\s(.*?)\s\]\sTJ", drawn, flags=re.DOTALL)),
        np.array([_box(found) for found in _BOX.findall(drawn)]).reshape(-1, 4),
    )


def _streams(raw: bytes) -> list[bytes]:
    """Return the content streams that draw text or lines."""
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
    """Return the text of one TJ operator: codes of two bytes, as matplotlib writes them for embedded TrueType."""
    parts = re.findall(rb"\(((?:[^()\\]|\\[\s\S])*)\)", shown)
    return _ESCAPED.sub(_plain, b"".join(parts)).decode("utf-16-be", errors="replace")


def _plain(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8)]) if code.isdigit() else _NAMED.get(code, code)


def _box(found: tuple[bytes, ...]) -> tuple[float, float, float, float]:
    xs, ys = (np.array(found[axis::2], dtype=float) for axis in (0, 1))
    return float(xs.min()), float(ys.min()), float(np.ptp(xs)), float(np.ptp(ys))
