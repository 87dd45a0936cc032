""""""

import json

import numpy as np
import pytest
from explorer_frames import NAMES, make_frame
from hostile_text import ODD

from mmviz.core.errors import DataError
from mmviz.widgets import Explorer
from mmviz.widgets.readout import digits, duration_s, fixed, readout
from mmviz.widgets.serialize import decode, pack

KINDS = [
    {},
    {"absent": (0, 1), "padded": 40, "rate_hz": None},
    {"task": "regression", "features": 12},
    {"names": ("only",), "layers": 1, "epochs": 1, "samples": 1, "steps": 1},
    {"names": tuple("abcdefghijk"), "epochs": 2},
]


def opened(data):
    meta = json.loads(data["meta"])
    return meta, decode(meta["arrays"], data["body"])


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_decoding_a_packed_frame_gives_the_same_numbers(kind):
    frame = make_frame(**kind)
    _, arrays = opened(pack(frame))
    for name in ("state", "state_valid", "prediction", "phi", "baseline", "coupling"):
        np.testing.assert_array_equal(arrays[name], frame[name].values)
    for m, name in enumerate(frame["modality"].values):
        np.testing.assert_array_equal(arrays[f"signal_{m}"], frame[f"signal_{name}"].values)
        np.testing.assert_array_equal(arrays[f"signal_valid_{m}"], frame[f"signal_valid_{name}"].values)


def test_nan_and_infinity_are_packed_unchanged():
    frame = make_frame()
    frame["prediction"][0, 0, 0] = np.nan
    frame["phi"][1, 1, 1] = np.inf
    _, arrays = opened(pack(frame))
    np.testing.assert_array_equal(arrays["prediction"], frame["prediction"].values)
    np.testing.assert_array_equal(arrays["phi"], frame["phi"].values)


def test_a_float64_frame_is_rounded_to_float32_and_no_further():
    frame = make_frame()
    frame["coupling"] = frame["coupling"].astype("f8") / 3
    _, arrays = opened(pack(frame))
    np.testing.assert_array_equal(arrays["coupling"], frame["coupling"].values.astype("f4"))


def test_a_watch_sized_trace_stays_below_one_megabyte():
    data = pack(make_frame(samples=6, epochs=12, layers=2, steps=50, channels=32, frames=200))
    assert sum(len(value) for value in data.values()) < 1_000_000


def test_the_header_is_ascii_json_without_nan_whatever_the_text_is():
    ids = list(ODD)
    frame = make_frame(samples=len(ids), ids=ids, task="regression")
    frame["target"].values[0] = np.nan
    meta_text = pack(frame)["meta"]
    meta = json.loads(meta_text, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert meta_text.isascii()
    assert meta["targets"][0] is None
    assert meta["samples"][:3] == ["\\u202eright to left", "nul\\u0000and\\u001bescape", "lone \\ud800 surrogate"]
    assert meta["samples"][3:5] == ["🦭 seal", "sample 4"]
    assert meta["samples"][5].endswith("… (+999800)")
    assert len(meta["samples"][5]) < 300


def test_names_of_modalities_are_not_keys_of_the_packed_arrays():
    meta = json.loads(pack(make_frame(names=("__proto__", "<img>", "constructor")))["meta"])
    assert {key for key in meta["arrays"] if key.startswith("signal")} == {
        f"signal{kind}_{m}" for kind in ("", "_valid") for m in range(3)
    }


def test_the_time_axis_is_in_seconds_only_if_all_modalities_have_the_same_duration():
    assert duration_s(make_frame(), 0) == 4.0
    assert duration_s(make_frame(rate_hz=None), 0) is None
    frame = make_frame()
    frame["signal_gyro"].attrs["rate_hz"] = 25.0
    assert duration_s(frame, 0) is None
    frame["signal_gyro"].attrs["rate_hz"] = "50"
    assert duration_s(frame, 0) is None


def test_an_absent_modality_is_ignored_in_the_duration():
    frame = make_frame(absent=(0, 1))
    frame["signal_gyro"].attrs["rate_hz"] = ""
    assert duration_s(frame, 0) == 4.0
    assert duration_s(frame, 1) is None


def test_padded_frames_count_for_the_duration_only_with_align_pad():
    assert duration_s(make_frame(padded=40, attrs={"align": "resample"}), 1) == pytest.approx(160 / 50)
    assert duration_s(make_frame(padded=40, frames=200, steps=200, attrs={"align": "pad"}), 1) == 4.0


@pytest.mark.parametrize(
    ("value", "places", "plus", "text"),
    [
        (0.414, 2, False, "0.41"), (-0.031, 2, True, "−0.03"), (0.5, 1, True, "+0.5"), (0.25, 1, False, "0.3"), (-2.5, 0, True, "−3"), (1e22, 0, False, "1" + "0" * 22), (-0.001, 2, True, "0.00"),
        (0.0, 2, True, "0.00"), (float("nan"), 2, False, "–"), (float("-inf"), 2, True, "–"), (12.0, 0, False, "12"),
    ],
)  # fmt: skip
def test_fixed_writes_a_minus_sign_and_no_sign_for_rounded_zeros(value, places, plus, text):
    assert fixed(value, places, plus=plus) == text


def test_the_readout_contains_epoch_time_prediction_target_and_shapley_values():
    frame = make_frame()
    here = {"sample": 1, "epoch": 3, "layer": 0, "time": 22}
    prediction = frame["prediction"].values[3, 1, 22]
    shares = frame["phi"].values[3, 1, 22]
    each = ", ".join(f"{n} {fixed(float(v), 2, plus=True)}" for n, v in zip(NAMES, shares, strict=True))
    best = int(prediction.argmax())
    expected = (
        f"epoch 3 of 4, t = 1.84 s: predicts {frame['output'].values[best]} ({prediction[best]:.2f}), true FEL; {each}"
    )
    assert readout(frame, here) == expected


def test_the_readout_of_a_regression_has_three_significant_digits_of_the_largest_value():
    frame = make_frame(task="regression", rate_hz=None)
    frame["prediction"][:] = 0.0123
    assert digits(frame) == 4
    said = readout(frame, {"sample": 0, "epoch": 0, "layer": 0, "time": 0})
    assert said.startswith("epoch 0 of 4, step 1 of 50: predicts 0.0123, target −1.5000; ")


def test_the_readout_of_a_step_without_finite_prediction_says_no_prediction():
    frame = make_frame()
    frame["prediction"][0, 0, 0] = np.nan
    assert ": no prediction, true PEN; " in readout(frame, {"sample": 0, "epoch": 0, "layer": 0, "time": 0})


BREAKS = [
    (lambda f: f.drop_vars("baseline"), "variable 'baseline' is missing"),
    (lambda f: f.drop_vars("signal_gyro"), "variable 'signal_gyro' is missing"),
    (lambda f: f.drop_vars("sample_id"), "coordinate 'sample_id' is missing"),
    (lambda f: f.assign(state=f["state"].astype("f4")), "'state' has type float32"),
    (lambda f: f.assign(state=f["state"].astype("u2")), "'state' has type uint16, expected uint8"),
    (lambda f: f.assign(prediction=f["prediction"].T), "'prediction' has dimensions"),
    (lambda f: f.isel(epoch=slice(0, 0)), "dimension 'epoch' has size 0"),
    (lambda f: f.assign_attrs(task="ranking"), "'task' is 'ranking'"),
    (lambda f: f.assign_coords(target=("recorded_sample", [0, 7, 1])), r"'target' is \[0, 7, 1\], expected class indices from 0 to 6"),
    (lambda f: f.assign_coords(target=("recorded_sample", np.array(["a", "b", "c"]))), "'target' is"),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "said"), BREAKS, ids=[said for _, said in BREAKS])
def test_an_invalid_frame_raises_a_data_error_that_names_the_variable(frame, broken, said):
    with pytest.raises(DataError, match=said):
        Explorer(frame=broken(frame))


def test_a_frame_loaded_from_netcdf_is_packed_as_the_original(frame, tmp_path):
    import xarray as xr

    frame.to_netcdf(tmp_path / "frame.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "frame.nc", engine="h5netcdf") as loaded:
        assert Explorer(frame=loaded.load()).data == Explorer(frame=frame).data


def test_an_explorer_does_not_change_its_frame(frame):
    before = frame.copy(deep=True)
    explorer = Explorer(frame=frame)
    explorer.selection = {"epoch": 0}
    assert frame.identical(before)


def test_regression_targets_need_not_be_class_indices():
    frame = make_frame(task="regression")
    assert Explorer(frame=frame).readout.count("target") == 1
