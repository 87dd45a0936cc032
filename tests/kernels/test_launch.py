"""Tasks are split over PyTorch's own threads, or over ours: each runs once, and an error in one is an error.

Whoever waits for a compilation is told what the wait is for, and nobody else is disturbed.
"""

import logging
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Barrier, get_native_id
from typing import Any

import pytest
import torch
from mmkernels.cpu import launch
from mmkernels.cpu.vectors import Kind


@pytest.fixture(params=["PyTorch's threads", "our threads"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Choose whose threads run the tasks."""
    if request.param == "our threads":
        monkeypatch.setattr(launch, "_forked", True)
    elif launch.openmp_team() is None:
        pytest.skip("PyTorch does not run on GNU's OpenMP here")
    return str(request.param)


@pytest.mark.parametrize("n_thread", [1, 2, 3, 7])
@pytest.mark.parametrize("n_task", [0, 1, 2, 5, 64])
def test_every_task_runs_exactly_once(way: str, n_thread: int, n_task: int) -> None:
    torch.set_num_threads(n_thread)
    done: Counter[int] = Counter()
    launch.run_tasks(lambda first, last: done.update(range(first, last)), n_task, cost=1e9)
    assert done == Counter(range(n_task))


def test_two_parts_run_at_the_same_time(way: str) -> None:
    torch.set_num_threads(2)
    both = Barrier(2, timeout=20)
    launch.run_tasks(lambda first, last: both.wait() and None, 2, cost=1e9)


@pytest.mark.parametrize("bad", [0, 1, 3])
def test_an_error_in_one_part_reaches_the_caller_after_the_others_have_run(way: str, bad: int) -> None:
    torch.set_num_threads(4)
    done = []

    def work(first: int, last: int) -> None:
        if first == bad:
            raise ValueError(f"task {first}")
        done.append(first)

    with pytest.raises(ValueError, match=f"task {bad}"):
        launch.run_tasks(work, 4, cost=1e9)
    assert sorted(done) == [i for i in range(4) if i != bad]


def test_a_split_within_a_split_runs_all_of_its_tasks(way: str) -> None:
    if way == "our threads":
        pytest.skip("a pool of n - 1 threads cannot wait for itself; no kernel splits twice")
    torch.set_num_threads(2)
    done: Counter[int] = Counter()

    def outer(first: int, last: int) -> None:
        for i in range(first, last):
            launch.run_tasks(lambda a, b, i=i: done.update(range(10 * i + a, 10 * i + b)), 10, cost=1e9)  # type: ignore[misc]

    launch.run_tasks(outer, 4, cost=1e9)
    assert done == Counter(range(40))


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_no_thread_is_added_to_those_of_pytorch() -> None:
    if not any((Path(torch.__file__).parent / "lib").glob("libgomp*")):
        pytest.skip("PyTorch does not run on GNU's OpenMP here")
    torch.set_num_threads(2)
    torch.randn(2000, 500).sin()  # PyTorch starts its threads
    before = {path.name for path in Path("/proc/self/task").iterdir()}
    names = set()
    both = Barrier(2, timeout=20)

    def work(first: int, last: int) -> None:
        both.wait()
        names.add(str(get_native_id()))

    for _ in range(3):
        launch.run_tasks(work, 2, cost=1e9)
        torch.randn(2000, 500).sin()
    assert {path.name for path in Path("/proc/self/task").iterdir()} <= before  # one of another test's may have ended
    assert len(names) == 2
    assert names <= before


def _kernel(name: str) -> Any:
    def kernel() -> None: ...

    kernel.__name__ = name
    return kernel


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "REPORT_AFTER", 0.05)
    monkeypatch.setattr(launch, "_prepared", set())


def test_a_long_first_call_says_what_it_waits_for(caplog: pytest.LogCaptureFixture) -> None:
    kernel, kind = _kernel("forward"), Kind(3, single=True, sources="")
    with caplog.at_level(logging.WARNING, logger="mmkernels"), launch.report_compilation(kernel, kind):
        time.sleep(0.5)
    assert [record.getMessage() for record in caplog.records] == [
        "preparing forward for 3 modalities in float32: compiled once on this machine, some seconds; "
        "later processes load it"
    ]


def test_a_short_or_a_second_call_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    kernel, kind = _kernel("backward"), Kind(2, single=False, sources="")
    with caplog.at_level(logging.WARNING, logger="mmkernels"):
        with launch.report_compilation(kernel, kind):
            pass
        with launch.report_compilation(kernel, kind):
            time.sleep(0.5)
    assert caplog.records == []
