"""Computes the Trace groups in chunks: per recorded sample, per sample, per run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch

import mmviz
from mmviz.models.batch import batch_of
from mmviz.models.encoder import resolution_notes
from mmviz.models.user_module.model import Adapted
from mmviz.recording import integrated_gradients
from mmviz.recording.alignment import AlignmentGroup, TransportGroup
from mmviz.recording.captured_scans import captured_groups
from mmviz.recording.captured_states import captured_influence, scan_groups_of
from mmviz.recording.coalitions import PrefixGroup, coalitions_of
from mmviz.recording.end_to_end import attribution_of, mean_step
from mmviz.recording.faithfulness import faithfulness_of
from mmviz.recording.influence import influence_of
from mmviz.recording.routing import RoutingGroup
from mmviz.recording.samples import backend_of, clock_group, history_of, inputs_of, samples_of
from mmviz.trace.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from jaxtyping import Bool, Int

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Batch
    from mmviz.train.run import Run


@dataclass(frozen=True)
class Recording:
    """Computes the groups of a Trace in three parts; each runs the model on its own samples only, so memory is bounded by their number.

    Attributes
    ----------
    run, split
        Training with the model, and the samples.
    matching
        Matching of the data's modalities with those of the model, and the spec of the data.
    epochs
        Epochs to replay, including the best.
    members
        Subsets of modalities with predictions; None: no predictions of subsets.
    influence, alignment
        Whether these groups are recorded.
    prefixes
        ``steps`` or ``recording``, see :func:`mmviz.record`.
    attribution
        Rule of the attribution, see :data:`mmviz.recording.end_to_end.ATTRIBUTIONS`; None: none is recorded.
    notes
        Further notes for the Trace.
    selection
        How the recorded samples were chosen, see :class:`mmviz.recording.sample_selection.SampleSelection`.
    """

    run: Run
    split: Split
    matching: Matching
    epochs: list[int]
    members: Bool[np.ndarray, "coalition modality"] | None
    influence: bool
    alignment: bool
    prefixes: str = "steps"
    attribution: str | None = None
    notes: tuple[str, ...] = ()
    selection: dict[str, Any] = field(default_factory=dict)

    @torch.no_grad()
    def recorded_samples(self, chosen: Int[np.ndarray, " recorded_sample"]) -> dict[str, xr.Dataset]:
        """Return the groups with a dimension ``recorded_sample``, of these positions in the split."""
        run, best_epoch = self.run, self.run.best_epoch
        groups = inputs_of(self.matching, self.split, chosen) | clock_group(run.model, self.split, chosen)
        batch = batch_of(self.split, chosen, self.matching)
        scans, routing, transport = scan_groups_of(run.model), RoutingGroup(), TransportGroup()
        prefixes = None if self.members is None else PrefixGroup(self.members, self.prefixes)
        for epoch in self.epochs:
            with run.at_epoch(epoch) as model:
                steps, best = model.encode(batch), epoch == best_epoch
                seen = model.observe(steps)
                scans.add(model, steps, seen, best=best)
                routing.add(seen)
                transport.add(seen, best=best)
                if best and self.influence and (seen.scans or seen.tokens):
                    groups["/influence"] = influence_of(model, seen, chosen)
                if best and isinstance(model, Adapted) and seen.captured:
                    groups |= captured_groups(model, seen.captured, steps, chosen, influence=self.influence)
                    groups |= captured_influence(model, seen, chosen) if self.influence else {}
                if best and self.attribution is not None:
                    groups |= self._attribution(model, batch, chosen)
                    ordered = batch.ordered(model.spec.names)
                    groups["/faithfulness"] = faithfulness_of(model, ordered, groups["/attribution"], chosen)
                if prefixes is not None:
                    prefixes.add(model, batch)
        groups |= scans.datasets(run.model, chosen, self.epochs, best_epoch)
        groups |= routing.datasets(run.model, chosen, self.epochs) | transport.datasets(chosen, self.epochs)
        if prefixes is not None:
            groups |= prefixes.datasets(run.model, self.matching, chosen, self.epochs)
        return groups

    def _attribution(self, model: FusionModel, batch: Batch, chosen: np.ndarray) -> dict[str, xr.Dataset]:
        if self.attribution == integrated_gradients.RULE:
            return integrated_gradients.integrated_of(model, batch, chosen, self.matching)
        return attribution_of(model, batch, chosen, self.matching, str(self.attribution), self._mean_step)

    @cached_property
    def _mean_step(self) -> torch.Tensor:
        return mean_step(self.run, self.split, self.matching)

    def coalitions(self, rows: Int[np.ndarray, " sample"]) -> dict[str, xr.Dataset]:
        """Return the group with the predictions of these samples for all subsets, or none."""
        return (
            {}
            if self.members is None
            else {"/coalitions": coalitions_of(self.run, self.split, self.matching, self.members, rows)}
        )

    @torch.no_grad()
    def per_run(self) -> dict[str, xr.Dataset]:
        """Return the groups of the split and the run: /samples, /history, /alignment."""
        groups = {"/samples": samples_of(self.split), "/history": history_of(self.run)}
        if self.alignment:
            aligned = AlignmentGroup(self.run.model, self.split, self.matching)
            for epoch in self.epochs:
                with self.run.at_epoch(epoch) as model:
                    aligned.add(model)
            groups |= aligned.datasets(self.epochs)
        return groups

    def attrs(self) -> dict[str, Any]:
        """Return the attributes of the Trace; the kernel backend is known after the model has run."""
        run, model, spec = self.run, self.run.model, self.matching.spec
        return {
            "schema": SCHEMA_VERSION,
            "mmviz": mmviz.__version__,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "dataset": spec.name,
            "trained_on": run.info["dataset"],
            "imputation": model.imputation,
            "split": self.split.name,
            "run": "" if run.folder is None else run.folder.name,
            "model": run.info["model"],
            "train": run.info["train"],
            "backend": backend_of(run),
            "training_backend": run.info["backend"],
            "task": {"kind": spec.task.kind, "classes": list(spec.task.classes)},
            "modalities": [m.name for m in spec.modalities],
            "steps": {"count": model.steps, "align": model.align},
            "best_epoch": run.best_epoch,
            "recorded_samples": self.selection,
            "source": spec.source,
            "licence": spec.licence,
            "notes": list(dict.fromkeys([*spec.notes, *_notes_of(model), *self.notes])),
        }


def _notes_of(model: FusionModel) -> tuple[str, ...]:
    """Return notes about the model that hold for any data."""
    return model.notes if isinstance(model, Adapted) else resolution_notes(model.spec.modalities, model.steps)
