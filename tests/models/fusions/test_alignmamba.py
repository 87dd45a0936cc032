"""AlignMamba and AlignMamba-2 as models: transport by loops, exact prefixes, exports, merged experts, bad input."""

import dataclasses

import numpy as np
import pytest
import torch
from mmkernels import mmd_squared, pairwise_cost

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.models import batch_of, build
from mmviz.models.base import Observation
from mmviz.models.batch import Steps
from mmviz.models.registry import name_of

KINDS = (
    {"order": "concatenated"},
    {"bidirectional": True},
    {"variant": "B"},
    {"router": "learned", "shared_experts": 2, "top_k": 2},
    {"experts": "specific", "order": "concatenated", "bidirectional": True},
)


@pytest.fixture
def batch(toy):
    return batch_of(toy["train"], range(6))


@pytest.fixture
def ragged_batch(ragged):
    return batch_of(ragged["train"], range(6))


@pytest.fixture(scope="module")
def single():
    """One modality, one step."""
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, 20)
    x = rng.normal(size=(20, 1, 3)) + target[:, None, None]
    splits = {"train": slice(0, 10), "valid": slice(10, 15), "test": slice(15, 20)}
    return mm.data.from_arrays(
        {name: {"image": x[s]} for name, s in splits.items()},
        {name: target[s] for name, s in splits.items()},
        classes=["no", "yes"],
        name="single",
    )


def small(name, spec, **options):
    return build(name, spec, **{"width": 8, "state": 4, **options}).eval()


def noise(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("options", KINDS)
@torch.no_grad()
def test_every_alignmamba_variant_is_exact_for_prefixes_padding_and_subsets(toy, batch, options):
    batch.valid[batch.names[0]][1] = False
    batch.valid[batch.names[1]][2, 5:7] = False
    model = small("alignmamba2", toy.spec, steps=8, **options)
    prefixes = model.prefixes(batch)
    assert model.causal is (not {"order", "bidirectional"} & set(options))
    torch.testing.assert_close(prefixes[:, -1], model(batch), rtol=0, atol=2e-6)
    for stop in (1, 4, 7):
        valid = {n: v & (torch.arange(v.shape[1]) < stop * 3) for n, v in batch.valid.items()}
        cut = model(dataclasses.replace(batch, valid=valid))
        torch.testing.assert_close(prefixes[:, stop - 1], cut, rtol=0, atol=2e-6)
    steps = model.encode(batch)
    members = torch.rand(len(batch), 3, generator=torch.Generator().manual_seed(0)) < 0.5
    shifted = Steps(
        *(torch.nn.functional.pad(part, pad) for part, pad in zip(steps, ((0, 0, 2, 1), (2, 1)), strict=True))
    )
    torch.testing.assert_close(model.fuse(shifted), model.fuse(steps), rtol=0, atol=2e-6)
    torch.testing.assert_close(model.fuse(steps.masked(members)), model(batch.masked(members)), rtol=0, atol=2e-6)


@pytest.mark.parametrize("options", KINDS)
def test_every_parameter_of_every_alignmamba_variant_has_a_gradient(ragged, ragged_batch, options):
    model = small("alignmamba2", ragged.spec, steps=6, **options)
    answer, penalties = model.training_forward(model.encode(ragged_batch))
    assert set(penalties) == {"ot", "mmd"} | ({"balance"} if "router" in options else set())
    (answer.square().sum() + sum(penalties.values())).backward()
    for parameter, value in model.named_parameters():
        assert value.grad is not None, parameter
        assert bool(torch.isfinite(value.grad).all()), parameter


@torch.no_grad()
def test_a_batch_without_a_modality_equals_the_model_of_the_other_modalities(toy, batch):
    model = small("alignmamba2", toy.spec)
    for out in range(3):
        kept = [m for m in range(3) if m != out]
        less = small(
            "alignmamba2", dataclasses.replace(toy.spec, modalities=tuple(toy.spec.modalities[m] for m in kept))
        )
        less.order = dataclasses.replace(
            less.order, modalities=tuple(kept.index(m) for m in model.order.modalities if m != out)
        )
        weights = model.state_dict()
        for name, value in less.state_dict().items():
            if "encoders" in name:
                *head, at, tail = name.split(".", 3)
                source = weights[".".join((*head, str(kept[int(at)]), tail))]
            else:
                source = weights[name][kept] if "specific" in name or "logits" in name else weights[name]
            value.copy_(source)
        members = torch.tensor([m != out for m in range(3)]).expand(len(batch), -1)
        expected = less(dataclasses.replace(batch.masked(members)).ordered([batch.names[m] for m in kept]))
        torch.testing.assert_close(model(batch.masked(members)), expected, rtol=0, atol=2e-6)


class Inference(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x, mask):
        return self.model.fuse(Steps(x, mask))


def graph_of(model):
    x, mask = noise(3, 2, 5, 8), torch.ones(3, 2, 5, dtype=torch.bool)
    program = torch.export.export(Inference(model.eval()), (x, mask))
    return [(node.op, str(node.target), str(node.args), str(node.kwargs)) for node in program.graph.nodes]


def test_the_exported_inference_is_the_same_graph_with_and_without_alignment(toy):
    without = graph_of(small("alignmamba2", toy.spec, ot=0.0, mmd=0.0))
    assert graph_of(small("alignmamba2", toy.spec, ot=1.0, mmd=1.0)) == without
    assert graph_of(small("alignmamba2", toy.spec, ot=1.0, plan="entropic", mmd_over="batch")) == without
    assert any("scan" in target for _, target, _, _ in without)
    assert not any(word in str(without) for word in ("transport", "mmd", "argmin", "cdist"))


@pytest.mark.parametrize("variant", ["A", "B"])
@torch.no_grad()
def test_a_merged_model_predicts_the_same_with_a_smaller_graph(toy, batch, variant):
    model = small("alignmamba2", toy.spec, variant=variant)
    merged = model.merged()
    torch.testing.assert_close(merged(batch), model(batch), rtol=0, atol=1e-6)
    assert len(graph_of(merged)) < len(graph_of(model))
    assert not any("shared" in name or "specific" in name for name, _ in merged.named_parameters())
    assert name_of(merged) == "alignmamba2"
    with pytest.raises(ConfigError, match="expert weights per token"):
        small("alignmamba2", toy.spec, router="learned").merged()


def test_training_adds_penalties_that_do_not_change_the_prediction(toy, batch):
    """The same weights, the same answer; other gradients."""
    plain, aligned = (small("alignmamba2", toy.spec, ot=w, mmd=w) for w in (0.0, 1.0))
    gradients = []
    for model in (plain, aligned):
        answer, penalties = model.training_forward(model.encode(batch))
        (answer.square().mean() + sum(penalties.values())).backward()
        gradients.append(model.encoders.encoders[1].net[0].weight.grad)  # 0 is the anchor
        assert torch.equal(answer, model(batch))
        assert bool(sum(penalties.values()) > 0) is (model is aligned)
    assert not torch.allclose(*gradients)


def test_alignment_brings_the_modalities_together(toy):
    distances = []
    for weight in (0.0, 1.0):
        model = build("alignmamba2", toy.spec, width=8, steps=6, ot=weight, mmd=weight)
        run = mm.train.fit(model, toy, epochs=3, progress=False, select="last")
        with torch.no_grad():
            seen = run.model.observe(run.model.encode(batch_of(toy["test"])))
        distances.append([float(pair.distance.mean() + pair.mmd.mean()) for pair in seen.plans])
    assert all(after < before for before, after in zip(*distances, strict=True))


def nearest(x, y):
    return pairwise_cost(x[None], y[None])[0].argmin(1)


@pytest.mark.parametrize("normalize", ["literal", "barycentric"])
@torch.no_grad()
def test_steps_are_transported_to_their_cheapest_step_of_the_anchor(toy, normalize):
    model = small("alignmamba", toy.spec, normalize=normalize, anchor=toy.spec.names[1])
    if model.unmatched is not None:
        model.unmatched.copy_(noise(3, 8))
    mask = torch.rand(3, 4, 6, generator=torch.Generator().manual_seed(2)) > 0.3
    mask[0, 1] = mask[1, 2] = mask[:, 3] = False
    steps = Steps(noise(3, 4, 6, 8) * mask[..., None], mask)
    x, landed = model.transported(steps)
    assert torch.equal(landed, model.transported_mask(mask))
    assert torch.equal(x[1], steps.x[1])
    for m, b in ((0, 0), (2, 0), (2, 1)):
        rows, columns = steps.x[m, b][mask[m, b]], steps.x[1, b][mask[1, b]]
        goes, arrived = nearest(rows, columns), x[m, b][mask[1, b]]
        assert torch.equal(landed[m, b], mask[1, b])
        for j in range(len(columns)):
            moved = rows[goes == j]
            if normalize == "literal":
                expected = moved.sum(0) / len(rows)
            else:
                expected = moved.mean(0) if len(moved) else model.unmatched[m]
            torch.testing.assert_close(arrived[j], expected, rtol=0, atol=1e-6)
    assert not landed[0, 1].any()  # absent, whatever the anchor has
    for m in (0, 2):  # no anchor: where they were
        own = steps.x[m, 2] / (mask[m, 2].sum() if normalize == "literal" else 1)
        torch.testing.assert_close(x[m, 2], own, rtol=0, atol=1e-6)
        assert torch.equal(landed[m, 2], mask[m, 2])
    assert not landed[:, 3].any()
    assert not x[~landed].any()


def test_alignmambas_penalty_and_plans_are_of_the_transported_steps(toy):
    model = small("alignmamba", toy.spec, mmd=0.5, anchor=toy.spec.names[2])
    mask = torch.ones(3, 4, 6, dtype=torch.bool)
    mask[0, 1] = mask[2, 2] = False
    steps = Steps(noise(3, 4, 6, 8) * mask[..., None], mask)
    seen = model.observe(steps)
    x = model.transported(steps).x
    expected = sum(
        mmd_squared(x[m, b], x[2, b]) for m in (0, 1) for b in range(4) if mask[m, b].any() and mask[2, b].any()
    )
    torch.testing.assert_close(seen.penalties["mmd"], 0.5 * expected / 4, rtol=0, atol=1e-6)
    assert [(pair.source, pair.anchor) for pair in seen.plans] == [(n, toy.spec.names[2]) for n in toy.spec.names[:2]]
    for m, pair in enumerate(seen.plans):
        for b in range(4):
            if not (mask[m, b].any() and mask[2, b].any()):
                assert bool(pair.distance[b].isnan())
                continue
            goes = nearest(steps.x[m, b], steps.x[2, b])
            assert torch.equal(pair.plan[b], torch.nn.functional.one_hot(goes, 6) / 6)
    assert seen.routing == []
    learned = Observation(training=True)
    model.streams(steps, learned)
    torch.testing.assert_close(learned.penalties["mmd"], seen.penalties["mmd"])
    assert learned.plans == []


@pytest.mark.parametrize("name", ["alignmamba", "alignmamba2"])
@torch.no_grad()
def test_one_modality_of_one_step_and_an_empty_sample_give_finite_predictions(single, name):
    model, batch = small(name, single.spec), batch_of(single["train"])
    assert bool(torch.isfinite(model(batch)).all())
    torch.testing.assert_close(model.prefixes(batch)[:, 0], model(batch))
    answer, penalties = model.training_forward(model.encode(batch))
    assert torch.equal(answer, model(batch))
    assert not any(value.item() for value in penalties.values())
    nothing = model(batch.masked(torch.zeros(len(batch), 1, dtype=torch.bool)))
    torch.testing.assert_close(nothing, model.head(torch.zeros(len(batch), 8)))


@pytest.mark.parametrize("name", ["alignmamba", "alignmamba2"])
def test_a_sample_without_the_anchor_is_predicted_and_an_unknown_anchor_is_refused(toy, batch, name):
    model = small(name, toy.spec)
    without = batch.masked(torch.tensor([False, True, True]).expand(len(batch), -1))
    answer, penalties = model.training_forward(model.encode(without))
    assert bool(torch.isfinite(answer).all())
    assert not any(value.item() for value in penalties.values())
    with pytest.raises(ConfigError, match=r"anchor .*='smell'; use one of"):
        build(name, toy.spec, anchor="smell")


@pytest.mark.parametrize("name", ["alignmamba", "alignmamba2"])
def test_a_modality_of_another_width_is_refused(toy, batch, name):
    values = dict(batch.values)
    first = batch.names[0]
    values[first] = torch.cat([values[first], values[first]], -1)
    with pytest.raises(DataError, match=f"modality '{first}': values have shape"):
        small(name, toy.spec)(dataclasses.replace(batch, values=values))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("alignmamba", {"normalize": "softmax"}, "use one of 'literal', 'barycentric'"),
        ("alignmamba", {"mmd": -1.0}, "AlignMamba: mmd=-1.0"),
        ("alignmamba2", {"specific_experts": 0}, "specific_experts=0; give a whole number of at least 1"),
        ("alignmamba2", {"shared_experts": 2}, 'pass router="learned"'),
        ("alignmamba2", {"router": "learned", "top_k": 5}, "top_k=5 exceeds the 2 permitted experts"),
        ("alignmamba2", {"balance": -0.1}, "balance=-0.1"),
        ("alignmamba2", {"order": "random"}, "order='random'; use one of"),
        ("alignmamba2", {"expert": "both"}, "did you mean 'experts'"),
    ],
)
def test_wrong_options_are_refused(toy, name, options, message):
    with pytest.raises(ConfigError, match=message):
        build(name, toy.spec, **options)


@pytest.mark.parametrize("name", ["alignmamba", "alignmamba2"])
def test_a_run_comes_back_from_disk(toy, batch, name, tmp_path):
    run = mm.train.fit(small(name, toy.spec, steps=6), toy, epochs=1, out=tmp_path / "run", progress=False)
    again = mm.train.load(tmp_path / "run")
    assert again.model.config == run.model.config
    with torch.no_grad():
        assert torch.equal(again.model(batch), run.model(batch))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("alignmamba", {}),
        ("alignmamba2", {"bidirectional": True, "router": "learned"}),
        ("alignmamba2", {"plan": "entropic"}),
    ],
)
def test_under_mixed_precision_distances_are_float32_and_gradients_finite(toy, batch, name, options):
    model = small(name, toy.spec, steps=6, **options)
    with torch.autocast("cpu", torch.bfloat16):
        answer, penalties = model.training_forward(model.encode(batch))
    assert {value.dtype for value in penalties.values()} == {torch.float32}
    (answer.square().sum() + sum(penalties.values())).backward()
    assert all(bool(torch.isfinite(p.grad).all()) for p in model.parameters())
    torch.testing.assert_close(answer.float(), model(batch), rtol=0, atol=0.05)


@pytest.mark.parametrize(("options", "moved"), [({}, True), ({"anchor_gradient": False}, False)])
def test_the_penalty_of_alignmamba_has_a_gradient_to_the_anchor_unless_it_is_stopped(toy, batch, options, moved):
    model = small("alignmamba", toy.spec, **options)
    x, mask = model.encode(batch)
    x = x.detach().requires_grad_()
    _, penalties = model.training_forward(Steps(x, mask))
    found = torch.autograd.grad(penalties["mmd"], x)[0]
    others = [m for m in range(len(x)) if m != model.anchor]
    assert bool(found[model.anchor].any()) is moved
    assert bool(found[others].any())


def test_the_default_stops_the_gradient_to_the_anchor_in_alignmamba2_only():
    assert mm.models.registry.config_of("alignmamba2").anchor_gradient is False
    assert mm.models.registry.config_of("alignmamba").anchor_gradient is True
