"""Does the order of Modality Equilibrium v2 raise the accuracy? Orders, readouts, joint updates and ablations over ten seeds on three sets.

    OMP_NUM_THREADS=1 python tests/bars/equilibrium_order.py [--only synthetic] [--seeds 10]
    python tests/bars/equilibrium_order.py --table

JSON beside the script; trainings that it holds are not repeated. ``--table`` trains nothing and writes the tables of docs/equilibrium.md from the JSON.
Hypotheses, sizes and the rule of decision stand in that page; they were committed before the first training.
"""

import argparse
import hashlib
import json
import platform
import time
import warnings
from pathlib import Path

import numpy as np
import torch

import mmviz as mm
from mmviz.studies.significance import holm, paired

STORED = Path(__file__).with_suffix(".json")
PAGE = Path(__file__).parents[2] / "docs/equilibrium.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
SEEDS = 10
READOUTS = ("last", "mean")
ORDERS = {"weak first": "weakest_first", "strong first": "strongest_first", "random": "random", "fixed": "fixed"}
SOURCES = (
    "models/fusions/memory_chain.py",
    "models/fusions/correlation_alignment.py",
    "train/strategies/modality_equilibrium.py",
)
#: row -> options of the strategy
ROWS = {
    **{f"{name}, {r}": {"order": order, "readout": r} for r in READOUTS for name, order in ORDERS.items()},
    **{f"joint, {r}": {"updates": "joint", "readout": r} for r in READOUTS},
    **{f"no alignment, {r}": {"alignment": "none", "readout": r} for r in READOUTS},
    "no memory": {"memory": False},
}
#: what weakest first is compared with, at each readout
OTHERS = ("strong first", "random", "fixed", "joint", "no alignment", "no memory")
#: set -> options of the training; held out are the samples of the Shapley values
SETS = {
    "synthetic": {"epochs": 25, "batch_size": 50, "learning_rate": 1e-2, "held_out": 200},
    "av_digits": {"epochs": 30, "batch_size": 50, "learning_rate": 1e-2, "held_out": 100},
    "watch": {"epochs": 16, "batch_size": 64, "learning_rate": 1e-2, "held_out": 140},
}
WIDTH = 16
AV_DIGITS_SHARE = 0.25
FOLDS = 5


def synthetic(seed, weak=0.4):
    """Return four classes in two modalities of twelve features, drawn anew for every seed; 800 training and 2000 test samples.

    The means of the classes in modality ``weak`` are ``weak`` tanh(W), W normal; at 1 it is nearly as strong as the other.
    """
    rng = np.random.default_rng(seed)
    W = np.random.default_rng(100).normal(size=(4, 12))

    def drawn(n):
        y = rng.integers(0, 4, n)
        strong, other = rng.normal(size=(2, n, 12))
        strong[np.arange(n), y] += 2.5
        return {"strong": strong[:, None], "weak": (other + weak * np.tanh(W[y]))[:, None]}, y

    parts = {name: drawn(n) for name, n in {"train": 800, "test": 2000}.items()}
    return mm.data.from_arrays(
        {name: x for name, (x, _) in parts.items()}, {name: y for name, (_, y) in parts.items()}, name="synthetic"
    )


def statistics(split):
    """Return per modality (sample, 1, statistic): mean, deviation, least, greatest, mean absolute step of every channel over the recorded steps."""
    found = {}
    for name, x in split.inputs.items():
        rows = [np.asarray(v, float)[ok] for v, ok in zip(x, split.valid[name], strict=True)]
        each = [
            np.concatenate([r.mean(0), r.std(0), r.min(0), r.max(0), np.abs(np.diff(r, axis=0, prepend=r[:1])).mean(0)])
            for r in rows
        ]
        found[name] = np.stack(each)[:, None]
    return found


def loaded(name, seed):
    """Return the data set of a seed: drawn anew, a quarter of the training split of av_digits, or one fold of the subjects of watch."""
    if name == "synthetic":
        return synthetic(seed)
    ds = mm.data.load(name, fold=seed % FOLDS) if name == "watch" else mm.data.load(name)
    train = ds["train"]
    if name == "av_digits":
        count = round(AV_DIGITS_SHARE * len(train))
        train = train.take(np.sort(np.random.default_rng(seed).permutation(len(train))[:count]))
    splits = {"train": train, "test": ds["test"]}
    return mm.data.from_arrays(
        {s: statistics(part) for s, part in splits.items()},
        {s: np.asarray(ds.spec.task.classes)[part.target] for s, part in splits.items()},
        classes=list(ds.spec.task.classes),
        name=name,
    )


def trained(ds, name, row, seed, **other):
    """Return accuracy on the test split and EDM on the held-out samples, after the last epoch, and the CPU seconds."""
    start = time.process_time()
    model = mm.models.build("concat", ds.spec, width=WIDTH, steps=1, align="pad", seed=seed)
    torch.manual_seed(seed)  # of the weights of the chain
    run = mm.train.fit(
        model,
        ds,
        strategy="modality_equilibrium",
        strategy_options=ROWS[row],
        select="last",
        seed=seed,
        progress=False,
        **(SETS[name] | other),
    )
    accuracy = float((run.predict(ds["test"]).argmax(1) == ds["test"].target).mean())
    return {
        "accuracy": accuracy,
        "edm": float(run.history[-1]["EDM"]),
        "seconds": round(time.process_time() - start, 2),
    }


def provenance():
    """Return what the numbers were computed with: versions, and the digest of the sources of chain and strategy."""
    package = Path(mm.__file__).parent
    sources = b"".join((package / name).read_bytes() for name in SOURCES)
    return {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "sources": hashlib.sha256(sources).hexdigest()[:16],
    }


def measure(only, seeds):
    """Train what the JSON does not hold, seed after seed, and store each result."""
    stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {"results": {}}
    stored.setdefault("provenance", provenance())
    for seed in range(seeds):
        for name in only:
            ds = None
            for row in ROWS:
                kept = stored["results"].setdefault(name, {}).setdefault(row, {})
                if str(seed) in kept:
                    continue
                ds = loaded(name, seed) if ds is None else ds
                kept[str(seed)] = trained(ds, name, row, seed)
                print(f"{name}, {row}, seed {seed}: {kept[str(seed)]}", flush=True)
            STORED.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def complete(stored, what="accuracy"):
    """Return (set, row) -> values of the seeds for which every set and row was trained."""
    by_set = stored["results"]
    seeds = sorted(set.intersection(*(set(by_set[s][r]) for s in SETS for r in ROWS)), key=int)
    return {s: {r: np.array([by_set[s][r][k][what] for k in seeds]) for r in ROWS} for s in SETS}


def pairs():
    """Return the comparisons: (readout, other) -> (row of weakest first, other row)."""
    return {
        (r, other): (f"weak first, {r}", other if other in ROWS else f"{other}, {r}")
        for r in READOUTS
        for other in OTHERS
    }


def compared(found):
    """Return each comparison, weakest first minus the other: by set, and of the mean over the sets, with Holm's correction over all."""
    rows = {}
    for key, (first, other) in pairs().items():
        difference = {s: found[s][first] - found[s][other] for s in SETS}
        rows[key] = {
            "sets": {s: paired(d, 0.95) for s, d in difference.items()},
            "all": paired(np.mean(list(difference.values()), axis=0), 0.95),
        }
    adjusted = holm(np.array([row["all"]["p_t"] for row in rows.values()]))
    for row, p in zip(rows.values(), adjusted, strict=True):
        lows = [one["difference_low"] for one in row["sets"].values()]
        highs = [one["difference_high"] for one in row["sets"].values()]
        row["p_holm"] = float(p)
        mean = row["all"]["difference"]
        sure = p < 0.05 and (min(highs) >= 0 if mean > 0 else max(lows) <= 0)
        row["verdict"] = ("better" if mean > 0 else "worse") if sure else "not decided"
    return rows


def points(row):
    """Return a difference with its interval, in percentage points."""
    low, high = 100 * row["difference_low"], 100 * row["difference_high"]
    return f"{100 * row['difference']:+.1f} [{low:+.1f}, {high:+.1f}]"


def table(rows):
    """Return the lines of a table of comparisons."""
    lines = [
        f"| readout | minus | {' | '.join(SETS)} | mean of the sets | p (Holm) | weak first is |",
        "| --- |" + " --- |" * (len(SETS) + 4),
    ]
    for (readout, other), row in rows.items():
        each = " | ".join(points(row["sets"][s]) for s in SETS)
        lines.append(
            f"| {readout} | {other} | {each} | {points(row['all'])} | {row['p_holm']:.2g} | {row['verdict']} |"
        )
    return lines


def listed(rows, verdict, others):
    """Return "random (last, mean)" for the comparisons with this verdict."""
    found = {other: [r for r in READOUTS if rows[r, other]["verdict"] == verdict] for other in others}
    return "; ".join(f"{other} ({', '.join(rs)})" for other, rs in found.items() if rs)


def verdicts(rows, edm):
    """Return what holds and what does not, one sentence each, from the comparisons of accuracy and of EDM."""
    orders, lines = ("strong first", "random", "fixed"), []
    for title, found, others, words in (
        ("Order", rows, orders, ("Weak first is better than {}.", "Weak first is worse than {}.")),
        ("Joint training with as many updates and the same readout", rows, ("joint",), ("Weak first is better than {}.", "Weak first is worse than {}.")),
        ("Parts", rows, ("no alignment", "no memory"), ("It is better than {}.", "It is worse than {}.")),
        ("EDM", edm, (*orders, "joint"), ("It is larger with weak first than with {}.", "It is smaller with weak first than with {}.")),
    ):  # fmt: skip
        by_verdict = dict(zip(("better", "worse", "not decided"), (*words, "Not decided: {}."), strict=True))
        parts = [text.format(names) for v, text in by_verdict.items() if (names := listed(found, v, others))]
        lines.append(f"- **{title}.** {' '.join(parts)}")
    order = [rows[r, o]["verdict"] for r in READOUTS for o in orders]
    joint = [rows[r, "joint"]["verdict"] for r in READOUTS]
    claim = (
        "The claim that weak to strong is the best order holds here"
        if all(v == "better" for v in order)
        else "The claim that weak to strong is the best order does not hold here"
        if not any(v == "better" for v in order)
        else "The claim that weak to strong is the best order holds here for some readouts and orders only"
    )
    beside = (
        "and alternation with it beats joint training with as many updates at both readouts"
        if all(v == "better" for v in joint)
        else "and alternation with it does not beat joint training with as many updates"
        if not any(v == "better" for v in joint)
        else "and alternation with it beats joint training with as many updates at one readout only"
    )
    return [*lines, "", f"**{claim}, {beside}.**"]


def tables(stored):
    """Return the Markdown between the marks of the page."""
    found, edm = complete(stored), complete(stored, "edm")
    count = len(next(iter(found["watch"].values())))
    made = stored["provenance"]
    lines = [BEGIN, "", f"{count} seeds each. Accuracy on the test split, per cent, mean over the seeds (EDM on the held-out samples after the last epoch, points):", ""]  # fmt: skip
    lines += [f"| row | {' | '.join(SETS)} | mean of the sets |", "| --- |" + " --- |" * (len(SETS) + 1)]
    for row in ROWS:
        each = " | ".join(f"{100 * found[s][row].mean():.1f} ({100 * edm[s][row].mean():.1f})" for s in SETS)
        mean = 100 * np.mean([found[s][row].mean() for s in SETS])
        lines.append(f"| {row} | {each} | {mean:.1f} |")
    rows, by_edm = compared(found), compared(edm)
    lines += ["", f"Weak first minus another row with the same readout, percentage points of accuracy, mean and 95 % Student interval over seeds; p with Holm's correction over the {len(rows)} comparisons:", ""]  # fmt: skip
    lines += [*table(rows), "", "The same for EDM, points (below 0: weak first is nearer to equilibrium):", ""]  # fmt: skip
    lines += ["| readout | minus | " + " | ".join(SETS) + " | mean of the sets | p (Holm) |", "| --- |" + " --- |" * (len(SETS) + 3)]  # fmt: skip
    for (readout, other), row in by_edm.items():
        each = " | ".join(points(row["sets"][s]) for s in SETS)
        lines.append(f"| {readout} | {other} | {each} | {points(row['all'])} | {row['p_holm']:.2g} |")
    lines += ["", "By the rule above:", "", *verdicts(rows, by_edm), ""]
    lines += [f"Computed with Python {made['python']}, torch {made['torch']}, numpy {made['numpy']} on {made['machine']}; sources of chain and strategy {made['sources']}.", "", END]  # fmt: skip
    return "\n".join(lines)


def page(text, stored):
    """Return the page with its tables written anew."""
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return before + tables(stored) + after


def main():
    """Train what is missing, or write the tables."""
    words = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    words.add_argument("--only", nargs="+", choices=list(SETS), default=list(SETS))
    words.add_argument("--seeds", type=int, default=SEEDS)
    words.add_argument(
        "--table", action="store_true", help="write the tables of docs/equilibrium.md from the stored JSON"
    )
    given = words.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    if not given.table:
        measure(given.only, given.seeds)
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")
    print(tables(stored))


if __name__ == "__main__":
    main()
