"""Content-addressed cache of trainings: a training that was made before, with the same data, options and code, is loaded."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import save as save_tensors

from mmviz.core.errors import CheckpointError, ConfigError, InUseError
from mmviz.data.spec import spec_to_json
from mmviz.io.digest import version_of
from mmviz.io.folder_lock import holder_of, locked, wait_until_free
from mmviz.models.registry import is_registered
from mmviz.models.user_module.model import Adapted
from mmviz.train.checkpoint import RunFolder
from mmviz.train.model_entry import model_entry
from mmviz.train.object_digest import class_sources, object_digest
from mmviz.train.run import Run, read_run
from mmviz.train.stored_tensors import on_cpu

if TYPE_CHECKING:
    from mmviz.data.dataset import Dataset
    from mmviz.models.base import FusionModel
    from mmviz.train.config import TrainConfig
    from mmviz.train.strategies.base import Strategy

STAGES = ("core", "io", "data", "models", "train", "metrics")
SHARED = "MMVIZ_RUNS"
_DONE = ("finished", "early_stopped")
_SAMPLES = 4


def cache_folder(
    cache: str | Path,
    model: FusionModel,
    ds: Dataset,
    config: TrainConfig,
    devices: int,
    strategy: Strategy | None = None,
) -> Path:
    """Return the folder of one training in a cache: the model's name and a hash of all that the result depends on.

    Hashed are the model's options and first weights (of a model that is not built by name: all of its attributes and functions), the content of splits and spec (of a set on disk: `content_digest`), the options of
    the training, the number of devices, the sources of mmviz up to the training and of a user's classes, and torch's version. The environment
    variable ``MMVIZ_RUNS`` replaces ``cache``: one folder for all notebooks of a class.
    """
    weights, entry = on_cpu(model.state_dict()), model_entry(model)
    content = {
        "model": [entry["name"], asdict(model.config), hashlib.sha256(save_tensors(weights)).hexdigest()],
        "train": asdict(config),
        "data": [_data_digest(ds, (config.train, config.valid)), spec_to_json(ds.spec)],
        "code": [
            devices,
            version_of(STAGES),
            torch.__version__.partition("+")[0],
            *class_sources({type(module) for module in model.modules()} | {type(strategy)}),
        ],
    }
    if isinstance(model, Adapted):
        parts = [model.module, model.call, model.missing.rules, model.evaluated]
        content["module"] = [entry["class"], object_digest(parts, entry["name"])]
    elif not is_registered(model):
        content["module"] = [object_digest(model, entry["name"])]
    key = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
    return Path(os.environ.get(SHARED) or cache) / f"{re.sub(r'[^A-Za-z0-9_.]+', '_', entry['name'])[:80]}-{key[:16]}"


def cached_run(folder: Path, model: FusionModel | None = None) -> Run | None:
    """Return the finished training in this folder, every file checked; None where there is none.

    A run that cannot be read is reported in a warning and removed, to be trained again. Where another process trains it at this moment,
    wait until that has ended; a warning says so. ``model`` is given for a run that is not rebuilt by name.
    """
    run = _loaded(folder, model)
    if run is None and (busy := holder_of(folder)):
        warnings.warn(
            f"fit: {busy} trains the same in {folder}; waiting until it has ended (interrupt to stop waiting)",
            UserWarning,
            stacklevel=3,
        )
        wait_until_free(folder)
        run = _loaded(folder, model)
    return run


def make_writable(folder: Path) -> bool:
    """Make the folder and return True; where it cannot be written, warn and return False."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        warnings.warn(
            f"fit: the training is not cached: {folder} cannot be written ({error})", UserWarning, stacklevel=3
        )
        return False
    return True


def refuse_other_folder(cache: str | Path, out: str | Path | None, resume: object) -> None:
    """Raise ConfigError where a cache and another folder for the run are given."""
    if out is not None or resume is not False:
        raise ConfigError(f"fit: cache={str(cache)!r} chooses the run's folder itself; leave out out= and resume=")


def content_digest(ds: Dataset, splits: tuple[str, ...]) -> str:
    """Return a sha256 of these splits: ids, targets, valid steps, and the values of a few samples of each.

    Unlike ``Dataset.fingerprint`` it does not read a set on disk from end to end.
    """
    digest = hashlib.sha256()
    for name in (n for n in splits if n in ds.splits):
        split = ds[name]
        rows = np.unique(np.linspace(0, len(split) - 1, _SAMPLES).astype(int))
        arrays = {"ids": np.asarray(split.ids)}
        if split.target is not None:
            arrays["target"] = np.asarray(split.target)
        for m in split.inputs:
            arrays |= {
                f"valid/{m}": np.asarray(split.valid[m]).sum(1),
                f"inputs/{m}": np.asarray(split.inputs[m][rows]),
            }
        for label, array in arrays.items():
            digest.update(f"{name}/{label} {array.dtype.str} {array.shape}\n".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _loaded(folder: Path, model: FusionModel | None) -> Run | None:
    if not (folder / "run.json").exists():
        return None
    try:
        run = read_run(folder, model)[0]
    except CheckpointError:
        with contextlib.suppress(InUseError, OSError), locked(folder):  # read again while no process writes to it
            again = _repaired(folder, model)
            return again if again is not None and again.status in _DONE else None
        return None
    return run if run.status in _DONE else None


def _repaired(folder: Path, model: FusionModel | None) -> Run | None:
    try:
        return read_run(folder, model)[0]
    except CheckpointError as error:
        warnings.warn(f"fit: the cached training is damaged and is repeated: {error}", UserWarning, stacklevel=5)
        (folder / "run.json").unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            RunFolder(folder).remove_epochs()
        return None


def _data_digest(ds: Dataset, splits: tuple[str, ...]) -> str:
    arrays = [array for split in ds.splits.values() for array in split.inputs.values()]
    in_memory = all(type(array) is np.ndarray for array in arrays)
    return ds.fingerprint() if in_memory else content_digest(ds, splits)
