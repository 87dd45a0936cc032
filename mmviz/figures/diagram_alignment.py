"""AlignMamba and AlignMamba-2 as diagrams: what attends to what, and where alignment happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.figures.diagram import Diagram
from mmviz.figures.made import Drawing, Said

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence

_SCHEME = "a scheme, nothing in it is measured"


def mechanisms(evidence: Evidence) -> Drawing:
    """Draw attention among all tokens, a scan along them, and a scan along aligned tokens."""
    d = Diagram()
    for k, title in enumerate(("attention", "Mamba scan", "aligned, then scanned")):
        left = 5.4 * k
        d.words(left + 2.2, 5.2 if k == 0 else 3.9, [title])
        for m in range(2):
            for t in range(4):
                place = t if k < 2 else 2 * t + m
                x, y = (left + 0.5 + 1.1 * t, 4.2 - 2.6 * m) if k != 1 else (left + 0.3 + 0.56 * (4 * m + t), 2.9)
                if k == 2:
                    x, y = left + 0.3 + 0.56 * place, 2.9
                d.box(x, y, 0.4, 0.6, [], m)
                if k == 0 and m == 0:
                    for s in range(4):
                        d.arrow((x, y - 0.35), (left + 0.5 + 1.1 * s, 1.95))
        if k:
            d.arrow((left + 0.1, 2.2), (left + 4.5, 2.2))
            d.words(left + 2.2, 1.6, ["one state, token after token"])
        else:
            d.words(left + 2.2, 0.8, ["every token asks every other"])
    shows = (
        "Three ways to let two sequences meet: attention, whose cost grows with the square of the tokens; a scan along both, one after the other; a scan along "
        "tokens that were first brought beside their match."
    )
    said = Said(shows, _SCHEME)
    return Drawing(
        d.picture("Attention, scan, aligned scan", shows, span=(-0.2, 15.6, 0.3, 5.7), height=170), said, columns=2
    )


def framework(evidence: Evidence) -> Drawing:
    """Draw AlignMamba: encoders, transport onto the anchor, interleaving, Mamba, head."""
    d = Diagram()
    for m, name in enumerate(("vision", "audio", "text")):
        y = 4.4 - 2.0 * m
        d.box(1.5, y, 2.4, 1.0, [f"{name} encoder"], m)
        d.arrow((2.7, y), (3.5, y), m)
        d.box(4.9, y, 2.7, 1.4, ["the anchor"] if m == 2 else ["transport", "onto text"], m)
        d.arrow((6.25, y), (7.1, 2.4 + 0.3 * (1 - m)), m)
    d.box(8.4, 2.4, 2.6, 1.4, ["interleave", "v a t v a t"])
    d.arrow((9.7, 2.4), (10.4, 2.4))
    d.box(11.5, 2.4, 2.1, 1.0, ["Mamba"])
    d.arrow((12.55, 2.4), (13.2, 2.4))
    d.box(14.1, 2.4, 1.7, 1.0, ["head"])
    d.words(10.9, 0.3, ["MMD between the transported and the anchor, in training"])
    shows = "AlignMamba: tokens of each modality are transported onto those of the anchor, interleaved step by step, and scanned as one sequence."
    said = Said(shows, _SCHEME, reading="normalisation of the transported tokens, bandwidth of the MMD")
    return Drawing(d.picture("AlignMamba", shows, span=(0, 15.2, -0.5, 5.4), height=190), said, columns=2)


def dual(evidence: Evidence) -> Drawing:
    """Draw AlignMamba-2: encoders, two losses in training, Modality-Aware Mamba with shared and specific experts, head."""
    d = Diagram()
    for m, name in enumerate(("vision", "audio", "text")):
        y = 4.4 - 2.0 * m
        d.box(1.5, y, 2.4, 1.0, [f"{name} encoder"], m)
        d.arrow((2.7, y), (3.6, 2.4 + 0.3 * (1 - m)), m)
    d.box(4.7, 2.4, 2.1, 1.4, ["tokens", "with owners"])
    d.arrow((5.75, 2.4), (6.5, 2.4))
    d.box(9.4, 2.4, 5.8, 3.6, [])
    d.words(9.4, 3.8, ["Modality-Aware Mamba, K layers"])
    d.box(8.0, 2.7, 2.4, 0.9, ["shared expert"], 4)
    d.box(8.0, 1.4, 2.4, 0.9, ["own expert"], 5)
    d.words(9.45, 2.05, ["+"])
    d.box(11.0, 2.05, 1.9, 1.0, ["scan"])
    d.arrow((9.75, 2.05), (10.05, 2.05))
    d.arrow((12.3, 2.4), (13.0, 2.4))
    d.box(13.9, 2.4, 1.7, 1.0, ["head"])
    d.box(4.7, 5.1, 3.4, 0.9, ["OT and MMD losses"], 3)
    d.arrow((4.7, 3.1), (4.7, 4.65), 3)
    d.words(8.2, 5.1, ["in training alone"])
    shows = "AlignMamba-2 as it is read here: two losses align the encoded tokens in training; in every layer a token passes a shared expert and its modality's own."
    said = Said(
        shows, _SCHEME, reading="what the experts are (reading A), where the losses act, the order of the tokens"
    )
    return Drawing(d.picture("AlignMamba-2", shows, span=(0, 15.0, -0.3, 5.8), height=200), said, columns=2)
