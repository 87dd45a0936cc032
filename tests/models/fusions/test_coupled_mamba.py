"""Early fusion: what the one sequence is, and who may pool it.

Coupled Mamba: what must not change its answer, what must, and its parts against a direct reading.
"""

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from mmviz.core.errors import ConfigError, DataError
from mmviz.models import available, batch_of, build
from mmviz.models.ssm.coupling import COUPLINGS


@torch.no_grad()
def test_the_blocks_read_the_mean_of_the_modalities_that_are_valid_at_a_step(toy):
    batch = batch_of(toy["train"], range(3))
    batch.valid[batch.names[0]][1, 4:] = False
    batch.valid[batch.names[2]][2] = False
    model = build("early", toy.spec, width=8, join="average").eval()
    steps = model.encode(batch)
    got = model.streams(steps)
    for b in range(3):
        there = [[m for m in range(3) if steps.mask[m, b, t]] for t in range(model.steps)]
        one = torch.stack([steps.x[m, b, t].mean(0) for t, m in enumerate(there)])
        for block in model.blocks:
            one = block(one[None, None])[0, 0]
        torch.testing.assert_close(got[0, b], model.norm(one), rtol=0, atol=2e-6)


@torch.no_grad()
def test_average_join_is_invariant_to_the_order_of_modalities_and_concatenation_is_not(toy):
    batch = batch_of(toy["train"], range(3))
    for join, same in (("average", True), ("concat", False)):
        model = build("early", toy.spec, width=8, join=join).eval()
        steps = model.encode(batch)
        swapped = steps._replace(x=steps.x.flip(0))
        assert torch.allclose(model.fuse(steps), model.fuse(swapped), atol=2e-6) is same


@torch.no_grad()
def test_a_step_that_is_invalid_in_every_modality_has_no_influence(toy):
    batch = batch_of(toy["train"], range(3))
    gap = {n: v & (torch.arange(v.shape[1]) != 5) for n, v in batch.valid.items()}
    model = build("early", toy.spec, width=8).eval()
    wild = {n: torch.where(gap[n][..., None], x, 1e6) for n, x in batch.values.items()}
    first = model(dataclasses.replace(batch, valid=gap))
    assert torch.equal(first, model(dataclasses.replace(batch, values=wild, valid=gap)))
    assert not torch.equal(first, model(batch))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"join": "sum"}, "use one of 'average', 'concat'"),
        ({"layers": 0}, "at least 1"),
        ({"dt_rank": 0}, "None for ceil"),
    ],
)
def test_wrong_options_of_early_fusion_are_refused(toy, options, message):
    with pytest.raises(ConfigError, match=message):
        build("early", toy.spec, **options)


def small(spec, **options):
    return build("coupled_mamba", spec, **{"width": 8, "layers": 2, "state": 4, **options}).eval()


@pytest.fixture
def batch(toy):
    return batch_of(toy["train"], range(6))


@pytest.fixture
def ragged_batch(ragged):
    return batch_of(ragged["train"], range(6))


@pytest.mark.parametrize("coupling", COUPLINGS)
@pytest.mark.parametrize("pooling", ["mean", "max", "last"])
def test_every_kind_gives_finite_answers_and_gradients(ragged, ragged_batch, coupling, pooling):
    model = small(ragged.spec, coupling=coupling, pooling=pooling, steps=6)
    loss = model(ragged_batch).square().sum()
    loss.backward()
    assert math.isfinite(loss.item())
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert bool(torch.isfinite(parameter.grad).all()), name


@pytest.mark.parametrize("align", ["pad", "bin", "resample"])
@torch.no_grad()
def test_padding_content_and_amount_do_not_matter(ragged, ragged_batch, align):
    steps = max(m.steps for m in ragged.spec.modalities) + 4
    model = small(ragged.spec, align=align, steps=steps if align == "pad" else 7)
    values, valid = {}, {}
    for name, x in ragged_batch.values.items():
        dirty = torch.where(ragged_batch.valid[name][..., None], x, torch.nan)
        extra = 0 if align == "bin" else 3  # a clock has a fixed length
        values[name] = functional.pad(dirty, (0, 0, 0, extra), value=1e30)
        valid[name] = functional.pad(ragged_batch.valid[name], (0, extra))
    dirty = dataclasses.replace(ragged_batch, values=values, valid=valid)
    torch.testing.assert_close(model(dirty), model(ragged_batch), rtol=0, atol=1e-6)


@torch.no_grad()
def test_leading_padding_gives_the_prediction_of_trailing_padding(toy, batch):
    model = small(toy.spec, align="pad", steps=next(iter(batch.values.values())).shape[1] + 5)
    behind = {n: functional.pad(x, (0, 0, 0, 5)) for n, x in batch.values.items()}
    front = {n: functional.pad(x, (0, 0, 5, 0)) for n, x in batch.values.items()}
    behind_mask = {n: functional.pad(v, (0, 5)) for n, v in batch.valid.items()}
    front_mask = {n: functional.pad(v, (5, 0)) for n, v in batch.valid.items()}
    a = model(dataclasses.replace(batch, values=behind, valid=behind_mask))
    b = model(dataclasses.replace(batch, values=front, valid=front_mask))
    torch.testing.assert_close(a, b, rtol=0, atol=1e-6)


@pytest.mark.parametrize("coupling", COUPLINGS)
@torch.no_grad()
def test_the_content_of_an_absent_modality_does_not_matter(toy, batch, coupling):
    model = small(toy.spec, coupling=coupling, steps=5, align="resample")
    name = batch.names[1]
    absent = dataclasses.replace(batch, valid={**batch.valid, name: torch.zeros_like(batch.valid[name])})
    noisy = dataclasses.replace(absent, values={**batch.values, name: torch.full_like(batch.values[name], torch.nan)})
    assert torch.equal(model(absent), model(noisy))
    assert not torch.equal(model(absent), model(batch))


@torch.no_grad()
def test_without_any_modality_all_samples_have_one_finite_prediction(toy, batch):
    nothing = batch.masked(torch.zeros(len(batch), len(batch.names), dtype=torch.bool))
    answers = small(toy.spec)(nothing)
    assert bool(torch.isfinite(answers).all())
    assert torch.equal(answers, answers[:1].expand_as(answers))


@torch.no_grad()
def test_identity_coupling_without_mixing_leaves_modalities_to_the_head(toy, batch):
    """One modality's scan must not see another; with softmax coupling it must."""
    name = batch.names[0]
    changed = dataclasses.replace(batch, values={**batch.values, name: batch.values[name] + 1})
    apart = small(toy.spec, coupling="identity", mix="none")
    coupled = small(toy.spec, coupling="softmax", mix="none")
    for model, moved in ((apart, False), (coupled, True)):
        before, after = (model.observe(model.encode(b)).scans[-1].x for b in (batch, changed))
        assert torch.equal(before[1:], after[1:]) is not moved
        assert not torch.equal(before[0], after[0])


def test_steps_come_from_the_data_when_not_given(toy, ragged):
    assert small(toy.spec).steps == toy.spec.modalities[0].steps
    assert small(toy.spec).align == "pad"
    assert small(ragged.spec).steps == min(m.steps for m in ragged.spec.modalities)
    assert small(ragged.spec).align == "resample"


@torch.no_grad()
def test_a_constant_feature_gives_a_finite_prediction(toy, batch):
    first = toy.spec.modalities[0]
    flat = dataclasses.replace(first, std=np.zeros_like(first.std))
    spec = dataclasses.replace(toy.spec, modalities=(flat, *toy.spec.modalities[1:]))
    assert bool(torch.isfinite(small(spec)(batch)).all())


def test_the_same_seed_gives_the_same_weights_and_leaves_the_random_state_alone(toy):
    before = torch.get_rng_state()
    a, b, c = small(toy.spec, seed=1), small(toy.spec, seed=1), small(toy.spec, seed=2)
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
    assert not all(torch.equal(x, y) for x, y in zip(a.parameters(), c.parameters(), strict=True))


def test_decays_are_negative_and_steps_start_between_a_thousandth_and_a_tenth(toy):
    block = small(toy.spec, width=16).blocks[0]
    dt = functional.softplus(block.dt.bias.detach())
    assert float(dt.min()) >= 0.9e-3
    assert float(dt.max()) <= 0.11
    assert bool((-block.A_log.detach().exp() < 0).all())


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("coupled_mumba", {}, "did you mean 'coupled_mamba'"),
        ("coupled_mamba", {"laiers": 2}, "did you mean 'layers'"),
        ("coupled_mamba", {"layers": 0}, "whole number of at least 1"),
        ("coupled_mamba", {"width": 2.5}, "whole number of at least 1"),
        ("coupled_mamba", {"coupling": "sum"}, "use one of 'identity'"),
        ("coupled_mamba", {"pooling": "median"}, "use one of 'mean'"),
        ("coupled_mamba", {"mix": "add"}, "use one of 'cat', 'none'"),
        ("coupled_mamba", {"align": "crop"}, "use one of 'auto', 'pad', 'bin', 'resample'"),
        ("coupled_mamba", {"dropout": 1.0}, r"\[0, 1\)"),
        ("coupled_mamba", {"steps": -1}, "whole number of at least 0"),
    ],
)
def test_wrong_options_are_refused_with_what_to_do(toy, name, options, message):
    with pytest.raises(ConfigError, match=message):
        build(name, toy.spec, **options)


def test_build_refuses_an_object_that_is_not_a_spec(toy):
    with pytest.raises(ConfigError, match=r"expected the \.spec"):
        build("coupled_mamba", toy)
    assert "coupled_mamba" in available()


def test_data_that_do_not_fit_the_spec_are_refused(toy, batch):
    model = small(toy.spec)
    first, *others = batch.names
    with pytest.raises(DataError, match="is missing"):
        model(dataclasses.replace(batch, values={n: batch.values[n] for n in others}))
    with pytest.raises(DataError, match="build the model from the spec"):
        model(dataclasses.replace(batch, values={**batch.values, first: batch.values[first][..., :1]}))
    long = functional.pad(batch.values[first], (0, 0, 0, 1))
    mask = functional.pad(batch.valid[first], (0, 1))
    too_long = dataclasses.replace(batch, values={**batch.values, first: long}, valid={**batch.valid, first: mask})
    with pytest.raises(DataError, match="larger steps="):
        model(too_long)
    with pytest.raises(ConfigError, match=r"\(batch, modality\)"):
        batch.masked(torch.ones(2, 2, dtype=torch.bool))
