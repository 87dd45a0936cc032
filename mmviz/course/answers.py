"""Parse an answer (a number, an array, a function) and compare it with the expected value."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mmviz.course.exercise import UnreadableError


def a_number(answer: Any) -> float:
    """Read a finite number from anything of one element: int, float, NumPy, torch, xarray."""
    return float(an_array()(answer).reshape(()) if np.size(answer) == 1 else _not_one(answer))


def _not_one(answer: Any) -> Any:
    raise UnreadableError(f"one number is asked for; this has {np.size(answer)} values")


def an_array(*shape: int | None) -> Callable[[Any], np.ndarray]:
    """Make a reader of finite arrays of ``shape`` (None: any length there; no shape at all: any)."""

    def read(answer: Any) -> np.ndarray:
        if callable(answer) and not hasattr(answer, "__array__"):
            raise UnreadableError("numbers are asked for; this is a function: call it")
        detached = answer.detach() if hasattr(answer, "detach") else answer
        try:
            values = np.asarray(detached, dtype=np.float64)
        except (TypeError, ValueError):
            raise UnreadableError(f"numbers are asked for; this is a {type(answer).__name__}") from None
        fits = len(shape) == values.ndim and all(s in (None, n) for s, n in zip(shape, values.shape, strict=True))
        if shape and not fits:
            wanted = " by ".join("any" if s is None else str(s) for s in shape)
            raise UnreadableError(f"an array of shape {wanted} is asked for; this has shape {values.shape}")
        if not np.isfinite(values).all():
            raise UnreadableError(f"{np.sum(~np.isfinite(values))} of {values.size} values are not finite")
        return values

    return read


def a_function(*probes: tuple[Any, ...]) -> Callable[[Any], list[np.ndarray]]:
    """Make a reader of functions: what one returns for each of ``probes`` (tuples of arguments), as arrays.

    Every probe is copied first, so that a function that writes into its arguments spoils nothing.
    """

    def read(answer: Any) -> list[np.ndarray]:
        if not callable(answer):
            raise UnreadableError(f"a function is asked for; this is a {type(answer).__name__}")
        found = []
        for probe in probes:
            arguments = [np.copy(a) if isinstance(a, np.ndarray) else a for a in probe]
            try:
                found.append(an_array()(answer(*arguments)))
            except UnreadableError as error:
                raise UnreadableError(f"what the function returns: {error}") from None
            except Exception as error:  # the reader's own code may fail in any way
                raise UnreadableError(f"the function raised {type(error).__name__}: {error}") from error
        return found

    return read


def near(found: Any, wanted: Any, *, tolerance: float = 1e-6) -> bool:
    """Whether two answers (numbers, arrays, lists of arrays) agree to ``tolerance`` of the largest value wanted."""
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(
            near(f, w, tolerance=tolerance) for f, w in zip(found, wanted, strict=True)
        )
    found, wanted = np.asarray(found, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    if found.shape != wanted.shape:
        return False
    scale = max(float(np.abs(wanted).max(initial=0.0)), 1e-30)
    return bool(np.isfinite(found).all() and np.abs(found - wanted).max(initial=0.0) <= tolerance * scale)


def is_near(wanted: Callable[..., Any], *, tolerance: float = 1e-6) -> Callable[..., bool]:
    """Compare with ``wanted(**given)``, worked out when an answer comes."""

    def compare(answer: Any, **given: Any) -> bool:
        return near(answer, wanted(**given), tolerance=tolerance)

    return compare


def does(function: Callable[..., Any], *probes: tuple[Any, ...], tolerance: float = 1e-6) -> Callable[..., bool]:
    """Compare with what ``function`` returns for ``probes``; for answers read by ``reading.a_function``."""

    def compare(answer: Any, **given: Any) -> bool:
        return near(answer, [np.asarray(function(*probe)) for probe in probes], tolerance=tolerance)

    return compare
