"""The Trace: true to the model, sized before recording, the same after the disk."""

import mmkernels
import numpy as np
import pytest
import torch
import xarray as xr

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, MmvizError
from mmviz.models import batch_of
from mmviz.models.ssm.hidden_states import states_of


@pytest.mark.parametrize("holes", [False, True])
def test_the_recorded_states_give_the_operators_output(toy, toy_run, holes):
    batch = batch_of(toy["test"], range(3))
    if holes:
        batch.valid[toy.spec.names[0]][0, 3:6] = False
        batch.valid[toy.spec.names[1]][1] = False
    for scan in toy_run.model.observe(toy_run.model.encode(batch)).scans:
        assert (scan.mask is not None) is holes
        h = states_of(scan)
        y = torch.einsum("mbten,mbtn->mbte", h, scan.C) + scan.D[:, None, None] * scan.x
        direct = mmkernels.coupled_scan(*scan[:6], scan.W, mask=scan.mask, backend="reference")
        torch.testing.assert_close(
            y if scan.mask is None else torch.where(scan.mask[..., None], y, 0), direct, rtol=0, atol=1e-5
        )


def test_recorded_predictions_of_all_modalities_equal_run_predict(ragged, ragged_run):
    trace = mm.record(ragged_run, ragged["test"], recorded_samples=3)
    everyone = trace["coalitions"]["prediction"].isel(coalition=-1).values
    np.testing.assert_allclose(everyone, ragged_run.predict(ragged["test"]), atol=1e-6)


def test_the_prediction_of_a_coalition_equals_that_of_a_batch_with_the_others_masked(toy, toy_run, trace):
    members = trace["coalitions"]["members"].values
    batch = batch_of(toy["test"], range(3))
    for k in range(len(members)):
        keep = torch.from_numpy(np.tile(members[k], (3, 1)))
        with torch.no_grad():
            expected = toy_run.model(batch.masked(keep)).softmax(-1).numpy()
        np.testing.assert_allclose(trace["coalitions"]["prediction"].values[:3, k], expected, atol=1e-6)


def test_coalition_k_contains_modality_i_where_bit_i_is_set(trace):
    members = trace["coalitions"]["members"].values
    assert (members @ (1 << np.arange(members.shape[1]))).tolist() == list(range(len(members)))


def test_recorded_epochs_differ_and_include_the_best(trace, toy_run):
    norms = trace["states"]["norm"]
    assert toy_run.best_epoch in norms["epoch"].values
    assert float(abs(norms.isel(epoch=0) - norms.isel(epoch=-1)).max()) > 0


def test_chosen_epochs_and_samples_are_the_ones_recorded(toy, toy_run):
    trace = mm.record(toy_run, toy["test"], recorded_samples=[4, 2], epochs=[0], coalitions=False)
    assert trace["states"]["epoch"].values.tolist() == sorted({0, toy_run.best_epoch})
    assert trace["states"]["recorded_sample"].values.tolist() == [4, 2]
    np.testing.assert_array_equal(
        trace["inputs"][toy.spec.names[0]]["value"].values[1], toy["test"].inputs[toy.spec.names[0]][2]
    )
    assert "coalitions" not in trace.children


def test_the_estimated_size_is_within_five_percent_of_the_recorded_size(toy, toy_run):
    trace = mm.record(toy_run, toy["test"], recorded_samples=4)
    sizes = mm.recording.estimate(toy_run, toy["test"], recorded_samples=4)
    for group in ("states", "operator", "prefixes", "influence"):
        true = sum(v.nbytes for v in trace[group].data_vars.values())
        assert abs(sizes[group] - true) <= 0.05 * true, group
    true = sum(v.nbytes for name in toy.spec.names for v in trace["inputs"][name].data_vars.values())
    assert abs(sizes["inputs"] - true) <= 0.05 * true


def test_too_large_a_trace_is_refused_before_the_first_batch(toy, toy_run, monkeypatch):
    monkeypatch.setattr(type(toy_run.model), "observe", lambda *_: pytest.fail("the model was run"))
    with pytest.raises(MmvizError, match=r"states .* MiB.*give fewer recorded samples"):
        mm.record(toy_run, toy["test"], limit_bytes=1000)


@pytest.mark.parametrize("recorded_samples", [0, -1, True, 2.5, [], [0, 0], [-1], [10_000]])
def test_recorded_samples_out_of_range_are_refused(toy, toy_run, recorded_samples):
    with pytest.raises(ConfigError, match="recorded_samples="):
        mm.record(toy_run, toy["test"], recorded_samples=recorded_samples)


def test_an_epoch_without_stored_weights_is_refused(toy, toy_run):
    with pytest.raises(ConfigError, match="epoch 99 has no stored weights"):
        mm.record(toy_run, toy["test"], epochs=[99])


def test_recording_leaves_the_model_and_the_gradient_mode_unchanged(toy, toy_run):
    before = {k: v.clone() for k, v in toy_run.model.state_dict().items()}
    mm.record(toy_run, toy["test"], recorded_samples=2)
    assert torch.is_grad_enabled()
    assert all(torch.equal(v, before[k]) for k, v in toy_run.model.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in toy_run.model.modules())


def test_a_saved_and_loaded_trace_is_identical(trace, tmp_path):
    again = mm.trace.load(mm.trace.save(trace, tmp_path / "trace.nc"))
    assert trace.identical(again)
    for node in trace.subtree:
        for name, variable in node.variables.items():
            assert again[node.path].variables[name].dtype == variable.dtype, f"{node.path}/{name}"


def test_every_json_type_of_attribute_survives_saving(trace, tmp_path):
    rich = trace.copy()
    rich.attrs["odd"] = {"none": None, "flag": True, "list": [1, 2.5, "é"], "nested": {"a": False}}
    rich["states"].attrs["none"] = None
    again = mm.trace.load(mm.trace.save(rich, tmp_path / "trace.nc"))
    assert again.attrs["odd"] == rich.attrs["odd"]
    assert again["states"].attrs["none"] is None


@pytest.mark.parametrize("text", ["🎧 emoji", "\u202eoverride", "x" * 100_000, ""])
def test_unusual_text_survives_saving(trace, tmp_path, text):
    odd = trace.copy()
    ids = odd["samples"]["id"].values.astype(object)
    ids[0] = text
    odd["samples"] = odd["samples"].to_dataset().assign(id=("sample", ids.astype(str)))
    again = mm.trace.load(mm.trace.save(odd, tmp_path / "trace.nc"))
    assert again["samples"]["id"].values[0] == text


@pytest.mark.parametrize("text", ["nul\x00inside", "lone \ud800 surrogate"])
def test_text_that_netcdf_cannot_hold_is_refused_by_name(trace, tmp_path, text):
    odd = trace.copy()
    ids = odd["samples"]["id"].values.astype("<U40")
    ids[1] = text
    odd["samples"] = odd["samples"].to_dataset().assign(id=("sample", ids))
    with pytest.raises(DataError, match=r"id\[1\]"):
        mm.trace.save(odd, tmp_path / "trace.nc")
    assert list(tmp_path.iterdir()) == []


def test_an_attribute_that_is_not_json_is_refused_and_no_file_is_written(trace, tmp_path):
    odd = trace.copy()
    odd.attrs["function"] = print
    with pytest.raises(DataError, match="JSON"):
        mm.trace.save(odd, tmp_path / "trace.nc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"<html>404</html>", b"version https://git-lfs", b"\x89HDF\r\n\x1a\n" + b"x" * 50]
)
def test_a_file_that_is_not_a_trace_is_refused(tmp_path, content):
    (tmp_path / "trace.nc").write_bytes(content)
    with pytest.raises(DataError, match="netCDF"):
        mm.trace.load(tmp_path / "trace.nc")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        mm.trace.load(tmp_path / "none.nc")


def test_another_schema_version_is_refused_with_both_versions_named(trace):
    old = trace.copy()
    old.attrs["schema"] = 99
    with pytest.raises(DataError, match="schema version 99, expected 3"):
        mm.trace.validate(old)


def test_a_missing_group_is_named(trace):
    broken = trace.copy()
    del broken["states"]
    with pytest.raises(DataError, match="/states is missing"):
        mm.trace.validate(broken)


def test_a_renamed_dimension_is_named(trace):
    broken = trace.copy()
    broken["coalitions"] = trace["coalitions"].to_dataset().rename(sample="row")
    with pytest.raises(DataError, match=r"/coalitions/prediction has dimensions \('row'"):
        mm.trace.validate(broken)


def test_a_missing_modality_is_named(trace):
    broken = trace.copy()
    name = trace.attrs["modalities"][0]
    del broken["inputs"][name]
    with pytest.raises(DataError, match=f"/inputs/{name} is missing"):
        mm.trace.validate(broken)


def test_a_trace_is_a_plain_datatree(trace):
    assert type(trace) is xr.DataTree


@pytest.mark.parametrize("recorded_samples", [np.array([True, False]), [0.5, 1.9], ["0"]])
def test_recorded_samples_that_are_not_integers_are_refused(toy, toy_run, recorded_samples):
    with pytest.raises(ConfigError, match="recorded_samples="):
        mm.record(toy_run, toy["test"], recorded_samples=recorded_samples)


def test_the_order_in_which_a_split_lists_its_modalities_does_not_matter(toy, toy_run):
    split = toy["test"].take(range(8))
    turned = {n: split.inputs[n] for n in reversed(toy.spec.names)}
    other = type(split)(split.name, turned, split.valid, split.target, split.ids, split.group)
    a, b = (mm.analysis.shapley(mm.record(toy_run, s, recorded_samples=2)) for s in (split, other))
    np.testing.assert_allclose(a["phi"].values, b["phi"].values, rtol=0, atol=1e-6)


def test_recording_in_several_passes_gives_the_same_predictions(toy, toy_run, trace, monkeypatch):
    import mmviz.recording.coalitions as recorder

    split = toy["test"].take([0, 5, 7])
    whole = mm.record(toy_run, split, recorded_samples=3)
    monkeypatch.setattr(recorder, "_SAMPLES", 2)
    parts = mm.record(toy_run, split, recorded_samples=3)
    for group in ("coalitions", "prefixes"):
        np.testing.assert_allclose(parts[group]["prediction"], whole[group]["prediction"], atol=1e-6)


def test_state_summaries_do_not_depend_on_coalitions(ragged, ragged_run):
    rich = mm.record(ragged_run, ragged["test"], recorded_samples=[0, 1, 4])
    poor = mm.record(ragged_run, ragged["test"], recorded_samples=[0, 1, 4], coalitions=False)
    a, b = mm.analysis.states(rich), mm.analysis.states(poor)
    assert a.identical(b)


def test_a_trace_of_an_augmented_run_survives_the_disk(toy, tmp_path):
    model = mm.models.build("coupled_mamba", toy.spec, width=8, layers=1, state=4)
    run = mm.train.fit(model, toy, epochs=1, augment=mm.train.Augment(stretch=toy.spec.names), progress=False)
    trace = mm.record(run, toy["test"], recorded_samples=2)
    assert trace.identical(mm.trace.load(mm.trace.save(trace, tmp_path / "trace.nc")))
