"""Diagrams of the papers' models by name, for TikZ, SVG, PDF and PNG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
from mmviz.plots import diagrams_alignmamba, diagrams_coupled_mamba
from mmviz.plots.diagram_spec import Diagram

_LONGEST = 9  # letters that fit a modality's box


class DiagramType(NamedTuple):
    """A diagram: the function that draws it for names of modalities, and the names that it has by default."""

    create: Callable[[Sequence[str]], Diagram]
    modalities: tuple[str, ...]


_COUPLED, _ALIGNED = ("text", "audio", "vision"), ("language", "audio", "video")
#: name -> diagram, in the order of the papers
DIAGRAMS: dict[str, DiagramType] = {
    "coupled_mamba_layers": DiagramType(diagrams_coupled_mamba.layers, _COUPLED),
    "coupled_mamba_block": DiagramType(diagrams_coupled_mamba.block, _COUPLED),
    "coupled_mamba_states": DiagramType(diagrams_coupled_mamba.states, _COUPLED),
    "alignment_mechanisms": DiagramType(diagrams_alignmamba.mechanisms, _ALIGNED),
    "alignmamba": DiagramType(diagrams_alignmamba.alignmamba, _ALIGNED),
    "alignmamba2": DiagramType(diagrams_alignmamba.alignmamba2, _ALIGNED),
}


def diagram(name: str, *, modalities: Sequence[str] | None = None) -> Diagram:
    """Return a diagram of a model, one column wide (3 inches), with texts of 8 points and the symbols of the papers.

    Parameters
    ----------
    name
        ``coupled_mamba_layers``, ``coupled_mamba_block`` and ``coupled_mamba_states`` (Coupled Mamba, arXiv 2405.18014),
        ``alignment_mechanisms`` and ``alignmamba`` (arXiv 2412.00833), or ``alignmamba2`` (2603.18462, our interpretation; see
        ``Diagram.interpretation``).
    modalities
        Two to four different names of at most 9 characters; colour, dashes and marker of each are those of every figure. For AlignMamba and
        AlignMamba-2 the first one is the anchor. None: the names of the paper.

    Returns
    -------
    Diagram
        Write it with ``.save("figure.tikz")`` (or ``.tex``, ``.svg``, ``.pdf``, ``.png``); ``.tikz()`` is the source. A notebook shows it.

    Raises
    ------
    ConfigError
        If the name is unknown, or the modalities are too many, too long, or not different.
    """
    if name not in DIAGRAMS:
        raise ConfigError(
            f"diagram: {name!r} is unknown{nearest(str(name), DIAGRAMS)}; use one of {', '.join(DIAGRAMS)}"
        )
    found = DIAGRAMS[name]
    if modalities is None:
        return found.create(found.modalities)
    names = tuple(modalities)
    if isinstance(modalities, str) or not all(isinstance(one, str) for one in names):
        raise ConfigError(f"diagram: modalities={modalities!r}, expected a list of two to four names")
    if not 2 <= len(names) <= 4 or len(set(names)) != len(names):
        raise ConfigError(f"diagram: modalities={list(names)!r}, expected two to four different names")
    wrong = [one for one in names if not 1 <= len(one) <= _LONGEST or not one.isprintable()]
    if wrong:
        raise ConfigError(
            f"diagram: modality {wrong[0]!r} has {len(wrong[0])} characters, expected 1 to {_LONGEST} printable ones, which fit a box; shorten it"
        )
    return found.create(names)
