"""Storage of a saved page: printable text of bytes, planes of bytes, and weights and frames of a model in them."""

import gzip

import numpy as np
import pytest
from mmkernels.wasm import MODULE_PATH

import mmviz as mm
from mmviz.core.errors import DataError
from mmviz.io.byte_planes import from_planes, to_planes
from mmviz.io.page_blob import compressed, expanded
from mmviz.io.page_model import PageModel, PageSplit
from mmviz.io.printable_code import ALPHABET, from_text, length_of, to_text
from mmviz.io.stored_floats import from_levels, to_levels
from mmviz.io.stored_frames import KINDS, StoredFrames
from mmviz.widgets import html_page
from mmviz.widgets.page_parts import page_parts

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("count", [0, 1, 2, 12, 13, 14, 1000, 4097])
def test_bytes_become_printable_text_of_the_stated_length_and_are_read_back(count):
    raw = RNG.integers(0, 256, count, dtype=np.uint8).tobytes()
    text = to_text(raw)
    assert len(text) == length_of(count)
    assert set(text) <= set(ALPHABET)
    assert from_text(text, count) == raw


def test_the_alphabet_has_no_character_with_a_meaning_in_html_and_all_bytes_give_it():
    assert len(set(ALPHABET)) == 91
    assert ALPHABET.isascii()
    assert ALPHABET.isprintable()
    assert not set("<&/ ") & set(ALPHABET)
    assert set(to_text(RNG.bytes(1 << 16))) == set(ALPHABET)


def test_the_text_takes_less_than_five_quarters_of_the_bytes():
    assert len(to_text(bytes(13_000))) == 16_000


@pytest.mark.parametrize(
    "change", [lambda t: t[:-2], lambda t: t + "!!", lambda t: "<" + t[1:], lambda t: "~~" + t[2:]]
)
def test_damaged_text_is_a_data_error(change):
    text = to_text(bytes(range(100)))
    with pytest.raises(DataError, match=r"characters are given for 100 bytes|does not belong"):
        from_text(change(text), 100)


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize("lags", [(), (1,), (3,), (3, 3), (7, 2)])
@pytest.mark.parametrize("folded", [False, True])
def test_numbers_are_read_back_from_planes_of_their_differences(width, lags, folded):
    raw = RNG.integers(0, 256, 101 * width, dtype=np.uint8)
    stored = np.frombuffer(to_planes(raw, width, lags, folded=folded), np.uint8)
    np.testing.assert_array_equal(from_planes(stored, width, lags, folded=folded), raw)


def test_folded_differences_of_a_slow_ramp_have_high_bytes_of_zero():
    ramp = (1000 + 3 * (-1) ** np.arange(100)).astype("<u2")
    planes = np.frombuffer(to_planes(ramp.view(np.uint8), 2, (1,), folded=True), np.uint8).reshape(2, -1)
    assert (planes[0, 1:] == [11, 12] * 49 + [11]).all()
    assert (planes[1, 1:] == 0).all()


def model_of(kind, *, timed=False):
    """Return a model with two constants and one smooth modality of 5 samples."""
    time = np.linspace(0, 6, 40)
    values = np.sin(time[None, :, None] + np.arange(5)[:, None, None] + np.array([0.0, 0.5, 1.0])).astype(np.float32)
    valid = np.ones((5, 40), bool)
    valid[2, 30:] = False
    weights = RNG.normal(size=90).astype("<f4").tobytes() + RNG.normal(size=4).astype("<f2").tobytes()
    nodes = [
        {"op": "constant", "shape": [9, 10], "type": "f", "at": 0, "store": "f4"},
        {"op": "constant", "shape": [4], "type": "f", "at": 360, "store": "f2"},
    ]
    outputs = {"predictions": {"ref": 0}, "valid": {"ref": 1}}
    graph = {"version": 1, "nodes": nodes, "inputs": [], "outputs": outputs, "modalities": 1, "steps": 4}
    share = {"a": RNG.random((5, 40, 2))} if timed else {}
    frames = {"a": StoredFrames.of(values, valid, kind)}
    split = PageSplit("test", tuple("vwxyz"), np.arange(5), np.arange(5), frames, {"a": valid}, share)
    return PageModel(graph, weights, split, {"epoch": 1})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("timed", [False, True])
def test_weights_and_frames_of_every_storage_are_expanded_to_the_same_bytes(kind, timed):
    model = model_of(kind, timed=timed)
    description, stream = compressed(model)
    assert expanded(description, stream, len(model.blob())) == model.blob()
    assert compressed(model) == (description, stream)
    with pytest.raises(DataError, match="the stream has"):
        expanded(description, gzip.compress(gzip.decompress(stream)[:-1]), len(model.blob()))


def test_smooth_frames_take_fewer_bytes_than_without_differences():
    model = model_of("uint14")
    _, stream = compressed(model)
    assert len(stream) < 0.8 * len(gzip.compress(model.blob(), 9))


@pytest.mark.parametrize(("kind", "levels"), [("uint16", 65535), ("uint14", 16383), ("uint12", 4095), ("uint8", 255)])
def test_levels_cover_the_range_of_a_feature_and_their_rounding_is_half_a_step(kind, levels):
    values = RNG.normal(size=(4, 50, 2)).astype(np.float32)
    values[0, 0] = [np.inf, np.nan]
    valid = np.ones((4, 50), bool)
    valid[0, 0] = False
    stored = StoredFrames.of(values, valid, kind)
    assert stored.stored[valid].min() == 0
    assert stored.stored[valid].max() == levels
    error = np.abs(stored.values.astype(np.float64) - values)[valid].max(0)
    assert (error <= 1.001 * stored.rounding + 1e-6).all()
    assert (error > 0.5 * stored.rounding).all()


def test_adaptive_frames_are_rounded_for_each_sample_and_expanded_to_the_same_bytes():
    values = RNG.normal(size=(3, 50, 2)).astype(np.float32)
    stored = StoredFrames.of(values, np.ones((3, 50), bool), "adaptive").coarser(np.array([0, 8, 14]))
    error = np.abs(stored.values.astype(np.float64) - values).max((1, 2))
    step = stored.step.max() * 2.0**stored.shift
    assert (error <= 0.5001 * step + 1e-6).all()
    assert (error[1:] > 0.3 * step[1:]).all()
    for row in range(3):
        one = stored.rows(slice(row, row + 1))
        np.testing.assert_array_equal(one.values[0], stored.values[row])
        assert (one.rounding <= 0.5 * one.step * 2.0 ** stored.shift[row]).all()


@pytest.mark.parametrize("bits", [2, 10, 16])
def test_levels_of_weights_have_an_error_of_half_a_step_and_keep_zeros_and_the_largest_value(bits):
    values = RNG.normal(size=(40, 30)).astype(np.float32)
    values[0] = 0
    levels, scale = to_levels(values, bits)
    back = from_levels(levels, **scale)
    assert int(levels.max()) - int(levels.min()) <= 2**bits - 2
    assert (back[0] == 0).all()
    largest = np.abs(values).max()
    assert np.abs(back - values).max() <= 0.5001 * scale["step"] + 1e-6 * largest
    assert np.abs(back).max() == pytest.approx(largest, rel=1e-6)


def test_levels_of_zeros_are_zeros_and_weights_that_are_not_finite_have_none():
    levels, scale = to_levels(np.zeros((9, 9), np.float32), 12)
    assert (from_levels(levels, **scale) == 0).all()
    assert to_levels(np.array([1.0, np.inf], np.float32), 12) == (None, None)
    assert to_levels(np.array([1.0, np.nan], np.float32), 12) == (None, None)


def test_frames_of_the_watch_study_of_13_bits_and_weights_of_15_bits_take_the_bytes_that_a_page_below_2_mb_permits():
    ds = mm.data.load("watch", fold=0)
    part, rng = ds["test"], np.random.default_rng(0)
    levels, scale = to_levels(rng.uniform(-1, 1, 271_000).astype(np.float32), 15)
    node = {"op": "constant", "shape": [len(levels)], "type": "f", "at": 0, "store": "u2", **scale}
    graph = {"version": 1, "nodes": [node], "inputs": [], "outputs": {"predictions": {"ref": 0}, "valid": {"ref": 0}}}
    shift = np.full(len(part), 11)
    frames = {
        name: StoredFrames.of(np.asarray(values), part.valid[name], "adaptive").coarser(shift)
        for name, values in part.inputs.items()
    }
    split = PageSplit("test", tuple(map(str, part.ids)), np.arange(len(part)), None, frames, dict(part.valid))
    model = PageModel(graph | {"modalities": 3, "steps": 50}, levels.tobytes(), split, {"epoch": 1})
    values = sum(one.stored.size for one in frames.values())
    assert 8 * len(compressed(model)[1]) <= 15 * len(levels) + 7.2 * values


def test_script_style_and_engine_of_a_page_take_the_bytes_that_a_page_below_2_mb_permits():
    texts = {"style": html_page.style("style.css"), "script": html_page.script(), "wasm": MODULE_PATH.read_bytes()}
    assert len(page_parts(texts)[1]) <= 240_000


def test_the_stated_rounding_of_every_storage_is_reached_and_never_exceeded():
    values = np.linspace(-1, 1, 20_001, dtype=np.float32).reshape(1, -1, 1)
    for kind in KINDS:
        stored = StoredFrames.of(values, np.ones(values.shape[:2], bool), kind)
        error = np.abs(stored.values.astype(np.float64) - values).max()
        limit = stored.rounding.item()
        assert error <= limit * 1.0001 + (3e-7 if stored.step is not None else 0), kind  # of float32
        assert error >= 0.45 * limit, kind


def test_every_array_of_a_page_begins_at_a_multiple_of_eight_bytes():
    for kind in KINDS:
        header = model_of(kind, timed=True).header()
        places = [
            entry[key] for entry in header["split"]["modalities"] for key in entry if key == "at" or key.endswith("_at")
        ]
        assert len(places) >= 2
        assert all(at % 8 == 0 for at in places), kind
