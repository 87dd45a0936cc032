"""Waiting threads spin briefly while other programs need the processors, and as always when these are gone; results do not change."""

import threading
import time
from pathlib import Path

import pytest
import torch
from fresh_process import printed
from mmkernels.cpu import processors, spin


def decided(*intervals: tuple[float, float], decision: spin.Decision | None = None) -> list[bool]:
    """Return the decisions for intervals of a tenth of a second: shares that our two threads waited, and that others worked."""
    decision = spin.Decision(processors=2, team=2) if decision is None else decision
    return [decision.update(0.1, 0.1 * waited, 0.1 * others) for waited, others in intervals]


def test_threads_spin_briefly_after_two_intervals_of_waiting_and_not_after_one() -> None:
    assert decided((0.03, 0.1), (0.8, 0.2), (0.03, 0.1), (0.8, 1.0), (0.7, 1.0)) == [False, False, False, False, True]


def test_threads_spin_again_after_half_a_second_in_which_others_left_room() -> None:
    decision = spin.Decision(processors=2, team=2, brief=True)
    assert decided(*[(0, 1.0)] * 3, *[(0, 0.1)] * 4, (0, 0.9), decision=decision) == [True] * 8
    assert decided(*[(0, 0.1)] * 6, decision=decision)[-1] is False


def test_a_return_that_was_wrong_doubles_the_time_until_the_next() -> None:
    decision = spin.Decision(processors=2, team=2, brief=True)

    def quiet_until_return() -> int:
        count = 1
        while decided((0, 0.1), decision=decision) == [True]:
            count += 1
        return count

    first = quiet_until_return()
    decided((0.9, 1.0), (0.9, 1.0), decision=decision)
    assert decision.brief
    second = quiet_until_return()
    assert second >= 2 * first - 1


def test_a_machine_with_free_processors_for_all_threads_counts_as_quiet() -> None:
    decision = spin.Decision(processors=16, team=4, brief=True)
    assert decided(*[(0, 8.0)] * 6, decision=decision)[-1] is False


def test_unreadable_counters_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spin, "_STAT", tmp_path / "stat")
    monkeypatch.setattr(spin, "_TASKS", tmp_path)
    assert spin.busy(frozenset({0})) is None
    assert spin.waited() is None
    (tmp_path / "stat").write_text("cpu 0 0 0 0\ncpu0 100 0 50 900 7 1 2 3 0 0\ncpu1 5 5 5 5 5 5 5 5 0 0\nintr 5\n")
    assert spin.busy(frozenset({0})) == pytest.approx(156 * spin._TICK)


needs_team = pytest.mark.skipif(
    spin._team() is None or spin.waited() is None, reason="PyTorch does not run on GNU's OpenMP here"
)

BESIDE = """
import os, subprocess, sys, threading, time
import torch
from mmkernels.cpu import processors, spin
torch.set_num_threads(2)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
a = torch.randn(3, 40000)
alone = (a.sin() * a).sum().item()
stop = time.monotonic() + 60
busy = [subprocess.Popen([sys.executable, "-c", "import time\\nend = time.monotonic() + 90\\nwhile time.monotonic() < end: pass"]) for _ in range(2)]
values, before = set(), threading.active_count()
try:
    with spin.adaptive_spin():
        while spin.switches() == 0 and time.monotonic() < stop:
            for _ in range(20):
                values.add((a.sin() * a).sum().item())
        present = spin._idle.present
        for _ in range(20):
            values.add((a.sin() * a).sum().item())
finally:
    for each in busy:
        each.kill()
        each.wait()
print(spin.switches(), present, spin._idle.present, values == {alone})
end = time.monotonic() + 20
while threading.active_count() > before and time.monotonic() < end:
    time.sleep(0.05)
print(threading.active_count() - before, {frozenset(os.sched_getaffinity(int(t))) for t in os.listdir("/proc/self/task")} == {processors.allowed()})
"""


@needs_team
@pytest.mark.skipif(len(processors.allowed()) < 2, reason="needs two processors")
def test_beside_busy_programs_threads_spin_briefly_with_the_same_result_and_nothing_is_left() -> None:
    assert printed(BESIDE).split("\n") == ["1 True False True", "0 True"]


@needs_team
@pytest.mark.parametrize(("name", "value"), [("GOMP_SPINCOUNT", "1000"), ("OMP_WAIT_POLICY", "active")])
def test_a_setting_of_the_user_wins(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    torch.set_num_threads(2)
    for each in processors.WAIT_SETTINGS:
        monkeypatch.delenv(each, raising=False)
    assert spin.reason_against() == ""
    monkeypatch.setenv(name, value)
    assert spin.reason_against() == f"{name}={value} is set"
    before = threading.active_count()
    with spin.adaptive_spin():
        assert threading.active_count() == before


def test_one_thread_needs_no_watch() -> None:
    torch.set_num_threads(1)
    assert spin.reason_against() in ("there is one thread only", *_given())


def _given() -> list[str]:
    return [f"{k}={v} is set" for k, v in processors.settings(processors.WAIT_SETTINGS).items()]


@needs_team
def test_two_trainings_in_one_process_share_one_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(2)
    for each in processors.WAIT_SETTINGS:
        monkeypatch.delenv(each, raising=False)
    with spin.adaptive_spin(), spin.adaptive_spin():
        assert sum(thread.name == "mmkernels-spin" for thread in threading.enumerate()) == 1
    end = time.monotonic() + 20
    while any(thread.name == "mmkernels-spin" for thread in threading.enumerate()) and time.monotonic() < end:
        time.sleep(0.02)
    assert not any(thread.name.startswith("mmkernels-") for thread in threading.enumerate())
