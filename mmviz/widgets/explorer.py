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
from mmviz.widgets.compare import common_samples, corresponding_selection, title_of_both
from mmviz.widgets.frame import check_frame
from mmviz.widgets.page_model import all_ids, all_names, check_page_model, header_of_all, packed, page_offers
from mmviz.widgets.page_predictions import check_counterfactuals, one_sample_frame, read_page_prediction
from mmviz.widgets.readout import phrases, readout
from mmviz.widgets.sample_colours import sample_colours
from mmviz.widgets.selection import (
    RUNS,
    EditOptions,
    SelectionOptions,
    check_colours,
    check_scatter,
    check_selection,
    read_recipe,
    write_recipe,
)
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

    from mmviz.io.page_model import PageModel
    from mmviz.widgets.page_predictions import PagePrediction
    from mmviz.widgets.what_if import Callback


class Explorer(anywidget.AnyWidget):
    """Interactive view of hidden states, predictions and Shapley values over a sequence and over training.

    The browser holds all data; no control needs the kernel, except what-if edits that the model in the page does not compute.

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
    model
        The trained model for the page, ``mmviz.recording.export_model(run, split)``: every sample of the split that it carries can be opened, and
        edits are predicted in the page, without a kernel, also in a saved page.
    what_if
        Predicts edited samples, for example ``mmviz.recording.what_if(run, split)``: a callable from a sample's id, an epoch and edits to groups
        of a Trace of that one sample. It is called in one thread of its own, for the latest edit only; its errors are shown in the page. With ``model`` it predicts only what
        the page does not: other epochs, texts, and everything where the page cannot run the model.
    title
        Heading of the view, and title of a saved page, as plain text of at most 200 characters. None: the model and the data set, such as "Coupled Mamba on
        watch"; of two models "Coupled Mamba and Late fusion on watch".

    Attributes
    ----------
    selection
        The current selection as one dict of JSON values; assign to it to change the view: ``explorer.selection = {"epoch": 3}``.
        Indices ``sample``, ``epoch``, ``layer``, ``channel`` (the row of the state maps), ``time``; ``brush``: None or
        [first step, last step]; ``zoom``: None or the steps that the time axes show; ``masked``: modalities removed from the model's input; ``edits``:
        what-if edits, such as ``{"gyro": {"delay": 5, "noise": 0.5, "seed": 1}, "gravity": {"swap": 2}}`` with the index of a sample. With ``model`` the index
        ``sample`` continues beyond the recorded samples (``all_samples``), at the model's epoch; ``run``: "A", and with
        ``other`` "B" or "both"; ``section``: "overview", "sample", "explanation", "training", or "all" for all of them; ``colours``: ``{"scale": "symmetric log" | "linear" | "quantile", "range": "layer" | "channel" | "shared", "samples": ...}``, colour scale of
        the maps and what colours the dots of samples, see :func:`mmviz.widgets.sample_colours.sample_colours`; ``scatter``: axes and outlines of the scatter
        plot of the samples, see :func:`mmviz.widgets.selection.check_scatter`. Keys left out
        keep their value. Assign a new dict; changing the old one in place has no effect.
    all_samples
        Ids of all samples that can be selected: the recorded ones, then those that only the model carries.
    counterfactuals
        Saved edits with their predictions, a list of dicts: ``sample``, ``epoch``, ``time``, ``edits``, ``masked``, ``value`` (probability of the
        true class, or predicted value), ``recorded`` (the same without edits, or None) and ``phi``; at most 50.
    page_engine
        "ready" once the page runs the model, "failed: ..." with the reason if it cannot, "" before.
    message
        The reason why the last selection from the browser was refused, or "".
    frame, other
        The frames of the runs; ``other`` is None unless two runs are compared.

    Raises
    ------
    ConfigError
        Both or neither of ``trace`` and ``frame``; an empty or long ``title``; a selection that does not exist; ``what_if`` that is not callable; a ``model`` that does not
        belong to the Trace; either given with ``other``.
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
    page_model = traitlets.Dict().tag(sync=True)  # sent once: it never changes
    page_engine = traitlets.Unicode("").tag(sync=True)
    page_prediction = traitlets.Dict().tag(sync=True)
    counterfactuals: Any = traitlets.TraitType([]).tag(sync=True)  # validated below
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
        model: PageModel | None = None,
        what_if: Callback | None = None,
        title: str | None = None,
    ) -> None:
        if (trace is None) == (frame is None):
            given = "both" if frame is not None else "neither"
            raise ConfigError(f"Explorer: {given} of trace and frame given; give one of them")
        self.frame: xr.Dataset = frame if trace is None else _frame_of(trace)  # type: ignore[assignment]
        check_frame(self.frame)
        if title is not None:
            self.frame = self.frame.assign_attrs(title=_checked_title(title))
        self.other: xr.Dataset | None = None
        if other is not None:
            second = _frame_of(other)
            check_frame(second)
            self.frame, self.other = common_samples(self.frame, second)
            if title is None:
                self.frame = self.frame.assign_attrs(title=title_of_both(self.frame, self.other))
        for name, given_model in (("what_if", what_if), ("model", model)):
            if given_model is not None and other is not None:
                raise ConfigError(
                    f"Explorer: {name} is given with other; edits need one run, so open a view without other"
                )
        self._page = None if model is None else check_page_model(self.frame, model)
        self.all_samples = all_ids(self.frame, self._page)
        self._what_if, edits = what_if, edit_options(self.frame, what_if, self._page)
        self._options = _selection_options(self.frame, self.other, edits, self._page)
        if selection is not None and recipe is not None:
            raise ConfigError("Explorer: both of selection and recipe given; give one of them")
        first: object = {} if selection is None else selection
        first = first if recipe is None else read_recipe(self.frame, recipe, ids=self.all_samples)
        chosen = check_selection(first, options=self._options, current=_first(self.frame, self._options))
        more = None if self._page is None else header_of_all(self.frame, self._page, header(self.frame))
        data = pack_runs(self.frame, self.other, more=more)
        held = {} if self._page is None else packed(self.frame, self._page)
        self._computed: PagePrediction | None = None
        self._last: EditedPrediction | None = None
        self._error: BaseException | None = None
        self._sending = threading.RLock()  # messages of the browser and results come from two threads
        self._worker = LatestOnlyWorker(self._predict, self._receive)
        self._esm = html_page.module()  # with the views registered by now
        super().__init__(
            data=data, selection=chosen, edit_options=page_options(edits, kernel=what_if is not None), page_model=held
        )
        self._request()

    @classmethod
    def from_frame(cls, frame: xr.Dataset, *, selection: dict[str, Any] | None = None) -> Explorer:
        """Return the Explorer of a frame, for example of one that was read from a file."""
        return cls(frame=frame, selection=selection)

    @property
    def recipe(self) -> dict[str, Any]:
        """The selection in names (sample id, epoch and layer numbers) as JSON values, for ``Explorer(trace, recipe=...)``."""
        return write_recipe(self.frame, self.selection, ids=self.all_samples)

    @property
    def readout(self) -> str:
        """The sentence under the controls: epoch, time, prediction, target and Shapley values of the runs shown.

        Of a sample that was not recorded: once the page has sent its prediction.
        """
        run = self.selection["run"]
        first = self._readout()
        if self.other is None or run == "A":
            return first
        second = readout(self.other, corresponding_selection(self.frame, self.other, self.selection))
        return second if run == "B" else phrases(self.frame)["both"].format(a=first, b=second)

    @property
    def edited(self) -> xr.Dataset | None:
        """Frame of the edited sample that is shown, see :func:`mmviz.plots.what_if_frame`; None while the unedited sample is shown.

        Of the model in the page: ``prediction``, ``phi`` and ``game`` alone.
        """
        last = self._shown()
        return None if last is None else last.frame

    def _readout(self) -> str:
        """Return the sentence on the first run."""
        sample, last, names = self.selection["sample"], self._shown(), all_names(self.frame, self._page)
        edited: dict[str, Any] = {} if last is None else {"edited": last.frame, "edits": last.request["edits"]}
        if self._page is None or sample < self.frame.sizes["recorded_sample"]:
            return readout(self.frame, self.selection, **edited, samples=names)
        computed = self._computed
        if computed is None or computed.plain is None or computed.request["sample"] != sample:
            return phrases(self.frame)["in_page"].format(sample=names[sample])
        row = self._page.split.ids.index(self.all_samples[sample])
        one = one_sample_frame(self.frame, self._page, row, computed.plain, self._options.model_epoch)
        return readout(one, {**self.selection, "sample": 0}, **edited, samples=names)

    def wait(self, timeout_s: float = 60.0) -> xr.Dataset | None:
        """Wait for the prediction of the selected edits, and return :attr:`edited`.

        Waits for the kernel alone: a prediction by the model in the page arrives between two cells.

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
        state: dict[str, Any] = {"counterfactuals": self.counterfactuals}
        if self._page is not None:
            state["edit_options"] = page_options(edit_options(self.frame, None, self._page), kernel=False)
        text = html_page.html_page(
            self.data,
            selection=self.selection,
            title=title,
            what_if_result=result,
            page_model=self.page_model,
            state=state,
        )
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
            for name, read in (("counterfactuals", self._checked_rows), ("page_prediction", self._read_prediction)):
                try:
                    if name in accepted:
                        read(accepted[name])
                except ConfigError as error:
                    del accepted[name]
                    self.message = str(error)
            super().set_state(accepted)

    @traitlets.validate("selection")
    def _validate_selection(self, proposal: dict[str, Any]) -> dict[str, Any]:
        return self._checked(proposal["value"])

    @traitlets.validate("counterfactuals")
    def _validate_rows(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        return self._checked_rows(proposal["value"])

    def _checked_rows(self, given: object) -> list[dict[str, Any]]:
        return check_counterfactuals(given, self.frame, self._checked)

    def _read_prediction(self, given: object) -> None:
        self._computed = read_page_prediction(self.frame, given, self._checked)

    @traitlets.observe("page_engine")
    def _engine_changed(self, _change: dict[str, Any]) -> None:
        self._request()

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
            or self._in_page(request)
            or (self.what_if_result and self.what_if_result["request"] == request)
        ):
            self._worker.cancel()
        else:
            self._worker.submit(request)

    def _in_page(self, request: Mapping[str, Any]) -> bool:
        """Return whether the page runs the model and computes this request."""
        if self._page is None or self.page_engine != "ready" or request["epoch"] != self._options.model_epoch:
            return False
        offers = {visible(name): kinds for name, kinds in page_offers(self.frame, self._page).items()}
        return all(set(edit) <= set(offers[name]) for name, edit in request["edits"].items())

    def _shown(self) -> EditedPrediction | None:
        """Return the last valid result if the selection has edits of the same sample and epoch."""
        request, last, computed = what_if_request(self.selection), self._last, self._computed
        if request and computed is not None and computed.edited is not None and computed.request == request:
            return EditedPrediction(request, computed.edited, {})
        same = request and last and all(last.request[key] == request[key] for key in ("sample", "epoch"))
        return last if same else None

    def _predict(self, request: Mapping[str, Any]) -> EditedPrediction:
        return predict_edited(self._what_if, self.frame, request, self.all_samples)  # type: ignore[arg-type]

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


_TITLE_LENGTH = 200
#: traits that the browser cannot change
_READ_ONLY = ("data", "message", "edit_options", "what_if_result", "what_if_error", "page_model")


def _checked_title(title: object) -> str:
    if not isinstance(title, str) or not title.strip() or len(title) > _TITLE_LENGTH:
        raise ConfigError(
            f"Explorer: title={title!r:.80}; give a text of 1 to {_TITLE_LENGTH} characters, or None for the model and the data set"
        )
    return title


def _frame_of(trace: xr.DataTree | xr.Dataset) -> xr.Dataset:
    if isinstance(trace, xr.Dataset):
        return trace
    from mmviz import plots  # only a Trace needs the analysis behind it

    return plots.explorer_frame(trace)


def _selection_options(
    frame: xr.Dataset, other: xr.Dataset | None, edits: EditOptions, model: PageModel | None
) -> SelectionOptions:
    """Return the values that can be selected; modalities can be masked if the values of all coalitions were recorded."""
    maskable = "game" in frame and (other is None or "game" in other)
    names = [visible(name) for name in frame["modality"].values] if maskable else []
    runs, counts = ("A",) if other is None else RUNS, sizes(frame)
    if model is None:
        return SelectionOptions(counts, names, runs, edits, sample_colours=sample_colours(frame))
    epoch = [int(number) for number in frame["epoch"].values].index(model.about["epoch"])
    recorded, counts["sample"] = counts["sample"], len(all_ids(frame, model))
    return SelectionOptions(counts, names, runs, edits, recorded, epoch, sample_colours(frame))


def _first(frame: xr.Dataset, options: SelectionOptions) -> dict[str, Any]:
    epochs = [int(epoch) for epoch in frame["epoch"].values]
    best = frame.attrs.get("best_epoch")
    epoch = epochs.index(best) if best in epochs else len(epochs) - 1
    indices = {"sample": 0, "epoch": epoch, "layer": 0, "channel": 0, "time": frame.sizes["time"] - 1}
    return {
        **indices,
        "brush": None,
        "zoom": None,
        "masked": [],
        "edits": {},
        "run": options.runs[-1],
        "section": "sample",
        "colours": check_colours({}, options.sample_colours),
        "scatter": check_scatter({}),
    }
