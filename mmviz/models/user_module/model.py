"""A user's ``nn.Module`` as a fusion model of which the predictions, the parameters and the state space scans that it calls are known."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn, Self

import torch
from torch import nn

from mmviz.core.errors import ConfigError, DataError
from mmviz.models.base import FusionConfig, FusionModel, Observation
from mmviz.models.batch import Steps
from mmviz.models.capture import capture
from mmviz.models.encoder import check_modalities
from mmviz.models.parameter_names import named_parameters
from mmviz.models.resampling import clock_fractions
from mmviz.models.user_module.outputs import read_output
from mmviz.models.user_module.parameter_use import parameter_use
from mmviz.models.user_module.probe import probe_batch

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.data.spec import Modality, Spec
    from mmviz.models.batch import Batch
    from mmviz.models.capture import CapturedScans
    from mmviz.models.user_module.imputation import Imputation, Values
    from mmviz.models.user_module.parameter_use import Use
    from mmviz.models.user_module.scan_sites import FoundScans, ScanSite


class Frames(nn.Module):
    """Frames of every modality packed into steps of one time axis, unchanged: step k contains the frames i with ⌊i · steps / frames⌋ = k.

    A step is the same fraction of every modality's own clock; a signal with fewer frames than steps has empty steps. A static
    modality has no clock: every step contains all of its frames. Each frame is stored with a 1 if it was recorded, so that masking a
    step masks its frames; a static modality is masked when all of its steps are.

    With ``duration_s`` a step contains the frames that were recorded in its interval of the clock, each with
    its frame number, from 1.

    Parameters
    ----------
    modalities
        Modalities of the spec.
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
        """Return the steps, and which of them contain a recorded frame; padding has no influence.

        Raises
        ------
        DataError
            If a modality is missing from the batch, or has other features or more frames than the spec.
        """
        check_modalities(batch, [m.name for m in self.modalities])
        if self.duration_s is None:
            packed = [self._packed(m, batch) for m in range(len(self.modalities))]
            return Steps(torch.stack([x for x, _ in packed]), torch.stack([mask for _, mask in packed]))
        names = [m.name for m in self.modalities if not m.static and m.name in batch.values]
        shares = clock_fractions(batch, names, self.duration_s)
        packed = [self._packed(m, batch, shares.get(one.name)) for m, one in enumerate(self.modalities)]
        width = max(x.shape[-1] for x, _ in packed)
        padded = [nn.functional.pad(x, (0, width - x.shape[-1])) for x, _ in packed]
        return Steps(torch.stack(padded), torch.stack([mask for _, mask in packed]))

    def unpack(
        self, steps: Steps
    ) -> tuple[dict[str, Float[Tensor, "batch _frame _feature"]], dict[str, Bool[Tensor, "batch _frame"]]]:
        """Return frames and mask of every modality, zeros where nothing was recorded; steps after the end of ``steps`` are masked."""
        values, valid = {}, {}
        removed = self.steps - steps.x.shape[2]
        for m, modality in enumerate(self.modalities):
            if modality.static:
                values[modality.name], valid[modality.name] = _unrepeated(steps.x[m], steps.mask[m], modality)
                continue
            if self.duration_s is not None:
                values[modality.name], valid[modality.name] = _in_order(steps.x[m], steps.mask[m], modality)
                continue
            group, slots, cells = self._groups[m], self._slots[m].to(steps.x.device), modality.features + 1
            x = nn.functional.pad(steps.x[m, :, :, : group * cells], (0, 0, 0, removed))
            frames = x.reshape(len(x), self.steps * group, cells).index_select(1, slots)
            unmasked = nn.functional.pad(steps.mask[m], (0, removed))[:, slots // group]
            recorded, x = (frames[..., -1] > 0.5) & unmasked, frames[..., :-1]
            values[modality.name] = torch.where(recorded[..., None], x, torch.zeros_like(x))
            valid[modality.name] = recorded
        return values, valid

    def step_of_frame(self, steps: Steps) -> dict[str, Int[Tensor, "batch _frame"]]:
        """Return the step that contains each frame; with timestamps -1 where no frame was recorded. Without a static modality."""
        out, rows = {}, steps.x.shape[1]
        for m, modality in enumerate(self.modalities):
            if modality.static:
                continue
            if self.duration_s is None:
                out[modality.name] = (torch.arange(modality.steps) * self.steps // modality.steps).expand(rows, -1)
                continue
            cells = modality.features + 1
            group = steps.x[m].shape[-1] // cells
            number = steps.x[m][..., : group * cells].reshape(rows, -1, cells)[..., -1].round().long()
            number = torch.where(steps.mask[m].repeat_interleave(group, 1), number, 0)  # frame numbers from 1; 0: none
            at = (torch.arange(number.shape[1]) // group).expand_as(number)
            held = torch.full((rows, modality.steps + 1), -1).scatter(1, number, at)
            out[modality.name] = held[:, 1:]
        return out

    def _packed(
        self, m: int, batch: Batch, share: Float[Tensor, "batch frame 2"] | None = None
    ) -> tuple[Float[Tensor, "batch time width"], Bool[Tensor, "batch time"]]:
        modality, group = self.modalities[m], self._groups[m]
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
        places = slots[None, :, None].expand_as(frames)
        packed = x.new_zeros(len(x), self.steps * group, frames.shape[-1]).scatter(1, places, frames)
        packed = packed.reshape(len(x), self.steps, -1)
        recorded = valid.new_zeros(len(x), self.steps * group).scatter(1, slots.expand_as(valid), valid)
        mask = recorded.reshape(len(x), self.steps, group).any(-1)
        return nn.functional.pad(packed, (0, self.width - packed.shape[-1])), mask


def _by_time(
    x: Float[Tensor, "batch frame feature"],
    valid: Bool[Tensor, "batch frame"],
    share: Float[Tensor, "batch frame"],
    steps: int,
) -> tuple[Float[Tensor, "batch time width"], Bool[Tensor, "batch time"]]:
    """Return the frames of each interval in order, each with its frame number from 1, and the intervals with any frame."""
    step = torch.where(valid, share * steps, 0).long().clamp(0, steps - 1)
    counts = torch.zeros(len(x), steps, dtype=torch.long, device=x.device).scatter_add(1, step, valid.long())
    before = counts.cumsum(1) - counts
    group = max(1, int(counts.max())) if len(x) else 1
    rank = valid.cumsum(1) - 1 - before.gather(1, step)
    slot = torch.where(valid, step * group + rank, steps * group)  # the last slot is discarded
    number = torch.arange(1, x.shape[1] + 1, device=x.device, dtype=x.dtype).expand(valid.shape)[..., None]
    cells = torch.cat([x, number], -1)
    packed = x.new_zeros(len(x), steps * group + 1, cells.shape[-1])
    packed = packed.scatter(1, slot[..., None].expand_as(cells), cells)
    return packed[:, :-1].reshape(len(x), steps, -1), counts > 0


def _in_order(
    x: Float[Tensor, "batch _time width"], mask: Bool[Tensor, "batch _time"], modality: Modality
) -> tuple[Float[Tensor, "batch frame feature"], Bool[Tensor, "batch frame"]]:
    """Return the frames of `_by_time` at their frame numbers; zeros for masked steps."""
    cells = modality.features + 1
    group = x.shape[-1] // cells
    packed = x[..., : group * cells].reshape(len(x), -1, cells)
    recorded = mask.repeat_interleave(group, 1) & (packed[..., -1] > 0.5)
    frame = torch.where(recorded, packed[..., -1].round().long() - 1, modality.steps)  # the extra frame is discarded
    values = x.new_zeros(len(x), modality.steps + 1, modality.features)
    values = values.scatter(1, frame[..., None].expand(-1, -1, modality.features), packed[..., :-1])
    valid = mask.new_zeros(len(x), modality.steps + 1).scatter(1, frame, True)
    return values[:, :-1], valid[:, :-1]


def _unrepeated(
    x: Float[Tensor, "batch time width"], mask: Bool[Tensor, "batch time"], modality: Modality
) -> tuple[Float[Tensor, "batch frame feature"], Bool[Tensor, "batch frame"]]:
    """Return the frames of a static modality from its first unmasked step."""
    first = mask.int().argmax(1)
    frames = x[torch.arange(len(x), device=x.device), first, : modality.steps * (modality.features + 1)]
    frames = frames.reshape(len(x), modality.steps, modality.features + 1)
    recorded = (frames[..., -1] > 0.5) & mask.any(1, keepdim=True)
    return torch.where(recorded[..., None], frames[..., :-1], torch.zeros_like(frames[..., :-1])), recorded


@dataclass(frozen=True)
class AdaptedConfig(FusionConfig):
    """Options of :func:`mmviz.models.adapt` as plain values.

    Attributes
    ----------
    name
        Name of the model.
    missing
        Imputation of a missing modality: ``zeros``, ``mean``, or the name of a callable.
    masks, masked_as
        Whether the module also receives the masks, and whether the mask of an imputed modality is False (``absent``) or True
        (``present``); "" if that follows from ``missing``.
    output_kind
        ``logits``, ``probabilities``, ``logit``, ``probability`` or ``values``.
    tokens
        Modalities of token ids: kept as integers for any precision of the module.
    weights
        The first 16 digits of the SHA-256 of the module's weights when it was adapted. Width, pooling and dropout are not used.
    parameters
        Pairs of a modality and the names of its parameters, where the user gave them.
    scans
        Sites of the captured scans.
    """

    name: str = ""
    missing: str = ""
    masks: bool = False
    masked_as: str = ""
    output_kind: str = ""
    tokens: tuple[str, ...] = ()
    weights: str = ""
    parameters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    scans: tuple[str, ...] = ()


class Adapted(FusionModel):
    """A user's module, of which the predictions, the parameters and the captured scans are known; returned by :func:`mmviz.models.adapt`.

    Attributes
    ----------
    sites
        The captured scans, see :class:`mmviz.models.user_module.scan_sites.ScanSite`; empty without ``scans=``.
    notes
        What is known of the module, and what was not captured; part of the notes of :attr:`spec` and of the Trace.
    """

    config: AdaptedConfig
    sites: tuple[ScanSite, ...] = ()
    replays_in_the_call = False  # where the module overwrites the arguments of its scans
    rows_per_pass = 32  # the width of the frames does not limit the batch size of the module
    imputes = True

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
                f"adapt: {type(module).__name__} cannot be copied ({error}); the Trace needs a copy that is not trained further. Wrap "
                "the module before its first forward pass, or delete the tensors it stores from its last pass"
            ) from error
        self.imputers = nn.ModuleList(rule for rule in self.missing.rules.values() if isinstance(rule, nn.Module))
        self.imputation = self.missing.sentence()
        self.notes: tuple[str, ...] = (
            f"{config.name} is a user's module of which only the predictions are known; {self.imputation}.",
        )
        self.spec, self.config, self.call = replace(spec, notes=(*spec.notes, *self.notes)), config, call
        self.steps, self.align = config.steps, config.align
        self.frames = Frames(spec.modalities, config.steps, spec.duration_s)
        parts = module.named_modules() if module.training else ()
        self.evaluated = tuple(name for name, part in parts if not part.training)
        self.use: Use = {}

    @property
    def dtype(self) -> torch.dtype:
        """Type of the module's weights, and of the values that it receives."""
        return next((p.dtype for p in self.module.parameters() if p.is_floating_point()), torch.float32)

    def train(self, mode: bool = True) -> Self:
        """Set training mode; submodules that the user had set to evaluation mode, in a module in training mode, stay there."""
        super().train(mode)
        for name in self.evaluated if mode else ():
            self.module.get_submodule(name).eval()
        return self

    @property
    def specific_parameters(self) -> dict[str, dict[str, nn.Parameter]]:
        """Modality to the parameters that only this modality uses: those that the user named, and those that a pass has shown.

        See :func:`mmviz.models.user_module.parameter_use.parameter_use`; where every modality is named, nothing else is searched.
        """
        named = named_parameters(self.module, dict(self.config.parameters), self.spec.names, "adapt: parameters")
        if len(named) == len(self.spec.names):
            return named
        given = {id(parameter) for found in named.values() for parameter in found.values()}
        found = {modality: dict(named.get(modality, {})) for modality in self.spec.names}
        for name, parameter in self.module.named_parameters():
            used = self.used_with(name)
            if len(used) == 1 and id(parameter) not in given:
                found[next(iter(used))][name] = parameter
        return found

    @property
    def shared_linear_layers(self) -> list[nn.Linear]:
        """Linear layers that are applied to data of several modalities, and are not named for one."""
        specific = {id(parameter) for found in self.specific_parameters.values() for parameter in found.values()}
        layers = ((name, part) for name, part in self.module.named_modules() if isinstance(part, nn.Linear))
        return [
            layer
            for name, layer in layers
            if id(layer.weight) not in specific and len(self.used_with(f"{name}.weight".lstrip("."))) > 1
        ]

    def used_with(self, name: str) -> frozenset[str]:
        """Return the modalities with whose data a parameter of the module is combined."""
        if not self.use:
            device = next(self.module.parameters()).device
            self.use = parameter_use(self, probe_batch(self.spec).to(device))
        return self.use[name]

    def training_forward(self, steps: Steps) -> tuple[Float[Tensor, "batch output"], dict[str, Float[Tensor, ""]]]:
        """Return the module's prediction, for one training step; the auxiliary losses of a user's module are unknown."""
        return self.fuse(steps), {}

    @property
    def cannot_freeze(self) -> str:  # type: ignore[override]
        """Why there is no attribution with frozen gates."""
        return (
            f"{self.config.name} is a user's module whose gates are unknown; use mmviz.record(attribution='integrated gradients'), "
            "or derive the model from mmviz.models.FusionModel"
        )

    def encode(self, batch: Batch) -> Steps:
        """Return the frames packed into steps, unchanged."""
        return self.frames.pack(batch)

    def fuse(self, steps: Steps) -> Float[Tensor, "batch output"]:
        """Return the module's prediction from the frames of these steps.

        Raises
        ------
        ConfigError
            If it does not return a tensor, or returns one of an unexpected shape or range.
        """
        return self.read(self.call_module(self.inputs(steps)), steps.x.shape[1])

    def inputs(self, steps: Steps) -> tuple[Values, ...]:
        """Return the arguments of the module: values and, if it takes them, masks; copies, which the module may change."""
        values, valid = self.frames.unpack(steps)
        imputed = {name: self._imputed(name, values, valid) for name in values}
        if not self.config.masks:
            return (imputed,)
        return imputed, {name: self.missing.mask(name, mask) for name, mask in valid.items()}

    def call_module(self, inputs: tuple[Values, ...]) -> Any:
        """Return the output of the module, or of ``call``, for these arguments."""
        try:
            return self.module(*inputs) if self.call is None else self.call(self.module, *inputs)
        except ValueError as error:
            if "more than 1 value per channel" in str(error):
                raise ConfigError(
                    f"{self.config.name} normalises over the batch (BatchNorm), which is undefined for the one sample that a pass of the "
                    "training had (of a small batch, or the only one with a modality): give a larger batch_size, or put these layers into "
                    "evaluation mode before adapt()"
                ) from error
            raise

    def read(self, output: Any, batch: int) -> Float[Tensor, "batch output"]:
        """Return the module's output as logits or values; ConfigError if it is neither."""
        return read_output(output, batch, self.spec.task, self.config.output_kind, self.config.name)

    @property
    def causal(self) -> bool:
        """False: it is unknown whether the module uses later frames, so each prefix takes a pass."""
        return False

    def with_scans(self, found: FoundScans) -> None:
        """Set the captured scans; the notes of the spec then state what is known of the module."""
        self.sites = found.sites
        self.config = replace(self.config, scans=tuple(one.site for one in found.sites))
        kept = [text for text in self.spec.notes if text not in self.notes]
        many = f"{len(self.sites)} captured scan{'s' * (len(self.sites) > 1)}"
        known = f"the predictions and {many} are" if self.sites else "only the predictions are"
        self.notes = (f"{self.config.name} is a user's module of which {known} known; {self.imputation}.", *found.notes)
        self.spec = replace(self.spec, notes=(*kept, *self.notes))

    def capture(self, **options: Any) -> AbstractContextManager[CapturedScans]:
        """Return the context in which the module's scans are captured, see :func:`mmviz.models.capture`; ``options`` are its options."""
        return capture(self.module, **{"check": self.replays_in_the_call, **options})

    def observe(self, steps: Steps) -> Observation:
        """Return the captured scans of one pass; nothing for a module without :attr:`sites`.

        Raises
        ------
        ConfigError
            If the module does not call one of the scans for these steps.
        """
        if not self.sites:
            return Observation()
        inputs = self.inputs(steps)
        with self.capture() as scans:
            self.call_module(inputs)
        found = {one.site: one for one in scans}
        for site in self.sites:
            if site.site not in found:
                raise ConfigError(
                    f"{self.config.name} did not call the scan at {site.site!r} for these samples; it called {', '.join(map(repr, found))}. A scan "
                    "that depends on the input cannot be recorded: name the others in adapt(scans=...)"
                )
        return Observation(captured=[found[site.site] for site in self.sites])

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Number of layers in ``/states``, and the largest number of channels and of states; zeros without captured scans of a modality."""
        held = {
            name: [(one, streams) for one in self.sites if (streams := one.streams_of(name))]
            for name in self.spec.names
        }
        every = [pair for pairs in held.values() for pair in pairs]
        if not every:
            return 0, 0, 0
        layers = max(len(pairs) for pairs in held.values())
        return layers, max(one.channels * len(k) for one, k in every), max(one.states for one, _ in every)

    def streams(self, steps: Steps, observation: Observation | None = None) -> NoReturn:
        """Raise ConfigError: the streams of a user's module are unknown."""
        raise ConfigError(
            f"{self.config.name} is a user's module: its streams, states and pooled features are unknown; use its predictions, or "
            "train a model of mm.models.build"
        )

    def pooled(self, steps: Steps, observation: Observation | None = None) -> NoReturn:
        """Raise ConfigError, as :meth:`streams`."""
        self.streams(steps, observation)

    def fuse_pooled(self, pooled: Tensor, present: Tensor) -> NoReturn:
        """Raise ConfigError, as :meth:`streams`."""
        self.streams(None)  # type: ignore[arg-type]

    def imputed_frames(self, frames: Values, recorded: Values) -> Values:
        """Return the frames of every modality when all are missing, in the shapes of ``frames``."""
        nothing = (
            {name: torch.zeros_like(x) for name, x in frames.items()},
            {name: torch.zeros_like(mask) for name, mask in recorded.items()},
        )
        return {name: self.missing.frames(name, *nothing, x) for name, x in frames.items()}

    def _imputed(self, name: str, values: Values, valid: Values) -> Float[Tensor, "batch frame feature"]:
        """Return a copy of the frames, imputed in samples where the modality is missing."""
        dtype = (
            torch.float32 if name in self.config.tokens and self.dtype.itemsize < torch.float32.itemsize else self.dtype
        )
        x = values[name].to(dtype)
        absent = ~valid[name].any(1)
        if self.missing.rules[name] == "zeros" or not (torch.compiler.is_exporting() or bool(absent.any())):
            return x.clone()
        return torch.where(absent[:, None, None], self.missing.frames(name, values, valid, x), x)


def digest(module: nn.Module) -> str:
    """Return the first 16 digits of the SHA-256 of a module's weights."""
    sha256 = hashlib.sha256()
    for key, value in module.state_dict().items():
        if isinstance(value, torch.Tensor):
            sha256.update(key.encode() + value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return sha256.hexdigest()[:16]
