"""Coupled influence map: the effect of every input x[n, s] on every output y[m, t] of a coupled scan; exact, because the scan is linear in x."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from mmkernels import influence_backends as _  # noqa: F401 - registers the backends
from mmkernels.dispatch import choose
from mmkernels.influence_arguments import check_size, chosen_channels, one_operator
from mmkernels.reference.influence import mean_in_bins
from mmkernels.reference.scan import coupled_scan_reference
from mmkernels.transforms import is_transformed

__all__ = ["Influence", "coupled_influence"]


class Influence(NamedTuple):
    """What the inputs, and the state before the first step, do to the output of a coupled scan.

    Parameters
    ----------
    of_inputs
        (M, T, M, T), or (M, T, M, T, E) with ``reduce="none"``: target modality, target time, source modality,
        source time. T is L, or the number of bins.
    of_start
        (M, T) or (M, T, E): the output that h0 alone would give. None without h0.
    """

    of_inputs: Tensor
    of_start: Tensor | None


def coupled_influence(
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    W: Tensor | None = None,
    *,
    x: Tensor | None = None,
    h0: Tensor | None = None,
    mask: Tensor | None = None,
    channels: Sequence[int] | None = None,
    reduce: str = "abs_mean",
    bin_steps: int = 1,
    limit_bytes: int = 2**30,
    backend: str = "auto",
) -> Influence:
    """Compute the coupled influence map of one sample.

    With dt, B and C given, `coupled_scan` is linear in x, separately in every channel e:

    y[m,t,e] = sum_{n,s} K[m,t,n,s,e] x[n,s,e] + (what h0 alone gives)[m,t,e],   K = 0 for s > t.

    K is exact, not an estimate: influence times inputs gives y to rounding. It is what [1]_ calls the hidden
    attention of Mamba, for M modalities that hear each other.

    Parameters
    ----------
    dt
        (M, L, E), step size of one sample, as `coupled_scan` gets it. float32 or float64 (`reference`: any float).
    A
        (M, E, N), decay rates.
    B, C
        (M, L, N), into and out of the states.
    D
        (M, E), direct path: it is part of K, at n = m and s = t. None: no direct path.
    W
        (M, M), coupling. None is the mean, 1 / M.
    x
        (M, L, E). If given, K[m,t,n,s,e] x[n,s,e] takes the place of K: contributions, whose sum over n and s is y
        (less what h0 gives). None: K itself, the sensitivity to a unit input.
    h0
        (M, E, N), state before the first step; its effect comes back as `of_start`.
    mask
        (M, L) of dtype bool, True at real steps. A masked step influences nothing and is influenced by nothing
        (zeros), but its modality holds its state, through which earlier steps act on later ones.
    channels
        Which channels count, from 0 to E - 1. None: all.
    reduce
        What becomes of the channels: "abs_mean", the mean of |K|; "norm", the root of the sum of K²; "none", K
        itself, signed, with the channels as last axis.
    bin_steps
        Steps in one bin of time: every entry of the map is the mean over the pairs of steps of its two bins
        (for "norm" the mean of K², before the root). Pairs with the source later than the target count as the
        zeros they are. 1: no bins.
    limit_bytes
        Size of the map above which the call is refused before it starts; 1 GiB.
    backend
        "auto", "numba" or "reference". See `backends` and ``last_backend("coupled_influence")``.

    Returns
    -------
    Influence
        (of_inputs, of_start). No gradient flows through it.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device, shape or option is wrong, or the map would be larger than `limit_bytes`.
    BackendUnavailable
        If the named backend cannot run for these tensors.
    RuntimeError
        Inside a transform of torch.func or torch.autograd.forward_ad.

    Notes
    -----
    One walk through time per source: O(L² M² (M + 1) N / 2) multiplications per channel, and memory for the map
    and O(L M N) only. Exponentials are computed once per step, not per source. L = 500, M = 3, N = 16 takes
    milliseconds per channel (tests/kernels/influence/speed.py measures it).

    References
    ----------
    .. [1] A. Ali, I. Zimerman, L. Wolf, *The Hidden Attention of Mamba Models*, arXiv:2403.01590 (M = 1).

    Examples
    --------
    Two modalities that hear each other's mean; an input of the second reaches the first one step later, halved
    and decayed by exp(-0.5):

    >>> import torch
    >>> from mmkernels import coupled_influence
    >>> dt, A = torch.full((2, 3, 1), 0.5), torch.full((2, 1, 1), -1.0)
    >>> B = C = torch.ones(2, 3, 1)
    >>> coupled_influence(dt, A, B, C).of_inputs[0, :, 1]
    tensor([[0.0000, 0.0000, 0.0000],
            [0.1516, 0.0000, 0.0000],
            [0.0920, 0.1516, 0.0000]])
    """
    if is_transformed():
        raise RuntimeError(
            "coupled_influence has no derivative and maps one sample at a time, but torch.func (vmap, grad, jvp, ...) or "
            "torch.autograd.forward_ad asked for more. Call it outside, on plain tensors, in a loop over samples; for a "
            "map with derivatives take torch.func.jacrev of coupled_scan(..., backend='reference')."
        )
    tensors = {"dt": dt, "A": A, "B": B, "C": C, "D": D, "W": W, "x": x, "h0": h0}
    op, start = one_operator(tensors, mask, channels)
    check_size(dt, len(chosen_channels(channels, dt.shape[2])), reduce, bin_steps, limit_bytes)
    chosen = choose("coupled_influence", backend, dt)
    with torch.no_grad():
        of_inputs = chosen.run(op, reduce=reduce, bin_steps=bin_steps)
        if start is None:
            return Influence(of_inputs, None)
        alone, _ = coupled_scan_reference(
            torch.zeros_like(op.x).unsqueeze(1),
            op.dt.unsqueeze(1),
            op.A,
            op.B.unsqueeze(1),
            op.C.unsqueeze(1),
            None,
            op.W,
            h0=start.unsqueeze(1),
            mask=op.mask.unsqueeze(1),
        )
        values = alone[:, 0]
        if reduce == "none":
            return Influence(of_inputs, mean_in_bins(values, 1, bin_steps))
        if reduce == "abs_mean":
            return Influence(of_inputs, mean_in_bins(values.abs().mean(-1), 1, bin_steps))
        return Influence(of_inputs, mean_in_bins(values.square().sum(-1), 1, bin_steps).sqrt())
