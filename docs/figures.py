"""Draw the README's picture again: train on watch, record, open the saved view in a browser, take a picture.

python docs/figures.py        (about a minute; needs a Chromium or Chrome)
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import mmviz as mm

HERE = Path(__file__).parent
SCREENSHOT = HERE.parent / "tests" / "browser" / "screenshot.py"


def main():
    """Train, record, save the page, take its picture."""
    ds = mm.data.load("watch", fold=0)
    model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=0)
    augment = mm.train.Augment(rotate=ds.spec.names, degrees=20, stretch=("dynamic", "gyro"))
    run = mm.train.fit(model, ds, epochs=8, augment=augment, select="last", seed=0)
    trace = mm.trace.record(run, ds["test"])
    steps = trace["states"].sizes["time"]
    explorer = mm.widgets.Explorer(trace, selection={"sample": 2, "layer": 1, "time": int(0.7 * steps)})
    with tempfile.TemporaryDirectory() as folder:
        page = explorer.save(Path(folder) / "study.html")
        picture = HERE / "explorer.png"
        command = [sys.executable, str(SCREENSHOT), str(page), str(picture), "--width", "1280"]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
