"""Threads of a training or a recording: one where the work is small, and brief spinning beside other programs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from mmkernels.cpu.processors import number_of_threads, set_by_user
from mmkernels.cpu.spin import adaptive_spin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmviz.models.base import FusionModel

#: parameters times steps of a batch below which a second thread saves nothing: of models whose scan is one operator, and of others, whose
#: attention or convolution does more work per parameter. Chosen on two cores; ``tests/bars/beside.py`` measures a model on either side
SMALL_SCAN, SMALL = 3e7, 2e6


def is_small(model: FusionModel, batch_size: int) -> bool:
    """Return whether the batches of a model are too small for a second thread.

    It depends on sizes only, never on the load of the machine: the number of threads changes the last digits of sums.
    """
    work = sum(each.numel() for each in model.parameters()) * model.steps * batch_size
    return work < (SMALL_SCAN if hasattr(model.config, "state") else SMALL)


@contextmanager
def threads_for(model: FusionModel, batch_size: int = 32) -> Iterator[None]:
    """Set the threads for a training or recording inside the block; the user's settings win, and are as before afterwards."""
    if is_small(model, batch_size) and not set_by_user():
        with number_of_threads(1):
            yield
    else:
        with adaptive_spin():
            yield
