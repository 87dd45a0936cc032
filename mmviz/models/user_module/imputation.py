"""Imputation of a missing modality in the inputs of a user's module: zeros, training mean, or a callable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import torch

from mmviz.core.errors import ConfigError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Spec

Values = dict[str, "Tensor"]
Rule = Literal["zeros", "mean"] | Callable[[str, Values, Values], "Tensor"]
Missing = Rule | Mapping[str, Rule]
MaskedAs = Literal["", "absent", "present"]

RULES = {
    "zeros": "zeros in every frame",
    "mean": "the mean of the training data in every frame",
}
MASKED_AS = ("", "absent", "present")


class Imputation:
    """Imputed frames of a missing modality, and the value of their mask.

    Parameters
    ----------
    spec
        Spec of the data.
    missing, masks, masked_as
        As in :func:`mmviz.models.adapt`.

    Raises
    ------
    ConfigError
        An unknown rule, a modality without a rule, or ``masked_as`` without masks.
    """

    def __init__(self, spec: Spec, missing: Missing, *, masks: bool, masked_as: MaskedAs) -> None:
        if not isinstance(masked_as, str) or masked_as not in MASKED_AS:
            raise ConfigError(
                f"adapt: masked_as={masked_as!r:.80}, expected 'absent' (the mask of an imputed modality is False) or 'present' (True)"
            )
        if masked_as and not masks:
            raise ConfigError(
                f"adapt: masked_as={masked_as!r} needs masks=True, which passes the masks to the module; give both or neither"
            )
        self.rules = _rules_of(spec, missing)
        self.spec, self.masks, self.masked_as = spec, masks, masked_as

    @property
    def name(self) -> str:
        """The rule: ``zeros``, ``mean``, or the name of a callable; by modality if they differ."""
        words = {name: rule if isinstance(rule, str) else _name_of(rule) for name, rule in self.rules.items()}
        if len(set(words.values())) == 1:
            return next(iter(words.values()))
        return ", ".join(f"{name}: {word}" for name, word in words.items())

    def present(self, name: str) -> bool:
        """Return whether the mask of this modality is True when it is imputed."""
        return self.masked_as == "present" or (self.masked_as == "" and self.rules[name] != "zeros")

    def sentence(self) -> str:
        """Return one sentence: what the module receives in place of a missing modality."""
        parts = {}
        for name, rule in self.rules.items():
            what = RULES[rule] if isinstance(rule, str) else f"what {_name_of(rule)} returns"
            mask = f" (mask {self.present(name)})" if self.masks else ""
            parts[name] = f"{what}{mask}"
        if len(set(parts.values())) == 1:
            return f"missing modalities are imputed: {next(iter(parts.values()))}"
        return f"missing modalities are imputed: {'; '.join(f'{name} by {part}' for name, part in parts.items())}"

    def frames(self, name: str, values: Values, valid: Values, like: Tensor) -> Float[Tensor, "batch frame feature"]:
        """Return the imputed frames of a modality, with the shape of ``like``.

        Raises
        ------
        ConfigError
            If a callable returned another shape or type.
        """
        rule = self.rules[name]
        if rule == "zeros":
            return torch.zeros_like(like)
        if rule == "mean":
            return torch.tensor(self.spec.modality(name).mean, dtype=like.dtype, device=like.device).expand_as(like)
        copies = [{key: tensor.clone() for key, tensor in given.items()} for given in (values, valid)]
        frames: Any = rule(name, *copies)
        try:
            return torch.as_tensor(frames, dtype=like.dtype, device=like.device).expand_as(like)
        except (RuntimeError, TypeError, ValueError) as error:
            seen = f"shape {tuple(frames.shape)}" if isinstance(frames, torch.Tensor) else f"a {type(frames).__name__}"
            raise ConfigError(
                f"adapt: missing={_name_of(rule)} returned {seen} for {name!r}, expected a tensor of shape {tuple(like.shape)}, or "
                "one that broadcasts to it"
            ) from error

    def mask(self, name: str, valid: Bool[Tensor, "batch frame"]) -> Bool[Tensor, "batch frame"]:
        """Return a copy of the mask, all True in samples where the modality is imputed and ``masked_as`` is ``present``."""
        if not self.present(name):
            return valid.clone()
        return valid | ~valid.any(1, keepdim=True)


def _rules_of(spec: Spec, missing: Missing) -> dict[str, Rule]:
    if not isinstance(missing, Mapping):
        return dict.fromkeys(spec.names, _checked(missing, "missing"))
    unknown = [name for name in missing if name not in spec.names]
    without = [name for name in spec.names if name not in missing]
    if unknown or without:
        raise ConfigError(
            f"adapt: missing has rules for {', '.join(map(repr, missing)) or 'no modality'}, the data have the modalities "
            f"{', '.join(map(repr, spec.names))}; give one rule for each of these"
        )
    return {name: _checked(missing[name], f"missing[{name!r}]") for name in spec.names}


def _checked(rule: Any, option: str) -> Rule:
    if (rule not in RULES) if isinstance(rule, str) else not callable(rule):
        raise ConfigError(
            f"adapt: {option}={rule!r:.80}, expected 'zeros', 'mean' or a callable (name, values, valid) -> frames, or one of these "
            "for each modality, as {'audio': 'mean', 'text': 'zeros'}"
        )
    return rule


def _name_of(rule: object) -> str:
    return str(getattr(rule, "__qualname__", None) or type(rule).__name__)
