"""Pooling, coupling and stacked layers against direct formulas."""

import pytest
import torch
from torch import nn

from mmviz.core.errors import ConfigError
from mmviz.models.layers import POOLINGS, PresentMean, RunningPool, StackedCausalConv, StackedLayerNorm, StackedLinear
from mmviz.models.ssm.coupling import COUPLINGS, Coupling


@pytest.fixture
def steps():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 7, 4, generator=generator, dtype=torch.float64)
    valid = torch.rand(2, 3, 7, generator=generator) > 0.4
    valid[0, 0] = False
    return x, valid


@pytest.mark.parametrize("kind", POOLINGS)
def test_running_pool_is_the_pool_of_every_prefix(steps, kind):
    x, valid = steps
    got = RunningPool(kind)(x, valid)
    pool = {"mean": lambda v: v.mean(0), "max": lambda v: v.max(0).values, "last": lambda v: v[-1]}[kind]
    for m in range(2):
        for b in range(3):
            for t in range(7):
                seen = x[m, b, : t + 1][valid[m, b, : t + 1]]
                expected = pool(seen) if len(seen) else torch.zeros(4, dtype=torch.float64)
                torch.testing.assert_close(got[m, b, t], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", POOLINGS)
def test_values_of_padding_have_no_influence_on_the_running_pool(steps, kind):
    x, valid = steps
    dirty = torch.where(valid[..., None], x, torch.nan)
    assert torch.equal(RunningPool(kind)(dirty, valid), RunningPool(kind)(x, valid))


def test_present_mean_is_convex_over_the_available_modalities():
    fuse = PresentMean(3)
    with torch.no_grad():
        fuse.logits.copy_(torch.tensor([0.3, -1.0, 0.7]))
    x = torch.tensor([[[1.0]], [[10.0]], [[100.0]]])
    present = torch.tensor([[True], [False], [True]])
    weight = torch.tensor([0.3, 0.7]).softmax(0)
    torch.testing.assert_close(fuse(x, present), (weight @ torch.tensor([1.0, 100.0])).view(1, 1))
    assert fuse(x, torch.zeros_like(present)).item() == 0


@pytest.mark.parametrize("kind", ["mean", "softmax"])
def test_rows_of_mean_and_softmax_coupling_sum_to_one_over_available_modalities(kind):
    present = torch.tensor([[True, True, True], [True, False, True], [False, False, True]])
    W = Coupling(3, kind)(present)
    torch.testing.assert_close(W.sum(-1), torch.ones(3, 3))
    assert not W.transpose(1, 2)[~present].any(), "an absent modality is heard"


def test_identity_coupling_is_the_identity_matrix_and_exact_sum_is_all_ones():
    everyone = torch.ones(1, 3, dtype=torch.bool)
    assert torch.equal(Coupling(3, "identity")(everyone)[0], torch.eye(3))
    assert torch.equal(Coupling(3, "exact_sum")(everyone)[0], torch.ones(3, 3))


def test_a_gain_scales_the_mean_and_stays_below_it():
    some = torch.tensor([[True, False, True]])
    gain, mean = Coupling(3, "gain"), Coupling(3, "mean")
    torch.testing.assert_close(gain(some), torch.sigmoid(torch.tensor(2.0)) * mean(some))
    gain(some).sum().backward()
    assert gain.gain.grad != 0


@pytest.mark.parametrize("kind", COUPLINGS)
def test_coupling_is_finite_without_any_available_modality(kind):
    assert bool(torch.isfinite(Coupling(3, kind)(torch.zeros(2, 3, dtype=torch.bool))).all())


def test_unknown_coupling_and_pooling_are_refused_with_the_valid_ones():
    with pytest.raises(ConfigError, match="'identity', 'mean', 'gain', 'softmax', 'exact_sum'"):
        Coupling(3, "sum")
    with pytest.raises(ConfigError, match="'mean', 'max', 'last'"):
        RunningPool("median")


def test_stacked_layers_equal_the_layers_of_torch_per_modality():
    torch.manual_seed(0)
    x = torch.randn(2, 3, 5, 4)
    linear, norm, conv = StackedLinear(2, 4, 6), StackedLayerNorm(2, 4), StackedCausalConv(2, 4, 3)
    for m in range(2):
        torch.testing.assert_close(linear(x)[m], x[m] @ linear.weight[m] + linear.bias[m])
        torch.testing.assert_close(norm(x)[m], nn.functional.layer_norm(x[m], (4,)))
        own = slice(4 * m, 4 * m + 4)
        padded = nn.functional.pad(x[m].transpose(1, 2), (2, 0))
        expected = nn.functional.conv1d(padded, conv.weight[own], conv.bias[own], groups=4)
        torch.testing.assert_close(conv(x)[m], expected.transpose(1, 2))
