"""Frozen gates: a fusion with its data-dependent factors held constant is affine in the encoder outputs; recording and replay of the factors.

A layer marks each factor that depends on the data and multiplies the signal, by :func:`constant` or by a function of this module (``silu``,
``gelu``, ``layer_norm``, ...). Outside :func:`freeze` these functions compute what they always compute, with the same kernels.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import torch
from mmkernels import silu_gate
from torch import Tensor
from torch.nn import functional

from mmviz.core.errors import ConfigError
from mmviz.core.options import one_of
from mmviz.models.batch import Steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jaxtyping import Bool, Float, Int

    from mmviz.models.base import FusionModel

Factor = TypeVar("Factor", Tensor, tuple[Tensor, ...])

#: rule -> what happens to the product of a signal and a gate that depends on the same data
RULES = {
    "frozen": "gates are constant; the gated signal takes the whole contribution",
    "half": "half of the contribution of a gated product goes to each factor (MambaLRP, arXiv 2406.07592)",
}
#: largest deviation from an affine map, relative to the outputs, that counts as rounding
_ROUNDING = {torch.float64: 1e-9}
_ROUNDING_DEFAULT = 5e-4


class _Pass:
    """One forward pass that records the factors, or replays them for other inputs."""

    def __init__(
        self,
        rule: str,
        factors: list[tuple[Tensor, ...]] | None = None,
        rows: Int[Tensor, " row"] | None = None,
        *,
        repeated: int | None = None,
    ) -> None:
        self.rule, self.replayed = rule, factors is not None
        self.factors: list[tuple[Tensor, ...]] = [] if factors is None else factors
        self.streams: Tensor | None = None
        self._next, self._rows = 0, rows
        self._one = int(rows[0]) if rows is not None and bool((rows == rows[0]).all()) else None
        self._count = repeated if rows is None else len(rows)
        if repeated is not None:  # rows of the only sample
            self._one = 0

    def constant(self, compute: Callable[[], Factor], batch: int) -> Factor:
        if not self.replayed:
            found = compute()
            parts = (found,) if isinstance(found, Tensor) else found
            self.factors.append(tuple(part.detach() for part in parts))
            return self.factors[-1][0] if isinstance(found, Tensor) else self.factors[-1]
        if self._next == len(self.factors):
            raise ConfigError(_CONTROL_FLOW)
        kept = tuple(self._of_rows(factor, batch) for factor in self.factors[self._next])
        self._next += 1
        return cast("Factor", kept[0] if len(kept) == 1 else kept)

    def finish(self) -> None:
        if self.replayed and self._next < len(self.factors):
            raise ConfigError(_CONTROL_FLOW)

    def _of_rows(self, factor: Tensor, batch: int) -> Tensor:
        if self._count is None:
            return factor
        if self._one is None and self._rows is not None:
            return factor.index_select(batch, self._rows)
        shape = list(factor.shape)
        shape[batch] = self._count
        return factor.narrow(batch, self._one or 0, 1).expand(shape)  # a view: all rows belong to one recorded sample


_CONTROL_FLOW = (
    "freeze: a replayed pass used another number of factors than the recorded one; the layers of the fusion may branch on the mask, "
    "not on values"
)
_PASS: ContextVar[_Pass | None] = ContextVar("frozen gates", default=None)


def _current() -> _Pass | None:
    return None if torch.compiler.is_compiling() else _PASS.get()


def active() -> bool:
    """Return whether a pass with frozen gates is being recorded or replayed; layers then use no fused kernel that contains a factor."""
    return _current() is not None


def constant(compute: Callable[[], Factor], *, batch: int) -> Factor:
    """Return ``compute()``, which is held constant while the gates are frozen.

    Parameters
    ----------
    compute
        Returns a factor that depends on the data, or a tuple of at least two: a gate, the weights of an average, an index. It is not called in a
        replayed pass.
    batch
        Position of the batch axis of the factor.
    """
    current = _current()
    return compute() if current is None else current.constant(compute, batch)


def silu(x: Float[Tensor, "*shape"], *, batch: int) -> Float[Tensor, "*shape"]:
    """Return x·σ(x); with frozen gates σ(x) is constant."""
    return x * constant(lambda: torch.sigmoid(x), batch=batch) if active() else functional.silu(x)


def gelu(x: Float[Tensor, "*shape"], *, batch: int) -> Float[Tensor, "*shape"]:
    """Return x·Φ(x); with frozen gates Φ(x), the normal distribution function, is constant."""
    return x * constant(lambda: torch.special.ndtr(x), batch=batch) if active() else functional.gelu(x)


def tanh(x: Float[Tensor, "*shape"], *, batch: int) -> Float[Tensor, "*shape"]:
    """Return tanh(x); with frozen gates it is x times the constant tanh(x) / x, which is 1 at 0."""
    if not active():
        return torch.tanh(x)
    return x * constant(lambda: torch.where(x == 0, 1.0, torch.tanh(x) / torch.where(x == 0, 1.0, x)), batch=batch)


def gated(
    y: Float[Tensor, "*shape"], z: Float[Tensor, "*shape"], *, batch: int, backend: str = "auto"
) -> Float[Tensor, "*shape"]:
    """Return y·SiLU(z).

    With frozen gates and the rule ``frozen`` SiLU(z) is constant. With the rule ``half`` the result is the mean of y·[SiLU(z)] and
    [y]·z·[σ(z)], brackets being constants (MambaLRP, arXiv 2406.07592, the half rule).
    """
    current = _current()
    if current is None:
        return silu_gate(y, z.to(y.dtype), backend=backend)
    if current.rule == "frozen":
        return y * current.constant(lambda: functional.silu(z.to(y.dtype)), batch)

    def factors() -> tuple[Tensor, ...]:
        open_ = torch.sigmoid(z.to(y.dtype)) / 2
        return z.to(y.dtype) * open_, y * open_

    of_y, of_z = current.constant(factors, batch)
    return y * of_y + z.to(y.dtype) * of_z


def layer_norm(x: Float[Tensor, "*rest width"], *, batch: int, eps: float = 1e-5) -> Float[Tensor, "*rest width"]:
    """Return (x - mean) / √(variance + eps) over the last axis; with frozen gates the denominator is constant, the mean is linear."""
    if not active():
        return functional.layer_norm(x, x.shape[-1:], eps=eps)
    centred = x - x.mean(-1, keepdim=True)
    return centred * constant(lambda: (centred.square().mean(-1, keepdim=True) + eps).rsqrt(), batch=batch)


def rms_norm(x: Float[Tensor, "*rest width"], *, batch: int, eps: float) -> Float[Tensor, "*rest width"]:
    """Return x / √(mean x² + eps) over the last axis; with frozen gates the denominator is constant."""
    if not active():
        return functional.rms_norm(x, x.shape[-1:], eps=eps)
    return x * constant(lambda: (x.square().mean(-1, keepdim=True) + eps).rsqrt(), batch=batch)


def product(factors: Float[Tensor, "factor *shape"], data: Tensor, *, batch: int) -> Float[Tensor, "*shape"]:
    """Return the product over the first axis; with frozen gates every factor that holds data takes an equal part of it.

    With d factors that hold data the result is their mean of f_i · [Π_{j≠i} f_j], brackets being constants: the half rule for d = 2.

    Parameters
    ----------
    factors
        Factors, stacked.
    data
        Bool, of the shape of ``factors`` or broadcastable to it: False for a factor that is a constant, such as the 1 of an absent modality.
    batch
        Position of the batch axis in one factor.
    """
    if not active():
        return factors.prod(0)

    def others() -> Tensor:
        held = data.expand_as(factors).to(factors.dtype)
        rest = [torch.cat([factors[:i], factors[i + 1 :]]).prod(0) for i in range(len(factors))]
        return torch.stack(rest) * held / held.sum(0).clamp(min=1)

    rest = constant(others, batch=batch + 1)
    fixed = constant(lambda: torch.where(data.expand_as(factors).any(0), 0.0, factors.prod(0)), batch=batch)
    return (factors * rest).sum(0) + fixed


def keep_streams(x: Float[Tensor, "modality batch time width"], valid: Bool[Tensor, "modality batch time"]) -> None:
    """Keep the streams that are about to be pooled over valid steps, for :class:`FrozenModel`; no effect unless the gates are frozen."""
    current = _current()
    if current is not None:
        current.streams = torch.where(valid[..., None], x, torch.zeros_like(x))


@contextmanager
def _running(model: FusionModel, current: _Pass) -> Iterator[None]:
    """Run a block in evaluation mode with this pass; mode and pass are restored, also after an error."""
    token, mode = _PASS.set(current), model.training
    model.eval()
    try:
        yield
        current.finish()
    finally:
        model.train(mode)
        _PASS.reset(token)


class Evaluation(NamedTuple):
    """Outputs of the frozen affine network.

    ``streams`` before pooling, 0 at steps that are not pooled; ``prefixes``, the predictions for every prefix, None unless the fusion is causal.
    """

    streams: Float[Tensor, "modality row time width"]
    prefixes: Float[Tensor, "row time output"] | None
    output: Float[Tensor, "row output"]


class FrozenModel:
    """A fusion with the gates of some samples held constant: an affine map of the encoder outputs; from :func:`freeze`.

    Mask, coupling and pooling stay those of the recorded samples for every input x. An x has k rows per sample (sample 0, sample 0, ..., sample 1, ...).

    Attributes
    ----------
    model, steps, rule
        Arguments of :func:`freeze`. The weights of the model must not change.
    causal
        Whether predictions for prefixes are affine maps with the same factors.
    """

    def __init__(self, model: FusionModel, steps: Steps, rule: str) -> None:
        self.model, self.rule, self.causal = model, rule, model.causal
        self.steps = Steps(steps.x.detach(), steps.mask)
        recorded = _Pass(rule)
        with torch.no_grad(), _running(model, recorded):
            self._recorded = self._evaluated(self.steps, recorded)
        self._factors = recorded.factors

    @cached_property
    def logit(self) -> Float[Tensor, "batch output"]:
        """Output of the ordinary pass for the recorded samples, with free gates: logits or values."""
        return self._ordinary(self.steps)

    @torch.no_grad()
    def _ordinary(self, steps: Steps) -> Float[Tensor, "batch output"]:
        mode = self.model.training
        self.model.eval()
        try:
            return self.model.fuse(steps)
        finally:
            self.model.train(mode)

    def evaluate(
        self, x: Float[Tensor, "modality row time width"], samples: Int[Tensor, " row"] | None = None
    ) -> Evaluation:
        """Return streams, prefixes and outputs of the affine network at other encoder outputs, with a gradient where x has one.

        Parameters
        ----------
        x
            Encoder outputs; entries where the mask is False must be 0.
        samples
            Recorded sample of each row; None: k rows per sample.
        """
        batch = self.steps.x.shape[1]
        if samples is None:
            if x.shape[1] % batch:
                raise ConfigError(
                    f"FrozenModel: x has {x.shape[1]} rows, expected a multiple of the {batch} recorded samples (k rows per sample)"
                )
            samples = torch.arange(batch, device=x.device).repeat_interleave(x.shape[1] // batch)
        same = len(samples) == batch and bool((samples == torch.arange(batch, device=x.device)).all())
        current = _Pass(self.rule, self._factors, None if same else samples)
        with _running(self.model, current):
            return self._evaluated(Steps(x, self.steps.mask.index_select(1, samples)), current)

    def output(self, x: Float[Tensor, "modality row time width"]) -> Float[Tensor, "row output"]:
        """Return logits or values of the affine network."""
        return self.evaluate(x).output

    def streams(self, x: Float[Tensor, "modality row time width"]) -> Float[Tensor, "modality row time width"]:
        """Return the streams before pooling of the affine network."""
        return self.evaluate(x).streams

    def prefixes(self, x: Float[Tensor, "modality row time width"]) -> Float[Tensor, "row time output"]:
        """Return the predictions of the affine network from the steps 0..t, for every t.

        Raises
        ------
        ConfigError
            If the fusion is not causal.
        """
        found = self.evaluate(x).prefixes
        if found is None:
            raise ConfigError(
                f"FrozenModel.prefixes: {type(self.model).__name__} is not causal, so the gates of a prefix differ from those of the whole sequence"
            )
        return found

    @torch.no_grad()
    def bias(self) -> Float[Tensor, "batch output"]:
        """Return the output of the affine network at zero encoder outputs: the part of the output that no step contributes."""
        return self.output(torch.zeros_like(self.steps.x))

    def shares(
        self, weights: Float[Tensor, "batch output"] | None = None
    ) -> Float[Tensor, "batch *output modality time"]:
        """Return the contribution of every modality and step to every output: Σ over channels of x · ∂output/∂x.

        With the bias they add up to the output. Exactly 0 where the mask is False.

        Parameters
        ----------
        weights
            Of the outputs in one target, (batch, output): then the result is (batch, modality, time), from one backward pass. None: one backward pass
            per output.
        """
        return self.contributions_of((self.steps.x,), weights)[0]

    def contributions_of(
        self,
        points: tuple[Float[Tensor, "modality #batch #time width"], ...],
        weights: Float[Tensor, "batch output"] | None = None,
    ) -> list[Float[Tensor, "batch *output modality time"]]:
        """Return Σ over channels of x · ∂output/∂x for several encoder outputs x, from the same backward passes; see :meth:`shares`."""
        with torch.enable_grad():
            x = self.steps.x.clone().requires_grad_()
            output = self.output(x)
            targets = list(output.unbind(1)) if weights is None else [(output * weights).sum(1)]
            parts: list[list[Tensor]] = [[] for _ in points]
            for k, target in enumerate(targets):
                left = k < len(targets) - 1
                (slope,) = torch.autograd.grad(target.sum(), x, retain_graph=left, materialize_grads=True)
                for point, found in zip(points, parts, strict=True):
                    found.append(torch.where(self.steps.mask, (slope * point).sum(-1), 0.0))
        whole = [torch.stack(found).permute(2, 0, 1, 3) for found in parts]
        return whole if weights is None else [found[:, 0] for found in whole]

    def _evaluated(self, steps: Steps, current: _Pass) -> Evaluation:
        prefixes = self.model.fuse_prefixes(steps) if self.causal else None
        output = self.model.fuse(steps) if prefixes is None else prefixes[:, -1]
        if current.streams is None:
            raise ConfigError(
                f"freeze: {type(self.model).__name__} does not pool its streams by self.pool, so they cannot be read; use "
                "mmviz.models.layers.RunningPool, or mark them by mmviz.models.frozen_gates.keep_streams"
            )
        return Evaluation(current.streams, prefixes, output)

    @torch.no_grad()
    def check(self) -> None:
        """Check on one sample that the recorded pass equals the ordinary one, and that the replayed network is affine.

        Raises
        ------
        ConfigError
            If it is not: a factor that depends on the data is not marked.
        """
        name = type(self.model).__name__
        row = torch.full((4,), int(self.steps.mask.any(-1).any(0).int().argmax()), device=self.steps.x.device)
        mask = self.steps.mask[:, row[:1], :, None]
        x = self.steps.x[:, row[:1]]
        generator = torch.Generator().manual_seed(0)
        noise = torch.randn(x.shape, generator=generator, dtype=torch.float64).to(x) * x.square().mean().sqrt()
        y = torch.where(mask, noise, 0.0)
        found = self.evaluate(torch.cat([x, y, x + y, torch.zeros_like(x)], 1), row)
        pairs = [
            ("output", found.output, self._recorded.output[row[:1]]),
            ("streams", found.streams.movedim(1, 0), self._recorded.streams[:, row[:1]].movedim(1, 0)),
        ]
        bound = _ROUNDING.get(x.dtype, _ROUNDING_DEFAULT)
        for what, values, recorded in pairs:
            scale = (values - values[3:]).abs().max() + 0.01 * values.abs().max()
            if not bool(torch.isfinite(scale)):
                continue  # the ordinary pass is not finite either: the shares are NaN
            for meaning, error in (
                ("replayed values differ from the recorded ones", values[:1] - recorded),
                ("f(x + y) differs from f(x) + f(y) - f(0)", values[0] + values[1] - values[2] - values[3]),
            ):
                relative = float(error.abs().max() / scale.clamp(min=torch.finfo(x.dtype).tiny))
                if not relative <= bound:
                    raise ConfigError(
                        f"freeze: the {what} of {name} are not affine with its gates held constant ({meaning}: relative error {relative:.2g}, "
                        f"rounding is below {bound:g}); mark each factor that depends on the data by "
                        "mmviz.models.frozen_gates.constant (or silu, gelu, layer_norm, ... of that module), or record with attribution=None"
                    )
        ordinary, mine = self._ordinary(self.steps.samples(row[:1])), self._recorded.output[row[:1]]
        off = float((ordinary - mine).abs().max() / ordinary.abs().max().clamp(min=1))
        if bool(torch.isfinite(ordinary).all()) and not off <= bound:
            raise ConfigError(
                f"freeze: {name} with its factors recorded predicts another value than without (difference {off:.2g}); a marked "
                "factor must not change the result"
            )


class RowShares(NamedTuple):
    """Contributions of every modality and step of one sample to sums of its weighted outputs, one sum per row.

    ``output`` are the outputs of the sample, ``bias`` those at zero encoder outputs, for every prefix.
    """

    share: Float[Tensor, "row modality time"]
    output: Float[Tensor, "prefix output"]
    bias: Float[Tensor, "prefix output"]


def row_shares(
    model: FusionModel, steps: Steps, weights: Float[Tensor, "row prefix output"], *, rule: str = "frozen"
) -> RowShares:
    """Return the contributions to Σ weights · output of one sample, with the gates held constant as in :func:`freeze`.

    Reads no value of a tensor, so that the computation can be traced. Nothing is checked; use :func:`freeze` before.

    Parameters
    ----------
    model
        A fusion that can be frozen.
    steps
        Result of ``model.encode`` for one sample.
    weights
        Weight of every output in the sum of a row, for the predictions from the steps 0..t; of a model that is not causal (row, 1, output), for the
        whole sequence.
    rule
        As in :func:`freeze`.
    """

    def outputs(at: Steps, current: _Pass) -> Tensor:
        with _running(model, current):
            return model.fuse_prefixes(at) if model.causal else model.fuse(at)[:, None]

    x, mask, rows = steps.x.detach(), steps.mask, weights.shape[0]
    recorded = _Pass(rule)
    with torch.no_grad():
        output = outputs(Steps(x, mask), recorded)
        bias = outputs(Steps(torch.zeros_like(x), mask), _Pass(rule, recorded.factors))
    with torch.enable_grad():
        each = x.expand(-1, rows, -1, -1).clone().requires_grad_()
        found = outputs(Steps(each, mask.expand(-1, rows, -1)), _Pass(rule, recorded.factors, repeated=rows))
        (slope,) = torch.autograd.grad(found, each, weights, materialize_grads=True)
    share = torch.where(mask, (slope * x).sum(-1), 0.0)
    return RowShares(share.transpose(0, 1), output[0], bias[0])


def freeze(model: FusionModel, steps: Steps, *, rule: str = "frozen") -> FrozenModel:
    """Return a fusion with its data-dependent factors held at their values for these samples: an affine map of the encoder outputs.

    Held constant are σ of SiLU, Φ of GELU, SiLU of the output gate, Δ, B and C of a scan, 1/σ of normalisations, the index of max pooling,
    attention weights, routing weights, transport plans and the gates of the memory. Linear are the projections, the convolution, the coupled
    recurrence, mean subtraction, pooling, and the mean over modalities. Values do not change: f(x) at the recorded samples equals the
    model's output, and f(x) = f(0) + Σ of the contributions of single steps.

    Parameters
    ----------
    model
        Any fusion of :mod:`mmviz.models`, and a fusion of your own that marks its factors.
    steps
        Result of ``model.encode``.
    rule
        ``frozen`` or ``half``, see :data:`RULES`.

    Raises
    ------
    ConfigError
        Unknown rule; a user's module; or a fusion that is not affine with its factors held constant, which is checked on one sample.

    Notes
    -----
    MambaLRP (Jafari et al., arXiv 2406.07592) holds the same factors of a single Mamba constant. The extension to coupled hidden states, where the
    recurrence h[m,t] = [exp(Δ A)] Σ_n W[m,n] h[n,t-1] + [Δ B] x[m,t] is linear in all inputs at once, to token sequences, transport, attention and
    the other fusions, and the replay are ours.
    """
    one_of(rule, RULES, "freeze: rule")
    if model.cannot_freeze:
        raise ConfigError(f"freeze: {model.cannot_freeze}")
    frozen = FrozenModel(model, steps, rule)
    frozen.check()
    return frozen
