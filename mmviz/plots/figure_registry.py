"""Registry of figures: the frame and the figure specification of every plot function, built in or registered by a user."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from mmviz.analysis.per_run import has_runs
from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr

    from mmviz.plots.figure_spec import FigureSpec

    Plot = TypeVar("Plot", bound=Callable[..., Any])


class RegisteredFigure(NamedTuple):
    """The two pure functions behind a plot function: data to frame, and frame to figure specification.

    ``single_runs`` is the reason why a combined result is refused, or "", or a function of the frame of the first run that returns it.
    """

    frame: Callable[..., xr.Dataset]
    spec: Callable[[xr.Dataset], FigureSpec]
    single_runs: str | Callable[[xr.Dataset], str] = ""

    def specification(self, *data: Any, **options: Any) -> FigureSpec:
        """Return the figure specification of data; of a combined result the mean and the interval over its runs.

        Raises
        ------
        DataError
            If the figure shows single runs only and the result is combined.
        """
        if not any(map(_combined, [*data, *options.values()])):
            return self.spec(self.frame(*data, **options))
        from mmviz.plots.over_runs import spec_over_runs

        return spec_over_runs(self, data, options)


def _combined(value: object) -> bool:
    """Return whether an argument is a combined result, or a mapping with one."""
    return any(map(has_runs, value.values())) if isinstance(value, dict) else has_runs(value)


#: plot function -> its frame and specification, in the order of registration
FIGURES: dict[Callable[..., Any], RegisteredFigure] = {}


def register_figure(
    frame: Callable[..., xr.Dataset],
    spec: Callable[[xr.Dataset], FigureSpec],
    *,
    single_runs: str | Callable[[xr.Dataset], str] = "",
) -> Callable[[Plot], Plot]:
    """Return a decorator that registers a plot function, so that :func:`mmviz.plots.paper` can write its figure.

    Parameters
    ----------
    frame
        Takes the arguments of the plot function; returns the named arrays that it draws.
    spec
        Takes the frame; returns its figure specification.
    single_runs
        Where the figure has no mean over runs: the reason, a clause such as "channels of different seeds do not correspond". The result of a
        combined Trace is refused with it. A function is called with the frame of the first run. "": such a result is drawn with the mean and the 95 % interval over its runs, by
        :func:`mmviz.plots.over_runs.spec_over_runs`.

    Returns
    -------
    callable
        The decorator; the plot function that it returns draws combined results too, and a figure of the package links its row of the page
        "How far can you trust this picture?".

    Examples
    --------
    ``docs/templates/figure.py`` is a complete figure to copy.
    """

    def decorate(plot: Plot) -> Plot:
        figure = RegisteredFigure(frame, spec, single_runs)

        @functools.wraps(plot)
        def drawn(*data: Any, **options: Any) -> Any:
            from mmviz.plots.plotly_backend import draw, link_row

            if not any(map(_combined, [*data, *options.values()])):
                return link_row(plot(*data, **options), plot.__name__)
            return link_row(draw(figure.specification(*data, **options)), plot.__name__)

        FIGURES[drawn] = figure
        return cast("Plot", drawn)

    return decorate


def figure_of(plot: Callable[..., Any]) -> RegisteredFigure:
    """Return the frame and specification functions of a registered plot function.

    Raises
    ------
    ConfigError
        If it is not registered; the message lists those that are.
    """
    if plot not in FIGURES:
        names = [function.__name__ for function in FIGURES]
        name = str(getattr(plot, "__name__", repr(plot)))
        raise ConfigError(
            f"paper: {name} is not a registered figure{nearest(name, names)}; register it with mmviz.plots.register_figure, "
            f"pass a FigureSpec, or use one of {', '.join(names)}"
        )
    return FIGURES[plot]
