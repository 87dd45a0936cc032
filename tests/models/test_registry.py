"""The table of the models says of every model where it comes from, and its examples run.

The ablations of the paper: every row builds and learns, and differs from the full model in what its name says.
"""

import doctest
import importlib
from pathlib import Path

import pytest
import torch

import mmviz as mm
from mmviz.models import ablations, available, batch_of, build

README = Path(__file__).parents[2] / "mmviz/models/README.md"


def test_every_model_has_a_row_and_every_row_a_model():
    rows = [line.split("|")[1] for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert sorted(name.strip(" `") for row in rows for name in row.split(",")) == sorted(available())


def test_the_examples_of_the_models_run():
    found = doctest.testfile(str(README), module_relative=False)
    assert found.attempted >= 3
    assert found.failed == 0
    assert doctest.testmod(importlib.import_module("mmviz.models.ablation")).failed == 0


ROWS = {row.name: row for row in ablations()}
FULL = ROWS["coupled fusion"]


def made(toy, row, **options):
    return build(row.model, toy.spec, **{**row.options, "width": 16, "steps": 8, "align": "resample", **options})


@pytest.mark.parametrize("name", ROWS)
def test_every_row_builds_and_learns_in_one_step(toy, name):
    model = made(toy, ROWS[name], dropout=0.0)
    batch = batch_of(toy["train"], range(16))
    weights = list(model.parameters())
    before = torch.nn.functional.cross_entropy(model(batch), batch.required_target)
    with torch.no_grad():
        for weight, gradient in zip(weights, torch.autograd.grad(before, weights), strict=True):
            weight -= 1e-3 * gradient
        assert torch.nn.functional.cross_entropy(model(batch), batch.required_target) < before


def test_the_sizes_that_the_names_promise_are_those_of_the_weights(toy):
    def block(name):
        return made(toy, ROWS[name]).blocks[0]

    for k in (16, 8, 4):
        assert block(f"Δ = state / {k}").dt.weight.shape[1] == 64 // k
    for state in (128, 64, 32):
        chosen = block(f"state {state}")
        assert chosen.A_log.shape[-1] == state
        assert chosen.dt.weight.shape[1] == state // 8
    for layers in (1, 2, 3, 4):
        row = ROWS[f"{layers} layer{'s' * (layers > 1)}"]
        assert len(made(toy, row).blocks) == layers
    for join in ("average", "concat"):
        fused = block(f"{join} fusion")
        assert fused.A_log.shape[0] == 1
        assert (made(toy, ROWS[f"{join} fusion"]).joined is None) is (join == "average")
    assert len(made(toy, ROWS["Mamba fusion"]).blocks) == 1
    assert not hasattr(made(toy, ROWS["cross-attention"]), "blocks")


def test_every_row_but_the_full_model_is_another_model(toy):
    answers = {}
    batch = batch_of(toy["train"], range(4))
    for name, row in ROWS.items():
        key = (row.model, tuple(sorted(row.options.items())))
        with torch.no_grad():
            answers.setdefault(key, made(toy, row).eval()(batch))
        assert (key == (FULL.model, tuple(sorted(FULL.options.items())))) is (
            name in {"coupling", "Δ = state / 8", "state 64", "coupled fusion", "3 layers"}
        )
    values = list(answers.values())
    assert len(values) == 12
    assert not any(torch.equal(a, b) for i, a in enumerate(values) for b in values[:i])


def test_the_full_model_is_a_row_of_every_table_with_the_same_printed_numbers():
    for table in (8, 9, 10, 11, 14):
        rows = [row for row in mm.models.ablations() if row.table == table]
        same = [row for row in rows if row.model == FULL.model and row.options == FULL.options]
        assert len(same) == 1
        assert dict(same[0].printed).items() <= dict(FULL.printed).items()
        assert max(row.printed["accuracy2"] for row in rows) == FULL.printed["accuracy2"]


def test_a_row_cannot_be_changed():
    with pytest.raises(TypeError):
        FULL.options["layers"] = 1
