"""Features kept on disk by content: the same item and the same encoder are the same file, whatever the data set."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from mmviz.errors import DataError
from mmviz.io.atomic import write_bytes_atomic
from mmviz.io.regular_file import read_regular

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
    """A folder with one small safetensors file per item; safe to share between runs, each file is written atomically.

    Parameters
    ----------
    folder
        Made if it is not there. Delete it to forget everything.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def path(self, key: str) -> Path:
        """Return where the features of a key are kept."""
        return self.folder / key[:2] / f"{key}.safetensors"

    def get(self, key: str) -> NDArray[np.float32] | None:
        """Return features (steps, features), or None where there are none yet.

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
            raise DataError(f"{path} is damaged ({error!r}); delete it, and it will be made again") from error
        if features.ndim != 2 or features.dtype != np.float32:
            raise DataError(f"{path} holds {features.dtype} {features.shape}; delete it, and it will be made again")
        return features

    def put(self, key: str, features: NDArray[np.float32]) -> None:
        """Keep features (steps, features); OSError if the disk refuses."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes_atomic(path, save({"features": np.ascontiguousarray(features)}))
