"""Two kernels over all pairs of points, with nothing of size (n, m) in memory.

Both need of a cost c[i, j] = sx[i] + sy[j] - w x[i].y[j] only what depends on j: with k = w log2(e) / epsilon and
h[j] = log2 b[j] + (g[j] - sy[j]) log2(e) / epsilon the soft minimum over j is one logarithm of
sum_j 2**(h[j] + k x[i].y[j]).
"""

import triton
import triton.language as tl


@triton.jit
def _exponents(x, y, h, k, at, sizes, BN: tl.constexpr, BM: tl.constexpr, BD: tl.constexpr):  # type: ignore[no-untyped-def]
    """Return (BN, BM) exponents h[j] + k x[i].y[j]; -inf beyond the last column. `at` is (batch, row, column)."""
    b, i0, j0 = at
    n, m, d = sizes
    i, j = i0 + tl.arange(0, BN), j0 + tl.arange(0, BM)
    dot = tl.zeros((BN, BM), tl.float32)
    for d0 in range(0, d, BD):
        c = d0 + tl.arange(0, BD)
        left = tl.load(x + (b * n + i)[:, None] * d + c[None, :], mask=(i < n)[:, None] & (c < d)[None, :], other=0.0)
        right = tl.load(y + (b * m + j)[None, :] * d + c[:, None], mask=(j < m)[None, :] & (c < d)[:, None], other=0.0)
        dot += tl.dot(left, right, input_precision="ieee")
    return dot * k + tl.load(h + b * m + j, mask=j < m, other=float("-inf"))[None, :]


@triton.jit
def soft_rows(x, y, h, k, out, n, m, d, BN: tl.constexpr, BM: tl.constexpr, BD: tl.constexpr):  # type: ignore[no-untyped-def]
    """Write out[b, i] = log2 sum_j 2**(h[b, j] + k[b] x[b, i].y[b, j]); x (B, n, d), y (B, m, d), k (B,)."""
    b = tl.program_id(1).to(tl.int64)
    i0 = tl.program_id(0) * BN
    scale = tl.load(k + b)
    best = tl.full((BN,), float("-inf"), tl.float32)
    total = tl.zeros((BN,), tl.float32)
    for j0 in range(0, m, BM):
        z = _exponents(x, y, h, scale, (b, i0, j0), (n, m, d), BN, BM, BD)
        new = tl.maximum(best, tl.max(z, axis=1))
        safe = tl.where(new == float("-inf"), 0.0, new)
        total = total * tl.exp2(best - safe) + tl.sum(tl.exp2(z - safe[:, None]), axis=1)
        best = new
    i = i0 + tl.arange(0, BN)
    tl.store(out + b * n + i, best + tl.log2(total), mask=i < n)


@triton.jit
def soft_mean(x, y, h, k, soft, out, n, m, d, BN: tl.constexpr, BM: tl.constexpr, BD: tl.constexpr):  # type: ignore[no-untyped-def]
    """Write out[b, i] = sum_j 2**(h[b, j] + k[b] x[b, i].y[b, j] - soft[b, i]) y[b, j], channels of one block."""
    b = tl.program_id(2).to(tl.int64)
    i0 = tl.program_id(0) * BN
    scale = tl.load(k + b)
    i, c = i0 + tl.arange(0, BN), tl.program_id(1) * BD + tl.arange(0, BD)
    norm = tl.load(soft + b * n + i, mask=i < n, other=0.0)
    norm = tl.where(norm == float("-inf"), 0.0, norm)
    total = tl.zeros((BN, BD), tl.float32)
    for j0 in range(0, m, BM):
        weight = tl.exp2(_exponents(x, y, h, scale, (b, i0, j0), (n, m, d), BN, BM, BD) - norm[:, None])
        j = j0 + tl.arange(0, BM)
        values = tl.load(y + (b * m + j)[:, None] * d + c[None, :], mask=(j < m)[:, None] & (c < d)[None, :], other=0.0)
        total += tl.dot(weight, values, input_precision="ieee")
    tl.store(out + (b * n + i)[:, None] * d + c[None, :], total, mask=(i < n)[:, None] & (c < d)[None, :])
