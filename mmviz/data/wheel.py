"""Find a data file inside an installed package without importing the package, and check its sha256."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from mmviz.errors import MissingDependencyError
from mmviz.io.digest import require_sha256

MANIFEST = Path(__file__).with_name("manifest.json")


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """Read the list of data files we know: package, version, path in the package, size, sha256."""
    return json.loads(MANIFEST.read_text(encoding="utf-8"))


def read_wheel_file(name: str) -> bytes:
    """Read a data file that an installed package carries.

    None of the package's code runs: the folder is found by the import system, the file is read as bytes.

    Parameters
    ----------
    name
        A key of ``manifest.json``.

    Returns
    -------
    bytes
        The whole file, equal to the one that was checked.

    Raises
    ------
    MissingDependencyError
        If the package or the file in it is not installed; the message holds the pip line.
    DataError
        If the sha256 differs from the manifest; the message holds both.
    """
    entry = manifest()[name]
    package, pinned = entry["package"], f"{entry['package']}=={entry['version']}"
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingDependencyError(
            f"{name} is part of the package {package}, which is not installed; run: pip install {pinned}"
        )
    for folder in spec.submodule_search_locations:
        path = Path(folder) / entry["path"]
        if path.is_file():
            data = path.read_bytes()
            require_sha256(data, entry["sha256"], where=f"{name} of {pinned}")
            return data
    raise MissingDependencyError(
        f"the installed package {package} has no file {entry['path']}; run: pip install --force-reinstall {pinned}"
    )
