"""Promised ratios on CPU and GPU, each from the rows of one run: expected, measured, met or not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench import contenders, fusion
from bench.groups.scan_gpu import COUPLED, MAMBA_CUDA, MAMBA_THREE, SINGLE, TRITON
from bench.rows import Row, find

FORWARD, TRAINING = "forward", "forward + backward"


@dataclass(frozen=True)
class Verdict:
    """One promised ratio: name, shape and machine, expected and measured number, whether it is met."""

    bar: str
    where: str
    expected: str
    measured: str
    met: bool


def at_least(bar: str, where: str, limit: float, value: float, unit: str = "×") -> Verdict:
    """Return the verdict on a number that must be at least the limit."""
    return Verdict(bar, where, f"≥ {limit:g}{unit}", _written(value, unit), value >= limit)


def at_most(bar: str, where: str, limit: float, value: float, unit: str = "×") -> Verdict:
    """Return the verdict on a number that must be at most the limit."""
    return Verdict(bar, where, f"≤ {limit:g}{unit}", _written(value, unit), value <= limit)


def _written(value: float, unit: str) -> str:
    return f"{value:.0f}{unit}" if abs(value) >= 100 else f"{value:.3g}{unit}"


def pairs(rows: list[Row], fast: str, slow: str, **wanted: object) -> Iterator[tuple[Row, float]]:
    """Yield each measured row of `fast` with slow / fast: medians of the same run, shape, step and threads."""
    for row in find(rows, contender=fast, **wanted):
        same = {"group": row.group, "case": row.case, "shape": row.shape, "step": row.step, "threads": row.threads}
        for other in find(rows, contender=slow, simd=row.simd, **same):
            if row.median and other.median:
                yield row, other.median / row.median


def _most(rows: list[Row]) -> int:
    return max((row.threads for row in rows), default=0)


def where(row: Row, *names: str) -> str:
    """Return sizes, step and machine as text."""
    sizes = ", ".join(f"{name}={row.shape[name]}" for name in names)
    on = f"{row.simd}, {row.threads} thread{'s' if row.threads > 1 else ''}" if row.threads else row.simd
    return f"{sizes}, {row.step}, {on}"


def scan(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on the coupled scan against the loop, forward, and the ceiling."""
    rows = [row for row in find(rows, group="scan") if row.threads == _most(rows)]
    for row, ratio in pairs(rows, contenders.NUMBA, contenders.LOOP, step=FORWARD):
        limit = 20.0 if row.simd == "avx512" else 12.0
        yield at_least("coupled scan, fair PyTorch loop / ours", where(row, "B", "L", "N"), limit, ratio)
    for row, ratio in pairs(rows, contenders.NUMBA, contenders.CEILING):
        limit = 1.15 if row.step == FORWARD else 1.25
        yield at_most("coupled scan, ours / C++ ceiling", where(row, "B", "L", "N"), limit, 1.0 / ratio)


def best_state(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on training against the loop, each alone in its best state: the lower ratio of medians and least times."""
    rows = find(rows, group="best_state")
    for row in find(rows, contender=contenders.NUMBA):
        for other in find(rows, contender=contenders.LOOP, shape=row.shape, threads=row.threads, simd=row.simd):
            if row.time is None or other.time is None:
                continue
            ratio = min(other.time[key] / row.time[key] for key in ("median", "least"))
            limit = 15.0 if row.simd == "avx512" else 10.0
            place = where(row, "B", "L", "N") + "; the lower of the ratios of medians and of least times"
            yield at_least("coupled scan, fair PyTorch loop / ours, each alone in its best state", place, limit, ratio)


def selective(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on M = 1 versus transformers + mambapy and the reference as shipped."""
    rows = find(rows, group="selective", L=500, step=TRAINING)
    for slow, limit in ((contenders.HF_MAMBAPY, 70.0), (contenders.MAMBA_REF, 1000.0)):
        note = " (quadratic in L)" if slow == contenders.MAMBA_REF else ""
        for row, ratio in pairs(rows, contenders.NUMBA, slow):
            yield at_least(f"selective scan, {slow}{note} / ours", where(row, "L"), limit, ratio)


def limits(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on exponentials per second as a share of the maximum of this machine."""
    from bench.groups.limits import CPP_ALONE, OURS_ALONE, RATE

    rows = find(rows, group="limits")
    for row in find(rows, contender=contenders.NUMBA, threads=_most(rows)):
        for name in (OURS_ALONE, CPP_ALONE):
            for alone in find(rows, contender=name, threads=row.threads):
                share = 100.0 * row.values[RATE] / alone.values[RATE]
                yield at_least(f"forward, share of {name}", where(row, "L", "N"), 50.0, share, " %")


def coupling(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on the cost of coupling."""
    from bench.groups.coupling import GENERAL, MEAN, THREE

    rows = find(rows, group="coupling")
    for row, ratio in pairs(rows, MEAN, THREE):
        yield at_most("coupled M = 3 / three scans of one modality", where(row, "L", "N"), 1.0, 1.0 / ratio)
    for row, ratio in pairs(rows, MEAN, GENERAL):
        yield at_most("general W / W constant", where(row, "L", "N"), 1.6, ratio)


def heads(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on the forward pass with one rate per head; at L = 50 and one sample the call itself takes most of the time."""
    from bench.groups.heads import ONE, REPEATED

    for row, ratio in pairs(find(rows, group="heads", step=FORWARD), ONE, REPEATED):
        if row.shape["L"] > 50:
            yield at_least(
                "rate repeated over the states / one rate per channel", where(row, "B", "L", "N"), 2.0, ratio
            )


def _bytes_of_results(M: int, B: int, L: int, E: int, N: int) -> int:
    """Return the bytes of y, dx, ddt, dB, dC and dA in float32."""
    return 4 * (3 * M * B * L * E + 2 * M * B * L * N + M * E * N)


def memory(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on the peak memory of training, and that it grows like L."""
    rows = find(rows, group="memory")
    ours = {row.shape["L"]: row.peak_bytes or 0 for row in find(rows, contender=contenders.NUMBA)}
    for L, own in ours.items():
        peers = [r.peak_bytes for n in (contenders.LOOP, contenders.MAMBAPY) for r in find(rows, contender=n, L=L)]
        least = min((peak for peak in peers if peak), default=None)
        if least and own:
            yield at_least("training memory, best PyTorch scan / ours", f"L={L}, N=16", 25.0, least / own)
            results = _bytes_of_results(**find(rows, contender=contenders.NUMBA, L=L)[0].shape)
            extra = (least - results) / max(1, own - results)
            where_ = f"L={L}, N=16; the results alone are {results / 2**20:.0f} MiB"
            yield at_least("the same beyond y and the gradients, which all must hold", where_, 25.0, extra)
    if ours.get(4000) and ours.get(1000):
        growth = ours[4000] / ours[1000]
        yield at_most("training memory, L=4000 / L=1000 (linear is 4)", "N=16", 4.4, growth)


def mixer(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on a whole Mamba block against that of transformers."""
    from bench.groups.mixer import BLOCK, MAMBAPY, SLOW

    for slow, limit in ((SLOW, 10.0), (MAMBAPY, 7.0)):
        for row, ratio in pairs(find(rows, group="mixer"), BLOCK, slow):
            yield at_least(f"MambaMixer, {slow} / {BLOCK}", where(row, "L"), limit, ratio)


def attention(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on the Coupled Mamba block against cross-attention."""
    from bench.fusion import COUPLED, FUSED

    limits_by_length = {500: 3.0, 2000: 6.0, 8000: 15.0}
    for row, ratio in pairs(find(rows, group="attention"), COUPLED, FUSED, step=TRAINING):
        if row.shape["L"] in limits_by_length:
            yield at_least(
                "cross-attention (SDPA) / Coupled Mamba block",
                where(row, "B", "L"),
                limits_by_length[row.shape["L"]],
                ratio,
            )


def transport(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on Sinkhorn against batched PyTorch and POT, and the equality of plans."""
    from bench.groups.transport import LOOP, NUMBA, POT_BATCH

    rows = find(rows, group="transport")
    for slow in (LOOP, POT_BATCH):
        for row, ratio in pairs(rows, NUMBA, slow):
            limit = 6.0 if row.shape["n"] < 500 else 15.0
            yield at_least(f"Sinkhorn, {slow} / ours", where(row, "problems", "n"), limit, ratio)
    for row in find(rows, contender=NUMBA):
        if row.error is not None:
            size = f"n={row.shape['n']}, relative to the largest entry"
            yield Verdict("Sinkhorn, plans equal", size, "≤ 1e-6", f"{row.error:.1e}", row.error <= 1e-6)


def startup(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on the first call of a fresh process."""
    from bench.groups.startup import WARM

    for row in find(rows, group="startup", contender=WARM):
        if row.median is not None:
            place = f"after the import of mmkernels, which took {row.values['import ms'] / 1e3:.2g} s"
            yield at_most("first call, kernels on disk", place, 1.0, row.median / 1e3, " s")


def influence(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on the time of an influence map."""
    for row in find(rows, group="influence", contender="numba float32"):
        if row.median is not None:
            yield at_most("influence map", where(row, "M", "L", "E"), 1.0, row.median / 1e3, " s")


ALL: tuple[Callable[[list[Row]], Iterator[Verdict]], ...] = (
    scan,
    best_state,
    selective,
    limits,
    coupling,
    heads,
    memory,
    mixer,
    attention,
    transport,
    influence,
    startup,
)


def verdicts(rows: list[Row]) -> list[Verdict]:
    """Return the verdicts on everything that was measured."""
    return [verdict for bar in ALL for verdict in bar(rows)]


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
    """Yield verdicts on the forward pass relative to the lower bound of the device."""
    for row in find(rows, group="scan_gpu", case=COUPLED, contender=TRITON, step=FORWARD):
        if SHARE in row.values and row.shape["L"] in (500, 5000):
            share = 100.0 * row.values[SHARE]
            yield at_least(FLOOR, where(row, "B", "L"), 60.0, share, " %")


def against_mamba(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on the scan against mamba-ssm's CUDA kernel."""
    rows = find(rows, group="scan_gpu")
    for row, ratio in pairs(rows, TRITON, MAMBA_CUDA, case=SINGLE):
        limit = 1.5 if row.step != FORWARD or row.shape["L"] > LONG else 3.0
        yield at_least(AGAINST_MAMBA, where(row, "B", "L"), limit, ratio)
    for row, ratio in pairs(rows, TRITON, MAMBA_THREE, case=COUPLED):
        yield at_most(THREE_CALLS, where(row, "B", "L"), 1.0, 1.0 / ratio)


def block(rows: list[Row]) -> Iterator[Verdict]:
    """Yield verdicts on inference against cross-attention at L = 500: the paper's headline ratios, on one block."""
    rows = find(rows, group="block_gpu", L=500)
    for slow, name in ATTENTION:
        for row, ratio in pairs(rows, fusion.COUPLED, slow):
            saved = 100.0 * (1.0 - 1.0 / ratio)
            yield at_least(f"{TIME}, {name}", where(row, "L"), 49.0, saved, " %")
            for other in find(rows, contender=slow):
                if row.peak_bytes and other.peak_bytes:
                    less = 100.0 * (1.0 - row.peak_bytes / other.peak_bytes)
                    yield at_least(f"{MEMORY}, {name}", where(row, "L"), 83.7, less, " %")


ALL_GPU = (floor, against_mamba, block)
