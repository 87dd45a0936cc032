"""The live view of a Trace: signals, coupled states, prediction and contributions under one time cursor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import anywidget
import traitlets
import xarray as xr

from mmviz.errors import ConfigError
from mmviz.io.atomic import write_bytes_atomic
from mmviz.plots.escape import visible
from mmviz.widgets import source
from mmviz.widgets.contract import check_frame
from mmviz.widgets.page import page
from mmviz.widgets.pairing import in_other, paired
from mmviz.widgets.payload import header, pack, sizes
from mmviz.widgets.recipe import read_recipe, write_recipe
from mmviz.widgets.selection import RUNS, Choices, check_selection
from mmviz.widgets.words import readout


class Explorer(anywidget.AnyWidget):
    """Scrub through a sequence and through training, and see what every modality carries and contributes.

    The browser holds all data; moving a control asks no kernel.

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

    Attributes
    ----------
    selection
        What is shown, as one dict of JSON values, followed and settable from code: ``explorer.selection = {"epoch": 3}``.
        Indices ``sample``, ``epoch``, ``layer``, ``channel`` (the row of the state maps), ``time``; ``brush``: None or
        [first step, last step]; ``masked``: modalities the model is not to hear; ``run``: "A", and with ``other``
        "B" or "both". Keys left out keep their value. Assign a new dict; changing the old one in place shows nothing.
    message
        Why the last selection that came from the browser was refused, or "".
    frame, other
        The numbers shown; ``other`` is None unless two runs are compared.

    Raises
    ------
    ConfigError
        Both or neither of ``trace`` and ``frame``; a selection that does not exist.
    DataError
        A Trace without coalitions, a frame that is not one, or another run that cannot be compared.
    """

    _esm = source.module()
    _css = source.read("style.css")
    data = traitlets.Dict().tag(sync=True)
    selection: Any = traitlets.TraitType({}).tag(sync=True)  # no type of its own: every refusal is a ConfigError
    message = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        trace: xr.DataTree | None = None,
        *,
        frame: xr.Dataset | None = None,
        other: xr.DataTree | xr.Dataset | None = None,
        selection: dict[str, Any] | None = None,
        recipe: dict[str, Any] | None = None,
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
        self._choices = _choices(self.frame, self.other)
        if selection is not None and recipe is not None:
            raise ConfigError("Explorer: both of selection and recipe given; give one of them")
        asked = {} if selection is None else selection
        asked = asked if recipe is None else read_recipe(self.frame, recipe)
        chosen = check_selection(asked, choices=self._choices, current=_first(self.frame, self._choices))
        data = pack(self.frame)
        if self.other is not None:
            data |= {f"{key}_b": value for key, value in pack(self.other).items()}
        super().__init__(data=data, selection=chosen)

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
        first, run = readout(self.frame, self.selection), self.selection["run"]
        if self.other is None or run == "A":
            return first
        second = readout(self.other, in_other(self.frame, self.other, self.selection))
        return second if run == "B" else f"A: {first} · B: {second}"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the view as one HTML file that needs neither kernel nor network, and return its path.

        The file opens at the current selection. It is written next to its place and moved there when complete, so a
        file that was there before stays whole if anything fails.

        Raises
        ------
        OSError
            The folder does not exist or cannot be written.
        """
        text = page(self.data, selection=self.selection, title=header(self.frame)["title"])
        target = Path(path)
        write_bytes_atomic(target, text.encode("utf-8"))
        return target

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the browser sent; a selection that does not exist is refused and named in ``message``."""
        accepted = {key: value for key, value in sync_data.items() if key not in ("data", "message")}
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
    def _forget_message(self, _change: object) -> None:
        self.message = ""

    def _checked(self, given: object) -> dict[str, Any]:
        return check_selection(given, choices=self._choices, current=self.selection)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and a sentence for front ends that show none."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        said = f"{header(self.frame)['title']}: {self.readout}. Shown where widgets are; elsewhere use .save('study.html')."
        (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"] = said
        return bundle


def _frame_of(trace: xr.DataTree | xr.Dataset) -> xr.Dataset:
    if isinstance(trace, xr.Dataset):
        return trace
    from mmviz import plots  # only a Trace needs the analysis behind it

    return plots.explorer_frame(trace)


def _choices(frame: xr.Dataset, other: xr.Dataset | None) -> Choices:
    """Return what can be selected; modalities can be masked where the answers to their subsets were recorded."""
    known = "game" in frame and (other is None or "game" in other)
    names = [visible(name) for name in frame["modality"].values] if known else []
    return Choices(sizes(frame), names, ("A",) if other is None else RUNS)


def _first(frame: xr.Dataset, choices: Choices) -> dict[str, Any]:
    epochs = [int(epoch) for epoch in frame["epoch"].values]
    best = frame.attrs.get("best_epoch")
    epoch = epochs.index(best) if best in epochs else len(epochs) - 1
    indices = {"sample": 0, "epoch": epoch, "layer": 0, "channel": 0, "time": frame.sizes["time"] - 1}
    return {**indices, "brush": None, "masked": [], "run": choices.runs[-1]}
