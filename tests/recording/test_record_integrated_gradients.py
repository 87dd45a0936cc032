"""Attribution by integrated gradients in a Trace: exact for a linear module, complete for others, named as what it is."""

import numpy as np
import pytest
import torch
from torch import nn
from user_scans import Encoders, pair

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.recording import end_to_end, integrated_gradients

pytest.importorskip("captum", reason="captum is not installed: pip install -e '.[explain]'")
RULE = "integrated gradients"


class Linear(nn.Module):
    """Two logits, the weighted sums of all frames."""

    def __init__(self, spec):
        super().__init__()
        rng = torch.Generator().manual_seed(0)
        self.weight = nn.ParameterDict(
            {m.name: torch.randn(m.steps, m.features, 2, generator=rng) for m in spec.modalities}
        )

    def forward(self, values):
        return sum(torch.einsum("btf,tfk->bk", values[n], w) for n, w in self.weight.items())


def recorded_by(net, ds, *, missing="zeros", rule="auto", rows=(0, 2), **options):
    run = mm.train.as_run(mm.models.adapt(net.eval(), ds.spec, missing=missing, **options))
    return mm.record(run, ds["test"], recorded_samples=list(rows), attribution=rule)


@pytest.mark.parametrize("missing", ["zeros", "mean"])
def test_the_shares_of_a_linear_module_are_weight_times_input_minus_imputation(missing):
    ds = pair((8, 6))
    net = Linear(ds.spec)
    group = recorded_by(net, ds, missing=missing, rule=RULE)
    steps = group.attrs["steps"]["count"]
    at = {"text": np.arange(8) * steps // 8, "audio": np.arange(6) * steps // 6}
    rows = [0, 2]
    for m, modality in enumerate(ds.spec.modalities):
        base = 0.0 if missing == "zeros" else np.asarray(modality.mean)
        moved = ds["test"].inputs[modality.name][rows] - base
        frames = np.einsum("btf,tfk->bkt", moved, net.weight[modality.name].detach().numpy())
        np.testing.assert_allclose(group["attribution_frames"][modality.name]["share"], frames, atol=1e-5)
        for t in range(steps):
            share = group["attribution"]["share"].values[:, :, m, t]
            np.testing.assert_allclose(share, frames[:, :, at[modality.name] == t].sum(-1), atol=1e-5)
    logit = net({n: torch.from_numpy(np.array(x[rows])) for n, x in ds["test"].inputs.items()}).detach().numpy()
    np.testing.assert_allclose(group["attribution"]["logit"], logit, atol=1e-5)
    np.testing.assert_allclose(
        group["attribution"]["bias"] + group["attribution"]["share"].sum(("modality", "time")), logit, atol=1e-4
    )


def test_the_shares_of_a_module_with_scans_add_up_and_the_bias_is_the_prediction_without_any_modality():
    ds = pair()
    trace = recorded_by(Encoders(ds.spec), ds, missing="mean", scans="auto")
    group = trace["attribution"].to_dataset()
    assert group.attrs["rule"] == group.attrs["label"] == RULE
    assert float(group["conservation_error"].max()) < 1e-3 * float(abs(group["logit"]).max())
    nothing = trace["coalitions"]["prediction"].values[[0, 2], 0]
    np.testing.assert_allclose(torch.softmax(torch.from_numpy(group["bias"].values), -1), nothing, atol=1e-5)
    found = mm.analysis.end_to_end(trace)
    assert found.attrs["rule"] == RULE
    assert "stream" not in found
    assert "prefix" not in found
    np.testing.assert_allclose(found["bias"] + found["by_modality"].sum("modality") - found["total"], 0, atol=1e-3)
    with pytest.raises(DataError, match=r"rule 'integrated gradients'. holds no share_of_mean"):
        mm.analysis.end_to_end(trace, baseline="mean")
    assert [str(n) for n in trace["faithfulness"]["explanation"].values] == [RULE, "random", "recency"]


def test_the_attribution_of_a_fusion_by_integrated_gradients_is_relative_to_encoder_outputs_of_zero(toy, toy_run):
    trace = mm.record(toy_run, toy["test"], recorded_samples=2, epochs=[], coalitions=False, attribution=RULE)
    frozen = mm.record(toy_run, toy["test"], recorded_samples=2, epochs=[], coalitions=False)
    group, other = trace["attribution"].to_dataset(), frozen["attribution"].to_dataset()
    np.testing.assert_allclose(group["logit"], other["logit"], atol=1e-5)
    steps = toy_run.model.encode(mm.models.batch_of(toy["test"], group["recorded_sample"].values))
    with torch.no_grad():
        at_zero = toy_run.model.fuse(steps._replace(x=torch.zeros_like(steps.x)))
    np.testing.assert_allclose(group["bias"], at_zero, atol=1e-5)
    assert float(group["conservation_error"].max()) < 0.02 * float(abs(group["logit"] - group["bias"]).max())
    assert group["share"].shape == other["share"].shape


class PerToken(nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.table = nn.Embedding(4, 2)

    def forward(self, values):
        return self.table(values["words"][..., 0].long()).mean(1)


def test_token_ids_have_no_integrated_gradients():
    rng = np.random.default_rng(0)
    words = rng.integers(0, 4, (24, 5, 1)).astype(np.float32)
    ds = mm.data.from_arrays(
        {"words": words}, (words[:, 0, 0] > 1).astype(int), split={"train": 0.5, "valid": 0.25, "test": 0.25}
    )
    trace = recorded_by(PerToken(ds.spec), ds)
    assert "attribution" not in trace.children
    assert any("modality 'words' holds token ids" in note for note in trace.attrs["notes"])
    with pytest.raises(ConfigError, match="modality 'words' holds token ids, which have no gradient"):
        recorded_by(PerToken(ds.spec), ds, rule=RULE)


def test_auto_leaves_out_integrated_gradients_that_cost_much_and_states_how_to_record_them(monkeypatch):
    ds = pair()
    monkeypatch.setattr(integrated_gradients, "AUTO_OPERATIONS", 1.0)
    trace = recorded_by(Encoders(ds.spec), ds)
    assert "attribution" not in trace.children
    note = next(n for n in trace.attrs["notes"] if n.startswith("No end-to-end attribution"))
    assert "record it with attribution='integrated gradients'" in note
    assert "attribution" in recorded_by(Encoders(ds.spec), ds, rule=RULE).children
    assert RULE in end_to_end.ATTRIBUTIONS
