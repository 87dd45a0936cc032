"""Deletion and insertion curves and the checks of explanations: closed forms on linear models, properties on trained ones, refusals."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.models.batch import Steps
from mmviz.recording import record_faithfulness
from mmviz.recording.explanation_checks import (
    infidelity,
    max_sensitivity,
    randomisation,
    randomised_models,
    rank_correlation,
)
from mmviz.recording.explanations import METHODS, Explained, gradient_scores, integrated_scores, single_cell_scores
from mmviz.recording.faithfulness import curves

M, B, T, W = 2, 3, 6, 4
FAST = {"orders": 20, "checks": (), "fractions": (0.2, 0.5)}


class Linear:
    """f(x) = bias + Σ w · x over modalities, steps and channels, as the value of a regression; counts its rows."""

    rows_per_pass = 1
    spec = SimpleNamespace(task=SimpleNamespace(kind="regression"))

    def __init__(self, weight, bias=0.7):
        self.weight, self.bias, self.seen = weight, bias, []

    def fuse(self, steps):
        self.seen.append(steps)
        return (self.bias + (steps.x * self.weight).sum((0, 2, 3)))[:, None]


@pytest.fixture
def linear():
    """A linear model, its samples (the second with padding), and the true effect of every cell, (batch, modality, time)."""
    generator = torch.Generator().manual_seed(0)
    mask = torch.ones(M, B, T, dtype=torch.bool)
    mask[0, 1, 4:] = False
    mask[1, 1] = False
    x = torch.randn(M, B, T, W, generator=generator, dtype=torch.float64) * mask[..., None]
    weight = torch.randn(M, 1, T, W, generator=generator, dtype=torch.float64)
    model = Linear(weight)
    explained = Explained(model, Steps(x, mask), torch.zeros_like(x), torch.zeros(B, dtype=torch.long))
    return explained, (x * weight).sum(-1).movedim(1, 0)


def of(explained, scores, fractions, **options):
    found = curves(explained, {"mine": scores}, np.arange(B), fractions, random=False, **options)
    return found["deletion"].values[:, 0].astype(float), found["insertion"].values[:, 0].astype(float)


def test_deletion_of_an_additive_model_with_true_effects_is_the_output_minus_the_sum_of_the_largest_effects(linear):
    explained, effects = linear
    fractions = (0.0, 0.1, 0.25, 0.5, 0.9, 1.0)
    removed, _ = of(explained, effects, fractions)
    for b in range(B):
        mine = np.sort(effects[b][explained.valid[b]].numpy())[::-1]
        count = [int(np.ceil(q * len(mine) - 1e-9)) for q in fractions]
        expected = [0.7 + mine.sum() - mine[:k].sum() for k in count]
        np.testing.assert_allclose(removed[b], expected, atol=2e-6)


def test_full_deletion_is_the_output_of_the_baseline_and_full_insertion_the_uncut_output(linear):
    explained, effects = linear
    removed, kept = of(explained, effects, (0.0, 0.5, 1.0))
    np.testing.assert_allclose(removed[:, -1], 0.7, atol=1e-6)
    np.testing.assert_allclose(kept[:, 0], 0.7, atol=1e-6)
    np.testing.assert_allclose(kept[:, -1], removed[:, 0])
    np.testing.assert_allclose(removed[:, 0], 0.7 + effects.sum((1, 2)).numpy(), atol=1e-6)


def test_insertion_is_the_deletion_of_the_reversed_order_read_backwards(linear):
    explained, effects = linear
    fractions = (0.0, 0.25, 0.5, 0.75, 1.0)  # whole numbers of the 12, 4 and 12 cells
    _, kept = of(explained, effects, fractions)
    removed, _ = of(explained, -effects, fractions)
    np.testing.assert_allclose(kept, removed[:, ::-1], atol=1e-6)


def test_a_constant_output_gives_flat_curves_for_every_method(linear):
    explained, effects = linear
    explained.model.weight = torch.zeros_like(explained.model.weight)
    removed, kept = of(explained, effects, (0.0, 0.2, 1.0))
    assert np.ptp(removed) == np.ptp(kept) == 0
    assert (gradient_scores(explained) == 0).all()


def test_padding_is_never_a_cell(linear):
    explained, effects = linear
    scores = torch.where(explained.valid, effects, torch.inf)
    np.testing.assert_array_equal(of(explained, scores, (0.0, 0.3, 1.0))[0], of(explained, effects, (0.0, 0.3, 1.0))[0])
    found = curves(explained, {}, np.arange(B), (0.0, 0.3, 1.0))
    assert found["cells"].values.tolist() == [12, 4, 12]
    assert all((steps.x[~steps.mask] == 0).all() for steps in explained.model.seen)


def test_equal_scores_are_ordered_at_random_and_by_the_seed(linear):
    explained, effects = linear
    one, again, other = (of(explained, torch.zeros_like(effects), (0.0, 0.4, 1.0), seed=s)[0] for s in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert (one[:, 1] != other[:, 1]).any()


def test_random_is_the_mean_over_orders_and_tends_to_the_linear_fall_of_an_additive_model(linear):
    explained, effects = linear
    found = curves(explained, {}, np.arange(B), (0.0, 0.5, 1.0), orders=3000)
    expected = 0.7 + 0.5 * effects.sum((1, 2)).numpy()
    np.testing.assert_allclose(found["deletion"].sel(explanation="random", fraction=0.5), expected, atol=0.25)
    np.testing.assert_allclose(found["insertion"].sel(explanation="random", fraction=0.5), expected, atol=0.25)


@pytest.mark.parametrize("method", [gradient_scores, integrated_scores, single_cell_scores])
def test_scores_of_a_linear_model_are_the_true_effects_for_a_baseline_other_than_zero_too(linear, method):
    explained, effects = linear
    torch.testing.assert_close(method(explained).double(), effects)
    base = torch.where(explained.steps.mask[..., None], 0.3, 0.0).double().expand_as(explained.base)
    moved = Explained(explained.model, explained.steps, base, explained.predicted)
    shifted = ((explained.steps.x - base) * explained.model.weight).sum(-1).movedim(1, 0)
    torch.testing.assert_close(method(moved).double(), shifted)


def test_the_greedy_order_of_an_additive_model_is_the_order_of_the_effects(linear):
    explained, effects = linear
    greedy = METHODS["greedy"](explained)
    for b in range(B):
        held = explained.valid[b]
        assert greedy[b][held].argsort().tolist() == effects[b][held].argsort().tolist()
    assert (greedy[~explained.valid] == 0).all()


def test_infidelity_is_0_for_the_true_effects_and_the_mean_squared_change_for_scores_of_0(linear):
    explained, effects = linear
    exact, change = infidelity(explained, effects, draws=30)
    np.testing.assert_allclose(exact, 0, atol=1e-10)
    assert (change > 0.1).all()
    nothing, same = infidelity(explained, torch.zeros_like(effects), draws=30)
    np.testing.assert_allclose(nothing, change)
    np.testing.assert_allclose(same, change)


def test_infidelity_does_not_depend_on_the_unit_of_the_scores_and_is_above_0_for_scores_of_other_cells(linear):
    explained, effects = linear
    wrong = effects.flip(2)
    first, change = infidelity(explained, wrong, draws=30)
    np.testing.assert_allclose(infidelity(explained, 1000 * wrong, draws=30)[0], first)
    assert (first[[0, 2]] > 0.05 * change[[0, 2]]).all()


def test_sensitivity_is_0_for_scores_that_do_not_depend_on_the_input_and_the_relative_change_for_a_linear_model(linear):
    explained, _ = linear
    constant = explained.model.weight.sum(-1).movedim(1, 0)

    def fixed(e):
        return constant.expand(e.steps.x.shape[1], -1, -1)

    np.testing.assert_array_equal(max_sensitivity(explained, fixed), 0)
    found = max_sensitivity(explained, gradient_scores)
    assert ((found > 1e-3) & (found < 0.2)).all()


def test_sensitivity_never_perturbs_padding(linear):
    explained, _ = linear
    explained.model.seen.clear()
    max_sensitivity(explained, gradient_scores)
    assert all((steps.x[~steps.mask] == 0).all() for steps in explained.model.seen)


def test_randomised_models_change_the_parts_from_the_head_down_and_leave_the_model_unchanged(toy_run):
    with toy_run.at_epoch(toy_run.best_epoch) as model:
        before = {k: v.clone() for k, v in model.state_dict().items()}
        found = list(randomised_models(model))
        assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert found[0][0] == "head"
    assert found[-1][0] == "encoders"
    changed = [{k for k, v in m.state_dict().items() if not torch.equal(v, before[k])} for _, m in found]
    assert {k.split(".")[0] for k in changed[0]} == {"head"}
    assert all(a <= b for a, b in itertools.pairwise(changed))
    assert any(k.startswith("encoders") for k in changed[-1])
    for name, value in found[-1][1].state_dict().items():
        torch.testing.assert_close(value.flatten().sort().values, before[name].flatten().sort().values)


def test_randomisation_finds_that_recency_ignores_the_parameters_and_that_single_cell_scores_depend_on_them(
    toy, toy_run
):
    batch = mm.models.batch.batch_of(toy["test"], range(4))
    with toy_run.at_epoch(toy_run.best_epoch) as model:
        explained = Explained.of(model, batch, "zero")
        of_method = {
            name: randomisation(explained, batch, METHODS[name], METHODS[name](explained))[1]
            for name in ("recency", "single-cell ablation")
        }
    np.testing.assert_allclose(of_method["recency"], 1)
    assert np.abs(of_method["single-cell ablation"][:, -1]).mean() < 0.6


def test_rank_correlation_is_spearmans_over_valid_cells_and_nan_for_constant_scores():
    rng = np.random.default_rng(0)
    a, valid = rng.normal(size=(3, 2, 5)), np.ones((3, 2, 5), bool)
    valid[1, 0] = False
    from scipy.stats import spearmanr

    b = np.where(valid, a**3, -99)
    np.testing.assert_allclose(rank_correlation(a, b, valid), 1)
    noise = rng.normal(size=a.shape)
    expected = [spearmanr(a[k][valid[k]], noise[k][valid[k]])[0] for k in range(3)]
    np.testing.assert_allclose(rank_correlation(a, noise, valid), expected)
    assert np.isnan(rank_correlation(a, np.zeros_like(a), valid)).all()


def test_record_faithfulness_holds_all_methods_and_checks_of_a_trained_model(toy, toy_run):
    tree = record_faithfulness(toy_run, toy["test"], recorded_samples=3, points=5)
    group = tree["faithfulness"].to_dataset()
    assert group["explanation"].values.tolist() == [
        "end-to-end attribution", "random", "recency", "integrated gradients", "gradient x input", "single-cell ablation",
    ]  # fmt: skip
    p = toy_run.predict(toy["test"])[group["recorded_sample"].values].max(1)
    np.testing.assert_allclose(group["deletion"].sel(fraction=0), np.repeat(p[:, None], 6, 1), atol=1e-6)
    after = group["deletion"].sel(fraction=0.2).mean("recorded_sample")
    assert float(after.sel(explanation="single-cell ablation")) < float(after.sel(explanation="random"))
    assert float(after.sel(explanation="end-to-end attribution")) < float(after.sel(explanation="random"))
    finite = {n: np.isfinite(group[n]).all("recorded_sample").values.tolist() for n in ("infidelity", "sensitivity")}
    assert finite["infidelity"] == [True, False, False, True, True, True]
    assert finite["sensitivity"] == [True, False, False, True, True, False]
    assert group["randomised"].dims == ("recorded_sample", "explanation", "part")


def test_end_to_end_scores_of_the_method_are_the_shares_of_the_trace(toy, toy_run):
    trace = mm.record(toy_run, toy["test"], recorded_samples=3)
    found = mm.analysis.end_to_end(trace)["share"].transpose("recorded_sample", "modality", "time").values
    batch = mm.models.batch.batch_of(toy["test"], trace["attribution"]["recorded_sample"].values)
    with toy_run.at_epoch(toy_run.best_epoch) as model:
        mine = METHODS["end-to-end attribution"](Explained.of(model, batch, "zero"))
    np.testing.assert_allclose(mine, found, atol=1e-5)


def test_scores_of_the_user_are_measured_as_those_of_a_method(toy, toy_run):
    rows = [0, 4, 9]
    batch = mm.models.batch.batch_of(toy["test"], rows)
    with toy_run.at_epoch(toy_run.best_epoch) as model:
        scores = METHODS["gradient x input"](Explained.of(model, batch, "zero")).numpy()
    group = record_faithfulness(
        toy_run, toy["test"], recorded_samples=rows, methods=["gradient x input"], scores={"mine": scores}, **FAST
    )["faithfulness"]
    np.testing.assert_allclose(
        group["deletion"].sel(explanation="mine"), group["deletion"].sel(explanation="gradient x input")
    )


def test_the_mean_baseline_replaces_cells_by_the_encoding_of_the_training_mean(toy, toy_run):
    group = record_faithfulness(toy_run, toy["test"], recorded_samples=2, methods=["recency"], baseline="mean", **FAST)[
        "faithfulness"
    ]
    values = {m.name: np.broadcast_to(m.mean, toy["test"].inputs[m.name].shape).copy() for m in toy.spec.modalities}
    split = toy["test"]
    at_mean = type(split)(split.name, values, split.valid, split.target, split.ids, split.group)
    rows = group["recorded_sample"].values
    expected = toy_run.predict(at_mean)[rows, toy_run.predict(split)[rows].argmax(1)]
    np.testing.assert_allclose(group["deletion"].sel(fraction=1.0).values[:, 0], expected, atol=1e-6)


def test_ragged_samples_regression_one_modality_and_one_sample_are_measured(ragged, ragged_run, regression):
    rows = list(range(4))
    group = record_faithfulness(
        ragged_run, ragged["test"], recorded_samples=rows, methods=["random", "greedy"], **FAST
    )["faithfulness"]
    assert group["cells"].values.min() < group["cells"].values.max()
    assert (
        group["deletion"].sel(explanation="greedy") <= group["deletion"].sel(explanation="random") + 0.05
    ).mean() > 0.8
    alone = mm.data.synthetic(n=40, modalities=1, steps=12, seed=0, task="regression")
    model = mm.models.build("coupled_mamba", alone.spec, width=8, layers=1, state=2)
    run = mm.train.fit(model, alone, epochs=1, progress=False)
    tree = record_faithfulness(run, alone["test"], recorded_samples=1, points=3)
    group = tree["faithfulness"].to_dataset()
    assert group.attrs["units"] == "value"
    assert group.sizes["recorded_sample"] == 1
    np.testing.assert_allclose(
        group["deletion"].sel(fraction=0)[0], run.predict(alone["test"])[group["recorded_sample"].values[0]], atol=1e-6
    )


class TwoInputs(nn.Module):
    """A module of a user."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(2, 2), nn.Linear(3, 2)

    def forward(self, values):
        return self.a(values["sound"].mean(1)) + self.b(values["light"].mean(1))


def test_a_users_module_is_measured_by_all_methods_but_end_to_end_attribution(ragged):
    torch.manual_seed(0)
    run = mm.train.as_run(mm.models.adapt(TwoInputs(), ragged.spec, missing="zeros"))
    rows = [2, 3, 4]
    group = record_faithfulness(run, ragged["test"], recorded_samples=rows, points=3)["faithfulness"].to_dataset()
    assert "end-to-end attribution" not in group["explanation"].values
    assert {"integrated gradients", "single-cell ablation", "random"} <= set(group["explanation"].values)
    assert group["part"].values.tolist() == ["module.b", "module.a"]
    with pytest.raises(ConfigError, match="methods='end-to-end attribution' does not work for this model"):
        record_faithfulness(run, ragged["test"], recorded_samples=rows, methods=["end-to-end attribution"])


def test_unusable_arguments_raise_errors_that_name_them(toy, toy_run, ragged, ragged_run):
    split = toy["test"]
    with pytest.raises(ConfigError, match=r"methods='integrated gradient' \(did you mean 'integrated gradients'\?\)"):
        record_faithfulness(toy_run, split, methods=["integrated gradient"])
    with pytest.raises(ConfigError, match="orders=19"):
        record_faithfulness(toy_run, split, orders=19)
    with pytest.raises(ConfigError, match=r"fractions=1\.5"):
        record_faithfulness(toy_run, split, fractions=(0.2, 1.5))
    with pytest.raises(ConfigError, match="baseline='median'"):
        record_faithfulness(toy_run, split, baseline="median")
    with pytest.raises(ConfigError, match="checks='infidelities'"):
        record_faithfulness(toy_run, split, checks=("infidelities",))
    with pytest.raises(ConfigError, match=r"shape \(2, 3\), expected .* = \(2, 3, 24\)"):
        record_faithfulness(toy_run, split, recorded_samples=2, methods=["random"], scores={"mine": np.zeros((2, 3))})
    with pytest.raises(DataError, match="not finite in valid cells"):
        record_faithfulness(toy_run, split, recorded_samples=2, scores={"mine": np.full((2, 3, 24), np.nan)})
    with pytest.raises(ConfigError, match="has the name of a method"):
        record_faithfulness(toy_run, split, recorded_samples=2, scores={"recency": np.zeros((2, 3, 24))})
    empty = {name: np.zeros_like(v) for name, v in split.valid.items()}
    nothing = type(split)(split.name, split.inputs, empty, split.target, split.ids, split.group)
    with pytest.raises(DataError, match=r"sample \d+ has no valid step"):
        record_faithfulness(toy_run, nothing, recorded_samples=2)


def test_the_greedy_order_is_refused_for_many_cells():
    ds = mm.data.synthetic(n=40, modalities=3, steps=64, seed=0, task="classification")
    model = mm.models.build("coupled_mamba", ds.spec, width=4, layers=1, state=2)
    run = mm.train.fit(model, ds, epochs=1, progress=False)
    with pytest.raises(ConfigError, match="greedy order of 192 cells takes about 18432 predictions per sample"):
        record_faithfulness(run, ds["test"], recorded_samples=1, methods=["greedy"], checks=())
