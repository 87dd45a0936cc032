"""Dual alignment: what it measures, against loops and bounds, and what it leaves alone."""

import math

import pytest
import torch
from mmkernels import exact_plan, mmd_squared, pairwise_cost, relaxed_plan

from mmviz.core.errors import ConfigError
from mmviz.models.base import Observation
from mmviz.models.batch import Steps
from mmviz.models.ssm.alignment import CHOICES, Alignment, AlignmentConfig, Pair, anchor_of

NAMES = ("audio", "text", "video")  # the anchor is in the middle
FOUND = [{"direction": d} for d in CHOICES["direction"]] + [{"plan": "entropic"}]


@pytest.fixture
def steps():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 5, 7, 4, generator=generator, dtype=torch.float64)
    mask = torch.rand(3, 5, 7, generator=generator) > 0.3
    mask[:, 0] = True
    mask[0, 1] = False
    mask[1, 2] = False  # no anchor
    mask[:, 3] = False
    mask[:, 4] = False
    mask[:, 4, 2] = True  # length 1
    return Steps(torch.where(mask[..., None], x, torch.zeros_like(x)), mask)


def observed(steps, *, learning=False, names=NAMES, **options):
    seen = Observation(training=learning)
    Alignment(names, AlignmentConfig(**{"ot": 1.0, "mmd": 1.0, **options}))(steps, seen)
    return seen


def cut(steps, m, b):
    return steps.x[m, b][steps.mask[m, b]][None]


def expected_distance(x, y, options):
    cost = pairwise_cost(x, y)
    there, back = relaxed_plan(cost).cost, relaxed_plan(cost.transpose(1, 2)).cost
    return {"to_anchor": there, "mean": (there + back) / 2, "max": torch.maximum(there, back)}[options["direction"]]


@pytest.mark.parametrize("options", FOUND[:3])
def test_penalties_equal_those_of_the_unpadded_sequences_and_absent_modalities_contribute_zero(steps, options):
    seen = observed(steps, **options)
    ot = mmd = 0.0
    for b in range(5):
        for m in (0, 2):
            x, y = cut(steps, m, b), cut(steps, 1, b)
            if x.shape[1] and y.shape[1]:
                ot += expected_distance(x, y, options) / 5
                mmd += mmd_squared(x, y) / 5
    torch.testing.assert_close(seen.penalties["ot"], ot.squeeze(), rtol=0, atol=1e-12)
    torch.testing.assert_close(seen.penalties["mmd"], mmd.squeeze(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("options", FOUND)
def test_plans_equal_those_of_the_unpadded_sequences_and_are_zero_and_nan_for_absent_modalities(steps, options):
    plans = observed(steps, **options).plans
    assert [(p.source, p.anchor) for p in plans] == [("audio", "text"), ("video", "text")]
    for pair, m in zip(plans, (0, 2), strict=True):
        for b in range(5):
            rows, columns = steps.mask[m, b], steps.mask[1, b]
            outside = ~(rows[:, None] & columns)
            assert not pair.plan[b][outside].any()
            assert not pair.cost[b][outside].any()
            if not (rows.any() and columns.any()):
                assert math.isnan(pair.distance[b])
                assert math.isnan(pair.mmd[b])
                continue
            cost = pairwise_cost(cut(steps, m, b), cut(steps, 1, b))
            alone = observed(Steps(steps.x[:, b : b + 1], steps.mask[:, b : b + 1]), **options).plans[(0, 2).index(m)]
            torch.testing.assert_close(pair.plan[b], alone.plan[0], rtol=0, atol=1e-12)
            torch.testing.assert_close(pair.cost[b][rows][:, columns], cost[0], rtol=0, atol=1e-12)
            room = 1e-3 if "plan" in options else 1e-12  # Sinkhorn's marginal of the rows is as good as its iterations
            mass = torch.full_like(cost[0, :, 0], 1 / int(rows.sum()))
            torch.testing.assert_close(pair.plan[b].sum(1)[rows], mass, rtol=0, atol=room)
            torch.testing.assert_close(pair.distance[b], (pair.plan[b] * pair.cost[b]).sum())


def test_relaxed_is_at_most_exact_is_at_most_any_feasible_plan(steps):
    whole = Steps(steps.x[:, :1], steps.mask[:, :1])
    generator = torch.Generator().manual_seed(1)
    orders = torch.stack([torch.randperm(7, generator=generator) for _ in range(20)])
    permuted = torch.nn.functional.one_hot(orders, 7).double() / 7
    for m in (0, 2):
        cost = pairwise_cost(whole.x[m], whole.x[1])
        exact = exact_plan(cost).cost.item()
        for direction in CHOICES["direction"]:
            pair = Steps(whole.x[[m, 1]], whole.mask[[m, 1]])
            relaxed = observed(pair, names=("a", "text"), direction=direction).penalties["ot"].item()
            assert relaxed <= exact + 1e-12
        entropic = observed(pair, names=("a", "text"), plan="entropic").penalties["ot"].item()
        feasible = [entropic, cost.mean().item(), *(permuted * cost).sum((1, 2)).tolist()]
        assert exact <= min(feasible) + 1e-9


@pytest.mark.parametrize("options", FOUND[:3])
def test_identical_sequences_are_at_distance_zero(steps, options):
    same = Steps(steps.x[[1, 1, 1]], steps.mask[[1, 1, 1]])
    seen = observed(same, **options)
    assert abs(seen.penalties["ot"].item()) <= 1e-12
    assert seen.penalties["mmd"].item() == 0


def test_values_of_padding_and_absent_samples_have_no_influence(steps):
    dirty = Steps(torch.where(steps.mask[..., None], steps.x, 1e3), steps.mask)
    for options in FOUND:
        clean, seen = observed(steps, **options), observed(dirty, **options)
        for name in ("ot", "mmd"):
            torch.testing.assert_close(seen.penalties[name], clean.penalties[name], rtol=0, atol=1e-12)


EVERY = [*FOUND, {"mmd_over": "batch"}, {"cost": "sqeuclidean"}]


def gradient(steps, **options):
    x = steps.x.clone().requires_grad_()
    penalties = observed(Steps(x, steps.mask), learning=True, **options).penalties
    return torch.autograd.grad(penalties["ot"] + penalties["mmd"], x)[0]


@pytest.mark.parametrize("options", EVERY)
def test_with_anchor_gradient_gradients_reach_every_step_of_a_pair_and_no_other(steps, options):
    found = gradient(steps, anchor_gradient=True, **options)
    paired = steps.mask & steps.mask[1].any(-1)[None, :, None]
    paired[1] &= steps.mask[[0, 2]].any(-1).any(0)[:, None]
    assert bool(torch.isfinite(found).all())
    assert not found[~paired].any()
    assert bool(found[paired].any(-1)[:-1].all())


@pytest.mark.parametrize("options", EVERY)
def test_without_anchor_gradient_the_anchor_has_none_and_the_other_modalities_have_the_same(steps, options):
    both, one = gradient(steps, anchor_gradient=True, **options), gradient(steps, anchor_gradient=False, **options)
    assert both[1].any()
    assert not one[1].any()
    torch.testing.assert_close(one[[0, 2]], both[[0, 2]], rtol=0, atol=1e-12)
    assert torch.equal(gradient(steps, **options), one)  # the default


def test_anchor_gradient_changes_no_penalty_and_no_plan(steps):
    stopped, free = observed(steps, anchor_gradient=False), observed(steps, anchor_gradient=True)
    assert stopped.penalties == free.penalties
    assert all(torch.equal(a.plan, b.plan) for a, b in zip(stopped.plans, free.plans, strict=True))


def test_a_weight_of_zero_disables_a_penalty_and_training_records_no_plan(steps):
    seen = observed(steps, learning=True, ot=0.0)
    assert seen.plans == []
    assert seen.penalties["ot"].item() == 0
    twice = observed(steps, ot=2.0, mmd=3.0).penalties
    once = observed(steps).penalties
    torch.testing.assert_close(twice["ot"], 2 * once["ot"])
    torch.testing.assert_close(twice["mmd"], 3 * once["mmd"])


def test_alignment_penalties_of_one_modality_are_zero(steps):
    seen = observed(Steps(steps.x[:1], steps.mask[:1]), names=("audio",))
    assert seen.plans == []
    assert {name: value.item() for name, value in seen.penalties.items()} == {"ot": 0, "mmd": 0}


def test_a_batch_without_any_pair_is_at_distance_zero(steps):
    for over in ("steps", "batch"):
        penalties = observed(Steps(steps.x, torch.zeros_like(steps.mask)), mmd_over=over).penalties
        assert {name: value.item() for name, value in penalties.items()} == {"ot": 0, "mmd": 0}


def test_single_steps_are_compared_as_the_set_of_the_batch(steps):
    x, mask = steps.x[:, :, :1], torch.ones(3, 5, 1, dtype=torch.bool)
    mask[0, 1] = mask[1, 2] = False
    seen = observed(Steps(x, mask))
    kept = [0, 3, 4]
    expected = 3 / 5 * mmd_squared(x[0, kept, 0][None], x[1, kept, 0][None])
    kept = [0, 1, 3, 4]
    expected = expected + 4 / 5 * mmd_squared(x[2, kept, 0][None], x[1, kept, 0][None])
    torch.testing.assert_close(seen.penalties["mmd"], expected[0], rtol=0, atol=1e-12)


def test_alignment_of_half_precision_features_is_computed_in_float32(steps):
    half = Steps(steps.x.to(torch.bfloat16), steps.mask)
    single = observed(Steps(half.x.float(), half.mask)).penalties
    assert observed(half).penalties == single
    assert Pair.of(half, 0, 1, anchor_gradient=False).x.dtype == torch.float32


def test_the_anchor_is_the_one_named_or_text_or_rgb_or_the_first():
    assert anchor_of(NAMES, "") == 1
    assert anchor_of(("depth", "rgb"), "") == 1
    assert anchor_of(("gyro", "accelerometer"), "") == 0
    assert anchor_of(NAMES, "video") == 2
    with pytest.raises(
        ConfigError, match=r"anchor.*='txet' .did you mean 'text'.*; use one of 'audio', 'text', 'video'"
    ):
        anchor_of(NAMES, "txet")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ot": -1.0}, "ot=-1.0; give a finite number of at least 0"),
        ({"mmd": math.nan}, "mmd=nan; give a finite number"),
        ({"epsilon": 0.0}, "epsilon=0.0; give a finite number above 0"),
        ({"bandwidth": "wide"}, "bandwidth='wide'"),
        ({"factors": ()}, r"factors=\(\)"),
        ({"factors": (1.0, 0.0)}, "factors=0.0; give a finite number above 0"),
        ({"anchor_gradient": "no"}, "anchor_gradient='no'"),
        *(({option: "other"}, f"{option}='other'.*; use one of '{known[0]}'") for option, known in CHOICES.items()),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ConfigError, match=f"Alignment: {message}"):
        AlignmentConfig(**options)
