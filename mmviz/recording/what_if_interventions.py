"""Interventions of the what-if panel: the state of one modality's SSM stream set to 0 or held, or a coupling edge cut, from a step on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.options import require_known, whole
from mmviz.models.ssm.edited_scan import ScanEdit
from mmviz.recording.edited_layers import scan_layers
from mmviz.recording.intervention_target import state_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmviz.models.base import FusionModel, ScanInputs
    from mmviz.recording.edited_layers import LayerEdit


def possible_interventions(model: FusionModel) -> tuple[str, ...]:
    """Return the interventions that a model allows: ``state`` with one SSM stream per modality, ``cut`` where these are coupled; with ``step``."""
    if not scan_layers(model) or state_names(model) != model.spec.names:
        return ()
    coupled = len(model.spec.names) > 1 and not model.independent_streams
    return ("state", "cut", "step") if coupled else ("state", "step")


def interventions(model: FusionModel, edits: Mapping[str, Mapping[str, Any]]) -> dict[int, LayerEdit]:
    """Return the edits of every layer's scan; {} where no modality has an intervention.

    Parameters
    ----------
    model
        With one SSM stream per modality.
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
            require_known([edit["cut"]], names, f"{place}: cut")
        wanted.append((names.index(name), start, edit))

    def of_scan(inputs: ScanInputs) -> list[ScanEdit]:
        found = []
        for m, start, edit in wanted:
            where = torch.zeros(inputs.x.shape[:3], dtype=torch.bool)
            where[m, :, start:] = True
            everywhere = torch.ones(inputs.x.shape[-1], dtype=torch.bool)
            if "cut" in edit:
                W = torch.full(inputs.W.shape[1:], torch.nan, dtype=inputs.A.dtype)
                W[m, names.index(edit["cut"])] = 0.0
                found.append(ScanEdit("edge", where, everywhere, W))
            if "state" in edit:
                value = None if edit["state"] == "hold" else torch.zeros((), dtype=inputs.A.dtype)
                found.append(ScanEdit("state", where, everywhere, value))
        return found

    return dict.fromkeys(range(len(scan_layers(model))), of_scan) if wanted else {}
