"""Description of a diagram: named nodes on a plane in points, edges between their anchors, texts with LaTeX mathematics."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

#: font size of every text and distance of its lines, in points
FONT_SIZE, LINE_PITCH = 8.0, 9.0
#: a dollar sign of a given name; every other dollar begins or ends mathematics
DOLLAR = "\ue000"
#: block: a map, in ink. modality: a map of one modality. state: a hidden state. token: one step of a modality. operator: a circle with its
#: symbol. training: only in training. group: frame around a layer. text: no frame. glyph: the modality's marker. dot: a branch of a line.
LOOKS = ("block", "modality", "state", "token", "operator", "training", "group", "text", "glyph", "dot")
#: flow: data at inference and in training. training: only in training. light: one of many
EDGE_LOOKS = ("flow", "training", "light")
ROUND = ("state", "operator", "dot")
ANCHORS = {
    "center": (0, 0),
    "north": (0, 1),
    "south": (0, -1),
    "east": (1, 0),
    "west": (-1, 0),
    "north east": (1, 1),
    "north west": (-1, 1),
    "south east": (1, -1),
    "south west": (-1, -1),
}


@dataclass(frozen=True)
class Node:
    """A shape around its middle (x, y), in points; x to the right, y upwards.

    Attributes
    ----------
    name
        Unique; letters, digits and hyphens.
    x, y, width, height
        In points.
    text
        Lines; ``$...$`` is mathematics, in the part of LaTeX that matplotlib's mathtext has too.
    look
        One of ``LOOKS``.
    style
        Index of the modality in :data:`mmviz.plots.theme.STYLES`; negative: ink.
    """

    name: str
    x: float
    y: float
    width: float = 0.0
    height: float = 0.0
    text: tuple[str, ...] = ()
    look: str = "block"
    style: int = -1


@dataclass(frozen=True)
class At:
    """A point: an anchor of a node, moved by (dx, dy) points; ``level`` takes y from another node's anchor."""

    node: str
    anchor: str = "center"
    dx: float = 0.0
    dy: float = 0.0
    level: tuple[str, str] | None = None


@dataclass(frozen=True)
class Edge:
    """A line along points, with an arrow head at its end.

    Attributes
    ----------
    points
        Two or more.
    look
        One of ``EDGE_LOOKS``.
    style
        Index of the modality; negative: ink.
    head
        Whether it has an arrow head.
    """

    points: tuple[At, ...]
    look: str = "flow"
    style: int = -1
    head: bool = True


@dataclass
class Diagram:
    """A diagram that is written as TikZ source, SVG, PDF or PNG from one description.

    Attributes
    ----------
    name
        Of :func:`mmviz.plots.diagram`.
    title
        Title, for the metadata of a file.
    shows
        What it shows, in one or two sentences: alternative text and caption.
    interpretation
        Which parts are our interpretation of unpublished formulas; "" if none.
    width, height
        In points; at most 3.03 inches wide, so that it fits one column of NeurIPS, ICML, CVPR and ACL at its own size.
    nodes, edges
        In the order of drawing: frames of groups, edges, other nodes.
    """

    name: str
    title: str
    shows: str
    width: float
    height: float
    interpretation: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def add(
        self,
        name: str,
        x: float,
        y: float,
        width: float = 0.0,
        height: float = 0.0,
        *text: str,
        look: str = "block",
        style: int = -1,
    ) -> str:
        """Add a node and return its name."""
        if name in self.nodes:
            raise ConfigError(f"Diagram {self.name}: node {name!r} is there already; choose another name")
        self.nodes[name] = Node(name, x, y, width, height, text, look, style)
        return name

    def connect(self, *points: At | str, look: str = "flow", style: int = -1, head: bool = True) -> None:
        """Add an edge along points; a string is "node.anchor"."""
        self.edges.append(Edge(tuple(map(point, points)), look, style, head))

    def tikz(self, *, document: bool = False) -> str:
        r"""Return the TikZ source.

        Parameters
        ----------
        document
            False: a ``tikzpicture`` for ``\input``, with the fonts of the document; its comment names the needed packages. True: a document
            of its own, of the picture's size.
        """
        from mmviz.plots.diagram_tikz import tikz_picture

        return tikz_picture(self, document=document)

    def save(self, file: str | Path) -> Path:
        r"""Write the diagram; return the path.

        Parameters
        ----------
        file
            Path that ends in ``.tikz`` (a picture for ``\input``), ``.tex`` (a document of its own), ``.svg``, ``.pdf`` or ``.png`` (300 dots
            per inch). The folder must exist. An existing file is replaced.

        Raises
        ------
        ConfigError
            Another ending.
        DataError
            If the file cannot be written.
        MissingDependencyError
            For SVG, PDF and PNG without matplotlib.
        """
        from mmviz.plots.diagram_file import save_diagram

        return save_diagram(self, file)

    def _repr_html_(self) -> str:
        """Return the drawing as an image for a notebook."""
        from mmviz.plots.diagram_file import diagram_html

        return diagram_html(self)


def point(given: At | str) -> At:
    """Return a point from itself or from "node.anchor"."""
    if isinstance(given, At):
        return given
    node, _, anchor = given.partition(".")
    return At(node, anchor or "center")


def position(diagram: Diagram, at: At) -> tuple[float, float]:
    """Return the coordinates of a point, in points."""
    x, y = _anchor(diagram, at.node, at.anchor)
    if at.level is not None:
        y = _anchor(diagram, *at.level)[1]
    return x + at.dx, y + at.dy


def _anchor(diagram: Diagram, name: str, anchor: str) -> tuple[float, float]:
    if name not in diagram.nodes or anchor not in ANCHORS:
        raise ConfigError(
            f"Diagram {diagram.name}: no point {name}.{anchor}; nodes: {', '.join(diagram.nodes)}; anchors: {', '.join(ANCHORS)}"
        )
    node, (right, up) = diagram.nodes[name], ANCHORS[anchor]
    share = math.sqrt(0.5) if right and up and node.look in ROUND else 1.0
    return node.x + share * right * node.width / 2, node.y + share * up * node.height / 2


def parts_of(line: str) -> list[tuple[bool, str]]:
    """Return the parts of a line of text: (is mathematics, content)."""
    return [(bool(i % 2), part) for i, part in enumerate(line.split("$")) if part]


def plain(name: str) -> str:
    """Return a given name as it may stand in a line of text: none of its characters begins mathematics."""
    return name.replace("$", DOLLAR)
