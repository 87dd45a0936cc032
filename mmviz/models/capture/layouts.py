"""Arguments and layouts of selective scan functions, and their conversion to the names and shapes of ``mmkernels.coupled_scan``."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import silu, softplus

from mmviz.models.base import ScanInputs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jaxtyping import Float

#: name of an argument here, and the names that scan functions use for it
NAMES: dict[str, tuple[str, ...]] = {
    "x": ("x", "u", "hidden_states"),
    "dt": ("dt", "delta"),
    "A": ("A",),
    "B": ("B",),
    "C": ("C",),
    "D": ("D",),
    "z": ("z",),
    "dt_bias": ("dt_bias", "delta_bias"),
    "softplus": ("dt_softplus", "delta_softplus"),
    "dt_limit": ("dt_limit",),
    "h0": ("initial_states", "initial_state", "h0"),
    "W": ("W",),
    "mask": ("mask",),
    "returns_state": ("return_last_state", "return_final_states", "return_state"),
    "packed": ("seq_idx", "cu_seqlens"),
}
#: layouts of x, in the order in which they are tried
MAMBA1, CHANNELS_LAST, MAMBA2, COUPLED = (
    "batch channel step",
    "batch step channel",
    "batch step head channel",
    "stream batch step channel",
)
LAYOUTS = (MAMBA1, CHANNELS_LAST, MAMBA2, COUPLED)


class NotAScanError(ValueError):
    """The call has no form of ``mmkernels.coupled_scan``; the message is the reason, a part of a sentence."""


class Arguments(NamedTuple):
    """Arguments of one call of a scan function, unchanged; None where the call has none."""

    x: Tensor
    dt: Tensor
    A: Tensor
    B: Tensor
    C: Tensor
    D: Tensor | None
    z: Tensor | None
    dt_bias: Tensor | None
    softplus: bool
    dt_limit: tuple[float, float] | None
    h0: Tensor | None
    W: Tensor | None
    mask: Tensor | None
    returns_state: bool


@dataclass(frozen=True)
class OperatorCall:
    """One call in the operator's names and shapes.

    Attributes
    ----------
    inputs
        Inputs of the operator; streams are the groups of B and C, W is the identity where the function has no coupling.
    z
        (stream, batch, step, channel): the function multiplies y by silu(z). None: it does not.
    h0
        (stream, batch, channel, state), state before the first step. None: zero.
    heads
        Channels per head: neighbouring channels with equal dt and A. 1 in Mamba-1.
    layout
        One of :data:`LAYOUTS`.
    returned
        From y (stream, batch, step, channel) and the last state (stream, batch, channel, state) to the output and the last state in the
        function's own shapes; in the dtype of y.
    """

    inputs: ScanInputs
    z: Float[Tensor, "stream batch step channel"] | None
    h0: Float[Tensor, "stream batch channel state"] | None
    heads: int
    layout: str
    returned: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def parameter_names(function: Callable[..., Any]) -> frozenset[str]:
    """Return the names of a function's parameters; none if it has no signature.

    Plain functions are read from their code object, which is some hundred times as fast as ``inspect.signature``.
    """
    inner = function
    while hasattr(inner, "__wrapped__"):
        inner = inner.__wrapped__
    code = getattr(inner, "__code__", None)
    if code is not None:
        return frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    try:
        return frozenset(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return frozenset()


def is_scan(names: frozenset[str]) -> bool:
    """Return whether a function with these parameter names is a selective scan over time."""
    selects = {"A", "B", "C"} <= names and not names.isdisjoint(NAMES["dt"])
    return selects and not names.isdisjoint(NAMES["x"]) and "state" not in names


def is_decode_step(names: frozenset[str]) -> bool:
    """Return whether a function with these parameter names updates a given state by one step."""
    return {"state", "A", "B", "C"} <= names and not names.isdisjoint(NAMES["dt"])


def read(
    signature: inspect.Signature,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    given: Mapping[str, str] | None = None,
) -> Arguments:
    """Return the arguments of one call by our names.

    Parameters
    ----------
    signature
        Of the function.
    args, kwargs
        Of the call.
    given
        Our name to the function's parameter name, where it is not in :data:`NAMES`.

    Raises
    ------
    NotAScanError
        If x, dt, A, B or C is missing or no tensor, the sequences are packed, or A is complex.
    """
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    values = dict(bound.arguments)
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            values.update(values.pop(parameter.name))
    found: dict[str, Any] = {}
    for name, spellings in NAMES.items():
        if given is not None and name in given:
            spellings = (given[name],)
        found[name] = next((values[s] for s in spellings if values.get(s) is not None), None)
    for name in ("x", "dt", "A", "B", "C"):
        if not isinstance(found[name], Tensor):
            raise NotAScanError(f"its argument {name} is {type(found[name]).__name__}, not a tensor")
    if found.pop("packed") is not None:
        raise NotAScanError(
            "the sequences are packed into one (seq_idx or cu_seqlens), and the state restarts inside it"
        )
    if any(found[name].is_complex() for name in ("A", "B", "C")):
        raise NotAScanError("A, B or C is complex, and the operator is real")
    found["softplus"], found["returns_state"] = bool(found["softplus"]), bool(found["returns_state"])
    return Arguments(**found)


def fitting_layouts(call: Arguments) -> tuple[str, ...]:
    """Return the layouts that agree with the shapes of the arguments.

    Raises
    ------
    NotAScanError
        If there is none; the message contains the shapes.
    """
    fitting = tuple(layout for layout in LAYOUTS if _fits(call, layout))
    if not fitting:
        shapes = ", ".join(f"{name} {tuple(getattr(call, name).shape)}" for name in ("x", "dt", "A", "B", "C"))
        raise NotAScanError(f"the shapes {shapes} are those of no known layout ({'; '.join(LAYOUTS)})")
    return fitting


def _fits(call: Arguments, layout: str) -> bool:
    x, dt, A = call.x, call.dt, call.A
    if layout == COUPLED:
        return x.ndim == 4 and A.ndim == 3 and dt.shape == x.shape and len(A) == len(x)
    if layout == MAMBA2:
        if x.ndim != 4 or A.ndim not in (1, 2):
            return False
        heads, channels = x.shape[2:]
        rates = (heads,) if A.ndim == 1 else (heads * channels, call.B.shape[-1])
        steps = dt.shape == x.shape[:3] or dt.shape == x.shape
        return tuple(A.shape) == rates and steps and all(_fits_heads(q, x) for q in (call.B, call.C))
    if x.ndim != 3 or A.ndim != 2 or dt.shape != x.shape:
        return False
    channel = 1 if layout == MAMBA1 else 2
    return x.shape[channel] == len(A) and all(_fits_projection(q, x, A, layout) for q in (call.B, call.C))


def _fits_heads(projection: Tensor, x: Tensor) -> bool:
    if projection.ndim not in (3, 4) or projection.shape[:2] != x.shape[:2]:
        return False
    groups = 1 if projection.ndim == 3 else projection.shape[2]
    return groups > 0 and x.shape[2] % groups == 0


def _fits_projection(projection: Tensor, x: Tensor, A: Tensor, layout: str) -> bool:
    """Return whether B or C has a shape of mamba_ssm's selective_scan_fn, or the same with channels last."""
    channels, states = A.shape
    if projection.ndim == 2:
        return tuple(projection.shape) == (channels, states)
    if projection.ndim not in (3, 4):
        return False
    if layout == MAMBA1:
        sizes = (len(x), states, x.shape[2])
        groups, seen = (1, projection.shape) if projection.ndim == 3 else (projection.shape[1], projection[:, 0].shape)
    else:
        sizes = (len(x), x.shape[1], states)
        groups, seen = (
            (1, projection.shape) if projection.ndim == 3 else (projection.shape[2], projection[:, :, 0].shape)
        )
    return tuple(seen) == sizes and groups > 0 and channels % groups == 0


def shape_of(call: Arguments, layout: str) -> tuple[int, int, int, int, int]:
    """Return the numbers of streams, samples, steps, channels per stream, and states."""
    if layout == COUPLED:
        streams, batch, steps, channels = call.x.shape
        return streams, batch, steps, channels, call.A.shape[-1]
    if layout == MAMBA2:
        batch, steps, heads, width = call.x.shape
        groups = max(1 if q.ndim == 3 else q.shape[2] for q in (call.B, call.C))
        return groups, batch, steps, heads // groups * width, call.B.shape[-1]
    channels, states = call.A.shape
    batch, steps = len(call.x), call.x.shape[2 if layout == MAMBA1 else 1]
    axis = 1 if layout == MAMBA1 else 2
    groups = max(channels if q.ndim == 2 else 1 if q.ndim == 3 else q.shape[axis] for q in (call.B, call.C))
    return groups, batch, steps, channels // groups, states


def to_operator(call: Arguments, layout: str) -> OperatorCall:
    """Return the call in the operator's names and shapes; in float64 if x is, else in float32.

    Differentiable with respect to every tensor. Automatic mixed precision is off inside.

    Parameters
    ----------
    call
        Arguments of the function.
    layout
        One of :func:`fitting_layouts`.
    """
    dtype = torch.float64 if call.x.dtype == torch.float64 else torch.float32
    with torch.autocast(call.x.device.type, enabled=False):
        tensors: dict[str, Any] = {
            name: value.to(dtype)
            for name, value in call._asdict().items()
            if isinstance(value, Tensor) and value.is_floating_point()
        }
        whole = call._replace(**tensors)
        if layout == COUPLED:
            found = _coupled(whole)
        elif layout == MAMBA2:
            found = _mamba2(whole)
        else:
            found = _mamba1(whole, layout)
        rows: dict[str, Any] = {n: q if q is None else q.contiguous() for n, q in found.inputs._asdict().items()}
    return replace(found, inputs=ScanInputs(**rows))


def _step_sizes(dt: Tensor, bias: Tensor | None, call: Arguments) -> Tensor:
    if bias is not None:
        dt = dt + bias
    if call.softplus:
        dt = softplus(dt)
    return dt if call.dt_limit is None else dt.clamp(*call.dt_limit)


def _identity(streams: int, batch: int, like: Tensor) -> Tensor:
    return torch.eye(streams, dtype=like.dtype, device=like.device).expand(batch, -1, -1)


def _coupled(call: Arguments) -> OperatorCall:
    streams, batch = call.x.shape[:2]
    W = call.x.new_full((streams, streams), 1 / streams) if call.W is None else call.W
    W = W.expand(batch, -1, -1) if W.ndim == 2 else W
    D = call.x.new_zeros(streams, call.x.shape[3]) if call.D is None else call.D
    inputs = ScanInputs(call.x, call.dt, call.A, call.B, call.C, D, W, call.mask)
    return OperatorCall(inputs, None, call.h0, 1, COUPLED, lambda y, h: (y, h))


def _mamba1(call: Arguments, layout: str) -> OperatorCall:
    first = layout == MAMBA1  # the channel axis comes before the step axis
    channels, states = call.A.shape
    bias = None if call.dt_bias is None else call.dt_bias[:, None] if first else call.dt_bias
    dt = _step_sizes(call.dt, bias, call)
    x, dt = (q.transpose(1, 2) if first else q for q in (call.x, dt))
    z = call.z if call.z is None or not first else call.z.transpose(1, 2)
    batch, steps = x.shape[:2]

    def grouped(projection: Tensor) -> Tensor:
        """Return (group, batch, step, state)."""
        if projection.ndim == 2:
            return projection[:, None, None, :].expand(channels, batch, steps, states)
        if projection.ndim == 3:
            return (projection.transpose(1, 2) if first else projection)[None]
        return projection.permute(1, 0, 3, 2) if first else projection.permute(2, 0, 1, 3)

    B, C = grouped(call.B), grouped(call.C)
    streams = max(len(B), len(C))
    each = channels // streams

    def of_streams(projection: Tensor) -> Tensor:
        return projection.repeat_interleave(streams // len(projection), 0)

    def split(q: Tensor) -> Tensor:
        return q.unflatten(-1, (streams, each)).permute(2, 0, 1, 3)

    D = x.new_zeros(channels) if call.D is None else call.D
    inputs = ScanInputs(
        split(x),
        split(dt),
        call.A.unflatten(0, (streams, each)),
        of_streams(B),
        of_streams(C),
        D.reshape(streams, each),
        _identity(streams, batch, x),
        None,
    )

    def returned(y: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        y = y.permute(1, 2, 0, 3).flatten(2)
        y = y if z is None else y * silu(z)
        y = y.transpose(1, 2) if first else y
        return y, h.transpose(0, 1).flatten(1, 2)

    h0 = None if call.h0 is None else call.h0.unflatten(1, (streams, each)).transpose(0, 1)
    return OperatorCall(inputs, None if z is None else split(z), h0, 1, layout, returned)


def _mamba2(call: Arguments) -> OperatorCall:
    batch, steps, heads, width = call.x.shape
    B, C = (q[:, :, None] if q.ndim == 3 else q for q in (call.B, call.C))
    groups, states = max(B.shape[2], C.shape[2]), B.shape[3]
    each = heads // groups
    scalar = call.dt.ndim == 3
    bias = call.dt_bias
    dt = _step_sizes(call.dt, bias[:, None] if bias is not None and bias.ndim < call.dt.ndim - 2 else bias, call)
    dt = dt[..., None].expand(batch, steps, heads, width) if scalar else dt
    A = call.A[:, None, None].expand(heads, width, states) if call.A.ndim == 1 else call.A

    def by_group(q: Tensor) -> Tensor:
        """Return (group, batch, step, head of the group · channel) of (batch, step, head, channel)."""
        return q.unflatten(2, (groups, each)).flatten(3).permute(2, 0, 1, 3)

    def projection(q: Tensor) -> Tensor:
        return q.permute(2, 0, 1, 3).repeat_interleave(groups // q.shape[2], 0)

    D = call.x.new_zeros(heads, width) if call.D is None else call.D
    D = D[:, None].expand(heads, width) if D.ndim == 1 else D
    inputs = ScanInputs(
        by_group(call.x),
        by_group(dt),
        A.reshape(groups, each * width, states),
        projection(B),
        projection(C),
        D.reshape(groups, each * width),
        _identity(groups, batch, call.x),
        None,
    )

    def returned(y: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        y = y.permute(1, 2, 0, 3).unflatten(3, (each, width)).flatten(2, 3)
        y = y if call.z is None else y * silu(call.z)
        return y, h.transpose(0, 1).reshape(batch, heads, width, states)

    h0 = None if call.h0 is None else call.h0.reshape(batch, groups, each * width, states).transpose(0, 1)
    z = None if call.z is None else by_group(call.z)
    return OperatorCall(inputs, z, h0, width if scalar and call.A.ndim == 1 else 1, MAMBA2, returned)
