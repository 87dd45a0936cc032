"""Change of a scan's output under edits, from the operator's influence map alone."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

import torch
from mmkernels import coupled_influence

from mmviz.models.capture.edits import Edit, scan_edits
from mmviz.models.ssm.edited_scan import ScanEdit, coupling_at, in_state_dtype, positions, ranges, with_inputs
from mmviz.models.ssm.hidden_states import states_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import ScanInputs

#: bytes of the influence map of one group of channels
_MAP_BYTES = 2**26


@torch.no_grad()
def predicted_change(
    inputs: ScanInputs,
    h0: Float[Tensor, "stream batch channel state"] | None,
    edits: Sequence[Edit],
    site: str = "",
) -> Float[Tensor, "stream batch step channel"]:
    r"""Return the change of a scan's output y under edits, edited minus captured, by the operator's influence map.

    With dt, B and C given, y = K x + S h₀ with K of ``mmkernels.coupled_influence``, separately in every channel. A patch changes h at its
    step by δ, and y after it by S δ. Silence changes x by −x, and y by −K x. A frozen stream, a cut edge and zeroed states change dt, W and C,
    and y by (K' − K) x + (S' − S) h with h the state before the range of steps and K' the map of the changed operator.

    Parameters
    ----------
    inputs, h0
        Of the captured call.
    edits
        As in :func:`mmviz.models.capture.edits.run_edited`.
    site
        Name of the scan, for errors.

    Returns
    -------
    Float[Tensor, "stream batch step channel"]
        In the dtype of the operator; computed in float64, for the changed samples and channels only. Cost: L² per channel and sample.

    Raises
    ------
    ConfigError
        As in :func:`~mmviz.models.capture.edits.run_edited`.

    Notes
    -----
    Sources: the linearity of the scan (``mmkernels/influence.md``); hidden attention, arXiv 2403.01590, for M = 1 without edits.
    """
    scan = in_state_dtype(inputs)
    found = scan_edits(scan, edits, site)
    dtype = scan.x.dtype
    out = torch.zeros_like(scan.x)
    double = scan._replace(**{n: t.double() for n, t in scan._asdict().items() if n != "mask"})
    start = None if h0 is None else h0.double()
    for b in torch.nonzero(torch.stack([edit.where.any(-1).any(0) for edit in found]).any(0)).flatten().tolist():
        for channels, states in _blocks(found, b, scan.x.shape[-1], scan.A.shape[-1]):
            block = _block(double, b, channels, states, direct=bool(states[0]))
            chosen = [_of_block(edit, b, channels, states) for edit in found]
            h = None if start is None else start[:, b : b + 1, channels][..., states]
            out[:, b, :, channels] += _change(block, h, [edit for edit in chosen if edit is not None])[:, 0].to(dtype)
    return out


def _change(scan: ScanInputs, h: Tensor | None, edits: list[ScanEdit]) -> Tensor:
    """Return the change of y for one sample, and channels and states that every edit changes as a whole."""
    edited = with_inputs(scan, edits)
    out = torch.zeros_like(scan.x)
    zeros = [edit for edit in edits if edit.kind == "state"]
    cuts = {0, scan.x.shape[2]}
    for start, stop in ranges(edits, scan.x.shape[2]):
        cuts |= {start, stop}
    cuts |= {min(edit.span[0] + 1, scan.x.shape[2]) for edit in zeros}
    places = sorted(cuts)
    before = after = scan.x.new_zeros(*scan.x.shape[:2], *scan.A.shape[1:]) if h is None else h
    for start, stop in pairwise(places):
        for edit in edits:
            if edit.kind == "propagated" and bool(edit.where[..., start].any()):
                after = torch.where(edit.where[..., start, None, None], edit.at(start, after), after)
        plain = positions(scan, start, stop)
        C, W = plain.C, coupling_at(scan.W, edits, start)
        for edit in zeros:
            gone = edit.where[:, 0, start]  # streams without states at these steps
            C = torch.where(gone[:, None, None, None], 0.0, C)
            if start > edit.span[0]:  # nor are their states received
                W = torch.where(gone[None, None, :], 0.0, W)
        other = positions(edited, start, stop)._replace(C=C, W=W)
        same = all(torch.equal(getattr(plain, name), getattr(other, name)) for name in ("dt", "C", "W"))
        if same:
            change = plain._replace(x=other.x - plain.x)
            out[:, :, start:stop] = _by_map(change, after - before)
        else:
            out[:, :, start:stop] = _by_map(other, after) - _by_map(plain, before)
        before, after = states_of(plain, before)[:, :, -1], states_of(other, after)[:, :, -1]
    return out


def _by_map(scan: ScanInputs, h: Tensor) -> Tensor:
    """Return K x + S h of one sample; independent streams (W = I) one by one, as the map of all costs M² (M + 1) / 2 times as much."""
    if not bool(scan.x.any()) and not bool(h.any()):
        return torch.zeros_like(scan.x)
    M = len(scan.x)
    if M > 1 and torch.equal(scan.W[0], torch.eye(M, dtype=scan.W.dtype, device=scan.W.device)):
        rows = [slice(m, m + 1) for m in range(M)]
        return torch.cat([_by_map(_stream(scan, row), h[row]) for row in rows])
    x, dt, A, B, C, D, W, mask = scan
    length, channels = x.shape[2:]
    several = max(1, _MAP_BYTES // ((M * length) ** 2 * x.element_size()))
    out = torch.empty_like(x)
    for start in range(0, channels, several):
        part = slice(start, start + several)
        found = coupled_influence(
            dt[:, 0, :, part].contiguous(),
            A[:, part].contiguous(),
            B[:, 0].contiguous(),
            C[:, 0].contiguous(),
            D[:, part].contiguous(),
            W[0].contiguous(),
            x=x[:, 0, :, part].contiguous(),
            h0=h[:, 0, part].contiguous(),
            mask=None if mask is None else mask[:, 0].contiguous(),
            reduce="none",
        )
        if found.of_initial_state is not None:
            out[:, 0, :, part] = found.of_inputs.sum((2, 3)) + found.of_initial_state
    return out


def _stream(scan: ScanInputs, row: slice) -> ScanInputs:
    parts = {name: getattr(scan, name)[row] for name in ("x", "dt", "A", "B", "C", "D")}
    return scan._replace(**parts, W=scan.W[:, row, row], mask=None if scan.mask is None else scan.mask[row])


def _block(
    scan: ScanInputs, sample: int, channels: Bool[Tensor, " channel"], states: Bool[Tensor, " state"], *, direct: bool
) -> ScanInputs:
    """Return the part of a scan with one sample and these channels and states; the direct path D only with ``direct``."""
    row = slice(sample, sample + 1)
    D = scan.D[:, channels]
    return scan._replace(
        x=scan.x[:, row, :, channels],
        dt=scan.dt[:, row, :, channels],
        A=scan.A[:, channels][..., states],
        B=scan.B[:, row][..., states],
        C=scan.C[:, row][..., states],
        D=D if direct else torch.zeros_like(D),
        W=scan.W[row],
        mask=None if scan.mask is None else scan.mask[:, row],
    )


def _blocks(
    edits: Sequence[ScanEdit], sample: int, channels: int, states: int
) -> Iterator[tuple[Bool[Tensor, " channel"], Bool[Tensor, " state"]]]:
    """Yield sets of channels and of states that every edit of a sample changes as a whole or not at all; only changed ones."""
    mine = [edit for edit in edits if bool(edit.where[:, sample].any())]
    whole = torch.ones(channels, dtype=torch.bool)
    by_channel = torch.stack([whole if edit.kind in ("edge", "freeze") else edit.channels.cpu() for edit in mine], 1)
    every = torch.ones(states, dtype=torch.bool)
    by_state = torch.stack([every if edit.states is None else edit.states.cpu() for edit in mine], 1)
    for of_channel, of_state in product(by_channel.unique(dim=0), by_state.unique(dim=0)):
        if bool((of_channel & of_state).any()):
            yield (by_channel == of_channel).all(1), (by_state == of_state).all(1)


def _of_block(
    edit: ScanEdit, sample: int, channels: Bool[Tensor, " channel"], states: Bool[Tensor, " state"]
) -> ScanEdit | None:
    """Return an edit of a block of one sample; None where it does not change the block."""
    edit = edit.of_sample(sample)
    everywhere = edit.kind in ("edge", "freeze")
    inside = everywhere or bool(edit.channels[channels].all())
    inside = inside and (edit.states is None or bool(edit.states[states].all()))
    if not inside or not bool(edit.where.any()):
        return None
    value = edit.value
    if edit.kind == "propagated" and value is not None:
        value = value[:, :, channels][..., states]
    return ScanEdit(edit.kind, edit.where, torch.ones(int(channels.sum()), dtype=torch.bool), value)
