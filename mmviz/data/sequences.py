"""One modality as one padded array: sequences of different lengths, other orders of axes, and raw items through an encoder."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import one_of, require_known
from mmviz.data.arrays import PlainArray, as_array, filled, is_absent, plain, refuse_text_columns, unpacked
from mmviz.data.checks import Side
from mmviz.data.encoders.encode import encode
from mmviz.data.padding import padded

#: Orders of the axes of one sample.
AXES = ("steps features", "features steps", "steps", "features")


@dataclass(frozen=True, eq=False)
class Signal:
    """Values of one modality for `mmviz.data.split_arrays`.

    Attributes
    ----------
    values
        (n, steps, features), an array or a masked array; or what was given, where it is for the caller to check.
    lengths
        (n,), of sequences that were padded here; None where the values were one array already.
    channels
        Names of the columns of DataFrames, otherwise None.
    tokens
        n lists of text, one per step, or None for a sample; None where the encoder has no method ``tokens``.
    """

    values: Any
    lengths: NDArray[np.int64] | None = None
    channels: tuple[str, ...] | None = None
    tokens: list[list[str] | None] | None = None


@dataclass(frozen=True, eq=False)
class Layout:
    """How the values of each modality are to be read.

    Attributes
    ----------
    axes
        Modality to one of `AXES`; "steps features" where it is not named.
    encoders
        Modality to a callable that turns a list of raw items into as many arrays (steps, features).
    side
        On which side sequences of different lengths are padded.
    """

    axes: Mapping[str, str] = field(default_factory=dict)
    encoders: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    side: Side = "end"

    def __post_init__(self) -> None:
        for m, order in self.axes.items():
            one_of(order, AXES, f"axes of {m!r}")
        for m, encoder in self.encoders.items():
            if not callable(encoder):
                raise ConfigError(
                    f"encoders of {m!r} is a {type(encoder).__name__}; give a callable, such as mmviz.data.encoders.minilm()"
                )
        both = sorted(set(self.axes) & set(self.encoders))
        if both:
            raise ConfigError(
                f"{both[0]!r} has both axes and an encoder, which returns (steps, features); leave axes out"
            )

    def signals(self, inputs: Mapping[str, Any], at: str) -> dict[str, Signal]:
        """Return the signal of each modality; errors begin with `at` and the name of the modality."""
        require_known(self.axes, inputs, "axes")
        require_known(self.encoders, inputs, "encoders")
        return {m: self._signal(m, values, f"{at}{m}") for m, values in inputs.items()}

    def _signal(self, m: str, values: Any, where: str) -> Signal:
        if isinstance(values, Iterator):
            raise DataError(f"{where}: a {type(values).__name__}, which can be read only once; give list(...) of it")
        if m in self.encoders:
            return _encoded(values, self.encoders[m], where, self.side)
        order = self.axes.get(m, "steps features")
        rows = sequences_of(values)
        return _whole(values, order, where) if rows is None else _ragged(rows, order, where, self.side)

    def described(self, attribute: str) -> dict[str, Any]:
        """Return modality to an attribute of its encoder ("rate_hz", "channels", ...), where it has one."""
        found = {m: getattr(encoder, attribute, None) for m, encoder in self.encoders.items()}
        return {m: value for m, value in found.items() if value is not None}

    def frame_times(self, m: str, steps: int) -> NDArray[np.float64] | None:
        """Return the seconds of the frames that an encoder makes, (steps,); None where it does not state them."""
        times = getattr(self.encoders.get(m), "frame_times", None)
        return None if times is None else np.asarray(times(steps), np.float64)


def sequences_of(values: Any) -> list[Any] | None:
    """Return the sequences of a ragged container, one per sample; None where the values are one array.

    Ragged are: a list, an object array or a pandas Series of arrays of different shapes, with None where a sample does not have the
    modality; a list of DataFrames, which name the features; a nested tensor; and a packed sequence.
    """
    values = unpacked(values)
    if isinstance(values, np.ndarray):
        listed = list(values) if values.dtype == object and values.ndim == 1 else None
    elif hasattr(values, "dtype") and hasattr(values, "index"):  # a Series
        listed = list(values) if values.dtype == object else None
    else:
        listed = list(values) if isinstance(values, (list, tuple)) else None
    if not listed:
        return None
    if not any(hasattr(v, "__len__") and not isinstance(v, (str, bytes)) for v in listed):
        return listed if all(map(is_absent, listed)) else None
    if isinstance(values, np.ndarray) or any(is_absent(v) or hasattr(v, "columns") for v in listed):
        return listed
    try:
        kinds = {_shape_and_kind(v) for v in listed}
    except ValueError:  # a sequence that is itself ragged: named below
        return listed
    return listed if len({shape for shape, _ in kinds}) > 1 or any(missing for _, missing in kinds) else None


def _shape_and_kind(values: Any) -> tuple[tuple[int, ...], bool]:
    """Return the shape of a sequence, and whether it is a list with entries that are no numbers, such as None."""
    if not isinstance(values, (list, tuple)):
        return np.shape(values), False
    array = np.asarray(values)
    return array.shape, array.dtype.kind == "O"


def numbers_of(values: Any, where: str) -> PlainArray:
    """Return a sequence as numbers; an entry of a list that is None becomes NaN and is marked as missing."""
    found = plain(values, where)
    if found.columns is not None:
        refuse_text_columns(found, where)
    array = filled(found, where) if found.missing is not None else as_array(found.values, where)
    if array.dtype.kind != "O":
        return PlainArray(array, found.missing, None, found.columns)
    gone = np.array([is_absent(v) for v in array.ravel()], bool).reshape(array.shape)
    try:
        numbers = np.array([np.nan if no else v for v, no in zip(array.ravel(), gone.ravel(), strict=True)], np.float64)
    except (TypeError, ValueError):
        odd = next((v for v in array.ravel() if not isinstance(v, (int, float, np.number, type(None)))), None)
        raise DataError(
            f"{where}: holds a {type(odd).__name__} ({odd!r:.60}); give numbers (steps, features), as many features at every step"
        ) from None
    return PlainArray(numbers.reshape(array.shape), gone, None, found.columns)


def _arranged(array: NDArray[Any], order: str, first: int, where: str) -> NDArray[Any]:
    """Return an array with the axes (..., steps, features); `first` axes stand before those of a sample."""
    needed = first + len(order.split())
    if order == "features" and array.ndim == first:  # one number per sample
        return array[..., None, None]
    if array.ndim != needed:
        raise DataError(
            f"{where}: shape {array.shape}, but axes={order!r} has {needed - first} axes per sample; correct axes=, one of {AXES}"
        )
    if order == "features steps":
        return np.swapaxes(array, -1, -2)
    return array[..., None, :] if order == "features" else array[..., None] if order == "steps" else array


def _whole(values: Any, order: str, where: str) -> Signal:
    if order == "steps features":
        return Signal(values)
    found = numbers_of(values, where)
    named = found.columns if order == "features" else None
    array = _arranged(found.values, order, 1, where)
    if found.missing is not None:
        array = np.ma.masked_array(array, mask=_arranged(found.missing, order, 1, where))
    return Signal(array, None, None if named is None else tuple(map(str, named)))


def _ragged(rows: Sequence[Any], order: str, where: str, side: Side) -> Signal:
    found: list[PlainArray | None] = []
    for i, row in enumerate(rows):
        given = None if is_absent(row) else numbers_of(unpacked(row), f"{where}, row {i}")
        found.append(None if given is None or (given.values.size == 0 and given.values.ndim < 2) else given)
    arrays = [None if f is None else _masked_row(f, order, f"{where}, row {i}") for i, f in enumerate(found)]
    there = [a for a in arrays if a is not None]
    if not there:
        raise DataError(f"{where}: no sample has a value; leave the modality out")
    _refuse_channels_first([a.shape for a in there], where)
    nothing = there[0][:0]
    values, lengths = padded([nothing if a is None else a for a in arrays], where, side=side)
    return Signal(values, lengths, _names(found, order, where))


def _refuse_channels_first(shapes: Sequence[tuple[int, ...]], where: str) -> None:
    """Raise DataError where the second axis differs between sequences and the first does not: it holds the steps."""
    if len({s[0] for s in shapes}) == 1 and len({s[1] for s in shapes}) > 1 and len(shapes) > 2:
        m = where.split()[-1]
        raise DataError(
            f"{where}: the sequences have the shapes {shapes[0]}, {next(s for s in shapes if s != shapes[0])}, ..., whose first axes agree and "
            f"second axes do not; give (steps, features) with the same features, or axes={{{m!r}: 'features steps'}} if the channels come first"
        )


def _masked_row(found: PlainArray, order: str, where: str) -> Any:
    if found.values.dtype.kind not in "fiub":
        raise DataError(f"{where}: values of dtype {found.values.dtype}; give real numbers")
    if order == "steps features" and found.values.ndim == 1:
        raise DataError(
            f"{where}: shape {found.values.shape}, one axis; say which it is: axes={{'{where.split(',')[0].split()[-1]}': 'steps'}} (one "
            "feature per step) or 'features' (one step), or give (steps, features)"
        )
    array = _arranged(found.values, order, 0, where)
    return array if found.missing is None else np.ma.masked_array(array, mask=_arranged(found.missing, order, 0, where))


def _names(found: Sequence[PlainArray | None], order: str, where: str) -> tuple[str, ...] | None:
    """Return the names of the columns where every sequence is a DataFrame; these have to be the same, in the same order."""
    if order not in ("steps features", "features"):
        return None
    first: tuple[int, tuple[str, ...]] | None = None
    for i, each in enumerate(found):
        if each is None or each.columns is None:
            continue
        names = tuple(map(str, each.columns))
        first = first or (i, names)
        if names != first[1]:
            raise DataError(
                f"{where}: row {i} has the columns {', '.join(names)}, row {first[0]} {', '.join(first[1])}; put the same columns into one order"
            )
    return None if first is None else first[1]


def _encoded(values: Any, encoder: Callable[..., Any], where: str, side: Side) -> Signal:
    if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
        raise DataError(f"{where}: a {type(values).__name__}; give one item per sample for the encoder, in a list")
    items = [unwrapped(v, f"{where}, row {i}") for i, v in enumerate(values)]
    there = [i for i, item in enumerate(items) if not is_absent(item)]
    if not there:
        raise DataError(f"{where}: no sample has an item to encode; leave the modality out")
    try:
        made, counts = encode([items[i] for i in there], encoder)
    except (DataError, ConfigError) as error:
        _refuse_row(items, there, encoder, where)  # an encoder counts within its batch
        raise type(error)(f"{where}: {error}") from None
    rows = [made[0, :0]] * len(items)
    for i, each, count in zip(there, made, counts, strict=True):
        rows[i] = each[:count]
    padded_rows, lengths = padded(rows, where, side=side)
    return Signal(padded_rows, lengths, None, _tokens_of(items, there, lengths, encoder))


def _tokens_of(
    items: Sequence[Any], there: Sequence[int], lengths: NDArray[np.int64], encoder: Callable[..., Any]
) -> list[list[str] | None] | None:
    """Return the tokens that an encoder of texts states, None for a sample where they are not one per step; None for other encoders."""
    tokens = getattr(encoder, "tokens", None)
    if not callable(tokens):
        return None
    out: list[list[str] | None] = [None] * len(items)
    for i, found in zip(there, tokens([items[i] for i in there]), strict=True):
        out[i] = list(found) if len(found) == lengths[i] else None
    return out if any(found for found in out) else None


def _refuse_row(items: Sequence[Any], rows: Sequence[int], encoder: Callable[..., Any], where: str) -> None:
    """Raise the error of the first row that the encoder refuses alone, or that has another number of features than the first."""
    features = None
    for i in rows:
        try:
            made, _ = encode([items[i]], encoder)
        except (DataError, ConfigError) as error:
            raise type(error)(f"{where}, row {i}: {error}") from None
        if features is not None and made.shape[2] != features:
            raise DataError(
                f"{where}, row {i}: {made.shape[2]} features, row {rows[0]} has {features}; give items of one kind"
            )
        features = made.shape[2]


def unwrapped(item: Any, where: str) -> Any:
    """Return a raw item without the types of its container: NumPy text as str, tensors as arrays, a path as it is."""
    if isinstance(item, np.str_):
        return str(item)
    if isinstance(item, np.ndarray) and item.ndim == 0:
        return item.item()
    return as_array(item, where) if hasattr(item, "detach") else item
