"""Controls for notebooks: available modalities, epoch, sample, layer and coupling as ipywidgets around any plot, and their link to an Explorer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np
import traitlets
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.escape import visible
from mmviz.core.options import number, require_known
from mmviz.widgets.control_names import ControlNames

if TYPE_CHECKING:
    from mmviz.widgets.explorer import Explorer

NAMES = ("available", "epoch", "sample", "layer", "coupling")
STYLE = {"description_width": "initial"}


class ModalityChoice(ipywidgets.HBox, ipywidgets.ValueWidget):
    """One checkbox per modality; ``value`` is the tuple of the modalities that are available, at least one.

    Attributes
    ----------
    boxes
        Modality to its checkbox, for ``jslink``.
    """

    value = traitlets.Tuple()

    def __init__(self, names: Sequence[str]) -> None:
        self.boxes = {
            name: ipywidgets.Checkbox(
                value=True,
                description=visible(name),
                indent=False,
                layout=ipywidgets.Layout(width="auto", margin="2px 18px 2px 2px"),
            )
            for name in names
        }
        self._names, self._busy = tuple(names), False
        super().__init__(
            [ipywidgets.Label("available:"), *self.boxes.values()],
            value=self._names,
            layout=ipywidgets.Layout(flex_flow="row wrap"),
        )
        for box in self.boxes.values():
            box.observe(self._read, "value")

    @traitlets.validate("value")
    def _validate(self, proposal: dict[str, Any]) -> tuple[str, ...]:
        given = proposal["value"]
        require_known(given, self._names, "controls: available")
        if not given:
            raise ConfigError("controls: available is empty; keep at least one modality")
        return tuple(name for name in self._names if name in given)

    @traitlets.observe("value")
    def _write(self, change: dict[str, Any]) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            for name, box in self.boxes.items():
                box.value = name in change["new"]
        finally:
            self._busy = False

    def _read(self, change: dict[str, Any]) -> None:
        """Take the subset from the checkboxes; the last one stays checked."""
        if self._busy:
            return
        chosen = tuple(name for name, box in self.boxes.items() if box.value)
        if not chosen:
            self._busy = True
            try:
                change["owner"].value = True
            finally:
                self._busy = False
            return
        self._busy = True
        try:
            self.value = chosen
        finally:
            self._busy = False


class Controls(ipywidgets.VBox):
    """Controls of what a plot shows; see :func:`controls`.

    Attributes
    ----------
    widgets
        Name to widget, as ``ipywidgets.interactive_output(f, controls.widgets)`` takes them: ``available`` (its value is a tuple of modalities),
        ``epoch`` (a recorded epoch), ``sample`` (position among the recorded samples) and ``layer`` (position, from 0), as the functions of
        :mod:`mmviz.plots` take them, and ``coupling`` (a number in [0, 1]).
    """

    def __init__(self, widgets: Mapping[str, Any]) -> None:
        self.widgets = dict(widgets)
        super().__init__([*self.widgets.values(), ControlNames()])
        self.add_class("mmv-widgets")

    def __getitem__(self, name: str) -> Any:
        require_known([name], self.widgets, "controls", "control")
        return self.widgets[name]

    @property
    def values(self) -> dict[str, Any]:
        """The current values by name."""
        return {name: widget.value for name, widget in self.widgets.items()}

    def set(self, **values: Any) -> None:
        """Set values by name.

        Raises
        ------
        ConfigError
            An unknown control, or a value that it does not have.
        """
        require_known(values, self.widgets, "controls", "control")
        for name, value in values.items():
            widget = self.widgets[name]
            known = _options(widget)
            if known is not None:
                require_known([value], known, f"controls: {name}", "value")
            if hasattr(widget, "min"):
                value = number(value, f"controls: {name}", low=widget.min, high=widget.max)
            widget.value = value

    def around(self, function: Callable[..., Any]) -> ipywidgets.VBox:
        """Return the controls above the output of a function, which is called again after every change.

        Parameters
        ----------
        function
            Its parameters are names of controls, any of them: ``lambda epoch, available: mm.plots.plot_shapley(...)``. What it returns is
            displayed.

        Raises
        ------
        ConfigError
            A parameter that is no control, or none.
        """
        parameters = inspect.signature(function).parameters.values()
        every = any(p.kind is p.VAR_KEYWORD for p in parameters)
        named = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        wanted = [name for name in self.widgets if every or name in named]
        required = [p.name for p in parameters if p.name in named and p.default is p.empty]
        require_known(required, self.widgets, "controls: function", "control")
        if not wanted:
            raise ConfigError(
                f"controls: the function takes none of {', '.join(self.widgets)}; name its parameters after controls"
            )
        shown = ipywidgets.interactive_output(_displayed(function), {name: self.widgets[name] for name in wanted})
        # without these two a figure that was drawn wide keeps its output wide when the page becomes narrower
        shown.layout.min_width, shown.layout.overflow = "0", "auto"
        return ipywidgets.VBox([self, shown])


def controls(
    source: Any, *, include: Iterable[str] | None = None, coupling: float | None = None, **first: Any
) -> Controls:
    """Return controls of what a source holds: available modalities, recorded epoch, recorded sample, layer and, on request, coupling.

    Parameters
    ----------
    source
        A Trace, a frame such as :func:`mmviz.plots.explorer_frame` returns, or the spec of a data set (modalities only).
    include
        Names of controls, in the order of the view; None: all that the source has.
    coupling
        First value of a knob in [0, 1], a factor of the coupling weights between modalities, for a callable such as
        :func:`mmviz.recording.coupling_scale` returns; None: no knob.
    first
        First values by name, ``epoch=3``. Default: all modalities, the selected epoch (else the last), the first sample and layer.

    Raises
    ------
    ConfigError
        Another source, an unknown control, one that the source does not have, or a first value that does not exist.

    Examples
    --------
    >>> knobs = mm.widgets.controls(trace, coupling=1.0)  # doctest: +SKIP
    >>> predict = mm.recording.coupling_scale(run, ds["test"])  # doctest: +SKIP
    >>> knobs.around(lambda coupling, available: float(predict(coupling, available=available)["score"]))  # doctest: +SKIP
    """
    found = _widgets_of(source)
    if coupling is not None:
        found["coupling"] = ipywidgets.FloatSlider(
            value=number(coupling, "controls: coupling", low=0, high=1),
            min=0.0,
            max=1.0,
            step=0.05,
            description="coupling × (off-diagonal W)",
            style=STYLE,
            layout=wide_layout(),
        )
    if include is not None:
        wanted = [include] if isinstance(include, str) else list(include)
        require_known(wanted, NAMES, "controls: include", "control")
        missing = [name for name in wanted if name not in found]
        if missing:
            how = "; give coupling=1.0" if missing == ["coupling"] else ""
            raise ConfigError(f"controls: this source has no {missing[0]}; it has {', '.join(found)}{how}")
        found = {name: found[name] for name in wanted}
    made = Controls(found)
    made.set(**first)
    return made


def link(controls: Controls, explorer: Explorer) -> ControlLink:
    """Link controls with the selection of an Explorer, in both directions: epoch, sample, layer, and masked modalities.

    Parameters
    ----------
    controls
        From :func:`controls`. ``coupling`` is not linked: an Explorer has no such selection.
    explorer
        Of the same data; the controls are set to its selection at first. A selection that a control does not have, as an unrecorded sample, leaves that control
        unchanged.

    Returns
    -------
    ControlLink
        Its ``unlink()`` ends the link.

    Raises
    ------
    ConfigError
        Something else than controls and an Explorer, or nothing that both have.
    """
    return ControlLink(controls, explorer)


class ControlLink:
    """A link between controls and the selection of an Explorer; see :func:`link`."""

    def __init__(self, controls: Controls, explorer: Explorer) -> None:
        if not isinstance(controls, Controls) or not hasattr(explorer, "selection") or not hasattr(explorer, "frame"):
            raise ConfigError(
                f"link: {type(controls).__name__} and {type(explorer).__name__}; give mmviz.widgets.controls(...) and an mmviz.widgets.Explorer"
            )
        self._controls, self._explorer, self._busy = controls, explorer, False
        frame = explorer.frame
        #: name of a control -> key of the selection, and value by index
        known: dict[str, tuple[str, list[Any]]] = {
            "epoch": ("epoch", [int(e) for e in frame["epoch"].values]),
            "sample": ("sample", list(range(len(frame["sample_id"])))),
            "layer": ("layer", list(range(frame.sizes.get("layer", 1)))),
        }
        if "sample" in controls.widgets:
            mine = [text for text, _ in controls.widgets["sample"].options]
            theirs = [visible(str(i)) for i in frame["sample_id"].values]
            if mine != theirs:
                raise ConfigError(
                    f"link: the controls have the samples {', '.join(mine[:3])}, ..., the Explorer {', '.join(theirs[:3])}, ...; make both from "
                    "one Trace"
                )
        self._by_index = {name: entry for name, entry in known.items() if name in controls.widgets}
        self._modalities = [str(name) for name in frame["modality"].values]
        self._masks = "available" in controls.widgets and "game" in frame
        if self._masks:
            require_known(controls.widgets["available"].boxes, self._modalities, "link: available")
        self._linked = [*self._by_index, *(["available"] if self._masks else [])]
        if not self._linked:
            raise ConfigError(
                f"link: no control of {', '.join(controls.widgets)} belongs to the selection of an Explorer"
            )
        self._from_explorer()
        explorer.observe(self._from_explorer, "selection")
        for name in self._linked:
            controls.widgets[name].observe(self._to_explorer, "value")

    def unlink(self) -> None:
        """End the link; both keep their values."""
        self._explorer.unobserve(self._from_explorer, "selection")
        for name in self._linked:
            self._controls.widgets[name].unobserve(self._to_explorer, "value")

    def _from_explorer(self, change: Any = None) -> None:
        if self._busy:
            return
        selection, found = self._explorer.selection, {}
        for name, (key, values) in self._by_index.items():
            if selection[key] < len(values):
                found[name] = values[selection[key]]
        if self._masks:
            found["available"] = tuple(n for n in self._modalities if visible(n) not in selection["masked"])
        self._busy = True
        try:
            for name, value in found.items():
                known = _options(self._controls.widgets[name])
                if (known is None or value in known) and value != ():
                    self._controls.widgets[name].value = value
        finally:
            self._busy = False

    def _to_explorer(self, change: Any) -> None:
        if self._busy:
            return
        values = self._controls.values
        chosen: dict[str, Any] = {
            key: listed.index(values[name]) for name, (key, listed) in self._by_index.items() if values[name] in listed
        }
        if self._masks:
            chosen["masked"] = [visible(n) for n in self._modalities if n not in values["available"]]
        self._busy = True
        try:
            self._explorer.selection = chosen
        finally:
            self._busy = False


def _displayed(function: Callable[..., Any]) -> Callable[..., None]:
    def shown(**values: Any) -> None:
        from IPython.display import display

        found = function(**values)
        if found is not None:
            display(found)

    return shown


def _options(widget: Any) -> list[Any] | None:
    """Return the values of a widget that has a list of them; None for another one."""
    return [value for _, value in widget.options] if hasattr(widget, "options") else None


def wide_layout() -> ipywidgets.Layout:
    """Return the layout of a control: wide enough for its name and a slider, narrower in a narrower output."""
    return ipywidgets.Layout(width="440px", max_width="calc(100% - 4px)", min_width="0")


def _widgets_of(source: Any) -> dict[str, Any]:
    modalities, epochs, samples, layers, best = _held(source)
    found: dict[str, Any] = {"available": ModalityChoice(modalities)}
    if epochs:
        found["epoch"] = ipywidgets.SelectionSlider(
            options=[(str(e), e) for e in epochs],
            value=best if best in epochs else epochs[-1],
            description="epoch",
            style=STYLE,
            layout=wide_layout(),
        )
    if samples:
        found["sample"] = ipywidgets.Dropdown(
            options=[(visible(s), k) for k, s in enumerate(samples)],
            description="sample",
            style=STYLE,
            layout=wide_layout(),
        )
    if layers > 1:
        found["layer"] = ipywidgets.Dropdown(
            options=[(str(i + 1), i) for i in range(layers)], description="layer", style=STYLE, layout=wide_layout()
        )
    return found


def _held(source: Any) -> tuple[list[str], list[int], list[str], int, Any]:
    """Return modalities, recorded epochs, ids of recorded samples, number of layers and the selected epoch of a source."""
    if isinstance(source, xr.DataTree) and "modalities" in source.attrs:
        return _held_by_trace(source)
    if isinstance(source, xr.Dataset) and "modality" in source.coords:
        epochs = [int(e) for e in np.atleast_1d(source["epoch"].values)] if "epoch" in source.coords else []
        samples = [str(i) for i in np.atleast_1d(source["sample_id"].values)] if "sample_id" in source else []
        return (
            [str(n) for n in source["modality"].values],
            epochs,
            samples,
            source.sizes.get("layer", 0),
            source.attrs.get("best_epoch"),
        )
    names = getattr(source, "names", None)
    if names and hasattr(source, "modalities"):
        return [str(n) for n in names], [], [], 0, None
    raise ConfigError(
        f"controls: source is a {type(source).__name__}; give a Trace (mmviz.record), a frame (mmviz.plots.explorer_frame) or the spec of a data "
        "set (ds.spec)"
    )


def _held_by_trace(trace: xr.DataTree) -> tuple[list[str], list[int], list[str], int, Any]:
    sets = {name: trace[name].to_dataset() for name in ("prefixes", "states", "samples") if name in trace.children}
    recorded = [sets[name] for name in ("prefixes", "states") if name in sets]
    epochs = [int(epoch) for epoch in recorded[0]["epoch"].values] if recorded else []
    rows = recorded[0]["recorded_sample"].values if recorded else np.zeros(0, int)
    samples = [str(sets["samples"]["id"].values[row]) for row in rows] if "samples" in sets else []
    layers = sets["states"].sizes.get("layer", 0) if "states" in sets else 0
    return [str(name) for name in trace.attrs["modalities"]], epochs, samples, layers, trace.attrs.get("best_epoch")
