"""Notebooks: each runs from top to bottom with its checks, and equals its script."""

import json
import re
import shutil
import time
from pathlib import Path

import jupytext
import nbclient
import nbformat
import pytest

from mmviz.course.editions import teacher
from mmviz.course.notebook_claims import claims_of

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
#: notebooks without a Trace, and the reason
WITHOUT_VIEW = {"08_efficiency": "it measures time and memory of models that are never trained"}


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_runs_and_its_checks_hold(path, tmp_path):
    shutil.copy(path, tmp_path)
    shutil.copytree(FOLDER / "networks", tmp_path / "networks")
    book = teacher(nbformat.read(path, as_version=4))  # with the solutions, each below its exercise and checked
    client = nbclient.NotebookClient(
        book, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    start = time.perf_counter()
    done = client.execute()
    spent = time.perf_counter() - start
    text = json.dumps(done)
    sources = [cell.source for cell in done.cells if cell.cell_type == "code"]
    promised = [claims_of(source) for source in sources]
    assert sum(map(len, promised)) >= 3, "claims are checked"
    kinds = re.compile(r"^(identity|test|finding|not in this run): ", re.MULTILINE)
    shown = [
        kinds.findall("".join(o.text for o in cell.outputs if o.output_type == "stream"))
        for cell in done.cells
        if cell.cell_type == "code"
    ]
    for source, claims, lines in zip(sources, promised, shown, strict=True):
        assert len(lines) >= len(claims), f"a claim of this cell was not printed:\n{source}"
    findings = [kind for lines in shown for kind in lines if kind in ("finding", "not in this run")]
    assert findings.count("not in this run") <= len(findings) / 3, "most findings hold in this run"
    if path.stem not in WITHOUT_VIEW:
        assert "application/vnd.jupyter.widget-view+json" in text, "the live view is shown"
    assert spent < 1200


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_has_no_outputs_no_widget_state_no_functions_and_no_classes(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in book["metadata"]
    for cell in book["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        assert "def " not in source, source
        assert "class " not in source, source
        assert source.count("\n") < 25, source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_equals_its_percent_script(path):
    script = jupytext.read(path.with_suffix(".py"))
    book = nbformat.read(path, as_version=4)
    assert [(c.cell_type, c.source) for c in script.cells] == [(c.cell_type, c.source) for c in book.cells]


def test_every_network_of_the_notebooks_is_opened_by_public_names_in_at_most_fifteen_lines():
    networks = sorted((FOLDER / "networks").glob("*.py"))
    assert len(networks) == 4
    for path in networks:
        assert "mmviz" not in path.read_text(encoding="utf-8"), "a user's network knows nothing of this package"
    book = json.loads((FOLDER / "09_your_data.ipynb").read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    private = re.compile(r"\bmm(\.\w+)*\._\w|\bmmviz(\.\w+)*\._\w")
    assert not any(private.search(source) for source in code)
    opened = [source for source in code if "mm.widgets.Explorer(" in source]
    assert len(opened) == 5, "one cell per network: from the network to its Explorer"
    for source in opened:
        assert "mm.models.adapt(" in source
        assert "what_if=" in source
        assert len([line for line in source.splitlines() if line.strip()]) <= 15
