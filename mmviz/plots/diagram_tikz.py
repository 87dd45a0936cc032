"""TikZ source of a diagram: named nodes, styles in the head of the picture, edges between anchors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.core.escape import latex
from mmviz.plots import theme
from mmviz.plots.diagram_spec import DOLLAR, FONT_SIZE, LINE_PITCH, ROUND, parts_of

if TYPE_CHECKING:
    from mmviz.plots.diagram_spec import At, Diagram, Edge, Node

LIBRARIES = "arrows.meta,shapes.geometric"
PACKAGES = (r"\usepackage{amsmath,amssymb}", r"\usepackage{tikz}", rf"\usetikzlibrary{{{LIBRARIES}}}")
#: shares of a modality's colour in the fill of its boxes and tokens; of black in the fill of what is used in training only
TINT, TOKEN_TINT = 12, 30
_DOCUMENT = r"""\documentclass[border=0pt]{standalone}
%s
\begin{document}
%s\end{document}
"""
_STYLES = (
    r"font=\fontsize{%g}{%g}\selectfont" % (FONT_SIZE, LINE_PITCH),  # noqa: UP031
    "line width=0.6bp",
    "every node/.style={inner sep=0bp, outer sep=0bp, align=center}",
    "block/.style={draw=mmvink, fill=white, rounded corners=2bp}",
    "modality/.style={rounded corners=2bp}",
    "state/.style={circle}",
    "token/.style={}",
    "operator/.style={circle, draw=mmvink, fill=white}",
    "training/.style={draw=mmvfaint, fill=mmvfaint!8, rounded corners=2bp, dashed}",
    "group/.style={draw=mmvfaint, fill=none, rounded corners=4bp, line width=0.5bp}",
    "text only/.style={}",
    "dot/.style={circle, fill=mmvink}",
    "flow/.style={draw=mmvink, rounded corners=2.5bp}",
    "training flow/.style={draw=mmvfaint, rounded corners=2.5bp, dashed}",
    "light flow/.style={draw=mmvfaint!60, line width=0.35bp}",
    "head/.style={-{Stealth[length=4bp, width=3.6bp]}}",
)
_SHAPES = {
    "circle": "circle",
    "square": "rectangle",
    "diamond": "diamond",
    "triangle-up": "regular polygon, regular polygon sides=3",
}


def tikz_picture(diagram: Diagram, *, document: bool = False) -> str:
    """Return the TikZ source of a diagram. See :meth:`mmviz.plots.Diagram.tikz`."""
    nodes = diagram.nodes.values()
    used = sorted({m for m in [*(node.style for node in nodes), *(edge.style for edge in diagram.edges)] if m >= 0})
    colours = {"mmvink": theme.INK, "mmvfaint": theme.FAINT} | {f"mmv{m}": theme.colour(m) for m in used}
    styles = [*_STYLES, *(f"m{m}/.style={{draw=mmv{m}, {_dashes(m)}}}" for m in used)]
    groups = [node for node in nodes if node.look == "group"]
    others = [node for node in nodes if node.look != "group"]
    lines = [
        f"% {diagram.title}. {diagram.shows}",
        f"% Written by mmviz.plots.diagram({diagram.name!r}); one unit is 1/72 inch. Needs in the preamble:",
        *(f"%   {line}" for line in PACKAGES),
        r"\begingroup%",
        *(rf"\definecolor{{{name}}}{{HTML}}{{{value[1:].upper()}}}%" for name, value in colours.items()),
        rf"\begin{{tikzpicture}}[x=1bp, y=1bp,{chr(10)}  " + ",\n  ".join(styles) + "]",
        rf"  \useasboundingbox (0,0) rectangle ({diagram.width:g},{diagram.height:g});",
        *map(_node, groups),
        *map(_node, others),
        *map(_edge, diagram.edges),
        r"\end{tikzpicture}%",
        r"\endgroup",
    ]
    picture = "\n".join(lines) + "\n"
    return _DOCUMENT % ("\n".join(PACKAGES), picture) if document else picture


def _dashes(style: int) -> str:
    dash = theme.dash(style)
    marks = " ".join(f"{'off' if i % 2 else 'on'} {length:g}bp" for i, length in enumerate(dash))
    return f"dash pattern={marks}" if dash else "solid"


def _node(node: Node) -> str:
    options = [{"text": "text only", "glyph": "draw=none"}.get(node.look, node.look)]
    if node.look == "glyph":
        options += [_SHAPES[theme.symbol(node.style)], f"fill=mmv{node.style}"]
    elif node.look == "dot":
        options.append("fill=mmvink" if node.style < 0 else f"fill=mmv{node.style}")
    elif node.style >= 0:
        tint = TOKEN_TINT if node.look in ("token", "state") else TINT
        options += [f"m{node.style}", *([f"fill=mmv{node.style}!{tint}"] if node.look != "text" else [])]
    elif node.look in ("token", "state"):
        options += ["draw=mmvink", "fill=white"]
    if node.look in (*ROUND, "glyph"):
        wide = node.width * (1.3 if theme.symbol(node.style) == "diamond" and node.look == "glyph" else 1)
        options.append(f"minimum size={wide:g}bp")
    elif node.width:
        options.append(f"minimum width={node.width:g}bp, minimum height={node.height:g}bp")
    text = r" \\ ".join(rf"\strut {tex(line)}" for line in node.text)
    return rf"  \node[{', '.join(options)}] ({node.name}) at ({node.x:g},{node.y:g}) {{{text}}};"


def _edge(edge: Edge) -> str:
    look = {"flow": "flow", "training": "training flow", "light": "light flow"}[edge.look]
    options = [look, *(["head"] if edge.head else []), *([f"draw=mmv{edge.style}"] if edge.style >= 0 else [])]
    return rf"  \draw[{', '.join(options)}] " + " -- ".join(map(_point, edge.points)) + ";"


def _point(at: At) -> str:
    target = f"{at.node}.{at.anchor}"
    if at.level is not None:
        target = f"{target} |- {'.'.join(at.level)}"
    shift = [f"{axis}shift={value:g}bp" for axis, value in (("x", at.dx), ("y", at.dy)) if value]
    return f"([{', '.join(shift)}]{target})" if shift else f"({target})"


def tex(line: str) -> str:
    """Return a line of text for LaTeX: names escaped, mathematics as it is."""
    return "".join(
        f"${part}$" if is_math else r"\$".join(latex(piece) for piece in part.split(DOLLAR))
        for is_math, part in parts_of(line)
    )
