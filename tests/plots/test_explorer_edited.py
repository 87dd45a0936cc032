"""The frame of an edited sample: unedited it is the recorded one, and it keeps channels and scales."""

import numpy as np
import pytest

import mmviz as mm
from mmviz.errors import DataError
from mmviz.plots import edited_frame, explorer_frame


@pytest.fixture(scope="module")
def study(toy, toy_run):
    part = toy["test"]
    trace = mm.trace.record(toy_run, part, traced=[2, 5], influence=False)
    return explorer_frame(trace, channels=4), mm.trace.what_if(toy_run, part), part


def test_without_an_edit_it_is_the_frame_of_the_recorded_sample(study, toy_run):
    frame, asked, part = study
    edited = edited_frame(asked(str(part.ids[5]), toy_run.best_epoch, {}), frame)
    place = list(frame["epoch"].values).index(toy_run.best_epoch)
    for name, array in edited.data_vars.items():
        kept = frame[name].isel(traced=[1])
        kept = kept.isel(epoch=[place]) if "epoch" in kept.dims else kept
        assert array.dims == kept.dims
        assert array.dtype == kept.dtype
        if array.dtype == np.uint8:  # a batch of another size rounds differently
            assert np.abs(array.values.astype(int) - kept.values).max() <= 1
        else:
            np.testing.assert_allclose(array.values, kept.values, atol=3e-5)
    assert {"prediction", "contribution", "game", "state", "signal_m1"} <= set(edited.data_vars)


def test_contributions_of_an_edited_sample_sum_to_its_answer_and_a_masked_modality_has_none(study, toy_run):
    frame, asked, part = study
    edited = edited_frame(asked(str(part.ids[2]), toy_run.best_epoch, {"m2": {"mask": True}}), frame)
    target = int(frame["target"].values[0])
    whole = edited["baseline"] + edited["contribution"].sum("modality")
    np.testing.assert_allclose(whole.values, edited["prediction"].values[..., target], atol=5e-5)
    assert (edited["contribution"].sel(modality="m2") == 0).all()
    assert not edited["state_valid"].values[0, 1].any()


def test_states_that_pass_the_scale_stand_at_its_end(study, toy_run):
    frame, asked, part = study
    loud = asked(str(part.ids[2]), toy_run.best_epoch, {})
    loud["/states"] = loud["/states"].assign(norm=loud["/states"]["norm"] * 1e3)
    state = edited_frame(loud, frame)["state"].values
    assert state.max() == 255
    assert (state == 255).mean() > 0.5


def test_an_answer_that_does_not_fit_the_frame_is_refused_by_name(study, toy_run):
    frame, asked, part = study
    good = asked(str(part.ids[2]), toy_run.best_epoch, {})
    with pytest.raises(DataError, match="has no group /prefixes"):
        edited_frame({name: group for name, group in good.items() if name != "/prefixes"}, frame)
    with pytest.raises(DataError, match="has no group /inputs/m1"):
        edited_frame({name: group for name, group in good.items() if name != "/inputs/m1"}, frame)
    short = {**good, "/prefixes": good["/prefixes"].isel(time=slice(5))}
    with pytest.raises(DataError, match="of its answer has sizes"):
        edited_frame(short, frame)
    thin = {**good, "/states": good["/states"].isel(channel=slice(1))}
    with pytest.raises(DataError, match="and at least"):
        edited_frame(thin, frame)
