"""The ablation of the alignment: page and JSON agree, the rule of decision, and the variants are what the page says."""

import json

import alignment_ablation as ablation
import numpy as np
import pytest
import torch
from alignment_variants import VARIANTS, ClassConditional, PlanOrder, SharedExpert, register_variants

import mmviz as mm
from mmviz.models import batch_of
from mmviz.models.base import Observation
from mmviz.models.batch import Steps

NAMES = [ablation.REFERENCE, *(v for v in ablation.VARIANTS | ablation.STRONG if v != ablation.REFERENCE)]


@pytest.fixture(autouse=True)
def _registered():
    register_variants()
    yield
    for name in VARIANTS:
        mm.models.unregister(name)


@pytest.fixture(scope="module")
def toy():
    return mm.data.synthetic(n=60, steps=12, delays=[0, 2, 4], seed=0, task="classification")


def test_the_tables_of_the_page_are_those_of_the_stored_json():
    stored = json.loads(ablation.STORED.read_text(encoding="utf-8"))
    text = ablation.PAGE.read_text(encoding="utf-8")
    assert ablation.page(text, stored) == text
    changed = json.loads(json.dumps(stored))
    changed["accuracy"]["watch"]["default"]["0"] += 0.05
    assert ablation.page(text, changed) != text


def made_up(gain, seeds=5):
    """Return accuracies where the variant 'default' gains ``gain`` (set) beside a small variation over seeds."""
    rng = np.random.default_rng(0)
    found = {}
    for name, more in zip(ablation.SETS, gain, strict=True):
        base = 0.8 + 0.02 * rng.normal(size=seeds)
        found[name] = {v: base + 0.005 * rng.normal(size=seeds) + (more if v == "default" else 0) for v in NAMES}
        found[name][ablation.REFERENCE] = base
    return found


@pytest.mark.parametrize(
    ("gain", "helps"), [((0.05, 0.05, 0.05), True), ((0.0, 0.0, 0.0), False), ((-0.1, 0.2, 0.2), False)]
)
def test_a_variant_helps_only_with_a_gain_beyond_the_seeds_and_without_a_set_that_loses(gain, helps):
    variants = [v for v in ablation.VARIANTS if v != ablation.REFERENCE]
    rows = ablation.compared(made_up(gain), variants, ablation.REFERENCE)
    assert rows["default"]["helps"] is helps
    assert not any(rows[v]["helps"] for v in variants if v != "default")
    assert all(row["p_holm"] >= row["all"]["p_t"] for row in rows.values())


def test_a_seed_that_is_not_complete_is_left_out():
    every = {s: {v: {"0": 0.5, "1": 0.6} for v in NAMES} for s in ablation.SETS}
    del every["watch"]["default"]["1"]
    assert all(len(values) == 1 for by in ablation.complete({"accuracy": every}).values() for values in by.values())


def penalties(model, batch):
    observation = Observation(training=True)
    model.alignment(model.encode(batch), observation)
    return observation.penalties


def test_the_class_conditional_penalty_is_the_mean_over_samples_of_the_mmd_of_their_class(toy):
    model = mm.models.build("alignmamba2_class_conditional", toy.spec, width=8, layers=1, state=2, ot=0.0, mmd=1.0)
    assert isinstance(model, ClassConditional)
    batch = batch_of(toy["train"], range(10))
    found = penalties(model, batch)["mmd"].item()
    x, anchor, expected = model.encode(batch).x, model.alignment.anchor, 0.0
    for c in batch.target.unique():
        rows = batch.target == c
        for m in range(len(x)):
            if m != anchor:
                points = (x[k][rows].flatten(0, 1)[None] for k in (m, anchor))
                masks = torch.ones(1, int(rows.sum()) * x.shape[2], dtype=torch.bool)
                expected += model.config.discrepancy(*points, masks, masks).item() * int(rows.sum()) / 10
    assert found == pytest.approx(expected, rel=1e-5)
    one_class = batch_of(toy["train"], np.flatnonzero(toy["train"].target == 1)[:6])
    plain = mm.models.build("alignmamba2", toy.spec, width=8, layers=1, state=2, ot=0.0, mmd=1.0, mmd_over="batch")
    plain.load_state_dict(model.state_dict())
    assert penalties(model, one_class)["mmd"].item() == pytest.approx(
        penalties(plain, one_class)["mmd"].item(), rel=1e-5
    )


def test_the_shared_expert_variant_compares_that_experts_outputs(toy):
    options = {"width": 8, "layers": 1, "state": 2, "ot": 1.0, "mmd": 1.0}
    model = mm.models.build("alignmamba2_shared_expert", toy.spec, **options)
    assert isinstance(model, SharedExpert)
    batch = batch_of(toy["train"], range(6))
    before = penalties(model, batch)
    with torch.no_grad():
        model.layers[0].mixer.into.specific.add_(1.0)
    assert penalties(model, batch) == before  # modality-specific experts do not matter
    with torch.no_grad():
        model.layers[0].mixer.into.shared.copy_(torch.randn_like(model.layers[0].mixer.into.shared))
    assert penalties(model, batch)["mmd"] != before["mmd"]


def test_the_plan_order_puts_a_token_before_the_anchor_step_with_the_lowest_cost(toy):
    model = mm.models.build("alignmamba2_plan_order", toy.spec, width=8, layers=1, state=2)
    assert isinstance(model, PlanOrder)
    assert not model.causal
    anchor = model.alignment.anchor
    x = torch.zeros(3, 1, 4, 8)
    x[:, 0] = torch.eye(8)[:4]
    shifted = x.clone()
    other = next(m for m in range(3) if m != anchor)
    shifted[other, 0] = x[other, 0].flip(0)  # step i of this modality equals step 3 - i of the anchor
    mask = torch.ones(3, 1, 4, dtype=torch.bool)
    position = model.arrangement(Steps(shifted, mask)).positions(1, 12, x.device)
    assert sorted(position.flatten().tolist()) == list(range(12))
    for i in range(4):
        assert position[anchor, 0, i] // 3 == i
        assert position[other, 0, i] // 3 == 3 - i
        assert position[other, 0, i] < position[anchor, 0, 3 - i]
    without = mask.clone()
    without[anchor] = False
    kept = model.arrangement(Steps(shifted, without)).positions(1, 12, x.device)[other, 0]
    assert (kept.diff() > 0).all()


def test_the_follow_up_is_shown_from_two_complete_seeds_on():
    one, strong = ablation.FOLLOW_UP
    stored = {"follow_up": {one: {"5": 0.5, "6": 0.6}, strong: {"5": 0.7}}}
    assert ablation.follow_up_lines(stored) == ablation.follow_up_lines({}) == ["Follow-up: not measured yet.", ""]
    stored["follow_up"][strong]["6"] = 0.82
    assert "| 55.0 | 76.0 | +21.0 [" in ablation.follow_up_lines(stored)[4]
