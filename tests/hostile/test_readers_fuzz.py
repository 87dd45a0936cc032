"""The short version of the fuzzer: every reader, spoilt inputs, nothing but our exceptions. `make fuzz` is the long one."""

import os
import zlib

import pytest
from fuzz import attempt_many
from readers import readers

READERS = readers()
COUNT = int(os.environ.get("MMVIZ_FUZZ", "120"))


@pytest.mark.parametrize("name", READERS)
def test_spoilt_inputs_give_our_exceptions_or_data(name):
    _, wrong = attempt_many(name, READERS[name], zlib.crc32(name.encode()), 0, COUNT)
    assert wrong == []
