"""Files of a diagram: TikZ source, and SVG, PDF or PNG drawn by matplotlib with the same positions, texts and dashes."""

from __future__ import annotations

import html
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.core.escape import matplotlib as escape
from mmviz.core.escape import visible
from mmviz.io.atomic import write_bytes_atomic
from mmviz.plots import theme
from mmviz.plots.diagram_spec import DOLLAR, FONT_SIZE, LINE_PITCH, ROUND, parts_of, position
from mmviz.plots.diagram_tikz import TINT, TOKEN_TINT
from mmviz.plots.venue import FONTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mmviz.plots.diagram_spec import Diagram, Edge, Node

SOURCES, IMAGES = (".tikz", ".tex"), (".svg", ".pdf", ".png")
_INCH = 72.0
_BASELINE = 0.2 * LINE_PITCH  # of a line below its middle, as LaTeX's strut has it
_CORNER = 2.5  # radius of an edge's corners
_TEXTSTYLE = r"\textstyle"  # not a command of mathtext, which sets every sum in that style
_HEAD_LENGTH, _HEAD_WIDTH = 4.0, 3.6
_RC: dict[str, Any] = {
    "font.family": list(FONTS),
    "mathtext.fontset": "stix",
    "text.usetex": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "mmviz",
    "savefig.bbox": None,
}


def save_diagram(diagram: Diagram, file: str | Path, *, width: float | None = None) -> Path:
    """Write a diagram; return the path. See :meth:`mmviz.plots.Diagram.save`.

    ``width`` is that of an image in inches: the diagram keeps its size and is in the middle. None: the diagram's own.
    """
    target = Path(file)
    if target.suffix not in SOURCES + IMAGES:
        raise ConfigError(
            f"Diagram.save: file={str(file)!r} ends in {target.suffix!r}; choose one of {', '.join(SOURCES + IMAGES)}"
        )
    if target.suffix in SOURCES:
        content = diagram.tikz(document=target.suffix == ".tex").encode()
    else:
        content = image_bytes(diagram, target.suffix, width=width)
    try:
        write_bytes_atomic(target, content)
    except OSError as error:
        raise DataError(
            f"Diagram.save: {target} cannot be written ({error}); an older file of that name is intact"
        ) from error
    return target


def diagram_html(diagram: Diagram) -> str:
    """Return the SVG of a diagram as an image for a notebook, on white in every theme; without matplotlib the TikZ source."""
    try:
        source = b64encode(image_bytes(diagram, ".svg")).decode()
    except MissingDependencyError:
        return f"<pre>{html.escape(diagram.tikz())}</pre>"
    text, wide = html.escape(f"{diagram.title}. {diagram.shows}", quote=True), 1.6 * diagram.width
    return f'<img alt="{text}" style="width:{wide:.0f}px;max-width:100%;background:white" src="data:image/svg+xml;base64,{source}">'


def image_bytes(diagram: Diagram, ending: str, *, width: float | None = None) -> bytes:
    """Return a diagram as SVG, PDF or PNG; the same bytes for the same diagram."""
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_pdf import FigureCanvasPdf
        from matplotlib.backends.backend_svg import FigureCanvasSVG
    except ImportError as error:
        raise MissingDependencyError(
            "Diagram.save: the package matplotlib is not installed; pip install 'mmviz[paper]', or write .tikz or .tex"
        ) from error
    title, shows = visible(diagram.title), visible(diagram.shows, longest=2000)
    options: dict[str, dict[str, Any]] = {
        ".pdf": {
            "metadata": {"Title": title, "Subject": shows, "Creator": None, "Producer": None, "CreationDate": None}
        },
        ".svg": {"metadata": {"Title": title, "Description": shows, "Date": None, "Creator": None}},
        ".png": {"metadata": {"Title": title, "Description": shows, "Software": None}, "dpi": 300},
    }
    canvas = {".pdf": FigureCanvasPdf, ".svg": FigureCanvasSVG, ".png": FigureCanvasAgg}[ending]
    defaults: dict[Any, Any] = dict(mpl.rcParamsDefault)
    del defaults["backend"]  # rc_context would not restore it
    with mpl.rc_context(defaults | _RC), tempfile.TemporaryDirectory(prefix="mmviz-diagram-") as folder:
        figure = _draw(diagram, (width or diagram.width / _INCH) * _INCH)
        canvas(figure)
        path = Path(folder) / f"diagram{ending}"
        figure.savefig(path, **options[ending])
        return path.read_bytes()


def _draw(diagram: Diagram, width: float) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / _INCH, diagram.height / _INCH), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    left = (width - diagram.width) / 2
    axes.set(xlim=(-left, diagram.width + left), ylim=(0, diagram.height))
    axes.axis("off")
    order = {"group": 1, "text": 4}
    for node in diagram.nodes.values():
        for artist in _shapes(node):
            artist.set_zorder(order.get(node.look, 2))
            axes.add_artist(artist)
        for i, line in enumerate(node.text):
            y = node.y + LINE_PITCH * ((len(node.text) - 1) / 2 - i) - _BASELINE
            axes.text(
                node.x, y, mathtext(line), fontsize=FONT_SIZE, color=theme.INK, ha="center", va="baseline", zorder=4
            )
    for edge in diagram.edges:
        for artist in _lines(diagram, edge):
            artist.set_zorder(1.5 if edge.look == "light" else 3)
            axes.add_artist(artist)
    return figure


def _shapes(node: Node) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle, FancyBboxPatch

    if node.look == "text":
        return []
    if node.look == "glyph":
        wide = node.width * (0.92 if theme.marker(node.style) == "D" else 1)
        marker = {"marker": theme.marker(node.style), "markersize": wide, "markeredgewidth": 0}
        return [Line2D([node.x], [node.y], color=theme.colour(node.style), **marker)]  # type: ignore[arg-type]
    if node.look == "dot":
        colour = theme.colour(node.style) if node.style >= 0 else theme.INK
        return [Circle((node.x, node.y), node.width / 2, facecolor=colour, linewidth=0)]
    edge = (
        theme.FAINT
        if node.look in ("group", "training")
        else theme.colour(node.style)
        if node.style >= 0
        else theme.INK
    )
    looks: dict[str, Any] = {
        "edgecolor": edge,
        "facecolor": _fill(node),
        "linewidth": 0.5 if node.look == "group" else 0.6,
    }
    if dash := (3.0, 3.0) if node.look == "training" else theme.dash(node.style) if node.style >= 0 else ():
        looks["linestyle"] = (0, tuple(length / looks["linewidth"] for length in dash))
    if node.look in ROUND:
        return [Circle((node.x, node.y), node.width / 2, **looks)]
    radius = {"token": 0.0, "group": 4.0}.get(node.look, 2.0)
    shape = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
    corner = (node.x - node.width / 2, node.y - node.height / 2)
    return [FancyBboxPatch(corner, node.width, node.height, boxstyle=shape, **looks)]


def _fill(node: Node) -> Any:
    if node.look == "group":
        return "none"
    if node.look == "training":
        return _mixed(theme.FAINT, 8)
    if node.style < 0:
        return "white"
    return _mixed(theme.colour(node.style), TOKEN_TINT if node.look in ("token", "state") else TINT)


def _mixed(colour: str, percent: float) -> tuple[float, ...]:
    """Return a colour mixed with white, as xcolor's ``colour!percent``."""
    from matplotlib.colors import to_rgb

    return tuple(1 - percent / 100 * (1 - channel) for channel in to_rgb(colour))


def _lines(diagram: Diagram, edge: Edge) -> list[Any]:
    import numpy as np
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path as Outline

    points = [np.array(position(diagram, at)) for at in edge.points]
    colour: Any = theme.colour(edge.style) if edge.style >= 0 else theme.FAINT if edge.look == "training" else theme.INK
    if edge.look == "light":
        colour = _mixed(theme.FAINT, 60) if edge.style < 0 else colour
    wide = 0.35 if edge.look == "light" else 0.6
    artists: list[Any] = []
    if edge.head:
        along = points[-1] - points[-2]
        along = along / max(float(np.hypot(*along)), 1e-9)
        across = np.array([-along[1], along[0]]) * _HEAD_WIDTH / 2
        tip, back = points[-1], points[-1] - _HEAD_LENGTH * along
        notch = tip - 0.72 * _HEAD_LENGTH * along
        artists.append(Polygon([tip, back + across, notch, back - across], closed=True, color=colour, linewidth=0))
        points[-1] = notch
    vertices, codes = [points[0]], [Outline.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, out = corner - before, after - corner
        radius = min(_CORNER, float(np.hypot(*into)) / 2, float(np.hypot(*out)) / 2)
        vertices += [corner - radius * into / max(float(np.hypot(*into)), 1e-9), corner]
        vertices.append(corner + radius * out / max(float(np.hypot(*out)), 1e-9))
        codes += [Outline.LINETO, Outline.CURVE3, Outline.CURVE3]
    vertices.append(points[-1])
    codes.append(Outline.LINETO)
    looks: dict[str, Any] = {"edgecolor": colour, "facecolor": "none", "linewidth": wide, "capstyle": "butt"}
    if edge.look == "training":
        looks["linestyle"] = (0, (3.0 / wide, 3.0 / wide))
    return [PathPatch(Outline(np.array(vertices), codes), **looks), *artists]


def mathtext(line: str) -> str:
    """Return a line of text for matplotlib: names escaped, mathematics as it is."""
    return "".join(
        f"${part.replace(_TEXTSTYLE, '')}$" if is_math else r"\$".join(escape(piece) for piece in part.split(DOLLAR))
        for is_math, part in parts_of(line)
    )
