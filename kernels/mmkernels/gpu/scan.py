"""Launch of the GPU scan kernels, forward and backward."""

import contextlib
import math
from typing import Any

import torch
import triton.language as tl
from torch import Tensor

from mmkernels.gpu.scan_kernels import coupled_backward, coupled_forward
from mmkernels.gpu.scan_segments import coupled_advance, coupled_compose, coupled_return
from mmkernels.gpu.tiling import (
    CHUNK,
    ScanArguments,
    Segments,
    backward_tile,
    checkpoint_shape,
    constants,
    forward_tile,
    multiprocessors,
    segments,
)

LOG2_E = math.log2(math.e)
Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


class Call:
    """Arguments that all kernels of one call share."""

    def __init__(self, given: ScanArguments, *, backward: bool, last: bool, number: int | None) -> None:
        n_modality, n_batch, n_time, n_channel = given.x.shape
        n_processor, arch = multiprocessors(given.x.device)
        case = given.case(last)
        tile = backward_tile(case, arch) if backward else forward_tile(case, arch)
        self.given, self.tile = given, tile
        self.sizes = (n_batch, n_time, n_channel)
        self.n_tile = math.ceil(n_channel / tile.channels)
        self.time = segments(n_time, self.n_tile * n_batch, n_processor, number)
        x, dt, A, B, C, D, W, mask = given
        if W is None and not given.uniform:
            W = torch.full((n_modality, n_modality), 1.0 / n_modality, dtype=given.real, device=x.device)
        self.x, self.dt, self.B, self.C = x.contiguous(), dt.contiguous(), B.contiguous(), C.contiguous()
        self.D, self.W = (None if v is None else v.contiguous() for v in (D, W))
        self.mask = None if mask is None else mask.contiguous().view(torch.uint8)
        self.rate = (A.to(given.real) * LOG2_E).transpose(1, 2).contiguous()
        real = tl.float64 if given.real == torch.float64 else tl.float32
        self.constants = {**constants(given, case, tile, real), "num_warps": 1}
        self.flags = {"M": n_modality, "UNIFORM": given.uniform, "MASKED": mask is not None}

    def states(self, *leading: int) -> Tensor:
        """Return uninitialised states (..., K, N, E)."""
        shape = (*leading, self.given.n_state_tile, self.given.A.shape[-1], self.sizes[2])
        return torch.empty(shape, dtype=self.given.real, device=self.x.device)

    def pack(self, h: Tensor) -> Tensor:
        """Return (M, B, E, N) as (B, K, N, E): the mean over modalities with uniform coupling."""
        h = h.to(self.given.real).permute(1, 0, 3, 2)
        return (h.mean(1, keepdim=True) if self.given.uniform else h).contiguous()

    def grid(self, time: Segments) -> int:
        """Return the number of programs."""
        return self.n_tile * time.number * self.sizes[0]

    def columns(self, n_skip: int) -> Tensor:
        """Return the end state of each segment, (runs, B, S, K, N, E), without the first `n_skip` runs."""
        n_run = 1 + self.given.n_state_tile - n_skip
        ends = self.states(n_run, self.sizes[0], self.time.number)
        coupled_advance[(self.grid(self.time), n_run)](
            self.x, self.dt, self.rate, self.B, self.W, self.mask, ends, *self.sizes, self.given.w_step,
            self.time.length, self.time.number, n_skip, **self.flags, **self.constants,
        )  # fmt: skip
        return ends

    def composed(self, columns: Tensor, offsets: Tensor, entry: Tensor | None, *, back: bool) -> Tensor:
        """Return the initial state of each segment, (B, S, K, N, E)."""
        found = self.states(self.sizes[0], self.time.number)
        n_batch, _, n_channel = self.sizes
        coupled_compose[(self.n_tile * n_batch,)](
            columns, offsets, entry, found, n_batch, n_channel, self.time.number,
            K=self.given.n_state_tile, ENTERED=entry is not None, BACK=back, **self.constants,
        )  # fmt: skip
        return found


def on_device(x: Tensor) -> contextlib.AbstractContextManager[Any]:
    """Return a context in which kernels go to the device of `x`."""
    return torch.cuda.device(x.device) if x.is_cuda else contextlib.nullcontext()


def run_forward(
    given: ScanArguments, h0: Tensor | None, save: bool, *, number: int | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return y, the last state (M, B, E, N), and the checkpoints (empty unless `save`).

    `number`: segments of time (None: as many as fill the GPU).
    """
    x, n_state = given.x, given.A.shape[-1]
    n_modality, n_batch, _, n_channel = x.shape
    y = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    last = torch.empty((n_modality, n_batch, n_channel, n_state), dtype=x.dtype, device=x.device)
    checkpoints = torch.empty(checkpoint_shape(given, save), dtype=given.real, device=x.device)
    if given.is_empty:
        return _without_states(given, h0, y, last, checkpoints)
    with on_device(x):
        call = Call(given, backward=False, last=False, number=number)
        start = None if h0 is None else call.pack(h0)
        if call.time.number > 1:
            ends = call.columns(0)
            start = call.composed(ends[1:], ends[0], start, back=False)
        chunk = CHUNK if save else call.time.length
        coupled_forward[(call.grid(call.time),)](
            call.x, call.dt, call.rate, call.B, call.C, call.D, call.W, call.mask, start, y, last, checkpoints,
            *call.sizes, given.w_step, chunk, call.time.length, call.time.number,
            U=call.tile.unroll, HAS_D=call.D is not None, STARTED=start is not None, SAVE=save,
            **call.flags, **call.constants,
        )  # fmt: skip
    return y, last, checkpoints


def run_backward(
    dy: Tensor,
    dh_last: Tensor | None,
    given: ScanArguments,
    checkpoints: Tensor,
    *,
    needs_W: bool,
    needs_h0: bool,
    number: int | None = None,
) -> Gradients:
    """Return the gradients of x, dt, A, B, C, D, W and h0; those of D, W and h0 are empty if not needed."""
    x, W, D, real = given.x, given.W, given.D, given.real
    if given.is_empty:
        return _without_adjoint(given, dy, dh_last, needs_W=needs_W, needs_h0=needs_h0)
    with on_device(x):
        one_last = given.uniform and dh_last is not None
        call = Call(given, backward=True, last=one_last, number=number)
        n_batch, n_time, n_channel = call.sizes
        n_modality, n_state, n_segment, n_tile = x.shape[0], given.A.shape[-1], call.time.number, call.n_tile

        def room(*shape: int, dtype: torch.dtype = real) -> Tensor:
            return torch.empty(shape, dtype=dtype, device=x.device)

        dy = dy.contiguous()
        last = dh_last.to(real).contiguous() if one_last and dh_last is not None else None
        ends = call.pack(dh_last) if dh_last is not None and not given.uniform else None
        if n_segment > 1:
            ends = call.composed(call.columns(1), _segment_adjoints(call, dy, last), ends, back=True)
        dx, ddt = room(*x.shape, dtype=x.dtype), room(*x.shape, dtype=x.dtype)
        dB, dC = (room(n_tile, n_modality, n_batch, n_time, n_state) for _ in range(2))
        d_rate = room(n_batch, n_segment, n_modality, n_state, n_channel)
        dD = room(n_batch, math.ceil(n_time / CHUNK), n_modality, n_channel) if D is not None else None
        dW = room(n_batch, n_segment, n_tile, n_modality, n_modality) if needs_W else None
        dh0 = call.states(n_batch) if needs_h0 else None
        coupled_backward[(call.grid(call.time),)](
            call.x, call.dt, call.rate, call.B, call.C, call.D, call.W, call.mask, dy, last, ends, checkpoints,
            call.states(n_batch, n_segment, CHUNK), dx, ddt, dB, dC, d_rate, dD, dW, dh0,
            *call.sizes, given.w_step, CHUNK, call.time.length, n_segment,
            R=call.tile.fold,
            HOIST=call.tile.hoist, HAS_D=D is not None, HAS_LAST=one_last, HAS_W=needs_W, HAS_H0=needs_h0,
            ENDED=ends is not None, **call.flags, **call.constants,
        )  # fmt: skip
        per_batch = W is not None and W.ndim == 3
        return (
            dx,
            ddt,
            _in_dtype_of(d_rate.sum((0, 1)).transpose(1, 2), x),
            _in_dtype_of(dB.sum(0), x),
            _in_dtype_of(dC.sum(0), x),
            x.new_empty(0) if dD is None else _in_dtype_of(dD.sum((0, 1)), x),
            x.new_empty(0) if dW is None else _in_dtype_of(dW.sum((1, 2) if per_batch else (0, 1, 2)), x),
            x.new_empty(0) if dh0 is None else _in_dtype_of(dh0.permute(1, 0, 3, 2).expand(n_modality, -1, -1, -1), x),
        )


def _in_dtype_of(values: Tensor, x: Tensor) -> Tensor:
    return values.to(x.dtype).contiguous()


def _segment_adjoints(call: Call, dy: Tensor, last: Tensor | None) -> Tensor:
    carries = call.states(call.sizes[0], call.time.number)
    coupled_return[(call.grid(call.time),)](
        call.dt, call.rate, call.C, call.W, call.mask, dy, last, carries, *call.sizes, call.given.w_step,
        call.time.length, call.time.number, HAS_LAST=last is not None, **call.flags, **call.constants,
    )  # fmt: skip
    return carries


def _without_states(
    given: ScanArguments, h0: Tensor | None, y: Tensor, last: Tensor, checkpoints: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the results where some size is 0: y is the direct path, the last state the first."""
    x, D, mask = given.x, given.D, given.mask
    y.copy_(torch.zeros_like(x) if D is None else D.unsqueeze(1).unsqueeze(1) * x)
    if mask is not None:
        y.masked_fill_(~mask.unsqueeze(-1), 0.0)
    last.copy_(torch.zeros_like(last) if h0 is None else h0)
    return y, last, checkpoints


def _without_adjoint(
    given: ScanArguments, dy: Tensor, dh_last: Tensor | None, *, needs_W: bool, needs_h0: bool
) -> Gradients:
    """Return the gradients of `_without_states`."""
    x, dt, A, B, C, D, W, mask = given
    dx, dD = torch.zeros_like(x), x.new_empty(0)
    if D is not None:
        real = torch.ones_like(x[..., :1]).bool() if mask is None else mask.unsqueeze(-1)
        seen, value = (torch.where(real, v, torch.zeros_like(v)) for v in (dy, x))
        dx, dD = D.unsqueeze(1).unsqueeze(1) * seen, (value * seen).sum((1, 2))
    dW = torch.zeros_like(W) if needs_W and W is not None else x.new_empty(0)
    h_shape = (x.shape[0], x.shape[1], x.shape[3], A.shape[-1])
    dh0 = x.new_empty(0) if not needs_h0 else x.new_zeros(h_shape) if dh_last is None else dh_last.clone()
    d_dt, dA, dB, dC = (torch.zeros_like(v) for v in (dt, A, B, C))
    return dx, d_dt, dA, dB, dC, dD, dW, dh0
