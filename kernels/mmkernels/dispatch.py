"""Choice of the backend that runs an operator: a registry, the reasons against each backend, a record of the last call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
from torch import Tensor


class BackendUnavailable(RuntimeError):  # noqa: N818 - the name is part of the published interface
    """The named backend, or every backend, cannot run; the message states why and which ones can."""


@dataclass(frozen=True)
class Backend:
    """One implementation of an operator.

    Parameters
    ----------
    name
        Value of the operators' argument ``backend=``.
    run
        The implementation; every backend of an operator has the same signature.
    reason_against
        Given the operator's first tensor (None: in general), returns why the backend cannot run, or None if it can.
        Default: it always can.
    reason_against_call
        Given the arguments by name that the operator passes to `choose`, returns why the backend cannot run with them.
    note
        Given the operator's first tensor (None: in general), returns a remark on the implementation that runs.
    skips_state
        Whether `run` accepts ``return_state=False`` and then does not compute the last state.
    reason_against_auto
        Given the operator's first tensor, returns why "auto" skips a backend that could run by name.
    """

    name: str
    run: Callable[..., Any]
    reason_against: Callable[[Tensor | None], str | None] = lambda first: None
    reason_against_call: Callable[..., str | None] | None = None
    note: Callable[[Tensor | None], str | None] | None = None
    skips_state: bool = False
    reason_against_auto: Callable[[Tensor], str | None] | None = None

    def reason(self, first: Tensor | None, given: dict[str, Any]) -> str | None:
        """Return why the backend cannot run for this tensor and these arguments, or None if it can."""
        reason = self.reason_against(first)
        if reason is None and self.reason_against_call is not None:
            reason = self.reason_against_call(**given)
        return reason

    def remark(self, first: Tensor | None) -> str | None:
        """Return the note on what runs, if there is one."""
        return None if self.note is None else self.note(first)


@dataclass(frozen=True)
class BackendSelection:
    """Selected backend of one call: operator, backend, the requested name, reasons against better backends, a remark."""

    operator: str
    backend: str
    requested: str
    rejected: dict[str, str] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True)
class Availability:
    """One row of `backends()`: whether this backend can run here, if not why, and a remark."""

    operator: str
    backend: str
    available: bool
    reason: str | None
    note: str | None = None


_Result = TypeVar("_Result")
_registry: dict[str, dict[str, Backend]] = {}
_last: dict[str, BackendSelection] = {}


def constant_in_graphs(function: Callable[[], _Result]) -> Callable[[], _Result]:
    """Mark a function without arguments as a constant: torch.compile calls it once and keeps the result.

    It sets the mark that `torch.compiler.assume_constant_result` sets, without importing the compiler for it,
    which takes longer than everything else a first call needs.
    """
    function._dynamo_marked_constant = True  # type: ignore[attr-defined]
    return function


def register_backend(operator: str, backend: Backend) -> None:
    """Add a backend to an operator. ``backend="auto"`` tries them in the order of registration.

    Raises
    ------
    ValueError
        If the operator already has a backend of this name, or the name is "auto".
    """
    existing = _registry.setdefault(operator, {})
    if backend.name in existing or backend.name == "auto":
        raise ValueError(
            f"register_backend: operator {operator!r} cannot take another backend named {backend.name!r} "
            f"(it has {sorted(existing)}, and 'auto' is reserved). Choose another name."
        )
    existing[backend.name] = backend


def choose(operator: str, requested: str, first: Tensor, **given: Any) -> Backend:
    """Return the backend that will run `operator`, and record the selection for `last_backend`.

    Parameters
    ----------
    operator
        Name of an operator that has backends.
    requested
        "auto" or the name of a backend.
    first
        The operator's first tensor: its device and dtype decide which backends can run.
    given
        Further arguments by name, for backends that do not support all of them.

    Raises
    ------
    ValueError
        If there is no backend of that name.
    BackendUnavailable
        If the named backend cannot run, or none can.
    """
    existing = _registry[operator]
    if requested != "auto" and requested not in existing:
        raise ValueError(
            f"{operator}: there is no backend {requested!r}. Pass backend='auto' or one of {list(existing)}."
        )
    rejected: dict[str, str] = {}
    for backend in existing.values() if requested == "auto" else (existing[requested],):
        reason = backend.reason(first, given)
        if reason is None and requested == "auto" and backend.reason_against_auto is not None:
            reason = backend.reason_against_auto(first)
        if reason is None:
            if not torch.compiler.is_compiling():
                _last[operator] = BackendSelection(operator, backend.name, requested, rejected, backend.remark(first))
            return backend
        rejected[backend.name] = reason
    able = [name for name, backend in existing.items() if backend.reason(first, given) is None]
    reasons = "; ".join(f"{name}: {reason}" for name, reason in rejected.items())
    raise BackendUnavailable(
        f"{operator}: backend {requested!r} cannot run for {first.dtype} on {first.device} ({reasons}). "
        f"Available here: {able or 'none'}; pass one of them, or backend='auto'."
    )


def last_backend(operator: str = "coupled_scan") -> BackendSelection | None:
    """Return the selected backend of the last call of `operator` in this process, or None before the first call.

    Calls inside a function compiled by torch.compile are not recorded.
    """
    return _last.get(operator)


def backends(operator: str | None = None) -> list[Availability]:
    """List every backend (of one operator, or of all), whether it can run here, and why not.

    Raises
    ------
    ValueError
        If there is no such operator.
    """
    if operator is not None and operator not in _registry:
        raise ValueError(f"backends: there is no operator {operator!r}. Pass one of {sorted(_registry)}.")
    rows = []
    for name in _registry if operator is None else (operator,):
        for backend in _registry[name].values():
            reason = backend.reason_against(None)
            rows.append(Availability(name, backend.name, reason is None, reason, backend.remark(None)))
    return rows
