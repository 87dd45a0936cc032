"""Studies to run, and scores by hand."""

import numpy as np
import pytest
from tiny_studies import tiny_study

import mmviz as mm


@pytest.fixture
def study():
    return tiny_study()


@pytest.fixture
def run(tmp_path):
    def go(study, **options):
        return mm.studies.run(study, tmp_path / "store", progress=False, **options)

    return go


@pytest.fixture
def scores():
    rng = np.random.default_rng(3)
    base = rng.uniform(0.6, 0.8, 5)
    return {"concat": base, "better": base + rng.uniform(0.01, 0.05, 5), "noise": rng.uniform(0.6, 0.8, 5)}
