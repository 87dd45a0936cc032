"""Attention: against PyTorch's own module, fused against written out, and what an absent modality leaves."""

import dataclasses

import pytest
import torch

from mmviz.core.errors import ConfigError
from mmviz.models import batch_of, build
from mmviz.models.fusions.attention import AttentionLayer

KINDS = ["cross_attention", "transformer"]


@pytest.fixture
def batch(ragged):
    return batch_of(ragged["train"], range(6))


@torch.no_grad()
@pytest.mark.parametrize("attention", ["fused", "materialised"])
def test_a_layer_is_the_attention_of_torch_with_its_weights(attention):
    torch.manual_seed(0)
    layer = AttentionLayer(8, 2, attention).double()
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True).double()
    theirs.in_proj_weight.copy_(torch.cat([layer.ask.weight, layer.offer.weight]))
    theirs.in_proj_bias.copy_(torch.cat([layer.ask.bias, layer.offer.bias]))
    theirs.out_proj.load_state_dict(layer.out.state_dict())
    x, source = torch.randn(2, 3, 7, 8, dtype=torch.float64)
    ahead = torch.ones(7, 7, dtype=torch.bool).triu(1)
    for asked in (source, x):
        normed = layer.norm(asked)
        added = x + theirs(layer.norm(x), normed, normed, attn_mask=ahead, need_weights=False)[0]
        got = layer(x, None if asked is x else source)
        torch.testing.assert_close(got, added + layer.feed(added), rtol=0, atol=1e-12)
        torch.testing.assert_close(layer(x, asked, ~ahead[None]), got, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("whole", [True, False])
def test_materialised_attention_equals_fused_attention_with_gradients_to_rounding(toy, ragged, batch, name, whole):
    ds, given = (toy, batch_of(toy["train"], range(4))) if whole else (ragged, batch)
    found = []
    for attention in ("fused", "materialised"):
        model = build(name, ds.spec, width=8, attention=attention).double().eval()
        answer = model(given.to("cpu", torch.float64))
        found.append([answer.detach(), *torch.autograd.grad(answer.square().sum(), list(model.parameters()))])
    for fused, written in zip(*found, strict=True):
        torch.testing.assert_close(fused, written, rtol=0, atol=1e-12 * float(written.abs().max()) + 1e-300)


@torch.no_grad()
def test_without_a_modality_cross_attention_is_the_model_of_the_others(toy):
    batch = batch_of(toy["train"], range(4))
    whole = build("cross_attention", toy.spec, width=8).eval()
    kept = toy.spec.modalities[0], toy.spec.modalities[2]
    two = build("cross_attention", dataclasses.replace(toy.spec, modalities=kept), width=8).eval()
    pairs = {(0, 1): whole.pairs.index((0, 2)), (1, 0): whole.pairs.index((2, 0))}
    two.time.load_state_dict(whole.time.state_dict())
    for i, pair in enumerate(two.pairs):
        two.crossing[i].load_state_dict(whole.crossing[pairs[pair]].state_dict())
        two.back[i].load_state_dict(whole.back[pairs[pair]].state_dict())
    for i, m in enumerate((0, 2)):
        two.encoders.encoders[i].load_state_dict(whole.encoders.encoders[m].state_dict())
        two.own[i].load_state_dict(whole.own[m].state_dict())
        for name in ("weight", "bias"):
            getattr(two.norm, name)[i] = getattr(whole.norm, name)[m]
    for name, value in whole.head.state_dict().items():
        two.head.state_dict()[name].copy_(
            torch.cat([value[:, :8], value[:, 16:]], 1) if value.shape[-1] == 24 else value
        )
    smaller = dataclasses.replace(
        batch,
        values={m.name: batch.values[m.name] for m in kept},
        valid={m.name: batch.valid[m.name] for m in kept},
    )
    without = batch.masked(torch.tensor([True, False, True]).expand(4, -1))
    torch.testing.assert_close(whole(without), two(smaller), rtol=0, atol=2e-6)
    assert not torch.allclose(whole(batch), two(smaller), atol=1e-3)


@torch.no_grad()
def test_the_output_of_a_pair_changes_the_target_modality_only(toy):
    batch = batch_of(toy["train"], range(2))
    model = build("cross_attention", toy.spec, width=8).eval()
    assert sorted(model.pairs) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    before = model.streams(model.encode(batch))
    model.back[model.pairs.index((1, 2))].weight.zero_()
    after = model.streams(model.encode(batch))
    assert [torch.equal(x, y) for x, y in zip(before, after, strict=True)] == [True, False, True]


@pytest.mark.parametrize("name", ["cross_attention", "transformer", "early"])
def test_a_single_modality_and_a_single_step_give_finite_predictions(toy, name):
    one = dataclasses.replace(toy.spec, modalities=toy.spec.modalities[:1])
    first = toy.spec.names[0]
    batch = batch_of(toy["train"], range(3))
    alone = dataclasses.replace(batch, values={first: batch.values[first]}, valid={first: batch.valid[first]})
    for steps in (toy.spec.modalities[0].steps, 1):
        model = build(name, one, width=8, steps=steps)
        answer = model(alone)
        answer.sum().backward()
        assert answer.shape == (3, 2)
        assert bool(torch.isfinite(answer).all())


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"heads": 3, "width": 8}, "heads=3 does not divide width=8"),
        ({"heads": 0}, "whole number of at least 1"),
        ({"attention": "flash"}, "use one of 'fused', 'materialised'"),
    ],
)
def test_wrong_options_of_attention_are_refused(toy, name, options, message):
    with pytest.raises(ConfigError, match=message):
        build(name, toy.spec, **options)
