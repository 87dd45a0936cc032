"""The loop: epochs of updates on Lightning Fabric, validation, weights kept per epoch."""

from __future__ import annotations

import copy
import json
import math
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import mmkernels
import numpy as np
import torch
from lightning_fabric import Fabric
from tqdm.auto import tqdm

import mmviz
from mmviz.data.spec_json import spec_to_json
from mmviz.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.models.build import name_of
from mmviz.train import joint
from mmviz.train.admission import check_spec, check_splits, open_fabric
from mmviz.train.config import TrainConfig
from mmviz.train.epochs import Epochs
from mmviz.train.folder import RunFolder
from mmviz.train.interrupt import Interruptible
from mmviz.train.metrics import loss_of, scores_of
from mmviz.train.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from torch import Tensor

    from mmviz.data.dataset import Dataset, Split
    from mmviz.models.batch import Batch
    from mmviz.models.fusion import FusionModel

_STRATEGIES: dict[str, Callable[..., Iterator[Any]]] = {"joint": joint.losses}


def fit(
    model: FusionModel,
    ds: Dataset,
    *,
    out: str | Path | None = None,
    overwrite: bool = False,
    progress: bool = True,
    **options: Any,
) -> Run:
    """Train a model on one split, choose the epoch by another (``train`` and ``valid`` unless named otherwise).

    Parameters
    ----------
    model
        From :func:`mmviz.models.build`; it is left untouched, the run holds its own copy.
    ds
        A data set whose spec is the model's, in memory or from `mmviz.data.from_disk`: of the latter, one batch at a time is in memory.
    out
        Folder for ``run.json`` and one safetensors file per epoch; in memory only when None.
    overwrite
        Replace a run that is already in ``out``.
    progress
        Show a bar.
    options
        Fields of :class:`mmviz.train.TrainConfig`: ``epochs``, ``batch_size``, ``learning_rate``, ``strategy``,
        ``patience``, ``seed``, ...

    Returns
    -------
    Run
        ``status`` says how it ended. Ctrl-C finishes the step and returns what was reached.

    Raises
    ------
    ConfigError
        An unknown option or strategy, a value out of range, or a model built for other data.
    CheckpointError
        ``out`` holds a run already or cannot be written.

    Notes
    -----
    Global random state, gradient mode and signal handlers are as before afterwards. The same seed on the same CPU gives the
    same weights bit for bit.
    """
    config = _config(options)
    check_spec(model, ds)
    if config.augment is not None:
        config.augment.check({m.name: m.features for m in ds.spec.modalities})
    check_splits(ds, config)
    fabric = open_fabric(config)
    folder = None if out is None else RunFolder(out)
    with torch.random.fork_rng(), Interruptible() as interrupt:
        torch.manual_seed(config.seed)
        loop = _Loop(fabric, copy.deepcopy(model).cpu(), ds, config, folder, interrupt)
        if folder is not None:
            folder.create(overwrite=overwrite)
        status = loop.run(progress)
        loop.write_index(status)
    best = loop.raw.cpu().float().eval()
    best.load_state_dict(loop.weights[loop.best])
    return Run(
        best,
        loop.info,
        loop.history,
        status,
        loop.best,
        loop.weights,
        None if folder is None else folder.path,
    )


@dataclass
class _Loop:
    fabric: Fabric
    raw: FusionModel
    ds: Dataset
    config: TrainConfig
    folder: RunFolder | None
    interrupt: Interruptible
    history: list[dict[str, float]] = field(default_factory=list)
    weights: dict[int, dict[str, Tensor]] = field(default_factory=dict)
    entries: dict[str, dict[str, str]] = field(default_factory=dict)
    best: int = 0

    def __post_init__(self) -> None:
        decayed = [p for p in self.raw.parameters() if p.ndim >= 2]
        plain = [p for p in self.raw.parameters() if p.ndim < 2]
        groups = [
            {"params": decayed, "weight_decay": self.config.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW(groups, lr=self.config.learning_rate)
        self.model, self.optimizer = self.fabric.setup(self.raw, optimizer)
        for method in (self.model.encode, self.model.learn, self.model.fuse):
            self.model.mark_forward_method(method.__name__)
        self.epochs = Epochs(self.ds[self.config.train], self.config)
        self.per_epoch = self.epochs.updates
        self.updates = 0
        self.info: dict[str, Any] = {
            "dataset": self.ds.spec.name,
            "model": {"name": name_of(self.raw), "options": asdict(self.raw.config)},
            "train": json.loads(json.dumps(asdict(self.config))),
            "backend": "",
            "versions": {"mmviz": mmviz.__version__, "torch": torch.__version__},
        }

    def run(self, progress: bool) -> str:
        self._keep(0, {"epoch": 0.0, **self._validate()})
        bar = tqdm(total=self.config.epochs * self.per_epoch, disable=not progress, desc="training", unit="update")
        with bar:
            for epoch in range(1, self.config.epochs + 1):
                row = self._epoch(epoch, bar)
                if row is None:
                    return "diverged"
                self._keep(epoch, {"epoch": float(epoch), **row})
                if self.interrupt.requested:
                    return "interrupted"
                if 0 < self.config.patience <= epoch - self.best:
                    return "early_stopped"
        return "finished"

    def _epoch(self, epoch: int, bar: tqdm) -> dict[str, float] | None:
        self.model.train()
        start, total, norms, clipped, seen, updates = time.perf_counter(), 0.0, 0.0, 0, 0, 0
        for rows, read in self.epochs.batches(epoch):
            batch = read.to(self.fabric.device)
            if self.config.augment is not None:
                batch = self.config.augment(batch)
            loss, norm = self._update(batch)
            if not (math.isfinite(loss) and math.isfinite(norm)):
                ids = [str(i) for i in np.asarray(self.ds[self.config.train].ids)[rows]]
                self.info["diverged"] = {
                    "update": self.updates,
                    "loss": str(loss),
                    "gradient_norm": str(norm),
                    "samples": ids,
                }
                return None
            total, norms, clipped = (
                total + loss * len(rows),
                norms + norm,
                clipped + (norm > self.config.clip),
            )
            seen, updates = seen + len(rows), updates + 1
            bar.update()
            if self.interrupt.requested:
                break
        done = {
            "train_loss": total / seen,
            "learning_rate": self.optimizer.param_groups[0]["lr"],
            "gradient_norm": norms / updates,
            "clipped": float(clipped),
        }
        done |= self._validate() | {"seconds": time.perf_counter() - start}
        bar.set_postfix(
            {k: f"{done[k]:.3f}" for k in ("train_loss", "valid_loss", "valid_accuracy", "valid_mae") if k in done}
        )
        return done

    def _update(self, batch: Batch) -> tuple[float, float]:
        value, norm = 0.0, 0.0
        for loss in _STRATEGIES[self.config.strategy](self.model, batch, self.ds.spec.task):
            value += loss.item()
            if not math.isfinite(value):
                return value, norm
            self.fabric.backward(loss)
            clipped = self.fabric.clip_gradients(
                self.model, self.optimizer, max_norm=self.config.clip, error_if_nonfinite=False
            )
            norm = math.inf if clipped is None else float(clipped)
            if not math.isfinite(norm):
                return value, norm
            rate = self.config.learning_rate * self._warm_cosine()
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            self.optimizer.step()
            self.optimizer.zero_grad()
        self.updates += 1
        return value, norm

    def _warm_cosine(self) -> float:
        planned = self.config.epochs * self.per_epoch
        warm = max(1, planned // 10)
        if self.updates < warm:
            return (self.updates + 1) / warm
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (self.updates - warm) / max(1, planned - warm)))

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        split: Split | None = self.ds.splits.get(self.config.valid)
        if split is None:
            return {}
        self.model.eval()
        batches = (batch_of(split, range(i, min(i + 256, len(split)))) for i in range(0, len(split), 256))
        output = torch.cat([self.model(batch.to(self.fabric.device)).float().cpu() for batch in batches])
        target = torch.from_numpy(np.array(split.target))
        task = self.ds.spec.task
        scores = {f"valid_{name}": value for name, value in scores_of(task, output, target).items()}
        return {"valid_loss": loss_of(task, output, target).item(), **scores}

    def _keep(self, epoch: int, row: dict[str, float]) -> None:
        """Record a finished epoch, in memory and on disk."""
        self.history.append(row)
        self.weights[epoch] = {k: v.detach().cpu().float().clone() for k, v in self.raw.state_dict().items()}
        chosen = self.history[-1] if self.config.select == "last" else max(self.history, key=_goodness)
        self.best = int(chosen["epoch"])
        ran = mmkernels.last_backend()
        self.info["backend"] = "none" if ran is None else ran.backend
        if self.folder is not None:
            self.entries[str(epoch)] = self.folder.write_weights(epoch, self.weights[epoch])
            self.write_index("running")

    def write_index(self, status: str) -> None:
        """Publish the state of the run."""
        if self.folder is not None:
            self.folder.write_index(
                {
                    "status": status,
                    "best_epoch": self.best,
                    "info": self.info,
                    "history": self.history,
                    "weights": self.entries,
                    "spec": spec_to_json(self.raw.spec),
                }
            )


def _goodness(row: dict[str, float]) -> tuple[float, ...]:
    """Return what the best epoch has most of: validation score, then least validation loss; without a split, epochs."""
    if "valid_loss" not in row:
        return (row["epoch"],)
    score = row["valid_accuracy"] if "valid_accuracy" in row else -row["valid_mae"]
    return (score, -row["valid_loss"]) if math.isfinite(row["valid_loss"]) else (-math.inf, -math.inf)


def _config(options: dict[str, Any]) -> TrainConfig:
    known = TrainConfig.__dataclass_fields__
    for name in options:
        if name not in known:
            raise ConfigError(f"fit: option {name!r} is unknown; known: {', '.join(known)}")
    config = TrainConfig(**options)
    if config.strategy not in _STRATEGIES:
        raise ConfigError(f"fit: strategy={config.strategy!r} is unknown; available: {', '.join(_STRATEGIES)}")
    return config
