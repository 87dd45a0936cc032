"""Contract of every fusion model: options, encoding, sequence layers, pooling, prediction, and the internal activations it exposes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import torch
from mmkernels import backends
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of, whole
from mmviz.models.encoder import Encoders, default_align, number_of_steps, with_resolution_notes
from mmviz.models.layers import POOLINGS, RunningPool
from mmviz.models.parameter_names import named_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch, Steps
    from mmviz.models.capture import CapturedScan


@dataclass(frozen=True)
class FusionConfig:
    """Options of every fusion model.

    Attributes
    ----------
    width
        Channels per modality and step.
    pooling
        ``mean``, ``max`` (the published code of Coupled Mamba) or ``last`` valid step.
    steps
        Common number of steps. 0: where all modalities have one length, that length; otherwise that of the shortest
        signal, as long as no step averages more than four frames of another one; else that of the longest, of which shorter ones repeat
        frames. At most 1024 (with ``align="pad"`` as many as the longest has). A static modality (one row per sample, or
        declared in ``from_arrays(static=)``) is repeated at every step and has no influence on their number. Where a step averages more
        than four frames of a signal, the notes of ``model.spec`` contain it, and :func:`~mmviz.models.build` warns if the number was 0.
    align
        How the frames of signals become steps. ``pad``: one frame, one step. ``bin``: averages over equal numbers of frames, on one clock for
        all sequences. ``resample``: averages over equal parts of each sequence's own duration. ``auto`` pads when every signal has
        ``steps`` frames, bins when all have the same number and it is larger, and resamples otherwise.
        With timestamps (``from_arrays(times=)``) steps are intervals of time: ``bin`` cuts the longest recording of the data set,
        ``resample`` each sample's own duration, over all its modalities; ``auto`` bins. A frame covers the time until the next
        one, at most three times the median spacing; a step that no frame covers is masked. ``pad`` ignores the timestamps.
    dropout
        Dropout rate of the features before the head, in [0, 1).
    backend
        Implementation of the model's operators (scan, convolution, gate, transport, discrepancy, attention): ``auto``, the
        fastest available; ``reference``, plain PyTorch, slower, with derivatives of any order and
        kind (torch.func, forward mode); or the name of a backend of the scan, see ``mmkernels.coupled_scan``, which leaves
        the others at ``auto``.

    Notes
    -----
    Integer options are ≥ 1 in every model, except ``steps`` ≥ 0.
    """

    width: int = 64
    pooling: str = "mean"
    steps: int = 0
    align: str = "auto"
    dropout: float = 0.1
    backend: str = "auto"

    def __post_init__(self) -> None:
        name = type(self).__name__.removesuffix("Config")
        for option in fields(self):
            value = getattr(self, option.name)
            if option.type in (int, "int"):
                low = 0 if option.name == "steps" else 1
                object.__setattr__(self, option.name, whole(value, f"{name}: {option.name}", low=low))
            if option.type in (bool, "bool"):
                one_of(value, (True, False), f"{name}: {option.name}")
        one_of(self.pooling, POOLINGS, f"{name}: pooling")
        one_of(self.align, ("auto", "pad", "bin", "resample"), f"{name}: align")
        if number(self.dropout, f"{name}: dropout", low=0, high=1) == 1:
            raise ConfigError(f"{name}: dropout=1 removes every feature; give a number in [0, 1)")
        one_of(self.backend, ("auto", *(row.backend for row in backends("coupled_scan"))), f"{name}: backend")

    @property
    def other_backend(self) -> str:
        """Backend of every operator except the scan: ``reference`` if :attr:`backend` is ``reference``, else ``auto``."""
        return other_backend(self.backend)


def other_backend(backend: str) -> str:
    """Return the backend of the operators other than the scan: ``reference`` for ``reference``, else ``auto``."""
    return "reference" if backend == "reference" else "auto"


class ScanInputs(NamedTuple):
    """Inputs of one call of the scan operator, in the operator's own names (``mmkernels.coupled_scan``)."""

    x: Float[Tensor, "modality batch time channel"]
    dt: Float[Tensor, "modality batch time channel"]
    A: Float[Tensor, "modality channel state"]
    B: Float[Tensor, "modality batch time state"]
    C: Float[Tensor, "modality batch time state"]
    D: Float[Tensor, "modality channel"]
    W: Float[Tensor, "batch target source"]
    mask: Bool[Tensor, "modality batch time"] | None


class Routing(NamedTuple):
    """Expert weights of one layer.

    ``weight`` is the weight of each expert for each token, (modality, batch, time, expert), zeros where there is
    no token; ``expert_modality`` is the modality of each modality-specific expert, "" for a shared one.
    """

    weight: Float[Tensor, "modality batch time expert"]
    expert_modality: tuple[str, ...]


class TransportPlan(NamedTuple):
    """Transport plan from the steps of one modality to those of the anchor; zeros where either has no valid step.

    ``plan`` is the transported mass, ``cost`` the cost per unit of mass, both (batch, time, anchor time); ``distance`` is
    the sum of their product, (batch,), NaN where a modality of the pair is absent; so is ``mmd``, the squared maximum
    mean discrepancy of the pair, None where a model does not compute it.
    """

    source: str
    anchor: str
    plan: Float[Tensor, "batch time anchor_time"]
    cost: Float[Tensor, "batch time anchor_time"]
    distance: Float[Tensor, " batch"]
    mmd: Float[Tensor, " batch"] | None = None


class TokenScan(NamedTuple):
    """One scan along a sequence of tokens (modality, step), with one hidden state for all modalities.

    ``scan`` holds the operator's inputs, with a modality axis of length 1 and tokens as its time; valid tokens come
    first, padding after them. ``position`` is the index of the token (modality, sample, step) in the sequence; an invalid token
    has the position of the last valid one before it, whose state it keeps, -1 where there is none (state
    zero). So with h = ``states_of(scan)[0]``, (batch, token, channel, state), the state after the token (m, b, t) is
    h[b, position[m, b, t]]; dt, B and C are indexed the same way. ``valid`` is True for a token with data.

    ``backward`` marks the second scan of a bidirectional layer; each layer has exactly one forward scan.
    """

    scan: ScanInputs
    position: Int[Tensor, "modality batch time"]
    valid: Bool[Tensor, "modality batch time"]
    backward: bool = False


@dataclass
class Observation:
    """Internal activations of one forward pass, and its auxiliary losses; filled by ``FusionModel.streams``.

    Attributes
    ----------
    training
        True in a training step: only :attr:`penalties` are needed, the rest may be left empty.
    scans
        Inputs of the coupled scan of each layer, in the operator's names.
    tokens
        Token scans, layer by layer: forward, then backward if the layer is bidirectional.
    routing
        Expert weights of each layer with experts.
    plans
        Transport plan of each modality to the anchor.
    penalties
        Name to an auxiliary loss, a weighted scalar that training adds to the loss.
    captured
        Captured scans of a user's module, in the order of ``Adapted.sites``.
    """

    training: bool = False
    scans: list[ScanInputs] = field(default_factory=list)
    tokens: list[TokenScan] = field(default_factory=list)
    routing: list[Routing] = field(default_factory=list)
    plans: list[TransportPlan] = field(default_factory=list)
    penalties: dict[str, Tensor] = field(default_factory=dict)
    captured: list[CapturedScan] = field(default_factory=list)


class FusionModel(nn.Module, ABC):
    """Base class of the fusion models: from a batch of modalities to one prediction per sample.

    ``encode`` maps every modality separately onto one time axis; ``streams`` is the sequence model; a running pool
    gives one vector per modality; ``fuse_pooled`` fuses these vectors into the prediction. A subclass defines ``streams`` and
    ``fuse_pooled``. Both are causal, or ``causal`` is False, so that ``prefixes`` is exact: its step t is the prediction for the
    sequence truncated after step t, if each available modality has begun by then. With ``align="resample"`` this is a
    truncation of the *resampled* sequence: a shorter recording would be stretched, see :mod:`mmviz.models.prefixes`.
    A modality is available at step t if it has a valid step in 0..t; an absent one has no influence on the prediction.

    Attributes
    ----------
    spec
        Spec of the data the model was built for; where a step averages more than four frames of a signal, the notes contain it.
    config
        Options, a dataclass of plain values; ``steps`` is the number in use.
    steps
        Length of the model's time axis.
    align
        ``pad``, ``bin`` or ``resample``: how frames become steps.
    imputation
        What the model receives in place of a modality that a coalition leaves out, or that was not recorded: one sentence for Trace, figures and pages.
    rows_per_pass
        Smallest number of samples per forward pass when many coalitions are evaluated.
    imputes
        Whether a masked modality is replaced by imputed values, which the model processes like recorded ones.
    parameter_names
        Modality to names, or beginnings of names, of parameters that only this modality uses: for a subclass with parameters besides those that
        :func:`mmviz.train.modality_parameters.modality_parameters` finds by itself.
    cannot_freeze
        Why the model has no attribution with frozen gates, a sentence for errors and notes; "" if it has, see :func:`mmviz.models.frozen_gates.freeze`.
    """

    imputation = "missing modalities are masked, as if they had not been recorded; nothing is imputed"
    rows_per_pass = 1
    cannot_freeze = ""
    imputes = False
    parameter_names: Mapping[str, Sequence[str]] = MappingProxyType({})

    def __init__(self, spec: Spec, config: FusionConfig) -> None:
        super().__init__()
        self.steps = number_of_steps(config, spec.modalities)
        self.align = default_align(spec, self.steps) if config.align == "auto" else config.align
        self.spec, self.config = with_resolution_notes(spec, self.steps), replace(config, steps=self.steps)
        self.encoders = Encoders(
            spec.modalities, config.width, self.steps, align=self.align, duration_s=spec.duration_s
        )
        self.pool = RunningPool(config.pooling)

    @abstractmethod
    def streams(
        self, steps: Steps, observation: Observation | None = None
    ) -> Float[Tensor, "modality batch time width"]:
        """Return the features to pool; add internal activations and auxiliary losses to ``observation`` if it is given."""

    @abstractmethod
    def fuse_pooled(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Return logits (classification) or values (regression) from pooled features, which are zero for absent modalities."""

    @property
    def specific_parameters(self) -> dict[str, dict[str, nn.Parameter]]:
        """Modality to the parameters named in :attr:`parameter_names`; ConfigError for a name that is not there, or is given twice."""
        return named_parameters(self, self.parameter_names, self.spec.names, f"{type(self).__name__}.parameter_names")

    @property
    def shared_linear_layers(self) -> list[nn.Linear]:
        """Linear layers of the head, which every modality passes through."""
        head = getattr(self, "head", None)
        return [part for part in head.modules() if isinstance(part, nn.Linear)] if isinstance(head, nn.Module) else []

    def encode(self, batch: Batch) -> Steps:
        """Return the steps of every modality, and their mask."""
        return self.encoders(batch)

    def forward(self, batch: Batch) -> Float[Tensor, "batch output"]:
        """Return logits (classification) or values (regression)."""
        return self.fuse(self.encode(batch))

    def fuse(self, steps: Steps) -> Float[Tensor, "batch output"]:
        """Return the prediction from encoded steps."""
        return self.fuse_pooled(*self.pooled(steps))[:, 0]

    def pooled(
        self, steps: Steps, observation: Observation | None = None
    ) -> tuple[Float[Tensor, "modality batch 1 width"], Bool[Tensor, "modality batch 1"]]:
        """Return the input of ``fuse_pooled``: one vector per modality, and which modalities are available."""
        return self.pool(self.streams(steps, observation), steps.mask)[:, :, -1:], steps.mask.any(-1, keepdim=True)

    def frame_weights(self, batch: Batch, name: str) -> Float[Tensor, "batch time frame"]:
        """Return the weight of every frame of a modality in the average that is a step; rows of valid steps add up to 1, others are 0."""
        return self.encoders.frame_weights(batch, name)

    @property
    def timed(self) -> bool:
        """Whether steps are intervals of time in seconds: the data have timestamps, and ``align`` is not ``pad``."""
        return self.spec.duration_s is not None and self.align != "pad"

    @property
    def causal(self) -> bool:
        """Whether one pass gives the prediction for every prefix; otherwise ``prefixes`` takes one pass per step."""
        return True

    @property
    def independent_streams(self) -> bool:
        """Whether ``streams`` of one modality never depend on another modality: coalitions then share one pass."""
        return False

    def prefixes(self, batch: Batch) -> Float[Tensor, "batch time output"]:
        """Return the prediction from the steps 0..t, for every t; the last equals ``forward``."""
        return self.fuse_prefixes(self.encode(batch))

    def fuse_prefixes(self, steps: Steps) -> Float[Tensor, "batch time output"]:
        """Return the prediction from encoded steps 0..t, for every t; the last equals ``fuse``."""
        if not self.causal:
            return torch.stack([self.fuse(steps.truncated(stop)) for stop in range(1, steps.x.shape[2] + 1)], 1)
        return self.fuse_pooled(self.pool(self.streams(steps), steps.mask), steps.mask.cumsum(-1) > 0)

    def training_forward(self, steps: Steps) -> tuple[Float[Tensor, "batch output"], dict[str, Float[Tensor, ""]]]:
        """Return the prediction and the weighted auxiliary losses by name, for one training step."""
        observation = Observation(training=True)
        return self.fuse_pooled(*self.pooled(steps, observation))[:, 0], observation.penalties

    def observe(self, steps: Steps) -> Observation:
        """Return the internal activations for these steps."""
        observation = Observation()
        self.streams(steps, observation)
        return observation

    def transport_plans(self, steps: Steps) -> list[TransportPlan]:
        """Return the transport plan of each modality to the anchor, as in ``observe(steps).plans`` without ``mmd``; empty without an alignment."""
        return []

    def coupling_matrices(self) -> Float[Tensor, "layer target source"]:
        """Return the coupling weights W of each layer with every modality available; no layer for a model without coupling."""
        M = len(self.spec.modalities)
        return torch.zeros(0, M, M)

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Number of layers with a scan, inner channels, states per channel; zeros for a model without a scan."""
        return 0, 0, 0
