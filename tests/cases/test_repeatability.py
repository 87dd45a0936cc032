"""The same seed repeats bit for bit: every strategy and every model, with one thread and with two."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import mmviz as mm
from mmviz.models.batch import Steps, batch_of
from mmviz.train.job import torch_settings

STRATEGIES = list(mm.train.STRATEGIES)
MODELS = mm.models.available()
EAGER = {
    "midas": {"warm_up": 0},
    "opm": {"warm_up": 0},
    "umt": {"teacher_epochs": 1},
    "g2d": {"teacher_epochs": 1},
    "valuation": {"warm_up": 0},
    "g_blend": {"super_epoch": 1},
    "modality_dropout": {"rate": 0.5},
}
CLOCKS = ("seconds", "cost_share")


@pytest.fixture(scope="module")
def signals():
    """Three modalities, two classes; some samples of the second are absent, so that index lists are uneven."""
    ds = mm.data.synthetic(n=80, steps=24, noise=0.5, seed=3, task="classification")
    for split in ds.splits.values():
        split.valid[ds.spec.names[1]].flags.writeable = True
        split.valid[ds.spec.names[1]][::5] = False
    return ds


@pytest.fixture(params=[1, 2])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def built(ds, model, width=48):
    small = {"layers": 1, "state": 4} if model in ("coupled_mamba", "late", "alignmamba", "alignmamba2") else {}
    return mm.models.build(model, ds.spec, width=4 if model == "tfn" else width, **small)


def trained(ds, model="concat", strategy="joint", **options):
    options = {"epochs": 1, "batch_size": 64, "learning_rate": 0.01, "progress": False, **options}
    given = EAGER.get(strategy) if isinstance(strategy, str) else None
    return mm.train.fit(built(ds, model), ds, strategy=strategy, strategy_options=given, **options)


def noted(run):
    return [{k: v for k, v in row.items() if not k.startswith(CLOCKS)} for row in run.history]


def same(first, second):
    """Equal weights at every epoch, to the last bit, and an equal history."""
    return (
        first.weights.keys() == second.weights.keys()
        and all(torch.equal(v, second.weights[e][k]) for e, w in first.weights.items() for k, v in w.items())
        and str(noted(first)) == str(noted(second))
    )


class NoUnorderedSum(TorchDispatchMode):
    """Fails where a gradient is summed over repeated rows by an operator whose order depends on the threads."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if "index_put" in func.__name__ and ((len(args) > 3 and args[3]) or (kwargs or {}).get("accumulate")):
            rows = torch.stack(torch.broadcast_tensors(*[i.cpu() for i in args[1] if i is not None]), -1)
            rows = rows.reshape(-1, rows.shape[-1]) if rows.dtype != torch.bool else rows.nonzero()
            assert len(torch.unique(rows, dim=0)) == len(rows), f"{func.__name__} sums over repeated rows"
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_repeats_bit_for_bit_with_this_number_of_threads(signals, threads, strategy):
    first, *again = (trained(signals, strategy=strategy) for _ in range(3 if threads == 2 else 2))
    assert all(same(first, run) for run in again)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_repeats_bit_for_bit_with_this_number_of_threads(signals, threads, model):
    assert same(trained(signals, model), trained(signals, model))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_strategy_sums_a_gradient_over_repeated_rows_in_the_order_of_threads(signals, strategy):
    with NoUnorderedSum():
        assert trained(signals, strategy=strategy).status == "finished"


@pytest.mark.parametrize("model", MODELS)
def test_no_model_sums_a_gradient_over_repeated_rows_in_the_order_of_threads(signals, model):
    with NoUnorderedSum():
        assert trained(signals, model, "valuation").status == "finished"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_runs_where_the_user_allows_deterministic_operators_only(signals, strategy):
    torch.use_deterministic_algorithms(True)
    try:
        strict = trained(signals, strategy=strategy)
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.is_deterministic_algorithms_warn_only_enabled()
    finally:
        torch.use_deterministic_algorithms(False)
    assert same(strict, trained(signals, strategy=strategy))


@pytest.mark.parametrize("model", MODELS)
def test_every_model_runs_where_the_user_allows_deterministic_operators_only(signals, model):
    torch.use_deterministic_algorithms(True)
    try:
        assert trained(signals, model).status == "finished"
    finally:
        torch.use_deterministic_algorithms(False)


def test_rows_of_steps_have_the_gradient_of_indexing_and_repeat_with_two_threads(threads):
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(3, 64, 50, 64, generator=draw)
    mask = torch.rand(3, 64, 50, generator=draw) > 0.2
    rows = torch.cat([torch.arange(64), torch.randint(0, 64, (236,), generator=draw)])
    weight = torch.randn(3, 300, 50, 64, generator=draw)

    def gradient(take, dtype=torch.float32):
        leaf = x.to(dtype, copy=True).requires_grad_()
        taken = take(leaf)
        (taken * weight.to(dtype)).sum().backward()
        return leaf.grad

    found = [gradient(lambda a: Steps(a, mask).samples(rows).x) for _ in range(12)]
    assert all(torch.equal(found[0], g) for g in found[1:])
    expected = gradient(lambda a: a[:, rows], torch.float64)
    torch.testing.assert_close(found[0].double(), expected, rtol=1e-5, atol=1e-5)
    assert torch.equal(Steps(x, mask).samples(rows).mask, mask[:, rows])


class Doubling(mm.train.strategies.Joint):
    """A user's strategy that shows samples again by plain indexing, so that rows repeat."""

    name = "doubling"

    def updates(self, batch, rows):
        steps = self.training.model.encode(batch)
        again = torch.cat(
            [torch.arange(len(batch)), torch.arange(len(batch)).flip(0), torch.zeros(64, dtype=torch.long)]
        )
        yield self.training.joint(Steps(steps.x[:, again], steps.mask[:, again]), batch.required_target[again])


def test_training_repeats_though_a_users_strategy_indexes_rows_that_repeat(signals, threads):
    first, *again = (trained(signals, strategy=Doubling()) for _ in range(4))
    assert all(same(first, run) for run in again)


def test_deterministic_operators_are_chosen_inside_and_the_settings_are_as_before_afterwards():
    with torch_settings(torch.device("cpu")):
        assert torch.are_deterministic_algorithms_enabled()
    assert not torch.are_deterministic_algorithms_enabled()
    with torch_settings(torch.device("cuda")):
        assert not torch.are_deterministic_algorithms_enabled()
    fill = torch.utils.deterministic.fill_uninitialized_memory
    with pytest.raises(RuntimeError, match="inside"), torch_settings(torch.device("cpu")):
        raise RuntimeError("inside")
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.utils.deterministic.fill_uninitialized_memory == fill


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_random_numbers_drawn_before_do_not_change_a_training_and_are_not_disturbed_by_it(signals, strategy):
    first = trained(signals, strategy=strategy)
    torch.manual_seed(99), np.random.seed(99)  # noqa: NPY002
    torch.rand(17), np.random.rand(3)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    second = trained(signals, strategy=strategy)
    assert same(first, second)
    assert torch.equal(before[0], torch.get_rng_state())
    assert np.array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize(
    "options",
    [
        {"augment": mm.train.Augment(gain=0.2)},
        {"bucket": 2},
        {"monitor": True},
        {"batch_size": 25},
        {"precision": "bf16-mixed"},
        {"precision": "64-true"},
    ],
    ids=str,
)
def test_every_way_to_draw_or_to_round_repeats_with_two_threads(signals, options):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert same(trained(signals, "coupled_mamba", **options), trained(signals, "coupled_mamba", **options))
    finally:
        torch.set_num_threads(before)


def test_a_resumed_training_with_two_threads_ends_as_one_that_was_never_stopped(signals, tmp_path, threads):
    whole = trained(signals, strategy="valuation", epochs=3, out=tmp_path / "whole")

    class Stop(mm.train.strategies.Valuation):
        def before_epoch(self, epoch):
            if epoch == 3:
                raise KeyboardInterrupt
            return super().before_epoch(epoch)

    with pytest.raises(KeyboardInterrupt):
        mm.train.fit(
            built(signals, "concat"),
            signals,
            strategy=Stop(warm_up=0),
            epochs=3,
            batch_size=64,
            learning_rate=0.01,
            out=tmp_path / "cut",
            progress=False,
        )
    resumed = trained(signals, strategy="valuation", epochs=3, out=tmp_path / "cut", resume=True)
    assert same(whole, resumed)


def test_predictions_shapley_values_and_coalitions_repeat_with_two_threads(signals, threads):
    run = trained(signals, "coupled_mamba")
    split = signals["test"]
    assert np.array_equal(run.predict(split), run.predict(split))
    traces = [mm.record(run, split, recorded_samples=[0, 1], coalitions=True) for _ in range(2)]
    for group in ("coalitions", "prefixes", "predictions"):
        if group in traces[0].children:
            assert traces[0][group].to_dataset().identical(traces[1][group].to_dataset()), group


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_another_default_dtype_of_torch_does_not_change_a_training(signals, dtype):
    expected = trained(signals, "coupled_mamba")
    torch.set_default_dtype(dtype)
    try:
        run = trained(signals, "coupled_mamba")
    finally:
        torch.set_default_dtype(torch.float32)
    assert same(expected, run)


@pytest.mark.parametrize(
    "setting",
    [torch.no_grad, torch.inference_mode, lambda: torch.autocast("cpu", torch.bfloat16)],
    ids=["no_grad", "inference_mode", "autocast"],
)
def test_a_training_inside_no_grad_inference_mode_or_autocast_is_that_outside(signals, setting):
    expected = trained(signals, "coupled_mamba")
    with setting():
        inside = trained(signals, "coupled_mamba")
        assert torch.is_grad_enabled() == (setting not in (torch.no_grad, torch.inference_mode))
    assert same(expected, inside)


def test_encoding_of_a_batch_does_not_depend_on_its_neighbours_order(signals):
    model = built(signals, "concat").eval()
    rows = np.arange(40)
    there = model(batch_of(signals["train"], rows))
    back = model(batch_of(signals["train"], rows[::-1].copy())).flip(0)
    torch.testing.assert_close(there, back, rtol=1e-6, atol=1e-6)


PROGRAM = """
import hashlib, sys, torch, mmviz as mm
torch.set_num_threads(1)
ds = mm.data.synthetic(n=80, steps=16, seed=0, task="classification")
for strategy in mm.train.STRATEGIES:
    model = mm.models.build("concat", ds.spec, width=16)
    run = mm.train.fit(model, ds, epochs=1, batch_size=64, strategy=strategy, progress=False)
    text = b"".join(v.numpy().tobytes() for v in run.weights[1].values())
    print(strategy, hashlib.sha256(text).hexdigest(), list(run.history[-1])[:6])
"""


def test_processes_with_other_hash_seeds_train_the_same_weights():
    """Sets and dicts of text are ordered by PYTHONHASHSEED."""
    printed = []
    for seed in ("0", "1"):
        env = dict(os.environ, PYTHONHASHSEED=seed, OMP_NUM_THREADS="1")
        done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True)
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert printed[0].count("\n") == len(STRATEGIES)
