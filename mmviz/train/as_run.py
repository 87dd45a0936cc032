"""A Run of a model that was trained elsewhere: for prediction and everything that is asked of answers, not for training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch

import mmviz
from mmviz.errors import ConfigError
from mmviz.models.adapted_model import Adapted
from mmviz.train.run import Run

if TYPE_CHECKING:
    from torch import Tensor

_KEPT = ("name", "missing", "masks", "masked_as", "gives", "tokens", "weights", "steps")


def as_run(
    model: Adapted, *, checkpoints: Mapping[int, Mapping[str, Tensor]] | None = None, seed: int | None = None
) -> Run:
    """Return a Run of an adapted module, for ``mm.trace.record``, ``mm.trace.what_if`` and attributions.

    Parameters
    ----------
    model
        From :func:`mmviz.models.adapt`.
    checkpoints
        Epoch to the ``state_dict`` of your module then, so that its training can be replayed; the module's own weights count as the
        epoch after the last of them. None: there is one epoch, 1.
    seed
        Of your training, for the record; None where it is not known.

    Returns
    -------
    Run
        ``status`` is ``"elsewhere"``, ``history`` holds the numbers of the epochs and nothing else. Its ``info`` says how a missing modality is
        shown.

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
    options = asdict(model.config)
    info: dict[str, Any] = {
        "dataset": model.spec.name,
        "model": {"name": options["name"], "adapted": True, "options": {key: _plain(options[key]) for key in _KEPT}},
        "train": {"strategy": "elsewhere", "seed": seed},
        "backend": "none",
        "versions": {"mmviz": mmviz.__version__, "torch": torch.__version__},
    }
    history = [{"epoch": float(epoch)} for epoch in sorted(weights)]
    return Run(model.eval(), info, history, "elsewhere", last, weights)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _checked(epoch: object, state: Mapping[str, Tensor], current: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights of the whole model at an epoch: the module's from the checkpoint, the rest as it is."""
    if type(epoch) is not int or epoch < 0:
        raise ConfigError(f"as_run: checkpoints has the epoch {epoch!r}, expected a whole number from 0")
    if not isinstance(state, Mapping) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ConfigError(f"as_run: checkpoints[{epoch}] is a {type(state).__name__}, expected module.state_dict()")
    own = {f"module.{key}": value for key, value in state.items()}
    expected = {key: value for key, value in current.items() if key.startswith("module.")}
    odd = sorted(own.keys() ^ expected.keys())
    odd += [key for key, value in own.items() if key in expected and value.shape != expected[key].shape]
    if odd:
        raise ConfigError(
            f"as_run: checkpoints[{epoch}] is not of this module: {', '.join(key.removeprefix('module.') for key in odd[:5])} "
            "differ in name or shape; give module.state_dict() of the same module"
        )
    bad = [key for key, value in own.items() if value.is_floating_point() and not bool(torch.isfinite(value).all())]
    if bad:
        raise ConfigError(
            f"as_run: checkpoints[{epoch}] holds values that are not finite in {bad[0].removeprefix('module.')}"
        )
    return dict(current) | {key: value.detach().cpu().clone() for key, value in own.items()}
