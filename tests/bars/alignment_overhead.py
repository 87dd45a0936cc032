"""Measure what AlignMamba-2's alignment costs: nothing at inference, something in training. Prints a table.

    python tests/bars/alignment_overhead.py [--length 500] [--width 64] [--rounds 15]

The models have the same weights; one aligns and the other does not. They are timed in turn in one run; memory is the
peak of resident memory above what was there, the least of three readings.
"""

import argparse

import torch
from mmkernels.timing.clock import Plan, measure
from mmkernels.timing.memory import peak_bytes

import mmviz as mm

WEIGHTS = {"none": {"ot": 0.0, "mmd": 0.0}, "OT": {"mmd": 0.0}, "MMD": {"ot": 0.0}, "both": {}}


def inference(model, batch):
    def work():
        with torch.inference_mode():
            model(batch)

    return work


def training(model, batch):
    def work():
        answer, penalties = model.training_forward(model.encode(batch))
        (torch.nn.functional.cross_entropy(answer, batch.required_target) + sum(penalties.values())).backward()
        model.zero_grad()

    return work


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=500)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    ds = mm.data.synthetic(n=40, steps=chosen.length, seed=0, task="classification")
    batch = mm.models.batch_of(ds["train"], range(8))
    models = {
        name: mm.models.build("alignmamba2", ds.spec, width=chosen.width, align="pad", **options).eval()
        for name, options in WEIGHTS.items()
    }
    for kind in (inference, training):
        works = {name: kind(model, batch) for name, model in models.items()}
        times = measure(works, Plan(rounds=chosen.rounds, batch=0.05, budget=60.0))
        for name, work in works.items():
            peak = min(peak_bytes(work, fallback=False)[0] for _ in range(3)) / 2**20
            found = times[name]
            print(
                f"{kind.__name__:10} alignment {name:5} median {found['median']:8.1f} ms "
                f"(quartiles {found['q1']:.1f} to {found['q3']:.1f}, least {found['least']:.1f}), peak {peak:6.1f} MiB"
            )


if __name__ == "__main__":
    main()
