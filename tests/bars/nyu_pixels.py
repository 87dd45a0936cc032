"""How hard the pixels of NYU-Depth V2 are: gradient boosting on local features of colour, of depth, of both. Prints Markdown.

    python tests/bars/nyu_pixels.py nyu_v2_80x60.npz [--per-frame 100] [--window 11]

Classes of single pixels (13), official split, from the window around each, without its place in the picture. Features: the pixel; of the
squares around it of half widths 1, 2, half of the window's, all of it: mean (but for the smallest less the pixel), deviation, right less
left, below less above.
"""

import argparse

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

import mmviz as mm

CHANNELS = {"rgb": 3, "depth": 1}


def local_features(x, channels):
    """Return (sample, feature) of windows (sample, row, column x channel)."""
    windows = x.reshape(*x.shape[:2], -1, channels)
    middle = windows.shape[1] // 2
    pixel, found = windows[:, middle, middle], []
    for half in sorted({1, min(2, middle), max(1, middle // 2), middle}):
        square = windows[:, middle - half : middle + half + 1, middle - half : middle + half + 1]
        found += [
            square.mean((1, 2)) - (0 if half == 1 else pixel),
            square.std((1, 2)),
            square[:, :, half + 1 :].mean((1, 2)) - square[:, :, :half].mean((1, 2)),
            square[:, half + 1 :].mean((1, 2)) - square[:, :half].mean((1, 2)),
        ]
    return np.concatenate([*found, pixel], 1)


def main():
    """Fit, score, print Markdown."""
    words = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    words.add_argument("path")
    words.add_argument("--per-frame", type=int, default=100)
    words.add_argument("--window", type=int, default=11)
    given = words.parse_args()
    ds = mm.data.load(given.path, target="pixel", per_frame=given.per_frame, window=given.window)
    train, test = ds["train"], ds["test"]
    print(f"{len(train)} pixels of the training frames, {len(test)} of the test frames, windows of {given.window}\n")
    print("| features of | accuracy |\n| --- | --- |")
    most = np.bincount(train.target).argmax()
    print(f"| none: the commonest class | {100 * (test.target == most).mean():.1f} % |")
    for names in (("rgb",), ("depth",), ("rgb", "depth")):
        seen = [
            np.concatenate([local_features(part.inputs[m], CHANNELS[m]) for m in names], 1) for part in (train, test)
        ]
        model = HistGradientBoostingClassifier(max_iter=200, random_state=0).fit(seen[0], train.target)
        print(f"| {' + '.join(names)} | {100 * model.score(seen[1], test.target):.1f} % |", flush=True)


if __name__ == "__main__":
    main()
