"""LaTeX on its way to the disk: the whole file, or the older one as it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmviz.errors import DataError
from mmviz.io.atomic import write_bytes_atomic


def write_latex(lines: Sequence[str], file: str | Path, *, head: str, caller: str) -> Path:
    """Write lines below a head comment; return the path.

    Raises
    ------
    DataError
        If the file cannot be written; ``caller`` is named.
    """
    target = Path(file)
    try:
        write_bytes_atomic(target, (head + "\n".join(lines) + "\n").encode())
    except OSError as error:
        raise DataError(
            f"{caller}: {target} cannot be written ({error}); an older file of that name is intact"
        ) from error
    return target
