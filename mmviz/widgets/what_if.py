"""Kernel side of what-if edits: the request, the prediction of the edited sample, and a worker that runs only the latest request."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from mmviz.core.errors import ConfigError, MmvizError
from mmviz.core.escape import visible
from mmviz.widgets.page_model import all_ids, page_offers
from mmviz.widgets.selection import EDIT_KINDS, EditOptions
from mmviz.widgets.serialize import pack_edited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr

    from mmviz.io.page_model import PageModel

    Callback = Callable[[str, int, Mapping[str, Mapping[str, Any]]], Mapping[str, xr.Dataset]]

_DEFAULT_OFFERS = ("mask", "delay", "amplitude", "noise", "seed", "swap", "window")


class EditedPrediction(NamedTuple):
    """The result of a what-if request: the request, the frame of the edited sample, and the message for the page."""

    request: Mapping[str, Any]
    frame: xr.Dataset
    message: dict[str, Any]


def edit_options(frame: xr.Dataset, what_if: Callback | None, model: PageModel | None = None) -> EditOptions:
    """Return the edits that a callable or the model in the page offers.

    Of a callable: its attribute ``offers``, or all edits but those of text and of hidden states; its attribute ``reasons``, if any: modality to the
    reason why its hidden states cannot be edited.

    Raises
    ------
    ConfigError
        Not a callable, or it offers edits of other modalities.
    """
    in_page = {} if model is None else {visible(name): kinds for name, kinds in page_offers(frame, model).items()}
    if what_if is None:
        return EditOptions() if model is None else _options(frame, in_page, {}, model)
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
    kinds = {visible(name): tuple(kind for kind in offers[name] if kind != "mask" or "game" in frame) for name in names}
    both = {name: tuple(dict.fromkeys((*kinds[name], *in_page.get(name, ())))) for name in kinds}
    reasons = {
        visible(str(name)): visible(str(text), longest=1000) for name, text in getattr(what_if, "reasons", {}).items()
    }
    return _options(frame, both, reasons, model)


def _options(
    frame: xr.Dataset, offers: Mapping[str, Sequence[str]], reasons: Mapping[str, str], model: PageModel | None
) -> EditOptions:
    frames = {visible(name): frame.sizes[f"frame_{name}"] for name in map(str, frame["modality"].values)}
    return EditOptions(offers, frames, len(all_ids(frame, model)), frame.sizes["time"], reasons)


def page_options(options: EditOptions, *, kernel: bool = True) -> dict[str, Any]:
    """Return the edits, numbers of frames and reasons for the page, in the order of the modalities; {} where nothing can be edited.

    ``kernel``: whether the kernel predicts edits that the page does not.
    """
    if not options.offers:
        return {}
    offers = [[kind for kind in ("mask", *EDIT_KINDS) if kind in kinds] for kinds in options.offers.values()]
    reasons = [options.reasons.get(name, "") for name in options.offers]
    return {"offers": offers, "frames": list(options.frames.values()), "reasons": reasons, "kernel": kernel}


def what_if_request(selection: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the part of a selection that a prediction depends on; None where the sample is not edited."""
    if not selection["edits"] and not selection["masked"]:
        return None
    return {key: selection[key] for key in ("sample", "epoch", "masked", "edits")}


def predict_edited(
    what_if: Callback, frame: xr.Dataset, request: Mapping[str, Any], ids: Sequence[str] | None = None
) -> EditedPrediction:
    """Call ``what_if`` with the edits of a request, by sample id, epoch number and modality name, and return the result.

    ``ids`` are those of all samples; None: of the recorded ones. ``milliseconds`` in the message: the time that this took.
    """
    from mmviz.plots import what_if_frame  # needed only here

    start = time.perf_counter()
    ids = [str(i) for i in frame["sample_id"].values] if ids is None else ids
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
    message = pack_edited(edited)
    return EditedPrediction(request, edited, {**message, "milliseconds": 1000 * (time.perf_counter() - start)})


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
