"""What stands for a missing modality in a model's input, as the one sentence that Trace, figures and pages print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.models.user_module.model import Adapted

if TYPE_CHECKING:
    from mmviz.models.base import FusionModel

MASKED = "missing modalities are masked, as if they had not been recorded; nothing is imputed"


def imputation_of(model: FusionModel) -> str:
    """Return the sentence for a model: what it receives in place of a modality that a coalition leaves out, or that was not recorded."""
    return model.imputation if isinstance(model, Adapted) else MASKED
