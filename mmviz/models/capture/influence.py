"""Influence map of a captured scan: independent streams one by one, one channel per head."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from mmkernels import Influence, coupled_influence

from mmviz.models.capture.replay import is_uncoupled, one_stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from mmviz.models.base import ScanInputs
    from mmviz.models.capture.layouts import OperatorCall


def influence_of(
    call: OperatorCall,
    sample: int,
    channels: Sequence[int] | None,
    *,
    reduce: str,
    bin_steps: int,
    limit_bytes: int,
) -> Influence:
    """Return the influence map of one sample, as ``mmkernels.coupled_influence`` does for all streams at once.

    Parameters
    ----------
    call
        The scan.
    sample
        Position in the batch.
    channels, reduce, bin_steps, limit_bytes
        As in ``mmkernels.coupled_influence``.
    """
    scan, h0 = call.inputs, call.h0
    streams, _, steps, width = scan.x.shape
    repeated = _channels_per_map(call) if channels is None else 1
    chosen = list(range(0, width, repeated)) if repeated > 1 else channels
    if streams == 1 or not is_uncoupled(scan):
        found = _map(scan, h0, sample, chosen, reduce, bin_steps, limit_bytes)
        return _repeated(found, repeated, reduce)
    bins = math.ceil(steps / bin_steps) if isinstance(bin_steps, int) and bin_steps > 0 else steps
    maps = width if reduce == "none" and channels is None else len(chosen or ()) if reduce == "none" else 1
    size = (streams * bins) ** 2 * maps * scan.x.element_size()
    if size > limit_bytes:
        raise ValueError(
            f"influence: the map would take {size / 2**20:.0f} MiB, (streams * bins)² = ({streams} * {bins})² values for {maps} map(s), more "
            f"than limit_bytes = {limit_bytes / 2**20:.0f} MiB. Pass a larger bin_steps (a mean over that many steps), or a larger limit_bytes."
        )
    parts = [
        _repeated(
            _map(
                one_stream(scan, m),
                None if h0 is None else h0[m : m + 1],
                sample,
                chosen,
                reduce,
                bin_steps,
                limit_bytes,
            ),
            repeated,
            reduce,
        )
        for m in range(streams)
    ]
    first = parts[0].of_inputs
    whole = first.new_zeros(streams, bins, streams, bins, *first.shape[4:])
    for m, part in enumerate(parts):
        whole[m, :, m] = part.of_inputs[0, :, 0]
    starts = [part.of_initial_state for part in parts if part.of_initial_state is not None]
    return Influence(whole, torch.cat(starts) if starts else None)


def _channels_per_map(call: OperatorCall) -> int:
    """Return the number of neighbouring channels with the same map: a head's, if the direct path D is the same in it too."""
    if call.heads == 1:
        return 1
    D = call.inputs.D.unflatten(1, (-1, call.heads))
    return call.heads if call.h0 is None and bool((D[..., :1] == D).all()) else 1


def _map(
    scan: ScanInputs,
    h0: Tensor | None,
    sample: int,
    channels: Sequence[int] | None,
    reduce: str,
    bin_steps: int,
    limit_bytes: int,
) -> Influence:
    def of(q: Tensor) -> Tensor:
        return q[:, sample].contiguous()

    return coupled_influence(
        of(scan.dt),
        scan.A,
        of(scan.B),
        of(scan.C),
        scan.D,
        scan.W[sample].contiguous(),
        h0=None if h0 is None else of(h0),
        mask=None if scan.mask is None else of(scan.mask),
        channels=channels,
        reduce=reduce,
        bin_steps=bin_steps,
        limit_bytes=limit_bytes,
    )


def _repeated(found: Influence, times: int, reduce: str) -> Influence:
    """Return the map of all channels from that of one in ``times`` equal ones; there is no initial state."""
    if times == 1 or reduce == "abs_mean":
        return found
    if reduce == "norm":
        return found._replace(of_inputs=found.of_inputs * math.sqrt(times))
    return found._replace(of_inputs=found.of_inputs.repeat_interleave(times, -1))
