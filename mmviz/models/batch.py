"""Batches of padded sequences with masks: as recorded (``Batch``), and after encoding on one time axis (``Steps``)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from mmkernels.transforms import is_batched

from mmviz.core.errors import ConfigError, DataError
from mmviz.data.clock import clock_of, spans_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxtyping import Bool, Float, Int, Shaped
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.data.spec import Spec


@dataclass
class Batch:
    """Padded sequences of every modality with their masks.

    Attributes
    ----------
    values
        Modality name to float tensor (batch, frame, feature). The content of padding has no influence.
    valid
        Modality name to bool tensor (batch, frame): True where a frame was recorded. All False = absent.
    target
        (batch,) int64 classes or float values; None for prediction only.
    times
        Modality name to float64 (batch, frame, 2): begin and end of the interval that each frame covers, in seconds; NaN where
        there is no frame. Empty without timestamps; a modality without an entry covers the whole clock.
    clock
        (batch, 2) float64: begin and end of each recording in seconds, over all its modalities, masked ones included.
        None without timestamps.
    """

    values: dict[str, Float[Tensor, "batch _frame _feature"]]
    valid: dict[str, Bool[Tensor, "batch _frame"]]
    target: Shaped[Tensor, " batch"] | None = None
    times: dict[str, Float[Tensor, "batch _frame 2"]] = field(default_factory=dict)
    clock: Float[Tensor, "batch 2"] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Modality names, in the order of the spec."""
        return tuple(self.values)

    @property
    def required_target(self) -> Shaped[Tensor, " batch"]:
        """The target; DataError if it is None."""
        if self.target is None:
            raise DataError("Batch: target is None, but a loss needs it; give the targets")
        return self.target

    def __len__(self) -> int:
        return next(iter(self.values.values())).shape[0]

    def ordered(self, names: Sequence[str]) -> Batch:
        """Return the batch with its modalities in the order of ``names``."""
        return replace(self, values={n: self.values[n] for n in names}, valid={n: self.valid[n] for n in names})

    def sample(self, i: int) -> Batch:
        """Return one sample as a batch."""
        return self._each(lambda x: x[i : i + 1])

    def samples(self, index: Int[Tensor, " row"]) -> Batch:
        """Return the samples at ``index``, one row per entry."""
        return self._each(lambda x: x[index.to(x.device)])

    def _each(self, change: Callable[[Tensor], Tensor]) -> Batch:
        """Return the batch with ``change`` applied to every tensor."""
        kept = {k: {n: change(x) for n, x in getattr(self, k).items()} for k in ("values", "valid", "times")}
        whole = {k: None if (x := getattr(self, k)) is None else change(x) for k in ("target", "clock")}
        return Batch(kept["values"], kept["valid"], whole["target"], kept["times"], whole["clock"])

    def completed(self, spec: Spec) -> Batch:
        """Return the batch with every modality of the spec; a missing modality is absent from all samples.

        Raises
        ------
        DataError
            If it has no modality, or one that the spec does not have.
        """
        unknown = [name for name in self.names if name not in spec.names]
        if unknown or not self.names:
            raise DataError(
                f"batch: modality {', '.join(map(repr, unknown)) or 'none'} is not in the model's spec; give some of {', '.join(spec.names)}"
            )
        if set(self.names) == set(spec.names):
            return self
        like, values, valid = next(iter(self.values.values())), dict(self.values), dict(self.valid)
        for modality in spec.modalities:
            if modality.name not in values:
                values[modality.name] = like.new_zeros(len(self), modality.steps, modality.features)
                valid[modality.name] = torch.zeros(len(self), modality.steps, dtype=torch.bool, device=like.device)
        return replace(self, values=values, valid=valid).ordered(spec.names)

    def to(self, device: torch.device | str, dtype: torch.dtype | None = None) -> Batch:
        """Return the batch on ``device``, with values cast to ``dtype`` if it is given."""
        moved = self._each(lambda x: x.to(device))
        return replace(moved, values={name: x.to(device, dtype) for name, x in self.values.items()})

    def masked(self, members: Bool[Tensor, "batch modality"]) -> Batch:
        """Return the batch with every modality masked where ``members`` is False.

        Parameters
        ----------
        members
            (batch, modality) bool, columns in the order of :attr:`names`.

        Raises
        ------
        ConfigError
            If the shape is not (batch, modality).
        """
        expected = (len(self), len(self.names))
        if tuple(members.shape) != expected:
            raise ConfigError(
                f"Batch.masked: members has shape {tuple(members.shape)}, expected (batch, modality) = {expected}; "
                f"give one column for each of {', '.join(self.names)}"
            )
        keep = members.to(next(iter(self.valid.values())).device)
        return replace(self, valid={n: v & keep[:, i, None] for i, (n, v) in enumerate(self.valid.items())})

    def repeated(self, times: int) -> Batch:
        """Return every sample ``times`` times in a row (sample 0, sample 0, ..., sample 1, ...)."""
        return self._each(lambda x: x.repeat_interleave(times, 0))


def batch_of(
    split: Split,
    indices: Sequence[int] | Int[np.ndarray, " batch"] | None = None,
    matching: Matching | None = None,
) -> Batch:
    """Return samples of a split as tensors (copies).

    Parameters
    ----------
    split
        A :class:`mmviz.data.dataset.Split`.
    indices
        Which samples, in which order; None for all.
    matching
        Layout of the data for the model, see :func:`mmviz.data.matching.matched`; None for the split's own layout.
    """
    rows = np.arange(len(split)) if indices is None else np.asarray(indices, dtype=np.int64)
    if matching is not None and matching.rearranged:
        pairs = {name: matching.expected(split, name, rows) for name in matching.model.names}
        target = None if split.target is None else matching.target(split, rows)
    else:
        pairs = {name: (x[rows], split.valid[name][rows]) for name, x in split.inputs.items()}
        target = None if split.target is None else split.target[rows]
    batch = Batch(
        {name: torch.from_numpy(np.array(x, copy=True)) for name, (x, _) in pairs.items()},
        {name: torch.from_numpy(np.array(v, copy=True)) for name, (_, v) in pairs.items()},
        None if target is None else torch.from_numpy(np.array(target, copy=True)),
    )
    if not split.times:
        return batch
    times = {name: t[rows] for name, t in split.times.items()}
    clock = clock_of(times)
    spans = {name: torch.from_numpy(spans_of(t, split.valid[name][rows], clock)) for name, t in times.items()}
    return replace(batch, times=spans, clock=torch.from_numpy(clock))


class Steps(NamedTuple):
    """Encoded steps of every modality, zeros where the mask is False, and the mask of valid steps.

    Every modality is encoded separately, so masking here equals masking in the batch: coalitions of
    modalities share one pass of the encoders.
    """

    x: Float[Tensor, "modality batch time width"]
    mask: Bool[Tensor, "modality batch time"]

    def masked(self, members: Bool[Tensor, "batch modality"]) -> Steps:
        """Return the steps with every modality masked where ``members`` is False.

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
        return self.where(members.to(self.mask.device).t()[..., None])

    def where(self, keep: Bool[Tensor, "modality batch _time"]) -> Steps:
        """Return the steps masked where ``keep`` is False; a time axis of length 1 applies to all steps."""
        mask = self.mask & keep
        return Steps(torch.where(mask[..., None], self.x, torch.zeros_like(self.x)), mask)

    def truncated(self, stop: int) -> Steps:
        """Return the steps 0..stop-1."""
        return Steps(self.x[:, :, :stop], self.mask[:, :, :stop])

    def samples(self, index: Int[Tensor, " row"]) -> Steps:
        """Return the samples at ``index``, in this order; an index may be repeated.

        The gradient of a repeated sample is summed in the order of ``index``, so that it is the same with any number of threads;
        the gradient of ``x[:, index]`` is not.
        """
        return Steps(self.x.index_select(1, index), self.mask.index_select(1, index))

    def repeated(self, times: int) -> Steps:
        """Return every sample ``times`` times in a row (sample 0, sample 0, ..., sample 1, ...)."""
        return Steps(self.x.repeat_interleave(times, 1), self.mask.repeat_interleave(times, 1))

    @property
    def mask_or_none(self) -> Bool[Tensor, "modality batch time"] | None:
        """The mask, or None if every step is valid, as a scan without a mask is faster.

        Always the mask while a graph is exported or traced, and under torch.vmap, where a branch must not depend on data.
        """
        if (
            type(self.mask) is not torch.Tensor
            or torch.compiler.is_exporting()
            or torch.jit.is_tracing()
            or is_batched()
        ):
            return self.mask
        return None if bool(self.mask.all()) else self.mask
