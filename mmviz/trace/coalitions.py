"""What a model answers when it may hear only some players, as it is written down: probabilities or values, float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mmviz.models.coalitions import CHUNK_BYTES, coalition_answers
from mmviz.trace.axes import array

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Bool, Float

    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel
    from mmviz.models.players import Players


def recorded_answers(
    model: FusionModel,
    batch: Batch,
    members: Bool[np.ndarray, "coalition player"] | None = None,
    *,
    players: Players | None = None,
    every_step: bool = False,
    chunk_bytes: int = CHUNK_BYTES,
) -> Float[np.ndarray, "batch coalition *time output"]:
    """Return class probabilities or values for every sample and coalition; the encoders run once.

    As :func:`mmviz.models.coalitions.coalition_answers`, from a batch, in evaluation mode and without gradients; the mode of the
    model is left as it was. What the model answers is handed on, also NaN.

    Raises
    ------
    ConfigError
        As there: too many players, members of another shape, a subset that the model cannot run.
    """
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            asked = None if members is None else torch.from_numpy(members)
            steps = model.encode(batch.ordered(model.spec.names))
            output = coalition_answers(
                model, steps, asked, players=players, every_step=every_step, chunk_bytes=chunk_bytes
            )
            return array(output.softmax(-1) if model.spec.task.kind == "classification" else output)
    finally:
        model.train(mode)
