"""Which backend runs is chosen in the open: recorded, explained, and never changed in silence."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mmkernels
import pytest
import torch
from mmkernels import BackendUnavailable, backends, coupled_scan, dispatch, last_backend
from scan_problems import Sizes, problem

KERNELS = Path(mmkernels.__file__).parents[1]


def _arguments(dtype: torch.dtype = torch.float32) -> dict[str, Any]:
    return problem(Sizes(2, 1, 4, 3, 2), seed=1).to(dtype).tensors


def run_alone(code: str, *flags: str, arguments: Sequence[str] = (), **environment: Any) -> str:
    """Run Python code in a new process that sees only the kernels folder; return what it prints."""
    base = {"PYTHONPATH": str(KERNELS), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run([sys.executable, *flags, "-c", code, *arguments], env=base, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_auto_takes_numba_on_the_cpu_and_records_it() -> None:
    coupled_scan(**_arguments())
    choice = last_backend()
    assert choice is not None
    assert (choice.operator, choice.backend, choice.requested) == ("coupled_scan", "numba", "auto")
    assert choice.rejected == {}


def test_a_named_backend_is_the_one_that_runs() -> None:
    coupled_scan(**_arguments(), backend="reference")
    choice = last_backend()
    assert choice is not None
    assert (choice.backend, choice.requested) == ("reference", "reference")


def test_auto_says_why_it_passed_over_the_better_backend() -> None:
    y = coupled_scan(**_arguments(torch.bfloat16))
    choice = last_backend()
    assert choice is not None
    assert y.dtype == torch.bfloat16
    assert choice.backend == "reference"
    assert "float32 and float64" in choice.rejected["numba"]
    assert "torch.bfloat16" in choice.rejected["numba"]


def test_a_named_backend_that_cannot_run_raises_with_the_reason_and_the_alternatives() -> None:
    with pytest.raises(BackendUnavailable, match=r"'numba' cannot run.*torch.bfloat16.*Available.*\['reference'\]"):
        coupled_scan(**_arguments(torch.bfloat16), backend="numba")
    meta: dict[str, Any] = {name: None if v is None else v.to("meta") for name, v in _arguments().items()}
    with pytest.raises(BackendUnavailable, match=r"runs on the CPU and x is on meta"):
        coupled_scan(**meta, backend="numba")


def test_an_unknown_backend_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no backend 'cuda'.*\['numba', .*'reference', 'mamba_ssm'\]"):
        coupled_scan(**_arguments(), backend="cuda")


def test_the_table_lists_every_backend_with_its_state() -> None:
    rows = {row.backend: row for row in backends("coupled_scan")}
    assert set(rows) >= {"numba", "reference", "mamba_ssm"}
    assert all(rows[name].available for name in ("numba", "reference"))
    assert all(row.available == (row.reason is None) for row in rows.values())
    assert set(backends()) >= set(rows.values())
    with pytest.raises(ValueError, match=r"no operator 'scan'"):
        backends("scan")


def test_a_name_can_be_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_registry", {})
    one = dispatch.Backend("one", lambda: None)
    dispatch.register_backend("nothing", one)
    with pytest.raises(ValueError, match=r"'nothing' cannot take another backend named 'one'"):
        dispatch.register_backend("nothing", one)


def test_importing_the_library_imports_neither_numba_nor_mmviz() -> None:
    code = "import sys, mmkernels; print({'numba', 'llvmlite', 'mmviz'} & set(sys.modules))"
    assert run_alone(code).strip() == "set()"


def test_a_first_call_does_not_import_scipys_linear_algebra_and_leaves_numba_its_own(tmp_path: Path) -> None:
    code = """
import sys, numba, numpy, torch
from mmkernels import coupled_scan, last_backend
x = torch.ones(1, 1, 2, 1)
coupled_scan(x, x, -x[:, 0, :1], x, x)
print(last_backend().backend, "scipy.linalg" in sys.modules)
matrix = numpy.array([[2.0, 1.0], [1.0, 3.0]])
product, solved = numba.njit(lambda a: (a @ a, numpy.linalg.solve(a, a)))(matrix)
print(numpy.allclose(product, matrix @ matrix), numpy.allclose(solved, numpy.eye(2)), "scipy.linalg" in sys.modules)
"""
    said = run_alone(code, NUMBA_CACHE_DIR=str(tmp_path)).split()
    assert said == ["numba", "False", "True", "True", "True"]


def test_without_numba_auto_uses_the_reference_and_says_so() -> None:
    code = """
import sys
sys.modules["numba"] = None
import torch, mmkernels
t = [torch.ones(1, 1, 2, 3)] * 2 + [-torch.ones(1, 3, 4)] + [torch.ones(1, 1, 2, 4)] * 2
y = mmkernels.coupled_scan(*t)
choice = mmkernels.last_backend()
print(choice.backend, "|", choice.rejected["numba"])
print({row.backend: row.available for row in mmkernels.backends("coupled_scan")})
try:
    mmkernels.coupled_scan(*t, backend="numba")
except mmkernels.BackendUnavailable as error:
    print(error)
"""
    first, table, error = run_alone(code).strip().splitlines()
    assert first.startswith("reference | numba cannot be imported")
    assert "pip install" in first
    assert table.startswith("{'numba': False, ")
    assert "'reference': True" in table
    assert "numba cannot be imported" in error
    assert "'reference'" in error.split("Available here: ")[1]


def test_without_a_place_for_compiled_kernels_the_reason_names_the_remedy() -> None:
    # Numba looks for a folder it may write to when the kernels are defined; there is none here.
    code = """
import numba.core.caching as caching
caching.CacheImpl._locator_classes = []
import mmkernels
print(mmkernels.backends("coupled_scan")[0].reason)
"""
    assert "set NUMBA_CACHE_DIR to a folder" in run_alone(code)


def test_a_backend_registered_from_outside_runs_by_name_and_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {operator: dict(row) for operator, row in dispatch._registry.items()}
    monkeypatch.setattr(dispatch, "_registry", rows)
    reference = rows["silu_gate"]["reference"].run
    mmkernels.register_backend("silu_gate", mmkernels.Backend("doubled", lambda x, z: 2.0 * reference(x, z)))
    x, z = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0)).unbind(0)
    right = 2.0 * mmkernels.silu_gate(x, z, backend="reference")
    assert torch.equal(mmkernels.silu_gate(x, z, backend="doubled"), right)
    assert last_backend("silu_gate") == mmkernels.BackendSelection("silu_gate", "doubled", "doubled")
    assert [row.backend for row in backends("silu_gate")] == ["numba", "reference", "doubled"]


def test_dir_lists_every_public_name() -> None:
    assert set(mmkernels.__all__) <= set(dir(mmkernels))
    assert all(hasattr(mmkernels, name) for name in mmkernels.__all__)
