"""Estimated size of a Trace in bytes, per group, before the model is run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmviz.core.errors import MmvizError
from mmviz.core.options import one_of, takes
from mmviz.core.subsets import membership
from mmviz.data.matching import matched
from mmviz.models.fusions.alignmamba import AlignMamba
from mmviz.models.ssm.alignment import AnchorConfig
from mmviz.models.ssm.modality_aware import ModalityAwareLayer
from mmviz.models.user_module.model import Adapted
from mmviz.recording import integrated_gradients
from mmviz.recording.captured_scans import scan_bytes
from mmviz.recording.captured_states import equal_shapes, holds_states
from mmviz.recording.end_to_end import ATTRIBUTIONS, averaged_modalities
from mmviz.recording.faithfulness import FRACTIONS_OF_TRACE
from mmviz.recording.groups import Recording
from mmviz.recording.influence import steps_per_block
from mmviz.recording.sample_selection import without_model
from mmviz.recording.samples import chosen_epochs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from mmviz.data.dataset import Split
    from mmviz.models.base import FusionModel
    from mmviz.train.run import Run


@dataclass(frozen=True)
class Sizes:
    """Bytes that a Trace takes in memory.

    Attributes
    ----------
    each
        Group to the bytes of one recorded sample.
    sample
        Bytes of the predictions of one sample of the split for all subsets.
    once
        Group to bytes that are independent of the number of samples.
    recorded_samples, samples
        Number of recorded samples and of samples in the split.
    """

    each: dict[str, int]
    sample: int
    once: dict[str, int]
    recorded_samples: int
    samples: int

    @property
    def groups(self) -> dict[str, int]:
        """Bytes of every group."""
        grown = {name: size * self.recorded_samples for name, size in self.each.items()}
        if self.sample:
            grown["coalitions"] = self.sample * self.samples
        names = dict.fromkeys([*grown, *self.once])
        return {name: grown.get(name, 0) + self.once.get(name, 0) for name in names}

    @classmethod
    def of(cls, recording: Recording, recorded_samples: int) -> Sizes:
        """Return the sizes of a recording with that many recorded samples."""
        model = recording.run.model
        spec = model.spec
        Y, channels, N = model.scan_shape
        E, M, T, K = len(recording.epochs), len(spec.modalities), model.steps, spec.task.outputs
        cells = Y * M * T
        given = recording.split.times
        timed = [m.name for m in spec.modalities if given and (m.name in given or m.steps == 1)]
        each = {
            "inputs": sum(m.steps * (4 * m.features + 1 + (16 if m.name in timed else 0)) for m in spec.modalities),
            **({"clock": 16 * T} if timed and model.timed else {}),
            "states": 4 * E * cells * channels + M * T,
            "operator": 4 * (cells * (channels * (N + 1) + 2 * N) + Y * M * M),
        }
        if isinstance(model, Adapted) and Y and not holds_states(model):
            each["operator"] = 4 * (cells * channels + Y * M * M)
        once = {"states": 4 * E * Y * M * M, "operator": 4 * Y * M * channels * N}
        if isinstance(model, Adapted) and model.sites:
            sizes = [scan_bytes(site, influence=recording.influence) for site in model.sites]
            each["scans"], once["scans"] = sum(size for size, _ in sizes), sum(size for _, size in sizes)
        if recording.influence and Y and not (isinstance(model, Adapted) and not equal_shapes(model)):
            blocks = math.ceil(T / steps_per_block(T))
            each["influence"] = 2 * 4 * Y * (M * blocks) ** 2
        if recording.attribution is not None:
            blocks = math.ceil(T / steps_per_block(T))
            prefix = K * T * (M * blocks + 1) if model.causal else 0
            each["attribution"] = 4 * (K * (2 * M * T + 3) + (M * blocks) ** 2 + prefix)
            if recording.attribution == integrated_gradients.RULE:
                each["attribution"] = 4 * K * (M * T + 3)
            frames = {m.name: m.steps for m in spec.modalities}
            each["attribution_frames"] = 4 * K * sum(frames[name] for name in averaged_modalities(model))
            each["faithfulness"] = 4 * 2 * 3 * len(FRACTIONS_OF_TRACE)
        if experts := _experts(model):
            layers, count = experts
            each["routing"] = 4 * E * layers * M * T * count
        pairs = M - 1 if _aligns(model) else 0
        if pairs:
            each["transport"] = 4 * pairs * (2 * T * T + E)
        if recording.alignment and M > 1:
            once["alignment"] = 3 * 8 * E * (M - 1)
        sample = 0
        if recording.members is not None:
            S = len(recording.members)
            each["prefixes"] = 4 * E * S * T * K
            sample, once["coalitions"] = 4 * S * K, S * M
        return cls(each, sample, once, recorded_samples, len(recording.split))


@takes(run="run")
def estimate(
    run: Run,
    split: Split,
    *,
    recorded_samples: int | Sequence[int] | np.ndarray | None = None,
    epochs: Sequence[int] | None = None,
    coalitions: bool = True,
    influence: bool = True,
    attribution: str | None = "auto",
    alignment: bool | None = None,
) -> dict[str, int]:
    """Return the bytes of each group of the Trace in memory, before the model is run.

    Parameters as in :func:`mmviz.record`. A file is smaller: floating point values are compressed there.
    """
    M = len(run.model.spec.modalities)
    if attribution is not None:
        one_of(attribution, ATTRIBUTIONS, "estimate: attribution (None records none)")
        integrated = attribution == integrated_gradients.RULE or (
            attribution == "auto" and isinstance(run.model, Adapted)
        )
        rule = integrated_gradients.RULE if integrated else None if run.model.cannot_freeze else "frozen"
    else:
        rule = None
    aligns = isinstance(run.model.config, AnchorConfig) if alignment is None else alignment
    members = membership(M) if coalitions else None
    matching, replayed = matched(run.model.spec, split, "estimate"), chosen_epochs(run, epochs)
    recording = Recording(run, split, matching, replayed, members, influence, aligns, attribution=rule)
    return Sizes.of(recording, len(without_model(split, recorded_samples).rows)).groups


def refuse_large(sizes: Mapping[str, int], limit: int, *, what: str = "the Trace", other: str = "") -> None:
    """Raise MmvizError where the groups together exceed the limit; the message lists the size of each."""
    total = sum(sizes.values())
    if total > limit:
        listed = ", ".join(f"{name} {size / 2**20:.0f} MiB" for name, size in sizes.items())
        raise MmvizError(
            f"record: {what} would take {total / 2**20:.0f} MiB ({listed}), more than limit_bytes = {limit / 2**20:.0f} MiB; "
            f"give fewer recorded samples or epochs, {other}or a larger limit_bytes"
        )


def _experts(model: FusionModel) -> tuple[int, int] | None:
    """Return the number of layers with a router and the number of experts; None for a model without routers."""
    parts = list(model.modules())
    layers = [part for part in parts if isinstance(part, ModalityAwareLayer)]
    if not layers or any(
        isinstance(part, AlignMamba) for part in parts
    ):  # its layers have one expert and record no routing
        return None
    shared, specific = layers[0].counts
    return len(layers), shared + specific * len(layers[0].names)


def _aligns(model: FusionModel) -> bool:
    return any(isinstance(getattr(part, "config", None), AnchorConfig) for part in model.modules())
