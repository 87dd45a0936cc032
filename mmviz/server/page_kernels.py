"""The processes of the pages that ``python -m mmviz app`` has open: how many there may be, and when they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager


@cache
def page_kernels() -> type[AsyncMappingKernelManager]:
    """Return the class ``PageKernels`` of the kernels of open pages, with the options ``max_pages`` and ``idle_minutes``.

    A page beyond ``max_pages`` is refused with status 503. A kernel without connections ends after ``cull_idle_timeout`` seconds, one with
    connections after ``idle_minutes`` without a message.
    """
    from jupyter_core.utils import ensure_async
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
    from tornado.web import HTTPError
    from traitlets import Int

    class PageKernels(AsyncMappingKernelManager):
        """Kernels of open pages, see :func:`page_kernels`."""

        max_pages = Int(16, help="The largest number of open pages.").tag(config=True)
        idle_minutes = Int(60, help="Minutes without a message after which the process of an open page ends.").tag(
            config=True
        )

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self._starting = 0

        async def start_kernel(self, *args: Any, **kwargs: Any) -> str:  # type: ignore[override]
            """Start the process of a page; HTTPError 503 where ``max_pages`` are open."""
            if len(self.list_kernel_ids()) + self._starting >= self.max_pages:
                raise HTTPError(
                    503,
                    f"{'One page is' if self.max_pages == 1 else f'{self.max_pages} pages are'} open, and this server has no place for more. Close one, or load this page again later.",
                    reason="All places are taken",
                )
            self._starting += 1
            try:
                return await super().start_kernel(*args, **kwargs)
            finally:
                self._starting -= 1

        async def cull_kernel_if_idle(self, kernel_id: str) -> None:
            """End a kernel that has no connections, or no message for ``idle_minutes``."""
            await super().cull_kernel_if_idle(kernel_id)
            kernel: Any = self._kernels.get(kernel_id)
            last = getattr(kernel, "last_activity", None)
            unused = last is not None and datetime.now(UTC) - last > timedelta(minutes=self.idle_minutes)
            if unused and kernel.execution_state != "busy":
                self.log.info(
                    "The page of kernel %s has not been used for %d minutes: its process ends",
                    kernel_id,
                    self.idle_minutes,
                )
                await ensure_async(self.shutdown_kernel(kernel_id))

    return PageKernels
