"""Time of recording with end-to-end attribution, as a multiple of that without: three modalities, 50 steps, 6 recorded samples.

python tests/bars/attribution_cost.py --write tests/bars/attribution_cost.json
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from mmkernels.timing.machine import describe

import mmviz as mm

#: largest ratio of the medians
BAR = 2.0
_STEPS, _REPEATS = 50, 5


def measured(fusion: str, repeats: int = _REPEATS) -> dict[str, float | str | bool | int]:
    """Return the median seconds of recording without and with attribution, alternating, and their ratio."""
    ds = mm.data.synthetic(n=1000, steps=_STEPS, seed=0, task="classification")
    model = mm.models.build(fusion, ds.spec, steps=_STEPS)
    run = mm.train.fit(model, ds, epochs=3, progress=False)
    seconds: dict[str, list[float]] = {"without": [], "with": []}
    for turn in range(repeats + 1):
        for name, rule in (("without", None), ("with", "frozen")):
            start = time.perf_counter()
            mm.record(run, ds["test"], recorded_samples=6, attribution=rule)
            if turn:  # the first one compiles kernels
                seconds[name].append(time.perf_counter() - start)
    without, with_ = (float(np.median(times)) for times in seconds.values())
    ratio = with_ / without
    return {
        "fusion": fusion,
        "samples": len(ds["test"]),
        "epochs": 3,
        "without_s": without,
        "with_s": with_,
        "ratio": ratio,
        "bar": BAR,
        "holds": ratio <= BAR,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fusions", default="coupled_mamba,alignmamba2")
    parser.add_argument("--repeats", type=int, default=_REPEATS)
    parser.add_argument("--write", type=Path, help="JSON file for the result")
    given = parser.parse_args()
    rows = [measured(name, given.repeats) for name in given.fusions.split(",")]
    for row in rows:
        print(
            f"{row['fusion']:16} without {row['without_s']:.2f} s, with {row['with_s']:.2f} s: {row['ratio']:.2f} x (bar {BAR:g} x)"
        )
    if given.write:
        given.write.write_text(json.dumps({"rows": rows, "machine": describe()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
