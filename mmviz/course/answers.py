"""Parse an answer (a number, an array, a function) and compare it with the expected value."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmviz.course.exercise import AnswerFormatError

Names = Sequence[str | tuple[str, ...]]


def to_array(answer: Any) -> np.ndarray:
    """Return an answer as a float64 array.

    Parameters
    ----------
    answer
        A number or an array of NumPy, torch, xarray or pandas, a Fraction, a Decimal, or nested lists and tuples of them.

    Raises
    ------
    AnswerFormatError
        It holds text, a function, a generator, a set, None, complex numbers, or rows of different lengths.
    """
    if isinstance(answer, str | bytes):
        text = answer if isinstance(answer, str) else answer.decode(errors="replace")
        if text.strip().endswith("%"):
            raise AnswerFormatError(f"expected a number, got the text {text!r}: write a share, such as 0.5 for 50 %")
        raise AnswerFormatError(f"expected numbers, got the text {text[:40]!r}: write them without quotes")
    if answer is None or isinstance(answer, bool | np.bool_):
        raise AnswerFormatError(f"expected numbers, got {answer}")
    if callable(answer) and not hasattr(answer, "__array__"):
        raise AnswerFormatError("expected numbers, got a function: call it")
    if isinstance(answer, Mapping):
        raise AnswerFormatError("expected numbers, got a dict: give its values in a list")
    if isinstance(answer, set | frozenset):
        raise AnswerFormatError("expected numbers in an order, got a set: use a list")
    if isinstance(answer, Iterator):
        raise AnswerFormatError(f"expected numbers, got a {type(answer).__name__}: write list(...) around it")
    if isinstance(answer, list | tuple | type({}.values())):
        rows = [to_array(each) for each in answer]
        if len({row.shape for row in rows}) > 1:
            shapes = " and ".join(str(shape) for shape in sorted({row.shape for row in rows}))
            raise AnswerFormatError(f"expected rows of equal length, got rows of shape {shapes}")
        return np.array(rows, dtype=np.float64)
    if hasattr(answer, "detach"):  # torch
        answer = answer.detach().cpu()
        answer = answer.resolve_conj().numpy() if answer.is_complex() else answer.double().numpy()
    if isinstance(answer, np.ma.MaskedArray):
        answer = np.where(np.ma.getmaskarray(answer), np.nan, np.ma.getdata(answer))
    try:
        values = np.asarray(answer)
        if np.iscomplexobj(values):
            if np.abs(values.imag).max(initial=0.0) > 1e-12 * np.abs(values).max(initial=0.0):
                raise AnswerFormatError("expected real numbers, got complex ones")
            values = values.real
        return values.astype(np.float64)
    except (TypeError, ValueError):
        raise AnswerFormatError(f"expected numbers, got a {type(answer).__name__}") from None


def _finite(values: np.ndarray) -> np.ndarray:
    if not np.isfinite(values).all():
        raise AnswerFormatError(f"{np.sum(~np.isfinite(values))} of {values.size} values are not finite (inf or nan)")
    return values


def parse_number(answer: Any) -> float:
    """Return the value of a finite scalar or one-element array (see :func:`to_array`) as a float."""
    values = to_array(answer)
    if values.size != 1:
        raise AnswerFormatError(f"expected one number, got {values.size} values")
    return float(_finite(values).reshape(()))


@dataclass(frozen=True)
class ArrayParser:
    """Parse a finite array of a shape (None: any length of this axis; without shape: any shape).

    Axes of length 1 may be left out or added. ``names``: of the entries of the first axis, each a name or several
    for the same entry; then a dict with these keys is an array too.
    """

    shape: tuple[int | None, ...] = ()
    names: Names = ()

    def __call__(self, answer: Any) -> np.ndarray:
        """Return the array."""
        if isinstance(answer, Mapping) and self.names:
            answer = self._by_name(answer)
        values = _finite(to_array(answer))
        if not self.shape or _fits(values.shape, self.shape):
            return values
        if None not in self.shape:
            target = tuple(int(n) for n in self.shape if n is not None)
            if _long(values.shape) == _long(target):
                return values.reshape(target)
        elif _fits(_long(values.shape), self.shape):
            return values.squeeze()
        raise AnswerFormatError(self._refusal(values))

    def _by_name(self, answer: Mapping[str, Any]) -> list[Any]:
        options = [(name,) if isinstance(name, str) else name for name in self.names]
        found = [[answer[name] for name in names if name in answer] for names in options]
        if len(answer) != len(options) or any(len(each) != 1 for each in found):
            wanted = ", ".join(repr(names[0]) for names in options)
            raise AnswerFormatError(f"expected the keys {wanted}, got {', '.join(map(repr, answer))}")
        return [each[0] for each in found]

    def _refusal(self, values: np.ndarray) -> str:
        expected = " by ".join("any" if n is None else str(n) for n in self.shape)
        words = f"expected an array of shape {expected}, got " + (
            "one number" if values.ndim == 0 else f"shape {values.shape}"
        )
        if values.ndim == len(self.shape) > 1 and _fits(values.shape[::-1], self.shape):
            return f"{words}: rows and columns are exchanged"
        if None not in self.shape and values.size == np.prod([n for n in self.shape if n is not None]):
            return f"{words}: the number of values is right, arrange them by .reshape"
        return words


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(w in (None, n) for n, w in zip(shape, wanted, strict=True))


def _long(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes that are longer than 1."""
    return tuple(n for n in shape if n != 1)


def parse_array(*shape: int | None, names: Names = ()) -> ArrayParser:
    """Return a parser of finite arrays of ``shape``, see :class:`ArrayParser`."""
    return ArrayParser(shape, names)


class Outputs(list[Any]):
    """Outputs of a function, one for each call: an array, or a list of arrays where a call returns several.

    Attributes
    ----------
    calls
        Text of each call: names and values of its arguments.
    arguments
        The arguments of each call, by name.
    changed
        Names of arguments that the function changed in place.
    parts
        Names of the arrays that a call returns; empty if it returns one.
    """

    calls: list[str]
    arguments: list[dict[str, Any]]
    changed: set[str]
    parts: tuple[str, ...]


@dataclass(frozen=True)
class FunctionParser:
    """Parse a function: its outputs for each of ``probes`` (tuples of arguments), as arrays.

    Every probe is copied, so that a function that writes into its arguments does not change it.
    """

    probes: tuple[tuple[Any, ...], ...]
    parts: tuple[str, ...] = ()

    def __call__(self, answer: Any) -> Outputs:
        """Call the function with every probe and return its outputs."""
        if not callable(answer):
            raise AnswerFormatError(f"expected a function, got a {type(answer).__name__}: write lambda ...: ...")
        names = self._parameters(answer)
        found = Outputs()
        found.calls, found.arguments, found.changed, found.parts = [], [], set(), self.parts
        for probe in self.probes:
            call = _call(names, probe)
            arguments = [np.copy(a) if isinstance(a, np.ndarray) else a for a in probe]
            try:
                output = answer(*arguments)
            except Exception as error:  # the reader's own code may fail in any way
                reason = f"{type(error).__name__}: {error}".strip().rstrip(":")
                raise AnswerFormatError(f"the function raised {reason}, for {call}") from error
            if output is None:
                raise AnswerFormatError(f"the function returned None, for {call}: does it end with return ...?")
            try:
                found.append(self._arrays(output))
            except AnswerFormatError as error:
                raise AnswerFormatError(f"output of the function, for {call}: {error}") from None
            found.calls.append(call)
            found.arguments.append(dict(zip(names, probe, strict=True)))
            pairs = zip(names, arguments, probe, strict=True)
            found.changed |= {n for n, a, b in pairs if isinstance(b, np.ndarray) and not np.array_equal(a, b)}
        return found

    def _parameters(self, answer: Callable[..., Any]) -> list[str]:
        """Return a name for each argument: the reader's, or its position."""
        count = len(self.probes[0])
        try:
            signature = inspect.signature(answer)
        except (TypeError, ValueError):  # a built-in function
            return [f"argument {k + 1}" for k in range(count)]
        try:
            bound = signature.bind(*self.probes[0]).arguments
        except TypeError:
            takes = len(signature.parameters)
            noun = "argument" if takes == 1 else "arguments"
            raise AnswerFormatError(f"the function takes {takes} {noun}, the exercise calls it with {count}") from None
        return list(bound) if len(bound) == count else [f"argument {k + 1}" for k in range(count)]

    def _arrays(self, output: Any) -> Any:
        if not self.parts:
            return _finite(to_array(output))
        wanted = f"expected {len(self.parts)} results ({', '.join(self.parts)})"
        if not isinstance(output, tuple | list):
            raise AnswerFormatError(f"{wanted}, got a {type(output).__name__}")
        if len(output) != len(self.parts):
            raise AnswerFormatError(f"{wanted}, got {len(output)}")
        return [_finite(to_array(part)) for part in output]


def _call(names: Sequence[str], probe: Sequence[Any]) -> str:
    """Return the arguments of a call as text; of large arrays the shape only."""
    return ", ".join(f"{name} {_value(value)}" for name, value in zip(names, probe, strict=True))


def _value(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"= {np.round(value, 3).tolist()}" if value.size <= 4 else f"of shape {value.shape}"
    return f"= {value:g}" if isinstance(value, int | float) else f"= {str(value)[:40]}"


def parse_function(*probes: tuple[Any, ...], parts: tuple[str, ...] = ()) -> FunctionParser:
    """Return a parser of functions, see :class:`FunctionParser`."""
    return FunctionParser(probes, parts)


def is_close(found: Any, expected: Any, *, tolerance: float = 1e-6, absolute: float = 0.0) -> bool:
    """Return whether two values agree to ``tolerance`` of the largest expected value, or to ``absolute``.

    The values are numbers, arrays, or lists of arrays; axes of length 1 may be left out or added.
    """
    if isinstance(expected, list):
        return len(found) == len(expected) and all(
            is_close(f, e, tolerance=tolerance, absolute=absolute) for f, e in zip(found, expected, strict=True)
        )
    found, expected = np.asarray(found, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if _long(found.shape) != _long(expected.shape):
        return False
    found = found.reshape(expected.shape)
    limit = margin(expected, tolerance=tolerance, absolute=absolute)
    return bool(np.isfinite(found).all() and np.abs(found - expected).max(initial=0.0) <= limit)


def margin(expected: np.ndarray, *, tolerance: float, absolute: float) -> float:
    """Return the largest difference from ``expected`` that counts as equal."""
    return max(tolerance * max(float(np.abs(expected).max(initial=0.0)), 1e-30), absolute)


@dataclass(frozen=True)
class Match:
    """Whether an answer equals ``expected(**given)``, to a relative or absolute tolerance.

    ``decimals``: an answer rounded to as many decimals is accepted; the text of the exercise states the number.
    """

    expected: Callable[..., Any]
    tolerance: float = 1e-6
    decimals: int | None = None

    @property
    def absolute(self) -> float:
        """Return the accepted absolute difference: half a unit of the last decimal."""
        return 0.0 if self.decimals is None else 0.5000001 * 10.0**-self.decimals

    def __call__(self, answer: Any, **given: Any) -> bool:
        """Return whether the answer is accepted."""
        return is_close(answer, self.expected(**given), tolerance=self.tolerance, absolute=self.absolute)


def matches_value(expected: Callable[..., Any], *, tolerance: float = 1e-6, decimals: int | None = None) -> Match:
    """Return a test whether an answer equals ``expected(**given)``, which is computed when the answer is checked."""
    return Match(expected, tolerance, decimals)


def equals(*values: Any, tolerance: float = 1e-6, decimals: int | None = None) -> Callable[..., bool]:
    """Return a test whether an answer equals any of these values, as in :func:`matches_value`."""
    checks = [Match(lambda value=value: value, tolerance, decimals) for value in values]
    return lambda answer, **_: any(check(answer) for check in checks)


def matches_function(function: Callable[..., Any], *probes: tuple[Any, ...], tolerance: float = 1e-6) -> Match:
    """Return a test whether an answer parsed by :func:`parse_function` has the outputs of ``function`` for ``probes``."""

    def expected(**_: Any) -> list[Any]:
        return [_outputs(function(*probe)) for probe in probes]

    return Match(expected, tolerance)


def _outputs(value: Any) -> Any:
    return [np.asarray(part) for part in value] if isinstance(value, tuple) else np.asarray(value)
