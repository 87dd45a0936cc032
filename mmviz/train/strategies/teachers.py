"""Unimodal teachers: frozen models, one per modality, whose features and outputs a strategy distils; trained here or given as runs."""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import given_mapping, require_known, whole
from mmviz.io.digest import sha256_file
from mmviz.models.base import FusionModel, Observation
from mmviz.models.batch import Batch, batch_of
from mmviz.train.devices import Devices
from mmviz.train.run import load
from mmviz.train.schedule import warm_cosine
from mmviz.train.strategies.base import Strategy
from mmviz.train.strategies.features import Features, features_and_outputs, modality_features
from mmviz.train.strategies.unimodal import unimodal_pass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float, Shaped
    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.models.batch import Steps
    from mmviz.train.strategies.base import Training, Update

_ROWS = 256


@dataclass(frozen=True)
class TeacherOptions:
    """Options of strategies with unimodal teachers.

    Attributes
    ----------
    teacher_epochs
        Epochs for which the teacher of each modality is trained, before the first epoch, ≥ 1.
    teachers
        Modality to the folder of a run that predicts from it, ``{"sound": "runs/sound"}``, instead; of every modality. Such a run has one modality,
        or several, of which the others are masked.
    digests
        Fingerprints of these runs, filled in, so that a resumed or cached training has the same teachers.
    """

    teacher_epochs: int = 10
    teachers: dict[str, str] = field(default_factory=dict)
    digests: tuple[str, ...] = ()

    def check(self, strategy: str) -> None:
        """Validate the options of this strategy, and find the fingerprints of the runs."""
        object.__setattr__(self, "teacher_epochs", whole(self.teacher_epochs, f"{strategy}: teacher_epochs", low=1))
        given = given_mapping(self.teachers, f"{strategy}: teachers", '{"sound": "runs/sound"}')
        object.__setattr__(self, "teachers", {str(name): str(path) for name, path in given.items()})
        files = [Path(path) / "run.json" for path in self.teachers.values()]
        for name, file in zip(self.teachers, files, strict=True):
            if not file.is_file():
                raise ConfigError(
                    f"{strategy}: teachers[{name!r}]: {file} is not there; give the folder of a run that fit(out=) saved"
                )
        found = tuple(sha256_file(file) for file in files)
        if self.digests and tuple(self.digests) != found:
            raise ConfigError(
                f"{strategy}: a run of teachers= was changed since this training began; give the runs it began with, or train anew"
            )
        object.__setattr__(self, "digests", found)


class TeacherOutputs(NamedTuple):
    """Features and outputs of the teacher of each modality, zeros where it is absent."""

    value: Float[Tensor, "modality batch width"]
    output: Float[Tensor, "modality batch output"]
    present: Bool[Tensor, "modality batch"]

    def of(self, rows: np.ndarray) -> TeacherOutputs:
        """Return some samples."""
        index = torch.as_tensor(rows, device=self.value.device)
        return TeacherOutputs(*(x[:, index] for x in self))


class Teachers:
    """A frozen model in evaluation mode for each modality.

    Parameters
    ----------
    models
        One per modality; each may have more modalities, which are masked. They are frozen here.
    names
        Names of the modalities.
    """

    def __init__(self, models: Sequence[FusionModel], names: Sequence[str]) -> None:
        self.models, self.names = [model.eval().requires_grad_(False) for model in models], tuple(names)

    @torch.no_grad()
    def __call__(self, batch: Batch) -> TeacherOutputs:
        """Return the outputs for the samples of a batch, on the device and in the precision of the models."""
        found = [self._alone(model, name, batch) for model, name in zip(self.models, self.names, strict=True)]
        widths = {value.shape[-1] for value, _, present in found if present.any()}
        if len(widths) > 1:
            raise ConfigError(
                f"teachers: their features have widths {sorted(widths)}; give runs of one width, that of the model"
            )
        width = max(widths, default=1)
        value = torch.stack([v if v.shape[-1] == width else v.new_zeros(len(batch), width) for v, _, _ in found])
        return TeacherOutputs(value, torch.stack([o for _, o, _ in found]), torch.stack([p for _, _, p in found]))

    def of_split(self, split: Split, device: torch.device) -> TeacherOutputs:
        """Return the outputs for all samples of a split."""
        rows = np.array_split(np.arange(len(split)), math.ceil(len(split) / _ROWS))
        parts = [self(batch_of(split, chosen).to(device)) for chosen in rows]
        width = max(part.value.shape[-1] for part in parts)
        values = [p.value if p.value.shape[-1] == width else p.value.expand(-1, -1, width) for p in parts]
        return TeacherOutputs(
            torch.cat(values, 1), torch.cat([p.output for p in parts], 1), torch.cat([p.present for p in parts], 1)
        )

    @staticmethod
    def _alone(model: FusionModel, name: str, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        own, m = model.spec.names, model.spec.names.index(name)
        dtype = next(model.parameters()).dtype
        output = torch.zeros(len(batch), model.spec.task.outputs, dtype=dtype, device=next(model.parameters()).device)
        if not len(batch):
            return output[:, :1], output, batch.valid[name].any(1)
        times = {n: t for n, t in batch.times.items() if n in own}
        chosen = Batch({n: batch.values[n] for n in own}, {n: batch.valid[n] for n in own}, None, times, batch.clock)
        steps = model.encode(chosen.to(output.device, dtype))
        only = torch.arange(len(own), device=output.device).eq(m).expand(len(batch), -1)
        features, single = features_and_outputs(model, steps.masked(only))
        output[single.sample] = single.output.to(dtype)
        return features.value[m], output, features.present[m]


class TaughtStrategy(Strategy):
    """Base class of strategies with unimodal teachers: trains or loads them, keeps them in the checkpoint, and caches their outputs."""

    options: Any
    teachers: Teachers | None = None
    _cached: TeacherOutputs | None = None

    @property
    def uses_teachers(self) -> bool:
        """Whether the options need teachers."""
        return True

    def prepare(self, model: FusionModel) -> FusionModel:
        """Copy the model for the teachers, or load the given runs; ConfigError where they do not fit the data."""
        self.one_pass = model.independent_streams and type(model).training_forward is FusionModel.training_forward
        self._untrained, self._given = None, None
        if not self.uses_teachers:
            return model
        if not self.options.teachers:
            self._untrained = copy.deepcopy(model)
            return model
        names, option = model.spec.names, f"{self.name}: teachers"
        require_known(self.options.teachers, names, option)
        if missing := [name for name in names if name not in self.options.teachers]:
            raise ConfigError(
                f"{option}: none for {', '.join(map(repr, missing))}; give a run for every modality, or none to train them"
            )
        self._given = [_loaded(self.options.teachers[name], name, model, option) for name in names]
        return model

    def begin(self, training: Training) -> None:
        """Start without teachers; they are trained before the first epoch."""
        super().begin(training)
        self.teachers, self._cached = None, None
        if self._given is not None:
            self.teachers = Teachers(
                [copy.deepcopy(model).to(training.device, self._dtype) for model in self._given], training.names
            )

    def state(self) -> dict[str, Any]:
        """Return the weights of teachers that were trained here."""
        if self.teachers is None or self._given is not None:
            return {}
        return {
            f"teacher/{m}/{key}": value
            for m, model in enumerate(self.teachers.models)
            for key, value in model.state_dict().items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the teachers that were trained here."""
        if self._untrained is None or not any(key.startswith("teacher/") for key in state):
            return
        models = [self._copy() for _ in self.training.names]
        for m, model in enumerate(models):
            own = f"teacher/{m}/"
            model.load_state_dict({key.removeprefix(own): value for key, value in state.items() if key.startswith(own)})
        self.teachers = Teachers(models, self.training.names)

    def before_epoch(self, epoch: int) -> dict[str, float]:
        """Train the teachers before the first epoch, and compute their outputs where no augmentation changes the samples."""
        training, row = self.training, {}
        if not self.uses_teachers:
            return {}
        with training.clock("teachers"):
            if self.teachers is None:
                models = [self._copy() for _ in training.names]
                for m, (model, name) in enumerate(zip(models, training.names, strict=True)):
                    row[f"teacher_loss/{name}"] = train_alone(training, model, m, self.options.teacher_epochs)
                self.teachers = Teachers(models, training.names)
            if self._cached is None and training.config.augment is None:
                self._cached = self.teachers.of_split(training.samples, training.device)
        return row

    def taught(self, batch: Batch, rows: np.ndarray) -> TeacherOutputs:
        """Return the outputs of the teachers for a batch, cached where there is no augmentation."""
        if self.teachers is None:
            raise ConfigError(f"{self.name}: before_epoch was not called, so there are no teachers")
        return self.teachers(batch) if self._cached is None else self._cached.of(rows)

    def joint_with_features(
        self, steps: Steps, target: Shaped[Tensor, " batch"]
    ) -> tuple[Update, Float[Tensor, "batch output"], Features]:
        """Return joint update, outputs, and features of each modality: one pass where no stream depends on another modality."""
        training, model = self.training, self.training.model
        training.coalitions.add(steps.mask.any(-1))
        if not self.one_pass or not steps.x.shape[1]:
            output, penalties = model.training_forward(steps)
            return training.update(output, penalties, target), output, modality_features(model, steps)
        observation = Observation(training=True)
        pooled, present = model.pooled(steps, observation)
        output = model.fuse_pooled(pooled, present)[:, 0]
        update = training.update(output, observation.penalties, target)
        return update, output, Features(pooled[:, :, 0], present[:, :, 0])

    def distances(self, features: Features, taught: TeacherOutputs) -> dict[str, Float[Tensor, ""]]:
        """Return the mean squared error between features and those of the teacher, over the samples with the modality; this device's shares.

        Raises
        ------
        ConfigError
            If the features of a given run have another width.
        """
        both = features.present & taught.present
        widths = features.value.shape[-1], taught.value.shape[-1]
        if widths[0] != widths[1] and both.any():
            raise ConfigError(
                f"{self.name}: features of the teachers have width {widths[1]}, those of the model {widths[0]}; give runs of models of the same "
                "width"
            )
        error = (features.value - taught.value.to(features.value)).square().mean(-1)
        return self.mean_by_modality(error, both)

    def mean_by_modality(
        self, value: Float[Tensor, "modality batch"], chosen: Bool[Tensor, "modality batch"]
    ) -> dict[str, Float[Tensor, ""]]:
        """Return the mean of a value over the chosen samples of each modality that has any, on all devices; this device's shares."""
        count = self.training.devices.total(chosen.sum(1))
        mean = torch.where(chosen, value, torch.zeros_like(value)).sum(1) / count.clamp(min=1)
        return {name: mean[m] for m, (name, n) in enumerate(zip(self.training.names, count.tolist(), strict=True)) if n}

    def _copy(self) -> FusionModel:
        """Return an untrained copy of the model."""
        if self._untrained is None:
            raise ConfigError(f"{self.name}: prepare was not called, so there is no model to copy")
        return copy.deepcopy(self._untrained).to(self.training.device, self._dtype)

    @property
    def _dtype(self) -> torch.dtype:
        return next(self.training.model.parameters()).dtype


def train_alone(training: Training, model: FusionModel, modality: int, epochs: int) -> float:
    """Train a model on one modality, all others masked; return its mean loss in the last epoch.

    With the learning rate, schedule, weight decay, clipping and batch size of the training, in whole precision, without augmentation, on the samples
    that have the modality; on several devices each makes the same complete training.
    """
    local, config, name = dataclasses.replace(training, devices=Devices()), training.config, training.names[modality]
    rows = np.flatnonzero(np.asarray(training.samples.valid[name]).any(1))
    matrices, vectors = (
        [p for p in model.parameters() if p.requires_grad and (p.ndim >= 2) == wide] for wide in (True, False)
    )
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW([g for g in groups if g["params"]], config.learning_rate)
    model.train()
    batches, total, step = math.ceil(len(rows) / config.batch_size), 0.0, 0
    for _ in range(epochs):
        total = 0.0
        for chosen in np.array_split(training.rng.permutation(rows), batches):
            batch = batch_of(training.samples, chosen).to(training.device, next(model.parameters()).dtype)
            steps = model.encode(batch).masked(training.only(modality, len(batch)))
            loss = unimodal_pass(model, steps).losses(local, batch.required_target)[name]
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * warm_cosine(step, epochs * batches)
            optimizer.step()
            total, step = total + float(loss.detach()) * len(batch), step + 1
    optimizer.zero_grad()
    return total / max(1, len(rows))


def _loaded(path: str, name: str, model: FusionModel, option: str) -> FusionModel:
    """Return the model of a run; ConfigError where it cannot predict the task from the modality."""
    teacher = load(path).model
    own = {m.name: m.features for m in teacher.spec.modalities}
    wanted = {m.name: m.features for m in model.spec.modalities}
    if name not in own:
        raise ConfigError(f"{option}[{name!r}]: the run in {path} has {', '.join(own)}; give one with {name!r}")
    if unequal := [n for n in own if own[n] != wanted.get(n)]:
        raise ConfigError(
            f"{option}[{name!r}]: the run in {path} has {own[unequal[0]]} features of {unequal[0]!r}, the data have {wanted.get(unequal[0])}"
        )
    if teacher.spec.task != model.spec.task:
        raise ConfigError(
            f"{option}[{name!r}]: the run in {path} has another task than the data: {teacher.spec.task}, {model.spec.task}"
        )
    return teacher
