"""Which backend runs an operator, and why the others do not. Nothing falls back in silence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
from torch import Tensor


class BackendUnavailable(RuntimeError):  # noqa: N818 - the name is part of the published interface
    """A backend was asked for by name and cannot run; the message says why and which can."""


@dataclass(frozen=True)
class Backend:
    """One implementation of an operator.

    Parameters
    ----------
    name
        What a caller writes in ``backend=``.
    run
        The implementation; every backend of an operator has the same signature.
    reason_against
        Given the operator's first tensor (None: in general), returns why the backend cannot run, or None if it can.
    reason_against_call
        Given the arguments by name that the operator hands to `choose`, returns why the backend cannot run with them.
    note
        Given the operator's first tensor (None: in general), returns what a reader should know of what runs.
    skips_state
        Whether `run` takes ``return_state=False``, and then does not work for the state it would return.
    reason_against_auto
        Given the operator's first tensor, returns why "auto" passes over a backend that could run by name.
    """

    name: str
    run: Callable[..., Any]
    reason_against: Callable[[Tensor | None], str | None]
    reason_against_call: Callable[..., str | None] | None = None
    note: Callable[[Tensor | None], str | None] | None = None
    skips_state: bool = False
    reason_against_auto: Callable[[Tensor], str | None] | None = None

    def against(self, first: Tensor | None, given: dict[str, Any]) -> str | None:
        """Return why the backend cannot run for this tensor and these arguments, or None if it can."""
        reason = self.reason_against(first)
        if reason is None and self.reason_against_call is not None:
            return self.reason_against_call(**given)
        return reason

    def noted(self, first: Tensor | None) -> str | None:
        """Return the note, if there is one."""
        return None if self.note is None else self.note(first)


@dataclass(frozen=True)
class Choice:
    """What ran: operator, backend, what the caller asked for, why better ones did not run, what to know of it."""

    operator: str
    backend: str
    requested: str
    rejected: dict[str, str] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True)
class Availability:
    """One row of `backends()`: can this backend run here, if not, why, and what to know of it."""

    operator: str
    backend: str
    available: bool
    reason: str | None
    note: str | None = None


_Answer = TypeVar("_Answer")
_registry: dict[str, dict[str, Backend]] = {}
_last: dict[str, Choice] = {}


def constant_in_graphs(question: Callable[[], _Answer]) -> Callable[[], _Answer]:
    """Mark a function without arguments: torch.compile calls it once and keeps the answer.

    It sets the mark that `torch.compiler.assume_constant_result` sets, without importing the compiler for it,
    which takes longer than everything else a first call needs.
    """
    question._dynamo_marked_constant = True  # type: ignore[attr-defined]
    return question


def register(operator: str, backend: Backend) -> None:
    """Add a backend to an operator. ``backend="auto"`` tries them in the order of registration.

    Raises
    ------
    ValueError
        If the operator already has a backend of this name, or the name is "auto".
    """
    known = _registry.setdefault(operator, {})
    if backend.name in known or backend.name == "auto":
        raise ValueError(
            f"register: operator {operator!r} cannot take another backend named {backend.name!r} "
            f"(it has {sorted(known)}, and 'auto' is reserved). Choose another name."
        )
    known[backend.name] = backend


def choose(operator: str, requested: str, first: Tensor, **given: Any) -> Backend:
    """Return the backend that will run `operator`, and record the choice for `last_backend`.

    Parameters
    ----------
    operator
        Name of a registered operator.
    requested
        "auto" or the name of a backend.
    first
        The operator's first tensor: its device and dtype decide which backends can run.
    given
        Further arguments, for backends that cannot run with all of them.

    Raises
    ------
    ValueError
        If there is no backend of that name.
    BackendUnavailable
        If the named backend cannot run, or none can.
    """
    known = _registry[operator]
    if requested != "auto" and requested not in known:
        raise ValueError(f"{operator}: there is no backend {requested!r}. Pass backend='auto' or one of {list(known)}.")
    rejected: dict[str, str] = {}
    for backend in known.values() if requested == "auto" else (known[requested],):
        reason = backend.against(first, given)
        if reason is None and requested == "auto" and backend.reason_against_auto is not None:
            reason = backend.reason_against_auto(first)
        if reason is None:
            if not torch.compiler.is_compiling():
                _last[operator] = Choice(operator, backend.name, requested, rejected, backend.noted(first))
            return backend
        rejected[backend.name] = reason
    able = [name for name, backend in known.items() if backend.against(first, given) is None]
    reasons = "; ".join(f"{name}: {reason}" for name, reason in rejected.items())
    raise BackendUnavailable(
        f"{operator}: backend {requested!r} cannot run for {first.dtype} on {first.device} ({reasons}). "
        f"Able to run here: {able or 'none'}; pass one of them, or backend='auto'."
    )


def last_backend(operator: str = "coupled_scan") -> Choice | None:
    """Return what ran the last call of `operator` in this process, or None before the first call.

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
            rows.append(Availability(name, backend.name, reason is None, reason, backend.noted(None)))
    return rows
