"""Build the site: run the studies, gather the pages, hand them to Sphinx."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from mmviz.core.errors import DataError, MissingDependencyError
from mmviz.report.notebooks import PLOTLY, run_all

ROOT = Path(__file__).parents[2]
#: pages of the clone that are pages of the site: from the root, to the site's source
PAGES = {
    "kernels/README.md": "kernels/operators.md",
    "kernels/mmkernels/scan.md": "kernels/scan.md",
    "data/README.md": "data.md",
    "docs/scale.md": "scale.md",
    "DECISIONS.md": "decisions.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}


def build(out: str | Path, *, run: bool = True, notebooks: str | Path | None = None) -> Path:
    """Build the static site and return its first page.

    Parameters
    ----------
    out
        Folder of the site; ``out/site`` is the site, the rest is kept for the next time.
    run
        Whether the notebooks are run; without, they are shown without outputs.
    notebooks
        Folder of the notebooks; the clone's by default.

    Raises
    ------
    MissingDependencyError
        Sphinx or one of its parts is not installed.
    DataError
        A notebook failed, or Sphinx did.
    """
    for module in ("sphinx", "myst_nb", "furo", "latex2mathml"):
        if find_spec(module) is None:
            raise MissingDependencyError(f"{module} is not installed: pip install -c constraints.txt -e '.[report]'")
    out, source = Path(out), Path(out) / "source"
    folder = ROOT / "notebooks" if notebooks is None else Path(notebooks)
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs" / "site", source)
    views = out / "views"
    if run:
        run_all(folder, out / "studies", views, version=_code())
    shutil.copytree(out / "studies" if run else folder, source / "studies", ignore=shutil.ignore_patterns("*.py"))
    _gather(source, views)
    words = ["-q", "-b", "html", "-d", str(out / "doctrees"), str(source), str(out / "site")]
    done = subprocess.run([sys.executable, "-m", "sphinx", *words], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise DataError(f"Sphinx could not build {source}:\n{done.stderr[-2000:]}")
    return out / "site" / "index.html"


def _code() -> str:
    """Return a hash over everything of the two packages: what the pages show depends on all of it."""
    digest = hashlib.sha256()
    for folder in (ROOT / "mmviz", ROOT / "kernels" / "mmkernels"):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".js", ".css")):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _gather(source: Path, views: Path) -> None:
    """Copy pages, pictures, live views and plotly.js to where the site's pages expect them."""
    import plotly

    static = source / "_static"
    static.mkdir(exist_ok=True)
    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", static / PLOTLY)
    if views.is_dir():
        shutil.copytree(views, static / "views", dirs_exist_ok=True)
    for old, new in PAGES.items():
        (source / new).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / old, source / new)
    for page in (ROOT / "docs" / "course").glob("*.md"):
        (source / "course").mkdir(exist_ok=True)
        shutil.copy(page, source / "course" / page.name)
    for picture in (ROOT / "docs").glob("*.png"):
        shutil.copy(picture, source / picture.name)


def main(arguments: Sequence[str]) -> int:
    """Build the site from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mmviz report", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("report"), help="folder of the site")
    parser.add_argument("--no-run", action="store_true", help="show the notebooks as they are, without running them")
    options = parser.parse_args(arguments)
    sys.stdout.write(f"{build(options.out, run=not options.no_run)}\n")
    return 0
