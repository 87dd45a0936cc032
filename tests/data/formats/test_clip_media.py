"""Media of listed clips: values, order of frames, rates, caches; missing, damaged and ambiguous files are counted and named."""

import importlib.util
import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "hostile"))
sys.path.insert(0, str(Path(__file__).parents[2] / "io"))
from readers import lists_of_clips, read_files_of
from recordings import clip, grey
from seeds import spectrum, wav

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.data.encoders.audio import log_mel
from mmviz.data.formats import Media
from mmviz.io.media import read_wav

needs_av = pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="needs PyAV: pip install mmviz[video]")
SETS = lists_of_clips()
SMALL = {"size": (2, 2)}
CLIPS = sorted(k.split("/")[1] for k in SETS["cremad"] if k.startswith("Image"))
LISTS = {k: v for k, v in SETS["cremad"].items() if k.endswith(".csv")}


def cremad(files, **media):
    return read_files_of("set", files, {"media": SMALL | media})


def row_of(ds, clip_id):
    split = next(s for s in ds.splits.values() if clip_id in s.ids)
    return split, split.ids.tolist().index(clip_id)


def values(ds, clip_id, modality):
    split, i = row_of(ds, clip_id)
    return split.inputs[modality][i][split.valid[modality][i]]


def test_steps_of_sound_are_the_mean_and_deviation_of_log_mel_bands_in_each_window():
    ds = cremad(SETS["cremad"], window=0.05)
    sound, rate = read_wav(SETS["cremad"][f"AudioWAV/{CLIPS[0]}.wav"])
    bands = log_mel(np.ascontiguousarray(sound[:, 0]), rate)
    found = values(ds, CLIPS[0], "audio")
    assert (ds.spec.modality("audio").rate_hz, len(found)) == (20, len(bands) // 5 + (len(bands) % 5 >= 3))
    np.testing.assert_allclose(found[1], np.concatenate([bands[5:10].mean(0), bands[5:10].std(0)]), rtol=1e-5)
    assert ds.spec.modality("audio").channels[0] == "mel 0 mean"
    fine = cremad(SETS["cremad"], window=0.01)
    np.testing.assert_array_equal(values(fine, CLIPS[0], "audio"), bands)
    assert fine.spec.modality("audio").channels[39] == "mel 39"


def test_frames_are_taken_in_the_order_of_their_numbers():
    frames = {f"Image-01-FPS/{c}/frame_{k}.jpg": grey(20 * k) for c in CLIPS for k in (1, 2, 10)}
    ds = cremad(LISTS | frames)
    np.testing.assert_allclose(values(ds, CLIPS[0], "video")[:, 0] * 255, [20, 40, 200], atol=4)
    assert ds.spec.modality("video").rate_hz == 1
    assert ds.spec.modality("video").display.frames == "whole"


def test_of_folders_of_frames_at_several_rates_fps_chooses_one():
    frames = {f"Image-0{r}-FPS/{c}/{k}.jpg": grey(50 * r) for c in CLIPS for r in (1, 2) for k in range(r)}
    assert cremad(LISTS | frames, fps=2).spec.modality("video").rate_hz == 2
    assert len(values(cremad(LISTS | frames, fps=2), CLIPS[0], "video")) == 2
    with pytest.raises(ConfigError, match=r"frames in 'Image-01-FPS' and 'Image-02-FPS'; choose by media fps"):
        cremad(LISTS | frames, fps=3)
    mixed = {k: v for k, v in frames.items() if ("01" in k[:8]) == (CLIPS[0] in k)}
    with pytest.raises(ConfigError, match=r"frames at 2\.0 per second for clip|frames at 1\.0 per second for clip"):
        cremad(LISTS | mixed)


def without(name, *kinds):
    return {k: v for k, v in SETS["cremad"].items() if not (name in k and k.startswith(kinds))}


def test_a_missing_medium_is_refused_with_its_clip_and_masked_or_dropped_by_a_word():
    files = without(CLIPS[0], "AudioWAV")
    with pytest.raises(
        DataError,
        match=re.escape(f"1 of 6 clips have no usable audio: {CLIPS[0]} (no file). Pass media={{'missing': 'mask'}}"),
    ):
        cremad(files)
    masked = cremad(files, missing="mask")
    split, i = row_of(masked, CLIPS[0])
    assert not split.valid["audio"][i].any()
    assert split.valid["video"][i].any()
    (finding,) = masked.report.of("missing medium")
    assert (finding.level, finding.count, finding.first, finding.action) == (
        "repair",
        1,
        f"{CLIPS[0]} (no file)",
        "clips kept, modality masked",
    )
    dropped = cremad(files, missing="drop")
    assert CLIPS[0] not in np.concatenate([s.ids for s in dropped.splits.values()])
    assert sum(map(len, dropped.splits.values())) == 5
    assert dropped.report.count("missing medium") == 1


def test_a_clip_without_any_medium_is_left_out_and_counted_even_if_others_are_masked():
    files = without(CLIPS[0], "AudioWAV", "Image")
    ds = cremad(files, missing="mask")
    assert sum(map(len, ds.splits.values())) == 5
    assert [(f.where, f.count) for f in ds.report.of("missing medium")] == [
        ("audio", 1),
        ("video", 1),
        ("all modalities", 1),
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"", "an empty file"), (wav(2000)[:900], "truncated"), (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
     (wav(20), "shorter than one step"), (b"<html>not found</html>", "HTML")],
)  # fmt: skip
def test_a_damaged_recording_is_named_with_the_reason_and_counted(raw, reason):
    files = SETS["cremad"] | {f"AudioWAV/{CLIPS[2]}.wav": raw}
    with pytest.raises(DataError, match=rf"1 of 6 clips have no usable audio: {CLIPS[2]} \(damaged: .*{reason}"):
        cremad(files)
    ds = cremad(files, missing="drop")
    assert sum(map(len, ds.splits.values())) == 5
    assert reason in ds.report.of("missing medium")[0].first


def test_a_damaged_frame_is_named():
    files = SETS["cremad"] | {f"Image-01-FPS/{CLIPS[1]}/00001.jpg": grey(9)[:60]}
    with pytest.raises(DataError, match=rf"no usable video: {CLIPS[1]} \(damaged: Image-01-FPS/{CLIPS[1]}/00001.jpg"):
        cremad(files)


def test_more_than_twenty_missing_clips_are_counted_and_the_first_twenty_named():
    clips = [f"10{i:02d}_IEO_NEU_XX" for i in range(50)]
    files = {
        "train.csv": "".join(f"{c},NEU\n" for c in clips[:40]).encode() + b"1000_TIE_HAP_XX,HAP\n",
        "test.csv": b"1001_TIE_HAP_XX,HAP\n",
    }
    files |= {f"AudioWAV/{c}_TIE_HAP_XX.wav": wav(2000) for c in ("1000", "1001")} | {
        f"AudioWAV/{clips[0]}.wav": wav(2000)
    }
    first = cremad(files, missing="drop").report.of("missing medium")[0]
    assert first.count == 39
    assert first.first.count("no file") == 20
    assert first.first.endswith("and 19 more")


def test_a_torch_file_in_place_of_a_spectrum_is_named_with_what_to_do():
    files = LISTS | {f"audio/{c}.npy": spectrum() for c in CLIPS[1:]} | {f"audio/{CLIPS[0]}.pt": b"PK"}
    with pytest.raises(
        DataError, match=rf"'audio/{CLIPS[0]}\.pt' is a torch file, which is not read: save tensor\.numpy\(\)"
    ):
        cremad(files)


def test_two_files_of_one_clip_are_refused_whatever_is_missing():
    files = SETS["cremad"] | {f"other/{CLIPS[0]}.wav": wav(2000)}
    with pytest.raises(ConfigError, match="has 2 files"):
        cremad(files, missing="drop")


def test_media_that_no_list_names_are_counted():
    files = SETS["cremad"] | {"AudioWAV/1099_IEO_NEU_XX.wav": wav(2000), "AudioWAV/1098_IEO_NEU_XX.wav": wav(2000)}
    found = cremad(files).report.of("left out")
    assert [(f.count, f.first, f.action) for f in found] == [
        (2, "'AudioWAV/1098_IEO_NEU_XX.wav'", "media of no listed clip: not read")
    ]


def test_a_modality_that_no_clip_has_is_left_out_and_reported():
    files = {k: v for k, v in SETS["cremad"].items() if not k.startswith("Image")}
    ds = cremad(files)
    assert ds.spec.names == ("audio",)
    assert [(f.where, f.action) for f in ds.report.of("absent")] == [
        ("video", "no clip has video: the modality is left out")
    ]


def test_values_that_are_not_finite_in_a_spectrum_follow_the_rule_of_the_data():
    x = np.ones((30, 4), np.float32)
    x[3] = -np.inf
    file = io.BytesIO()
    np.save(file, x)
    files = SETS["kinetics_sounds"] | {k: file.getvalue() for k in SETS["kinetics_sounds"] if k.endswith(".npy")}
    with pytest.raises(DataError, match="nonfinite"):
        read_files_of("set", files, {"media": SMALL})
    ds = read_files_of("set", files, {"media": SMALL, "nonfinite": "mask"})
    assert ds["train"].valid["audio"].sum(axis=1).tolist() == [2] * 4


def test_features_are_made_once_and_kept_by_content(tmp_path, monkeypatch):
    calls = []

    class Encoder:
        identity = "one"

        def __call__(self, pictures):
            calls.append(len(pictures))
            return [np.full((1, 3), p.mean(), np.float32) for p in pictures]

    given = {"cache": tmp_path / "features", "encode_image": Encoder()}
    first = cremad(SETS["cremad"], **given)
    assert sum(calls) == 6
    again = cremad(SETS["cremad"], **given)
    assert sum(calls) == 6
    assert first.fingerprint() == again.fingerprint()
    assert first.spec.modality("video").features == 3
    cremad(SETS["cremad"] | {f"Image-01-FPS/{CLIPS[0]}/00001.jpg": grey(7)}, **given)
    assert sum(calls) == 7
    monkeypatch.setattr(
        "mmviz.data.formats.clip_streams.log_mel", None
    )  # would fail if a recording were analysed again
    assert cremad(SETS["cremad"], **given).fingerprint() == first.fingerprint()
    with pytest.raises(ConfigError, match="encode_image has no text attribute identity"):
        Media(cache=tmp_path, encode_image=lambda pictures: pictures)


def test_an_encoder_that_returns_another_number_of_arrays_is_refused():
    with pytest.raises(ConfigError, match=r"encode_image returned \[\] for 1 pictures"):
        cremad(SETS["cremad"], encode_image=lambda pictures: [])
    with pytest.raises(ConfigError, match="encode_text returned 1 arrays for 10 texts"):
        read_files_of("set", SETS["iemocap_mla"], {"media": {"encode_text": lambda texts: [np.ones((1, 2))]}})


@pytest.mark.parametrize(
    ("options", "message"),
    [({"fps": 0}, "fps"), ({"window": 0.015}, "multiple of 0.01"), ({"window": 0}, "window"), ({"size": 3}, "size"), ({"size": (0, 2)}, "size"),
     ({"missing": "skip"}, "missing"), ({"fsp": 1}, "did you mean 'fps'"), ([1], "give mmviz.data.formats.Media")],
)  # fmt: skip
def test_an_option_of_media_that_cannot_be_is_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        read_files_of("set", SETS["cremad"], {"media": options})


def test_padded_values_beyond_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr("mmviz.data.formats.clip_media.MAX_VALUES", 100)
    with pytest.raises(DataError, match="values after padding; at most 100"):
        cremad(SETS["cremad"])


def test_a_video_without_the_decoder_is_refused_with_the_package(monkeypatch, tmp_path):
    (tmp_path / "av.py").write_text("raise ImportError('no av here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(MissingDependencyError, match=r"need PyAV \(no av here\); run: pip install mmviz\[video\]"):
        cremad(LISTS | {f"VideoFlash/{c}.flv": b"FLV" for c in CLIPS})


@pytest.fixture(scope="module")
def videos():
    """Six clips of 2 s at 10 frames a second, each of one brightness, with a tone."""
    return {f"VideoFlash/{c}.flv": clip(seconds=2, levels=[30 * (i + 1)] * 20) for i, c in enumerate(CLIPS)}


@needs_av
def test_frames_and_sound_of_videos_become_two_modalities(videos, tmp_path):
    for name, raw in (LISTS | videos).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(raw)
    ds = mm.data.load(tmp_path, media={"fps": 2, "window": 0.5, "size": (2, 3), "cache": str(tmp_path / ".cache")})
    assert [(m.name, m.features, m.rate_hz) for m in ds.spec.modalities] == [("audio", 80, 2), ("video", 18, 2)]
    assert all(len(values(ds, c, "video")) == 4 for c in CLIPS)
    assert 3 <= len(values(ds, CLIPS[0], "audio")) <= 4
    np.testing.assert_allclose(values(ds, CLIPS[3], "video") * 255, 120, atol=6)
    again = mm.data.load(tmp_path, media={"fps": 2, "window": 0.5, "size": (2, 3), "cache": str(tmp_path / ".cache")})
    assert again.fingerprint() == ds.fingerprint()


@needs_av
def test_a_truncated_video_and_one_without_sound_are_counted_by_modality(videos):
    first, second = (f"VideoFlash/{c}.flv" for c in CLIPS[:2])
    files = LISTS | videos | {first: videos[first][: len(videos[first]) // 2], second: clip(seconds=2, sound=False)}
    ds = cremad(files, missing="mask")
    found = {f.where: f for f in ds.report.of("missing medium")}
    assert found["video"].count == 1
    assert "truncated" in found["video"].first
    assert found["audio"].count == 2
    assert f"{CLIPS[1]} ('VideoFlash/{CLIPS[1]}.flv' has no sound)" in found["audio"].first
    assert found["all modalities"].first == CLIPS[0]


@needs_av
def test_the_features_of_a_video_are_kept_by_content(videos, tmp_path, monkeypatch):
    first = cremad(LISTS | videos, cache=tmp_path)
    monkeypatch.setattr("mmviz.io.video.Decoder.decode", None)  # would fail if a video were decoded again
    assert cremad(LISTS | videos, cache=tmp_path).fingerprint() == first.fingerprint()


@needs_av
def test_compressed_sound_is_decoded():
    files = LISTS | {f"sound/{c}.flac": clip(kind="flac", seconds=1) for c in CLIPS}
    ds = cremad(files)
    assert ds.spec.names == ("audio",)
    assert 9 <= len(values(ds, CLIPS[0], "audio")) <= 10
