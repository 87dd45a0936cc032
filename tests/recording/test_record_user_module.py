"""A Trace of a module from elsewhere: exact contributions, what-if, attributions; and nothing that nobody knows."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models import batch_of
from mmviz.recording.what_if_edits import edited
from mmviz.widgets.frame import groups_of


class Net(nn.Module):
    def __init__(self, spec, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.part = nn.ModuleDict({m.name: nn.Linear(m.features, 6) for m in spec.modalities})
        self.head = nn.Linear(6 * len(spec.modalities), spec.task.outputs)

    def forward(self, values):
        return self.head(torch.cat([self.part[n](values[n]).tanh().mean(1) for n in self.part], -1))


@pytest.fixture(scope="module")
def net(toy):
    """Trained in a loop of one's own."""
    net, batch = Net(toy.spec), batch_of(toy["train"])
    optimiser = torch.optim.Adam(net.parameters(), 0.02)
    for _ in range(30):
        loss = nn.functional.cross_entropy(net(batch.values), batch.required_target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net.eval()


@pytest.fixture(scope="module")
def run(toy, net):
    return mm.train.as_run(mm.models.adapt(net, toy.spec, missing="mean"))


@pytest.fixture(scope="module")
def adapted_trace(toy, run):
    return mm.record(run, toy["test"], recorded_samples=3)


@torch.no_grad()
def test_shapley_values_are_those_computed_by_hand(toy, net, adapted_trace):
    split, names = toy["test"], toy.spec.names
    x = {n: torch.from_numpy(np.array(split.inputs[n])) for n in names}
    fill = {m.name: torch.tensor(np.array(m.mean)).expand_as(x[m.name]) for m in toy.spec.modalities}
    rows = np.arange(len(split))

    def worth(heard):
        answer = net({n: x[n] if n in heard else fill[n] for n in names}).softmax(-1)
        return answer.numpy()[rows, split.target]

    expected = np.zeros((len(split), 3))
    for order in itertools.permutations(names):
        for k, name in enumerate(order):
            gain = worth(set(order[: k + 1])) - worth(set(order[:k]))
            expected[:, names.index(name)] += gain / math.factorial(3)
    phi = mm.analysis.shapley(adapted_trace)
    np.testing.assert_allclose(phi["phi"].values, expected, atol=2e-6)
    gap = phi["baseline"] + phi["phi"].sum("modality") - phi["full"]
    assert float(abs(gap).max()) < 1e-12


def test_groups_that_are_unknown_for_a_user_module_are_absent_from_trace_and_explorer(
    toy, run, adapted_trace, tmp_path
):
    mm.trace.validate(adapted_trace)
    assert adapted_trace["states"].sizes["layer"] == 0
    assert not {"influence", "routing", "transport", "alignment"} & set(adapted_trace.children)
    assert list(adapted_trace["history"].data_vars) == []
    view = mm.widgets.Explorer(adapted_trace, what_if=mm.recording.what_if(run, toy["test"]))
    assert view.frame.attrs["title"] == "Net on synthetic"
    assert adapted_trace["attribution"].attrs["rule"] == "integrated gradients"
    assert set(groups_of(view.frame)) == {
        "game",
        "overall",
        "training",
        "samples",
        "attribution",
        "overview",
        "scores by class",
        "confusion",
    }
    assert adapted_trace.identical(mm.trace.load(mm.trace.save(adapted_trace, tmp_path / "trace.nc")))
    assert view.save(tmp_path / "view.html").stat().st_size > 1000


def test_the_trace_states_the_imputation_of_missing_modalities(adapted_trace):
    options = adapted_trace.attrs["model"]["options"]
    assert options["missing"] == "mean"
    assert adapted_trace.attrs["model"]["adapted"] is True
    assert any("mean of the training data" in note for note in adapted_trace.attrs["notes"])
    assert adapted_trace.attrs["train"] == {"strategy": "external", "seed": None}
    assert adapted_trace.attrs["backend"] == "none"


def test_what_if_equals_the_trace_of_the_edited_sample(toy, run):
    part, row = toy["test"], 2
    edits = {"m2": {"delay": 5}, "m3": {"noise": 0.5, "seed": 3}, "m1": {"mask": True}}
    answer = mm.recording.what_if(run, part)(str(part.ids[row]), run.best_epoch, edits)
    split = edited(part, row, edits, spec=toy.spec)
    recorded = mm.record(run, split, recorded_samples=[0])
    np.testing.assert_allclose(answer["/prefixes"]["prediction"], recorded["prefixes"]["prediction"], atol=1e-6)
    plain = mm.recording.what_if(run, part)(str(part.ids[row]), run.best_epoch, {})
    assert not np.allclose(answer["/prefixes"]["prediction"], plain["/prefixes"]["prediction"], atol=1e-4)


def test_an_edit_in_the_explorer_runs_the_module(toy, run, adapted_trace):
    view = mm.widgets.Explorer(adapted_trace, what_if=mm.recording.what_if(run, toy["test"]))
    view.selection = {"sample": 0, "masked": ["m1"], "edits": {"m2": {"noise": 1.0, "seed": 1}}}
    shown = view.wait(30)
    assert shown is not None
    assert not np.allclose(shown["prediction"].values[0, 0, -1], view.frame["prediction"].values[0, 0, -1])


def test_attributions_are_the_gradients_of_the_module(toy):
    pytest.importorskip("captum", reason="captum is not installed: pip install -e '.[explain]'")

    class Linear(nn.Module):
        def __init__(self):
            super().__init__()
            rng = torch.Generator().manual_seed(0)
            self.weight = nn.ParameterDict(
                {m.name: torch.randn(m.steps, m.features, generator=rng) for m in toy.spec.modalities[:2]}
            )  # the third modality is not read

        def forward(self, values):
            total = sum((values[n] * w).sum((1, 2)) for n, w in self.weight.items())
            return torch.stack([total, -total], -1)

    net, split = Linear(), toy["test"]
    run = mm.train.as_run(mm.models.adapt(net, toy.spec, missing="zeros"))
    found = mm.recording.record_attribution(run, split, recorded_samples=[0, 3], output="logit", steps=4)
    for m in toy.spec.modalities:
        sign = np.where(split.target[[0, 3]] == 0, 1, -1)[:, None, None]
        weight = net.weight[m.name].detach().numpy() if m.name in net.weight else 0.0
        expected = sign * weight * (split.inputs[m.name][[0, 3]] - np.asarray(m.mean))
        np.testing.assert_allclose(found["features"][m.name]["attribution"], expected, atol=1e-4)
    assert float(abs(mm.analysis.attribution(found)["gap"]).max()) < 1e-3


def test_a_module_without_gradient_is_refused_by_record_attribution(toy):
    pytest.importorskip("captum", reason="captum is not installed: pip install -e '.[explain]'")
    closed = mm.models.adapt(Net(toy.spec), toy.spec, missing="zeros", call=lambda net, x: net(x).detach())
    with pytest.raises(ConfigError, match=r"no gradient with respect to the inputs; remove torch\.no_grad"):
        mm.recording.record_attribution(mm.train.as_run(closed), toy["test"], recorded_samples=1)


def test_window_values_of_a_user_module_sum_to_the_prediction_difference(toy, run):
    windows = mm.recording.record_windows(run, toy["test"], recorded_samples=2, windows=2)
    found = mm.analysis.window_shapley(windows)
    whole = windows["prediction"].values[:, -1] - windows["prediction"].values[:, 0]
    gained = whole[np.arange(2), toy["test"].target[windows["recorded_sample"].values]]
    np.testing.assert_allclose(
        found["phi"].sum([d for d in found["phi"].dims if d != "recorded_sample"]), gained, atol=1e-6
    )


def test_nan_predictions_are_kept_and_counted(toy):
    poisoned = float(toy["test"].inputs["m1"][0].sum())

    class Poisoned(Net):
        def forward(self, values):
            hit = torch.isclose(values["m1"].sum((1, 2)), torch.tensor(poisoned), atol=1e-5)
            return torch.where(hit[:, None], torch.nan, super().forward(values))

    run = mm.train.as_run(mm.models.adapt(Poisoned(toy.spec), toy.spec, missing="zeros"))
    trace = mm.record(run, toy["test"], recorded_samples=[0, 1])
    phi = mm.analysis.shapley(trace)["phi"]
    assert bool(np.isnan(phi.values[0]).all())
    assert bool(np.isfinite(phi.values[1:]).all())
    assert mm.analysis.coalition_scores(trace).attrs["n_samples"] == len(toy["test"]) - 1
    assert mm.widgets.Explorer(trace, selection={"sample": 0}).readout


def test_the_only_modality_has_the_whole_shapley_value():
    rng = np.random.default_rng(0)
    ds = mm.data.from_arrays(
        {"only": rng.normal(size=(30, 5, 2))}, np.arange(30) % 2, split={"train": 0.6, "test": 0.4}
    )
    run = mm.train.as_run(mm.models.adapt(Net(ds.spec), ds.spec, missing="zeros"))
    trace = mm.record(run, ds["test"], recorded_samples=2)
    phi = mm.analysis.shapley(trace)
    np.testing.assert_allclose(phi["phi"].values[:, 0], (phi["full"] - phi["baseline"]).values, atol=1e-12)
    assert mm.widgets.Explorer(trace).readout


def test_alignment_of_a_user_module_is_refused(toy, run):
    with pytest.raises(ConfigError, match="whose encoders are unknown"):
        mm.record(run, toy["test"], recorded_samples=1, alignment=True)


def test_subset_scores_and_missing_scores_work_for_a_user_module(toy, run):
    scores = mm.recording.subset_scores(run, toy["test"], resamples=5)
    whole = (run.predict(toy["test"]).argmax(1) == toy["test"].target).mean()
    assert float(scores["score"].sel(subset="m1 + m2 + m3")) == pytest.approx(whole)
    curve = mm.recording.missing_scores(run, toy["test"], rates=(0.0, 0.7), draws=2)
    assert float(curve["mean"][0]) == pytest.approx(whole)
    assert scores.attrs["strategy"] == "external"


def test_the_estimated_size_of_a_user_module_is_the_recorded_size(toy, run, adapted_trace):
    said = mm.recording.estimate(run, toy["test"], recorded_samples=3)
    for group in ("prefixes", "coalitions", "states"):
        true = sum(v.nbytes for v in adapted_trace[group].data_vars.values())
        assert abs(said[group] - true) <= 0.05 * true, group


def test_checkpoints_are_replayed(toy, net):
    before = Net(toy.spec)
    model = mm.models.adapt(net, toy.spec, missing="zeros")
    run = mm.train.as_run(model, checkpoints={0: before.state_dict()}, seed=7)
    assert run.epochs == (0, 1)
    trace = mm.record(run, toy["test"], recorded_samples=2)
    alone = mm.record(
        mm.train.as_run(mm.models.adapt(before, toy.spec, missing="zeros")), toy["test"], recorded_samples=2
    )
    np.testing.assert_array_equal(trace["prefixes"]["prediction"].values[0], alone["prefixes"]["prediction"].values[0])
    assert mm.analysis.shapley(trace).attrs["seed"] == 7
    assert trace.attrs["best_epoch"] == 1


@pytest.mark.parametrize(
    ("checkpoints", "message"),
    [
        ({-1: {}}, "epoch -1"),
        ({"last": {}}, "epoch 'last'"),
        ({1: {}}, "not of this module"),
    ],
)
def test_checkpoints_of_another_module_are_refused(toy, net, checkpoints, message):
    model = mm.models.adapt(net, toy.spec, missing="zeros")
    with pytest.raises(ConfigError, match=message):
        mm.train.as_run(model, checkpoints=checkpoints)
    wrong = net.state_dict() | {"head.bias": torch.full((2,), torch.nan)}
    with pytest.raises(ConfigError, match=r"not finite in head\.bias"):
        mm.train.as_run(model, checkpoints={1: wrong})
    with pytest.raises(ConfigError, match="expected what"):
        mm.train.as_run(net)
