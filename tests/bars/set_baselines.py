"""What the READMEs of the verification data say, and what our readers give. Prints Markdown, writes JSON beside the script.

    OMP_NUM_THREADS=1 python tests/bars/set_baselines.py ../shared/data [--only mosi utd_mhad]

The protocols stand in tests/data/formats/readme_baselines.py. NYU's pixels are boosted trees on the features of nyu_pixels.py, as its
README says; its places of pixels are in their ids. Those take minutes each.
Rows that a run leaves out stay in the JSON as they were.
"""

import argparse
import json
import platform
import sys
from pathlib import Path

import numpy as np
import sklearn
from nyu_pixels import CHANNELS, local_features
from sklearn.ensemble import HistGradientBoostingClassifier

import mmviz as mm

sys.path.insert(0, str(Path(__file__).parents[1] / "data/formats"))
from readme_baselines import BASELINES, Row, counts

WINDOW, PER_FRAME, TREES = 11, 100, 200


def pixels(root):
    """Boosted trees on pixels of NYU Depth V2, official split."""
    file = root / "nyu_depth_v2/nyu_v2_80x60.npz"
    ds = mm.data.load(file, target="pixel", per_frame=PER_FRAME, window=WINDOW)
    train, test = ds["train"], ds["test"]
    seen = [{m: local_features(s.inputs[m], c) for m, c in CHANNELS.items()} for s in (train, test)]
    for tables, s in zip(seen, (train, test), strict=True):
        tables["position"] = np.array([i.split("_")[1:] for i in s.ids.tolist()], float)
    most = 100 * (test.target == np.bincount(train.target).argmax()).mean()
    protocol = f"{PER_FRAME} pixels a frame"
    yield Row("NYU Depth V2", protocol, "commonest class", 30.0, most, "of the training part")
    readme = {"rgb": 33.7, "depth": 49.5, "rgb+depth": 52.6}
    readme |= {"rgb+position": 40.9, "depth+position": 52.7, "rgb+depth+position": 54.5}
    for names, figure in readme.items():
        a, b = (np.hstack([tables[m] for m in names.split("+")]) for tables in seen)
        trees = HistGradientBoostingClassifier(max_iter=TREES, random_state=0).fit(a, train.target)
        ours = 100 * trees.score(b, test.target)
        how = f"{TREES} boosted trees a class, local features in windows of {WINDOW}"
        yield Row("NYU Depth V2", protocol, names, figure, ours, how)


def main():
    """Load, fit, print Markdown, write JSON."""
    words = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    words.add_argument("root", type=Path)
    words.add_argument("--only", nargs="+", choices=[*BASELINES, "pixels"], default=[*BASELINES, "pixels"])
    given = words.parse_args()
    print("| set | counted | README | ours |\n| --- | --- | --- | --- |")
    numbers = counts(given.root)
    for c in numbers:
        readme, ours = (" ".join(map(str, x)) for x in (c.readme, c.ours))
        print(f"| {c.set} | {c.what} | {readme} | {ours} |")
    print("\n| set | protocol | seen | README | ours | difference |\n| --- | --- | --- | --- | --- | --- |", flush=True)
    file = Path(__file__).with_suffix(".json")
    rows = {_key(r): r for r in (json.loads(file.read_text())["rows"] if file.exists() else [])}
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, scikit-learn {sklearn.__version__}"
    for name in given.only:
        for r in (pixels if name == "pixels" else BASELINES[name])(given.root):
            far = "" if abs(r.ours - r.readme) <= 1 else " (beyond 1)"
            line = f"{r.set} | {r.protocol} | {r.seen} | {r.readme:.1f} | {r.ours:.1f} | {r.ours - r.readme:+.1f}{far}"
            print(f"| {line} |", flush=True)
            figures = {"readme": round(r.readme, 2), "ours": round(float(r.ours), 2), "versions": versions}
            rows[_key(r._asdict())] = r._asdict() | figures
            found = {"counts": [c._asdict() for c in numbers], "rows": list(rows.values())}
            file.write_text(json.dumps(found, indent=1) + "\n")


def _key(row):
    return row["set"], row["protocol"], row["seen"]


if __name__ == "__main__":
    main()
