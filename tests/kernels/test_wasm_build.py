"""The committed module of the page's kernels: what the compiler writes from the sources, small, and importable without wasmtime."""

import re
import subprocess
import sys

import pytest
from mmkernels.wasm import MODULE_PATH, build

SOURCES = MODULE_PATH.parent / "src"
REASON = build.reason_against()


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_the_stored_module_is_what_the_compiler_writes_from_the_sources_byte_for_byte() -> None:
    assert build.build_module() == MODULE_PATH.read_bytes(), "run: python -m mmkernels.wasm.build"


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_check_returns_1_for_a_module_that_differs_and_writes_nothing(tmp_path, monkeypatch, capsys) -> None:
    stored = tmp_path / "kernels.wasm"
    stored.write_bytes(MODULE_PATH.read_bytes() + b"\0")
    monkeypatch.setattr(build, "MODULE_PATH", stored)
    before = stored.read_bytes()
    assert build.main(["--check"]) == 1
    assert stored.read_bytes() == before
    assert "differs from the stored module" in capsys.readouterr().out
    assert build.main([]) == 0
    assert stored.read_bytes() == MODULE_PATH.read_bytes()


def test_another_version_of_the_compiler_is_refused_with_the_version_to_install(monkeypatch) -> None:
    monkeypatch.setattr(build.util, "find_spec", lambda name: name)
    monkeypatch.setattr(build.metadata, "version", lambda name: "0.13.0")
    with pytest.raises(RuntimeError, match=r"ziglang 0\.13\.0 is installed .*ziglang==0\.17\.1"):
        build.build_module()


def test_the_module_has_at_most_32_kb_and_exports_each_function_of_the_sources() -> None:
    module = MODULE_PATH.read_bytes()
    assert module[:8] == b"\0asm\1\0\0\0"
    assert len(module) <= 32_000
    names = {
        name
        for path in SOURCES.glob("*.c")
        for name in re.findall(r"^\s*EXPORT\((\w+)\)", path.read_text(), re.MULTILINE)
    } - {"name"}
    assert len(names) > 10
    assert [name for name in names if bytes([len(name)]) + name.encode() not in module] == []


def test_importing_mmkernels_imports_neither_the_wasm_package_nor_wasmtime() -> None:
    code = "import sys, mmkernels; print([n for n in sys.modules if 'wasm' in n])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"
