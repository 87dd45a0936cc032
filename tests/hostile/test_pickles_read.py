"""Honest files: every protocol, NumPy 1 and 2, Python 2; the same values as plain pickle gives."""

import pickle
import struct

import numpy as np
import pytest

from mmviz.core.errors import ConfigError, UnsafeFileError
from mmviz.io.safe_pickle import loads

RNG = np.random.default_rng(0)
VALUES = {
    "float64": RNG.normal(size=(3, 4)),
    "float32 in Fortran order": np.asfortranarray(RNG.normal(size=(3, 4)).astype(np.float32)),
    "float16": RNG.normal(size=5).astype(np.float16),
    "not contiguous": RNG.normal(size=(4, 6))[::2, ::3],
    "big-endian": np.arange(5, dtype=">i4"),
    "int64": np.arange(7),
    "uint8": np.arange(7, dtype=np.uint8),
    "bool": np.array([True, False]),
    "text": np.array(["a", "ü🙂", ""]),
    "bytes": np.array([b"a", b"bc"]),
    "object": np.array(["a", 1, None, 2.5, b"x"], dtype=object),
    "object matrix": np.array([["a", 1], [None, 2.5]], dtype=object),
    "empty": np.empty((0, 3)),
    "no dimension": np.array(2.5),
    "scalar": np.float32(2.5),
    "text scalar": np.str_("ü"),
    "containers": {"a": [1, 2.5, "x", b"y", None, True, (-3, 2**40)], 7: {"b": ()}},
    "shared": (lambda x: [x, x, {"again": x}])([1, 2]),
    "MMSA": {
        "train": {"audio": RNG.normal(size=(2, 5, 3)), "id": np.array(["v$_$1", "v$_$2"]), "audio_lengths": [5, 3]},
        "test": {"raw_text": np.array(["good", "bad"], dtype=object), "regression_labels": np.array([0.4, -1.0])},
    },
}


def _equal(a, b):
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            _equal(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            _equal(x, y)
    elif isinstance(a, (np.ndarray, np.generic)):
        assert a.dtype.newbyteorder("=") == b.dtype.newbyteorder("=")  # plain pickle swaps in some protocols
        assert a.shape == b.shape
        assert np.array_equal(a, b)
    else:
        assert a == b


def _as_numpy_1(data):
    """Rename the module as NumPy 1 wrote it; a frame's length would no longer fit, and is optional."""
    if data[1] >= 4 and data[2:3] == b"\x95":
        data = data[:2] + data[11:]
    data = data.replace(b"\x8c\x16numpy._core.multiarray", b"\x8c\x15numpy.core.multiarray")
    data = data.replace(b"\x8c\x13numpy._core.numeric", b"\x8c\x12numpy.core.numeric")
    return data.replace(b"cnumpy._core.", b"cnumpy.core.")


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", VALUES)
def test_pickle_of_plain_data_equals_plain_pickle(name, protocol):
    data = pickle.dumps(VALUES[name], protocol=protocol)
    expected = pickle.loads(data)  # noqa: S301
    if name == "no dimension":  # a 0-d array and a scalar carry the same
        expected = expected[()]
    _equal(loads(data), expected)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", ["float64", "not contiguous", "text", "object", "scalar", "MMSA"])
def test_file_of_the_other_numpy_is_read_alike(name, protocol):
    here = pickle.dumps(VALUES[name], protocol=protocol)
    there = _as_numpy_1(here)
    assert b"numpy._core" not in there
    assert b"numpy.core" in there
    _equal(loads(there), loads(here))


def _python_2_file(values):
    raw = np.asarray(values, "<f8").tobytes()
    return (
        b"\x80\x02}U\x05audiocnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01K" + bytes([len(values)]) + b"\x85cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<i", len(raw)) + raw + b"tbs."
    )


def test_python_2_file_is_read_with_latin1_only():
    data = _python_2_file([1.5, -2.25, 1e300])
    with pytest.raises(UnsafeFileError, match="encoding='latin1'"):
        loads(data)
    assert np.array_equal(loads(data, encoding="latin1")["audio"], [1.5, -2.25, 1e300])


def test_unknown_encoding_is_refused():
    with pytest.raises(ConfigError, match="encoding='utf-7'"):
        loads(pickle.dumps(1), encoding="utf-7")


def test_arrays_made_are_plain_numpy_arrays():
    array = loads(pickle.dumps(np.ones(3)))
    assert type(array) is np.ndarray
    assert array.dtype == np.float64


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"b", "a", "c"}, ["a", "b", "c"]),
        ({3, 1, 2**40, -1}, [-1, 1, 3, 2**40]),
        (set(), []),
        ({"a", 2, "1"}, [2, "1", "a"]),
    ],
)
def test_a_set_of_text_or_whole_numbers_becomes_a_sorted_list(given, expected, protocol):
    assert loads(pickle.dumps({"x": (given, 1)}, protocol)) == {"x": (expected, 1)}


def test_a_set_that_python_2_wrote_is_read_in_latin_1():
    data = b"\x80\x02c__builtin__\nset\nq\x00]q\x01(U\x02b2q\x02U\x02a1q\x03e\x85q\x04Rq\x05."
    assert loads(data, encoding="latin1") == ["a1", "b2"]


def test_a_list_that_grows_after_it_became_a_set_leaves_the_set_as_it_was():
    data = b"\x80\x02]q\x00K\x01ac__builtin__\nset\nh\x00\x85Rh\x00K\x02a\x87."
    assert loads(data) == ([1, 2], [1], [1, 2])
