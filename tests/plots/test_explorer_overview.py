"""The frame's group on all samples: its numbers equal those of loops over the samples of the Trace."""

import json

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.intervals import share_interval
from mmviz.core.subsets import membership
from mmviz.plots import explorer_frame
from mmviz.plots.explorer_overview import MAX_SUBSETS, listed_samples, overview_group, shown_subsets
from mmviz.widgets.frame import check_frame
from mmviz.widgets.serialize import header


def with_predictions(trace, prediction, *, target=None, group=None):
    """Return a copy of the Trace with other predictions of subsets, targets and groups."""
    out = trace.copy(deep=True)
    table = out["coalitions"].to_dataset()
    table["prediction"] = (("sample", "coalition", "output"), prediction.astype(np.float32))
    out["coalitions"] = table
    samples = out["samples"].to_dataset()
    if target is not None:
        samples["target"] = ("sample", target)
    if group is not None:
        samples["group"] = ("sample", group)
    out["samples"] = samples
    return out


def random_predictions(trace, seed=0):
    rng = np.random.default_rng(seed)
    shape = tuple(trace["coalitions"]["prediction"].sizes[d] for d in ("sample", "coalition", "output"))
    logits = rng.normal(size=shape)
    return np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)


@pytest.fixture
def guessed(trace):
    return with_predictions(trace, random_predictions(trace))


def test_accuracy_by_class_and_subset_and_the_confusion_matrix_equal_counts_of_single_samples(guessed):
    part = overview_group(guessed, most=5000)
    p, target = guessed["coalitions"]["prediction"].values, guessed["samples"]["target"].values
    N, S, K = p.shape
    hits, cells = np.zeros((K + 1, S)), np.zeros((S, K, K))
    for n in range(N):
        for s in range(S):
            best = max(range(K), key=lambda k: p[n, s, k])
            cells[s, target[n], best] += 1
            hits[[target[n], K], s] += best == target[n]
    count = np.array([*(np.sum(target == c) for c in range(K)), N])
    assert np.array_equal(part["class_count"], count)
    assert np.allclose(part["class_score"].values[0], hits / count[:, None], atol=1e-6)
    assert np.array_equal(part["confusion"], cells)
    for row in range(K + 1):
        low, high = share_interval(hits[row] / count[row], int(count[row]))
        assert np.allclose(part["class_score"].values[1:, row], [low, high], atol=1e-6)
    assert "Wilson" in part["class_score"].attrs["interval"]


def test_the_table_agrees_with_the_modality_ablation(guessed):
    part, scores = overview_group(guessed, most=5000), mm.analysis.coalition_scores(guessed)
    for k, name in enumerate(("score", "low", "high")):
        assert np.allclose(part["class_score"].values[k, -1], scores[name], atol=1e-6)


def test_values_and_classes_of_single_samples_are_those_of_the_trace(guessed):
    part = overview_group(guessed, most=5000)
    p, target = guessed["coalitions"]["prediction"].values, guessed["samples"]["target"].values
    true = np.array([[p[n, s, target[n]] for s in range(p.shape[1])] for n in range(len(p))])
    stored = part["overview_value"].values / 255
    assert np.abs(stored - true).max() <= part["overview_value"].attrs["error"] + 1e-7
    assert np.array_equal(part["overview_predicted"], p.argmax(-1))
    assert np.allclose(part["overview_output"], p[:, -1].max(-1))
    assert np.array_equal(part["overview_target"], target)


def test_samples_of_one_recording_widen_the_interval_and_are_named(trace):
    N = trace["samples"].sizes["sample"]
    target, group = trace["samples"]["target"].values, np.array([f"subject {n % 3}" for n in range(N)])
    p = random_predictions(trace)
    of_group = np.arange(N) % 3 == 0  # one subject is always right, the others always wrong
    right = np.where(of_group, target, 1 - target)
    p[:] = np.eye(2)[right][:, None]
    alone = overview_group(with_predictions(trace, p), most=5000)["class_score"].values[:, -1, -1]
    part = overview_group(with_predictions(trace, p, group=group), most=5000)
    together = part["class_score"].values[:, -1, -1]
    assert together[0] == pytest.approx(of_group.mean())
    assert together[2] - together[1] > 1.5 * (alone[2] - alone[1])
    names = json.loads(part["overview_value"].attrs["groups"])
    assert [names[int(k)] for k in part["overview_group"].values] == list(group)
    assert "3 groups" in part["class_score"].attrs["interval"]


def test_the_sentence_names_the_worst_class_the_costliest_modality_and_the_number_of_errors(trace):
    target = trace["samples"]["target"].values
    N, M = len(target), len(trace.attrs["modalities"])
    members = membership(M)
    p = np.zeros((N, 2**M, 2))
    right = np.where(np.arange(N) % 4 == 0, 1 - target, target)  # a quarter is wrong with all modalities
    right = np.where(target == 0, right, target)  # all of them of class 0
    for s in range(2**M):
        p[:, s] = np.eye(2)[right if members[s, 1] else np.zeros(N, int)]  # without modality 1: class 0
    sentence = overview_group(with_predictions(trace, p), most=5000)["overview_value"].attrs["sentence"]
    wrong, classes = int((right != target).sum()), trace.attrs["task"]["classes"]
    recall = (right == target)[target == 0].mean()
    cost = (right == target).mean() - (target == 0).mean()
    assert f"Accuracy with all modalities {1 - wrong / N:.3f}" in sentence
    assert f"{wrong} of {N} samples misclassified" in sentence
    assert f"lowest recall for {classes[0]}: {recall:.3f}" in sentence
    assert f"masking {trace.attrs['modalities'][1]} costs most: accuracy −{cost:.3f}" in sentence
    assert f"always the largest class: {max(np.bincount(target)) / N:.3f}" in sentence


def test_a_model_that_is_always_right_has_no_worst_class_and_no_costly_modality(trace):
    target = trace["samples"]["target"].values
    p = np.repeat(np.eye(2)[target][:, None], trace["coalitions"].sizes["coalition"], 1)
    sentence = overview_group(with_predictions(trace, p), most=5000)["overview_value"].attrs["sentence"]
    assert f"0 of {len(target)} samples misclassified" in sentence
    assert "masking a single modality does not lower the accuracy" in sentence
    assert f"lowest recall for {', '.join(trace.attrs['task']['classes'])}: 1.000" in sentence


def test_samples_without_a_finite_prediction_are_left_out_of_the_scores_and_counted(trace):
    p = random_predictions(trace)
    p[[1, 4], 2] = np.nan
    part = overview_group(with_predictions(trace, p), most=5000)
    assert part["class_count"].values[-1] == len(p) - 2
    assert part["class_score"].attrs["left_out"] == 2
    assert part["confusion"].values.sum((1, 2)).tolist() == [len(p) - 2] * p.shape[1]
    assert (part["overview_predicted"].values[[1, 4], 2] == -1).all()
    p[:] = np.nan
    part = overview_group(with_predictions(trace, p), most=5000)
    assert "No finite prediction" in part["overview_value"].attrs["sentence"]


def test_beyond_the_limit_the_list_is_stratified_and_contains_every_recorded_sample(trace):
    rng = np.random.default_rng(3)
    many = 20_000
    target = (rng.random(many) < 0.1).astype(int)
    p = rng.dirichlet([1, 1], size=(many, 8))
    large = trace.copy(deep=True)
    large["coalitions"] = (
        trace["coalitions"].to_dataset().drop_dims("sample").assign(prediction=(("sample", "coalition", "output"), p))
    )
    samples = trace["samples"].to_dataset().drop_dims("sample")
    large["samples"] = samples.assign(
        id=("sample", [str(n) for n in range(many)]), group=("sample", [""] * many), target=("sample", target)
    )
    rows = listed_samples(large, 2000)
    assert set(trace["prefixes"]["recorded_sample"].values) <= set(rows)
    assert len(rows) <= 2000 + trace["prefixes"].sizes["recorded_sample"]
    predicted = p[:, -1].argmax(-1)
    for c in range(2):
        for k in range(2):
            cell = (target == c) & (predicted == k)
            assert cell[rows].sum() == pytest.approx(cell.sum() / 10, abs=1 + len(rows) - 2000)
    part = overview_group(large, most=2000)
    assert part["overview_value"].attrs["stratified"] == 1
    assert part["overview_value"].attrs["total"] == many
    assert part["confusion"].values[-1].sum() == many, "tables are of all samples"


def test_with_many_modalities_only_the_smallest_and_largest_subsets_are_shown():
    assert len(shown_subsets(membership(5))) == 2**5 == MAX_SUBSETS
    kept = membership(6)[shown_subsets(membership(6))].sum(1)
    assert sorted(kept.tolist()) == [0, *[1] * 6, *[5] * 6, 6]


def test_a_regression_has_the_mean_absolute_error_of_every_quarter_of_the_targets(regression):
    run = mm.train.fit(mm.models.build("coupled_mamba", regression.spec, width=8), regression, epochs=1, progress=False)
    trace = mm.record(run, regression["test"], recorded_samples=2, influence=False)
    frame = explorer_frame(trace, channels=2)
    check_frame(frame)
    target = trace["samples"]["target"].values.astype(float)
    error = np.abs(trace["coalitions"]["prediction"].values[..., 0] - target[:, None])
    assert np.allclose(frame["class_score"].values[0, -1], error.mean(0), atol=1e-5)
    assert frame["class_count"].values[:-1].sum() == len(target) == frame["class_count"].values[-1]
    mean = (frame["class_score"].values[0, :-1, -1] * frame["class_count"].values[:-1]).sum() / len(target)
    assert mean == pytest.approx(error[:, -1].mean(), abs=1e-5)
    assert "confusion" not in frame
    sentence = header(frame)["overview"]["sentence"]
    assert f"always the median target: {np.abs(target - np.median(target)).mean():.3f}" in sentence


def test_without_labels_the_frame_has_no_scores_and_says_so(trace):
    blank = trace.copy(deep=True)
    samples = blank["samples"].to_dataset()
    samples["target"] = ("sample", np.full(samples.sizes["sample"], np.nan))
    blank["samples"] = samples
    frame = explorer_frame(blank, channels=2)
    check_frame(frame)
    assert "class_score" not in frame
    assert "confusion" not in frame
    about = header(frame)["overview"]
    assert "without labels" in about["sentence"]
    assert "metric" not in about
    full = blank["coalitions"]["prediction"].values[:, -1]
    assert np.abs(frame["overview_value"].values[:, -1] / 255 - full.max(-1)).max() < 0.0021


def test_the_scores_stand_beside_the_largest_class_and_chance_and_few_groups_are_named(guessed):
    target = guessed["samples"]["target"].values.astype(int)
    classes = guessed.attrs["task"]["classes"]
    alone = overview_group(guessed, most=5000)["overview_value"].attrs["control"]
    largest = np.bincount(target).argmax()
    assert f"always {classes[largest]}, the largest class, {np.bincount(target).max() / len(target):.3f}" in alone
    assert f"uniform chance {1 / len(classes):.3f}" in alone
    assert "groups" not in alone
    group = np.where(np.arange(len(target)) % 2, "a", "b")
    two = overview_group(with_predictions(guessed, random_predictions(guessed), group=group), most=5000)
    assert "with 2 groups they are wide" in two["overview_value"].attrs["control"]
    many = np.array([f"g{k}" for k in range(len(target))])
    each = overview_group(with_predictions(guessed, random_predictions(guessed), group=many), most=5000)
    assert "they are wide" not in each["overview_value"].attrs["control"]
