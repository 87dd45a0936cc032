"""``make wheel``: build the wheel, install it into an empty environment, run the first notebook in an empty folder; prints the time of each step."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from wheel_environment import ROOT, build_wheel, python_of, run

NOTEBOOK = "00_start_here.ipynb"


def main():
    """Raise an error unless the notebook runs."""
    with tempfile.TemporaryDirectory(prefix="mmviz-wheel-") as place:
        folder = Path(place)
        for name in ("dist", "work", "state"):
            (folder / name).mkdir()
        wheel = timed("build the wheel", build_wheel, folder / "dist")
        timed("create an environment", venv.create, folder / "environment", with_pip=True)
        python = str(python_of(folder / "environment"))
        constraints = ROOT / "constraints.txt"
        torch = next(line for line in constraints.read_text().split() if line.startswith("torch=="))
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        # torch first: its pinned release may come from an index of CPU builds
        timed(f"install {torch}", subprocess.run, [*pip, torch], check=True)
        timed("install mmviz", subprocess.run, [*pip, "-c", str(constraints), str(wheel)], check=True)
        where = run([python, "-c", "import mmviz; print(mmviz.__file__)"], cwd=folder / "work").strip()
        if not Path(where).resolve().is_relative_to((folder / "environment").resolve()):
            raise SystemExit(f"mmviz was imported from {where}, not from the wheel")
        shutil.copy(ROOT / "notebooks" / NOTEBOOK, folder / "work")
        timed("install its extra lab", subprocess.run, [*pip, "-c", str(constraints), f"{wheel}[lab]"], check=True)
        words = [
            "jupyter",
            "nbconvert",
            "--to",
            "notebook",
            "--execute",
            "--ExecutePreprocessor.startup_timeout=300",
            "--output",
            "done.ipynb",
            NOTEBOOK,
        ]
        timed(f"run {NOTEBOOK}", run, [python, "-m", *words], cwd=folder / "work", state=folder / "state")
        checks = printed_checks(folder / "work" / "done.ipynb")
        print(*checks, sep="\n", flush=True)
    if len(checks) < 5:
        raise SystemExit(f"{NOTEBOOK} printed {len(checks)} checks, expected 5 or more")


def timed(what, act, *given, **options):
    """Call a function, print how long it took, return its result."""
    start = time.monotonic()
    result = act(*given, **options)
    print(f"{time.monotonic() - start:6.0f} s  {what}", flush=True)
    return result


def printed_checks(path):
    """Return the lines of the claims in a notebook's outputs."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(out.get("text", ())) for cell in cells for out in cell.get("outputs", ())]
    return re.findall(r"^(?:identity|test|finding|not in this run): .*$", "\n".join(texts), flags=re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main())
