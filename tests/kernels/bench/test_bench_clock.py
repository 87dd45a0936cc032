"""Timing: in turn, in batches, without the samples that others disturbed; and memory."""

import math
import mmap
import time

import pytest
import torch
from mmkernels.timing import clock
from mmkernels.timing.clock import Plan, measure
from mmkernels.timing.memory import available_bytes, peak_bytes


class Watch:
    """Time that passes only when work is done; work elsewhere as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.elsewhere, self.order = 0.0, 0.0, []
        monkeypatch.setattr(clock.time, "perf_counter", lambda: self.now)
        monkeypatch.setattr(clock.time, "process_time", lambda: self.now)
        monkeypatch.setattr(clock, "_busy", lambda: self.now + self.elsewhere)

    def work(self, name: str, seconds: list[float], others: float = 0.0):
        left = list(seconds)

        def run() -> None:
            self.order.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]
            self.elsewhere += others

        return run


def test_the_median_and_quartiles_are_of_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    works = {"a": watch.work("a", [0.5, 0.01, 0.01, 0.02, 0.03, 0.04])}
    found = measure(works, Plan(rounds=4, batch=0.01, budget=100.0, long=9.0, short=0.0))["a"]
    assert found["samples"] == 4
    assert found["calls"] == 1
    assert found["median"] == pytest.approx(25.0)
    assert (found["q1"], found["q3"], found["least"]) == pytest.approx((17.5, 32.5, 10.0))


def test_fast_work_is_repeated_and_contenders_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    works = {"fast": watch.work("fast", [0.001]), "slow": watch.work("slow", [0.1])}
    found = measure(works, Plan(rounds=3, batch=0.05, budget=100.0))
    assert found["fast"]["calls"] == 50
    assert found["slow"]["calls"] == 1
    turns = [name for i, name in enumerate(watch.order[4:]) if i == 0 or watch.order[4:][i - 1] != name]
    assert turns == ["fast", "slow"] * 3


def test_short_work_does_not_pay_for_what_the_work_before_it_left(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    cold_and_warm = [0.5, 0.02] + [0.09, 0.02] * 3
    works = {"short": watch.work("short", cold_and_warm), "other": watch.work("other", [0.4])}
    found = measure(works, Plan(rounds=3, batch=0.01, budget=100.0))
    assert found["short"]["median"] == pytest.approx(20.0)
    assert watch.order[4:] == ["short", "short", "other"] * 3


def test_a_long_first_call_is_the_only_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    found = measure({"long": watch.work("long", [70.0])}, Plan(long=4.0))["long"]
    assert watch.order == ["long"]
    assert found["samples"] == 1
    assert found["median"] == pytest.approx(70_000.0)


def test_disturbed_samples_are_taken_again_and_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    seconds = [0.1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1]
    quiet = watch.work("a", seconds)

    def sometimes() -> None:
        quiet()
        watch.elsewhere += 0.5 if len(watch.order) == 4 else 0.0

    found = measure({"a": sometimes}, Plan(rounds=3, batch=0.1, budget=100.0))["a"]
    assert found["disturbed"] == 1
    assert found["samples"] == 4
    assert found["median"] == pytest.approx(100.0)


def test_the_budget_ends_a_measurement_on_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    found = measure({"a": watch.work("a", [0.1], others=1.0)}, Plan(rounds=5, batch=0.1, budget=1.0))["a"]
    assert found["disturbed"] == found["samples"] >= 1
    assert found["median"] == pytest.approx(100.0)


def test_the_real_clock_tells_a_tenth_of_a_second() -> None:
    found = measure({"sleep": lambda: time.sleep(0.1)}, Plan(rounds=1, batch=0.0, budget=1.0), "cpu")["sleep"]
    assert 100.0 <= found["median"] < 1000.0
    assert found["cpu"] < 50.0
    assert math.isfinite(found["q1"])


def test_peak_memory_counts_what_is_given_back_before_the_end() -> None:
    size = 64 << 20

    def work() -> None:
        for _ in range(3):
            with mmap.mmap(-1, size) as pages:  # no allocator in between
                pages.write(b"1" * (1 << 20) * 64)

    found, how = peak_bytes(work)
    if how != "VmHWM":
        pytest.skip("the high-water mark cannot be reset here")
    assert 2 * 0.95 * size <= found <= 2 * 1.2 * size, "the pages and what is written into them"
    assert available_bytes() > size


def test_memory_that_the_allocator_kept_does_not_hide_new_memory() -> None:
    kept = [torch.empty(1 << 16, dtype=torch.uint8).fill_(1) for _ in range(1000)]
    last = torch.ones(1 << 10)  # keeps the heap from shrinking by itself
    del kept
    held: list[torch.Tensor] = []

    def work() -> None:
        held.extend(torch.empty(1 << 16, dtype=torch.uint8).fill_(1) for _ in range(1000))

    found, how = peak_bytes(work)
    if how != "VmHWM":
        pytest.skip("the high-water mark cannot be reset here")
    assert len(held) * len(last) == 1_024_000
    assert found >= 0.9 * 1000 * (1 << 16)
