"""A selective scan whose hidden state, increments or coupling weights are changed at some steps, re-run exactly from there."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import torch
from mmkernels import coupled_scan

from mmviz.models.ssm.blocks import CoupledBlock, SelectiveCore
from mmviz.models.ssm.modality_aware import ModalityAwareLayer
from mmviz.recording.hidden_states import states_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import FusionModel, ScanInputs

    EditsOf: TypeAlias = "Callable[[ScanInputs], Sequence[ScanEdit]]"
    LayerEdit: TypeAlias = "ScanEdit | OutputEdit | EditsOf"


@dataclass(frozen=True)
class ScanEdit:
    """Change of one scan, in the scan's own coordinates: SSM stream, sample, position (step or token), channel, state.

    Attributes
    ----------
    kind
        ``state``: h[m, t] is replaced after the step. ``increment``: dt·B·x at the step is replaced; the direct path D·x stays.
        ``edge``: the coupling weights of the sample are replaced from the first position up to the last one of ``where``.
    where
        Positions that are changed.
    channels
        Changed channels; not used by ``edge``.
    value
        New values, broadcast to (stream, batch, position, channel, state); for ``edge`` W, broadcast to (batch, target, source), NaN where
        a weight stays. None holds the state at its value after the first changed position of the sample.
    """

    kind: str
    where: Bool[Tensor, "stream batch position"]
    channels: Bool[Tensor, " channel"]
    value: Float[Tensor, "..."] | None

    @property
    def span(self) -> tuple[int, int]:
        """First changed position of any sample, and one past the last; (0, 0) without any."""
        touched = torch.nonzero(self.where.flatten(0, 1).any(0)).flatten()
        return (int(touched[0]), int(touched[-1]) + 1) if len(touched) else (0, 0)

    def changed(self, position: int) -> Bool[Tensor, "stream batch channel 1"]:
        """Return what is changed at a position."""
        return self.where[:, :, position, None, None] & self.channels[:, None]

    def at(
        self, position: int, otherwise: Float[Tensor, "stream batch channel state"]
    ) -> Float[Tensor, "stream batch channel state"]:
        """Return the new values at a position; ``otherwise`` where there is no value."""
        if self.value is None:
            return otherwise
        value = self.value.to(otherwise.dtype)
        return value[:, :, position] if value.ndim == 5 else value.expand_as(otherwise)


class EditedScan(NamedTuple):
    """Output y of an edited scan, and the hidden state after every position (None without ``states``)."""

    y: Float[Tensor, "stream batch position channel"]
    h: Float[Tensor, "stream batch position channel state"] | None


@torch.no_grad()
def edited_scan(
    scan: ScanInputs, edits: Sequence[ScanEdit] = (), backend: str = "auto", *, states: bool = False
) -> EditedScan:
    """Return the output of a scan under edits.

    The positions before the first changed one and after the last one run through ``mmkernels.coupled_scan``, which continues from the
    edited state (``h0``); those between run one by one. A masked step holds the state, and its output is 0, as in the operator.

    Parameters
    ----------
    scan
        Inputs of the operator. Without a mask all samples use the coupling of the first one, as :class:`CoupledBlock` does.
    edits
        The changes; where two of them change the same value, the later one counts.
    backend
        Of the operator.
    states
        Also return the hidden states: memory O(stream · batch · position · channel · state).
    """
    scan = _in_state_dtype(scan)
    spans = [edit.span for edit in edits if edit.span[1] > 0]
    if not spans:
        parts = [_run(scan, None, backend, states=states)]
    else:
        begin, end = min(start for start, _ in spans), max(stop for _, stop in spans)
        parts = [_run(_positions(scan, 0, begin), None, backend, states=states)]
        middle = _positions(scan, begin, end)
        if len(edits) == 1 and edits[0].kind == "edge":
            parts.append(_run(middle._replace(W=_weights(scan.W, edits[0])), parts[0].last, backend, states=states))
        else:
            parts.append(_step_by_step(middle, edits, begin, parts[0].last))
        parts.append(_run(_positions(scan, end, scan.x.shape[2]), parts[1].last, backend, states=states))
    y = torch.cat([part.y for part in parts], 2)
    return EditedScan(y, torch.cat([part.h for part in parts if part.h is not None], 2) if states else None)


class _Part(NamedTuple):
    y: Tensor
    last: Tensor
    h: Tensor | None


def _in_state_dtype(scan: ScanInputs) -> ScanInputs:
    """Return the inputs in the dtype of A; under mixed precision the projections have half precision."""
    tensors = {name: tensor.to(scan.A.dtype).contiguous() for name, tensor in scan._asdict().items() if name != "mask"}
    return scan._replace(**tensors)


def _positions(scan: ScanInputs, start: int, stop: int) -> ScanInputs:
    """Return the inputs of the positions start..stop-1."""
    cut = {name: getattr(scan, name)[:, :, start:stop].contiguous() for name in ("x", "dt", "B", "C")}
    return scan._replace(**cut, mask=None if scan.mask is None else scan.mask[:, :, start:stop].contiguous())


def _run(scan: ScanInputs, h0: Tensor | None, backend: str, *, states: bool) -> _Part:
    """Run the operator; without positions the state is returned unchanged."""
    x, dt, A, B, C, D, W, mask = scan
    if x.shape[2] == 0:
        last = x.new_zeros(*x.shape[:2], *A.shape[1:]) if h0 is None else h0
        return _Part(x, last, last[:, :, None][:, :, :0])
    one_for_all = mask is None and bool((W[:1] == W).all())
    coupling = None if len(W) == 0 else W[0] if one_for_all else W
    y, last = coupled_scan(x, dt, A, B, C, D, coupling, h0=h0, mask=mask, return_state=True, backend=backend)
    return _Part(y, last, states_of(scan, h0) if states else None)


def _weights(W: Tensor, edit: ScanEdit) -> Tensor:
    """Return W with the weights of an edge edit."""
    if edit.value is None:
        return W
    value = edit.value.to(W.dtype).expand_as(W)
    return torch.where(value.isnan(), W, value)


def _step_by_step(scan: ScanInputs, edits: Sequence[ScanEdit], begin: int, h: Tensor) -> _Part:
    """Run the positions of a range one by one, and replace weights, increments or states at the changed positions."""
    x, dt, A, B, C, D, W, mask = scan
    started = [torch.zeros_like(edit.where[..., 0]) for edit in edits]
    held, outputs, states = [h for _ in edits], [], []
    for k in range(x.shape[2]):
        at, coupling = begin + k, W
        increment = (dt[:, :, k] * x[:, :, k])[..., None] * B[:, :, k, None, :]
        for edit in edits:
            if edit.kind == "edge" and bool(edit.where[..., at].any()):
                coupling = _weights(coupling, edit)
            if edit.kind == "increment":
                increment = torch.where(edit.changed(at), edit.at(at, increment), increment)
        coupled = torch.einsum("bmn,nbes->mbes", coupling, h)
        new = torch.exp(dt[:, :, k, :, None] * A[:, None]) * coupled + increment
        h = new if mask is None else torch.where(mask[:, :, k, None, None], new, h)
        for i, edit in enumerate(edits):
            if edit.kind == "state":
                first = (edit.where[..., at] & ~started[i])[..., None, None]
                held[i] = torch.where(first, h, held[i])
                started[i] = started[i] | edit.where[..., at]
                h = torch.where(edit.changed(at), edit.at(at, held[i]), h)
        y = torch.einsum("mbes,mbs->mbe", h, C[:, :, k]) + D[:, None] * x[:, :, k]
        outputs.append(y if mask is None else torch.where(mask[:, :, k, None], y, 0.0))
        states.append(h)
    return _Part(torch.stack(outputs, 2), h, torch.stack(states, 2))


@dataclass(frozen=True)
class OutputEdit:
    """Change of a layer's output: ``value``, broadcast to (stream, batch, time, channel), where ``where`` and ``channels`` are True."""

    where: Bool[Tensor, "stream batch time"]
    channels: Bool[Tensor, " channel"]
    value: Float[Tensor, "..."]

    def __call__(self, output: Float[Tensor, "stream batch time channel"]) -> Tensor:
        """Return the output with the change."""
        return torch.where(self.where[..., None] & self.channels, self.value.to(output.dtype), output)


@dataclass
class ScanRecord:
    """What the scans of one forward pass received and returned, layer by layer; a bidirectional layer counts once, by its forward scan."""

    inputs: list[ScanInputs] = field(default_factory=list)
    states: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)


def scan_layers(model: FusionModel) -> list[CoupledBlock | ModalityAwareLayer]:
    """Return the layers with a scan, in the order in which they run; an empty list for a fusion without a scan."""
    return [part for part in model.modules() if isinstance(part, (CoupledBlock, ModalityAwareLayer))]


@contextmanager
def edited_layers(model: FusionModel, edits: Mapping[int, LayerEdit], *, states: bool = False) -> Iterator[ScanRecord]:
    """Run a model with edits of some layers inside a block; the forward pass records the scans of every layer.

    Parameters
    ----------
    model
        Its own code runs unchanged, apart from the edited scans and outputs.
    edits
        Index of a layer of :func:`scan_layers` to its edit, or to a function that returns the edits of a scan from its inputs, so that one
        edit applies to passes of different samples and lengths.
    states
        Record the hidden states.

    Yields
    ------
    ScanRecord
        Filled by every forward pass: use one pass per block.
    """
    record = ScanRecord()
    with ExitStack() as stack:
        for index, layer in enumerate(scan_layers(model)):
            edit = edits.get(index)
            core = layer if isinstance(layer, CoupledBlock) else layer.mixer.cores[0]
            on_scan = None if isinstance(edit, OutputEdit) else edit
            stack.enter_context(_replaced(core, "scan", _scan_of(core, on_scan, record, states=states)))
            place = "combine" if isinstance(layer, CoupledBlock) else "forward"
            on_output = edit if isinstance(edit, OutputEdit) else None
            stack.enter_context(_replaced(layer, place, _output_of(getattr(layer, place), on_output, record)))
        yield record


def _scan_of(
    core: Any, edit: ScanEdit | EditsOf | None, record: ScanRecord, *, states: bool
) -> Callable[[ScanInputs], Tensor]:
    """Return the scan of a layer under an edit, which also records its inputs and states."""
    plain = core.scan

    def scan(inputs: ScanInputs) -> Tensor:
        record.inputs.append(inputs)
        if edit is None:
            if states:
                record.states.append(states_of(_in_state_dtype(inputs)))
            return plain(inputs)
        edits = [edit] if isinstance(edit, ScanEdit) else edit(inputs)
        found = edited_scan(inputs, edits, core.backend, states=states)
        if found.h is not None:
            record.states.append(found.h)
        return found.y[0] if isinstance(core, SelectiveCore) else found.y

    return scan


def _output_of(plain: Callable[..., Tensor], edit: OutputEdit | None, record: ScanRecord) -> Callable[..., Tensor]:
    """Return the output of a layer under an edit, which also records it."""

    def output(*args: Any, **named: Any) -> Tensor:
        found = plain(*args, **named)
        found = found if edit is None else edit(found)
        record.outputs.append(found)
        return found

    return output


@contextmanager
def _replaced(owner: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """Shadow a method of one object inside a block."""
    setattr(owner, name, function)
    try:
        yield
    finally:
        delattr(owner, name)
