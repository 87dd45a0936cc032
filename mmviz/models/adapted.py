"""Somebody else's module as a fusion: asked for answers, and for nothing that it does not give."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import torch
from torch import nn

from mmviz.errors import ConfigError
from mmviz.models.adapted_frames import Frames
from mmviz.models.adapted_probe import check_weights, probe
from mmviz.models.config import FusionConfig
from mmviz.models.fusion import FusionModel
from mmviz.models.observation import Observation
from mmviz.models.resolution import default_steps, signals_of

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch
    from mmviz.models.steps import Steps

    Values = dict[str, Tensor]
    Missing = Literal["zeros", "mean"] | Callable[[str, Values, Values], Tensor]
    Call = Callable[..., Tensor]
    Gives = Literal["", "logits", "probabilities", "values"]

_SHOWN = {
    "zeros": "as zeros in every frame",
    "mean": "as the mean of the training data in every frame",
}
_GIVES = {"classification": ("logits", "probabilities"), "regression": ("values",)}
_SUM = 1e-3
_MOST_PASSES = 100


@dataclass(frozen=True)
class AdaptedConfig(FusionConfig):
    """What :func:`adapt` was told, in plain values.

    Attributes
    ----------
    name
        What the model is called.
    missing
        How a missing modality is shown to the module: ``zeros``, ``mean``, or the name of the callable that makes it.
    masks
        Whether the module is given the masks too.
    gives
        ``logits``, ``probabilities`` or ``values``.
    weights
        The first 16 digits of the SHA-256 of the module's weights. Width, pooling and dropout mean nothing here.
    """

    name: str = ""
    missing: str = ""
    masks: bool = False
    gives: str = ""
    weights: str = ""


def adapt(
    module: nn.Module,
    spec: Spec,
    *,
    missing: Missing,
    masks: bool = False,
    call: Call | None = None,
    gives: Gives = "",
    steps: int = 0,
    name: str = "",
) -> Adapted:
    """Wrap a trained module of your own, so that contributions, what-if and attributions can be asked of it.

    Parameters
    ----------
    module
        From ``{name: values}`` to answers (batch, outputs); values (batch, frame, feature) are float, as long as the spec says, zeros where
        nothing was recorded. For a regression (batch,) will do. It is copied, put into evaluation mode and onto the CPU.
    spec
        ``ds.spec`` of the data it was trained on.
    missing
        What the module is shown in place of a modality of which it hears nothing: ``"zeros"``; ``"mean"``, the mean of the
        training data in every frame; or a callable ``(name, values, valid) -> frames`` that is given what is heard (zeros and False
        elsewhere) and returns (batch, frame, feature), or a shape that broadcasts to it. Take what the module was trained with: the
        contributions depend on it. There is no default for that reason.
    masks
        Also hand over ``{name: valid}``, (batch, frame) bool, as the second argument. A missing modality is False throughout,
        whatever is shown in its place.
    call
        How the module is asked, where it is not ``module(values)`` or ``module(values, valid)``: a callable that is given the module
        first. For example ``lambda net, x: net(x["text"], x["audio"])["logits"]``.
    gives
        ``logits`` or ``probabilities`` for a classification, ``values`` for a regression. Left out, logits and values are
        assumed, and answers that look like probabilities are refused until you say which they are.
    steps
        Of the time axis on which answers to prefixes are recorded, from 1 to the frames of the longest signal. 0: the frames of all
        modalities where these are equal, otherwise those of the longest signal, at most 100, as every step takes a pass. Each step is
        the same share of every signal's frames, none are averaged; a static modality is whole in every step.
    name
        What to call it; the name of its class when "".

    Returns
    -------
    Adapted
        A model for :func:`mmviz.train.as_run`. It has no states, influence, routing or transport, and no training: a Trace of it is without.

    Raises
    ------
    ConfigError
        The module cannot be copied, its weights are not finite, or, asked about two samples made of the training mean: it fails, returns
        another shape, answers differently when asked again or beside another sample, or answers NaN where nothing is heard.

    Notes
    -----
    A modality that is heard in part (a prefix, a window) is shown with zeros in the other frames, as the data set stores a
    recording that is shorter; only one of which nothing is heard is missing. The answers to prefixes take one pass per step. With timestamps a step
    is an interval of the longest recording's seconds and holds the frames that were recorded in it; the module is given the frames
    as they are, without their times.
    """
    if not isinstance(module, nn.Module):
        raise ConfigError(f"adapt: module is a {type(module).__name__}, expected a torch.nn.Module")
    if not hasattr(spec, "modalities"):
        raise ConfigError(f"adapt: spec is a {type(spec).__name__}, expected the .spec of a data set")
    if missing not in tuple(_SHOWN) and (isinstance(missing, str) or not callable(missing)):
        raise ConfigError(
            f"adapt: missing={missing!r:.80}, expected 'zeros', 'mean' or a callable (name, values, valid) -> frames"
        )
    if call is not None and not callable(call):
        raise ConfigError(f"adapt: call is a {type(call).__name__}, expected a callable that is given the module first")
    known = _GIVES[spec.task.kind]
    if gives not in ("", *known):
        raise ConfigError(f"adapt: gives={gives!r} does not belong to a {spec.task.kind}; choose {' or '.join(known)}")
    lengths = {m.steps for m in signals_of(spec.modalities)}
    if type(steps) is not int or not 0 <= steps <= max(lengths):
        raise ConfigError(
            f"adapt: steps={steps!r}, expected an integer from 1 to {max(lengths)}, the frames of the longest signal, or 0 for the default"
        )
    steps = steps or default_steps(spec.modalities, most=_MOST_PASSES)
    check_weights(module)
    config = AdaptedConfig(
        steps=steps,
        align="pad" if lengths == {steps} and spec.duration_s is None else "bin",
        name=name or type(module).__name__,
        missing=missing if isinstance(missing, str) else _name_of(missing),
        masks=masks,
        gives=gives or known[0],
        weights=_digest(module),
    )
    model = Adapted(module, spec, config, missing=missing, call=call).eval().cpu()
    probe(model, unsure=not gives)
    return model


class Adapted(FusionModel):
    """A module that is known by its answers alone; made by :func:`adapt`."""

    config: AdaptedConfig

    def __init__(
        self, module: nn.Module, spec: Spec, config: AdaptedConfig, *, missing: Missing, call: Call | None
    ) -> None:
        nn.Module.__init__(self)
        try:
            self.module = copy.deepcopy(module)
            self.missing = copy.deepcopy(missing)
        except (RuntimeError, TypeError, ValueError) as error:
            raise ConfigError(
                f"adapt: {type(module).__name__} cannot be copied ({error}); the Trace needs a copy that nobody trains on. Wrap "
                "it before it has been asked anything, or drop what it keeps from its last pass"
            ) from error
        shown = _SHOWN.get(config.missing, f"as what {config.missing} makes of the others")
        note = (
            f"{config.name} is a module from elsewhere, known by its answers alone. A modality of which it hears nothing is "
            f"shown to it {shown}."
        )
        self.spec, self.config, self.call = replace(spec, notes=(*spec.notes, note)), config, call
        self.steps, self.align = config.steps, config.align
        self.frames = Frames(spec.modalities, config.steps, spec.duration_s)
        self.dtype = next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.float32)

    def encode(self, batch: Batch) -> Steps:
        """Return the frames on the common axis of steps, unchanged."""
        return self.frames.pack(batch)

    def fuse(self, steps: Steps) -> Float[Tensor, "batch output"]:
        """Ask the module about what these steps hold.

        Raises
        ------
        ConfigError
            If it returns no tensor, or one of another shape or meaning than it should.
        """
        values, valid = self.frames.unpack(steps)
        shown = {name: self._shown(name, values, valid) for name in values}
        given = (shown, {name: there.clone() for name, there in valid.items()}) if self.config.masks else (shown,)
        output = self.module(*given) if self.call is None else self.call(self.module, *given)
        return self._checked(output, steps.x.shape[1])

    @property
    def causal(self) -> bool:
        """False: whether the module looks ahead is not known, so each prefix is asked for."""
        return False

    def observe(self, steps: Steps) -> Observation:
        """Return an empty observation: what happens inside is not known."""
        return Observation()

    def streams(self, steps: Steps, seen: Observation | None = None) -> NoReturn:
        """Refuse: a module from elsewhere has none that are known."""
        raise ConfigError(
            f"{self.config.name} was made elsewhere and has no streams, states or pooled vectors that are known; ask for its answers, or "
            "train a model of mm.models.build"
        )

    def pooled(self, steps: Steps, seen: Observation | None = None) -> NoReturn:
        """Refuse, as :meth:`streams`."""
        self.streams(steps, seen)

    def answer(self, pooled: Tensor, present: Tensor) -> NoReturn:
        """Refuse, as :meth:`streams`."""
        self.streams(None)  # type: ignore[arg-type]

    def _shown(self, name: str, values: Values, valid: Values) -> Float[Tensor, "batch frame feature"]:
        """Return a tensor of its own, which the module may change: the frames, or what stands for a modality that is not heard."""
        x = values[name].to(self.dtype)
        gone = ~valid[name].any(1)
        if self.config.missing == "zeros" or not bool(gone.any()):
            return x.clone()
        return torch.where(gone[:, None, None], self._stand_in(name, values, valid, x), x)

    def _stand_in(self, name: str, values: Values, valid: Values, like: Tensor) -> Float[Tensor, "batch frame feature"]:
        if isinstance(self.missing, str):
            return torch.tensor(self.spec.modality(name).mean, dtype=like.dtype, device=like.device).expand_as(like)
        copies = [{key: tensor.clone() for key, tensor in held.items()} for held in (values, valid)]
        made = self.missing(name, *copies)
        try:
            return torch.as_tensor(made, dtype=like.dtype, device=like.device).expand_as(like)
        except (RuntimeError, TypeError, ValueError) as error:
            seen = f"shape {tuple(made.shape)}" if isinstance(made, torch.Tensor) else f"a {type(made).__name__}"
            raise ConfigError(
                f"adapt: missing={self.config.missing} returned {seen} for {name!r}, expected a tensor of shape {tuple(like.shape)}, or "
                "one that broadcasts to it"
            ) from error

    def _checked(self, output: Any, batch: int) -> Float[Tensor, "batch output"]:
        outputs = self.spec.task.outputs
        if not isinstance(output, torch.Tensor) or not output.is_floating_point():
            seen = str(output.dtype) if isinstance(output, torch.Tensor) else type(output).__name__
            raise ConfigError(
                f"{self.config.name} returned {seen}, expected a float tensor ({batch}, {outputs}); say with call= how to get one"
            )
        if self.spec.task.kind == "regression" and tuple(output.shape) == (batch,):
            output = output[:, None]
        if tuple(output.shape) != (batch, outputs):
            raise ConfigError(
                f"{self.config.name} returned shape {tuple(output.shape)}, expected (batch, outputs) = {(batch, outputs)}; one column "
                f"for each of {', '.join(self.spec.task.classes) or 'the one value'}"
            )
        if self.config.gives != "probabilities":
            return output
        if not looks_like_probabilities(output):
            raise ConfigError(
                f"{self.config.name} returned rows that do not sum to 1 or are below 0, so they are not probabilities; say gives='logits'"
            )
        return output.clamp(min=torch.finfo(output.dtype).tiny).log()


def looks_like_probabilities(output: Float[Tensor, "batch output"]) -> bool:
    """Return whether every finite row is ≥ 0 and sums to 1, to a thousandth."""
    rows = output.detach()[torch.isfinite(output.detach()).all(-1)]
    return bool((rows >= -_SUM).all()) and bool(((rows.sum(-1) - 1).abs() <= _SUM).all())


def _name_of(made: object) -> str:
    return str(getattr(made, "__qualname__", None) or type(made).__name__)


def _digest(module: nn.Module) -> str:
    found = hashlib.sha256()
    for key, value in module.state_dict().items():
        if isinstance(value, torch.Tensor):
            found.update(key.encode() + value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()[:16]
