"""Training on several devices: the same results as on one, and errors that name the device."""

import functools
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
import warnings

import many_devices
import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, DeviceError

CASES = [
    *many_devices.STRATEGIES,
    *(f"{name}, regression" for name in many_devices.REGRESSION),
    *many_devices.MORE,
    *(f"{name}, user's module" for name in many_devices.USER_MODULE),
    "measured",
    "stages",
    "resumed",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a run that was interrupted on one device, in the middle of its second epoch."""
    folder = tmp_path_factory.mktemp("devices")
    run = many_devices.trained(many_devices.ragged(), many_devices.Interrupted(), epochs=3, out=folder / "stopped1")
    assert run.status == "interrupted"
    assert run.history[-1]["epoch"] == 2
    return folder


@pytest.fixture(scope="module")
def two(folder):
    """Return what each of two processes that torchrun started has found."""
    shutil.copytree(folder / "stopped1", folder / "resumed")
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*start, many_devices.__file__, str(folder)], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [pickle.loads((folder / f"rank{rank}.pickle").read_bytes()) for rank in (0, 1)]  # noqa: S301


@pytest.fixture(scope="module")
def one(folder):
    """Return the same on one device; what is resumed there, here runs undisturbed."""
    shutil.copytree(folder / "stopped1", folder / "one" / "resumed")
    runs = many_devices.results(folder / "one")
    whole = many_devices.trained(many_devices.ragged(), "shapley_alternating", epochs=3)
    assert all(np.array_equal(whole.weights[3][k], runs["resumed"].weights[3][k]) for k in whole.weights[3])
    runs["resumed"] = runs["new"] = whole
    return runs


MEASURED = (
    "valid_",
    "contribution",
    "share/",
    "deviation/",
    "unimodal_score/",
    "value_",
    "available_share",
    "EDM",
    "E1",
    "E2",
    "E3",
)


def apart(a, b, kind="trained"):
    """Return the largest relative difference of two histories, times aside; entries computed from predictions are in float32."""
    assert [row.keys() for row in a] == [row.keys() for row in b]
    keys = [k for k in a[-1] if not k.startswith(("seconds", "cost_share"))]
    keys = [k for k in keys if k.startswith(MEASURED) == (kind == "measured")]
    pairs = [(x.get(k, 0.0), y.get(k, 0.0)) for x, y in zip(a, b, strict=True) for k in keys]
    assert [np.isnan(x) for x, _ in pairs] == [np.isnan(y) for _, y in pairs]
    return max((abs(x - y) / max(1.0, abs(x)) for x, y in pairs if not np.isnan(x)), default=0.0)


def weights_apart(a, b):
    return max(float((a[epoch][k] - b[epoch][k]).abs().max()) for epoch in a for k in a[epoch])


@pytest.mark.parametrize("case", CASES)
def test_training_on_two_devices_equals_one_device_up_to_rounding(one, two, case):
    history, weights, status, best = two[0][0][case]
    assert apart(one[case].history, history) < 1e-9
    assert apart(one[case].history, history, "measured") < 1e-6
    assert weights_apart(one[case].weights, weights) < 1e-6  # they are kept in float32
    assert (status, best) == (one[case].status, one[case].best_epoch)


def test_training_on_two_devices_in_float32_equals_one_device_up_to_rounding(one, two):
    history, weights, *_ = two[0][0]["float32"]
    assert apart(one["float32"].history, history) < 1e-4
    assert weights_apart(one["float32"].weights, weights) < 1e-4


def test_both_devices_return_bitwise_equal_runs(two):
    (first, _, status), (second, _, other) = two
    assert first.keys() == second.keys()
    for case, (history, weights, *how) in first.items():
        assert weights_apart(weights, second[case][1]) == 0
        assert apart(history, second[case][0]) == apart(history, second[case][0], "measured") == 0
        assert how == list(second[case][2:])
    assert status == other == "interrupted", "one device was asked to stop, both did"


def test_a_run_of_two_devices_is_resumed_on_one(one, two, folder):
    stopped = mm.train.load(folder / "stopped")
    assert stopped.status == "interrupted"
    assert stopped.history[-1]["epoch"] == 2
    run = many_devices.trained(many_devices.ragged(), "shapley_alternating", epochs=3, resume=folder / "stopped")
    assert run.status == "finished"
    assert apart(one["new"].history, run.history) < 1e-9
    assert weights_apart(one["new"].weights, run.weights) < 1e-6


def test_only_the_first_device_writes_the_run_folder(one, two, folder):
    run = mm.train.load(folder / "new")
    assert run.status == "finished"
    assert weights_apart(one["new"].weights, run.weights) < 1e-6
    assert not list(folder.rglob("*.part*"))


def test_every_device_refuses_to_resume_a_run_with_other_options_and_names_them(two):
    for _, said, _ in two:
        assert "train.learning_rate is 0.1, was 0.003" in said[0]
        assert "train.batch_size is 9, was 8" in said[1]
        assert "already holds a run" in said[2]


class AsksToStop(mm.train.strategies.Joint):
    """Interrupts the process that started it in the middle of the second epoch."""

    def updates(self, batch, rows):
        self.seen = getattr(self, "seen", 0) + 1
        if self.seen == 8 and self.training.devices.rank == 0:
            os.kill(os.getppid(), signal.SIGINT)
        if self.seen > 8:
            time.sleep(0.2)  # until the message has come round
        yield from super().updates(batch, rows)


class Fails(mm.train.strategies.Joint):
    """The second device fails in the second epoch, as told by ``how``."""

    how = ""

    def before_epoch(self, epoch):
        if epoch == 2 and self.training.devices.rank == 1:
            if self.how == "is killed":
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(1000)
        return {}


def run_of(strategy, out=None, **options):
    return many_devices.trained(many_devices.ragged(), strategy, epochs=3, out=out, **options)


def test_an_interrupt_stops_every_device_and_the_run_is_resumed_on_one(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    run = run_of(AsksToStop(), tmp_path / "run", devices=2, timeout=60)
    assert run.status == "interrupted"
    assert run.info["devices"] == 2
    assert run.history[-1]["epoch"] == 2, "in the middle of it"
    assert signal.getsignal(signal.SIGINT) is before
    assert run.predict(many_devices.ragged()["test"]).shape == (9, 2)
    whole, again = run_of("joint"), run_of("joint", resume=tmp_path / "run")
    assert again.status == "finished"
    for row, other in zip(whole.history, again.history, strict=True):
        assert row.get("train_loss", 0) == pytest.approx(other.get("train_loss", 0), rel=1e-9)
    for name, value in whole.weights[3].items():
        np.testing.assert_allclose(value, again.weights[3][name], atol=1e-6)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("is killed", r"the process of device 1 ended \(by SIGKILL\).*can be resumed with resume=True"),
        ("hangs", "does not respond: its process has ended, or took longer than timeout="),
    ],
)
def test_a_device_that_fails_ends_the_training_and_leaves_the_last_epoch(tmp_path, how, message):
    strategy = Fails()
    strategy.how = how
    begun = time.monotonic()
    with pytest.raises(DeviceError, match=message):
        run_of(strategy, tmp_path / "run", devices=2, timeout=5)
    assert time.monotonic() - begun < 250
    left = mm.train.load(tmp_path / "run")
    assert left.status == "running"
    assert left.history[-1]["epoch"] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"devices": 0}, "devices=0, expected an integer ≥ 1"),
        ({"devices": 2.0}, "expected an integer ≥ 1"),
        ({"devices": True}, "expected an integer ≥ 1"),
        ({"devices": "all"}, "or 'auto'"),
        ({"devices": 2, "batch_size": 1}, "every device needs at least one"),
        ({"devices": 2, "accelerator": "mps"}, "is one device"),
        ({"strategy_backend": "dpp"}, "did you mean 'ddp'"),
        ({"strategy_backend": "fsdp"}, "models here fit on one device"),
        ({"strategy_backend": None}, "available: ddp"),
        ({"precision": "bf16"}, "did you mean 'bf16-mixed'"),
        ({"timeout": 0}, "timeout=0"),
        ({"resume": True}, "name the folder"),
        ({"devices": 2, "strategy": "shapley_alternating", "options": {"mapping": "linear"}}, "mapping='none'"),
    ],
)
def test_fit_refuses_invalid_device_options_before_a_process_starts(options, message, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.multiprocessing, "start_processes", None)
    more = {k: v for k, v in options.items() if k not in ("strategy", "options", "resume")}
    out = {} if "resume" in options else {"out": tmp_path / "run"}
    with pytest.raises(ConfigError, match=message):
        many_devices.trained(
            many_devices.ragged(),
            options.get("strategy", "joint"),
            options.get("options"),
            resume=options.get("resume", False),
            **out,
            **more,
        )
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"accelerator": "cuda", "devices": 2}, "puts 2 on this machine, which has 0"),
        ({"precision": "16-mixed"}, "needs CUDA"),
    ],
)
def test_fit_refuses_more_gpus_than_the_machine_has(options, message):
    with pytest.raises(ConfigError, match=message):
        run_of("joint", **options)


def test_two_devices_refuse_a_learned_router_with_balance():
    ds = many_devices.ragged()
    model = mm.models.build("alignmamba2", ds.spec, width=8, router="learned", balance=0.01)
    with pytest.raises(ConfigError, match="balance=0"):
        mm.train.fit(model, ds, devices=2, batch_size=8, progress=False)


def test_under_torchrun_devices_must_equal_the_number_of_processes(monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "x")
    monkeypatch.setenv("WORLD_SIZE", "4")
    with pytest.raises(ConfigError, match=r"torchrun started 4 processes; give devices=4 or devices='auto'"):
        run_of("joint", devices=2)


def test_a_model_or_strategy_that_cannot_be_pickled_is_named(tmp_path):
    class Local(mm.train.strategies.Joint):
        pass

    with pytest.raises(ConfigError, match="Local"):
        run_of(Local(), devices=2)


def test_a_daemonic_process_is_refused_with_the_way_out(monkeypatch):
    import multiprocessing

    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)
    with pytest.raises(ConfigError, match="cannot start others"):
        run_of("joint", devices=2)


def test_a_script_without_the_main_guard_is_refused_with_the_way_out(monkeypatch):
    import multiprocessing

    monkeypatch.setattr(multiprocessing.current_process(), "_inheriting", True, raising=False)
    with pytest.raises(ConfigError, match="__main__"):
        run_of("joint", devices=2)


def test_errors_of_a_process_are_raised_unchanged_or_as_text():
    from mmviz.train.devices.processes import pickled_error

    error = pickle.loads(pickled_error(DataError("inputs: nothing")))  # noqa: S301
    assert type(error) is DataError
    assert str(error) == "inputs: nothing"
    odd = ValueError("odd")
    odd.culprit = functools.partial(lambda: None)
    assert "ValueError: odd" in str(pickle.loads(pickled_error(odd)))  # noqa: S301


class Process:
    """Stands for the process of a device."""

    def __init__(self, exitcode=None):
        self.exitcode = exitcode

    def is_alive(self):
        return self.exitcode is None


def followed(processes, *messages):
    from mmviz.train.devices.processes import follow_processes
    from mmviz.train.devices.progress import BarReceiver
    from mmviz.train.job import Interruptible

    queue = torch.multiprocessing.get_context("spawn").SimpleQueue()
    for message in messages:
        queue.put(message)
    return follow_processes(processes, queue, None, Interruptible(), BarReceiver(shown=False))


def test_errors_and_warnings_of_a_process_are_raised_and_warned_in_the_parent():
    from mmviz.train.devices.processes import pickled_error

    with pytest.raises(DataError, match="inputs: nothing"):
        followed([Process(), Process(64)], ("failed", pickled_error(DataError("inputs: nothing"))))
    with pytest.warns(UserWarning, match="of one class only"):
        assert (
            followed([Process(0)], ("warning", "of one class only", UserWarning), ("run", pickle.dumps("run"))) == "run"
        )
    with pytest.raises(DeviceError, match=r"exit code 1.*__main__"):
        followed([Process(1), Process()])
    with pytest.raises(DeviceError, match=r"ended \(by SIGSEGV\)"):
        followed([Process(-11), Process(64)], ("failed", pickled_error(DeviceError("does not answer"))))


def test_a_warning_of_a_process_is_an_error_where_warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        import mmviz.train.devices.processes  # noqa: F401
