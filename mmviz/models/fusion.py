"""The contract of every fusion model: what training, tracing and prediction may ask of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch
    from mmviz.models.coupled_block import ScanInputs


class FusionModel(nn.Module, ABC):
    """A model from a batch of modalities to one answer.

    Attributes
    ----------
    spec
        The data it was built for.
    config
        Its options, a dataclass of plain values.
    steps
        Length of its own time axis.
    align
        ``pad``, ``bin`` or ``resample``: how frames become steps.
    """

    spec: Spec
    config: Any
    steps: int
    align: str

    @abstractmethod
    def forward(self, batch: Batch) -> Float[Tensor, "batch output"]:
        """Return logits (classification) or values (regression)."""

    @abstractmethod
    def prefixes(self, batch: Batch) -> Float[Tensor, "batch time output"]:
        """Return the answer from the steps 0..t, for every t; the last is ``forward``."""

    @abstractmethod
    def mask_of(self, batch: Batch) -> Bool[Tensor, "modality batch time"]:
        """Return which steps of which modality carry data."""

    @abstractmethod
    def layers_of(self, batch: Batch) -> list[ScanInputs]:
        """Return what the coupled scan of each layer reads for this batch; empty where a model has no scan."""

    @abstractmethod
    def coupling_matrices(self) -> Float[Tensor, "layer listener source"]:
        """Return W of each layer with every modality present; no layer where a model has no scan."""

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Coupled layers, inner channels, states per channel; zeros where a model has no scan."""
        return 0, 0, 0
