"""Captured scans: the operator's inputs of each call, proved by replay, and what follows from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from mmkernels import Influence

from mmviz.core.errors import ConfigError, ScanDiffersError
from mmviz.models.capture.influence import influence_of
from mmviz.models.capture.layouts import shape_of
from mmviz.models.capture.replay import output_and_state
from mmviz.models.ssm.hidden_states import states_of

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import ScanInputs
    from mmviz.models.capture.recorded import Recorded, Replayed


class CapturedScan:
    """One captured call of a scan function, in the names and shapes of ``mmkernels.coupled_scan``.

    Streams are the groups of B and C (one in Mamba-1); M streams of a foreign function are independent, W is the identity. The first
    access to a value replays the call by ``mmkernels.coupled_scan`` and compares the result with what the function returned.

    Attributes
    ----------
    site
        Path of the module that called the function, ``encoders.0.mixer``; a second call is ``encoders.0.mixer#2``. "" is the model itself.
    function
        Name of the function.
    edits
        Interventions in force during the call. :attr:`inputs` are those without them.
    replaced
        Whether ``mmkernels`` computed the output in place of the function (``kernel="mmkernels"``): then nothing is compared.
    """

    def __init__(
        self,
        site: str,
        function: str,
        recorded: Recorded,
        *,
        edits: tuple[Any, ...] = (),
        replaced: bool = False,
        replayed: Replayed | None = None,
    ) -> None:
        self.site, self.function, self.edits, self.replaced = site, function, edits, replaced
        self._recorded, self._replayed = recorded, replayed
        self._edited: tuple[Tensor, Tensor] | None = None

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """Streams, batch, steps, channels, states."""
        if self._replayed is None and len(self._recorded.layouts) == 1:
            return shape_of(self._recorded.call, self._recorded.layouts[0])
        inputs = self._replay().operator.inputs
        streams, batch, steps, channels = inputs.x.shape
        return streams, batch, steps, channels, inputs.A.shape[-1]

    @property
    def replay_error(self) -> float:
        """Largest absolute difference of replay and output, divided by the largest absolute output.

        NaN if ``mmkernels`` computed the output; infinity if the shapes differ, or one of the two is not finite where the other is.

        Raises
        ------
        ScanDiffersError
            If a tensor of the call was changed in place since it began.
        """
        return self._replay().error

    @property
    def tolerance(self) -> float:
        """Largest accepted :attr:`replay_error`, by the dtypes of the call (:data:`mmviz.models.capture.replay.TOLERANCE`)."""
        return self._recorded.tolerance

    @property
    def inputs(self) -> ScanInputs:
        """Inputs of the operator: x, dt, A, B, C, D, W, mask, as ``mmkernels.coupled_scan`` names them; without the edits.

        Raises
        ------
        ScanDiffersError
            If the replay differs by more than :attr:`tolerance`: the function is no scan of these inputs.
        """
        return self._proved().operator.inputs

    @property
    def x(self) -> Float[Tensor, "stream batch step channel"]:
        """Input of the scan."""
        return self.inputs.x

    @property
    def dt(self) -> Float[Tensor, "stream batch step channel"]:
        """Step size Δ, after bias, softplus and limits."""
        return self.inputs.dt

    @property
    def A(self) -> Float[Tensor, "stream channel state"]:  # noqa: N802 - the papers' name
        """Decay rate per unit of Δ."""
        return self.inputs.A

    @property
    def B(self) -> Float[Tensor, "stream batch step state"]:  # noqa: N802
        """Input projection."""
        return self.inputs.B

    @property
    def C(self) -> Float[Tensor, "stream batch step state"]:  # noqa: N802
        """Output projection."""
        return self.inputs.C

    @property
    def D(self) -> Float[Tensor, "stream channel"]:  # noqa: N802
        """Direct path from x to y; zeros if the function has none."""
        return self.inputs.D

    @property
    def W(self) -> Float[Tensor, "batch target source"]:  # noqa: N802
        """Coupling weights of the streams; the identity if the function has none."""
        return self.inputs.W

    @property
    def mask(self) -> Bool[Tensor, "stream batch step"] | None:
        """True at real steps; None if the function has no mask. Padding of a foreign model then is not marked."""
        return self.inputs.mask

    @property
    def z(self) -> Float[Tensor, "stream batch step channel"] | None:
        """Gate: the function returned y · silu(z); None if the gate is not part of it."""
        return self._proved().operator.z

    @property
    def h0(self) -> Float[Tensor, "stream batch channel state"] | None:
        """State before the first step; None for zero."""
        return self._proved().operator.h0

    @property
    def y(self) -> Float[Tensor, "stream batch step channel"]:
        """Output of the scan before the gate z, by ``mmkernels.coupled_scan``; with the edits, if there are any."""
        proved = self._proved()
        return proved.y if self._edited is None else self._edited[0]

    @property
    def output(self) -> Tensor:
        """Output that the model received, in the function's own shape and dtype; with the edits, if there are any."""
        if self._edited is not None:
            return self._edited[1]
        if self._recorded.output is None:  # never: either the function or the operator has run
            raise ConfigError(f"capture: {self.site or 'the model'} has no output")
        return self._recorded.output

    @property
    def heads(self) -> int:
        """Channels per head: neighbouring channels with equal dt and A, thus equal influence maps up to D. 1 in Mamba-1."""
        return self._proved().operator.heads

    @property
    def layout(self) -> str:
        """Axes of x in the function's own shape, ``batch channel step`` for example."""
        return self._proved().operator.layout

    def states(self) -> Float[Tensor, "stream batch step channel state"]:
        """Return the hidden states h after every step, by the recurrence; without the edits.

        Cost and memory O(stream · batch · step · channel · state).
        """
        proved = self._proved()
        return states_of(proved.operator.inputs, proved.operator.h0)

    def half_life(self, valid: Bool[Tensor, "batch step"] | None = None) -> Float[Tensor, "stream batch channel state"]:
        """Return ln 2 / (−Δ·A) with the median Δ over the steps: half-life in steps by a state's own decay, without coupling.

        Parameters
        ----------
        valid
            True at the steps that count. None: those of :attr:`mask`; without a mask all of them, padding included.
        """
        dt = self.dt
        chosen = self.mask if valid is None else valid.to(dt.device).expand(len(dt), -1, -1)
        if chosen is not None:
            dt = torch.where(chosen[..., None], dt, torch.nan)
        return math.log(2) / (-self.A[:, None] * _median_over_steps(dt)[..., None])

    def influence(
        self,
        sample: int = 0,
        channels: Sequence[int] | None = None,
        *,
        reduce: str = "abs_mean",
        bin_steps: int = 1,
        limit_bytes: int = 2**30,
    ) -> Influence:
        """Return the influence map of one sample, the effect of x[n, s] on y[m, t], by ``mmkernels.coupled_influence``; without the edits.

        Independent streams (W = I) are mapped one by one; the map between two of them is zero. In a head of Mamba-2 all channels have the
        same map (if D is the same too), so one channel per head is computed.

        Parameters
        ----------
        sample
            Position in the batch.
        channels, reduce, bin_steps, limit_bytes
            As in ``mmkernels.coupled_influence``; channels of each stream, None for all.

        Raises
        ------
        ConfigError
            If the sample is out of range.
        ValueError
            If an option is wrong or the map is larger than ``limit_bytes``; the message says what to do.
        """
        proved = self._proved().operator
        batch = proved.inputs.x.shape[1]
        if not 0 <= sample < batch:
            raise ConfigError(
                f"influence: sample must be from 0 to {batch - 1}, the batch of {self._name}; it is {sample}"
            )
        return influence_of(proved, sample, channels, reduce=reduce, bin_steps=bin_steps, limit_bytes=limit_bytes)

    @property
    def replayed(self) -> Replayed:
        """The replay; it is run once."""
        return self._replay()

    def set_edited(self, y: Tensor, output: Any) -> None:
        """Set y and the output under the edits."""
        first, _ = output_and_state(output)
        self._edited = (y, y if first is None else first.detach())

    def check(self) -> CapturedScan:
        """Return this scan after its replay.

        Raises
        ------
        ScanDiffersError
            If the replay differs by more than :attr:`tolerance`, or a tensor of the call was changed in place since it began.
        """
        self._proved()
        return self

    def _replay(self) -> Replayed:
        if self._replayed is None:
            changed = self._recorded.overwritten()
            if changed:
                raise ScanDiffersError(
                    f"capture: {', '.join(changed)} of {self._name} was changed in place in or after the call, so its values are lost; pass "
                    "capture(..., check=True), which replays every call at once. If the function itself changes its arguments, let the module pass copies"
                )
            self._replayed = self._recorded.replay()
        return self._replayed

    def _proved(self) -> Replayed:
        found = self._replay()
        if not self.replaced and not found.error <= self.tolerance:
            raise ScanDiffersError(
                f"capture: the replay of {self._name} by mmkernels.coupled_scan differs by {found.error:.1e} of its largest output (accepted: "
                f"{self.tolerance:.0e}), layout {found.operator.layout!r}; the function is no selective scan of these arguments. Pass "
                "capture(..., layout=) if the axes of x are others, or leave this site out"
            )
        return found

    @property
    def _name(self) -> str:
        return f"{self.function} at {self.site or 'the model'}"

    def __repr__(self) -> str:
        streams, batch, steps, channels, states = self.shape
        return (
            f"CapturedScan({self.site!r}, {self.function}, {streams} stream(s) x {steps} steps x {channels} channels x {states} states, "
            f"batch {batch})"
        )


def _median_over_steps(dt: Float[Tensor, "stream batch step channel"]) -> Float[Tensor, "stream batch channel"]:
    """Return the median over the steps that are not NaN, the mean of the two middle ones if their number is even; NaN without any."""
    if not dt.shape[2]:
        return dt.new_full((*dt.shape[:2], dt.shape[3]), torch.nan)
    ordered = dt.sort(2).values  # NaN last
    last = (~dt.isnan()).sum(2, keepdim=True) - 1
    middle = [ordered.gather(2, (place // 2).clamp(min=0)) for place in (last, last + 1)]
    return ((middle[0] + middle[1]) / 2)[:, :, 0]
