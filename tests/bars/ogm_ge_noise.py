"""Measure what OGM-GE's noise costs against joint training at equal updates, seed by seed. Prints a table, writes JSON.

    python tests/bars/ogm_ge_noise.py [--seeds 8] [--samples 600] [--out tests/bars/ogm_ge_noise.json]

The data are synthetic and no option was chosen on them; every variant makes the same number of updates. The bar: the interval of the
difference of the default to joint training does not lie below zero.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import mmviz as mm
from mmviz.studies.significance import paired

VARIANTS = {
    "joint": ("joint", {}),
    "ogm_ge (default)": ("ogm_ge", {}),
    "ogm_ge, noise='none'": ("ogm_ge", {"noise": "none"}),
    "ogm_ge, noise_on='weights'": ("ogm_ge", {"noise_on": "weights"}),
    "ogm_ge, noise_on='all'": ("ogm_ge", {"noise_on": "all"}),
}


def accuracies(samples, seeds):
    found = {name: [] for name in VARIANTS}
    for seed in range(seeds):
        ds = mm.data.synthetic(n=samples, steps=24, seed=100 + seed, noise=0.5, task="classification")
        for name, (strategy, options) in VARIANTS.items():
            model = mm.models.build("coupled_mamba", ds.spec, width=16, layers=2, state=4, seed=seed)
            run = mm.train.fit(
                model,
                ds,
                epochs=10,
                select="last",
                seed=seed,
                strategy=strategy,
                strategy_options=options or None,
                progress=False,
            )
            found[name].append(float((run.predict(ds["test"]).argmax(1) == ds["test"].target).mean()))
        print(f"seed {seed}: " + ", ".join(f"{name} {v[-1]:.3f}" for name, v in found.items()), flush=True)
    return {name: np.array(v) for name, v in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--samples", type=int, default=600)
    parser.add_argument("--out", default=str(Path(__file__).with_name("ogm_ge_noise.json")))
    chosen = parser.parse_args()
    found = accuracies(chosen.samples, chosen.seeds)
    rows = {}
    for name, values in found.items():
        rows[name] = {"mean": float(values.mean())} | paired(values - found["joint"], 0.95)
        row = rows[name]
        print(
            f"{name:28} {row['mean']:.3f}  to joint {row['difference']:+.3f} "
            f"[{row['difference_low']:+.3f}, {row['difference_high']:+.3f}] p {row['p_t']:.3f}"
        )
    clean = {n: {k: None if v != v else v for k, v in row.items()} for n, row in rows.items()}
    result = {"seeds": chosen.seeds, "samples": chosen.samples, "mmviz": mm.__version__, "variants": clean}
    Path(chosen.out).write_text(json.dumps(result, indent=1) + "\n")
    if rows["ogm_ge (default)"]["difference_high"] < 0:
        raise SystemExit("OGM-GE's default costs accuracy")


if __name__ == "__main__":
    main()
