"""Features of each modality: with all others masked, in every model, on samples without some modality."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.train.strategies import Joint
from mmviz.train.strategies.features import features_of_split, modality_features


@pytest.mark.parametrize("name", mm.models.available())
def test_the_feature_of_a_modality_is_the_pooled_vector_of_the_samples_with_that_modality_only(ragged, begun, name):
    world = begun(Joint(), ragged, name, **({"width": 4} if name == "tfn" else {}))
    world.model.eval()
    steps = world.model.encode(world.batch)
    found = modality_features(world.model, steps)
    assert torch.equal(found.present, steps.mask.any(-1))
    for m in range(2):
        alone = world.model.pooled(steps.masked(torch.arange(2).eq(m).expand(12, -1)))[0][m, :, 0]
        here = found.present[m]
        torch.testing.assert_close(found.value[m][here], alone[here], rtol=1e-5, atol=1e-6)
        assert (found.value[m][~here] == 0).all()
    assert not found.present.all()


def test_the_feature_of_a_user_module_is_its_unimodal_output_and_has_a_gradient(ragged):
    net = mm.models.adapt(_Sum(ragged.spec), ragged.spec, missing="zeros")
    batch = mm.models.batch.batch_of(ragged["train"], range(6))
    steps = net.encode(batch)
    found = modality_features(net, steps)
    only = steps.masked(torch.tensor([True, False]).expand(6, -1))
    here = found.present[0]
    torch.testing.assert_close(found.value[0][here], net.fuse(only)[here])
    found.value.square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in net.parameters())


class _Sum(torch.nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.maps = torch.nn.ModuleDict({m.name: torch.nn.Linear(m.features, 2) for m in spec.modalities})

    def forward(self, x):
        return sum(self.maps[name](x[name]).mean(1) for name in self.maps)


def test_features_of_a_split_do_not_depend_on_the_chunks_and_leave_the_mode(ragged, begun, monkeypatch):
    world = begun(Joint(), ragged, "coupled_mamba")
    world.model.train()
    whole = features_of_split(world.model, ragged["train"], device=torch.device("cpu"))
    monkeypatch.setattr("mmviz.train.strategies.features._ROWS", 1)
    single = features_of_split(world.model, ragged["train"], device=torch.device("cpu"))
    torch.testing.assert_close(whole.value, single.value, rtol=1e-5, atol=1e-6)
    assert torch.equal(whole.present, single.present)
    chosen = features_of_split(world.model, ragged["train"], np.array([5, 2]), device=torch.device("cpu"))
    torch.testing.assert_close(chosen.value, whole.value[:, [5, 2]], rtol=1e-5, atol=1e-6)
    assert world.model.training
    assert not whole.value.requires_grad
