"""What the backward kernels gather over the channels of a chunk of time: dB and dC; and its copies of B and C.

The sums for dB and dC are gathered folded (`simd/fold.py`), (chunk, N, what is kept of 2 M sums), that of dy * drive
lane by lane, (chunk, M, width), where width is what one register holds.
"""

from numba import njit

from mmkernels.scan.numba_backend.forward import OPTIONS
from mmkernels.simd.fold import clear_folded, finish_folded, folded_of
from mmkernels.simd.memory import number_at, put
from mmkernels.simd.sums import clear, register_sum, width_of
from mmkernels.simd.vector import count_of


@njit(forceinline=True, **OPTIONS)
def begin(kind, sizes, inputs, scratch, place):  # type: ignore[no-untyped-def]
    """Set a chunk's sums to zero and copy its B and C to (step, N, 2, M): all modalities side by side.

    `scratch` is (sums, rows_u, small), `place` (first step, end, batch element).
    """
    n_batch, n_time, _, n_state = sizes
    sums, rows_u, small = scratch
    t0, t1, b = place
    M, width = count_of(kind), width_of(kind)
    plane = n_batch * n_time * n_state
    first = (b * n_time + t0) * n_state
    for i in range((t1 - t0) * n_state):
        clear_folded(kind, sums, i * folded_of(kind))
        for m in range(M):
            put(small, i * 2 * M + m, number_at(kind, inputs[3], m * plane + first + i))
            put(small, i * 2 * M + M + m, number_at(kind, inputs[4], m * plane + first + i))
    for i in range(t1 - t0):
        clear(kind, rows_u, i * M * width)


@njit(forceinline=True, **OPTIONS)
def flush(kind, sizes, scratch, grads, place):  # type: ignore[no-untyped-def]
    """Write a chunk's dB and dC; `place` is (first step, end, batch element, group).

    h = (what the decay left) + B * drive, so dC is its sum and B times the sum of dy * drive.
    """
    n_batch, n_time, _, n_state = sizes
    sums, rows_u, small = scratch
    dB, dC = grads
    t0, t1, b, group = place
    M, width = count_of(kind), width_of(kind)
    plane = n_batch * n_time * n_state
    for cell in range((t1 - t0) * n_state):
        finish_folded(kind, sums, cell * folded_of(kind))
    for i in range(t1 - t0):
        for m in range(M):
            pushed = register_sum(kind, rows_u, (i * M + m) * width)
            for n in range(n_state):
                cell = i * n_state + n
                local = cell * folded_of(kind) + m
                target = (group * M + m) * plane + (b * n_time + t0 + i) * n_state + n
                put(dB, target, number_at(kind, sums, local))
                fed = number_at(kind, small, cell * 2 * M + m) * pushed
                put(dC, target, number_at(kind, sums, local + M) + fed)
