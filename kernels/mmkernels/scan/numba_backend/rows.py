"""What the backward kernels gather over the channels of a chunk of time: dB and dC; and its copies of B and C.

A *cell* is the scratch of one step and state of a chunk: blocks of M vectors side by side, so that one address
serves them all. The last two blocks of every cell are the sums for dB and dC, lane by lane.
"""

from numba import njit

from mmkernels.scan.numba_backend.forward import OPTIONS
from mmkernels.simd.arithmetic import zero
from mmkernels.simd.memory import lane_sum, number_at, put, store_block
from mmkernels.simd.vector import count_of, lanes_of


@njit(forceinline=True, **OPTIONS)
def begin(kind, sizes, inputs, scratch, place):  # type: ignore[no-untyped-def]
    """Set a chunk's sums to zero and copy its B and C to (step, N, 2, M): all modalities side by side.

    `scratch` is (cells, blocks per cell, rows_u, small), `place` (first step, end, batch element).
    """
    n_batch, n_time, _, n_state = sizes
    cells, n_block, rows_u, small = scratch
    t0, t1, b = place
    M, block = count_of(kind), count_of(kind) * lanes_of(kind)
    plane = n_batch * n_time * n_state
    first = (b * n_time + t0) * n_state
    for i in range((t1 - t0) * n_state):
        store_block(cells, (i * n_block + n_block - 2) * block, zero(kind))
        store_block(cells, (i * n_block + n_block - 1) * block, zero(kind))
        for m in range(M):
            put(small, i * 2 * M + m, number_at(kind, inputs[3], m * plane + first + i))
            put(small, i * 2 * M + M + m, number_at(kind, inputs[4], m * plane + first + i))
    for i in range(t1 - t0):
        store_block(rows_u, i * block, zero(kind))


@njit(forceinline=True, **OPTIONS)
def flush(kind, sizes, scratch, grads, place):  # type: ignore[no-untyped-def]
    """Write a chunk's dB and dC, summed over lanes; `place` is (first step, end, batch element, group).

    h = (what the decay left) + B * drive, so dC is its sum and B times the sum of dy * drive.
    """
    n_batch, n_time, _, n_state = sizes
    cells, n_block, rows_u, small = scratch
    dB, dC = grads
    t0, t1, b, group = place
    M, lanes = count_of(kind), lanes_of(kind)
    plane = n_batch * n_time * n_state
    for i in range(t1 - t0):
        for m in range(M):
            pushed = lane_sum(kind, rows_u, (i * M + m) * lanes)
            for n in range(n_state):
                cell = i * n_state + n
                local = (cell * n_block + n_block - 2) * M * lanes + m * lanes
                target = (group * M + m) * plane + (b * n_time + t0 + i) * n_state + n
                put(dB, target, lane_sum(kind, cells, local))
                fed = number_at(kind, small, cell * 2 * M + m) * pushed
                put(dC, target, lane_sum(kind, cells, local + M * lanes) + fed)
