"""Known truth: mean contributions, interactions and attributions of trained models on synthetic data whose truth is known.

``rows()`` trains the designs and returns one row of the truth table per question; ``make truth`` prints it. A row: ``name``, ``question``,
``measured``, ``low``, ``high``, ``unit``, ``bar``, ``holds``, ``detail``.
"""

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np

import mmviz as mm
from mmviz.core.intervals import clustered_interval, mean_interval

SEEDS = (0, 1, 2, 3, 4)
MODEL = {"name": "coupled_mamba", "width": 16, "layers": 1, "state": 8}
#: name -> options of the data: which modality is informative is known by construction
DESIGNS = {
    "unique": {"modalities": 2, "unique": [1.0, 0.0], "redundant": 0.0, "synergistic": 0.0},
    "two unique bits (OR)": {"modalities": 2, "unique": [1.0, 1.0], "redundant": 0.0, "synergistic": 0.0},
    "duplicate": {"modalities": 2, "unique": 0.0, "redundant": 1.0, "synergistic": 0.0},
    "XOR": {"modalities": 2, "unique": 0.0, "redundant": 0.0, "synergistic": 1.0},
    "two noise modalities": {"modalities": 3, "unique": [1.0, 0.0, 0.0], "redundant": 0.0, "synergistic": 0.0},
}
NOISE = "two noise modalities"
#: every model is examined on SETS fresh test sets of SIZE samples, so that the coverage is not that of one draw of the test samples
SETS, SIZE = 15, 140


@dataclass(frozen=True)
class Fitted:
    """A data set, its trained model, and the Trace of fresh samples of the same design."""

    ds: object
    run: object
    trace: object


@cache
def fitted(design, seed, strategy="modality_dropout", epochs=None, n=900, batch_size=16, layers=1):
    """Return a trained model of a design; modality dropout unless the question is what happens without."""
    count = DESIGNS[design]["modalities"]
    epochs = epochs or (20 if design == "XOR" else 10)
    plan = {
        "steps": 16,
        "noise": 0.3,
        "task": "classification",
        "features": 3,
        "delays": [0] * count,
        **DESIGNS[design],
    }
    ds = mm.data.synthetic(n=n, seed=seed, **plan)
    fresh = mm.data.synthetic(n=SETS * SIZE * 10 // 7, seed=1000 + seed, **plan)["train"]
    options = {k: v for k, v in MODEL.items() if k != "name"} | {"layers": layers}
    model = mm.models.build(MODEL["name"], ds.spec, seed=seed, **options)
    rate = {"rate": 0.25, "empty": 0.1} if strategy == "modality_dropout" else None
    run = mm.train.fit(
        model, ds, epochs=epochs, batch_size=batch_size, learning_rate=0.01, seed=seed, strategy=strategy, strategy_options=rate,
        select="last", progress=False,
    )  # fmt: skip
    return Fitted(ds, run, mm.record(run, fresh, recorded_samples=12, influence=False, epochs=[run.best_epoch]))


def inside(design, seed, found=None, **how):
    """Return (set, mean): whether the 95 % interval of each printed mean of the accuracy game contains the truth; and the accuracy."""
    found = fitted(design, seed, **how) if found is None else found
    truth = found.ds.truth
    together = mm.analysis.interactions(found.trace, value="accuracy")
    pairs = [sum(1 << i for i in np.flatnonzero(row)) for row in together["subset_members"].values]
    values = np.concatenate(
        [
            mm.analysis.shapley(found.trace, value="accuracy")["phi"].values,
            together["interaction"].values,
            together["moebius"].values[:, 1:],
        ],
        1,
    )
    expected = np.concatenate([truth.shapley, [_index(truth.moebius, k) for k in pairs], truth.moebius[1:]])
    sets = np.arange(SETS * SIZE).reshape(SETS, SIZE)
    ends = np.array([clustered_interval(values[rows], None)[1:] for rows in sets])
    hits = (ends[:, 0] - 1e-9 <= expected) & (expected <= ends[:, 1] + 1e-9)
    return hits, float(mm.analysis.coalition_scores(found.trace)["score"][-1])


def _index(moebius, pair):
    """Return the Shapley interaction index of a pair from the Möbius coefficients m: Σ_{T ⊇ pair} m(T) / (|T| - 1)."""
    above = [k for k in range(len(moebius)) if k & pair == pair]
    return sum(moebius[k] / (k.bit_count() - 1) for k in above)


def rows_of_truth(seeds=SEEDS, designs=tuple(DESIGNS), **how):
    """Return a row per design: the share of printed means whose interval contains the truth."""
    out = []
    for design in designs:
        hits, scores = zip(*(inside(design, seed, **how) for seed in seeds), strict=True)
        each = np.array([one.mean() for one in hits])
        mean, low, high = mean_interval(each)
        out.append(
            {
                "name": f"known truth: {design}",
                "question": "do the 95 % intervals of mean Shapley values, interaction indices and Möbius coefficients contain the truth?",
                "measured": float(mean), "low": float(low), "high": float(high), "unit": "share of intervals",
                "bar": "0.92 to 1", "holds": bool(mean >= 0.92),
                "detail": f"{hits[0].shape[1]} means, {SETS} fresh test sets of {SIZE} samples, {len(seeds)} seeds, mean accuracy {np.mean(scores):.3f}; value: accuracy",
            }
        )  # fmt: skip
    return out


def noise_contribution(seed, strategy, **how):
    """Return mean |φ| over test samples of each modality; the first is informative, the others are noise; and of the signed mean."""
    phi = mm.analysis.shapley(fitted(NOISE, seed, strategy, **how).trace)["phi"].values
    return np.abs(phi).mean(0), phi.mean(0)


def rows_of_noise(seeds=SEEDS, **how):
    """Return two rows: mean |φ| per sample of noise after joint training, and after modality dropout."""
    out = []
    for strategy in ("joint", "modality_dropout"):
        each = np.stack([noise_contribution(seed, strategy, **how)[0] for seed in seeds])
        ratio = each[:, 1:].max(1) / each[:, 0]
        mean, low, high = mean_interval(ratio)
        sizes = " / ".join(f"{v:.2f}" for v in each.mean(0))
        out.append(
            {
                "name": f"per-sample Shapley value of noise, {strategy}",
                "question": "how large is the mean |φ| of a noise modality beside that of the informative one?",
                "measured": float(mean), "low": float(low), "high": float(high), "unit": "ratio, larger of two noise modalities",
                "bar": "none (shows the effect of coalitions that training never met)" if strategy == "joint" else "at most 0.2",
                "holds": bool(strategy == "joint" or mean <= 0.2),
                "detail": f"mean |φ| of p(true class), informative / noise / noise: {sizes}; {len(seeds)} seeds",
            }
        )  # fmt: skip
    return out


def rows_of_attribution(seeds=SEEDS, layers=(1, 2), **how):
    """Return a row per number of layers: share of the end-to-end attribution that falls on two noise modalities."""
    out = []
    for count in layers:
        share = []
        for seed in seeds:
            found = mm.analysis.end_to_end(fitted(NOISE, seed, layers=count, **how).trace)
            size = np.abs(found["share"].transpose("modality", "recorded_sample", "time").values).sum((1, 2))
            share.append(size[1:].sum() / size.sum())
        mean, low, high = mean_interval(np.array(share))
        out.append(
            {
                "name": f"end-to-end attribution of noise, {count} layer{'s' if count > 1 else ''}",
                "question": "which share of the end-to-end attribution falls on two noise modalities of three?",
                "measured": float(mean), "low": float(low), "high": float(high), "unit": "share of Σ|share|",
                "bar": "at most 0.1", "holds": bool(mean <= 0.1), "detail": f"12 samples, {len(seeds)} seeds",
            }
        )  # fmt: skip
    return out


def rows(seeds=SEEDS, **how):
    """Return all rows of this file."""
    return [*rows_of_truth(seeds, **how), *rows_of_noise(seeds, **how), *rows_of_attribution(seeds, **how)]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for row in rows():
        print(
            f"{row['name']:50} {row['measured']:.3f} ({row['low']:.3f} to {row['high']:.3f}) {row['unit']}; bar {row['bar']}; {row['detail']}"
        )
