import numpy as np
import pytest
from explorer_frames import make_frame

from mmviz.errors import DataError
from mmviz.widgets import Explorer

BREAKS = [
    (lambda f: f.drop_vars("baseline"), "variable 'baseline' is missing"),
    (lambda f: f.drop_vars("signal_gyro"), "variable 'signal_gyro' is missing"),
    (lambda f: f.drop_vars("sample_id"), "coordinate 'sample_id' is missing"),
    (lambda f: f.assign(state=f["state"].astype("f4")), "'state' has type float32"),
    (lambda f: f.assign(state=f["state"].astype("u2")), "'state' has type uint16, expected uint8"),
    (lambda f: f.assign(prediction=f["prediction"].T), "'prediction' has dimensions"),
    (lambda f: f.isel(epoch=slice(0, 0)), "dimension 'epoch' has size 0"),
    (lambda f: f.assign_attrs(task="ranking"), "'task' is 'ranking'"),
    (lambda f: f.assign_coords(target=("traced", [0, 7, 1])), r"'target' is \[0, 7, 1\], expected class indices from 0 to 6"),
    (lambda f: f.assign_coords(target=("traced", np.array(["a", "b", "c"]))), "'target' is"),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "said"), BREAKS, ids=[said for _, said in BREAKS])
def test_a_frame_that_breaks_the_contract_is_refused_by_name(frame, broken, said):
    with pytest.raises(DataError, match=said):
        Explorer(frame=broken(frame))


def test_a_frame_that_was_saved_and_loaded_shows_the_same(frame, tmp_path):
    import xarray as xr

    frame.to_netcdf(tmp_path / "frame.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "frame.nc", engine="h5netcdf") as loaded:
        assert Explorer(frame=loaded.load()).data == Explorer(frame=frame).data


def test_the_view_does_not_change_the_frame(frame):
    before = frame.copy(deep=True)
    explorer = Explorer(frame=frame)
    explorer.selection = {"epoch": 0}
    assert frame.identical(before)


def test_regression_targets_need_not_be_class_indices():
    frame = make_frame(task="regression")
    assert Explorer(frame=frame).readout.count("target") == 1
