"""The sha256 of a file, and the refusal of another file."""

import hashlib

import pytest

from mmviz.core.errors import DataError
from mmviz.io.digest import require_sha256, sha256_file


def test_digest_of_a_file_equals_that_of_its_bytes(tmp_path):
    data = bytes(range(256)) * 9000
    (tmp_path / "a").write_bytes(data)
    assert sha256_file(tmp_path / "a") == hashlib.sha256(data).hexdigest()


def test_digest_of_nothing_is_the_published_one(tmp_path):
    (tmp_path / "empty").touch()
    assert sha256_file(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_other_content_is_refused_with_both_hashes():
    expected = hashlib.sha256(b"a").hexdigest()
    with pytest.raises(DataError) as error:
        require_sha256(b"b", expected, where="x.npz")
    for part in ("x.npz", expected, hashlib.sha256(b"b").hexdigest()):
        assert part in str(error.value)


def test_right_content_passes_in_either_case():
    assert require_sha256(b"a", hashlib.sha256(b"a").hexdigest().upper(), where="x") is None
