"""How far modalities are apart: nought for twins, two for strangers, and in the Trace for every epoch."""

import numpy as np
import pytest

import mmviz as mm
from mmviz.trace.alignment import a_distance


def test_twins_are_at_no_distance_and_strangers_at_the_largest():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 200, 4))
    assert a_distance(x, y) < 0.3
    assert a_distance(x, y + 10) == 2
    assert 0.8 < a_distance(x, y + np.array([1.35, 0, 0, 0])) < 1.2  # a shift of 1.35: half of (2 Φ(0.675) - 1) = 0.5
    assert np.isnan(a_distance(x[:4], y))


def test_distances_of_every_pair_and_epoch_are_those_of_the_penalties(toy):
    model = mm.models.build(
        "alignmamba2", toy.spec, width=8, layers=1, steps=6, ot=0.5, mmd=0.25, direction="to_anchor"
    )
    run = mm.train.fit(model, toy, epochs=2, progress=False)
    trace = mm.trace.record(run, toy["test"], traced=2, coalitions=False)
    group = trace["alignment"].to_dataset()
    assert group["ot"].dims == ("epoch", "pair")
    assert group["epoch"].values.tolist() == [0, 1, 2]
    batch = mm.models.batch_of(toy["test"])
    with run.at_epoch(2) as model:
        _, penalties = model.learn(model.encode(batch))
    assert group["ot"].sel(epoch=2).sum().item() == pytest.approx(penalties["ot"].item() / 0.5, rel=1e-4)
    assert group["mmd"].sel(epoch=2).sum().item() == pytest.approx(penalties["mmd"].item() / 0.25, rel=1e-3)
    assert (group["a_distance"].values <= 2).all()


def test_a_model_that_does_not_align_is_measured_when_asked(toy, toy_run):
    assert "alignment" not in mm.trace.record(toy_run, toy["test"], traced=1, coalitions=False).children
    asked = mm.trace.record(toy_run, toy["test"], traced=1, epochs=[0], coalitions=False, alignment=True)
    assert len(asked["alignment"]["source"]) == len(toy.spec.names) - 1
