"""Findings of the notebooks over five seeds, each with its control: the trainings of the notebooks, repeated.

    OMP_NUM_THREADS=1 python tests/bars/notebook_findings.py [--only 06] [--seeds 5]

Writes mmviz/course/findings.json, which the notebooks quote (mm.course.stored_finding). Trainings are cached in runs/findings.
"""

import argparse
import copy
import dataclasses
import json
import platform
import warnings
from pathlib import Path

import numpy as np
import torch

import mmviz as mm
from mmviz.course.findings_over_seeds import STORED
from mmviz.studies.papers.export import commit

CACHE = Path(__file__).parents[2] / "runs" / "findings"


def fitted(kind, ds, options, seed, **plan):
    """Return a training whose model and order of batches have one seed."""
    model = mm.models.build(kind, ds.spec, **options, seed=seed)
    return mm.train.fit(model, ds, **plan, select="last", seed=seed, progress=False, cache=CACHE)


def accuracy(run, split):
    """Return the share of correct predictions."""
    return float((run.predict(split).argmax(1) == split.target).mean())


def untrained(run):
    """Return the run with the weights before the first step."""
    with run.at_epoch(0) as model:
        return dataclasses.replace(run, model=copy.deepcopy(model), best_epoch=0)


def between_seeds(values):
    """Return the absolute difference of each seed to the next one; of the first to the last."""
    return abs(values - np.roll(values, 1, axis=0))


def after_cut(run, split, **options):
    """Return p(predicted class) without the steps with the largest shares, and without random steps."""
    cut = mm.analysis.faithfulness(mm.record(run, split, epochs=[run.best_epoch], **options))["after_mean"]
    return tuple(float(cut.sel(explanation=name)) for name in ("end-to-end attribution", "random"))


def start_here(seeds):
    """Notebook 00: the network beside a linear model on fold 0, the contributions, a cut."""
    ds = mm.data.load("watch", fold=0)
    linear = mm.train.linear_baseline(ds)
    augment = mm.train.Augment(rotate=ds.spec.names, degrees=20, stretch=("dynamic", "gyro"))
    chance = 1 / len(ds.spec.task.classes)
    beside, before, phi, cuts, without = [], [], [], [], []
    for seed in seeds:
        options = {"layers": 2, "steps": 50, "coupling": "softmax"}
        run = fitted("coupled_mamba", ds, options, seed, strategy="modality_dropout", epochs=6, augment=augment)
        beside.append(accuracy(run, ds["test"]) - linear[" + ".join(ds.spec.names)])
        before.append(accuracy(untrained(run), ds["test"]))
        phi.append(
            mm.analysis.shapley(mm.record(run, ds["test"], epochs=[6], influence=False))["phi"].mean("sample").values
        )
        cuts.append(np.subtract(*after_cut(run, ds["test"])))
        without.append(np.subtract(*after_cut(untrained(run), ds["test"])))
    yield "00 network against linear", "accuracy of the network minus a linear model's, fold 0", beside, (
        "an untrained network minus the linear model", [b - linear[" + ".join(ds.spec.names)] for b in before])  # fmt: skip
    yield "00 accuracy", "accuracy on two new people", [b + linear[" + ".join(ds.spec.names)] for b in beside], (
        f"an untrained network (chance {chance:.1%})", before)  # fmt: skip
    mean = [float(row.mean()) for row in phi]
    for name, values in zip(ds.spec.names, np.array(phi).T, strict=True):
        yield f"00 contribution {name}", f"Shapley value of {name}", values, ("equal shares", mean)
    yield "00 cut", "p(predicted class) without the top steps minus without random steps", cuts, (
        "an untrained network", without)  # fmt: skip


def hidden_influence(seeds):
    """Notebook 03, section 4 and 6: what training changes in the operator, and a cut."""
    ds, options = mm.data.load("watch", fold=0), {"layers": 1, "steps": 50, "coupling": "softmax"}
    gates, other, cuts, without, steps = [], [], [], [], []
    for seed in seeds:
        run = fitted("coupled_mamba", ds, options, seed, epochs=4)
        for one in (run, untrained(run)):
            trace = mm.record(one, ds["test"], recorded_samples=6, epochs=[one.best_epoch])
            steps.append(float(trace["operator"]["dt"].mean()))
        gates.append(steps[-2] / steps[-1] - 1)
        cuts.append(np.subtract(*after_cut(run, ds["test"], recorded_samples=6)))
        without.append(np.subtract(*after_cut(untrained(run), ds["test"], recorded_samples=6)))
    first = steps[1::2]
    other = [abs(a / b - 1) for a, b in zip(first, np.roll(first, 1), strict=True)]
    yield "03 step size", "relative change of the mean step size Δ by training", gates, ("two untrained models", other)
    yield "03 cut", "p(predicted class) without the top steps minus without random steps", cuts, (
        "an untrained model", without)  # fmt: skip


def experts(seeds):
    """Notebook 04: modality-specific experts beside a wider plain layer."""
    ds = mm.data.load("av_digits")
    small = {"width": 16, "layers": 1, "steps": 14, "state": 4, "ot": 0, "mmd": 0}
    rows = {name: {"experts": name} for name in ("shared", "both")} | {"wider": {"experts": "shared", "width": 22}}
    plan = {"epochs": 4, "batch_size": 128, "learning_rate": 1e-2}
    score = {
        name: np.array([accuracy(fitted("alignmamba2", ds, small | o, seed, **plan), ds["test"]) for seed in seeds])
        for name, o in rows.items()
    }
    seed_alone = between_seeds(score["shared"])
    yield "04 experts", "accuracy with experts minus plain Mamba", score["both"] - score["shared"], (
        "plain Mamba, two seeds", seed_alone)  # fmt: skip
    yield "04 wider", "accuracy of a wider plain Mamba minus with experts", score["wider"] - score["both"], (
        "plain Mamba of the same width minus with experts", score["shared"] - score["both"])  # fmt: skip


def alignment(seeds):
    """Notebook 05, section 4: the weight of the alignment loss."""
    ds, small = mm.data.load("av_digits"), {"width": 16, "layers": 1, "steps": 14, "state": 4}
    plan = {"epochs": 4, "batch_size": 128, "learning_rate": 1e-2}
    rows = {
        "0": {"ot": 0, "mmd": 0, "anchor_gradient": True},
        "1": {"ot": 1, "mmd": 1, "anchor_gradient": True},
        "100": {"ot": 100, "mmd": 100, "anchor_gradient": True},
        "100, MMD only": {"ot": 0, "mmd": 100, "anchor_gradient": True},
        "1, default": {"ot": 1, "mmd": 1},
        "0.01, default": {"ot": 0.01, "mmd": 0.01},
    }
    score = {
        name: np.array([accuracy(fitted("alignmamba2", ds, small | o, seed, **plan), ds["test"]) for seed in seeds])
        for name, o in rows.items()
    }
    noise = between_seeds(score["0"])
    lower, control = ("two seeds without alignment", -noise), ("two seeds without alignment", noise)
    yield "05 large weight", "accuracy at weight 100 minus without alignment", score["100"] - score["0"], lower
    yield "05 weight 1", "accuracy at weight 1 minus without alignment", score["1"] - score["0"], lower
    yield "05 MMD only", "accuracy at weight 100, MMD only minus both", score["100, MMD only"] - score["100"], control
    yield "05 anchor", "accuracy at weight 1, gradient to the image only minus to both", (
        score["1, default"] - score["1"]), control  # fmt: skip
    yield "05 small weight", "accuracy at the default weight 0.01 minus without alignment", (
        score["0.01, default"] - score["0"]), ("weight 1 minus without alignment", score["1"] - score["0"])  # fmt: skip


def imbalance(seeds):
    """Notebook 06, section 4: strategies at equal updates."""
    ds = mm.data.load("av_digits", image_energy=0.25)
    small = {"width": 16, "layers": 1, "steps": 14, "state": 4, "coupling": "softmax"}
    plan = {"epochs": 4, "batch_size": 128, "learning_rate": 1e-2, "monitor": True}
    rows = {
        "joint": {},
        "joint_long": {"epochs": 12},
        "dropout_long": {"epochs": 12, "strategy": "modality_dropout"},
        "ogm_ge": {"strategy": "ogm_ge", "strategy_options": {"noise_on": "all"}},
        "shapley_alternating": {"strategy": "shapley_alternating"},
    }
    score, e1 = {}, {}
    for name, how in rows.items():
        found = []
        for seed in seeds:
            run = fitted("coupled_mamba", ds, small, seed, **(plan | how))
            trace = mm.record(run, ds["test"], recorded_samples=2, influence=False, epochs=[run.best_epoch])
            found.append(
                (mm.analysis.coalition_scores(trace)["score"].values, float(mm.analysis.imbalance(trace)["E1"]))
            )
        score[name], e1[name] = np.array([s for s, _ in found]), np.array([e for _, e in found])
    gain = {name: score[name] - score["joint_long"] for name in rows}
    noise = between_seeds(score["joint_long"])
    for name, word in (("shapley_alternating", "alternating updates"), ("dropout_long", "modality dropout")):
        control = ("joint training, two seeds", noise[:, 2])
        yield (
            f"06 {word}, image",
            f"image-only accuracy, {word} minus joint at equal updates",
            gain[name][:, 2],
            control,
        )
        control = ("its gain with the image only", gain[name][:, 2])
        yield f"06 {word}, both", f"accuracy, {word} minus joint at equal updates", gain[name][:, 3], control
    yield "06 dropout against alternating", "image-only accuracy, modality dropout minus alternating updates", (
        score["dropout_long"] - score["shapley_alternating"])[:, 2], ("joint training, two seeds", noise[:, 2])  # fmt: skip
    yield "06 E1 of OGM-GE", "E1 of OGM-GE minus joint", e1["ogm_ge"] - e1["joint"], (
        "joint training, two seeds", -between_seeds(e1["joint"]))  # fmt: skip
    yield "06 accuracy of OGM-GE", "accuracy of OGM-GE minus joint", (score["ogm_ge"] - score["joint"])[:, 3], (
        "joint training, two seeds", -between_seeds(score["joint"])[:, 3])  # fmt: skip


def missing(seeds):
    """Notebook 07: training for missing modalities, at the rates 0 and 0.7."""
    from mmviz.data.missing import drop_modalities

    ds = mm.data.load("watch", fold=0)
    small = {"width": 16, "layers": 1, "steps": 25, "state": 4, "coupling": "softmax"}
    plan = {"epochs": 4, "batch_size": 64, "learning_rate": 1e-2}
    mapping = {"base": "coupled_mamba", "base_options": {"layers": 1, "state": 4, "coupling": "softmax"}}
    mapping |= {"width": 16, "steps": 25, "memory": False, "feature": 0.1}
    half = {"strategy": "modality_dropout", "strategy_options": {"rate": 0.5}}
    rows = {
        "complete": (ds, "coupled_mamba", small, {}),
        "losses": (drop_modalities(ds, 0.4, splits=["train"]), "coupled_mamba", small, {}),
        "dropout": (ds, "coupled_mamba", small, half),
        "mapping": (ds, "equilibrium", mapping, half),
    }
    runs = {
        name: [fitted(kind, data, o, seed, **plan, **how) for seed in seeds]
        for name, (data, kind, o, how) in rows.items()
    }
    found = mm.recording.compare_missing(runs, ds["test"], draws=5)["score"]
    score = {name: found.sel(model=name, rate=[0.0, 0.7]).values for name in rows}
    noise = between_seeds(score["complete"].T).T
    for name, word in (("losses", "losses at 0.4"), ("dropout", "dropout")):
        gain = score[name] - score["complete"]
        yield f"07 {word}", f"accuracy at rate 0.7, {word} minus complete", gain[1], ("complete, two seeds", noise[1])
        yield f"07 cost of {word}", f"accuracy with nothing missing, {word} minus complete", gain[0], (
            "its gain at 0.7", gain[1])  # fmt: skip
    yield "07 mapping", "mean accuracy, dropout with mapping minus dropout", (
        score["mapping"] - score["dropout"]).mean(0), ("complete, two seeds", -noise.mean(0))  # fmt: skip


NOTEBOOKS = {"00": start_here, "03": hidden_influence, "04": experts, "05": alignment, "06": imbalance, "07": missing}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=NOTEBOOKS, help="one notebook")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(1)
    for name in [given.only] if given.only else NOTEBOOKS:
        found = list(NOTEBOOKS[name](range(given.seeds)))
        stored = json.loads(STORED.read_text(encoding="utf-8"))
        stored = {key: one for key, one in stored.items() if not key.startswith(name)}
        provenance = {
            "code": commit(),
            "command": f"python tests/bars/notebook_findings.py --only {name} --seeds {given.seeds}",
            "machine": platform.machine(),
            "python": platform.python_version(),
            "torch": torch.__version__,
        }
        for key, quantity, values, (control, control_values) in found:
            stored[key] = {
                "quantity": quantity,
                "values": [round(float(v), 6) for v in values],
                "control": control,
                "control_values": [round(float(v), 6) for v in control_values],
                "seeds": list(range(given.seeds)),
                "provenance": provenance,
            }
        STORED.write_text(
            json.dumps(dict(sorted(stored.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        for key in stored:
            if key.startswith(name):
                print(f"{key:32} {mm.course.stored_finding(key).text('+.3f')}", flush=True)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joint trainings never met single modalities: the subject of notebook 06
        main()
