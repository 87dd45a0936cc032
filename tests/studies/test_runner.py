"""Running a study: nothing finished runs twice, nothing that fails stops the others, nothing is lost when a process dies."""

import os
import signal
import sys
import time

import numpy as np
import pandas as pd
import pytest
import torch
from tiny_studies import TINY, forks, tiny_study

import mmviz as mm
from mmviz.core.errors import CheckpointError, ConfigError
from mmviz.studies import Store, grid, table, worker
from mmviz.studies import Study as StudyClass
from mmviz.studies import cell as cell_module


def counted(monkeypatch):
    """Count the trainings."""
    calls = []
    real = worker.fit

    def fit(model, ds, **options):
        calls.append(options["seed"])
        return real(model, ds, **options)

    monkeypatch.setattr(worker, "fit", fit)
    return calls


def test_a_repeated_study_runs_nothing_and_a_larger_one_only_what_is_new(study, run, monkeypatch):
    calls = counted(monkeypatch)
    first = run(study)
    assert (first.finished_before, first.finished_now, first.failed, first.not_run) == (0, 4, (), 0)
    before = {p: p.stat().st_mtime_ns for p in first.store.path.rglob("*.parquet")}
    again = run(study)
    assert (again.finished_before, again.finished_now) == (4, 0)
    assert {p: p.stat().st_mtime_ns for p in first.store.path.rglob("*.parquet")} == before
    assert run(tiny_study(seeds=(0, 1, 2))).finished_now == 2
    assert len(calls) == 6


def test_a_row_holds_what_the_same_training_by_hand_gives(run):
    (cell,) = grid(
        data=TINY, model={"name": "coupled_mamba", "width": 8, "layers": 1}, train={"epochs": 2}, seed=3,
        measures=("contributions", "missing"),
    )  # fmt: skip
    row = run(StudyClass("one", (cell,))).store.rows().iloc[0]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    ds = mm.data.synthetic(n=40, steps=24, task="classification")
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, seed=3)
    trained = mm.train.fit(model, ds, epochs=2, seed=3, progress=False)
    torch.set_num_threads(threads)
    found = mm.train.metrics.score(ds.spec.task, trained.predict(ds["test"]), ds["test"].target)
    assert row["test.accuracy"] == found["accuracy"]
    assert row["test.f1_macro"] == found["f1_macro"]
    even = mm.analysis.imbalance(mm.record(trained, ds["test"], recorded_samples=1))
    assert row["test.E1"] == pytest.approx(float(even["E1"]), nan_ok=True)
    assert row["test.contribution.m2"] == pytest.approx(float(even["contribution"].sel(modality="m2")))
    assert row["test.unimodal.m3"] == row["test.accuracy@m3"]
    alone = mm.data.missing.keep_modalities(ds, ["m1", "m3"])["test"]
    pair = mm.train.metrics.score(ds.spec.task, trained.predict(alone), alone.target)
    assert row["test.accuracy@m1+m3"] == pair["accuracy"]
    lost = mm.data.missing.drop_modalities(ds, 0.3)["test"]
    assert (
        row["test.accuracy@missing=0.3"]
        == mm.train.metrics.score(ds.spec.task, trained.predict(lost), lost.target)["accuracy"]
    )
    assert (row["seed"], row["threads"], row["run.epochs"]) == (3, 1, 2)
    assert row["version.torch"] == torch.__version__
    assert row["run.parameters"] == sum(p.numel() for p in model.parameters())


def test_a_cell_with_one_modality_trains_a_model_of_that_modality_only(run):
    cells = grid(data=TINY, model={"name": "average", "width": 4}, train={"epochs": 1}, modalities=[("m1",), None])
    rows = run(StudyClass("alone", cells)).store.rows().set_index("modalities")
    assert rows.loc["m1", "run.parameters"] < rows.loc["all", "run.parameters"] / 2


def test_a_failed_cell_is_stored_with_its_reason_and_the_others_run(run, tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 and nothing more")
    model, train = {"name": "average", "width": 4}, {"epochs": 1}
    cells = (
        grid(data=str(tmp_path / "bad.npz"), model=model, train=train)
        + grid(data=TINY, model=model, train={"epochs": 3, "learning_rate": 1e30})
        + grid(data=TINY, model=model, train={**train, "valid": "elsewhere"})
        + grid(data=TINY, model=model, train=train)
    )
    outcome = run(StudyClass("faults", cells))
    assert (outcome.finished_now, len(outcome.failed)) == (1, 3)
    rows = outcome.store.rows().set_index("key").loc[[c.key for c in cells]]
    assert rows["kind"].tolist() == ["bad data", "diverged", "refused", ""]
    assert "bad.npz" in rows["reason"].iloc[0]
    assert "split 'elsewhere' is not there" in rows["reason"].iloc[2]
    assert "failed: Cell(average, joint" in str(outcome)


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes")],
    ids=repr,
)
def test_a_failure_by_memory_has_the_kind_out_of_memory(run, monkeypatch, error):
    def fit(*_, **__):
        raise error

    monkeypatch.setattr(worker, "fit", fit)
    assert run(tiny_study(seeds=(0,))).store.rows()["kind"].tolist() == ["out of memory"] * 2


def test_retry_repeats_only_what_failed(study, run, monkeypatch):
    real, calls = worker.fit, []

    def fit(model, ds, **options):
        calls.append(options["seed"])
        if len(calls) <= 4 and options["seed"] == 1:
            raise RuntimeError("a bad day")
        return real(model, ds, **options)

    monkeypatch.setattr(worker, "fit", fit)
    first = run(study)
    assert (first.finished_now, len(first.failed)) == (2, 2)
    assert "error: RuntimeError: a bad day" in first.failed[0]
    left_alone = run(study)
    assert (left_alone.finished_now, left_alone.failed_before, len(calls)) == (0, 2, 4)
    larger = tiny_study(seeds=(0, 1, 2))
    again = run(larger, retry=True)
    assert (again.finished_before, again.finished_now, again.not_run) == (2, 2, 2)
    assert calls[4:] == [1, 1]
    assert run(larger).finished_now == 2
    assert set(again.store.rows()["status"]) == {"finished"}


def test_ctrl_c_ends_the_study_without_a_row_for_the_cell_that_ran(study, run, monkeypatch):
    real, calls = worker.fit, []

    def fit(model, ds, **options):
        calls.append(1)
        done = real(model, ds, **options)
        if len(calls) == 2:
            done.status = "interrupted"
        return done

    monkeypatch.setattr(worker, "fit", fit)
    outcome = run(study)
    assert outcome.interrupted
    assert (outcome.finished_now, outcome.not_run) == (1, 3)
    assert "3 not run (interrupted)" in str(outcome)
    assert run(study).finished_before == 1


def test_a_disk_that_fills_up_ends_the_study_with_a_clear_error(study, run, monkeypatch):
    run(tiny_study(seeds=(0,)))

    def full(*_, **__):
        raise CheckpointError("cannot be written (No space left on device)")

    monkeypatch.setattr(worker, "fit", full)
    with pytest.raises(CheckpointError, match="No space left"):
        run(study, keep="runs")


def test_data_that_change_after_the_study_was_declared_fail_the_cell(run, tmp_path):
    path = tmp_path / "set.npz"
    path.write_bytes(b"one")
    study = StudyClass("late", grid(data=str(path), model="average"))
    assert study.cells[0].key
    path.write_bytes(b"another")
    assert "not the data the study was declared with" in run(study).failed[0]


def test_runs_and_traces_are_saved_at_the_paths_of_the_row(run):
    row = run(tiny_study(seeds=(0,), models=("concat",)), keep="traces").store.rows().iloc[0]
    assert mm.train.load(row["run.folder"]).best_epoch == row["run.best_epoch"]
    assert mm.trace.load(row["run.trace"]).attrs["split"] == "test"


def test_run_restores_the_thread_count(study, run):
    before = torch.get_num_threads()
    run(study, threads=1)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": -1}, "workers=-1"),
        ({"workers": 2, "scheduler": "tcp://x:1"}, "give one of them"),
        ({"keep": "trace"}, "did you mean 'traces'"),
        ({"threads": 0}, "threads=0"),
    ],
    ids=str,
)
def test_contradictory_arguments_are_refused(study, run, options, message):
    with pytest.raises(ConfigError, match=message):
        run(study, **options)


def same_code():
    return "0+same"


def child(path):
    cell_module.code_version = same_code
    mm.studies.run(tiny_study(seeds=range(4), models=("average",)), path, progress=False)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_study_is_continued_and_its_table_equals_an_uninterrupted_one(tmp_path, run, monkeypatch):
    monkeypatch.setattr(cell_module, "code_version", same_code)
    study = tiny_study(seeds=range(4), models=("average",))
    context, draw, killed = forks(), np.random.default_rng(0), 0
    store = Store(tmp_path / "killed")
    store.prepare()
    for _ in range(3):
        process = context.Process(target=child, args=(store.path,))
        process.start()
        rows = len(list((store.path / "finished").glob("[!.]*")))
        while process.is_alive() and len(list((store.path / "finished").glob("[!.]*"))) == rows:
            time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.05))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.join()
    done = sum(store.status(c.key) == "finished" for c in study.cells)
    last = mm.studies.run(study, store, progress=False)
    assert killed >= 1
    assert (last.finished_before, last.finished_now) == (done, 4 - done)
    assert last.finished_before >= 1
    undisturbed = run(study).store
    pd.testing.assert_frame_equal(table(store).frame, table(undisturbed).frame)
    assert (
        store.rows().set_index("key")["test.accuracy"].to_dict()
        == undisturbed.rows().set_index("key")["test.accuracy"].to_dict()
    )
