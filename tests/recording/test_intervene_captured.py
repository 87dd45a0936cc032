"""Interventions on a user's module: those of a wrapped model of ours equal the direct ones; encoders of several sizes; refusals."""

import copy
import dataclasses

import numpy as np
import pytest
import torch
from torch import nn
from user_scans import Encoders, Joint, pair

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models import Batch, Edit, batch_of, capture


class Own(nn.Module):
    """A fusion of mmviz as a user's module."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, values, valid):
        return self.model(Batch(values, valid))


@pytest.fixture(scope="module")
def own_run(toy_run):
    """A coupled model with large weights, so that interventions change its predictions."""
    model = copy.deepcopy(toy_run.model)
    for parameter in model.parameters():
        parameter.data *= 3.0 if parameter.ndim == 3 else 1.0
    return dataclasses.replace(toy_run, model=model, weights={toy_run.best_epoch: model.state_dict()})


@pytest.fixture(scope="module")
def wrapped(toy, own_run):
    model = mm.models.adapt(Own(own_run.model), toy.spec, missing="zeros", masks=True, scans="auto")
    return mm.train.as_run(model)


@pytest.fixture(scope="module")
def encoders():
    """Encoders of other lengths, widths and depths: text has 8 frames, one scan step each; audio 4."""
    ds = pair((8, 4))
    net = Encoders(ds.spec, widths={"text": 6, "audio": 4}, states={"text": 4, "audio": 3}, depths={"text": 2})
    return ds, mm.train.as_run(mm.models.adapt(net.eval(), ds.spec, missing="zeros", scans="auto"))


INTERVENTIONS = {
    "state": {"state": "m2", "step": 5},
    "state of one layer": {"state": ["m1", "m3"], "layer": 1, "step": 3, "stop": 9, "to": 0.5},
    "channels": {"state": "m2", "step": 5, "channels": [0, 3]},
    "hold": {"state": "m2", "to": "hold", "step": 4},
    "increment": {"increment": "m1", "step": 2, "stop": 5},
    "edge": {"edge": ("m1", "m2"), "step": 6},
    "weight": {"edge": [("m1", "m2"), ("m3", "m3")], "to": 0.25},
    "donor state": {"state": "m2", "donor": 7, "step": 6},
    "donor increment": {"increment": "m1", "donor": 7, "step": 2, "stop": 20},
}


@pytest.mark.parametrize("name", list(INTERVENTIONS))
def test_an_intervention_on_the_captured_scans_of_our_own_model_equals_the_direct_one(toy, own_run, wrapped, name):
    options = {"recorded_samples": [0, 3, 5]} | INTERVENTIONS[name]
    direct = mm.intervene(own_run, toy["test"], **options)
    found = mm.intervene(wrapped, toy["test"], **options)
    for variable in (
        "clean",
        "intervened",
        "effect",
        "effect_logit",
        "state_change",
        *(["recovery"] if "donor" in options else []),
    ):
        np.testing.assert_allclose(found[variable], direct[variable], atol=2e-6, err_msg=variable)
    np.testing.assert_array_equal(found["changed"], direct["changed"])
    assert float(abs(direct["effect_logit"]).max()) > 1e-4
    assert found.attrs["intervention"].replace("every scan", "every layer") == direct.attrs["intervention"]
    assert list(found["scan"].values) == [site.site for site in wrapped.model.sites]


def test_path_effects_of_the_captured_scans_of_our_own_model_equal_the_direct_ones(toy, own_run, wrapped):
    direct = mm.recording.path_effects(own_run, toy["test"], recorded_samples=[0, 3], step=4)
    found = mm.recording.path_effects(wrapped, toy["test"], recorded_samples=[0, 3], step=4)
    for variable in ("effect", "effect_logit", "cross", "cross_logit"):
        np.testing.assert_allclose(found[variable], direct[variable], atol=2e-6, err_msg=variable)
    assert "stream_change" not in found


def test_what_if_of_the_captured_scans_of_our_own_model_equals_the_direct_one(toy, own_run, wrapped):
    ours, theirs = (mm.recording.what_if(run, toy["test"]) for run in (own_run, wrapped))
    assert theirs.offers == ours.offers
    assert not theirs.reasons
    sample = str(toy["test"].ids[2])
    edits = {"m1": {"state": "zero", "step": 6}, "m2": {"cut": "m3", "step": 3}}
    direct = ours(sample, own_run.best_epoch, edits)
    found = theirs(sample, wrapped.best_epoch, edits)
    plain = theirs(sample, wrapped.best_epoch, {})
    np.testing.assert_allclose(found["/states"]["norm"], direct["/states"]["norm"], atol=1e-5)
    assert not found["/states"]["norm"].values[0, 0, :, 0, 6:].any()
    every = [result["/prefixes"]["prediction"].values for result in (found, direct, plain)]
    np.testing.assert_allclose(every[0], every[1], atol=2e-6)
    assert np.abs(every[0] - every[2]).max() > 1e-4
    np.testing.assert_allclose(found["/scans/0"]["norm"].values[0], found["/states"]["norm"].values[0, 0, 0], atol=1e-6)
    assert not np.allclose(plain["/scans/0"]["norm"], found["/scans/0"]["norm"])


def test_steps_of_a_modality_are_the_models_and_those_of_a_site_the_scans_own(encoders):
    ds, run = encoders
    site = next(one for one in run.model.sites if one.modality == "audio")
    assert (run.model.steps, site.steps) == (8, 4) or (run.model.steps, site.steps) == (4, 4)
    ratio = run.model.steps // site.steps
    by_name = mm.intervene(run, ds["test"], state="audio", step=2 * ratio, recorded_samples=[0, 1])
    by_site = mm.intervene(run, ds["test"], state=site.site, step=2, recorded_samples=[0, 1])
    np.testing.assert_array_equal(by_name["intervened"], by_site["intervened"])
    change = by_site["scan_state_change"].sel(scan=site.site).values
    assert not change[:, 0, :2].any()
    assert (change[:, 0, 2:4] > 0).all()
    assert np.isnan(change[:, 0, 4:]).all()
    with torch.no_grad(), capture(run.model.module, edits={site.site: Edit.zero(2)}):
        logits = run.model(batch_of(ds["test"], [0, 1]))
    np.testing.assert_allclose(by_site["intervened_logit"], logits, atol=1e-6)


def test_a_modality_with_fewer_scans_has_nan_state_changes_in_deeper_layers_and_a_layer_selects_one_scan(encoders):
    ds, run = encoders
    found = mm.intervene(run, ds["test"], state="text", layer=1, step=0, recorded_samples=[0, 1])
    change = found["state_change"]
    assert change.sizes["layer"] == 2
    assert np.isnan(change.sel(stream="audio", layer=1)).all()
    assert not change.sel(stream="audio", layer=0).any()
    assert not change.sel(stream="text", layer=0).any()
    assert (change.sel(stream="text", layer=1) > 0).all()
    assert "of 2" not in found.attrs["note"]


def test_offers_and_reasons_of_what_if_name_the_modalities_with_captured_scans(encoders):
    ds, run = encoders
    offers = mm.recording.what_if(run, ds["test"]).offers
    assert "state" in offers["text"]
    assert "cut" not in offers["text"]
    joint = mm.train.as_run(mm.models.adapt(Joint(ds.spec).eval(), ds.spec, missing="zeros", scans="auto"))
    shared = mm.recording.what_if(joint, ds["test"])
    assert "state" not in shared.offers["text"]
    assert "belong to this modality alone" in shared.reasons["text"]
    bare = mm.train.as_run(mm.models.adapt(Joint(ds.spec).eval(), ds.spec, missing="zeros"))
    assert "adapt(..., scans='auto')" in mm.recording.what_if(bare, ds["test"]).reasons["audio"]
    by_site = mm.intervene(joint, ds["test"], state="block", step=3, recorded_samples=[0])
    assert bool(by_site["changed"].all())
    with pytest.raises(ConfigError, match="known to belong to 'text' alone"):
        mm.intervene(joint, ds["test"], state="text")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output": "text"}, "layer outputs of Encoders, a user's module, are unknown"),
        ({"edge": ("text", "audio")}, "no coupling edge 'text' ← 'audio'"),
        ({"edge": ("text", "video")}, "no modality 'video'"),
        ({"edge": ("text", "text"), "channels": 0}, "channels were given with an edge"),
        ({"state": "txt"}, r"no state 'txt' \(did you mean 'text'\?\)"),
        ({"state": ["text", "blocks.audio.0"]}, "names modalities and sites"),
        ({"state": "blocks.audio.0", "layer": 0}, "a site is one scan and has no layer"),
        ({"state": "blocks.audio.0", "step": 4}, r"step \(the scan has 4 steps\)=4"),
        ({"state": "text", "step": 99}, r"step \(the model has"),
        ({"state": "text", "layer": 2}, "layer=2"),
        ({"state": "audio", "layer": 1}, "'audio' has no captured scan in layer 1"),
        ({"state": ["text", "audio"], "to": np.zeros((4, 3))}, "the chosen scans have different sizes"),
        ({"state": "audio", "channels": [4]}, r"channels \(state\)=4"),
        ({"state": "text", "to": "mean"}, "to='mean' for state"),
        ({"state": "text", "increment": "text"}, "state and increment given"),
        ({"state": "text", "donor": 99}, "donor 99 is not in the 'test' split"),
        ({"state": []}, "names no stream"),
    ],
)
def test_an_intervention_that_the_module_does_not_have_is_refused(encoders, options, message):
    ds, run = encoders
    with pytest.raises(ConfigError, match=message):
        mm.intervene(run, ds["test"], **options)


def test_a_module_without_captured_scans_and_one_without_coupled_ones_are_refused(encoders):
    ds, run = encoders
    bare = mm.train.as_run(mm.models.adapt(run.model.module, ds.spec, missing="zeros"))
    with pytest.raises(ConfigError, match=r"without captured scans, .* give adapt\(..., scans='auto'\)"):
        mm.intervene(bare, ds["test"], state="text")
    for one in (bare, run):
        with pytest.raises(ConfigError, match=r"no coupled SSM streams.*streams of one captured scan"):
            mm.recording.path_effects(one, ds["test"])
    what_if = mm.recording.what_if(bare, ds["test"])
    with pytest.raises(ConfigError, match="has no such SSM stream or edge"):
        what_if(str(ds["test"].ids[0]), bare.best_epoch, {"text": {"state": "zero"}})
