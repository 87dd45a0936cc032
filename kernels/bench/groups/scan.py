"""The coupled scan, M = 3, against a fast PyTorch loop, mambapy's parallel scan and the C++ ceiling."""

from typing import Any

from bench import contenders as field
from bench import fresh_process
from bench.problems import Settings, fitting, plan, shape
from bench.race import race
from bench.rows import Row, pack, unpack

SIZES = ((500, 16), (500, 64), (2000, 16), (2000, 64))
CASE = "coupled scan"


def one(L: int, N: int, quick: bool, wide: bool, compiled: bool) -> list[dict[str, Any]]:
    """Time one shape in this process; `wide`: with the parallel scans too."""
    sizes = fitting(shape(quick, 3, 16, L, 128, N))
    contenders = [field.ours(), field.loop(), field.ceiling(sizes)]
    if wide:
        contenders.append(field.mambapy())
    if wide and compiled:
        contenders.append(field.compiled())
    return pack(race("scan", CASE, sizes, contenders, plan(quick, 18.0 if L <= 500 else 25.0)))


def run(settings: Settings) -> list[Row]:
    """Run every shape in processes of their own: all threads, with AVX2 emulated where there is more, one thread."""
    rows = []
    for threads in settings.threads:
        for emulated in settings.emulations() if threads == settings.most else (False,):
            for L, N in SIZES[:1] if settings.quick else SIZES:
                if threads != settings.most and L > 500:
                    continue
                plain = threads == settings.most and not emulated
                found = fresh_process.call(
                    "bench.groups.scan:one",
                    threads,
                    emulate_avx2=emulated,
                    L=L,
                    N=N,
                    quick=settings.quick,
                    wide=plain and N == 16,
                    compiled=settings.compiled and L <= 500,
                )
                rows += unpack(found)
    return rows
