"""A run on disk: one safetensors file per epoch, and one ``run.json`` that publishes them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from mmviz.errors import CheckpointError, DataError
from mmviz.io.atomic import remove_temporary_files, write_bytes_atomic
from mmviz.io.folder_lock import FolderLock, holder_of
from mmviz.io.json_text import parse_json
from mmviz.io.regular_file import read_regular
from mmviz.train.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

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
