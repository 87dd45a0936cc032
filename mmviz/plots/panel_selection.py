"""Selection of panels of a figure specification, for a figure of a paper."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
from mmviz.plots.hover import quantities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.plots.figure_spec import FigureSpec


def panel_names(spec: FigureSpec) -> list[str]:
    """Return the name of every panel: its title, otherwise its y quantity, otherwise its x quantity."""
    named = [quantities(spec, i) for i in range(len(spec.panels))]
    return [panel.title or found.y or found.x for panel, found in zip(spec.panels, named, strict=True)]


def select_panels(spec: FigureSpec, panels: Sequence[int | str] | None) -> FigureSpec:
    """Return a figure specification with some of its panels, in the given order.

    A panel keeps the height of its row; a label that a neighbour carried is written at the panel itself.

    Parameters
    ----------
    spec
        The figure specification.
    panels
        Positions from 0, or names as of :func:`panel_names`; a name that several panels have selects all of them. None: all panels.

    Raises
    ------
    ConfigError
        If there is no such panel, a panel is selected twice, or none is selected; the message lists the names.
    """
    if panels is None:
        return spec
    names = panel_names(spec)
    listed = ", ".join(f"{i} {name!r}" for i, name in enumerate(names))
    if isinstance(panels, (str, int)):
        raise ConfigError(f"panels={panels!r} is no list; give panels=[{panels!r}]")
    chosen: list[int] = []
    for wanted in panels:
        if isinstance(wanted, str):
            found = [i for i, name in enumerate(names) if name == wanted]
            if not found:
                raise ConfigError(
                    f"panels holds {wanted!r}, which is no panel{nearest(wanted, names)}; the figure has {listed}"
                )
            chosen += found
        elif type(wanted) is int and 0 <= wanted < len(names):
            chosen.append(wanted)
        else:
            raise ConfigError(
                f"panels holds {wanted!r}; expected a name or a position from 0 to {len(names) - 1}: {listed}"
            )
    if not chosen or len(set(chosen)) < len(chosen):
        raise ConfigError(
            f"panels={list(panels)!r} selects {'no panel' if not chosen else 'a panel twice'}; the figure has {listed}"
        )
    kept = []
    for i in chosen:
        panel, named = spec.panels[i], quantities(spec, i)
        kept.append(
            replace(
                panel,
                x=replace(panel.x, label=panel.x.label or named.x),
                y=replace(panel.y, label=panel.y.label or (named.y if named.y != panel.title else "")),
            )
        )
    columns = min(spec.columns, len(kept))
    heights = [spec.height_of(i // spec.columns) for i in chosen]
    rows = tuple(max(heights[start : start + columns]) for start in range(0, len(heights), columns))
    width = round(spec.width * columns / spec.columns) if columns < spec.columns else spec.width
    return replace(
        spec,
        panels=tuple(kept),
        columns=columns,
        heights=rows,
        width=max(width, 320),
        fixed=spec.fixed and len(kept) == len(names),
    )
