"""The scan on a GPU: ours in Triton, mamba-ssm's CUDA kernel, the PyTorch loop, and the floors of the device."""

from collections.abc import Callable

import torch
from mmkernels.timing.clock import measure
from torch import Tensor

from bench import contenders as field
from bench.contenders import PEER, Contender, separate
from bench.groups.coupling import GENERAL, with_coupling
from bench.limits import Rates, floors
from bench.problems import Settings, Shape, plan, shape
from bench.race import FORWARD, TRAINING
from bench.rows import NOT_INSTALLED, REFUSED, SKIPPED, Row

TRITON, MAMBA_CUDA, MAMBA_THREE = "mmkernels triton", "mamba-ssm CUDA", "mamba-ssm CUDA, M calls"
COUPLED, SINGLE = "coupled scan", "selective scan"
LENGTHS, LOOP_LENGTH = (50, 500, 5000), 500  # the loop is launched step by step: seconds beyond


def _mamba_cuda() -> tuple[Callable[..., Tensor] | None, str | None]:
    """Return mamba-ssm's selective_scan_fn, layout (B, E, L), or None and the reason."""
    try:
        from mamba_ssm.ops.selective_scan_interface import selective_scan_fn
    except ImportError as error:
        return None, f"mamba-ssm cannot be imported ({error})"
    return selective_scan_fn, None


def _field(case: str, sizes: Shape, backend: str) -> list[Contender]:
    """Return the contenders."""
    mamba, missing = _mamba_cuda()
    first = [field.ours(backend, TRITON)]
    if case == SINGLE:
        return [*first, Contender(MAMBA_CUDA, mamba, channels_first=True, missing=missing)]
    first.append(with_coupling("general", f"{TRITON}, {GENERAL}", backend))
    if mamba is None:
        first.append(Contender(MAMBA_THREE, None, missing=missing))
    else:
        first.append(separate(MAMBA_THREE, mamba, channels_first=True, tolerance=PEER))
    return [*first, field.loop()] if sizes.L <= LOOP_LENGTH else first


def _row(contender: Contender, case: str, sizes: Shape, step: str, dtype: str, device: str) -> Row:
    """Return a contender's row after its equality test on a reduced shape."""
    name = contender.name if dtype == "float32" else f"{contender.name} {dtype}"
    row = Row("scan_gpu", case, sizes.sizes(), step, name, 0, device)
    if contender.missing is not None:
        row.status, row.note = NOT_INSTALLED, contender.missing
        return row
    small = sizes.reduced()
    row.error, row.error_shape = contender.error(small, device, getattr(torch, dtype)), small.sizes()
    allowed = contender.tolerance if dtype == "float32" else 0.05
    if not row.error <= allowed:
        row.status, row.note = REFUSED, f"its error {row.error:.1e} is above {allowed:.0e}: not timed"
    return row


def one(case: str, sizes: Shape, device: str, backend: str, rates: Rates | None, quick: bool) -> list[Row]:
    """Time one shape, float32, and ours in bfloat16; rows of ours get the share of the highest floor."""
    contenders = [(c, "float32") for c in _field(case, sizes, backend)]
    if backend == "triton":
        contenders.append((field.ours(backend, TRITON), "bfloat16"))
    rows = []
    for step in (FORWARD, TRAINING):
        works: dict[str, Callable[[], object]] = {}
        taken: dict[str, Row] = {}
        for contender, dtype in contenders:
            row = _row(contender, case, sizes, step, dtype, device)
            rows.append(row)
            if row.status in (REFUSED, NOT_INSTALLED):
                continue
            make = contender.forward if step == FORWARD else contender.training
            try:
                work = make(sizes, device, getattr(torch, dtype))
                work()
            except torch.OutOfMemoryError:
                row.status, row.note = SKIPPED, "it does not fit into the GPU's memory"
                continue
            taken[row.contender], works[row.contender] = row, work
        for name, time in measure(works, plan(quick, 10.0), device).items():
            taken[name].time = time
            if rates is not None and name.startswith(TRITON):
                _floors(taken[name], sizes, rates)
    return rows


def _floors(row: Row, sizes: Shape, rates: Rates) -> None:
    """Write the floors, in milliseconds, and the share of the highest into a row."""
    itemsize = 2 if row.contender.endswith("16") else 4
    low = floors(sizes, rates, training=row.step == TRAINING, itemsize=itemsize)
    row.values |= {"floor exp ms": low.exponentials, "floor memory ms": low.memory, "floor issue ms": low.issue}
    if row.median:
        row.values["share of highest floor"] = low.highest / row.median


def run(settings: Settings, device: str = "cuda", backend: str = "triton") -> list[Row]:
    """Run M = 3 and M = 1 at every length, B = 64, E = 256, N = 16."""
    rates = None
    if device == "cuda":
        from bench.gpu_rates import rates as measured

        rates = measured()
    rows = []
    for case, M in ((COUPLED, 3), (SINGLE, 1)):
        for L in LENGTHS[:1] if settings.quick else LENGTHS:
            rows += one(case, shape(settings.quick, M, 64, L, 256, 16), device, backend, rates, settings.quick)
    if rates is not None:
        row = Row("scan_gpu", "device", {}, FORWARD, "the device alone", 0, device)
        row.values = {"exponentials per ns": rates.exponentials / 1e9, "copy GB/s": rates.bytes / 1e9}
        rows.append(row)
    return rows
