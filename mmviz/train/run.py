"""What a training returns: the best model, its history, its weights at every epoch, and predictions."""

from __future__ import annotations

import copy
import math
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch

from mmviz.arguments import takes
from mmviz.data.matching import matched
from mmviz.data.spec_json import spec_from_json
from mmviz.errors import CheckpointError, ConfigError
from mmviz.io.printable import printable
from mmviz.models.batch import Batch, batch_of
from mmviz.models.build import build
from mmviz.train.bounded_build import bounded_build
from mmviz.train.folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.fusion import FusionModel

_RETRIES = 20  # of a loading during which the run was replaced


@dataclass
class Run:
    """A finished or interrupted training.

    Attributes
    ----------
    model
        The module with the weights of :attr:`best_epoch` (the one that was selected), in evaluation mode, on the CPU.
    info
        Model name and options, training options, data set, backend of the scan, versions.
    history
        One dict per epoch: ``epoch`` (from 1), ``train_loss``, ``valid_loss``, the task's scores,
        ``learning_rate``, ``gradient_norm`` (mean before clipping), ``clipped`` (updates), ``seconds``. Epoch 0 is the untrained model.
    status
        ``finished``, ``early_stopped``, ``interrupted`` or ``diverged``; ``running`` where a loaded run was killed.
    folder
        Where it was saved, or None.
    """

    model: FusionModel
    info: dict[str, Any]
    history: list[dict[str, float]]
    status: str
    best_epoch: int
    weights: dict[int, dict[str, Tensor]] = field(repr=False, default_factory=dict)
    folder: Path | None = None

    @property
    def epochs(self) -> tuple[int, ...]:
        """Epochs whose weights are at hand; 0 is the untrained model."""
        return tuple(sorted(self.weights))

    def __repr__(self) -> str:
        place = "in memory" if self.folder is None else str(self.folder)
        return printable(
            f"Run({self.info['model']['name']} on {self.info['dataset']}, {self.status} after epoch "
            f"{int(self.history[-1]['epoch']) if self.history else 0}, best epoch {self.best_epoch}, {place})",
            kept="",
        )

    def predict(self, data: Split | Batch, *, batch_size: int = 256) -> np.ndarray:
        """Return class probabilities (sample, class) or values (sample,), float32.

        Parameters
        ----------
        data
            A split of any data set with the model's modalities, matched by name (see :func:`mmviz.data.matching.matched`): a modality that
            was not recorded may be left out, channels and classes may come in another order. Or a batch, in the model's own order.
        batch_size
            Samples per pass, ≥ 1; has no influence on the result.

        Returns
        -------
        ndarray
            The columns are the classes of the data set the split belongs to, in its order; classes of the model that it does not have
            come last. So ``predict(split).argmax(1)`` compares with ``split.target``.

        Raises
        ------
        ConfigError
            If the data is neither, or does not match the model, or the batch size is none.
        """
        if type(batch_size) is not int or batch_size < 1:
            raise ConfigError(f"predict: batch_size={batch_size!r}, expected an integer ≥ 1")
        mode = self.model.training
        self.model.eval()
        matching = None if isinstance(data, Batch) else matched(self.model.spec, data, "predict", empty=True)
        try:
            parts = [self._answer(part) for part in self.batches(data, batch_size, matching)]
        finally:
            self.model.train(mode)
        outputs = self.model.spec.task.outputs
        joined = np.concatenate(parts) if parts else np.zeros((0, outputs), dtype=np.float32)
        joined = joined if matching is None else matching.outputs(joined)
        return joined if self.model.spec.task.kind == "classification" else joined[:, 0]

    def batches(self, data: Split | Batch, batch_size: int = 256, matching: Matching | None = None) -> Iterator[Batch]:
        """Yield the samples of a split in their order, laid out for the model; a batch as it is, what it lacks being absent."""
        if isinstance(data, Batch):
            yield data.completed(self.model.spec)
            return
        layout = matched(self.model.spec, data, "predict", empty=True) if matching is None else matching
        for start in range(0, len(data), batch_size):
            yield batch_of(data, np.arange(start, min(start + batch_size, len(data))), layout)

    @contextmanager
    def at_epoch(self, epoch: int) -> Iterator[FusionModel]:
        """Yield a copy of the model with the weights of an epoch, in evaluation mode.

        Raises
        ------
        ConfigError
            If the weights of that epoch were not kept.
        """
        if epoch not in self.weights:
            raise ConfigError(f"epoch {epoch} was not kept; kept are {', '.join(map(str, self.epochs))}")
        model = copy.deepcopy(self.model)
        model.load_state_dict(self.weights[epoch])
        yield model.eval()

    @torch.no_grad()
    def _answer(self, batch: Batch) -> np.ndarray:
        output = self.model(batch)
        if self.model.spec.task.kind == "classification":
            output = output.softmax(-1)
        return output.float().numpy()

    @classmethod
    def from_index(cls, folder: RunFolder, index: dict[str, Any]) -> Self:
        """Rebuild a run from its folder; every weight is checked."""
        best = str(index["best_epoch"])
        if best not in index["weights"]:
            raise CheckpointError(f"{folder.path}: run.json calls epoch {best[:40]} the best, but does not list it")
        files = [entry["file"] for entry in index["weights"].values()]
        if len(set(files)) < len(files):
            raise CheckpointError(f"{folder.path}: run.json names one file for several epochs; it was changed")
        spec = spec_from_json(index["spec"])
        options = index["info"]["model"]["options"]
        if not options.get("steps", 1):  # written before the number taken was kept: it was the shortest length
            options = options | {"steps": min(m.steps for m in spec.modalities)}
        with bounded_build(folder.read_tensors(index["weights"][best]), str(folder.path / "run.json")):
            model = build(index["info"]["model"]["name"], spec, **options)
        like = model.state_dict()
        weights = {int(epoch): folder.read_weights(entry, like) for epoch, entry in index["weights"].items()}
        model.load_state_dict(weights[index["best_epoch"]])
        history = _history(index["history"], str(folder.path))
        return cls(
            model.eval(),
            index["info"],
            history,
            index["status"],
            index["best_epoch"],
            weights,
            folder.path,
        )


def _history(rows: Any, where: str) -> list[dict[str, float]]:
    """Return the history of a run; CheckpointError where a row is not one of numbers."""
    whole = [{k: math.nan if v is None else v for k, v in row.items()} for row in rows]
    for i, row in enumerate(whole):
        odd = [name for name, value in row.items() if type(value) not in (int, float)]
        if odd or "epoch" not in row:
            raise CheckpointError(
                f"{where}: run.json: row {i} of the history {f'has {row[odd[0]]!r:.60} as {odd[0]!r:.60}' if odd else 'has no epoch'}; "
                "it was changed"
            )
    return whole


@takes(path="path")
def load(path: str | Path) -> Run:
    """Load the run a training left in ``out=``.

    Raises
    ------
    CheckpointError
        If anything in the folder is missing, changed or not finite; says what.
    """
    folder = RunFolder(path)
    index = folder.read_index()
    for _ in range(_RETRIES):
        try:
            return Run.from_index(folder, index)
        except (KeyError, TypeError, AttributeError, ValueError, RuntimeError, CheckpointError) as error:
            newer = folder.read_index()
            if newer == index:
                if isinstance(error, CheckpointError):
                    raise
                raise CheckpointError(f"{folder.path / 'run.json'} is not the index of a run ({error!r})") from error
            index = newer  # a training has replaced the run while it was read
    raise CheckpointError(f"{folder.path} changes faster than it can be read; load it when its training has ended")
