"""A data set to copy: pairs of a tone and a light signal, two classes.

In the package: `mmviz/data/sets/NAME.py` and a line in `LOADERS` of `mmviz/data/load.py`. Outside it: the last line of this file.
Describe source, licence and pitfalls in `data/README.md`. Test shapes, counts, the split, and a baseline that shuffled labels would not reach.
"""

import numpy as np

import mmviz as mm


def load_tones(*, noise: float = 0.5, seed: int = 0) -> mm.data.Dataset:
    """Load 120 pairs of a tone (24 steps, 2 features) and a light signal (16 steps, 1 feature).

    Parameters
    ----------
    noise
        Standard deviation of the white noise, ≥ 0.
    seed
        Of the noise; global random state is not changed.

    Returns
    -------
    Dataset
        Splits train, valid and test of 80, 20 and 20 pairs.
    """
    rng = np.random.default_rng(seed)
    target = np.arange(120) % 2
    tone = np.sin(np.arange(24)[:, None] * (1 + target[:, None, None]) / 2)
    light = np.broadcast_to(target[:, None, None] - 0.5, (120, 16, 1))
    inputs = {"tone": tone * np.ones(2), "light": light}
    return mm.data.from_arrays(
        {name: x + noise * rng.standard_normal(x.shape) for name, x in inputs.items()},
        target,
        split={"train": 2 / 3, "valid": 1 / 6, "test": 1 / 6},
        classes=["low", "high"],
        name="tones",
    )


mm.data.register("tones", load_tones)
