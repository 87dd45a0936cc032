"""Registry of figures: the frame and the figure specification of every plot function, built in or registered by a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr

    from mmviz.plots.figure_spec import FigureSpec

    Plot = TypeVar("Plot", bound=Callable[..., Any])


class RegisteredFigure(NamedTuple):
    """The two pure functions behind a plot function: data to frame, and frame to figure specification."""

    frame: Callable[..., xr.Dataset]
    spec: Callable[[xr.Dataset], FigureSpec]


#: plot function -> its frame and specification, in the order of registration
FIGURES: dict[Callable[..., Any], RegisteredFigure] = {}


def register_figure(
    frame: Callable[..., xr.Dataset], spec: Callable[[xr.Dataset], FigureSpec]
) -> Callable[[Plot], Plot]:
    """Return a decorator that registers a plot function, so that :func:`mmviz.plots.paper` can write its figure.

    Parameters
    ----------
    frame
        Takes the arguments of the plot function; returns the named arrays that it draws.
    spec
        Takes the frame; returns its figure specification.

    Returns
    -------
    callable
        The decorator; it returns the plot function unchanged.

    Examples
    --------
    ``docs/templates/figure.py`` is a complete figure to copy.
    """

    def decorate(plot: Plot) -> Plot:
        FIGURES[plot] = RegisteredFigure(frame, spec)
        return plot

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
