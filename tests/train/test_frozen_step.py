"""Optimizer steps that leave some parameters, and their moments, bit for bit as they are."""

import pytest
import torch
from torch import nn

import mmviz as mm
from mmviz.train.frozen_step import frozen, without_step
from mmviz.train.modality_parameters import Part, modality_parameters


def stepped(optimizer, model, parts=None):
    loss = sum((p * (1 + torch.arange(p.numel()).view_as(p))).sum() for p in model.parameters())
    optimizer.zero_grad()
    loss.backward()
    if parts is None:
        optimizer.step()
        return
    without_step(parts)
    with frozen(optimizer, parts):
        optimizer.step()


@pytest.mark.parametrize("name", ["concat", "coupled_mamba", "late", "lmf"])
@pytest.mark.parametrize("first", [False, True])
def test_a_frozen_modality_keeps_values_and_moments_and_all_else_makes_its_step(toy, name, first):
    small = {"layers": 1, "state": 4} if name in ("coupled_mamba", "late") else {}
    model = mm.models.build(name, toy.spec, width=8, **small)
    optimizer = torch.optim.AdamW(model.parameters(), 0.01, weight_decay=0.1)
    if not first:
        stepped(optimizer, model)
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    moments = {n: {k: v.clone() for k, v in optimizer.state[p].items()} for n, p in model.named_parameters()}
    parts = modality_parameters(model, 1)
    names = {id(p): n for n, p in model.named_parameters()}
    stepped(optimizer, model, parts)
    still = {n: torch.zeros_like(v, dtype=torch.bool) for n, v in before.items()}
    for part in parts:
        still[names[id(part.parameter)]][part.rows] = True
    for n, p in model.named_parameters():
        same = p.detach() == before[n]
        assert same[still[n]].all()
        assert not same[~still[n]].any()
        if still[n].all() and first:
            assert not optimizer.state[p], "it was never stepped on"
            continue
        for key in ("exp_avg", "exp_avg_sq"):
            was = moments[n].get(key, torch.zeros_like(before[n]))
            assert torch.equal(optimizer.state[p][key][still[n]], was[still[n]])


def test_a_gradient_of_zero_alone_moves_the_weights_by_momentum_and_decay():
    """The published code of G2D sets gradients to zero."""
    model = nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(model.parameters(), 0.01, weight_decay=0.1)
    stepped(optimizer, model)
    before = model.weight.detach().clone()
    model.weight.grad.zero_()
    optimizer.step()
    assert not torch.equal(model.weight, before)


def test_rows_are_restored_where_the_step_fails_and_without_an_optimizer():
    weight = nn.Parameter(torch.arange(6.0).view(3, 2))
    part = Part("weight", weight, slice(1, 2))

    def failing_step():
        with frozen(None, [part]):
            weight.data += 1
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        failing_step()
    assert weight.tolist() == [[1, 2], [2, 3], [5, 6]]
