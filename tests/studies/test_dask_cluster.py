"""Studies on Dask: the same rows as in one process, and clear errors where a cluster is not what it should be."""

import builtins
from types import SimpleNamespace

import pytest
from tiny_studies import tiny_study

import mmviz as mm
from mmviz.core.errors import ConfigError, MissingDependencyError, MmvizError
from mmviz.studies import dask_cluster

distributed = pytest.importorskip("distributed", reason="the extra `scale` is not installed")


class Future:
    def __init__(self, status, error=None):
        self.status, self.error = status, error

    def exception(self):
        return self.error


class Client:
    """A client whose workers answer what they are told to."""

    def __init__(self, workers, error=None):
        self.workers, self.error = workers, error

    def get_versions(self, check):
        if self.error is not None:
            raise self.error

    def run(self, function):
        return self.workers


@pytest.mark.filterwarnings("ignore")  # what distributed warns of when it starts and stops is not ours
def test_a_cluster_gives_the_rows_that_one_process_gives(tmp_path, run):
    # inside this process: it is the client, the tasks and their order that are tested; processes are under `make soak`
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, processes=False, dashboard_address=None, protocol="tcp"
    ) as local:
        study = tiny_study()
        outcome = mm.studies.run(study, tmp_path / "dask", scheduler=local.scheduler_address, progress=False)
        again = mm.studies.run(study, tmp_path / "dask", scheduler=local.scheduler_address, progress=False)
    assert (outcome.finished_now, outcome.failed, again.finished_now) == (4, (), 0)
    wanted = ["key", "test.accuracy", "history", "run.best_epoch", "code", "data_digest"]
    here, there = (s.rows().set_index("key").sort_index() for s in (run(study).store, outcome.store))
    drop = [c for c in wanted if c not in ("key", "history")]
    assert here[drop].equals(there[drop])


def test_a_scheduler_that_cannot_be_reached_is_an_error_with_its_address(run, monkeypatch):
    monkeypatch.setattr(dask_cluster, "_SECONDS", 0.3)
    with pytest.raises(
        ConfigError, match=r"scheduler 'tcp://127.0.0.1:9' cannot be reached .*start one \(dask scheduler\)"
    ):
        run(tiny_study(), scheduler="tcp://127.0.0.1:9")


def test_a_worker_of_another_version_is_named_with_both():
    mine = dask_cluster.versions()
    dask_cluster.check_versions(Client({"tcp://a:1": mine}))
    with pytest.raises(ConfigError, match=r"worker tcp://b:2 has torch 1.0, this process has"):
        dask_cluster.check_versions(Client({"tcp://a:1": mine, "tcp://b:2": mine | {"torch": "1.0"}}))
    with pytest.raises(
        ConfigError, match=r"worker tcp://b:2 has mmviz code 0.1.0.abc, this process has .* nothing was run"
    ):
        dask_cluster.check_versions(Client({"tcp://b:2": mine | {"mmviz code": "0.1.0+abc"}}))
    with pytest.raises(ConfigError, match="do not match this process: distributed 1 and 2"):
        dask_cluster.check_versions(Client({}, ValueError("distributed 1 and 2")))
    with pytest.raises(ConfigError, match="the scheduler has no workers"):
        dask_cluster.check_versions(Client({}))


def test_a_worker_of_another_version_that_joins_later_refuses_its_cell():
    (cell, *_) = tiny_study().cells
    with pytest.raises(ConfigError, match="this worker has mmviz code"):
        dask_cluster._remote(cell, "0+old", {})


def test_a_worker_that_dies_makes_a_failed_row_and_a_scheduler_that_dies_ends_the_study():
    (cell, *_) = tiny_study().cells
    died = distributed.KilledWorker("task", SimpleNamespace(address="tcp://b:2"), 3)
    row = dask_cluster._row(distributed, Future("error", died), cell)
    assert (row["status"], row["kind"], row["key"]) == ("failed", "worker died", cell.key)
    assert "most often memory" in row["reason"]
    with pytest.raises(MmvizError, match=r"the scheduler went away; .* run the same command again"):
        dask_cluster._row(distributed, Future("cancelled"), cell)


def test_without_dask_the_message_says_what_to_install(run, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "distributed":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependencyError, match=r'pip install "mmviz\[scale\]"'):
        run(tiny_study(), workers=2)
    assert run(tiny_study()).finished_now == 4
