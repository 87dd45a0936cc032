"""The Python object in a .npy file of np.save: read through the restricted unpickler, or refused."""

import io
import os

import numpy as np
import pytest

from mmviz.core.errors import UnsafeFileError
from mmviz.io.safe_pickle import read_object_npy


def _saved(value):
    file = io.BytesIO()
    np.save(file, value, allow_pickle=True)
    return file.getvalue()


def test_saved_dictionary_comes_back():
    value = {"X": [np.arange(6.0).reshape(2, 3), np.zeros((1, 3))], "names": ["a", "b"]}
    back = read_object_npy(_saved(value))
    assert list(back) == ["X", "names"]
    assert back["names"] == ["a", "b"]
    assert all(np.array_equal(a, b) for a, b in zip(back["X"], value["X"], strict=True))


class _Command:
    def __reduce__(self):
        return os.system, ("exit 3",)


def test_saved_command_is_refused():
    with pytest.raises(UnsafeFileError, match="system"):
        read_object_npy(_saved(np.array({"x": _Command()}, dtype=object)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_saved(np.arange(3)), "not that of one Python object"),
        (_saved(np.array([{}, {}], dtype=object)), "not that of one Python object"),
        (b"PK\x03\x04" + b"0" * 20, "ZIP"),
        (b"", "an empty file"),
        (b"\x93NUMPY\x09\x00\x10\x00", "not that of one Python object"),
        (b"\x93NUMPY\x01\x00\xff\xff{'descr'", "not that of one Python object"),
    ],
)
def test_file_of_another_kind_is_refused(data, reason):
    with pytest.raises(UnsafeFileError, match=reason):
        read_object_npy(data)


def test_header_is_compared_not_evaluated():
    good = _saved({"a": 1})
    with pytest.raises(UnsafeFileError, match="header"):
        read_object_npy(good.replace(b"'|O'", b"1*2 "))
