"""Build the static site: run the notebooks, collect the pages, run Sphinx."""

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
#: pages of the repository that are part of the site: path from the root -> path in the site's source
PAGES = {
    "kernels/README.md": "kernels/operators.md",
    "kernels/mmkernels/scan.md": "kernels/scan.md",
    "data/README.md": "data.md",
    "docs/scale.md": "scale.md",
    "docs/trust.md": "trust.md",
    "docs/imbalance.md": "imbalance.md",
    "docs/equilibrium.md": "equilibrium.md",
    "DECISIONS.md": "decisions.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}


def build(out: str | Path, *, run: bool = True, notebooks: str | Path | None = None) -> Path:
    """Build the static site and return its first page.

    Parameters
    ----------
    out
        Output folder; ``out/site`` is the site, the rest is a cache for the next build.
    run
        Whether the notebooks are run; otherwise they are shown without outputs.
    notebooks
        Folder of the notebooks; default: those of the repository.

    Raises
    ------
    MissingDependencyError
        Sphinx or one of its parts is not installed.
    DataError
        A notebook or Sphinx failed.
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
    _collect(source, views)
    arguments = ["-q", "-b", "html", "-d", str(out / "doctrees"), str(source), str(out / "site")]
    done = subprocess.run([sys.executable, "-m", "sphinx", *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - fixed arguments
    if done.returncode:
        raise DataError(f"Sphinx could not build {source}:\n{done.stderr[-2000:]}")
    return out / "site" / "index.html"


def run_notebooks(out: Path, *, only: Sequence[str] | None = None, models: bool = False) -> None:
    """Run notebooks without building a site.

    Parameters
    ----------
    out
        Output folder: ``studies/NAME.ipynb`` with outputs, ``_static/views/NAME/view1.html``, ``_static/plotly.min.js``.
    only
        Words with which the names of the notebooks begin, such as ``"02"``; default: all.
    models
        Whether the saved views hold their models, where a notebook's variables do.

    Raises
    ------
    DataError
        A notebook failed, or none has such a name.
    """
    static = out / "_static"
    run_all(ROOT / "notebooks", out / "studies", static / "views", version=_code(), only=only, models=models)
    if not list((out / "studies").glob("*.ipynb")):
        raise DataError(f"--only {' '.join(only or [])}: no notebook has a name that begins so")
    static.mkdir(exist_ok=True)
    _copy_plotly(static)


def _copy_plotly(static: Path) -> None:
    import plotly

    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", static / PLOTLY)


def _code() -> str:
    """Return a hash of all source files of the two packages, on which the pages depend."""
    digest = hashlib.sha256()
    for folder in (ROOT / "mmviz", ROOT / "kernels" / "mmkernels"):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".js", ".css")):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _collect(source: Path, views: Path) -> None:
    """Copy pages, images, live views and plotly.js into the site's source."""
    static = source / "_static"
    static.mkdir(exist_ok=True)
    _copy_plotly(static)
    if views.is_dir():
        shutil.copytree(views, static / "views", dirs_exist_ok=True)
    for path, target in PAGES.items():
        (source / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, source / target)
    for page in (ROOT / "docs" / "course").glob("*.md"):
        (source / "course").mkdir(exist_ok=True)
        shutil.copy(page, source / "course" / page.name)
    for image in (ROOT / "docs").glob("*.png"):
        shutil.copy(image, source / image.name)


def main(arguments: Sequence[str]) -> int:
    """Build the site from the command line."""
    parser = argparse.ArgumentParser(prog="python -m mmviz report", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("report"), help="output folder")
    parser.add_argument("--no-run", action="store_true", help="show the notebooks without running them")
    parser.add_argument("--run-only", action="store_true", help="run the notebooks and build no site")
    parser.add_argument("--only", nargs="+", metavar="NN", help="with --run-only: these notebooks")
    parser.add_argument("--models", action="store_true", help="with --run-only: the saved views hold their models")
    options = parser.parse_args(arguments)
    if options.run_only:
        run_notebooks(options.out, only=options.only, models=options.models)
        sys.stdout.write(f"{options.out / 'studies'}\n")
        return 0
    sys.stdout.write(f"{build(options.out, run=not options.no_run)}\n")
    return 0
