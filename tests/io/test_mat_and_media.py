"""MATLAB files with variables that are not arrays, and WAV files of other encodings: read, skipped by name, or refused."""

import io
import struct
import wave

import numpy as np
import pytest
import scipy.io

from mmviz.core.errors import DataError
from mmviz.data.command_line import main
from mmviz.data.formats.fields import field
from mmviz.io.mat import read_mat5
from mmviz.io.media import read_wav

NOT_READ = {
    "info": ({"subject": 1}, "a structure"),
    "names": (np.array(["a", "bc"], dtype=object), "a cell array"),
    "wave": (np.array([1 + 2j]), "complex numbers"),
}


def mat(**values):
    file = io.BytesIO()
    scipy.io.savemat(file, values, do_compression=True)
    return file.getvalue()


@pytest.mark.parametrize("name", NOT_READ)
def test_a_matlab_variable_that_is_no_array_is_skipped_and_named_and_the_others_are_read(name):
    value, kind = NOT_READ[name]
    found = read_mat5(mat(**{"x": np.eye(2), name: value, "y": np.arange(3.0)}))
    assert set(found) == {"x", "y"}
    assert found.skipped == {name: kind}
    with pytest.raises(DataError, match=f"'{name}' is {kind}; save it as an array"):
        field(found, name, "a.mat")


def test_conversion_of_a_matlab_file_prints_the_skipped_variables(tmp_path, capsys):
    old = tmp_path / "a.mat"
    old.write_bytes(mat(x=np.eye(2), info={"subject": 1}))
    assert main(["convert", str(old), str(tmp_path / "a.npz")]) == 0
    assert "skipped: variable 'info' is a structure" in capsys.readouterr().out
    with np.load(tmp_path / "a.npz") as saved:
        assert saved.files == ["x"]


def pcm(width, channels, steps=100):
    raw = np.random.default_rng(0).bytes(width * channels * steps)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(8000)
        out.writeframes(raw)
    return raw, file.getvalue()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_pcm_samples_of_every_width_are_scaled_to_one(width, channels):
    raw, data = pcm(width, channels)
    frames = np.frombuffer(raw, np.uint8).reshape(-1, channels, width)
    whole = [int.from_bytes(frame.tobytes(), "little", signed=width > 1) for frame in frames.reshape(-1, width)]
    expected = (np.array(whole) - (128 if width == 1 else 0)) / 2.0 ** (8 * width - 1)
    samples, rate = read_wav(data)
    assert rate == 8000
    np.testing.assert_array_equal(samples, expected.reshape(-1, channels).astype(np.float32))


def test_a_wav_file_of_floats_is_refused_with_the_formats_that_are_read():
    form = struct.pack("<HHIIHH", 3, 1, 8000, 32000, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", 8) + bytes(8)
    with pytest.raises(DataError, match=r"format 3, 1 channels of 32 bits at 8000 Hz.*uncompressed PCM"):
        read_wav(b"RIFF" + struct.pack("<I", len(body)) + body)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_wav_file_without_samples_is_refused(channels):
    _, data = pcm(2, channels, steps=0)
    with pytest.raises(DataError, match="without samples"):
        read_wav(data)


def test_a_wav_file_that_announces_more_samples_than_it_holds_is_refused():
    _, data = pcm(2, 1)
    with pytest.raises(DataError, match="200 bytes of samples announced, 100 are there"):
        read_wav(data[:-100])
