"""What can colour the dots of samples in the section "overview"."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmviz.core.escape import visible
from mmviz.widgets.frame import groups_of

if TYPE_CHECKING:
    import xarray as xr


def sample_colours(frame: xr.Dataset) -> list[str]:
    """Return the keys of the colours of samples, the default first; empty where the frame has no list of samples.

    In the order of the page: ``correct``, ``true class``, ``predicted class``, ``group``; ``confidence``, ``p`` (of the true class), ``loss``, or of a
    regression ``target``, ``value``, ``residual``, ``error``; for each modality ``φ NAME``, and ``masked NAME``, the value with this modality masked.
    """
    held = groups_of(frame)
    if "samples" not in held:
        return []
    overview, classes = "overview" in held, frame.attrs["task"] == "classification"
    labelled = bool(frame.attrs.get("labelled", 1))
    names = [visible(name) for name in frame["modality"].values]
    keys = ["correct", "true class"] if labelled and classes else []
    if overview:
        keys += ["predicted class"] if classes else []
        keys += ["group"] if len(_names(frame)) > 1 else []
        more = ("confidence", ("p", "loss")) if classes else ("value", ("residual", "error"))
        keys += ["target"] if labelled and not classes else []
        keys += [more[0], *(more[1] if labelled else ())]
    elif classes:
        keys.append("p")
    keys += [f"φ {name}" for name in names]
    shown = {int(number) for number in frame["overview_subset"].values} if overview else set()
    every = 2 ** len(names) - 1
    return keys + [f"masked {name}" for m, name in enumerate(names) if every & ~(1 << m) in shown]


def scatter_axes(colours: Sequence[str]) -> list[str]:
    """Return the keys of what an axis of the scatter plot can show: of :func:`sample_colours` those that are numbers."""
    return [key for key in colours if key not in ("correct", "true class", "predicted class", "group")]


def _names(frame: xr.Dataset) -> list[str]:
    groups = frame["overview_value"].attrs.get("groups")
    return json.loads(groups) if isinstance(groups, str) and groups else list(groups or [])
