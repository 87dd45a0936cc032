"""Scaled coupling: equal to the equations, to the trained model at 1 and to cut edges at 0."""

import itertools

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.models.ssm.edited_scan import edited_scan
from mmviz.recording.coupling_scale import scaled_coupling
from mmviz.recording.edited_layers import edited_layers


def by_the_equations(inputs, scale):
    """Return y of the operator, step by step, with the off-diagonal weights times the scale."""
    x, dt, A, B, C, D, W = (t.double() for t in (inputs.x, inputs.dt, inputs.A, inputs.B, inputs.C, inputs.D, inputs.W))
    M, R, T, E = x.shape
    eye = torch.eye(M, dtype=torch.bool)
    W = torch.where(eye, W, scale * W)
    h = torch.zeros(M, R, E, A.shape[-1], dtype=torch.float64)
    y = torch.zeros_like(x)
    for t in range(T):
        received = torch.einsum("rmn,nres->mres", W, h)
        new = torch.exp(dt[:, :, t, :, None] * A[:, None]) * received
        new = new + (dt[:, :, t] * x[:, :, t])[..., None] * B[:, :, t, None, :]
        valid = inputs.mask[:, :, t, None, None] if inputs.mask is not None else torch.ones(1, dtype=torch.bool)
        h = torch.where(valid, new, h)
        y[:, :, t] = torch.where(valid[..., 0], (h * C[:, :, t, None, :]).sum(-1) + D[:, None] * x[:, :, t], 0.0)
    return y


@pytest.mark.parametrize("scale", [0.0, 0.3, 1.0])
def test_a_scan_with_scaled_coupling_equals_the_equations(toy, toy_run, scale):
    model = toy_run.model
    with torch.no_grad(), edited_layers(model, {}) as record:
        model(batch_of(toy["test"], range(5)))
    for inputs in record.inputs:
        assert float(inputs.W[:, 0, 1].abs().min()) > 0
        found = edited_scan(inputs, scaled_coupling(inputs, scale)).y
        torch.testing.assert_close(found.double(), by_the_equations(inputs, scale), rtol=1e-4, atol=1e-5)


def test_at_scale_one_the_predictions_are_those_of_the_run_and_at_zero_those_of_cut_edges(toy, toy_run):
    predict = mm.recording.coupling_scale(toy_run, toy["test"])
    np.testing.assert_array_equal(predict(1.0)["prediction"], toy_run.predict(toy["test"]))
    edges = list(itertools.permutations(toy.spec.names, 2))
    rows = list(range(len(toy["test"])))
    cut = mm.intervene(toy_run, toy["test"], edge=edges, recorded_samples=rows)["intervened"]
    np.testing.assert_allclose(predict(0.0)["prediction"], cut, atol=1e-6)
    assert float(abs(predict(0.0)["prediction"] - predict(1.0)["prediction"]).max()) > 1e-5
    half = predict(0.5)["prediction"]
    assert float(abs(half - predict(0.0)["prediction"]).max()) > 1e-6
    assert float(abs(half - predict(1.0)["prediction"]).max()) > 1e-6


def test_the_score_the_masks_and_the_epoch_are_those_of_the_run(toy, toy_run):
    predict = mm.recording.coupling_scale(toy_run, toy["test"])
    found = predict(1.0, available=["m3", "m1"], epoch=1)
    assert found.attrs == {"scale": 1.0, "epoch": 1, "available": ["m1", "m3"]}
    expected = (found["prediction"].values.argmax(1) == toy["test"].target).mean()
    assert float(found["score"]) == pytest.approx(expected)
    alone = predict(0.0, available=["m2"])["prediction"]
    np.testing.assert_allclose(alone, predict(1.0, available=["m2"])["prediction"], atol=1e-6)  # nothing to receive


def test_the_run_is_not_changed(toy, toy_run):
    before = toy_run.predict(toy["test"])
    mm.recording.coupling_scale(toy_run, toy["test"])(0.0)
    np.testing.assert_array_equal(toy_run.predict(toy["test"]), before)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scale": 1.5}, "scale=1.5; give a finite number of at least 0 and at most 1"),
        ({"scale": float("nan")}, "scale=nan"),
        ({"available": ["m9"]}, "no modality 'm9'"),
        ({"available": []}, "none named"),
        ({"epoch": 99}, "epoch=99 is not stored"),
    ],
)
def test_a_bad_scale_subset_or_epoch_is_refused(toy, toy_run, given, message):
    with pytest.raises(ConfigError, match=message):
        mm.recording.coupling_scale(toy_run, toy["test"])(**given)


def test_a_fusion_without_coupled_streams_is_refused(toy):
    model = mm.models.build("late", toy.spec, width=8, layers=1, state=4)
    run = mm.train.fit(model, toy, epochs=1, progress=False)
    with pytest.raises(ConfigError, match="no coupled SSM streams"):
        mm.recording.coupling_scale(run, toy["test"])
