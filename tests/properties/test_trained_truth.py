"""Explanations of small models that were trained on data with a known truth; the full table (5 seeds) is printed by ``make truth``."""

import numpy as np
import pytest
from known_truth import DESIGNS, fitted, inside, noise_contribution, rows_of_attribution, rows_of_truth

FAST = {"n": 600, "epochs": 12}


@pytest.mark.parametrize("design", ["duplicate", "XOR"])
def test_the_intervals_of_mean_contributions_and_interactions_contain_the_truth(design):
    hits, accuracy = inside(design, 0, **FAST)
    assert accuracy >= 0.95, "the model did not learn the design: the truth does not hold for it"
    assert hits.mean() >= 0.8, hits


def test_the_truth_of_another_design_lies_outside_the_intervals():
    truth = fitted("duplicate", 0, **FAST).ds.truth
    wrong = fitted("XOR", 0, **FAST)
    swapped = type(wrong)(type("Other", (), {"truth": truth})(), wrong.run, wrong.trace)
    hits, _ = inside("XOR", 0, found=swapped)
    assert hits.mean() < 0.8


def test_the_per_sample_shapley_value_of_noise_is_small_after_modality_dropout():
    size, mean = noise_contribution(0, "modality_dropout", **FAST)
    assert size[0] > 0.4
    assert size[1:].max() <= 0.2 * size[0]
    assert np.abs(mean[1:]).max() <= 0.05


def test_the_end_to_end_attribution_gives_noise_modalities_a_small_share():
    (row,) = rows_of_attribution((0,), layers=(1,), **FAST)
    assert row["measured"] <= 0.2
    assert row["bar"] == "at most 0.1"


def test_a_row_of_the_truth_table_states_question_figure_interval_and_bar():
    (row,) = rows_of_truth((0,), designs=["XOR"], **FAST)
    assert set(row) == {"name", "question", "measured", "low", "high", "unit", "bar", "holds", "detail"}
    assert row["measured"] >= 0.8
    assert np.isnan(row["low"]), "one seed has no interval over seeds"
    assert "mean accuracy" in row["detail"]
    assert set(DESIGNS) >= {"unique", "duplicate", "XOR", "two noise modalities"}
