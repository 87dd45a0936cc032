"""Registry of the papers' figures and tables, by name; open to figures and tables of a user."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
from mmviz.studies.papers import alignmamba, coupled_mamba, efficiency, missing_rates, modality_equilibrium

if TYPE_CHECKING:
    from mmviz.studies.papers.paper_spec import PaperFigure, TableSpec
    from mmviz.studies.papers.results import PaperResults

    Create = Callable[[PaperResults], PaperFigure | TableSpec]

CM, AM, AM2, ME = "Coupled Mamba", "AlignMamba", "AlignMamba-2", "Modality Equilibrium Matters"


class PaperItem(NamedTuple):
    """A figure or table: its paper, its counterpart there, and the function that creates it from the results."""

    paper: str
    counterpart: str
    create: Create


#: name -> figure or table, in the order of the papers
FIGURES: dict[str, PaperItem] = {
    "cm_stack": PaperItem(CM, "Figure 1 of Coupled Mamba.", coupled_mamba.stack),
    "cm_block": PaperItem(CM, "Algorithm 1 of Coupled Mamba, as a diagram.", coupled_mamba.block),
    "cm_states": PaperItem(CM, "Figure 2 of Coupled Mamba.", coupled_mamba.unrolled),
    "cm_growth": PaperItem(
        CM, "equation 6 of Coupled Mamba, which its paper does not draw.", coupled_mamba.state_growth
    ),
    "cm_memory": PaperItem(CM, "Figure 3 of Coupled Mamba.", efficiency.memory_curves),
    "cm_time": PaperItem(CM, "Figure 4 of Coupled Mamba.", efficiency.time_curves),
    "cm_length_table": PaperItem(CM, "Figures 3 and 4 of Coupled Mamba, as a table.", efficiency.length_table),
    "cm_regression": PaperItem(CM, "Tables 1, 2 and 7 of Coupled Mamba.", coupled_mamba.regression_table),
    "cm_classification": PaperItem(CM, "Tables 3 to 6 and 13 of Coupled Mamba.", coupled_mamba.classification_table),
    "cm_fusion": PaperItem(CM, "Table 11 of Coupled Mamba, as bars.", coupled_mamba.fusion_bars),
    "cm_ablation": PaperItem(CM, "Tables 8 to 11 and 14 of Coupled Mamba.", coupled_mamba.ablation_table),
    "cm_missing": PaperItem(CM, "Table 12 of Coupled Mamba, as curves.", missing_rates.missing_curves),
    "cm_missing_table": PaperItem(CM, "Table 12 of Coupled Mamba.", missing_rates.missing_table),
    "am_mechanisms": PaperItem(AM, "Figure 1 of AlignMamba.", alignmamba.mechanisms),
    "am_framework": PaperItem(AM, "Figure 2 of AlignMamba.", alignmamba.framework),
    "am_efficiency": PaperItem(AM, "the efficiency figure of AlignMamba (page 7).", efficiency.efficiency_curves),
    "am_transport": PaperItem(AM, "the transport plan of AlignMamba (page 8).", alignmamba.transport_plan),
    "am_distance": PaperItem(AM, "the A-distance that AlignMamba reports as numbers.", alignmamba.a_distance_bars),
    "am2_framework": PaperItem(AM2, "the framework figure of AlignMamba-2.", alignmamba.framework_2),
    "am2_features": PaperItem(
        AM2, "distributions of features with and without alignment.", alignmamba.aligned_features
    ),
    "am2_losses": PaperItem(AM2, "the ablation of the losses.", alignmamba.loss_bars),
    "am2_experts": PaperItem(AM2, "the ablation of the experts.", alignmamba.expert_bars),
    "am2_ablation_table": PaperItem(AM2, "the ablations of losses and experts.", alignmamba.ablation_table),
    "me_contribution": PaperItem(ME, "contributions over training.", modality_equilibrium.contribution_curves),
    "me_deviation": PaperItem(ME, "the equilibrium deviation over training.", modality_equilibrium.imbalance_curves),
    "me_scatter": PaperItem(ME, "accuracy against the equilibrium deviation.", modality_equilibrium.imbalance_scatter),
    "me_order": PaperItem(ME, "the ablation of the order.", modality_equilibrium.order_bars),
    "me_missing": PaperItem(ME, "accuracy against the missing rate.", missing_rates.missing_by_strategy),
    "me_features": PaperItem(ME, "features before and after the mapping.", alignmamba.mapped_features),
    "me_strategies": PaperItem(ME, "the table of strategies.", modality_equilibrium.strategy_table),
}


def register_paper_figure(name: str, *, paper: str, counterpart: str) -> Callable[[Create], Create]:
    """Return a decorator that registers a figure or table under a name, for :func:`write_figure` and ``python -m mmviz figures``.

    Parameters
    ----------
    name
        Unique; the files are named after it.
    paper
        Title of the paper that it belongs to.
    counterpart
        Its counterpart in the paper, such as "Figure 3 of Coupled Mamba."; part of the caption.

    Raises
    ------
    ConfigError
        If the name is taken.
    """
    if name in FIGURES:
        raise ConfigError(f"register_paper_figure: name={name!r} is taken; choose another name")

    def decorate(create: Create) -> Create:
        FIGURES[name] = PaperItem(paper, counterpart, create)
        return create

    return decorate


def figure_named(name: str) -> PaperItem:
    """Return a registered figure or table by its name.

    Raises
    ------
    ConfigError
        If the name is unknown; the message suggests the nearest one.
    """
    if name not in FIGURES:
        raise ConfigError(f"figures: {name!r} is unknown{nearest(name, FIGURES)}; use one of {', '.join(FIGURES)}")
    return FIGURES[name]
