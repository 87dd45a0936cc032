"""What ``python -m mmviz app`` refuses, and the limits of the processes of its pages."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from mmviz.core.errors import ConfigError, MissingDependencyError
from mmviz.server.app import main

needs_voila = pytest.mark.skipif(find_spec("voila") is None, reason="voila is not installed: pip install 'mmviz[app]'")


def finish(coroutine):
    """Run a coroutine in a thread of its own: an open browser keeps an event loop in the main thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@needs_voila
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port=0"], "port=0"),
        (["--pages=0"], "pages=0; give a number from 1 to 10000"),
        (["--memory=1"], "memory=1; give a number from 256"),
        (["--idle=0"], "idle=0"),
        (["--compare"], "--compare with 1 Trace; give two"),
        (["--compare", "b.nc", "c.nc"], "--compare with 3 Traces; give two"),
        (["--model=m.mmviz", "b.nc"], "--model with 2 Traces; a model belongs to one Trace"),
    ],
)
def test_invalid_words_are_refused_before_a_file_is_read(words, said):
    with pytest.raises(ConfigError, match=said):
        main([*words, "a.nc"])


def test_without_voila_the_package_is_named(monkeypatch):
    monkeypatch.setattr("mmviz.server.app.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'mmviz\[app\]'"):
        main(["a.nc"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux applies the limit of memory")
def test_a_page_cannot_allocate_more_than_its_limit():
    code = "from mmviz.server.page import limit_memory; limit_memory(700); bytearray(100 << 20); print('small'); bytearray(700 << 20)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "small\n"
    assert done.stderr.rstrip().endswith("MemoryError")


@needs_voila
@pytest.mark.parametrize(
    ("connections", "minutes", "ends"), [(0, 4, False), (0, 6, True), (1, 59, False), (1, 61, True)]
)
def test_a_process_ends_five_minutes_after_its_page_was_closed_or_an_hour_after_its_last_use(
    connections, minutes, ends
):
    from mmviz.server.app import voila_config
    from mmviz.server.page_kernels import page_kernels

    ended = []
    kernels = page_kernels()(config=voila_config(ip="127.0.0.1", port=8866, token=True, pages=3, idle_minutes=60))
    last = datetime.now(UTC) - timedelta(minutes=minutes)
    spec = SimpleNamespace(metadata={})
    kernels._kernels["k"] = SimpleNamespace(
        execution_state="idle", last_activity=last, kernel_name="python3", kernel_spec=spec
    )
    kernels._kernel_connections["k"] = connections

    async def shutdown_kernel(kernel_id, **_):
        ended.append(kernel_id)
        del kernels._kernels[kernel_id]

    kernels.shutdown_kernel = shutdown_kernel
    finish(kernels.cull_kernel_if_idle("k"))
    assert ended == ["k"] * ends


@needs_voila
def test_pages_that_start_at_the_same_time_count(monkeypatch):
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
    from tornado.web import HTTPError

    from mmviz.server.page_kernels import page_kernels

    async def start(self, **_):
        await asyncio.sleep(0.01)
        self._kernels[str(len(self._kernels))] = SimpleNamespace()

    monkeypatch.setattr(AsyncMappingKernelManager, "start_kernel", start)
    kernels = page_kernels()(max_pages=2)

    async def five():
        return await asyncio.gather(*(kernels.start_kernel() for _ in range(5)), return_exceptions=True)

    refused = [one for one in finish(five()) if isinstance(one, HTTPError)]
    assert len(kernels._kernels) == 2
    assert [one.status_code for one in refused] == [503] * 3
    assert "2 pages are open" in refused[0].log_message
