"""The influence map in the Trace: the operator's own, block by block, causal, and absent where nothing is scanned."""

import mmkernels
import numpy as np
import torch

import mmviz as mm
from mmviz.models import batch_of
from mmviz.trace import influence as module


def test_the_recorded_map_is_the_operators(toy, toy_run, trace):
    group = trace["influence"].to_dataset()
    batch = batch_of(toy["test"], group["traced"].values)
    with torch.no_grad(), toy_run.at_epoch(toy_run.best_epoch) as model:
        scans = model.observe(model.encode(batch)).scans
    for layer, scan in enumerate(scans):
        x, dt, A, B, C, _, W, mask = scan
        held = None if mask is None else mask[:, 2]
        K = mmkernels.coupled_influence(dt[:, 2], A, B[:, 2], C[:, 2], None, W[2], mask=held, reduce="none").of_inputs
        moved = (K * x[:, 2]).abs().mean(-1).numpy()
        np.testing.assert_allclose(group["influence"].values[2, layer], K.abs().mean(-1).numpy(), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(group["effect"].values[2, layer], moved, rtol=1e-4, atol=1e-6)


def test_nothing_is_moved_by_what_comes_later(trace):
    group = trace["influence"]["influence"]
    later = group["source_block"] > group["block"]
    assert float(group.where(later, 0).max()) == 0
    assert float(group.where(~later, 0).max()) > 0


def test_long_sequences_are_averaged_in_blocks(toy, toy_run, trace, monkeypatch):
    monkeypatch.setattr(module, "BLOCKS", 4)
    width = module.steps_per_block(toy_run.model.steps)
    coarse = mm.trace.record(toy_run, toy["test"], traced=[5], epochs=[0], coalitions=False)["influence"]
    fine = trace["influence"]["influence"].values[2:3]
    assert coarse.attrs["steps_per_block"] == width > 1
    corner = fine[..., :width, :, :width].mean((-1, -3))
    np.testing.assert_allclose(coarse["influence"].values[..., 0, :, 0], corner, rtol=1e-4, atol=1e-6)


def test_a_model_without_a_scan_has_no_map_and_one_can_leave_it_out(toy, toy_run):
    run = mm.train.fit(mm.models.build("concat", toy.spec, width=8), toy, epochs=1, progress=False)
    assert "influence" not in mm.trace.record(run, toy["test"], traced=2).children
    assert "influence" not in mm.trace.record(toy_run, toy["test"], traced=2, influence=False).children
