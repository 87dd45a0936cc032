"""The kernels of the gate: once over the data each way."""

from numba import njit

from mmkernels.scan.numba_backend.forward import OPTIONS
from mmkernels.simd.arithmetic import multiply, multiply_add, one_minus
from mmkernels.simd.exponential import load_terms, sigmoid_by
from mmkernels.simd.memory import load_lanes, store_lanes
from mmkernels.simd.vector import lanes_of


@njit(cache=True, **OPTIONS)
def gate_forward(kind, table, inputs, y, first, last):  # type: ignore[no-untyped-def]
    """Write y = x silu(z) for numbers first <= i < last; `inputs` are the addresses of x and z, `table` that of 2**x."""
    x, z = inputs
    terms = load_terms(kind, table)
    for i in range(first, last, lanes_of(kind)):
        gate = load_lanes(kind, z, i, 0, last - i)
        open_by = multiply(gate, sigmoid_by(terms, gate))
        store_lanes(y, i, 0, multiply(load_lanes(kind, x, i, 0, last - i), open_by), last - i)


@njit(cache=True, **OPTIONS)
def gate_backward(kind, table, inputs, grads, first, last):  # type: ignore[no-untyped-def]
    """Write the gradients of x and z for numbers first <= i < last; `grads` are the addresses of dy, dx and dz."""
    x, z = inputs
    dy, dx, dz = grads
    terms = load_terms(kind, table)
    for i in range(first, last, lanes_of(kind)):
        n_valid = last - i
        gate, g = load_lanes(kind, z, i, 0, n_valid), load_lanes(kind, dy, i, 0, n_valid)
        share = sigmoid_by(terms, gate)
        open_by = multiply(gate, share)
        slope = multiply_add(open_by, one_minus(share), share)
        store_lanes(dx, i, 0, multiply(g, open_by), n_valid)
        store_lanes(dz, i, 0, multiply(multiply(g, load_lanes(kind, x, i, 0, n_valid)), slope), n_valid)
