"""PyTorch's own OpenMP threads, for work of ours.

After every parallel operation PyTorch's threads stay awake for milliseconds and wait, spinning, for the next. Threads of
ours would share the processors with them, and hardly help.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

_TASK = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_MAPS = Path("/proc/self/maps")

_forked = False


def _after_fork() -> None:
    """Forget the threads: GNU's OpenMP waits for ever for those that a fork did not copy.

    So does PyTorch, in its own operations: the child gets one thread, as in a worker of its DataLoader.
    """
    global _forked
    if not _forked and _parallel.cache_info().currsize and _parallel() is not None:
        import torch

        torch.set_num_threads(1)
    _forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@lru_cache
def _parallel() -> Any | None:
    """Return ``GOMP_parallel`` of the library that PyTorch runs on; None where it is another than GNU's, or hidden."""
    import torch

    if sys.platform != "linux" or "OpenMP" not in torch.__config__.parallel_info():
        return None
    try:
        mapped = {line.split(maxsplit=5)[-1] for line in _MAPS.read_text(encoding="utf-8").splitlines()}
    except (OSError, UnicodeDecodeError):
        return None
    found = [path for path in mapped if Path(path).name.startswith("libgomp")]
    own = [path for path in found if Path(path).parent.name in ("lib", "torch.libs") and "torch" in path]
    if len(own or found) != 1:
        return None  # none, or several and no telling which is PyTorch's
    try:
        function = ctypes.CDLL((own or found)[0]).GOMP_parallel
    except (OSError, AttributeError):
        return None
    function.argtypes, function.restype = (_TASK, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint), None
    return function


def team() -> Callable[[Callable[[], None], int], None] | None:
    """Return what calls a task once on each of up to n threads, the caller's among them; None if PyTorch's are out of reach.

    There may be fewer (OpenMP's limits, a call from within a parallel region), so the calls must share the work out among
    themselves. The task must not raise.
    """
    function = None if _forked else _parallel()
    if function is None:
        return None
    return lambda task, n_thread: function(_TASK(lambda _: task()), None, n_thread, 0)
