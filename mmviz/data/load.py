"""Load a built-in data set by name, or a file or folder by its path; list the data sets of ``data/manifest.toml``."""

import importlib
import inspect
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest
from mmviz.data.dataset import Dataset
from mmviz.data.disk import from_disk, is_set
from mmviz.data.formats import read_path

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


# name: (module, function); imported when first asked for
LOADERS = {
    "av_digits": ("mmviz.data.sets.av_digits", "load_av_digits"),
    "synthetic": ("mmviz.data.sets.synthetic", "synthetic"),
    "watch": ("mmviz.data.sets.watch", "load_watch"),
}


def load(name: str | Path, **options: Any) -> Dataset:
    """Load a built-in data set, or what lies at a path; nothing is downloaded.

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
        ``lengths=``, ``padding=`` (`mmviz.data.formats.repairs.Repairs`: what may be repaired; the default is to refuse),
        ``encoding="latin1"`` for pickles of Python 2, ``format=``, and the options of the format's ``read``. For a folder of
        `to_disk`: ``verify=``.

    Returns
    -------
    Dataset
        Checked; ``.report`` says what was found.

    Raises
    ------
    ConfigError
        If the name or an option is unknown; the message lists what there is.
    MissingDependencyError, DataError
        If the package that carries the file is not installed, or the file is another one.
    """
    if isinstance(name, Path) or (isinstance(name, str) and name not in LOADERS and _is_there(name)):
        return _opened(Path(name), options) if is_set(name) else read_path(name, **options)
    if not isinstance(name, str) or name not in LOADERS:
        raise ConfigError(
            f"load: no data set {name!r}{nearest(name, LOADERS)}; there is {', '.join(map(repr, LOADERS))}. "
            "There is no file of that name either. Your own arrays enter by mmviz.data.from_arrays."
        )
    module, function = LOADERS[name]
    loader = getattr(importlib.import_module(module), function)
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
                f"load({str(folder)!r}): no option {option!r}; the folder was written by to_disk and takes verify alone: "
                "repairs were made when the set was loaded first"
            )
    return from_disk(folder, **options)


def _is_there(name: str) -> bool:
    try:
        return bool(name) and Path(name).exists()
    except (OSError, ValueError):  # too long, or a NUL inside
        return False
