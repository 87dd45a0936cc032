"""Scores: equal to scikit-learn and SciPy where those are defined, NaN with a reason where nothing is."""

import math
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error

from mmviz.core.errors import ConfigError, DataError
from mmviz.data.spec import Task
from mmviz.train import metrics

CLASSES = Task("classification", ("negative", "neutral", "positive"), 3)
VALUE = Task("regression", (), 1)
LABELS = hnp.arrays(np.int64, st.shared(st.integers(2, 40), key="n"), elements=st.integers(0, 4))
VALUES = hnp.arrays(np.float64, st.shared(st.integers(2, 40), key="n"), elements=st.floats(-4, 4, width=32))


@settings(max_examples=50, deadline=None)
@given(LABELS, LABELS)
def test_accuracy_and_both_f1_are_those_of_scikit_learn(prediction, target):
    found = metrics.classification(prediction, target)
    assert found["accuracy"] == accuracy_score(target, prediction)
    for average in ("weighted", "macro"):
        if len(set(target.tolist())) > 1:
            expected = f1_score(target, prediction, average=average, zero_division=0)
            assert found[f"f1_{average}"] == pytest.approx(expected, abs=1e-14)
        else:
            assert math.isnan(found[f"f1_{average}"])
            assert "one class only" in found.why[f"f1_{average}"]


@settings(max_examples=50, deadline=None)
@given(VALUES, VALUES)
def test_error_and_correlation_are_those_of_scikit_learn_and_scipy(prediction, target):
    found = metrics.regression(prediction, target)
    assert found["mae"] == pytest.approx(mean_absolute_error(target, prediction), rel=1e-14)
    if np.ptp(prediction) == 0 or np.ptp(target) == 0:
        assert math.isnan(found["correlation"])
        assert found.why["correlation"].startswith("every ")
    elif min(np.ptp(prediction), np.ptp(target)) > 1e-6:  # SciPy calls what varies less nearly constant
        assert found["correlation"] == pytest.approx(stats.pearsonr(prediction, target).statistic, abs=1e-10)


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1.0, 1e150, 1e305])
def test_correlation_does_not_depend_on_the_unit(scale):
    rng = np.random.default_rng(0)
    p = rng.normal(size=30)
    y = p + rng.normal(size=30)
    assert metrics.pearson(p * scale, y).value == pytest.approx(stats.pearsonr(p, y).statistic, rel=1e-12)


def test_seven_and_five_classes_round_half_to_even_after_clipping():
    target = np.array([0.5, 1.5, 2.5, -2.5, 3.0, -3.0, 2.0])
    prediction = np.array([0.0, 2.0, 2.0, -2.0, 9.0, -9.0, 2.4])
    found = metrics.sentiment(prediction, target, convention="mosi")
    assert found["accuracy_7"] == 1.0
    assert found["accuracy_5"] == 1.0
    up = metrics.sentiment([1.0, 3.0], [0.5, 2.5], convention="mosi")  # what rounding half up would call equal
    assert up["accuracy_7"] == 0.0
    assert up["accuracy_5"] == 0.5  # 3.0 and 2.5 are both clipped to 2


def test_zero_counts_as_non_negative_in_one_binary_accuracy_and_is_left_out_of_the_other():
    found = metrics.sentiment([-0.1, 0.0, 1.0, -1.0], [0.0, 0.0, 2.0, 2.0], convention="mosi")
    assert found["accuracy_2_nonnegative"] == 0.5
    assert found["accuracy_2_positive"] == 0.5
    assert metrics.sentiment([0.0, -1.0], [1.0, -1.0], convention="mosi")["accuracy_2_positive"] == 0.5


@settings(max_examples=50, deadline=None)
@given(VALUES, VALUES)
def test_mosi_scores_are_those_of_the_published_rules(prediction, target):
    found = metrics.sentiment(prediction, target, convention="mosi")
    kept = target != 0
    pairs = {"accuracy_2_nonnegative": (target >= 0, prediction >= 0)}
    if kept.any():
        pairs["accuracy_2_positive"] = (target[kept] > 0, prediction[kept] > 0)
    for name, (y, p) in pairs.items():
        assert found[name] == accuracy_score(y, p)
        twin = "f1_" + name.removeprefix("accuracy_2_")
        if len(set(y.tolist())) > 1:
            assert found[twin] == pytest.approx(f1_score(y, p, average="weighted", zero_division=0), abs=1e-14)
        else:
            assert twin in found.why
    for classes, limit in ((7, 3), (5, 2)):
        y, p = (np.round(np.clip(v, -limit, limit)).astype(int) for v in (target, prediction))
        assert found[f"accuracy_{classes}"] == accuracy_score(y, p)


@settings(max_examples=50, deadline=None)
@given(VALUES, VALUES)
def test_sims_scores_are_those_of_the_published_bins(prediction, target):
    found = metrics.sentiment(prediction, target, convention="sims")
    p, y = (np.clip(v, -1, 1) for v in (prediction, target))
    assert found["mae"] == pytest.approx(mean_absolute_error(y, p), rel=1e-14)
    for k, edges in {
        2: [-1.01, 0, 1.01],
        3: [-1.01, -0.1, 0.1, 1.01],
        5: [-1.01, -0.7, -0.1, 0.1, 0.7, 1.01],
    }.items():
        binned = [np.zeros(len(p), int), np.zeros(len(p), int)]
        for out, v in zip(binned, (p.astype(np.float32), y.astype(np.float32)), strict=True):
            for i in range(k):
                out[(v > np.float32(edges[i])) & (v <= np.float32(edges[i + 1]))] = i
        assert found[f"accuracy_{k}"] == accuracy_score(binned[1], binned[0])


def test_sims_edges_belong_to_the_bin_on_their_left_in_float32():
    edges = np.array([-0.7, -0.1, 0.0, 0.1, 0.7], np.float32)
    inside = np.array([-0.8, -0.2, -0.05, 0.05, 0.3], np.float32)
    found = metrics.sentiment(edges, inside, convention="sims")
    assert (found["accuracy_3"], found["accuracy_5"], found["accuracy_2"]) == (1.0, 1.0, 1.0)
    beyond = np.nextafter(edges, np.float32(1))  # the next float32 is in the next bin
    found = metrics.sentiment(beyond, inside, convention="sims")
    assert (found["accuracy_3"], found["accuracy_5"], found["accuracy_2"]) == (0.6, 0.2, 0.8)


def test_perfect_classification_scores_one_where_the_copied_metric_cannot():
    target = np.array([0, 2, 2, 1, 0, 2])
    scores = np.eye(3)[target]
    found = metrics.polarity(scores, target)
    assert {name: found[name] for name in found} == dict.fromkeys(found, 1.0)
    chosen = scores[target != 1][:, [0, 2]].argmax(1)
    assert accuracy_score(target[target != 1], chosen) == 0.4  # the trap: positives are 1 here and 2 there


def test_polarity_joins_neutral_to_negative_and_says_so():
    scores = np.array([[0.6, 0.3, 0.1], [0.1, 0.3, 0.6], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1]])
    found = metrics.polarity(scores, np.array([0, 2, 1, 1]))
    assert found["accuracy_2_not_positive"] == 1.0
    assert "neutral counted as negative" in found.meaning["accuracy_2_not_positive"]
    assert found["accuracy_3"] == 1.0


@pytest.mark.parametrize(
    ("prediction", "target", "name", "reason"),
    [
        ([0.5, 0.5, 0.5], [1.0, -1.0, 2.0], "correlation", "every prediction is 0.5"),
        ([0.5, 0.1, 0.2], [1.0, 1.0, 1.0], "correlation", "every target is 1"),
        ([0.5, 0.1], [1.0, 2.0], "f1_positive", "one class only"),
        ([0.5, 0.1], [0.0, 0.0], "accuracy_2_positive", "zeros are left out"),
        ([0.5], [1.0], "correlation", "one sample"),
        ([], [], "mae", "no samples"),
        ([np.nan, 1.0], [1.0, 2.0], "accuracy_7", "1 predictions are not finite (first: sample 0: nan)"),
    ],
)
def test_undefined_metrics_are_nan_with_a_reason(prediction, target, name, reason):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = metrics.sentiment(np.array(prediction), np.array(target), convention="mosi")
    assert math.isnan(found[name])
    assert reason in found.why[name]
    assert f"undefined: {found.why[name]}" in repr(found)
    assert all(math.isnan(found[n]) == (n in found.why) for n in found)


def test_a_constant_classifier_is_scored_and_its_f1_is_that_of_scikit_learn():
    found = metrics.classification(np.zeros(4, int), np.array([0, 0, 1, 2]))
    assert found["f1_macro"] == pytest.approx(
        f1_score([0, 0, 1, 2], [0] * 4, average="macro", zero_division=0), abs=1e-15
    )
    assert not found.why


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.regression([1.0, 2.0], [1.0]), r"prediction float64 \(2,\), target float64 \(1,\)"),
        (lambda: metrics.regression([1.0], [np.nan]), r"target\[0\] is nan"),
        (lambda: metrics.classification(np.eye(3), [0, 1, 3]), r"target\[2\] is 3; there are 3 classes"),
        (lambda: metrics.classification([0.5, 1.0], [0, 1]), "whole labels"),
        (lambda: metrics.classification(np.eye(2), [0.0, 1.0]), "target of dtype float64"),
        (lambda: metrics.polarity(np.eye(2), [0, 1]), r"give scores \(n, 3\)"),
    ],
)
def test_score_refuses_other_shapes_missing_labels_and_conventions_of_another_task(call, message):
    with pytest.raises(DataError, match=message):
        call()


def test_score_takes_the_predictions_of_a_run():
    assert list(metrics.score(VALUE, [1.0, -1.0], [0.5, -2.0])) == ["mae", "correlation"]
    assert "accuracy_7" in metrics.score(VALUE, [1.0, -1.0], [0.5, -2.0], convention="mosi")
    assert "f1_macro" in metrics.score(CLASSES, np.eye(3), np.arange(3))
    assert "accuracy_3" in metrics.score(CLASSES, np.eye(3), np.arange(3), convention="polarity")
    with pytest.raises(ConfigError, match="convention='mosi' for a classification"):
        metrics.score(CLASSES, np.eye(3), np.arange(3), convention="mosi")
    with pytest.raises(ConfigError, match="convention='mosie' is unknown"):
        metrics.sentiment([1.0], [1.0], convention="mosie")
    with pytest.raises(ConfigError, match="no metric 'acc'; available are mae, correlation"):
        metrics.regression([1.0, 2.0], [1.0, 3.0])["acc"]


def test_every_metric_has_its_convention_in_words():
    for convention in ("mosi", "sims"):
        found = metrics.sentiment([1.0, -1.0, 0.3], [0.5, -2.0, 0.2], convention=convention)
        assert set(found.meaning) == set(found)
        assert all(text in repr(found) for text in found.meaning.values())


def test_the_metrics_of_an_epoch_equal_those_of_score():
    rng = np.random.default_rng(1)
    output, target = torch.from_numpy(rng.normal(size=(20, 1))), torch.from_numpy(rng.normal(size=20))
    found = metrics.scores_of(VALUE, output, target)
    assert found == dict(metrics.regression(output.numpy(), target.numpy()))
    assert math.isnan(metrics.scores_of(VALUE, torch.full((3, 1), torch.nan), target[:3])["mae"])
    logits = torch.from_numpy(rng.normal(size=(20, 3)))
    labels = torch.from_numpy(rng.integers(0, 3, 20))
    expected = metrics.classification(logits.numpy(), labels.numpy())
    found = metrics.scores_of(CLASSES, logits, labels)
    assert found == {name: expected[name] for name in ("accuracy", "balanced_accuracy", "f1_macro")}
