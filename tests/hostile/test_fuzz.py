"""The short version of the fuzzer over every reader, and the fuzzer's own records; `make fuzz` is the long one."""

import io
import os
import pickle
import zlib
from pathlib import Path

import numpy as np
import pytest
from fuzz import attempt_many, code_of, fuzz, with_result
from mutations import frozen, numbers, spoil_bytes, spoil_tree
from readers import VARIANTS, read_tree_of, readers, stored_zip
from seeds import leaner, trees

from mmviz.core.errors import DataError
from mmviz.data.encoders import audio
from mmviz.io.npz import read_npz

READERS = readers()
COUNT = int(os.environ.get("MMVIZ_FUZZ", "120"))


@pytest.mark.parametrize("name", READERS)
def test_damaged_inputs_of_every_reader_give_data_or_an_error_of_mmviz(name):
    count = COUNT // 6 if name == "own: Trace" else COUNT  # each opens a file of the HDF5 library several times
    _, wrong = attempt_many(name, READERS[name], zlib.crc32(name.encode()), 0, count)
    assert wrong == []


def _result(reader, code, inputs, wrong_count=0):
    return {"reader": reader, "code": code, "inputs": inputs, "wrong_count": wrong_count}


def test_the_record_holds_a_reader_once_for_each_version_of_the_code():
    kept = [_result("a", "1", 10), _result("a", "1", 1000), _result("b", "1", 5)]
    assert with_result(kept, _result("a", "1", 100)) == [_result("a", "1", 1000), _result("b", "1", 5)]
    assert with_result(kept[1:], _result("a", "2", 100)) == [*kept[1:], _result("a", "2", 100)]
    assert with_result(kept[1:2], _result("a", "1", 100, 3)) == [_result("a", "1", 100, 3)]


def test_single_files_and_data_formats_are_other_code():
    assert (
        code_of("bytes: npz") == code_of("bytes: tar") != code_of("tree: named_arrays") == code_of("files: mvsa folder")
    )


def test_a_crashed_process_is_counted_with_its_input_and_the_fuzzer_continues():
    calls = []

    def attempt(_):
        calls.append(1)
        if len(calls) == 6:  # of this process: the next begins with the next input
            os._exit(1)
        if len(calls) % 2:
            raise DataError("no")

    found = fuzz("x", attempt, 14, 0, 1)
    assert (found["died"], found["died_count"]) == ([5, 11], 2)
    assert found["accepted"] == 1  # of the last process; what died could not tell


def test_an_unexpected_error_is_recorded_with_its_input_and_place():
    def attempt(_):
        raise KeyError("x")

    found = fuzz("x", attempt, 2, 0, 1)
    assert found["wrong_count"] == 2
    assert found["wrong"][1] == (1, f"KeyError: 'x' at {Path(__file__).name}:{attempt.__code__.co_firstlineno + 1}")


@pytest.mark.parametrize("name", sorted(trees()))
def test_spoiling_a_tree_leaves_the_seed_as_it_was_and_the_leaner_seed_is_honest(name):
    kind, tree = trees()[name]
    for seed in (tree, leaner(name, tree)):
        before = pickle.dumps(seed)
        frozen(seed)
        for i in range(50):
            spoil_tree(seed, numbers(1, i))
        assert pickle.dumps(seed) == before
        if name != "nyu":  # it takes options
            for options in VARIANTS.get(name, [{}]):
                assert read_tree_of(name, kind, seed, options).splits


def test_spoilt_input_comes_from_its_number():
    assert spoil_bytes(b"abcdef" * 9, numbers(3, 4)) == spoil_bytes(b"abcdef" * 9, numbers(3, 4))
    assert numbers(1, 0).random() != numbers(0, 1).random()


def test_the_fast_archive_is_one_that_is_read():
    file = io.BytesIO()
    np.lib.format.write_array(file, np.arange(3))
    assert read_npz(stored_zip({"a.npy": file.getvalue()}))["a"].tolist() == [0, 1, 2]


def test_rates_of_sound_files_cannot_fill_the_memory_with_filters():
    for rate in range(8000, 8100, 5):
        audio.log_mel(np.zeros(300, np.float32), rate)
    assert audio._filters.cache_info().currsize <= 8
