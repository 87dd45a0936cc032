"""Interventions on a captured scan: its state patched, zeroed or transplanted, a stream frozen or silenced, a coupling edge cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import whole
from mmviz.models.ssm.edited_scan import ScanEdit, edited_scan
from mmviz.models.ssm.hidden_states import states_of

if TYPE_CHECKING:
    from typing import TypeAlias

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import ScanInputs
    from mmviz.models.capture.scans import CapturedScan

    Places: TypeAlias = int | Sequence[int] | None
    #: a change, or a function that returns the changes of a scan from its inputs, for calls of different sizes
    AnyEdit: TypeAlias = "Edit | ScanEdit | Callable[[ScanInputs], Sequence[ScanEdit]]"


@dataclass(frozen=True, eq=False)
class Edit:
    """Change of one scan from a step on, in the scan's own coordinates; made by one of the constructors below.

    A step is one of the scan's steps, from 0. ``stream``, ``channels``, ``states`` and ``samples`` are positions; None: all. A stream of a
    captured Mamba-1 call is a group of B and C, of a Mamba-2 call a group of heads, of ``coupled_scan`` a modality.

    Attributes
    ----------
    kind
        ``patch``, ``zero``, ``freeze``, ``silence``, ``cut`` or ``transplant``.
    step
        First step that is changed.
    stream, channels, states, samples
        What is changed; for ``cut`` the stream is the target.
    source
        Source of the edge that is cut; -1 otherwise.
    value
        New value of ``patch`` and ``transplant``, broadcast to (stream, batch, channel, state).

    Examples
    --------
    >>> import mmviz as mm
    >>> edits = {"encoders.0.mixer": [mm.models.Edit.silence(30), mm.models.Edit.patch(20, 0.0, channels=3, states=5)]}
    >>> edits["encoders.0.mixer"][1]
    Edit.patch(20, channels=[3], states=[5])
    """

    kind: str
    step: int
    stream: tuple[int, ...] | None = None
    channels: tuple[int, ...] | None = None
    states: tuple[int, ...] | None = None
    samples: tuple[int, ...] | None = None
    source: int = -1
    value: Float[Tensor, "..."] | None = None

    def __repr__(self) -> str:
        chosen = {n: getattr(self, n) for n in ("stream", "channels", "states", "samples")}
        if self.kind == "cut":
            start = f"{self.stream[0] if self.stream else None}, {self.source}, step={self.step}"
            del chosen["stream"]
        else:
            start = str(self.step)
        return f"Edit.{self.kind}({start}{''.join(f', {n}={list(v)}' for n, v in chosen.items() if v is not None)})"

    @staticmethod
    def patch(
        step: int,
        to: float | np.ndarray | Tensor = 0.0,
        *,
        stream: Places = None,
        channels: Places = None,
        states: Places = None,
        samples: Places = None,
    ) -> Edit:
        """Return an edit that replaces the hidden state before a step, h[step-1], once.

        Parameters
        ----------
        step
            The scan continues from the new state at this step; the outputs before it stay.
        to
            A number, or an array that broadcasts to (chosen channels, chosen states).
        stream, channels, states, samples
            Positions; None: all.

        Raises
        ------
        ConfigError
            A value that is not finite or not numeric, or a position that is not a whole number from 0.
        """
        try:
            value = torch.as_tensor(to, dtype=torch.float64).detach().cpu()
        except (TypeError, ValueError, RuntimeError):
            raise ConfigError(f"Edit.patch: to={to!r:.80}, expected a number or an array of numbers") from None
        if value.ndim > 2 or not bool(torch.isfinite(value).all()) or isinstance(to, bool):
            raise ConfigError(
                f"Edit.patch: to={to!r:.80} of shape {tuple(value.shape)}, expected finite numbers: one, or (channel, state)"
            )
        return _edit("patch", step, stream, channels, states, samples, value=value)

    @staticmethod
    def zero(
        step: int = 0, *, stream: Places = None, channels: Places = None, states: Places = None, samples: Places = None
    ) -> Edit:
        """Return an edit that sets chosen hidden states to 0 after every step from ``step`` on; the direct path D·x stays."""
        return _edit("zero", step, stream, channels, states, samples)

    @staticmethod
    def freeze(step: int = 0, *, stream: Places = None, samples: Places = None) -> Edit:
        """Return an edit that keeps the whole state of a stream at h[step-1] from ``step`` on.

        The stream receives no input and nothing from other streams (dt = 0, its row of W is that of the identity). C still reads its
        state, and other streams still receive it. (``mm.intervene(to="hold", step=t)`` keeps h[t], which is ``freeze(t + 1)``.)
        """
        return _edit("freeze", step, stream, None, None, samples)

    @staticmethod
    def silence(step: int = 0, *, stream: Places = None, channels: Places = None, samples: Places = None) -> Edit:
        """Return an edit that sets the input x to 0 from ``step`` on, in the increment Δ·B·x and in the direct path D·x."""
        return _edit("silence", step, stream, channels, None, samples)

    @staticmethod
    def cut(target: int, source: int, *, step: int = 0, samples: Places = None) -> Edit:
        """Return an edit that sets the coupling weight W[target ← source] to 0 from ``step`` on.

        With ``target == source`` the stream loses its own memory. For a scan of independent streams (W = I) every other edge is already 0, and
        the edit is refused where it is applied.
        """
        at = whole(source, "Edit.cut: source (the position of a stream)", low=0)
        return _edit("cut", step, whole(target, "Edit.cut: target", low=0), None, None, samples, source=at)

    @staticmethod
    def transplant(
        step: int,
        of: CapturedScan,
        *,
        from_step: int | None = None,
        stream: Places = None,
        channels: Places = None,
        states: Places = None,
        samples: Places = None,
    ) -> Edit:
        """Return an edit that replaces the hidden state before a step by that of another captured scan.

        Parameters
        ----------
        step
            The scan continues from the new state at this step.
        of
            A scan with as many streams, channels and states, and as many samples or one: ``scans[...]`` of another ``capture`` or site.
        from_step
            The state before this step of ``of`` is taken; None: the same step. The number of its steps: its last state.
        stream, channels, states, samples
            Positions in both scans; None: all.

        Raises
        ------
        ConfigError
            ``of`` is no captured scan, or has no such step.
        """
        if not hasattr(of, "inputs") or not hasattr(of, "h0"):
            raise ConfigError(
                f"Edit.transplant: of is a {type(of).__name__}, expected a captured scan, such as scans[0]"
            )
        length = of.inputs.x.shape[2]
        at = whole(
            step if from_step is None else from_step,
            f"Edit.transplant: from_step ({of.site!r} has {length} steps)",
            low=0,
            high=length,
        )
        h0 = torch.zeros_like(of.inputs.x[:, :, 0, :, None] * of.inputs.B[:, :, 0, None, :]) if of.h0 is None else of.h0
        until = of.inputs._replace(
            **{n: getattr(of.inputs, n)[:, :, :at] for n in ("x", "dt", "B", "C")},
            mask=None if of.inputs.mask is None else of.inputs.mask[:, :, :at],
        )
        value = h0 if at == 0 else states_of(until, of.h0)[:, :, -1]
        return _edit("transplant", step, stream, channels, states, samples, value=value.detach())

    def on(self, inputs: ScanInputs, site: str = "") -> ScanEdit:
        """Return the change in the coordinates of one scan.

        Parameters
        ----------
        inputs
            Inputs of the scan.
        site
            Its name, for errors.

        Raises
        ------
        ConfigError
            A step, stream, channel, state or sample that the scan does not have, an edge whose weight is 0, or a value of another shape.
        """
        M, B, L, E = inputs.x.shape
        N = inputs.A.shape[-1]
        place = f"Edit.{self.kind} of scan {site!r}" if site else f"Edit.{self.kind}"
        whole(self.step, f"{place}: step (the scan has {L} steps)", low=0, high=L - 1)
        streams = _chosen(self.stream, M, f"{place}: {'target' if self.kind == 'cut' else 'stream'}", "streams")
        samples = _chosen(self.samples, B, f"{place}: samples", "samples")
        channels = _chosen(self.channels, E, f"{place}: channels", "channels")
        states = _chosen(self.states, N, f"{place}: states", "states")
        where = torch.zeros(M, B, L, dtype=torch.bool, device=inputs.x.device)
        once = self.kind in ("patch", "transplant")
        where[..., self.step : self.step + 1 if once else L] = (streams[:, None] & samples)[..., None]
        if self.kind == "cut":
            return ScanEdit("edge", where, channels, self._weights(inputs, streams, samples, place))
        if self.kind == "freeze":
            return ScanEdit("freeze", where, channels, None)
        zero = torch.zeros((), dtype=inputs.A.dtype, device=inputs.x.device)
        if self.kind == "silence":
            return ScanEdit("input", where, channels, zero)
        if self.kind == "zero":
            return ScanEdit("state", where, channels, zero, states)
        return ScanEdit("propagated", where, channels, self._state(inputs, channels, states, place), states)

    def _weights(
        self, inputs: ScanInputs, streams: Bool[Tensor, " stream"], samples: Bool[Tensor, " batch"], place: str
    ) -> Float[Tensor, "batch target source"]:
        """Return W with 0 at the edge, NaN where a weight stays."""
        M = len(inputs.x)
        if self.source >= M:
            raise ConfigError(
                f"{place}: source={self.source}, the scan has {M} streams; give a position from 0 to {M - 1}"
            )
        edge = inputs.W[:, streams, self.source]
        if not bool((edge[samples] != 0).any()):
            single = "; its streams are independent (W = I), so there is no edge between two of them" if M > 1 else ""
            raise ConfigError(
                f"{place}: the coupling weight W[{self.stream[0] if self.stream else 0} ← {self.source}] is already 0 in each sample{single}"
            )
        W = torch.full_like(inputs.W, torch.nan)
        W[samples[:, None, None] & streams[:, None] & (torch.arange(M, device=W.device) == self.source)] = 0.0
        return W

    def _state(
        self, inputs: ScanInputs, channels: Bool[Tensor, " channel"], states: Bool[Tensor, " state"], place: str
    ) -> Float[Tensor, "stream batch channel state"]:
        """Return the new state for all channels and states; only the chosen ones are used."""
        M, B, _, E = inputs.x.shape
        N, value = inputs.A.shape[-1], self.value
        if value is None:
            raise ConfigError(f"{place}: no value is given; use Edit.patch or Edit.transplant")
        value = value.to(device=inputs.x.device, dtype=torch.promote_types(inputs.A.dtype, torch.float32))
        if self.kind == "transplant":
            if tuple(value.shape) not in ((M, B, E, N), (M, 1, E, N)):
                raise ConfigError(
                    f"{place}: the other scan's state has shape {tuple(value.shape)} (stream, sample, channel, state), this one's "
                    f"{(M, B, E, N)}; both need the same streams, channels and states, and the other one sample or as many"
                )
            return value.expand(M, B, E, N)
        picked = (int(channels.sum()), int(states.sum()))
        try:
            chosen = value.expand(*picked)
        except RuntimeError:
            raise ConfigError(
                f"{place}: to has shape {tuple(value.shape)}, which does not broadcast to the chosen {picked[0]} channels and {picked[1]} states"
            ) from None
        full = value.new_zeros(E, N)
        full[channels[:, None] & states] = chosen.flatten()
        return full.expand(M, B, E, N)


def run_edited(
    inputs: ScanInputs,
    h0: Float[Tensor, "stream batch channel state"] | None,
    edits: Sequence[AnyEdit],
    site: str = "",
) -> tuple[Float[Tensor, "stream batch step channel"], Float[Tensor, "stream batch channel state"]]:
    """Return the output y and the last state of a scan under edits.

    Parameters
    ----------
    inputs
        Inputs of the operator; half precision runs in float32.
    h0
        State before the first step; None: zero.
    edits
        Applied together. Where two of them change the same value at the same step, the later one counts. A function receives the inputs
        and returns changes in the scan's coordinates.
    site
        Name of the scan, for errors.

    Returns
    -------
    tuple
        y (stream, batch, step, channel), before the gate z, and h after the last step. Steps before the first edit are those of the scan without
        edits to the bit. Gradients flow through both.

    Raises
    ------
    ConfigError
        An edit does not fit the scan, or changes a state that another one holds at 0.
    """
    found = edited_scan(inputs, scan_edits(inputs, edits, site), h0=h0)
    return found.y, found.last


def scan_edits(inputs: ScanInputs, edits: Sequence[AnyEdit], site: str = "") -> list[ScanEdit]:
    """Return the edits in the coordinates of a scan; ConfigError if one does not fit it, or contradicts another one."""
    pairs: list[tuple[AnyEdit, ScanEdit]] = []
    for edit in edits:
        if isinstance(edit, Edit):
            pairs.append((edit, edit.on(inputs, site)))
        else:
            pairs.extend((edit, one) for one in ([edit] if isinstance(edit, ScanEdit) else edit(inputs)))
    zeros = [(edit, one) for edit, one in pairs if isinstance(edit, Edit) and edit.kind == "zero"]
    for edit, one in pairs:
        if one.kind != "propagated" or not isinstance(edit, Edit):
            continue
        for zero, held in zeros:
            both = one.where & held.where & (torch.arange(inputs.x.shape[2], device=one.where.device) > zero.step)
            states = one.states is None or held.states is None or bool((one.states & held.states).any())
            if bool(both.any()) and states and bool((one.channels & held.channels).any()):
                raise ConfigError(
                    f"{edit} changes states that {zero} holds at 0 from step {zero.step} on{f', in scan {site!r}' if site else ''}; leave "
                    f"one of them out, or patch before step {zero.step + 1}"
                )
    return [one for _, one in pairs]


@torch.no_grad()
def sample_states(scan: CapturedScan, sample: int) -> Float[Tensor, "stream step channel state"]:
    """Return the hidden states of one sample after every step of a captured scan, under the edits of its call.

    Memory O(stream · step · channel · state); ``scan.states()`` are those of all samples without the edits.
    """
    row = slice(sample, sample + 1)
    inputs, h0 = scan.inputs, None if scan.h0 is None else scan.h0[:, row]
    edits = [edit.of_sample(sample) for edit in scan_edits(inputs, scan.edits, scan.site)]
    one = inputs._replace(
        **{name: getattr(inputs, name)[:, row] for name in ("x", "dt", "B", "C")},
        W=inputs.W[row],
        mask=None if inputs.mask is None else inputs.mask[:, row],
    )
    if not edits:
        return states_of(one, h0)[:, 0]
    found = edited_scan(one, edits, h0=h0, states=True).h
    if found is None:  # never: states=True
        raise ConfigError("edited scan without states")
    return found[:, 0]


def checked_edits(edits: Any, place: str = "capture") -> dict[str, tuple[AnyEdit, ...]]:
    """Return ``edits=`` as a mapping from site to edits; {} for None.

    Raises
    ------
    ConfigError
        Not a mapping from the name of a site to edits.
    """
    if edits is None:
        return {}
    example = "{'encoders.0.mixer': [mm.models.Edit.silence(30)]}"
    if not isinstance(edits, Mapping):
        raise ConfigError(f"{place}: edits is a {type(edits).__name__}, expected a mapping such as {example}")
    out: dict[str, tuple[AnyEdit, ...]] = {}
    for site, given in edits.items():
        several = (given,) if isinstance(given, (Edit, ScanEdit)) else given
        known = isinstance(several, Sequence) and all(
            isinstance(one, (Edit, ScanEdit)) or callable(one) for one in several
        )
        if not isinstance(site, str) or not known:
            raise ConfigError(
                f"{place}: edits[{site!r}]={given!r:.80}, expected a list of mm.models.Edit, as in {example}"
            )
        out[site] = tuple(several)
    return out


def _edit(
    kind: str, step: Any, stream: Any, channels: Any, states: Any, samples: Any, *, source: int = -1, value: Any = None
) -> Edit:
    named = {"stream": stream, "channels": channels, "states": states, "samples": samples}
    places = {name: _places(given, f"Edit.{kind}: {name}") for name, given in named.items()}
    return Edit(kind, whole(step, f"Edit.{kind}: step", low=0), **places, source=source, value=value)


def _places(given: Any, place: str) -> tuple[int, ...] | None:
    if given is None:
        return None
    several = [given] if hasattr(given, "__index__") else given
    if isinstance(several, (str, bytes)) or not hasattr(several, "__iter__"):
        raise ConfigError(f"{place}={given!r:.80}, expected a position from 0, or a list of them")
    found = tuple(whole(one, place, low=0) for one in several)
    if not found or len(set(found)) < len(found):
        raise ConfigError(f"{place}={given!r:.80}, expected different positions from 0")
    return found


def _chosen(places: tuple[int, ...] | None, count: int, place: str, what: str) -> Bool[Tensor, " place"]:
    """Return which of ``count`` positions are chosen."""
    out = torch.zeros(count, dtype=torch.bool)
    if places is not None and max(places) >= count:
        raise ConfigError(f"{place}: {max(places)}, the scan has {count} {what}; give positions from 0 to {count - 1}")
    out[list(range(count) if places is None else places)] = True
    return out
