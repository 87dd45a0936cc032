"""Interventions of the what-if panel: the state of one modality's SSM stream set to 0 or held, or a coupling edge cut, from a step on."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from mmviz.core.errors import NothingCapturedError
from mmviz.core.options import require_known, whole
from mmviz.models.capture import capture
from mmviz.models.ssm.edited_scan import ScanEdit
from mmviz.models.user_module.model import Adapted
from mmviz.recording.captured_intervention import call_name
from mmviz.recording.captured_states import layers_of
from mmviz.recording.captured_target import ScanStreams, changed_positions, edge_of
from mmviz.recording.edited_layers import edited_layers, replaced, scan_layers
from mmviz.recording.intervention_target import state_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jaxtyping import Bool
    from torch import Tensor

    from mmviz.models.base import FusionModel, ScanInputs
    from mmviz.models.batch import Steps
    from mmviz.models.capture.edits import AnyEdit
    from mmviz.models.user_module.imputation import Values
    from mmviz.recording.edited_layers import LayerEdit


def possible_interventions(model: FusionModel, modality: str) -> tuple[str, ...]:
    """Return the interventions that a model allows: ``state`` with an SSM stream of the modality, ``cut`` where it is coupled; with ``step``."""
    if isinstance(model, Adapted):
        m, names = model.spec.names.index(modality), model.spec.names
        layers = [y for y, cells in enumerate(layers_of(model)) if cells[m] is not None]
        coupled = any(edge_of(model, y, modality, other) for y in layers for other in names if other != modality)
        return () if not layers else ("state", "cut", "step") if coupled else ("state", "step")
    if not scan_layers(model) or state_names(model) != model.spec.names:
        return ()
    coupled = len(model.spec.names) > 1 and not model.independent_streams
    return ("state", "cut", "step") if coupled else ("state", "step")


def closed_reasons(model: FusionModel) -> dict[str, str]:
    """Return for each modality of a user's module without interventions why it has none; {} for our models."""
    if not isinstance(model, Adapted):
        return {}
    reason = (
        f"no captured scan of {model.config.name} is known to belong to this modality alone and to follow its frames"
        if model.sites
        else f"no scan of {model.config.name} was captured; give mm.models.adapt(..., scans='auto')"
    )
    return {name: reason for name in model.spec.names if not possible_interventions(model, name)}


class Intervention(NamedTuple):
    """Checked edit of one modality: its position, the first changed step, and the edit."""

    modality: int
    start: int
    edit: Mapping[str, Any]


def interventions(model: FusionModel, edits: Mapping[str, Mapping[str, Any]]) -> list[Intervention]:
    """Return the checked interventions; [] where no modality has one.

    Parameters
    ----------
    model
        With SSM streams of single modalities.
    edits
        Modality name to edits, as in :func:`mmviz.recording.what_if_edits.edited`.

    Raises
    ------
    ConfigError
        A step or a source that does not exist.
    """
    names, wanted = model.spec.names, []
    for name, edit in edits.items():
        if "state" not in edit and "cut" not in edit:
            continue
        place = f"what_if: edits[{name!r}]"
        start = whole(edit.get("step", 0), f"{place}: step", low=0, high=model.steps - 1)
        if "cut" in edit:
            sources = names
            if isinstance(model, Adapted):
                layers = range(len(layers_of(model)))
                sources = tuple(n for n in names if any(edge_of(model, y, name, n) for y in layers))
            require_known([edit["cut"]], sources, f"{place}: cut")
        wanted.append(Intervention(names.index(name), start, edit))
    return wanted


@contextmanager
def under_interventions(
    model: FusionModel, wanted: Sequence[Intervention], steps: Steps, states: list[Tensor] | None = None
) -> Iterator[None]:
    """Run a model inside a block with every scan under the interventions.

    Parameters
    ----------
    model, wanted
        The model, and what :func:`interventions` returned.
    steps
        Of the one sample.
    states
        Receives the hidden states of every layer of our models; those of a user's module are in its captured scans.
    """
    if isinstance(model, Adapted):
        edits = _captured(model, wanted, steps)
        with replaced(model, "call_module", _edited_calls(model, edits)) if edits else nullcontext():
            yield
        return
    layers: dict[int, LayerEdit] = (
        dict.fromkeys(range(len(scan_layers(model))), _of_layer(model, wanted)) if wanted else {}
    )
    with edited_layers(model, layers, states=states is not None) as record:
        yield
    if states is not None:
        states.extend(record.states)


def _edited_calls(model: Adapted, edits: Mapping[str, Sequence[AnyEdit]]) -> Callable[[tuple[Values, ...]], Any]:
    """Return ``model.call_module`` with edited scans; the calls of a scan are counted in each pass of the module."""
    plain = model.call_module

    def call_module(inputs: tuple[Values, ...]) -> Any:
        output = None
        try:
            with capture(model.module, edits=edits):
                output = plain(inputs)
        except NothingCapturedError:  # a pass without a modality may leave out its scan
            if output is None:
                raise
        return output

    return call_module


def _of_layer(model: FusionModel, wanted: Sequence[Intervention]) -> Callable[[ScanInputs], list[ScanEdit]]:
    def of_scan(inputs: ScanInputs) -> list[ScanEdit]:
        found = []
        for m, start, edit in wanted:
            where = torch.zeros(inputs.x.shape[:3], dtype=torch.bool)
            where[m, :, start:] = True
            edge = (m, model.spec.names.index(edit["cut"])) if "cut" in edit else None
            found.extend(_changes(inputs, where, edit, edge))
        return found

    return of_scan


def _captured(
    model: Adapted, wanted: Sequence[Intervention], steps: Steps
) -> dict[str, list[Callable[[ScanInputs], list[ScanEdit]]]]:
    """Return the edits of every captured scan with streams of the modalities, by the name of its call."""
    found: dict[str, list[Callable[[ScanInputs], list[ScanEdit]]]] = {}
    names = model.spec.names
    for m, start, edit in wanted:
        for y, cells in enumerate(layers_of(model)):
            cell = cells[m]
            if cell is None:
                continue
            edge = edge_of(model, y, names[m], edit["cut"]) if "cut" in edit else None
            if "state" not in edit and edge is None:
                continue
            place = ScanStreams(cell.site, tuple(cell.streams))
            of_scan = _of_captured(model, place, steps, start, edit, None if edge is None else edge[1:])
            found.setdefault(call_name(model, cell.site), []).append(of_scan)
    return found


def _of_captured(
    model: Adapted,
    place: ScanStreams,
    steps: Steps,
    start: int,
    edit: Mapping[str, Any],
    edge: tuple[int, int] | None,
) -> Callable[[ScanInputs], list[ScanEdit]]:
    def of_scan(inputs: ScanInputs) -> list[ScanEdit]:
        where = changed_positions(model, place, steps, (start, model.steps), inputs, own_steps=False)
        return _changes(inputs, where, edit, edge)

    return of_scan


def _changes(
    inputs: ScanInputs,
    where: Bool[Tensor, "stream batch position"],
    edit: Mapping[str, Any],
    edge: tuple[int, int] | None,
) -> list[ScanEdit]:
    """Return the changes of one scan by one edit: its coupling edge (target, source) cut, its states set to 0 or held."""
    found = []
    everywhere = torch.ones(inputs.x.shape[-1], dtype=torch.bool)
    if edge is not None:
        W = torch.full(inputs.W.shape[1:], torch.nan, dtype=inputs.A.dtype)
        W[edge] = 0.0
        found.append(ScanEdit("edge", where, everywhere, W))
    if "state" in edit:
        value = None if edit["state"] == "hold" else torch.zeros((), dtype=inputs.A.dtype)
        found.append(ScanEdit("state", where, everywhere, value))
    return found
