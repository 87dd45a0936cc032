"""One conversion for everything that is given where an array is expected: NumPy, nested lists, torch tensors of any kind."""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.errors import DataError


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
            f"{where}: a nested tensor; ragged sequences go through mmviz.data.pad first: "
            "padded, lengths = mmviz.data.pad(list(tensor.unbind()))"
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
            f"{where}: a torch {type(values).__name__}, expected an array; collect its samples first, for example "
            "torch.stack([sample[0] for sample in dataset])"
        )
