"""One figure of a paper in one file: a venue's width, embedded fonts, the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmviz.errors import ConfigError, DataError, MissingDependencyError
from mmviz.io.atomic import atomic_path
from mmviz.plots import theme
from mmviz.plots.escape import visible
from mmviz.plots.picture import described
from mmviz.plots.printed.venue import FONTS, Venue, venue_of, width_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmviz.plots.picture import Picture

_KINDS = (".pdf", ".svg", ".png")


def paper(
    plot: Callable[..., Any],
    *data: Any,
    file: str | Path,
    venue: str = "neurips2024",
    columns: int = 1,
    height: float | None = None,
    **options: Any,
) -> Path:
    """Write the figure that ``plot(*data, **options)`` shows as a figure for a paper.

    The numbers are those of the same frame. The title is left to the caption; the words for those who do not see the
    figure are in the file's metadata.

    Parameters
    ----------
    plot
        One of the drawings of :mod:`mmviz.plots`, for example ``mm.plots.plot_shapley``.
    data, options
        What that drawing takes.
    file
        Ends in ``.pdf``, ``.svg``, or ``.png`` (300 dots an inch). The folder must exist. An older file is replaced.
    venue
        ``neurips2024``, ``icml2024``, ``cvpr`` (sizes of the library tueplots) or ``acl`` (sizes of ours, see
        :mod:`mmviz.plots.printed.venue`).
    columns
        1: as wide as one column; 2: as wide as both, where the venue has two. NeurIPS has one, 5.5 inches.
    height
        In inches; by the content when None.

    Returns
    -------
    Path
        Of the file. Fonts are embedded (PDF: TrueType, "Type 42"; SVG: outlines); the same call gives the same bytes.

    Raises
    ------
    ConfigError
        If ``plot`` is no drawing of mmviz, or venue, columns, height or the ending of the file are not known.
    DataError
        If the file cannot be written.
    MissingDependencyError
        If matplotlib or tueplots are not installed.
    """
    from mmviz.plots.kinds import kind_of

    target = Path(file)
    if target.suffix not in _KINDS:
        raise ConfigError(f"paper: file={str(file)!r} ends in {target.suffix!r}; choose one of {', '.join(_KINDS)}")
    if height is not None and not 0.5 <= height <= 12:
        raise ConfigError(f"paper: height={height!r} inches, expected 0.5 to 12, or None")
    kind = kind_of(plot)
    sizes = venue_of(venue)
    width = width_of(sizes, columns)
    return write(kind.picture(kind.frame(*data, **options)), target, venue=sizes, width=width, height=height)


def write(picture: Picture, target: Path, *, venue: Venue, width: float, height: float | None) -> Path:
    """Write a picture to a file at that width in inches. See :func:`paper`."""
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_pdf import FigureCanvasPdf
        from matplotlib.backends.backend_svg import FigureCanvasSVG
    except ImportError as error:
        raise MissingDependencyError(
            "paper: the package matplotlib is not installed; pip install 'mmviz[paper]'"
        ) from error
    from mmviz.plots.printed.ink import draw

    words = {"Title": visible(picture.title), "Creator": None, "Producer": None, "CreationDate": None}
    said = visible(described(picture), longest=2000)
    options: dict[str, dict[str, Any]] = {
        ".pdf": {"metadata": {**words, "Subject": said}},
        ".svg": {"metadata": {"Title": words["Title"], "Description": said, "Date": None, "Creator": None}},
        ".png": {"metadata": {"Title": words["Title"], "Description": said, "Software": None}, "dpi": 300},
    }
    canvas = {".pdf": FigureCanvasPdf, ".svg": FigureCanvasSVG, ".png": FigureCanvasAgg}[target.suffix]
    plain: dict[Any, Any] = dict(mpl.rcParamsDefault)
    del plain["backend"]  # rc_context would not give the old one back
    with mpl.rc_context(plain | rc(venue)):
        figure = draw(picture, width=width, height=height)
        canvas(figure)
        try:
            with atomic_path(target) as temporary:
                figure.savefig(temporary, **options[target.suffix])
        except OSError as error:
            raise DataError(
                f"paper: {target} cannot be written ({error}); an older file of that name is intact"
            ) from error
    return target


def rc(venue: Venue) -> dict[str, Any]:
    """Return the settings of matplotlib for a venue: its sizes, our fonts and looks, nothing that varies by machine."""
    sizes = {k: v for k, v in venue.rc.items() if k.endswith("size") and not k.startswith("figure")}
    return {
        **sizes,
        "axes.titlesize": sizes["axes.labelsize"],
        "text.usetex": False,
        "font.family": list(FONTS),
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
