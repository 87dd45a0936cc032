"""The Explorer: signals, hidden states, predictions and Shapley values of a Trace under one time cursor."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.escape import visible
from mmviz.io.atomic import write_bytes_atomic
from mmviz.plots.explorer_image import explorer_image
from mmviz.widgets import html_page
from mmviz.widgets.compare import common_samples, corresponding_selection
from mmviz.widgets.frame import check_frame
from mmviz.widgets.readout import phrases, readout
from mmviz.widgets.selection import RUNS, EditOptions, SelectionOptions, check_selection, read_recipe, write_recipe
from mmviz.widgets.serialize import header, pack_runs, sizes
from mmviz.widgets.what_if import (
    EditedPrediction,
    LatestOnlyWorker,
    edit_options,
    error_sentence,
    page_options,
    predict_edited,
    what_if_request,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmviz.widgets.what_if import Callback


class Explorer(anywidget.AnyWidget):
    """Interactive view of hidden states, predictions and Shapley values over a sequence and over training.

    The browser holds all data; no control needs the kernel, except what-if edits.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``. Of a combined Trace the first run is shown, with the agreement of its seeds; another run:
        ``Explorer(frame=mm.plots.explorer_frame(trace, run="seed 2"))``.
    frame
        Frame of :func:`mmviz.plots.explorer_frame`, instead of a Trace.
    other
        Trace or frame of a second run on the same data: both are shown side by side, linked, with their difference. The samples
        are those recorded in both.
    selection
        The first selection, any keys of ``selection`` below. Default: the first sample at the selected epoch of training (else the last),
        at its last step.
    recipe
        Instead of a selection: the value of :attr:`recipe`, of this or of another recording of the same data.
    what_if
        Predicts edited samples, for example ``mmviz.recording.what_if(run, split)``: a callable from a sample's id, an epoch and edits to groups
        of a Trace of that one sample. It is called in one thread of its own, for the latest edit only; its errors are shown in the page.

    Attributes
    ----------
    selection
        The current selection as one dict of JSON values; assign to it to change the view: ``explorer.selection = {"epoch": 3}``.
        Indices ``sample``, ``epoch``, ``layer``, ``channel`` (the row of the state maps), ``time``; ``brush``: None or
        [first step, last step]; ``masked``: modalities removed from the model's input; ``edits``: what-if edits, such as
        ``{"gyro": {"delay": 5, "noise": 0.5, "seed": 1}, "gravity": {"swap": 2}}`` with the index of a sample; ``run``: "A", and with
        ``other`` "B" or "both". Keys left out keep their value. Assign a new dict; changing the old one in place has no effect.
    message
        The reason why the last selection from the browser was refused, or "".
    frame, other
        The frames of the runs; ``other`` is None unless two runs are compared.

    Raises
    ------
    ConfigError
        Both or neither of ``trace`` and ``frame``; a selection that does not exist; ``what_if`` that is not callable, or is given with ``other``.
    DataError
        A Trace without coalitions, an invalid frame, or a second run that cannot be compared.
    """

    _esm = html_page.module()
    _css = html_page.style("style.css")
    data = traitlets.Dict().tag(sync=True)
    selection: Any = traitlets.TraitType({}).tag(sync=True)  # validated below: every refusal is a ConfigError
    message = traitlets.Unicode("").tag(sync=True)
    edit_options = traitlets.Dict().tag(sync=True)
    what_if_result = traitlets.Dict().tag(sync=True)
    what_if_error = traitlets.Dict().tag(sync=True)
    #: None if the constructor raised an error
    _worker: LatestOnlyWorker | None = None

    def __init__(
        self,
        trace: xr.DataTree | None = None,
        *,
        frame: xr.Dataset | None = None,
        other: xr.DataTree | xr.Dataset | None = None,
        selection: dict[str, Any] | None = None,
        recipe: dict[str, Any] | None = None,
        what_if: Callback | None = None,
    ) -> None:
        if (trace is None) == (frame is None):
            given = "both" if frame is not None else "neither"
            raise ConfigError(f"Explorer: {given} of trace and frame given; give one of them")
        self.frame: xr.Dataset = frame if trace is None else _frame_of(trace)  # type: ignore[assignment]
        check_frame(self.frame)
        self.other: xr.Dataset | None = None
        if other is not None:
            second = _frame_of(other)
            check_frame(second)
            self.frame, self.other = common_samples(self.frame, second)
        if what_if is not None and other is not None:
            raise ConfigError("Explorer: what_if is given with other; edits need one run, so open a view without other")
        self._what_if, edits = what_if, edit_options(self.frame, what_if)
        self._options = _selection_options(self.frame, self.other, edits)
        if selection is not None and recipe is not None:
            raise ConfigError("Explorer: both of selection and recipe given; give one of them")
        first: object = {} if selection is None else selection
        first = first if recipe is None else read_recipe(self.frame, recipe)
        chosen = check_selection(first, options=self._options, current=_first(self.frame, self._options))
        data = pack_runs(self.frame, self.other)
        self._last: EditedPrediction | None = None
        self._error: BaseException | None = None
        self._sending = threading.RLock()  # messages of the browser and results come from two threads
        self._worker = LatestOnlyWorker(self._predict, self._receive)
        self._esm = html_page.module()  # with the views registered by now
        super().__init__(data=data, selection=chosen, edit_options=page_options(edits))
        self._request()

    @classmethod
    def from_frame(cls, frame: xr.Dataset, *, selection: dict[str, Any] | None = None) -> Explorer:
        """Return the Explorer of a frame, for example of one that was read from a file."""
        return cls(frame=frame, selection=selection)

    @property
    def recipe(self) -> dict[str, Any]:
        """The selection in names (sample id, epoch and layer numbers) as JSON values, for ``Explorer(trace, recipe=...)``."""
        return write_recipe(self.frame, self.selection)

    @property
    def readout(self) -> str:
        """The sentence under the controls: epoch, time, prediction, target and Shapley values of the runs shown."""
        run, last = self.selection["run"], self._shown()
        if last is None:
            first = readout(self.frame, self.selection)
        else:
            first = readout(self.frame, self.selection, edited=last.frame, edits=last.request["edits"])
        if self.other is None or run == "A":
            return first
        second = readout(self.other, corresponding_selection(self.frame, self.other, self.selection))
        return second if run == "B" else phrases(self.frame)["both"].format(a=first, b=second)

    @property
    def edited(self) -> xr.Dataset | None:
        """Frame of the edited sample that is shown, see :func:`mmviz.plots.what_if_frame`; None while the recorded sample is shown."""
        last = self._shown()
        return None if last is None else last.frame

    def wait(self, timeout_s: float = 60.0) -> xr.Dataset | None:
        """Wait for the prediction of the selected edits, and return :attr:`edited`.

        Raises
        ------
        TimeoutError
            There is no result after ``timeout_s`` seconds.
        Exception
            The error that ``what_if`` raised.
        """
        if self._worker is not None and not self._worker.wait_idle(timeout_s):
            raise TimeoutError(
                f"Explorer.wait: no result of {what_if_request(self.selection)!r:.200} after {timeout_s:g} s; give a longer timeout_s"
            )
        if self._error is not None:
            raise self._error
        return self.edited

    def close(self) -> None:
        """Close the widget and end the thread that predicts edits."""
        if self._worker is not None:
            self._worker.close()
        super().close()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the view as one HTML file that needs neither kernel nor network, and return its path.

        The file opens at the current selection. It is written under a temporary name and then moved, so that an existing file stays complete
        if an error occurs.

        Raises
        ------
        OSError
            The folder does not exist or cannot be written.
        """
        result = {} if self.edited is None else self.what_if_result
        title = header(self.frame)["title"]
        text = html_page.html_page(self.data, selection=self.selection, title=title, what_if_result=result)
        target = Path(path)
        write_bytes_atomic(target, text.encode("utf-8"))
        return target

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Apply values from the browser; a selection that does not exist is refused, with the reason in ``message``."""
        accepted = {key: value for key, value in sync_data.items() if key not in _READ_ONLY}
        with self._sending:
            if "selection" in accepted:
                try:
                    accepted["selection"] = self._checked(accepted["selection"])
                except ConfigError as error:
                    del accepted["selection"]
                    self.message = str(error)
                    self.send_state("selection")
                else:
                    self.message = ""
            super().set_state(accepted)

    @traitlets.validate("selection")
    def _validate_selection(self, proposal: dict[str, Any]) -> dict[str, Any]:
        return self._checked(proposal["value"])

    @traitlets.observe("selection")
    def _follow(self, change: dict[str, Any]) -> None:
        self.message = ""
        before = change["old"]
        if isinstance(before, dict) and what_if_request(before) != what_if_request(change["new"]):
            self._request()

    def _request(self) -> None:
        """Submit the selected edits, unless there are none or their result is there."""
        request = what_if_request(self.selection)
        self._error, self.what_if_error = None, {}
        if self._worker is None:
            return
        if (
            self._what_if is None
            or request is None
            or (self.what_if_result and self.what_if_result["request"] == request)
        ):
            self._worker.cancel()
        else:
            self._worker.submit(request)

    def _shown(self) -> EditedPrediction | None:
        """Return the last valid result if the selection has edits of the same sample and epoch."""
        request, last = what_if_request(self.selection), self._last
        same = request and last and all(last.request[key] == request[key] for key in ("sample", "epoch"))
        return last if same else None

    def _predict(self, request: Mapping[str, Any]) -> EditedPrediction:
        return predict_edited(self._what_if, self.frame, request)  # type: ignore[arg-type]

    def _receive(
        self, number: int, request: dict[str, Any], result: EditedPrediction | None, error: BaseException | None
    ) -> None:
        """Show a result or an error; runs in the worker's thread."""
        with self._sending:
            if result is None:
                self._error = error if request == what_if_request(self.selection) else None
                text = error_sentence(error)  # type: ignore[arg-type]
                self.what_if_error = {"seq": number, "request": request, "text": text}
            else:
                self._last = result
                self.what_if_result = {"seq": number, "request": request, **result.message}

    def _checked(self, given: object) -> dict[str, Any]:
        return check_selection(given, options=self._options, current=self.selection)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and for front ends without widgets a static image and a sentence."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        text = (
            f"{header(self.frame)['title']}: {self.readout}. This front end shows no widgets: run the notebook in one that does "
            "(docs/front_ends.md lists them), or write the interactive view to a file with .save('study.html')."
        )
        other_forms = bundle[0] if isinstance(bundle, tuple) else bundle
        other_forms["text/plain"] = text
        other_forms["text/html"] = explorer_image(self.frame, self.selection, readout=self.readout)
        return bundle


#: traits that the browser cannot change
_READ_ONLY = ("data", "message", "edit_options", "what_if_result", "what_if_error")


def _frame_of(trace: xr.DataTree | xr.Dataset) -> xr.Dataset:
    if isinstance(trace, xr.Dataset):
        return trace
    from mmviz import plots  # only a Trace needs the analysis behind it

    return plots.explorer_frame(trace)


def _selection_options(frame: xr.Dataset, other: xr.Dataset | None, edits: EditOptions) -> SelectionOptions:
    """Return the values that can be selected; modalities can be masked if the values of all coalitions were recorded."""
    maskable = "game" in frame and (other is None or "game" in other)
    names = [visible(name) for name in frame["modality"].values] if maskable else []
    return SelectionOptions(sizes(frame), names, ("A",) if other is None else RUNS, edits)


def _first(frame: xr.Dataset, options: SelectionOptions) -> dict[str, Any]:
    epochs = [int(epoch) for epoch in frame["epoch"].values]
    best = frame.attrs.get("best_epoch")
    epoch = epochs.index(best) if best in epochs else len(epochs) - 1
    indices = {"sample": 0, "epoch": epoch, "layer": 0, "channel": 0, "time": frame.sizes["time"] - 1}
    return {**indices, "brush": None, "masked": [], "edits": {}, "run": options.runs[-1]}
