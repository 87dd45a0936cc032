"""The charts of a live training as a widget: history, status and interventions; a thread of its own prepares the curves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from mmviz.core.escape import visible
from mmviz.plots import theme
from mmviz.widgets import html_page
from mmviz.widgets.cockpit_curves import cockpit_curves
from mmviz.widgets.what_if import LatestOnlyWorker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: seconds between two drawings at least, so that short epochs do not fill the connection
_PAUSE_S = 0.15


def _module() -> str:
    return f"{html_page.script()}\nexport default {{ render: mmviz.renderCockpit }};\n"


class CockpitCharts(anywidget.AnyWidget):
    """Charts of a training by epoch, for :class:`Cockpit`.

    Parameters
    ----------
    names
        Modalities.
    title
        Heading.
    retrained
        As in :func:`mmviz.widgets.cockpit_curves.cockpit_curves`.
    """

    _esm = _module()
    _css = html_page.style("style.css")
    title = traitlets.Unicode("").tag(sync=True)
    names: Any = traitlets.List().tag(sync=True)
    colours: Any = traitlets.List().tag(sync=True)
    history = traitlets.Dict().tag(sync=True)
    changes: Any = traitlets.List().tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)

    def __init__(self, names: Sequence[str], title: str, retrained: Mapping[str, float] | None = None) -> None:
        self._names, self._retrained = list(names), retrained
        super().__init__(
            title=visible(title),
            names=[visible(name) for name in names],
            colours=[theme.colour(m) for m in range(len(self._names))],
            history={"epochs": [], "curves": [], "body": b""},
        )
        self._worker = LatestOnlyWorker(self._prepare, self._show)

    def draw_rows(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Draw the history; of calls that follow one another quickly only the last is drawn."""
        self._worker.submit(list(rows))

    def draw_changes(self, records: Sequence[Mapping[str, Any]], steps: int) -> None:
        """Draw the interventions: their list, and a mark at each place of the charts.

        Parameters
        ----------
        records
            As in ``run.info["interventions"]``.
        steps
            Batches of an epoch: a change at step k of epoch e is marked at e - 1 + k / steps, since a row of the history is drawn at its end.
        """
        self.changes = [
            {
                "epoch": int(each["epoch"]),
                "step": int(each["step"]),
                "place": each["epoch"] - 1 + min(1.0, each["step"] / max(1, steps)),
                "what": visible(each["what"]),
                "from": _text(each["from"]),
                "to": _text(each["to"]),
            }
            for each in records
        ]

    def wait_drawn(self, timeout_s: float = 10.0) -> bool:
        """Wait until the last history was drawn; return whether that is so."""
        return self._worker.wait_idle(timeout_s)

    def close(self) -> None:
        """Close the widget and end its thread."""
        self._worker.close()
        super().close()

    def _prepare(self, rows: list[Mapping[str, float]]) -> dict[str, Any]:
        curves, table = cockpit_curves(rows, self._names, self._retrained)
        return {"epochs": [int(row["epoch"]) for row in rows], "curves": curves, "body": table.tobytes()}

    def _show(self, number: int, rows: Any, history: dict[str, Any] | None, error: BaseException | None) -> None:
        if history is None:
            self.error = f"The curves could not be prepared: {visible(str(error), longest=400)}"
            return
        self.history = history
        time.sleep(_PAUSE_S)


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else visible(str(value), longest=200)
