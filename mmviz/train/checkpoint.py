"""Checkpoints of a training: weights, optimizer state and random state on disk; writing, reading and resuming."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mmkernels
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from mmviz.core.errors import CheckpointError, ConfigError, DataError
from mmviz.data.spec import spec_to_json
from mmviz.io.atomic import remove_temporary_files, write_bytes_atomic
from mmviz.io.files import parse_json, read_regular
from mmviz.io.folder_lock import FolderLock, holder_of
from mmviz.models.registry import stored_options
from mmviz.train.config import SELECT
from mmviz.train.run_index import WRITTEN, refuse_lost_index, without_index
from mmviz.train.stored_tensors import check_tensors, on_cpu, stored_copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from mmviz.models.base import FusionModel

FORMAT = 1
_LARGEST = 8 << 30
_LARGEST_INDEX = 64 << 20
_INDEX_MEMORY = 256 << 20
#: entry of the history in older versions -> its name; with a slash, followed by the name of a modality
_OLD_ENTRIES = {
    "score_alone/": "unimodal_score/",
    "worth_of_all": "value_full_model",
    "worth_of_none": "value_baseline",
    "clipped": "clipped_steps",
    "seconds_measure": "seconds_monitor",
    "turn/": "update_order/",
    "kept": "available_share",
    "contribution_now/": "batch_contribution/",
    "blend/": "blend_weight/",
    "blend_all": "blend_weight_joint",
}
#: the weights of a user's module before the training are in the checkpoint
_MAY_DIFFER = ("train.accelerator", "model.options.weights")


@dataclass(frozen=True)
class TrainingState:
    """State of a training after a whole epoch: all that the next epoch depends on.

    Attributes
    ----------
    tensors
        Flat names such as ``model/head.weight``, ``optimizer/all/3/exp_avg``, ``strategy/weights``, ``draws/cpu``.
    plain
        JSON values: ``epoch``, counters, parameter groups, NumPy generators, and under ``made`` the configuration (model, options, data).
    """

    tensors: dict[str, Tensor]
    plain: dict[str, Any]

    @property
    def epoch(self) -> int:
        """The epoch after which the state was taken."""
        return int(self.plain["epoch"])

    def under(self, prefix: str) -> dict[str, Tensor]:
        """Return the tensors whose names begin with ``prefix``, without it."""
        return {name.removeprefix(prefix): value for name, value in self.tensors.items() if name.startswith(prefix)}

    def to_bytes(self) -> bytes:
        """Return the state as one safetensors file."""
        return save_tensors(on_cpu(self.tensors), {"plain": json.dumps(self.plain)})

    @classmethod
    def from_file(cls, path: Path, data: bytes) -> TrainingState:
        """Return the state stored in ``data``; CheckpointError where that is no state of a training."""
        try:
            tensors = load_tensors(data)  # also checks the header
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
            return cls(
                tensors,
                parse_json(header["__metadata__"]["plain"], where=path.name, max_memory=_INDEX_MEMORY, nan=True),
            )
        except Exception as error:
            raise CheckpointError(f"{path} is not the state of a training ({error}); train again") from error


@dataclass(frozen=True)
class ResumePoint:
    """What a stopped training left in its folder, up to its last whole epoch; an epoch that was cut short is trained again.

    Attributes
    ----------
    state
        After the last whole epoch.
    history, weights, entries
        Of the epochs up to that one, as in `EpochLog`.
    entry
        Of the state, in ``run.json``.
    """

    state: TrainingState
    history: list[dict[str, float]]
    weights: dict[int, dict[str, Tensor]]
    entries: dict[str, dict[str, str]]
    entry: dict[str, str]


class RunFolder:
    """The folder of one run: one safetensors file per epoch, and one ``run.json`` that lists them.

    A weights file counts only once ``run.json`` names it with its sha256; ``run.json`` is replaced in one step. So a run that is killed at
    any moment leaves the state of the last finished epoch.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder, and lock it against other processes for the duration of a block.

        Raises
        ------
        InUseError
            If another training writes to it; names its process.
        CheckpointError
            If the folder cannot be written.
        """
        lock = FolderLock(self.path)
        try:
            new = not self.path.exists()
            self.path.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except (OSError, ValueError) as error:  # ValueError: no valid path, such as one with NUL
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            lock.release()
            if new:
                with contextlib.suppress(OSError):
                    self.path.rmdir()  # succeeds where nothing was written

    @property
    def holds_run(self) -> bool:
        """Whether ``run.json`` exists."""
        return os.path.exists(self.path / "run.json")  # noqa: PTH110 - Path.exists raises for a name that is too long

    def refuse_existing_run(self, *, overwrite: bool) -> None:
        """Raise CheckpointError where the folder holds a run, or epochs of one without ``run.json``, that are not to be overwritten."""
        if self.holds_run and not overwrite:
            raise CheckpointError(
                f"{self.path} already holds a run (run.json); choose another out=, load it with "
                f"mmviz.train.load({str(self.path)!r}), resume it (resume=True), or pass overwrite=True"
            )
        refuse_lost_index(self.path, overwrite=overwrite)

    def create(self, *, overwrite: bool) -> None:
        """Make the folder, and remove the run in it if ``overwrite``.

        Raises
        ------
        CheckpointError
            If it holds a run and ``overwrite`` is False, or cannot be written.
        """
        self.refuse_existing_run(overwrite=overwrite)
        self.refuse_links()
        try:
            (self.path / "weights").mkdir(parents=True, exist_ok=True)
            (self.path / "run.json").unlink(missing_ok=True)
            self.remove_epochs()
            self.remove_temporary_files()
        except OSError as error:
            raise self._unwritable(error) from error

    def remove_epochs(self) -> None:
        """Remove the weights and states of every epoch; for the holder of the lock, once ``run.json`` is gone."""
        for old in self._written_files("epoch", "state"):
            old.unlink(missing_ok=True)

    def refuse_links(self) -> None:
        """Raise CheckpointError where ``weights`` is a link to another folder, whose files would be replaced."""
        if (weights := self.path / "weights").is_symlink():
            raise CheckpointError(
                f"{weights} is a link to another folder; nothing is written through it. Remove the link"
            )

    def remove_temporary_files(self) -> None:
        """Remove the temporary files of trainings that were killed while writing; only for the holder of the lock."""
        for folder in (self.path, self.path / "weights"):
            remove_temporary_files(folder)

    def write_weights(self, epoch: int, weights: dict[str, Tensor]) -> dict[str, str]:
        """Write the weights of one epoch; return their entry for ``run.json``: file name and sha256."""
        return self._write_tensors(f"weights/epoch-{epoch:04d}.safetensors", save_tensors(on_cpu(weights)))

    def write_state(self, state: TrainingState) -> dict[str, str]:
        """Write the state; return its entry for ``run.json``. The previous state stays until ``run.json`` names this one."""
        return self._write_tensors(f"weights/state-{state.epoch:04d}.safetensors", state.to_bytes())

    def remove_old_states(self, entry: dict[str, str]) -> None:
        """Remove all states but the one of ``entry``."""
        for old in self._written_files("state"):
            if old.name != Path(entry["file"]).name:
                old.unlink(missing_ok=True)

    def read_state(self, entry: Any) -> TrainingState:
        """Return the state that ``run.json`` names, after every check.

        Raises
        ------
        CheckpointError
            If the run has none (it was made by an older mmviz), or its file is missing, changed, or no state.
        """
        if not isinstance(entry, dict) or not all(isinstance(entry.get(k), str) for k in ("file", "sha256")):
            raise CheckpointError(
                f"{self.path} holds a run without a state to resume from; train again with another out="
            )
        return TrainingState.from_file(self.path / entry["file"], self._verified_bytes(entry))

    def write_index(self, index: dict[str, Any]) -> None:
        """Replace ``run.json``."""
        text = json.dumps(_without_nan({"format": FORMAT, **index}), indent=1, allow_nan=False)
        self._write("run.json", text.encode())

    def read_index(self) -> dict[str, Any]:
        """Return ``run.json``.

        Raises
        ------
        CheckpointError
            If it does not exist, is not JSON, or is of another format.
        """
        path = self.path / "run.json"
        try:
            index = parse_json(read_regular(path, max_bytes=_LARGEST_INDEX), where=str(path), max_memory=_INDEX_MEMORY)
        except FileNotFoundError:
            busy = holder_of(self.path)
            begun = f"; {busy} has begun a training there" if busy else f"; {without_index(self.path)}"
            raise CheckpointError(f"{path} is not there{begun}") from None
        except (OSError, ValueError) as error:
            raise CheckpointError(f"{path} cannot be read ({error})") from error
        if not isinstance(index, dict) or index.get("format") != FORMAT:
            seen = index.get("format") if isinstance(index, dict) else type(index).__name__
            raise CheckpointError(
                f"{path} has format {seen!r}, this mmviz reads {FORMAT}; train again with this version"
            )
        return index

    def read_weights(self, entry: dict[str, str], like: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the weights of one epoch, after every check.

        Raises
        ------
        CheckpointError
            File missing or outside the folder, sha256 different, tensors with other names or shapes than ``like``, or not finite.
        """
        weights = self.read_tensors(entry)
        check_tensors(self.path / entry["file"], weights, like)
        return weights

    def read_tensors(self, entry: dict[str, str]) -> dict[str, Tensor]:
        """Return the tensors of one epoch's file, of any name and shape; CheckpointError as `read_weights`."""
        path, data = self.path / entry["file"], self._verified_bytes(entry)
        try:
            return load_tensors(data)
        except (SafetensorError, ValueError, OverflowError) as error:
            raise CheckpointError(f"{path} is not a safetensors file ({error})") from error

    def _written_files(self, *kinds: str) -> list[Path]:
        """Return the files in ``weights`` that a training has written; any other file is left alone."""
        found = sorted((self.path / "weights").iterdir())
        return [path for path in found if (match := WRITTEN.fullmatch(path.name)) and match[1] in kinds]

    def _verified_bytes(self, entry: dict[str, str]) -> bytes:
        """Return the content of a file of ``run.json``; its sha256 is checked."""
        path = (self.path / entry["file"]).resolve()
        if not path.is_relative_to(self.path.resolve()):
            raise CheckpointError(f"run.json names {entry['file']!r}, which lies outside {self.path}")
        try:
            data = read_regular(path, max_bytes=_LARGEST)
        except (OSError, DataError) as error:
            raise CheckpointError(f"{path} cannot be read ({error}); the run folder is incomplete") from error
        digest = hashlib.sha256(data).hexdigest()
        if digest != entry["sha256"]:
            raise CheckpointError(f"{path} has sha256 {digest}, run.json says {entry['sha256']}; the file was changed")
        return data

    def _write_tensors(self, name: str, data: bytes) -> dict[str, str]:
        self._write(name, data)
        return {"file": name, "sha256": hashlib.sha256(data).hexdigest()}

    def _write(self, name: str, data: bytes) -> None:
        try:
            write_bytes_atomic(self.path / name, data)
        except OSError as error:
            raise CheckpointError(
                f"{self.path / name} cannot be written ({error}); what was saved before is intact"
            ) from error

    def _unwritable(self, error: OSError | ValueError) -> CheckpointError:
        return CheckpointError(f"{self.path} cannot be written ({error}); choose another out=")


@dataclass
class EpochLog:
    """History and weights of the epochs so far, the selected epoch, and their copy on disk.

    Attributes
    ----------
    model
        Its weights are stored after every epoch.
    select
        As in :class:`mmviz.train.TrainConfig`.
    folder
        Where the run is published after every epoch; None for memory only.
    info
        Of the run; ``backend`` is filled in here.
    best
        The selected epoch.
    """

    model: FusionModel
    select: str
    folder: RunFolder | None
    info: dict[str, Any]
    history: list[dict[str, float]] = field(default_factory=list)
    weights: dict[int, dict[str, Tensor]] = field(default_factory=dict)
    entries: dict[str, dict[str, str]] = field(default_factory=dict)
    best: int = 0
    state: dict[str, str] | None = None

    def resume(self, point: ResumePoint) -> None:
        """Start with the epochs of a stopped training."""
        self.history, self.weights, self.entries = point.history, point.weights, point.entries
        self.best, self.state = self._selected(), point.entry
        self.publish("running")  # an epoch that was cut short is no longer named: its file will be written again

    def add(self, epoch: int, row: dict[str, float], state: Callable[[], TrainingState] | None = None) -> None:
        """Add an epoch and the state after it; an epoch without a state was cut short, and is trained again when resumed."""
        self.history.append({"epoch": float(epoch), **row})
        self.weights[epoch] = {k: stored_copy(v) for k, v in self.model.state_dict().items()}
        self.best = self._selected()
        ran = mmkernels.last_backend()
        self.info["backend"] = "none" if ran is None else ran.backend
        if self.folder is not None:
            self.entries[str(epoch)] = self.folder.write_weights(epoch, self.weights[epoch])
            if state is not None:
                self.state = self.folder.write_state(state())
            self.publish("running")
            if self.state is not None:
                self.folder.remove_old_states(self.state)

    def publish(self, status: str) -> None:
        """Write the index of the run, where it has a folder."""
        if self.folder is not None:
            self.folder.write_index(
                {
                    "status": status,
                    "best_epoch": self.best,
                    "info": self.info,
                    "history": self.history,
                    "weights": self.entries,
                    "state": self.state,
                    "spec": spec_to_json(self.model.spec),
                }
            )

    def _selected(self) -> int:
        if self.select == "last":
            return int(self.history[-1]["epoch"])
        return int(max(self.history, key=lambda row: _selection_score(row, SELECT[self.select]))["epoch"])


def resolve_folder(out: str | Path | None, resume: bool | str | Path) -> tuple[str | Path | None, bool]:
    """Return the folder of a run, and whether the run in it is resumed.

    ``resume=True`` resumes where ``out`` holds a run and begins where it holds none; a path must hold one.

    Raises
    ------
    ConfigError
        If neither names a folder, or they name two.
    CheckpointError
        If the path given as ``resume`` holds no run.
    """
    if isinstance(resume, bool):
        if resume and out is None:
            raise ConfigError("fit: resume=True resumes the run in out=, which is None; name the folder")
        return out, resume and out is not None and RunFolder(out).holds_run
    if out is not None and RunFolder(out).path.resolve() != RunFolder(resume).path.resolve():
        raise ConfigError(f"fit: resume={str(resume)!r} and out={str(out)!r} are two folders; leave out one of them")
    RunFolder(resume).read_index()
    return resume, True


def read_resume_point(folder: RunFolder, model: FusionModel, configuration: dict[str, Any]) -> ResumePoint:
    """Return what a stopped training left in its folder.

    Parameters
    ----------
    folder
        Of the run.
    model
        As it is trained, on the CPU; only shapes are compared.
    configuration
        Model, options and content of the data of this call; those of the stopped training must be equal.

    Raises
    ------
    ConfigError
        If they differ; every difference is named.
    CheckpointError
        If the run left no state, or a file is missing or changed.
    """
    index = folder.read_index()
    state = folder.read_state(index.get("state"))
    before, epoch = (state.plain.get(key) if isinstance(state.plain, dict) else None for key in ("made", "epoch"))
    if not isinstance(before, dict) or type(epoch) is not int:
        raise CheckpointError(f"{folder.path}: the state to resume from is incomplete; train again with another out=")
    model_before = before.get("model")
    if isinstance(model_before, dict) and isinstance(model_before.get("options"), dict):
        options = stored_options(str(model_before.get("name")), model_before["options"])
        before = before | {"model": model_before | {"options": options}}
    before, here = _without_later(before, epoch), _without_later(configuration, epoch)
    differences = [
        f"{name} is {here!r}, was {there!r}"
        for name, there, here in _differences("", before, here)
        if name not in _MAY_DIFFER
    ]
    if differences:
        raise ConfigError(
            f"fit: {folder.path} holds another training: {'; '.join(differences)}. Give the same model, data and options to resume it, "
            "or another out= to train again"
        )
    like = model.state_dict()
    try:
        entries = {epoch: entry for epoch, entry in index["weights"].items() if int(epoch) <= state.epoch}
        history = [row for row in index["history"] if row["epoch"] <= state.epoch]
        weights = {int(epoch): folder.read_weights(entry, like) for epoch, entry in entries.items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CheckpointError(f"{folder.path / 'run.json'} is not the index of a run ({error!r})") from error
    return ResumePoint(state, read_history(history), weights, entries, index["state"])


def _without_later(configuration: dict[str, Any], epoch: int) -> dict[str, Any]:
    """Return a configuration without the interventions after an epoch: those may differ where a training is resumed."""
    options = configuration.get("train")
    if not isinstance(options, dict):
        return configuration
    past = [each for each in options.get("interventions", []) if each["epoch"] <= epoch]
    return configuration | {"train": options | {"interventions": past}}


def read_history(rows: Any) -> list[dict[str, float]]:
    """Return the rows of a stored history: null as NaN, entries of older versions under their present names."""
    return [{_present_name(k): math.nan if v is None else v for k, v in row.items()} for row in rows]


def _present_name(entry: str) -> str:
    name, slash, modality = entry.partition("/")
    return f"{_OLD_ENTRIES.get(name + slash, name + slash)}{modality}"


def _without_nan(value: Any) -> Any:
    """Return the value with numbers that JSON does not have as null."""
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _differences(name: str, there: Any, here: Any) -> list[tuple[str, Any, Any]]:
    """Return the leaves of two trees that differ."""
    if isinstance(there, dict) and isinstance(here, dict):
        keys = [*there, *(k for k in here if k not in there)]
        nested = (_differences(f"{name}.{k}".lstrip("."), there.get(k), here.get(k)) for k in keys)
        return [each for found in nested for each in found]
    return [] if there == here else [(name, there, here)]


def _selection_score(row: dict[str, float], by: str) -> tuple[float, ...]:
    """Return the key of which the selected epoch has the maximum: validation score (``by`` a name, "" the task's), then minus validation loss; without a validation split the epoch."""
    if "valid_loss" not in row:
        return (row["epoch"],)
    score = row[f"valid_{by or 'accuracy'}"] if "valid_accuracy" in row else -row["valid_mae"]
    return (score, -row["valid_loss"]) if math.isfinite(row["valid_loss"]) else (-math.inf, -math.inf)
