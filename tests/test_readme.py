"""README: its code runs when pasted, its links and make targets exist, its map leads to the definitions."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "data/README.md", ROOT / "kernels/README.md"]


#: question: (a word of the map's row, the linked file or folder, the file below it, what that file contains)
QUESTIONS = {
    "the oracle of the recurrence": ("oracle", "kernels/mmkernels/reference/scan.py", "", "def "),
    "the softmax coupling": ("softmax", "mmviz/models/ssm/coupling.py", "", '"softmax"'),
    "the imbalance metric E1": ("E1", "mmviz/metrics/imbalance.py", "", "def imbalance_e1"),
    "the bandwidth of MMD": ("bandwidth", "kernels/mmkernels/mmd.py", "", "def median_bandwidth"),
    "where a checkpoint is written": ("checkpoints", "mmviz/train/checkpoint.py", "", "safetensors"),
    "the Explorer's bars of Shapley values": ("panels", "mmviz/widgets/page/views/", "shapley.js", "register({"),
    "add a dataset": ("add a dataset", "mmviz/data/sets/", "watch.py", "from_arrays("),
    "add a fusion": ("add a fusion", "mmviz/models/fusions/", "coupled_mamba.py", "class CoupledMamba(FusionModel"),
    "add a view": ("add a view", "mmviz/widgets/page/views/", "coupling.js", "register({"),
    "add a training strategy": ("add a strategy", "mmviz/train/strategies/", "joint.py", "class Joint(Strategy"),
    "add an exercise": ("add an exercise", "mmviz/course/exercises/", "experts.py", "Exercise("),
    "the column width of ICML": ("ICML", "mmviz/plots/venue.py", "", "icml2024"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_map_links_each_of_twelve_questions_to_the_file_with_the_definition(question):
    word, link, file, content = QUESTIONS[question]
    rows = [line for line in README.splitlines() if line.startswith("|") and f"({link})" in line]
    assert any(word in row for row in rows), f"no row of the map has {word!r} and a link to {link}"
    assert content in (ROOT / link / file).read_text(encoding="utf-8")


def test_the_map_links_every_package_of_mmviz():
    packages = {path.parent.name for path in (ROOT / "mmviz").glob("*/__init__.py")}
    without_row = {"core", "io"}  # foundations, which have no topic of their own
    linked = set(re.findall(r"\]\(mmviz/(\w+)/", README))
    assert packages - without_row <= linked


@pytest.mark.timeout(400)
def test_the_fourteen_lines_of_the_readme_run_and_write_their_files(tmp_path):
    (code,) = re.findall(r"## Fourteen lines\n\n```python\n(.*?)```", README, flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) == 14
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "watch" in done.stdout
    for name in ("run.json", "trace.nc", "contributions.html", "attribution.html", "study.html"):
        assert (tmp_path / "runs" / "watch" / name).stat().st_size > 1000


@pytest.mark.timeout(400)
def test_the_readme_opens_a_users_network_with_two_mamba_layers(tmp_path):
    (code,) = re.findall(r"## Your own model\n.*?```python\n(.*?)```", README, flags=re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "mixers.m1" in done.stdout
    assert (tmp_path / "mine.html").stat().st_size > 100_000


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_local_link_of_a_document_exists(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    local = [t for t in targets if "://" not in t]
    missing = [t for t in local if not (path.parent / t).exists()]
    assert missing == []


def test_every_make_target_named_in_a_document_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {
        t for p in DOCUMENTS for t in re.findall(r"(?:^|`)make ([a-z-]+)", p.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"lab", "test", "check", "browser"} <= named <= targets


def test_make_help_lists_every_target_with_a_description():
    out = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    documented = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert len(documented) >= 8
    for target in documented:
        assert f"make {target}" in out


def test_the_readme_lists_every_notebook():
    listed = set(re.findall(r"notebooks/(\w+\.ipynb)", README))
    assert {p.name for p in (ROOT / "notebooks").glob("*.ipynb")} <= listed


def test_every_path_that_contributing_names_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:mmviz|docs|tests|data|kernels|notebooks)/[\w./]+)`", text))
    named = {path for path in paths if not re.search(r"[A-Z]{4}", path)}  # NOTEBOOK and NAME stand for any name
    assert len(named) > 20
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
