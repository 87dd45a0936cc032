"""Scores with modalities missing: exact for every subset, equal to what a prediction on incomplete data gives, with intervals."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.data.missing import IMDER_RATES, drop_modalities, keep_modalities, subsets
from mmviz.models.base import FusionModel
from mmviz.recording.missing_modalities import subset_predictions

TINY = {"width": 8, "layers": 1, "state": 4}


@pytest.fixture(scope="module")
def clear():
    """A set that is learned in a moment."""
    return mm.data.synthetic(n=200, steps=24, seed=0, task="classification", noise=0.2)


@pytest.fixture(scope="module")
def run(clear):
    model = mm.models.build("concat", clear.spec, width=8, pooling="max")
    return mm.train.fit(model, clear, epochs=6, batch_size=16, learning_rate=0.02, progress=False)


@pytest.fixture(scope="module")
def value_run(regression):
    model = mm.models.build("coupled_mamba", regression.spec, **TINY)
    return mm.train.fit(model, regression, epochs=1, progress=False)


def test_subset_scores_equal_the_scores_of_predictions_with_the_other_modalities_removed(clear, run):
    scores = mm.recording.subset_scores(run, clear["test"], resamples=20)
    assert scores.sizes["subset"] == 7
    assert scores.subset.values[-1] == "m1 + m2 + m3"
    for names in subsets(clear.spec):
        ds = keep_modalities(clear, names)
        right = run.predict(ds["test"]).argmax(1) == ds["test"].target
        assert scores.score.sel(subset=" + ".join(names)).item() == right.mean()
        assert scores.members.sel(subset=" + ".join(names)).values.tolist() == [m in names for m in clear.spec.names]
    assert (scores.low <= scores.score).all()
    assert (scores.score <= scores.high).all()
    assert scores.attrs["metric"] == "accuracy"
    assert scores.attrs["better"] == "higher"


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.7])
def test_each_draw_of_missing_scores_equals_the_published_protocol_applied_to_the_data(clear, run, rate):
    curve = mm.recording.missing_scores(run, clear["test"], rates=[rate], draws=2, seed=3)
    answers = subset_predictions(run, clear["test"])
    for draw in (0, 1):
        ds = drop_modalities(clear, rate, seed=3 + draw)
        kept = np.stack([ds["test"].valid[m].any(1) for m in clear.spec.names], 1)
        predicted = run.predict(ds["test"])
        np.testing.assert_allclose(answers.of(kept), predicted, atol=1e-6)
        assert len(np.unique(predicted.argmax(1))) == 2
        right = predicted.argmax(1) == ds["test"].target
        assert curve.score.sel(rate=rate, draw=draw).item() == right.mean()


def test_missing_scores_return_mean_and_interval_for_every_rate(clear, run):
    curve = mm.recording.missing_scores(run, clear["test"], draws=9)
    assert curve.rate.values.tolist() == [0.0, *IMDER_RATES]
    assert curve.score.dims == ("rate", "draw")
    np.testing.assert_allclose(curve["mean"], curve.score.mean("draw"), rtol=0, atol=1e-12)
    assert (curve.low <= curve["mean"]).all()
    assert (curve["mean"] <= curve.high).all()
    assert curve.lost.values[0] == 0
    assert abs(curve.lost.values[-1] - 2 / 3) < 1e-12, "the protocol's 0.7 is two of three"
    assert len(np.unique(curve.score.sel(rate=0.5))) > 1, "who loses what is drawn anew"
    assert len(np.unique(curve.score.sel(rate=0.0))) == 1
    again = mm.recording.missing_scores(run, clear["test"], draws=9)
    assert curve.identical(again)


def test_missing_scores_run_the_model_once_for_any_number_of_draws(clear, run, monkeypatch):
    calls = []
    original = FusionModel.encode
    monkeypatch.setattr(FusionModel, "encode", lambda self, batch: calls.append(len(batch)) or original(self, batch))
    mm.recording.missing_scores(run, clear["test"], draws=30)
    assert calls == [len(clear["test"])]


def test_subset_predictions_leave_the_model_unchanged(clear, run):
    before = {k: v.clone() for k, v in run.model.state_dict().items()}
    run.model.train()
    subset_predictions(run, clear["test"])
    assert run.model.training
    run.model.eval()
    assert all(torch.equal(before[k], v) for k, v in run.model.state_dict().items())


def test_a_regression_is_scored_by_its_error_and_lower_is_marked_better(regression, value_run):
    curve = mm.recording.missing_scores(value_run, regression["test"], draws=3)
    error = np.abs(value_run.predict(regression["test"]) - regression["test"].target).mean()
    assert curve.attrs["metric"] == "mae"
    assert curve.attrs["better"] == "lower"
    np.testing.assert_allclose(curve["mean"].sel(rate=0.0), error, rtol=1e-6)
    named = mm.recording.missing_scores(
        value_run, regression["test"], draws=2, rates=[0.3], metric="accuracy_2_positive", convention="mosi"
    )
    assert "target 0 left out" in named.attrs["meaning"]


def test_samples_without_any_modality_of_a_subset_are_counted_and_scored(ragged, ragged_run):
    scores = mm.recording.subset_scores(ragged_run, ragged["test"], resamples=5)
    assert scores.without_data.sel(subset="sound").item() == 1
    assert scores.without_data.sel(subset="sound + light").item() == 0
    assert np.isfinite(scores.score).all()
    curve = mm.recording.missing_scores(ragged_run, ragged["test"], rates=[0.5], protocol="independent", draws=4)
    assert 0 < curve.lost.item() < 0.5, "an absent modality cannot be lost again, and one always remains"


def test_training_on_incomplete_data_applies_the_protocol_to_the_training_split(toy):
    incomplete = drop_modalities(toy, 0.5, seed=1, splits=["train"])
    assert (incomplete["test"].valid["m1"] == toy["test"].valid["m1"]).all()
    gone = {m: 1 - incomplete["train"].valid[m].any(1).mean() for m in toy.spec.names}
    assert all(share > 0 for share in gone.values())
    runs = [
        mm.train.fit(mm.models.build("concat", ds.spec, width=8), ds, epochs=2, progress=False)
        for ds in (toy, incomplete)
    ]
    assert all(run.status == "finished" for run in runs)
    curves = [mm.recording.missing_scores(run, toy["test"], rates=[0.0, 0.7], draws=3) for run in runs]
    assert all(np.isfinite(curve.score).all() for curve in curves)
    weights = [run.weights[2]["encoders.encoders.0.net.0.weight"] for run in runs]
    assert not torch.equal(*weights), "what was taken away was not learned from"


def test_compare_missing_returns_the_input_of_plot_missing(clear, run, toy_run):
    both = mm.recording.compare_missing(
        {"one": [run, run], "other": [toy_run]}, clear["test"], rates=[0.0, 0.5], draws=2
    )
    assert both.score.dims == ("model", "rate", "seed")
    alone = mm.recording.missing_scores(run, clear["test"], rates=[0.0, 0.5], draws=2)
    np.testing.assert_array_equal(both.score.sel(model="one", seed=1), alone["mean"])
    assert np.isnan(both.score.sel(model="other", seed=1)).all()
    frame = mm.plots.missing_frame(both)
    np.testing.assert_allclose(frame["mean"].sel(model="one"), alone["mean"])
    for wrong in ({}, {"one": []}):
        with pytest.raises(ConfigError, match="a name has no run"):
            mm.recording.compare_missing(wrong, clear["test"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "draws=0; give a whole number of at least 1"),
        ({"seed": -1}, "seed=-1"),
        ({"level": 1.0}, "level=1.0"),
        ({"rates": []}, "rates is empty"),
        ({"rates": [0.25]}, "protocol='imder' is defined for"),
        ({"metric": "auc"}, "no metric 'auc'"),
        ({"convention": "mosi"}, "convention='mosi' for a classification"),
    ],
)
def test_missing_scores_refuse_options_out_of_range(toy, toy_run, options, message):
    with pytest.raises(ConfigError, match=message):
        mm.recording.missing_scores(toy_run, toy["test"], **options)


def test_the_imder_protocol_is_refused_for_two_modalities(ragged, ragged_run):
    with pytest.raises(ConfigError, match="protocol='independent'"):
        mm.recording.missing_scores(ragged_run, ragged["test"])
