"""Where a cell's data come from: a built-in set with its options, or a path; and the digest that tells data apart."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from mmviz.data.choice import nearest
from mmviz.data.dataset import Dataset
from mmviz.data.disk import is_set
from mmviz.data.disk.index import NAME
from mmviz.data.load import LOADERS, load
from mmviz.data.select import select_modalities
from mmviz.data.wheel import manifest
from mmviz.errors import ConfigError
from mmviz.experiments.canonical import as_typed, canonical, text_of
from mmviz.io.digest import sha256_file


def source(entry: Any) -> dict[str, Any]:
    """Return a data source with every option of a built-in set spelt out.

    Parameters
    ----------
    entry
        A name or path, or a mapping with ``name`` and the options of :func:`mmviz.data.load`. The name of a built-in set means the set.

    Returns
    -------
    dict
        ``name`` (built-in name, or absolute path), ``builtin``, ``options``.

    Raises
    ------
    ConfigError
        If there is no such set or path, or a built-in set has no such option; offers the nearest name.
    """
    given = {"name": entry} if isinstance(entry, (str, Path)) else dict(entry) if isinstance(entry, Mapping) else {}
    if "name" not in given:
        raise ConfigError(f"data={entry!r}: give a name, a path, or a mapping with 'name' and options")
    name = given.pop("name")
    if name in LOADERS:
        module, function = LOADERS[name]
        known = inspect.signature(getattr(importlib.import_module(module), function)).parameters
        for option in given:
            if option not in known:
                raise ConfigError(
                    f"data {name!r}: no option {option!r}{nearest(option, known)}; it takes {', '.join(known)}"
                )
        return {"name": name, "builtin": True, "options": canonical({k: p.default for k, p in known.items()} | given)}
    if not Path(name).exists():
        raise ConfigError(
            f"data {str(name)!r}{nearest(str(name), LOADERS)}: neither a built-in set ({', '.join(LOADERS)}) nor a path that exists"
        )
    return {"name": str(Path(name).resolve()), "builtin": False, "options": canonical(given)}


def open_source(data: Mapping[str, Any], modalities: tuple[str, ...] | None) -> Dataset:
    """Load what :func:`source` describes, restricted to some modalities; the last two stay in memory.

    Raises
    ------
    DataError, ConfigError, MissingDependencyError, OSError
        As :func:`mmviz.data.load`, or for an unknown modality.
    """
    ds = _opened(text_of({k: data[k] for k in ("name", "builtin", "options")}), digest_of(data))
    return ds if modalities is None else select_modalities(ds, modalities)


def digest_of(data: Mapping[str, Any]) -> str:
    """Return a sha256 that changes when the data do, without reading them into arrays.

    A built-in set is a function of its options, our code (part of a cell's key) and the packages' files, whose sha256 `load` checks: the
    digest is over the list of those. For a folder of `to_disk` it is over its index, which holds the sha256 of every
    file. Otherwise every file at the path is read.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    if data["builtin"]:
        sums = sorted((name, entry["sha256"]) for name, entry in manifest().items())
        return hashlib.sha256(text_of(["built-in", data["name"], sums]).encode()).hexdigest()
    path = Path(data["name"])
    files = [path / NAME] if is_set(path) else sorted(p for p in path.rglob("*") if p.is_file())
    stamps = []
    for file in files or [path]:
        seen = file.stat()
        name = file.relative_to(path).as_posix() if file != path else ""
        stamps.append((name, _sha256(str(file), seen.st_size, seen.st_mtime_ns)))
    return hashlib.sha256(text_of(["path", stamps]).encode()).hexdigest()


@lru_cache(maxsize=4096)
def _sha256(file: str, size: int, changed: int) -> str:
    """Return a file's sha256, read again in this process only when its size or time of change is another."""
    return sha256_file(file)


@lru_cache(maxsize=2)
def _opened(described: str, digest: str) -> Dataset:
    data = json.loads(described)
    name = data["name"] if data["builtin"] else Path(data["name"])
    return load(name, **as_typed(data["options"]))
