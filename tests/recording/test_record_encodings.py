"""Encoded samples are the model's own mean steps."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of


def test_encoded_returns_the_mean_over_the_steps_with_data(toy, toy_run):
    found = mm.recording.encoded(toy_run, toy["test"])
    with torch.no_grad():
        steps = toy_run.model.encode(batch_of(toy["test"], np.arange(len(toy["test"]))))
    assert found["modality"].values.tolist() == list(toy.spec.names)
    for m in range(len(toy.spec.names)):
        for i in range(len(toy["test"])):
            mine = steps.x[m, i][steps.mask[m, i]].mean(0)
            np.testing.assert_allclose(found["vector"][m, i], mine, rtol=1e-4, atol=1e-6)
    assert found.attrs["epoch"] == toy_run.best_epoch


def test_an_absent_modality_has_a_nan_vector_and_does_not_change_the_others(toy, toy_run):
    split = toy["test"]
    valid = {name: v.copy() for name, v in split.valid.items()}
    valid[toy.spec.names[1]][2] = False
    holed = type(split)(split.name, split.inputs, valid, split.target, split.ids, split.group)
    found, whole = mm.recording.encoded(toy_run, holed), mm.recording.encoded(toy_run, split)
    assert np.isnan(found["vector"][1, 2]).all()
    np.testing.assert_allclose(found["vector"][0], whole["vector"][0], rtol=1e-6)


def test_encoded_uses_the_weights_of_the_given_epoch(toy, toy_run):
    first, last = (mm.recording.encoded(toy_run, toy["test"], epoch=epoch) for epoch in (0, toy_run.epochs[-1]))
    assert not np.allclose(first["vector"], last["vector"])
    with pytest.raises(ConfigError, match="epoch=99 is not stored"):
        mm.recording.encoded(toy_run, toy["test"], epoch=99)
