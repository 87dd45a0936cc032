"""Installation: requirement lists agree, imports are light, no torch right of the wall."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mmviz import preflight

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def run_python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_environment_yml_and_pyproject_list_the_same_requirements():
    extras = PROJECT["optional-dependencies"]
    expected = {*PROJECT["dependencies"], *extras["lab"], *extras["explain"], *extras["paper"]}
    text = (ROOT / "environment.yml").read_text()
    pip = yaml.safe_load(text)["dependencies"][-1]["pip"]
    listed = {line for line in pip if not line.startswith("-")}
    assert listed == expected
    commented = set(re.findall(r"^\s*# - (\S+)$", text, flags=re.MULTILINE))
    assert commented == set(extras["gpu"])


def test_constraints_pin_every_requirement_to_a_version_it_allows():
    lines = [line.split("==") for line in (ROOT / "constraints.txt").read_text().split()]
    pinned = {canonicalize_name(name): version for name, version in lines}
    extras = PROJECT["optional-dependencies"]
    listed = [
        *PROJECT["dependencies"],
        *(r for name in ("lab", "explain", "paper", "dev", "bench") for r in extras[name]),
    ]
    wanted = [Requirement(r) for r in listed]
    missing = [r.name for r in wanted if canonicalize_name(r.name) not in pinned]
    assert missing == [], "not pinned: run make lock"
    refused = [str(r) for r in wanted if pinned[canonicalize_name(r.name)] not in r.specifier]
    assert refused == [], "constraints.txt pins a version that pyproject.toml does not allow"


def test_import_mmviz_loads_no_heavy_package_and_takes_less_than_half_a_second():
    code = (
        "import time; start = time.perf_counter(); import mmviz, sys; spent = time.perf_counter() - start;"
        "heavy = {'torch', 'numpy', 'xarray', 'plotly', 'numba', 'ipywidgets'} & set(sys.modules);"
        "assert not heavy, heavy; assert spent < 0.5, spent"
    )
    assert run_python(code) == ""


@pytest.mark.parametrize("stage", ["analysis", "plots", "widgets", "trace"])
def test_nothing_right_of_the_wall_imports_torch(stage):
    assert run_python(f"import mmviz.{stage}, sys; assert 'torch' not in sys.modules") == ""


def test_a_saved_trace_is_loaded_analysed_and_displayed_without_torch(trace, tmp_path):
    import mmviz as mm

    path = mm.trace.save(trace, tmp_path / "trace.nc")
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'torch': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "import mmviz as mm\n"
        f"trace = mm.trace.load({str(path)!r})\n"
        "phi = mm.analysis.shapley(trace)\n"
        "mm.plots.plot_shapley(phi); mm.plots.plot_states(mm.analysis.states(trace))\n"
        f"mm.widgets.Explorer(trace).save({str(tmp_path / 'study.html')!r})\n"
        "assert 'torch' not in sys.modules\n"
    )
    run_python(code)
    assert (tmp_path / "study.html").stat().st_size > 10_000


def test_an_unknown_attribute_of_mmviz_raises_an_error_that_lists_the_packages():
    import mmviz as mm

    with pytest.raises(AttributeError, match=r"has no attribute .modles.; it has .*analysis"):
        mm.modles  # noqa: B018


def test_preflight_names_an_old_python_a_missing_module_and_too_little_disk_space():
    found = preflight.problems(version=(3, 9), free=1 << 30, modules=("no_such_module",))
    assert len(found) == 3
    assert "3.9 is too old" in found[0]
    assert "no_such_module" in found[1]
    assert "1.0 GiB are free" in found[2]


def test_preflight_finds_no_problem_in_this_environment():
    assert preflight.problems(free=100 << 30) == []


def test_preflight_parses_with_the_grammar_of_python_3_4():
    import ast

    tree = ast.parse((ROOT / "mmviz" / "preflight.py").read_text(), feature_version=(3, 4))
    assert tree.body


def test_no_file_contains_the_host_name_of_a_package_registry_or_cdn():
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True).stdout.split()
    hosts = [
        "pypi" + ".org",
        "python" + "hosted",
        "debian" + ".org",
        "npmjs" + ".",
        "js" + "delivr",
        "unp" + "kg",
        "cdn" + "js",
    ]
    texts = {name: (ROOT / name).read_text(errors="replace") for name in listed if (ROOT / name).is_file()}
    named = [(name, host) for name, text in texts.items() for host in hosts if host in text]
    assert named == []
