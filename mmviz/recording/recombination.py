"""Outputs of a model for samples whose modalities come from different recorded samples; the encoders run once per sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import xarray as xr
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.batch import Steps, batch_of
from mmviz.models.coalitions import CHUNK_BYTES
from mmviz.recording.samples import array, provenance

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float, Int
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.base import FusionModel
    from mmviz.train.run import Run

_SAMPLES = 64
#: most bytes of encoded steps that are held in memory
LIMIT_BYTES = 1 << 30


@torch.no_grad()
def encoded_samples(
    model: FusionModel, split: Split, rows: Int[np.ndarray, " sample"], matching: Matching, where: str
) -> Steps:
    """Return the encoded steps of these samples of a split.

    Raises
    ------
    ConfigError
        If they take more than 1 GiB; the message states how many samples fit.
    """
    parts: list[Steps] = []
    for start in range(0, len(rows), _SAMPLES):
        batch = batch_of(split, rows[start : start + _SAMPLES], matching).ordered(model.spec.names)
        parts.append(model.encode(batch))
        each = max(1, parts[0].x[:, :1].numel() * parts[0].x.element_size())
        if each * len(rows) > LIMIT_BYTES:
            raise ConfigError(
                f"{where}: {len(rows)} samples need {each * len(rows) / 2**20:.0f} MiB of encoded steps, more than "
                f"{LIMIT_BYTES / 2**20:.0f} MiB; give samples={LIMIT_BYTES // each} or fewer"
            )
    width = max(part.x.shape[-1] for part in parts)  # of a user's module with timestamps it depends on the batch
    x = torch.cat([nn.functional.pad(part.x, (0, width - part.x.shape[-1])) for part in parts], 1)
    return Steps(x, torch.cat([part.mask for part in parts], 1))


@torch.no_grad()
def recombined_outputs(
    model: FusionModel, steps: Steps, source: Int[np.ndarray, "row modality"], chunk_bytes: int = CHUNK_BYTES
) -> Float[np.ndarray, "row output"]:
    """Return logits or values of rows whose modality m is that of sample ``source[row, m]``.

    Parameters
    ----------
    model
        In evaluation mode.
    steps
        Encoded steps of the samples. Where the streams of a model are independent, they run once per sample.
    source
        Sample of each modality of each row.
    chunk_bytes
        Bytes of encoded steps per forward pass; influences the result only within rounding.
    """
    fuse, row_bytes = _pooled_once(model, steps, chunk_bytes) if model.independent_streams else _fused(model, steps)
    size = max(model.rows_per_pass, chunk_bytes // max(row_bytes, 1))
    index = torch.from_numpy(np.ascontiguousarray(source.T)).to(steps.x.device)
    return np.concatenate([array(fuse(part)) for part in index.split(size, 1)])


def _gathered(x: Tensor, index: Int[Tensor, "modality row"]) -> Tensor:
    return torch.stack([one.index_select(0, rows) for one, rows in zip(x, index, strict=True)])


def _fused(model: FusionModel, steps: Steps) -> tuple[Callable[[Tensor], Tensor], int]:
    def fuse(index: Tensor) -> Tensor:
        return model.fuse(Steps(_gathered(steps.x, index), _gathered(steps.mask, index)))

    return fuse, steps.x[:, :1].numel() * steps.x.element_size()


def _pooled_once(model: FusionModel, steps: Steps, chunk_bytes: int) -> tuple[Callable[[Tensor], Tensor], int]:
    size = max(1, chunk_bytes // max(1, steps.x[:, :1].numel() * steps.x.element_size()))
    chunks = [Steps(x, mask) for x, mask in zip(steps.x.split(size, 1), steps.mask.split(size, 1), strict=True)]
    pooled, present = (torch.cat(parts, 1) for parts in zip(*(model.pooled(chunk) for chunk in chunks), strict=True))

    def fuse(index: Tensor) -> Tensor:
        return model.fuse_pooled(_gathered(pooled, index), _gathered(present, index))[:, 0]

    return fuse, pooled[:, :1].numel() * pooled.element_size()


def measured(
    run: Run,
    split: Split,
    matching: Matching,
    rows: Int[np.ndarray, " sample"],
    variables: dict[str, Any],
    **attrs: Any,
) -> xr.Dataset:
    """Return a recording of a measure: variables over ``measured_sample``, with the positions and ids of its samples and its provenance."""
    out = xr.Dataset(
        variables,
        coords={
            "measured_sample": rows,
            "sample_id": ("measured_sample", np.asarray(split.ids, dtype=str)[rows]),
        },
    )
    out.attrs = provenance(run, split, matching.spec) | attrs
    return out
