"""Trainings that the measurements share: four models on three data sets over seeds, and two controls. Kept in a folder, one run per cell."""

import hashlib
import inspect
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import mmviz as mm
from mmviz.io.digest import version_of

MODELS = {
    "1 layer": ("coupled_mamba", {"layers": 1}),
    "2 layers": ("coupled_mamba", {"layers": 2}),
    "3 layers": ("coupled_mamba", {"layers": 3}),
    "AlignMamba-2": ("alignmamba2", {"layers": 2}),
}
#: data set -> width, epochs, further options of the model
TRAININGS = {
    "synthetic": (24, 8, {"steps": 24}),
    "watch": (32, 8, {"steps": 50}),
    "av_digits": (32, 3, {}),
}
#: files of mmviz on which a training depends: of every model, and of each fusion
TRAINED_BY = (
    "models/base.py", "models/batch.py", "models/layers.py", "models/encoder.py", "models/resampling.py", "train/fit.py", "train/loop.py",
    "train/config.py", "train/schedule.py", "train/strategies/base.py", "train/strategies/joint.py", "data/sets", "data/batches.py",
)  # fmt: skip
FUSION_FILES = {
    "coupled_mamba": ("models/fusions/coupled_mamba.py", "models/ssm/blocks.py", "models/ssm/coupling.py"),
    "alignmamba2": ("models/fusions/alignmamba2.py", "models/ssm"),
}
#: control -> what is different; trained on synthetic data with two layers
CONTROLS = {
    "untrained": "the model before its first update",
    "permuted labels": "trained with the labels of the training and validation samples permuted",
}


@dataclass(frozen=True)
class Cell:
    """One training: data set, model, seed, and "" or a control."""

    data: str
    model: str
    seed: int
    control: str = ""

    @property
    def key(self):
        words = [self.data, self.model, self.control, f"seed {self.seed}"]
        return ", ".join(word for word in words if word)

    def digest(self):
        """Return a digest of the sources and options of the training."""
        name, options = MODELS[self.model]
        sources = version_of((*TRAINED_BY, *FUSION_FILES[name]))
        described = (
            f"{sources} {options} {TRAININGS[self.data]} {inspect.getsource(Cell)} {inspect.getsource(permuted)}"
        )
        return hashlib.sha256(described.encode()).hexdigest()[:12]

    def dataset(self):
        """Return the data set of this seed: another draw (synthetic), another fold by subject (watch), one split (av_digits)."""
        if self.data == "synthetic":
            ds = mm.data.synthetic(
                n=500, modalities=2, steps=24, features=4, unique=(1.0, 0.6), redundant=0.8, synergistic=0.0, noise=0.2,
                delays=(0, 6), seed=self.seed, task="classification",
            )  # fmt: skip
        elif self.data == "watch":
            ds = mm.data.load("watch", fold=self.seed % 5)
        else:
            ds = mm.data.load("av_digits", image_energy=0.25)
        return permuted(ds, self.seed) if self.control == "permuted labels" else ds

    def run(self, folder):
        """Return the run, from the folder of trainings where the same sources made it; also the data set."""
        ds = self.dataset()
        out = Path(folder) / f"{self.key}-{self.digest()}".replace(", ", "-").replace(" ", "_")
        if (out / "run.json").exists() and (run := mm.train.load(out)).status == "finished":
            return run, ds
        return self.fit(ds, out), ds

    def fit(self, ds, out):
        """Train anew."""
        width, epochs, options = TRAININGS[self.data]
        name, own = MODELS[self.model]
        model = mm.models.build(name, ds.spec, width=width, seed=self.seed, **options, **own)
        if self.control == "untrained":
            return untrained(model, ds, self.seed)
        select = "last" if self.control else "best"  # the best epoch of permuted labels is the untrained model
        how = {"epochs": epochs, "seed": self.seed, "select": select, "progress": False}
        return mm.train.fit(model, ds, out=out, overwrite=True, **how)


def untrained(model, ds, seed):
    """Return a run whose selected epoch holds the initial weights."""
    run = mm.train.fit(model, ds, epochs=1, seed=seed, progress=False)
    weights = run.weights[0]
    run.model.load_state_dict(weights)
    run.best_epoch, run.weights = 0, {0: weights}
    return run


def permuted(ds, seed):
    """Return the data set with permuted targets in its training and validation splits."""
    rng = np.random.default_rng([seed, 7])
    changed = {n: replace(s, target=rng.permutation(s.target)) if n != "test" else s for n, s in ds.splits.items()}
    return replace(ds, splits=changed)


def cells(seeds, data=tuple(TRAININGS), models=tuple(MODELS)):
    """Return the cells of a grid, seed by seed."""
    return [Cell(d, m, s) for s in range(seeds) for d in data for m in models]
