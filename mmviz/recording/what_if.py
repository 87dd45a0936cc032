"""Predictions for an edited sample, with the groups that a Trace of that sample would hold."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import takes
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership
from mmviz.data.matching import matched
from mmviz.models.batch import batch_of
from mmviz.models.prefixes import prefix_meaning
from mmviz.models.user_module.model import Adapted
from mmviz.recording.alignment import TransportGroup
from mmviz.recording.captured_scans import captured_groups
from mmviz.recording.captured_states import scan_groups_of
from mmviz.recording.coalitions import PrefixGroup
from mmviz.recording.influence import influence_of
from mmviz.recording.routing import RoutingGroup
from mmviz.recording.samples import clock_group, inputs_of, samples_of
from mmviz.recording.what_if_edits import EDITS, INTERVENTIONS, edited, row_of
from mmviz.recording.what_if_interventions import (
    closed_reasons,
    interventions,
    possible_interventions,
    under_interventions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xarray as xr
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.spec import Modality
    from mmviz.models.base import FusionModel
    from mmviz.recording.what_if_edits import Encoder
    from mmviz.train.run import Run

_MODELS = 2


@takes(run="run")
def what_if(
    run: Run,
    part: Split,
    *,
    text: Mapping[str, Encoder] | None = None,
    influence: bool = False,
    prefixes: str = "steps",
) -> WhatIf:
    """Return a callable that predicts edited samples, for ``Explorer(trace, what_if=what_if(run, part))``.

    Parameters
    ----------
    run
        A training; its models are copied and the run is never changed.
    part
        The split the Trace was recorded from, for example ``ds["test"]``.
    text
        For text modalities: name to their encoder (see :mod:`mmviz.data.encoders`), so that the text can be edited.
    influence
        Also return the influence map, which takes about ten times as long as the rest.
    prefixes
        As in :func:`mmviz.record`; use the value of the displayed Trace.

    Raises
    ------
    ConfigError
        Unknown ``prefixes``, a split of another data set, an encoder for a modality that does not exist, or more than 12 modalities.
    """
    return WhatIf(run, part, text=text, influence=influence, prefixes=prefixes)


class WhatIf:
    """Callable that returns the Trace groups of an edited sample; see :func:`what_if`.

    Attributes
    ----------
    offers
        Modality name to the possible edits, see :data:`mmviz.recording.what_if_edits.EDITS`.
    reasons
        Modality name to why its hidden states cannot be changed; for a user's module.
    """

    def __init__(
        self,
        run: Run,
        part: Split,
        *,
        text: Mapping[str, Encoder] | None = None,
        influence: bool = False,
        prefixes: str = "steps",
    ) -> None:
        prefix_meaning(run.model, prefixes)
        spec = run.model.spec
        self._matching = matched(spec, part, "what_if")
        part = self._matching.completed(part)
        wrong = [name for name in text or {} if name not in spec.names]
        if wrong:
            raise ConfigError(f"what_if: text names {wrong[0]!r:.80}, which is not one of {', '.join(spec.names)}")
        timed = [name for name in text or {} if name in part.times]
        if timed:
            raise ConfigError(
                f"what_if: the frames of {timed[0]!r} have timestamps, and another text has none; leave it out of text="
            )
        if len(spec.names) > MAX_EXACT_PLAYERS:
            raise ConfigError(
                f"what_if: {len(spec.names)} modalities mean 2^{len(spec.names)} subsets, more than 2^{MAX_EXACT_PLAYERS}"
            )
        self._prefixes = prefixes
        self._run, self._part, self._text, self._influence = run, part, dict(text or {}), influence
        self._models: dict[int, FusionModel] = {}
        self._members = membership(len(spec.names))
        self._lock = threading.Lock()
        tokens = run.model.config.tokens if isinstance(run.model, Adapted) else ()
        self.offers = {
            m.name: tuple(kind for kind in EDITS if not self._impossible(kind, m, tokens)) for m in spec.modalities
        }
        self.reasons = closed_reasons(run.model)

    def _impossible(self, kind: str, modality: Modality, tokens: tuple[str, ...]) -> bool:
        """Return whether an edit is undefined for a modality."""
        return (
            (kind == "text" and modality.name not in self._text)
            or (kind in ("delay", "window") and modality.static)
            or (kind in ("amplitude", "noise", "seed") and modality.name in tokens)
            or (kind in INTERVENTIONS and kind not in possible_interventions(self._run.model, modality.name))
        )

    def __call__(self, sample: str, epoch: int, edits: Mapping[str, Mapping[str, Any]]) -> dict[str, xr.Dataset]:
        """Return the groups of a Trace of this one sample, at this one epoch, with these edits.

        Parameters
        ----------
        sample
            Its id.
        epoch
            An epoch with stored weights.
        edits
            Modality name to edits, as in :func:`mmviz.recording.what_if_edits.edited`.

        Returns
        -------
        dict
            ``/samples``, ``/inputs/NAME``, with timestamps ``/clock``, ``/states``, ``/prefixes`` with the predictions of all 2^M subsets at every step and, where
            the model has them, ``/routing``, ``/transport`` and the captured scans ``/scans/0``, ...: bit for bit what :func:`mmviz.record` writes for a split of
            this one sample on one thread (without an intervention), with dimensions ``recorded_sample`` and ``epoch`` of size 1. Only where the epoch is the best
            one, as in a Trace, plan and cost, and ``/influence`` if ``influence=True``.

        Raises
        ------
        ConfigError
            A sample, epoch, modality, edit or value that does not exist.
        """
        for name, edit in edits.items():
            refused = [
                kind for kind in INTERVENTIONS if kind in edit and kind not in self.offers.get(name, INTERVENTIONS)
            ]
            if refused:
                raise ConfigError(
                    f"what_if: {refused[0]} of {name!r}, but {self._run.info['model']['name']!r} has no such SSM stream or edge; use mmviz.intervene "
                    "for streams that modalities share"
                )
            changed = edit.get("noise") or edit.get("amplitude", 1) != 1
            if name in self.offers and changed and "noise" not in self.offers[name]:
                raise ConfigError(
                    f"what_if: {name!r} holds token ids, to which no noise can be added and which have no amplitude; swap or mask it instead"
                )
        row = row_of(self._part, sample, "sample")
        split = edited(self._part, row, edits, spec=self._matching.spec, text=self._text)
        chosen, best = np.zeros(1, np.int64), epoch == self._run.best_epoch
        scans, routing, transport = scan_groups_of(self._run.model), RoutingGroup(), TransportGroup()
        prefixes = PrefixGroup(self._members, self._prefixes)
        with self._lock, _one_thread(), torch.no_grad():
            model, batch = self._model(epoch), batch_of(split, matching=self._matching)
            steps, changes = model.encode(batch), interventions(model, edits)
            states: list[Tensor] = []
            with under_interventions(model, changes, steps, states):
                seen = model.observe(steps)
            scans.add(model, steps, seen, best=False, states=states if changes else None)
            routing.add(seen)
            transport.add(seen, best=best)
            with under_interventions(model, changes, steps):
                prefixes.add(model, batch)
            groups = {
                "/samples": samples_of(split),
                **inputs_of(self._matching, split, chosen),
                **clock_group(model, split, chosen),
            }
            if isinstance(model, Adapted) and seen.captured:
                groups |= captured_groups(model, seen.captured, steps, chosen, influence=False)
            if best and self._influence and (seen.scans or seen.tokens) and not changes:
                groups["/influence"] = influence_of(model, seen, chosen)
        groups["/states"] = scans.datasets(model, chosen, [epoch], epoch)["/states"]
        groups |= prefixes.datasets(model, self._matching, chosen, [epoch]) | routing.datasets(model, chosen, [epoch])
        return groups | transport.datasets(chosen, [epoch])

    def _model(self, epoch: int) -> FusionModel:
        """Return a copy of the model at an epoch; the last two are cached."""
        if epoch not in self._models:
            with self._run.at_epoch(epoch) as model:
                if len(self._models) == _MODELS:
                    del self._models[next(iter(self._models))]
                self._models[epoch] = model
        return self._models[epoch]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Run with one thread: for one sample, starting threads costs more than it saves."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
