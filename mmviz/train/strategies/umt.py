"""UMT, unimodal teachers: joint training in which the features of each modality stay near those of a model trained on it alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmviz.core.options import number
from mmviz.train.strategies.base import Update
from mmviz.train.strategies.method import Method
from mmviz.train.strategies.teachers import TaughtStrategy, TeacherOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from mmviz.models.batch import Batch


@dataclass(frozen=True)
class UmtOptions(TeacherOptions):
    """Options of UMT.

    Attributes
    ----------
    weight
        Weight λ of the distance to the teachers' features, ≥ 0; 0 is joint training.
    """

    weight: float = 10.0

    def __post_init__(self) -> None:
        self.check("umt")
        object.__setattr__(self, "weight", number(self.weight, "umt: weight", low=0))


class Umt(TaughtStrategy):
    """Joint training with the term λ Σ_m mean (f_m - f_m of the teacher)², the teachers being frozen unimodal models.

    The teachers are trained before the first epoch, or given as runs. Their features are computed once, or for every batch where
    it is augmented. The history holds ``distance/<modality>`` and, in the first row, ``teacher_loss/<modality>``. Classification and
    regression.

    Notes
    -----
    Source: Du et al., *Improving Multi-Modal Learning with Uni-Modal Teachers*, arXiv 2106.11059, and *On Uni-Modal Feature Learning in
    Supervised Multi-Modal Learning*, ICML 2023, arXiv 2305.01233: distillation of pre-trained unimodal features by the mean squared
    error. λ = 10 is that of a public re-implementation. What is ours:

    * The feature of a modality is the vector that the fusion receives from it with all others masked, see
      :func:`mmviz.train.strategies.features.modality_features`; of a user's module its unimodal output.
    * A teacher starts from the same initial weights as the model and sees one modality, all others masked, with the learning rate and
      schedule of the training, for ``teacher_epochs``.
    * That re-implementation loads the newest file of a folder as teacher and leaves the teachers in training mode, so that normalisation
      statistics drift. Here a run is named per modality, and the teachers are in evaluation mode.
    """

    name = "umt"
    method = Method(
        "UMT",
        "Du et al., arXiv 2106.11059; ICML 2023, arXiv 2305.01233",
        besides="a unimodal training per modality for the teachers; one pass of each over the samples, or per batch with augmentation; where "
        "streams depend on each other, unimodal streams in every batch",
        published_code="of a re-implementation: loads the newest file as teacher, and leaves teachers in training mode",
        ours="features with all other modalities masked; teachers trained inside for a stated number of epochs",
    )
    Options = UmtOptions

    @property
    def uses_teachers(self) -> bool:
        """Whether the distance to the teachers has a weight."""
        return bool(self.options.weight > 0)

    def updates(self, batch: Batch, rows: np.ndarray) -> Iterator[Update]:
        """Yield one update."""
        training, target = self.training, batch.required_target
        steps = training.model.encode(batch)
        if not self.uses_teachers:
            yield training.joint(steps, target)
            return
        update, _, features = self.joint_with_features(steps, target)
        distances = self.distances(features, self.taught(batch, rows))
        update.loss = update.loss + self.options.weight * sum(distances.values(), steps.x.sum() * 0)
        update.parts = {**update.parts, **{f"distance/{name}": value.detach() for name, value in distances.items()}}
        yield update
