"""Finding of ``mm.doctor()`` about processors and threads: what this process may use, what others use, and what mmviz has set."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import torch
from mmkernels.cpu import processors, spin

from mmviz.diagnosis.checkup import Finding

#: processors that others keep busy, from which a training is slower
OTHERS = 0.5
LOOK_S = 0.3


def thread_findings() -> Iterator[Finding]:
    """Yield processors with affinity and quota, PyTorch's threads and who has set them, how they wait, and other work at this moment."""
    there, allowed, quota = os.cpu_count() or 1, processors.allowed(), processors.quota()
    limits = [] if len(allowed) == there else [f"the affinity of this process allows {len(allowed)}"]
    limits += [] if quota is None else [f"its control group grants the time of {quota:.3g}"]
    yield Finding(
        "threads", "good", f"{_processors(there)}; " + (", ".join(limits) or "no affinity or quota limits them")
    )
    yield _count(processors.usable())
    reason = spin.reason_against()
    how = (
        f"threads that wait for work: nothing is changed, because {reason}"
        if reason
        else "threads that wait for work spin as GNU's OpenMP does, and only briefly while other programs need the processors during a training or recording"
    )
    yield Finding("threads", "good", how)
    others = other_work(LOOK_S)
    if others is not None and others > OTHERS:
        yield Finding(
            "threads",
            "note",
            f"other programs keep {others:.1f} of {_processors(len(allowed))} busy now",
            "trainings are slower while they run",
        )


def _count(usable: int) -> Finding:
    count, by, before = torch.get_num_threads(), processors.set_by_user(), processors.limited_from()
    small = "small trainings and recordings run on one"
    if by:
        what = f"PyTorch uses {_threads(count)}, as you have set ({by}); mmviz changes nothing"
        if count > usable:
            advice = f"more threads than processors wait for one another: set at most {usable}"
            return Finding("threads", "note", what, advice)
        return Finding("threads", "good", what)
    if before is not None:
        return Finding(
            "threads", "good", f"PyTorch uses {_threads(count)}; mmviz has lowered it from {before}; {small}"
        )
    return Finding("threads", "good", f"PyTorch uses {_threads(count)}, its own choice; {small}")


def other_work(seconds: float) -> float | None:
    """Return how many of this process's processors other programs keep busy, measured for some seconds; None where the system does not tell."""
    which = processors.allowed()
    start, own, at = spin.busy(which), time.process_time(), time.perf_counter()
    time.sleep(seconds)
    end = spin.busy(which)
    if start is None or end is None:
        return None
    return max(0.0, end - start - (time.process_time() - own)) / (time.perf_counter() - at)


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def _processors(count: int) -> str:
    return "1 processor" if count == 1 else f"{count} processors"
