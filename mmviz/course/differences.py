"""How an answer differs from the expected value, in one sentence that does not state the expected value."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mmviz.course.answers import Match, Outputs, is_close, margin

#: relations are tested to this relative tolerance, also where the exercise accepts more
STRICT = 2e-3
#: outputs of a function that differ less, relative to the largest, contain rounded constants
NEAR = 1e-2


@dataclass(frozen=True)
class Difference:
    """A difference from the expected value.

    Attributes
    ----------
    kind
        Such as ``"ratio"``, ``"order"``, ``"call"``; ``"size"`` if only the direction is known.
    sentence
        For the reader.
    """

    kind: str
    sentence: str


def describe(answer: Any, match: Match, **given: Any) -> Difference:
    """Return how an answer that ``match`` does not accept differs from its expected value.

    Parameters
    ----------
    answer
        A number, an array or the :class:`~mmviz.course.answers.Outputs` of a function, as parsed.
    match
        The test of the exercise.
    **given
        As for the test.
    """
    expected = match.expected(**given)
    if isinstance(answer, Outputs):
        return _of_function(answer, expected, match)
    found, wanted = np.asarray(answer, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if _shape(found) != _shape(wanted):
        if found.shape == wanted.shape[::-1] and is_close(found.T, wanted, tolerance=STRICT):
            return Difference("transposed", "your matrix is the expected one with rows and columns exchanged.")
        return Difference("shape", f"your answer has the shape {found.shape}, expected {wanted.shape}.")
    found = found.reshape(wanted.shape)
    one = wanted.size == 1
    if one and _small_integers(found, wanted):
        return _size(float(found.reshape(())), float(wanted.reshape(())))
    for kind, words in _relations(found, wanted, match):
        return Difference(kind, f"your {'number is' if one else 'values are'} {words}.")
    return _size(float(found.reshape(())), float(wanted.reshape(()))) if one else _entries(found, wanted, match)


def _shape(values: np.ndarray) -> tuple[int, ...]:
    return tuple(n for n in values.shape if n != 1)


def _small_integers(found: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether a ratio or an offset would state the answer: both are small whole numbers."""
    return all(bool((v == np.round(v)).all()) and np.abs(v).max(initial=0) <= 20 for v in (found, wanted))


# relations of one pair of values

Test = Callable[[np.ndarray, np.ndarray], bool]


def _equal(found: np.ndarray, wanted: np.ndarray) -> bool:
    return is_close(found, wanted, tolerance=STRICT)


def _ratio(found: np.ndarray, wanted: np.ndarray) -> float | None:
    """Return the common ratio of all entries, or None."""
    peak = int(np.argmax(np.abs(wanted)))
    top = wanted.ravel()[peak]
    if top == 0:
        return None
    ratio = float(found.ravel()[peak] / top)
    return ratio if ratio != 0 and _equal(found, ratio * wanted) and _equal(found / ratio, wanted) else None


_LOGARITHMS = {
    "ln 2": np.log(2),
    "1 / ln 2": 1 / np.log(2),
    "ln 10": np.log(10),
    "1 / ln 10": 1 / np.log(10),
    "log10(2)": np.log10(2),
    "1 / log10(2)": 1 / np.log10(2),
}
_WHOLE = (2, 3, 4, 5, 6, 8, 10, 12, 16, 32, 64, 100, 1000, 1024, 2**20, 1000**2)
_WORDS = {2: "half of", 3: "a third of", 4: "a quarter of"}


def _of_ratio(ratio: float, ones: str) -> tuple[str, str] | None:
    """Return kind and words of a simple ratio."""
    sign, size = ("minus ", -ratio) if ratio < 0 else ("", ratio)
    if abs(size - 1) < STRICT:
        return ("sign", f"{ones} with the other sign") if sign else None
    for name, value in _LOGARITHMS.items():
        if abs(size / value - 1) < STRICT:
            return "logarithm", f"{sign}{name} = {value:.3f} times {ones}: compare the bases of the logarithms"
    for whole in _WHOLE:
        for inverse in (False, True):
            if abs(size * whole - 1 if inverse else size / whole - 1) < STRICT:
                words = _WORDS.get(whole, f"1/{whole} of") if inverse else f"{whole} times"
                if whole == 100:
                    note = "; a percentage is 100 times the share"
                    return "percent", f"{sign}{words} {ones}{note}"
                return "ratio", f"{sign}{words} {ones}"
    simple = Fraction(size).limit_denominator(4)
    if simple.numerator in range(2, 5) and abs(size / float(simple) - 1) < STRICT:
        return "ratio", f"{sign}{simple} of {ones}"
    return None


def _functions(ones: str) -> Iterator[tuple[str, str, Test]]:
    """Yield kind, words and test of relations other than ratios."""
    yield "reciprocal", f"1 divided by {ones}", lambda f, e: bool((e != 0).all()) and _equal(f, 1 / e)
    yield "complement", f"1 minus {ones}", lambda f, e: _equal(f + e, np.ones_like(e)) and _equal(f, 1 - e)
    yield "square", f"the square of {ones}", lambda f, e: _equal(f, e**2)
    yield "root", f"the square root of {ones}", lambda f, e: bool((e >= 0).all()) and _equal(f, np.sqrt(np.abs(e)))
    yield "transposed", f"{ones} with rows and columns exchanged", lambda f, e: e.ndim == 2 and _equal(f.T, e)
    yield "order", f"{ones} in the reversed order", lambda f, e: e.ndim == 1 and e.size > 1 and _equal(f[::-1], e)
    yield (
        "order",
        f"{ones} in another order",
        lambda f, e: e.size > 1 and _equal(np.sort(f.ravel()), np.sort(e.ravel())),
    )
    yield "sign", f"{ones} but for the signs of some", lambda f, e: e.size > 1 and _equal(np.abs(f), np.abs(e))


def _relations(found: np.ndarray, wanted: np.ndarray, match: Match) -> Iterator[tuple[str, str]]:
    """Yield kind and words of each relation that holds."""
    one = wanted.size == 1
    ones = "the expected one" if one else "the expected ones"
    if (words := _rounded(found, wanted, match)) is not None:
        yield "rounding", words
    if one and found.reshape(()) == 0 and wanted.reshape(()) != 0:
        yield "zero", "0; the expected one is not"
    yield from _common(list(zip([found], [wanted], strict=True)), ones)
    if not one and (apart := _offset([(found, wanted)])):
        yield apart
    ratio = _ratio(found, wanted)
    if not one and ratio is not None:
        yield "proportional", f"{ones} times one factor" + ("; they sum to 1" if abs(found.sum() - 1) < 1e-6 else "")


def _common(pairs: list[tuple[np.ndarray, np.ndarray]], ones: str) -> Iterator[tuple[str, str]]:
    """Yield kind and words of each relation that holds for all pairs of a found and an expected value."""
    pairs = [pair for pair in pairs if np.abs(pair[1]).max(initial=0) > 0 or np.abs(pair[0]).max(initial=0) > 0]
    ratios = [_ratio(f, e) for f, e in pairs]
    if ratios and ratios[0] is not None and all(r is not None and abs(r / ratios[0] - 1) < STRICT for r in ratios):
        simple = _of_ratio(ratios[0], ones)
        if simple is not None:
            yield simple
    for kind, words, test in _functions(ones):
        if pairs and all(test(f, e) for f, e in pairs):
            yield kind, words


def _offset(pairs: list[tuple[np.ndarray, np.ndarray]]) -> tuple[str, str] | None:
    """Return kind and words if all values differ by one constant, and the expected ones are not constant."""
    wanted = np.concatenate([e.ravel() for _, e in pairs])
    apart = np.concatenate([f.ravel() for f, _ in pairs]) - wanted
    if wanted.size < 2 or np.ptp(wanted) == 0 or abs(apart[0]) < STRICT * np.abs(wanted).max():
        return None
    if np.ptp(apart) > 1e-3 * abs(apart[0]):
        return None
    return "offset", f"all too {'large' if apart[0] > 0 else 'small'} by the same amount"


def _rounded(found: np.ndarray, wanted: np.ndarray, match: Match) -> str | None:
    """Return words if every value is the expected one, rounded to too few digits or decimals."""
    f, e = found.ravel(), wanted.ravel()
    if (np.abs(e) < 1e-12).all() or (e == np.round(e)).all():
        return None
    need = f"{match.decimals} decimals" if match.decimals is not None else f"{_digits(match.tolerance)} digits"
    for digits in range(2, 8):
        if all(
            _is_rounded(a, b, 10.0 ** (np.floor(np.log10(abs(b))) - digits + 1)) if b else a == 0
            for a, b in zip(f, e, strict=True)
        ):
            return f"right to {digits} digits: give {need}, or the unrounded value"
    for decimals in range(2, 8):
        unit = 10.0**-decimals
        if np.abs(f).max() >= 10 * unit and all(_is_rounded(a, b, unit) for a, b in zip(f, e, strict=True)):
            return f"right to {decimals} decimals: give {need}, or the unrounded value"
    if margin(wanted, tolerance=STRICT, absolute=0.0) >= float(np.abs(found - wanted).max()):
        return f"nearly right: the difference is less than {STRICT:.1%}; give {need}, or the unrounded value"
    return None


def _is_rounded(value: float, exact: float, unit: float) -> bool:
    """Whether ``value`` is ``exact`` rounded to a multiple of ``unit``; a half may go either way."""
    return bool(abs(value - exact) <= 0.5000001 * unit and abs(value / unit - np.round(value / unit)) < 1e-6)


def _digits(tolerance: float) -> int:
    """Return the number of significant digits whose rounding error is below the tolerance, for any leading digit."""
    return int(np.ceil(1 - np.log10(2 * tolerance)))


# what is left when no relation holds


def _size(found: float, wanted: float) -> Difference:
    if found * wanted < 0:
        return Difference("sign", f"your number is {'negative' if found < 0 else 'positive'}; the expected one is not.")
    high, low = max(abs(found), abs(wanted)), min(abs(found), abs(wanted))
    direction = "large" if found > wanted else "small"
    if low == 0 or _small_integers(np.array(found), np.array(wanted)):
        return Difference("size", f"your number is too {direction}.")
    factor = high / low
    by = "less than a factor of 2" if factor < 2 else "a factor between 2 and 10" if factor < 10 else "more than a factor of 10"  # fmt: skip
    where = "too far from 0" if abs(found) > abs(wanted) else "too near 0"
    return Difference("size", f"your number is {where if wanted < 0 else f'too {direction}'}, by {by}.")


def _entries(found: np.ndarray, wanted: np.ndarray, match: Match) -> Difference:
    """Return how many entries are right, and where the first wrong one is."""
    limit = margin(wanted, tolerance=match.tolerance, absolute=match.absolute)
    wrong = np.abs(found - wanted) > limit
    where = tuple(int(k) for k in np.argwhere(wrong)[0])
    index, right = ", ".join(map(str, where)), int((~wrong).sum())
    too = "large" if found[where] > wanted[where] else "small"
    some = f"{right} of {wanted.size} values {'is' if right == 1 else 'are'} right" if right else f"none of the {wanted.size} values is right"  # fmt: skip
    return Difference("entries", f"{some}; the first wrong one is [{index}], {found[where]:.4g}: it is too {too}.")


def _of_function(outputs: Outputs, expected: list[Any], match: Match) -> Difference:
    found = _described(outputs, expected, match)
    if not outputs.changed:
        return found
    names = ", ".join(sorted(outputs.changed))
    return Difference(
        found.kind, f"{found.sentence.rstrip('.')}; and the function changes {names} in place: work on a copy."
    )


def _described(outputs: Outputs, expected: list[Any], match: Match) -> Difference:
    parts = list(outputs.parts) or [""]
    right = [_right(f, e, match) for f, e in zip(outputs, expected, strict=True)]
    found = list(outputs) if outputs.parts else [[f] for f in outputs]
    wanted = expected if outputs.parts else [[e] for e in expected]
    ok = [all(_right(f[p], e[p], match) for f, e in zip(found, wanted, strict=True)) for p in range(len(parts))]
    bad = ok.index(False)
    others = f"; {', '.join(name for name, fine in zip(parts, ok, strict=True) if fine)} is right" if any(ok) else ""
    name = f"{parts[bad]}: " if parts[bad] else ""
    pairs = [(np.asarray(f[bad]), np.asarray(e[bad])) for f, e in zip(found, wanted, strict=True)]
    for k, (f, e) in enumerate(pairs):
        if _shape(f) != _shape(e):
            return _of_shape(f, e, outputs.calls[k], name, others)
    pairs = [(f.reshape(e.shape), e) for f, e in pairs]
    if all(np.abs(f).max(initial=0) == 0 for f, _ in pairs) and any(np.abs(e).max(initial=0) > 0 for _, e in pairs):
        return Difference("zero", f"{name}all outputs are 0; the expected ones are not{others}.")
    for kind, words in _common(pairs, "the expected ones"):
        return Difference(kind, f"{name}the outputs are {words}{others}.")
    if (argument := _argument(outputs, pairs)) is not None:
        return Difference("argument", f"{name}the outputs are {argument} the expected ones{others}.")
    if (apart := _offset(pairs)) is not None:
        return Difference(apart[0], f"{name}the outputs are {apart[1]}{others}.")
    if all(is_close(f, e, tolerance=NEAR) for f, e in pairs):
        return Difference("rounding", f"{name}the outputs are right to {NEAR:.0%}: do not round constants{others}.")
    if len(pairs) > 1 and not any(right) and len({f.shape for f, _ in pairs}) == 1:
        f, e = pairs[0]
        if all(np.array_equal(f, other) for other, _ in pairs) and not all(_equal(e, other) for _, other in pairs):
            return Difference("constant", f"{name}the output is the same for all arguments{others}.")
    k = right.index(False)
    return Difference("call", f"{name}{_of_call(outputs, pairs[k], k, right, match)}{others}.")


def _right(found: Any, wanted: Any, match: Match) -> bool:
    return is_close(found, wanted, tolerance=match.tolerance, absolute=match.absolute)


def _of_shape(found: np.ndarray, wanted: np.ndarray, call: str, name: str, others: str) -> Difference:
    if found.shape == wanted.shape[::-1] and _equal(found.T, wanted):
        return Difference("transposed", f"{name}rows and columns of the output are exchanged{others}.")
    given, needed = ("one number" if v.size == 1 else f"shape {v.shape}" for v in (found, wanted))
    return Difference("shape", f"{name}for {call} the output is of {given}, expected {needed}{others}.")


def _argument(outputs: Outputs, pairs: list[tuple[np.ndarray, np.ndarray]]) -> str | None:
    """Return words if the ratio of found and expected value is an argument, its length, or 1 divided by that."""
    ratios = [_ratio(f, e) for f, e in pairs]
    if any(ratio is None for ratio in ratios):
        return None
    for name in outputs.arguments[0]:
        values = [arguments[name] for arguments in outputs.arguments]
        text = name
        if all(isinstance(v, np.ndarray) and v.ndim for v in values):
            values, text = [len(v) for v in values], f"len({name})"
        if not all(isinstance(v, int | float) and v > 0 for v in values) or len(set(values)) < 2:
            continue
        for words, power in ((f"{text} times", 1), (f"1/{text} of", -1), (f"{text}² times", 2), (f"1/{text}² of", -2)):
            if all(
                abs(r / float(v) ** power - 1) < STRICT for r, v in zip(ratios, values, strict=True) if r is not None
            ):
                return words
    return None


def _of_call(outputs: Outputs, pair: tuple[np.ndarray, np.ndarray], k: int, right: list[bool], match: Match) -> str:
    found, wanted = pair
    call = outputs.calls[k]
    if found.size == 1:
        value, other = float(found.reshape(())), float(wanted.reshape(()))
        words = f"for {call} the output {value:.4g} is too {'large' if value > other else 'small'}"
    else:
        words = f"for {call}, {_entries(found, wanted, match).sentence.rstrip('.')}"
    if any(right):
        return f"{words}; for {outputs.calls[right.index(True)]} the function is right"
    return f"{words}; none of the {len(right)} calls is right" if len(right) > 1 else words
