"""Groups /attribution and /attribution_frames: conserved, equal to replays of single cells, propagated to frames, and refused with a reason."""

import dataclasses

import numpy as np
import pytest
import torch
import xarray as xr

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, MmvizError
from mmviz.models import batch_of
from mmviz.models.frozen_gates import freeze
from mmviz.recording.end_to_end import contributions
from mmviz.trace.schema import validate

TINY = {"width": 8, "layers": 2, "state": 4}


def trained(ds, name="coupled_mamba", epochs=1, **options):
    return mm.train.fit(mm.models.build(name, ds.spec, **{**TINY, **options}), ds, epochs=epochs, progress=False)


def attribution(run, split, **options):
    return mm.record(run, split, coalitions=False, influence=False, **{"recorded_samples": 3, **options})


@pytest.fixture(scope="module")
def run(toy):
    return trained(toy, epochs=2)


@pytest.fixture(scope="module")
def tree(run, toy):
    return attribution(run, toy["test"])


@pytest.fixture(scope="module")
def group(tree):
    return tree["attribution"].to_dataset()


def test_the_output_is_the_bias_plus_the_shares(group):
    total = group["bias"] + group["share"].sum(("modality", "time"))
    np.testing.assert_allclose(total, group["logit"], atol=1e-5)
    np.testing.assert_allclose(group["conservation_error"], abs(total - group["logit"]), atol=1e-6)
    assert float(group["conservation_error"].max()) <= 1e-4


def test_the_share_of_the_mean_step_is_what_the_replay_gives_in_its_place(group, run, toy):
    with run.at_epoch(run.best_epoch) as model, torch.no_grad():
        every = model.encode(batch_of(toy["test"]))
        frozen = freeze(model, model.encode(batch_of(toy["test"], group["recorded_sample"].values)))
        x = frozen.steps.x.clone()
        x[2, :, 7] = every.x[2].mean((0, 1))
        expected = group["share"][:, :, 2, 7] + (frozen.output(x) - frozen.output(frozen.steps.x)).numpy()
    np.testing.assert_allclose(group["share_of_mean"][:, :, 2, 7], expected, atol=1e-6)


def test_the_logit_is_that_of_the_model_at_the_best_epoch(group, run, toy):
    with run.at_epoch(run.best_epoch) as model, torch.no_grad():
        expected = model(batch_of(toy["test"], group["recorded_sample"].values))
    np.testing.assert_allclose(group["logit"], expected, atol=1e-6)


def test_the_last_prefix_is_the_share_and_every_prefix_adds_up_to_the_prediction_from_it(group, run, toy):
    last = group["prefix"].isel(time=-1)
    np.testing.assert_allclose(last, group["share"], atol=1e-6)
    with run.at_epoch(run.best_epoch) as model, torch.no_grad():
        expected = model.prefixes(batch_of(toy["test"], group["recorded_sample"].values))
    total = (group["prefix_bias"] + group["prefix"].sum(("source_modality", "source_block"))).transpose(
        "recorded_sample", "time", "output"
    )
    np.testing.assert_allclose(total, expected, atol=1e-5)


def test_maps_are_causal_with_zeros_for_later_sources(group):
    later = group["source_block"] > group["target_block"]
    assert float(abs(group["stream"]).where(later, 0).max()) == 0
    assert float(abs(group["stream"]).max()) > 0
    time = xr.DataArray(np.arange(group.sizes["time"]), dims="time")
    assert float(abs(group["prefix"]).where(group["source_block"] > time, 0).max()) == 0


def test_the_stream_map_is_the_norm_of_the_replay_of_one_cell(group, run, toy):
    with run.at_epoch(run.best_epoch) as model, torch.no_grad():
        frozen = freeze(model, model.encode(batch_of(toy["test"], group["recorded_sample"].values)))
        x = torch.zeros_like(frozen.steps.x)
        x[1, :, 5] = frozen.steps.x[1, :, 5]
        moved = (frozen.streams(x) - frozen.streams(torch.zeros_like(x))).norm(dim=-1)
    one = group["stream"].isel(source_modality=1, source_block=5).transpose("target_modality", "recorded_sample", ...)
    np.testing.assert_allclose(one, moved, atol=1e-6)


def test_blocks_of_several_steps_add_up_the_prefixes_of_their_steps(run, toy):
    with run.at_epoch(run.best_epoch) as model, torch.no_grad():
        frozen = freeze(model, model.encode(batch_of(toy["test"], [0])))
        single, blocks = contributions(frozen, 0, 1), contributions(frozen, 0, 5)
    assert blocks.prefix.shape[-1] == blocks.stream.shape[-1] == 5
    np.testing.assert_allclose(blocks.prefix, np.add.reduceat(single.prefix, np.arange(0, 24, 5), -1), atol=1e-6)


def test_the_memory_limit_of_a_replay_has_no_influence(run, toy):
    with run.at_epoch(run.best_epoch) as model, torch.no_grad():
        frozen = freeze(model, model.encode(batch_of(toy["test"], [0])))
        one, other = contributions(frozen, 0, 1, chunk_bytes=1), contributions(frozen, 0, 1)
    np.testing.assert_allclose(one.stream, other.stream, atol=1e-6)


def test_padding_and_absent_modalities_have_shares_of_exactly_zero(ragged, ragged_run):
    tree = attribution(ragged_run, ragged["test"], recorded_samples=[0, 1, 4])
    valid = tree["states"]["valid"]
    share = tree["attribution"]["share"].transpose("output", "recorded_sample", "modality", "time").values
    assert not valid.values.all()
    assert (share[:, ~valid.values] == 0).all()
    assert (tree["attribution"]["stream"].values.transpose(0, 3, 4, 1, 2)[~valid.values] == 0).all()


@pytest.mark.parametrize("options", [{"align": "resample", "steps": 7}, {"align": "bin", "steps": 5}])
def test_shares_of_frames_add_up_to_those_of_the_steps_and_are_zero_in_padding(ragged, options):
    tree = attribution(trained(ragged, **options), ragged["test"], recorded_samples=[0, 1, 4])
    for m, name in enumerate(ragged.spec.names):
        frames = tree["attribution_frames"][name]["share"]
        steps = tree["attribution"]["share"].isel(modality=m)
        np.testing.assert_allclose(frames.sum("frame"), steps.sum("time"), atol=1e-6)
        valid = tree["inputs"][name]["valid"].values
        assert (frames.values.transpose(0, 2, 1)[~valid] == 0).all()


def test_a_step_that_averages_two_frames_gives_half_of_its_share_to_each(toy):
    tree = attribution(trained(toy, steps=12), toy["test"])
    name = toy.spec.names[0]
    share = tree["attribution"]["share"].isel(modality=0).values
    np.testing.assert_allclose(tree["attribution_frames"][name]["share"], np.repeat(share / 2, 2, -1), atol=1e-7)


def test_frames_that_are_steps_have_no_group_of_their_own(tree):
    assert "attribution_frames" not in tree.children


@pytest.mark.parametrize("irregular", [False, True])
def test_timed_and_static_inputs_keep_the_sum_over_frames(irregular):
    rng = np.random.default_rng(0)
    times = {"a": np.cumsum(rng.uniform(0.5, 1.5, (40, 12)), 1) if irregular else np.tile(np.arange(12.0), (40, 1))}
    times["b"] = np.tile(np.arange(6) * 2.0, (40, 1))
    arrays = {"a": rng.normal(size=(40, 12, 2)), "b": rng.normal(size=(40, 6, 3)), "c": rng.normal(size=(40, 1, 2))}
    cut = {"train": slice(0, 24), "valid": slice(24, 32), "test": slice(32, 40)}
    ds = mm.data.from_arrays(
        {part: {name: x[rows] for name, x in arrays.items()} for part, rows in cut.items()},
        {part: rng.normal(size=rows.stop - rows.start) for part, rows in cut.items()},
        times={part: {name: t[rows] for name, t in times.items()} for part, rows in cut.items()},
        static=["c"],
        task="regression",
        name="timed",
    )
    tree = attribution(trained(ds, steps=4), ds["test"])
    share = tree["attribution"]["share"]
    assert list(share["output"].values) == ["value"]
    for m, name in enumerate(ds.spec.names):
        frames = tree["attribution_frames"][name]["share"]
        np.testing.assert_allclose(frames.sum("frame"), share.isel(modality=m).sum("time"), atol=1e-6)


def test_a_fusion_that_is_not_causal_has_no_prefixes(toy):
    tree = attribution(trained(toy, "alignmamba2", bidirectional=True, steps=6), toy["test"])
    assert "prefix" not in tree["attribution"]
    validate(tree)
    assert float(tree["attribution"]["conservation_error"].max()) <= 1e-4


def test_the_rule_is_stored_and_half_gives_other_shares(run, toy, group):
    half = attribution(run, toy["test"], attribution="half")["attribution"].to_dataset()
    assert (group.attrs["rule"], half.attrs["rule"]) == ("frozen", "half")
    assert float(abs(half["share"] - group["share"]).max()) > 1e-6
    np.testing.assert_allclose(half["bias"] + half["share"].sum(("modality", "time")), half["logit"], atol=1e-5)


def test_none_records_no_attribution(run, toy):
    tree = attribution(run, toy["test"], attribution=None)
    assert "attribution" not in tree.children
    assert not any("attribution" in note for note in tree.attrs["notes"])


def test_an_unknown_rule_is_refused(run, toy):
    with pytest.raises(ConfigError, match=r"record: attribution .*='frozn' .did you mean 'frozen'"):
        attribution(run, toy["test"], attribution="frozn")


class Mean(torch.nn.Module):
    def forward(self, inputs):
        return torch.stack([x.mean((1, 2)) for x in inputs.values()], -1)[:, :2]


def test_a_users_module_without_a_gradient_has_a_note_and_is_an_error_where_a_rule_was_requested(toy):
    closed = mm.models.adapt(Mean(), toy.spec, missing="zeros", call=lambda net, x: net(x).detach())
    run = mm.train.as_run(closed)
    tree = mm.record(run, toy["test"], recorded_samples=2)
    assert "attribution" not in tree.children
    assert any(
        note.startswith("No end-to-end attribution: the prediction has no gradient") for note in tree.attrs["notes"]
    )
    with pytest.raises(ConfigError, match=r"attribution='frozen'.*Mean is a user's module"):
        mm.record(run, toy["test"], recorded_samples=2, attribution="frozen")
    with pytest.raises(ConfigError, match="attribution='integrated gradients': the prediction has no gradient"):
        mm.record(run, toy["test"], recorded_samples=2, attribution="integrated gradients")
    with pytest.raises(DataError, match=r"No end-to-end attribution: the prediction has no gradient"):
        mm.analysis.end_to_end(tree)


def test_predictions_that_are_not_finite_give_shares_of_nan(toy):
    run = trained(toy)
    broken = dict(run.weights[run.best_epoch])
    broken["head.3.bias"] = torch.full_like(broken["head.3.bias"], torch.nan)
    run = dataclasses.replace(run, weights={**run.weights, run.best_epoch: broken})
    group = attribution(run, toy["test"], epochs=[])["attribution"]
    assert np.isnan(group["logit"]).all()
    assert np.isnan(group["bias"]).all()


def test_a_single_recorded_sample_and_a_single_modality_are_recorded():
    ds = mm.data.synthetic(n=40, steps=8, modalities=1, unique=(1.0,), redundant=0.0, synergistic=0.0, seed=0)
    group = attribution(trained(ds), ds["test"], recorded_samples=1)["attribution"]
    assert group["share"].shape[0] == group["share"].shape[2] == 1
    assert float(group["conservation_error"].max()) <= 1e-4


def test_a_file_written_in_chunks_holds_the_same_attribution(run, toy, tmp_path, group):
    tree = attribution(run, toy["test"], path=tmp_path / "trace.nc", chunk=1, progress=False)
    written = tree["attribution"].to_dataset().compute()
    for name in group.data_vars:
        np.testing.assert_allclose(written[name], group[name], atol=1e-6, err_msg=name)
    assert written.attrs == group.attrs


def test_the_estimated_size_is_that_of_the_groups(toy):
    run = trained(toy, steps=12)
    tree = mm.record(run, toy["test"], recorded_samples=3)
    sizes = mm.recording.estimate(run, toy["test"], recorded_samples=3)
    frames = sum(v.nbytes for child in tree["attribution_frames"].children.values() for v in child.data_vars.values())
    true = sum(v.nbytes for v in tree["attribution"].data_vars.values())
    assert abs(sizes["attribution"] - true) <= 0.02 * true
    assert sizes["attribution_frames"] == frames
    assert "attribution" not in mm.recording.estimate(run, toy["test"], attribution=None)
    with pytest.raises(MmvizError, match=r"attribution \d+ MiB"):
        mm.record(run, toy["test"], recorded_samples=3, limit_bytes=1)


def test_outputs_are_in_the_order_of_the_classes_of_the_data_that_are_recorded(toy, run, group):
    spec = dataclasses.replace(
        toy.spec, task=dataclasses.replace(toy.spec.task, classes=tuple(reversed(toy.spec.task.classes)))
    )
    turned = dataclasses.replace(toy["test"], target=1 - toy["test"].target, spec=spec)
    other = attribution(run, turned, recorded_samples=group["recorded_sample"].values)["attribution"].to_dataset()
    assert list(other["output"].values) == list(reversed(group["output"].values))
    for name in ("share", "share_of_mean", "bias", "logit", "prefix", "prefix_bias"):
        expected = group[name].sel(output=other["output"])
        np.testing.assert_allclose(other[name], expected.transpose(*other[name].dims), atol=1e-6, err_msg=name)


def test_a_trace_without_the_group_and_one_with_a_wrong_dimension(tree):
    broken = tree.copy()
    broken["attribution"] = broken["attribution"].to_dataset().rename(source_block="block").assign_coords()
    with pytest.raises(DataError, match=r"/attribution/stream has dimensions"):
        validate(broken)
    del broken["attribution"]
    validate(broken)
    with pytest.raises(DataError, match=r"/attribution is missing; record it with mmviz.record\(..., attribution="):
        mm.analysis.end_to_end(broken)
