"""Captured scans of a user's module in a Trace: states, operator, influence, the modality of each scan, and what is unknown."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from mmkernels import coupled_influence
from torch import nn
from user_scans import Block, Encoders, Joint, pair, selective_scan

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, NothingCapturedError, ScanDiffersError
from mmviz.models import Batch, batch_of
from mmviz.models.base import ScanInputs
from mmviz.models.ssm.hidden_states import states_of
from mmviz.recording.captured_scans import map_channels, norms_of

GROUPS = {
    "states": ("norm", "coupling", "valid"),
    "operator": ("h", "dt", "A", "B", "C", "W"),
    "influence": ("influence", "effect"),
}


class Own(nn.Module):
    """A fusion of mmviz as a user's module."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, values, valid):
        return self.model(Batch(values, valid))


def traced(net, ds, *, samples=3, **options):
    model = mm.models.adapt(net, ds.spec, missing="zeros", scans=options.pop("scans", "auto"))
    return mm.record(mm.train.as_run(model), ds["test"], recorded_samples=samples, attribution=None, **options)


@pytest.fixture(scope="module")
def different():
    """Encoders of different width, states, depth and length."""
    ds = pair((8, 6))
    net = Encoders(ds.spec, widths={"text": 6, "audio": 4}, states={"text": 4, "audio": 3}, depths={"text": 2}).eval()
    return ds, net, traced(net, ds)


def test_a_coupled_mamba_as_a_users_module_has_the_states_operator_and_influence_of_the_direct_recording(
    toy, toy_run, recorded
):
    split = toy["test"].take(range(len(toy["test"])))
    valid = {name: v.copy() for name, v in split.valid.items()}
    valid[toy.spec.names[1]][3] = False  # as in the fixture `recorded`
    split = type(split)(split.name, split.inputs, valid, split.target, split.ids, split.group)
    model = mm.models.adapt(Own(toy_run.model), toy.spec, missing="zeros", masks=True, scans="auto")
    assert [one.modalities for one in model.sites] == [toy.spec.names] * 2
    assert [one.mixed for one in model.sites] == [False, True]
    rows = recorded["states"]["recorded_sample"].values
    found = mm.record(mm.train.as_run(model), split, recorded_samples=rows, coalitions=False, attribution=None)
    best = recorded.attrs["best_epoch"]
    for group, names in GROUPS.items():
        for name in names:
            direct = recorded[group][name]
            direct = direct.sel(epoch=[best]) if "epoch" in direct.dims else direct
            np.testing.assert_array_equal(found[group][name].values, direct.values, err_msg=f"{group}/{name}")
    ours, theirs = (mm.analysis.states(trace)["half_life"] for trace in (recorded, found))
    np.testing.assert_array_equal(ours, theirs)
    scan = found["scans"]["1"].to_dataset()
    np.testing.assert_array_equal(
        scan["norm"].transpose("recorded_sample", "scan_stream", ...), found["states"]["norm"].values[0, :, 1]
    )
    np.testing.assert_allclose(scan["influence"], found["influence"]["influence"].values[:, 1], rtol=1e-6)
    assert not scan["valid"].values[1, 1].any()


def test_the_states_of_two_huggingface_mamba_encoders_follow_the_recurrence_and_the_map_gives_the_output():
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    mixer = transformers.models.mamba.modeling_mamba.MambaMixer
    ds = pair()
    torch.manual_seed(0)
    config = transformers.MambaConfig(hidden_size=4, state_size=3, num_hidden_layers=1)
    net = Encoders(ds.spec, widths={"text": 4, "audio": 4})
    net.blocks = nn.ModuleDict({name: nn.ModuleList([mixer(config, 0)]) for name in ds.spec.names})
    for weight in net.parameters():
        nn.init.normal_(weight, std=0.5)  # away from the initial projections, which are small
    model = mm.models.adapt(net.eval(), ds.spec, missing="zeros", scans="auto")
    trace = mm.record(mm.train.as_run(model), ds["test"], recorded_samples=[0, 2], attribution=None)
    assert [one.modality for one in model.sites] == ["text", "audio"]
    with mm.models.capture(model.module) as scans, torch.no_grad():
        model(batch_of(ds["test"], [0, 2]))
    for k, one in enumerate(scans):
        assert trace["scans"][str(k)].attrs["replay_error"] < 1e-5
        x, dt, A, B, C = (part.double() for part in one.inputs[:5])
        h = torch.zeros(1, 2, 8, 3, dtype=torch.float64)
        for t in range(8):
            h = torch.exp(dt[:, :, t, :, None] * A) * h + (dt * x)[:, :, t, :, None] * B[:, :, t, None]
            norm = trace["states"]["norm"].values[0, :, 0, k, t]
            np.testing.assert_allclose(norm, h.norm(dim=-1)[0], rtol=1e-4, atol=1e-7)
            recorded = trace["operator"]["h"].values[:, 0, k, t]
            np.testing.assert_allclose(recorded, h[0], rtol=1e-4, atol=1e-7)
        half = np.log(2) / (-A[0] * dt[0].quantile(0.5, 1)[:, :, None])
        np.testing.assert_allclose(trace["scans"][str(k)]["half_life"][:, 0], half.median(-1).values, rtol=1e-5)
        K = coupled_influence(
            dt[:, 0].contiguous(), A.contiguous(), B[:, 0].contiguous(), C[:, 0].contiguous(), reduce="none"
        ).of_inputs
        y = torch.einsum("mtnse,nse->mte", K, x[:, 0]) + one.D.double() * x[:, 0]
        np.testing.assert_allclose(y, one.y[:, 0], rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(trace["scans"][str(k)]["influence"][0], K.abs().mean(-1), rtol=1e-4, atol=1e-9)
        np.testing.assert_allclose(
            trace["influence"]["influence"][0, 0, k, :, k], K.abs().mean(-1)[0, :, 0], rtol=1e-4, atol=1e-9
        )
    apart = trace["influence"]["influence"].values[:, 0]
    assert (apart[:, 0, :, 1] == 0).all()
    np.testing.assert_array_equal(trace["states"]["coupling"].values[0, 0], np.eye(2))


def test_scans_of_different_shapes_are_stored_ragged_and_the_states_are_padded_with_nan(different):
    _, _, trace = different
    scans = [child.to_dataset() for child in trace["scans"].children.values()]
    assert [dict(one.sizes)["scan_step"] for one in scans] == [8, 8, 6]
    assert [(one.sizes["scan_channel"], one.sizes["scan_state"]) for one in scans] == [(6, 4), (6, 4), (4, 3)]
    assert [one.attrs["modality"] for one in scans] == ["text", "text", "audio"]
    norm = trace["states"]["norm"].values[0]  # recorded_sample, layer, modality, time, channel
    assert norm.shape == (3, 2, 2, 6, 6)
    assert np.isnan(norm[:, 0, 1, :, 4:]).all()
    assert np.isnan(norm[:, 1, 1]).all()
    at = [
        1,
        2,
        3,
        5,
        6,
        7,
    ]  # the last of 8 frames in steps 0..t of 6: frame i lies in step ⌊6 i / 8⌋ = 0, 0, 1, 2, 3, 3, 4, 5
    np.testing.assert_array_equal(norm[:, 1, 0], scans[1]["norm"].values[:, 0][:, at])
    np.testing.assert_array_equal(norm[:, 0, 1, :, :4], scans[2]["norm"].values[:, 0])
    assert "h" not in trace["operator"]
    assert "influence" not in trace.children
    half = mm.analysis.states(trace)["half_life"].values  # layer, modality, channel, state
    assert np.isnan(half[:, 0]).all()  # its scan steps are not the steps of the model
    assert np.isfinite(half[0, 1, :4, :3]).all()
    with pytest.raises(DataError, match=r"captured scans of the modalities differ .* use mmviz\.analysis\.scan_states"):
        mm.analysis.trajectories(trace)
    assert mm.plots.half_life_frame(mm.analysis.states(trace))["half_life"].isel(modality=0).isnull().all()


def test_a_trace_with_captured_scans_is_saved_loaded_appended_in_chunks_and_combined_over_seeds(different, tmp_path):
    ds, net, trace = different
    again = mm.trace.load(mm.trace.save(trace, tmp_path / "a.nc"))
    assert again.identical(trace)
    run = mm.train.as_run(mm.models.adapt(net, ds.spec, missing="zeros", scans="auto"), seed=0)
    lazy = mm.record(
        run, ds["test"], recorded_samples=3, attribution=None, path=tmp_path / "b.nc", chunk=2, progress=False
    )
    for k, child in trace["scans"].children.items():
        for name, values in child.to_dataset().data_vars.items():
            found = lazy["scans"][k][name].values
            np.testing.assert_allclose(found, values.values, rtol=1e-5, atol=1e-7, err_msg=f"{k}/{name}")
    eager = mm.analysis.scan_states(trace, scan=1)
    np.testing.assert_allclose(mm.analysis.scan_states(lazy, scan=1)["norm"].compute(), eager["norm"], rtol=1e-5)
    lazy.close()
    other = Encoders(
        ds.spec, widths={"text": 6, "audio": 4}, states={"text": 4, "audio": 3}, depths={"text": 2}, seed=1
    )
    traces = [trace, traced(other.eval(), ds, samples=trace["states"]["recorded_sample"].values)]
    for one, seed in zip(traces, (0, 1), strict=True):
        one.attrs["train"] = {"strategy": "external", "seed": seed}
        one.attrs["model"]["options"]["weights"] = ""
    combined = mm.trace.combine(traces)
    found = mm.analysis.scan_states(combined, scan="blocks.audio.0")
    assert found["run"].values.tolist() == ["seed 0", "seed 1"]
    assert mm.analysis.select_run(found, 1).identical(mm.analysis.scan_states(traces[1], scan=2))
    assert mm.analysis.captured_scans(combined)["replay_error"].dims == ("run", "scan")
    assert mm.analysis.scan_influence(combined)["map"].dims[0] == "run"


def test_the_estimated_bytes_of_a_trace_with_captured_scans_are_those_it_takes(different):
    ds, net, trace = different
    run = mm.train.as_run(mm.models.adapt(net, ds.spec, missing="zeros", scans="auto"))
    sizes = mm.recording.estimate(run, ds["test"], recorded_samples=3, attribution=None)
    for name in ("states", "operator", "scans"):
        taken = sum(v.nbytes for node in trace[name].subtree for v in node.data_vars.values())
        assert sizes[name] == taken, name
    assert "influence" not in sizes


class Strided(nn.Module):
    def forward(self, x):
        return x.unflatten(1, (-1, 2)).mean(2)


class ClassToken(nn.Module):
    def forward(self, x):
        return torch.cat([torch.ones_like(x[:, :1]), x], 1)


class Backward(nn.Module):
    def forward(self, x):
        return x.flip(1)


class Attention(nn.Module):
    def forward(self, x):
        return x + (x @ x.transpose(1, 2)).softmax(-1) @ x


class Doubled(nn.Module):
    def forward(self, x):
        return x.repeat_interleave(2, 1)


class Delayed(nn.Module):
    def forward(self, x):
        return nn.functional.pad(x, (0, 0, 2, 0))[:, :-2]


class Dropped(nn.Module):
    def forward(self, x):
        return x[:, [0, 1, 2, 4, 6]]


@pytest.mark.parametrize(
    ("before", "text", "frames", "in_states"),
    [
        (None, "one scan step per frame of text (measured at 4 frames)", range(8), True),
        (Strided(), "2 frames per scan step of text (measured at 4 frames)", (1, 3, 5, 7), True),
        (Doubled(), "2 scan steps per frame of text (measured at 4 frames)", np.arange(16) // 2, True),
        (ClassToken(), "9 scan steps, 8 frames of text (measured at 4 frames)", range(-1, 8), True),
        (
            Backward(),
            "one scan step per frame of text, last frame first (measured at 4 frames)",
            range(7, -1, -1),
            False,
        ),
        (Attention(), "by position; inputs of a step also depend on frames up to 7 steps later", range(8), True),
        (Delayed(), "unknown: 8 scan steps, 8 frames of text", [-1] * 8, False),
        (Dropped(), "unknown: 5 scan steps, 8 frames of text", [-1] * 5, False),
    ],
)
def test_the_frames_of_scan_steps_are_measured_or_stated_as_unknown(before, text, frames, in_states):
    ds = pair()
    net = Encoders(ds.spec, before={} if before is None else {"text": before}).eval()
    trace = traced(net, ds, samples=1, coalitions=False)
    scan = trace["scans"]["0"].to_dataset()
    assert text in scan.attrs["alignment"][0]
    assert scan["frame"].values[0].tolist() == list(frames)
    assert scan.attrs["in_states"] is in_states
    norm = trace["states"]["norm"].values[0, 0, 0]  # modality, time, channel
    assert np.isfinite(norm[1]).all()
    assert np.isfinite(norm[0]).all() == in_states
    if in_states:
        np.testing.assert_array_equal(norm[0, -1], scan["norm"].values[0, 0, -1])


def test_frames_given_by_the_user_are_used_for_the_states():
    ds = pair()
    net = Encoders(ds.spec, before={"text": Dropped()}).eval()
    scans = {"text": {"site": "blocks.text.0", "frames": [0, 1, 2, 4, 6]}, "audio": "blocks.audio.0"}
    trace = traced(net, ds, samples=1, scans=scans, coalitions=False)
    scan = trace["scans"]["0"].to_dataset()
    assert "as given" in scan.attrs["alignment"][0]
    at = [0, 1, 2, 2, 3, 3, 4, 4]
    np.testing.assert_array_equal(trace["states"]["norm"].values[0, 0, 0, 0], scan["norm"].values[0, 0][at])


def test_padded_scan_steps_are_marked_and_do_not_enter_the_half_life(ragged):
    net = Encoders(ragged.spec).eval()
    run = mm.train.as_run(mm.models.adapt(net, ragged.spec, missing="zeros", scans="auto"))
    trace = mm.record(run, ragged["test"], recorded_samples=range(10), coalitions=False, attribution=None)
    for k, name in enumerate(ragged.spec.names):
        scan = trace["scans"][str(k)].to_dataset()
        valid = ragged["test"].valid[name]
        np.testing.assert_array_equal(scan["valid"].values[:, 0], valid)
        for sample, row in enumerate(valid):
            if not row.any():
                assert np.isnan(scan["half_life"].values[sample]).all()
                continue
            dt = np.median(scan["dt"].values[sample, 0][row].astype(float), 0)
            expected = np.median(np.log(2) / (-scan["A"].values[0] * dt[:, None]), -1)
            np.testing.assert_allclose(scan["half_life"].values[sample, 0], expected, rtol=1e-5)


def test_a_scan_over_the_tokens_of_all_modalities_belongs_to_none():
    ds = pair()
    model = mm.models.adapt(Joint(ds.spec).eval(), ds.spec, missing="zeros", scans="auto")
    (site,) = model.sites
    assert (site.modality, site.modalities, site.depends_on) == ("", ("",), ("text", "audio"))
    assert site.steps == 16
    trace = mm.record(mm.train.as_run(model), ds["test"], recorded_samples=2, attribution=None)
    assert trace["states"].sizes["layer"] == 0
    assert mm.analysis.captured_scans(trace)["in_states"].values.tolist() == [False]
    assert mm.analysis.scan_states(trace)["valid"].values.all()
    assert mm.widgets.Explorer(trace).frame.attrs["title"] == "Joint on pair"


def test_norms_in_blocks_of_steps_are_those_of_the_states_also_from_an_initial_state():
    rng = torch.Generator().manual_seed(0)
    x, dt = torch.randn(2, 1, 150, 3, generator=rng), torch.rand(2, 1, 150, 3, generator=rng)
    B, C = torch.randn(2, 1, 150, 4, generator=rng), torch.randn(2, 1, 150, 4, generator=rng)
    A, W = -0.1 * torch.rand(2, 3, 4, generator=rng), torch.tensor([[[0.9, 0.2], [0.1, 0.8]]])
    mask = torch.rand(2, 1, 150, generator=rng) > 0.2
    scan = ScanInputs(x, dt, A, B, C, torch.zeros(2, 3), W, mask)
    for h0 in (None, torch.randn(2, 1, 3, 4, generator=rng)):
        np.testing.assert_allclose(norms_of(scan, h0), states_of(scan, h0).norm(dim=-1), rtol=1e-5)


def test_the_map_of_a_large_scan_is_a_mean_over_fewer_channels_and_of_one_with_many_streams_is_left_out():
    ds = pair()
    (site, _) = mm.models.adapt(Encoders(ds.spec), ds.spec, missing="zeros", scans="auto").sites
    assert map_channels(site) == list(range(6))
    assert map_channels(replace(site, channels=12, heads=4)) == [0, 4, 8]
    wide = map_channels(replace(site, channels=4096, steps=512, states=16))
    assert len(wide) == 32
    assert (wide[0], wide[-1]) == (0, 4095)
    assert map_channels(replace(site, streams=17)) is None
    assert map_channels(replace(site, channels=4096, steps=8192, states=64)) is None


def test_with_timestamps_the_state_of_a_step_is_that_after_the_last_frame_recorded_until_its_end():
    rng = np.random.default_rng(0)
    n, begins = 12, np.array([0.0, 1.0, 1.5, 4.0, 9.0])
    inputs = {"a": rng.normal(size=(n, 5, 2)).astype(np.float32)}
    ds = mm.data.from_arrays(
        inputs,
        np.arange(n) % 2,
        times={"a": np.broadcast_to(begins, (n, 5)).copy()},
        split={"train": 0.5, "valid": 0.25, "test": 0.25},
    )
    model = mm.models.adapt(Encoders(ds.spec), ds.spec, missing="zeros", scans="auto", steps=5)
    batch = batch_of(ds["test"], [0])
    step = np.floor(begins / ds.spec.duration_s * 5).astype(int)
    assert model.frames.step_of_frame(model.encode(batch))["a"].tolist() == [step.tolist()]
    trace = mm.record(mm.train.as_run(model), ds["test"], recorded_samples=[0], coalitions=False, attribution=None)
    norm, scan = trace["states"]["norm"].values[0, 0, 0, 0], trace["scans"]["0"]["norm"].values[0, 0]
    for t in range(5):
        np.testing.assert_array_equal(norm[t], scan[np.flatnonzero(step <= t)[-1]])
    assert np.isnan(trace["operator"]["dt"].values).all()  # a step is an interval of time and no frame


class Recurrent(nn.Module):
    def __init__(self, spec):
        super().__init__()
        torch.manual_seed(0)
        self.gru = nn.ModuleDict({m.name: nn.GRU(m.features, 4, batch_first=True) for m in spec.modalities})
        self.head = nn.Linear(8, spec.task.outputs)

    def forward(self, values):
        return self.head(torch.cat([gru(values[n])[0][:, -1] for n, gru in self.gru.items()], -1))


def test_a_module_without_a_scan_is_adapted_with_a_warning_and_a_note():
    ds = pair()
    with pytest.warns(UserWarning, match="No captured scans: .*GRU"):
        model = mm.models.adapt(Recurrent(ds.spec), ds.spec, missing="zeros", scans="auto")
    trace = mm.record(mm.train.as_run(model), ds["test"], recorded_samples=1, attribution=None)
    assert any(note.startswith("No captured scans") for note in trace.attrs["notes"])
    assert trace["states"].sizes["layer"] == 0
    with pytest.raises(DataError, match="holds no captured scan; adapt the module with"):
        mm.analysis.captured_scans(trace)
    with pytest.raises(NothingCapturedError):
        mm.models.adapt(Recurrent(ds.spec), ds.spec, missing="zeros", scans={"text": "gru.text"})


def clipped_scan(u, delta, A, B, C):
    """Not a scan of its arguments: the output is clipped."""
    return selective_scan(u, delta, A, B, C).clamp(-0.01, 0.01)


class Clipped(Block):
    def forward(self, x):
        u = self.conv(nn.functional.pad(x.transpose(1, 2), (2, 0)))
        B, C = self.BC(u.transpose(1, 2)).transpose(1, 2).chunk(2, 1)
        return clipped_scan(u, nn.functional.softplus(u), self.A, B, C).transpose(1, 2)


def test_a_scan_that_the_operator_does_not_reproduce_is_left_out_with_a_note_or_refused_by_name():
    ds = pair()
    net = Encoders(ds.spec).eval()
    net.blocks["audio"][0] = Clipped(6, 4)
    model = mm.models.adapt(net, ds.spec, missing="zeros", scans="auto")
    assert [one.site for one in model.sites] == ["blocks.text.0"]
    assert any("'blocks.audio.0' is not reproduced" in note for note in model.spec.notes)
    trace = mm.record(mm.train.as_run(model), ds["test"], recorded_samples=1, attribution=None)
    assert np.isnan(trace["states"]["norm"].values[0, :, 0, 1]).all()
    with pytest.raises(ScanDiffersError, match=r"blocks\.audio\.0"):
        mm.models.adapt(net, ds.spec, missing="zeros", scans={"audio": "blocks.audio.0"})


class Overwriting(Block):
    def forward(self, x):
        u = self.conv(nn.functional.pad(x.transpose(1, 2), (2, 0)))
        B, C = self.BC(u.transpose(1, 2)).transpose(1, 2).chunk(2, 1)
        y = selective_scan(u, nn.functional.softplus(u), self.A, B, C)
        u.mul_(0)
        return y.transpose(1, 2)


def test_a_module_that_overwrites_the_arguments_of_its_scan_is_replayed_in_the_call():
    ds = pair()
    net = Encoders(ds.spec).eval()
    net.blocks["audio"][0] = Overwriting(6, 4)
    trace = traced(net, ds, samples=1)
    assert [child.attrs["modality"] for child in trace["scans"].children.values()] == ["text", "audio"]
    assert float(trace["scans"]["1"]["norm"].max()) > 0


@pytest.mark.parametrize(
    ("scans", "message"),
    [
        ("blocks.text.0", "scans='blocks.text.0', expected 'auto', None, or a mapping"),
        ({}, "expected 'auto', None, or a mapping"),
        ({"text": 3}, r"scans\['text'\]=3, expected"),
        ({"text": {"place": "blocks.text.0"}}, "expected 'auto'"),
        ({"text": "blocks.txt.0"}, r"site 'blocks.txt.0' \(did you mean 'blocks.text.0'\?\), and no scan was captured there"),
        ({"text": ["blocks.text.0", "blocks.text.0"]}, "names the site 'blocks.text.0' twice"),
        ({"a": {"site": "blocks.text.0", "modalities": ["txt"]}}, r"modality 'txt' \(did you mean 'text'\?\)"),
        ({"a": {"site": "blocks.text.0", "modalities": ["text", "audio"]}}, "names 2 modalities, the scan at 'blocks.text.0' has 1 streams"),
        ({"text": {"site": "blocks.text.0", "frames": [0, 1]}}, "has shape .2,. and type int64, expected 8 whole numbers"),
        ({"text": {"site": "blocks.text.0", "frames": [0, 1, 2, 3, 4, 5, 7, 6]}}, "in ascending order"),
    ],
)  # fmt: skip
def test_wrong_scans_are_refused_with_the_value_and_the_remedy(scans, message):
    ds = pair()
    with pytest.raises(ConfigError, match=message):
        mm.models.adapt(Encoders(ds.spec), ds.spec, missing="zeros", scans=scans)


def test_without_scans_nothing_is_captured_and_the_trace_is_as_before():
    ds = pair()
    model = mm.models.adapt(Encoders(ds.spec), ds.spec, missing="zeros")
    assert model.sites == ()
    trace = mm.record(mm.train.as_run(model), ds["test"], recorded_samples=1)
    assert "scans" not in trace.children


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: t["scans"]["0"].attrs.pop("site"), "attribute 'site' of /scans/0 is None"),
        (lambda t: t["scans"]["0"].attrs.update(modalities=["text", "text"]), "for each of the 1 streams"),
        (lambda t: t["scans"]["0"].attrs.update(modality="video"), "'video'"),
        (lambda t: t["scans"].__delitem__("0"), "/scans contains 1, 2"),
    ],
)
def test_a_damaged_group_of_captured_scans_is_refused(different, spoil, message):
    trace = different[2].copy(deep=True)
    spoil(trace)
    with pytest.raises(DataError, match=message):
        mm.trace.validate(trace)
