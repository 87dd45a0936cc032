"""Progress bar of a training, in this process or fed by messages of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

from tqdm.auto import tqdm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Bar(Protocol):
    """Progress bar as the training loop uses it."""

    def __enter__(self) -> Self:
        """Show the bar."""

    def __exit__(self, *error: object) -> None:
        """Close the bar."""

    def update(self) -> Any:
        """Count one batch."""

    def set_postfix(self, figures: Mapping[str, str]) -> Any:
        """Show losses and scores."""


def progress_bar(batches: int, *, shown: bool) -> Bar:
    """Return a bar of tqdm, for terminal or notebook."""
    bar: Bar = tqdm(total=batches, disable=not shown, desc="training", unit="batch")
    return bar


class RemoteBar:
    """Bar of a worker process: sends messages ("bar", what, value) to the process that shows it."""

    def __init__(self, batches: int, send: Callable[[tuple[str, str, Any]], None] | None) -> None:
        self._batches, self._send = batches, send or (lambda message: None)

    def __enter__(self) -> Self:
        self._send(("bar", "begin", self._batches))
        return self

    def __exit__(self, *error: object) -> None:
        self._send(("bar", "end", None))

    def update(self) -> None:
        """Count one batch."""
        self._send(("bar", "update", 1))

    def set_postfix(self, figures: Mapping[str, str]) -> None:
        """Show losses and scores."""
        self._send(("bar", "figures", dict(figures)))


class BarReceiver:
    """Shows the progress that a `RemoteBar` sends."""

    def __init__(self, *, shown: bool) -> None:
        self._shown, self._bar = shown, None

    def receive(self, what: str, value: Any) -> None:
        """Handle one message."""
        if what == "begin":
            self._bar = tqdm(total=value, disable=not self._shown, desc="training", unit="batch")
        elif self._bar is not None and what == "update":
            self._bar.update(value)
        elif self._bar is not None and what == "figures":
            self._bar.set_postfix(value)
        elif what == "end":
            self.close()

    def close(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()
