"""python -m mmviz experiment and plan, from the words typed to the table printed."""

import csv
import json

import pytest
from tiny_studies import TINY, tiny_study

from mmviz.__main__ import main
from mmviz.studies import Store, plan
from mmviz.studies import named_studies as registry

WORDS = [
    "--data", "synthetic", "--data-option", "n=40", "--data-option", "steps=24", "--data-option", "task=classification",
    "--data-option", "modalities=2", "--epochs", "1", "--model-option", "width=8", "--model-option", "layers=1",
]  # fmt: skip


@pytest.fixture
def few(monkeypatch):
    """Two models stand for all."""
    from mmviz.studies import named_studies

    monkeypatch.setattr(named_studies, "available", lambda: ("concat", "average"))


def test_an_experiment_runs_prints_its_table_and_runs_nothing_twice(few, tmp_path, capsys):
    words = ["experiment", "fusions", *WORDS, "--seeds", "2", "--out", str(tmp_path / "out")]
    assert main([*words, "--csv", str(tmp_path / "t.csv")]) == 0
    shown = capsys.readouterr().out
    assert "fusions: 8 cells: 0 finished before, 8 finished now" in shown
    assert "difference: to concat, all, paired by seed" in shown
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text().splitlines()))
    assert [(r["model"], r["modalities"]) for r in rows] == [
        ("concat", "all"), ("average", "all"), ("coupled_mamba", "m1"), ("coupled_mamba", "m2"),
    ]  # fmt: skip
    assert main(words) == 0
    assert "8 finished before, 0 finished now" in capsys.readouterr().out


def test_a_failed_cell_makes_the_exit_status_one(few, tmp_path, capsys):
    words = [
        "experiment",
        "fusions",
        *WORDS,
        "--seeds",
        "0,",
        "--train-option",
        "valid=held",
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(words) == 1
    shown = capsys.readouterr().out
    assert "4 failed now" in shown
    assert "refused: fit: split 'held' is not there" in shown


def test_plan_prints_the_cost_and_writes_nothing(few, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["plan", "fusions", *WORDS, "--seeds", "3", "--out", str(out), "--workers", "2"]) == 0
    shown = capsys.readouterr().out
    assert "fusions: 12 cells, 0 of them finished" in shown
    assert "3 x model average, strategy joint, data synthetic, modalities all:" in shown
    assert "h on 2 worker(s)" in shown
    assert not out.exists()


def test_unknown_studies_data_and_seeds_are_refused_with_the_nearest_name(capsys, tmp_path):
    assert main(["experiment", "fusion", "--data", "synthetic", "--out", str(tmp_path)]) == 1
    assert "did you mean 'fusions'" in capsys.readouterr().err
    assert main(["experiment", "fusions", "--data", "wach", "--out", str(tmp_path)]) == 1
    assert "did you mean 'watch'" in capsys.readouterr().err
    assert main(["experiment", "fusions", "--data", "synthetic", "--seeds", "x", "--out", str(tmp_path)]) == 1
    assert "give whole numbers" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_every_named_experiment_declares_a_study_with_its_reference():
    for name in registry.STUDIES:
        study = registry.declare(name, {**TINY, "modalities": 2}, seeds=1)
        assert study.name == name
        assert study.reference
        assert any(all(c.columns().get(k) == v for k, v in study.reference.items()) for c in study.cells)


def test_the_study_of_strategies_prints_imbalance_contributions_and_missing_modality_scores(
    tmp_path, capsys, monkeypatch
):
    from mmviz.studies import named_studies

    few = {name: named_studies.STRATEGIES[name] for name in ("joint", "modality_dropout", "mmcosine")}
    monkeypatch.setattr(named_studies, "STRATEGIES", few)  # mmcosine does not train the model of the study
    assert main(["experiment", "strategies", *WORDS, "--seeds", "2", "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    for metric in ("test.E1", "test.E3", "test.share.m2", "test.accuracy@m1", "test.accuracy@missing"):
        assert sum(line.startswith(f"{metric} ") for line in shown.splitlines()) == 2
    history = json.loads(Store(tmp_path / "out").rows()["history"].iloc[0])
    assert any(name.startswith("contribution") for name in history[-1])


def test_plan_counts_only_missing_cells_and_scales_with_epochs(run):
    outcome = run(tiny_study(seeds=(0,)))
    found = plan(tiny_study(seeds=(0, 1, 2), train={"epochs": 1}), outcome.store, progress=False)
    assert (found.cells, found.finished, [v.cells for v in found.variants]) == (6, 2, [2, 2])
    assert found.hours == pytest.approx(sum(v.cells * v.seconds for v in found.variants) / 3600)
    assert found.row > 1000
    long = plan(tiny_study(seeds=(0,), models=("average",), train={"epochs": 10000}), progress=False, keep="runs")
    short = plan(tiny_study(seeds=(0,), models=("average",), train={"epochs": 1}), progress=False, keep="runs")
    assert long.hours > 20 * short.hours
    assert long.variants[0].kept == pytest.approx(5000 * short.variants[0].kept, rel=0.01)


def test_plan_lists_the_variants_that_fail(tmp_path):
    found = plan(tiny_study(models=("average",), train={"valid": "held"}), Store(tmp_path / "none"), progress=False)
    assert "split 'held' is not there" in found.variants[0].problem
    assert "probe failed: refused" in str(found)
    assert not (tmp_path / "none").exists()
