"""The table's numbers are scipy's, its pairs are pairs, and versions are never mixed."""

import csv
import io
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tiny_studies import rows_of

from mmviz.core.errors import ConfigError, DataError
from mmviz.studies import overview, table
from mmviz.studies.significance import holm


def by_model(found):
    return found.frame.set_index("model")


def test_mean_deviation_and_interval_are_scipys(scores):
    found = by_model(table(rows_of(scores)))
    for name, values in scores.items():
        low, high = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))
        expected = [5, np.mean(values), np.std(values, ddof=1), low, high]
        np.testing.assert_allclose(found.loc[name, ["n", "mean", "std", "low", "high"]].astype(float), expected)


def test_paired_tests_are_scipys_whatever_the_order_of_rows(scores):
    rows = rows_of(scores).sample(frac=1, random_state=1)
    found = by_model(table(rows, reference="concat"))
    for name in ("better", "noise"):
        t = stats.ttest_rel(scores[name], scores["concat"])
        w = stats.wilcoxon(scores[name], scores["concat"])
        low, high = t.confidence_interval(0.95)
        expected = [np.mean(scores[name] - scores["concat"]), low, high, t.pvalue, w.pvalue]
        names = ["difference", "difference_low", "difference_high", "p_t", "p_wilcoxon"]
        np.testing.assert_allclose(found.loc[name, names].astype(float), expected)
    assert math.isnan(found.loc["concat", "p_t"])
    p = found.loc[["better", "noise"], "p_t"].astype(float)
    assert found.loc[p.idxmin(), "p_holm"] == pytest.approx(min(1, 2 * p.min()))


def test_only_seeds_of_both_variants_are_paired(scores):
    rows = rows_of(scores)
    rows = rows[~((rows.model == "better") & (rows.seed == 2))]
    found = by_model(table(rows, reference="concat"))
    keep = [0, 1, 3, 4]
    assert found.loc["better", ["n", "pairs"]].tolist() == [4, 4]
    assert found.loc["better", "p_t"] == pytest.approx(
        stats.ttest_rel(scores["better"][keep], scores["concat"][keep]).pvalue
    )


def test_folds_are_averaged_within_a_seed_and_an_incomplete_seed_does_not_count(scores):
    folds = [rows_of({k: v + fold / 10 for k, v in scores.items()}, **{"data.fold": fold}) for fold in (0, 1)]
    rows = pd.concat(folds, ignore_index=True)
    found = table(rows)
    assert by_model(found).loc["noise", "mean"] == pytest.approx(np.mean(scores["noise"]) + 0.05)
    assert by_model(found).loc["noise", "n"] == 5
    assert "each the mean over data.fold" in found.note
    found = table(rows[~((rows.model == "noise") & (rows.seed == 4) & (rows["data.fold"] == 1))])
    assert by_model(found).loc["noise", "mean"] == pytest.approx(np.mean(scores["noise"][:4]) + 0.05)
    assert "1 replicates are incomplete" in found.note
    assert by_model(table(rows, over="data.fold")).loc["noise", "n"] == 2


def test_failed_cells_are_counted_not_averaged(scores):
    rows = rows_of(scores)
    rows.loc[(rows.model == "noise") & (rows.seed < 2), ["status", "test.accuracy"]] = ["failed", np.nan]
    found = by_model(table(rows))
    assert found.loc["noise", ["n", "failed"]].tolist() == [3, 2]
    assert found.loc["noise", "mean"] == pytest.approx(np.mean(scores["noise"][2:]))


def test_the_newest_code_is_taken_and_versions_are_never_mixed(scores):
    old = rows_of(scores)
    new = rows_of({"concat": scores["concat"] + 0.1}, code="1+b", started="2026-02-01T00:00:00")
    rows = pd.concat([old, new], ignore_index=True)
    found = table(rows)
    assert found.frame["model"].tolist() == ["concat"]
    assert found.frame["mean"].tolist() == pytest.approx([np.mean(scores["concat"]) + 0.1])
    assert "15 rows of other studies or versions left out" in found.note
    assert len(table(rows, code="1+a").frame) == 3
    with pytest.raises(ConfigError, match=r"no rows of code='1.c'"):
        table(rows, code="1+c")


def test_two_contents_of_one_path_are_refused(scores):
    rows = rows_of(scores)
    rows.loc[0, "data_digest"] = "e"
    with pytest.raises(DataError, match="'toy' had different contents"):
        table(rows)


def test_one_replicate_has_no_interval_and_equal_differences_have_the_exact_test(scores):
    found = by_model(table(rows_of({"a": [0.5], "b": [0.6]}), reference="a"))
    assert np.isnan(found.loc["b", ["std", "low", "p_t", "p_wilcoxon", "p_holm"]].astype(float)).all()
    base = scores["concat"]
    found = by_model(table(rows_of({"a": base, "b": base, "c": base + 0.125}), reference="a"))
    assert found.loc["b", "difference"] == 0
    assert found.loc[["b", "c"], "p_t"].tolist() == [1.0, 1 / 16]
    assert found.loc["c", "p_holm"] == 2 / 16
    assert np.isnan(found.loc[["b", "c"], "difference_low"].astype(float)).all()


def test_table_refuses_unknown_columns_and_references_with_the_nearest_name(scores):
    rows = rows_of(scores)
    with pytest.raises(ConfigError, match=r"did you mean 'test.accuracy'"):
        table(rows, metric="test.acuracy")
    with pytest.raises(ConfigError, match="holds no numbers"):
        table(rows, metric="data")
    with pytest.raises(ConfigError, match=r"is 0 variants, give one of: concat; better; noise"):
        table(rows, reference="best")
    with pytest.raises(DataError, match="run the experiment first"):
        table(rows.assign(status="failed"))


def test_csv_holds_numbers_in_full_and_escapes_formulas(scores, tmp_path):
    risky = {name + "x": v for name, v in zip(("=1+", "@SUM", "-2+", "+3"), [scores["noise"]] * 4, strict=True)}
    found = table(rows_of(risky | {"plain": scores["noise"]}))
    text = found.csv(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == text
    read = list(csv.DictReader(io.StringIO(text)))
    assert [r["model"] for r in read] == ["'=1+x", "'@SUMx", "'-2+x", "'+3x", "plain"]
    assert float(read[-1]["mean"]) == np.mean(scores["noise"])


def test_text_is_aligned_and_says_what_the_numbers_are(scores):
    text = str(table(rows_of(scores), reference="concat"))
    lines = text.splitlines()
    assert lines[0].index("mean") == lines[1].index(f"{np.mean(scores['concat']):.4f}")
    assert "Student's 95% interval" in text
    assert "paired by seed" in text


def test_holm_is_the_step_down_method():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, np.nan, 0.03])), [0.04, 0.09, np.nan, 0.09])
    np.testing.assert_allclose(holm(np.array([0.9, 0.8])), [1, 1])


def test_an_overview_is_the_tables_of_its_metrics_below_one_another(scores):
    rows = rows_of(scores).assign(**{"test.E1": np.linspace(0, 1, 15)})
    found = overview(rows, ["test.accuracy", "test.E1"], reference="concat").frame
    assert found["metric"].tolist() == ["test.accuracy"] * 3 + ["test.E1"] * 3
    for metric in ("test.accuracy", "test.E1"):
        one = table(rows, metric=metric, reference="concat").frame
        for column in ("n", "mean", "low", "high", "difference", "p_holm"):
            np.testing.assert_array_equal(found.loc[found.metric == metric, column], one[column])
    with pytest.raises(ConfigError, match="no metrics"):
        overview(rows, [])
