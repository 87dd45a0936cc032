"""What the served page shows: the Explorer, with its selection in the page's address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets
import xarray as xr

from mmviz.widgets.explorer import Explorer

if TYPE_CHECKING:
    from collections.abc import Sequence


class Page(Explorer):
    """An Explorer that owns its page: what is selected survives a reload, and a copied link shows the same."""

    address = traitlets.Bool(default_value=True).tag(sync=True)


def show(frames: Sequence[str]) -> Page:
    """Return the page of one frame, or of two beside each other.

    Parameters
    ----------
    frames
        Paths of one or two frames as :func:`mmviz.plots.explorer_frame` returns them, each written to a netCDF file.
    """
    opened = [xr.load_dataset(path, engine="h5netcdf") for path in frames]
    view = Page(frame=opened[0], other=opened[1] if len(opened) == 2 else None)
    view.studio = {"never": True}  # no model is served, so nothing could answer an edit
    return view
