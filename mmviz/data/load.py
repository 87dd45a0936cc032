"""Load a built-in data set by name, or a file or folder by its path; list the data sets of ``data/manifest.toml``."""

import importlib
import inspect
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest, one_of
from mmviz.data.dataset import Dataset
from mmviz.data.disk import from_disk, is_stored
from mmviz.data.formats import read_path

# beside the package in a clone, inside it in a wheel
MANIFESTS = (Path(__file__).parents[2] / "data" / "manifest.toml", Path(__file__).with_name("manifest.toml"))
REQUIRED = ("what", "whose", "licence", "get", "format")


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Return the data sets of ``data/manifest.toml``.

    Returns
    -------
    dict
        Name to entry; every entry has at least ``what``, ``whose``, ``licence``, ``get`` and ``format``.

    Raises
    ------
    DataError
        If the file is not there or an entry is incomplete.
    """
    path = next((p for p in MANIFESTS if p.is_file()), None)
    if path is None:
        raise DataError("data/manifest.toml is not installed; see data/README.md of the source tree")
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, entry in entries.items():
        missing = [k for k in REQUIRED if k not in entry]
        if missing:
            raise DataError(f"{path}: {name} has no {missing[0]!r}")
    return entries


#: Name of a data set to its loader: a function, or the module and name of one, which is imported on first use.
LOADERS: dict[str, Callable[..., Dataset] | tuple[str, str]] = {
    "av_digits": ("mmviz.data.sets.av_digits", "load_av_digits"),
    "synthetic": ("mmviz.data.sets.synthetic", "synthetic"),
    "watch": ("mmviz.data.sets.watch", "load_watch"),
}
_BUILT_IN = tuple(LOADERS)


def register(name: str, loader: Callable[..., Dataset]) -> None:
    """Add a data set, so that ``mmviz.data.load(name, **options)`` calls its loader.

    Parameters
    ----------
    name
        A data set from outside may be registered again, a built-in one may not.
    loader
        Function of keyword options that returns a data set, such as one of `mmviz.data.from_arrays`.

    Raises
    ------
    ConfigError
        If the name is taken or the loader cannot be called.
    """
    if not isinstance(name, str) or not name or name in _BUILT_IN:
        raise ConfigError(f"register: name={name!r}; give a name other than {', '.join(map(repr, _BUILT_IN))}")
    if not callable(loader):
        raise ConfigError(f"register: the loader of {name!r} is a {type(loader).__name__}; give a function")
    LOADERS[name] = loader


def unregister(name: str) -> None:
    """Remove a data set that was added by `register`; ConfigError for any other name."""
    one_of(name, [n for n in LOADERS if n not in _BUILT_IN], "name")
    del LOADERS[name]


def loader_of(name: str) -> Callable[..., Dataset]:
    """Return the loader of a name in `LOADERS`."""
    entry = LOADERS[name]
    return getattr(importlib.import_module(entry[0]), entry[1]) if isinstance(entry, tuple) else entry


def load(name: str | Path, **options: Any) -> Dataset:
    """Return a built-in or registered data set, or that of a file or folder; nothing is downloaded.

    Parameters
    ----------
    name
        "watch" (`mmviz.data.sets.watch.load_watch`), "av_digits" (`mmviz.data.sets.av_digits.load_av_digits`) or "synthetic"
        (`mmviz.data.sets.synthetic.synthetic`); or the path of a file or folder. Its layout is recognised by what is in it
        (`mmviz.data.formats`), its shapes come from its arrays. A bare name of a file that is also the name of a set means
        the set; write ``./name`` or a `pathlib.Path` for the file. A folder that `mmviz.data.to_disk` wrote is opened by
        `mmviz.data.from_disk`: its values stay on disk.
    **options
        Of that loader: see its docstring. For a path: ``nonfinite=``, ``labels=``, ``label_range=``, ``duplicates=``,
        ``lengths=``, ``padding=`` (`mmviz.data.formats.build.Repairs`: what may be repaired; the default is to refuse),
        ``encoding="latin1"`` for pickles of Python 2, ``format=``, and the options of the format's ``read``. For a folder of
        `to_disk`: ``verify=``.

    Returns
    -------
    Dataset
        Checked; its ``report`` lists findings and repairs.

    Raises
    ------
    ConfigError
        If the name or an option is unknown; the message lists what there is.
    MissingDependencyError, DataError
        If the package with the file is not installed, or the file has another digest.
    """
    if isinstance(name, Path) or (isinstance(name, str) and name not in LOADERS and _exists(name)):
        return _opened(Path(name), options) if is_stored(name) else read_path(name, **options)
    if not isinstance(name, str) or name not in LOADERS:
        raise ConfigError(
            f"load: no data set {name!r}{nearest(name, LOADERS)}; there is {', '.join(map(repr, LOADERS))}. "
            "There is no file of that name either. Your own arrays enter by mmviz.data.from_arrays."
        )
    loader = loader_of(name)
    known = list(inspect.signature(loader).parameters)
    for option in options:
        if option not in known:
            raise ConfigError(
                f"load({name!r}): no option {option!r}{nearest(option, known)}; it takes {', '.join(known)}"
            )
    return loader(**options)


def _opened(folder: Path, options: dict[str, Any]) -> Dataset:
    for option in options:
        if option != "verify":
            raise ConfigError(
                f"load({str(folder)!r}): no option {option!r}; the folder was written by to_disk and takes only verify: "
                "repairs were made when the set was loaded first"
            )
    return from_disk(folder, **options)


def _exists(name: str) -> bool:
    try:
        return bool(name) and Path(name).exists()
    except (OSError, ValueError):  # too long, or a NUL inside
        return False
