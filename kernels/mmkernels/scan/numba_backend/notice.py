"""Says that a kernel is being compiled or loaded, when that takes long enough for a person to wonder."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

from mmkernels.simd.vector import Kind

PATIENCE = 1.0  # seconds; on an idle machine a kernel that is kept on disk loads in less
_log = logging.getLogger("mmkernels")
_met: set[tuple[str, int, bool, int]] = set()


@contextmanager
def of_compilation(kernel: Any, kind: Kind) -> Iterator[None]:
    """Log a warning if the first call of `kernel` for this kind in this process is still not back after a second."""
    key = (str(kernel.__name__), kind.n_modality, kind.single, kind.registers)
    if key in _met:
        yield
        return
    _met.add(key)
    message = (
        "preparing %s for %d modalities in %s: compiled once on this machine, some seconds; later processes load it"
    )
    precision = "float32" if kind.single else "float64"
    timer = Timer(PATIENCE, _log.warning, (message, kernel.__name__, kind.n_modality, precision))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
