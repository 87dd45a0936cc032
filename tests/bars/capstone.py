"""The capstone, worked: accuracy without each sensor signal, by training anew and by masking, over subject folds and seeds.

``python tests/bars/capstone.py`` trains (minutes; resumable through the cache of trainings, ``--cache FOLDER``), writes ``capstone.json``
beside this file, and the tables of ``docs/course/capstone_solution.md``; ``--table`` writes the tables from the stored JSON only.
"""

import argparse
import json
import sys
import tempfile
from itertools import combinations
from pathlib import Path

import numpy as np

import mmviz as mm
from mmviz.core.intervals import clustered_interval

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "course" / "capstone_solution.md"
FOLDS, SEEDS = range(5), (0, 1)
SMALL = {"width": 16, "layers": 1, "steps": 25, "state": 4, "coupling": "softmax"}
PLAN = {"epochs": 4, "batch_size": 64, "learning_rate": 1e-2, "select": "last", "progress": False}
BEGIN, END = "<!-- tables of tests/bars/capstone.py -->", "<!-- end of the tables -->"


def subsets(names):
    """Return all non-empty subsets of the modalities, the largest first."""
    return [s for k in range(len(names), 0, -1) for s in combinations(names, k)]


def measured(cache):
    """Train every subset on every fold and seed; return whether each test window was right, with its recording and subject."""
    rows = {"id": [], "right": {}, "masked": {}, "weights": {}}
    for fold in FOLDS:
        ds = mm.data.load("watch", fold=fold)
        test = ds["test"]
        rows["id"] += [str(i) for i in test.ids]
        for kept in subsets(ds.spec.names):
            name = " + ".join(kept)
            part = mm.data.select_modalities(ds, kept)
            right, masked = [], []
            for seed in SEEDS:
                model = mm.models.build("coupled_mamba", part.spec, **SMALL, seed=seed)
                run = mm.train.fit(model, part, **PLAN, seed=seed, cache=cache)
                right.append(run.predict(part["test"]).argmax(1) == test.target)
                rows["weights"][name] = sum(p.numel() for p in model.parameters())
                if part is ds:
                    table = mm.recording.subset_scores(run, test)
                    masked.append(
                        dict(zip(map(str, table["subset"].values), map(float, table["score"].values), strict=True))
                    )
            rows["right"].setdefault(name, []).extend(np.mean(right, 0).tolist())
            for one in masked:
                for subset, score in one.items():
                    rows["masked"].setdefault(subset, []).append(score)
        print(
            f"fold {fold}: {len(test)} windows of subjects {sorted({i.split('_')[0] for i in map(str, test.ids)})}",
            flush=True,
        )
    return rows


def summary(rows):
    """Return for each subset its accuracy, and its difference to all with intervals by recording and by subject, in percent."""
    recording = np.array([i.rsplit("_", 1)[0] for i in rows["id"]])
    subject = np.array([i.split("_")[0] for i in rows["id"]])
    right = {name: np.array(values) for name, values in rows["right"].items()}
    everything = max(right, key=lambda name: name.count("+"))
    found = {"windows": len(recording), "recordings": len(set(recording)), "subjects": len(set(subject)), "subsets": {}}
    for name, values in right.items():
        lost = 100 * (values - right[everything])
        found["subsets"][name] = {
            "accuracy": 100 * values.mean(),
            "by_recording": [float(v) for v in clustered_interval(lost, recording)],
            "by_subject": [float(v) for v in clustered_interval(lost, subject)],
            "masked": 100 * float(np.mean(rows["masked"][name])),
            "weights": rows["weights"][name],
        }
    return found


def tables(found):
    """Return the Markdown table."""
    lines = [
        f"{found['windows']} test windows of {found['recordings']} recordings of {found['subjects']} people, each person tested once; "
        f"{len(FOLDS)} subject folds, {len(SEEDS)} seeds. Differences to all three signals in percentage points, 95 % intervals.",
        "",
        "| signals | accuracy, trained on them | difference | interval by recording | interval by person | accuracy of the full model with the others masked | weights |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in found["subsets"].items():
        mean, *recording = row["by_recording"]
        (_, *person) = row["by_subject"]
        shown = (
            ["–"] * 3
            if name.count("+") == 2
            else [f"{mean:+.1f}", *(f"[{a:+.1f}, {b:+.1f}]" for a, b in (recording, person))]
        )
        lines.append(
            f"| {name} | {row['accuracy']:.1f} % | {' | '.join(shown)} | {row['masked']:.1f} % | {row['weights']} |"
        )
    return "\n".join(lines)


def main():
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", help="folder of trainings (default: a temporary one)")
    parser.add_argument("--table", action="store_true", help="write the tables from the stored JSON")
    options = parser.parse_args()
    stored = Path(__file__).with_suffix(".json")
    if not options.table:
        with tempfile.TemporaryDirectory() as scratch:
            stored.write_text(
                json.dumps(summary(measured(options.cache or scratch)), indent=1) + "\n", encoding="utf-8"
            )
    text = tables(json.loads(stored.read_text(encoding="utf-8")))
    print(text)
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
