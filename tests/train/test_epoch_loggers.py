"""The history of a training in TensorBoard and MLflow, read back with the libraries themselves."""

import json
import os
import signal
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError, MissingDependencyError

OPTIONS = {"epochs": 2, "batch_size": 16, "progress": False}


@pytest.fixture(scope="module")
def small():
    return mm.data.synthetic(n=60, steps=24, seed=0, task="classification")


def fitted(ds, **options):
    model = mm.models.build("late", ds.spec, width=8, layers=1, state=4)
    return mm.train.fit(model, ds, **{**OPTIONS, **options})


def scalars_of(folder):
    """Return {tag: {step: [values]}} as TensorBoard reads the folder."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0})
    events.Reload()
    found = {}
    for tag in events.Tags()["scalars"]:
        for event in events.Scalars(tag):
            found.setdefault(tag, {}).setdefault(event.step, []).append(event.value)
    return found, events


def assert_equals_history(found, history):
    expected = {}
    for row in history:
        for name, value in row.items():
            if name != "epoch":
                expected.setdefault(name, {})[int(row["epoch"])] = value
    assert found.keys() == expected.keys()
    for name, steps in expected.items():
        assert {step: len(values) for step, values in found[name].items()} == dict.fromkeys(steps, 1), name
        np.testing.assert_allclose([v[0] for v in found[name].values()], list(steps.values()), rtol=1e-6)


def test_a_folder_receives_every_entry_of_the_history_as_tensorboard_scalars(small, tmp_path):
    run = fitted(small, log=tmp_path / "tb", strategy="shapley_alternating")
    found, events = scalars_of(tmp_path / "tb")
    assert_equals_history(found, run.history)
    assert {"train_loss", "valid_accuracy", "learning_rate"} <= found.keys()
    assert any(name.startswith("contribution/") for name in found)
    assert any(name.startswith("updates/") for name in found)
    assert run.status in events.Tensors("status/text_summary")[0].tensor_proto.string_val[0].decode()


def test_logging_changes_neither_weights_nor_history(small, tmp_path):
    plain, logged = fitted(small), fitted(small, log=str(tmp_path / "tb"))
    assert all(bool((plain.weights[2][k] == logged.weights[2][k]).all()) for k in plain.weights[2])
    keys = [k for k in plain.history[-1] if "seconds" not in k]
    assert [[r.get(k) for k in keys] for r in plain.history] == [[r.get(k) for k in keys] for r in logged.history]


def test_an_open_summary_writer_is_used_and_stays_open(small, tmp_path):
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    with tensorboard.SummaryWriter(str(tmp_path)) as writer:
        run = fitted(small, log=writer)
        writer.add_scalar("mine", 1.5, 0)
    found, _ = scalars_of(tmp_path)
    assert found.pop("mine") == {0: [1.5]}
    assert_equals_history(found, run.history)


def test_a_function_receives_a_copy_of_each_row_in_order(small):
    rows = []
    run = fitted(small, log=[rows.append, lambda row: row.clear()])
    assert rows == run.history


def test_figures_are_written_at_the_end_as_images(small, tmp_path):
    from matplotlib.figure import Figure

    def figures(run):
        figure = Figure(figsize=(2, 1))
        figure.add_subplot().plot([row["valid_loss"] for row in run.history])
        return {"loss": figure}

    run = fitted(small, log=mm.train.TensorBoardLog(tmp_path / "tb", figures=figures))
    _, events = scalars_of(tmp_path / "tb")
    (image,) = events.Images("loss")
    assert (image.step, image.width, image.height) == (run.best_epoch, 200, 100)
    assert image.encoded_image_string.startswith(b"\x89PNG")


def test_a_resumed_training_leaves_each_epoch_once_in_the_log(small, tmp_path):
    def stop(row):
        if row["epoch"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    options = {"out": tmp_path / "run", "epochs": 3}
    first = fitted(small, log=[tmp_path / "tb", stop], **options)
    assert first.status == "interrupted"
    rows = []
    run = fitted(small, log=[tmp_path / "tb", rows.append], resume=True, **options)
    assert_equals_history(scalars_of(tmp_path / "tb")[0], run.history)
    assert [row["epoch"] for row in run.history] == [0, 1, 2, 3]
    assert rows == [row for row in run.history if row["epoch"] > 1]


def test_a_folder_with_the_events_of_another_training_is_refused_before_the_training(small, tmp_path):
    fitted(small, log=tmp_path / "tb", epochs=1)
    with pytest.raises(ConfigError, match=r"already holds the event files.*overwrite=True"):
        fitted(small, log=tmp_path / "tb")
    run = fitted(small, log=tmp_path / "tb", overwrite=True)
    assert_equals_history(scalars_of(tmp_path / "tb")[0], run.history)


@pytest.mark.parametrize("wrong", [3, {"folder": "x"}, "", ["runs", None]])
def test_what_is_no_log_is_refused_before_the_training(small, wrong):
    with pytest.raises(ConfigError, match="fit: log="):
        fitted(small, log=wrong)


def test_a_file_in_place_of_the_folder_is_refused_before_the_training(small, tmp_path):
    (tmp_path / "tb").write_text("")
    with pytest.raises(ConfigError, match="is a file"):
        fitted(small, log=tmp_path / "tb")


def test_a_logger_that_fails_warns_and_receives_the_missing_epochs_later(small, tmp_path, monkeypatch):
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    real, calls = tensorboard.SummaryWriter.add_scalar, []

    def failing(self, name, value, step):
        calls.append(step)
        if step == 1 and calls.count(1) == 1:
            raise OSError("disk full")
        return real(self, name, value, step)

    monkeypatch.setattr(tensorboard.SummaryWriter, "add_scalar", failing)
    with pytest.warns(UserWarning, match=r"TensorBoardLog failed at epoch 1 .*disk full.*training continues"):
        run = fitted(small, log=tmp_path / "tb")
    assert run.status == "finished"
    assert_equals_history(scalars_of(tmp_path / "tb")[0], run.history)


def test_a_function_that_fails_warns_and_does_not_end_the_training(small):
    def wrong(row):
        raise KeyError("nothing")

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run = fitted(small, log=wrong)
    assert run.status == "finished"
    assert sum("FunctionLog failed" in str(each.message) for each in found) == len(run.history)


def test_a_missing_package_is_named_with_its_extra_before_the_training(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    monkeypatch.setitem(sys.modules, "mlflow", None)
    for log in ("runs/tb", "mlflow"):
        with pytest.raises(MissingDependencyError, match=r"mmviz\[log\]"):
            fitted(small, log=log)


def test_training_without_a_log_imports_neither_tensorboard_nor_mlflow(small, monkeypatch):
    for name in ("tensorboard", "torch.utils.tensorboard", "mlflow"):
        monkeypatch.setitem(sys.modules, name, None)  # an import would raise ImportError
    assert fitted(small, epochs=1).status == "finished"


def test_two_devices_write_one_log_from_the_first_device(small, tmp_path):
    run = fitted(small, log=tmp_path / "tb", epochs=1, devices=2, accelerator="cpu")
    assert_equals_history(scalars_of(tmp_path / "tb")[0], run.history)
    assert len(list((tmp_path / "tb").glob("events*"))) == 1


@pytest.fixture
def mlflow(tmp_path, monkeypatch):
    try:
        import mlflow as library
    except ImportError as error:
        pytest.skip(f"mlflow cannot be imported: {error}")
    before = library.get_tracking_uri()
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    library.set_tracking_uri((tmp_path / "mlruns").as_uri())
    yield library
    library.set_tracking_uri(before)


def metrics_of(mlflow, run_id, names):
    client, found = mlflow.MlflowClient(), {}
    for name in names:
        for metric in client.get_metric_history(run_id, name):
            found.setdefault(name, {}).setdefault(metric.step, []).append(metric.value)
    return found


def test_mlflow_receives_every_entry_of_the_history_the_options_and_the_status(small, mlflow):
    from matplotlib.figure import Figure

    log = mm.train.MLflowLog(figures=lambda run: {"empty": Figure(figsize=(1, 1))})
    run = fitted(small, log=log, strategy="shapley_alternating")
    stored = mlflow.MlflowClient().get_run(run.info["mlflow_run"]["run_id"])
    names = {name for row in run.history for name in row} - {"epoch"}
    assert_equals_history(metrics_of(mlflow, stored.info.run_id, names), run.history)
    assert stored.info.status == "FINISHED"
    assert stored.data.params["train.epochs"] == "2"
    assert stored.data.params["model.name"] == "late"
    assert stored.data.tags["mmviz.best_epoch"] == str(run.best_epoch)
    assert [each.path for each in mlflow.MlflowClient().list_artifacts(stored.info.run_id, "figures")] == [
        "figures/empty.png"
    ]
    assert mlflow.active_run() is None


def test_a_resumed_training_continues_its_mlflow_run(small, mlflow, tmp_path):
    def stop(row):
        if row["epoch"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    options = {"out": tmp_path / "run", "epochs": 3}
    first = fitted(small, log=["mlflow", stop], **options)
    run_id = first.info["mlflow_run"]["run_id"]
    assert mlflow.MlflowClient().get_run(run_id).info.status == "KILLED"
    run = fitted(small, log="mlflow", resume=True, **options)
    assert run.info["mlflow_run"]["run_id"] == run_id
    assert_equals_history(metrics_of(mlflow, run_id, set(run.history[-1]) - {"epoch"}), run.history)
    assert json.loads((Path(tmp_path) / "run" / "run.json").read_text())["info"]["mlflow_run"]["run_id"] == run_id


def test_an_active_mlflow_run_receives_the_values_and_stays_active(small, mlflow):
    with mlflow.start_run() as active:
        run = fitted(small, log="mlflow", epochs=1)
        assert mlflow.active_run().info.run_id == active.info.run_id == run.info["mlflow_run"]["run_id"]


def test_a_tracking_server_that_does_not_exist_is_refused_before_the_first_epoch(small, mlflow):
    with pytest.raises(ConfigError, match="tracking URI"):
        fitted(small, log=mm.train.MLflowLog(tracking_uri="nothing-known://x"))
