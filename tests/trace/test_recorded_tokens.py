"""The Trace of a model with one chain for the tokens of all modalities: told per modality and step."""

import mmkernels
import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.models import batch_of

OPTIONS = {"width": 8, "state": 4, "layers": 2, "steps": 6}


def trained(ds, name="alignmamba2", **options):
    return mm.train.fit(mm.models.build(name, ds.spec, **OPTIONS, **options), ds, epochs=1, progress=False)


def seen_by(run, split, chosen):
    with torch.no_grad(), run.at_epoch(run.best_epoch) as model:
        steps = model.encode(batch_of(split, chosen))
        return steps, model.observe(steps)


@pytest.mark.parametrize("options", [{}, {"order": "concatenated"}, {"bidirectional": True}])
def test_the_recorded_states_give_the_operators_output_token_by_token(ragged, options):
    run = trained(ragged, **options)
    trace = mm.trace.record(run, ragged["test"], traced=[0, 1, 2], coalitions=False)
    operator = trace["operator"].to_dataset()
    valid = trace["states"]["valid"].values
    read = operator["h"].values * operator["C"].values[..., None, :]
    _, seen = seen_by(run, ragged["test"], [0, 1, 2])
    forward = [tokens for tokens in seen.tokens if not tokens.backward]
    assert not valid.all()
    for layer, (scan, places, _, _) in enumerate(forward):
        y = mmkernels.coupled_scan(*scan[:5], None, scan.W[0], mask=scan.mask, backend="reference")[0].numpy()
        for sample, modality, time in np.argwhere(valid):
            there = y[sample, int(places[modality, sample, time])]
            np.testing.assert_allclose(read[sample, layer, modality, time].sum(-1), there, atol=1e-5)
    assert np.isnan(trace["states"]["coupling"].values).all()
    assert len(forward) == trace["states"].sizes["layer"] == 2


def test_the_influence_of_tokens_is_the_operators_in_the_order_of_speaking(toy):
    run = trained(toy)
    group = mm.trace.record(run, toy["test"], traced=[0], coalitions=False)["influence"]
    _, seen = seen_by(run, toy["test"], [0])
    speaking = run.model.order.modalities
    for layer, tokens in enumerate(seen.tokens):
        _, dt, A, B, C, _, W, _ = tokens.scan
        K = mmkernels.coupled_influence(dt[:, 0], A, B[:, 0], C[:, 0], None, W[0]).of_inputs[0, :, 0].numpy()
        for (m, t), (n, s) in (((0, 3), (1, 2)), ((1, 5), (0, 5)), ((0, 0), (1, 0)), ((1, 2), (0, 4))):
            heard = K[t * len(speaking) + speaking.index(m), s * len(speaking) + speaking.index(n)]
            np.testing.assert_allclose(group["influence"].values[0, layer, m, t, n, s], heard, rtol=1e-4, atol=1e-7)
    assert float(group["influence"].where(group["source_block"] > group["block"], 0).max()) == 0


def test_a_layer_that_reads_both_ways_also_moves_what_came_before_and_no_token_moves_nothing(ragged):
    group = mm.trace.record(trained(ragged, bidirectional=True), ragged["test"], traced=[0, 1, 2], coalitions=False)
    moved, valid = group["influence"]["influence"], group["states"]["valid"].values
    assert float(moved.where(moved["source_block"] > moved["block"], 0).max()) > 0
    for sample, modality, time in np.argwhere(~valid):
        assert float(abs(moved.values[sample, :, modality, time]).max()) == 0
        assert float(abs(moved.values[sample, ..., modality, time]).max()) == 0


def test_routing_names_who_served_whom(ragged):
    trace = mm.trace.record(trained(ragged), ragged["test"], traced=[0, 1, 2], coalitions=False)
    group = trace["routing"].to_dataset()
    owners, weight = group["owner"].values, group["weight"]
    assert set(owners) == {"", *ragged.spec.names}
    assert weight.dims == ("epoch", "traced", "layer", "modality", "time", "expert")
    valid = trace["states"]["valid"].values.transpose(1, 0, 2)  # modality, traced, time
    for k, name in enumerate(ragged.spec.names):
        mine = weight.isel(modality=k).transpose("traced", "time", "expert", "epoch", "layer").values
        serving = [e for e, owner in enumerate(owners) if owner in ("", name)]
        others = [e for e, owner in enumerate(owners) if owner not in ("", name)]
        assert (mine[valid[k]][:, serving] > 0).all()
        assert (mine[valid[k]][:, others] == 0).all()
        assert (mine[~valid[k]] == 0).all()


def test_transport_holds_every_pair_and_its_distance_is_mass_times_cost(ragged):
    trace = mm.trace.record(trained(ragged), ragged["test"], traced=[0, 1, 2], coalitions=False)
    group = trace["transport"].to_dataset()
    assert len(group["source"]) == len(ragged.spec.names) - 1
    assert set(group["anchor"].values) | set(group["source"].values) == set(ragged.spec.names)
    total = (group["plan"] * group["cost"]).sum(("time", "anchor_time")).values
    best = group["distance"].sel(epoch=trace.attrs["best_epoch"]).values
    there = np.isfinite(best)
    assert there.any()
    assert not there.all()
    np.testing.assert_allclose(best[there], total[there], rtol=1e-5)
