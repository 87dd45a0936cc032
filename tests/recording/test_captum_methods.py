"""Captum's methods on adapted and built-in models: equal to captum called directly on the user's own module."""

import numpy as np
import pytest
import torch
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.recording.captum_methods import METHODS

attr = pytest.importorskip("captum.attr", reason="captum is not installed: pip install -e '.[explain]'")
ROWS = [1, 4]
MORE = {
    "saliency": {},
    "input x gradient": {},
    "integrated gradients": {"n_steps": 12, "internal_batch_size": 64},
    "deeplift": {},
    "gradient shap": {"n_samples": 12},
    "occlusion": {},
    "feature ablation": {},
    "kernel shap": {"n_samples": 12},
    "shapley value sampling": {"n_samples": 12},
}


class TwoBranches(nn.Module):
    """A user's module: convolution, activation modules and a head, on three arrays."""

    def __init__(self, spec):
        super().__init__()
        torch.manual_seed(0)
        self.branches = nn.ModuleList(nn.Conv1d(m.features, 4, 3, padding=1) for m in spec.modalities)
        self.acts = nn.ModuleList(nn.ReLU() for _ in spec.modalities)
        self.head = nn.Linear(4 * len(spec.modalities), len(spec.task.classes))

    def forward(self, *arrays):
        seen = [
            act(conv(x.transpose(1, 2))).mean(2) for act, conv, x in zip(self.acts, self.branches, arrays, strict=True)
        ]
        return self.head(torch.cat(seen, 1))


@pytest.fixture(scope="module")
def module(toy):
    return TwoBranches(toy.spec).eval()


@pytest.fixture(scope="module")
def run(toy, module):
    names = toy.spec.names
    call = lambda net, values: net(*(values[name] for name in names))  # noqa: E731
    return mm.train.as_run(mm.models.adapt(module, toy.spec, missing="zeros", call=call))


def direct(module, toy, method):
    """Return captum's attribution of p(true class) for each row, from the arrays alone."""
    about, split, found = METHODS[method], toy["test"], []

    class Probability(nn.Module):
        """The module and its softmax as one module, as DeepLift needs."""

        def __init__(self):
            super().__init__()
            self.inner = module

        def forward(self, *arrays):
            return self.inner(*arrays).softmax(-1)

    for row in ROWS:
        arrays = tuple(torch.as_tensor(np.array(split.inputs[m.name][[row]])) for m in toy.spec.modalities)
        bases = tuple(
            torch.as_tensor(np.array(m.mean), dtype=x.dtype).expand_as(x).clone()
            for m, x in zip(toy.spec.modalities, arrays, strict=True)
        )
        options = dict(MORE[method])
        if about.baselines:
            options["baselines"] = bases
        if method == "occlusion":
            options["sliding_window_shapes"] = tuple((1, x.shape[2]) for x in arrays)
        if about.grouped:
            options["feature_mask"] = tuple(torch.full((1, *x.shape[1:]), i) for i, x in enumerate(arrays))
        torch.manual_seed(3)
        np.random.seed(3)  # noqa: NPY002 - captum draws from it
        explain = getattr(attr, about.name)(Probability().eval())
        found.append(explain.attribute(arrays, target=int(split.target[row]), **options))
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", METHODS)
def test_each_method_on_an_adapted_module_equals_captum_called_directly(toy, module, run, method):
    recorded = mm.recording.record_attribution(run, toy["test"], recorded_samples=ROWS, method=method, steps=12, seed=3)
    expected = direct(module, toy, method)
    for i, m in enumerate(toy.spec.modalities):
        found = recorded["features"][m.name]["attribution"].values.astype(np.float64)
        theirs = np.stack([parts[i][0].detach().numpy() for parts in expected]).astype(np.float64)
        if METHODS[method].grouped:
            found, theirs = found.sum((1, 2)), theirs[:, 0, 0]  # captum repeats the value of a group at each entry
            np.testing.assert_allclose(found, theirs, atol=1e-6)
        else:
            np.testing.assert_allclose(found, theirs, atol=1e-8)
        assert np.abs(theirs).max() > 1e-6
    assert recorded.attrs["index"] == method
    assert recorded.attrs["groups"] == ("modality" if METHODS[method].grouped else "")
    sentence = mm.analysis.attribution(recorded).attrs["completeness"]
    assert ("has no completeness" in sentence) == (not METHODS[method].complete)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", METHODS)
def test_each_method_works_on_a_built_in_model_and_complete_ones_sum_to_the_difference(toy, toy_run, method):
    recorded = mm.recording.record_attribution(toy_run, toy["test"], recorded_samples=[0], method=method, steps=40)
    found = mm.analysis.attribution(recorded)
    assert np.isfinite(found["attribution"]).all()
    if METHODS[method].complete and method not in ("deeplift", "gradient shap"):
        gap = abs(found["gap"]).max()
        assert float(gap) <= 1e-3, method
    if method == "shapley value sampling":
        again = mm.recording.record_attribution(toy_run, toy["test"], recorded_samples=[0], method=method, steps=40)
        other = mm.recording.record_attribution(
            toy_run, toy["test"], recorded_samples=[0], method=method, steps=1, seed=5
        )
        assert recorded.identical(again)
        assert not recorded.equals(other)


@pytest.mark.filterwarnings("ignore")
def test_any_captum_class_takes_captum_forward_on_several_samples(toy, module, run):
    forward = mm.recording.captum_forward(run, toy["test"], samples=ROWS)
    np.testing.assert_allclose(
        forward(*forward.inputs, forward.row).detach().numpy(), run.predict(toy["test"])[ROWS], atol=1e-6
    )
    together = attr.IntegratedGradients(forward).attribute(baselines=forward.baselines, n_steps=12, **forward.arguments)
    for i, theirs in enumerate(zip(*direct(module, toy, "integrated gradients"), strict=True)):
        np.testing.assert_allclose(together[i].detach(), torch.cat(theirs).detach(), atol=1e-7)
    exact = attr.ShapleyValues(forward).attribute(
        baselines=forward.baselines, feature_mask=forward.feature_mask(), **forward.arguments
    )
    with torch.no_grad():
        target = forward.target
        whole = forward(*forward.inputs, forward.row).gather(1, target[:, None])[:, 0]
        base = forward(*forward.baselines, forward.row).gather(1, target[:, None])[:, 0]
    np.testing.assert_allclose(sum(part[:, 0, 0] for part in exact), whole - base, atol=1e-6)
    assert attr.NoiseTunnel(attr.Saliency(forward)).attribute(nt_samples=2, **forward.arguments)[0].shape[0] == 2


def test_feature_groups_number_modalities_frames_and_features_without_overlap(toy, run):
    forward = mm.recording.captum_forward(run, toy["test"], samples=[0])
    sizes = [(m.steps, m.features) for m in toy.spec.modalities]
    for groups, count in (("modality", 3), ("frame", sum(s for s, _ in sizes)), ("feature", sum(f for _, f in sizes))):
        numbers = torch.cat([x.flatten() for x in forward.feature_mask(groups)]).unique()
        assert numbers.tolist() == list(range(count))
    with pytest.raises(ConfigError, match="feature_mask: groups='step'"):
        forward.feature_mask("step")


def test_the_global_generators_are_unchanged_by_methods_that_draw(toy, toy_run):
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    mm.recording.record_attribution(toy_run, toy["test"], recorded_samples=1, method="gradient shap", steps=2)
    assert torch.equal(before[0], torch.get_rng_state())
    assert (before[1] == np.random.get_state()[1]).all()  # noqa: NPY002


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "saliencies"}, r"method='saliencies' \(did you mean 'saliency'"),
        ({"groups": "frames"}, r"groups='frames' \(did you mean 'frame'"),
        ({"seed": -1}, "seed=-1"),
        ({"steps": 0}, "steps=0"),
    ],
)
def test_unknown_options_are_refused(toy, toy_run, options, message):
    with pytest.raises(ConfigError, match=message):
        mm.recording.record_attribution(toy_run, toy["test"], recorded_samples=1, **options)


def test_a_module_without_gradient_is_refused_for_gradient_methods_and_works_for_ablation(toy):
    class Detached(TwoBranches):
        def forward(self, *arrays):
            return super().forward(*(x.detach() for x in arrays)).detach()

    names = toy.spec.names
    call = lambda net, values: net(*(values[name] for name in names))  # noqa: E731
    run = mm.train.as_run(mm.models.adapt(Detached(toy.spec).eval(), toy.spec, missing="zeros", call=call))
    with pytest.raises(ConfigError, match="has no gradient"):
        mm.recording.record_attribution(run, toy["test"], recorded_samples=1, method="saliency")
    found = mm.recording.record_attribution(run, toy["test"], recorded_samples=1, method="feature ablation")
    assert float(abs(mm.analysis.attribution(found)["attribution"]).max()) > 0
