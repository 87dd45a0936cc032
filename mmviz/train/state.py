"""What a training needs to go on after an epoch: weights, moments, random streams, what strategy and measuring carry."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from mmviz.errors import CheckpointError
from mmviz.io.json_text import parse_json
from mmviz.train.measure import Measured

if TYPE_CHECKING:
    from pathlib import Path

    from mmviz.data.dataset import Dataset
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
