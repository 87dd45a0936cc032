"""What a cell's key depends on, and what it does not."""

import os
import subprocess
import sys

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.studies import cell as cell_module
from mmviz.studies import grid
from mmviz.studies.cell import canonical, canonical_text, code_version

DECLARE = """
import mmviz as mm
from mmviz.studies import cell
cell.code_version = lambda: "0+same"
cells = mm.studies.grid(
    data={"name": "synthetic", "n": 40, "steps": 24}, model={"name": "coupled_mamba", "width": 8, "layers": 1},
    train={"augment": {"stretch": ("m1",)}}, modalities=("m2", "m1"), seed=3)
key = cells[0].key
"""


def keys(**changes):
    axes = {"data": {"name": "synthetic", "n": 40, "steps": 24}, "model": {"name": "average", "width": 8}} | changes
    return [c.key for c in grid(**axes)]


def test_a_key_is_the_same_in_every_process(monkeypatch):
    monkeypatch.setattr(cell_module, "code_version", cell_module.code_version)  # restored afterwards
    here = {}
    exec(DECLARE, here)  # noqa: S102 - our own text, above
    done = subprocess.run(
        [sys.executable, "-c", DECLARE + "print(key)"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "1234"},
    )
    assert done.stdout.strip() == here["key"]
    assert len(here["key"]) == 32


def test_the_key_does_not_depend_on_the_order_of_options_or_on_explicit_defaults():
    base = keys()
    assert keys(model={"width": 8, "name": "average"}, data={"steps": 24, "name": "synthetic", "n": 40}) == base
    assert (
        keys(model={"name": "average", "width": 8, "pooling": "mean"}, train={"epochs": 20}, strategy="joint") == base
    )
    assert keys(train={"learning_rate": 1}) == keys(train={"learning_rate": 1.0})
    assert keys(modalities=("m1", "m2")) == keys(modalities=("m2", "m1"))


@pytest.mark.parametrize(
    "change",
    [
        {"model": {"name": "average", "width": 16}},
        {"model": {"name": "concat", "width": 8}},
        {"train": {"epochs": 21}},
        {"seed": 1},
        {"data": {"name": "synthetic", "n": 41, "steps": 24}},
        {"modalities": ("m1",)},
        {"measures": "missing"},
        {"strategy": "modality_dropout"},
    ],
    ids=str,
)
def test_the_key_depends_on_everything_that_changes_the_result(change):
    assert keys(**change) != keys()


def test_another_version_of_the_code_is_another_key(monkeypatch):
    before = keys()
    monkeypatch.setattr(cell_module, "code_version", lambda: "0+other")
    assert keys() != before


def test_the_version_of_the_code_covers_the_kernels_and_names_the_package():
    version, digest = code_version().split("+")
    assert version == mm.__version__
    assert len(digest) == 12


def test_the_key_depends_on_the_content_of_a_path_not_on_its_place(tmp_path):
    rng = np.random.default_rng(0)

    def write(name, value):
        arrays = {f"{s}/sound": rng.normal(size=(4, 3, 2)) * 0 + value for s in ("train", "test")}
        np.savez(tmp_path / name, **arrays)
        return keys(data=str(tmp_path / name))

    first = write("a.npz", 1.0)
    assert write("b.npz", 1.0) == first
    assert write("a.npz", 2.0) != first


def test_canonical_refuses_values_that_json_does_not_have_and_names_the_place():
    with pytest.raises(ConfigError, match=r"configuration.a\[1\]=nan: give a finite number"):
        canonical({"a": [1.0, float("nan")]})
    with pytest.raises(ConfigError, match=r"configuration.f: a function cannot be part of a cell"):
        canonical({"f": lambda: 0})
    assert canonical_text({"b": np.float64(0.5), "a": (1, 2)}) == '{"a":[1,2],"b":0.5}'
