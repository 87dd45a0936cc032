"""Conversion to NumPy arrays: lists, torch tensors, masked arrays and pandas objects, with missing cells marked."""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError


def as_array(values: Any, where: str) -> NDArray[Any]:
    """Return the values as a NumPy array on the CPU, without gradient; bfloat16 and 8-bit floats become float32.

    Parameters
    ----------
    values
        An array, a nested list, or a torch tensor (on any device, sparse, quantised or requiring a gradient), or a list of
        these. A copy is made only where the type demands one.
    where
        Split and argument, for errors.

    Returns
    -------
    ndarray
        Of any dtype and shape: what the caller expects of both is the caller's check.

    Raises
    ------
    DataError
        If the values hold sequences of different lengths, are a torch ``Dataset`` or ``DataLoader``, a tensor without values
        (device ``meta``), or refuse to be converted.
    """
    _refuse_loader(values, where)
    if _is_tensor(values):
        return _from_tensor(values, where)
    if isinstance(values, (list, tuple)) and any(_is_tensor(v) for v in values):
        values = [as_array(v, f"{where}[{i}]") for i, v in enumerate(values)]
    try:
        return np.asarray(values)
    except ValueError as error:
        raise DataError(f"{where}: {error}; ragged sequences go through mmviz.data.pad first") from None
    except (TypeError, RuntimeError, AttributeError, NotImplementedError) as error:
        raise DataError(
            f"{where}: a {type(values).__name__} cannot be read as an array ({error}); convert it to NumPy first"
        ) from None


def without_torch(values: Any, where: str) -> Any:
    """Return tensors, and sequences of tensors, as :func:`as_array` does; everything else as it is."""
    _refuse_loader(values, where)
    tensors = _is_tensor(values) or (isinstance(values, (list, tuple)) and any(map(_is_tensor, values)))
    return as_array(values, where) if tensors else values


def unpacked(values: Any) -> Any:
    """Return the sequences of a nested tensor or a packed sequence as a list of arrays (steps, ...); everything else as it is."""
    torch = sys.modules.get("torch")
    if torch is None:
        return values
    if isinstance(values, torch.nn.utils.rnn.PackedSequence):
        data, lengths = torch.nn.utils.rnn.pad_packed_sequence(values, batch_first=True)
        return [as_array(row[:length], "packed sequence") for row, length in zip(data, lengths, strict=True)]
    if isinstance(values, torch.Tensor) and values.is_nested:
        return [as_array(row, "nested tensor") for row in values.unbind()]
    return values


def _is_tensor(values: Any) -> bool:
    torch = sys.modules.get("torch")  # who gives a tensor has imported it
    return torch is not None and isinstance(values, torch.Tensor)


def _from_tensor(tensor: Any, where: str) -> NDArray[Any]:
    import torch

    if tensor.is_meta:
        raise DataError(
            f"{where}: a tensor of shape {tuple(tensor.shape)} on device 'meta' holds no values; give real data"
        )
    if tensor.is_nested:
        raise DataError(
            f"{where}: a nested tensor, which is read as a modality only; give one array (list(tensor.unbind()) has its sequences)"
        )
    try:
        plain = tensor.detach()
        plain = plain.dequantize() if plain.is_quantized else plain
        plain = plain if plain.layout is torch.strided else plain.to_dense()
        plain = plain.cpu().resolve_conj().resolve_neg()
        return np.asarray(plain.numpy() if _known_to_numpy(plain) else plain.float().numpy())
    except (RuntimeError, TypeError, NotImplementedError) as error:
        raise DataError(
            f"{where}: a tensor of {tensor.dtype} on {tensor.device} cannot be read ({error}); give tensor.float().cpu()"
        ) from None


def _known_to_numpy(tensor: Any) -> bool:
    """Return whether NumPy has this dtype: it has no bfloat16 and no floats of 8 bits."""
    return not tensor.is_floating_point() or tensor.dtype.itemsize > 2 or str(tensor.dtype) == "torch.float16"


def _refuse_loader(values: Any, where: str) -> None:
    data = sys.modules.get("torch.utils.data")
    if data is not None and isinstance(values, (data.Dataset, data.DataLoader)):
        raise DataError(
            f"{where}: a torch {type(values).__name__}, expected an array; mmviz.data.from_torch reads it, or collect its samples first, "
            "for example torch.stack([sample[0] for sample in dataset])"
        )


@dataclass(frozen=True, eq=False)
class PlainArray:
    """A plain array with its missing cells; from a masked array or a pandas object.

    Attributes
    ----------
    values
        The array, or what was given where it is neither masked nor pandas.
    missing
        bool of the same shape, True where there is no value; None where every cell has one.
    categories
        Of a pandas categorical: its categories in their order.
    columns
        Of a pandas DataFrame: the names of its columns.
    """

    values: Any
    missing: NDArray[np.bool_] | None = None
    categories: tuple[Any, ...] | None = None
    columns: tuple[Any, ...] | None = None


def plain(values: Any, where: str) -> PlainArray:
    """Return values without mask or pandas, with missing cells marked; torch tensors become arrays, anything else stays as it is.

    Parameters
    ----------
    values
        What the user gave.
    where
        Split and argument, for errors.

    Returns
    -------
    PlainArray
        Rows of pandas objects are in their order; the index is not looked at.

    Raises
    ------
    DataError
        If masked arrays in a sequence differ in shape.
    """
    if isinstance(values, np.ma.MaskedArray):
        return _masked(values)
    if isinstance(values, (list, tuple)) and any(isinstance(v, np.ma.MaskedArray) and v.ndim for v in values):
        try:
            return _masked(np.ma.stack([np.ma.asarray(v) for v in values]))
        except ValueError:
            raise DataError(
                f"{where}: masked arrays of different shapes; pad them with mmviz.data.pad, which keeps the masks"
            ) from None
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(values, pandas.DataFrame):
        return _frame(values)
    kinds = () if pandas is None else (pandas.Series, pandas.Index, pandas.api.extensions.ExtensionArray)
    return _series(values) if isinstance(values, kinds) else PlainArray(without_torch(values, where))


def is_absent(value: Any) -> bool:
    """Return whether an item stands for "not recorded": None, NaN, pandas.NA or NaT; an empty text is none of these."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def refuse_text_columns(found: PlainArray, where: str) -> None:
    """Raise DataError that names the first column of a DataFrame that holds text or dates, and how categories become numbers."""
    if found.columns is None or np.asarray(found.values).dtype.kind != "O":
        return
    for name, column in zip(found.columns, np.asarray(found.values, dtype=object).T, strict=True):
        kinds = {type(v).__name__ for v in column if not is_absent(v)}
        if kinds & {"str", "Timestamp", "datetime", "Timedelta", "Period"}:
            raise DataError(
                f"{where}: column {name!r} of the DataFrame holds {', '.join(sorted(kinds))}; give columns of numbers "
                "(categories: pandas.get_dummies)"
            )


def index_of(values: Any) -> Any:
    """Return the row index of a pandas Series or DataFrame as an array, or None."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(values, (pandas.Series, pandas.DataFrame)):
        return None
    return np.asarray(values.index)


def filled(found: PlainArray, where: str) -> NDArray[Any]:
    """Return numbers with NaN where there is no value; other arrays unchanged."""
    array = as_array(found.values, where)
    if found.missing is None or not found.missing.any() or array.dtype.kind not in "fiub":
        return array
    if array.shape != found.missing.shape:
        raise DataError(f"{where}: a mask of shape {found.missing.shape} for values of shape {array.shape}")
    numbers = array.astype(array.dtype if array.dtype.kind == "f" else np.float64)
    numbers[found.missing] = np.nan
    return numbers


def _masked(values: Any) -> PlainArray:
    if values.dtype.names is not None:
        return PlainArray(np.asarray(values.data))
    missing = np.ma.getmaskarray(values)
    return PlainArray(np.asarray(values.data), missing if missing.any() else None)


def _series(values: Any) -> PlainArray:
    missing = np.asarray(values.isna(), dtype=bool)
    dtype = values.dtype
    categories = getattr(dtype, "categories", None)
    if categories is not None and getattr(dtype, "ordered", None) is not None:
        order = tuple(np.asarray(categories).tolist())
        array = np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values, dtype=object)
        whole = all(isinstance(c, (int, np.integer, bool)) for c in order)
        if whole:
            array = np.array([0 if gone else v for v, gone in zip(array, missing, strict=True)])
        return PlainArray(array, missing if missing.any() else None, None if whole else order)
    array = np.asarray(values.to_numpy())
    if missing.any() and array.dtype.kind == "O":
        rest = array[~missing]
        numbers = _numbers(rest)
        if numbers is not None:
            array = np.zeros(array.shape, numbers.dtype)
            array[~missing] = numbers
    elif array.dtype.kind == "O":
        numbers = _numbers(array)
        array = array if numbers is None else numbers
    return PlainArray(array, missing if missing.any() else None)


def _numbers(objects: NDArray[Any]) -> NDArray[Any] | None:
    """Return an object array as numbers where every element is one, otherwise None."""
    if all(isinstance(v, (int, float, np.number, np.bool_)) for v in objects):
        return np.asarray(objects.tolist()) if len(objects) else np.zeros(0)
    return None


def _frame(frame: Any) -> PlainArray:
    columns = [_series(frame.iloc[:, k]) for k in range(frame.shape[1])]
    names = tuple(frame.columns)
    if not columns:
        return PlainArray(frame.to_numpy(), None, None, names)
    missing = np.stack([np.zeros(len(frame), bool) if c.missing is None else c.missing for c in columns], axis=1)
    kinds = {c.values.dtype.kind for c in columns}
    values = np.stack([c.values if kinds <= set("fiub") else c.values.astype(object) for c in columns], axis=1)
    return PlainArray(values, missing if missing.any() else None, None, names)
