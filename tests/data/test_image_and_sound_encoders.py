"""image_patches and log_mel_frames: forms of an image and of a recording, ambiguous ones refused, times of the frames."""

import io
import wave

import numpy as np
import pytest
import torch
from PIL import Image

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data.encoders import FeatureCache, encode, image_patches, log_mel_frames
from mmviz.data.encoders.audio import log_mel

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (6, 8, 3), dtype=np.uint8)
GREY = RNG.integers(0, 256, (6, 8), dtype=np.uint8)


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_patches_hold_the_pixels_of_their_place_row_by_row():
    (steps,) = image_patches((2, 4))([RGB])
    assert steps.shape == (6, 2 * 4 * 3)
    for k, (i, j) in enumerate((i, j) for i in range(3) for j in range(2)):
        np.testing.assert_array_equal(steps[k], (RGB[2 * i : 2 * i + 2, 4 * j : 4 * j + 4] / np.float32(255)).ravel())
    (rows,) = image_patches("row")([GREY])
    np.testing.assert_array_equal(rows, GREY / np.float32(255))


FORMS = {
    "channels first": lambda: RGB.transpose(2, 0, 1),
    "a tensor": lambda: torch.from_numpy(RGB).permute(2, 0, 1),
    "floats": lambda: RGB / np.float32(255),
    "16 bit": lambda: RGB.astype(np.uint16) * 257,
    "a PIL image": lambda: Image.fromarray(RGB),
    "PNG bytes": lambda: png(RGB),
    "not contiguous": lambda: np.repeat(RGB, 2, axis=1)[:, ::2],
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_image_gives_the_same_patches(form):
    np.testing.assert_allclose(image_patches(2)([FORMS[form]()])[0], image_patches(2)([RGB])[0], atol=1e-7)


def test_grey_images_palettes_and_transparency_become_the_colour_that_was_chosen():
    first, last = GREY[None], GREY[:, :, None]
    for form in (first, last, Image.fromarray(GREY)):
        np.testing.assert_array_equal(image_patches(2)([form])[0], image_patches(2)([GREY])[0])
    assert image_patches(2, color="rgb")([GREY])[0].shape == (12, 12)
    np.testing.assert_allclose(image_patches("row", color="grey")([np.repeat(last, 3, 2)])[0], GREY / 255, atol=1e-6)
    palette = Image.fromarray(RGB).quantize(16)
    np.testing.assert_array_equal(image_patches(2)([palette])[0], image_patches(2)([palette.convert("RGB")])[0])
    four = np.dstack([RGB, np.full(GREY.shape, 9, np.uint8)])
    np.testing.assert_array_equal(image_patches(2, color="rgb")([four])[0], image_patches(2)([RGB])[0])
    depth = RNG.uniform(0, 9, (6, 8))
    np.testing.assert_allclose(image_patches("row", scale=1)([depth])[0], depth.astype(np.float32))
    assert set(image_patches("row")([GREY > 99])[0].ravel()) == {0.0, 1.0}


BAD_IMAGES = {
    "both axes may be channels": (
        np.zeros((3, 6, 3), np.uint8),
        "both the first and the last axis may be .*channel_axis=",
    ),
    "no axis may be channels": (np.zeros((6, 8, 5), np.uint8), "neither the first nor the last .*channel_axis="),
    "floats up to 255": (RGB.astype(np.float32), "float32 from 0 to 2..; give uint8.*scale="),
    "signed numbers": (RGB.astype(np.int64), "int64 from .*scale="),
    "NaN": (np.full((6, 8), np.nan), "from nan to nan"),
    "no whole patches": (RGB[:5], "5 x 8 pixels are no whole number of patches of 2 x 2"),
    "a batch": (RGB[None], "uint8 of shape .1, 6, 8, 3.; give numbers .rows, columns"),
    "no pixels": (RGB[:0], "shape .0, 8, 3."),
    "damaged bytes": (png(RGB)[:50], "image 0: not decoded"),
    "a missing file": ("/nowhere/a.png", "a.png cannot be read .No such file.*path of an image"),
    "complex numbers": (RGB * 1j, "complex128"),
}


@pytest.mark.parametrize("kind", BAD_IMAGES)
def test_an_ambiguous_or_unreadable_image_is_refused_with_the_option_that_decides(kind):
    image, message = BAD_IMAGES[kind]
    with pytest.raises(DataError, match=message):
        image_patches(2)([image])


def test_channel_axis_decides_where_both_axes_may_be_the_channels():
    square = RNG.integers(0, 256, (4, 4, 4), dtype=np.uint8)
    first, last = (image_patches(2, channel_axis=a)([square])[0] for a in ("first", "last"))
    np.testing.assert_array_equal(first, image_patches(2, channel_axis="last")([square.transpose(1, 2, 0)])[0])
    assert not np.array_equal(first, last)


def test_images_of_different_channels_in_one_modality_are_refused_and_a_cache_knows_the_options(tmp_path):
    with pytest.raises(DataError, match="train a, row 1: 4 features, row 0 has 12; give items of one kind"):
        mm.data.from_arrays({"train": {"a": [RGB, GREY]}}, {"train": [0, 1]}, encoders={"a": image_patches(2)})
    cache = FeatureCache(tmp_path)
    for options in ({"patch": 2}, {"patch": (1, 4)}, {"patch": 2, "color": "grey"}):
        np.testing.assert_array_equal(
            encode([RGB], image_patches(**options), cache=cache)[0][0], image_patches(**options)([RGB])[0]
        )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: image_patches(0), "patch=0"),
        (lambda: image_patches("column"), "patch='column'"),
        (lambda: image_patches(2, color="red"), "color"),
        (lambda: image_patches(2, channel_axis=0), "channel_axis"),
        (lambda: image_patches(2, scale=0), "scale=0"),
        (lambda: log_mel_frames(4000), "sample_rate=4000"),
        (lambda: log_mel_frames(8000, channel="left"), "channel='left'"),
        (lambda: log_mel_frames(8000, resample="yes"), "resample='yes'"),
    ],
)
def test_wrong_options_of_the_encoders_are_refused_by_name(make, message):
    with pytest.raises(ConfigError, match=message):
        make()


RATE = 16000
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE // 2) / RATE)).astype(np.float32)


def wav(samples, rate=RATE):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((samples * 32768).astype("<i2").tobytes())
    return file.getvalue()


RECORDINGS = {
    "floats": lambda: TONE,
    "a tensor (1, samples)": lambda: torch.from_numpy(TONE)[None],
    "samples, channels": lambda: np.stack([TONE, TONE], 1),
    "channels, samples": lambda: np.stack([TONE, TONE]),
    "array and rate": lambda: {"array": TONE.astype(np.float64), "sampling_rate": RATE},
    "16 bit": lambda: (TONE * 32768).astype(np.int16),
    "WAV bytes": lambda: wav(TONE),
    "unsigned 8 bit": lambda: np.round(TONE * 128 + 128).astype(np.uint8),
}


@pytest.mark.parametrize("form", RECORDINGS)
def test_every_form_of_a_recording_gives_its_log_mel_spectrum(form):
    (found,) = log_mel_frames(RATE, channel="mean")([RECORDINGS[form]()])
    plain = log_mel(TONE, RATE)
    loud = plain > plain.max() - 5
    np.testing.assert_allclose(found[loud], plain[loud], atol=0.02 if "8 bit" in form else 2e-3)
    assert found.shape == plain.shape == (48, 40)


def test_a_resampled_recording_has_the_spectrum_of_one_recorded_at_the_wanted_rate():
    slow = (0.5 * np.sin(2 * np.pi * 440 * np.arange(8000 // 2) / 8000)).astype(np.float32)
    encoder = log_mel_frames(RATE, resample=True)
    found, plain = encoder([{"array": slow, "sampling_rate": 8000}])[0], log_mel(TONE, RATE)
    inside, loud = slice(3, -3), plain.max(0) > plain.max() - 3
    np.testing.assert_allclose(found[inside][:, loud], plain[inside][:, loud], atol=0.02)


def test_a_burst_of_sound_appears_in_frames_whose_time_is_not_before_it():
    sound = np.zeros(RATE, np.float32)
    sound[RATE // 2 : RATE // 2 + 160] = 0.5  # at 0.5 s, 10 ms long
    ds = mm.data.from_arrays(
        {"train": {"audio": [sound] * 2, "imu": np.ones((2, 20, 1))}}, {"train": [0, 1]},
        times={"train": {"imu": np.arange(20) / 20}}, encoders={"audio": log_mel_frames(RATE)},
    )  # fmt: skip
    split = ds["train"]
    loud = split.inputs["audio"][0].max(1) > -15
    sounding = split.times["audio"][0][loud]
    assert 0.5 < sounding.min() <= 0.511
    assert sounding.max() < 0.5 + 0.010 + 0.025 + 1e-9
    assert ds.spec.modality("audio").rate_hz == 100.0
    assert ds.spec.modality("audio").spacing_s == pytest.approx(0.01)


BAD_SOUND = {
    "two channels": (np.stack([TONE, TONE], 1), "2 channels; pass channel='mean'"),
    "axes of equal size": (np.zeros((40, 40)), "both axes may be the channels"),
    "two long axes": (np.zeros((100, 100)), "no axis may be the channels"),
    "another rate": (
        {"array": TONE, "sampling_rate": 44100},
        "44100 samples a second, sample_rate is 16000.*resample=True",
    ),
    "no rate": ({"array": TONE}, "a mapping with array; give 'array' and 'sampling_rate'"),
    "NaN": (np.array([0.0, np.nan] * 400), "sample 1 is not finite"),
    "64-bit whole numbers": (np.arange(800), "int64 samples, whose full scale is not known"),
    "complex numbers": (TONE * 1j, "complex64"),
    "nothing": (TONE[:0], r"shape \(0,\)"),
    "no WAV": (b"RIFFxxxx", "recording 0: not read as WAV"),
}


@pytest.mark.parametrize("kind", BAD_SOUND)
def test_a_recording_that_cannot_be_read_is_refused_with_the_option_that_decides(kind):
    sound, message = BAD_SOUND[kind]
    with pytest.raises(DataError, match=message):
        log_mel_frames(RATE)([sound])


def test_a_recording_shorter_than_a_window_is_absent():
    ds = mm.data.from_arrays(
        {"train": {"audio": [TONE, TONE[:100]]}}, {"train": [0, 1]}, encoders={"audio": log_mel_frames(RATE)}
    )
    assert ds["train"].valid["audio"].any(1).tolist() == [True, False]
