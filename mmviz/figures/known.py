"""Every kind of figure and table, by name: of which paper, like which of its figures, made by which function."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from mmviz.data.choice import nearest
from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from mmviz.figures.evidence import Evidence
    from mmviz.figures.made import Drawing, Sheet

CM, AM, AM2, ME = "Coupled Mamba", "AlignMamba", "AlignMamba-2", "Modality Equilibrium Matters"


class Kind(NamedTuple):
    """One kind: its paper, what it is like there, and where it is made."""

    paper: str
    like: str
    module: str
    function: str

    @property
    def make(self) -> Callable[[Evidence], Drawing | Sheet]:
        """The function that makes it."""
        found: Callable[[Evidence], Drawing | Sheet] = getattr(
            importlib.import_module(f"mmviz.figures.{self.module}"), self.function
        )
        return found


FIGURES: dict[str, Kind] = {
    "cm_stack": Kind(CM, "Figure 1 of Coupled Mamba.", "diagram_layers", "stack"),
    "cm_states": Kind(CM, "Figure 2 of Coupled Mamba.", "diagram_layers", "unrolled"),
    "cm_growth": Kind(CM, "equation 6 of Coupled Mamba, which its paper does not draw.", "state_growth", "growth"),
    "cm_memory": Kind(CM, "Figure 3 of Coupled Mamba.", "length_curves", "memory"),
    "cm_time": Kind(CM, "Figure 4 of Coupled Mamba.", "length_curves", "time"),
    "cm_length_table": Kind(CM, "Figures 3 and 4 of Coupled Mamba, as a table.", "length_table", "table"),
    "cm_regression": Kind(CM, "Tables 1, 2 and 7 of Coupled Mamba.", "result_tables", "regression"),
    "cm_classification": Kind(CM, "Tables 3 to 6 and 13 of Coupled Mamba.", "result_tables", "classification"),
    "cm_fusion": Kind(CM, "Table 11 of Coupled Mamba, as bars.", "fusion_bars", "bars"),
    "cm_ablation": Kind(CM, "Tables 8 to 11 and 14 of Coupled Mamba.", "ablation_table", "table"),
    "cm_missing": Kind(CM, "Table 12 of Coupled Mamba, as curves.", "missing_rates", "curves"),
    "cm_missing_table": Kind(CM, "Table 12 of Coupled Mamba.", "missing_rates", "table"),
    "am_mechanisms": Kind(AM, "Figure 1 of AlignMamba.", "diagram_alignment", "mechanisms"),
    "am_framework": Kind(AM, "Figure 2 of AlignMamba.", "diagram_alignment", "framework"),
    "am_efficiency": Kind(AM, "the efficiency figure of AlignMamba (page 7).", "length_curves", "both"),
    "am_transport": Kind(AM, "the transport plan of AlignMamba (page 8).", "transport_plan", "plan"),
    "am_distance": Kind(AM, "the A-distance that AlignMamba reports as numbers.", "a_distance", "bars"),
    "am2_framework": Kind(AM2, "the framework figure of AlignMamba-2.", "diagram_alignment", "dual"),
    "am2_features": Kind(AM2, "distributions of features with and without alignment.", "feature_map", "alignment"),
    "am2_losses": Kind(AM2, "the ablation of the losses.", "alignment_ablation", "losses"),
    "am2_experts": Kind(AM2, "the ablation of the experts.", "alignment_ablation", "experts"),
    "am2_ablation_table": Kind(AM2, "the ablations of losses and experts.", "alignment_ablation", "table"),
    "me_contribution": Kind(ME, "contributions over training.", "training_curves", "contributions"),
    "me_deviation": Kind(ME, "the equilibrium deviation over training.", "training_curves", "deviations"),
    "me_scatter": Kind(ME, "accuracy against the equilibrium deviation.", "deviation_scatter", "scatter"),
    "me_order": Kind(ME, "the ablation of the order.", "order_bars", "bars"),
    "me_missing": Kind(ME, "accuracy against the missing rate.", "missing_rates", "strategies"),
    "me_features": Kind(ME, "features before and after the mapping.", "feature_map", "mapping"),
    "me_strategies": Kind(ME, "the table of strategies.", "strategy_table", "table"),
}


def kind_named(name: str) -> Kind:
    """Return a kind by its name.

    Raises
    ------
    ConfigError
        If there is none; with the nearest one.
    """
    if name not in FIGURES:
        raise ConfigError(f"figures: no figure {name!r}{nearest(name, FIGURES)}; there is {', '.join(FIGURES)}")
    return FIGURES[name]
