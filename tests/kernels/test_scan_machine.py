"""The kernels on other machines: compiled once and kept, right without wide vectors, using wide ones if any."""

import platform
from pathlib import Path

import pytest
from test_kernel_dispatch import run_alone

TESTS = str(Path(__file__).parent)

AGREES = f"""
import sys
sys.path.insert(0, {TESTS!r})
import torch
from scan_problems import Sizes, problem, solve, worst
from mmkernels.cpu import scan
from mmkernels.cpu import vectors as vector
for name, tolerance in {{"float32": 1e-5, "float64": 1e-12}}.items():
    if name not in sys.argv[1:]:
        continue
    dtype = getattr(torch, name)
    drawn = problem(Sizes(1, 2, 33, 13, 3), masking="gaps", seed=1).to(dtype)
    right = solve(drawn.to(torch.float64), "reference")
    found = solve(drawn, "numba")
    if not max(worst(found[name], right[name]) for name in right) <= tolerance:
        raise SystemExit("wrong")
kernels = (scan.forward, scan.backward)
print(vector.HAS_AVX512, *(sum(k.stats.cache_hits.values()) for k in kernels))
"""

CHAINS = f"""
import sys
sys.path.insert(0, {TESTS!r})
import torch
from scan_problems import Sizes, problem, solve, worst
from mmkernels.cpu import vectors as vector
for steep in (1.0, 300.0):
    drawn = problem(Sizes(3, 2, 70, 13, 3), coupling="none", seed=1)
    drawn.tensors["A"] = steep * drawn.tensors["A"]
    right = solve(drawn, "reference")
    found = solve(drawn.to(torch.float32), "numba")
    for name in right:
        if not worst(found[name], right[name]) <= 1e-5:
            raise SystemExit(f"{{name}} is wrong")
print(vector.HAS_AVX512)
"""

COMPILES = """
import numba
from mmkernels.cpu import scan
from mmkernels.cpu import vectors as vector
for single in (True, False):
    sizes, plan, inputs, outputs = (0,) * 4, (16, 1, False, False, 0), (0,) * 10, (0,) * 3
    arguments = (vector.Kind(1, single=single, sources=""), sizes, plan, inputs, outputs, 0, 0)
    scan.forward.compile(tuple(numba.typeof(value) for value in arguments))
print(vector.HAS_AVX512, *("\\n".join(scan.forward.inspect_asm().values())).split())
"""
IS_X86 = platform.machine().lower() in ("x86_64", "amd64")


def test_a_cpu_without_wide_vectors_or_fused_arithmetic_gets_the_same_results(tmp_path: Path) -> None:
    cpu = {"NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert run_alone(AGREES, arguments=("float32", "float64"), **cpu).split() == ["False", "0", "0"]


def test_uniform_coupling_is_right_on_such_a_cpu_for_every_decay(tmp_path: Path) -> None:
    cpu = {"NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert run_alone(CHAINS, **cpu).split() == ["False"]


def test_there_powers_of_two_are_right_too(tmp_path: Path) -> None:
    run = f"import pytest, sys; sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', {str(Path(TESTS) / 'test_vectors.py')!r}]))"
    assert "passed" in run_alone(run, NUMBA_CPU_NAME="generic", NUMBA_CACHE_DIR=str(tmp_path))


@pytest.mark.skipif(not IS_X86, reason="AVX-512 is an extension of x86")
def test_for_a_cpu_with_wide_vectors_the_exponential_is_scaled_by_one_instruction(tmp_path: Path) -> None:
    # Compiled, not run: this machine need not have the instructions.
    features = "+avx,+avx2,+fma,+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl"
    cpu = {"NUMBA_CPU_NAME": "skylake-avx512", "NUMBA_CPU_FEATURES": features}
    cpu["NUMBA_CACHE_DIR"] = str(tmp_path)
    words = run_alone(COMPILES, **cpu).split()
    assert words[0] == "True"
    assert words.count("vscalefps") >= 1
    assert words.count("vscalefpd") >= 1
    assert any(word.startswith("%zmm") for word in words)


def test_a_second_process_compiles_nothing_and_optimised_python_changes_nothing(tmp_path: Path) -> None:
    first = run_alone(AGREES, arguments=("float32",), NUMBA_CACHE_DIR=str(tmp_path)).split()
    second = run_alone(AGREES, "-O", arguments=("float32",), NUMBA_CACHE_DIR=str(tmp_path)).split()
    assert first[1:] == ["0", "0"]
    assert second[1:] == ["1", "1"]
