"""Capture of transformers, mamba_ssm and mambapy: tiny models of every family, unchanged and replayed to 1e-6."""

import logging
import sys
import types
import warnings

import pytest
import torch
from captured_models import LateFusion, values
from torch import nn

import mmviz as mm
from mmviz.core.errors import NothingCapturedError

transformers = pytest.importorskip("transformers", minversion="5.0")

GROUPED = {
    "mamba_d_state": 8,
    "mamba_n_heads": 4,
    "mamba_d_head": 8,
    "mamba_n_groups": 2,
    "mamba_expand": 2,
    "mamba_chunk_size": 8,
}
ATTENTION = {"intermediate_size": 32, "num_attention_heads": 2, "num_key_value_heads": 2}
TYPES = {name: ["mamba", "hybrid"] for name in ("layers_block_type", "layer_types")}
#: family: options of the tiniest model, shape of its scans (streams, batch, steps, channels, states), their number
FAMILIES = {
    "Mamba": ({"state_size": 4}, (1, 2, 11, 32, 4), 2),
    "FalconMamba": ({"state_size": 4}, (1, 2, 11, 32, 4), 2),
    "Jamba": (
        {**ATTENTION, "mamba_d_state": 4, "num_experts": 2, "attn_layer_period": 2, "attn_layer_offset": 1},
        (1, 2, 11, 32, 4),
        1,
    ),
    "Mamba2": (
        {"state_size": 8, "num_heads": 4, "head_dim": 8, "n_groups": 2, "expand": 2, "chunk_size": 8},
        (2, 2, 11, 16, 8),
        2,
    ),
    "Bamba": ({**ATTENTION, **GROUPED, "attn_layer_indices": [1]}, (2, 2, 11, 16, 8), 1),
    "GraniteMoeHybrid": (
        {
            **ATTENTION,
            **GROUPED,
            "layer_types": ["mamba", "attention"],
            "shared_intermediate_size": 16,
            "num_local_experts": 2,
            "num_experts_per_tok": 1,
        },
        (2, 2, 11, 16, 8),
        1,
    ),
    "NemotronH": (
        {
            **ATTENTION,
            "ssm_state_size": 8,
            "mamba_num_heads": 4,
            "mamba_head_dim": 8,
            "n_groups": 2,
            "chunk_size": 8,
            "head_dim": 8,
            "layers_block_type": ["mamba", "attention"],
        },
        (2, 2, 11, 16, 8),
        1,
    ),
    "FalconH1": ({**ATTENTION, **GROUPED, "mamba_d_ssm": 32}, (2, 2, 11, 16, 8), 2),
    "Zamba2": (
        {
            "intermediate_size": 32,
            "num_attention_heads": 2,
            "mamba_d_state": 8,
            "n_mamba_heads": 4,
            "mamba_headdim": 8,
            "mamba_ngroups": 2,
            "mamba_expand": 2,
            "chunk_size": 8,
            "num_mem_blocks": 1,
            **TYPES,
        },
        (2, 2, 11, 16, 8),
        2,
    ),
}


@pytest.fixture(autouse=True)
def _quiet():
    """transformers warns that it falls back to PyTorch."""
    torch.manual_seed(0)
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


def language_model(family, **options):
    config = getattr(transformers, f"{family}Config")(vocab_size=32, hidden_size=16, num_hidden_layers=2, **options)
    net = getattr(transformers, f"{family}ForCausalLM")(config).eval()
    with torch.no_grad():
        for p in net.parameters():  # some are not initialised
            if not torch.isfinite(p).all() or p.abs().max() > 1e3:
                p.normal_(0, 0.1)
    return net


IDS = torch.randint(0, 32, (2, 11), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_transformers_is_unchanged_by_capture_and_each_scan_replays_to_1e_6(family):
    options, shape, count = FAMILIES[family]
    net = language_model(family, **options)
    with torch.no_grad():
        plain = net(IDS, use_cache=False).logits
        with mm.models.capture(net) as scans:
            captured = net(IDS, use_cache=False).logits
        with mm.models.capture(net) as with_cache:
            net(IDS, use_cache=True)
        with mm.models.capture(net, kernel="mmkernels"):
            replaced = net(IDS, use_cache=False).logits
    assert torch.equal(plain, captured)
    torch.testing.assert_close(replaced, plain, atol=1e-5, rtol=1e-4)
    assert [scan.shape for scan in scans] == [shape] * count
    assert len(with_cache) == count
    assert max(scan.replay_error for scan in (*scans, *with_cache)) < 1e-6
    assert all(site in {name for name, _ in net.named_modules()} for site in scans.sites)
    assert scans.missed == []


@pytest.fixture(scope="module")
def mamba():
    logging.disable(logging.WARNING)
    torch.manual_seed(0)
    yield language_model("Mamba", state_size=4)
    logging.disable(logging.NOTSET)


def test_decoding_steps_are_counted_and_not_captured(mamba):
    with torch.no_grad(), mm.models.capture(mamba) as scans:
        mamba.generate(IDS, max_new_tokens=3, do_sample=False, pad_token_id=0)
    assert len(scans) == 2  # the prompt
    assert scans[0].shape[2] == 11
    with torch.no_grad():
        cache = mamba(IDS, use_cache=True).cache_params
    message = r"mixer \(MambaMixer\): 1 decoding steps of one position"
    with torch.no_grad(), pytest.raises(NothingCapturedError, match=message), mm.models.capture(mamba):
        mamba(IDS[:, :1], cache_params=cache, use_cache=True)


def test_a_fused_kernel_of_transformers_is_switched_off_while_the_capture_is_open(mamba, monkeypatch):
    home = sys.modules[type(mamba.backbone.layers[0].mixer).__module__]
    calls = []

    def mamba_inner_fn(*args, **kwargs):
        calls.append(1)
        return torch.zeros(2, 11, 16)

    monkeypatch.setattr(home, "mamba_inner_fn", mamba_inner_fn)
    mamba_inner_fn.__module__ = home.__name__
    mamba.train()
    try:
        with mm.models.capture(mamba) as scans:
            mamba(IDS, labels=IDS, use_cache=False).loss.backward()
        assert calls == []
        assert len(scans) == 2
        mamba(IDS, use_cache=False)
        assert calls == [1, 1]
        assert home.mamba_inner_fn is mamba_inner_fn
    finally:
        mamba.eval()


def test_the_gated_delta_rule_is_named_as_the_reason_why_nothing_was_captured():
    net = language_model(
        "Qwen3Next",
        **ATTENTION,
        num_experts=2,
        num_experts_per_tok=1,
        layer_types=["linear_attention", "full_attention"],
        linear_num_key_heads=2,
        linear_num_value_heads=4,
        linear_key_head_dim=8,
        linear_value_head_dim=8,
        head_dim=8,
        moe_intermediate_size=16,
        shared_expert_intermediate_size=16,
    )
    message = r"model\.layers\.0\.linear_attn \(Qwen3NextGatedDeltaNet\): gated delta rule"
    with torch.no_grad(), pytest.raises(NothingCapturedError, match=message), mm.models.capture(net):
        net(IDS, use_cache=False)


def mamba1_mixer(width=8, states=4):
    from transformers.models.mamba.modeling_mamba import MambaMixer

    return MambaMixer(transformers.MambaConfig(hidden_size=width, state_size=states, num_hidden_layers=1), 0)


def mamba2_mixer(width=8, groups=1):
    from transformers.models.mamba2.modeling_mamba2 import Mamba2Mixer

    sizes = {"state_size": 4, "num_heads": 4, "head_dim": 4, "n_groups": groups, "expand": 2, "chunk_size": 8}
    return Mamba2Mixer(transformers.Mamba2Config(hidden_size=width, num_hidden_layers=1, **sizes), 0)


@pytest.mark.parametrize("groups", [1, 2])
def test_encoders_of_mamba_1_and_mamba_2_in_one_model_are_captured_with_their_own_shapes(groups):
    net, inputs = LateFusion([mamba1_mixer(), mamba2_mixer(groups=groups)]).eval(), values(steps=(9, 14))
    with torch.no_grad(), mm.models.capture(net) as scans:
        net(inputs)
    assert [scan.shape for scan in scans] == [(1, 2, 9, 16, 4), (groups, 2, 14, 16 // groups, 4)]
    assert [scan.heads for scan in scans] == [1, 4]
    assert scans[0].z is not None  # Mamba-1 of transformers multiplies by the gate inside its scan
    assert scans[1].z is None
    heads = scans[1]
    each = heads.dt.unflatten(-1, (-1, 4))
    assert torch.equal(each, each[..., :1].expand_as(each))
    for reduce in ("abs_mean", "norm", "none"):
        one_per_head = heads.influence(reduce=reduce).of_inputs
        every = heads.influence(reduce=reduce, channels=range(16 // groups)).of_inputs
        torch.testing.assert_close(one_per_head, every)
    K = heads.influence(reduce="none").of_inputs
    torch.testing.assert_close(torch.einsum("mtnse,nse->mte", K, heads.x[:, 0]), heads.y[:, 0], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("parallel", [True, False])
def test_a_block_of_mambapy_is_captured_with_channels_last(parallel):
    mambapy = pytest.importorskip("mambapy.mamba")
    block = mambapy.MambaBlock(mambapy.MambaConfig(d_model=8, n_layers=1, d_state=4, pscan=parallel))
    x = values(features=(8, 8))[0]
    plain = block(x)
    with mm.models.capture(block) as scans:
        assert torch.equal(block(x), plain)
    assert scans[0].layout == "batch step channel"
    assert scans[0].shape == (1, 2, 20, 16, 4)
    assert scans[0].replay_error < 1e-6


@pytest.fixture
def mamba_ssm():
    """Return mamba_ssm's module files, imported with an empty module in place of its CUDA extension."""
    pytest.importorskip("einops")
    if "selective_scan_cuda" in sys.modules or torch.cuda.is_available():
        pytest.skip("the CUDA extension may be installed")
    sys.modules["selective_scan_cuda"] = types.ModuleType("selective_scan_cuda")
    before = set(sys.modules)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield pytest.importorskip("mamba_ssm.modules.mamba_simple", exc_type=ImportError)
    finally:
        for name in set(sys.modules) - before | {"selective_scan_cuda"}:
            if name.partition(".")[0] in ("mamba_ssm", "selective_scan_cuda"):
                del sys.modules[name]


def test_mamba_of_mamba_ssm_without_its_extension_runs_on_a_cpu_by_mmkernels(mamba_ssm):
    from mamba_ssm.ops.selective_scan_interface import selective_scan_ref

    net, x = mamba_ssm.Mamba(d_model=8, d_state=4), values(features=(8, 8))[0]
    with pytest.raises(AttributeError) as failed, mm.models.capture(net):
        net(x)
    assert "kernel='mmkernels'" in failed.value.__notes__[0]
    with mm.models.capture(net, kernel="mmkernels") as scans:
        ours = net(x)
        assert net.use_fast_path is False
    assert net.use_fast_path is True
    assert scans[0].shape == (1, 2, 20, 16, 4)
    mamba_ssm.selective_scan_fn, function = selective_scan_ref, mamba_ssm.selective_scan_fn
    try:
        with mm.models.capture(net) as reference:
            theirs = net(x)
    finally:
        mamba_ssm.selective_scan_fn = function
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-5)
    assert reference[0].replay_error < 1e-6


def test_arguments_of_mamba_chunk_scan_combined_are_those_of_its_reference(mamba_ssm):
    from mamba_ssm.ops.triton import ssd_combined

    combined = ssd_combined.mamba_chunk_scan_combined

    class Heads(nn.Module):
        """A module that calls mamba_ssm's function for Mamba-2 with a gate, limits, an initial state and its last state."""

        def forward(self, arguments):
            x, dt, A, B, C, D, z, bias, h0 = arguments
            return combined(
                x,
                dt,
                A,
                B,
                C,
                8,
                D=D,
                z=z,
                dt_bias=bias,
                initial_states=h0,
                dt_softplus=True,
                dt_limit=(0.01, 1.5),
                return_final_states=True,
            )

    x, z = torch.randn(2, 2, 13, 4, 3)
    dt, A, D, bias = torch.randn(2, 13, 4), -torch.rand(4), torch.randn(4, 3), torch.randn(4)
    B, C = torch.randn(2, 2, 13, 2, 5)
    h0 = torch.randn(2, 4, 3, 5)
    net = Heads()
    with mm.models.capture(net, kernel="mmkernels") as scans:
        y, last = net((x, dt, A, B, C, D, z, bias, h0))
    assert scans[0].shape == (2, 2, 13, 6, 5)
    step = nn.functional.softplus(dt + bias).clamp(0.01, 1.5)
    h, outputs = h0, []
    for t in range(13):
        into, out = (q[:, t].repeat_interleave(2, 1)[:, :, None] for q in (B, C))
        h = h * torch.exp(step[:, t] * A)[..., None, None] + (step[:, t, :, None] * x[:, t])[..., None] * into
        outputs.append((h * out).sum(-1) + D * x[:, t])
    torch.testing.assert_close(y, torch.stack(outputs, 1) * nn.functional.silu(z), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(last, h, atol=1e-5, rtol=1e-4)
