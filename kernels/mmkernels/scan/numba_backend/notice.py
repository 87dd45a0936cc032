"""Says that a kernel is being compiled, when that takes long enough for a person to wonder."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

from mmkernels.simd.vector import Kind

PATIENCE = 1.0  # seconds; a kernel that is kept on disk loads in less
_log = logging.getLogger("mmkernels")
_met: set[tuple[str, int, bool]] = set()


@contextmanager
def of_compilation(kernel: Any, kind: Kind) -> Iterator[None]:
    """Log a warning if the first call of `kernel` for this kind in this process is still not back after a second."""
    key = (str(kernel.__name__), kind.n_modality, kind.single)
    if key in _met:
        yield
        return
    _met.add(key)
    message = "compiling %s for %d modalities in %s (once on this machine, some seconds)"
    precision = "float32" if kind.single else "float64"
    timer = Timer(PATIENCE, _log.warning, (message, kernel.__name__, kind.n_modality, precision))
    timer.daemon = True
    if kernel.signatures:
        names = [str(signature[0]) for signature in kernel.signatures]
        compiled = any(f"kind({kind.n_modality}, {precision}" in name for name in names)
    else:
        compiled = False
    if not compiled:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
