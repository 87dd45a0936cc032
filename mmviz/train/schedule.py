"""The learning rate along a training: a short rise, then a cosine."""

import math


def warm_cosine(position: float, planned: int) -> float:
    """Return the factor of the learning rate at ``position`` of ``planned`` batches.

    It rises in a line over the first tenth and falls to a hundredth along a cosine. A batch with several updates has one rate.
    """
    warm = max(1, planned // 10)
    if position < warm:
        return (position + 1) / warm
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (position - warm) / max(1, planned - warm)))
