"""The data sets we know about, from ``data/manifest.toml``: what, whose, licence, size, digests, how to get them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from mmviz.errors import DataError

# beside the package in a clone, inside it in a wheel
PLACES = (Path(__file__).parents[2] / "data" / "manifest.toml", Path(__file__).with_name("manifest.toml"))
REQUIRED = ("what", "whose", "licence", "get", "format")


@cache
def known_sets() -> dict[str, dict[str, Any]]:
    """Read the manifest.

    Returns
    -------
    dict
        Name to entry; every entry has at least the keys of `REQUIRED`.

    Raises
    ------
    DataError
        If the file is not there or an entry is incomplete.
    """
    path = next((p for p in PLACES if p.is_file()), None)
    if path is None:
        raise DataError("data/manifest.toml is not installed; see data/README.md of the source tree")
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, entry in entries.items():
        missing = [k for k in REQUIRED if k not in entry]
        if missing:
            raise DataError(f"{path}: {name} has no {missing[0]!r}")
    return entries
