"""Kernel side of what-if edits: the request, the prediction of the edited sample, and a worker that runs only the latest request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from mmviz.core.errors import ConfigError, MmvizError
from mmviz.core.escape import visible
from mmviz.widgets.selection import EDIT_KINDS, EditOptions
from mmviz.widgets.serialize import pack_edited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xarray as xr

    Callback = Callable[[str, int, Mapping[str, Mapping[str, Any]]], Mapping[str, xr.Dataset]]

_DEFAULT_OFFERS = ("mask", "delay", "noise", "seed", "swap")


class EditedPrediction(NamedTuple):
    """The result of a what-if request: the request, the frame of the edited sample, and the message for the page."""

    request: Mapping[str, Any]
    frame: xr.Dataset
    message: dict[str, Any]


def edit_options(frame: xr.Dataset, what_if: Callback | None) -> EditOptions:
    """Return the edits that a callable offers: its attribute ``offers``, or all edits but those of text and of hidden states.

    Its attribute ``reasons``, if any: modality to the reason why its hidden states cannot be edited.

    Raises
    ------
    ConfigError
        Not a callable, or it offers edits of other modalities.
    """
    if what_if is None:
        return EditOptions()
    if not callable(what_if):
        raise ConfigError(
            f"Explorer: what_if is a {type(what_if).__name__}; give a callable such as mmviz.recording.what_if(run, split)"
        )
    names = [str(name) for name in frame["modality"].values]
    offers = getattr(what_if, "offers", dict.fromkeys(names, _DEFAULT_OFFERS))
    if set(offers) != set(names):
        raise ConfigError(
            f"Explorer: what_if edits {', '.join(map(str, offers))}, the Trace has {', '.join(names)}; "
            "create it from the run and the split that were recorded"
        )
    return EditOptions(
        {visible(name): tuple(kind for kind in offers[name] if kind != "mask" or "game" in frame) for name in names},
        {visible(name): frame.sizes[f"frame_{name}"] for name in names},
        frame.sizes["recorded_sample"],
        frame.sizes["time"],
        {
            visible(str(name)): visible(str(text), longest=1000)
            for name, text in getattr(what_if, "reasons", {}).items()
        },
    )


def page_options(options: EditOptions) -> dict[str, Any]:
    """Return the edits, numbers of frames and reasons for the page, in the order of the modalities; {} without a callable."""
    if not options.offers:
        return {}
    offers = [[kind for kind in ("mask", *EDIT_KINDS) if kind in kinds] for kinds in options.offers.values()]
    reasons = [options.reasons.get(name, "") for name in options.offers]
    return {"offers": offers, "frames": list(options.frames.values()), "reasons": reasons}


def what_if_request(selection: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the part of a selection that a prediction depends on; None where the sample is not edited."""
    if not selection["edits"] and not selection["masked"]:
        return None
    return {key: selection[key] for key in ("sample", "epoch", "masked", "edits")}


def predict_edited(what_if: Callback, frame: xr.Dataset, request: Mapping[str, Any]) -> EditedPrediction:
    """Call ``what_if`` with the edits of a request, by sample id, epoch number and modality name, and return the result."""
    from mmviz.plots import what_if_frame  # needed only here

    ids = [str(i) for i in frame["sample_id"].values]
    edits: dict[str, dict[str, Any]] = {}
    for name in map(str, frame["modality"].values):
        one = dict(request["edits"].get(visible(name), {}))
        if "swap" in one:
            one["swap"] = ids[one["swap"]]
        if "cut" in one:
            one["cut"] = str(frame["modality"].values[one["cut"]])
        if visible(name) in request["masked"]:
            one["mask"] = True
        if one:
            edits[name] = one
    epoch = int(frame["epoch"].values[request["epoch"]])
    edited = what_if_frame(what_if(ids[request["sample"]], epoch, edits), frame)
    return EditedPrediction(request, edited, pack_edited(edited))


def error_sentence(error: BaseException) -> str:
    """Return the first line of an exception, with its type unless it is one of mmviz; its markup is harmless."""
    text = str(error).strip().split("\n")[0] or "no message"
    return visible(text if isinstance(error, MmvizError) else f"{type(error).__name__}: {text}", longest=400)


class LatestOnlyWorker:
    """A thread that handles one request at a time; of those that arrive meanwhile only the latest is kept.

    Parameters
    ----------
    work
        From a request to a result; runs in the thread.
    done
        Called in the thread with number, request, result, and None or the exception that ``work`` raised; numbers increase.
    """

    def __init__(self, work: Callable[[Any], Any], done: Callable[[int, Any, Any, BaseException | None], None]) -> None:
        self._work, self._done = work, done
        self._changed = threading.Condition()
        self._waiting: tuple[int, Any] | None = None
        self._number = 0
        #: results of requests with a smaller number are dropped
        self._oldest = 0
        self._busy = self._closed = False
        self._thread: threading.Thread | None = None

    def submit(self, request: object) -> int:
        """Replace the waiting request, and return the number of the new one."""
        with self._changed:
            self._number += 1
            self._waiting = (self._number, request)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mmviz what-if", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return self._number

    def cancel(self) -> None:
        """Drop the waiting request, and the result of the one that is being handled."""
        with self._changed:
            self._waiting = None
            self._oldest = self._number + 1
            self._changed.notify_all()

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until no request is waiting or being handled; return whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting is None and not self._busy, timeout_s)

    def close(self) -> None:
        """End the thread after the request that is being handled, whose result is dropped."""
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
            except BaseException as raised:  # noqa: BLE001 (any error is shown in the page, and the thread continues)
                error = raised
            with self._changed:
                current = number >= self._oldest
            try:
                if current:
                    self._done(number, request, result, error)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()
