"""Tasks are split over PyTorch's own threads, or over ours: each runs once, and an error in one is an error."""

import sys
from collections import Counter
from pathlib import Path
from threading import Barrier, get_native_id

import pytest
import torch
from mmkernels.simd import openmp, threads


@pytest.fixture(params=["PyTorch's threads", "our threads"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Choose whose threads run the tasks."""
    if request.param == "our threads":
        monkeypatch.setattr(openmp, "_forked", True)
    elif openmp.team() is None:
        pytest.skip("PyTorch does not run on GNU's OpenMP here")
    return str(request.param)


@pytest.mark.parametrize("n_thread", [1, 2, 3, 7])
@pytest.mark.parametrize("n_task", [0, 1, 2, 5, 64])
def test_every_task_runs_exactly_once(way: str, n_thread: int, n_task: int) -> None:
    torch.set_num_threads(n_thread)
    done: Counter[int] = Counter()
    threads.split(lambda first, last: done.update(range(first, last)), n_task, cost=1e9)
    assert done == Counter(range(n_task))


def test_two_parts_run_at_the_same_time(way: str) -> None:
    torch.set_num_threads(2)
    both = Barrier(2, timeout=20)
    threads.split(lambda first, last: both.wait() and None, 2, cost=1e9)


@pytest.mark.parametrize("bad", [0, 1, 3])
def test_an_error_in_one_part_reaches_the_caller_after_the_others_have_run(way: str, bad: int) -> None:
    torch.set_num_threads(4)
    done = []

    def work(first: int, last: int) -> None:
        if first == bad:
            raise ValueError(f"task {first}")
        done.append(first)

    with pytest.raises(ValueError, match=f"task {bad}"):
        threads.split(work, 4, cost=1e9)
    assert sorted(done) == [i for i in range(4) if i != bad]


def test_a_split_within_a_split_runs_all_of_its_tasks(way: str) -> None:
    if way == "our threads":
        pytest.skip("a pool of n - 1 threads cannot wait for itself; no kernel splits twice")
    torch.set_num_threads(2)
    done: Counter[int] = Counter()

    def outer(first: int, last: int) -> None:
        for i in range(first, last):
            threads.split(lambda a, b, i=i: done.update(range(10 * i + a, 10 * i + b)), 10, cost=1e9)  # type: ignore[misc]

    threads.split(outer, 4, cost=1e9)
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
        threads.split(work, 2, cost=1e9)
        torch.randn(2000, 500).sin()
    assert {path.name for path in Path("/proc/self/task").iterdir()} <= before  # one of another test's may have ended
    assert len(names) == 2
    assert names <= before
