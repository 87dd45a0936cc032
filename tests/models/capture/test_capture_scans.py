"""Captured scans: the model is unchanged, the values are the operator's, and what cannot be captured is named."""

import math

import pytest
import torch
from captured_models import LateFusion, UserBlock, selective_scan_ref, values
from mmkernels import coupled_influence, coupled_scan
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError, NothingCapturedError, ScanDiffersError


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def fusion(**options):
    return LateFusion([UserBlock(**options), UserBlock(channels=20, states=6, **options)]).eval()


@pytest.mark.parametrize("options", [{}, {"groups": 2}, {"gated": True}, {"groups": 4, "gated": True}])
def test_capture_leaves_the_output_of_a_user_model_unchanged_and_replays_each_scan_to_1e_6(options):
    net, inputs = fusion(**options), values()
    plain = net(inputs)
    with mm.models.capture(net) as scans:
        captured = net(inputs)
    assert torch.equal(plain, captured)
    assert scans.sites == ["encoders.0", "encoders.1"]
    groups = options.get("groups", 1)
    assert [scan.shape for scan in scans] == [(groups, 2, 20, 12 // groups, 4), (groups, 2, 20, 20 // groups, 6)]
    for scan in scans:
        assert scan.replay_error < 1e-6
        assert (*scan.x.shape, scan.A.shape[-1]) == scan.shape
        assert scan.heads == 1


def test_captured_values_are_the_arguments_of_the_call_in_the_names_of_the_operator():
    block, x = UserBlock(gated=True), values(features=(8, 8))[0]
    u, delta, B, C, z = block.projections(x)
    with mm.models.capture(block) as scans:
        block(x)
    scan = scans[""]
    torch.testing.assert_close(scan.x[0], u.transpose(1, 2))
    torch.testing.assert_close(scan.dt[0], nn.functional.softplus(delta.transpose(1, 2) + block.bias))
    torch.testing.assert_close(scan.A[0], block.A.data)
    torch.testing.assert_close(scan.B[0], B.transpose(1, 2))
    torch.testing.assert_close(scan.C[0], C.transpose(1, 2))
    torch.testing.assert_close(scan.D[0], block.D.data)
    torch.testing.assert_close(scan.z[0], z.transpose(1, 2))
    assert torch.equal(scan.W, torch.ones(2, 1, 1))
    assert scan.mask is None
    assert scan.h0 is None
    y = selective_scan_ref(u, delta, block.A, B, C, block.D, None, block.bias, True)
    torch.testing.assert_close(scan.y[0], y.transpose(1, 2), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(
        scan.output, (scan.y * nn.functional.silu(scan.z))[0].transpose(1, 2), atol=1e-5, rtol=1e-5
    )


def test_states_half_life_and_influence_of_a_captured_scan_follow_from_its_recurrence():
    net = fusion(groups=2)
    with mm.models.capture(net) as scans:
        net(values())
    scan = scans["encoders.1"]
    h = scan.states()
    assert tuple(h.shape) == (2, 2, 20, 10, 6)
    read = torch.einsum("mblen,mbln->mble", h, scan.C) + scan.D[:, None, None] * scan.x
    torch.testing.assert_close(read, scan.y, atol=1e-6, rtol=1e-5)
    middle = scan.dt.sort(2).values[:, :, 9:11].mean(2)
    torch.testing.assert_close(
        torch.exp(middle[..., None] * scan.A[:, None] * scan.half_life()), torch.full_like(h[:, :, 0], 0.5)
    )
    K = scan.influence(sample=1, reduce="none").of_inputs
    torch.testing.assert_close(torch.einsum("mtnse,nse->mte", K, scan.x[:, 1]), scan.y[:, 1], atol=1e-6, rtol=1e-5)
    at_once = coupled_influence(scan.dt[:, 1], scan.A, scan.B[:, 1], scan.C[:, 1], scan.D, scan.W[1], bin_steps=5)
    torch.testing.assert_close(scan.influence(sample=1, bin_steps=5).of_inputs, at_once.of_inputs)
    with pytest.raises(ConfigError, match="sample must be from 0 to 1"):
        scan.influence(sample=2)


def test_half_life_leaves_out_steps_that_are_not_valid():
    net = fusion()
    with mm.models.capture(net) as scans:
        net(values())
    valid = torch.zeros(2, 20, dtype=torch.bool)
    valid[:, 3] = True
    expected = math.log(2) / (-scans[0].A[:, None] * scans[0].dt[:, :, 3, :, None])
    torch.testing.assert_close(scans[0].half_life(valid), expected)


def test_capture_of_a_coupled_model_contains_its_coupling_weights_and_mask():
    ds = mm.data.load("watch")
    model = mm.models.build("coupled_mamba", ds.spec, width=8).eval()
    batch = mm.models.batch_of(ds["test"].take([0, 1]))
    seen = model.observe(model.encode(batch))
    with mm.models.capture(model) as scans:
        model(batch)
    assert len(scans) == len(seen.scans)
    for scan, own in zip(scans, seen.scans, strict=True):
        assert scan.replay_error == 0
        for name, tensor in own._asdict().items():
            assert torch.equal(getattr(scan, name), tensor) if tensor is not None else scan.mask is None
    assert scans[0].influence().of_inputs[0, :, 1].abs().max() > 0


class Looped(nn.Module):
    """One block called three times."""

    def __init__(self):
        super().__init__()
        self.block = UserBlock()
        self.same = self.block

    def forward(self, x):
        return self.same(self.block(self.block(x)))


def test_a_block_with_shared_weights_is_one_site_and_its_calls_are_numbered():
    net, x = Looped(), values(features=(8, 8))[0]
    with mm.models.capture(net) as scans:
        net(x)
    assert scans.sites == ["block", "block#2", "block#3"]
    assert scans["block#1"] is scans["block"] is scans[0]
    assert not torch.equal(scans[0].x, scans[1].x)
    with pytest.raises(ConfigError, match=r"no site 'block#4'; captured: 'block', 'block#2'"):
        scans["block#4"]


def test_functions_are_restored_after_the_block_and_after_an_error_in_it():
    before = UserBlock.forward.__globals__["selective_scan_ref"]
    net = fusion()
    with mm.models.capture(net):
        net(values())
        assert UserBlock.forward.__globals__["selective_scan_ref"] is not before
    assert UserBlock.forward.__globals__["selective_scan_ref"] is before

    def fails():
        with mm.models.capture(net):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fails()
    assert UserBlock.forward.__globals__["selective_scan_ref"] is before


class Recurrent(nn.Module):
    """A model without a scan."""

    def __init__(self):
        super().__init__()
        self.text, self.audio = nn.GRU(8, 8, batch_first=True), nn.LSTM(8, 8, batch_first=True)

    def forward(self, x):
        return self.text(x)[0] + self.audio(x)[0]


def test_a_model_without_a_scan_raises_with_a_list_of_its_recurrent_modules():
    net, x = Recurrent(), values(features=(8, 8))[0]
    with (
        pytest.raises(NothingCapturedError, match=r"text \(GRU\): nonlinear recurrence.*audio \(LSTM\)"),
        mm.models.capture(net),
    ):
        net(x)
    with (
        pytest.raises(NothingCapturedError, match="No module looks recurrent"),
        mm.models.capture(nn.Linear(8, 8)) as scans,
    ):
        pass
    assert repr(scans) == "No captured scans of Linear"


def test_a_model_that_did_not_run_in_the_block_raises_and_names_its_scan_modules():
    with (
        pytest.raises(NothingCapturedError, match="selective_scan_ref, which was not called"),
        mm.models.capture(fusion()),
    ):
        pass


def scaled(u, delta, A, B, C):
    """Return something else than a selective scan."""
    return (
        2
        * coupled_scan(
            *(q.transpose(1, 2)[None] for q in (u, delta)), A[None], *(q.transpose(1, 2)[None] for q in (B, C))
        )[0].mT
    )


class Scaled(UserBlock):
    """A block whose function has the arguments of a scan, but is none."""

    def forward(self, x):
        u, delta, B, C, _ = self.projections(x)
        return self.out(scaled(u, delta.exp(), self.A, B, C).transpose(1, 2))


def test_a_function_with_the_arguments_of_a_scan_that_is_none_is_refused_when_a_value_is_read():
    net, x = Scaled(), values(features=(8, 8))[0]
    plain = net(x)
    with mm.models.capture(net) as scans:
        assert torch.equal(net(x), plain)
    assert scans[0].replay_error == pytest.approx(0.5, abs=1e-3)
    assert "differs, not a selective scan" in repr(scans)
    for read in (lambda: scans[0].x, lambda: scans[0].states(), scans[0].influence, scans.check):
        with pytest.raises(ScanDiffersError, match=r"differs by 5\.0e-01"):
            read()
    with (
        pytest.raises(ScanDiffersError, match="differs by"),
        mm.models.capture(net, check=True),
    ):
        net(x)


def test_the_table_lists_site_function_sizes_replay_error_and_modules_that_were_not_captured():
    net = LateFusion([UserBlock(), Recurrent()]).eval()
    with mm.models.capture(net) as scans:
        net(values())
    lines = repr(scans).splitlines()
    assert lines[0] == "1 captured scan(s) of LateFusion"
    assert lines[1].endswith("streams x steps x channels x states  batch  replay error")
    assert "encoders.0" in lines[2]
    assert "selective_scan_ref" in lines[2]
    assert "1 x 20 x 12 x 4" in lines[2]
    assert float(lines[2].split()[-1]) < 1e-6
    assert lines[3:] == [
        "Not captured:",
        "  encoders.1.text: GRU: nonlinear recurrence, no scan",
        "  encoders.1.audio: LSTM: nonlinear recurrence, no scan",
    ]


def test_mmkernels_computes_the_scans_of_a_model_and_its_gradients():
    net, inputs = fusion(groups=2, gated=True), values()
    plain = net(inputs)
    plain.sum().backward()
    expected = [p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    with mm.models.capture(net, kernel="mmkernels") as scans:
        replaced = net(inputs)
    replaced.sum().backward()
    torch.testing.assert_close(replaced, plain, atol=1e-6, rtol=1e-5)
    for parameter, gradient in zip(net.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, atol=1e-5, rtol=1e-4)
    assert math.isnan(scans[0].replay_error)
    assert "computed by mmkernels" in repr(scans)


def test_options_of_capture_are_checked():
    net = fusion()
    for options, message in (
        ({"kernel": "cuda"}, "kernel"),
        ({"layout": "channel"}, "layout"),
        ({"edits": {"decoder": []}}, "'decoder', which is no module of LateFusion"),
        ({"scan": print}, "is held by no file"),
        ({"scan": {print: {"y": "x"}}}, "argument names"),
        ({"scan": [3]}, "cannot be called"),
    ):
        with pytest.raises(ConfigError, match=message), mm.models.capture(net, **options):
            pass
    with pytest.raises(ConfigError, match="it is a function"), mm.models.capture(fusion):
        pass
