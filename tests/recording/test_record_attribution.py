"""Integrated gradients: exact where the model is linear, complete where it is smooth, silent where nothing was recorded."""

import sys
from contextlib import nullcontext

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, MissingDependencyError

pytest.importorskip("captum", reason="captum is not installed: pip install -e '.[explain]'")


class Linear(torch.nn.Module):
    """y = Σ w x over the valid frames of every modality."""

    def __init__(self, spec):
        super().__init__()
        self.spec = spec
        rng = torch.Generator().manual_seed(0)
        self.weight = {m.name: torch.randn(m.steps, m.features, generator=rng) for m in spec.modalities}

    def forward(self, batch):
        return sum((self.weight[n] * x * batch.valid[n][..., None]).sum((1, 2)) for n, x in batch.values.items())[
            :, None
        ]


@pytest.fixture
def regression_run(regression):
    model = mm.models.build("late", regression.spec, width=8, state=4)
    return mm.train.fit(model, regression, epochs=1, progress=False)


@pytest.mark.parametrize("baseline", ["mean", "zero"])
@pytest.mark.parametrize("steps", [1, 8])
def test_a_linear_model_gives_weight_times_distance(regression, regression_run, baseline, steps):
    linear = Linear(regression.spec)
    regression_run.at_epoch = lambda _: nullcontext(linear)
    split = regression["test"]
    found = mm.recording.record_attribution(
        regression_run, split, recorded_samples=[1, 4], baseline=baseline, steps=steps
    )
    for m in regression.spec.modalities:
        base = np.asarray(m.mean) if baseline == "mean" else 0
        expected = linear.weight[m.name].numpy() * (split.inputs[m.name][[1, 4]] - base)
        np.testing.assert_allclose(found["features"][m.name]["attribution"], expected, atol=1e-5)
    assert float(abs(found["samples"]["gap"]).max()) <= 1e-4


def test_the_gap_of_completeness_shrinks_with_steps(toy, toy_run):
    gaps = [
        float(abs(mm.recording.record_attribution(toy_run, toy["test"], steps=steps)["samples"]["gap"]).mean())
        for steps in (2, 8, 64)
    ]
    assert gaps[0] > 5 * gaps[1]
    assert gaps[2] <= 1e-5


def test_attributions_sum_to_the_prediction_minus_the_baseline_prediction(toy, toy_run):
    recorded = mm.recording.record_attribution(toy_run, toy["test"], recorded_samples=[0, 5])
    found = mm.analysis.attribution(recorded)
    truth = toy["test"].target[[0, 5]]
    np.testing.assert_allclose(found["prediction"], toy_run.predict(toy["test"])[[0, 5], truth], atol=1e-6)
    left = found["attribution"].sum("modality") - (found["prediction"] - found["baseline_prediction"]) - found["gap"]
    assert float(abs(left).max()) <= 1e-12
    assert (found["strength"] >= abs(found["attribution"]) - 1e-12).all()
    assert "% of the difference" in found.attrs["completeness"]


def test_output_logit_attributes_the_logit(toy, toy_run):
    a, b = (
        mm.recording.record_attribution(toy_run, toy["test"], recorded_samples=[0], output=o)
        for o in ("probability", "logit")
    )
    assert a.attrs["units"] == "probability of the true class"
    assert abs(float(a["samples"]["prediction"][0]) - float(b["samples"]["prediction"][0])) > 1e-3


def test_absent_frames_have_attribution_zero(ragged, ragged_run):
    found = mm.recording.record_attribution(ragged_run, ragged["test"], recorded_samples=[0, 1, 4], steps=8)
    assert not found["features"]["sound"]["valid"].sel(recorded_sample=0).any(), (
        "the fixture's sample 30 lacks its sound"
    )
    for name in ragged.spec.names:
        part = found["features"][name]
        assert (part["attribution"].values[~part["valid"].values] == 0).all()


def test_values_in_padding_have_no_influence_on_attributions(ragged, ragged_run):
    split = ragged["test"].take(range(5))
    dirty = {n: np.where(split.valid[n][..., None], x, np.nan) for n, x in split.inputs.items()}
    other = type(split)(split.name, dirty, split.valid, split.target, split.ids, split.group)
    a, b = (mm.recording.record_attribution(ragged_run, s, recorded_samples=[0, 4], steps=8) for s in (split, other))
    for name in ragged.spec.names:
        np.testing.assert_array_equal(a["features"][name]["attribution"], b["features"][name]["attribution"])


def test_recording_leaves_the_model_without_gradients(toy, toy_run):
    before = {k: v.clone() for k, v in toy_run.model.state_dict().items()}
    mm.recording.record_attribution(toy_run, toy["test"], recorded_samples=1, steps=2)
    assert all(p.grad is None for p in toy_run.model.parameters())
    assert all(torch.equal(v, before[k]) for k, v in toy_run.model.state_dict().items())


def test_attributions_survive_saving_beside_the_trace(toy, toy_run, trace, tmp_path):
    recorded = mm.recording.record_attribution(toy_run, toy["test"], recorded_samples=2, steps=4)
    trace["captum"] = recorded
    again = mm.trace.load(mm.trace.save(trace, tmp_path / "trace.nc"))
    assert mm.analysis.attribution(again["captum"]).identical(mm.analysis.attribution(recorded))


def test_a_nan_prediction_gives_a_nan_gap_stated_in_completeness(toy, toy_run, monkeypatch):
    whole = toy_run.model.__class__.forward
    monkeypatch.setattr(toy_run.model.__class__, "forward", lambda self, batch: whole(self, batch) * torch.nan)
    found = mm.analysis.attribution(mm.recording.record_attribution(toy_run, toy["test"], recorded_samples=1, steps=2))
    assert np.isnan(found["gap"]).all()
    assert found.attrs["completeness"] == "the gap is not defined for any sample"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"baseline": "median"}, "use one of 'mean', 'zero'"),
        ({"output": "value"}, "choose one of probability, logit"),
        ({"steps": 0}, "whole number of at least 1"),
        ({"recorded_samples": [999]}, "recorded_samples="),
    ],
)
def test_record_attribution_refuses_unknown_options(toy, toy_run, options, said):
    with pytest.raises(ConfigError, match=said):
        mm.recording.record_attribution(toy_run, toy["test"], **options)


def test_without_captum_the_error_names_the_extra_to_install(toy, toy_run, monkeypatch):
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    with pytest.raises(MissingDependencyError, match=r"mmviz\[explain\]"):
        mm.recording.record_attribution(toy_run, toy["test"])


def test_analysis_attribution_refuses_a_tree_without_attributions(trace):
    with pytest.raises(DataError, match="/samples and /features"):
        mm.analysis.attribution(trace)
