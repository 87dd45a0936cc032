"""Early fusion: what the one sequence is, and who may pool it."""

import dataclasses

import pytest
import torch

from mmviz.errors import ConfigError
from mmviz.models import batch_of, build


@torch.no_grad()
def test_the_blocks_read_the_mean_of_the_modalities_that_are_valid_at_a_step(toy):
    batch = batch_of(toy["train"], range(3))
    batch.valid[batch.names[0]][1, 4:] = False
    batch.valid[batch.names[2]][2] = False
    model = build("early", toy.spec, width=8, join="average").eval()
    steps = model.encode(batch)
    got = model.streams(steps)
    for b in range(3):
        there = [[m for m in range(3) if steps.mask[m, b, t]] for t in range(model.steps)]
        one = torch.stack([steps.x[m, b, t].mean(0) for t, m in enumerate(there)])
        for block in model.blocks:
            one = block(one[None, None])[0, 0]
        torch.testing.assert_close(got[0, b], model.norm(one), rtol=0, atol=2e-6)


@torch.no_grad()
def test_a_mean_does_not_know_whose_features_it_reads_and_a_concatenation_does(toy):
    batch = batch_of(toy["train"], range(3))
    for join, same in (("average", True), ("concat", False)):
        model = build("early", toy.spec, width=8, join=join).eval()
        steps = model.encode(batch)
        swapped = steps._replace(x=steps.x.flip(0))
        assert torch.allclose(model.fuse(steps), model.fuse(swapped), atol=2e-6) is same


@torch.no_grad()
def test_a_step_that_nobody_has_is_passed_over(toy):
    batch = batch_of(toy["train"], range(3))
    gap = {n: v & (torch.arange(v.shape[1]) != 5) for n, v in batch.valid.items()}
    model = build("early", toy.spec, width=8).eval()
    wild = {n: torch.where(gap[n][..., None], x, 1e6) for n, x in batch.values.items()}
    first = model(dataclasses.replace(batch, valid=gap))
    assert torch.equal(first, model(dataclasses.replace(batch, values=wild, valid=gap)))
    assert not torch.equal(first, model(batch))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"join": "sum"}, "choose average or concat"), ({"layers": 0}, "≥ 1"), ({"dt_rank": 0}, "None for ceil")],
)
def test_wrong_options_of_early_fusion_are_refused(toy, options, message):
    with pytest.raises(ConfigError, match=message):
        build("early", toy.spec, **options)
