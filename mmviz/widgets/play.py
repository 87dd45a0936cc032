"""Controls for the parameters of any function, above what it returns."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from html import escape as html_escape
from typing import Any

import ipywidgets

from mmviz.core.errors import ConfigError
from mmviz.core.escape import visible
from mmviz.core.options import number, require_known
from mmviz.widgets.notebook_controls import STYLE, Controls, wide_layout


def play(function: Callable[..., Any], /, **choices: Any) -> Play:
    """Return controls for the parameters of a function above what it returns, which is computed again after every change.

    Parameters
    ----------
    function
        What it returns is displayed: a figure of :mod:`mmviz.plots` or :mod:`mmviz.course.figures`, a text, a table. It is called with all
        ``choices`` by name.
    choices
        Parameter -> ``(low, high, step)``, numbers with low < high and step > 0, for a slider; a list of values for a choice; True or False
        for a check box. A slider or choice starts at the default of the parameter where it has one, else in the middle or at the first value.

    Returns
    -------
    Play
        A widget; ``.set(name=value)`` and ``.values`` as of :class:`Controls`.

    Raises
    ------
    ConfigError
        No choice, one that the function does not take, a range or list of another form, or a default outside it.

    Examples
    --------
    >>> mm.widgets.play(lambda decay=0.9: decay**10, decay=(0.5, 1.0, 0.01))  # doctest: +SKIP
    """
    parameters = inspect.signature(function).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    if not choices:
        raise ConfigError("play: no choices; give ranges or lists by parameter, such as decay=(0.5, 1.0, 0.01)")
    if not takes_all:
        require_known(choices, parameters, "play", "parameter of the function")
    made = {}
    for name, choice in choices.items():
        first = parameters[name].default if name in parameters else inspect.Parameter.empty
        made[name] = _chosen(name, choice, None if first is inspect.Parameter.empty else first)
    return Play(Controls(made), function)


class Play(ipywidgets.VBox):
    """Controls above what a function returns; see :func:`play`.

    A plotly figure is updated in place. Anything else is shown as its HTML or text. An error of the function is shown in its place.
    """

    def __init__(self, controls: Controls, function: Callable[..., Any]) -> None:
        self.controls, self._function = controls, function
        super().__init__([controls])
        self._draw()
        for widget in controls.widgets.values():
            widget.observe(self._draw, "value")

    def _draw(self, change: Any = None) -> None:
        import plotly.graph_objects as go

        try:
            found = self._function(**self.values)
        except Exception as error:  # of the reader's function: an exception in a callback would be lost
            if change is None:
                raise
            found = f"{type(error).__name__}: {error}"
        shown: Any = tuple(self.children)[-1]  # type: ignore[has-type]
        if not isinstance(found, go.Figure):
            html = found._repr_html_() if hasattr(found, "_repr_html_") else f"<pre>{html_escape(str(found))}</pre>"
            self.children = [self.controls, *([] if found is None else [ipywidgets.HTML(html)])]
        elif isinstance(shown, go.FigureWidget) and [t.type for t in shown.data] == [t.type for t in found.data]:
            with shown.batch_update():
                shown.update(found.to_dict(), overwrite=True)
        else:
            self.children = [self.controls, go.FigureWidget(found)]

    @property
    def values(self) -> dict[str, Any]:
        """The current values by name."""
        return self.controls.values

    def set(self, **values: Any) -> None:
        """Set values by name, as :meth:`Controls.set`."""
        self.controls.set(**values)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and a sentence for front ends without widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            forms = bundle[0] if isinstance(bundle, tuple) else bundle
            forms["text/plain"] = (
                f"Controls: {', '.join(self.values)}. They need a running kernel and a front end with widgets."
            )
        return bundle


def _chosen(name: str, choice: Any, first: Any) -> Any:
    """Return the widget of one choice of :func:`play`, with its first value."""
    shared = {"description": visible(name.replace("_", " ")), "style": STYLE, "layout": wide_layout()}
    if isinstance(choice, bool):
        return ipywidgets.Checkbox(value=choice if first is None else bool(first), indent=False, **shared)
    if isinstance(choice, tuple):
        if len(choice) != 3:
            raise ConfigError(f"play: {name}={choice!r}; give (low, high, step), or a list of values")
        low, high, step = (number(v, f"play: {name}", low=-math.inf) for v in choice)
        if not (low < high and step > 0):
            raise ConfigError(f"play: {name}={choice!r}; give low < high and a step above 0")
        value = (
            number(first, f"play: {name}", low=low, high=high)
            if first is not None
            else low + step * round((high - low) / 2 / step)
        )
        if all(isinstance(v, int) for v in choice):
            return ipywidgets.IntSlider(value=int(value), min=choice[0], max=choice[1], step=choice[2], **shared)
        return ipywidgets.FloatSlider(value=value, min=low, max=high, step=step, **shared)
    if not isinstance(choice, list) or not choice:
        raise ConfigError(f"play: {name}={choice!r}; give (low, high, step), a list of values, True or False")
    if first is not None and first not in choice:
        raise ConfigError(f"play: {name}: the function's default {first!r} is not in {choice!r}")
    options = [(visible(str(value)), value) for value in choice]
    return ipywidgets.Dropdown(options=options, value=choice[0] if first is None else first, **shared)
