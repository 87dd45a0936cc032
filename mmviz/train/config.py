"""Options of a training, validated before the training starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of, whole
from mmviz.train.augmentation import Augment
from mmviz.train.class_balance import SAMPLINGS, checked_weight
from mmviz.train.contributions import ContributionMonitor
from mmviz.train.intervention import Intervention, ordered

#: selection of the returned epoch -> validation score that decides; "" is the first score of the task
SELECT = {"best": "", "last": "", "balanced_accuracy": "balanced_accuracy", "f1_macro": "f1_macro"}
_INTEGERS = {"epochs": 1, "batch_size": 1, "patience": 0, "seed": 0, "bucket": 0, "block": 1, "held_out": 0}
PRECISIONS = ("32-true", "64-true", "bf16-mixed", "16-mixed")


@dataclass(frozen=True)
class TrainConfig:
    """Options of :func:`mmviz.train.fit`.

    Attributes
    ----------
    strategy
        Name of the training strategy, one of :data:`mmviz.train.STRATEGIES`.
    strategy_options
        Options of the strategy.
    epochs, batch_size
        Passes over the training split, samples per update; integers ≥ 1.
    learning_rate, weight_decay
        Of AdamW. The rate rises linearly over the first tenth of the updates, then falls to a hundredth along a cosine.
    clip
        Largest gradient norm; a larger gradient is scaled down and counted (``clipped_steps`` of the history).
    patience
        Stop after so many epochs without a better validation score (accuracy, or mean absolute error) or, at an equal score, a lower
        validation loss; 0 never stops early.
    select
        Selected epoch: ``best`` by validation score (ties: lowest validation loss), or the ``last``. With one or two subjects in the
        validation split the score is noisy, and the last epoch, at the lowest learning rate, is the safer choice. ``balanced_accuracy``
        and ``f1_macro`` select by that validation score: with imbalanced classes, accuracy may be best where small classes are never
        predicted.
    class_weight
        Class weights in the loss of every update, for every strategy: None (all 1), ``"balanced"`` (inverse to the class counts among the
        training samples; the mean over samples is 1), or a mapping of class names to weights (1 for a class that is not named). The loss of
        a batch is the mean of weight · cross-entropy over its samples. Validation loss and scores, and the contributions, are not
        weighted; G-Blend's held-out losses are.
    sampling
        ``shuffle``: an epoch reads every sample once. ``balanced``: an epoch reads as many samples, every class equally often: samples of small
        classes are repeated, of large classes a random part is read. Not with `bucket`, nor with a strategy that orders the samples itself.
    augment
        Data augmentation of the training batches, an :class:`mmviz.train.Augment`; None for none.
    monitor
        Values v(S), contributions of the modalities (Shapley values) and imbalance E1, E2, E3 after every epoch: True, or a
        :class:`mmviz.train.ContributionMonitor`. They are computed on a held-out subset of the training split.
    held_out
        Size of that subset; 0 takes 0.3 / 2^M of the split (M modalities), but at least 32, at most 512 samples, and never more than a
        fifth. Without monitor, and with a strategy that needs no held-out subset, all samples are trained on.
    bucket
        Number of batches sorted by length together, so that a batch holds samples of similar length, cut to the longest of them: less padding
        to compute. 0 shuffles without sorting. See `mmviz.data.Buckets` (its ``pool``).
    block
        With `bucket`: neighbouring samples that stay together; some dozens for a set on disk, so that reads are close together.
    seed
        Of batch order, augmentation and dropout.
    accelerator
        ``auto``, ``cpu``, ``cuda`` or ``mps``, as in Lightning Fabric.
    precision
        ``32-true``, ``64-true``, ``bf16-mixed`` (matrix products in bfloat16, the scan in float32), or, with CUDA only, ``16-mixed``
        (in float16 with a scaled loss: an update whose gradient overflows is left out); a run holds float32 weights.
    modality_gradients
        Store the norm of the gradient of the parameters that only one modality uses, mean over updates before clipping, as
        ``modality_gradient_norm/<modality>`` in the history. A norm per parameter and update is computed; False computes none.
    interventions
        Changes of the training at a given epoch and batch, each an :class:`mmviz.train.Intervention`.
    train, valid
        Names of the training split and the validation split. Without a validation split the last epoch is selected.
    """

    strategy: str = "joint"
    strategy_options: dict[str, Any] = field(default_factory=dict)
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    clip: float = 1.0
    patience: int = 0
    select: str = "best"
    class_weight: str | dict[str, float] | None = None
    sampling: str = "shuffle"
    augment: Augment | None = None
    monitor: ContributionMonitor | bool | None = None
    held_out: int = 0
    bucket: int = 0
    block: int = 1
    seed: int = 0
    accelerator: str = "auto"
    precision: str = "32-true"
    modality_gradients: bool = False
    interventions: Sequence[Intervention] = ()
    train: str = "train"
    valid: str = "valid"

    def __post_init__(self) -> None:
        if self.augment is not None and not isinstance(self.augment, Augment):
            raise ConfigError(f"fit: augment={self.augment!r}, expected an mmviz.train.Augment or None")
        if self.monitor is not None and not isinstance(self.monitor, (ContributionMonitor, bool)):
            raise ConfigError(
                f"fit: monitor={self.monitor!r}, expected True, False or an mmviz.train.ContributionMonitor"
            )
        if isinstance(self.monitor, bool):
            object.__setattr__(self, "monitor", ContributionMonitor() if self.monitor else None)
        one_of(self.select, SELECT, "fit: select")
        object.__setattr__(self, "class_weight", checked_weight(self.class_weight))
        one_of(self.sampling, SAMPLINGS, "fit: sampling")
        one_of(self.modality_gradients, (False, True), "fit: modality_gradients")
        if self.sampling == "balanced" and self.bucket:
            raise ConfigError(
                f"fit: sampling='balanced' and bucket={self.bucket} both choose the samples of a batch; leave out one of them"
            )
        if self.select == "last" and self.patience:
            raise ConfigError(
                "fit: patience stops where validation was best, select='last' returns another epoch; give one of them"
            )
        for name, low in _INTEGERS.items():
            object.__setattr__(self, name, whole(getattr(self, name), f"fit: {name}", low=low))
        object.__setattr__(self, "interventions", ordered(self.interventions, self.epochs))
        if self.block > 1 and not self.bucket:
            raise ConfigError(
                f"fit: block={self.block} needs bucket ≥ 1: blocks stay together inside the batches of a bucket"
            )
        one_of(self.precision, PRECISIONS, "fit: precision")
        for name in ("learning_rate", "clip"):
            object.__setattr__(self, name, number(getattr(self, name), f"fit: {name}", low=0, above=True))
        object.__setattr__(self, "weight_decay", number(self.weight_decay, "fit: weight_decay", low=0))
