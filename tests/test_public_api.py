"""Public API: `dir` lists it in every package, its names can be imported, and type checkers see its types."""

import importlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mmviz as mm

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for path in (ROOT / "mmviz").rglob("__init__.py")
    if "__all__" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("package", [*PACKAGES, "mmkernels"])
def test_dir_lists_every_public_name_of_a_package_and_each_can_be_imported(package):
    module = importlib.import_module(package)
    assert set(module.__all__) <= set(dir(module))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("name", ["record", "doctor", "errors", "report", "server", "studies", "course", "recording"])
def test_dir_of_mmviz_lists_a_lazy_name_and_the_attribute_exists(name):
    assert name in dir(mm)
    assert getattr(mm, name) is not None


def test_both_packages_ship_the_marker_for_type_checkers():
    assert (ROOT / "mmviz" / "py.typed").is_file()
    assert (ROOT / "kernels" / "mmkernels" / "py.typed").is_file()


@pytest.mark.timeout(600)
def test_mypy_reveals_the_types_of_a_three_line_script(tmp_path):
    script = tmp_path / "script.py"
    lines = ["import mmviz as mm", 'reveal_type(mm.data.load("watch"))', "reveal_type(mm.record)"]
    script.write_text("\n".join(lines) + "\n")
    options = ["--ignore-missing-imports", "--follow-imports=silent", "--cache-dir", str(ROOT / ".mypy_cache")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(script)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert 'Revealed type is "mmviz.data.dataset.Dataset"' in done.stdout, done.stdout + done.stderr
    assert "DataTree" in done.stdout.splitlines()[1]
    assert "Any" not in done.stdout.splitlines()[0]


def test_every_public_name_that_a_text_or_message_mentions_exists():
    packages = "|".join(name for name in mm.__all__ if (ROOT / "mmviz" / name).is_dir())
    mention = re.compile(rf"(?<![\w.'/-])(?:mm|mmviz)\.({packages})\.([A-Za-z]\w*)(?![\w./]*\.(?:js|json|md|nc))")
    texts = [*(ROOT / "mmviz").rglob("*.py"), *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    found = {m for p in texts if p.name != "CHANGELOG.md" for m in mention.findall(p.read_text(encoding="utf-8"))}
    assert ("recording", "what_if") in found
    missing = []
    for package, name in sorted(found):
        module = importlib.import_module(f"mmviz.{package}")
        if not hasattr(module, name) and importlib.util.find_spec(f"mmviz.{package}.{name}") is None:
            missing.append(f"mmviz.{package}.{name}")
    assert missing == []
