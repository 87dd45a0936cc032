"""Exact Shapley values of modalities: ours against shapiq, shap and captum, on the same function. Prints a table, writes JSON.

python tests/bars/shapley_speed.py [--repeats 7] [--samples 64] [--models late,gated,coupled_mamba] [--chunks]

The function is the model's probability of the true class of one sample, for rows of subsets of its M modalities: encoders
and fusion, since an explanation package can only be given a whole model. It is the same for every peer, and each passes as
many subsets at once as it can: shapiq and shap all 2^M, captum the M of one order. Ours takes the samples together, which is
what it is for. All run in one process, in turns; the values must be equal to 1e-5. Two columns show where the time is spent, and have no bar:
captum with the samples of a call batched, and the peers on steps that are encoded already.

The bars hold for models whose modalities are encoded apart (`late`: a Mamba stream per modality; `gated`); in `coupled_mamba` the
coalition enters every step of the scan, so only its small step encoders can be shared.
"""

import argparse
import statistics
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from mmkernels.timing import report

import mmviz as mm
from mmviz.analysis import shapley_values
from mmviz.models import batch_of
from mmviz.models.batch import Steps
from mmviz.recording.coalitions import CHUNK_BYTES, recorded_predictions

RESULTS = Path(__file__).with_name("shapley_speed.json")
BARS = {"shapiq": 8, "shap": 12, "captum": 30}
PLAYERS = (3, 4, 6)
BARRED = ("late", "gated")


class Function:
    """P(true class) of one sample under rows of masks, or of rows of samples under a mask each."""

    def __init__(self, model, batch, *, encoded):
        self.model, self.batch, self.truth, self.encoded = model, batch, batch.target, encoded
        with torch.no_grad():
            self.steps = model.encode(batch) if encoded else None

    @torch.no_grad()
    def __call__(self, sample, masks):
        """sample: (row,) positions; masks: (row, M) bool. Returns (row,)."""
        if self.encoded:
            heard = Steps(self.steps.x[:, sample], self.steps.mask[:, sample]).masked(masks)
            output = self.model.fuse(heard)
        else:
            rows = type(self.batch)(
                {n: x[sample] for n, x in self.batch.values.items()},
                {n: v[sample] for n, v in self.batch.valid.items()},
            )
            output = self.model(rows.masked(masks))
        return output.softmax(-1).gather(1, self.truth[sample][:, None])[:, 0]

    def of(self, i):
        """Return the NumPy game of sample i."""
        return lambda masks: self(torch.full((len(masks),), i), torch.from_numpy(np.asarray(masks, bool))).numpy()


def ours(model, batch):
    truth = batch.target.numpy()
    answers = recorded_predictions(model, batch)
    return shapley_values(np.take_along_axis(answers, truth[:, None, None], 2)[..., 0])


def by_shapiq(function, players, samples):
    import shapiq

    rows = [shapiq.ExactComputer(function.of(i), n_players=players)("SV") for i in range(samples)]
    return np.array([[row[(m,)] for m in range(players)] for row in rows])


def by_shap(function, players, samples):
    import shap

    def masked(mask, x):
        return (np.atleast_2d(mask * x),)

    everyone, rows = np.ones((1, players)), []
    for i in range(samples):
        game = function.of(i)
        explain = shap.explainers.Exact(lambda x, game=game: game(x > 0.5), masked)
        rows.append(explain(everyone, batch_size=2**players, silent=True).values[0])
    return np.array(rows)


def by_captum(function, players, samples, *, together=1):
    from captum.attr import ShapleyValues

    explain = ShapleyValues(lambda masks, sample: function(sample, masks > 0.5))
    values = [
        explain.attribute(
            torch.ones(len(part), players), additional_forward_args=(part,), perturbations_per_eval=players
        ).numpy()
        for part in torch.arange(samples).split(together)
    ]
    return np.concatenate(values)


def batched_captum(function, players, samples):
    return by_captum(function, players, samples, together=8)


PEERS = {"shapiq": by_shapiq, "shap": by_shap, "captum": by_captum}


def compare(name, players, options):
    ds = mm.data.synthetic(n=120, modalities=players, steps=32, task="classification", seed=0)
    model = mm.models.build(name, ds.spec, seed=0).eval()
    batch = batch_of(ds["train"], range(options.samples))
    whole, encoded = (Function(model, batch, encoded=e) for e in (False, True))
    contenders = {peer: (explain, whole) for peer, explain in PEERS.items()}
    contenders["captum, samples batched"] = (batched_captum, whole)
    contenders |= {f"{peer} on encoded steps": (explain, encoded) for peer, explain in PEERS.items()}
    ways = {"ours": (lambda: ours(model, batch), options.samples, options.repeats)}
    for label, (explain, function) in contenders.items():
        slow = label.startswith("captum") and players > 4  # 720 orders of 6 modalities: one sample, one turn
        if slow and label != "captum":
            continue
        count = 1 if slow else 8
        explain(function, players, 1)  # what is compiled or imported on a first call
        ways[label] = (lambda e=explain, f=function, c=count: e(f, players, c), count, 1 if slow else options.repeats)
    expected = ours(model, batch)
    seconds, difference = {label: [] for label in ways}, {}
    order = np.random.default_rng(0)
    for turn in range(options.repeats):
        for i in order.permutation(len(ways)):
            label, (run, count, turns) = list(ways.items())[i]
            if turn >= turns:
                continue
            start = time.perf_counter()
            values = run()
            seconds[label].append((time.perf_counter() - start) / count)
            difference[label] = float(abs(values - expected[:count]).max())
            if not difference[label] <= 1e-5:
                raise SystemExit(f"{name}, M = {players}: {label} differs by {difference[label]:.1e}")
    median = {label: statistics.median(s) for label, s in seconds.items()}
    ratio = {label: s / median["ours"] for label, s in median.items()}
    return {
        "model": name,
        "modalities": players,
        "seconds_per_sample": median,
        "ratio": ratio,
        "difference": difference,
    }


def chunks():
    """Print the time of a fused row against the encoded bytes of a pass."""
    print("| model | M | KiB a pass | rows | ms a row |\n| --- | --- | --- | --- | --- |")
    for name in ("coupled_mamba", "transformer"):
        for players in (3, 6):
            ds = mm.data.synthetic(n=60, modalities=players, steps=64, task="classification")
            model = mm.models.build(name, ds.spec).eval()
            steps = model.encode(batch_of(ds["train"], range(16)))
            row_bytes = steps.x[:, 0].numel() * 4
            for size in (1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24):
                rows = max(1, size // row_bytes)
                held = torch.from_numpy(np.random.default_rng(0).random((rows, players)) < 0.5)
                part = Steps(steps.x[:, torch.arange(rows) % 16], steps.mask[:, torch.arange(rows) % 16]).masked(held)
                spent = []
                for _ in range(max(3, 64 // rows)):
                    start = time.perf_counter()
                    with torch.no_grad():
                        model.fuse(part)
                    spent.append((time.perf_counter() - start) / rows)
                print(f"| {name} | {players} | {size >> 10} | {rows} | {1e3 * min(spent):.2f} |", flush=True)


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--models", default="late,gated,coupled_mamba")
    parser.add_argument("--chunks", action="store_true", help="only print how the time of a row depends on the chunk")
    options = parser.parse_args()
    if options.chunks:
        return chunks()
    results = []
    others = ("captum, samples batched", *(f"{p} on encoded steps" for p in PEERS))
    print(
        "| model | M | ours, ms a sample | "
        + " | ".join([f"{p} (bar {b}×)" for p, b in BARS.items()] + list(others))
        + " |"
    )
    print("| --- " * (3 + len(BARS) + len(others)) + "|")
    for name in options.models.split(","):
        for players in PLAYERS:
            row = compare(name, players, options)
            results.append(row)
            cells = [f"{row['ratio'][p]:.1f}×" if p in row["ratio"] else "" for p in (*BARS, *others)]
            print(
                f"| {name} | {players} | {1e3 * row['seconds_per_sample']['ours']:.2f} | {' | '.join(cells)} |",
                flush=True,
            )
    met = all(row["ratio"][p] >= bar for row in results if row["model"] in BARRED for p, bar in BARS.items())
    packages = ("numpy", "torch", "shap", "captum", "shapiq")
    result = {
        "rows": results,
        "bars": BARS,
        "barred_models": BARRED,
        "met": met,
        "samples": options.samples,
        "repeats": options.repeats,
        "chunk_bytes": CHUNK_BYTES,
        "threads": torch.get_num_threads(),
        **report.about("cpu", *packages, "mmviz"),
    }
    report.write(RESULTS, result)
    print(f"the bars are {'met' if met else 'NOT met'} for {', '.join(BARRED)}")
    return None


if __name__ == "__main__":
    main()
