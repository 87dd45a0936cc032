"""A Trace to serve where there is none yet: the README's model of the watch data, trained for a minute."""

from __future__ import annotations

import sys
from pathlib import Path


def write(path: Path, *, epochs: int = 4) -> Path:
    """Train a small Coupled Mamba on the watch data, record its test split, save the Trace; return its path.

    Parameters
    ----------
    path
        Of the Trace. Folders on the way are made.
    epochs
        Of training.
    """
    import mmviz as mm

    ds = mm.data.load("watch", fold=0)
    model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=0)
    run = mm.train.fit(model, ds, epochs=epochs, select="last", seed=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    return mm.trace.save(mm.record(run, ds["test"]), path)


if __name__ == "__main__":
    sys.stdout.write(f"{write(Path(sys.argv[1]))}\n")
