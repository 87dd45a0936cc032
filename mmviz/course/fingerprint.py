"""Result fingerprint: a short hash of rounded results, to compare two runs of a notebook."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from mmviz.core.errors import ConfigError


def fingerprint(*, seed: int, digits: int = 2, **results: Any) -> str:
    """Return one line with the seed and a hash of the rounded results.

    Parameters
    ----------
    seed
        Of the run.
    digits
        Significant decimal digits of every number in the hash. A value near a rounding boundary may be rounded the other way on another
        processor: a different fingerprint is a reason to look, not a proof of an error.
    **results
        Numbers or arrays by name; their order does not matter.

    Returns
    -------
    str
        Such as ``seed 0 · results 3f9a1c (accuracy, phi; 2 digits)``.

    Raises
    ------
    ConfigError
        No result, a result that is not numbers, or ``digits`` below 1.

    Examples
    --------
    >>> fingerprint(seed=0, accuracy=0.98123) == fingerprint(seed=0, accuracy=0.98124)
    True
    """
    if not results:
        raise ConfigError("fingerprint: no results; give some by name, such as fingerprint(seed=0, accuracy=0.98)")
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise ConfigError(f"fingerprint: digits={digits!r}; give an integer ≥ 1")
    digest = hashlib.sha256()
    for name in sorted(results):
        try:
            values = np.asarray(results[name], dtype=np.float64)
        except (TypeError, ValueError):
            raise ConfigError(
                f"fingerprint: result {name!r} is a {type(results[name]).__name__}; give numbers"
            ) from None
        rounded = " ".join(
            np.format_float_scientific(v + 0.0, precision=digits - 1, unique=False) for v in values.ravel()
        )
        digest.update(f"{name} {values.shape} {rounded}\n".encode())
    names = ", ".join(sorted(results))
    unit = "digit" if digits == 1 else "digits"
    return f"seed {seed} · results {digest.hexdigest()[:6]} ({names}; {digits} {unit})"
