"""A fusion with frozen gates is affine, conserves the output, and is replayed exactly; what cannot be frozen is refused."""

import itertools

import pytest
import torch
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models import available, batch_of, build, frozen_gates
from mmviz.models.frozen_gates import freeze
from mmviz.models.fusions.pooled import PooledFusion

VARIANTS = {
    **{name: (name, {}) for name in available()},
    "template": ("convolution", {}),
    "3 layers, max": ("coupled_mamba", {"layers": 3, "pooling": "max"}),
    "last": ("coupled_mamba", {"pooling": "last"}),
    "no mix": ("coupled_mamba", {"mix": "none", "coupling": "gain"}),
    "router": ("alignmamba2", {"variant": "B", "router": "learned", "top_k": 2}),
    "bidirectional": ("alignmamba2", {"bidirectional": True}),
    "concatenated": ("alignmamba2", {"order": "concatenated"}),
    "average join": ("early", {"join": "average"}),
    "literal transport": ("alignmamba", {"normalize": "literal"}),
    "equilibrium": ("equilibrium", {}),
    "equilibrium, mlp": ("equilibrium", {"base": "alignmamba2", "mapping": "mlp"}),
    "memory chain": ("memory_chain", {"base": "concat"}),
    "cosine head": ("cosine_head", {}),
    "memory chain, mean": ("memory_chain", {"readout": "mean"}),
    "no memory": ("memory_chain", {"base": "late", "memory": False}),
}
#: float64 and float32: largest conservation error, as a share of the outputs
BOUNDS = {torch.float64: 1e-10, torch.float32: 1e-4}
pytestmark = pytest.mark.usefixtures("template")


def frozen_variant(toy, variant, *, rule="frozen", dtype=torch.float64):
    """A fusion in which no weight is zero, frozen on samples with an absent modality and a gap."""
    name, options = VARIANTS[variant]
    model = build(name, toy.spec, width=8, steps=12, **options).eval().to(dtype)
    for parameter in model.parameters():
        if not bool(parameter.any()):
            nn.init.normal_(parameter, std=0.3, generator=torch.Generator().manual_seed(0))
    batch = batch_of(toy["train"], range(3))
    batch.valid[batch.names[0]][1] = False
    batch.valid[batch.names[1]][2, 4:9] = False
    return freeze(model, model.encode(batch), rule=rule)


def other_inputs(frozen, seed):
    noise = torch.randn(frozen.steps.x.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return torch.where(frozen.steps.mask[..., None], noise.to(frozen.steps.x), 0.0)


@pytest.mark.parametrize("rule", ["frozen", "half"])
@pytest.mark.parametrize("variant", VARIANTS)
@torch.no_grad()
def test_at_the_recorded_steps_the_frozen_network_gives_the_ordinary_output(toy, variant, rule):
    frozen = frozen_variant(toy, variant, rule=rule)
    torch.testing.assert_close(frozen.output(frozen.steps.x), frozen.model.fuse(frozen.steps), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rule", ["frozen", "half"])
@pytest.mark.parametrize("variant", VARIANTS)
@torch.no_grad()
def test_the_frozen_network_is_affine_in_the_encoder_outputs(toy, variant, rule):
    frozen = frozen_variant(toy, variant, rule=rule)
    x, y, zero = other_inputs(frozen, 0), other_inputs(frozen, 1), torch.zeros_like(frozen.steps.x)
    for part in ("output", "streams"):
        f = getattr(frozen, part)
        expected = 3 * f(x) - 0.5 * f(y) - 1.5 * f(zero)
        torch.testing.assert_close(f(3 * x - 0.5 * y), expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("dtype", BOUNDS)
@pytest.mark.parametrize("rule", ["frozen", "half"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_shares_and_bias_add_up_to_the_output(toy, variant, rule, dtype):
    frozen = frozen_variant(toy, variant, rule=rule, dtype=dtype)
    error = (frozen.logit - frozen.bias() - frozen.shares().sum((2, 3))).abs().max()
    assert float(error) <= BOUNDS[dtype]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_share_of_a_cell_equals_the_replay_of_that_cell_alone(toy, variant):
    frozen = frozen_variant(toy, variant)
    x, shares = frozen.steps.x, frozen.shares()
    for m, t in itertools.product(range(len(x)), (0, 3, 11)):
        alone = torch.zeros_like(x)
        alone[m, :, t] = x[m, :, t]
        torch.testing.assert_close(
            (frozen.output(alone) - frozen.bias()).detach(), shares[:, :, m, t], rtol=1e-8, atol=1e-12
        )


def test_weights_of_the_outputs_give_the_weighted_shares(toy):
    frozen = frozen_variant(toy, "coupled_mamba")
    weights = torch.tensor([[1.0, -1.0], [0.5, 0.0], [0.0, 2.0]], dtype=torch.float64)
    expected = torch.einsum("bk,bkmt->bmt", weights, frozen.shares())
    torch.testing.assert_close(frozen.shares(weights), expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("variant", VARIANTS)
def test_invalid_steps_and_absent_modalities_have_a_share_of_exactly_zero(toy, variant):
    frozen = frozen_variant(toy, variant)
    absent = ~frozen.steps.mask.transpose(0, 1)[:, None].expand_as(frozen.shares())
    assert bool(absent.any())
    assert bool((frozen.shares()[absent] == 0).all())


@pytest.mark.parametrize("variant", VARIANTS)
@torch.no_grad()
def test_rows_of_one_sample_are_replayed_as_in_the_whole_batch(toy, variant):
    frozen = frozen_variant(toy, variant)
    x = torch.cat([other_inputs(frozen, 0), other_inputs(frozen, 1)], 1)[:, [0, 3, 1, 4, 2, 5]]
    together = frozen.output(x)
    for sample in range(3):
        rows = torch.tensor([sample, sample])
        some = frozen.evaluate(x[:, 2 * sample : 2 * sample + 2], rows).output
        torch.testing.assert_close(some, together[2 * sample : 2 * sample + 2], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
@torch.no_grad()
def test_prefixes_equal_the_ordinary_predictions_for_prefixes_if_causal_and_are_refused_otherwise(toy, variant):
    frozen = frozen_variant(toy, variant)
    if frozen.model.causal:
        expected = frozen.model.fuse_prefixes(frozen.steps)
        torch.testing.assert_close(frozen.prefixes(frozen.steps.x), expected, rtol=1e-11, atol=1e-12)
    else:
        with pytest.raises(ConfigError, match="is not causal"):
            frozen.prefixes(frozen.steps.x)


@torch.no_grad()
def test_the_half_rule_gives_another_share_and_the_same_sum(toy):
    one, other = (frozen_variant(toy, "coupled_mamba", rule=rule) for rule in ("frozen", "half"))
    assert float((one.shares() - other.shares()).abs().max()) > 1e-6
    torch.testing.assert_close(one.output(one.steps.x), other.output(other.steps.x), rtol=1e-12, atol=1e-12)


def test_the_gates_are_free_again_after_freezing_and_after_an_error_in_a_frozen_pass(toy):
    frozen = frozen_variant(toy, "coupled_mamba")
    x = frozen.steps.x
    with pytest.raises(RuntimeError):
        frozen.output(x[..., :-1])
    assert not frozen_gates.active()
    model, before = frozen.model, frozen.logit
    with torch.no_grad():
        assert torch.equal(model.fuse(frozen.steps), before)
        doubled = model.fuse(type(frozen.steps)(2 * x, frozen.steps.mask))
    assert float((doubled - frozen.output(2 * x).detach()).abs().max()) > 1e-6


def test_the_mode_of_the_model_is_restored(toy):
    model = build("coupled_mamba", toy.spec, width=8, steps=6).train()
    frozen = freeze(model, model.encode(batch_of(toy["train"], range(2))))
    frozen.shares()
    assert model.training
    assert all(part.training for part in model.modules())


class Unmarked(PooledFusion):
    """A fusion from outside with a factor that depends on the data and is not marked."""

    def __init__(self, spec, config):
        super().__init__(spec, config)
        self.gate = nn.Linear(config.width, config.width)
        self.head = nn.Linear(config.width, spec.task.outputs)

    def fuse_pooled(self, pooled, present):
        total = pooled.sum(0)
        return self.head(total * torch.sigmoid(self.gate(total)))


class Marked(Unmarked):
    def fuse_pooled(self, pooled, present):
        total = pooled.sum(0)
        return self.head(total * frozen_gates.constant(lambda: torch.sigmoid(self.gate(total)), batch=0))


class OwnPooling(Unmarked):
    def __init__(self, spec, config):
        super().__init__(spec, config)
        self.pool = MeanPool()

    def fuse_pooled(self, pooled, present):
        return self.head(pooled.sum(0))


class MeanPool(nn.Module):
    def forward(self, x, valid):
        return x.cumsum(-2)


def own(toy, kind):
    model = kind(toy.spec, mm.models.FusionConfig(width=8, steps=6)).eval()
    return model, model.encode(batch_of(toy["train"], range(2)))


def test_a_fusion_with_an_unmarked_factor_is_refused_with_what_to_do(toy):
    with pytest.raises(ConfigError, match=r"Unmarked are not affine .* mark each factor .*frozen_gates\.constant"):
        freeze(*own(toy, Unmarked))


def test_a_fusion_that_marks_its_factor_is_frozen(toy):
    frozen = freeze(*own(toy, Marked))
    error = frozen.logit - frozen.bias() - frozen.shares().sum((2, 3))
    assert float(error.abs().max()) < 1e-6


def test_a_fusion_with_its_own_pooling_is_refused_with_what_to_do(toy):
    with pytest.raises(ConfigError, match=r"OwnPooling does not pool its streams by self.pool"):
        freeze(*own(toy, OwnPooling))


def test_an_unknown_rule_is_refused(toy):
    with pytest.raises(ConfigError, match="freeze: rule"):
        freeze(*own(toy, Marked), rule="third")


def test_rows_that_are_no_multiple_of_the_samples_are_refused(toy):
    frozen = frozen_variant(toy, "coupled_mamba")
    with pytest.raises(ConfigError, match="4 rows, expected a multiple of the 3 recorded samples"):
        frozen.output(frozen.steps.x[:, [0, 1, 2, 0]])


def test_a_users_module_is_refused_by_name(toy):
    class Mean(nn.Module):
        def forward(self, inputs):
            return torch.stack([x.mean((1, 2)) for x in inputs.values()], -1)[:, :2]

    model = mm.models.adapt(Mean(), toy.spec, missing="zeros")
    with pytest.raises(ConfigError, match="Mean is a user's module whose gates are unknown"):
        freeze(model, model.encode(batch_of(toy["train"], range(2))))


def test_a_single_modality_and_a_single_sample_are_frozen():
    one = mm.data.synthetic(n=40, steps=8, modalities=1, unique=(1.0,), redundant=0.0, synergistic=0.0, seed=0)
    model = build("coupled_mamba", one.spec, width=8).eval()
    frozen = freeze(model, model.encode(batch_of(one["train"], [0])))
    assert frozen.shares().shape == (1, one.spec.task.outputs, 1, model.steps)
    assert float((frozen.logit - frozen.bias() - frozen.shares().sum((2, 3))).abs().max()) < 1e-5


def test_a_constant_output_has_shares_of_zero(toy):
    model = build("coupled_mamba", toy.spec, width=8, steps=6).eval()
    nn.init.zeros_(model.head[-1].weight)
    frozen = freeze(model, model.encode(batch_of(toy["train"], range(2))))
    assert not bool(frozen.shares().any())
    torch.testing.assert_close(frozen.bias(), frozen.logit)
