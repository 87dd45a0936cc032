"""Measure trainings beside other work: one alone, two at once, one beside a busy loop. Prints a table, writes ``beside.json``.

    python tests/bars/beside.py [--repeats 5] [--only watch] [--settings "ours,one thread"] [--limit 90]

Each training runs in a fresh process, which imports PyTorch before mmviz and trains once before its clock starts; those of a pair start together. Settings:
*ours*, nothing set; *default*, what PyTorch does without mmviz; *one thread*, ``OMP_NUM_THREADS=1``; *passive*, ``OMP_WAIT_POLICY=passive``; *short spin*,
``GOMP_SPINCOUNT=1000``. Figures are medians over the repeats, of a pair the slower one's. A training that takes longer than ``--limit`` seconds is ended and counts as that.

Bars: alone, ours ≤ 1.05 × default; two at once, each ≤ 2.3 × one alone; beside a busy loop ≤ 1.6 × the best setting. They are meant for a machine that is
otherwise quiet: how many processors others keep busy is measured before every training, stored, and noted.
"""

import argparse
import os
import select
import statistics
import subprocess
import sys
import time
from pathlib import Path

from mmkernels.cpu import processors
from mmkernels.timing import report

from mmviz.diagnosis.threads import other_work

RESULTS = Path(__file__).with_suffix(".json")
BARS = {"alone": 1.05, "two at once": 2.3, "beside a busy loop": 1.6}
QUIET = 0.1  # processors
OFF = {"PLAIN": "1"}
SETTINGS = {
    "ours": {},
    "default": OFF,
    "one thread": OFF | {"OMP_NUM_THREADS": "1"},
    "passive": OFF | {"OMP_WAIT_POLICY": "passive"},
    "short spin": OFF | {"GOMP_SPINCOUNT": "1000"},
}
SITUATIONS = {"alone": (1, False), "two at once": (2, False), "beside a busy loop": (1, True)}
MODELS = {
    "small": (
        'mm.data.synthetic(n=120, steps=24, seed=0, task="classification")',
        'mm.models.build("coupled_mamba", ds.spec, width=8, layers=2, state=4)',
        24,
    ),
    "watch": (
        'mm.data.load("watch", fold=0)',
        'mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=0)',
        2,
    ),
}
TRAINING = """
import contextlib, os, sys, time
import torch
import mmviz as mm
if os.environ.get("PLAIN"):
    import mmviz.train.job as job
    job.threads_for = lambda *_: contextlib.nullcontext()
ds = {data}
model = {model}
mm.train.fit(model, ds, epochs=1, progress=False)
print("ready", flush=True)
sys.stdin.readline()
start = time.perf_counter()
mm.train.fit(model, ds, epochs={epochs}, progress=False)
print(time.perf_counter() - start, flush=True)
"""


def ready(name, setting, limit):
    """Return a process that has trained once and waits for a line; None where that takes longer than ten times the limit."""
    data, model, epochs = MODELS[name]
    cleared = {k: v for k, v in os.environ.items() if k not in (*processors.COUNT_SETTINGS, *processors.WAIT_SETTINGS)}
    code = TRAINING.format(data=data, model=model, epochs=epochs)
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code], env=cleared | SETTINGS[setting], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    if not select.select([process.stdout], [], [], 10 * limit)[0]:
        process.kill()
        process.wait()
        return None
    if process.stdout.readline() != "ready\n":
        raise SystemExit(f"{name}, {setting}: the training failed")
    return process


def seconds(name, setting, situation, limit):
    """Return the seconds of the slowest of the trainings that run at once, at most the limit."""
    count, beside = SITUATIONS[situation]
    trainings = [ready(name, setting, limit) for _ in range(count)]
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if beside else None
    found = []
    try:
        if None in trainings:
            return limit
        for each in trainings:
            each.stdin.write("\n")
            each.stdin.flush()
        end = time.monotonic() + limit
        for each in trainings:
            came = select.select([each.stdout], [], [], max(0.0, end - time.monotonic()))[0]
            found.append(float(each.stdout.readline()) if came else limit)
    finally:
        for each in [*(t for t in trainings if t is not None), *([busy] if busy else [])]:
            each.kill()
            each.wait()
    return min(limit, max(found))


def measured(options):
    """Return the seconds of every repeat, and what others worked before it, by model, situation and setting."""
    names = [name for name in MODELS if options.only in name]
    cases = [(n, w, s) for n in names for w in SITUATIONS for s in SETTINGS if s in options.settings.split(",")]
    found = {case: {"seconds": [], "others": []} for case in cases}
    for _ in range(options.repeats):
        for case in cases:
            found[case]["others"].append(other_work(0.5))
            found[case]["seconds"].append(seconds(case[0], case[2], case[1], options.limit))
            print(*case, f"{found[case]['seconds'][-1]:.2f} s", file=sys.stderr, flush=True)
    return found


def verdicts(median):
    """Return what the bars compare: model, situation, ratio; where the settings that they need were measured."""
    rows = []
    for name in MODELS:
        of = {(w, s): value for (n, w, s), value in median.items() if n == name}
        others = [value for (w, s), value in of.items() if w == "beside a busy loop" and s != "ours"]
        base = {
            "alone": of.get(("alone", "default")),
            "two at once": of.get(("alone", "ours")),
            "beside a busy loop": min(others, default=None),
        }
        rows += [
            {"model": name, "situation": w, "ratio": of[w, "ours"] / base[w], "bar": bar, "met": of[w, "ours"] <= bar * base[w]}
            for w, bar in BARS.items()
            if (w, "ours") in of and base[w] is not None
        ]  # fmt: skip
    return rows


def main():
    """Measure every model, situation and setting, print the table and the bars, and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="models whose name contains this text")
    parser.add_argument("--settings", default=",".join(SETTINGS))
    parser.add_argument("--limit", type=float, default=90.0, help="seconds")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    found = measured(options)
    median = {case: statistics.median(each["seconds"]) for case, each in found.items()}
    settings = [s for s in SETTINGS if s in options.settings.split(",")]
    print("| model | situation | " + " | ".join(f"{s}, s" for s in settings) + " |\n|" + " --- |" * (len(settings) + 2))
    for name, situation in dict.fromkeys((n, w) for n, w, _ in found):
        print(f"| {name} | {situation} | " + " | ".join(f"{median[name, situation, s]:.2f}" for s in settings) + " |")
    rows = verdicts(median)
    for row in rows:
        print(
            f"{row['model']}, {row['situation']}: {row['ratio']:.2f}, the bar is {row['bar']}: {'met' if row['met'] else 'NOT MET'}"
        )
    others = statistics.median(w for each in found.values() for w in each["others"] if w is not None)
    print(
        f"others kept {others:.2f} processors busy (median)"
        + ("" if others <= QUIET else ": repeat it on a quiet machine")
    )
    report.write(
        options.out,
        {
            **report.about("cpu", "torch", "numpy"),
            "others": others,
            "seconds": [{"model": n, "situation": w, "setting": s, **each} for (n, w, s), each in found.items()],
            "bars": rows,
        },
        digits=4,
    )


if __name__ == "__main__":
    main()
