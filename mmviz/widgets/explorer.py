"""The live view of a Trace: signals, coupled states, prediction and contributions under one time cursor."""

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
from mmviz.widgets.compare import in_other, paired
from mmviz.widgets.frame import check_frame
from mmviz.widgets.html_page import page
from mmviz.widgets.readout import readout
from mmviz.widgets.selection import RUNS, Choices, Editable, check_selection, edit_words, read_recipe, write_recipe
from mmviz.widgets.serialize import header, pack_runs, sizes
from mmviz.widgets.what_if import Answered, Latest, answered, described, editable_of, question, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mmviz.widgets.what_if import Callback


class Explorer(anywidget.AnyWidget):
    """Scrub through a sequence and through training, and see what every modality carries and contributes.

    The browser holds all data; moving a control asks no kernel, but for edits of the what-if studio.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    frame
        Instead of a Trace: what :func:`mmviz.plots.explorer_frame` returned for one.
    other
        A second run's Trace or frame, of the same data: both stand side by side, linked, with their difference. The samples
        are those recorded for both.
    selection
        What is shown first, any keys of ``selection`` below. Default: the first sample at the best epoch (else the last),
        heard to its end.
    recipe
        Instead of a selection: what :attr:`recipe` returned, here or for another recording of the same data.
    what_if
        What answers edits, for example ``mmviz.recording.what_if(run, part)``: a callable from a sample's id, an epoch and edits to groups of a Trace
        of that one sample. It is called in one thread of its own, for the newest edit only; what it raises is shown.

    Attributes
    ----------
    selection
        What is shown, as one dict of JSON values, followed and settable from code: ``explorer.selection = {"epoch": 3}``.
        Indices ``sample``, ``epoch``, ``layer``, ``channel`` (the row of the state maps), ``time``; ``brush``: None or
        [first step, last step]; ``masked``: modalities the model is not to hear; ``edits``: what the studio changes, such as
        ``{"gyro": {"delay": 5, "noise": 0.5, "seed": 1}, "gravity": {"swap": 2}}`` with the index of a sample; ``run``: "A", and with
        ``other`` "B" or "both". Keys left out keep their value. Assign a new dict; changing the old one in place shows nothing.
    message
        Why the last selection that came from the browser was refused, or "".
    frame, other
        The numbers shown; ``other`` is None unless two runs are compared.

    Raises
    ------
    ConfigError
        Both or neither of ``trace`` and ``frame``; a selection that does not exist; ``what_if`` that is no callable, or beside ``other``.
    DataError
        A Trace without coalitions, a frame that is not one, or another run that cannot be compared.
    """

    _esm = html_page.module()
    _css = html_page.style("style.css")
    data = traitlets.Dict().tag(sync=True)
    selection: Any = traitlets.TraitType({}).tag(sync=True)  # no type of its own: every refusal is a ConfigError
    message = traitlets.Unicode("").tag(sync=True)
    studio = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    failure = traitlets.Dict().tag(sync=True)
    #: None where the view was refused
    _latest: Latest | None = None

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
            self.frame, self.other = paired(self.frame, second)
        if what_if is not None and other is not None:
            raise ConfigError("Explorer: what_if beside other; an edit is of one run, so open a view of it alone")
        self._what_if, self._editable = what_if, editable_of(self.frame, what_if)
        self._choices = _choices(self.frame, self.other, self._editable)
        if selection is not None and recipe is not None:
            raise ConfigError("Explorer: both of selection and recipe given; give one of them")
        asked = {} if selection is None else selection
        asked = asked if recipe is None else read_recipe(self.frame, recipe)
        chosen = check_selection(asked, choices=self._choices, current=_first(self.frame, self._choices))
        data = pack_runs(self.frame, self.other)
        self._last: Answered | None = None
        self._error: BaseException | None = None
        self._sending = threading.RLock()  # the browser's messages and answers come from two threads
        self._latest = Latest(self._work, self._show)
        self._esm = html_page.module()  # with the views registered by now
        super().__init__(data=data, selection=chosen, studio=described(self._editable))
        self._ask()

    @classmethod
    def from_frame(cls, frame: xr.Dataset, *, selection: dict[str, Any] | None = None) -> Explorer:
        """Return the view of a frame that was computed before, for example read from a file."""
        return cls(frame=frame, selection=selection)

    @property
    def recipe(self) -> dict[str, Any]:
        """The selection in names (sample id, epoch and layer numbers) as JSON values; ``Explorer(trace, recipe=...)`` shows it."""
        return write_recipe(self.frame, self.selection)

    @property
    def readout(self) -> str:
        """The sentence under the controls, in words: epoch, moment, prediction, truth, contributions; of the runs shown."""
        run, last = self.selection["run"], self._shown()
        if last is None:
            first = readout(self.frame, self.selection)
        else:
            words = edit_words(last.asked["edits"], header(self.frame)["samples"])
            first = readout(self.frame, self.selection, edited=last.frame, what_if=words)
        if self.other is None or run == "A":
            return first
        second = readout(self.other, in_other(self.frame, self.other, self.selection))
        return second if run == "B" else f"A: {first} · B: {second}"

    @property
    def edited(self) -> xr.Dataset | None:
        """The edited sample that is shown, see :func:`mmviz.plots.what_if_frame`: the last good answer; None where what was recorded is shown."""
        last = self._shown()
        return None if last is None else last.frame

    def wait(self, timeout_s: float = 60.0) -> xr.Dataset | None:
        """Wait for the answer to the edits that are selected, and return :attr:`edited`.

        Raises
        ------
        TimeoutError
            There is none after ``timeout_s`` seconds.
        Exception
            What ``what_if`` raised.
        """
        if self._latest is not None and not self._latest.rest(timeout_s):
            raise TimeoutError(f"Explorer.wait: no answer to {question(self.selection)!r:.200} after {timeout_s:g} s")
        if self._error is not None:
            raise self._error
        return self.edited

    def close(self) -> None:
        """End the view and the thread that answers edits."""
        if self._latest is not None:
            self._latest.close()
        super().close()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the view as one HTML file that needs neither kernel nor network, and return its path.

        The file opens at the current selection. It is written next to its place and moved there when complete, so a
        file that was there before stays whole if anything fails.

        Raises
        ------
        OSError
            The folder does not exist or cannot be written.
        """
        answer = {} if self.edited is None else self.answer
        text = page(self.data, selection=self.selection, title=header(self.frame)["title"], answer=answer)
        target = Path(path)
        write_bytes_atomic(target, text.encode("utf-8"))
        return target

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the browser sent; a selection that does not exist is refused and named in ``message``."""
        accepted = {key: value for key, value in sync_data.items() if key not in _OURS}
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
        if isinstance(before, dict) and question(before) != question(change["new"]):
            self._ask()

    def _ask(self) -> None:
        """Ask for what the selection edits; nothing where it edits nothing or the answer is there."""
        asked = question(self.selection)
        self._error, self.failure = None, {}
        if self._latest is None:
            return
        if self._what_if is None or asked is None or (self.answer and self.answer["asked"] == asked):
            self._latest.cancel()
        else:
            self._latest.ask(asked)

    def _shown(self) -> Answered | None:
        """Return the last good answer where it is about the sample and epoch that are selected with edits."""
        asked, last = question(self.selection), self._last
        same = asked and last and all(last.asked[key] == asked[key] for key in ("sample", "epoch"))
        return last if same else None

    def _work(self, asked: Mapping[str, Any]) -> Answered:
        return answered(self._what_if, self.frame, asked)  # type: ignore[arg-type]

    def _show(self, number: int, asked: dict[str, Any], result: Answered | None, error: BaseException | None) -> None:
        """Take over an answer, or what went wrong; runs in the thread that asked."""
        with self._sending:
            if result is None:
                self._error = error if asked == question(self.selection) else None
                self.failure = {"seq": number, "asked": asked, "text": sentence(error)}  # type: ignore[arg-type]
            else:
                self._last = result
                self.answer = {"seq": number, "asked": asked, **result.sent}

    def _checked(self, given: object) -> dict[str, Any]:
        return check_selection(given, choices=self._choices, current=self.selection)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and for front ends that show none a still picture and a sentence."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        said = f"{header(self.frame)['title']}: {self.readout}. Shown where widgets are; elsewhere use .save('study.html')."
        other_forms = bundle[0] if isinstance(bundle, tuple) else bundle
        other_forms["text/plain"] = said
        other_forms["text/html"] = explorer_image(self.frame, self.selection, readout=self.readout)
        return bundle


#: what the browser cannot change
_OURS = ("data", "message", "studio", "answer", "failure")


def _frame_of(trace: xr.DataTree | xr.Dataset) -> xr.Dataset:
    if isinstance(trace, xr.Dataset):
        return trace
    from mmviz import plots  # only a Trace needs the analysis behind it

    return plots.explorer_frame(trace)


def _choices(frame: xr.Dataset, other: xr.Dataset | None, editable: Editable) -> Choices:
    """Return what can be selected; modalities can be masked where the answers to their subsets were recorded."""
    known = "game" in frame and (other is None or "game" in other)
    names = [visible(name) for name in frame["modality"].values] if known else []
    return Choices(sizes(frame), names, ("A",) if other is None else RUNS, editable)


def _first(frame: xr.Dataset, choices: Choices) -> dict[str, Any]:
    epochs = [int(epoch) for epoch in frame["epoch"].values]
    best = frame.attrs.get("best_epoch")
    epoch = epochs.index(best) if best in epochs else len(epochs) - 1
    indices = {"sample": 0, "epoch": epoch, "layer": 0, "channel": 0, "time": frame.sizes["time"] - 1}
    return {**indices, "brush": None, "masked": [], "edits": {}, "run": choices.runs[-1]}
