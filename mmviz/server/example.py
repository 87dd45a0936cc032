"""Example Trace for the app: the README's model, trained on the watch data for about a minute."""

from __future__ import annotations

import sys
from pathlib import Path


def write_example_trace(path: Path, *, epochs: int = 4) -> Path:
    """Train a small Coupled Mamba on the watch data, record its test split, save the Trace; return its path.

    Parameters
    ----------
    path
        File of the Trace; missing folders are created.
    epochs
        Epochs of training.
    """
    import mmviz as mm

    ds = mm.data.load("watch", fold=0)
    model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=0)
    run = mm.train.fit(model, ds, epochs=epochs, select="last", seed=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    return mm.trace.save(mm.record(run, ds["test"]), path)


if __name__ == "__main__":
    sys.stdout.write(f"{write_example_trace(Path(sys.argv[1]))}\n")
