"""Result fingerprint: a short hash of rounded results, to compare two runs of a notebook."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from mmviz.core.errors import ConfigError


def seal(*, seed: int, digits: int = 2, **results: Any) -> str:
    """Return one line with the seed and a hash of results, rounded first so that last digits do not matter.

    Parameters
    ----------
    seed
        Of the run.
    digits
        Significant decimal digits that are kept of every number. A value near the edge between two roundings may fall to either side on another
        processor: another seal is a reason to look, not a proof of a fault.
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
    >>> seal(seed=0, accuracy=0.98123) == seal(seed=0, accuracy=0.98124)
    True
    """
    if not results:
        raise ConfigError("seal: no results; give some by name, such as seal(seed=0, accuracy=0.98)")
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise ConfigError(f"seal: digits={digits!r}; give a whole number from 1")
    digest = hashlib.sha256()
    for name in sorted(results):
        try:
            values = np.asarray(results[name], dtype=np.float64)
        except (TypeError, ValueError):
            raise ConfigError(f"seal: {name} is {type(results[name]).__name__}; give numbers") from None
        told = " ".join(np.format_float_scientific(v + 0.0, precision=digits - 1, unique=False) for v in values.ravel())
        digest.update(f"{name} {values.shape} {told}\n".encode())
    names = ", ".join(sorted(results))
    unit = "digit" if digits == 1 else "digits"
    return f"seed {seed} · results {digest.hexdigest()[:6]} ({names}; {digits} {unit})"
