"""How long the notebooks will take here: what they took elsewhere, times the speed of this machine against that one."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmviz.diagnosis.checkup import Finding

#: written by ``python -m mmviz.diagnosis.seconds``
SECONDS = Path(__file__).with_name("seconds.json")
SLOW = 3.0


def probe(*, repeats: int = 5) -> float:
    """Return the median seconds of a fixed piece of work like the notebooks': training steps of a small Coupled Mamba.

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


def findings() -> Iterator[Finding]:
    """Run the probe and tell the seconds of each notebook."""
    here = probe()
    if not SECONDS.is_file():
        yield Finding(
            "speed", "note", f"a training step takes {here * 1000:.0f} ms", "no notebook was timed to compare with"
        )
        return
    known: dict[str, Any] = json.loads(SECONDS.read_text(encoding="utf-8"))
    factor = here / known["probe_s"]
    slow = factor > SLOW
    yield Finding(
        "speed",
        "note" if slow else "good",
        f"a training step takes {here * 1000:.0f} ms, {factor:.1f} times that of the machine the notebooks were timed on",
        "close other programs; two trainings at once slow each other down many times over" if slow else "",
    )
    told = ", ".join(f"{name} {seconds * factor:.0f} s" for name, seconds in known["notebooks"].items())
    yield Finding("speed", "good", f"expect, for Run All: {told}")
