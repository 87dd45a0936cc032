"""The cosine head: bounds, invariance to norms, absent modalities, and a model that is stored and loaded."""

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.models.fusions.cosine_head import CosineHead, with_cosine_head


def head(ds, **options):
    torch.manual_seed(0)
    return mm.models.build("cosine_head", ds.spec, width=6, **options).eval().double()


def features(M=3, batch=5, width=6):
    torch.manual_seed(1)
    return torch.randn(M, batch, 1, width, dtype=torch.float64), torch.ones(M, batch, 1, dtype=torch.bool)


def test_the_logits_are_the_scaled_sum_of_the_cosines_of_the_definition(toy):
    model = head(toy, scale=7.0)
    f, present = features()
    found = model.fuse_pooled(f, present)[:, 0]
    w = model.cosine.weight
    for i in range(5):
        for k in range(2):
            cosines = [torch.cosine_similarity(w[m, :, k], f[m, i, 0], dim=0) for m in range(3)]
            torch.testing.assert_close(found[i, k], 7.0 * sum(cosines), rtol=1e-9, atol=1e-9)
    assert found.abs().max() <= 7.0 * 3


def test_a_positive_factor_on_a_feature_or_on_a_weight_changes_nothing(toy):
    model = head(toy)
    f, present = features()
    before = model.fuse_pooled(f, present)
    scaled = f * torch.tensor([3.0, 0.2, 50.0], dtype=torch.float64)[:, None, None, None]
    torch.testing.assert_close(model.fuse_pooled(scaled, present), before, rtol=1e-8, atol=1e-8)
    with torch.no_grad():
        model.cosine.weight[1] *= 40
    torch.testing.assert_close(model.fuse_pooled(f, present), before, rtol=1e-8, atol=1e-8)


def test_a_feature_of_zeros_has_the_cosine_zero_and_a_finite_gradient(toy):
    model = head(toy)
    f, present = features()
    f[1:] = 0
    f.requires_grad_()
    found = model.fuse_pooled(f, present)
    assert 0 < found.abs().max() <= 10.0
    found.sum().backward()
    assert f.grad.isfinite().all()
    assert model.cosine.weight.grad.isfinite().all()
    assert model.cosine.weight.grad[1:].abs().max() == 0


@pytest.mark.parametrize("base", ["concat", "cross_attention"])
def test_an_absent_modality_is_one_that_was_masked_and_the_content_of_its_padding_has_no_influence(ragged, base):
    model = mm.models.build("cosine_head", ragged.spec, width=8, base=base).eval()
    batch = batch_of(ragged["train"])
    members = torch.tensor([True, False]).expand(len(batch), -1)
    before = model(batch.masked(members))
    assert before.abs().max() <= 10.0 + 1e-4
    second = ragged.spec.names[1]
    batch.values[second] = batch.values[second] + 100.0
    torch.testing.assert_close(model(batch.masked(members)), before)


def test_a_features_width_of_one_gives_plus_or_minus_the_scale(toy):
    model = mm.models.build("cosine_head", toy.spec, width=1, scale=2.0).eval()
    found = model(batch_of(toy["test"]))
    torch.testing.assert_close((found / 2).round() * 2, found, rtol=0, atol=1e-3)


def test_the_weights_of_a_built_fusion_are_copied_and_its_head_is_gone(toy):
    model = mm.models.build("concat", toy.spec, width=8, seed=3, pooling="max")
    wrapped = with_cosine_head(model, 5.0)
    assert isinstance(wrapped, CosineHead)
    assert (wrapped.config.scale, wrapped.config.pooling) == (5.0, "max")
    own = dict(wrapped.base.named_parameters())
    assert not any(name.startswith("head") for name in own)
    for name, value in model.named_parameters():
        assert name.startswith("head") or torch.equal(own[name], value)
    assert own


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base": "coupled_mamba"}, "base='coupled_mamba' has no head on concatenated features"),
        ({"base": "equilibrium"}, "is a wrapper, which cannot wrap"),
        ({"scale": 0}, "CosineHead: scale=0"),
    ],
)
def test_other_fusions_and_scales_are_refused(toy, options, message):
    with pytest.raises(ConfigError, match=message):
        mm.models.build("cosine_head", toy.spec, **options)


def test_a_regression_is_refused(regression):
    with pytest.raises(ConfigError, match="its logits are bounded by scale"):
        mm.models.build("cosine_head", regression.spec)
