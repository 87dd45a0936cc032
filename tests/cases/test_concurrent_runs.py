"""Two processes and one folder: one writes, the other is refused by name, waits, or reads a whole run; nothing is mixed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import CheckpointError, DataError, InUseError
from mmviz.io import folder_lock
from mmviz.io.folder_lock import FolderLock, holder_of, locked
from mmviz.train.checkpoint import RunFolder
from mmviz.train.loop import Loop

HOLD = """
import sys, time
from mmviz.io.folder_lock import FolderLock
lock = FolderLock(sys.argv[1]); lock.acquire()
print("held", flush=True)
time.sleep(120)
"""
PLAN = {"epochs": 2, "progress": False, "batch_size": 16}


@pytest.fixture(scope="module")
def ds():
    return mm.data.synthetic(n=40, steps=12, modalities=2, seed=0)


@pytest.fixture
def other(tmp_path):
    """A process that holds the lock of tmp_path / "run" until it is killed."""
    folder = tmp_path / "run"
    folder.mkdir()
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield folder, process
    process.kill()
    process.wait()
    process.stdout.close()


def model(ds, seed=0):
    return mm.models.build("average", ds.spec, width=8, seed=seed)


@pytest.mark.parametrize("options", [{}, {"overwrite": True}, {"resume": True}])
def test_a_second_training_into_one_folder_is_refused_and_names_the_first(ds, other, options):
    folder, process = other
    with pytest.raises(InUseError, match=rf"process {process.pid} on .*is writing to it") as caught:
        mm.train.fit(model(ds), ds, out=folder, **options, **PLAN)
    assert isinstance(caught.value, CheckpointError)
    assert not (folder / "run.json").exists()


def test_the_lock_of_a_process_that_was_killed_is_taken_over(ds, other):
    folder, process = other
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (folder / ".lock").exists()
    assert holder_of(folder) == ""
    run = mm.train.fit(model(ds), ds, out=folder, **PLAN)
    assert run.status == "finished"
    assert not (folder / ".lock").exists()


def test_two_trainings_at_once_leave_the_run_of_the_one_that_was_not_refused(ds, tmp_path):
    out, results = tmp_path / "both", {}

    def train(seed):
        try:
            results[seed] = mm.train.fit(model(ds), ds, out=out, seed=seed, **PLAN | {"epochs": 6})
        except CheckpointError as error:
            results[seed] = error

    threads = [threading.Thread(target=train, args=(seed,)) for seed in (1, 2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    done = [seed for seed, result in results.items() if not isinstance(result, Exception)]
    assert len(done) == 1, results
    assert mm.train.load(out).info["train"]["seed"] == done[0]


def test_a_resumed_training_is_refused_while_the_first_still_writes(ds, tmp_path, monkeypatch):
    out, seen, run = tmp_path / "one", [], Loop.run

    def watched(self, bar):
        if not seen:
            seen.append("first")
            for options in ({"resume": True}, {"overwrite": True}):
                with pytest.raises(InUseError):
                    mm.train.fit(model(ds), ds, out=out, **options, **PLAN)
            seen.append("refused")
        return run(self, bar)

    monkeypatch.setattr(Loop, "run", watched)
    assert mm.train.fit(model(ds), ds, out=out, **PLAN).status == "finished"
    assert seen == ["first", "refused"]


def test_a_failed_training_gives_the_lock_back_and_leaves_no_empty_folder(ds, tmp_path, monkeypatch):
    def failing(self, bar):
        raise OSError("the disk is gone")

    monkeypatch.setattr(RunFolder, "create", lambda self, overwrite: None)
    monkeypatch.setattr(Loop, "run", failing)
    with pytest.raises(OSError, match="the disk is gone"):
        mm.train.fit(model(ds), ds, out=tmp_path / "new", **PLAN)
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_neither_holds_nor_removes_the_lock_of_its_parent(tmp_path):
    lock = FolderLock(tmp_path)
    lock.acquire()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        lock.release()
        time.sleep(60)
        os._exit(0)
    try:
        time.sleep(0.3)
        assert holder_of(tmp_path)  # the child's release changed nothing
        lock.release()
        with locked(tmp_path):  # the child still lives and holds nothing
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_of_many_threads_one_holds_the_lock_at_a_time(tmp_path):
    inside, most, wins = [], [], []

    def work():
        for _ in range(60):
            try:
                with locked(tmp_path):
                    inside.append(1)
                    most.append(len(inside))
                    time.sleep(0.0005)
                    inside.pop()
                    wins.append(1)
            except InUseError:
                pass

    threads = [threading.Thread(target=work) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert max(most) == 1
    assert wins
    assert not (tmp_path / ".lock").exists()


class TestWithoutLocksOfTheFileSystem:
    @pytest.fixture(autouse=True)
    def _none(self, monkeypatch):
        monkeypatch.setattr(folder_lock, "_exclusive", lambda handle, *, shared=False: None)

    def test_the_owner_file_stands_for_the_lock(self, tmp_path):
        with locked(tmp_path):
            assert f"process {os.getpid()}" in holder_of(tmp_path)
            with pytest.raises(InUseError, match=rf"process {os.getpid()} on .*delete"):
                FolderLock(tmp_path).acquire()
        with locked(tmp_path):
            pass
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("start", ["long ago", None])
    def test_the_owner_file_of_a_dead_process_is_taken_over(self, tmp_path, start):
        import socket

        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        owner = {"pid": ended.pid if start is None else os.getpid(), "host": socket.gethostname(), "start": start}
        (tmp_path / ".lock-owner").write_text(json.dumps(owner))
        with locked(tmp_path):
            assert f"process {os.getpid()}" in holder_of(tmp_path)

    @pytest.mark.parametrize("text", ['{"pid": 1, "host": "another-machine"}', "", "[", "null", '{"pid": "x"}'])
    def test_an_owner_that_may_live_is_not_taken_over(self, tmp_path, text):
        (tmp_path / ".lock-owner").write_text(text)
        with pytest.raises(InUseError):
            FolderLock(tmp_path).acquire()


def test_a_lock_file_that_leads_elsewhere_is_not_written_through(tmp_path):
    target = tmp_path / "precious"
    target.write_text("kept")
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / ".lock").symlink_to(target)
    with pytest.raises(CheckpointError, match="cannot be written"), RunFolder(folder).locked():
        pass
    assert target.read_text() == "kept"


def test_a_cached_training_that_another_process_carries_out_is_waited_for_and_loaded(ds, tmp_path, monkeypatch):
    from mmviz.train import cache as caching

    carried_out, run = [], Loop.run

    def slow(self, bar):
        carried_out.append(1)
        time.sleep(1)
        return run(self, bar)

    monkeypatch.setattr(Loop, "run", slow)
    monkeypatch.setattr(caching.warnings, "warn", lambda *a, **k: None)
    found, models = [], [model(ds) for _ in range(3)]  # threads that build share PyTorch's generator
    threads = [
        threading.Thread(target=lambda one=one: found.append(mm.train.fit(one, ds, cache=tmp_path, **PLAN)))
        for one in models
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(carried_out) == 1
    assert len({id(run) for run in found}) == 3
    assert len({json.dumps(run.history) for run in found}) == 1


def test_a_cached_training_whose_process_dies_is_carried_on_by_the_one_that_waits(ds, tmp_path):
    done = mm.train.fit(model(ds), ds, cache=tmp_path, **PLAN)
    folder = done.folder
    index = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(index | {"status": "running"}))
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    killer = threading.Timer(1.0, process.kill)
    killer.start()
    with pytest.warns(UserWarning, match=rf"process {process.pid} on .* trains the same"):
        again = mm.train.fit(model(ds), ds, cache=tmp_path, **PLAN)
    process.wait()
    process.stdout.close()
    assert again.status == "finished"
    assert [row["epoch"] for row in again.history] == [0.0, 1.0, 2.0]


def test_a_damaged_cache_is_not_removed_while_another_process_writes_to_it(ds, tmp_path):
    done = mm.train.fit(model(ds), ds, cache=tmp_path, **PLAN)
    (done.folder / "run.json").write_text("half a file")
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(done.folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    seen = []
    look = threading.Timer(0.8, lambda: (seen.append((done.folder / "run.json").exists()), process.kill()))
    look.start()
    with pytest.warns(UserWarning, match="trains the same|damaged"):
        again = mm.train.fit(model(ds), ds, cache=tmp_path, **PLAN)
    process.wait()
    process.stdout.close()
    assert seen == [True]
    assert again.status == "finished"


def test_a_run_that_is_loaded_while_others_replace_it_is_one_of_them_and_never_a_mix(ds, tmp_path):
    out = tmp_path / "run"
    known = {}
    for seed in (1, 2):
        run = mm.train.fit(model(ds, seed), ds, out=tmp_path / f"alone{seed}", seed=seed, **PLAN)
        known[seed] = run.predict(ds["test"])
    mm.train.fit(model(ds, 1), ds, out=out, seed=1, **PLAN)
    program = (
        "import sys\nimport mmviz as mm\nfrom itertools import cycle\n"
        "ds = mm.data.synthetic(n=40, steps=12, modalities=2, seed=0)\n"
        "for seed in cycle((2, 1)):\n"
        "    model = mm.models.build('average', ds.spec, width=8, seed=seed)\n"
        "    mm.train.fit(model, ds, out=sys.argv[1], seed=seed, overwrite=True, epochs=2, progress=False, batch_size=16)\n"
        "    print(seed, flush=True)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, str(out)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline() == "2\n"
    seen: list[int] = []
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and (len(seen) < 40 or len(set(seen)) < 2):
            try:
                run = mm.train.load(out)
            except CheckpointError as error:
                assert "has begun a training there" in str(error) or "changes faster" in str(error)  # noqa: PT017
                continue
            if run.status == "finished":
                np.testing.assert_array_equal(run.predict(ds["test"]), known[run.info["train"]["seed"]])
                seen.append(run.info["train"]["seed"])
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    assert set(seen) == {1, 2}


def test_overwrite_and_resume_remove_what_a_killed_writer_left_and_nothing_else(ds, tmp_path):
    out = tmp_path / "run"
    mm.train.fit(model(ds), ds, out=out, **PLAN)
    for options in ({"overwrite": True}, {"resume": True}):
        left = [out / ".0123456789abcdef.part.json", out / "weights" / ".fedcba9876543210.part.safetensors"]
        own = [out / "notes.part", out / "weights" / "my-model.safetensors", out / ".hidden.part.txt"]
        for path in left + own:
            path.write_text("x")
        mm.train.fit(model(ds), ds, out=out, **options, **PLAN)
        assert not any(path.exists() for path in left)
        assert all(path.exists() for path in own)


def test_two_traces_saved_to_one_path_leave_one_of_them_whole(recorded, tmp_path):
    path = tmp_path / "trace.nc"
    second = recorded.copy()
    second.attrs = recorded.attrs | {"notes": ["second"]}
    threads = [threading.Thread(target=mm.trace.save, args=(t, path)) for t in (recorded, second)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert mm.trace.load(path).attrs["notes"] in (recorded.attrs["notes"], ["second"])
    assert [p.name for p in tmp_path.iterdir()] == ["trace.nc"]


def test_a_second_writer_of_a_data_set_on_disk_is_refused(ds, other):
    folder, process = other
    with pytest.raises(DataError, match=rf"process {process.pid} on"):
        mm.data.to_disk(ds, folder)
    process.kill()
    process.wait()
    mm.data.to_disk(ds, folder)
    assert not (folder / ".lock").exists()


def test_a_data_set_that_is_replaced_while_it_is_opened_is_the_old_or_the_new_one(tmp_path):
    sets = [mm.data.synthetic(n=30, steps=12, modalities=2, seed=seed) for seed in (0, 1)]
    prints = {each.fingerprint() for each in sets}
    mm.data.to_disk(sets[0], tmp_path / "set")
    stop = threading.Event()

    def rewriting():
        i = 0
        while not stop.is_set():
            i = 1 - i
            mm.data.to_disk(sets[i], tmp_path / "set", overwrite=True)

    writer = threading.Thread(target=rewriting)
    writer.start()
    try:
        until, read = time.monotonic() + 5, 0
        while time.monotonic() < until:
            assert mm.data.from_disk(tmp_path / "set").fingerprint() in prints
            read += 1
    finally:
        stop.set()
        writer.join()
    assert read > 3


def test_weights_that_are_a_link_to_another_folder_are_not_written_through(ds, tmp_path):
    out, other = tmp_path / "run", tmp_path / "other"
    done = mm.train.fit(model(ds), ds, out=out, **PLAN)
    (out / "weights").rename(other)
    (out / "weights").symlink_to(other, target_is_directory=True)
    before = {path.name: path.read_bytes() for path in other.iterdir()}
    for options in ({"overwrite": True}, {"resume": True}):
        with pytest.raises(CheckpointError, match=r"lies outside|is a link to another folder"):
            mm.train.fit(model(ds), ds, out=done.folder, **options, **PLAN)
    assert {path.name: path.read_bytes() for path in other.iterdir()} == before


def spoilt_state(folder, change):
    """Change the state to resume from, and give it its right sha256."""
    import hashlib

    from safetensors.torch import load, save

    index = json.loads((folder / "run.json").read_text())
    path = folder / index["state"]["file"]
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    plain = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["plain"])
    tensors = load(data)
    text = change(plain, tensors)
    path.write_bytes(save(tensors, {"plain": json.dumps(plain) if text is None else text}))
    index["state"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "run.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    "change",
    [
        lambda p, t: p.__delitem__("made"),
        lambda p, t: p.__delitem__("groups"),
        lambda p, t: p.update(rng={"bit_generator": "PCG64"}),
        lambda p, t: p.update(epoch="x"),
        lambda p, t: p.update(done=None),
        lambda p, t: t.__delitem__("draws/cpu"),
        lambda p, t: t.__delitem__(next(k for k in t if k.startswith("model/"))),
        lambda p, t: "[" * 100_000,
        lambda p, t: '{"epoch": 1, "epoch": 2}',
        lambda p, t: "null",
    ],
)
def test_a_state_that_was_changed_is_refused_when_a_training_is_resumed_from_it(ds, tmp_path, change):
    out = tmp_path / "run"
    mm.train.fit(model(ds), ds, out=out, **PLAN)
    spoilt_state(out, change)
    with pytest.raises(CheckpointError):
        mm.train.fit(model(ds), ds, out=out, resume=True, **PLAN)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.update(epoch="x"),
        lambda r: r.pop("epoch"),
        lambda r: r.update(train_loss=[1]),
        lambda r: r.update(x={}),
    ],
)
def test_a_history_that_is_no_table_of_numbers_is_refused(ds, tmp_path, change):
    run = mm.train.fit(model(ds), ds, out=tmp_path / "run", **PLAN)
    index = json.loads((run.folder / "run.json").read_text())
    change(index["history"][1])
    (run.folder / "run.json").write_text(json.dumps(index))
    with pytest.raises(CheckpointError, match=r"row 1 of the history"):
        mm.train.load(run.folder)


def test_two_processes_that_run_one_study_and_keep_its_runs_finish_every_cell(tmp_path):
    program = (
        "import sys\nfrom mmviz.studies import grid, run, Study\n"
        "cells = grid(data='synthetic', model='average', seed=[0, 1], train={'epochs': 1})\n"
        "outcome = run(Study('two', cells, metric='test.mae'), sys.argv[1], keep='runs', progress=False)\n"
        "sys.exit(len(outcome.failed) + outcome.not_run)\n"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        told = process.communicate()[1]
        assert process.returncode == 0, told[-2000:]
