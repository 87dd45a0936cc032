"""Known delays between two modalities: lag found by ``mm.recording.cross_modal_lag`` in trained models, and two controls."""

import hashlib
import inspect
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from truth_registry import Row, measurement

import mmviz as mm
from mmviz.io.digest import version_of

#: delay in steps, standard deviation of the noise; the target is the product of a pulse's sign in both modalities (XOR)
DELAYS = ((2, 0.5), (5, 0.5), (12, 0.0), (20, 0.5), (12, 1.0))
#: control -> delay, noise
CONTROLS = {"no delay": (0, 0.5), "second modality is noise": (8, 0.5), "untrained": (8, 0.5)}
SOLVED = 0.8


@dataclass(frozen=True)
class DelayCell:
    """One training: delay, noise, seed, and "" or a control."""

    delay: int
    noise: float
    seed: int
    control: str = ""
    data: str = "synthetic"

    @property
    def key(self):
        """Return a name of the cell."""
        return f"delay {self.delay}, noise {self.noise}, {self.control or 'delayed'}, seed {self.seed}"

    def digest(self):
        """Return a digest of the code of models, training and this cell."""
        sources = (
            f"{version_of(('models', 'train', 'data', 'recording/cross_modal_lag.py'))} {inspect.getsource(DelayCell)}"
        )
        return hashlib.sha256(sources.encode()).hexdigest()[:12]

    def run(self, folder):
        """Return a run, from the folder where the same code made it, and its data."""
        alone = self.control == "second modality is noise"
        ds = mm.data.synthetic(
            n=1000 if self.noise < 1 else 2500, modalities=2, steps=40, delays=(0, self.delay), noise=self.noise, seed=self.seed,
            task="classification", redundant=0.0, unique=[1.0, 0.0] if alone else 0.0, synergistic=0.0 if alone else 1.0,
        )  # fmt: skip
        out = Path(folder) / f"{self.key}-{self.digest()}".replace(", ", "-").replace(" ", "_")
        if (out / "run.json").exists() and (run := mm.train.load(out)).status == "finished":
            return run, ds
        model = mm.models.build("coupled_mamba", ds.spec, width=16, layers=1, state=8, seed=self.seed)
        epochs = 1 if self.control == "untrained" else 30
        return mm.train.fit(
            model, ds, epochs=epochs, seed=self.seed, learning_rate=5e-3, progress=False, out=out, overwrite=True
        ), ds


def delay_cells(seeds):
    """Return all delays and controls, seed by seed."""
    known = [DelayCell(delay, noise, seed) for seed in range(seeds) for delay, noise in DELAYS]
    return known + [DelayCell(*CONTROLS[c], seed, c) for seed in range(seeds) for c in CONTROLS]


def delay_rows(found):
    """Return how often the lag is given, and how often it is within one step of the delay."""
    rows, what = [], "lag given and within one step of the delay, as a share of"
    known = {cell: one for cell, one in found.items() if not cell.control}
    solved = [(cell, one) for cell, one in known.items() if one["accuracy"] >= SOLVED]
    given = [(cell, one) for cell, one in known.items() if one["lag"] is not None]
    right = [abs(one["lag"] - cell.delay) <= 1 for cell, one in given]
    case = "XOR of two modalities, delays 2 to 20, noise 0 to 1 sd"
    if solved:
        share = float(np.mean([one["lag"] is not None and abs(one["lag"] - cell.delay) <= 1 for cell, one in solved]))
        rows.append(
            Row(
                "streams",
                case,
                f"{what} the models that solve the task (accuracy ≥ {SOLVED})",
                share,
                n=len(solved),
                bar="≥ 0.9",
                holds=share >= 0.9,
            )
        )
    if given:
        share = float(np.mean(right))
        rows.append(
            Row("streams", case, f"{what} the lags given", share, n=len(given), bar="≥ 0.9", holds=share >= 0.9)
        )
    for control in CONTROLS:
        here = [(cell, one) for cell, one in found.items() if cell.control == control]
        wrong = [one["lag"] is not None and not (control == "no delay" and abs(one["lag"]) <= 1) for cell, one in here]
        if here:
            share = float(np.mean(wrong))
            rows.append(
                Row(
                    "streams",
                    f"control, {control}",
                    "wrong lag given",
                    share,
                    n=len(here),
                    bar="≤ 0.1",
                    holds=share <= 0.1,
                )
            )
    return rows


@measurement("delays", cells=delay_cells, rows=delay_rows)
def delays(cell, folder):
    """Return the lag of the second modality after the first (None: unknown), its stability and the accuracy."""
    torch.set_num_threads(1)
    run, ds = cell.run(folder)
    found = mm.recording.cross_modal_lag(run, ds["test"], epoch=0 if cell.control == "untrained" else None)
    pair = found.isel(target_modality=1, source_modality=0)
    lag, stability = float(pair["lag"]), float(pair["stability"])
    return {
        "lag": None if np.isnan(lag) else lag,
        "stability": None if np.isnan(stability) else stability,
        "reason": str(pair["reason"].values),
        "accuracy": float((run.predict(ds["test"]).argmax(1) == ds["test"].target).mean()),
    }
