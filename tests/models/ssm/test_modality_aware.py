"""The Modality-Aware Mamba layer against Mamba's formula, token by token; experts and routers against sums."""

import itertools
import math

import pytest
import torch
from torch.nn import functional

from mmviz.core.errors import ConfigError
from mmviz.models.base import Observation
from mmviz.models.ssm.experts import EXPERTS, Experts, Router
from mmviz.models.ssm.hidden_states import states_of
from mmviz.models.ssm.modality_aware import VARIANTS, ModalityAwareLayer
from mmviz.models.ssm.token_order import ORDERS, TokenOrder

NAMES = ("text", "audio", "video")
M, BATCH, TIME, WIDTH = 3, 5, 6, 8


@pytest.fixture
def x():
    return torch.randn(M, BATCH, TIME, WIDTH, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.fixture
def mask():
    mask = torch.rand(M, BATCH, TIME, generator=torch.Generator().manual_seed(1)) > 0.4
    mask[:, 0] = True
    mask[1, 1] = False  # absent
    mask[:, 2] = False  # all padding
    mask[:, 3] = False
    mask[2, 3, 4] = True  # one token
    return mask


def layer_of(**options):
    torch.manual_seed(0)
    return ModalityAwareLayer(NAMES, WIDTH, **{"state": 4, **options}).double()


def ways_of(mask, kind="interleaved", both=False):
    order = TokenOrder.with_anchor_last(M, 0, kind)
    return tuple(order.arrange(mask, backward=way) for way in (False, True)[: 1 + both])


def sequence_of(mask, b, kind):
    """The tokens of a sample that have data, in the order they are read."""
    tokens = [(t, m) for t in range(TIME) for m in (2, 1, 0)]
    if kind == "concatenated":
        tokens = [(t, m) for m in (2, 1, 0) for t in range(TIME)]
    return [(m, t) for t, m in tokens if mask[m, b, t]]


def mamba(core, u):
    """Mamba's Algorithm 2 along (token, channel), read aloud."""
    taps = core.conv.weight[:, 0]
    h, out = torch.zeros_like(core.A_log[0]), []
    for t in range(len(u)):
        past = [u[t - k] if t >= k else torch.zeros_like(u[0]) for k in range(taps.shape[1])]
        v = functional.silu(core.conv.bias + sum(taps[:, -1 - k] * p for k, p in enumerate(past)))
        low, B, C = core.select(v).split([core.rank, core.state, core.state])
        dt = functional.softplus(core.dt(low))
        h = torch.exp(-dt[:, None] * core.A_log[0].exp()) * h + (dt * v)[:, None] * B
        out.append(h @ C + core.D[0] * v)
    return torch.stack(out) if out else u


def matrix(experts, m):
    parts = [p for p in (experts.shared, None if experts.specific is None else experts.specific[m]) if p is not None]
    return sum(p.sum(0) for p in parts)


def read_aloud(layer, x, tokens, b):
    """Reading A for one sample, {token: output}."""
    inner = layer.mixer.cores[0].D.shape[1]
    normed = {(m, t): x[m, b, t] / (x[m, b, t].square().mean() + 1e-5).sqrt() * layer.norm.weight for m, t in tokens}
    projected = [normed[m, t] @ matrix(layer.mixer.into, m) for m, t in tokens]
    if not tokens:
        return {}
    u, z = torch.stack(projected).split(inner, -1)
    y = mamba(layer.mixer.cores[0], u)
    if len(layer.mixer.cores) == 2:
        y = y + mamba(layer.mixer.cores[1], u.flip(0)).flip(0)
    gated = y * functional.silu(z)
    return {(m, t): x[m, b, t] + gated[k] @ matrix(layer.mixer.out, m) for k, (m, t) in enumerate(tokens)}


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize("experts", EXPERTS)
@torch.no_grad()
def test_a_layer_is_mamba_over_the_tokens_that_have_data(x, mask, experts, kind, both):
    layer = layer_of(experts=experts, bidirectional=both)
    x = x * mask[..., None]
    out = layer(x, mask, ways_of(mask, kind, both))
    assert torch.equal(out[~mask], x[~mask])
    for b in range(BATCH):
        tokens = sequence_of(mask, b, kind)
        for (m, t), expected in read_aloud(layer, x, tokens, b).items():
            torch.testing.assert_close(out[m, b, t], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", ORDERS)
@torch.no_grad()
def test_a_mask_that_is_all_true_changes_nothing(x, kind, variant):
    layer, whole = layer_of(variant=variant, bidirectional=True), torch.ones(M, BATCH, TIME, dtype=torch.bool)
    fast = layer(x, None, ways_of(None, kind, both=True))
    torch.testing.assert_close(layer(x, whole, ways_of(whole, kind, both=True)), fast, rtol=0, atol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
@torch.no_grad()
def test_permuted_modality_ids_change_the_output_unless_all_experts_are_shared(x, variant):
    """The same tokens in the same sequence, under other ids."""
    swapped, order, other = x[[1, 0, 2]], TokenOrder((2, 1, 0)), TokenOrder((2, 0, 1))
    for experts in EXPERTS:
        layer = layer_of(experts=experts, variant=variant)
        out = layer(x, None, (order.arrange(None),))
        moved = layer(swapped, None, (other.arrange(None),))[[1, 0, 2]]
        if experts == "shared":
            torch.testing.assert_close(moved, out, rtol=0, atol=1e-12)
        else:
            assert (moved - out).abs().amax() > 1e-3


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("experts", EXPERTS)
@torch.no_grad()
def test_merged_experts_give_the_same_output(x, mask, experts, variant):
    layer = layer_of(experts=experts, variant=variant)
    before = layer(x, mask, ways_of(mask))
    layer.merge()
    torch.testing.assert_close(layer(x, mask, ways_of(mask)), before, rtol=0, atol=1e-12)
    assert not [name for name, _ in layer.named_parameters() if name.endswith(("shared", "specific"))]
    again = layer(x, mask, ways_of(mask))
    layer.merge()
    assert torch.equal(layer(x, mask, ways_of(mask)), again)


@torch.no_grad()
def test_variant_b_has_experts_before_and_after_a_standard_mamba_block(x):
    layer = layer_of(variant="B")
    out = layer(x, None, ways_of(None))
    inside = torch.stack([layer.norm(x[m]) @ matrix(layer.before, m) for m in range(M)])
    mixed = layer.mixer(inside, ways_of(None), None, None)
    assert layer.mixer.into.specific is None
    expected = x + torch.stack([mixed[m] @ matrix(layer.behind, m) for m in range(M)])
    expected = expected + layer.feed(expected)
    assert layer.feed[1].out_features == 2 * WIDTH
    torch.testing.assert_close(out, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", ORDERS)
def test_token_order_places_tokens_as_documented_and_unflatten_inverts_flatten(kind):
    order = TokenOrder.with_anchor_last(3, 1, kind)
    x = torch.arange(3 * 2 * 4).view(3, 2, 4)
    row = order.flatten(x)
    if kind == "interleaved":
        assert row[0, :4].tolist() == [x[2, 0, 0], x[0, 0, 0], x[1, 0, 0], x[2, 0, 1]]
    else:
        assert row[0, :5].tolist() == [*x[2, 0].tolist(), x[0, 0, 0]]
    assert torch.equal(order.unflatten(row), x)
    assert TokenOrder.with_anchor_last(3, 0).modalities == (2, 1, 0)  # text, audio, video: v, a, l
    with pytest.raises(ConfigError, match="order='sorted'; use one of 'interleaved', 'concatenated'"):
        TokenOrder((0, 1), "sorted")


@pytest.mark.parametrize("kind", ORDERS)
@torch.no_grad()
def test_position_gives_the_hidden_state_after_every_token(x, mask, kind):
    layer, seen = layer_of(bidirectional=True), Observation()
    layer(x, mask, ways_of(mask, kind, both=True), seen)
    assert [scan.backward for scan in seen.tokens] == [False, True]
    for scan, places, real, backward in seen.tokens:
        assert torch.equal(real, mask)
        h = states_of(scan)[0]
        for b in range(BATCH):
            tokens = sequence_of(mask, b, kind)[:: -1 if backward else 1]
            assert [places[m, b, t].item() for m, t in tokens] == list(range(len(tokens)))
            row = [(m, t) for t, m in itertools.product(range(TIME), (2, 1, 0))]
            if kind == "concatenated":
                row = [(m, t) for m, t in itertools.product((2, 1, 0), range(TIME))]
            held = -1
            for m, t in row[:: -1 if backward else 1]:
                held += bool(mask[m, b, t])
                assert places[m, b, t] == held
        dt, B = scan.dt[0, 0, 0], scan.B[0, 0, 0]
        torch.testing.assert_close(h[0, 0], (dt * scan.x[0, 0, 0])[:, None] * B, rtol=0, atol=1e-12)


@torch.no_grad()
def test_shared_and_specific_experts_are_summed():
    torch.manual_seed(0)
    experts, x = Experts(M, 4, 5, shared=2, specific=3).double(), torch.randn(M, 2, 3, 4, dtype=torch.float64)
    for m in range(M):
        each = [x[m] @ w for w in (*experts.shared, *experts.specific[m])]
        torch.testing.assert_close(experts(x)[m], sum(each), rtol=0, atol=1e-12)
        gates = torch.rand(M, 2, 3, 5, dtype=torch.float64)
        weighted = sum(gates[m, ..., k, None] * out for k, out in enumerate(each))
        torch.testing.assert_close(experts(x, gates)[m], weighted, rtol=0, atol=1e-12)
    assert experts(x).std() == pytest.approx(math.sqrt(1 / 3), rel=0.5)  # as torch.nn.Linear starts
    with pytest.raises(ConfigError, match="at least one expert"):
        Experts(M, 4, 5, shared=0, specific=0)


@pytest.mark.parametrize("top_k", [1, 2, 4])
@torch.no_grad()
def test_the_router_selects_the_k_experts_of_largest_probability(x, mask, top_k):
    torch.manual_seed(0)
    router = Router(M, WIDTH, 4, top_k).double()
    weight, probability = router(x)
    torch.testing.assert_close(probability.sum(-1), torch.ones_like(probability[..., 0]))
    assert bool(((weight > 0).sum(-1) == top_k).all())
    lowest, unchosen = weight.topk(top_k, -1).values[..., -1], torch.where(weight > 0, 0, probability)
    assert bool((lowest >= unchosen.amax(-1)).all())
    assert torch.equal(weight[weight > 0], probability[weight > 0])


@torch.no_grad()
def test_load_imbalance_is_one_for_equal_use_and_n_if_one_expert_is_always_selected(x, mask):
    choice = Router(M, WIDTH, 4, 1).double()(x)
    one = torch.zeros_like(choice.probability)
    one[..., 2] = 1
    assert choice._replace(weight=one, probability=one).load_imbalance(mask).item() == pytest.approx(4)
    even = torch.full_like(one, 0.25)
    assert choice._replace(weight=even, probability=even).load_imbalance(mask).item() == pytest.approx(1)
    assert choice.load_imbalance(torch.zeros_like(mask)).item() == 0
    expected = []
    for m in range(M):
        p, chosen = choice.probability[m][mask[m]], (choice.weight[m][mask[m]] > 0).double()
        expected.append(4 * (chosen.mean(0) * p.mean(0)).sum())
    assert choice.load_imbalance(mask).item() == pytest.approx(sum(expected).item() / M)


@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients_reach_a_learned_router_and_its_selected_experts(x, mask, variant):
    layer = layer_of(variant=variant, router="learned", shared_experts=2, specific_experts=3, top_k=2, balance=0.5)
    seen = Observation()
    out = layer(x, mask, ways_of(mask), seen)
    (out.square().sum() + seen.penalties["balance"]).backward()
    for name, parameter in layer.named_parameters():
        assert parameter.grad is not None, name
        assert bool(torch.isfinite(parameter.grad).all()), name
    assert bool(layer.router.score.weight.grad.any(-2).all()), "every expert's trust"
    weight, owners = seen.routing[0]
    assert owners == ("", "", "text", "text", "text", "audio", "audio", "audio", "video", "video", "video")
    experts = layer.mixer.into if variant == "A" else layer.before
    used = (weight > 0).flatten(1, 2).any(1)
    for m in range(M):
        learned = experts.specific.grad[m].flatten(1).any(1)
        assert torch.equal(learned, used[m, 2 + 3 * m : 5 + 3 * m])
    assert torch.equal((weight > 0).sum(-1), 2 * mask)
    for m in range(M):  # no token of another modality at an expert
        assert not weight[[n for n in range(M) if n != m], ..., 2 + 3 * m : 5 + 3 * m].any()


@torch.no_grad()
def test_an_expert_that_no_token_selects_has_no_influence(x):
    layer, seen = layer_of(router="learned"), Observation()
    layer.router.score.weight.zero_()  # equal trust: all choose the first, or all the second
    before = layer(x, None, ways_of(None), seen)
    idle = layer.mixer.out.specific if seen.routing[0].weight[..., 0].all() else layer.mixer.out.shared
    idle.add_(1)
    assert torch.equal(layer(x, None, ways_of(None)), before)


@torch.no_grad()
def test_routing_by_modality_records_weight_one_for_shared_and_own_expert(x, mask):
    for experts, owners in (("both", ("", *NAMES)), ("shared", ("",)), ("specific", NAMES)):
        seen = Observation()
        layer_of(experts=experts)(x, mask, ways_of(mask), seen)
        weight, found = seen.routing[0]
        assert found == owners
        for k, owner in enumerate(owners):
            for m, name in enumerate(NAMES):
                serves = mask[m] if owner in ("", name) else torch.zeros_like(mask[m])
                assert torch.equal(weight[m, ..., k], serves.double())
        assert "balance" not in seen.penalties


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variant": "C"}, "variant='C'; use one of 'A', 'B'"),
        ({"experts": "none"}, "experts='none'; use one of 'both', 'shared', 'specific'"),
        ({"router": "random"}, "router='random'; use one of 'modality', 'learned'"),
        ({"router": "learned", "top_k": 3}, "top_k=3 exceeds the 2 permitted experts"),
        ({"router": "learned", "experts": "shared", "top_k": 2}, "top_k=2 exceeds the 1 permitted experts"),
        ({"specific_experts": 2}, "uses one expert of each kind"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        layer_of(**options)


def test_a_learned_router_cannot_be_merged():
    with pytest.raises(ConfigError, match="no single matrix"):
        layer_of(router="learned").merge()
