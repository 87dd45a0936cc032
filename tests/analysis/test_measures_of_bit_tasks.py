"""Known-truth table: every measure of Bayes predictors of tasks on two fair bits equals its closed form."""

import numpy as np
import pytest
from bit_tasks import TASKS, traced

from mmviz import analysis
from mmviz.metrics import decompose

#: task -> accuracy of (12, 1, 2, ∅), Shapley values, SHAPE cooperation, InterSHAP, accuracy of the projection, accuracy with 1 and with 2 permuted, PID
TRUTH = {
    "XOR": ((1, 0.5, 0.5, 0.5), (0.25, 0.25), 0.5, 1, 0.5, (0.5, 0.5), (0, 0, 0, 1)),
    "first only": ((1, 1, 0.5, 0.5), (0.5, 0), 0, 0, 1, (0.5, 1), (0, 1, 0, 0)),
    "duplicate, both read": ((1, 1, 1, 0.5), (0.25, 0.25), -0.5, 0, 1, (0.75, 0.75), (1, 0, 0, 0)),
    "duplicate, first read": ((1, 1, 0.5, 0.5), (0.5, 0), 0, 0, 1, (0.5, 1), (1, 0, 0, 0)),
    "both bits": ((1, 0.5, 0.5, 0.25), (0.375, 0.375), 0.25, 1 / 3, 1, (0.5, 0.5), (0, 1, 1, 0)),
    "AND": ((1, 0.75, 0.75, 0.75), (0.125, 0.125), 0.25, 1 / 3, 1, (0.75, 0.75), (0.3113, 0, 0, 0.5)),
}
every_task = pytest.mark.parametrize("task", TRUTH)


@pytest.fixture(scope="module")
def trace_of():
    made = {}

    def of(task):
        if task not in made:
            made[task] = traced(task)
        return made[task]

    return of


@every_task
def test_values_shapley_values_and_cooperation_equal_the_table(task, trace_of):
    v, shapley, cooperation, *_ = TRUTH[task]
    found = analysis.cooperation(trace_of(task), value="accuracy")
    np.testing.assert_allclose(found["v"].values[0], np.array(v)[[3, 1, 2, 0]], atol=1e-12)
    np.testing.assert_allclose(found["contribution"].sel(statistic="mean").values[0], shapley, atol=1e-12)
    assert found["cooperation"].sel(statistic="mean").item() == pytest.approx(cooperation, abs=1e-12)


@every_task
def test_intershap_equals_the_table_in_both_global_forms(task, trace_of):
    found = analysis.intershap(trace_of(task))
    assert found["of_means"].values[0] == pytest.approx(TRUTH[task][3], abs=1e-6)
    assert found["mean_of_samples"].values[0] == pytest.approx(TRUTH[task][3], abs=1e-6)


@every_task
def test_the_accuracy_of_emap_equals_the_table(task, trace_of):
    found = analysis.emap(trace_of(task)).sel(value="accuracy", statistic="mean")
    assert found["additive"].item() == pytest.approx(TRUTH[task][4], abs=1e-12)
    assert found["gap"].item() == pytest.approx(1 - TRUTH[task][4], abs=1e-12)


@every_task
def test_the_perceptual_score_over_all_shifts_equals_that_of_the_table_without_fixed_points(task, trace_of):
    found = analysis.perceptual_score(trace_of(task))["score"].sel(statistic="mean").values
    n = 16  # the table counts the sample itself as a source: (N - 1)/N of the score without fixed points
    np.testing.assert_allclose(found * (n - 1) / n, 1 - np.array(TRUTH[task][5]), atol=1e-6)


@every_task
def test_the_partial_information_of_the_data_equals_the_table(task):
    a, b, y, _ = TASKS[task]
    table = np.zeros((2, 2, 4))
    np.add.at(table, (a, b, y), 1)
    parts, gap = decompose(table)
    np.testing.assert_allclose(parts, TRUTH[task][6], atol=gap + 5e-5)


def test_the_accuracy_game_reports_cooperation_for_independent_bits_and_log_probabilities_do_not(trace_of):
    found = analysis.cooperation(trace_of("both bits")).sel(statistic="mean")["cooperation"]
    assert found.sel(value="accuracy").item() == pytest.approx(0.25, abs=1e-12)
    assert found.sel(value="log_likelihood").item() == pytest.approx(0, abs=0.006)  # the smoothing, ln 1.005
    assert "0.25, because accuracies multiply" in analysis.cooperation(trace_of("both bits")).attrs["limits"]


def test_emap_of_and_has_the_accuracy_of_the_model_and_still_finds_the_interaction(trace_of):
    found = analysis.emap(trace_of("AND"))
    assert found["gap"].sel(value="accuracy", statistic="mean").item() == 0
    assert found["interaction_share"].values[0] == pytest.approx(1 / 3, abs=1e-6)
    assert found["gap"].sel(value="log_likelihood", statistic="mean").item() > 0.05
    assert "AND is not additive" in found.attrs["limits"]


def test_logits_of_an_additive_model_are_its_projection_and_those_of_xor_become_0(trace_of):
    found = analysis.emap(trace_of("duplicate, both read"))
    np.testing.assert_allclose(found["projected"], found["output_of_model"], atol=1e-6)
    np.testing.assert_allclose(analysis.emap(trace_of("XOR"))["projected"], 0, atol=1e-6)


def test_two_models_of_one_accuracy_on_the_same_data_have_different_measures(trace_of):
    both, one = (trace_of(f"duplicate, {name} read") for name in ("both", "first"))
    score = [analysis.perceptual_score(t)["score"].sel(statistic="mean").values for t in (both, one)]
    assert (score[0] > 0.2).all()
    assert score[1][1] == 0


def test_permuting_in_both_evaluations_as_in_the_published_example_hides_the_score_that_is_found_here(trace_of):
    trace = trace_of("first only")
    right = analysis.perceptual_score(trace)["score"].sel(modality="a", statistic="mean").item()
    assert right == pytest.approx(0.5 * 16 / 15, abs=1e-6)
    prediction = trace["permutations"]["prediction"].sel(modality="a").values
    target = trace["samples"]["target"].values
    accuracy = (prediction.argmax(-1) == target).mean(-1)
    published = accuracy[: len(accuracy) // 2].mean() - accuracy[len(accuracy) // 2 :].mean()
    assert abs(published) < 0.1 < right


def test_the_majority_baseline_changes_the_cooperation_by_its_accuracy(trace_of):
    found = analysis.cooperation(trace_of("AND"), baseline="majority")
    assert list(found["value"].values) == ["accuracy"]
    assert found["v"].values[0, 0] == 0.75
    assert analysis.cooperation(trace_of("XOR"), baseline="majority")["v"].values[0, 0] == 0.5
