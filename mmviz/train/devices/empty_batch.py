"""Models on empty batches: a device may receive no sample of a batch, or none that has the modality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from mmviz.models.batch import Batch, Steps

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import FusionModel
    from mmviz.models.fusions.equilibrium import ModalityPass
    from mmviz.models.fusions.memory_chain import LinkPass


class EmptyBatchModel:
    """Wrapper of a model for several devices: an empty batch gives an empty output, with a graph of zero gradients.

    The model runs on one blank sample then, so that the same weights are in the graph on every device. Other attributes are the model's.
    """

    def __init__(self, model: FusionModel) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, batch: Batch) -> Float[Tensor, "batch output"]:
        """Return the outputs."""
        return self._model(batch) if len(batch) else self._model(_blank_batch(batch))[:0]

    def encode(self, batch: Batch) -> Steps:
        """Return the steps of every modality, and their mask."""
        if len(batch):
            return self._model.encode(batch)
        steps = self._model.encode(_blank_batch(batch))
        return Steps(steps.x[:, :0], steps.mask[:, :0])

    def fuse(self, steps: Steps) -> Float[Tensor, "batch output"]:
        """Return the outputs for encoded steps."""
        return self._model.fuse(steps) if steps.x.shape[1] else self._model.fuse(_blank(steps))[:0]

    def training_forward(self, steps: Steps) -> tuple[Float[Tensor, "batch output"], dict[str, Float[Tensor, ""]]]:
        """Return the outputs and the auxiliary losses of the model."""
        if steps.x.shape[1]:
            return self._model.training_forward(steps)
        output, penalties = self._model.training_forward(_blank(steps))
        return output[:0], penalties

    def unimodal_features(
        self, steps: Steps
    ) -> tuple[Float[Tensor, "modality batch width"], Bool[Tensor, "modality batch"]]:
        """Return the vector of each single modality, of an `equilibrium`."""
        found: tuple[Tensor, Tensor] = self._model.unimodal_features(steps if steps.x.shape[1] else _blank(steps))  # type: ignore[operator]
        return found if steps.x.shape[1] else (found[0][:, :0], found[1][:, :0])

    def unimodal_forward(
        self, steps: Steps, modality: int, memory: Tensor, targets: tuple[Tensor, Tensor] | None
    ) -> ModalityPass:
        """Return the unimodal update of an `equilibrium`."""
        if steps.x.shape[1]:
            return self._model.unimodal_forward(steps, modality, memory, targets)  # type: ignore[operator]
        if targets is not None:
            z, available = targets
            targets = z.new_zeros(len(z), 1, z.shape[2]), available.new_zeros(len(available), 1)
        result: ModalityPass = self._model.unimodal_forward(
            _blank(steps), modality, memory.new_zeros(1, memory.shape[1]), targets
        )  # type: ignore[operator]
        return result._replace(output=result.output[:0], memory=result.memory[:0])

    def link_forward(self, steps: Steps, modality: int | None) -> LinkPass:
        """Return the pass up to one modality of a `memory_chain`."""
        if steps.x.shape[1]:
            return self._model.link_forward(steps, modality)  # type: ignore[operator]
        found: LinkPass = self._model.link_forward(_blank(steps), modality)  # type: ignore[operator]
        return found._replace(
            output=found.output[:0], features=found.features[:, :0], hidden=found.hidden[:0], cell=found.cell[:0]
        )


def _blank(steps: Steps) -> Steps:
    M, _, T, width = steps.x.shape
    return Steps(steps.x.new_zeros(M, 1, T, width), torch.ones(M, 1, T, dtype=torch.bool, device=steps.x.device))


def _blank_batch(batch: Batch) -> Batch:
    values = {n: x.new_zeros(1, max(1, x.shape[1]), x.shape[2]) for n, x in batch.values.items()}
    valid = {n: torch.ones(x.shape[:2], dtype=torch.bool, device=x.device) for n, x in values.items()}
    if batch.clock is None:
        return Batch(values, valid)
    edges = {n: torch.linspace(0, 1, values[n].shape[1] + 1).to(t) for n, t in batch.times.items()}
    times = {n: torch.stack([edge[:-1], edge[1:]], -1)[None] for n, edge in edges.items()}
    return Batch(values, valid, times=times, clock=batch.clock.new_tensor([[0.0, 1.0]]))
