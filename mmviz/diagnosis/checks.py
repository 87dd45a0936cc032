"""Checks of an installation, ``mm.doctor()``: kernels, packages, data sets, speed of this machine."""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mmviz.core.errors import MmvizError
from mmviz.diagnosis.checkup import Checkup, Finding, WidgetCheck, in_a_notebook

# a first call that takes longer has compiled the kernel (from a cache it takes less than a second)
COMPILED_S = 2.0


def kernel_findings() -> Iterator[Finding]:
    """Yield backend, time and error of one coupled scan, forward and backward, compared with the reference."""
    import mmkernels
    import torch

    generator = torch.Generator().manual_seed(0)
    shape = (3, 2, 20, 4)  # modality, batch, time, channel
    x, dt = (torch.rand(shape, generator=generator) for _ in range(2))
    decay = -torch.rand((3, 4, 8), generator=generator)
    into, out = (torch.rand((3, 2, 20, 8), generator=generator) for _ in range(2))
    start = time.perf_counter()
    found = mmkernels.coupled_scan(x.requires_grad_(), dt, decay, into, out)
    (gradient,) = torch.autograd.grad(found.sum(), x)
    spent = time.perf_counter() - start
    ran = mmkernels.last_backend("coupled_scan")
    name = "an unknown backend" if ran is None else ran.backend
    expected = mmkernels.coupled_scan(*(t.double() for t in (x, dt, decay, into, out)), backend="reference")
    error = float((found.detach().double() - expected.detach()).abs().max() / expected.detach().abs().max())
    correct = error < 1e-5 and bool(torch.isfinite(gradient).all())
    how = "compiled for this machine, once" if spent > COMPILED_S else "from the cache"
    yield Finding(
        "kernels",
        "good" if correct else "bad",
        f"the coupled scan runs on {name}; first call {spent:.1f} s ({how}); relative error {error:.0e}",
        "" if correct else "results are wrong: use backend='reference', and report the output of `make test`",
    )
    for row in mmkernels.backends():
        if row.operator == "coupled_scan" and not row.available:
            yield Finding("kernels", "note", f"{row.backend} does not run: {row.reason}")
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    yield Finding("kernels", "good", f"NVIDIA GPU: {gpu}")


NEEDED = ("torch", "numba", "numpy", "xarray", "ipywidgets", "anywidget", "plotly")
# distribution -> its purpose, and the extra of mmviz that installs it
OPTIONAL = {
    "jupyterlab": ("to open the notebooks", "lab"),
    "shap": ("window contributions by sampling", "explain"),
    "captum": ("gradient attributions", "explain"),
    "pot": ("exact transport plans", "explain"),
    "matplotlib": ("figures for papers", "paper"),
    "tueplots": ("the sizes of the venues", "paper"),
    "distributed": ("studies on many workers", "scale"),
    "voila": ("the Explorer as a page without code", "app"),
    "mamba-ssm": ("the peer of the kernels' benchmark, and its CUDA kernel for M = 1", "gpu"),
}
PYTHON = (3, 11)


def package_findings() -> Iterator[Finding]:
    """Yield versions of Python and of the packages; nothing is imported."""
    here = sys.version_info[:2]
    old = here < PYTHON
    yield Finding(
        "python",
        "bad" if old else "good",
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
        f"mmviz needs {PYTHON[0]}.{PYTHON[1]} or newer" if old else "",
    )
    found = {name: _version(name) for name in (*NEEDED, *OPTIONAL)}
    there = [f"{name} {found[name]}" for name in NEEDED if found[name]]
    yield Finding("packages", "good", ", ".join([f"mmviz {_version('mmviz') or 'from a checkout'}", *there]))
    for name in NEEDED:
        if found[name] is None:
            yield Finding("packages", "bad", f"{name} is not installed", "install mmviz anew: make lab")
    for name, (purpose, extra) in OPTIONAL.items():
        if found[name] is None:
            how = f"pip install -c constraints.txt -e '.[{extra}]'"
            yield Finding("packages", "note", f"{name} is not installed; it is {purpose}", how)
    more = [f"{name} {found[name]}" for name in OPTIONAL if found[name]]
    if more:
        yield Finding("packages", "good", "optional: " + ", ".join(more))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


BUILT_IN = ("av_digits", "watch")


def data_findings() -> Iterator[Finding]:
    """Yield the sizes of the built-in data sets, and the names of the others."""
    from mmviz import data
    from mmviz.data.load import catalogue

    for name in BUILT_IN:
        try:
            found = data.load(name)
        except (MmvizError, OSError) as error:
            yield Finding("data", "bad", f"{name} does not open: {error}", "install mmviz anew: make lab")
        else:
            counts = ", ".join(f"{len(found[split])} {split}" for split in found.splits)
            yield Finding("data", "good", f"{name}: {counts}, {', '.join(found.spec.names)}")
    others = [name for name in catalogue() if name not in (*BUILT_IN, "named_arrays")]
    yield Finding(
        "data",
        "note",
        f"{len(others)} more data sets can be read from your files: {', '.join(others)}",
        "python -m mmviz data list",
    )


#: written by ``python -m mmviz.diagnosis.notebook_times``
NOTEBOOK_TIMES = Path(__file__).with_name("notebook_times.json")
SLOW = 3.0


def probe(*, repeats: int = 5) -> float:
    """Return the median seconds of a training step of a small Coupled Mamba.

    The first step, which may compile, is not counted.
    """
    import torch

    from mmviz import data, models
    from mmviz.models import batch_of

    torch.manual_seed(0)
    ds = data.synthetic(n=96, modalities=3, steps=40, task="classification", seed=0)
    model = models.build("coupled_mamba", ds.spec, seed=0)
    batch = batch_of(ds["train"], range(32))
    target = torch.as_tensor(ds["train"].labels("speed")[:32])
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3)
    spent = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(batch), target).backward()
        optimiser.step()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])


def speed_findings() -> Iterator[Finding]:
    """Yield the time of the probe, and the estimated run time of each notebook."""
    here = probe()
    if not NOTEBOOK_TIMES.is_file():
        yield Finding(
            "speed", "note", f"a training step takes {here * 1000:.0f} ms", "no notebook times to compare with"
        )
        return
    known: dict[str, Any] = json.loads(NOTEBOOK_TIMES.read_text(encoding="utf-8"))
    factor = here / known["probe_s"]
    slow = factor > SLOW
    yield Finding(
        "speed",
        "note" if slow else "good",
        f"a training step takes {here * 1000:.0f} ms, {factor:.1f} times that of the machine the notebooks were timed on",
        "close other programs" if slow else "",
    )
    listed = ", ".join(f"{name} {seconds * factor:.0f} s" for name, seconds in known["notebooks"].items())
    yield Finding("speed", "good", f"expected time of Run All: {listed}")


def thread_findings() -> Iterator[Finding]:
    """Yield the findings of :mod:`mmviz.diagnosis.threads`, which needs PyTorch."""
    from mmviz.diagnosis import threads

    yield from threads.thread_findings()


_CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "packages": package_findings,
    "kernels": kernel_findings,
    "threads": thread_findings,
    "data": data_findings,
    "speed": speed_findings,
}


def doctor() -> Checkup:
    """Check the installation and estimate notebook run times.

    Checks Python and packages, compares the kernels with the reference, states processors and threads, opens the built-in data, times a few training steps, and in a
    notebook shows a line that only a working widget can draw. Takes some seconds; the first time on a machine
    the kernels are compiled, which takes longer. Nothing is downloaded or changed.

    Returns
    -------
    Checkup
        Prints as a table; ``healthy`` is False where something will fail. A check that fails is a finding too.
    """
    found: list[Finding] = []
    for area, check in _CHECKS.items():
        try:
            found.extend(check())
        except Exception as error:  # noqa: BLE001 - a broken installation may fail in any way
            found.append(Finding(area, "bad", f"{type(error).__name__}: {error}", "install mmviz anew: make lab"))
    here = in_a_notebook()
    text = "the line below this table is drawn by the browser" if here else "not checked: this is not a notebook"
    found.append(Finding("widgets", "good" if here else "note", text))
    return Checkup(tuple(found), WidgetCheck() if here else None)
