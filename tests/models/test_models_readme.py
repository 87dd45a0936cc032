"""The table of the models says of every model where it comes from, and its examples run."""

import doctest
import importlib
from pathlib import Path

from mmviz.models import available

README = Path(__file__).parents[2] / "mmviz/models/README.md"


def test_every_model_has_a_row_and_every_row_a_model():
    rows = [line.split("|")[1] for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert sorted(name.strip(" `") for row in rows for name in row.split(",")) == sorted(available())


def test_the_examples_of_the_models_run():
    found = doctest.testfile(str(README), module_relative=False)
    assert found.attempted >= 3
    assert found.failed == 0
    assert doctest.testmod(importlib.import_module("mmviz.models.ablation")).failed == 0
