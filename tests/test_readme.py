"""What the README says is so: its lines run when pasted, its links lead somewhere, its commands exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "data/README.md", ROOT / "kernels/README.md"]


@pytest.mark.timeout(400)
def test_the_twelve_lines_work_when_pasted(tmp_path):
    (code,) = re.findall(r"## Twelve lines\n\n```python\n(.*?)```", README, flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) == 12
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "watch" in done.stdout
    for name in ("run.json", "trace.nc", "contributions.html", "study.html"):
        assert (tmp_path / "runs" / "watch" / name).stat().st_size > 1000


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_to_a_file(path):
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    local = [t for t in targets if "://" not in t]
    missing = [t for t in local if not (path.parent / t).exists()]
    assert missing == []


def test_every_make_target_the_documents_name_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {
        t for p in DOCUMENTS for t in re.findall(r"(?:^|`)make ([a-z-]+)", p.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"lab", "test", "check", "browser"} <= named <= targets


def test_make_help_lists_every_documented_target():
    out = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    documented = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert len(documented) >= 8
    for target in documented:
        assert f"make {target}" in out


def test_the_notebook_index_is_complete():
    listed = set(re.findall(r"notebooks/(\w+\.ipynb)", README))
    assert {p.name for p in (ROOT / "notebooks").glob("*.ipynb")} <= listed
