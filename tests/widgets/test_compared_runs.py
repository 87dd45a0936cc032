import json

import numpy as np
import pytest
from explorer_frames import make_frame

from mmviz.core.errors import ConfigError, DataError
from mmviz.widgets import Explorer
from mmviz.widgets.compare import corresponding_selection, distinguishing_names


def test_the_readout_of_two_runs_contains_both_or_the_selected_run():
    explorer = Explorer(frame=make_frame(), other=make_frame(seed=1, attrs={"model": "late"}))
    assert explorer.selection["run"] == "both"
    both = explorer.readout
    assert both.startswith("A: epoch 4 of 4")
    explorer.selection = {"run": "B"}
    assert both.endswith(f"B: {explorer.readout}")
    explorer.selection = {"run": "A"}
    assert both.startswith(f"A: {explorer.readout} · ")
    with pytest.raises(ConfigError, match="run='C'; use one of 'A', 'B', 'both'"):
        explorer.selection = {"run": "C"}


def test_compared_frames_keep_only_common_samples_in_the_order_of_the_first_frame():
    frame = make_frame(samples=4, every_view=True)
    explorer = Explorer(frame=frame, other=make_frame(samples=4, seed=1).isel(recorded_sample=[3, 1]))
    ids = frame["sample_id"].values[[1, 3]].tolist()
    assert explorer.frame["sample_id"].values.tolist() == explorer.other["sample_id"].values.tolist() == ids
    kept = explorer.frame["listed_recorded"].values
    assert set(kept) == {-1.0, 0.0, 1.0}
    assert ((frame["listed_recorded"].values == 3) == (kept == 1)).all()


SETTINGS = {
    "model": {"coupling": "softmax", "width": 16, "backend": "numba"},
    "train": {"strategy": "joint", "measure": None},
}


def told(model=None, train=None, **attrs):
    """A frame whose run has these settings."""
    settings = {"model": SETTINGS["model"] | (model or {}), "train": SETTINGS["train"] | (train or {})}
    return make_frame(attrs={"settings": json.dumps(settings), **attrs})


@pytest.mark.parametrize(
    ("a", "b", "names"),
    [
        ({}, {"model": {"coupling": "identity"}}, ("coupling softmax", "coupling identity")),
        (
            {},
            {"model": {"width": 8.5}, "train": {"measure": {}}},
            ("width 16, measure none", "width 8.5, measure given"),
        ),
        ({}, {"model": {"more": 1, "backend": "triton"}, "run": "b"}, ("", "")),
        ({"run": "first"}, {"run": "second"}, ("first", "second")),
        ({"run": "first"}, {"run": "first"}, ("", "")),
        ({"split": "test"}, {"split": "valid"}, ("split test", "split valid")),
    ],
)
def test_runs_are_named_by_their_differing_settings_or_else_by_their_folders(a, b, names):
    assert distinguishing_names(told(**a), told(**b)) == names
    explorer = Explorer(frame=told(**a), other=told(**b))
    assert tuple(json.loads(explorer.data[key])["name"] for key in ("meta", "meta_b")) == names


def test_names_of_runs_contain_three_settings_and_the_number_of_further_ones():
    a, b = told(dataset="x"), told({"coupling": "mean", "width": 4}, {"strategy": "alternating"}, dataset="\u202ey")
    one, two = distinguishing_names(a, b)
    assert one == "x, coupling softmax, width 16 and 1 more"
    assert "\u202e" not in two
    assert two.endswith("coupling mean, width 4 and 1 more")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"names": ("dynamic", "gyro", "light")}, "modality of other is .*'light'"),
        ({"classes": tuple("abcdefg")}, "output of other is"),
        ({"ids": ("x", "y", "z")}, "no recorded sample in common: s0_r1_w0, .* and x, y, z"),
    ],
)
def test_runs_with_other_modalities_classes_or_samples_raise_a_data_error(other, said):
    with pytest.raises(DataError, match=said):
        Explorer(frame=make_frame(), other=make_frame(**other))


def test_the_corresponding_selection_has_the_same_fraction_of_the_sequence_and_the_last_epoch_not_after():
    a, b = make_frame(epochs=5, steps=50), make_frame(epochs=5, steps=40, layers=1).isel(epoch=[0, 2])
    here = {
        "sample": 1,
        "epoch": 3,
        "layer": 1,
        "channel": 2,
        "time": 49,
        "brush": [0, 24],
        "zoom": [10, 49],
        "masked": [],
        "run": "both",
    }
    there = corresponding_selection(a, b, here)
    assert there == here | {"epoch": 1, "layer": 0, "time": 39, "brush": [0, 19], "zoom": [8, 39]}
    assert [corresponding_selection(a, b, here | {"time": t})["time"] for t in (0, 1, 25)] == [0, 1, 20]
    assert all(type(there[key]) is int for key in ("epoch", "layer", "time"))


def test_masking_is_refused_if_one_run_has_no_coalition_values():
    explorer = Explorer(frame=make_frame(every_view=True), other=make_frame(seed=1))
    with pytest.raises(ConfigError, match=r"masked=\['gyro'\]: no modality can be masked"):
        explorer.selection = {"masked": ["gyro"]}
    assert "game" not in explorer.frame


def test_comparing_two_frames_does_not_change_them():
    a, b = make_frame(every_view=True), make_frame(every_view=True, seed=1).isel(recorded_sample=[0, 1])
    before = a.copy(deep=True), b.copy(deep=True)
    Explorer(frame=a, other=b)
    assert a.identical(before[0])
    assert b.identical(before[1])
    assert np.isfinite(a["listed_recorded"]).all()
