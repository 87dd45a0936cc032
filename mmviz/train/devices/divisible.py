"""Which trainings can be divided among devices: their loss must be a mean over samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.errors import ConfigError
from mmviz.models.equilibrium import Equilibrium
from mmviz.models.modality_aware import ModalityAwareLayer

if TYPE_CHECKING:
    from mmviz.models.fusion import FusionModel


def check_divisible(model: FusionModel, devices: int) -> None:
    """Refuse a model with a penalty that compares the samples of a batch.

    Parameters
    ----------
    model
        As it is trained.
    devices
        Their number.

    Raises
    ------
    ConfigError
        For a cross-modal mapping, and for a learned router with a weight for balance: computed from a share of the batch these are other
        penalties, so that the result would depend on the number of devices. Every other penalty of :mod:`mmviz.models` is a mean over samples.
    """
    for module in model.modules():
        if isinstance(module, Equilibrium) and module.mapping is not None:
            what, how = "a mapping is aligned over the pairs of samples that a batch has", "mapping='none'"
        elif isinstance(module, ModalityAwareLayer) and module.balance > 0 and module.router is not None:
            what, how = "the balance of a learned router is one of all tokens of a batch", "balance=0"
        else:
            continue
        raise ConfigError(
            f"fit: devices={devices}, but {type(model).__name__} has a penalty that does not divide into samples: {what}; train it on "
            f"one device, or with {how}"
        )
