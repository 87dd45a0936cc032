"""A dictionary key that would end the process, or take for ever to hash, is refused before the unpickler starts."""

import itertools
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest

from mmviz.errors import UnsafeFileError
from mmviz.io import safe_pickle
from mmviz.io.pickle_scan import ALLOWED_OPCODES
from mmviz.io.pickle_stack import MAX_NESTING, PickleStack

N = 200_000
START = b"\x80\x02"
DEEP = {
    "by TUPLE1": b"})" + b"\x85" * N + b"Ns.",
    "by TUPLE2 with a number beside it": b"})" + b"K\x01\x86" * N + b"Ns.",
    "by TUPLE3": b"})" + b"NN\x87" * N + b"Ns.",
    "by TUPLE behind a mark": b"}" + b"(" * N + b"t" * N + b"Ns.",
    "set by SETITEMS": b"}(" + b")" + b"\x85" * N + b"Nu.",
    "of the opcode DICT": b"(" + b")" + b"\x85" * N + b"Nd.",
    "fetched from the memo": b"]" + b")" + b"\x85" * N + b"q\x01a}h\x01Nse.",
    "built by fetching the memo again and again": b")" + b"q\x01h\x01\x85" * N + b"q\x020}h\x02Ns.",
    "as the argument of a function": b"cnumpy\ndtype\n)" + b"\x85" * N + b"R.",
}


@pytest.mark.parametrize("name", DEEP)
def test_a_key_that_is_a_tuple_nested_200000_deep_is_refused_and_the_process_lives(name, tmp_path):
    path = tmp_path / "deep.pkl"
    path.write_bytes(START + DEEP[name])
    program = (
        "import sys\nfrom mmviz.io import safe_pickle\nfrom mmviz.errors import UnsafeFileError\n"
        "try:\n    safe_pickle.load(sys.argv[1])\nexcept UnsafeFileError as error:\n    sys.stdout.write(str(error)[:300])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert "refused, nothing in it was run" in done.stdout


@pytest.mark.parametrize(
    "keys",
    [
        [(i,) for i in range(3)],
        [1.5, 2.5],
        [None],
        [True, False],
        [b"bytes"],
        [((1, 2), 3)],
    ],
)
def test_only_text_and_whole_numbers_are_dictionary_keys(keys):
    with pytest.raises(UnsafeFileError, match="neither text nor a whole number"):
        safe_pickle.loads(pickle.dumps(dict.fromkeys(keys, 0), 4))


def test_100000_tuples_with_the_same_hash_are_refused_in_seconds_not_minutes():
    numbers = itertools.product((b"J\xff\xff\xff\xff", b"J\xfe\xff\xff\xff"), repeat=17)  # hash(-1) == hash(-2)
    keys = b"".join(b"(" + b"".join(key) + b"tN" for key in itertools.islice(numbers, 100_000))
    begin = time.process_time()
    with pytest.raises(UnsafeFileError, match="neither text nor a whole number"):
        safe_pickle.loads(START + b"}(" + keys + b"u.")
    assert time.process_time() - begin < 30


@pytest.mark.parametrize("make", [lambda x: [x], lambda x: (x,), lambda x: {"a": x}])
def test_containers_are_read_as_deep_as_promised_and_refused_beyond(make):
    tree = 1
    for _ in range(safe_pickle.MAX_DEPTH):
        tree = make(tree)
    assert safe_pickle.loads(pickle.dumps(tree, 4)) == tree
    with pytest.raises(UnsafeFileError, match="nested deeper than"):
        safe_pickle.loads(pickle.dumps(make(tree), 4))


@pytest.mark.parametrize("data", [b"((((N.", b"NN.", b"}K\x01s.", b"(N}s.", b"t.", b"\x85.", b"]h\x07.", b"Na."])
def test_a_pickle_that_leaves_values_over_or_takes_more_than_there_are_is_refused(data):
    with pytest.raises(UnsafeFileError):
        safe_pickle.loads(START + data)


@pytest.mark.parametrize("protocol", range(6))
def test_the_stack_is_followed_rightly_for_what_people_store(protocol):
    shared = [1, "two", 3.0, None, True]
    tree = {
        "train": {"x": np.arange(6.0).reshape(2, 3), "id": ["a", "b"], "pair": (1, (2, 3)), 7: shared},
        "again": [shared, shared, {}, [], ()],
        "text": np.array(["a", "bb"]),
        "objects": np.array(["a", 1], dtype=object),
        "many": {f"k{i}": i for i in range(2500)},
        "numbers": list(range(2500)),
    }
    back = safe_pickle.loads(pickle.dumps(tree, protocol))
    np.testing.assert_array_equal(back["train"]["x"], tree["train"]["x"])
    assert back["again"] == tree["again"]
    assert back["many"] == tree["many"]
    assert back["numbers"] == tree["numbers"]
    assert back["train"]["pair"] == (1, (2, 3))
    assert back["objects"].tolist() == ["a", 1]


def test_every_allowed_opcode_has_a_stated_effect_on_the_stack():
    stack = PickleStack()
    assert ALLOWED_OPCODES - {"PROTO", "FRAME"} == set(stack.effects) | set(stack.leaves)
    assert not set(stack.effects) & set(stack.leaves)
    assert MAX_NESTING > safe_pickle.MAX_DEPTH
