"""A small honest data set as arguments of from_arrays, for tests that spoil one thing."""

import numpy as np

SIZES = {"train": 12, "valid": 5, "test": 6}


def honest(*, steps=7):
    """Return inputs, target and lengths per split: two modalities, two classes."""
    rng = np.random.default_rng(0)
    inputs, target, lengths = {}, {}, {}
    for split, n in SIZES.items():
        inputs[split] = {"sound": rng.normal(size=(n, steps, 3)), "light": rng.normal(size=(n, 4, 2))}
        target[split] = np.arange(n) % 2
        lengths[split] = {"sound": rng.integers(2, steps + 1, n), "light": np.full(n, 4)}
        for i, k in enumerate(lengths[split]["sound"]):
            inputs[split]["sound"][i, k:] = 0
    return inputs, target, lengths
