"""The promised ratios on a GPU."""

from collections.abc import Iterator

from bench import fusion
from bench.bars import FORWARD, Verdict, at_least, at_most, pairs, where
from bench.groups.scan_gpu import COUPLED, MAMBA_CUDA, MAMBA_THREE, SINGLE, TRITON
from bench.rows import Row, find

SHARE = "share of highest floor"
LONG = 2000


def floor(rows: list[Row]) -> Iterator[Verdict]:
    """Judge how near the forward pass comes to what the device allows."""
    for row in find(rows, group="scan_gpu", case=COUPLED, contender=TRITON, step=FORWARD):
        if SHARE in row.values and row.shape["L"] in (500, 5000):
            share = 100.0 * row.values[SHARE]
            yield at_least(
                "GPU forward, share of max(exp, memory, issue) floor", where(row, "B", "L"), 60.0, share, " %"
            )


def against_mamba(rows: list[Row]) -> Iterator[Verdict]:
    """Judge the scan against mamba-ssm's CUDA kernel."""
    rows = find(rows, group="scan_gpu")
    for row, ratio in pairs(rows, TRITON, MAMBA_CUDA, case=SINGLE):
        limit = 1.5 if row.step != FORWARD or row.shape["L"] > LONG else 3.0
        yield at_least("GPU, mamba-ssm CUDA / ours, one modality", where(row, "B", "L"), limit, ratio)
    for row, ratio in pairs(rows, TRITON, MAMBA_THREE, case=COUPLED):
        yield at_most("GPU, coupled M = 3 / three mamba-ssm calls", where(row, "B", "L"), 1.0, 1.0 / ratio)


def block(rows: list[Row]) -> Iterator[Verdict]:
    """Judge inference against cross-attention at L = 500: the paper's headlines, on one block."""
    rows = find(rows, group="block_gpu", L=500)
    for slow, name in ((fusion.STORED, "materialised"), (fusion.FUSED, "SDPA")):
        for row, ratio in pairs(rows, fusion.COUPLED, slow):
            saved = 100.0 * (1.0 - 1.0 / ratio)
            yield at_least(
                f"GPU inference, time saved against cross-attention, {name}", where(row, "L"), 49.0, saved, " %"
            )
            for other in find(rows, contender=slow):
                if row.peak_bytes and other.peak_bytes:
                    less = 100.0 * (1.0 - row.peak_bytes / other.peak_bytes)
                    bar = f"GPU inference, memory saved against cross-attention, {name}"
                    yield at_least(bar, where(row, "L"), 83.7, less, " %")


ALL = (floor, against_mamba, block)
