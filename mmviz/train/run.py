"""The result of a training: selected model, history, weights of every epoch, predictions; loading it, and wrapping a user's model."""

from __future__ import annotations

import copy
import math
import threading
import warnings
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.overrides import TorchFunctionMode

import mmviz
from mmviz.core.errors import CheckpointError, ConfigError
from mmviz.core.escape import printable
from mmviz.core.options import takes
from mmviz.data.matching import matched
from mmviz.data.spec import spec_from_json
from mmviz.io.folder_lock import holder_of
from mmviz.models.batch import Batch, batch_of
from mmviz.models.registry import rebuild
from mmviz.models.user_module.model import Adapted
from mmviz.train.checkpoint import RunFolder, read_history
from mmviz.train.model_entry import given_model, model_entry, needed
from mmviz.train.run_index import check_index, unlisted_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

    from mmviz.data.dataset import Split
    from mmviz.data.matching import Matching
    from mmviz.models.base import FusionModel


# margins above the count and size of the stored weights; a model within them is compared with the weights tensor by tensor
_TIMES, _FREE_TENSORS, _FREE_ELEMENTS = 64, 1000, 1 << 22
_FACTORIES = frozenset({"empty", "zeros", "ones", "full", "rand", "randn", "arange", "eye", "linspace"})


@contextmanager
def bounded_build(weights: Mapping[str, Tensor], where: str) -> Iterator[None]:
    """Limit, for the duration of a block, the number and size of the tensors of a model that is built.

    A changed description may name a million layers, or one layer of a million channels: building them takes hours or all memory before
    anything could be compared.

    Parameters
    ----------
    weights
        Stored weights, name to tensor.
    where
        Name of the description in errors.

    Raises
    ------
    CheckpointError
        At the first parameter above the limit, or before a tensor above the limit is allocated.
    """
    tensors = _TIMES * len(weights) + _FREE_TENSORS
    elements = _TIMES * sum(value.numel() for value in weights.values()) + _FREE_ELEMENTS
    own, count = threading.get_ident(), 0

    def refuse(what: str) -> None:
        raise CheckpointError(f"{where} describes a model of {what}, far more than the weights hold; it was changed")

    def counted(module: nn.Module, name: str, parameter: Any) -> None:
        nonlocal count
        if threading.get_ident() == own:
            count += 1
            if count > tensors:
                refuse(f"more than {tensors} tensors")

    class Sizes(TorchFunctionMode):
        def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if getattr(func, "__name__", "") in _FACTORIES and _elements(args, kwargs or {}) > elements:
                refuse(f"a tensor of more than {elements} elements")
            return func(*args, **(kwargs or {}))

    with ExitStack() as stack:
        stack.callback(register_module_parameter_registration_hook(counted).remove)
        stack.enter_context(Sizes())
        yield


def _elements(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """Return the number of elements that a factory call allocates; for a range, its end."""
    sizes = [kwargs.get("size"), *args]
    flat = [n for size in sizes for n in (size if isinstance(size, (tuple, list)) else [size]) if type(n) is int]
    return math.prod(max(0, n) for n in flat) if flat else 0


_RETRIES = 20  # of ``load``, while a training replaces the run


@dataclass
class Run:
    """A finished or interrupted training.

    Attributes
    ----------
    model
        With the weights of :attr:`best_epoch`, in evaluation mode, on the CPU.
    info
        Model name and options, training options, data set, backend of the scan, versions.
    history
        One dict per epoch: ``epoch`` (from 1), ``train_loss``, ``valid_loss``, the task's scores,
        ``learning_rate``, ``gradient_norm`` (mean before clipping), ``clipped_steps``, ``seconds``. Epoch 0 is the untrained model.
    status
        ``finished``, ``early_stopped``, ``interrupted`` or ``diverged``; ``running`` where a loaded run was killed; ``external`` for a model
        that was trained outside mmviz.
    best_epoch
        The selected epoch: by validation score, or the last, see ``select`` of :class:`mmviz.train.TrainConfig`.
    weights
        Epoch to ``state_dict``, float32, on the CPU.
    folder
        Where the run is saved, or None.
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
        """Epochs whose weights are stored; 0 is the untrained model."""
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
            If the data are neither, or do not match the model, or the batch size is not an integer ≥ 1.
        """
        if type(batch_size) is not int or batch_size < 1:
            raise ConfigError(f"predict: batch_size={batch_size!r}, expected an integer ≥ 1")
        mode = self.model.training
        self.model.eval()
        matching = None if isinstance(data, Batch) else matched(self.model.spec, data, "predict", empty=True)
        try:
            parts = [self._predict(part) for part in self.batches(data, batch_size, matching)]
        finally:
            self.model.train(mode)
        outputs = self.model.spec.task.outputs
        joined = np.concatenate(parts) if parts else np.zeros((0, outputs), dtype=np.float32)
        joined = joined if matching is None else matching.outputs(joined)
        return joined if self.model.spec.task.kind == "classification" else joined[:, 0]

    def batches(self, data: Split | Batch, batch_size: int = 256, matching: Matching | None = None) -> Iterator[Batch]:
        """Yield batches of a split in its order, in the layout of the model; a ``Batch`` unchanged, with its missing modalities marked absent."""
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
            If the weights of that epoch are not stored.
        """
        if epoch not in self.weights:
            raise ConfigError(f"at_epoch: epoch={epoch!r} is not stored; stored are {', '.join(map(str, self.epochs))}")
        model = copy.deepcopy(self.model)
        model.load_state_dict(self.weights[epoch])
        yield model.eval()

    @torch.no_grad()
    def _predict(self, batch: Batch) -> np.ndarray:
        output = self.model(batch)
        if self.model.spec.task.kind == "classification":
            output = output.softmax(-1)
        return output.float().numpy()

    @classmethod
    def from_index(cls, folder: RunFolder, index: dict[str, Any], model: FusionModel | None = None) -> Self:
        """Rebuild a run from its folder, with a copy of the given model if there is one; every weight is checked."""
        check_index(index, str(folder.path / "run.json"))
        best = str(index["best_epoch"])
        if best not in index["weights"]:
            raise CheckpointError(f"{folder.path}: run.json calls epoch {best[:40]} the best, but does not list it")
        files = [entry["file"] for entry in index["weights"].values()]
        if len(set(files)) < len(files):
            raise CheckpointError(f"{folder.path}: run.json names one file for several epochs; it was changed")
        entry = index["info"]["model"]
        if model is not None:
            model = given_model(entry, index["spec"], model, str(folder.path))
        elif entry.get("adapted"):
            raise CheckpointError(
                f"{folder.path} holds a run of {printable(str(entry['name']), kept='')}, a user's module, which mmviz cannot build; give it: "
                f"mmviz.train.load({str(folder.path)!r}, model=...), {printable(needed(entry), kept='')}"
            )
        else:
            model = _rebuilt(folder, index)
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


def _rebuilt(folder: RunFolder, index: dict[str, Any]) -> FusionModel:
    """Return the model that the name and the options of a run describe."""
    spec = spec_from_json(index["spec"])
    options = index["info"]["model"]["options"]
    if not options.get("steps", 1):  # older runs do not store the number of steps: it was the shortest length
        options = options | {"steps": min(m.steps for m in spec.modalities)}
    with bounded_build(folder.read_tensors(index["weights"][str(index["best_epoch"])]), str(folder.path / "run.json")):
        return rebuild(index["info"]["model"]["name"], spec, options)


def _history(rows: Any, where: str) -> list[dict[str, float]]:
    """Return the history of a run; CheckpointError where an entry is not a number."""
    history = read_history(rows)
    for i, row in enumerate(history):
        odd = [name for name, value in row.items() if type(value) not in (int, float)]
        if odd or "epoch" not in row:
            raise CheckpointError(
                f"{where}: run.json: row {i} of the history {f'has {row[odd[0]]!r:.60} as {odd[0]!r:.60}' if odd else 'has no epoch'}; "
                "it was changed"
            )
    return history


@takes(path="path")
def load(path: str | Path, *, model: FusionModel | None = None) -> Run:
    """Load the run that a training saved in ``out=``.

    Parameters
    ----------
    path
        Folder of the run.
    model
        For a run of a user's module, or of a class that is not registered: the model as it was given to ``fit``, with any weights. It is
        copied.

    Raises
    ------
    CheckpointError
        If anything in the folder is missing, changed or not finite; if the run needs ``model``, or ``model`` has another class, other options
        or other data than the one that was trained.

    Warns
    -----
    UserWarning
        If the folder contains weights or temporary files that ``run.json`` does not list: incomplete ones of a killed training, or
        files of another origin. Names them; they are not read.
    """
    run, index = read_run(path, model)
    folder = RunFolder(path)
    found = unlisted_files(folder.path, index)
    if found and not holder_of(folder.path) and folder.holds_run and folder.read_index() == index:  # not replaced since
        warnings.warn(found, UserWarning, stacklevel=3)
    return run


def read_run(path: str | Path, model: FusionModel | None = None) -> tuple[Run, dict[str, Any]]:
    """Return the run in a folder and its ``run.json``; raises as `load`, without its warning."""
    folder = RunFolder(path)
    index = folder.read_index()
    for _ in range(_RETRIES):
        try:
            return Run.from_index(folder, index, model), index
        except Exception as error:
            newer = folder.read_index()
            if newer == index:
                if isinstance(error, (CheckpointError, ImportError, Warning)):
                    raise
                raise CheckpointError(
                    f"{folder.path / 'run.json'} is not the index of a run ({error!r:.400}); it was changed"
                ) from error
            index = newer  # a training has replaced the run while it was read
    raise CheckpointError(f"{folder.path} changes faster than it can be read; load it when its training has ended")


def as_run(
    model: Adapted, *, checkpoints: Mapping[int, Mapping[str, Tensor]] | None = None, seed: int | None = None
) -> Run:
    """Return a Run of an adapted module that was trained outside mmviz, for ``mm.record``, ``mm.recording.what_if`` and attributions.

    Parameters
    ----------
    model
        From :func:`mmviz.models.adapt`.
    checkpoints
        Epoch to the ``state_dict`` of your module after it, so that its training can be replayed; the current weights of the module become the
        epoch after the last of them. None: there is one epoch, 1.
    seed
        Of your training, stored in ``info``; None where it is not known.

    Returns
    -------
    Run
        ``status`` is ``"external"``, ``history`` holds only the numbers of the epochs. ``info`` holds the imputation of missing modalities.

    Raises
    ------
    ConfigError
        Another model, an epoch that is no whole number from 0, or a checkpoint that is not the module's.
    """
    if not isinstance(model, Adapted):
        raise ConfigError(f"as_run: model is a {type(model).__name__}, expected what mm.models.adapt returned")
    if checkpoints is not None and not isinstance(checkpoints, Mapping):
        raise ConfigError(
            f"as_run: checkpoints is a {type(checkpoints).__name__}, expected a mapping such as {{3: module.state_dict()}}"
        )
    current = {key: value.detach().clone() for key, value in model.state_dict().items()}
    weights = {epoch: _checked(epoch, state, current) for epoch, state in (checkpoints or {}).items()}
    last = max(weights, default=0) + 1
    weights[last] = current
    info: dict[str, Any] = {
        "dataset": model.spec.name,
        "model": model_entry(model),
        "train": {"strategy": "external", "seed": seed},
        "backend": "none",
        "versions": {"mmviz": mmviz.__version__, "torch": torch.__version__},
    }
    history = [{"epoch": float(epoch)} for epoch in sorted(weights)]
    return Run(model.eval(), info, history, "external", last, weights)


def _checked(epoch: object, state: Mapping[str, Tensor], current: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights of the whole model at an epoch: the module's from the checkpoint, all others as they are now."""
    if type(epoch) is not int or epoch < 0:
        raise ConfigError(f"as_run: checkpoints has the epoch {epoch!r}, expected a whole number from 0")
    if not isinstance(state, Mapping) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ConfigError(f"as_run: checkpoints[{epoch}] is a {type(state).__name__}, expected module.state_dict()")
    given = {f"module.{key}": value for key, value in state.items()}
    expected = {key: value for key, value in current.items() if key.startswith("module.")}
    odd = sorted(given.keys() ^ expected.keys())
    odd += [key for key, value in given.items() if key in expected and value.shape != expected[key].shape]
    if odd:
        raise ConfigError(
            f"as_run: checkpoints[{epoch}] is not of this module: {', '.join(key.removeprefix('module.') for key in odd[:5])} "
            "differ in name or shape; give module.state_dict() of the same module"
        )
    bad = [key for key, value in given.items() if value.is_floating_point() and not bool(torch.isfinite(value).all())]
    if bad:
        raise ConfigError(
            f"as_run: checkpoints[{epoch}] holds values that are not finite in {bad[0].removeprefix('module.')}"
        )
    return dict(current) | {key: value.detach().cpu().clone() for key, value in given.items()}
