"""The served page: the Explorer, with its selection in the page's address."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import traitlets
import xarray as xr

from mmviz.io.page_model import PageModel
from mmviz.widgets.explorer import Explorer

if TYPE_CHECKING:
    from collections.abc import Sequence


class ExplorerPage(Explorer):
    """An Explorer that writes its selection into the page's address: a reload or a copied link shows the same selection."""

    address = traitlets.Bool(default_value=True).tag(sync=True)


def limit_memory(mebibytes: int) -> None:
    """Limit the memory that this process can allocate; beyond it Python raises MemoryError. Only Linux applies the limit.

    Parameters
    ----------
    mebibytes
        Private memory in MiB (RLIMIT_DATA): heap and anonymous mappings, not the code of libraries.
    """
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (mebibytes * 2**20,) * 2)


def explorer_page(frames: Sequence[str], model: str | None = None, memory: int | None = None) -> ExplorerPage:
    """Return the Explorer of one frame, or of two side by side.

    Parameters
    ----------
    frames
        Paths of one or two netCDF files, each a frame of :func:`mmviz.plots.explorer_frame`.
    model
        Path of a file of :meth:`mmviz.io.page_model.PageModel.save`: edits are then predicted in the page.
    memory
        Limit of the memory of this process in MiB, see :func:`limit_memory`.
    """
    if memory is not None:
        limit_memory(memory)
    opened = [xr.load_dataset(path, engine="h5netcdf") for path in frames]
    page_model = None if model is None else PageModel.load(model)
    view = ExplorerPage(frame=opened[0], other=opened[1] if len(opened) == 2 else None, model=page_model)
    if page_model is None:
        view.edit_options = {"never": True}  # no model is served
    return view
