"""Diagrams of Coupled Mamba: its layers, the block of one modality, and the coupled recurrence over three steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.plots.diagram_spec import At, Diagram, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 216.0
_INTERPRETATION = (
    "coupling weights W in place of the published sum (every weight 1), which diverges on long sequences; projection, GELU and residual for "
    "the box Cat of Figure 1; S as an exponential"
)


def columns(count: int, left: float, right: float, gap: float) -> tuple[list[float], float]:
    """Return the middles and the width of equal columns between two edges, in points."""
    width = (right - left - (count - 1) * gap) / count
    return [left + width / 2 + m * (width + gap) for m in range(count)], width


def encoder(d: Diagram, m: int, name: str, x: float, y: float, width: float) -> str:
    """Add the encoder of a modality, with its marker; return its name."""
    node = d.add(f"encoder{m}", x, y, width, 22, plain(name), "encoder", look="modality", style=m)
    d.add(f"glyph{m}", x - width / 2 + 1, y + 10, 5, 5, look="glyph", style=m)
    return node


def layers(names: Sequence[str]) -> Diagram:
    """Return the diagram of encoders, coupled layers with a projection of all modalities between them, pooling and head."""
    shows = (
        "Coupled Mamba. One SSM stream for each modality m; in every layer the hidden states of all streams are coupled by the weights W. After "
        "every layer but the last a projection of all modalities is added to each stream. The head receives a learned convex mean of the pooled streams."
    )
    d = Diagram("coupled_mamba_layers", "Layers of Coupled Mamba", shows, WIDTH, 228, _INTERPRETATION)
    xs, width = columns(len(names), 6, 188, 16 if len(names) < 4 else 8)
    middle, wide = (xs[0] + xs[-1]) / 2, xs[-1] - xs[0] + width
    d.add("layer", 97, 93, 194, 76, look="group")
    d.add("times", 206, 93, 0, 0, r"$\times K$", look="text")
    recurrence = r"$h^m_t = S^m_t \odot {\textstyle\sum}_k W_{mk}\, h^k_{t{-}1} + \bar{\mathbf{B}}^m_t u^m_t$"
    d.add("coupled", middle, 76, wide, 26, "coupled Mamba blocks", recurrence)
    d.add("cat", middle, 116, wide, 16, r"Cat: $x^m + \mathrm{GELU}(\mathrm{Linear}_m[x^1; \ldots; x^M])$")
    d.add("mean", middle, 174, wide, 15, r"mean over modalities ${\textstyle\sum}_m \alpha_m \bar{x}^m$")
    d.add("head", middle, 199, 44, 15, "head")
    d.add("output", middle, 222, 0, 0, r"$\hat{y}$", look="text")
    for m, (name, x) in enumerate(zip(names, xs, strict=True)):
        d.add(f"input{m}", x, 5, 0, 0, f"$X^{{{m + 1}}}$", look="text")
        encoder(d, m, name, x, 33, width)
        d.add(f"pool{m}", x, 147, width, 15, r"pool over $t$" if len(names) < 4 else "pool", look="modality", style=m)
        d.connect(At(f"input{m}", dy=6), f"encoder{m}.south", style=m)
        d.connect(f"encoder{m}.north", At(f"encoder{m}", "north", level=("coupled", "south")), style=m)
        d.connect(At(f"encoder{m}", level=("coupled", "north")), At(f"encoder{m}", level=("cat", "south")), style=m)
        d.connect(At(f"encoder{m}", level=("cat", "north")), f"pool{m}.south", style=m)
        d.connect(f"pool{m}.north", At(f"pool{m}", "north", level=("mean", "south")), style=m)
    d.connect("mean.north", "head.south")
    d.connect("head.north", At("output", dy=-6))
    return d


def block(_names: Sequence[str]) -> Diagram:
    """Return the diagram of the coupled block of one modality: projections, convolution, coupled scan, gate, residual."""
    shows = (
        "The coupled Mamba block of one modality m (Algorithm 1 of the paper). The scan receives the states of every modality at the step before, "
        "weighted by row m of W; the step size, B and C depend on the data of modality m."
    )
    interpretation = (
        "coupling weights W in place of the published sum; S as an exponential; A, B and C for each modality"
    )
    d = Diagram("coupled_mamba_block", "The coupled Mamba block", shows, WIDTH, 274, interpretation)
    u, z, middle = 92.0, 190.0, 141.0
    d.add("frame", 121, 141, 189, 234, look="group")
    d.add("input", middle, 6, 0, 0, r"$x^m$", look="text")
    d.add("branch", middle, 31, 3, 3, look="dot")
    d.add("norm", middle, 45, 60, 14, "LayerNorm")
    d.add("linear_u", u, 72, 44, 14, r"$\mathrm{Linear}_u$")
    d.add("linear_z", z, 72, 36, 14, r"$\mathrm{Linear}_z$")
    d.add("conv", u, 96, 62, 14, "Conv1d, SiLU")
    d.add("branch_u", u, 110, 3, 3, look="dot")
    d.add("u", u - 7, 124, 0, 0, "$u^m$", look="text")
    d.add("select", 160, 127, 52, 14, r"$\mathrm{Linear}_{\Delta, \mathbf{B}, \mathbf{C}}$")
    d.add("scan", u, 164, 119, 50, look="modality", style=0)
    for (
        name,
        y,
        text,
    ) in (  # apart by more than two lines of text: superscripts, bars; short enough for any document's font
        ("scan-name", 181.5, "coupled scan"),
        ("scan-state", 169.5, r"$h^m_t = S^m_t \odot {\textstyle\sum}_k W_{mk} h^k_{t{-}1}$"),
        ("scan-input", 157.5, r"$+\; \bar{\mathbf{B}}^m_t u^m_t$"),
        ("scan-output", 145.5, r"$y^m_t = \mathbf{C}^m_t h^m_t + \mathbf{D}^m u^m_t$"),
    ):
        d.add(name, u, y, 0, 0, text, look="text")
    d.add("silu", z, 164, 36, 14, "SiLU")
    d.add("gate", u, 203, 11, 11, r"$\odot$", look="operator")
    d.add("linear_out", u, 225, 44, 14, r"$\mathrm{Linear}_T$")
    d.add("plus", middle, 246, 11, 11, "$+$", look="operator")
    d.add("output", middle, 269, 0, 0, "to Cat or pooling", look="text")
    d.add("W", 9, 164, 13, 50, "$W$")
    for name, y, text in (
        ("first", 97, r"$h^1_{t{-}1}$"),
        ("dots", 111, r"$\vdots$"),
        ("last", 125, r"$h^M_{t{-}1}$"),
    ):
        d.add(name, 10, y, 0, 0, text, look="text")
    d.connect(At("input", dy=6), "norm.south")
    for to in ("linear_u", "linear_z"):
        d.connect("norm.north", At("norm", "north", dy=7), At(to, level=("norm", "north"), dy=7), f"{to}.south")
    d.connect("linear_u.north", "conv.south")
    d.connect("conv.north", "scan.south")
    d.connect("branch_u.center", At("select", level=("branch_u", "center")), "select.south")
    d.connect("select.north", At("select", level=("scan", "east")), "scan.east")
    d.connect(At("last", dx=-1, dy=6), "W.south")
    d.connect("W.east", "scan.west")
    d.connect("scan.north", "gate.south")
    d.connect("linear_z.north", "silu.south")
    d.connect("silu.north", At("silu", level=("gate", "east")), "gate.east")
    d.connect("gate.north", "linear_out.south")
    d.connect("linear_out.north", At("linear_out", level=("plus", "west")), "plus.west")
    d.connect("branch.center", At("branch", dx=70.5), At("branch", dx=70.5, level=("plus", "east")), "plus.east")
    d.connect("plus.north", At("output", dy=-6))
    return d


def states(_names: Sequence[str]) -> Diagram:
    """Return the diagram of two SSM streams over three steps: states, coupling weights, inputs and outputs."""
    shows = (
        "The coupled recurrence of Coupled Mamba, unrolled over three steps, for two modalities. The state of each stream is the decayed sum of the "
        "states of all streams at the step before, weighted by a row of W, plus its own input. The published sum has every weight 1, their mean 1/M."
    )
    interpretation = (
        "coupling weights W in place of the published sum; B, C and the decay S for each modality; S as an exponential"
    )
    d = Diagram("coupled_mamba_states", "The coupled recurrence", shows, WIDTH, 206, interpretation)
    rows, apart = (162.0, 76.0), 76
    for t, (x, step) in enumerate(zip((33, 109, 185), ("t{-}1", "t", "t{+}1"), strict=True)):
        for m, y in enumerate(rows):
            d.add(f"h{m}{t}", x, y, 27, 27, rf"$h^{{{m + 1}}}_{{{step}}}$", look="state", style=m)
            d.add(f"x{m}{t}", x, y - 33, 0, 0, rf"$u^{{{m + 1}}}_{{{step}}}$", look="text")
            d.add(f"y{m}{t}", x, y + 35, 0, 0, rf"$y^{{{m + 1}}}_{{{step}}}$", look="text")
            d.connect(At(f"x{m}{t}", dy=6), f"h{m}{t}.south", style=m)
            d.connect(f"h{m}{t}.north", At(f"y{m}{t}", dy=-6), style=m)
            d.add(f"B{m}{t}", x + 10, y - 20, 0, 0, rf"$\bar{{\mathbf{{B}}}}^{m + 1}$", look="text")
            d.add(f"C{m}{t}", x + 10, y + 20.5, 0, 0, rf"$\mathbf{{C}}^{m + 1}$", look="text")
            if t:
                d.add(f"S{m}{t}", x - 24, y + 7.5, 0, 0, f"$S^{{{m + 1}}}$", look="text")
    for t in range(2):
        d.add(f"W{t}", 33 + apart * (t + 0.47), sum(rows) / 2, 16, rows[0] - rows[1] + 27, "$W$")
        for m in range(2):
            d.connect(f"h{m}{t}.east", At(f"W{t}", "west", level=(f"h{m}{t}", "east")), style=m)
            d.connect(At(f"W{t}", "east", level=(f"h{m}{t + 1}", "west")), f"h{m}{t + 1}.west", style=m)
    for m, y in enumerate(rows):
        d.add(f"before{m}", 4, y, 0, 0, r"$\cdots$", look="text")
        d.add(f"behind{m}", 212, y, 0, 0, r"$\cdots$", look="text")
        d.connect(At(f"before{m}", dx=5), f"h{m}0.west", style=m)
        d.connect(f"h{m}2.east", At(f"behind{m}", dx=-5), style=m, head=False)
    d.add(
        "recurrence", WIDTH / 2, 18, 0, 0,
        r"$h^m_t = S^m_t \odot {\textstyle\sum}_k W_{mk}\, h^k_{t{-}1} + \bar{\mathbf{B}}^m_t u^m_t, \quad y^m_t = \mathbf{C}^m_t h^m_t$", look="text",
    )  # fmt: skip
    d.add(
        "decay", WIDTH / 2, 6, 0, 0,
        r"$S^m_t = \exp(\Delta^m_t \mathbf{A}^m), \quad \bar{\mathbf{B}}^m_t = \Delta^m_t \mathbf{B}^m_t$", look="text",
    )  # fmt: skip
    return d
