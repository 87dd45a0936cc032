"""Coupled influence map: the effect of every input x[n, s] on every output y[m, t] of a coupled scan.

It is exact, because the scan is linear in x (mathematics: influence.md beside this file).
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mmkernels.availability import against_numba
from mmkernels.dispatch import Backend, choose, register_backend
from mmkernels.reference.influence import SampleScan, influence_reference, mean_in_bins
from mmkernels.reference.scan import coupled_scan_reference
from mmkernels.transforms import is_transformed

__all__ = ["Influence", "coupled_influence"]

REDUCTIONS = ("abs_mean", "norm", "none")


class Influence(NamedTuple):
    """Effect of the inputs, and of the initial state, on the output of a coupled scan.

    Parameters
    ----------
    of_inputs
        (M, T, M, T), or (M, T, M, T, E) with ``reduce="none"``: target modality, target time, source modality,
        source time. T is L, or the number of bins.
    of_initial_state
        (M, T) or (M, T, E): the output for h0 with zero input. None without h0.
    """

    of_inputs: Tensor
    of_initial_state: Tensor | None


def _check_kinds(tensors: dict[str, Tensor | None], mask: Tensor | None) -> None:
    dt = tensors["dt"]
    for name, values in {**tensors, "mask": mask}.items():
        if values is None and name not in ("dt", "A", "B", "C"):
            continue
        if not isinstance(values, Tensor):
            raise TypeError(
                f"coupled_influence: {name} must be a torch.Tensor; it is a {type(values).__name__}. "
                f"Convert it, for example with torch.as_tensor({name})."
            )
        wanted = torch.bool if name == "mask" else dt.dtype if isinstance(dt, Tensor) else None
        if values.dtype != wanted or not (name == "mask" or values.is_floating_point()):
            expected = "torch.bool, True at real steps" if name == "mask" else "a float dtype, that of dt"
            raise TypeError(f"coupled_influence: {name} must be of {expected}; it is {values.dtype}. Convert it.")
        if isinstance(dt, Tensor) and values.device != dt.device:
            raise ValueError(
                f"coupled_influence: {name} must be on {dt.device}, the device of dt; it is on {values.device}. "
                f"Pass {name}.to(dt.device)."
            )


def _check_shapes(tensors: dict[str, Tensor | None], mask: Tensor | None) -> None:
    dt, A = tensors["dt"], tensors["A"]
    if dt is None or dt.ndim != 3 or 0 in (dt.shape[0], dt.shape[2]):
        raise ValueError(
            "coupled_influence: dt must be of shape (M, L, E), modality, time, channel, with M >= 1 and E >= 1; it is "
            f"{None if dt is None else tuple(dt.shape)}. Pass one sample, for example dt[:, b] of a batch."
        )
    n_modality, n_time, n_channel = dt.shape
    n_state = A.shape[-1] if A is not None and A.ndim == 3 else -1
    wanted = {
        "A": ("(M, E, N)", (n_modality, n_channel, n_state)),
        "B": ("(M, L, N)", (n_modality, n_time, n_state)),
        "C": ("(M, L, N)", (n_modality, n_time, n_state)),
        "D": ("(M, E)", (n_modality, n_channel)),
        "W": ("(M, M)", (n_modality, n_modality)),
        "x": ("(M, L, E)", (n_modality, n_time, n_channel)),
        "h0": ("(M, E, N)", (n_modality, n_channel, n_state)),
        "mask": ("(M, L)", (n_modality, n_time)),
    }
    for name, (symbols, sizes) in wanted.items():
        values = {**tensors, "mask": mask}[name]
        if values is not None and tuple(values.shape) != sizes:
            raise ValueError(
                f"coupled_influence: {name} must be of shape {symbols} = {sizes}; it is {tuple(values.shape)}. "
                "M, L, E come from dt, N from A; there is no batch axis: pass one sample."
            )


def chosen_channels(channels: Sequence[int] | None, n_channel: int) -> list[int]:
    """Return the selected channels, all of them for None.

    Raises
    ------
    ValueError
        If there is none, or one is out of range.
    """
    chosen = list(range(n_channel)) if channels is None else [int(e) for e in channels]
    for i, e in enumerate(chosen):
        if not 0 <= e < n_channel:
            raise ValueError(
                f"coupled_influence: channels[{i}] must be from 0 to {n_channel - 1}; it is {e}. dt has {n_channel} "
                "channels."
            )
    if not chosen:
        raise ValueError("coupled_influence: channels must name at least one channel; it is empty. Pass None for all.")
    return chosen


def check_size(dt: Tensor, n_chosen: int, reduce: str, bin_steps: int, limit_bytes: int) -> None:
    """Raise ValueError if the map would take more than `limit_bytes`, or an option has no meaning."""
    if reduce not in REDUCTIONS:
        raise ValueError(f"coupled_influence: reduce must be one of {REDUCTIONS}; it is {reduce!r}.")
    if isinstance(bin_steps, bool) or not isinstance(bin_steps, int) or bin_steps < 1:
        raise ValueError(f"coupled_influence: bin_steps must be a whole number >= 1; it is {bin_steps!r}. Pass 1.")
    n_bin = math.ceil(dt.shape[1] / bin_steps)
    n_map = n_chosen if reduce == "none" else 1
    size = (dt.shape[0] * n_bin) ** 2 * n_map * dt.element_size()
    if size > limit_bytes:
        raise ValueError(
            f"coupled_influence: the map would take {size / 2**20:.0f} MiB, (M * bins)² = ({dt.shape[0]} * {n_bin})² "
            f"values for {n_map} map(s), more than limit_bytes = {limit_bytes / 2**20:.0f} MiB. Pass a larger bin_steps "
            "(a mean over that many steps), fewer channels, reduce='abs_mean' or a larger limit_bytes."
        )


def one_operator(
    tensors: dict[str, Tensor | None], mask: Tensor | None, channels: Sequence[int] | None
) -> tuple[SampleScan, Tensor | None]:
    """Check the tensors of an influence map by name; return the scan and h0, for the selected channels.

    Parameters
    ----------
    tensors
        dt, A, B, C, D, W, x and h0; the last four may be None.
    mask, channels
        As in `mmkernels.coupled_influence`.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device, shape or channel is wrong.
    """
    _check_kinds(tensors, mask)
    _check_shapes(tensors, mask)
    dt, A, B, C, D, W, x, h0 = (None if v is None else v.detach() for v in tensors.values())
    if dt is None or A is None or B is None or C is None:  # never: _check_kinds has refused it
        raise TypeError("coupled_influence: dt, A, B and C must be given.")
    n_modality, _, n_channel = dt.shape
    pick = torch.tensor(chosen_channels(channels, n_channel), device=dt.device)
    D = dt.new_zeros((n_modality, n_channel)) if D is None else D
    W = dt.new_full((n_modality, n_modality), 1.0 / n_modality) if W is None else W
    x = torch.ones_like(dt) if x is None else x
    real = torch.ones(dt.shape[:2], dtype=torch.bool, device=dt.device) if mask is None else mask
    dt, x, B, C = (torch.where(real.unsqueeze(-1), v, torch.zeros_like(v)) for v in (dt, x, B, C))
    op = SampleScan(dt[:, :, pick], A[:, pick], B, C, D[:, pick], W, x[:, :, pick], real)
    return op, (None if h0 is None else h0[:, pick])


def _influence_numba(*args: Any, **options: Any) -> Tensor:
    from mmkernels.cpu.influence import influence_numba

    return influence_numba(*args, **options)


register_backend(
    "coupled_influence", Backend("numba", _influence_numba, against_numba("mmkernels.cpu.influence", "dt"))
)
register_backend("coupled_influence", Backend("reference", influence_reference))


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
    """Return the coupled influence map of one sample, the effect of x[n, s] on y[m, t].

    With dt, B and C given, `coupled_scan` is linear in x, separately in every channel e:

    y[m,t,e] = sum_{n,s} K[m,t,n,s,e] x[n,s,e] + (output for h0 alone)[m,t,e],   K = 0 for s > t.

    K is exact, not an estimate: influence times inputs gives y to rounding. It is what [1]_ calls the hidden
    attention of Mamba, for M coupled modalities.

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
        (minus the output for h0). None: K itself, the sensitivity to a unit input.
    h0
        (M, E, N), state before the first step; its effect comes back as `of_initial_state`.
    mask
        (M, L) of dtype bool, True at real steps. A masked step neither influences nor is influenced
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
        (of_inputs, of_initial_state). No gradient flows through it.

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
    milliseconds per channel.

    References
    ----------
    .. [1] A. Ali, I. Zimerman, L. Wolf, *The Hidden Attention of Mamba Models*, arXiv:2403.01590 (M = 1).

    Examples
    --------
    Two modalities with mean coupling; an input of the second reaches the first one step later, halved
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
            "torch.autograd.forward_ad requested more. Call it outside, on plain tensors, in a loop over samples; for a "
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
