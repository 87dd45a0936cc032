"""The command: every group runs on tiny shapes, missing peers are named, nothing is written unasked."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from bench import __main__ as command
from bench import fresh_process, groups
from bench.groups import block_gpu, operators_gpu, scan_gpu
from bench.problems import Settings, Shape, fitting
from bench.rows import RESULTS

QUICK = Settings(quick=True, threads=(1,))
IN_PROCESS = [name for name in groups.NAMES if name != "startup"]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call in this process what would start one, JSON in between all the same."""

    def call(
        function: str, threads: int, *, emulate_avx2: bool = False, also: dict[str, str] | None = None, **arguments: Any
    ) -> Any:
        module, name = function.split(":")
        found = getattr(importlib.import_module(module), name)(**json.loads(json.dumps(arguments)))
        return json.loads(json.dumps(found))

    monkeypatch.setattr(fresh_process, "call", call)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", IN_PROCESS)
def test_every_group_measures_something_and_refuses_nobody(name: str) -> None:
    rows = groups.run(name, QUICK)
    assert {row.group for row in rows} == {name}
    assert [row.line() for row in rows if row.status == "refused"] == []
    measured = [row for row in rows if row.status == "measured"]
    if {row.status for row in rows} == {"not installed"}:
        pytest.skip(f"{name}: {rows[0].note}")
    assert len(measured) >= 2
    assert all(row.error is not None for row in measured)
    assert all(row.time is not None or row.peak_bytes is not None for row in measured)


GPU_RUNS = {
    "scan_gpu": lambda: scan_gpu.run(QUICK, "cpu", "numba"),
    "block_gpu": lambda: block_gpu.run(QUICK, "cpu"),
    "operators_gpu": lambda: operators_gpu.run(QUICK, "cpu"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", groups.GPU_NAMES)
def test_the_gpu_groups_run_where_there_is_none(name: str) -> None:
    rows = GPU_RUNS[name]()
    assert {row.group for row in rows} == {name}
    assert [row.line() for row in rows if row.status == "refused"] == []
    assert sum(row.time is not None for row in rows) >= 3


def test_without_a_gpu_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    assert command.main(["--gpu", "--out", str(tmp_path)]) == 1
    assert "nothing written: PyTorch finds no CUDA device" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_group_is_named_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--only", "scan,sacn", "--quick"]) == 1
    assert "there is no group sacn. Choose from scan, best_state, selective" in capsys.readouterr().out
    with pytest.raises(ValueError, match="there is no group 'sacn'"):
        groups.run("sacn", QUICK)


@pytest.mark.usefixtures("here")
def test_a_quick_run_writes_where_it_is_told_and_only_there(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in RESULTS.glob("*.json")}
    assert command.main(["--quick", "--only", "coupling", "--threads", "1"]) == 0
    assert command.main(["--quick", "--only", "coupling", "--threads", "1", "--out", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["coupling.json"]
    assert {path: path.read_bytes() for path in RESULTS.glob("*.json")} == before


def test_a_group_that_breaks_does_not_cost_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = groups.run

    def sometimes(name: str, settings: Settings) -> Any:
        if name == "scan":
            raise RuntimeError("broken on purpose")
        return [] if name == "limits" else run(name, settings)

    monkeypatch.setattr(groups, "run", sometimes)
    assert command.main(["--quick", "--only", "scan,limits", "--out", str(tmp_path)]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["limits.json"]
    assert "broken on purpose" in capsys.readouterr().out


def test_a_fresh_process_answers_and_a_failing_one_says_why() -> None:
    found = fresh_process.call("bench.first_call:first_call", 1)
    assert found["ms"] >= found["forward ms"] > 0
    assert found["import ms"] > 1.0, "mmkernels was imported before the clock ran"
    with pytest.raises(RuntimeError, match="no_such_function"):
        fresh_process.call("bench.first_call:no_such_function", 1)


def test_a_bare_machine_gives_rows_that_say_what_is_missing() -> None:
    code = (
        "import sys, json\n"
        "for name in ('mambapy', 'transformers', 'mamba_ssm', 'ot', 'geomloss', 'psutil', 'scipy', 'sklearn', 'einops'):\n"
        "    sys.modules[name] = None\n"
        "from bench.groups import scan, transport\n"
        "rows = scan.one(20, 4, True, True, False) + transport.one(8, True)\n"
        "print(json.dumps([[row['contender'], row['status']] for row in rows]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=fresh_process.environment(1), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    status = dict(json.loads(done.stdout.splitlines()[-1]))
    lacking = {"mambapy pscan", "POT ot.batch", "POT ot.sinkhorn, one by one", "geomloss"}
    assert {name for name, value in status.items() if value == "not installed"} - {"C++ ceiling"} == lacking
    assert status["mmkernels numba"] == status["PyTorch loop"] == "measured"


def test_a_shape_too_large_for_the_memory_gets_a_smaller_batch() -> None:
    small = Shape(3, 16, 20, 16, 4)
    assert fitting(small) == small
    huge = fitting(Shape(3, 1 << 40, 2000, 128, 64))
    assert huge.B < 1 << 30
    assert (huge.M, huge.L, huge.E, huge.N) == (3, 2000, 128, 64)
