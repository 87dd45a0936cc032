"""A folder of trainings by what they are made of: the same one is loaded, not repeated."""

from __future__ import annotations

import contextlib
import hashlib
import json
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import save as save_tensors

from mmviz.core.errors import CheckpointError, ConfigError, InUseError
from mmviz.data.spec import spec_to_json
from mmviz.io.folder_lock import holder_of, locked, wait_until_free
from mmviz.io.sources import version_of
from mmviz.models.registry import name_of
from mmviz.train.checkpoint import content_of
from mmviz.train.run import Run, load

if TYPE_CHECKING:
    from mmviz.data.dataset import Dataset
    from mmviz.models.base import FusionModel
    from mmviz.train.config import TrainConfig

STAGES = ("core", "io", "data", "models", "train", "metrics")
_DONE = ("finished", "early_stopped")


def place_in(cache: str | Path, model: FusionModel, ds: Dataset, config: TrainConfig, devices: int) -> Path:
    """Return the folder of one training in a cache: the model's name and a hash of all that the result depends on.

    That is the model's options and first weights, what the splits and the spec hold (of a set on disk: see `content_of`), the options of the
    training, how many devices, the sources of mmviz up to the training, and torch's version.
    """
    weights = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    made = {
        "model": [name_of(model), asdict(model.config), hashlib.sha256(save_tensors(weights)).hexdigest()],
        "train": asdict(config),
        "data": [_content(ds, (config.train, config.valid)), spec_to_json(ds.spec)],
        "code": [devices, version_of(STAGES), torch.__version__.partition("+")[0]],
    }
    key = hashlib.sha256(json.dumps(made, sort_keys=True, default=str).encode()).hexdigest()
    return Path(cache) / f"{name_of(model)}-{key[:16]}"


def found(place: Path) -> Run | None:
    """Return the finished training in this folder, every file checked; None where there is none.

    One that cannot be read is reported in a warning and removed, to be trained again. Where another process trains it at this
    moment, this one waits until that has ended, and says so in a warning.
    """
    run = _loaded(place)
    if run is None and (busy := holder_of(place)):
        warnings.warn(
            f"fit: {busy} trains the same in {place}; waiting until it has ended (interrupt to stop waiting)",
            UserWarning,
            stacklevel=3,
        )
        wait_until_free(place)
        run = _loaded(place)
    return run


def _loaded(place: Path) -> Run | None:
    if not (place / "run.json").exists():
        return None
    try:
        run = load(place)
    except CheckpointError:
        with contextlib.suppress(InUseError, OSError), locked(place):  # nobody writes to it while it is looked at again
            again = _repaired(place)
            return again if again is not None and again.status in _DONE else None
        return None
    return run if run.status in _DONE else None


def _repaired(place: Path) -> Run | None:
    try:
        return load(place)
    except CheckpointError as error:
        warnings.warn(f"fit: the cached training is damaged and is repeated: {error}", UserWarning, stacklevel=5)
        (place / "run.json").unlink(missing_ok=True)
        return None


def writable(place: Path) -> bool:
    """Tell whether a training can be kept here, and make its folder; where not, a warning says why."""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        warnings.warn(
            f"fit: the training is not cached: {place} cannot be written ({error})", UserWarning, stacklevel=3
        )
        return False
    return True


def check(cache: str | Path, out: str | Path | None, resume: object) -> None:
    """Refuse a cache beside another folder for the run."""
    if out is not None or resume is not False:
        raise ConfigError(f"fit: cache={str(cache)!r} chooses the run's folder itself; leave out out= and resume=")


def _content(ds: Dataset, splits: tuple[str, ...]) -> str:
    arrays = [array for split in ds.splits.values() for array in split.inputs.values()]
    return ds.fingerprint() if all(type(array) is np.ndarray for array in arrays) else content_of(ds, splits)
