"""Registry of fusion models: register a class under a name, and build a model from that name and the spec of the data."""

from __future__ import annotations

import dataclasses
import inspect
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import torch

from mmviz.core.errors import CheckpointError, ConfigError
from mmviz.core.options import nearest, takes
from mmviz.models.base import FusionConfig, FusionModel
from mmviz.models.encoder import resolution_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmviz.data.spec import Spec

M = TypeVar("M", bound=FusionModel)


class Registration(NamedTuple):
    """A model class, its options, and whether it wraps another fusion (``base`` among its options) instead of being one."""

    model: type[FusionModel]
    config: type[FusionConfig]
    wrapper: bool


_REGISTRY: dict[str, Registration] = {}
#: options in runs of version 0.1 -> their present names
_RENAMED_OPTIONS = {"reading": "variant"}
#: options that were added later -> the value that runs without them were trained with
ADDED_OPTIONS = {"anchor_gradient": True}


def register(
    name: str, config: type[FusionConfig] = FusionConfig, *, wrapper: bool = False
) -> Callable[[type[M]], type[M]]:
    """Return a class decorator that registers a fusion model, so that ``build``, ``fit(cache=)`` and ``load`` find it by name.

    Parameters
    ----------
    name
        Name for :func:`build`. Registering a class of the same module and name again replaces it (a notebook cell run twice).
    config
        Its options: a frozen dataclass, :class:`~mmviz.models.base.FusionConfig` or a subclass. The constructor takes
        ``(spec, config)``.
    wrapper
        True for a model around another fusion, such as ``equilibrium``: :func:`available` leaves it out.

    Raises
    ------
    ConfigError
        If the name is taken by another class, the class is not a concrete subclass of ``FusionModel``, or ``config`` is
        not a frozen dataclass derived from ``FusionConfig``.

    Examples
    --------
    >>> from mmviz.models.fusions.pooled import PooledFusion
    >>> @register("sum")
    ... class Sum(PooledFusion):
    ...     def __init__(self, spec, config):
    ...         super().__init__(spec, config)
    ...         self.head = torch.nn.Linear(config.width, spec.task.outputs)
    ...
    ...     def fuse_pooled(self, pooled, present):
    ...         return self.head(pooled.sum(0))
    >>> "sum" in available()
    True
    >>> unregister("sum")
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ConfigError(f"register: name={name!r}, expected an identifier such as 'my_fusion'")
    frozen = isinstance(config, type) and issubclass(config, FusionConfig) and dataclasses.is_dataclass(config)
    if not frozen or "__dataclass_params__" not in vars(config) or not config.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise ConfigError(
            f"register({name!r}): config is {config!r}, expected a class derived from FusionConfig and decorated with "
            "@dataclass(frozen=True)"
        )

    def decorate(model: type[M]) -> type[M]:
        if not isinstance(model, type) or not issubclass(model, FusionModel):
            raise ConfigError(f"register({name!r}): {model!r} is not a subclass of mmviz.models.FusionModel")
        if inspect.isabstract(model):
            raise ConfigError(
                f"register({name!r}): {model.__name__} does not define {', '.join(sorted(model.__abstractmethods__))}"
            )
        old = _REGISTRY.get(name)
        if old is not None and _class_path(old.model) != _class_path(model):
            raise ConfigError(
                f"register: name={name!r} is taken by {_class_path(old.model)}; choose another name for {_class_path(model)}"
            )
        _REGISTRY[name] = Registration(model, config, wrapper)
        return model

    return decorate


def unregister(name: str) -> None:
    """Remove a model from the registry; runs of it can then be loaded only after it is registered again.

    Raises
    ------
    ConfigError
        If the name is unknown.
    """
    _registration(name)
    del _REGISTRY[name]


def available(*, wrappers: bool = False) -> tuple[str, ...]:
    """Return the names of the registered fusions; with ``wrappers`` also of the models around a fusion (``equilibrium``)."""
    return tuple(name for name, entry in _REGISTRY.items() if wrappers or not entry.wrapper)


@takes(spec="spec")
def build(name: str, spec: Spec, *, seed: int = 0, **options: Any) -> FusionModel:
    """Return a new model for the data that a spec describes.

    Parameters
    ----------
    name
        One of ``available(wrappers=True)``.
    spec
        ``ds.spec``: modalities with their training statistics, and the task.
    seed
        Seed of the initial weights. The global random state is not changed. Weights are float32 for any default dtype of torch.
    options
        Fields of the model's config, for example ``layers=2, state=16, coupling="softmax"``.

    Raises
    ------
    ConfigError
        Unknown name or option (with the nearest known one), a value out of range, or data without labels and class names.

    Warns
    -----
    UserWarning
        If ``steps`` is 0 and a step averages more than four frames of a signal.
    """
    if spec.task.outputs < 1:
        raise ConfigError(
            f"build({name!r}): the data set {spec.name!r} has no labels and no class names, so the number of outputs is unknown; "
            "build the model from labelled data, or give classes= to mmviz.data.from_arrays"
        )
    config = config_of(name, **options)
    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        with torch.random.fork_rng(devices=[]), torch.inference_mode(mode=False):
            torch.manual_seed(seed)
            model = _registration(name).model(spec, config)
    finally:
        torch.set_default_dtype(dtype)
    for note in resolution_notes(spec.modalities, model.steps) if not config.steps else ():
        warnings.warn(f"build({name!r}): {note}", UserWarning, stacklevel=3)  # the caller of the checked function
    return model


def config_of(name: str, **options: Any) -> FusionConfig:
    """Return a model's validated options, defaults included; no data are needed.

    Raises
    ------
    ConfigError
        As :func:`build`.
    """
    config = _registration(name).config
    known = [field.name for field in dataclasses.fields(config)]
    for option in options:
        if option not in known:
            raise ConfigError(
                f"build({name!r}): option {option!r} is unknown{nearest(option, known)}; known: {', '.join(known)}"
            )
    return config(**options)


def rebuild(name: str, spec: Spec, options: Mapping[str, Any]) -> FusionModel:
    """Return a model with the options that a saved run contains; see :func:`stored_options` for runs of older versions.

    Raises
    ------
    CheckpointError
        If no model of this name is registered.

    Warns
    -----
    UserWarning
        If an option did not exist when the run was trained; names the value that it was trained with.
    """
    registered = _registered_name(name)
    if registered is None:
        raise CheckpointError(
            f"the run was trained with the model {name!r}, which is not registered{nearest(name, _REGISTRY)}; decorate its class with "
            "@mmviz.models.register(NAME, CONFIG), import the module that defines it, then load again; or give a model of it, load(..., model=model)"
        )
    current = stored_options(name, options)
    for option, value in ADDED_OPTIONS.items():
        before, now = (
            any(option in part for part in (found, found.get("base_options") or ())) for found in (options, current)
        )
        if now and not before:
            warnings.warn(
                f"the run of {name!r} was trained before the option {option} existed; it is loaded with {option}={value!r}, as it was "
                f"trained, which is not necessarily the present default",
                UserWarning,
                stacklevel=2,
            )
    return build(registered, spec, **current)


def stored_options(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a run of any version contains, as options of the present version.

    Former names are replaced. An option that did not exist then has the value that the run was trained with, which may differ from the
    present default. Options of a model that is not registered are returned with present names only.
    """
    current = {_RENAMED_OPTIONS.get(option, option): value for option, value in options.items()}
    registered = _registered_name(name)
    known = () if registered is None else [field.name for field in dataclasses.fields(_REGISTRY[registered].config)]
    current = {option: value for option, value in ADDED_OPTIONS.items() if option in known} | current
    if isinstance(current.get("base_options"), dict):
        current["base_options"] = stored_options(str(current.get("base")), current["base_options"])
    return current


def _registered_name(name: str) -> str | None:
    """Return the present name of a model that a run calls by its name or by its class; None if it is not registered."""
    return next((key for key, entry in _REGISTRY.items() if name in (key, _class_path(entry.model))), None)


def is_registered(model: FusionModel) -> bool:
    """Return whether ``build`` can construct a model of this class."""
    return any(type(model) is entry.model for entry in _REGISTRY.values())


def name_of(model: FusionModel) -> str:
    """Return the name of a model's class in the registry; ``module.Class`` if it is not registered."""
    for name, entry in _REGISTRY.items():
        if type(model) is entry.model:
            return name
    return _class_path(type(model))


def _registration(name: str) -> Registration:
    if name not in _REGISTRY:
        raise ConfigError(
            f"model {name!r} is unknown{nearest(name, _REGISTRY)}; available: {', '.join(_REGISTRY)}. A model of your own is registered "
            "by @mmviz.models.register when its module is imported"
        )
    return _REGISTRY[name]


def _class_path(model: type[FusionModel]) -> str:
    return f"{model.__module__}.{model.__qualname__}"
