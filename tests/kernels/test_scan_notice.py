"""Whoever waits for a compilation is told what the wait is for, and nobody else is disturbed."""

import logging
import time
from typing import Any

import pytest
from mmkernels.scan.numba_backend import notice
from mmkernels.simd.vector import Kind


def _kernel(name: str) -> Any:
    def kernel() -> None: ...

    kernel.__name__ = name
    return kernel


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice, "PATIENCE", 0.05)
    monkeypatch.setattr(notice, "_met", set())


def test_a_long_first_call_says_what_it_waits_for(caplog: pytest.LogCaptureFixture) -> None:
    kernel, kind = _kernel("forward"), Kind(3, single=True, sources="")
    with caplog.at_level(logging.WARNING, logger="mmkernels"), notice.of_compilation(kernel, kind):
        time.sleep(0.5)
    assert [record.getMessage() for record in caplog.records] == [
        "preparing forward for 3 modalities in float32: compiled once on this machine, some seconds; "
        "later processes load it"
    ]


def test_a_short_or_a_second_call_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    kernel, kind = _kernel("backward"), Kind(2, single=False, sources="")
    with caplog.at_level(logging.WARNING, logger="mmkernels"):
        with notice.of_compilation(kernel, kind):
            pass
        with notice.of_compilation(kernel, kind):
            time.sleep(0.5)
    assert caplog.records == []
