"""Registry of the papers' figures and tables, and what each of them returns: a figure or table specification with its caption."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest

if TYPE_CHECKING:
    from mmviz.plots.figure_spec import FigureSpec
    from mmviz.studies.papers.results import PaperResults


@dataclass(frozen=True)
class Caption:
    """The parts of a caption.

    Attributes
    ----------
    shows
        What is to be seen.
    data
        Data set, split, and how large the models are.
    seeds
        Of the numbers; empty where none are measured.
    interpretation
        Which readings of unpublished formulas are in it.
    printed
        Where the numbers come from that a paper prints.
    """

    shows: str
    data: str
    seeds: tuple[int, ...] = ()
    interpretation: str = ""
    published: str = ""


@dataclass(frozen=True)
class PaperFigure:
    """A figure: its picture, its caption, and over how many columns of a two-column page it wants to go."""

    spec: FigureSpec
    caption: Caption
    columns: int = 1


@dataclass(frozen=True)
class TableSpec:
    """A table: rows and options as :func:`mmviz.plots.latex_table` takes them."""

    rows: Sequence[Mapping[str, object]]
    caption: Caption
    digits: int = 1
    best: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    columns: int = 2


CM, AM, AM2, ME = "Coupled Mamba", "AlignMamba", "AlignMamba-2", "Modality Equilibrium Matters"


class PaperItem(NamedTuple):
    """One kind: its paper, what it is like there, and where it is made."""

    paper: str
    like: str
    module: str
    function: str

    @property
    def make(self) -> Callable[[PaperResults], PaperFigure | TableSpec]:
        """The function that makes it."""
        found: Callable[[PaperResults], PaperFigure | TableSpec] = getattr(
            importlib.import_module(f"mmviz.studies.papers.{self.module}"), self.function
        )
        return found


FIGURES: dict[str, PaperItem] = {
    "cm_stack": PaperItem(CM, "Figure 1 of Coupled Mamba.", "coupled_mamba", "stack"),
    "cm_states": PaperItem(CM, "Figure 2 of Coupled Mamba.", "coupled_mamba", "unrolled"),
    "cm_growth": PaperItem(
        CM, "equation 6 of Coupled Mamba, which its paper does not draw.", "coupled_mamba", "state_growth"
    ),
    "cm_memory": PaperItem(CM, "Figure 3 of Coupled Mamba.", "efficiency", "memory_curves"),
    "cm_time": PaperItem(CM, "Figure 4 of Coupled Mamba.", "efficiency", "time_curves"),
    "cm_length_table": PaperItem(CM, "Figures 3 and 4 of Coupled Mamba, as a table.", "efficiency", "length_table"),
    "cm_regression": PaperItem(CM, "Tables 1, 2 and 7 of Coupled Mamba.", "coupled_mamba", "regression_table"),
    "cm_classification": PaperItem(
        CM, "Tables 3 to 6 and 13 of Coupled Mamba.", "coupled_mamba", "classification_table"
    ),
    "cm_fusion": PaperItem(CM, "Table 11 of Coupled Mamba, as bars.", "coupled_mamba", "fusion_bars"),
    "cm_ablation": PaperItem(CM, "Tables 8 to 11 and 14 of Coupled Mamba.", "coupled_mamba", "ablation_table"),
    "cm_missing": PaperItem(CM, "Table 12 of Coupled Mamba, as curves.", "missing_rates", "missing_curves"),
    "cm_missing_table": PaperItem(CM, "Table 12 of Coupled Mamba.", "missing_rates", "missing_table"),
    "am_mechanisms": PaperItem(AM, "Figure 1 of AlignMamba.", "alignmamba", "mechanisms"),
    "am_framework": PaperItem(AM, "Figure 2 of AlignMamba.", "alignmamba", "framework"),
    "am_efficiency": PaperItem(AM, "the efficiency figure of AlignMamba (page 7).", "efficiency", "efficiency_curves"),
    "am_transport": PaperItem(AM, "the transport plan of AlignMamba (page 8).", "alignmamba", "transport_plan"),
    "am_distance": PaperItem(AM, "the A-distance that AlignMamba reports as numbers.", "alignmamba", "a_distance_bars"),
    "am2_framework": PaperItem(AM2, "the framework figure of AlignMamba-2.", "alignmamba", "framework_2"),
    "am2_features": PaperItem(
        AM2, "distributions of features with and without alignment.", "alignmamba", "aligned_features"
    ),
    "am2_losses": PaperItem(AM2, "the ablation of the losses.", "alignmamba", "loss_bars"),
    "am2_experts": PaperItem(AM2, "the ablation of the experts.", "alignmamba", "expert_bars"),
    "am2_ablation_table": PaperItem(AM2, "the ablations of losses and experts.", "alignmamba", "ablation_table"),
    "me_contribution": PaperItem(ME, "contributions over training.", "modality_equilibrium", "contribution_curves"),
    "me_deviation": PaperItem(
        ME, "the equilibrium deviation over training.", "modality_equilibrium", "imbalance_curves"
    ),
    "me_scatter": PaperItem(
        ME, "accuracy against the equilibrium deviation.", "modality_equilibrium", "imbalance_scatter"
    ),
    "me_order": PaperItem(ME, "the ablation of the order.", "modality_equilibrium", "order_bars"),
    "me_missing": PaperItem(ME, "accuracy against the missing rate.", "missing_rates", "missing_by_strategy"),
    "me_features": PaperItem(ME, "features before and after the mapping.", "alignmamba", "mapped_features"),
    "me_strategies": PaperItem(ME, "the table of strategies.", "modality_equilibrium", "strategy_table"),
}


def figure_named(name: str) -> PaperItem:
    """Return a kind by its name.

    Raises
    ------
    ConfigError
        If there is none; with the nearest one.
    """
    if name not in FIGURES:
        raise ConfigError(f"figures: no figure {name!r}{nearest(name, FIGURES)}; there is {', '.join(FIGURES)}")
    return FIGURES[name]
