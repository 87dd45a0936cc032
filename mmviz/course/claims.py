"""Claims of a notebook, by kind: an identity (rounding only), a test (for this input), a finding (empirical, with a control).

An identity or a test that fails is an error. A finding that does not hold is a result: it is printed with "not in this run".
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.core.intervals import mean_interval
from mmviz.course.findings_over_seeds import stored_finding

if TYPE_CHECKING:
    from jaxtyping import Float


@dataclass(frozen=True, repr=False)
class Claim:
    """A claim that was checked.

    Attributes
    ----------
    kind
        ``"identity"``, ``"test"`` or ``"finding"``.
    text
        The claim in words.
    holds
        False for a finding that does not hold in this run; the other kinds raise.
    line
        The printed line.
    """

    kind: str
    text: str
    holds: bool
    line: str

    def __bool__(self) -> bool:
        return self.holds

    def __repr__(self) -> str:
        return self.line

    def _ipython_display_(self) -> None:
        """Display nothing in a notebook: the line is printed already."""


def identity(text: str, found: Any, expected: Any, *, tolerance: float = 1e-12) -> Claim:
    r"""Check and print an equation that must hold for every run, to rounding.

    Parameters
    ----------
    text
        The equation in words.
    found, expected
        Numbers, arrays or tensors of one shape (``expected`` may be a single number); mappings with the same keys, compared key by
        key; or anything else that has ``==``, such as bytes or names.
    tolerance
        Largest permitted difference, as a share of the largest \|expected\|; absolute where that is 0. 0: exactly equal.

    Returns
    -------
    Claim

    Raises
    ------
    AssertionError
        The equation does not hold; the message has both numbers.
    """
    largest: float | None = None
    for name, a, b in _pairs(found, expected):
        difference = _difference(f"{text}{name}", a, b, tolerance)
        if difference is not None:
            largest = max(largest or 0.0, difference)
    size = "equal" if largest is None else f"largest difference {largest:.0e}" if largest else "largest difference 0"
    return _printed("identity", text, True, f"identity: {text} ({size})")


def test(text: str, *conditions: Any) -> Claim:
    """Check and print what a correct implementation must fulfil for this input: a bound, a shape, an order given by construction.

    Parameters
    ----------
    text
        The property in words.
    *conditions
        At least one; of an array every element must be true.

    Returns
    -------
    Claim

    Raises
    ------
    AssertionError
        A condition is false; the message has its number, from 1, and the number of false elements of an array.
    """
    if not conditions:
        raise ConfigError(f"test({text!r}): no condition; give at least one, such as x.max() < 1")
    for number, condition in enumerate(conditions, 1):
        right = np.asarray(condition, dtype=bool)
        if not right.all():
            which = f"condition {number} of {len(conditions)}" if len(conditions) > 1 else "the condition"
            where = f" for {int((~right).sum())} of {right.size} elements" if right.ndim else ""
            raise AssertionError(f"test fails: {text}: {which} is false{where}")
    return _printed("test", text, True, f"test: {text}")


def finding(
    text: str,
    value: float | Float[np.ndarray, " replicate"],
    *,
    control: Mapping[str, float | Float[np.ndarray, " replicate"]],
    above: float | None = None,
    below: float | None = None,
    contains: float | None = None,
    over: str = "seeds",
    n: int | None = None,
    interval: tuple[float, float] | None = None,
    form: str = ".3g",
    stored: str | None = None,
) -> Claim:
    """Print an empirical statement with its number, interval, number of replicates and control; it never raises for its result.

    It holds in this run if the number and, where there is one, its whole 95 % interval fulfil the condition, and no control fulfils it.
    With ``contains`` it holds if the interval contains that number and excludes the control: a difference as large as the
    control would have been resolved.

    Parameters
    ----------
    text
        The statement in words, without numbers.
    value
        A number, or one for each replicate (mean and Student's t interval are computed).
    control
        Name and number of what must *not* fulfil the condition: an untrained model, permuted labels, equal updates, another seed,
        a simple baseline. Of one value for each replicate the mean is used. At least one.
    above, below, contains
        The condition; at least one.
    over
        What the replicates are: ``"seeds"``, ``"recordings"``, ``"draws"``.
    n
        Number of replicates where ``value`` is a single number; default 1.
    interval
        Low and high, where it was computed elsewhere.
    form
        Format of the numbers, such as ``"+.1%"``.
    stored
        Key of the same quantity over five seeds in the repository (:func:`stored_finding`), printed below.

    Returns
    -------
    Claim
        False if it does not hold in this run.

    Raises
    ------
    ConfigError
        No control, no condition, or ``value`` is neither a number nor a list of numbers.
    """
    if not control:
        raise ConfigError(f"finding({text!r}): no control; give one, such as control={{'untrained model': 0.1}}")
    given = {"above": above, "below": below, "contains": contains}
    limits = {word: limit for word, limit in given.items() if limit is not None}
    if not limits:
        raise ConfigError(f"finding({text!r}): no condition; give above=, below= or contains=")
    values = np.asarray(value, dtype=np.float64)
    if values.ndim > 1 or not values.size:
        raise ConfigError(
            f"finding({text!r}): value has shape {values.shape}; give a number, or one for each replicate"
        )
    replicates = np.atleast_1d(values)
    mean, low, high = (float(number) for number in mean_interval(replicates))
    low, high = interval or (low, high)
    count = len(replicates) if n is None else n
    beside = {name: float(np.mean(number)) for name, number in control.items()}

    reasons = [reason for word, limit in limits.items() if (reason := _miss(word, limit, mean, low, high, form))]
    reasons += [
        f"{name} is inside the interval" if "contains" in limits else f"{name} fulfils it too"
        for name, number in beside.items()
        if _fulfils(number, limits, low, high)
    ]
    unit = over if count != 1 else over.removesuffix("s")
    spread = f"95 % interval {low:{form}} to {high:{form}}, {count} {unit}"
    spread = spread if np.isfinite(low + high) else f"{count} {unit}, no interval"
    claimed = ", ".join(f"{word} {limit:{form}}" for word, limit in limits.items())
    controls = ", ".join(f"{name} {number:{form}}" for name, number in beside.items())
    body = f"{text}: {mean:{form}} ({spread}), claimed: {claimed}; control: {controls}"
    line = f"not in this run: {body}; {'; '.join(reasons)}" if reasons else f"finding: {body}; holds in this run"
    if stored is not None:
        line += f"\n         stored: {stored_finding(stored).text(form)}"
    return _printed("finding", text, not reasons, line)


def _printed(kind: str, text: str, holds: bool, line: str) -> Claim:
    sys.stdout.write(line + "\n")
    return Claim(kind, text, holds, line)


def _pairs(found: Any, expected: Any) -> list[tuple[str, Any, Any]]:
    if not (isinstance(found, Mapping) and isinstance(expected, Mapping)):
        return [("", found, expected)]
    if set(found) != set(expected):
        raise AssertionError(f"identity does not hold: found has the keys {list(found)}, expected {list(expected)}")
    return [(f", {name}", found[name], expected[name]) for name in expected]


def _difference(text: str, found: Any, expected: Any, tolerance: float) -> float | None:
    """Return the largest difference, None where the values are not numbers; raise if it exceeds the tolerance."""
    try:
        a, b = np.asarray(found), np.asarray(expected)
        numbers = {a.dtype.kind, b.dtype.kind} <= set("iufcb") and a.size > 0
    except ValueError:  # lists of different lengths
        numbers = False
    if not numbers:
        if not _equal(found, expected):
            raise AssertionError(f"identity does not hold: {text}: found {_short(found)}, expected {_short(expected)}")
        return None
    if b.ndim and a.shape != b.shape:
        raise AssertionError(f"identity does not hold: {text}: found has shape {a.shape}, expected {b.shape}")
    kind = np.complex128 if "c" in {a.dtype.kind, b.dtype.kind} else np.float64
    a, b = np.broadcast_arrays(a.astype(kind), b.astype(kind))
    with np.errstate(invalid="ignore"):
        apart = np.where(a == b, 0.0, np.abs(a - b))  # infinity equals infinity
    scale = float(np.max(np.abs(b)))
    permitted = tolerance * scale if 0 < scale < np.inf else tolerance
    worst = np.unravel_index(int(np.argmax(np.where(np.isnan(apart), np.inf, apart))), apart.shape)
    if not apart[worst] <= permitted:
        where = f" at {tuple(int(i) for i in worst)}" if worst else ""
        raise AssertionError(
            f"identity does not hold: {text}: found {a[worst]:.17g}, expected {b[worst]:.17g}{where}; "
            f"difference {apart[worst]:.0e}, permitted {permitted:.0e}"
        )
    return float(apart[worst])


def _equal(found: Any, expected: Any) -> bool:
    if isinstance(found, np.ndarray) or isinstance(expected, np.ndarray):
        return bool(np.array_equal(found, expected))
    return bool(found == expected)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _miss(word: str, limit: float, mean: float, low: float, high: float, form: str) -> str:
    """Return why a condition is not fulfilled, or ""."""
    known = bool(np.isfinite(low + high))
    if word == "contains":
        inside = known and low <= limit <= high
        return "" if inside else f"the interval does not contain {limit:{form}}" if known else "there is no interval"
    right, edge = (mean > limit, low > limit) if word == "above" else (mean < limit, high < limit)
    if not right:
        return f"it is not {word} {limit:{form}}"
    return "" if edge or not known else f"its interval reaches {limit:{form}}"


def _fulfils(control: float, limits: Mapping[str, float], low: float, high: float) -> bool:
    if "contains" in limits:
        return bool(low <= control <= high)
    return bool(control > limits.get("above", -np.inf) and control < limits.get("below", np.inf))
