"""The benchmark of methods against modality imbalance: budgets, gaps, verdict, and what the command prints."""

import json

import numpy as np
import pandas as pd
import pytest

import mmviz as mm
from mmviz.__main__ import main
from mmviz.core.errors import ConfigError, DataError
from mmviz.studies import Store, imbalance_benchmark
from mmviz.studies.benchmark_markdown import as_markdown
from mmviz.studies.imbalance_benchmark import (
    BenchmarkTable,
    benchmark_differences,
    benchmark_rows,
    benchmark_table,
    better_in_the_weak_modality,
    declare_benchmark,
)

DATA = {"name": "synthetic", "n": 60, "steps": 16, "task": "classification", "modalities": 2, "delays": (0, 0)}
SMALL = {"options": {"width": 4, "layers": 1, "state": 2}, "train": {"epochs": 6, "batch_size": 16}}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    benchmark = declare_benchmark(DATA, strategies=["mla", "valuation"], seeds=2, **SMALL)
    store = Store(tmp_path_factory.mktemp("benchmark"))
    outcome = mm.studies.run(benchmark.study, store, progress=False)
    assert not outcome.failed
    return benchmark, store


def test_epochs_give_every_method_the_updates_or_the_passes_of_joint_training(ran):
    benchmark, _ = ran
    assert benchmark.epochs == {
        "updates": {"joint": 6, "mla": 3, "valuation": 6},  # MLA steps once per modality
        "passes": {"joint": 6, "mla": 3, "valuation": 3},  # SMV: 2² forward passes and one backward
    }
    trained = {cell.key: cell.config["train"] for cell in benchmark.study.cells}
    for budget, study in benchmark.budgets.items():
        for cell in study.cells:
            assert trained[cell.key]["epochs"] == benchmark.epochs[budget][cell.config["train"]["strategy"]]
    # a training that belongs to both budgets is run once; besides: each modality alone, and joint training of three epochs
    assert len(benchmark.study) == 2 * (1 + 1 + 2) + 2 * 2 + 2


@pytest.mark.parametrize(("budget", "fewer"), [("updates", {"mla"}), ("passes", {"mla", "valuation"})])
def test_a_method_of_fewer_epochs_is_compared_with_joint_training_of_as_few(ran, budget, fewer):
    benchmark, store = ran
    assert set(benchmark.shorter) == {3}
    rows = store.rows()
    short = rows[rows["key"].isin({cell.key for cell in benchmark.shorter[3].cells})].set_index("seed")["test.accuracy"]
    frame = benchmark_table(benchmark, store, budget).frame.set_index("strategy")
    assert set(frame.index[frame["as_few_epochs"].notna()]) == fewer
    for name in fewer:
        keys = {cell.key for cell in benchmark.budgets[budget].cells if cell.config["train"]["strategy"] == name}
        mine = rows[rows["key"].isin(keys)].set_index("seed")["test.accuracy"]
        assert frame.loc[name, "as_few_epochs"] == pytest.approx((mine - short).mean())
        low, high = frame.loc[name, ["as_few_epochs_low", "as_few_epochs_high"]]
        if np.ptp(mine - short) > 0:  # equal differences have no interval
            assert low < frame.loc[name, "as_few_epochs"] < high
    assert "difference to joint of as few epochs" in as_markdown(benchmark_table(benchmark, store, budget).frame)


def test_all_methods_train_on_the_same_samples_and_each_modality_alone_on_its_own(ran):
    benchmark, store = ran
    monitors = {bool(cell.config["train"]["monitor"]) for study in benchmark.budgets.values() for cell in study.cells}
    assert monitors == {True}
    assert {cell.config["modalities"][0] for cell in benchmark.unimodal.cells} == {"m1", "m2"}
    assert set(store.rows()["run.epochs"]) == {3, 6}


def test_the_gap_is_the_score_of_a_unimodal_training_minus_that_of_this_model_with_the_same_seed(ran):
    benchmark, store = ran
    rows = benchmark_rows(benchmark, store)
    fused = rows[rows["modalities"] == "all"]
    for _, row in fused.iterrows():
        for name in ("m1", "m2"):
            alone = rows[(rows["modalities"] == name) & (rows["seed"] == row["seed"])]
            assert len(alone) == 1
            expected = alone["test.accuracy"].iloc[0] - row[f"test.accuracy@{name}"]
            assert row[f"test.gap.{name}"] == pytest.approx(expected)
        phi = np.array([row["test.contribution.m1"], row["test.contribution.m2"]])
        assert row["test.EDM"] == pytest.approx(abs(phi[0] - phi[1]))  # for two modalities


@pytest.mark.parametrize("budget", ["updates", "passes"])
def test_a_table_has_the_mean_interval_and_paired_difference_of_every_method(ran, budget):
    benchmark, store = ran
    found = benchmark_table(benchmark, store, budget)
    assert set(found.frame["strategy"]) == {"joint", "mla", "valuation"}
    rows = store.rows()
    keys = {cell.key for cell in benchmark.budgets[budget].cells}
    mla = rows[rows["key"].isin(keys) & (rows["strategy"] == "mla")].set_index("seed")["test.accuracy"]
    joint = rows[rows["key"].isin(keys) & (rows["strategy"] == "joint")].set_index("seed")["test.accuracy"]
    row = found.frame.set_index("strategy").loc["mla"]
    assert row["score"] == pytest.approx(mla.mean())
    assert row["score_difference"] == pytest.approx((mla - joint).mean())
    assert row["updates"] == 2
    assert row["n"] == 2
    assert "selected without it" in found.note
    scores, use = as_markdown(found.frame).split("\n\n")
    for text, column in ((scores, "m1 alone"), (use, "perceptual score, m2")):
        assert text.count("\n") == len(found.frame) + 1
        assert len({line.count("|") for line in text.splitlines()}) == 1
        assert column in text.splitlines()[0]


def table_of(**changed):
    """A table of joint training and one method that gains 20 points in the weak modality and loses nothing."""
    row = {
        "strategy": ["joint", "mla"], "score_difference": [np.nan, 0.0], "score_difference_low": [np.nan, -0.02],
        "score_difference_high": [np.nan, 0.02], "alone.m2_difference": [np.nan, 0.2], "alone.m2_difference_low": [np.nan, 0.1],
        "alone.m2_difference_high": [np.nan, 0.3], "alone.m2_p": [np.nan, 0.01],
    }  # fmt: skip
    row |= {key: [np.nan, value] for key, value in changed.items()}
    return BenchmarkTable(pd.DataFrame(row), "updates", "m2", "")


@pytest.mark.parametrize(
    ("changed", "good"),
    [
        ({}, ["mla"]),
        ({"alone.m2_difference": 0.09}, []),  # too little
        ({"alone.m2_difference_low": -0.1}, []),  # not beyond its interval
        ({"alone.m2_p": 0.2}, []),
        ({"score_difference_low": -0.06, "score_difference_high": -0.01}, []),  # loses accuracy
        ({"score_difference_low": np.nan, "score_difference_high": np.nan, "score_difference": -0.01}, []),
        ({"score_difference_low": np.nan, "score_difference_high": np.nan, "score_difference": 0.0}, ["mla"]),
    ],
)
def test_a_method_is_named_only_if_it_gains_in_the_weak_modality_and_loses_no_accuracy(changed, good):
    assert better_in_the_weak_modality(table_of(**changed)) == good


def test_the_command_prints_tables_and_a_verdict_writes_json_and_trains_nothing_twice(tmp_path, capsys):
    words = [
        "benchmark", "imbalance", "--data", "synthetic", "--data-option", "n=60", "--data-option", "steps=16",
        "--data-option", "task=classification", "--data-option", "modalities=2", "--epochs", "2", "--model-option", "width=4",
        "--only", "mla", "--models", "concat,average", "--seeds", "2", "--out", str(tmp_path / "out"),
        "--json", str(tmp_path / "t.json"), "--markdown", str(tmp_path / "t.md"),
    ]  # fmt: skip
    status = main(words)
    shown = capsys.readouterr().out
    assert "### synthetic, concat, equal updates, 2 seeds" in shown
    assert "### synthetic, average, equal passes, 2 seeds" in shown
    assert "without a loss of accuracy beyond its interval: **" in shown
    tables = json.loads((tmp_path / "t.json").read_text())
    assert [(t["model"], t["budget"]) for t in tables] == [
        ("concat", "updates"), ("concat", "passes"), ("average", "updates"), ("average", "passes"),
    ]  # fmt: skip
    assert tables[0]["seeds"] == [0, 1]
    assert tables[0]["provenance"]["code"]
    assert tables[0]["config"]["train"]["strategy"] == "joint"
    assert (tmp_path / "t.md").read_text() in shown
    assert status == 0
    assert main([*words, "--table"]) == 0
    assert "finished now" not in capsys.readouterr().out


def record_with(**changed):
    rows = [{"strategy": "joint", "method": "joint training"}]
    for name, middle in (("PMR", 0.02), ("MLA", -0.01)):
        ends = {"": middle, "_low": middle - 0.02, "_high": middle + 0.03}
        differences = {f"{q}_difference{end}": v for q in ("score", "alone.m2") for end, v in ends.items()}
        rows.append({"strategy": name.lower(), "method": name} | differences)
    rows.append({"strategy": "mmcosine", "method": "MMCosine", "score_difference": None})
    about = {"data": "d", "model": "m", "budget": "updates", "seeds": [0, 1], "weak": "m2", "higher_is_better": True}
    return about | {"rows": rows} | changed


def test_differences_are_in_points_and_methods_without_a_result_are_left_out_by_name():
    found = benchmark_differences(record_with())
    assert list(found["strategy"].values) == ["PMR", "MLA"]
    assert found.attrs["left_out"] == ["MMCosine"]
    np.testing.assert_allclose(found["score"], [2, -1])
    np.testing.assert_allclose(found["weak_high"], [5, 2])


def test_smaller_errors_are_gains_with_the_ends_of_the_interval_exchanged():
    found = benchmark_differences(record_with(higher_is_better=False))
    np.testing.assert_allclose(found["score"], [-0.02, 0.01])
    np.testing.assert_allclose(found["score_low"], [-0.05, -0.02])
    np.testing.assert_allclose(found["score_high"], [0.0, 0.03])


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"rows": []}, "benchmark imbalance --json"),
        (record_with(rows=record_with()["rows"][:1]), "no method beside joint"),
    ],
)
def test_what_is_no_table_with_results_is_refused(record, said):
    with pytest.raises(DataError, match=said):
        benchmark_differences(record)


def test_a_method_that_refuses_the_model_is_a_row_with_its_reason(tmp_path, monkeypatch):
    def refuse(self, model):
        raise ConfigError("mla: this model has no head | of linear layers")

    monkeypatch.setattr(mm.train.STRATEGIES["mla"], "prepare", refuse)
    benchmark = declare_benchmark(DATA, model="average", strategies=["mla"], seeds=1, budgets=["updates"], **SMALL)
    store = Store(tmp_path)
    assert len(mm.studies.run(benchmark.study, store, progress=False).failed) == 1
    found = benchmark_table(benchmark, store, "updates")
    assert not found.frame.set_index("strategy").loc["mla", "n"] >= 1
    lines = as_markdown(found.frame).split("\n\n")[0].splitlines()
    assert "mla: this model has no head" in lines[-1]
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert better_in_the_weak_modality(found) == []


def test_a_strategy_that_does_not_train_the_task_is_left_out_with_the_reason():
    benchmark = declare_benchmark({**DATA, "task": "regression"}, strategies=["valuation", "mla"], seeds=1, **SMALL)
    assert list(benchmark.skipped) == ["valuation"]
    assert "classification only" in benchmark.skipped["valuation"]
    assert benchmark.metric == "test.mae"


def test_a_strategy_that_does_not_train_the_model_is_left_out_with_the_reason():
    benchmark = declare_benchmark(DATA, model="average", strategies=["mmcosine"], seeds=1, budgets=["updates"], **SMALL)
    assert benchmark.skipped == {"mmcosine": "trains concat and cross_attention only"}
    benchmark = declare_benchmark(DATA, model="concat", strategies=["mmcosine"], seeds=1, budgets=["updates"], **SMALL)
    assert benchmark.skipped == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"strategies": ["mlaa"]}, "did you mean 'mla'"),
        ({"budgets": ["update"]}, "did you mean 'updates'"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(given, said):
    with pytest.raises(ConfigError, match=said):
        declare_benchmark(DATA, **given)


def test_one_modality_is_refused():
    with pytest.raises(ConfigError, match="has one modality"):
        declare_benchmark({**DATA, "modalities": 1, "delays": (0,)})


def test_an_unknown_benchmark_is_refused_with_the_nearest_name(capsys):
    assert main(["benchmark", "imbalanc", "--data", "synthetic"]) == 1
    assert "did you mean 'imbalance'" in capsys.readouterr().err


def test_the_titles_of_all_registered_methods_differ():
    titles = [kind.method.title for kind in mm.train.STRATEGIES.values()]
    assert len(set(titles)) == len(titles)
    assert set(imbalance_benchmark.BUDGETS) == {"updates", "passes"}
