"""The live view of a Trace: signals, coupled states, prediction and contributions under one time cursor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from mmviz.errors import ConfigError
from mmviz.io.atomic import write_bytes_atomic
from mmviz.widgets import source
from mmviz.widgets.contract import check_frame
from mmviz.widgets.page import page
from mmviz.widgets.payload import header, pack, sizes
from mmviz.widgets.selection import check_selection
from mmviz.widgets.words import readout

if TYPE_CHECKING:
    import xarray as xr


class Explorer(anywidget.AnyWidget):
    """Scrub through a sequence and through training, and see what every modality carries and contributes.

    The browser holds all data; moving a control asks no kernel.

    Parameters
    ----------
    trace
        Recorded with ``coalitions=True``.
    frame
        Instead of a Trace: what :func:`mmviz.plots.explorer_frame` returned for one.
    selection
        What is shown first: indices ``sample``, ``epoch``, ``layer``, ``time``. Default: the first sample at the
        best epoch (else the last), heard to its end.

    Attributes
    ----------
    selection
        The same four indices, followed and settable from code: ``explorer.selection = {"epoch": 3}``.
        Keys left out keep their value. Assign a new dict; changing the old one in place shows nothing.
    message
        Why the last selection that came from the browser was refused, or "".
    frame
        The numbers shown.

    Raises
    ------
    ConfigError
        Both or neither of ``trace`` and ``frame``; a selection that does not exist.
    DataError
        A Trace without coalitions, or a frame that is not one.
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
        selection: dict[str, int] | None = None,
    ) -> None:
        if (trace is None) == (frame is None):
            given = "both" if frame is not None else "neither"
            raise ConfigError(f"Explorer: {given} of trace and frame given; give one of them")
        self.frame: xr.Dataset = frame if trace is None else _frame_of(trace)  # type: ignore[assignment]
        check_frame(self.frame)
        self._sizes = sizes(self.frame)
        first = _first(self.frame)
        chosen = check_selection({} if selection is None else selection, sizes=self._sizes, current=first)
        super().__init__(data=pack(self.frame), selection=chosen)

    @classmethod
    def from_frame(cls, frame: xr.Dataset, *, selection: dict[str, int] | None = None) -> Explorer:
        """Return the view of a frame that was computed before, for example read from a file."""
        return cls(frame=frame, selection=selection)

    @property
    def readout(self) -> str:
        """The sentence under the controls, in words: epoch, moment, prediction, truth, contributions."""
        return readout(self.frame, self.selection)

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
    def _validate_selection(self, proposal: dict[str, Any]) -> dict[str, int]:
        return self._checked(proposal["value"])

    @traitlets.observe("selection")
    def _forget_message(self, _change: object) -> None:
        self.message = ""

    def _checked(self, given: object) -> dict[str, int]:
        return check_selection(given, sizes=self._sizes, current=self.selection)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and a sentence for front ends that show none."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        said = f"{header(self.frame)['title']}: {self.readout}. Shown where widgets are; elsewhere use .save('study.html')."
        (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"] = said
        return bundle


def _frame_of(trace: xr.DataTree) -> xr.Dataset:
    from mmviz import plots  # only a Trace needs the analysis behind it

    return plots.explorer_frame(trace)


def _first(frame: xr.Dataset) -> dict[str, int]:
    epochs = [int(epoch) for epoch in frame["epoch"].values]
    best = frame.attrs.get("best_epoch")
    epoch = epochs.index(best) if best in epochs else len(epochs) - 1
    return {"sample": 0, "epoch": epoch, "layer": 0, "time": frame.sizes["time"] - 1}
