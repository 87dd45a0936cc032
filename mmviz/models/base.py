"""Contract of every fusion model: options, encoding, sequence layers, pooling, prediction, and the internal activations it exposes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, NamedTuple

import torch
from mmkernels import backends
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.encoder import Encoders, align_of, noted, steps_of
from mmviz.models.layers import RunningPool

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.batch import Batch, Steps
    from mmviz.models.ssm.blocks import ScanInputs


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
        than four frames of a signal, :func:`~mmviz.models.build` warns if the number was left open, and the notes of ``model.spec`` say so.
    align
        How the frames of signals become steps. ``pad``: one frame, one step. ``bin``: averages over equal numbers of frames, on one clock for
        all sequences. ``resample``: averages over equal parts of each sequence's own duration. ``auto`` pads when every signal has
        ``steps`` frames, bins when all have the same number and it is larger, and resamples otherwise.
        With timestamps (``from_arrays(times=)``) steps are intervals of time: ``bin`` cuts the longest recording of the data set,
        ``resample`` each sample's own duration, over all its modalities; ``auto`` bins. A frame covers the time until the next
        one, at most three times the median spacing; a step that no frame covers is masked. ``pad`` takes frames one by one,
        whatever their times are.
    dropout
        On the features before the head, in [0, 1).
    backend
        What computes the model's operators (scan, convolution, gate, transport, discrepancy, attention): ``auto``, the
        fastest that can run; ``reference``, plain PyTorch for every one of them, slower, with derivatives of any order and
        kind (torch.func, forward mode); or the name of a backend of the scan, see ``mmkernels.coupled_scan``, which leaves
        the others at ``auto``.

    Notes
    -----
    Whole numbers are ≥ 1, but for ``steps``, in every model's options.
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
            value, lowest = getattr(self, option.name), 0 if option.name == "steps" else 1
            if option.type in (int, "int") and (type(value) is not int or value < lowest):
                zero = " (0 = from the data)" if lowest == 0 else ""
                raise ConfigError(f"{name}: {option.name}={value!r}, expected an integer ≥ {lowest}{zero}")
            if option.type in (bool, "bool") and type(value) is not bool:
                raise ConfigError(f"{name}: {option.name}={value!r}, expected True or False")
        if self.align not in ("auto", "pad", "bin", "resample"):
            raise ConfigError(f"{name}: align={self.align!r} is unknown; choose auto, pad, bin or resample")
        if isinstance(self.dropout, bool) or not isinstance(self.dropout, (int, float)) or not 0 <= self.dropout < 1:
            raise ConfigError(f"{name}: dropout={self.dropout!r}, expected a number in [0, 1)")
        known = ("auto", *(row.backend for row in backends("coupled_scan")))
        if self.backend not in known:
            raise ConfigError(f"{name}: backend={self.backend!r} is unknown; choose one of {', '.join(known)}")

    @property
    def other_backend(self) -> str:
        """The backend of every operator but the scan: ``reference`` where that is asked for, else ``auto``."""
        return beside_scan(self.backend)


def beside_scan(backend: str) -> str:
    """Return the backend of the operators beside a scan that runs on this one."""
    return "reference" if backend == "reference" else "auto"


class Routing(NamedTuple):
    """Which experts one layer used.

    ``weight`` is how much each expert contributes to a token, (modality, batch, time, expert), zeros where there is
    no token; ``owners`` names the modality each expert belongs to, "" for one that all share.
    """

    weight: Float[Tensor, "modality batch time expert"]
    owners: tuple[str, ...]


class Plan(NamedTuple):
    """Where the steps of one modality are carried among those of the anchor; zeros where either has no step.

    ``plan`` is the mass carried, ``cost`` what a unit of it costs, both (batch, time, anchor time); ``distance`` is
    the sum of their product, (batch,), NaN where a sample lacks either modality; so is ``mmd``, the squared maximum
    mean discrepancy between the two, None where a model does not measure it.
    """

    source: str
    anchor: str
    plan: Float[Tensor, "batch time anchor_time"]
    cost: Float[Tensor, "batch time anchor_time"]
    distance: Float[Tensor, " batch"]
    mmd: Float[Tensor, " batch"] | None = None


class TokenScan(NamedTuple):
    """One scan along a sequence of tokens (modality, step), where the modalities share one chain of states.

    ``scan`` is what the operator read, with a modality axis of length 1 and tokens as its time; tokens with data come
    first, filler behind them. ``places`` says where the token (modality, sample, step) stands among them; one without
    data has the place of the last one with data before it, whose state it would hold, -1 where there is none (state
    zero). So with h = ``states_of(scan)[0]``, (batch, token, channel, state), the state after the token (m, b, t) is
    h[b, places[m, b, t]]; dt, B and C are read the same way. ``real`` is True for a token with data.

    ``backward`` marks the second scan of a layer that reads both ways; a layer has one scan that is not.
    """

    scan: ScanInputs
    places: Int[Tensor, "modality batch time"]
    real: Bool[Tensor, "modality batch time"]
    backward: bool = False


@dataclass
class Observation:
    """Filled by ``FusionModel.streams`` when one is handed in; an inference hands in none, and pays nothing.

    Attributes
    ----------
    learning
        Asked by training: only penalties are wanted, the rest may be left out.
    scans
        What the coupled scan of each layer read, in the operator's names.
    tokens
        Of each layer whose scan runs along one sequence of tokens, forward and then, where there is one, backward.
    routing
        Of each layer with experts.
    plans
        Of each pair of modality and anchor.
    penalties
        Name to a scalar that training adds to the loss, weighted already.
    """

    learning: bool = False
    scans: list[ScanInputs] = field(default_factory=list)
    tokens: list[TokenScan] = field(default_factory=list)
    routing: list[Routing] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    penalties: dict[str, Tensor] = field(default_factory=dict)


class FusionModel(nn.Module, ABC):
    """A model from a batch of modalities to one answer.

    ``encode`` brings every modality onto one time axis, each alone; ``streams`` is what happens along time; a running pool
    makes one vector per modality; ``answer`` fuses them. A subclass writes ``streams`` and ``answer``. Both are causal, or
    ``causal`` is False, so ``prefixes`` is exact: step t of it is the answer to the sequence cut after step t, wherever each
    modality that is present has begun by then. With ``align="resample"`` that is a cut of the *resampled* sequence: a shorter recording would be
    stretched; :mod:`mmviz.models.prefixes` says what holds, and cuts recordings. A modality is present at step t if it has a valid step in 0..t; an absent one cannot change the answer.

    Attributes
    ----------
    spec
        The data it was built for; where a step averages more than four frames of a signal, its notes say so.
    config
        Its options, a dataclass of plain values; ``steps`` is the number taken.
    steps
        Length of its own time axis.
    align
        ``pad``, ``bin`` or ``resample``: how frames become steps.
    """

    def __init__(self, spec: Spec, config: FusionConfig) -> None:
        super().__init__()
        self.steps = steps_of(config, spec.modalities)
        self.align = align_of(spec, self.steps) if config.align == "auto" else config.align
        self.spec, self.config = noted(spec, self.steps), replace(config, steps=self.steps)
        self.encoders = Encoders(
            spec.modalities, config.width, self.steps, align=self.align, duration_s=spec.duration_s
        )
        self.pool = RunningPool(config.pooling)

    @abstractmethod
    def streams(self, steps: Steps, seen: Observation | None = None) -> Float[Tensor, "modality batch time width"]:
        """Return what is pooled; note in ``seen``, where one is given, what happens inside and what training punishes."""

    @abstractmethod
    def answer(
        self, pooled: Float[Tensor, "modality batch time width"], present: Bool[Tensor, "modality batch time"]
    ) -> Float[Tensor, "batch time output"]:
        """Fuse into logits (classification) or values (regression); ``pooled`` is zero where a modality is not present."""

    def encode(self, batch: Batch) -> Steps:
        """Return the steps of every modality, and their mask."""
        return self.encoders(batch)

    def forward(self, batch: Batch) -> Float[Tensor, "batch output"]:
        """Return logits (classification) or values (regression)."""
        return self.fuse(self.encode(batch))

    def fuse(self, steps: Steps) -> Float[Tensor, "batch output"]:
        """Return the answer to encoded steps."""
        return self.answer(*self.pooled(steps))[:, 0]

    def pooled(
        self, steps: Steps, seen: Observation | None = None
    ) -> tuple[Float[Tensor, "modality batch 1 width"], Bool[Tensor, "modality batch 1"]]:
        """Return one vector per modality, what ``answer`` reads, and which modalities are present."""
        return self.pool(self.streams(steps, seen), steps.mask)[:, :, -1:], steps.mask.any(-1, keepdim=True)

    @property
    def timed(self) -> bool:
        """Whether steps are intervals of time in seconds: the data have timestamps, and frames are not taken one by one."""
        return self.spec.duration_s is not None and self.align != "pad"

    @property
    def causal(self) -> bool:
        """Whether one pass gives the answer to every prefix; if not, ``prefixes`` takes as many passes as there are steps."""
        return True

    def prefixes(self, batch: Batch) -> Float[Tensor, "batch time output"]:
        """Return the answer from the steps 0..t, for every t; the last is ``forward``."""
        return self.fuse_prefixes(self.encode(batch))

    def fuse_prefixes(self, steps: Steps) -> Float[Tensor, "batch time output"]:
        """Return the answer to encoded steps 0..t, for every t; the last is ``fuse``."""
        if not self.causal:
            return torch.stack([self.fuse(steps.until(stop)) for stop in range(1, steps.x.shape[2] + 1)], 1)
        return self.answer(self.pool(self.streams(steps), steps.mask), steps.mask.cumsum(-1) > 0)

    def learn(self, steps: Steps) -> tuple[Float[Tensor, "batch output"], dict[str, Float[Tensor, ""]]]:
        """Return the answer and the model's own penalties, by name and weighted, for training."""
        seen = Observation(learning=True)
        return self.answer(*self.pooled(steps, seen))[:, 0], seen.penalties

    def observe(self, steps: Steps) -> Observation:
        """Return what happens inside for these steps."""
        seen = Observation()
        self.streams(steps, seen)
        return seen

    def coupling_matrices(self) -> Float[Tensor, "layer listener source"]:
        """Return W of each layer with every modality present; no layer where nothing is coupled."""
        M = len(self.spec.modalities)
        return torch.zeros(0, M, M)

    @property
    def scan_shape(self) -> tuple[int, int, int]:
        """Layers with a scan, inner channels, states per channel; zeros where a model has no scan."""
        return 0, 0, 0
