"""Cost of coupling: M = 3 against three scans of one modality, and a general W against W constant."""

from typing import Any

from mmkernels import coupled_scan
from torch import Tensor

from bench import fresh_process
from bench.contenders import OURS, Contender, separate
from bench.problems import Settings, coupling, plan, shape
from bench.race import race
from bench.rows import Row, pack, unpack

CASE = "coupling"
MEAN, GENERAL, IDENTITY, THREE = "W constant (None)", "W general", "W = I", "M scans of one modality"


def with_coupling(kind: str, name: str, backend: str = "numba") -> Contender:
    """Return our operator with one kind of W."""

    def run(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        return coupled_scan(x, dt, A, B, C, W=coupling(kind, len(x), x.dtype, str(x.device)), backend=backend)

    return Contender(name, run, tolerance=OURS, coupling=kind)


def _alone(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    return coupled_scan(x, dt, A, B, C, backend="numba")


def one(L: int, N: int, quick: bool) -> list[dict[str, Any]]:
    """Time one shape in this process."""
    contenders = [
        with_coupling("mean", MEAN),
        with_coupling("general", GENERAL),
        with_coupling("identity", IDENTITY),
        separate(THREE, _alone, channels_first=False, tolerance=OURS),
    ]
    return pack(race("coupling", CASE, shape(quick, 3, 16, L, 128, N), contenders, plan(quick, 12.0)))


def run(settings: Settings) -> list[Row]:
    """Run L = 500, N = 16 and 64."""
    rows = []
    for N in (16,) if settings.quick else (16, 64):
        rows += unpack(fresh_process.call("bench.groups.coupling:one", settings.most, L=500, N=N, quick=settings.quick))
    return rows
