"""Mutated and invented files: one kind of error or a plain value, never anything else."""

import pickle

import numpy as np
from hostile_pickles import NAMES, corpus
from hypothesis import given, settings
from hypothesis import strategies as st

from mmviz.core.errors import UnsafeFileError
from mmviz.io.pickle_scan import ALLOWED_OPCODES
from mmviz.io.safe_pickle import loads

PLAIN = (dict, list, tuple, str, bytes, int, float, bool, type(None), np.ndarray, np.generic)
SEEDS = [
    *(
        pickle.dumps(
            {"a": np.arange(4.0), "b": ["x", np.float32(1)], "c": np.array(["u", 1], dtype=object)}, protocol=p
        )
        for p in range(6)
    ),
    *(corpus("/nonexistent/marker")[name] for name in NAMES),
]


def _plain_or_refused(data):
    try:
        value = loads(data, encoding="latin1")
    except UnsafeFileError:
        return True
    return isinstance(value, PLAIN)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255), st.sampled_from(["set", "insert", "delete"])), max_size=6),
)
def test_mutated_file_gives_a_plain_value_or_a_refusal(seed, edits):
    data = bytearray(seed)
    for place, byte, kind in edits:
        at = int(place * len(data))
        data[at : at + (kind != "insert")] = b"" if kind == "delete" else bytes([byte])
    assert _plain_or_refused(bytes(data))


PIECES = [
    b"(",
    b"t",
    b"l",
    b"d",
    b"]",
    b"}",
    b")",
    b"a",
    b"e",
    b"s",
    b"u",
    b"N",
    b"K\x01",
    b"K\x00",
    b"\x85",
    b"\x86",
    b"\x87",
]
PIECES += [
    b"R",
    b"b",
    b"\x94",
    b"h\x00",
    b"h\x01",
    b"h\x02",
    b"X\x01\x00\x00\x00b",
    b"X\x02\x00\x00\x00f8",
    b"C\x08abcdefgh",
]
PIECES += [b"cnumpy\ndtype\n", b"cnumpy\nndarray\n", b"cnumpy.core.multiarray\n_reconstruct\n"]
PIECES += [b"cnumpy.core.multiarray\nscalar\n", b"cnumpy._core.numeric\n_frombuffer\n", b"c_codecs\nencode\n"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_invented_program_gives_a_plain_value_or_a_refusal(pieces):
    assert _plain_or_refused(b"\x80\x04" + b"".join(pieces) + b".")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_give_a_plain_value_or_a_refusal(data):
    assert _plain_or_refused(data)


def test_opcodes_that_reach_outside_are_not_allowed():
    outside = {"INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "PERSID", "BINPERSID", "EXT1", "EXT2", "EXT4", "NEXT_BUFFER"}
    assert not outside & ALLOWED_OPCODES
