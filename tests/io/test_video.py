"""Decoding of video and sound in a separate process: sampled frames, sound, damage, crashes, time limits."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from recordings import KINDS, clip

from mmviz.core.errors import DataError
from mmviz.io import video, video_worker
from mmviz.io.video import Decoder

pytest.importorskip("av", reason="needs PyAV: pip install mmviz[video]")


@pytest.fixture(scope="module")
def decoder():
    with Decoder(seconds=60) as running:
        yield running


def frames(decoder, raw, fps, size=(2, 2)):
    return decoder.decode(raw, fps=fps, size=size, rate=None, where="x").frames


@pytest.mark.parametrize("kind", ["flv", "mp4", "avi", "matroska"])
@pytest.mark.parametrize("fps", [0.5, 1.0, 4.0, 10.0])
def test_frames_are_those_shown_at_whole_steps_of_the_rate(decoder, kind, fps):
    levels = np.arange(20) * 12 + 5
    found = frames(decoder, clip(kind, levels=levels), fps)
    expected = levels[np.floor(np.arange(0, 2 - 1e-6, 1 / fps) * 10 + 1e-6).astype(int)]
    assert found.shape == (len(expected), 2, 2, 3)
    np.testing.assert_allclose(found[:, 0, 0, 1], expected, atol=8)


def test_a_rate_above_that_of_the_video_repeats_frames(decoder):
    found = frames(decoder, clip("matroska", levels=[10, 200], fps=2, seconds=1), 8)
    np.testing.assert_allclose(found[:, 0, 0, 0], [10] * 4 + [200] * 4, atol=8)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_sound_keeps_its_pitch_and_length_at_another_rate(decoder, kind):
    found = decoder.decode(clip(kind, hertz=1000), fps=None, rate=8000, where="x")
    assert found.frames is None
    assert abs(len(found.sound) - 16000) <= 700  # a codec fills its last block
    spectrum = np.abs(np.fft.rfft(found.sound[2000:10000]))
    assert abs(np.argmax(spectrum) - 1000) <= 2
    assert 0.3 < np.abs(found.sound[2000:10000]).max() < 0.75


def test_a_file_without_a_picture_or_without_sound_has_none(decoder):
    found = decoder.decode(clip("flac"), fps=1.0, rate=8000, where="x")
    assert found.frames is None
    assert len(found.sound) > 0
    found = decoder.decode(clip("mp4", sound=False), fps=1.0, rate=8000, where="x")
    assert found.sound is None
    assert len(found.frames) == 2


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"", "an empty file"), (b"\0" * 500, "unknown kind of file"), (b"<html>", "HTML"), (b"version https://git-lfs.github.com/spec/v1", "LFS")],
)  # fmt: skip
def test_bytes_of_another_kind_are_refused_with_what_they_look_like(decoder, raw, reason):
    with pytest.raises(DataError, match=rf"a\.mp4: not decoded .*{reason}"):
        decoder.decode(raw, fps=1.0, rate=8000, where="a.mp4")


@pytest.mark.parametrize("kind", ["flv", "mp4", "matroska", "avi"])
def test_a_truncated_video_is_refused(decoder, kind):
    raw = clip(kind)
    with pytest.raises(DataError, match="not decoded"):
        frames(decoder, raw[: len(raw) // 3], 1.0)
    assert len(frames(decoder, raw, 1.0)) == 2  # the process still runs


def test_damaged_bytes_give_a_result_or_an_error_and_the_process_survives_or_is_started_again(decoder):
    rng, raw = np.random.default_rng(0), clip("flv")
    outcomes = set()
    for i in range(60):
        bad = bytearray(raw)
        for at in rng.integers(0, len(raw), 1 + i):
            bad[at] = int(rng.integers(256))
        try:
            decoder.decode(bytes(bad), fps=5.0, rate=8000, where="x")
            outcomes.add("data")
        except DataError:
            outcomes.add("refused")
    assert outcomes == {"data", "refused"}
    assert len(frames(decoder, raw, 1.0)) == 2


def worker(tmp_path, monkeypatch, body):
    """Replace the script of the process: it greets, reads a request, and then does what is given."""
    path = tmp_path / "worker.py"
    head = "import json, os, sys, time\nprint(json.dumps({'version': '0'}), flush=True)\nline = sys.stdin.buffer.readline()\n"
    path.write_text(head + body)
    monkeypatch.setattr(video_worker, "__file__", str(path))


def test_a_crash_of_the_decoder_refuses_one_file_and_the_next_is_decoded(tmp_path, monkeypatch):
    raw = clip("mp4")
    with Decoder() as running:
        with monkeypatch.context() as changed:
            worker(tmp_path, changed, "os.abort()")
            with pytest.raises(DataError, match="made the decoder crash, in a separate process"):
                frames(running, raw, 1.0)
        assert len(frames(running, raw, 1.0)) == 2


def test_a_file_that_takes_too_long_is_refused(tmp_path, monkeypatch):
    worker(tmp_path, monkeypatch, "time.sleep(60)")
    with Decoder(seconds=0.3) as running, pytest.raises(DataError, match=r"took more than 0\.3 s"):
        frames(running, b"x" * 10, 1.0)


def test_a_result_that_ends_early_counts_as_a_crash(tmp_path, monkeypatch):
    worker(tmp_path, monkeypatch, "print(json.dumps({'frames': [9, 9, 9, 3], 'sound': None}), flush=True)")
    with Decoder() as running, pytest.raises(DataError, match="crash"):
        frames(running, b"x", 1.0)


def test_frames_beyond_the_limits_are_refused(monkeypatch):
    monkeypatch.setattr(video_worker, "MAX_OUT", 100)
    monkeypatch.setattr(video_worker, "MAX_DECODED", 30)
    header, arrays = video_worker.respond({"fps": 10.0, "size": [4, 4], "rate": None}, clip("mp4"))
    assert arrays == []
    assert "choose a smaller size or fps" in header["error"]
    header, _ = video_worker.respond({"fps": None, "size": [4, 4], "rate": 8000}, clip("mp4"))
    assert "cut the recording into clips" in header["error"]
    monkeypatch.setattr(video_worker, "MAX_DECODED", 3)
    assert (
        "more than 3 frames"
        in video_worker.respond({"fps": 0.1, "size": [1, 1], "rate": None}, clip("mp4"))[0]["error"]
    )
    monkeypatch.setattr(video_worker, "MAX_PIXELS", 10)
    assert (
        "at most 10 are decoded"
        in video_worker.respond({"fps": 1.0, "size": [1, 1], "rate": None}, clip("mp4"))[0]["error"]
    )


def test_a_decoder_that_was_not_used_starts_no_process():
    with Decoder() as unused:
        assert unused._process is None
    assert video.SECONDS > 0
