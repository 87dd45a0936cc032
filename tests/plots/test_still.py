"""The still picture of the live view: its numbers, its words, and nothing in it that could act."""

import base64
import re
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest

from mmviz.plots import explorer_frame
from mmviz.plots.still import MAP, drawn, still
from mmviz.widgets import Explorer

HERE = {"sample": 0, "epoch": 1, "layer": 0, "time": 5}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def frame(trace):
    return explorer_frame(trace, channels=4)


def tree_of(frame):
    return ET.fromstring(drawn(frame, HERE))  # noqa: S314 - our own text


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


def test_the_maps_are_the_states_of_what_is_selected(frame):
    images = tree_of(frame).findall(f"{SVG}image")
    assert len(images) == frame.sizes["modality"]
    here = frame.isel(traced=0, epoch=1, layer=0)
    for m, image in enumerate(images):
        found, palette = levels(image)
        state = here["state"].isel(modality=m).transpose("channel", "time").values
        valid = here["state_valid"].isel(modality=m).values.astype(bool)
        assert np.array_equal(found[:, valid], np.minimum(state, 254)[:, valid])
        assert (found[:, ~valid] == 255).all()
        assert len(palette) == 256
        assert palette[255].tolist() == [255, 255, 255]
        assert palette[:255].astype(int).sum(1).argmax() > 200, "brighter is larger"


def test_the_bars_tell_the_contributions_at_the_cursor(frame):
    text = drawn(frame, HERE)
    for value in frame["contribution"].isel(traced=0, epoch=1, time=5).values:
        assert f"{value:+.2f}".replace("-", "−") in text


def test_texts_of_the_data_are_words_and_nothing_else(frame):
    wild = '"><script>alert(1)</script>'
    names = [wild, *frame["modality"].values[1:]]
    frame = frame.assign_coords(modality=names)
    frame.attrs["title"] = wild
    text = still(frame, HERE, readout=wild)
    assert "<script" not in text
    tree = tree_of(frame)
    assert {node.tag.removeprefix(SVG) for node in tree.iter()} == {"svg", "rect", "text", "path", "image"}
    assert re.findall(r"<(\w+)", text) == ["figure", "img", "figcaption"]


def test_a_model_without_states_has_its_contributions(frame):
    poor = frame.drop_vars([name for name in ("state", "coupling", "half_life", "path") if name in frame])
    tree = tree_of(poor)
    assert not tree.findall(f"{SVG}image")
    assert len(tree.findall(f"{SVG}rect")) > frame.sizes["modality"]


def test_a_place_without_widgets_gets_the_picture_with_its_words(frame):
    view = Explorer(frame=frame, selection={"epoch": 1, "time": 5})
    bundle = view._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert view.readout.split(":")[0] in data["text/html"]
    assert data["text/html"].startswith("<figure")
    assert len(data["text/html"]) < 60_000
    assert str(MAP) in drawn(view.frame, view.selection)
