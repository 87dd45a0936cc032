"""Any tree that the sealed unpickler returns, as an .npz file without a pickle, and back."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.errors import DataError
from mmviz.io.json_text import parse_json
from mmviz.io.npz import read_npz, write_npz

MAX_DEPTH = 16
_ESCAPES = str.maketrans({"%": "%25", "/": "%2F", "#": "%23", "@": "%40"})
_NUMBERS = (bool, int, float, np.number, np.bool_)


def write_tree(path: str | Path, tree: Any) -> None:
    """Write a tree of dictionaries, lists, arrays, text and numbers to an .npz file.

    Parameters
    ----------
    path
        Where; its folder must exist.
    tree
        As `safe_pickle.load` returns it.

    Raises
    ------
    DataError
        If a part cannot be written.
    OSError
        If the disk refuses.

    Notes
    -----
    One member per leaf. Keys are joined by ``/``; ``#3`` is the fourth element of a list; a name that ends in ``@json`` is
    UTF-8 of JSON (text, mixed scalars, None), ``@bytes`` raw bytes. Tuples come back as lists, NumPy scalars as arrays
    without dimensions.
    """
    leaves: dict[str, NDArray[Any]] = {}
    _flatten(tree, "", leaves)
    write_npz(path, leaves)


def read_tree(source: str | Path | bytes, *, where: str = "") -> Any:
    """Read the tree from an .npz file; a file of flat names gives one dictionary of arrays.

    Parameters
    ----------
    source
        A path, or the whole file.
    where
        How to name the file in an error.

    Returns
    -------
    dict or list
        With the keys as text; whole-number keys come back as text.

    Raises
    ------
    DataError
        As `read_npz`; or if names contradict each other.
    """
    where = where or (Path(source).name if not isinstance(source, bytes) else "npz file")
    root: dict[str, Any] = {}
    for name, array in read_npz(source, where=where).items():
        *branches, leaf = name.split("/")
        if len(branches) > MAX_DEPTH:
            raise DataError(f"{where}: {name[:80]!r} is nested deeper than {MAX_DEPTH}")
        node = root
        for branch in branches:
            node = node.setdefault(branch, {})
            if not isinstance(node, dict):
                raise DataError(f"{where}: {name[:80]!r} lies inside another array; save the file again")
        stem, _, kind = leaf.partition("@")
        if stem in node:
            raise DataError(f"{where}: {name[:80]!r} occurs twice; save the file again")
        node[stem] = _decode(array, kind, f"{where}: {name[:80]!r}")
    return _restore(root, where)


def _flatten(x: Any, at: str, leaves: dict[str, NDArray[Any]], depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise DataError(f"{at[:80]!r} is nested deeper than {MAX_DEPTH}; it cannot be written")
    prefix = f"{at}/" if at else ""
    if isinstance(x, dict):
        if not x:
            leaves[f"{at}@json"] = _json({})
        for key, value in x.items():
            _flatten(value, prefix + str(key).translate(_ESCAPES), leaves, depth + 1)
    elif isinstance(x, np.ndarray) and x.dtype.kind != "O":
        leaves[at] = x
    elif isinstance(x, (list, tuple)) and any(isinstance(v, (dict, list, tuple, np.ndarray, bytes)) for v in x):
        for i, value in enumerate(x):
            _flatten(value, f"{prefix}#{i}", leaves, depth + 1)
    elif isinstance(x, (bytes, bytearray)):
        leaves[f"{at}@bytes"] = np.frombuffer(bytes(x), np.uint8)
    elif isinstance(x, _NUMBERS):
        leaves[at] = np.asarray(x)
    elif isinstance(x, (list, tuple)) and x and len({type(v) for v in x}) == 1 and isinstance(x[0], _NUMBERS):
        array = np.asarray(x)
        leaves[at if array.dtype.kind != "O" else f"{at}@json"] = array if array.dtype.kind != "O" else _json(list(x))
    else:
        leaves[f"{at}@json"] = _json(x.tolist() if isinstance(x, np.ndarray) else x)


def _json(x: Any) -> NDArray[np.uint8]:
    try:
        text = json.dumps(x, default=lambda v: v.item() if isinstance(v, np.generic) else _refuse(v))
    except (TypeError, ValueError, RecursionError) as error:
        raise DataError(f"a value of type {type(x).__name__} cannot be written without a pickle ({error})") from None
    return np.frombuffer(text.encode("ascii"), np.uint8)


def _refuse(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} inside")


def _decode(array: NDArray[Any], kind: str, where: str) -> Any:
    if not kind:
        return array
    if kind not in ("json", "bytes") or array.dtype != np.uint8 or array.ndim != 1:
        raise DataError(f"{where}: neither an array nor text of ours; save the file again")
    raw = array.tobytes()
    if kind == "bytes":
        return raw
    return parse_json(raw, where=f"{where}: damaged text")


def _restore(node: Any, where: str, depth: int = 0) -> Any:
    if not isinstance(node, dict) or depth > MAX_DEPTH:
        return node
    if set(node) == {""} and depth == 0:
        return node[""]
    if node and all(k.startswith("#") for k in node):
        try:
            order = {int(k[1:]): v for k, v in node.items() if k[1:].isascii() and k[1:].isdigit() and len(k) < 10}
        except ValueError:
            order = {}
        if sorted(order) != list(range(len(node))):
            raise DataError(f"{where}: elements of a list are missing; save the file again")
        return [_restore(order[i], where, depth + 1) for i in range(len(node))]
    return {_unescape(k): _restore(v, where, depth + 1) for k, v in node.items()}


def _unescape(key: str) -> str:
    for code, sign in (("%40", "@"), ("%23", "#"), ("%2F", "/"), ("%25", "%")):
        key = key.replace(code, sign)
    return key
