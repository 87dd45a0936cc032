"""One training of a study as a cell: canonical configuration, data source, and the key computed from configuration, data and code."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest, whole
from mmviz.data.dataset import Dataset
from mmviz.data.disk import is_stored
from mmviz.data.disk.storage import NAME
from mmviz.data.load import LOADERS, load, loader_of
from mmviz.data.missing.modalities import select_modalities
from mmviz.data.package_data import manifest
from mmviz.io.digest import sha256_file, version_of
from mmviz.models.registry import available, config_of
from mmviz.train.augmentation import Augment
from mmviz.train.config import TrainConfig
from mmviz.train.contributions import ContributionMonitor
from mmviz.train.fit import train_config
from mmviz.train.strategies import strategy_of

#: packages on which a number of a study depends; plots, widgets, the command line and the tables cannot change one
STAGES = ("core", "io", "data", "models", "train", "metrics", "recording", "trace", "analysis")
STUDY_FILES = ("studies/cell.py", "studies/worker.py", "studies/sample_scores.py")


def code_version() -> str:
    """Return ``VERSION+HASH`` of the code in this process; see :func:`mmviz.io.digest.version_of`.

    It covers the packages from ``core`` to ``analysis``, the kernels, and the files that run a cell. The versions of torch and NumPy are
    columns of each row instead.
    """
    return version_of(STAGES + STUDY_FILES)


def canonical(value: Any, where: str = "configuration") -> Any:
    """Return a value as plain JSON values: dataclasses and mappings as dicts, tuples as lists, NumPy numbers as Python's.

    Raises
    ------
    ConfigError
        If a value cannot be written as JSON, a key is not text, or a number is not finite; names the place.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: _typed(f, getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        odd = [k for k in value if not isinstance(k, str)]
        if odd:
            raise ConfigError(f"{where}: key {odd[0]!r} is a {type(odd[0]).__name__}, expected text")
        return {k: canonical(v, f"{where}.{k}") for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [canonical(v, f"{where}[{i}]") for i, v in enumerate(value)]
    if isinstance(value, (set, frozenset)):
        return sorted(canonical(list(value), where))
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if value is not None and not isinstance(value, (str, bool, int, float)):
        raise ConfigError(f"{where}: a {type(value).__name__} cannot be part of a cell; give plain values")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{where}={value!r}: give a finite number")
    return value


def canonical_text(value: Any) -> str:
    """Return a canonical value as one line of JSON with sorted keys; equal values give equal text."""
    return json.dumps(canonical(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def with_tuples(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return canonical options with tuples for lists: JSON has lists only."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}


def _typed(field: dataclasses.Field, value: Any) -> Any:
    """Return an integer in a float field as float: 1 and 1.0 are the same option."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if whole and field.type in (float, "float") else value


def source(entry: Any) -> dict[str, Any]:
    """Return a data source with all options of a built-in set, defaults included.

    Parameters
    ----------
    entry
        A name or path, or a mapping with ``name`` and the options of :func:`mmviz.data.load`. The name of a built-in set takes precedence over a path.

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
        known = inspect.signature(loader_of(name)).parameters
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
    """Load the data of :func:`source`, restricted to some modalities; the last two data sets stay in memory.

    Raises
    ------
    DataError, ConfigError, MissingDependencyError, OSError
        As :func:`mmviz.data.load`, or for an unknown modality.
    """
    ds = _opened(canonical_text({k: data[k] for k in ("name", "builtin", "options")}), data_digest_of(data))
    return ds if modalities is None else select_modalities(ds, modalities)


def data_digest_of(data: Mapping[str, Any]) -> str:
    """Return a sha256 of the data, without reading them into arrays.

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
        return hashlib.sha256(canonical_text(["built-in", data["name"], sums]).encode()).hexdigest()
    path = Path(data["name"])
    files = [path / NAME] if is_stored(path) else sorted(p for p in path.rglob("*") if p.is_file())
    stamps = []
    for file in files or [path]:
        seen = file.stat()
        name = file.relative_to(path).as_posix() if file != path else ""
        stamps.append((name, _sha256(str(file), seen.st_size, seen.st_mtime_ns)))
    return hashlib.sha256(canonical_text(["path", stamps]).encode()).hexdigest()


@lru_cache(maxsize=4096)
def _sha256(file: str, size: int, changed: int) -> str:
    """Return the sha256 of a file; cached in this process by size and time of change."""
    return sha256_file(file)


@lru_cache(maxsize=2)
def _opened(described: str, digest: str) -> Dataset:
    data = json.loads(described)
    name = data["name"] if data["builtin"] else Path(data["name"])
    return load(name, **with_tuples(data["options"]))


MEASURES = ("contributions", "interactions", "missing", "probes", "samples", "untrained_probes")


@dataclass(frozen=True, eq=False)
class Cell:
    """One training of a study; made by :func:`mmviz.studies.grid`.

    Attributes
    ----------
    config
        Plain values: ``model``, ``train``, ``data``, ``modalities``, ``seed``, ``measures``, ``convention``; every option with its
        value, defaults too.
    """

    config: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """The configuration in one line; two cells are equal if their texts are."""
        return canonical_text(self.config)

    @cached_property
    def digest(self) -> str:
        """Digest of the data; see :func:`data_digest_of`."""
        return data_digest_of(self.config["data"])

    @cached_property
    def code(self) -> str:
        """Version of the code that runs the cell; see :func:`mmviz.studies.cell.code_version`."""
        return code_version()

    @cached_property
    def key(self) -> str:
        """32 hexadecimal digits: sha256 over configuration, digest of the data and version of the code.

        The place of a file does not count, only its content.
        """
        data = self.config["data"]
        placed = self.config | {
            "data": {"name": data["name"] if data["builtin"] else "path", "options": data["options"]}
        }
        return hashlib.sha256("\n".join([canonical_text(placed), self.digest, self.code]).encode()).hexdigest()[:32]

    def columns(self) -> dict[str, Any]:
        """Return the configuration as flat columns: ``model``, ``model.width``, ``strategy``, ``train.epochs``, ``data``, ``data.fold``, ....

        ``modalities`` is "all" or the names joined by "+"; other values are JSON.
        """
        c = self.config
        flat: dict[str, Any] = {"model": c["model"]["name"]}
        flat |= {f"model.{k}": v for k, v in c["model"]["options"].items()}
        flat |= {"strategy": c["train"]["strategy"]}
        flat |= {f"strategy.{k}": v for k, v in c["train"]["strategy_options"].items()}
        flat |= {f"train.{k}": v for k, v in c["train"].items() if k not in ("strategy", "strategy_options", "seed")}
        flat |= {"data": c["data"]["name"]} | {f"data.{k}": v for k, v in c["data"]["options"].items()}
        flat |= {"modalities": "all" if c["modalities"] is None else "+".join(c["modalities"]), "seed": c["seed"]}
        return {
            k: v if v is None or isinstance(v, (str, bool, int, float)) else canonical_text(v) for k, v in flat.items()
        }

    def __repr__(self) -> str:
        c = self.columns()
        return f"Cell({c['model']}, {c['strategy']}, {c['data']}, modalities {c['modalities']}, seed {c['seed']})"


def cell(
    *,
    data: Any,
    modalities: Any,
    model: Any,
    strategy: Any,
    train: Mapping[str, Any],
    seed: int,
    measures: Any,
    convention: str | None,
) -> Cell:
    """Return a checked cell; see :func:`mmviz.studies.grid` for the arguments.

    Raises
    ------
    ConfigError
        For an unknown name or option (with the nearest known one), or a value out of range.
    """
    if not isinstance(train, Mapping):
        raise ConfigError(f"train={train!r}: give a mapping of training options, or a list of such")
    name, options = name_and_options(model, "model")
    if name not in available():
        raise ConfigError(f"model {name!r} is unknown{nearest(name, available())}; available: {', '.join(available())}")
    seed = whole(seed, "seed", low=0)
    measures = [measures] if isinstance(measures, str) else list(measures)
    for measure in measures:
        if measure not in MEASURES:
            raise ConfigError(
                f"measures: no {measure!r}{nearest(measure, MEASURES)}; give {', '.join(MEASURES)}; scores are always computed"
            )
    if isinstance(modalities, str):
        raise ConfigError(f"modalities={modalities!r}: expected a tuple of names, or None for all")
    return Cell(
        canonical(
            {
                "model": {"name": name, "options": config_of(name, **options)},
                "train": training_options(train, strategy, seed),
                "data": source(data),
                "modalities": None if modalities is None else sorted(modalities),
                "seed": seed,
                "measures": sorted(set(measures)),
                "convention": convention,
            }
        )
    )


def training_options(options: Mapping[str, Any], strategy: Any, seed: int) -> TrainConfig:
    """Return the options of a training as `fit` completes them; ``augment`` and ``monitor`` may be mappings."""
    for axis in ("strategy", "strategy_options", "seed"):
        if axis in options:
            raise ConfigError(f"train: {axis!r} is an axis of the grid; give it as strategy= or seed=")
    name, own = name_and_options(strategy, "strategy")
    return train_config(strategy_of(name, own), {**as_fit_options(options), "seed": seed})


def as_fit_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return training options as `fit` takes them: `augment` and `monitor` as their classes, where they are mappings."""
    kinds = {"augment": Augment, "monitor": ContributionMonitor}
    given = {k: kinds[k](**v) if k in kinds and isinstance(v, Mapping) else v for k, v in options.items()}
    return given | {k: with_tuples(given[k]) for k in ("strategy_options",) if k in given}


def name_and_options(entry: Any, axis: str) -> tuple[str, dict[str, Any]]:
    """Return name and options of a name, or of a mapping with ``name`` and options."""
    if isinstance(entry, str):
        return entry, {}
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise ConfigError(f"{axis}={entry!r}: give a name, or a mapping with 'name' and options")
    return entry["name"], {k: v for k, v in entry.items() if k != "name"}
