"""Processors that a process may use: quotas of control groups on stored files, affinity, and settings of the user that win."""

import os
from pathlib import Path

import pytest
import torch
from fresh_process import printed
from mmkernels.cpu import processors

VERSION_2 = "0::/user.slice/lab\n"
VERSION_1 = "9:name=systemd:/\n4:cpu,cpuacct:/docker/abc\n3:cpuset:/docker/abc\n"


def machine(folder: Path, own: str, files: dict[str, str]) -> tuple[Path, Path]:
    """Return where the control groups are mounted, and the file with those of this process."""
    groups = folder / "cgroup"
    groups.mkdir()
    for name, text in files.items():
        path = groups / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "self").write_text(own)
    return groups, folder / "self"


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        (VERSION_2, {"user.slice/lab/cpu.max": "max 100000\n"}, None),
        (VERSION_2, {"user.slice/lab/cpu.max": "150000 100000\n"}, 1.5),
        (VERSION_2, {"user.slice/lab/cpu.max": "max 100000\n", "user.slice/cpu.max": "400000 100000\n"}, 4.0),
        (VERSION_2, {"user.slice/lab/cpu.max": "800000 100000\n", "user.slice/cpu.max": "400000 100000\n"}, 4.0),
        ("0::/\n", {"cpu.max": "200000 100000\n"}, 2.0),
        ("0::/../../outside\n", {"cpu.max": "200000 100000\n"}, 2.0),
        ("0::/a\n", {"a/cpu.max": "spoilt\n"}, None),
        ("0::/a\n", {"a/cpu.max": "100000 0\n"}, None),
        (VERSION_1, {"cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000\n"}, None),
        (VERSION_1, {"cpu/docker/abc/cpu.cfs_quota_us": "250000\n", "cpu/docker/abc/cpu.cfs_period_us": "100000\n"}, 2.5),
        # in a container the group's own folder is mounted as the first one
        (VERSION_1, {"cpu,cpuacct/cpu.cfs_quota_us": "50000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"}, 0.5),
        ("no lines of a known form\n", {}, None),
    ],
)  # fmt: skip
def test_the_quota_of_a_control_group_is_the_smallest_of_its_own_and_those_above_it(
    tmp_path: Path, own: str, files: dict[str, str], expected: float | None
) -> None:
    assert processors.quota(*machine(tmp_path, own, files)) == expected


def test_without_the_files_of_control_groups_there_is_no_quota(tmp_path: Path) -> None:
    assert processors.quota(tmp_path / "none", tmp_path / "nowhere") is None


@pytest.mark.parametrize(("quota", "usable"), [(None, 8), (2.5, 2), (0.5, 1), (1.995, 2), (64.0, 8)])
def test_usable_processors_are_whole_ones_within_affinity_and_quota(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, usable: int
) -> None:
    monkeypatch.setattr(processors, "allowed", lambda: frozenset(range(8)))
    monkeypatch.setattr(processors, "quota", lambda: quota)
    assert processors.usable() == usable


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_allowed_processors_are_those_of_the_affinity() -> None:
    one = min(os.sched_getaffinity(0))
    assert printed(f"import os; os.sched_setaffinity(0, {{{one}}}); from mmkernels.cpu import processors as p; print(p.allowed())") == (
        f"frozenset({{{one}}})"
    )  # fmt: skip


LIMITED = """
import torch
{before}
from pathlib import Path
Path.read_text = (lambda real: lambda self, *a, **k: {{
    "/proc/self/cgroup": "0::/", "/sys/fs/cgroup/cpu.max": "100000 100000"}}.get(str(self)) or real(self, *a, **k))(Path.read_text)
import mmkernels
from mmkernels.cpu import processors
print(torch.get_num_threads(), processors.limited_from(), processors.set_by_user() or "-")
"""


@pytest.mark.skipif(len(processors.allowed()) < 2, reason="needs two processors")
def test_pytorch_imported_first_gets_no_more_threads_than_the_quota_unless_the_user_has_set_them() -> None:
    own = torch_default()
    assert printed(LIMITED.format(before="")) == f"1 {own} -"
    assert printed(LIMITED.format(before="torch.set_num_threads(3)")) == "3 None torch.set_num_threads"
    assert printed(LIMITED.format(before=""), OMP_NUM_THREADS="2") == "2 None OMP_NUM_THREADS=2"


def torch_default() -> int:
    """Return the number of threads that PyTorch chooses here."""
    return int(printed("import torch; print(torch.get_num_threads())"))


def test_an_explicit_number_of_threads_is_the_users_also_after_a_block_with_another_number() -> None:
    code = """
import torch
from mmkernels.cpu import processors as p
print(p.set_by_user() or "-", end=" ")
before = torch.get_num_threads()
with p.number_of_threads(before + 1):
    print(torch.get_num_threads() - before, end=" ")
print(torch.get_num_threads() - before, p.set_by_user() or "-", end=" ")
torch.set_num_threads(before + 2)
print(p.set_by_user())
"""
    assert printed(code) == "- 1 0 - torch.set_num_threads"


def test_the_number_of_threads_is_restored_after_an_error() -> None:
    before = torch.get_num_threads()
    with pytest.raises(ValueError, match="stop"), processors.number_of_threads(before + 1):
        raise ValueError("stop")
    assert torch.get_num_threads() == before
