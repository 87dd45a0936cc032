"""Image files of figures in one call: PNG, SVG or PDF by plotly with kaleido, or by the matplotlib backend."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import number, one_of
from mmviz.io.atomic import write_bytes_atomic
from mmviz.plots.figure_registry import figure_of
from mmviz.plots.figure_spec import FigureSpec
from mmviz.plots.paper_figure import write
from mmviz.plots.venue import venue_of, width_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import plotly.graph_objects as go

#: pixels of the screen that are an inch on paper, see FigureSpec.heights
PIXELS_PER_INCH = 150.0
FORMATS = (".png", ".svg", ".pdf")
BACKENDS = ("auto", "plotly", "matplotlib")


class ImageFile(NamedTuple):
    """A written image.

    Attributes
    ----------
    path
        The file.
    backend
        ``plotly`` or ``matplotlib``.
    note
        Why matplotlib was used in place of plotly; "" otherwise.
    """

    path: Path
    backend: str
    note: str = ""


def write_image(
    figure: go.Figure | FigureSpec | Callable[..., Any],
    *data: Any,
    file: str | Path,
    backend: str = "auto",
    width: float | None = None,
    height: float | None = None,
    venue: str | None = None,
    columns: int = 1,
    **options: Any,
) -> ImageFile:
    """Write a figure as PNG, SVG or PDF; return the path and the backend that drew it.

    Parameters
    ----------
    figure
        A figure of :mod:`mmviz.plots`, a figure specification, or a registered plot function such as ``mm.plots.plot_shapley``. Another plotly
        figure is written with ``backend="plotly"`` only.
    data, options
        Arguments of the plot function; none otherwise.
    file
        Path that ends in ``.png``, ``.svg`` or ``.pdf``. The folder must exist. An existing file is replaced.
    backend
        ``plotly`` (needs kaleido, extra ``lab``, and Chrome or Chromium), ``matplotlib`` (extra ``paper``), or ``auto``: plotly, and
        matplotlib where that fails. Both draw the same specification. Matplotlib leaves the title to the caption; it is in the file's
        metadata. Changes made to a plotly figure (``update_layout``) are in plotly's image only.
    width, height
        In pixels of the screen; for matplotlib 150 of them are an inch. None: those of the figure.
    venue, columns
        Width and fonts of a venue, drawn by matplotlib, see :func:`mmviz.plots.paper`.

    Raises
    ------
    ConfigError
        Another ending, backend, size or venue, or data with a figure.
    DataError
        If the file cannot be written, or plotly fails with ``backend="plotly"``.
    MissingDependencyError
        If no backend can draw the figure.
    """
    target = Path(file)
    if target.suffix not in FORMATS:
        raise ConfigError(
            f"write_image: file={str(file)!r} ends in {target.suffix!r}; choose one of {', '.join(FORMATS)}"
        )
    one_of(backend, BACKENDS, "write_image: backend")
    for name, value in (("width", width), ("height", height)):
        if value is not None:
            number(value, f"write_image: {name}", low=50, high=10_000)
    if venue is not None and (width is not None or backend == "plotly"):
        raise ConfigError(
            f"write_image: venue={venue!r} sets the width and is drawn by matplotlib; leave out width= and backend='plotly'"
        )
    drawn, spec = _drawn(figure, data, options, needs_plotly=venue is None and backend != "matplotlib")
    if venue is None and backend != "matplotlib":
        try:
            content, note = _plotly_bytes(drawn, target.suffix, width, height), ""
            return _written(target, content, "plotly", note)
        except DataError as error:
            if backend == "plotly" or spec is None:
                raise
            note = str(error)
    else:
        note = ""
    if spec is None:
        raise ConfigError(
            "write_image: matplotlib draws figures of mmviz.plots only, and this one has no specification (a copy has none); pass the plot "
            "function with its data, or choose backend='plotly'"
        )
    content = matplotlib_bytes(spec, target.suffix, width=width, height=height, venue=venue, columns=columns)
    return _written(target, content, "matplotlib", note)


def matplotlib_bytes(
    spec: FigureSpec,
    ending: str,
    *,
    width: float | None = None,
    height: float | None = None,
    venue: str | None = None,
    columns: int = 1,
) -> bytes:
    """Return a figure specification as an image, drawn by matplotlib. See :func:`write_image`."""
    if ending not in FORMATS:
        raise ConfigError(
            f"write_image: matplotlib writes {', '.join(FORMATS)}; {ending} needs kaleido (extra 'lab') with Chrome or Chromium"
        )
    sizes = venue_of(venue or "neurips2024")
    inches = width_of(sizes, columns) if venue is not None else (width or spec.width) / PIXELS_PER_INCH
    with tempfile.TemporaryDirectory(prefix="mmviz-image-") as folder:
        path = Path(folder) / f"image{ending}"
        tall = None if height is None else height / PIXELS_PER_INCH
        return write(spec, path, venue=sizes, width=inches, height=tall).read_bytes()


def _drawn(
    figure: Any, data: tuple[Any, ...], options: dict[str, Any], *, needs_plotly: bool
) -> tuple[Any, FigureSpec | None]:
    """Return the plotly figure, where it is needed, and the specification, where there is one."""
    given = isinstance(figure, FigureSpec) or hasattr(figure, "to_plotly_json")
    if given and (data or options):
        raise ConfigError(
            f"write_image: a {type(figure).__name__} takes no data and no options; got {len(data)} and {', '.join(options) or 'none'}"
        )
    if not given:
        if not callable(figure):
            raise ConfigError(
                f"write_image: figure is a {type(figure).__name__}; give a figure, a FigureSpec, or a plot function and its data"
            )
        spec = figure_of(figure).specification(*data, **options)
        return (figure(*data, **options) if needs_plotly else None), spec
    if isinstance(figure, FigureSpec):
        from mmviz.plots.plotly_backend import draw

        return (draw(figure) if needs_plotly else None), figure
    found = getattr(figure, "spec", None)
    return figure, found if isinstance(found, FigureSpec) else None


def _plotly_bytes(figure: Any, ending: str, width: float | None, height: float | None) -> bytes:
    import plotly.graph_objects as go

    from mmviz.plots.spec_figure import reason_of

    spec = getattr(figure, "spec", None)
    wide = spec.width if isinstance(spec, FigureSpec) else None
    size = {"width": width or figure.layout.width or wide, "height": height, "scale": 2 if ending == ".png" else 1}

    def drawn() -> bytes:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return bytes(go.Figure.to_image(figure, ending[1:], **size))

    try:
        try:
            return drawn()
        except Exception as error:
            # on a busy machine kaleido draws before its page has loaded: once more
            if "kaleido_scopes" not in str(error):
                raise
            return drawn()
    except Exception as error:
        raise DataError(
            f"write_image: {reason_of(error)}; install the extra 'lab' (kaleido) and Chrome or Chromium"
        ) from error


def _written(target: Path, content: bytes, backend: str, note: str) -> ImageFile:
    try:
        write_bytes_atomic(target, content)
    except OSError as error:
        raise DataError(
            f"write_image: {target} cannot be written ({error}); an older file of that name is intact"
        ) from error
    return ImageFile(target, backend, note)
