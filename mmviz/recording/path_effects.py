"""Effect of every coupling edge on the prediction: each edge of each layer cut in turn, and all cross-modal edges at once."""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.options import takes, whole
from mmviz.data.matching import matched
from mmviz.models.batch import batch_of
from mmviz.models.user_module.model import Adapted
from mmviz.recording.captured_states import layers_of
from mmviz.recording.captured_target import captured_target, edge_of
from mmviz.recording.edited_layers import scan_layers
from mmviz.recording.intervention import effect
from mmviz.recording.intervention_target import state_names, target_of
from mmviz.recording.samples import chosen_samples, outputs, provenance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.recording.captured_target import CapturedTarget
    from mmviz.recording.intervention_target import Target
    from mmviz.train.run import Run


@takes(run="run")
def path_effects(
    run: Run,
    split: Split,
    *,
    step: int = 0,
    stop: int | None = None,
    recorded_samples: int | Sequence[int] | np.ndarray = 6,
    epoch: int | None = None,
) -> xr.Dataset:
    """Return the effect of each coupling edge on the prediction: W[target ← source] of one layer set to 0, layer by layer and edge by edge.

    Parameters
    ----------
    run, split, recorded_samples, epoch
        As in :func:`mmviz.intervene`.
    step, stop
        The edges are cut from ``step`` to ``stop - 1``; None: to the last step.

    Returns
    -------
    xr.Dataset
        ``effect`` (recorded_sample, layer, target_modality, source_modality, output) = clean − intervened, class probabilities or the value
        of a regression; ``effect_logit``, the same for logits (classification). The diagonal is the memory of a stream itself.
        ``stream_change`` (recorded_sample, layer, target_modality, source_modality, modality): mean over all steps of the change ‖·‖₂ of the
        features that are pooled. ``cross`` and ``cross_logit`` (recorded_sample, layer, output): all edges between different modalities
        of a layer cut at once. Exactly 0 where an edge meets no data. Of a user's module (layer k: the k-th captured scan of each modality): NaN
        where two modalities have no streams in one scan, and no ``stream_change``.

    Raises
    ------
    ConfigError
        A fusion without coupled SSM streams, or a step that does not exist.

    Notes
    -----
    Edges interact: the effects of single edges do not sum to ``cross``. An edge's effect includes everything after it, also in later
    layers; layers that mix modalities outside the scan (``mix="cat"``) are not cut.
    """
    spec, name = run.model.spec, run.info["model"]["name"]
    with run.at_epoch(run.best_epoch if epoch is None else epoch) as model:
        adapted = isinstance(model, Adapted)
        layers = len(layers_of(model)) if isinstance(model, Adapted) else len(scan_layers(model))
        names = spec.names if adapted else state_names(model)
        every = {(y, to, of): _exists(model, y, to, of) for y, to, of in product(range(layers), names, names)}
        if not any(there for (_, to, of), there in every.items() if to != of):
            raise ConfigError(
                f"path_effects: the fusion {name!r} has no coupled SSM streams, so there is no edge to cut; use coupled_mamba"
                + (
                    ", or a user's module whose modalities are streams of one captured scan (adapt(..., scans=...))"
                    if adapted
                    else ""
                )
            )
        whole(step, f"path_effects: step (the model has {model.steps} steps)", low=0, high=model.steps - 1)
        matching = matched(spec, split, "path_effects")
        rows = chosen_samples(split, recorded_samples)
        steps = model.encode(batch_of(split, rows, matching))

        def cut(layer: int, edges: list[tuple[str, str]]) -> dict[str, np.ndarray] | None:
            edges = [edge for edge in edges if every[layer, *edge]]
            if not edges:
                return None
            options: dict[str, Any] = {"to": "zero", "donor": False, "channels": None, "step": step, "stop": stop}
            if isinstance(model, Adapted):
                target: Target | CapturedTarget = captured_target(model, {"edge": edges}, layer=layer, **options)
            else:
                target = target_of(model, name, {"edge": edges}, layer=layer, **options)
            return effect(model, steps, target)

        single = [cut(layer, [edge]) for layer, edge in product(range(layers), product(names, names))]
        cross = [cut(layer, list(permutations(names, 2))) for layer in range(layers)]
    known = next(found for found in single if found is not None)
    kinds = ["effect", *(["effect_logit"] if "effect_logit" in known else [])]
    M = len(names)
    data: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    four = ("recorded_sample", "layer", "target_modality", "source_modality")
    for kind in kinds:
        edges = _stacked(single, kind)
        data[kind] = ((*four, "output"), matching.outputs(edges.reshape(len(rows), layers, M, M, -1)))
        together = _stacked(cross, kind) if any(cross) else np.full_like(edges[:, :layers], np.nan)
        data[kind.replace("effect", "cross")] = (("recorded_sample", "layer", "output"), matching.outputs(together))
    if "stream_change" in known:
        change = _stacked(single, "stream_change").mean(-1)
        data["stream_change"] = ((*four, "modality"), change.reshape(len(rows), layers, M, M, -1))
    out = xr.Dataset(
        data,
        coords={
            "recorded_sample": rows,
            "target_modality": list(names),
            "source_modality": list(names),
            "modality": list(spec.names),
            "output": outputs(matching.spec),
        },
    )
    quantity = "probability" if spec.task.kind == "classification" else "value"
    out["effect"].attrs = {"long_name": f"clean − intervened {quantity}, edge cut", "units": "1"}
    out.attrs = provenance(run, split, matching.spec) | {"step": step, "stop": model.steps if stop is None else stop}
    return out


def _exists(model: FusionModel, layer: int, target: str, source: str) -> bool:
    """Return whether a layer has a coupling edge; in our models with several SSM streams every layer has all of them."""
    return edge_of(model, layer, target, source) is not None if isinstance(model, Adapted) else True


def _stacked(found: Sequence[dict[str, np.ndarray] | None], name: str) -> np.ndarray:
    """Return one variable of all results, (sample, result, ...); NaN where there is no edge."""
    like = next(part[name] for part in found if part is not None)
    return np.stack([np.full_like(like, np.nan) if part is None else part[name] for part in found], 1)
