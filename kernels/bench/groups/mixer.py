"""A whole Mamba block of transformers (MambaMixer), training: its two paths, with our scan in their place, and with all our operators.

"mmkernels' block" computes the same from the same weights with channels last throughout: no transposes, the convolution
and SiLU in one pass, and a weight for each thing that a projection makes, so that nothing has to be cut apart.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from mmkernels import causal_conv, coupled_scan, silu_gate
from mmkernels.timing.clock import measure
from mmkernels.timing.machine import simd
from torch import Tensor, nn
from torch.nn.functional import linear, silu, softplus

from bench import fresh_process
from bench.contenders import PEER
from bench.peers import missing_reason
from bench.problems import Settings, plan, worst
from bench.race import TRAINING
from bench.rows import NOT_INSTALLED, REFUSED, Row, pack, unpack

CASE = "transformers MambaMixer"
SLOW, MAMBAPY, OURS, BLOCK = "its slow path", "its mambapy path", "with mmkernels' scan", "mmkernels' block"


def scan(backend: str) -> Callable[..., Tensor]:
    """Return our scan behind the signature of transformers' mamba_selective_scan; layout (B, E, L)."""

    def run(
        u: Tensor,
        dt: Tensor,
        A: Tensor,
        B: Tensor,
        C: Tensor,
        D: Tensor | None = None,
        z: Tensor | None = None,
        delta_bias: Tensor | None = None,
        delta_softplus: bool = False,
        return_last_state: bool = False,
        **_: Any,
    ) -> Any:
        if delta_bias is not None:
            dt = dt + delta_bias.to(dt.dtype)[..., None]
        if delta_softplus:
            dt = softplus(dt)
        x, dt, B, C = (values.transpose(1, 2).contiguous().unsqueeze(0) for values in (u, dt, B, C))
        rate, skip = A.to(u.dtype).unsqueeze(0), None if D is None else D.to(u.dtype).unsqueeze(0)
        y, last = coupled_scan(x, dt, rate, B, C, skip, return_state=True, backend=backend)
        y = y[0].transpose(1, 2)
        y = y if z is None else y * silu(z)
        return (y, last[0]) if return_last_state else y

    return run


def _mixer(width: int, *, mambapy: bool, dtype: torch.dtype = torch.float32) -> nn.Module:
    """Return the block with the same weights every time."""
    from transformers import MambaConfig
    from transformers.models.mamba.modeling_mamba import MambaMixer

    torch.manual_seed(0)
    mixer: nn.Module = MambaMixer(MambaConfig(hidden_size=width, state_size=16, use_mambapy=mambapy), 0)
    return mixer.to(dtype)


def _block(mixer: Any, x: Tensor) -> Tensor:
    """Compute what the block computes, (B, L, d), with mmkernels' operators; Mamba, arXiv:2312.00752, Figure 3."""
    inner, rank, n_state = mixer.intermediate_size, mixer.time_step_rank, mixer.ssm_state_size
    into, gate = mixer.in_proj.weight.split(inner)
    to_low, to_B, to_C = mixer.x_proj.weight.split([rank, n_state, n_state])
    taps, bias = mixer.conv1d.weight.transpose(0, 1), mixer.conv1d.bias.unsqueeze(0)
    u = causal_conv(linear(x, into).unsqueeze(0), taps, bias, activation="silu", backend="numba")
    dt = softplus(linear(linear(u, to_low), mixer.dt_proj.weight, mixer.dt_proj.bias))
    A, D = -mixer.A_log.exp().unsqueeze(0), mixer.D.unsqueeze(0)
    y = coupled_scan(u, dt, A, linear(u, to_B), linear(u, to_C), D, backend="numba")[0]
    return linear(silu_gate(y, linear(x, gate), backend="numba"), mixer.out_proj.weight)


def _block_step(mixer: nn.Module, x: Tensor, _: object) -> list[Tensor]:
    """Take one training step with mmkernels' block; return output and gradients."""
    y = _block(mixer, x)
    return [y, *torch.autograd.grad(y.square().mean(), list(mixer.parameters()))]


def _step(mixer: nn.Module, x: Tensor, function: Callable[..., Any]) -> list[Tensor]:
    """Take one training step with `function` as the scan; return output and gradients."""
    from transformers.models.mamba import modeling_mamba

    shipped = modeling_mamba.mamba_selective_scan
    modeling_mamba.mamba_selective_scan = function
    try:
        y = mixer(x)
        return [y, *torch.autograd.grad(y.square().mean(), list(mixer.parameters()))]
    finally:
        modeling_mamba.mamba_selective_scan = shipped


def one(L: int, quick: bool) -> list[dict[str, Any]]:
    """Time the four in this process."""
    sizes = {"B": 2 if quick else 16, "L": 12 if quick else L, "d": 16 if quick else 128, "N": 16}
    names = (BLOCK, OURS, SLOW, MAMBAPY)
    rows = {n: Row("mixer", CASE, sizes, TRAINING, n, torch.get_num_threads(), simd()) for n in names}
    missing = missing_reason("transformers", "mambapy")
    if missing is not None:
        for row in rows.values():
            row.status, row.note = NOT_INSTALLED, missing
        return pack(list(rows.values()))
    from transformers.models.mamba import modeling_mamba

    shipped = modeling_mamba.mamba_selective_scan
    draw = torch.Generator().manual_seed(0)
    small = {**sizes, "B": 2, "L": min(sizes["L"], 40)}
    x = torch.randn(small["B"], small["L"], sizes["d"], generator=draw)
    whole = _mixer(sizes["d"], mambapy=False, dtype=torch.float64)
    right = _step(whole, x.double(), scan("reference"))
    works: dict[str, Callable[[], object]] = {}
    full = torch.randn(sizes["B"], sizes["L"], sizes["d"], generator=draw)
    for name, row in rows.items():
        mixer = _mixer(sizes["d"], mambapy=name == MAMBAPY)
        function = scan("numba") if name == OURS else shipped
        step = _block_step if name == BLOCK else _step
        row.error, row.error_shape = worst(step(mixer, x, function), right), small
        if not row.error <= PEER:
            row.status, row.note = REFUSED, f"its error {row.error:.1e} is above {PEER:.0e}: not timed"
            continue
        works[name] = partial(step, mixer, full, function)
    for name, time in measure(works, plan(quick, 30.0)).items():
        rows[name].time = time
    return pack(list(rows.values()))


def run(settings: Settings) -> list[Row]:
    """Run L = 50 and 500."""
    rows = []
    for L in (50,) if settings.quick else (50, 500):
        rows += unpack(fresh_process.call("bench.groups.mixer:one", settings.most, L=L, quick=settings.quick))
    return rows
