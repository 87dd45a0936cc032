"""The memory chain: its equations, the identities of its alignment and memory, every base, and what training changes."""

import dataclasses
import itertools

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models import batch_of
from mmviz.models.fusions.correlation_alignment import CorrelationAlignment, sample_mixture
from mmviz.models.fusions.memory_chain import MemoryCell, wrap_in_memory_chain
from mmviz.train.modality_parameters import modality_parameters

BASES = mm.models.available()
SMALL = {"tfn": {"width": 4}, **{key: {"layers": 1, "state": 4} for key in ("coupled_mamba", "late", "alignmamba2")}}


def chain(ds, base="concat", *, seen=True, **options):
    """Return a chain whose buffers are not those of a new model: it has seen some batches."""
    inner = dict(SMALL.get(base, {}))
    width = inner.pop("width", 8)
    options = {"width": width, "dropout": 0.0, **options}
    model = mm.models.build("memory_chain", ds.spec, base=base, base_options=inner, **options)
    if seen:
        model.train()
        with torch.no_grad():
            for start in (0, 8, 16):
                model.training_forward(model.encode(batch_of(ds["train"], range(start, start + 8))))
        model.set_order(torch.randperm(len(ds.spec.names), generator=torch.Generator().manual_seed(2)).tolist())
    return model.eval()


@pytest.fixture
def batch(toy):
    return batch_of(toy["train"], range(6))


def without(batch, *names):
    return batch.masked(torch.tensor([n not in names for n in batch.names]).expand(len(batch), -1))


@torch.no_grad()
def test_the_cell_equals_the_documented_lstm():
    cell = MemoryCell(2, 3)
    torch.nn.init.normal_(cell.bias)
    x, h, c = torch.randn(3, 5, 1, 3)
    W = cell.gates.weight.chunk(4)
    b = cell.bias[1].chunk(4)
    f, i, g, o = (torch.cat([x, h], -1) @ w.t() + v for w, v in zip(W, b, strict=True))
    state = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * torch.tanh(g)
    torch.testing.assert_close(cell(x, h, c, 1), (torch.sigmoid(o) * torch.tanh(state), state))


@torch.no_grad()
def test_with_forget_gate_1_and_input_gate_0_the_cell_state_stays_the_initial_one(toy, batch):
    model = chain(toy, alignment="none")
    width = model.config.width
    assert bool(model.cell_state.any())
    model.cell.bias[:, :width] = 1e4
    model.cell.bias[:, width : 2 * width] = -1e4
    found = model.chain(*model.pooled(model.encode(batch)))
    assert torch.equal(found.cell[:, 0], model.cell_state.expand(6, -1))


@torch.no_grad()
def test_the_prediction_is_the_head_of_the_last_or_of_the_mean_hidden_state(toy, batch):
    models = {readout: chain(toy, readout=readout, seen=False) for readout in ("last", "mean")}
    models["mean"].load_state_dict(models["last"].state_dict())
    model = models["last"]
    pooled, present = model.pooled(model.encode(batch))
    h = c = torch.zeros(6, 1, 8)
    states = []
    for m in range(3):
        h, c = model.cell(pooled[m], h, c, m)
        states.append(h)
    torch.testing.assert_close(model.fuse_pooled(pooled, present), model.head(h))
    mean = torch.stack(states).mean(0)
    torch.testing.assert_close(models["mean"].fuse_pooled(pooled, present), model.head(mean))
    alone = chain(toy, memory=False, seen=False)
    alone.load_state_dict(model.state_dict())
    zero = torch.zeros(6, 1, 8)
    summed = sum(model.head(model.cell(pooled[m], zero, zero, m)[0]) for m in range(3))
    torch.testing.assert_close(alone.fuse_pooled(pooled, present), summed)


def filled(width=6, modalities=3, threshold=0.3, mix=0.5):
    """Return an alignment after some batches of correlated features."""
    found = CorrelationAlignment(modalities, width, threshold=threshold, mix=mix, decay=0.9)
    generator = torch.Generator().manual_seed(1)
    for _ in range(20):
        shared = torch.randn(1, 32, width, generator=generator)
        x = shared + torch.randn(modalities, 32, width, generator=generator)
        for m in range(modalities):
            found.update(x, torch.ones(modalities, 32, dtype=torch.bool), m)
    return found


def test_without_mixing_or_without_correlation_the_features_are_unchanged():
    x = torch.randn(5, 6)
    assert torch.equal(filled(mix=0.0)(x, 0, 1), x)
    new = CorrelationAlignment(3, 6, threshold=0.3, mix=0.5, decay=0.9)
    torch.testing.assert_close(new(x, 0, 1), x, rtol=0, atol=0)
    assert not torch.equal(filled(threshold=0.05)(x, 0, 1), x)


def test_the_running_correlations_are_those_of_the_features():
    found = filled()
    eye = torch.eye(6)
    for i, j in itertools.permutations(range(3), 2):
        torch.testing.assert_close(found.correlation[i, j], found.correlation[j, i].t(), rtol=0, atol=0)
        assert (found.correlation[i, j] - 0.5 * eye).abs().max() < 0.25  # ρ = 1 / (1 + 1), 32 samples a batch
    one = CorrelationAlignment(2, 4, threshold=0.3, mix=0.5, decay=0.9)
    x = torch.randn(2, 50, 4)
    for m in range(2):
        one.update(x, torch.ones(2, 50, dtype=torch.bool), m)
    expected = torch.corrcoef(torch.cat([x[0], x[1]], 1).t())[:4, 4:]
    torch.testing.assert_close(one.correlation[0, 1], expected, rtol=0, atol=1e-5)


def test_the_transport_is_made_of_the_correlations_above_the_threshold_and_empty_rows_are_the_identity():
    found = filled(width=3, modalities=2)
    C = torch.tensor([[0.9, 0.1, 0.0], [-0.5, 0.0, 0.2], [0.0, 0.0, 0.29]])
    found.correlation[0, 1] = C
    T = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    torch.testing.assert_close(found.transport(0, 1), T)  # only feature 0 of the stronger has entries above 0.3
    found.correlation[0, 1] = torch.tensor([[0.8, 0.6, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    raw = torch.tensor([[0.64, 0.48], [0.48, 0.36]])
    T[:2, :2] = raw / raw.sum(1, keepdim=True)
    torch.testing.assert_close(found.transport(0, 1), T)
    x = torch.randn(4, 3)
    torch.testing.assert_close(found(x, 0, 1), 0.5 * x + 0.5 * x @ T.t())


@pytest.mark.parametrize("width", [1, 4])
def test_constant_features_single_samples_and_absent_modalities_give_finite_statistics(width):
    found = CorrelationAlignment(2, width, threshold=0.3, mix=0.5, decay=0.9)
    present = torch.tensor([[True], [True]])
    for value in (3.0, 3.0, 3.0):
        x = torch.stack([torch.full((1, width), value), torch.randn(1, width)])
        for m in range(2):
            found.update(x, present, m)
    assert not found.correlation.any()
    before = {k: v.clone() for k, v in found.state_dict().items()}
    found.update(x, torch.tensor([[True], [False]]), 1)
    assert all(torch.equal(v, before[k]) for k, v in found.state_dict().items())


def test_a_sample_mixture_is_a_softmax_over_the_correlated_samples_and_leaves_the_others():
    weaker, x = torch.randn(4, 6), torch.randn(4, 6)
    both = torch.tensor([True, True, True, False])
    x[0] = weaker[1]  # so that one correlation is 1
    C = torch.corrcoef(torch.cat([weaker, x]))[:4, 4:]
    found = sample_mixture(x, weaker, both, threshold=0.3, mix=0.5)
    for s in range(4):
        kept = (C[:, s] > 0.3) & both & both[s]
        expected = x[s]
        if kept.any():
            w = torch.where(kept, C[:, s], -torch.inf).softmax(0)
            expected = 0.5 * x[s] + 0.5 * (w @ x)
        torch.testing.assert_close(found[s], expected)
    assert torch.equal(found[3], x[3])
    assert not torch.equal(found[0], x[0])


@pytest.mark.parametrize("readout", ["last", "mean"])
@pytest.mark.parametrize("alignment", ["feature", "sample", "none"])
@torch.no_grad()
def test_a_prediction_depends_on_no_other_sample(toy, batch, readout, alignment):
    model = chain(toy, readout=readout, alignment=alignment)
    whole, order = model(batch), torch.tensor([3, 1, 0, 2, 5, 4])
    assert torch.equal(model(batch.samples(order)), whole[order])
    for i in range(6):
        torch.testing.assert_close(model(batch.sample(i))[0], whole[i], rtol=0, atol=5e-7)


@pytest.mark.parametrize("memory", [True, False])
@torch.no_grad()
def test_a_missing_modality_is_the_chain_without_it(toy, batch, memory):
    model = chain(toy, memory=memory)
    order = [int(m) for m in model.order]
    for gone in range(3):
        rest = [m for m in order if m != gone]
        pooled, present = model.pooled(model.encode(without(batch, batch.names[gone])))
        h, c = model.hidden.expand(6, 1, -1), model.cell_state.expand(6, 1, -1)
        empty, outputs = (h, c), []
        for place, m in enumerate(rest):
            x = pooled[m] if not place else model.alignment(pooled[m], rest[place - 1], m)
            h, c = model.cell(x, *((h, c) if memory else empty), m)
            outputs.append(model.head(h))
        expected = outputs[-1] if memory else sum(outputs)
        torch.testing.assert_close(model.fuse_pooled(pooled, present), expected, rtol=0, atol=1e-6)
    nothing = model(without(batch, *batch.names))
    torch.testing.assert_close(nothing, model.head(model.hidden.expand(6, -1)))


@pytest.mark.parametrize("base", BASES)
def test_the_chain_around_every_fusion_satisfies_the_contract(toy, batch, base):
    batch.valid[batch.names[0]][1] = False
    batch.valid[batch.names[1]][2, 5:7] = False
    model = chain(toy, base)
    model(batch).square().sum().backward()
    missing = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.isfinite().all()]
    assert missing == []
    assert model.causal == model.base.causal
    with torch.no_grad():
        whole = model(batch)
        prefixes = model.prefixes(batch)
        torch.testing.assert_close(prefixes[:, -1], whole, rtol=0, atol=2e-6)
        for stop in (5, 11):
            cut = {n: v & (torch.arange(v.shape[1]) < stop) for n, v in batch.valid.items()}
            expected = model(dataclasses.replace(batch, valid=cut))
            torch.testing.assert_close(prefixes[:, stop - 1], expected, rtol=0, atol=2e-6)
        for i in range(3):
            torch.testing.assert_close(model(batch.sample(i))[0], whole[i], rtol=0, atol=2e-6)
        found = []
        for kept in itertools.product([False, True], repeat=3):
            subset = batch.masked(torch.tensor(kept).expand(6, -1))
            noise = {
                n: x if there else torch.full_like(x, torch.nan)
                for (n, x), there in zip(batch.values.items(), kept, strict=True)
            }
            found.append(model(subset))
            assert torch.equal(found[-1], model(dataclasses.replace(subset, values=noise)))
        assert len({tuple(f.flatten().tolist()) for f in found}) == 8


@pytest.mark.parametrize("base", BASES)
def test_wrapping_keeps_the_weights_of_encoders_and_streams_and_leaves_the_model_unchanged(toy, batch, base):
    options = {"width": 8} | SMALL.get(base, {})
    inner = mm.models.build(base, toy.spec, seed=5, **options).eval()
    before = {k: v.clone() for k, v in inner.state_dict().items()}
    outer = wrap_in_memory_chain(inner, readout="mean").eval()
    assert outer.config.readout == "mean"
    assert list(inner.state_dict()) == list(before)
    assert all(torch.equal(v, before[k]) for k, v in inner.state_dict().items())
    with torch.no_grad():
        steps = inner.encode(batch)
        torch.testing.assert_close(outer.pooled(outer.encode(batch))[0], inner.pooled(steps)[0])
    again = mm.models.build("memory_chain", toy.spec, **dataclasses.asdict(outer.config)).eval()
    again.load_state_dict(outer.state_dict())
    with torch.no_grad():
        assert torch.equal(again(batch), outer(batch))


@torch.no_grad()
def test_order_statistics_and_memory_are_saved_with_the_weights_and_frozen_in_evaluation(toy, batch):
    model, other = chain(toy), chain(toy, seen=False)
    buffers = {k: v.clone() for k, v in model.named_buffers()}
    assert model.order.tolist() != [0, 1, 2]
    assert all(bool(buffers[name].any()) for name in ("hidden", "cell_state", "alignment.correlation"))
    model.training_forward(model.encode(batch))  # in evaluation
    assert all(torch.equal(v, buffers[k]) for k, v in model.named_buffers())
    other.load_state_dict(model.state_dict())
    assert torch.equal(other(batch), model(batch))
    model.set_order([1, 2, 0] if model.order.tolist() != [1, 2, 0] else [2, 1, 0])
    assert not torch.equal(other(batch), model(batch))


@torch.no_grad()
def test_training_moves_the_initial_memory_towards_the_mean_of_the_last_memories(toy, batch):
    model = chain(toy).train()
    old = model.hidden.clone(), model.cell_state.clone()
    end = model.chain(*model.pooled(model.encode(batch)))
    model.training_forward(model.encode(batch))
    torch.testing.assert_close(model.hidden, 0.9 * old[0] + 0.1 * end.hidden[:, 0].mean(0))
    torch.testing.assert_close(model.cell_state, 0.9 * old[1] + 0.1 * end.cell[:, 0].mean(0))


@pytest.mark.parametrize("base", ["concat", "late", "lmf"])
@pytest.mark.parametrize("options", [{}, {"readout": "mean"}, {"memory": False}, {"alignment": "sample"}])
def test_the_pass_of_a_link_has_a_gradient_for_its_modality_and_the_shared_weights_only(toy, batch, base, options):
    model = chain(toy, base, **options)
    order = [int(m) for m in model.order]
    for place, m in enumerate(order):
        members = torch.zeros(3, dtype=torch.bool)
        members[order[: place + 1]] = True
        steps = model.encode(batch).masked(members.expand(6, -1))
        model.zero_grad()
        found = model.train().link_forward(steps, m)
        with torch.no_grad():
            expected = model.eval().fuse(steps)
        if options.get("alignment") != "sample":
            torch.testing.assert_close(found.output, expected)  # the prediction of the coalition
        found.output.square().sum().backward()
        for k in range(3):
            moved = [p.gradient is not None and bool(p.gradient.any()) for p in modality_parameters(model, k)]
            assert any(moved) == (k == m)
        assert bool(model.cell.gates.weight.grad.any())
        assert bool(model.head[1].weight.grad.any())


def test_the_memory_of_earlier_links_has_no_gradient(toy, batch):
    model = chain(toy)
    order = [int(m) for m in model.order]
    pooled, present = model.pooled(model.encode(batch))
    pooled = pooled.detach().requires_grad_()
    model.chain(pooled, present, link=order[1]).output.sum().backward()
    assert [bool(pooled.grad[m].any()) for m in order] == [False, True, False]
    pooled.grad = None
    model.chain(pooled, present).output.sum().backward()
    assert all(bool(pooled.grad[m].any()) for m in order)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"readout": "first"}, "use one of 'last', 'mean'"),
        ({"alignment": "samples"}, "did you mean 'sample'"),
        ({"threshold": 1.0}, "threshold=1 has no effect"),
        ({"mix": 1.5}, "mix=1.5"),
        ({"decay": -0.1}, "decay=-0.1"),
        ({"base": "equilibrium"}, "a wrapper, which cannot wrap"),
        ({"base": "memory_chain"}, "a wrapper, which cannot wrap itself"),
    ],
)
def test_wrong_options_of_a_memory_chain_are_refused(toy, options, message):
    with pytest.raises(ConfigError, match=message):
        mm.models.build("memory_chain", toy.spec, **options)
