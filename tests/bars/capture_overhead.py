"""Time of a forward pass with a captured scan as a multiple of the pass alone, and replay errors by dtype; alternating, in one run.

    OMP_NUM_THREADS=1 python tests/bars/capture_overhead.py --write tests/bars/capture_overhead.json

``captured``: open, run, close; ``checked``: and replay every scan (check=True); ``read``: and compute all hidden states; ``mmkernels``: our operator in
place of the module's function. Times are CPU seconds of the process: other processes disturb them less than the wall clock.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import time
import warnings
from pathlib import Path

import torch
from mmkernels.timing.machine import describe
from torch import nn

import mmviz as mm

#: largest ratio of captured to alone
BAR = 1.15
SCANS = {
    "Mamba-1 (transformers), 50 steps, 64 channels": ("mamba1", 32, 50),
    "Mamba-1 (transformers), 200 steps, 128 channels": ("mamba1", 64, 200),
    "Mamba-2 (transformers), 50 steps, 8 heads": ("mamba2", 32, 50),
    "Mamba-2 (transformers), 200 steps, 8 heads": ("mamba2", 128, 200),
    "mambapy, 50 steps, 64 channels": ("mambapy", 32, 50),
    "coupled_mamba (mmviz), 50 steps": ("coupled", 32, 50),
}
DTYPES = (torch.float32, torch.float16, torch.bfloat16)


def mixer(kind: str, width: int) -> nn.Module:
    """Return one layer of a library."""
    if kind == "mambapy":
        from mambapy.mamba import MambaBlock, MambaConfig

        return MambaBlock(MambaConfig(d_model=width, n_layers=1))
    import transformers

    if kind == "mamba1":
        from transformers.models.mamba.modeling_mamba import MambaMixer

        return MambaMixer(transformers.MambaConfig(hidden_size=width, state_size=16, num_hidden_layers=1), 0)
    from transformers.models.mamba2.modeling_mamba2 import Mamba2Mixer

    sizes = {"state_size": 16, "num_heads": 8, "head_dim": width // 4, "n_groups": 1, "expand": 2, "chunk_size": 16}
    return Mamba2Mixer(transformers.Mamba2Config(hidden_size=width, num_hidden_layers=1, **sizes), 0)


class Fusion(nn.Module):
    """Two encoders, means over time, a linear head."""

    def __init__(self, kind: str, width: int) -> None:
        super().__init__()
        self.into = nn.ModuleList([nn.Linear(6, width), nn.Linear(9, width)])
        self.encoders = nn.ModuleList([mixer(kind, width), mixer(kind, width)])
        self.head = nn.Linear(2 * width, 4)

    def forward(self, values: list[torch.Tensor]) -> torch.Tensor:
        """Return logits."""
        layers = zip(self.into, self.encoders, values, strict=True)
        return self.head(torch.cat([encoder(into(v)).mean(1) for into, encoder, v in layers], -1))


def problem(kind: str, width: int, steps: int) -> tuple[nn.Module, object]:
    """Return a model and its input, 4 samples."""
    torch.manual_seed(0)
    if kind == "coupled":
        ds = mm.data.synthetic(n=40, steps=steps, seed=0, task="classification")
        model = mm.models.build("coupled_mamba", ds.spec, width=width, align="pad")
        return model.eval(), mm.models.batch_of(ds["train"], range(4))
    return Fusion(kind, width).eval(), [torch.randn(4, steps, 6), torch.randn(4, steps, 9)]


@torch.no_grad()
def overhead(kind: str, width: int, steps: int, rounds: int) -> dict[str, object]:
    """Return the median CPU milliseconds of each way, and their ratios to the pass alone."""
    net, inputs = problem(kind, width, steps)

    def alone() -> None:
        net(inputs)

    def captured(**options: object) -> mm.models.CapturedScans:
        with mm.models.capture(net, **options) as scans:
            net(inputs)
        return scans

    def read() -> None:
        for scan in captured():
            scan.states()

    works = {
        "alone": alone,
        "captured": captured,
        "checked": lambda: captured(check=True),
        "read": read,
        "mmkernels": lambda: captured(kernel="mmkernels"),
    }
    spent: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            start = time.process_time()
            work()
            if turn:  # the first one compiles kernels
                spent[name].append(1e3 * (time.process_time() - start))
    medians = {name: statistics.median(times) for name, times in spent.items()}
    ratios = {name: medians[name] / medians["alone"] for name in works if name != "alone"}
    paired = [a / b for a, b in zip(spent["captured"], spent["alone"], strict=True)]
    low, _, high = statistics.quantiles(paired, n=4)
    scans = captured()
    return {
        "milliseconds": medians,
        "ratio": ratios,
        "quartiles_of_captured": [low, high],
        "holds": ratios["captured"] <= BAR,
        "replay_error": max(scan.replay_error for scan in scans),
    }


@torch.no_grad()
def replay_errors(dtype: torch.dtype, seeds: int = 4) -> float:
    """Return the largest replay error of Mamba-1 and Mamba-2 of transformers over lengths and seeds."""
    worst = 0.0
    for kind in ("mamba1", "mamba2"):
        for steps in (50, 400):
            for seed in range(seeds):
                torch.manual_seed(seed)
                net, x = mixer(kind, 32).eval().to(dtype), torch.randn(2, steps, 32).to(dtype)
                with mm.models.capture(net) as scans:
                    net(x)
                worst = max(worst, scans[0].replay_error)
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--write", type=Path, help="JSON file for the result")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    rows = {}
    for name, (kind, width, steps) in SCANS.items():
        row = rows[name] = overhead(kind, width, steps, given.rounds)
        ratio, (low, high) = row["ratio"], row["quartiles_of_captured"]
        print(
            f"{name:50} alone {row['milliseconds']['alone']:7.2f} ms; captured {ratio['captured']:.2f} x (quartiles {low:.2f} to {high:.2f}, "
            f"bar {BAR}), checked {ratio['checked']:.2f} x, states read {ratio['read']:.2f} x, mmkernels {ratio['mmkernels']:.2f} x; replay error "
            f"{row['replay_error']:.1e}"
        )
    errors = {str(dtype).removeprefix("torch."): replay_errors(dtype) for dtype in DTYPES}
    for name, error in errors.items():
        print(f"largest replay error in {name}: {error:.1e}")
    if given.write:
        stored = {"bar": BAR, "machine": describe(), "overhead": rows, "replay_error": errors}
        given.write.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
