"""Keep the leading principal components that hold a share of the energy, and reconstruct."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def project_energy(x: Floats, train: NDArray[np.int64], share: float) -> tuple[Floats, int]:
    """Reconstruct rows from the fewest leading components that hold a share of the training rows' variance.

    Parameters
    ----------
    x
        (n, features).
    train
        Rows that define mean and components; the others only go through the projection.
    share
        In (0, 1].

    Returns
    -------
    reconstruction, kept
        (n, features) float32, and the number of components.
    """
    mean = x[train].mean(axis=0, dtype=np.float64)
    centred = x[train] - mean
    energy, vectors = np.linalg.eigh(centred.T @ centred)
    held = np.cumsum(np.maximum(energy[::-1], 0)) / np.maximum(energy, 0).sum()
    kept = min(int(np.searchsorted(held, share - 1e-12)) + 1, len(held))
    basis = vectors[:, ::-1][:, :kept]
    return (mean + (x - mean) @ basis @ basis.T).astype(np.float32), kept
