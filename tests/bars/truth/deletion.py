"""Deletion at 20 %: end-to-end attribution against integrated gradients, recency and random; and the time both take."""

import time
import warnings

import numpy as np
import torch
from trained_models import MODELS, TRAININGS, cells
from truth_registry import Row, measurement, over_seeds

from mmviz.models.batch import batch_of
from mmviz.recording.explanations import METHODS, Explained
from mmviz.recording.faithfulness import curves

SAMPLES, FRACTIONS, POINTS = 24, (0.0, 0.1, 0.2, 0.5, 1.0), 50
OURS, PEER = "end-to-end attribution", "integrated gradients"
USED = (OURS, PEER, "gradient x input", "single-cell ablation", "recency")
LEAST, AVERAGE, TIME = 0.02, 0.05, 1 / 20


def chosen_rows(split, seed):
    """Return up to 24 test samples, drawn at random."""
    return np.random.default_rng(seed).permutation(len(split))[:SAMPLES]


def explained_samples(run, split, seed):
    """Return the samples of a run, explained from the zero baseline."""
    with run.at_epoch(run.best_epoch) as model:
        return Explained.of(model, batch_of(split, chosen_rows(split, seed)), "zero")


def timed(method, explained, times=1):
    """Return the scores, and the least CPU time in seconds: one thread, and other programs do not count."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        scores = method(explained)
        seconds.append(time.process_time() - start)
    return scores, min(seconds)


def deleted(cell, folder):
    """Return the mean output after each share of removed cells by method, test accuracy, and the time of both explanations."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    run, ds = cell.run(folder)
    explained = explained_samples(run, ds["test"], cell.seed)
    scores, seconds = {}, {}
    for name in USED:
        if name == OURS:
            METHODS[name](explained)  # kernels are compiled before the clock runs
        scores[name], seconds[name] = timed(METHODS[name], explained, 3 if name == OURS else 1)
    group = curves(explained, scores, np.arange(len(explained.predicted)), FRACTIONS, seed=cell.seed)
    mean = group.mean("recorded_sample")
    names = [str(n) for n in mean["explanation"].values]
    accuracy = float((run.predict(ds["test"]).argmax(1) == ds["test"].target).mean())
    return {
        "accuracy": accuracy,
        "fraction": list(FRACTIONS),
        "deletion": {n: [float(v) for v in mean["deletion"].values[i]] for i, n in enumerate(names)},
        "insertion": {n: [float(v) for v in mean["insertion"].values[i]] for i, n in enumerate(names)},
        "seconds": seconds,
    }


def after_20(found, name):
    return found["deletion"][name][FRACTIONS.index(0.2)]


def deletion_rows(found):
    """Return the bars: the difference on every data set and model, its average, and the share of time."""
    rows, means = [], []
    after = "output after removing 20 %"
    for data in TRAININGS:
        for model in MODELS:
            here = [f for c, f in found.items() if (c.data, c.model) == (data, model)]
            if not here:
                continue
            place = f"{data}, {model}"
            rows.append(over_seeds("faithfulness", place, "uncut output", [f["deletion"]["random"][0] for f in here]))
            for name in (*USED, "random"):
                each = [after_20(f, name) for f in here]
                rows.append(over_seeds("faithfulness", place, f"{after}: {name}", each))
            gap = [after_20(f, PEER) - after_20(f, OURS) for f in here]
            means.append(float(np.mean(gap)))
            what = f"{after}: {PEER} minus {OURS}"
            rows.append(over_seeds("end-to-end", place, what, gap, f"≥ {LEAST}", lambda v: v >= LEAST))
            gain = [after_20(f, "random") - after_20(f, OURS) for f in here]
            rows.append(over_seeds("end-to-end", place, f"{after}: random minus {OURS}", gain))
            ratio = [f["seconds"][OURS] / f["seconds"][PEER] for f in here]
            what = f"CPU time relative to {PEER} of {POINTS} points"
            rows.append(over_seeds("end-to-end", place, what, ratio, "≤ 1/20", lambda v: v <= TIME))
    if means:
        mean = float(np.mean(means))
        what = f"{after}: {PEER} minus {OURS}, average over data sets and models"
        rows.append(Row("end-to-end", "", what, mean, n=len(means), bar=f"≥ {AVERAGE}", holds=mean >= AVERAGE))
    return rows


measurement("deletion", cells=cells, rows=deletion_rows)(deleted)
