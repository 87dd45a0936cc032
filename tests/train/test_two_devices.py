"""One training on two devices is the same training: every strategy, resumed either way, and every device says the same."""

import pickle
import shutil
import subprocess
import sys

import many_devices
import numpy as np
import pytest

import mmviz as mm

CASES = [
    *many_devices.STRATEGIES,
    *(f"{name}, regression" for name in many_devices.REGRESSION),
    *many_devices.MORE,
    "measured",
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


MEASURED = ("valid_", "contribution", "share/", "deviation/", "score_alone/", "worth_of_", "E1", "E2", "E3")


def apart(a, b, kind="trained"):
    """Return the largest relative difference of two histories, times aside; what is measured on answers is so in float32."""
    assert [row.keys() for row in a] == [row.keys() for row in b]
    keys = [k for k in a[-1] if not k.startswith(("seconds", "cost_share"))]
    keys = [k for k in keys if k.startswith(MEASURED) == (kind == "measured")]
    pairs = [(x.get(k, 0.0), y.get(k, 0.0)) for x, y in zip(a, b, strict=True) for k in keys]
    assert [np.isnan(x) for x, _ in pairs] == [np.isnan(y) for _, y in pairs]
    return max((abs(x - y) / max(1.0, abs(x)) for x, y in pairs if not np.isnan(x)), default=0.0)


def weights_apart(a, b):
    return max(float((a[epoch][k] - b[epoch][k]).abs().max()) for epoch in a for k in a[epoch])


@pytest.mark.parametrize("case", CASES)
def test_two_devices_train_as_one_to_rounding(one, two, case):
    history, weights, status, best = two[0][0][case]
    assert apart(one[case].history, history) < 1e-9
    assert apart(one[case].history, history, "measured") < 1e-6
    assert weights_apart(one[case].weights, weights) < 1e-6  # they are kept in float32
    assert (status, best) == (one[case].status, one[case].best_epoch)


def test_in_float32_too_to_its_rounding(one, two):
    history, weights, *_ = two[0][0]["float32"]
    assert apart(one["float32"].history, history) < 1e-4
    assert weights_apart(one["float32"].weights, weights) < 1e-4


def test_both_devices_return_the_same_to_the_last_bit(two):
    (first, _, status), (second, _, other) = two
    assert first.keys() == second.keys()
    for case, (history, weights, *how) in first.items():
        assert weights_apart(weights, second[case][1]) == 0
        assert apart(history, second[case][0]) == apart(history, second[case][0], "measured") == 0
        assert how == list(second[case][2:])
    assert status == other == "interrupted", "one device was asked to stop, both did"


def test_what_was_made_by_two_devices_goes_on_with_one(one, two, folder):
    stopped = mm.train.load(folder / "stopped")
    assert stopped.status == "interrupted"
    assert stopped.history[-1]["epoch"] == 2
    run = many_devices.trained(many_devices.ragged(), "shapley_alternating", epochs=3, resume=folder / "stopped")
    assert run.status == "finished"
    assert apart(one["new"].history, run.history) < 1e-9
    assert weights_apart(one["new"].weights, run.weights) < 1e-6


def test_the_first_device_alone_has_written_the_folder(one, two, folder):
    run = mm.train.load(folder / "new")
    assert run.status == "finished"
    assert weights_apart(one["new"].weights, run.weights) < 1e-6
    assert not list(folder.rglob("*.part*"))


def test_every_device_refuses_a_run_of_something_else_and_names_it(two):
    for _, said, _ in two:
        assert "train.learning_rate is 0.1, was 0.003" in said[0]
        assert "train.batch_size is 9, was 8" in said[1]
        assert "already holds a run" in said[2]
