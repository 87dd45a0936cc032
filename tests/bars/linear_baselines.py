"""Print the table "Linear baselines" of data/README.md: a linear model on every subset, mean over five folds.

python tests/bars/linear_baselines.py
"""

import numpy as np

import mmviz as mm

SETS = {
    "`watch`": ("watch", {}),
    "`av_digits`": ("av_digits", {}),
    "`av_digits`, `image_energy=0.25`": ("av_digits", {"image_energy": 0.25}),
}


def main():
    """Fit, score, print Markdown."""
    print("| set | modalities alone | together |\n| --- | --- | --- |")
    for title, (name, options) in SETS.items():
        folds = [mm.train.linear_baseline(mm.data.load(name, fold=fold, **options)) for fold in range(5)]
        names = mm.data.load(name, **options).spec.names
        alone = ", ".join(f"{n} {100 * np.mean([f[n] for f in folds]):.1f} %" for n in names)
        together = 100 * np.array([f[" + ".join(names)] for f in folds])
        print(f"| {title} | {alone} | {together.mean():.1f} % (folds {together.min():.1f} to {together.max():.1f} %) |")


if __name__ == "__main__":
    main()
