"""Imbalanced classes: weights in every strategy's loss, balanced sampling, selection, the report, and contributions by class."""

import json
import math

import numpy as np
import pytest
import torch
from sklearn import metrics as reference
from sklearn.utils.class_weight import compute_class_weight

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.metrics.classification import balanced_accuracy
from mmviz.train.class_balance import balanced_rows, class_weights
from mmviz.train.config import TrainConfig
from mmviz.train.metrics import loss_of

STRATEGIES = list(mm.train.STRATEGIES)
OPTIONS = {
    "g_blend": {"super_epoch": 1},
    "midas": {"warm_up": 0},
    "opm": {"warm_up": 0},
    "umt": {"teacher_epochs": 1},
    "g2d": {"teacher_epochs": 1},
    "valuation": {"warm_up": 0},
}


def rare(n=240, share=0.1, noise=1.0, seed=0):
    """Two signals; class "yes" is rare and lies in the first of them."""
    rng = np.random.default_rng(seed)
    target = (np.arange(n) % round(1 / share) == 0).astype(int)
    rng.shuffle(target)
    a = rng.normal(size=(n, 8, 2)) * noise + 1.2 * target[:, None, None]
    b = rng.normal(size=(n, 8, 2))
    cut = {"train": slice(0, n // 2), "valid": slice(n // 2, 3 * n // 4), "test": slice(3 * n // 4, n)}
    return mm.data.from_arrays(
        {s: {"a": a[c], "b": b[c]} for s, c in cut.items()},
        {s: target[c] for s, c in cut.items()},
        classes=["no", "yes"],
        name="rare",
    )


@pytest.fixture(scope="module")
def ds():
    return rare()


def fitted(ds, strategy="joint", **options):
    model = mm.models.build("concat", ds.spec, width=8)
    given = {"epochs": 2, "batch_size": 32, "learning_rate": 0.01, "progress": False} | options
    return mm.train.fit(model, ds, strategy=strategy, strategy_options=OPTIONS.get(strategy), **given)


def equal(first, second):
    return all(
        torch.equal(v, second.weights[max(second.weights)][k]) for k, v in first.weights[max(first.weights)].items()
    )


def test_balanced_weights_are_sklearns_and_have_the_mean_one_over_samples(ds):
    target = ds["train"].target
    weight = class_weights("balanced", ds.spec.task, target).double().numpy()
    np.testing.assert_allclose(weight, compute_class_weight("balanced", classes=np.array([0, 1]), y=target), rtol=1e-6)
    assert weight[target].mean() == pytest.approx(1, rel=1e-6)


def test_weights_by_name_hold_for_the_named_classes_and_an_absent_class_breaks_nothing(ds):
    assert class_weights({"yes": 4}, ds.spec.task, ds["train"].target).tolist() == [1, 4]
    alone = class_weights("balanced", ds.spec.task, np.zeros(10, dtype=int))
    assert alone.tolist() == [1, 1]
    assert class_weights(None, ds.spec.task, ds["train"].target) is None


def test_a_weighted_loss_is_the_mean_of_weighted_cross_entropies_and_of_equal_weights_the_plain_one(ds):
    output, target = torch.randn(9, 2, dtype=torch.float64), torch.tensor([0, 1, 0, 0, 1, 0, 0, 0, 1])
    each = torch.nn.functional.cross_entropy(output, target, reduction="none")
    weight = torch.tensor([0.5, 3.0])
    expected = (each * weight.double()[target]).mean()
    torch.testing.assert_close(loss_of(ds.spec.task, output, target, weight), expected)
    torch.testing.assert_close(loss_of(ds.spec.task, output, target, torch.ones(2)), each.mean())


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_class_weights_change_the_updates_of_every_strategy_and_weights_of_one_do_not(ds, strategy):
    plain, ones = fitted(ds, strategy), fitted(ds, strategy, class_weight={"no": 1, "yes": 1})
    weighted = fitted(ds, strategy, class_weight="balanced")
    assert not equal(plain, weighted)
    for k, v in plain.weights[2].items():
        torch.testing.assert_close(v, ones.weights[2][k], rtol=1e-3, atol=1e-4)
    assert weighted.info["class_weight"]["yes"] > weighted.info["class_weight"]["no"]
    assert weighted.info["train"]["class_weight"] == "balanced"


@pytest.mark.parametrize(
    "options", [{"class_weight": "balanced"}, {"sampling": "balanced"}, {"class_weight": {"yes": 9}}]
)
def test_weights_and_balanced_sampling_find_the_rare_class_that_plain_training_misses(options):
    ds = rare(n=600, share=0.1, noise=1.5)
    plain, mended = fitted(ds, epochs=4), fitted(ds, epochs=4, **options)

    def found(run):
        chosen, truth = run.predict(ds["test"]).argmax(1), ds["test"].target
        return balanced_accuracy(chosen, truth).value

    assert found(mended) > found(plain) + 0.05


@pytest.mark.parametrize(
    ("counts", "seed"), [((90, 10), 0), ((50, 3, 7), 1), ((1, 1), 2), ((5,), 3), ((7, 2, 2, 2), 4)]
)
def test_a_balanced_epoch_has_as_many_samples_and_every_class_equally_often(counts, seed):
    target = np.repeat(np.arange(len(counts)), counts)
    rows = balanced_rows(target, np.random.default_rng(seed))
    assert len(rows) == len(target)
    drawn = np.bincount(target[rows], minlength=len(counts))
    assert np.ptp(drawn) <= 1
    for c in range(len(counts)):
        times = np.bincount(rows[target[rows] == c], minlength=len(target))[target == c]
        assert np.ptp(times) <= 1, "each sample of a class equally often, up to one"
    assert np.array_equal(rows, balanced_rows(target, np.random.default_rng(seed)))


def test_balanced_sampling_repeats_and_is_resumed_where_it_stopped(ds, tmp_path):
    first = fitted(ds, sampling="balanced", epochs=3, out=tmp_path / "whole")
    assert equal(first, fitted(ds, sampling="balanced", epochs=3))
    assert not equal(first, fitted(ds, epochs=3))


def test_the_epoch_is_selected_by_balanced_accuracy_or_macro_f1_when_asked_to(ds):
    for score in ("balanced_accuracy", "f1_macro"):
        run = fitted(ds, epochs=5, select=score, class_weight="balanced")
        best = max(run.history, key=lambda row: (row[f"valid_{score}"], -row["valid_loss"]))
        assert run.best_epoch == int(best["epoch"])
        assert run.info["train"]["select"] == score
    stopped = fitted(ds, epochs=30, select="f1_macro", patience=2, learning_rate=1e-7)
    assert stopped.status in ("early_stopped", "finished")


def test_history_holds_the_scores_that_a_majority_cannot_buy(ds):
    run = fitted(ds)
    row, valid = run.history[run.best_epoch], ds["valid"]
    chosen = run.predict(valid).argmax(1)
    assert row["valid_balanced_accuracy"] == pytest.approx(reference.balanced_accuracy_score(valid.target, chosen))
    assert row["valid_f1_macro"] == pytest.approx(reference.f1_score(valid.target, chosen, average="macro"))


def test_balanced_accuracy_is_sklearns_and_of_a_constant_prediction_one_over_k():
    rng = np.random.default_rng(0)
    target = rng.choice(4, 200, p=[0.7, 0.2, 0.05, 0.05])
    guess = np.where(rng.random(200) < 0.6, target, rng.integers(0, 4, 200))
    assert balanced_accuracy(guess, target).value == pytest.approx(reference.balanced_accuracy_score(target, guess))
    assert balanced_accuracy(np.zeros(200, int), target).value == pytest.approx(1 / 4)
    assert "one class" in balanced_accuracy(np.zeros(3, int), np.zeros(3, int)).why


def test_options_about_classes_make_another_training_in_the_cache(ds, tmp_path):
    for options in (
        {},
        {"class_weight": "balanced"},
        {"class_weight": {"yes": 2}},
        {"sampling": "balanced"},
        {"select": "f1_macro"},
    ):
        fitted(ds, epochs=1, cache=tmp_path, **options)
    assert len(list(tmp_path.iterdir())) == 5


def test_a_saved_run_holds_its_class_options(ds, tmp_path):
    fitted(ds, epochs=1, class_weight={"yes": 2}, sampling="balanced", out=tmp_path / "run")
    info = mm.train.load(tmp_path / "run").info
    assert info["train"]["class_weight"] == {"yes": 2.0}
    assert info["train"]["sampling"] == "balanced"
    assert info["class_weight"] == {"no": 1.0, "yes": 2.0}
    json.dumps(info)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"class_weight": "balance"}, "expected None, 'balanced' or a mapping"),
        ({"class_weight": [1, 2]}, "expected None, 'balanced' or a mapping"),
        ({"class_weight": {"maybe": 2}}, r"class_weight names 'maybe'; the classes are 'no', 'yes'"),
        ({"class_weight": {"yes": -1}}, r"class_weight\['yes'\]=-1, expected the name of a class and a number ≥ 0"),
        ({"class_weight": {"yes": math.nan}}, "a number ≥ 0"),
        ({"class_weight": {"yes": 0, "no": 0}}, "no weight above 0"),
        ({"sampling": "balance"}, "sampling='balance' .did you mean 'balanced'"),
        ({"sampling": "balanced", "bucket": 2}, "leave out one of them"),
        ({"select": "f1"}, "select='f1'.*'best', 'last', 'balanced_accuracy', 'f1_macro'"),
        ({"select": "f1_macro", "valid": "train2"}, "split 'train2' is not there"),
    ],
)
def test_options_about_classes_that_cannot_work_are_refused_before_anything_starts(ds, tmp_path, options, message):
    with pytest.raises(ConfigError, match=message):
        fitted(ds, out=tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("options", [{"class_weight": "balanced"}, {"sampling": "balanced"}, {"select": "f1_macro"}])
def test_a_regression_refuses_options_about_classes(regression, options):
    with pytest.raises(ConfigError, match="for a regression; only a classification has classes"):
        fitted(regression, **options)


def test_selection_by_a_score_needs_a_validation_split_with_several_classes(ds):
    one = mm.data.from_arrays(
        {s: {"a": ds[s].inputs["a"]} for s in ("train", "valid")},
        {"train": ds["train"].target, "valid": np.zeros(len(ds["valid"]), int)},
        classes=["no", "yes"],
    )
    with pytest.raises(ConfigError, match="holds one class only"):
        fitted(one, select="f1_macro")
    none = mm.data.from_arrays({"train": {"a": ds["train"].inputs["a"]}}, {"train": ds["train"].target})
    with pytest.raises(ConfigError, match="needs a validation split"):
        fitted(none, select="balanced_accuracy")


def test_a_strategy_that_orders_the_samples_refuses_balanced_sampling(ds):
    options = {"alternation": "epoch", "joint_update": False}
    model = mm.models.build("concat", ds.spec, width=8)
    with pytest.raises(ConfigError, match="chooses the samples of an epoch itself, sampling='balanced' would too"):
        mm.train.fit(
            model, ds, strategy="shapley_alternating", strategy_options=options, sampling="balanced", progress=False
        )


def labelled(train, valid):
    rng = np.random.default_rng(0)
    parts = {"train": np.array(train), "valid": np.array(valid)}
    return mm.data.from_arrays(
        {s: {"a": rng.normal(size=(len(y), 4, 2))} for s, y in parts.items()}, parts, classes=["x", "y", "z"]
    )


def test_the_report_names_a_majority_few_samples_and_classes_that_a_split_lacks():
    report = labelled([0] * 40 + [1] * 10 + [2] * 2, [0] * 10 + [1] * 3).report
    found = report.of("imbalance")
    assert [f.where for f in found] == ["train target", "valid target"]
    assert "x 40, y 10, z 2" in found[0].first
    assert "majority baseline 0.77" in found[0].action
    assert "z 2" in report.of("few samples")[0].first
    assert report.of("class absent")[0].where == "valid target"
    assert "z" in report.of("class absent")[0].first


def test_the_report_of_even_classes_says_nothing_of_them():
    report = labelled([0, 1, 2] * 10, [0, 1, 2] * 2).report
    assert not [f for f in report if f.kind in ("imbalance", "few samples", "class absent")]


@pytest.fixture(scope="module")
def trace(ds):
    run = fitted(ds, epochs=4, class_weight="balanced")
    return mm.record(run, ds["test"], recorded_samples=[0, 1], coalitions=True)


@pytest.mark.parametrize("value", mm.analysis.value_functions("classification"))
def test_shapley_values_by_class_are_the_means_over_the_samples_of_each_class(ds, trace, value):
    found, each = mm.analysis.shapley_by_class(trace, value=value), mm.analysis.shapley(trace, value=value)
    target = ds["test"].target
    for c, name in enumerate(("no", "yes")):
        rows = target == c
        np.testing.assert_allclose(found["mean"].sel({"class": name}), each["phi"].values[rows].mean(0), atol=1e-12)
        total = found["baseline"].sel({"class": name}) + found["mean"].sel({"class": name}).sum()
        assert float(total) == pytest.approx(float(found["full"].sel({"class": name})), abs=1e-9)
    assert found["count"].values.tolist() == np.bincount(target).tolist()
    assert (found["low"] <= found["mean"]).all()
    np.testing.assert_allclose(found["macro"], found["mean"].mean("class"))


def test_the_macro_value_of_all_is_the_balanced_accuracy_and_the_majority_is_named(ds, trace):
    found = mm.analysis.shapley_by_class(trace, value="accuracy")
    answers = trace["coalitions"]["prediction"].isel(coalition=-1).values.argmax(1)
    assert float(found["macro_full"]) == pytest.approx(balanced_accuracy(answers, ds["test"].target).value)
    assert float(found["macro_baseline"]) == pytest.approx(0.5), "without any modality the prediction is one for all"
    assert found.attrs["majority_class"] == "no"
    assert found.attrs["majority_baseline"] == pytest.approx((ds["test"].target == 0).mean())


def test_shapley_by_class_of_a_single_sample_has_no_interval_and_an_empty_class_no_value(ds):
    run = fitted(ds, epochs=1)
    zero = np.flatnonzero(ds["test"].target == 0)[:1]
    found = mm.analysis.shapley_by_class(mm.record(run, ds["test"].take(zero), recorded_samples=[0], coalitions=True))
    assert found["count"].values.tolist() == [1, 0]
    assert np.isnan(found["low"]).all()
    assert np.isfinite(found["mean"].sel({"class": "no"})).all()
    assert np.isnan(found["mean"].sel({"class": "yes"})).all()
    assert np.isfinite(found["macro"]).all()


def test_shapley_by_class_refuses_a_regression(regression):
    run = mm.train.fit(mm.models.build("concat", regression.spec, width=4), regression, epochs=1, progress=False)
    trace = mm.record(run, regression["test"], recorded_samples=[0], coalitions=True)
    with pytest.raises(ConfigError, match="only a classification has classes"):
        mm.analysis.shapley_by_class(trace)


def test_shapley_by_class_refuses_a_trace_without_labels(trace):
    bare = trace.copy()
    target = trace["samples"]["target"]
    bare["samples"] = trace["samples"].to_dataset().assign(target=target.astype(float) * np.nan)
    with pytest.raises(DataError, match="has no labels"):
        mm.analysis.shapley_by_class(bare)


def test_defaults_are_as_before():
    config = TrainConfig()
    assert config.class_weight is None
    assert config.sampling == "shuffle"
    assert config.select == "best"
