"""Edits inside a captured model: the observed change is that of the operator's map; modes, repeated calls and wrong options."""

import numpy as np
import pytest
import torch
from captured_models import LateFusion, UserBlock, selective_scan_ref, values
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError, NothingCapturedError
from mmviz.models import Edit, capture
from mmviz.models.batch import batch_of
from mmviz.models.ssm.edited_scan import ScanEdit
from mmviz.recording.edited_layers import edited_layers


@pytest.fixture
def model():
    torch.manual_seed(0)
    return LateFusion([UserBlock(), UserBlock(groups=2, gated=True)]).eval()


def run(model, edits=None, inputs=None, kernel="original"):
    with torch.no_grad(), capture(model, edits=edits, kernel=kernel) as scans:
        logits = model(values() if inputs is None else inputs)
    return logits, scans


EDITS = {
    "patch": [Edit.patch(6, 0.7, channels=[1, 4], states=2)],
    "zero": [Edit.zero(6, channels=[0, 1, 2])],
    "freeze": [Edit.freeze(6)],
    "silence": [Edit.silence(6, samples=1)],
    "memory": [Edit.cut(0, 0, step=6)],
    "several": [Edit.silence(3, channels=1), Edit.patch(6, 1.0), Edit.freeze(12, samples=0)],
}


@pytest.mark.parametrize("name", list(EDITS))
@pytest.mark.parametrize(
    ("dtype", "accuracy", "kernel"), [(torch.float32, 1e-5, "original"), (torch.float64, 1e-10, "mmkernels")]
)
def test_the_observed_change_of_scan_and_logits_equals_the_prediction_of_the_map(model, name, dtype, accuracy, kernel):
    model, inputs = model.to(dtype), [v.to(dtype) for v in values()]  # selective_scan_ref fails in float64
    plain, scans = run(model, None, inputs, kernel)
    edits = {f"encoders.{k}": EDITS[name] for k in range(2)}
    edited, cut = run(model, edits, inputs, kernel)
    predicted = scans.predict(edits)
    assert list(predicted) == ["encoders.0", "encoders.1"]
    logits = torch.zeros_like(plain)
    for k, (site, change) in enumerate(predicted.items()):
        observed = cut[site].y - scans[site].y
        assert float((observed - change).abs().max()) <= accuracy * float(observed.abs().max())
        assert float(observed.abs().max()) > 1e-2 * float(scans[site].y.abs().max())
        gate = scans[site].z
        change = change if gate is None else change * torch.nn.functional.silu(gate)
        out = change.permute(1, 2, 0, 3).flatten(2) @ model.encoders[k].out.weight.detach().T
        logits += out.mean(1) @ model.head.weight.detach()[:, 8 * k : 8 * k + 8].T
    assert float((edited - plain - logits).abs().max()) <= accuracy * float(plain.abs().max())
    assert cut["encoders.0"].edits == tuple(EDITS[name])
    np.testing.assert_array_equal(cut["encoders.0"].inputs.x, scans["encoders.0"].inputs.x)


@pytest.mark.parametrize("version", [1, 2])
def test_edits_of_transformers_mamba_mixers_equal_the_prediction_of_the_map(version):
    pytest.importorskip("transformers")
    from transformers import Mamba2Config, MambaConfig
    from transformers.models.mamba.modeling_mamba import MambaMixer
    from transformers.models.mamba2.modeling_mamba2 import Mamba2Mixer

    torch.manual_seed(0)
    if version == 1:
        mixers = [MambaMixer(MambaConfig(hidden_size=8, state_size=4, num_hidden_layers=1), 0) for _ in range(2)]
    else:
        config = Mamba2Config(
            hidden_size=8, state_size=4, num_heads=4, head_dim=4, n_groups=2, num_hidden_layers=1, chunk_size=8
        )
        mixers = [Mamba2Mixer(config, 0) for _ in range(2)]
    net = LateFusion(mixers).eval()
    for parameter in net.parameters():
        nn.init.normal_(parameter.data, std=0.3) if parameter.ndim > 1 else None
    plain, scans = run(net)
    streams = scans[0].x.shape[0]
    edits = {
        "encoders.0": [Edit.silence(5, stream=streams - 1)],
        "encoders.1": [Edit.transplant(9, scans["encoders.0"]), Edit.zero(14, states=1)],
    }
    edited, cut = run(net, edits)
    for site, change in scans.predict(edits).items():
        observed = cut[site].y - scans[site].y
        assert float((observed - change).abs().max()) <= 1e-5 * float(observed.abs().max())
        assert float(observed.abs().max()) > 1e-2 * float(scans[site].y.abs().max())
    assert float((edited - plain).abs().max()) > 1e-5


def test_a_cut_edge_of_a_coupled_model_equals_the_same_edit_of_its_layer(toy):
    model = mm.models.build("coupled_mamba", toy.spec, width=8, layers=2, state=4).eval()
    batch = batch_of(toy["test"], [0, 5])
    with torch.no_grad():
        plain = model(batch)
        with capture(model) as scans:
            model(batch)
        site = scans.sites[0]
        with capture(model, edits={site: [Edit.cut(0, 1, step=4)]}) as cut:
            edited = model(batch)
        W = torch.full_like(scans[0].W, torch.nan)
        W[:, 0, 1] = 0.0
        where = torch.zeros(scans[0].x.shape[:3], dtype=torch.bool)
        where[0, :, 4:] = True
        with edited_layers(model, {0: ScanEdit("edge", where, torch.ones(scans[0].x.shape[3], dtype=torch.bool), W)}):
            expected = model(batch)
    assert float((edited - plain).abs().max()) > 1e-6
    np.testing.assert_array_equal(edited, expected)
    change = scans.predict({site: [Edit.cut(0, 1, step=4)]})[site]
    np.testing.assert_allclose(cut[0].y - scans[0].y, change, atol=1e-6)
    assert not change[:, :, :4].any()
    assert not change[1:, :, 4].any()


class SilentBlock(UserBlock):
    """A block whose scan receives zeros from step 6 on."""

    def forward(self, x):
        u, delta, B, C, z = self.projections(x)
        kept = (torch.arange(u.shape[2]) < 6).to(u.dtype)
        y = selective_scan_ref(u * kept, delta, self.A, B, C, self.D, z=z, delta_bias=self.bias, delta_softplus=True)
        return self.out(y.transpose(1, 2))


def test_gradients_under_edits_equal_those_of_a_module_written_with_the_edit(model):
    written = LateFusion([SilentBlock(), SilentBlock(groups=2, gated=True)])
    written.load_state_dict(model.state_dict())
    with capture(model, edits={f"encoders.{k}": Edit.silence(6) for k in range(2)}):
        model(values()).square().sum().backward()
    written(values()).square().sum().backward()
    for (name, one), other in zip(model.named_parameters(), written.parameters(), strict=True):
        np.testing.assert_allclose(one.grad, other.grad, atol=1e-4, rtol=1e-4, err_msg=name)


def test_a_module_in_train_mode_runs_its_own_dropout_under_edits(model):
    model.encoders[0].out = nn.Sequential(model.encoders[0].out, nn.Dropout(0.5))
    model.train()
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append(run(model, {"encoders.0": Edit.freeze(5)})[0])
    np.testing.assert_array_equal(*results)
    assert not torch.equal(results[0], run(model, {"encoders.0": Edit.freeze(5)})[0])
    assert model.training


def test_a_half_precision_module_receives_its_own_dtype_from_an_edited_scan(model):
    half, inputs = model.bfloat16(), [v.bfloat16() for v in values()]
    plain, scans = run(half, inputs=inputs)
    edits = {"encoders.0": Edit.silence(6)}
    edited, cut = run(half, edits, inputs)
    assert edited.dtype == torch.bfloat16
    assert cut["encoders.0"].output.dtype == scans["encoders.0"].output.dtype
    observed, change = cut["encoders.0"].y - scans["encoders.0"].y, scans.predict(edits)["encoders.0"]
    assert float((observed - change).abs().max()) <= 1e-5 * float(observed.abs().max())
    assert float((edited - plain).float().abs().max()) > 1e-2


class Twice(nn.Module):
    """One block called for a long and for a short sequence."""

    def __init__(self):
        super().__init__()
        self.block = UserBlock(width=6)

    def forward(self, x):
        """Return the outputs at both lengths."""
        return self.block(x), self.block(x[:, :8])


def test_an_edit_of_a_module_is_applied_to_each_call_and_one_with_a_number_to_that_call():
    torch.manual_seed(0)
    net, inputs = Twice(), values()[0]
    plain, scans = run(net, inputs=inputs)
    both, _ = run(net, {"block": Edit.silence(4)}, inputs)
    first, _ = run(net, {"block#1": Edit.silence(12)}, inputs)
    second, _ = run(net, {"block#2": Edit.silence(4)}, inputs)
    assert [not torch.equal(a, b) for a, b in zip(plain, both, strict=True)] == [True, True]
    assert [not torch.equal(a, b) for a, b in zip(plain, first, strict=True)] == [True, False]
    assert [not torch.equal(a, b) for a, b in zip(plain, second, strict=True)] == [False, True]
    assert list(scans.predict({"block": Edit.silence(4)})) == ["block", "block#2"]
    assert list(scans.predict({"block#2": Edit.silence(4)})) == ["block#2"]
    with pytest.raises(ConfigError, match=r"Edit.silence of scan 'block#2': step \(the scan has 8 steps\)=12"):
        run(net, {"block": Edit.silence(12)}, inputs)
    again = net(inputs)
    np.testing.assert_array_equal(again[0].detach(), plain[0])


@pytest.mark.parametrize(
    ("edits", "error", "message"),
    [
        ({"encoders.2": Edit.silence(1)}, ConfigError, "'encoders.2', which is no module of LateFusion"),
        ({"head": Edit.silence(1)}, NothingCapturedError, "no scan was captured at 'head'"),
        ({"encoders.0": Edit.silence(20)}, ConfigError, r"'encoders.0': step \(the scan has 20 steps\)=20"),
        ({"encoders.0": Edit.freeze(2, stream=1)}, ConfigError, "stream: 1, the scan has 1 streams"),
        ({"encoders.1": Edit.cut(0, 1)}, ConfigError, "its streams are independent"),
        ({"encoders.0": "silence"}, ConfigError, "expected a list of mm.models.Edit"),
        ([Edit.silence(1)], ConfigError, "edits is a list, expected a mapping"),
    ],
)
def test_an_edit_that_does_not_fit_the_model_is_refused_and_the_model_is_restored(model, edits, error, message):
    plain = model(values())
    with pytest.raises(error, match=message):
        run(model, edits)
    np.testing.assert_array_equal(model(values()).detach(), plain.detach())


def test_predict_refuses_sites_that_were_not_captured_and_changes_that_are_no_edits(model):
    _, scans = run(model)
    with pytest.raises(ConfigError, match=r"there is no site 'encoders.7'; captured: 'encoders.0', 'encoders.1'"):
        scans.predict({"encoders.7": Edit.silence(1)})
    with pytest.raises(
        ConfigError, match=r"predict: edits\['encoders.0'\] contains a function, expected mm.models.Edit"
    ):
        scans.predict({"encoders.0": [lambda inputs: []]})


def test_mmkernels_gives_each_state_its_own_gradient_where_the_rates_of_a_channel_are_equal(model):
    model.encoders[0].A.data[:] = -0.7
    model(values()).square().sum().backward()
    expected = model.encoders[0].A.grad.clone()
    model.zero_grad()
    with capture(model, kernel="mmkernels"):
        model(values()).square().sum().backward()
    np.testing.assert_allclose(model.encoders[0].A.grad, expected, atol=1e-4, rtol=1e-4)
    assert len(set(expected[0].tolist())) > 1
