"""The Explorer's frames: fewer recorded samples, an edited sample, and the static image."""

import base64
import re
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest
import xarray as xr

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.plots import explorer_frame, what_if_frame
from mmviz.plots.explorer_image import MAP, explorer_image, explorer_svg
from mmviz.widgets import Explorer


@pytest.fixture
def whole(trace):
    return explorer_frame(trace, channels=4)


def test_explorer_frame_with_sample_ids_keeps_their_numbers_and_order(trace, whole):
    ids = [str(whole["sample_id"].values[i]) for i in (2, 0)]
    frame = explorer_frame(trace, channels=4, recorded_samples=ids)
    assert list(frame["sample_id"].values) == ids
    fixed = "listed_recorded"
    xr.testing.assert_identical(frame.drop_vars(fixed), whole.isel(recorded_sample=[2, 0]).drop_vars(fixed))
    rows = [list(frame["listed_recorded"].values).index(place) for place in (0, 1)]
    assert [str(frame["listed_id"].values[row]) for row in rows] == ids
    assert sorted(set(frame["listed_recorded"].values)) == [-1, 0, 1]


def test_explorer_frame_with_a_number_of_samples_takes_evenly_spaced_ones(trace, whole):
    frame = explorer_frame(trace, channels=4, recorded_samples=2)
    there = whole.sizes["recorded_sample"]
    assert list(frame["sample_id"].values) == [str(whole["sample_id"].values[i]) for i in (0, there - 1)]
    xr.testing.assert_identical(explorer_frame(trace, channels=4, recorded_samples=there + 5), whole)


def test_a_page_with_fewer_recorded_samples_is_smaller(trace, whole, tmp_path):
    small = Explorer(frame=explorer_frame(trace, channels=4, recorded_samples=1)).save(tmp_path / "one.html")
    large = Explorer(frame=whole).save(tmp_path / "all.html")
    assert small.stat().st_size < large.stat().st_size


def test_explorer_frame_refuses_unknown_repeated_and_empty_sample_ids(trace, whole):
    known = str(whole["sample_id"].values[0])
    for bad in (0, True, [], known, [known, known], [known + "x"]):
        with pytest.raises(ConfigError, match="recorded_sample"):
            explorer_frame(trace, channels=4, recorded_samples=bad)
    with pytest.raises(ConfigError, match=f"did you mean '{known}'"):
        explorer_frame(trace, channels=4, recorded_samples=[known + "x"])
    assert np.array_equal(whole["sample_id"], explorer_frame(trace, channels=4)["sample_id"])


@pytest.fixture(scope="module")
def study(toy, toy_run):
    part = toy["test"]
    trace = mm.record(toy_run, part, recorded_samples=[2, 5], influence=False)
    return explorer_frame(trace, channels=4), mm.recording.what_if(toy_run, part), part


def test_what_if_frame_without_an_edit_equals_the_frame_of_the_recorded_sample(study, toy_run):
    frame, asked, part = study
    edited = what_if_frame(asked(str(part.ids[5]), toy_run.best_epoch, {}), frame)
    place = list(frame["epoch"].values).index(toy_run.best_epoch)
    for name, array in edited.data_vars.items():
        kept = frame[name].isel(recorded_sample=[1])
        kept = kept.isel(epoch=[place]) if "epoch" in kept.dims else kept
        assert array.dims == kept.dims
        assert array.dtype == kept.dtype
        if array.dtype == np.uint8:  # a batch of another size rounds differently
            assert np.abs(array.values.astype(int) - kept.values).max() <= 1
        else:
            np.testing.assert_allclose(array.values, kept.values, atol=3e-5)
    assert {"prediction", "phi", "game", "state", "signal_m1"} <= set(edited.data_vars)


def test_shapley_values_of_an_edited_sample_sum_to_its_prediction_and_are_zero_for_a_masked_modality(study, toy_run):
    frame, asked, part = study
    edited = what_if_frame(asked(str(part.ids[2]), toy_run.best_epoch, {"m2": {"mask": True}}), frame)
    target = int(frame["target"].values[0])
    whole = edited["baseline"] + edited["phi"].sum("modality")
    np.testing.assert_allclose(whole.values, edited["prediction"].values[..., target], atol=5e-5)
    assert (edited["phi"].sel(modality="m2") == 0).all()
    assert not edited["state_valid"].values[0, 1].any()


def test_what_if_frame_clips_hidden_states_to_the_scale_of_the_frame(study, toy_run):
    frame, asked, part = study
    loud = asked(str(part.ids[2]), toy_run.best_epoch, {})
    loud["/states"] = loud["/states"].assign(norm=loud["/states"]["norm"] * 1e3)
    state = what_if_frame(loud, frame)["state"].values
    assert state.max() == 255
    assert (state == 255).mean() > 0.5


def test_what_if_frame_names_missing_groups_and_other_sizes(study, toy_run):
    frame, asked, part = study
    good = asked(str(part.ids[2]), toy_run.best_epoch, {})
    with pytest.raises(DataError, match="has no group /prefixes"):
        what_if_frame({name: group for name, group in good.items() if name != "/prefixes"}, frame)
    with pytest.raises(DataError, match="has no group /inputs/m1"):
        what_if_frame({name: group for name, group in good.items() if name != "/inputs/m1"}, frame)
    short = {**good, "/prefixes": good["/prefixes"].isel(time=slice(5))}
    with pytest.raises(DataError, match="of the result has sizes"):
        what_if_frame(short, frame)
    thin = {**good, "/states": good["/states"].isel(channel=slice(1))}
    with pytest.raises(DataError, match="and at least"):
        what_if_frame(thin, frame)


HERE = {"sample": 0, "epoch": 1, "layer": 0, "time": 5}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def frame(trace):
    return explorer_frame(trace, channels=4)


def tree_of(frame):
    return ET.fromstring(explorer_svg(frame, HERE))  # noqa: S314 - our own text


def levels(image):
    """Return the palette numbers of an embedded PNG, and its palette."""
    raw = base64.b64decode(image.get("href").removeprefix("data:image/png;base64,"))
    at, chunks = 8, {}
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        chunks[raw[at + 4 : at + 8]] = data = raw[at + 8 : at + 8 + size]
        assert int.from_bytes(raw[at + 8 + size : at + 12 + size], "big") == zlib.crc32(raw[at + 4 : at + 8] + data)
        at += 12 + size
    width, height = (int.from_bytes(chunks[b"IHDR"][k : k + 4], "big") for k in (0, 4))
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    return rows[:, 1:], np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)


def test_the_static_image_holds_the_hidden_states_of_the_selection(frame):
    images = tree_of(frame).findall(f"{SVG}image")
    assert len(images) == frame.sizes["modality"]
    here = frame.isel(recorded_sample=0, epoch=1, layer=0)
    for m, image in enumerate(images):
        found, palette = levels(image)
        state = here["state"].isel(modality=m).transpose("channel", "time").values
        valid = here["state_valid"].isel(modality=m).values.astype(bool)
        assert np.array_equal(found[:, valid], np.minimum(state, 254)[:, valid])
        assert (found[:, ~valid] == 255).all()
        assert len(palette) == 256
        assert palette[255].tolist() == [255, 255, 255]
        assert palette[:255].astype(int).sum(1).argmax() > 200, "brighter is larger"


def test_the_static_image_shows_the_shapley_values_at_the_time_cursor(frame):
    text = explorer_svg(frame, HERE)
    for value in frame["phi"].isel(recorded_sample=0, epoch=1, time=5).values:
        assert f"{value:+.2f}".replace("-", "−") in text


def test_markup_in_names_is_escaped_in_the_static_image(frame):
    wild = '"><script>alert(1)</script>'
    names = [wild, *frame["modality"].values[1:]]
    frame = frame.assign_coords(modality=names)
    frame.attrs["title"] = wild
    text = explorer_image(frame, HERE, readout=wild)
    assert "<script" not in text
    tree = tree_of(frame)
    assert {node.tag.removeprefix(SVG) for node in tree.iter()} == {"svg", "rect", "text", "path", "image"}
    assert re.findall(r"<(\w+)", text) == ["figure", "img", "figcaption", "code"]


def test_the_static_image_of_a_model_without_states_shows_its_shapley_values(frame):
    poor = frame.drop_vars([name for name in ("state", "coupling", "half_life", "path") if name in frame])
    tree = tree_of(poor)
    assert not tree.findall(f"{SVG}image")
    assert len(tree.findall(f"{SVG}rect")) > frame.sizes["modality"]


def test_the_mimebundle_of_an_explorer_holds_the_static_image_with_its_readout(frame):
    view = Explorer(frame=frame, selection={"epoch": 1, "time": 5})
    bundle = view._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert view.readout.split(":")[0] in data["text/html"]
    assert data["text/html"].startswith("<figure")
    assert len(data["text/html"]) < 60_000
    assert str(MAP) in explorer_svg(view.frame, view.selection)
