"""Memory and mapping around a fusion: the equations, stand-ins for what is absent, prefixes, and what the disk keeps."""

import dataclasses

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models import batch_of
from mmviz.models.fusions.equilibrium import wrap_in_equilibrium
from mmviz.models.fusions.memory_mapping import Mapping, Memory, feature_loss, sample_loss

SMALL = {"tfn": {"width": 4}, "coupled_mamba": {"layers": 1, "state": 4}, "late": {"layers": 1, "state": 4}}


def equilibrium(ds, base="concat", **options):
    inner = dict(SMALL.get(base, {}))
    shared = {"width": inner.pop("width", 8)}
    return mm.models.build("equilibrium", ds.spec, base=base, base_options=inner, **shared, **options).eval()


def loud(model):
    """Give the memory's output map weights, so that it is heard."""
    if model.memory is not None:
        torch.nn.init.normal_(model.memory.out.weight)
    return model


@pytest.fixture
def batch(toy):
    return batch_of(toy["train"], range(6))


def without(batch, *names):
    return batch.masked(torch.tensor([n not in names for n in batch.names]).expand(len(batch), -1))


@torch.no_grad()
def test_memory_equals_the_documented_gated_recurrence():
    memory, torch_rng = Memory(3).double(), torch.Generator().manual_seed(0)
    torch.nn.init.normal_(memory.out.weight, generator=torch_rng)
    z = torch.randn(3, 2, 3, generator=torch_rng, dtype=torch.float64)
    present = torch.tensor([[True, True], [True, False], [True, True]])
    (Wr, Wg), (br, bg) = memory.gates.weight.chunk(2), memory.gates.bias.chunk(2)
    expected = z.clone()
    for b in range(2):
        m = torch.zeros(3, dtype=torch.float64)
        for k in (2, 1, 0):
            if not present[k, b]:
                continue
            zm = torch.cat([z[k, b], m])
            r, g = torch.sigmoid(Wr @ zm + br), torch.sigmoid(Wg @ zm + bg)
            new = torch.tanh(memory.candidate.weight @ torch.cat([z[k, b], r * m]) + memory.candidate.bias)
            m = (1 - g) * m + g * new
            expected[k, b] = z[k, b] + memory.out.weight @ m
    torch.testing.assert_close(memory(z, present, (2, 1, 0)), expected, rtol=0, atol=1e-12)


def test_a_memory_has_no_influence_at_initialisation(toy, batch):
    model = equilibrium(toy, mapping="none")
    with torch.no_grad():
        assert torch.equal(model(batch), model.base(batch))


@torch.no_grad()
def test_the_memory_order_changes_the_prediction_and_is_saved_with_the_weights(toy, batch):
    model = loud(equilibrium(toy))
    first = model(batch)
    model.set_order((2, 0, 1))
    assert not torch.equal(model(batch), first)
    other = equilibrium(toy)
    other.load_state_dict(model.state_dict())
    assert torch.equal(other(batch), model(batch))


@torch.no_grad()
def test_an_absent_modality_is_imputed_by_the_mean_of_the_mappings_of_the_available_ones():
    mapping = Mapping(3, 2, hidden=False)
    z = torch.randn(3, 4, 2)
    present = torch.tensor([[1, 1, 0, 0], [1, 0, 0, 1], [1, 1, 0, 0]], dtype=torch.bool)
    filled, there = mapping.impute(z * present[..., None], present)
    assert torch.equal(filled[:, 0], z[:, 0])
    maps = [[z[m] @ mapping.first[m, n] + mapping.bias[m, n] for n in range(3)] for m in range(3)]
    torch.testing.assert_close(filled[1, 1], (maps[0][1][1] + maps[2][1][1]) / 2)
    torch.testing.assert_close(filled[0, 3], maps[1][0][3])
    assert torch.equal(filled[:, 2], torch.zeros(3, 2))
    assert there.tolist() == [[True, True, False, True]] * 3


@pytest.mark.parametrize("base", mm.models.available())
@torch.no_grad()
def test_the_mapping_imputes_at_inference_and_values_of_absent_modalities_have_no_influence(toy, batch, base):
    plain, mapped = equilibrium(toy, base, mapping="none"), equilibrium(toy, base, mapping="mlp")
    mapped.base.load_state_dict(plain.base.state_dict())
    cut = without(batch, "m1")
    torch.testing.assert_close(mapped(batch), plain(batch))
    assert not torch.allclose(mapped(cut), plain(cut), atol=1e-6)
    noise = {**cut.values, "m1": torch.full_like(cut.values["m1"], torch.nan)}
    assert torch.equal(mapped(dataclasses.replace(cut, values=noise)), mapped(cut))
    nothing = mapped(without(batch, "m1", "m2", "m3"))
    torch.testing.assert_close(nothing, plain(without(batch, "m1", "m2", "m3")))


@pytest.mark.parametrize("base", ["coupled_mamba", "transformer", "alignmamba2", "concat"])
@torch.no_grad()
def test_equilibrium_prefix_predictions_equal_those_of_truncated_sequences(toy, batch, base):
    model = loud(equilibrium(toy, base))
    cut = without(batch, "m2")
    prefixes, steps = model.prefixes(cut), model.encode(cut)
    torch.testing.assert_close(prefixes[:, -1], model(cut), rtol=0, atol=2e-6)
    for stop in (5, 11):
        torch.testing.assert_close(prefixes[:, stop - 1], model.fuse(steps.truncated(stop)), rtol=0, atol=2e-6)


@torch.no_grad()
def test_unimodal_features_equal_the_pooled_features_with_the_others_masked(ragged):
    batch = batch_of(ragged["train"], range(6))
    model = equilibrium(ragged, "coupled_mamba")
    steps = model.encode(batch)
    z, there = model.unimodal_features(steps)
    for m in range(2):
        only = steps.masked(torch.arange(2).eq(m).expand(6, -1))
        torch.testing.assert_close(z[m], model.base.pooled(only)[0][m, :, 0], rtol=0, atol=1e-6)
    assert torch.equal(there, steps.mask.any(-1))


def test_feature_loss_is_zero_for_a_perfect_map_and_has_no_gradient_to_the_target():
    z = torch.randn(2, 5, 3, requires_grad=True)
    both = ~torch.eye(2, dtype=torch.bool)[..., None].expand(2, 2, 5)
    perfect = z.detach()[None].expand(2, -1, -1, -1)
    assert feature_loss(perfect, z, both) == 0
    off = (perfect + 0.5).requires_grad_()
    loss = feature_loss(off, z, both)
    assert loss.item() == pytest.approx(0.25)
    loss.backward()
    assert z.grad is None


@pytest.mark.parametrize("kind", ["infonce", "similarity"])
def test_sample_loss_is_smallest_for_matching_samples(kind):
    torch.manual_seed(0)
    z = torch.nn.functional.normalize(torch.randn(2, 8, 4), dim=-1)
    both = (~torch.eye(2, dtype=torch.bool))[..., None].expand(2, 2, 8)
    right = z[None].expand(2, -1, -1, -1)
    wrong = right[:, :, torch.randperm(8)]
    assert sample_loss(kind, right, z, both) < sample_loss(kind, wrong, z, both)
    assert sample_loss(kind, right, z, both & (torch.arange(8) == 0)) == 0


def test_infonce_equals_the_symmetric_cross_entropy_of_cosines():
    z, mapped = torch.randn(2, 5, 3), torch.randn(2, 2, 5, 3)
    both = torch.zeros(2, 2, 5, dtype=torch.bool)
    both[0, 1] = True
    logits = torch.nn.functional.cosine_similarity(mapped[0, 1][:, None], z[1][None], dim=-1) / 0.1
    expected = -(logits.log_softmax(0).diag() + logits.log_softmax(1).diag()).mean() / 2
    torch.testing.assert_close(sample_loss("infonce", mapped, z, both), expected)


def test_training_history_contains_the_mapping_penalties(toy):
    model = equilibrium(toy, "coupled_mamba", mapping="linear", sample="similarity")
    run = mm.train.fit(model, toy, epochs=1, progress=False)
    assert {"penalty/mapping_feature", "penalty/mapping_sample"} <= run.history[1].keys()
    assert np.isfinite(run.history[1]["train_loss"])


def test_training_reduces_the_mapping_error(toy):
    batch = batch_of(toy["valid"])

    @torch.no_grad()
    def unexplained(model):
        """Error of the mapping, in units of the variance of what it aims at."""
        steps = model.eval().encode(batch)
        goals = model.unimodal_features(steps)[0]
        return float(
            model.training_forward(steps)[1]["mapping_feature"] / (goals - goals.mean(1, keepdim=True)).square().mean()
        )

    model = equilibrium(toy, memory=False)
    run = mm.train.fit(model, toy, epochs=4, learning_rate=0.01, select="last", progress=False)
    assert unexplained(run.model) < 0.5 * unexplained(model)


def test_wrap_in_equilibrium_keeps_the_weights_of_the_built_model(toy, batch):
    inner = mm.models.build("coupled_mamba", toy.spec, width=8, layers=1, state=4, seed=5).eval()
    outer = wrap_in_equilibrium(inner, memory=True, mapping="linear").eval()
    with torch.no_grad():
        torch.testing.assert_close(outer(batch), inner(batch))
    again = mm.models.build("equilibrium", toy.spec, **dataclasses.asdict(outer.config)).eval()
    again.load_state_dict(outer.state_dict())
    with torch.no_grad():
        assert torch.equal(again(batch), outer(batch))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mapping": "square"}, "use one of 'none'"),
        ({"sample": "nce"}, "use one of 'none'"),
        ({"feature": -1.0}, "finite number of at least 0"),
        ({"base": "equilibrium"}, "cannot wrap itself"),
        ({"base": "coupled_mamb"}, "did you mean 'coupled_mamba'"),
        ({"base_options": {"layer": 1}}, "did you mean 'layers'"),
    ],
)
def test_wrong_options_are_refused(toy, options, message):
    with pytest.raises(ConfigError, match=message):
        mm.models.build("equilibrium", toy.spec, **options)
