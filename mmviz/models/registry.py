"""Registry of fusion models: build a model from its name and the spec of the data."""

from __future__ import annotations

import dataclasses
import difflib
import warnings
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import takes
from mmviz.models.base import FusionModel
from mmviz.models.encoder import resolution_losses
from mmviz.models.fusions.alignmamba import AlignMamba, AlignMambaConfig
from mmviz.models.fusions.alignmamba2 import AlignMamba2, AlignMamba2Config
from mmviz.models.fusions.attention import CrossAttention, CrossAttentionConfig, Transformer, TransformerConfig
from mmviz.models.fusions.coupled_mamba import CoupledMamba, CoupledMambaConfig
from mmviz.models.fusions.early import Early, EarlyConfig
from mmviz.models.fusions.equilibrium import Equilibrium, EquilibriumConfig
from mmviz.models.fusions.late import Late, LateConfig
from mmviz.models.fusions.pooled import (
    LMF,
    TFN,
    Average,
    AverageConfig,
    Concat,
    ConcatConfig,
    Gated,
    GatedConfig,
    LMFConfig,
    TFNConfig,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmviz.data.spec import Spec
    from mmviz.models.base import FusionConfig

_REGISTRY: dict[str, tuple[type[FusionModel], type[FusionConfig]]] = {
    "coupled_mamba": (CoupledMamba, CoupledMambaConfig),
    "alignmamba": (AlignMamba, AlignMambaConfig),
    "alignmamba2": (AlignMamba2, AlignMamba2Config),
    "average": (Average, AverageConfig),
    "concat": (Concat, ConcatConfig),
    "early": (Early, EarlyConfig),
    "gated": (Gated, GatedConfig),
    "late": (Late, LateConfig),
    "lmf": (LMF, LMFConfig),
    "tfn": (TFN, TFNConfig),
    "transformer": (Transformer, TransformerConfig),
    "cross_attention": (CrossAttention, CrossAttentionConfig),
    "equilibrium": (Equilibrium, EquilibriumConfig),
}
_AROUND = ("equilibrium",)  # not a fusion itself, but something around one


def available() -> tuple[str, ...]:
    """Return the names of the fusions ``build`` knows; it knows ``equilibrium`` too, which goes around any of them."""
    return tuple(name for name in _REGISTRY if name not in _AROUND)


@takes(spec="spec")
def build(name: str, spec: Spec, *, seed: int = 0, **options: Any) -> FusionModel:
    """Build a model for the data a spec describes.

    Parameters
    ----------
    name
        One of :func:`available`, or ``equilibrium``.
    spec
        ``ds.spec``: modalities with their training statistics, and the task.
    seed
        Of the initial weights. The global random state is left as it was. Weights are float32 whatever torch's default dtype is.
    options
        Fields of the model's config, for example ``layers=2, state=16, coupling="softmax"``.

    Raises
    ------
    ConfigError
        Unknown name or option (with the nearest known one), a value out of range, or data without labels and names of classes.

    Warns
    -----
    UserWarning
        If ``steps`` was left open and a step averages more than four frames of a signal.
    """
    if not hasattr(spec, "modalities"):
        raise ConfigError(f"build({name!r}): spec is a {type(spec).__name__}, expected the .spec of a data set")
    if spec.task.outputs < 1:
        raise ConfigError(
            f"build({name!r}): the data set {spec.name!r} has no labels and no names of classes, so the number of outputs is not known; "
            "build the model from labelled data, or give classes= to mmviz.data.from_arrays"
        )
    config = config_of(name, **options)
    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        with torch.random.fork_rng(devices=[]), torch.inference_mode(mode=False):
            torch.manual_seed(seed)
            model = _REGISTRY[name][0](spec, config)
    finally:
        torch.set_default_dtype(dtype)
    for loss in resolution_losses(spec.modalities, model.steps) if not config.steps else ():
        warnings.warn(f"build({name!r}): {loss}", UserWarning, stacklevel=3)  # the caller of the checked function
    return model


def config_of(name: str, **options: Any) -> FusionConfig:
    """Return a model's options, checked, the defaults among them; no data are needed.

    Raises
    ------
    ConfigError
        As :func:`build`.
    """
    if name not in _REGISTRY:
        raise ConfigError(f"model {name!r} is unknown{_nearest(name, _REGISTRY)}; available: {', '.join(_REGISTRY)}")
    config = _REGISTRY[name][1]
    known = [field.name for field in dataclasses.fields(config)]
    for option in options:
        if option not in known:
            raise ConfigError(
                f"build({name!r}): option {option!r} is unknown{_nearest(option, known)}; known: {', '.join(known)}"
            )
    return config(**options)


def name_of(model: FusionModel) -> str:
    """Return the registry name of a built model."""
    for name, (kind, _) in _REGISTRY.items():
        if type(model) is kind:
            return name
    raise ConfigError(f"{type(model).__name__} was not made by mmviz.models.build; known: {', '.join(_REGISTRY)}")


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), 1)
    return f", did you mean {close[0]!r}?" if close else ""
