"""Upper bound on a CPU: the coupled scan in hand-written C++ with OpenMP, compiled once per machine; not a backend."""

import ctypes
import hashlib
import math
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmkernels.timing.machine import EMULATE_AVX2, compiler, flags, simd
from torch import Tensor

SOURCES = [Path(__file__).with_name(name) for name in ("coupled.cpp", "vector.h")]
OPTIONS = [
    "-std=c++17",
    "-O3",
    "-fopenmp",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=fast",
    "-shared",
    "-fPIC",
]


@cache
def library() -> tuple[ctypes.CDLL | None, str | None]:
    """Return the compiled library, or None and the reason."""
    command = compiler()
    if command is None:
        return None, "no C++ compiler"
    emulated = os.environ.get("NUMBA_CPU_NAME") == EMULATE_AVX2["NUMBA_CPU_NAME"]
    options = [*OPTIONS, "-march=haswell" if emulated else "-march=native"]
    source = Path(__file__).with_name("coupled.cpp")
    text = b"".join(path.read_bytes() for path in SOURCES)
    mark = hashlib.sha256(text + " ".join([command, *options, *flags()]).encode()).hexdigest()[:16]
    folder = Path(__file__).parent / "build"
    target = folder / f"coupled-{mark}.so"
    if not target.exists():
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            made = Path(work) / "coupled.so"
            done = subprocess.run(
                [command, *options, "-o", str(made), str(source)], capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                return None, f"{command} could not compile it: {done.stderr.strip()[-300:]}"
            made.replace(target)
    return ctypes.CDLL(str(target)), None


CHUNK = 16  # steps between two checkpoints
TILE_BYTES = 1 << 17  # states and decay rates of one tile of channels, as in the Numba kernels


def _new(*shape: int) -> Tensor:
    """Return uninitialised memory; numpy requests huge pages, torch does not."""
    return torch.from_numpy(np.empty(shape, np.float32))


def _at(tensor: Tensor | None) -> ctypes.c_void_p:
    return ctypes.c_void_p(0 if tensor is None else tensor.data_ptr())


def _sizes(x: Tensor, A: Tensor) -> list[Any]:
    M, B, L, E = x.shape
    longs = [ctypes.c_long(size) for size in (B, L, E, A.shape[2], CHUNK)]
    return [ctypes.c_int(M), *longs, ctypes.c_float(1.0 / M)]


def _loaded() -> ctypes.CDLL:
    found, reason = library()
    if found is None:
        raise RuntimeError(f"bench: the ceiling cannot run: {reason}")
    return found


def missing_reason(shape_M: int, shape_E: int) -> str | None:
    """Return why the ceiling cannot run for this many modalities and channels, or None."""
    found, reason = library()
    if found is None:
        return reason
    width = found.vector_width()
    if shape_M not in (1, 2, 3) or shape_E % width:
        return f"it is written for M = 1, 2, 3 and E a multiple of {width}"
    return None


class _Ceiling(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        M, n_batch, L, E = x.shape
        N, code = A.shape[2], _loaded()
        x, dt, B, C = (values.contiguous() for values in (x, dt, B, C))
        rate = (A * math.log2(math.e)).transpose(1, 2).contiguous()
        save = any(ctx.needs_input_grad)
        checkpoints = _new(n_batch, -(-L // CHUNK), N, E) if save else None
        y, width = _new(M, n_batch, L, E), code.vector_width()
        tile = width << max(1, TILE_BYTES // (4 * N * (1 + M) * width)).bit_length() - 1
        arrays = [_at(v) for v in (x, dt, rate, B, C, y, checkpoints)]
        code.coupled_forward(*_sizes(x, A), *arrays, ctypes.c_long(min(tile, E)))
        ctx.save_for_backward(x, dt, A, rate, B, C, checkpoints)
        return y

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> Any:
        x, dt, A, rate, B, C, checkpoints = ctx.saved_tensors
        dx, ddt, dB, dC = _new(*x.shape), _new(*x.shape), _new(*B.shape), _new(*B.shape)
        drate = torch.zeros_like(rate)
        dy = dy.contiguous()
        arrays = [_at(v) for v in (x, dt, rate, B, C, checkpoints, dy, dx, ddt, drate, dB, dC)]
        keep = simd() != "avx512"  # measured: keeping the exponentials pays where there is no AVX-512
        _loaded().coupled_backward(*_sizes(x, A), *arrays, ctypes.c_int(keep))
        return dx, ddt, drate.transpose(1, 2), dB, dC


def coupled_ceiling(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    """Run the coupled scan with W = 1 / M, float32; arguments as in `mmkernels.coupled_scan`."""
    y: Tensor = _Ceiling.apply(x, dt, A, B, C)
    return y
