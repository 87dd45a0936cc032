"""A model of our own whose layers run with edited scans or outputs, and the scans that a forward pass runs."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from mmviz.models.ssm.blocks import CoupledBlock, SelectiveCore
from mmviz.models.ssm.edited_scan import ScanEdit, edited_scan, in_state_dtype
from mmviz.models.ssm.hidden_states import states_of
from mmviz.models.ssm.modality_aware import ModalityAwareLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import FusionModel, ScanInputs

    EditsOf: TypeAlias = "Callable[[ScanInputs], Sequence[ScanEdit]]"
    LayerEdit: TypeAlias = "ScanEdit | OutputEdit | EditsOf"


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
            stack.enter_context(replaced(core, "scan", _scan_of(core, on_scan, record, states=states)))
            place = "combine" if isinstance(layer, CoupledBlock) else "forward"
            on_output = edit if isinstance(edit, OutputEdit) else None
            stack.enter_context(replaced(layer, place, _output_of(getattr(layer, place), on_output, record)))
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
                record.states.append(states_of(in_state_dtype(inputs)))
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
def replaced(owner: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """Shadow a method of one object inside a block."""
    setattr(owner, name, function)
    try:
        yield
    finally:
        delattr(owner, name)
