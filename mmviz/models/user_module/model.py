"""A user's ``nn.Module`` as a fusion model of which only the predictions are known."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import torch
from torch import nn

from mmviz.core.errors import ConfigError, DataError
from mmviz.models.base import FusionConfig, FusionModel, Observation
from mmviz.models.batch import Steps
from mmviz.models.resampling import shares_of_clock
from mmviz.models.user_module.outputs import read_output

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.data.spec import Modality, Spec
    from mmviz.models.batch import Batch
    from mmviz.models.user_module.imputation import Imputation, Values


class Frames(nn.Module):
    """Step k of a modality holds its frames i with ⌊i · steps / frames⌋ = k, one behind the other, as they were recorded.

    So a step is the same share of every modality's own clock; a signal with fewer frames than steps has steps that hold none. A static
    modality has no clock: every step holds all of its frames. Beside each frame stands a 1 where it was recorded, so that masking a
    step masks the frames in it; a static modality is masked when all of its steps are.

    With ``duration_s`` a step holds the frames that were recorded in its interval of the clock, however many; beside each stands
    its position, from 1.

    Parameters
    ----------
    modalities
        Of the spec.
    steps
        From 1 to the number of frames of the longest signal.
    duration_s
        Seconds that all steps cover, from the begin of a sample's clock; None without timestamps.
    """

    def __init__(self, modalities: tuple[Modality, ...], steps: int, duration_s: float | None = None) -> None:
        super().__init__()
        self.modalities, self.steps, self.duration_s = modalities, steps, duration_s
        self._slots: list[Tensor] = []
        self._groups = [m.steps if m.static else -(-m.steps // steps) for m in modalities]
        for modality, group in zip(modalities, self._groups, strict=True):
            frame = torch.arange(modality.steps)
            step = frame * steps // modality.steps
            first = torch.searchsorted(step, torch.arange(steps))
            self._slots.append(step * group + frame - first[step])
        self.width = max(group * (m.features + 1) for m, group in zip(modalities, self._groups, strict=True))

    def pack(self, batch: Batch) -> Steps:
        """Return steps and which of them hold a recorded frame; what padding holds is not looked at.

        Raises
        ------
        DataError
            If the batch lacks a modality, or one has other features or more frames than the spec.
        """
        if self.duration_s is None:
            packed = [self._packed(m, batch) for m in range(len(self.modalities))]
            return Steps(torch.stack([x for x, _ in packed]), torch.stack([mask for _, mask in packed]))
        names = [m.name for m in self.modalities if not m.static and m.name in batch.values]
        shares = shares_of_clock(batch, names, self.duration_s)
        packed = [self._packed(m, batch, shares.get(one.name)) for m, one in enumerate(self.modalities)]
        wide = max(x.shape[-1] for x, _ in packed)
        padded = [nn.functional.pad(x, (0, wide - x.shape[-1])) for x, _ in packed]
        return Steps(torch.stack(padded), torch.stack([mask for _, mask in packed]))

    def unpack(
        self, steps: Steps
    ) -> tuple[dict[str, Float[Tensor, "batch _frame _feature"]], dict[str, Bool[Tensor, "batch _frame"]]]:
        """Return frames and mask of every modality, zeros where nothing was recorded; steps that are lacking at the end are masked."""
        values, valid = {}, {}
        lacking = self.steps - steps.x.shape[2]
        for m, modality in enumerate(self.modalities):
            if modality.static:
                values[modality.name], valid[modality.name] = _unrepeated(steps.x[m], steps.mask[m], modality)
                continue
            if self.duration_s is not None:
                values[modality.name], valid[modality.name] = _in_order(steps.x[m], steps.mask[m], modality)
                continue
            group, slots, cells = self._groups[m], self._slots[m].to(steps.x.device), modality.features + 1
            x = nn.functional.pad(steps.x[m, :, :, : group * cells], (0, 0, 0, lacking))
            frames = x.reshape(len(x), self.steps * group, cells).index_select(1, slots)
            heard = nn.functional.pad(steps.mask[m], (0, lacking))[:, slots // group]
            there = (frames[..., -1] > 0.5) & heard
            kept = frames[..., :-1]
            values[modality.name] = torch.where(there[..., None], kept, torch.zeros_like(kept))
            valid[modality.name] = there
        return values, valid

    def _packed(
        self, m: int, batch: Batch, share: Float[Tensor, "batch frame 2"] | None = None
    ) -> tuple[Float[Tensor, "batch time width"], Bool[Tensor, "batch time"]]:
        modality, group = self.modalities[m], self._groups[m]
        if modality.name not in batch.values:
            raise DataError(
                f"batch: modality {modality.name!r} is lacking, it holds {', '.join(batch.names)}; an absent modality "
                "is given as any values with a mask that is all False"
            )
        x, valid = batch.values[modality.name], batch.valid[modality.name]
        if x.ndim != 3 or x.shape[-1] != modality.features or x.shape[1] > modality.steps:
            raise DataError(
                f"modality {modality.name!r}: values have shape {tuple(x.shape)}, expected (batch, up to {modality.steps} frames, "
                f"{modality.features}); adapt the module with the spec of the data set it is used on"
            )
        flag = valid[..., None]
        frames = torch.cat([torch.where(flag, x, torch.zeros_like(x)), flag.to(x.dtype)], -1)
        if modality.static:
            cells = nn.functional.pad(frames, (0, 0, 0, modality.steps - x.shape[1])).flatten(1)
            cells = nn.functional.pad(cells, (0, self.width - cells.shape[-1]))
            return cells[:, None].expand(-1, self.steps, -1), valid.any(1)[:, None].expand(-1, self.steps)
        if share is not None:
            return _by_time(frames[..., :-1], valid, share[..., 0], self.steps)
        slots = self._slots[m][: x.shape[1]].to(x.device)
        laid = x.new_zeros(len(x), self.steps * group, frames.shape[-1]).index_copy(1, slots, frames)
        laid = laid.reshape(len(x), self.steps, -1)
        held = valid.new_zeros(len(x), self.steps * group).index_copy(1, slots, valid)
        return nn.functional.pad(laid, (0, self.width - laid.shape[-1])), held.reshape(len(x), self.steps, group).any(
            -1
        )


def _by_time(
    x: Float[Tensor, "batch frame feature"],
    valid: Bool[Tensor, "batch frame"],
    share: Float[Tensor, "batch frame"],
    steps: int,
) -> tuple[Float[Tensor, "batch time width"], Bool[Tensor, "batch time"]]:
    """Return the frames of each interval one behind the other, each with its position from 1, and the intervals that hold any."""
    step = torch.where(valid, share * steps, 0).long().clamp(0, steps - 1)
    counts = torch.zeros(len(x), steps, dtype=torch.long, device=x.device).scatter_add(1, step, valid.long())
    before = counts.cumsum(1) - counts
    group = max(1, int(counts.max())) if len(x) else 1
    rank = valid.cumsum(1) - 1 - before.gather(1, step)
    slot = torch.where(valid, step * group + rank, steps * group)  # the last slot is thrown away
    number = torch.arange(1, x.shape[1] + 1, device=x.device, dtype=x.dtype).expand(valid.shape)[..., None]
    cells = torch.cat([x, number], -1)
    laid = x.new_zeros(len(x), steps * group + 1, cells.shape[-1])
    laid = laid.scatter(1, slot[..., None].expand_as(cells), cells)
    return laid[:, :-1].reshape(len(x), steps, -1), counts > 0


def _in_order(
    x: Float[Tensor, "batch _time width"], mask: Bool[Tensor, "batch _time"], modality: Modality
) -> tuple[Float[Tensor, "batch frame feature"], Bool[Tensor, "batch frame"]]:
    """Return the frames that `_by_time` laid out at their positions; those of masked steps are zeros."""
    cells = modality.features + 1
    group = x.shape[-1] // cells
    laid = x[..., : group * cells].reshape(len(x), -1, cells)
    heard = mask.repeat_interleave(group, 1) & (laid[..., -1] > 0.5)
    place = torch.where(heard, laid[..., -1].round().long() - 1, modality.steps)  # one more frame is thrown away
    values = x.new_zeros(len(x), modality.steps + 1, modality.features)
    values = values.scatter(1, place[..., None].expand(-1, -1, modality.features), laid[..., :-1])
    there = mask.new_zeros(len(x), modality.steps + 1).scatter(1, place, True)
    return values[:, :-1], there[:, :-1]


def _unrepeated(
    x: Float[Tensor, "batch time width"], mask: Bool[Tensor, "batch time"], modality: Modality
) -> tuple[Float[Tensor, "batch frame feature"], Bool[Tensor, "batch frame"]]:
    """Return the frames of a static modality from the first of its steps that is not masked."""
    first = mask.int().argmax(1)
    frames = x[torch.arange(len(x), device=x.device), first, : modality.steps * (modality.features + 1)]
    frames = frames.reshape(len(x), modality.steps, modality.features + 1)
    there = (frames[..., -1] > 0.5) & mask.any(1, keepdim=True)
    return torch.where(there[..., None], frames[..., :-1], torch.zeros_like(frames[..., :-1])), there


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
