"""A user's module as a fusion model that is known by its predictions alone."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import torch
from torch import nn

from mmviz.errors import ConfigError
from mmviz.models.adapted_frames import Frames
from mmviz.models.adapted_outputs import read_output
from mmviz.models.config import FusionConfig
from mmviz.models.fusion import FusionModel
from mmviz.models.observation import Observation

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.adapted_missing import Imputation, Values
    from mmviz.models.batch import Batch
    from mmviz.models.steps import Steps


@dataclass(frozen=True)
class AdaptedConfig(FusionConfig):
    """What :func:`mmviz.models.adapt` was told, in plain values.

    Attributes
    ----------
    name
        What the model is called.
    missing
        How a missing modality is imputed: ``zeros``, ``mean``, or the name of the callable that makes it.
    masks, masked_as
        Whether the module is given the masks too, and whether they call an imputed modality ``absent`` or ``present``; "" where that
        follows from ``missing``.
    gives
        ``logits``, ``probabilities``, ``logit``, ``probability`` or ``values``.
    tokens
        Modalities of token ids: kept as whole numbers whatever the precision of the module.
    weights
        The first 16 digits of the SHA-256 of the module's weights. Width, pooling and dropout mean nothing here.
    """

    name: str = ""
    missing: str = ""
    masks: bool = False
    masked_as: str = ""
    gives: str = ""
    tokens: tuple[str, ...] = ()
    weights: str = ""


class Adapted(FusionModel):
    """A module that is known by its predictions alone; made by :func:`mmviz.models.adapt`."""

    config: AdaptedConfig

    def __init__(
        self,
        module: nn.Module,
        spec: Spec,
        config: AdaptedConfig,
        *,
        missing: Imputation,
        call: Callable[..., Any] | None,
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
        self.imputers = nn.ModuleList(rule for rule in self.missing.rules.values() if isinstance(rule, nn.Module))
        self.imputation = self.missing.sentence()
        self.note = f"{config.name} is a user's module, known by its predictions alone; {self.imputation}."
        self.spec, self.config, self.call = replace(spec, notes=(*spec.notes, self.note)), config, call
        self.steps, self.align = config.steps, config.align
        self.frames = Frames(spec.modalities, config.steps, spec.duration_s)
        self.dtype = next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.float32)

    def encode(self, batch: Batch) -> Steps:
        """Return the frames on the common axis of steps, unchanged."""
        return self.frames.pack(batch)

    def fuse(self, steps: Steps) -> Float[Tensor, "batch output"]:
        """Return the module's prediction from what these steps hold.

        Raises
        ------
        ConfigError
            If it returns no tensor, or one of another shape or meaning than it should.
        """
        return self.read(self.predict_from(self.given(steps)), steps.x.shape[1])

    def given(self, steps: Steps) -> tuple[Values, ...]:
        """Return the arguments of the module: values and, where it takes them, masks; tensors of its own, which it may change."""
        values, valid = self.frames.unpack(steps)
        shown = {name: self._shown(name, values, valid) for name in values}
        return (
            (shown, {name: self.missing.mask(name, there) for name, there in valid.items()})
            if self.config.masks
            else (shown,)
        )

    def predict_from(self, given: tuple[Values, ...]) -> Any:
        """Return what the module, or ``call``, makes of these arguments."""
        return self.module(*given) if self.call is None else self.call(self.module, *given)

    def read(self, output: Any, batch: int) -> Float[Tensor, "batch output"]:
        """Return what the module returned as logits or values; ConfigError where it is neither."""
        return read_output(output, batch, self.spec.task, self.config.gives, self.config.name)

    @property
    def causal(self) -> bool:
        """False: whether the module looks ahead is not known, so each prefix is asked for."""
        return False

    def observe(self, steps: Steps) -> Observation:
        """Return an empty observation: what happens inside is not known."""
        return Observation()

    def streams(self, steps: Steps, seen: Observation | None = None) -> NoReturn:
        """Refuse: a user's module has none that are known."""
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
        """Return a tensor of its own: the frames, or what is imputed where the modality is missing."""
        dtype = (
            torch.float32 if name in self.config.tokens and self.dtype.itemsize < torch.float32.itemsize else self.dtype
        )
        x = values[name].to(dtype)
        gone = ~valid[name].any(1)
        if self.missing.rules[name] == "zeros" or not bool(gone.any()):
            return x.clone()
        return torch.where(gone[:, None, None], self.missing.frames(name, values, valid, x), x)


def digest(module: nn.Module) -> str:
    """Return the first 16 digits of the SHA-256 of a module's weights."""
    found = hashlib.sha256()
    for key, value in module.state_dict().items():
        if isinstance(value, torch.Tensor):
            found.update(key.encode() + value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()[:16]
