"""Coupled Mamba as diagrams: the stack of its layers, and its recurrence unrolled over three steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.figures.diagram import Diagram
from mmviz.figures.made import Drawing, Said

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence

_NAMES = ("text", "audio", "vision")
_SCHEME = "a scheme, nothing in it is measured"
_READ = "the mean in the recurrence and the projection after Cat; the paper's own sum diverges"


def stack(evidence: Evidence) -> Drawing:
    """Draw encoders, coupled layers with Cat between them, pools and head."""
    d = Diagram()
    for m, name in enumerate(_NAMES):
        x = 2.0 + 3.4 * m
        d.box(x, 0, 2.6, 1.0, [f"{name} encoder"], m)
        for layer, y in enumerate((2.0, 5.6)):
            d.box(x, y, 2.6, 1.2, ["coupled", "Mamba"], m)
            d.arrow((x, 0.5 if layer == 0 else 4.3), (x, y - 0.6), m)
            d.arrow((x, y + 0.6), (x, 3.3 if layer == 0 else 6.9), m)
        d.box(x, 7.4, 2.6, 1.0, ["pool"], m)
        d.arrow((x, 7.9), (x, 8.7), m)
    for y in (2.0, 5.6):
        for m in range(2):
            d.arrow((3.3 + 3.4 * m, y + 0.15), (4.1 + 3.4 * m, y + 0.15))
            d.arrow((4.1 + 3.4 * m, y - 0.15), (3.3 + 3.4 * m, y - 0.15))
    d.box(5.4, 3.8, 9.6, 0.9, ["Cat, projected back to each modality"])
    d.box(5.4, 9.2, 9.6, 0.9, ["weighted mean and head"])
    d.words(11.4, 3.8, ["between", "layers"])
    shows = "Coupled Mamba: a stream for each modality, whose states hear each other in every layer; Cat between layers, pools, one answer."
    said = Said(shows, _SCHEME, reading=_READ)
    return Drawing(d.picture("Layers of Coupled Mamba", shows, span=(0, 12.4, -0.8, 10.0), height=310), said)


def unrolled(evidence: Evidence) -> Drawing:
    """Draw two chains over three steps: states, their mean, inputs and outputs."""
    d = Diagram()
    for t in range(3):
        x, step = 2.2 + 4.2 * t, ("t−1", "t", "t+1")[t]
        for m, y in enumerate((1.4, 7.4)):
            d.box(x, y, 1.9, 1.0, [f"h {m + 1}, {step}"], m)
            low = m == 0
            d.arrow((x - 0.5, y - 1.5 if low else y + 1.5), (x - 0.5, y - 0.5 if low else y + 0.5), m)
            d.arrow((x + 0.5, y - 0.5 if low else y + 0.5), (x + 0.5, y - 1.5 if low else y + 1.5), m)
            d.words(x - 0.5, y - 1.9 if low else y + 1.9, ["B x"])
            d.words(x + 0.5, y - 1.9 if low else y + 1.9, ["C, y"])
            if t < 2:
                d.arrow((x + 0.95, y + (0.3 if low else -0.3)), (x + 1.75, 4.0 if low else 4.8), m)
                d.arrow((x + 2.45, 4.0 if low else 4.8), (x + 3.25, y + (0.3 if low else -0.3)), m)
        if t < 2:
            d.box(x + 2.1, 4.4, 1.3, 0.9, ["mean"])
            d.words(x + 3.45, 3.4, ["S 1"])
            d.words(x + 3.45, 5.4, ["S 2"])
    shows = (
        "The coupled recurrence, two modalities, three steps: each state is the decayed mean of all states of the step before, plus its own input. In the "
        "paper it is their sum."
    )
    said = Said(shows, _SCHEME, reading=_READ)
    return Drawing(d.picture("The coupled recurrence", shows, span=(0.6, 12.2, -1.0, 9.8), height=270), said)
