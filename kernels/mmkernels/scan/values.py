"""The opt-in check of the values given to a scan; `coupled_scan` itself looks only at shapes and dtypes."""

import torch
from torch import Tensor

from mmkernels.scan.shapes import check_arguments


def _require(name: str, values: Tensor, holds: Tensor, claim: str, remedy: str) -> None:
    """Raise with the first offending index and value unless `holds` everywhere."""
    if bool(holds.all()):
        return
    wrong = torch.nonzero(~holds)
    index = tuple(int(i) for i in wrong[0])
    raise ValueError(
        f"coupled_scan: {name} must be {claim}; {len(wrong)} of {values.numel()} values are not, the first at "
        f"index {index}: {values[index].item()!r}. {remedy}"
    )


def check(
    x: Tensor,
    dt: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    W: Tensor | None = None,
    *,
    h0: Tensor | None = None,
    mask: Tensor | None = None,
) -> None:
    """Check that the arguments of `coupled_scan` mean what they should; reads every value once.

    Parameters
    ----------
    x, dt, A, B, C, D, W, h0, mask
        As in `mmkernels.coupled_scan`. Masked steps of x, dt, B and C are not looked at.

    Raises
    ------
    TypeError, ValueError
        If a type, dtype, device or shape disagrees; if a value is not finite; if a decay rate A is not
        negative (the state would grow); if a step dt is negative. The message names the argument, the first
        offending index, the value there, and what to do.
    """
    named = {"dt": dt, "A": A, "B": B, "C": C, "D": D, "W": W}
    check_arguments(x, named, h0=h0, mask=mask)
    for name, values in {"x": x, **named, "h0": h0}.items():
        if values is None:
            continue
        finite = torch.isfinite(values)
        if mask is not None and name in ("x", "dt", "B", "C"):
            finite = finite | ~mask.unsqueeze(-1)
        _require(name, values, finite, "finite", "Repair the data, or pass mask=False at these steps.")
    _require("A", A, A < 0, "negative (a decay rate)", "Pass for example -torch.exp(A_log).")
    positive = dt >= 0 if mask is None else (dt >= 0) | ~mask.unsqueeze(-1)
    _require("dt", dt, positive, ">= 0 (a step size)", "Pass for example torch.nn.functional.softplus(dt).")
