"""The promised ratios on a GPU."""

from collections.abc import Iterator

from bench import fusion
from bench.bars import FORWARD, Verdict, at_least, at_most, pairs, where
from bench.groups.scan_gpu import COUPLED, MAMBA_CUDA, MAMBA_THREE, SINGLE, TRITON
from bench.rows import Row, find

SHARE = "share of highest floor"
LONG = 2000
FLOOR = "GPU forward, share of max(exp, memory, issue) floor"
AGAINST_MAMBA = "GPU, mamba-ssm CUDA / ours, one modality"
THREE_CALLS = "GPU, coupled M = 3 / three mamba-ssm calls"
TIME, MEMORY = (f"GPU inference, {what} saved against cross-attention" for what in ("time", "memory"))
ATTENTION = ((fusion.STORED, "materialised"), (fusion.FUSED, "SDPA"))

# What is promised, where and how much: the rows that are empty as long as no GPU has been measured.
PROMISED = (
    *((FLOOR, f"B=64, L={L}, {FORWARD}", "≥ 60 %") for L in (500, 5000)),
    (AGAINST_MAMBA, f"L up to {LONG}, {FORWARD}", "≥ 3×"),
    (AGAINST_MAMBA, f"L above {LONG}, {FORWARD}", "≥ 1.5×"),
    (AGAINST_MAMBA, "forward + backward", "≥ 1.5×"),
    (THREE_CALLS, "all L", "≤ 1×"),
    *((f"{TIME}, {name}", "L=500", "≥ 49 %") for _, name in ATTENTION),
    *((f"{MEMORY}, {name}", "L=500", "≥ 83.7 %") for _, name in ATTENTION),
)


def floor(rows: list[Row]) -> Iterator[Verdict]:
    """Judge how near the forward pass comes to what the device allows."""
    for row in find(rows, group="scan_gpu", case=COUPLED, contender=TRITON, step=FORWARD):
        if SHARE in row.values and row.shape["L"] in (500, 5000):
            share = 100.0 * row.values[SHARE]
            yield at_least(FLOOR, where(row, "B", "L"), 60.0, share, " %")


def against_mamba(rows: list[Row]) -> Iterator[Verdict]:
    """Judge the scan against mamba-ssm's CUDA kernel."""
    rows = find(rows, group="scan_gpu")
    for row, ratio in pairs(rows, TRITON, MAMBA_CUDA, case=SINGLE):
        limit = 1.5 if row.step != FORWARD or row.shape["L"] > LONG else 3.0
        yield at_least(AGAINST_MAMBA, where(row, "B", "L"), limit, ratio)
    for row, ratio in pairs(rows, TRITON, MAMBA_THREE, case=COUPLED):
        yield at_most(THREE_CALLS, where(row, "B", "L"), 1.0, 1.0 / ratio)


def block(rows: list[Row]) -> Iterator[Verdict]:
    """Judge inference against cross-attention at L = 500: the paper's headlines, on one block."""
    rows = find(rows, group="block_gpu", L=500)
    for slow, name in ATTENTION:
        for row, ratio in pairs(rows, fusion.COUPLED, slow):
            saved = 100.0 * (1.0 - 1.0 / ratio)
            yield at_least(f"{TIME}, {name}", where(row, "L"), 49.0, saved, " %")
            for other in find(rows, contender=slow):
                if row.peak_bytes and other.peak_bytes:
                    less = 100.0 * (1.0 - row.peak_bytes / other.peak_bytes)
                    yield at_least(f"{MEMORY}, {name}", where(row, "L"), 83.7, less, " %")


ALL = (floor, against_mamba, block)
