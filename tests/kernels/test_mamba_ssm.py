"""The scan of the mamba-ssm package, behind our signature, is ours with one modality; what it cannot do it says."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import mmkernels
import pytest
import torch
from mmkernels import BackendUnavailable, backends, coupled_scan, last_backend
from mmkernels.peers import mamba_ssm
from scan_problems import Problem, Sizes, problem, solve, worst

ROW = next(row for row in backends("coupled_scan") if row.backend == "mamba_ssm")
installed = pytest.mark.skipif(not ROW.available, reason=f"mamba_ssm: {ROW.reason}")
on_gpu = pytest.mark.skipif(
    not torch.cuda.is_available() or importlib.util.find_spec("selective_scan_cuda") is None,
    reason="needs a GPU and mamba-ssm built with its CUDA kernel",
)


def one_modality(L: int, *, E: int = 7, N: int = 4, coupling: str = "none", direct: bool = True) -> Problem:
    drawn = problem(Sizes(1, 2, L, E, N), coupling=coupling, seed=L)
    drawn.tensors["h0"] = None
    if not direct:
        drawn.tensors["D"] = None
    return drawn


@installed
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize(("L", "E", "N", "direct"), [(1, 1, 1, True), (63, 7, 4, False), (100, 33, 16, True)])
def test_outputs_and_gradients_are_ours_to_float32(L: int, E: int, N: int, direct: bool, dtype: torch.dtype) -> None:
    # The package's reference rounds x, dt, B and C to float32, whatever it is given: 1e-5 in both dtypes.
    drawn = one_modality(L, E=E, N=N, direct=direct).to(dtype)
    found = solve(drawn, "mamba_ssm")
    for right in (solve(drawn.to(torch.float64), "reference"), solve(drawn, "numba")):
        assert found.keys() == right.keys()
        errors = {name: worst(found[name], right[name]) for name in right}
        assert max(errors.values()) <= 1e-5, errors
    assert all(value.dtype == dtype for value in found.values())


@installed
def test_a_coupling_of_one_is_no_coupling() -> None:
    drawn = one_modality(20, coupling="identity").to(torch.float32)
    t = drawn.tensors
    args = [t[name] for name in ("x", "dt", "A", "B", "C", "D")]
    plain = coupled_scan(*args, backend="mamba_ssm")
    assert torch.equal(coupled_scan(*args, t["W"], backend="mamba_ssm"), plain)
    assert torch.equal(coupled_scan(*args, t["W"].expand(2, 1, 1), backend="mamba_ssm"), plain)


@installed
def test_which_of_the_packages_two_scans_ran_is_recorded() -> None:
    drawn = one_modality(5).to(torch.float32)
    solve(drawn, "mamba_ssm")
    choice = last_backend()
    assert choice is not None
    assert (choice.backend, choice.requested) == ("mamba_ssm", "mamba_ssm")
    assert choice.note is not None
    assert "selective_scan_ref" in choice.note
    assert "quadratic in L" in choice.note
    assert ROW.note is not None
    assert ROW.note.startswith("mamba-ssm ")


REFUSALS = [
    ({"M": 2}, {}, r"one modality \(M = 1\) and x has M = 2"),
    ({"L": 0}, {}, r"no result for an empty axis and x is of shape \(1, 2, 0, 3\)"),
    ({}, {"mask": torch.ones(1, 2, 5, dtype=torch.bool)}, r"has no mask; cut the padding off"),
    ({}, {"h0": torch.zeros(1, 2, 3, 4)}, r"starts from a zero state and h0 is given; pass h0=None"),
    ({}, {"W": torch.full((1, 1), 0.5)}, r"W is not 1 \(0\.5 first\); pass W=None"),
    ({}, {"W": torch.ones(1, 1).requires_grad_()}, r"no gradient for W; pass W=None"),
]


@installed
@pytest.mark.parametrize(("sizes", "extra", "reason"), REFUSALS)
def test_what_the_package_cannot_do_is_refused_with_the_reason(
    sizes: dict[str, int], extra: dict[str, Any], reason: str
) -> None:
    full = {"M": 1, "B": 2, "L": 5, "E": 3, "N": 4, **sizes}
    t = problem(Sizes(**full), coupling="none", optional=False).to(torch.float32).tensors
    given = {**t, **extra}
    coupled_scan(**given, backend="reference")
    with pytest.raises(BackendUnavailable, match=rf"'mamba_ssm' cannot run.*{reason}.*Available here: \['numba'"):
        coupled_scan(**given, backend="mamba_ssm")
    choice = last_backend()
    assert choice is not None
    assert choice.backend == "reference"  # a refused call is not a call


def test_auto_never_takes_the_package() -> None:
    drawn = one_modality(5)
    for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
        solve(drawn.to(dtype), "auto")
        choice = last_backend()
        assert choice is not None
        assert choice.backend in ("numba", "reference")


@installed
def test_using_it_leaves_no_module_behind_and_other_libraries_as_they_are() -> None:
    code = """
import sys, torch, mmkernels
t = [torch.ones(1, 1, 2, 3)] * 2 + [-torch.ones(1, 3, 4)] + [torch.ones(1, 1, 2, 4)] * 2
mmkernels.coupled_scan(*t, backend="mamba_ssm")
print([name for name in sys.modules if name.split(".")[0] in
       ("mamba_ssm", "selective_scan_cuda", "causal_conv1d", "transformers")])
import importlib.util
print(importlib.util.find_spec("selective_scan_cuda"))
"""
    env = {"PYTHONPATH": str(Path(mmkernels.__file__).parents[1]), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    left, spec = done.stdout.splitlines()
    assert left == "[]"
    if not torch.cuda.is_available():
        assert spec == "None"


@installed
@pytest.mark.skipif(importlib.util.find_spec("transformers") is None, reason="transformers is not installed")
def test_transformers_still_runs_its_own_mamba_afterwards() -> None:
    code = """
import torch, mmkernels, transformers
t = [torch.ones(1, 1, 2, 3)] * 2 + [-torch.ones(1, 3, 4)] + [torch.ones(1, 1, 2, 4)] * 2
mmkernels.coupled_scan(*t, backend="mamba_ssm")
config = transformers.MambaConfig(vocab_size=8, hidden_size=8, state_size=4, num_hidden_layers=1)
print(transformers.MambaModel(config)(torch.zeros(1, 3, dtype=torch.long)).last_hidden_state.shape)
"""
    env = {"PYTHONPATH": str(Path(mmkernels.__file__).parents[1]), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "torch.Size([1, 3, 8])"


def test_without_the_package_the_reason_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mamba_ssm, "_found", lambda module: None)
    mamba_ssm.selective_scan_reference.cache_clear()
    mamba_ssm._cuda_kernel.cache_clear()
    try:
        row = next(row for row in backends("coupled_scan") if row.backend == "mamba_ssm")
        assert not row.available
        assert row.reason is not None
        assert "mamba-ssm is not installed (pip install" in row.reason
        assert row.note is None
        t = one_modality(5).tensors
        with pytest.raises(BackendUnavailable, match=r"'mamba_ssm' cannot run.*not installed"):
            coupled_scan(**t, backend="mamba_ssm")
    finally:
        mamba_ssm.selective_scan_reference.cache_clear()
        mamba_ssm._cuda_kernel.cache_clear()


@pytest.mark.parametrize(
    ("source", "reason"),
    [("def other(): ...", "holds no selective_scan_ref"), ("def broken(:", "cannot be read"), (None, "cannot be read")],
)
def test_a_package_that_has_changed_is_refused(
    source: str | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("einops")
    (tmp_path / "ops").mkdir()
    if source is not None:
        (tmp_path / "ops" / "selective_scan_interface.py").write_text(source, encoding="utf-8")
    found = {"mamba_ssm": tmp_path / "__init__.py"}
    monkeypatch.setattr(mamba_ssm, "_found", found.get)
    mamba_ssm.selective_scan_reference.cache_clear()
    try:
        assert reason in str(mamba_ssm.against(None))
    finally:
        mamba_ssm.selective_scan_reference.cache_clear()


def test_a_gradient_the_package_leaves_out_is_an_error_not_a_zero() -> None:
    h = mamba_ssm._NoGradient.apply(torch.ones(2, requires_grad=True))
    with pytest.raises(RuntimeError, match=r"no gradient for h_last.*h_last.detach\(\)"):
        h.sum().backward()


@on_gpu
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_the_cuda_kernel_is_ours_too(dtype: torch.dtype) -> None:
    drawn = one_modality(100, E=32, N=16).to(dtype)
    right = solve(drawn.to(torch.float64), "reference")
    t = {n: None if v is None else v.cuda().requires_grad_() for n, v in drawn.tensors.items()}
    y = coupled_scan(**t, backend="mamba_ssm")
    choice = last_backend()
    assert choice is not None
    assert choice.note is not None
    assert choice.note.endswith("its CUDA kernel")
    bound = 1e-5 if dtype == torch.float32 else 2e-2
    assert worst(y.detach().cpu(), right["y"]) <= bound
    # The incoming gradient of `right` also has a part through h_last: compare without it.
    drawn.dh.zero_()
    right = solve(drawn.to(torch.float64), "reference")
    y.backward(drawn.dy.cuda())
    for name, tensor in t.items():
        if tensor is not None and tensor.grad is not None:
            assert worst(tensor.grad.cpu(), right[f"d{name}"]) <= bound, name


@on_gpu
def test_the_cuda_kernel_refuses_float64() -> None:
    t = {n: None if v is None else v.cuda() for n, v in one_modality(5).tensors.items()}
    with pytest.raises(BackendUnavailable, match=r"float32, float16 and bfloat16 and x is torch.float64"):
        coupled_scan(**t, backend="mamba_ssm")
