"""Kernel side of what-if edits: the request, the prediction of the edited sample, and a worker that runs only the latest request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from mmviz.core.errors import ConfigError, MmvizError
from mmviz.core.escape import visible
from mmviz.widgets.selection import KINDS, Editable
from mmviz.widgets.serialize import pack_edited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xarray as xr


class Latest:
    """Work on requests one at a time; while one is worked on, only the newest of those that come in is kept.

    Parameters
    ----------
    work
        From a request to a result; runs in the thread.
    done
        Called there with number, request, result, and None or the exception that ``work`` ended with; numbers only grow.
    """

    def __init__(self, work: Callable[[Any], Any], done: Callable[[int, Any, Any, BaseException | None], None]) -> None:
        self._work, self._done = work, done
        self._changed = threading.Condition()
        self._waiting: tuple[int, Any] | None = None
        self._number = 0
        #: results of requests with a smaller number are no longer wanted
        self._wanted = 0
        self._busy = self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, request: object) -> int:
        """Put a request in the place of any that waits, and return its number."""
        with self._changed:
            self._number += 1
            self._waiting = (self._number, request)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mmviz what-if", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return self._number

    def cancel(self) -> None:
        """Drop what waits, and the result of what is being worked on."""
        with self._changed:
            self._waiting = None
            self._wanted = self._number + 1
            self._changed.notify_all()

    def rest(self, timeout_s: float) -> bool:
        """Wait until nothing is waiting or being worked on; return whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting is None and not self._busy, timeout_s)

    def close(self) -> None:
        """End the thread when it has finished what it is working on; the result is dropped."""
        self.cancel()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None or self._closed)
                if self._waiting is None:
                    return
                number, request = self._waiting
                self._waiting, self._busy = None, True
            result, error = None, None
            try:
                result = self._work(request)
            except BaseException as raised:  # noqa: BLE001 (whatever it is, a person must read it, and the thread go on)
                error = raised
            with self._changed:
                wanted = number >= self._wanted
            try:
                if wanted:
                    self._done(number, request, result, error)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xarray as xr

    Callback = Callable[[str, int, Mapping[str, Mapping[str, Any]]], Mapping[str, xr.Dataset]]

_ALWAYS = ("mask", "delay", "noise", "seed", "swap")


class Answered(NamedTuple):
    """An edited sample: what was asked, its frame, and what travels to the browser."""

    asked: Mapping[str, Any]
    frame: xr.Dataset
    sent: dict[str, Any]


def editable_of(frame: xr.Dataset, what_if: Callback | None) -> Editable:
    """Return what the callable offers (its attribute ``offers``; all edits but of text where it has none).

    Raises
    ------
    ConfigError
        Not a callable, or its offers are for other modalities.
    """
    if what_if is None:
        return Editable()
    if not callable(what_if):
        raise ConfigError(
            f"Explorer: what_if is a {type(what_if).__name__}, expected a callable such as mmviz.recording.what_if(run, part)"
        )
    names = [str(name) for name in frame["modality"].values]
    offers = getattr(what_if, "offers", dict.fromkeys(names, _ALWAYS))
    if set(offers) != set(names):
        raise ConfigError(
            f"Explorer: what_if edits {', '.join(map(str, offers))}, the Trace has {', '.join(names)}; "
            "give the one made from the run and the part that were recorded"
        )
    return Editable(
        {visible(name): tuple(kind for kind in offers[name] if kind != "mask" or "game" in frame) for name in names},
        {visible(name): frame.sizes[f"frame_{name}"] for name in names},
        frame.sizes["recorded_sample"],
    )


def described(editable: Editable) -> dict[str, Any]:
    """Return for the browser: what is offered and how many steps there are, in the order of the modalities."""
    if not editable.offers:
        return {}
    offers = [[kind for kind in ("mask", *KINDS) if kind in kinds] for kinds in editable.offers.values()]
    return {"offers": offers, "frames": list(editable.frames.values())}


def question(selection: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the part of a selection that the model is asked about; None where nothing is edited."""
    if not selection["edits"] and not selection["masked"]:
        return None
    return {key: selection[key] for key in ("sample", "epoch", "masked", "edits")}


def answered(what_if: Callback, frame: xr.Dataset, asked: Mapping[str, Any]) -> Answered:
    """Ask the callable and return what is shown."""
    from mmviz.plots import what_if_frame  # only an edit needs it

    ids = [str(i) for i in frame["sample_id"].values]
    edits: dict[str, dict[str, Any]] = {}
    for name in map(str, frame["modality"].values):
        one = dict(asked["edits"].get(visible(name), {}))
        if "swap" in one:
            one["swap"] = ids[one["swap"]]
        if visible(name) in asked["masked"]:
            one["mask"] = True
        if one:
            edits[name] = one
    epoch = int(frame["epoch"].values[asked["epoch"]])
    edited = what_if_frame(what_if(ids[asked["sample"]], epoch, edits), frame)
    return Answered(asked, edited, pack_edited(edited))


def sentence(error: BaseException) -> str:
    """Return an exception as one plain sentence, its markup harmless."""
    said = str(error).strip().split("\n")[0] or "it gave no reason"
    named = said if isinstance(error, MmvizError) else f"{type(error).__name__}: {said}"
    return visible(named, longest=400)
