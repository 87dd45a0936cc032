"""Time whole trainings on the CPU: one epoch of Coupled Mamba against two peers. Prints tables, writes JSON beside this file.

    python tests/bars/epoch.py [--only watch] [--repeats 3] [--threads 2] [--quick]

Contenders, with the same width, layers, batches, loop (`mm.train.fit`: AdamW, clipping, validation) and threads:

* *ours*: Coupled Mamba as it ships, softmax coupling. *ours, uncoupled*: the identity in its place, the same function as the next.
* *transformers + mambapy*: that model with transformers' MambaMixer and mambapy's parallel scan as streams. Before it is timed, predictions, loss and
  gradients from the same weights must equal ours; so they do with padding, as padding is at the end.
* *MulT*: cross-modal attention, as many layers per ordered pair of modalities, one self-attention layer per modality, 8 heads, PyTorch's fused attention.
  *MulT, 4 layers*: four of each.

Every time is of one epoch after a warm-up of two updates, in a fresh process, the contenders in turn. Data: the watch recordings; random numbers
of the shapes of MOSI and MOSEI, aligned (50 steps), and of MOSEI unaligned (text 50, audio and vision 500 steps; the models run on 500). Of the two MOSEI some
hundred samples are trained on, all batches being alike, and the epoch is that time scaled to 16326 samples.

A profile of ours splits the epoch into matrix products, scan and the rest: the first two as PyTorch's profiler counts them, over the seconds of an
epoch without it, which slows down what consists of many small calls.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

RESULTS = Path(__file__).with_suffix(".json")
BARS = {"transformers + mambapy": ("ours, uncoupled", 5.0), "MulT": ("ours", 3.0)}
REST_BAR = 25.0  # percent
TOLERANCE = 1e-4
MODEL = {"width": 64, "layers": 2}
OPTIONS = {"batch_size": 32, "progress": False}
MOSEI_SAMPLES = 16326
CASES = {  # modality: steps, features; samples trained on, samples of the epoch
    "watch": None,
    "mosi": ({"text": (50, 768), "audio": (50, 5), "vision": (50, 20)}, 1284, 1284),
    "mosei": ({"text": (50, 768), "audio": (50, 74), "vision": (50, 35)}, 1280, MOSEI_SAMPLES),
    "mosei unaligned": ({"text": (50, 768), "audio": (500, 74), "vision": (500, 35)}, 128, MOSEI_SAMPLES),
}
CONTENDERS = {
    "ours": ("coupled_mamba", {}),
    "ours, uncoupled": ("coupled_mamba", {"coupling": "identity"}),
    "transformers + mambapy": None,
    "MulT": ("cross_attention", {"heads": 8}),
    "MulT, 4 layers": ("cross_attention", {"heads": 8, "layers": 4, "self_layers": 4}),
}
MATRIX_PRODUCTS = ("aten::mm", "aten::bmm", "aten::addmm", "aten::baddbmm", "aten::addbmm")


def data_of(case, quick):
    """Return the data set, and the samples of an epoch."""
    import numpy as np

    import mmviz as mm

    if CASES[case] is None:
        ds = mm.data.load("watch", fold=0)
        return (shortened(ds, 64), 64) if quick else (ds, len(ds["train"]))
    shapes, trained, whole = CASES[case]
    counts = {"train": 64 if quick else trained, "valid": 16}
    rng = np.random.default_rng(0)
    inputs = {
        s: {m: rng.standard_normal((n, *size), np.float32) for m, size in shapes.items()} for s, n in counts.items()
    }
    target = {s: rng.uniform(-3, 3, n).astype(np.float32) for s, n in counts.items()}
    return mm.data.from_arrays(inputs, target, task="regression"), 64 if quick else whole


def shortened(ds, samples):
    """Return the data set with this many training samples."""
    import dataclasses

    splits = {name: split.take(range(min(samples, len(split)))) for name, split in ds.splits.items()}
    return dataclasses.replace(ds, splits=splits)


def model_of(name, ds, **more):
    """Return a contender's model."""
    import mmviz as mm

    if CONTENDERS[name] is None:
        return on_transformers(model_of("ours, uncoupled", ds, **more))
    kind, options = CONTENDERS[name]
    steps = {"steps": 50} if ds.spec.modalities[0].steps == 200 else {}
    return mm.models.build(kind, ds.spec, seed=0, **{**MODEL, **steps, **options, **more})


def on_transformers(ours):
    """Return the same model, weights included, with transformers' MambaMixer as the streams of each layer."""
    import torch
    from torch import nn
    from transformers import MambaConfig
    from transformers.models.mamba.modeling_mamba import MambaMixer

    from mmviz.models.fusions.coupled_mamba import CoupledMamba

    class OnTransformers(CoupledMamba):
        """Coupled Mamba, uncoupled, on transformers' blocks."""

        def __init__(self):
            super().__init__(ours.spec, ours.config)
            M, c = len(ours.spec.modalities), ours.config
            blocks, self.blocks = self.blocks, nn.ModuleList()
            config = MambaConfig(
                hidden_size=c.width, state_size=c.state, expand=c.expand, conv_kernel=c.taps, time_step_rank=blocks[0].rank,
                num_hidden_layers=1, use_mambapy=True,
            )  # fmt: skip
            self.norms = nn.ModuleList(nn.ModuleList(nn.LayerNorm(c.width) for _ in range(M)) for _ in blocks)
            self.streams_of = nn.ModuleList(nn.ModuleList(MambaMixer(config, 0) for _ in range(M)) for _ in blocks)

        def streams(self, steps, observation=None):
            x, mask = steps.x, steps.mask_or_none
            for depth, (norms, streams) in enumerate(zip(self.norms, self.streams_of, strict=True)):
                out = torch.stack(
                    [stream(norm(x[m])) for m, (norm, stream) in enumerate(zip(norms, streams, strict=True))]
                )
                x = x + (out if mask is None else out * mask[..., None])
                if depth < len(self.mixers):
                    joined = x.permute(1, 2, 0, 3).flatten(2).expand(len(x), -1, -1, -1)
                    mixed = nn.functional.gelu(self.mixers[depth](joined))
                    x = x + (mixed if mask is None else mixed * mask[..., None])
            return self.norm(x)

    peer = OnTransformers()
    shared = {k: v for k, v in ours.state_dict().items() if not k.startswith("blocks.")}
    peer.load_state_dict(shared, strict=False)
    with torch.no_grad():
        for block, norms, streams in zip(ours.blocks, peer.norms, peer.streams_of, strict=True):
            inner = block.D.shape[1]
            for m, (norm, stream) in enumerate(zip(norms, streams, strict=True)):
                own = slice(m * inner, (m + 1) * inner)
                norm.weight.copy_(block.norm.weight[m, 0, 0])
                norm.bias.copy_(block.norm.bias[m, 0, 0])
                stream.in_proj.weight.copy_(torch.cat([block.into.weight[m], block.gate.weight[m]], 1).T)
                stream.conv1d.weight.copy_(block.conv.weight[own])
                stream.conv1d.bias.copy_(block.conv.bias[own])
                stream.x_proj.weight.copy_(block.select.weight[m].T)
                stream.dt_proj.weight.copy_(block.dt.weight[m].T)
                stream.dt_proj.bias.copy_(block.dt.bias[m, 0])
                stream.A_log.copy_(block.A_log[m])
                stream.D.copy_(block.D[m])
                stream.out_proj.weight.copy_(block.out.weight[m].T)
    return peer


def error_of(ds):
    """Return the largest error of the peer's predictions, loss and shared gradients on a batch, relative to the largest value of each."""
    from mmviz.models.batch import batch_of
    from mmviz.train.metrics import loss_of

    batch = batch_of(ds["train"], range(8))
    found = []
    ours = model_of("ours, uncoupled", ds, dropout=0.0)
    names = [name for name, _ in ours.named_parameters() if not name.startswith("blocks.")]
    for model in (ours, on_transformers(ours)):
        output = model.train()(batch)
        loss = loss_of(ds.spec.task, output, batch.required_target)
        loss.backward()
        weights = dict(model.named_parameters())
        found.append([output.detach(), loss.detach(), *(weights[n].grad for n in names if weights[n].grad is not None)])
    return max(float((a - b).abs().max() / a.abs().max().clamp(min=1e-6)) for a, b in zip(*found, strict=True))


def trained(name, ds):
    """Return the seconds of one epoch."""
    import mmviz as mm

    return mm.train.fit(model_of(name, ds), ds, epochs=1, **OPTIONS).history[-1]["seconds"]


def child(case, name, quick, profiled):
    """Measure one contender in this process; return what goes into the JSON."""
    ds, whole = data_of(case, quick)
    found = {"samples": len(ds["train"]), "scale": whole / len(ds["train"])}
    model = model_of(name, ds)
    found["weights"] = sum(p.numel() for p in model.parameters())
    if CONTENDERS[name] is None:
        found["error"] = error_of(ds)
        if not found["error"] <= TOLERANCE:
            return found
    trained(name, shortened(ds, 2 * OPTIONS["batch_size"]))
    cpu = time.process_time()
    found["seconds"] = trained(name, ds)
    found["cpu_seconds"] = time.process_time() - cpu
    return found | (shares(name, ds) if profiled else {})


def shares(name, ds):
    """Return the seconds of matrix products and scan in an epoch, of the whole without the profiler, and the largest other items."""
    from mmkernels.cpu import conv, gate, scan, scan_uniform
    from torch.profiler import ProfilerActivity, profile, record_function

    def recorded(module, function, label):
        work = getattr(module, function)

        def run(*arguments, **options):
            with record_function(label):
                return work(*arguments, **options)

        setattr(module, function, run)

    plain = min(trained(name, ds) for _ in range(2))
    for module, label in ((scan, "scan"), (scan_uniform, "scan"), (conv, "convolution"), (gate, "gate")):
        recorded(module, "run_forward", f"{label}, forward")
        recorded(module, "run_backward", f"{label}, backward")
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        under = trained(name, ds)
    events = profiler.key_averages()
    scans = sum(e.cpu_time_total for e in events if e.key.startswith("scan, ")) / 1e6
    products = sum(e.self_cpu_time_total for e in events if e.key in MATRIX_PRODUCTS) / 1e6
    held = ("convolution, ", "gate, ")
    others = {e.key: e.cpu_time_total / 1e6 for e in events if e.key.startswith(held)}
    others |= {
        e.key: e.self_cpu_time_total / 1e6
        for e in events
        if e.key not in MATRIX_PRODUCTS and e.key not in others and not e.key.startswith("scan, ")
    }
    largest = dict(sorted(others.items(), key=lambda item: -item[1])[:12])
    return {
        "profile": {
            "seconds": plain,
            "seconds_profiled": under,
            "products": products,
            "scan": scans,
            "largest_others": largest,
        }
    }


def run_child(case, name, options, profiled=False):
    """Return what a fresh process measures."""
    command = [sys.executable, "-W", "ignore", __file__, "--child", case, name]
    command += ["--quick"] * options.quick + ["--profiled"] * profiled
    threads = {k: str(options.threads) for k in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
    environment = os.environ | threads | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{case}, {name} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def shares_of(profiled):
    """Return the percent of matrix products, scan and the rest."""
    p = profiled["profile"]
    products, scan = (100 * p[k] / p["seconds"] for k in ("products", "scan"))
    return {"products": products, "scan": scan, "rest": 100 - products - scan}


def verdicts(seconds):
    """Return the ratios that the bars judge: of the medians and of the least times, the lower."""
    rows = []
    for case in dict.fromkeys(case for case, _ in seconds):
        for peer, (own, bar) in BARS.items():
            slow, fast = seconds.get((case, peer)), seconds.get((case, own))
            if slow and fast:
                ratio = min(statistics.median(slow) / statistics.median(fast), min(slow) / min(fast))
                rows.append(
                    {"case": case, "peer": peer, "against": own, "ratio": ratio, "bar": bar, "met": ratio >= bar}
                )
    return rows


def main():
    """Measure, print the tables and the bars, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases, with commas between them; all if left out")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--quick", action="store_true", help="64 samples: shows that it runs; writes only with --out")
    parser.add_argument("--no-profile", action="store_true")
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--profiled", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(child(*options.child, options.quick, options.profiled)))
        return
    cases = [c for c in CASES if not options.only or c in options.only.split(",")]
    if not cases:
        raise SystemExit(f"epoch: there is no case {options.only}; choose from {', '.join(CASES)}")
    from mmkernels.timing import report

    from mmviz.diagnosis.threads import other_work

    rows, others = [], []
    for case in cases:
        for _ in range(options.repeats):
            for name in CONTENDERS:
                others.append(other_work(0.5))
                rows.append({"case": case, "contender": name} | run_child(case, name, options))
                took = rows[-1].get("seconds")
                print(case, name, "refused" if took is None else f"{took:.2f} s", file=sys.stderr, flush=True)
    profiles = {} if options.no_profile else {case: run_child(case, "ours", options, True) for case in cases}
    seconds = {}
    for row in rows:
        if "seconds" in row:
            seconds.setdefault((row["case"], row["contender"]), []).append(row["seconds"] * row["scale"])
    print("| data | contender | weights | one epoch, s: median | least | CPU |\n" + "| --- " * 6 + "|")
    for (case, name), each in seconds.items():
        own = [r for r in rows if (r["case"], r["contender"]) == (case, name)]
        cpu = min(r["cpu_seconds"] * r["scale"] for r in own)
        print(
            f"| {case} | {name} | {own[0]['weights']} | {statistics.median(each):.3g} | {min(each):.3g} | {cpu:.3g} |"
        )
    found = verdicts(seconds)
    for case, profiled in profiles.items():
        share = profiled["shares"] = shares_of(profiled)
        text = ", ".join(f"{what} {value:.0f} %" for what, value in share.items())
        largest = ", ".join(f"{k} {v:.2f}" for k, v in profiled["profile"]["largest_others"].items())
        print(f"{case}: {text}; the largest of the rest, s: {largest}")
        found.append(
            {
                "case": case,
                "peer": "rest of the step, %",
                "ratio": share["rest"],
                "bar": REST_BAR,
                "met": share["rest"] <= REST_BAR,
            }
        )
    for v in found:
        print(
            f"{v['case']}, {v['peer']}: {v['ratio']:.3g}, the bar is {v['bar']:g}: {'met' if v['met'] else 'NOT MET'}"
        )
    refused = [r for r in rows if "seconds" not in r]
    for row in refused:
        print(f"{row['case']}, {row['contender']}: its error {row['error']:.1e} is above {TOLERANCE:g}: not timed")
    busy = statistics.median(w for w in others if w is not None) if any(w is not None for w in others) else None
    print(f"others kept {busy or 0:.2f} processors busy (median)")
    out = options.out or (None if options.quick else RESULTS)
    if out is not None:
        kept = {} if not out.exists() else json.loads(out.read_text(encoding="utf-8")).get("cases", {})
        about = report.about("cpu", "torch", "numpy", "numba", "transformers", "mambapy")
        for case in cases:
            kept[case] = {
                **about, "threads": options.threads, "others": busy, "rows": [r for r in rows if r["case"] == case],
                "profile": profiles.get(case), "bars": [v for v in found if v["case"] == case],
            }  # fmt: skip
        report.write(out, {"model": MODEL, "batch_size": OPTIONS["batch_size"], "cases": kept}, digits=4)
    if refused:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
