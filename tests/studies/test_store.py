"""Rows appear whole or not at all, whoever writes them and whatever befalls the file."""

import errno
from pathlib import Path

import pytest
from tiny_studies import forks

from mmviz.core.errors import CheckpointError
from mmviz.studies import Store


def row(key, status="finished", **values):
    return {"key": key, "status": status, "started": "2026-01-01", "kind": "", "reason": "", **values}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
    store.prepare()
    return store


def test_rows_come_back_with_their_types_and_missing_values(store):
    store.write(row("a", score=0.5, count=3, name="x"))
    store.write(row("b", score=0.25))
    rows = store.rows().set_index("key")
    assert rows.loc["a", "score"] == 0.5
    assert rows.loc["a", "count"] == 3
    assert rows["name"].isna().tolist() == [False, True]


@pytest.mark.parametrize("keep", [0, 10, 0.5, -1])
def test_a_truncated_row_is_skipped_and_listed_as_damaged(store, keep):
    store.write(row("a", score=0.5))
    store.write(row("b", score=0.5))
    path = store.path / "finished" / "a.parquet"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep) if 0 < keep < 1 else keep])
    assert store.status("a") == ""
    assert store.rows()["key"].tolist() == ["b"]
    assert store.damaged == (path,)
    store.write(row("a", score=0.75))
    assert store.status("a") == "finished"


def test_a_changed_row_is_skipped_and_listed_as_damaged(store):
    text = "a text that is easily found in the file"
    store.write(row("a", note=text))
    path = store.path / "finished" / "a.parquet"
    data = path.read_bytes()
    assert text.encode() in data
    path.write_bytes(data.replace(b"easily", b"hardly"))
    assert store.status("a") == ""


def test_a_row_under_the_name_of_another_key_is_skipped(store):
    store.write(row("a"))
    (store.path / "finished" / "a.parquet").rename(store.path / "finished" / "b.parquet")
    assert store.status("b") == ""
    assert len(store.rows()) == 0


def test_temporary_files_of_a_writer_that_died_are_not_rows(store):
    (store.path / "finished" / ".0123.part.parquet").write_bytes(b"PAR1")
    assert len(store.rows()) == 0
    assert store.damaged == ()


def test_a_failure_never_replaces_a_finished_row_and_a_finished_row_ends_a_failure(store):
    store.write(row("a", "failed", kind="diverged"))
    assert store.status("a") == "failed"
    store.write(row("a", score=1.0))
    store.write(row("a", "failed", kind="out of memory"))
    assert store.rows()["status"].tolist() == ["finished"]


def write_many(path, who, barrier):
    store = Store(path)
    barrier.wait()
    for i in range(20):
        store.write(row(f"shared{i}", who=who, payload="x" * 2000))
        store.write(row(f"{who}{i}", who=who))


def test_two_concurrent_writers_lose_no_row(store):
    context = forks()
    barrier = context.Barrier(2)
    writers = [context.Process(target=write_many, args=(store.path, who, barrier)) for who in ("a", "b")]
    for w in writers:
        w.start()
    for w in writers:
        w.join()
    rows = store.rows()
    assert [w.exitcode for w in writers] == [0, 0]
    assert len(rows) == 60
    assert store.damaged == ()
    assert {p.name[0] for p in (store.path / "finished").iterdir()} == {"s", "a", "b"}


def test_a_full_disk_is_a_clear_error_and_the_other_rows_stay(store, monkeypatch):
    store.write(row("a"))

    def full(self, *_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CheckpointError, match=r"the disk is full: make room.*Rows that were written are intact"):
        store.write(row("b"))
    monkeypatch.undo()
    assert store.rows()["key"].tolist() == ["a"]
    assert len(list((store.path / "finished").iterdir())) == 1


def test_a_read_only_store_is_refused_before_a_cell_runs(tmp_path, monkeypatch):
    def read_only(self, *_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "write_bytes", read_only)
    with pytest.raises(CheckpointError, match="it is read-only: choose another --out"):
        Store(tmp_path / "store").prepare()


def test_a_store_inside_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="cannot be written"):
        Store(tmp_path / "file" / "store").prepare()


def test_rows_refuses_a_folder_without_a_store(tmp_path):
    with pytest.raises(CheckpointError, match="holds no store of studies"):
        Store(tmp_path).rows()
