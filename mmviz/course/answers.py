"""Parse an answer (a number, an array, a function) and compare it with the expected value."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mmviz.course.exercise import AnswerFormatError


def parse_number(answer: Any) -> float:
    """Return the value of a finite scalar or one-element array (int, float, NumPy, torch, xarray) as a float."""
    if np.size(answer) != 1:
        raise AnswerFormatError(f"expected one number, got {np.size(answer)} values")
    return float(parse_array()(answer).reshape(()))


def parse_array(*shape: int | None) -> Callable[[Any], np.ndarray]:
    """Return a parser of finite arrays of ``shape`` (None: any length of this axis; without shape: any shape)."""

    def read(answer: Any) -> np.ndarray:
        if callable(answer) and not hasattr(answer, "__array__"):
            raise AnswerFormatError("expected numbers, got a function: call it")
        detached = answer.detach() if hasattr(answer, "detach") else answer
        try:
            values = np.asarray(detached, dtype=np.float64)
        except (TypeError, ValueError):
            raise AnswerFormatError(f"expected numbers, got a {type(answer).__name__}") from None
        fits = len(shape) == values.ndim and all(s in (None, n) for s, n in zip(shape, values.shape, strict=True))
        if shape and not fits:
            expected = " by ".join("any" if s is None else str(s) for s in shape)
            raise AnswerFormatError(f"expected an array of shape {expected}, got shape {values.shape}")
        if not np.isfinite(values).all():
            raise AnswerFormatError(f"{np.sum(~np.isfinite(values))} of {values.size} values are not finite")
        return values

    return read


def parse_function(*probes: tuple[Any, ...]) -> Callable[[Any], list[np.ndarray]]:
    """Return a parser of functions: the outputs for each of ``probes`` (tuples of arguments), as arrays.

    Every probe is copied, so that a function that writes into its arguments does not change it.
    """

    def read(answer: Any) -> list[np.ndarray]:
        if not callable(answer):
            raise AnswerFormatError(f"expected a function, got a {type(answer).__name__}")
        found = []
        for probe in probes:
            arguments = [np.copy(a) if isinstance(a, np.ndarray) else a for a in probe]
            try:
                found.append(parse_array()(answer(*arguments)))
            except AnswerFormatError as error:
                raise AnswerFormatError(f"output of the function: {error}") from None
            except Exception as error:  # the reader's own code may fail in any way
                raise AnswerFormatError(f"the function raised {type(error).__name__}: {error}") from error
        return found

    return read


def is_close(found: Any, expected: Any, *, tolerance: float = 1e-6) -> bool:
    """Return whether two values (numbers, arrays, lists of arrays) agree to ``tolerance`` of the largest expected value."""
    if isinstance(expected, list):
        return len(found) == len(expected) and all(
            is_close(f, e, tolerance=tolerance) for f, e in zip(found, expected, strict=True)
        )
    found, expected = np.asarray(found, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if found.shape != expected.shape:
        return False
    scale = max(float(np.abs(expected).max(initial=0.0)), 1e-30)
    return bool(np.isfinite(found).all() and np.abs(found - expected).max(initial=0.0) <= tolerance * scale)


def matches_value(expected: Callable[..., Any], *, tolerance: float = 1e-6) -> Callable[..., bool]:
    """Return a test whether an answer equals ``expected(**given)``, which is computed when the answer is checked."""

    def compare(answer: Any, **given: Any) -> bool:
        return is_close(answer, expected(**given), tolerance=tolerance)

    return compare


def matches_function(
    function: Callable[..., Any], *probes: tuple[Any, ...], tolerance: float = 1e-6
) -> Callable[..., bool]:
    """Return a test whether an answer parsed by :func:`parse_function` has the outputs of ``function`` for ``probes``."""

    def compare(answer: Any, **given: Any) -> bool:
        return is_close(answer, [np.asarray(function(*probe)) for probe in probes], tolerance=tolerance)

    return compare
