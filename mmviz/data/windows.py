"""Cut a recording into windows of equal length."""

from typing import Any

from numpy.typing import NDArray


def windows(recording: NDArray[Any], size: int) -> NDArray[Any]:
    """Cut a recording into windows that do not overlap; the rest at the end is left out.

    Parameters
    ----------
    recording
        (steps, features).
    size
        Steps per window, at least 1.

    Returns
    -------
    ndarray
        (steps // size, size, features), a view where possible; row k is ``recording[k * size : (k + 1) * size]``.
    """
    count = len(recording) // size
    return recording[: count * size].reshape(count, size, recording.shape[1])
