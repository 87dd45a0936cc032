"""POT's network simplex, one problem after the other; what it would crash on has been refused before."""

import warnings

import numpy as np
import torch
from torch import Tensor

from mmkernels.transport.arguments import Arguments


def solve_pot(given: Arguments, max_iterations: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return plan, f, g in float64 and whether each problem was solved, on the CPU."""
    import ot

    cost, a, b = (part.detach().cpu().double().numpy() for part in given[:3])
    n_batch, n, m = cost.shape
    plan, f, g = np.zeros((n_batch, n, m)), np.zeros((n_batch, n)), np.zeros((n_batch, m))
    converged = np.ones(n_batch, dtype=bool)
    real_x, real_y = (None if mask is None else mask.cpu().numpy() for mask in given[3:])
    for p in range(n_batch):
        rows = np.arange(n) if real_x is None else np.flatnonzero(real_x[p])
        columns = np.arange(m) if real_y is None else np.flatnonzero(real_y[p])
        left, right = a[p, rows], b[p, columns]
        right = right * (left.sum() / right.sum())
        C = np.ascontiguousarray(cost[p][np.ix_(rows, columns)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it did not converge is in the result
            found, log = ot.emd(left, right, C, numItermax=max_iterations, log=True)
        plan[p][np.ix_(rows, columns)] = found
        f[p, rows], g[p, columns] = log["u"], log["v"]
        converged[p] = log["warning"] is None
    return torch.from_numpy(plan), torch.from_numpy(f), torch.from_numpy(g), torch.from_numpy(converged)
