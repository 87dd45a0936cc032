"""A coupled scan whose hidden states, inputs, increments or coupling weights are changed at some steps, re-run exactly from there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import torch
from mmkernels import coupled_scan

from mmviz.models.ssm.hidden_states import states_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import ScanInputs


@dataclass(frozen=True)
class ScanEdit:
    """Change of one scan, in the scan's own coordinates: SSM stream, sample, position (step or token), channel, state.

    Attributes
    ----------
    kind
        ``state``: h[m, t] is replaced after the step. ``propagated``: h[m, t-1], which the step receives, is replaced before it.
        ``increment``: dt·B·x at the step is replaced; the direct path D·x stays. ``input``: x at the step is replaced, in both.
        ``freeze``: the step leaves the state of the whole stream as it is; the output is still C·h + D·x.
        ``edge``: the coupling weights of the sample are replaced from the first position up to the last one of ``where``.
    where
        Positions that are changed.
    channels
        Changed channels; not used by ``edge`` and ``freeze``.
    value
        New values, broadcast to (stream, batch, position, channel, state), without state for ``input``; for ``edge`` W, broadcast to
        (batch, target, source), NaN where a weight stays. For ``state`` None holds the state at its value after the first changed position
        of the sample. ``freeze`` has none.
    states
        Changed states of each channel, for ``state`` and ``propagated``; None: all.
    """

    kind: str
    where: Bool[Tensor, "stream batch position"]
    channels: Bool[Tensor, " channel"]
    value: Float[Tensor, "..."] | None
    states: Bool[Tensor, " state"] | None = None

    @property
    def span(self) -> tuple[int, int]:
        """First changed position of any sample, and one past the last; (0, 0) without any."""
        touched = torch.nonzero(self.where.flatten(0, 1).any(0)).flatten()
        return (int(touched[0]), int(touched[-1]) + 1) if len(touched) else (0, 0)

    def changed(self, position: int) -> Bool[Tensor, "stream batch channel _state"]:
        """Return what is changed at a position; the last axis has length 1 where all states are."""
        found = self.where[:, :, position, None, None] & self.channels[:, None]
        return found if self.states is None else found & self.states

    def at(
        self, position: int, otherwise: Float[Tensor, "stream batch channel state"]
    ) -> Float[Tensor, "stream batch channel state"]:
        """Return the new values at a position; ``otherwise`` where there is no value."""
        if self.value is None:
            return otherwise
        value = self.value.to(otherwise.dtype)
        return value[:, :, position] if value.ndim == 5 else value.expand_as(otherwise)

    def of_sample(self, sample: int) -> ScanEdit:
        """Return the change of one sample, with a batch axis of length 1."""
        row, value = slice(sample, sample + 1), self.value
        if value is not None:
            batch = {"edge": 3, "input": 4}.get(self.kind, 5 if value.ndim == 5 else 4)
            if value.ndim == batch:
                value = value[row] if self.kind == "edge" else value[:, row]
        return replace(self, where=self.where[:, row], value=value)


class EditedScan(NamedTuple):
    """Output y of an edited scan, the hidden state after its last position, and after every one (None without ``states``)."""

    y: Float[Tensor, "stream batch position channel"]
    last: Float[Tensor, "stream batch channel state"]
    h: Float[Tensor, "stream batch position channel state"] | None


def edited_scan(
    scan: ScanInputs,
    edits: Sequence[ScanEdit] = (),
    backend: str = "auto",
    *,
    h0: Float[Tensor, "stream batch channel state"] | None = None,
    states: bool = False,
) -> EditedScan:
    """Return the output of a scan under edits.

    The positions are cut into ranges where an edit begins or ends. A range runs through ``mmkernels.coupled_scan``, which continues from
    the edited state (``h0``); the positions at which states or increments are replaced run one by one. A masked step
    holds the state, and its output is 0, as in the operator. Gradients flow to the inputs (not into ``h``).

    Parameters
    ----------
    scan
        Inputs of the operator. Without a mask all samples use the coupling of the first one, where it is the same for all.
    edits
        The changes; where two of them change the same value, the later one counts. A frozen stream receives from no other stream.
    backend
        Of the operator.
    h0
        State before the first position; None: zero.
    states
        Also return the hidden states: memory O(stream · batch · position · channel · state).
    """
    scan = with_inputs(in_state_dtype(scan), edits)
    h = h0 if h0 is None else h0.to(scan.A.dtype).contiguous()
    parts: list[EditedScan] = []
    held: dict[int, Tensor] = {}
    for start, stop in ranges(edits, scan.x.shape[2]):
        propagated = [edit for edit in edits if edit.kind == "propagated" and bool(edit.where[..., start].any())]
        if propagated:
            h = _nothing(scan) if h is None else h
            for edit in propagated:
                h = torch.where(edit.changed(start), edit.at(start, h), h)
        part = positions(scan, start, stop)._replace(W=coupling_at(scan.W, edits, start))
        if any(edit.kind in _ONE_BY_ONE and edit.span[0] <= start < edit.span[1] for edit in edits):
            parts.append(_step_by_step(part, edits, start, _nothing(scan) if h is None else h, held))
        else:
            parts.append(_run(part, h, backend, states=states))
        h = parts[-1].last
    y = torch.cat([part.y for part in parts], 2)
    return EditedScan(
        y, parts[-1].last, torch.cat([part.h for part in parts if part.h is not None], 2) if states else None
    )


#: kinds whose positions run one by one
_ONE_BY_ONE = ("state", "increment")


def ranges(edits: Sequence[ScanEdit], length: int) -> list[tuple[int, int]]:
    """Return the ranges of positions between which the operator's coupling, its steps or the state change; all positions without edits."""
    cuts = {0, length}
    for edit in edits:
        if edit.kind in ("edge", *_ONE_BY_ONE):
            cuts.update(edit.span)
        elif edit.kind == "freeze":
            changes = (edit.where[..., 1:] != edit.where[..., :-1]).flatten(0, 1).any(0)
            cuts.update((torch.nonzero(changes).flatten() + 1).tolist())
        elif edit.kind == "propagated":
            cuts.update(torch.nonzero(edit.where.flatten(0, 1).any(0)).flatten().tolist())
    return list(pairwise(sorted(cuts))) or [(0, 0)]


def coupling_at(
    W: Float[Tensor, "batch target source"], edits: Sequence[ScanEdit], position: int
) -> Float[Tensor, "batch target source"]:
    """Return the coupling weights at a position under the edits of edges and the frozen streams."""
    for edit in edits:
        if edit.kind == "edge" and edit.value is not None and edit.span[0] <= position < edit.span[1]:
            value = edit.value.to(W.dtype).expand_as(W)
            W = torch.where(value.isnan(), W, value)
    for edit in edits:
        if edit.kind == "freeze":
            own = torch.eye(W.shape[1], dtype=W.dtype, device=W.device)
            W = torch.where(edit.where[..., position].T[..., None], own, W)
    return W


def in_state_dtype(scan: ScanInputs) -> ScanInputs:
    """Return the inputs in the dtype of A, at least float32; under mixed precision the projections have half precision."""
    dtype = torch.promote_types(scan.A.dtype, torch.float32)
    tensors = {name: tensor.to(dtype).contiguous() for name, tensor in scan._asdict().items() if name != "mask"}
    return scan._replace(**tensors)


def positions(scan: ScanInputs, start: int, stop: int) -> ScanInputs:
    """Return the inputs of the positions start..stop-1."""
    cut = {name: getattr(scan, name)[:, :, start:stop].contiguous() for name in ("x", "dt", "B", "C")}
    return scan._replace(**cut, mask=None if scan.mask is None else scan.mask[:, :, start:stop].contiguous())


def with_inputs(scan: ScanInputs, edits: Sequence[ScanEdit]) -> ScanInputs:
    """Return the scan with the replaced inputs x, and with steps dt = 0 where a stream is frozen."""
    x, dt = scan.x, scan.dt
    for edit in edits:
        if edit.kind == "input" and edit.value is not None:
            x = torch.where(edit.where[..., None] & edit.channels, edit.value.to(x.dtype), x)
        if edit.kind == "freeze":
            dt = torch.where(edit.where[..., None], 0.0, dt)
    return scan._replace(x=x, dt=dt)


def _nothing(scan: ScanInputs) -> Tensor:
    return scan.x.new_zeros(*scan.x.shape[:2], *scan.A.shape[1:])


def _run(scan: ScanInputs, h0: Tensor | None, backend: str, *, states: bool) -> EditedScan:
    """Run the operator; without positions the state is returned unchanged."""
    x, dt, A, B, C, D, W, mask = scan
    if x.shape[2] == 0:
        last = _nothing(scan) if h0 is None else h0
        return EditedScan(x, last, last[:, :, None][:, :, :0])
    one_for_all = mask is None and bool((W[:1] == W).all())
    coupling = None if len(W) == 0 else W[0] if one_for_all else W
    y, last = coupled_scan(x, dt, A, B, C, D, coupling, h0=h0, mask=mask, return_state=True, backend=backend)
    return EditedScan(y, last, states_of(scan, h0) if states else None)


def _step_by_step(
    scan: ScanInputs, edits: Sequence[ScanEdit], begin: int, h: Tensor, held: dict[int, Tensor]
) -> EditedScan:
    """Run the positions of a range one by one, and replace increments or states at the changed positions.

    ``held`` contains, and receives, the value at which an edit holds the state, by the index of the edit.
    """
    x, dt, A, B, C, D, W, mask = scan
    outputs, states = [], []
    for k in range(x.shape[2]):
        at = begin + k
        increment = (dt[:, :, k] * x[:, :, k])[..., None] * B[:, :, k, None, :]
        for edit in edits:
            if edit.kind == "increment":
                increment = torch.where(edit.changed(at), edit.at(at, increment), increment)
        coupled = torch.einsum("bmn,nbes->mbes", W, h)
        new = torch.exp(dt[:, :, k, :, None] * A[:, None]) * coupled + increment
        h = new if mask is None else torch.where(mask[:, :, k, None, None], new, h)
        for i, edit in enumerate(edits):
            if edit.kind == "state":
                first = edit.where[..., at] & ~edit.where[..., :at].any(-1)
                held[i] = torch.where(first[..., None, None], h, held.get(i, h))
                h = torch.where(edit.changed(at), edit.at(at, held[i]), h)
        y = torch.einsum("mbes,mbs->mbe", h, C[:, :, k]) + D[:, None] * x[:, :, k]
        outputs.append(y if mask is None else torch.where(mask[:, :, k, None], y, 0.0))
        states.append(h)
    return EditedScan(torch.stack(outputs, 2), h, torch.stack(states, 2))
