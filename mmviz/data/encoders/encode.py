"""Encoding of raw items into one padded array, and a content-addressed cache of features."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import whole
from mmviz.data.padding import pad
from mmviz.io.atomic import write_bytes_atomic
from mmviz.io.files import read_regular

_LARGEST = 1 << 30


def content_key(identity: str, item: Any) -> str:
    """Return the sha256 of an encoder's identity and an item's content: text, bytes or an array.

    Raises
    ------
    DataError
        If the item is anything else.
    """
    if isinstance(item, str):
        kind, content = "text", item.encode("utf-8", "surrogatepass")
    elif isinstance(item, bytes):
        kind, content = "bytes", item
    elif isinstance(item, np.ndarray) and item.dtype.kind in "fiub":
        kind, content = f"{item.dtype.str}{item.shape}", np.ascontiguousarray(item).tobytes()
    else:
        raise DataError(
            f"cache: a {type(item).__name__} has no content to be known by; give text, bytes or arrays of numbers"
        )
    return hashlib.sha256(f"{identity}\0{kind}\0".encode("utf-8", "surrogatepass") + content).hexdigest()


class FeatureCache:
    """Content-addressed cache: a folder with one safetensors file per item, written atomically and safe to share between runs.

    Parameters
    ----------
    folder
        Made if it is not there. Delete it to forget everything.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def path(self, key: str) -> Path:
        """Return the path of the features of a key."""
        return self.folder / key[:2] / f"{key}.safetensors"

    def get(self, key: str) -> NDArray[np.float32] | None:
        """Return features (steps, features), or None where none are stored.

        Raises
        ------
        DataError
            If the file is damaged.
        """
        path = self.path(key)
        try:
            features = load(read_regular(path, max_bytes=_LARGEST))["features"]
        except FileNotFoundError:
            return None
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise DataError(f"{path} is damaged ({error!r}); delete it, it will be encoded again") from error
        if features.ndim != 2 or features.dtype != np.float32:
            raise DataError(f"{path} holds {features.dtype} {features.shape}; delete it, it will be encoded again")
        return features

    def put(self, key: str, features: NDArray[np.float32]) -> None:
        """Store features (steps, features); OSError if they cannot be written."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes_atomic(path, save({"features": np.ascontiguousarray(features)}))


Encoder = Callable[[Sequence[Any]], Sequence[ArrayLike]]


def encode(
    items: Sequence[Any], encoder: Encoder, *, batch_size: int = 32, cache: FeatureCache | None = None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return encoded items, padded, and their lengths, for `from_arrays(inputs, ..., lengths=...)`.

    Parameters
    ----------
    items
        Texts, images, or whatever `encoder` takes.
    encoder
        `minilm()`, `efficientnet_lite0()`, `language_model(folder)`, or any callable that takes a list of items and returns
        as many arrays (steps, features). No steps mean that the modality is absent for the item (an empty text).
    batch_size
        Items per call of the encoder, ≥ 1.
    cache
        Where features are kept by content, so that the same item is never encoded twice. Needs an encoder with a text
        attribute ``identity`` that changes whenever its features would.

    Returns
    -------
    padded, lengths
        float32 (n, longest, features), 0 in the padding, and (n,).

    Raises
    ------
    ConfigError
        If the batch size is none, or a cache is given and the encoder has no identity.
    DataError
        If there are no items, or the encoder returns another number of arrays, another shape, or values that are not finite;
        the message names the item.

    Notes
    -----
    Items of one batch may be padded to a common length inside an encoder, so its features can differ in the last bits from one
    batch size to another (tested to 1e-5 for `minilm`).
    """
    whole(batch_size, "batch_size", low=1)
    if not len(items):
        raise DataError("encode: no items; give at least one")
    identity = getattr(encoder, "identity", None)
    if cache is not None and not isinstance(identity, str):
        raise ConfigError(
            f"encode: {encoder!r:.60} has no text attribute identity, by which a cache distinguishes encoders; add one or leave cache out"
        )
    keys = [str(i) if cache is None else content_key(str(identity), item) for i, item in enumerate(items)]
    first = {key: i for i, key in reversed(list(enumerate(keys)))}  # of items with equal content one is encoded
    found: dict[str, NDArray[np.float32]] = {}
    if cache is not None:
        found = {key: features for key in first if (features := cache.get(key)) is not None}
    missing = sorted(i for key, i in first.items() if key not in found)
    for start in range(0, len(missing), batch_size):
        rows = missing[start : start + batch_size]
        for i, features in zip(rows, _encoded(encoder, items, rows), strict=True):
            found[keys[i]] = features
            if cache is not None:
                cache.put(keys[i], features)
    sequences = [found[key] for key in keys]
    widths = {s.shape[1] for s in sequences}
    if len(widths) > 1:
        raise DataError(f"encode: arrays with {sorted(widths)} features; an encoder must always return as many")
    return pad(sequences)


def _encoded(encoder: Encoder, items: Sequence[Any], rows: list[int]) -> list[NDArray[np.float32]]:
    arrays = list(encoder([items[i] for i in rows]))
    if len(arrays) != len(rows):
        raise DataError(f"encode: the encoder returned {len(arrays)} arrays for {len(rows)} items; return one for each")
    checked = []
    for i, given in zip(rows, arrays, strict=True):
        features = np.asarray(given)
        if features.ndim != 2 or features.dtype.kind not in "fiub" or not features.shape[1]:
            raise DataError(
                f"encode: item {i} became {features.dtype} of shape {features.shape}; return numbers (steps, features)"
            )
        features = features.astype(np.float32)
        if not np.isfinite(features).all():
            step = int(np.flatnonzero(~np.isfinite(features).all(axis=1))[0])
            raise DataError(f"encode: item {i}, step {step} became values that are not finite; look at the item")
        checked.append(features)
    return checked
