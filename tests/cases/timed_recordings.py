"""A small data set of two irregular sensors and a static row, with a gap in the first and a late start of the second."""

import numpy as np

import mmviz as mm


def timed_recordings(n=18, start=0.0, features=2):
    rng = np.random.default_rng(0)
    a = np.stack([np.sort(np.r_[0.0, rng.uniform(0.05, 4, 29), rng.uniform(7, 9.8, 20)]) for _ in range(n)]) + start
    b = np.stack([np.sort(np.r_[1.5, rng.uniform(1.6, 8, 14)]) for _ in range(n)]) + start
    target = np.arange(n) % 2
    inputs = {
        "sensor": np.sin(a + target[:, None])[..., None] + rng.normal(0, 0.1, (n, 50, features)),
        "notes": np.cos(b)[..., None] + rng.normal(0, 0.1, (n, 15, 1)),
        "table": rng.normal(size=(n, 1, 3)),
    }
    return mm.data.from_arrays(
        inputs, target, split={"train": 0.5, "valid": 0.25, "test": 0.25}, times={"sensor": a, "notes": b}, seed=1
    )


def timed_run(ds, **options):
    model = mm.models.build("coupled_mamba", ds.spec, seed=0, **{"width": 8, "steps": 20} | options)
    return mm.train.fit(model, ds, epochs=1, progress=False)
