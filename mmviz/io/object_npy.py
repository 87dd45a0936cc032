"""Read the one Python object that `np.save` wrapped in a .npy file, through the sealed unpickler."""

import re
from typing import Any

from mmviz.errors import UnsafeFileError
from mmviz.io.file_kind import looks_like
from mmviz.io.safe_pickle import loads

_MAGIC = b"\x93NUMPY"
# the only header np.save writes for an object without dimensions
_HEADER = re.compile(rb"\{'descr': '\|O', 'fortran_order': (False|True), 'shape': \(\), \} *\n\Z")


def read_object_npy(data: bytes, *, encoding: str = "ASCII", where: str = ".npy file") -> Any:
    """Read an object .npy file of shape ().

    Parameters
    ----------
    data
        The whole file.
    encoding
        As in `safe_pickle.loads`.
    where
        How to name the file in an error.

    Returns
    -------
    object
        What was saved, made of plain types only; see `safe_pickle.loads`.

    Raises
    ------
    UnsafeFileError
        If the header is not that of one Python object, or the pickle behind it is refused.
    """
    if not data.startswith(_MAGIC) or len(data) < 10:
        raise UnsafeFileError(f"{where}: not a .npy file; it looks like {looks_like(data)}")
    width = {1: 2, 2: 4, 3: 4}.get(data[6], 0)
    start = 8 + width
    end = start + int.from_bytes(data[8:start], "little")
    if not width or end > len(data) or not _HEADER.fullmatch(data[start:end]):
        raise UnsafeFileError(
            f"{where}: the header {data[8:80]!r} is not that of one Python object; "
            "read arrays of numbers with numpy.load(..., allow_pickle=False)"
        )
    return loads(data[end:], encoding=encoding, where=where)
