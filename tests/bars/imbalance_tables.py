"""Tables of docs/imbalance.md: every training strategy against joint training, on several data sets, under two budgets.

    OMP_NUM_THREADS=1 python tests/bars/imbalance_tables.py [--data ../shared/data] [--only av_digits watch] [--seeds 5] [--out runs/benchmarks]
    python tests/bars/imbalance_tables.py --table

Each set is one call of ``python -m mmviz benchmark imbalance`` (the words below); trainings that the store holds are not repeated. Its tables are kept
in mmviz/studies/imbalance_tables.json, where :func:`mmviz.studies.stored_benchmark` reads them. ``--table`` trains nothing and writes the page from the JSON.
"""

import argparse
import json
import tempfile
import warnings
from pathlib import Path

import numpy as np

import mmviz as mm
from mmviz.studies import benchmark_command
from mmviz.studies.benchmark_command import section
from mmviz.studies.benchmark_markdown import BAR
from mmviz.studies.imbalance_benchmark import STORED
from mmviz.train.strategies import STRATEGIES

PAGE = Path(__file__).parents[2] / "docs/imbalance.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
METHODS_BEGIN, METHODS_END = "<!-- methods: begin -->", "<!-- methods: end -->"
SEEDS = 5
SMALL = "--model-option width=24 --model-option layers=1 --model-option state=4"
#: set -> words of the command; {data} is the folder of the data that do not belong to the project
SETS = {
    "av_digits": f"--data av_digits --data-option image_energy=0.25 --models coupled_mamba {SMALL} --model-option steps=14 --epochs 12 --train-option select=best",
    "watch": f"--data watch --folds 0 --models coupled_mamba {SMALL} --model-option steps=20 --epochs 12",
    "utd_mhad": f"--data {{data}}/utd_mhad/utd_mhad.npz --models coupled_mamba {SMALL} --model-option steps=16 --epochs 30",
    "cmu_mosi": "--data {data}/cmu_mosi/mosi_utterance.npz --models concat --epochs 12",
    "mvsa_single": "--data {data}/mvsa_single/mvsa_single_features.npz --models concat --epochs 6",
    "speaker_digits": f"--data {{made}}/speaker_digits --models coupled_mamba {SMALL} --model-option steps=14 --epochs 12 --train-option select=best",
}


def speaker_digits(root):
    """Return digits of six speakers, paired with images at 25 % of their energy; the last speaker tests, the one before validates.

    Kept apart: no method, size or option was chosen on this set; its options are those of av_digits.
    """
    from mmviz.data.sets.av_digits import pair_by_label, project_energy

    spoken = mm.data.load(root / "fsdd/fsdd_logmel40.npz", split="speaker")
    parts = [spoken[s] for s in ("train", "test")]
    x, valid, label, speaker, ids = (
        np.concatenate(part)
        for part in zip(
            *((p.inputs["audio"][:], p.valid["audio"][:], p.target, p.group, p.ids) for p in parts), strict=True
        )
    )
    drawn = list(mm.data.load("av_digits").splits.values())
    images = np.concatenate([split.inputs["image"][:] for split in drawn])
    images = images[pair_by_label(label, np.concatenate([split.target for split in drawn]), 0)]
    *_, validates, tests = sorted(set(speaker))
    who = {"train": ~np.isin(speaker, (validates, tests)), "valid": speaker == validates, "test": speaker == tests}
    rows = {name: np.flatnonzero(mask) for name, mask in who.items()}
    flat, kept = project_energy(images.reshape(len(images), -1), rows["train"], 0.25)
    images = flat.reshape(images.shape)
    return mm.data.from_arrays(
        {name: {"audio": x[r], "image": images[r]} for name, r in rows.items()},
        {name: label[r] for name, r in rows.items()},
        lengths={
            name: {"audio": valid[r].sum(1), "image": np.full(len(r), images.shape[1])} for name, r in rows.items()
        },
        ids={name: ids[r].astype(str) for name, r in rows.items()},
        group={name: speaker[r].astype(str) for name, r in rows.items()},
        classes=tuple(map(str, range(10))),
        name="speaker_digits",
        notes=(
            f"Speaker {tests} tests, {validates} validates, four train; images keep 25 % of their energy ({kept} components), paired by label.",
        ),
    )


def measure(name, root, out, seeds, workers):
    """Run the benchmark of one set and return its tables."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tables.json"
        if name == "speaker_digits":
            mm.data.to_disk(speaker_digits(root), out / name, overwrite=True)
        given = ["--seeds", str(seeds), "--out", str(out), "--json", str(file), "--workers", str(workers)]
        benchmark_command.main(["imbalance", *SETS[name].format(data=root, made=out).split(), *given])
        return json.loads(file.read_text(encoding="utf-8"), parse_float=lambda text: float(f"{float(text):.6g}"))


def methods():
    """Return the table of what every strategy states about itself; passes for two and for three modalities."""
    head = (
        "method",
        "`strategy=`",
        "source",
        "needs",
        "F, B, steps per batch (M = 2; 3)",
        "besides",
        "published code",
        "ours",
    )
    lines = [f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    for name, kind in STRATEGIES.items():
        method = kind.method
        each = (", ".join(f"{f(M):g}" for f in (method.forwards, method.backwards, method.updates)) for M in (2, 3))
        cells = (
            method.title,
            f"`{name}`",
            method.source,
            method.needs,
            "; ".join(each),
            method.besides,
            method.published_code,
            method.ours,
        )
        lines.append(f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |")
    return "\n".join(lines)


def page(text, stored):
    """Return the page with its tables written anew."""
    before, rest = text.split(METHODS_BEGIN)
    text = f"{before}{METHODS_BEGIN}\n\n{methods()}\n\n{METHODS_END}{rest.split(METHODS_END)[1]}"
    lines = [BEGIN, ""]
    for name in SETS:
        for record in stored.get(name, []):
            config = record["config"]
            data = config["data"]
            options = {k: v for k, v in data["options"].items() if v is not None}
            lines += [section(record, note=False), "", f"Data {data['name']} {json.dumps(options)}; "
                      f"model options {json.dumps(config['model']['options'])}; code {', '.join(record['provenance']['code'])}, "
                      f"torch {', '.join(record['provenance']['version.torch'])}.", ""]  # fmt: skip
    return text.split(BEGIN)[0] + "\n".join([*lines, END]) + text.split(END)[1]


def main():
    """Run what is missing, or write the tables."""
    words = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    words.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the verification data")
    words.add_argument("--only", nargs="+", choices=list(SETS), default=list(SETS))
    words.add_argument("--seeds", type=int, default=SEEDS)
    words.add_argument("--out", type=Path, default=Path("runs/benchmarks"))
    words.add_argument("--workers", type=int, default=0)
    words.add_argument(
        "--table", action="store_true", help="write the tables of docs/imbalance.md from the stored JSON"
    )
    given = words.parse_args()
    warnings.simplefilter("ignore")
    for name in [] if given.table else given.only:
        found = measure(name, given.data, given.out, given.seeds, given.workers)
        stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
        stored |= {name: found}
        rows = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in stored.items())
        STORED.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")
    stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main()
