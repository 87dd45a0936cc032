"""Every registered fusion satisfies the contract; every fusion equals its published formula."""

import dataclasses
import itertools

import pytest
import torch
from torch.nn import functional

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models import available, batch_of, build

FUSIONS = [*available(), "memory_chain", "convolution"]  # the last is the template, registered from outside
pytestmark = pytest.mark.usefixtures("template")


@pytest.fixture
def batch(toy):
    return batch_of(toy["train"], range(6))


@pytest.fixture
def ragged_batch(ragged):
    return batch_of(ragged["train"], range(6))


def small(name, spec, **options):
    return build(name, spec, **{"width": 8, **options}).eval()


@pytest.mark.parametrize("name", FUSIONS)
def test_every_kind_gives_finite_answers_and_gradients(ragged, ragged_batch, name):
    model = small(name, ragged.spec, steps=6)
    model(ragged_batch).square().sum().backward()
    for parameter, value in model.named_parameters():
        assert value.grad is not None, parameter
        assert bool(torch.isfinite(value.grad).all()), parameter


@pytest.mark.parametrize("name", FUSIONS)
@torch.no_grad()
def test_leading_and_trailing_padding_have_no_influence(ragged, ragged_batch, name):
    steps = max(m.steps for m in ragged.spec.modalities) + 4
    model = small(name, ragged.spec, steps=steps, align="pad")
    expected = model(ragged_batch)
    for room in ((0, 3), (3, 0)):
        values, valid = {}, {}
        for m, x in ragged_batch.values.items():
            dirty = torch.where(ragged_batch.valid[m][..., None], x, torch.nan)
            values[m] = functional.pad(dirty, (0, 0, *room), value=1e30)
            valid[m] = functional.pad(ragged_batch.valid[m], room)
        padded = dataclasses.replace(ragged_batch, values=values, valid=valid)
        torch.testing.assert_close(model(padded), expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("name", FUSIONS)
@torch.no_grad()
def test_a_single_sample_is_predicted_as_in_the_batch(ragged, ragged_batch, name):
    model = small(name, ragged.spec)
    together = model(ragged_batch)
    for i in range(len(ragged_batch)):
        torch.testing.assert_close(model(batch_of(ragged["train"], [i]))[0], together[i], rtol=0, atol=2e-6)


@pytest.mark.parametrize("name", FUSIONS)
@torch.no_grad()
def test_in_every_subset_values_of_absent_modalities_have_no_influence(toy, batch, name):
    model = small(name, toy.spec)
    answers = []
    for kept in itertools.product([False, True], repeat=len(batch.names)):
        subset = batch.masked(torch.tensor(kept).expand(len(batch), -1))
        noise = {
            n: x if there else torch.full_like(x, torch.nan)
            for (n, x), there in zip(batch.values.items(), kept, strict=True)
        }
        answers.append(model(subset))
        assert torch.equal(answers[-1], model(dataclasses.replace(subset, values=noise)))
        assert bool(torch.isfinite(answers[-1]).all())
    assert torch.equal(answers[0], answers[0][:1].expand_as(answers[0]))
    for one, other in itertools.combinations(answers, 2):
        assert not torch.equal(one, other)


@pytest.mark.parametrize("frames_a_step", [1, 3])
@pytest.mark.parametrize("pooling", ["mean", "max", "last"])
@pytest.mark.parametrize("name", FUSIONS)
@torch.no_grad()
def test_a_prefix_prediction_equals_the_prediction_for_the_truncated_sequence(toy, batch, name, pooling, frames_a_step):
    batch.valid[batch.names[0]][1] = False
    batch.valid[batch.names[1]][2, 5:7] = False
    model = small(name, toy.spec, pooling=pooling, steps=toy.spec.modalities[0].steps // frames_a_step)
    prefixes = model.prefixes(batch)
    torch.testing.assert_close(prefixes[:, -1], model(batch), rtol=0, atol=2e-6)
    for stop in (1, 4, model.steps - 1):
        valid = {n: v & (torch.arange(v.shape[1]) < stop * frames_a_step) for n, v in batch.valid.items()}
        cut = model(dataclasses.replace(batch, valid=valid))
        torch.testing.assert_close(prefixes[:, stop - 1], cut, rtol=0, atol=2e-6)


@pytest.mark.parametrize("name", FUSIONS)
def test_the_same_seed_gives_the_same_weights(toy, name):
    a, b, c = (list(small(name, toy.spec, seed=seed).parameters()) for seed in (1, 1, 2))
    assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
    assert not all(torch.equal(x, y) for x, y in zip(a, c, strict=True))


@pytest.mark.parametrize("name", FUSIONS)
def test_a_trace_of_every_fusion_is_recorded_sized_and_survives_the_disk(toy, name, tmp_path):
    run = mm.train.fit(small(name, toy.spec, steps=6), toy, epochs=1, progress=False)
    trace = mm.record(run, toy["test"], recorded_samples=2)
    assert trace.identical(mm.trace.load(mm.trace.save(trace, tmp_path / "trace.nc")))
    sizes = mm.recording.estimate(run, toy["test"], recorded_samples=2)
    for group in ("states", "operator", "prefixes"):
        true = sum(v.nbytes for v in trace[group].data_vars.values())
        assert abs(sizes[group] - true) <= 0.05 * true, group
    assert trace["states"].sizes["layer"] == run.model.scan_shape[0]
    assert mm.analysis.shapley(trace)["phi"].sizes["modality"] == len(toy.spec.names)


@pytest.mark.parametrize("name", FUSIONS)
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "whole number of at least 1"),
        ({"steps": -1}, "whole number of at least 0"),
        ({"pooling": "median"}, "use one of 'mean'"),
        ({"align": "crop"}, "use one of 'auto', 'pad'"),
        ({"dropout": 1.0}, r"\[0, 1\)"),
        ({"widht": 3}, "did you mean 'width'"),
    ],
)
def test_wrong_options_are_refused_with_what_to_do(toy, name, options, message):
    with pytest.raises(ConfigError, match=message):
        build(name, toy.spec, **options)


@pytest.fixture
def pooled():
    generator = torch.Generator().manual_seed(0)
    present = torch.ones(3, 4, 1, dtype=torch.bool)
    present[1, 1:3] = present[0, 2] = False
    return torch.randn(3, 4, 1, 8, generator=generator) * present[..., None], present


@torch.no_grad()
def test_average_fusion_is_the_mean_over_available_modalities(toy, pooled):
    x, present = pooled
    model = small("average", toy.spec)
    for b in range(4):
        expected = model.head(x[present[:, b, 0], b, 0].mean(0))
        torch.testing.assert_close(model.fuse_pooled(x, present)[b, 0], expected, rtol=0, atol=1e-6)


@torch.no_grad()
def test_a_gate_lies_on_every_feature_that_is_present(toy, pooled):
    x, present = pooled
    model = small("gated", toy.spec)
    for b in range(4):
        joined = torch.cat(list(x[:, b, 0]))
        there = [m for m in range(3) if present[m, b, 0]]
        terms = [
            torch.tanh(x[m, b, 0] @ model.feature.weight[m]) * torch.sigmoid(joined @ model.gate.weight[m])
            for m in there
        ]
        torch.testing.assert_close(model.fuse_pooled(x, present)[b, 0], model.head(sum(terms)), rtol=0, atol=1e-6)


@torch.no_grad()
def test_low_rank_fusion_is_the_full_tensor_product_of_its_factors(toy, pooled):
    x, present = pooled
    model = small("lmf", toy.spec, rank=2)
    weight = torch.cat([model.factors.weight, model.factors.bias], 1).unflatten(-1, (2, -1))  # (m, i, r, o)
    full = torch.einsum("r,iro,jro,kro->ijko", model.ranks, *weight)
    a, b, c = (functional.pad(v, (0, 1), value=1.0) for v in x[:, 0, 0])
    expected = torch.einsum("ijko,i,j,k->o", full, a, b, c) + model.bias
    torch.testing.assert_close(model.fuse_pooled(x, present)[0, 0], expected, rtol=0, atol=1e-5)
    two = torch.einsum("r,iro,kro->iko", model.ranks, weight[0], weight[2])
    a, _, c = (functional.pad(v, (0, 1), value=1.0) for v in x[:, 1, 0])
    expected = torch.einsum("iko,i,k->o", two, a, c) + model.bias
    torch.testing.assert_close(model.fuse_pooled(x, present)[1, 0], expected, rtol=0, atol=1e-5)


@torch.no_grad()
def test_tensor_fusion_is_the_outer_product_and_has_a_largest_size(toy, pooled):
    x, present = pooled
    model = small("tfn", toy.spec)
    a, b, c = (functional.pad(v, (0, 1), value=1.0) for v in x[:, 3, 0])
    expected = model.head(torch.einsum("i,j,k->ijk", a, b, c).flatten())
    torch.testing.assert_close(model.fuse_pooled(x, present)[3, 0], expected, rtol=0, atol=1e-6)
    with pytest.raises(ConfigError, match="use lmf"):
        build("tfn", toy.spec, width=64)


@torch.no_grad()
def test_late_streams_are_independent_and_their_predictions_are_averaged(toy, batch):
    model = small("late", toy.spec)
    alone = [model(batch.masked((torch.arange(3) == m).expand(len(batch), -1))) for m in range(3)]
    torch.testing.assert_close(model(batch), torch.stack(alone).mean(0), rtol=0, atol=2e-6)
    model.present_mean.logits.copy_(torch.tensor([1.0, -1.0, 0.5]))
    weight = model.present_mean.logits.softmax(0)[:, None, None]
    torch.testing.assert_close(model(batch), (weight * torch.stack(alone)).sum(0), rtol=0, atol=2e-6)


@torch.no_grad()
def test_a_transformer_token_depends_on_every_modality_up_to_its_own_step_only(toy, batch):
    model = small("transformer", toy.spec)
    name = batch.names[0]
    moved = batch.values[name].clone()
    moved[:, 10] += 1
    changed = dataclasses.replace(batch, values={**batch.values, name: moved})
    before, after = (model.streams(model.encode(b)) for b in (batch, changed))
    assert torch.equal(before[:, :, :10], after[:, :, :10])
    assert bool((before[:, :, 10:] != after[:, :, 10:]).any(-1).all())
    with pytest.raises(ConfigError, match="heads=3 does not divide"):
        build("transformer", toy.spec, width=8, heads=3)


@pytest.mark.parametrize("name", FUSIONS)
@torch.no_grad()
def test_masking_encoded_steps_equals_masking_the_batch(toy, batch, name):
    model = small(name, toy.spec).eval()
    members = torch.rand(len(batch), len(batch.names)) < 0.5
    torch.testing.assert_close(model.fuse(model.encode(batch).masked(members)), model(batch.masked(members)))
    twice = model.encode(batch).repeated(2)
    torch.testing.assert_close(model.fuse(twice)[::2], model(batch))
    with pytest.raises(ConfigError, match=r"\(batch, modality\)"):
        model.encode(batch).masked(members[1:])
