"""Encoded modalities on one time axis: what lies between the encoders and the fusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from mmkernels.transforms import is_batched

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from torch import Tensor


class Steps(NamedTuple):
    """Steps of every modality, and which of them carry data; zeros where the mask is False.

    As every modality is encoded alone, a modality that is masked here is masked as if it had been in the batch: coalitions of
    modalities share one pass of the encoders.
    """

    x: Float[Tensor, "modality batch time width"]
    mask: Bool[Tensor, "modality batch time"]

    def masked(self, members: Bool[Tensor, "batch modality"]) -> Steps:
        """Return the steps without the modalities where ``members`` is False.

        Raises
        ------
        ConfigError
            If the shape is not (batch, modality).
        """
        expected = (self.mask.shape[1], self.mask.shape[0])
        if tuple(members.shape) != expected:
            raise ConfigError(
                f"Steps.masked: members has shape {tuple(members.shape)}, expected (batch, modality) = {expected}"
            )
        return self.kept(members.to(self.mask.device).t()[..., None])

    def kept(self, keep: Bool[Tensor, "modality batch _time"]) -> Steps:
        """Return the steps where ``keep`` is True (it may have one step for all), zeros elsewhere."""
        mask = self.mask & keep
        return Steps(torch.where(mask[..., None], self.x, torch.zeros_like(self.x)), mask)

    def until(self, stop: int) -> Steps:
        """Return the steps 0..stop-1 alone."""
        return Steps(self.x[:, :, :stop], self.mask[:, :, :stop])

    def rows(self, sample: Int[Tensor, " row"]) -> Steps:
        """Return these samples, in this order, each any number of times.

        The gradient of a repeated sample is summed in the order of ``sample``, so that it is the same with any number of threads;
        that of ``x[:, sample]`` is not.
        """
        return Steps(self.x.index_select(1, sample), self.mask.index_select(1, sample))

    def repeated(self, times: int) -> Steps:
        """Return every sample ``times`` times in a row (sample 0, sample 0, ..., sample 1, ...)."""
        return Steps(self.x.repeat_interleave(times, 1), self.mask.repeat_interleave(times, 1))

    @property
    def holes(self) -> Bool[Tensor, "modality batch time"] | None:
        """The mask; None where every step is valid, as a scan without a mask is faster.

        While a graph is exported or traced, and under torch.vmap, it is the mask: nobody can look at the data then.
        """
        if torch.compiler.is_exporting() or torch.jit.is_tracing() or is_batched():
            return self.mask
        return None if bool(self.mask.all()) else self.mask
