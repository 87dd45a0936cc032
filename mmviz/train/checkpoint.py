"""Checkpoints of a training: weights, optimizer state and random state on disk; writing, reading and resuming."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from mmviz.core.errors import CheckpointError, ConfigError, DataError
from mmviz.io.atomic import remove_temporary_files, write_bytes_atomic
from mmviz.io.files import parse_json, read_regular
from mmviz.io.folder_lock import FolderLock, holder_of
from mmviz.train.contributions import Measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmviz.data.dataset import Dataset
    from mmviz.models.base import FusionModel
    from mmviz.train.loop import Loop


_SAMPLES = 4


@dataclass(frozen=True)
class State:
    """After a whole epoch.

    Attributes
    ----------
    tensors
        Flat names such as ``model/head.weight``, ``optimizer/all/3/exp_avg``, ``strategy/weights``, ``draws/cpu``.
    plain
        The rest, as JSON holds it: ``epoch``, counters, parameter groups, streams of NumPy, and what the training was ("made").
    """

    tensors: dict[str, Tensor]
    plain: dict[str, Any]

    @property
    def epoch(self) -> int:
        """The epoch it was taken after."""
        return int(self.plain["epoch"])

    def to_bytes(self) -> bytes:
        """Return it as one safetensors file."""
        tensors = {name: value.detach().cpu().contiguous() for name, value in self.tensors.items()}
        return save_tensors(tensors, {"plain": json.dumps(self.plain)})

    @classmethod
    def from_file(cls, path: Path, data: bytes) -> State:
        """Read it again; CheckpointError where it is none."""
        try:
            tensors = load_tensors(data)  # also checks the header
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
            return cls(tensors, parse_json(header["__metadata__"]["plain"], where=path.name))
        except Exception as error:
            raise CheckpointError(f"{path} is not the state of a training ({error}); train again") from error


def state_of(loop: Loop, epoch: int, made: dict[str, Any]) -> State:
    """Return what the loop needs to go on after this epoch."""
    training, tensors = loop.training, {f"model/{k}": v for k, v in loop.raw.state_dict().items()}
    groups = {}
    for name, optimizer in loop.optimizers.items():
        found = optimizer.state_dict()
        groups[name] = found["param_groups"]
        tensors |= {f"optimizer/{name}/{i}/{k}": v for i, own in found["state"].items() for k, v in own.items()}
    strategy: dict[str, Any] = {}
    for name, value in loop.strategy.state().items():
        if isinstance(value, Tensor):
            tensors[f"strategy/{name}"] = value
        else:
            strategy[name] = value
    tensors["draws/cpu"] = torch.get_rng_state()
    if training.device.type == "cuda":
        tensors["draws/cuda"] = torch.cuda.get_rng_state(training.device)
    measured = training.measured
    plain = {
        "epoch": epoch,
        "done": loop.done,
        "groups": groups,
        "scaler": loop.fabric.strategy.precision.state_dict(),
        "strategy": strategy,
        "order": loop.epochs.draws,
        "rng": training.rng.bit_generator.state,
        "mean": None if loop.meter is None else loop.meter.mean,
        "measured": None if measured is None else {k: v.tolist() for k, v in dataclasses.asdict(measured).items()},
        "made": made,
    }
    return State(tensors, plain)


def go_on(loop: Loop, state: State) -> None:
    """Put the loop where it was after the state's epoch; the number of devices may be another."""
    plain, training = state.plain, loop.training
    loop.raw.load_state_dict(_under("model/", state.tensors))
    for name, optimizer in loop.optimizers.items():
        own: dict[int, dict[str, Tensor]] = {}
        for key, value in _under(f"optimizer/{name}/", state.tensors).items():
            index, entry = key.split("/")
            own.setdefault(int(index), {})[entry] = value
        optimizer.load_state_dict({"state": own, "param_groups": plain["groups"][name]})
    if plain["scaler"]:
        loop.fabric.strategy.precision.load_state_dict(plain["scaler"])
    loop.strategy.restore(plain["strategy"] | _under("strategy/", state.tensors))
    torch.set_rng_state(state.tensors["draws/cpu"])
    if training.device.type == "cuda" and "draws/cuda" in state.tensors:
        torch.cuda.set_rng_state(state.tensors["draws/cuda"], training.device)
    loop.epochs.draws, training.rng.bit_generator.state, loop.done = plain["order"], plain["rng"], int(plain["done"])
    if loop.meter is not None:
        loop.meter.mean = plain["mean"]
    if plain["measured"] is not None:
        training.measured = Measured(**{k: np.array(v) for k, v in plain["measured"].items()})


def content_of(ds: Dataset, splits: tuple[str, ...]) -> str:
    """Return a sha256 of what these splits hold: ids, targets, which steps are real, and the values of a few samples of each.

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


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


FORMAT = 1
_LARGEST = 8 << 30
_LARGEST_INDEX = 256 << 20
_OWN = re.compile(r"(epoch|state)-\d{4,}\.safetensors")


class RunFolder:
    """The folder of one run.

    A weights file counts only once ``run.json`` names it with its sha256; ``run.json`` is replaced in one step. So a run
    that is killed at any moment leaves the state of the last finished epoch.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder, and keep every other process from writing to it for the duration of a block.

        Raises
        ------
        InUseError
            If another training writes to it; names its process.
        CheckpointError
            If the folder cannot be written.
        """
        new, lock = not self.path.exists(), FolderLock(self.path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except OSError as error:
            raise CheckpointError(f"{self.path} cannot be written ({error}); choose another out=") from error
        try:
            yield
        finally:
            lock.release()
            if new:
                with contextlib.suppress(OSError):
                    self.path.rmdir()  # succeeds where nothing was written

    def refuse_another(self, *, overwrite: bool) -> None:
        """Raise CheckpointError where the folder holds a run that is not to be overwritten."""
        if (self.path / "run.json").exists() and not overwrite:
            raise CheckpointError(
                f"{self.path} already holds a run (run.json); choose another out=, load it with "
                f"mmviz.train.load({str(self.path)!r}), go on with it (resume=True), or pass overwrite=True"
            )

    def create(self, *, overwrite: bool) -> None:
        """Make the folder; refuse one that already holds a run, unless told to overwrite it.

        Raises
        ------
        CheckpointError
            If it holds a run and ``overwrite`` is False, or cannot be written.
        """
        self.refuse_another(overwrite=overwrite)
        self.refuse_links()
        index = self.path / "run.json"
        try:
            (self.path / "weights").mkdir(parents=True, exist_ok=True)
            index.unlink(missing_ok=True)
            for old in self._own("epoch", "state"):
                old.unlink()
            self.remove_temporary_files()
        except OSError as error:
            raise CheckpointError(f"{self.path} cannot be written ({error}); choose another out=") from error

    def refuse_links(self) -> None:
        """Raise CheckpointError where ``weights`` leads to another folder, whose files would be replaced."""
        weights = self.path / "weights"
        if weights.is_symlink():
            raise CheckpointError(
                f"{weights} is a link to another folder; nothing is written through it. Remove the link"
            )

    def remove_temporary_files(self) -> None:
        """Remove what trainings that were killed while they wrote have left; for who holds the lock."""
        for folder in (self.path, self.path / "weights"):
            remove_temporary_files(folder)

    def _own(self, *kinds: str) -> list[Path]:
        """Return the files in ``weights`` that a training has written; any other file is left alone."""
        found = sorted((self.path / "weights").iterdir())
        return [path for path in found if (own := _OWN.fullmatch(path.name)) and own[1] in kinds]

    def write_weights(self, epoch: int, state: dict[str, Tensor]) -> dict[str, str]:
        """Write one epoch's weights; return its file name and sha256 for ``run.json``."""
        name = f"weights/epoch-{epoch:04d}.safetensors"
        data = save_tensors({key: value.detach().cpu().contiguous() for key, value in state.items()})
        self._write(name, data)
        return {"file": name, "sha256": hashlib.sha256(data).hexdigest()}

    def write_state(self, state: State) -> dict[str, str]:
        """Write what a training needs to go on; return its entry for ``run.json``. The last one stays until that names this one."""
        name = f"weights/state-{state.epoch:04d}.safetensors"
        data = state.to_bytes()
        self._write(name, data)
        return {"file": name, "sha256": hashlib.sha256(data).hexdigest()}

    def drop_states(self, entry: dict[str, str]) -> None:
        """Remove all states but the one that ``run.json`` names."""
        for old in self._own("state"):
            if old.name != Path(entry["file"]).name:
                old.unlink(missing_ok=True)

    def read_state(self, entry: Any) -> State:
        """Return what the training needs to go on, after every check.

        Raises
        ------
        CheckpointError
            If the run has none (it was made by an older mmviz), or its file is missing, changed, or none.
        """
        if not isinstance(entry, dict) or not all(isinstance(entry.get(k), str) for k in ("file", "sha256")):
            raise CheckpointError(
                f"{self.path} holds a run without the state to go on from; train again with another out="
            )
        return State.from_file(self.path / entry["file"], self._checked(entry))

    def write_index(self, index: dict[str, Any]) -> None:
        """Replace ``run.json``."""
        text = json.dumps(_finite({"format": FORMAT, **index}), indent=1, allow_nan=False)
        self._write("run.json", text.encode())

    def read_index(self) -> dict[str, Any]:
        """Return ``run.json``.

        Raises
        ------
        CheckpointError
            If it is not there, not JSON, or of another format.
        """
        path = self.path / "run.json"
        try:
            index = parse_json(read_regular(path, max_bytes=_LARGEST_INDEX), where=str(path))
        except FileNotFoundError:
            busy = holder_of(self.path)
            begun = f"; {busy} has begun a training there" if busy else "; give the out= folder of a training"
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
        """Return one epoch's weights, after every check.

        Raises
        ------
        CheckpointError
            File missing or outside the folder, sha256 different, tensors that are not the model's, or not finite.
        """
        state = self.read_tensors(entry)
        _compare(self.path / entry["file"], state, like)
        return state

    def read_tensors(self, entry: dict[str, str]) -> dict[str, Tensor]:
        """Return the tensors of one epoch's file, whatever they are; CheckpointError as `read_weights`."""
        path, data = self.path / entry["file"], self._checked(entry)
        try:
            return load_tensors(data)
        except (SafetensorError, ValueError, OverflowError) as error:
            raise CheckpointError(f"{path} is not a safetensors file ({error})") from error

    def _checked(self, entry: dict[str, str]) -> bytes:
        """Return the bytes that ``run.json`` names."""
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

    def _write(self, name: str, data: bytes) -> None:
        try:
            write_bytes_atomic(self.path / name, data)
        except OSError as error:
            raise CheckpointError(
                f"{self.path / name} cannot be written ({error}); what was saved before is intact"
            ) from error


def _finite(value: Any) -> Any:
    """Return the value with numbers that JSON does not have as null."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _compare(path: os.PathLike[str], state: dict[str, Tensor], like: dict[str, Tensor]) -> None:
    if state.keys() != like.keys():
        odd = sorted(state.keys() ^ like.keys())
        raise CheckpointError(f"{path}: tensors {', '.join(odd[:5])} are only in the file or only in the model")
    for key, value in state.items():
        if value.shape != like[key].shape:
            raise CheckpointError(
                f"{path}: {key} has shape {tuple(value.shape)}, the model has {tuple(like[key].shape)}"
            )
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise CheckpointError(f"{path}: {key} holds values that are not finite")


_MAY_DIFFER = ("train.accelerator",)


@dataclass(frozen=True)
class Before:
    """What a stopped training leaves to the one that goes on.

    Attributes
    ----------
    state
        After its last whole epoch; an epoch that was cut short is trained again.
    history, weights, entries
        Of the epochs up to that one, as in `Record`.
    entry
        Of the state, in ``run.json``.
    """

    state: State
    history: list[dict[str, float]]
    weights: dict[int, dict[str, Tensor]]
    entries: dict[str, dict[str, str]]
    entry: dict[str, str]


def folder_of(out: str | Path | None, resume: bool | str | Path) -> tuple[str | Path | None, bool]:
    """Return the run's folder, and whether to go on with what it holds.

    ``resume=True`` goes on where ``out`` holds a run and begins where it holds none; a path must hold one.

    Raises
    ------
    ConfigError
        If neither names a folder, or they name two.
    CheckpointError
        If the path that was named holds no run.
    """
    if isinstance(resume, bool):
        if resume and out is None:
            raise ConfigError("fit: resume=True goes on with the run in out=, which is None; name the folder")
        return out, resume and out is not None and (RunFolder(out).path / "run.json").exists()
    if out is not None and RunFolder(out).path.resolve() != RunFolder(resume).path.resolve():
        raise ConfigError(
            f"fit: resume={str(resume)!r} goes on in that folder, out={str(out)!r} is another; leave out one of them"
        )
    RunFolder(resume).read_index()
    return resume, True


def read_before(path: str | Path, model: FusionModel, made: dict[str, Any]) -> Before:
    """Return what the run in a folder leaves to go on with.

    Parameters
    ----------
    path
        The run's folder.
    model
        As it is trained, on the CPU; only shapes are looked at.
    made
        What the call asks for (model, options of the training, content of the data): the run must have been made of the same.

    Raises
    ------
    ConfigError
        If it was made of something else; every difference is named.
    CheckpointError
        If the run left no state, or a file is missing or changed.
    """
    folder = RunFolder(path)
    index = folder.read_index()
    state = folder.read_state(index.get("state"))
    differences = [
        f"{name} is {here!r}, was {there!r}"
        for name, there, here in _differences("", _made_of(state, folder), made)
        if name not in _MAY_DIFFER
    ]
    if differences:
        raise ConfigError(
            f"fit: {folder.path} holds another training: {'; '.join(differences)}. Give the same model, data and options to go on with "
            "it, or another out= to begin anew"
        )
    like = model.state_dict()
    try:
        kept = {epoch: entry for epoch, entry in index["weights"].items() if int(epoch) <= state.epoch}
        history = [row for row in index["history"] if row["epoch"] <= state.epoch]
        weights = {int(epoch): folder.read_weights(entry, like) for epoch, entry in kept.items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CheckpointError(f"{folder.path / 'run.json'} is not the index of a run ({error!r})") from error
    whole = [{k: math.nan if v is None else v for k, v in row.items()} for row in history]
    return Before(state, whole, weights, kept, index["state"])


def _made_of(state: State, folder: RunFolder) -> Any:
    """Return what the stopped training was made of; CheckpointError where its state does not hold that."""
    plain = state.plain
    if not isinstance(plain, dict) or not isinstance(plain.get("made"), dict) or type(plain.get("epoch")) is not int:
        raise CheckpointError(f"{folder.path}: the state to resume from is incomplete; train again with another out=")
    return plain["made"]


def _differences(name: str, there: Any, here: Any) -> list[tuple[str, Any, Any]]:
    """Return the leaves of two trees that differ."""
    if isinstance(there, dict) and isinstance(here, dict):
        keys = [*there, *(k for k in here if k not in there)]
        nested = (_differences(f"{name}.{k}".lstrip("."), there.get(k), here.get(k)) for k in keys)
        return [each for found in nested for each in found]
    return [] if there == here else [(name, there, here)]
