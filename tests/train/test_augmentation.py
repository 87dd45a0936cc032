"""Augmentation: rotations that are rotations, one per sample for all modalities of a device, never at prediction."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models import Batch
from mmviz.train.augmentation import random_rotations


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    values = {n: torch.randn(5, 7, 3, generator=generator, dtype=torch.float64) for n in ("a", "b")}
    return Batch(values, {n: torch.ones(5, 7, dtype=torch.bool) for n in values})


def test_random_rotations_are_orthogonal_with_determinant_one():
    turns = random_rotations(50, 40.0, like=torch.zeros((), dtype=torch.float64))
    eye = torch.eye(3, dtype=torch.float64).expand(50, 3, 3)
    torch.testing.assert_close(turns @ turns.transpose(1, 2), eye, rtol=0, atol=1e-12)
    torch.testing.assert_close(torch.linalg.det(turns), torch.ones(50, dtype=torch.float64), rtol=0, atol=1e-12)


def test_rotation_angles_have_the_standard_deviation_in_degrees():
    torch.manual_seed(0)
    turns = random_rotations(20_000, 20.0, like=torch.zeros((), dtype=torch.float64))
    angle = torch.rad2deg(torch.arccos(((turns.diagonal(dim1=1, dim2=2).sum(1) - 1) / 2).clamp(-1, 1)))
    assert abs(angle.square().mean().sqrt().item() - 20.0) < 0.5


def test_modalities_in_rotate_share_one_rotation_per_sample(batch):
    turned = mm.train.Augment(rotate=("a", "b"), degrees=30)(batch)
    for i in range(5):
        estimate = torch.linalg.lstsq(batch.values["a"][i], turned.values["a"][i]).solution
        torch.testing.assert_close(batch.values["b"][i] @ estimate, turned.values["b"][i], rtol=0, atol=1e-10)
    assert not torch.allclose(
        turned.values["a"][0] - batch.values["a"][0], turned.values["a"][1] - batch.values["a"][1]
    )


def test_stretch_multiplies_a_modality_by_one_factor_per_sample_and_no_other(batch):
    stretched = mm.train.Augment(stretch=("b",), gain=0.3)(batch)
    ratio = stretched.values["b"] / batch.values["b"]
    torch.testing.assert_close(ratio, ratio[:, :1, :1].expand_as(ratio))
    assert len(set(ratio[:, 0, 0].tolist())) == 5
    assert torch.equal(stretched.values["a"], batch.values["a"])


def test_fit_applies_augment_and_stores_it_in_info(toy, monkeypatch):
    calls = []
    original = mm.train.Augment.__call__
    monkeypatch.setattr(mm.train.Augment, "__call__", lambda self, b: calls.append(len(b)) or original(self, b))
    model = mm.models.build("coupled_mamba", toy.spec, width=8, layers=1, state=4)
    augment = mm.train.Augment(stretch=toy.spec.names)
    run = mm.train.fit(model, toy, epochs=1, augment=augment, progress=False)
    assert sum(calls) == len(toy["train"]), "training batches only"
    assert run.info["train"]["augment"]["stretch"] == list(toy.spec.names)
    assert np.isfinite(run.predict(toy["test"])).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rotate": "gyro"}, "tuple of modality names"),
        ({"degrees": -1}, "degrees=-1;"),
        ({"gain": float("nan")}, "gain=nan;"),
    ],
)
def test_augment_refuses_invalid_options_with_the_value(options, message):
    with pytest.raises(ConfigError, match=message):
        mm.train.Augment(**options)


def test_fit_refuses_an_augment_for_unknown_or_not_three_dimensional_modalities(toy):
    model = mm.models.build("coupled_mamba", toy.spec, width=8, layers=1, state=4)
    for augment, message in (
        (mm.train.Augment(rotate=("nose",)), "is unknown"),
        (mm.train.Augment(rotate=toy.spec.names[:1]), "only modalities with 3 features"),
        ("rotate", "expected an mmviz"),
    ):
        with pytest.raises(ConfigError, match=message):
            mm.train.fit(model, toy, epochs=1, augment=augment, progress=False)
