"""The Cockpit: start, pause, stop and change a training from a notebook, with its curves while it runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import ipywidgets

from mmviz.core.errors import ConfigError, MmvizError
from mmviz.core.escape import visible
from mmviz.core.options import require_known
from mmviz.widgets.cockpit_charts import CockpitCharts
from mmviz.widgets.control_names import ControlNames
from mmviz.widgets.what_if import error_sentence

_RUNNING = ("starting", "running", "paused")
_WHEN = (
    "A change takes effect before the next batch; a new strategy, or any change while the strategy chooses the samples of an epoch itself, "
    "before the next epoch."
)


class TrainingHandle(Protocol):
    """A training as the Cockpit controls it: :class:`mmviz.train.LiveTraining`, or an object with the same attributes."""

    status: str
    history: list[dict[str, float]]
    records: list[dict[str, Any]]
    position: tuple[int, int]
    run: Any
    error: BaseException | None
    threads: int

    @property
    def names(self) -> tuple[str, ...]:
        """Modalities."""

    @property
    def epochs(self) -> int:
        """Number of planned epochs."""

    @property
    def batches(self) -> int:
        """Batches of an epoch."""

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies that can be chosen."""

    @property
    def values(self) -> dict[str, Any]:
        """Values in force."""

    def subscribe(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Add a listener."""

    def start(self) -> None:
        """Start."""

    def pause(self) -> None:
        """Pause."""

    def resume(self) -> None:
        """Continue."""

    def stop(self) -> None:
        """Stop."""

    def change(self, **changes: Any) -> Any:
        """Request a change."""

    def wait(self, timeout_s: float | None = None) -> Any:
        """Return the run."""

    def close(self) -> None:
        """End at once."""

    def script(self, *, model: str = "model", ds: str = "ds") -> str:
        """Return the script."""


class Cockpit(ipywidgets.VBox):
    """Live training in a notebook: buttons, the values that can be changed while it runs, and the curves of every epoch.

    Parameters
    ----------
    training
        A :class:`mmviz.train.LiveTraining`; or a model, with the data set as second argument, of which one is made.
    ds, options
        Data set and options of :class:`mmviz.train.LiveTraining` (``epochs``, ``learning_rate``, ``out``, ``threads``, ...) where a model is
        given.
    retrained
        Modality to the score of a model that was trained on it alone, in the units of ``unimodal_score`` of the history: adds the curve of
        the gap g_m = retrained score − masked score. Both must be of the same samples; the Cockpit cannot check that.

    Attributes
    ----------
    training
        The training.
    charts
        Widget with the curves.

    Raises
    ------
    ConfigError
        Options or a data set beside a training; what LiveTraining refuses; an unknown modality in ``retrained``.

    Notes
    -----
    The training runs in a process of its own, with ``threads`` CPU threads (by default those of torch in this process less one, at least 1).
    Closing the Cockpit, restarting the kernel or ending it ends that process.
    """

    def __init__(
        self,
        training: Any,
        ds: Any = None,
        *,
        retrained: Mapping[str, float] | None = None,
        **options: Any,
    ) -> None:
        if ds is not None:
            import mmviz  # the lazy front of the package: only here, so that widgets do not load torch

            training = mmviz.train.LiveTraining(training, ds, **options)
        elif options or not hasattr(training, "subscribe"):
            raise ConfigError(
                f"Cockpit: training is a {type(training).__name__}{' and options are given' if options else ''}; give Cockpit(model, ds, "
                "**options), or an mmviz.train.LiveTraining alone"
            )
        self.training: TrainingHandle = training
        names = list(training.names)
        require_known(retrained or {}, names, "Cockpit: retrained")
        self._lock = threading.RLock()  # events and the front end come from two threads
        self.charts = CockpitCharts(names, f"Training, {training.epochs} epochs planned", retrained)
        self._buttons = {
            what: ipywidgets.Button(description=label, tooltip=tip)
            for what, label, tip in (
                ("start", "Start", "Start the training in a process of its own"),
                ("pause", "Pause", "Pause before the next batch"),
                ("resume", "Continue", "Continue the paused training"),
                ("stop", "Stop", "End the training before the next batch; the run so far is kept"),
            )
        }
        for what, button in self._buttons.items():
            button.on_click(lambda _, what=what: self._guarded(getattr(self, what)))
        self._fields = _Fields(names, training)
        self._fields.apply.on_click(lambda _: self._guarded(self._apply))
        super().__init__([_row(*self._buttons.values()), self._fields.node, self.charts, ControlNames()])
        self.add_class("mmv-widgets")
        training.subscribe(self._receive)
        self._show_status()

    @property
    def run(self) -> Any:
        """The run, once the training has ended; None before."""
        return self.training.run

    @property
    def status(self) -> str:
        """Status of the training, see :class:`mmviz.train.LiveTraining`."""
        return self.training.status

    def start(self) -> None:
        """Start the training; returns at once."""
        self.training.start()

    def pause(self) -> None:
        """Pause the training before the next batch."""
        self.training.pause()

    def resume(self) -> None:
        """Continue the paused training."""
        self.training.resume()

    def stop(self) -> None:
        """End the training before the next batch; the run so far is kept."""
        self.training.stop()

    def change(self, **changes: Any) -> Any:
        """Request a change, see :meth:`mmviz.train.LiveTraining.change`."""
        return self.training.change(**changes)

    def wait(self, timeout_s: float | None = None) -> Any:
        """Return the run when the training has ended, or raise its exception; see :meth:`mmviz.train.LiveTraining.wait`."""
        return self.training.wait(timeout_s)

    def script(self, *, model: str = "model", ds: str = "ds") -> str:
        """Return Python that repeats the training with its interventions, see :meth:`mmviz.train.LiveTraining.script`."""
        return self.training.script(model=model, ds=ds)

    def close(self) -> None:
        """Close the widget, and end the training if it still runs."""
        if hasattr(self, "charts"):  # not after an error in the constructor
            self.training.close()
            self.charts.close()
        super().close()

    def _guarded(self, act: Callable[[], object]) -> None:
        """Call what a button does; an error becomes a sentence."""
        try:
            act()
        except MmvizError as error:
            self.charts.error = error_sentence(error)
        else:
            self.charts.error = ""

    def _apply(self) -> None:
        changes = self._fields.changes(self.training.values)
        if not changes:
            raise ConfigError("Nothing to apply: no value differs from the one in force.")
        self.training.change(**changes)

    def _receive(self, event: Mapping[str, Any]) -> None:
        """Show an event of the training; runs in its thread."""
        with self._lock:
            if event["kind"] == "epoch":
                self.charts.draw_rows(self.training.history)
            elif event["kind"] == "applied":
                self.charts.draw_changes(self.training.records, self.training.batches)
            elif event["kind"] == "refused":
                self.charts.error = visible(event["text"], longest=400)
            elif event["kind"] == "status":
                if self.training.error is not None:
                    self.charts.error = error_sentence(self.training.error)
                if event["status"] not in _RUNNING:
                    self.charts.draw_rows(self.training.history)
            self._show_status()

    def _show_status(self) -> None:
        training = self.training
        running, paused = training.status in _RUNNING, training.status == "paused"
        epoch, step = training.position
        where = f", epoch {epoch} of {training.epochs}, step {step + 1} of {training.batches}" if epoch else ""
        threads = f"{training.threads} CPU thread{'s' if training.threads != 1 else ''}"
        self.charts.status = f"{training.status.replace('_', ' ')}{where} ({threads}, process of its own)"
        for what, off in (
            ("start", training.status != "ready"),
            ("pause", training.status != "running"),
            ("resume", not paused),
            ("stop", not running),
        ):
            if self._buttons[what].disabled != off:
                self._buttons[what].disabled = off
        if self._fields.apply.disabled == running:
            self._fields.apply.disabled = not running


class _Fields:
    """Fields of the values that can be changed, and the button that applies them."""

    def __init__(self, names: Sequence[str], training: TrainingHandle) -> None:
        values, wide, size = training.values, {"description_width": "initial"}, _wide("380px")
        self.strategy = ipywidgets.Dropdown(
            options=[name for name in training.strategies if name] or [values["strategy"]],
            value=values["strategy"] if values["strategy"] in training.strategies else None,
            description="strategy",
            style=wide,
            layout=size,
        )
        self.options = ipywidgets.Text(
            value="",
            description="options",
            placeholder='JSON, such as {"rate": 0.3}',
            style=wide,
            layout=_wide("420px"),
            continuous_update=False,
        )
        self.rate = ipywidgets.FloatText(
            value=values["learning_rate"], description="learning rate (peak)", style=wide, layout=size
        )
        self.joint = ipywidgets.FloatText(value=1.0, description="weight of the joint loss", style=wide, layout=size)
        self.factor = {name: self._slider(name, "learning rate ×", 0.0, 2.0, 1.0) for name in names}
        self.dropout = {name: self._slider(name, "modality dropout", 0.0, 0.95, 0.0) for name in names}
        self.weight = {
            name: ipywidgets.Text(
                value="",
                placeholder="default",
                description=f"weight of the unimodal loss, {visible(name)}",
                style=wide,
                layout=_wide("380px"),
            )
            for name in names
        }
        self.apply = ipywidgets.Button(description="Apply changes", tooltip=_WHEN, disabled=True)
        rows = [_row(self.factor[n], self.dropout[n], self.weight[n]) for n in names]
        self.node = ipywidgets.VBox(
            [
                _row(self.strategy, self.options),
                _row(self.rate, self.joint),
                *rows,
                _row(
                    self.apply,
                    ipywidgets.HTML(_WHEN, layout=ipywidgets.Layout(flex="1 1 240px", width="auto", min_width="0")),
                ),
            ]
        )

    def _slider(self, name: str, what: str, low: float, high: float, value: float) -> ipywidgets.FloatSlider:
        return ipywidgets.FloatSlider(
            value=value,
            min=low,
            max=high,
            step=0.05,
            description=f"{what}, {visible(name)}",
            style={"description_width": "initial"},
            layout=_wide("380px"),
            continuous_update=False,
        )

    def changes(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what differs from the values in force, as arguments of ``change``.

        Raises
        ------
        ConfigError
            Options that are no JSON object, or a weight that is no number.
        """
        found: dict[str, Any] = {}
        if self.options.value.strip():
            try:
                options = json.loads(self.options.value)
            except ValueError as error:
                raise ConfigError(
                    f'options={self.options.value!r:.80} are no JSON ({error}); write, for example, {{"rate": 0.3}}'
                ) from None
            found["strategy"], found["strategy_options"] = self.strategy.value, options
        elif self.strategy.value != values["strategy"]:
            found["strategy"] = self.strategy.value
        if self.rate.value != values["learning_rate"]:
            found["learning_rate"] = self.rate.value
        for kind, sliders, usual in (
            ("learning_rate_factor", self.factor, 1.0),
            ("modality_dropout", self.dropout, 0.0),
        ):
            differ = {n: one.value for n, one in sliders.items() if one.value != values[kind].get(n, usual)}
            if differ:
                found[kind] = differ
        weights = {n: _weight(n, one.value) for n, one in self.weight.items() if one.value.strip()} | {
            "joint": self.joint.value
        }
        before = {"joint": 1.0} | values["loss_weight"]
        if "strategy" in found:
            before = {"joint": 1.0}
        differ = {n: value for n, value in weights.items() if value != before.get(n)}
        return found | ({"loss_weight": differ} if differ else {})


def _wide(width: str) -> ipywidgets.Layout:
    """Return a layout of a width, narrower in a narrower output."""
    return ipywidgets.Layout(width=width, max_width="calc(100% - 4px)", min_width="0")


def _row(*parts: ipywidgets.Widget) -> ipywidgets.HBox:
    """Return controls in a row that breaks where it is too narrow."""
    return ipywidgets.HBox(parts, layout=ipywidgets.Layout(flex_flow="row wrap"))


def _weight(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(
            f"weight of the unimodal loss of {visible(name)}={text!r:.40}; give a number, or nothing"
        ) from None
