"""Progress bar of a training, in this process or fed by messages of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

from tqdm.auto import tqdm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Bar(Protocol):
    """What the loop does with its bar."""

    def __enter__(self) -> Self:
        """Show it."""

    def __exit__(self, *error: object) -> None:
        """Leave it."""

    def update(self) -> Any:
        """One batch more."""

    def set_postfix(self, figures: Mapping[str, str]) -> Any:
        """Say how it stands."""


def bar_of(batches: int, *, shown: bool) -> Bar:
    """Return tqdm's bar, for terminal or notebook."""
    bar: Bar = tqdm(total=batches, disable=not shown, desc="training", unit="batch")
    return bar


class SentBar:
    """Sends what the loop reports to where the bar is, as messages ("bar", what, value)."""

    def __init__(self, batches: int, send: Callable[[tuple[str, str, Any]], None] | None) -> None:
        self._batches, self._send = batches, send or (lambda message: None)

    def __enter__(self) -> Self:
        self._send(("bar", "begin", self._batches))
        return self

    def __exit__(self, *error: object) -> None:
        self._send(("bar", "end", None))

    def update(self) -> None:
        """One batch more."""
        self._send(("bar", "update", 1))

    def set_postfix(self, figures: Mapping[str, str]) -> None:
        """Say how it stands."""
        self._send(("bar", "figures", dict(figures)))


class ReceivedBar:
    """Shows what a `SentBar` sends."""

    def __init__(self, *, shown: bool) -> None:
        self._shown, self._bar = shown, None

    def take(self, what: str, value: Any) -> None:
        """Take one message."""
        if what == "begin":
            self._bar = tqdm(total=value, disable=not self._shown, desc="training", unit="batch")
        elif self._bar is not None and what == "update":
            self._bar.update(value)
        elif self._bar is not None and what == "figures":
            self._bar.set_postfix(value)
        elif what == "end":
            self.close()

    def close(self) -> None:
        """Leave the bar."""
        if self._bar is not None:
            self._bar.close()
