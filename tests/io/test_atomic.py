"""Whatever happens while writing, the old file or the new one is there, whole, and nothing else."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmviz.io.atomic import atomic_path, write_bytes_atomic


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "run.json"
    path.write_bytes(b"old")
    return path


def _only(path):
    return [p.name for p in path.parent.iterdir()] == [path.name]


def test_new_content_replaces_the_old(old):
    write_bytes_atomic(old, b"new")
    assert old.read_bytes() == b"new"
    assert _only(old)


def test_a_file_that_did_not_exist_is_created(tmp_path):
    write_bytes_atomic(tmp_path / "a.bin", b"\x00\xff")
    assert (tmp_path / "a.bin").read_bytes() == b"\x00\xff"


@given(st.binary(max_size=5000))
def test_bytes_come_back_as_they_went_in(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("atomic") / "ü name with spaces.bin"
    write_bytes_atomic(str(path), data)
    assert path.read_bytes() == data


def _stop_half_way(path, error):
    with atomic_path(path) as temporary:
        temporary.write_bytes(b"ha")
        raise error


@pytest.mark.parametrize("error", [ValueError("half way"), KeyboardInterrupt(), SystemExit(1)])
def test_error_in_the_block_leaves_the_old_file_and_no_temporary(old, error):
    with pytest.raises(type(error)):
        _stop_half_way(old, error)
    assert old.read_bytes() == b"old"
    assert _only(old)


@pytest.mark.parametrize("broken", ["fsync", "replace", "write"])
def test_failing_disk_leaves_the_old_file_and_no_temporary(old, monkeypatch, broken):
    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if broken == "fsync":
            patch.setattr(os, "fsync", fail)
        else:
            patch.setattr(Path, "replace" if broken == "replace" else "write_bytes", fail)
        with pytest.raises(OSError, match="No space left"):
            write_bytes_atomic(old, b"new")
    assert old.read_bytes() == b"old"
    assert _only(old)


def test_block_that_writes_nothing_is_an_error(old):
    with pytest.raises(FileNotFoundError), atomic_path(old):
        pass
    assert old.read_bytes() == b"old"
    assert _only(old)


def test_missing_folder_is_named_and_not_made(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        write_bytes_atomic(tmp_path / "nowhere" / "a.bin", b"x")
    assert not (tmp_path / "nowhere").exists()


def test_reader_never_sees_a_part(old):
    seen = []
    with atomic_path(old) as temporary, temporary.open("wb") as file:
        for _ in range(3):
            file.write(b"part")
            file.flush()
            seen.append(old.read_bytes())
    assert seen == [b"old"] * 3
    assert old.read_bytes() == b"partpartpart"


def test_file_reaches_the_disk_before_it_gets_its_name(old, monkeypatch):
    order = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("fsync"), fsync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda a, b: (order.append("replace"), replace(a, b))[1])
    write_bytes_atomic(old, b"new")
    assert order[:2] == ["fsync", "replace"]
    if os.name == "posix":
        assert order == ["fsync", "replace", "fsync"], "the folder must be synced after the rename"


def test_temporary_path_keeps_folder_and_suffix(tmp_path):
    with atomic_path(tmp_path / ("n" * 200 + ".nc")) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".nc"
        temporary.write_bytes(b"x")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
@pytest.mark.parametrize("kind", ["a pipe", "a link to a device", "a folder"])
def test_what_is_no_regular_file_is_not_replaced(tmp_path, kind):
    path = tmp_path / "set.npz"
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to(os.devnull)
    before = path.lstat()
    with pytest.raises(OSError, match="no regular file"):
        write_bytes_atomic(path, b"new")
    assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert _only(path)
