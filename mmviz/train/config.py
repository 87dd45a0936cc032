"""The options of a training, checked before anything starts."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

from mmviz.core.errors import ConfigError
from mmviz.train.augmentation import Augment
from mmviz.train.class_balance import SAMPLINGS, checked_weight
from mmviz.train.contributions import Measure

#: how the returned epoch is selected -> the score of the validation split it is selected by; "" is the task's first
SELECT = {"best": "", "last": "", "balanced_accuracy": "balanced_accuracy", "f1_macro": "f1_macro"}
PRECISIONS = ("32-true", "64-true", "bf16-mixed", "16-mixed")


@dataclass(frozen=True)
class TrainConfig:
    """Options of :func:`mmviz.train.fit`.

    Attributes
    ----------
    strategy
        How modalities share the updates: a name of :data:`mmviz.train.STRATEGIES`; ``joint`` is the ordinary way.
    strategy_options
        Fields of the strategy's own options.
    epochs, batch_size
        Passes over the training split, samples per update; integers ≥ 1.
    learning_rate, weight_decay
        Of AdamW. The rate rises over the first tenth of the updates and falls to a hundredth along a cosine.
    clip
        Largest gradient norm; a larger gradient is scaled down, and counted.
    patience
        Stop after so many epochs in which neither the validation score (accuracy, or mean absolute error) rose nor, at an equal
        score, the validation loss fell; 0 never stops early.
    select
        Which epoch the run returns: ``best`` by validation score (ties: least validation loss), or the ``last``. With a
        validation split of one or two people the score is noisy, and the last epoch, where the learning rate has come to rest, is the
        safer choice. ``balanced_accuracy`` and ``f1_macro`` select by that score of the validation split: with imbalanced classes the
        accuracy may be best where the small classes are never predicted.
    class_weight
        Weights of the classes in the loss of every update, whatever the strategy: None (all 1), ``"balanced"`` (inversely to their
        counts among the samples that updates see; the mean over samples is 1), or a mapping of class names to weights, 1 where a class is not
        named. A batch's loss is the mean of weight · cross-entropy over its samples. Validation loss and scores, and the
        contributions that are measured, are not weighted; G-Blend's held-out losses are.
    sampling
        ``shuffle``: an epoch reads every sample once. ``balanced``: as many samples, every class equally often: small classes are
        repeated, of large ones some are left out, others in the next epoch. Not with `bucket`, nor with a strategy that orders the samples itself.
    augment
        Random changes to the training batches, an :class:`mmviz.train.Augment`; None for none.
    measure
        Contributions of the modalities after every epoch, and the readings of the equilibrium deviation: True, or a
        :class:`mmviz.train.Measure`. They are measured on a slice that is taken out of the training split.
    held_out
        Samples in that slice; 0 takes 0.3 / 2^M of the split, but at least 32 and at most 512 samples, and never more than a
        fifth. Where nothing measures, all are trained on.
    bucket
        So many batches are sorted by length together, so that a batch holds samples of like length, cut to the longest of them: less padding
        to compute. 0 shuffles plainly. See `mmviz.data.Buckets` (its ``pool``).
    block
        With `bucket`: neighbours that stay among the same batches; some dozens, for a set from disk: what is read lies near together.
    seed
        Of batch order, augmentation and dropout.
    accelerator
        ``auto``, ``cpu``, ``cuda`` or ``mps``: Lightning Fabric's business.
    precision
        ``32-true``, ``64-true``, ``bf16-mixed`` (matrix products in bfloat16, the scan in float32), or, with CUDA only, ``16-mixed``
        (in float16 with a scaled loss: an update whose gradient overflows is left out); a run holds float32 weights.
    train, valid
        Names of the splits to train on and to validate on. Without a validation split the last epoch is the best.
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
    measure: Measure | bool | None = None
    held_out: int = 0
    bucket: int = 0
    block: int = 1
    seed: int = 0
    accelerator: str = "auto"
    precision: str = "32-true"
    train: str = "train"
    valid: str = "valid"

    def __post_init__(self) -> None:
        if self.augment is not None and not isinstance(self.augment, Augment):
            raise ConfigError(f"fit: augment={self.augment!r}, expected an mmviz.train.Augment or None")
        if self.measure is not None and not isinstance(self.measure, (Measure, bool)):
            raise ConfigError(f"fit: measure={self.measure!r}, expected True, False or an mmviz.train.Measure")
        if isinstance(self.measure, bool):
            object.__setattr__(self, "measure", Measure() if self.measure else None)
        if self.select not in SELECT:
            raise ConfigError(f"fit: select={self.select!r} is unknown; choose one of {', '.join(SELECT)}")
        object.__setattr__(self, "class_weight", checked_weight(self.class_weight))
        if self.sampling not in SAMPLINGS:
            raise ConfigError(f"fit: sampling={self.sampling!r} is unknown; choose one of {', '.join(SAMPLINGS)}")
        if self.sampling == "balanced" and self.bucket:
            raise ConfigError(
                f"fit: sampling='balanced' and bucket={self.bucket} both choose the samples of a batch; leave out one of them"
            )
        if self.select == "last" and self.patience:
            raise ConfigError(
                "fit: patience stops where validation was best, select='last' returns another epoch; give one of them"
            )
        whole = {"epochs": 1, "batch_size": 1, "patience": 0, "seed": 0, "bucket": 0, "block": 1, "held_out": 0}
        for name, low in whole.items():
            value = getattr(self, name)
            if type(value) is not int or value < low:
                raise ConfigError(f"fit: {name}={value!r}, expected an integer ≥ {low}")
        if self.block > 1 and not self.bucket:
            raise ConfigError(f"fit: block={self.block} needs bucket ≥ 1: blocks are kept inside a bucket's batches")
        if self.precision not in PRECISIONS:
            close = difflib.get_close_matches(str(self.precision), PRECISIONS, 1, 0.5)
            hint = f", did you mean {close[0]!r}?" if close else ""
            raise ConfigError(
                f"fit: precision={self.precision!r} is unknown{hint}; choose one of {', '.join(PRECISIONS)}"
            )
        for name in ("learning_rate", "clip"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
                raise ConfigError(f"fit: {name}={value!r}, expected a number > 0")
        decay = self.weight_decay
        if isinstance(decay, bool) or not isinstance(decay, (int, float)) or not 0 <= decay < float("inf"):
            raise ConfigError(f"fit: weight_decay={decay!r}, expected a number ≥ 0")
