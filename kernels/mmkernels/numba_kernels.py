"""Whether an operator's Numba kernels can be had here, asked once and kept."""

import importlib
from collections.abc import Callable

from mmkernels.dispatch import constant_in_graphs


def why_missing(module: str) -> Callable[[], str | None]:
    """Return a question without arguments: why the kernels of `module` cannot run here, or None if they can."""

    @constant_in_graphs
    def why() -> str | None:
        try:
            importlib.import_module("numba")
        except (ImportError, SystemError, OSError) as error:
            # A Numba too old for the installed numpy raises ImportError (or SystemError) with the reason.
            return f"numba cannot be imported ({error}); install or upgrade it: pip install 'numba>=0.61'"
        try:
            importlib.import_module(module)
        except RuntimeError as error:
            # Numba finds no folder to keep compiled kernels in.
            return f"its kernels cannot be set up ({error}); set NUMBA_CACHE_DIR to a folder you may write to"
        return None

    return why
