"""A module from elsewhere: asked what it is asked by hand, shown a missing modality as was said, refused where it cannot be trusted."""

import numpy as np
import pytest
import torch
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.models import Batch, adapt, batch_of
from mmviz.models.coalitions import coalition_predictions


class Net(nn.Module):
    """A recurrent summary per modality, and a head."""

    def __init__(self, spec, outputs=None):
        super().__init__()
        torch.manual_seed(0)
        self.rnn = nn.ModuleDict({m.name: nn.GRU(m.features, 4, batch_first=True) for m in spec.modalities})
        self.head = nn.Linear(4 * len(spec.modalities), outputs or spec.task.outputs)

    def forward(self, values):
        return self.head(torch.cat([self.rnn[name](values[name])[1][-1] for name in self.rnn], -1))


class Answering(nn.Module):
    """What a function answers; one weight, so that it is a module of torch's kind."""

    def __init__(self, function):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.function = function

    def forward(self, *given):
        return self.function(*given) * self.weight


def summed(values, columns=2):
    total = sum(x.sum((1, 2)) for x in values.values())
    return torch.stack([total * k for k in range(columns)], -1)


def by_hand(net, batch, spec, missing):
    """The answers to all subsets, each asked with the others replaced before the module."""
    rows = []
    for k in range(2 ** len(spec.names)):
        values = {}
        for i, m in enumerate(spec.modalities):
            x = torch.where(batch.valid[m.name][..., None], batch.values[m.name], 0.0)
            heard = batch.valid[m.name].any(1) & bool(k >> i & 1)
            fill = torch.zeros(m.features) if missing == "zeros" else torch.tensor(np.array(m.mean))
            values[m.name] = torch.where(heard[:, None, None], x, fill.expand_as(x))
        rows.append(net(values))
    return torch.stack(rows, 1)


@pytest.mark.parametrize("missing", ["zeros", "mean"])
@pytest.mark.parametrize("data", ["toy", "ragged", "regression"])
@torch.no_grad()
def test_predictions_for_every_subset_equal_calls_of_the_module_with_imputed_inputs(data, missing, request):
    ds = request.getfixturevalue(data)
    net, batch = Net(ds.spec).eval(), batch_of(ds["train"], range(8))
    model = adapt(net, ds.spec, missing=missing)
    expected = by_hand(net, batch, ds.spec, missing)
    torch.testing.assert_close(coalition_predictions(model, model.encode(batch)), expected, rtol=0, atol=1e-6)
    torch.testing.assert_close(model(batch), expected[:, -1], rtol=0, atol=1e-6)


@pytest.mark.parametrize("steps", [0, 1, 4])
@torch.no_grad()
def test_unpacking_the_packed_steps_returns_the_frames_unchanged(ragged, steps):
    batch = batch_of(ragged["train"], range(6))
    batch.valid["sound"][4, 3] = False  # a gap
    model = adapt(Net(ragged.spec), ragged.spec, missing="zeros", steps=steps)
    assert model.steps == (steps or 9)
    values, valid = model.frames.unpack(model.encode(batch))
    for name, there in batch.valid.items():
        assert torch.equal(valid[name], there)
        assert torch.equal(values[name], torch.where(there[..., None], batch.values[name], 0.0))


@torch.no_grad()
def test_prefix_prediction_at_step_t_uses_the_frames_that_begin_before_t(ragged):
    net, batch = Net(ragged.spec).eval(), batch_of(ragged["train"], range(6))
    model = adapt(net, ragged.spec, missing="mean")
    prefixes = model.prefixes(batch)
    for t in (0, 3, 8):
        cut = {m.name: torch.arange(m.steps) * model.steps // m.steps <= t for m in ragged.spec.modalities}
        shorter = Batch(batch.values, {name: v & cut[name] for name, v in batch.valid.items()})
        torch.testing.assert_close(prefixes[:, t], by_hand(net, shorter, ragged.spec, "mean")[:, -1], rtol=0, atol=1e-6)


@torch.no_grad()
def test_an_imputation_callable_receives_the_available_modalities_only(toy):
    names = toy.spec.names
    asked = []

    def copy_first(name, values, valid):
        asked.append((name, valid[name].any(1).tolist(), float(values[name].abs().sum())))
        return 2 * values[names[0]].mean((1, 2), keepdim=True)

    model = adapt(Answering(summed), toy.spec, missing=copy_first)
    batch = batch_of(toy["test"], [0, 1])
    asked.clear()
    heard = torch.tensor([[True, False, True], [True, True, True]])
    answer = model(batch.masked(heard))[:, 1]
    first, second, third = (batch.values[n] for n in names)
    filled = 2 * first[0].mean() * second[0].numel()
    expected = torch.stack([first[0].sum() + filled + third[0].sum(), sum(batch.values[n][1].sum() for n in names)])
    torch.testing.assert_close(answer, expected, rtol=1e-4, atol=1e-3)
    assert [name for name, *_ in asked] == [names[1]], "only what is missing is made"
    assert asked[0][1] == [False, True]
    assert "copy_first" in model.config.missing
    assert "copy_first" in model.spec.notes[-1]


@torch.no_grad()
def test_masks_and_a_custom_call_are_passed_to_the_module(ragged):
    def counted(net, values, valid):
        total = sum(v.sum(1).float() * values[n].new_tensor(1.0) for n, v in valid.items())
        return {"out": torch.stack([total, -total], -1) * net.weight}

    model = adapt(
        Answering(summed),
        ragged.spec,
        missing="mean",
        masks=True,
        masked_as="absent",
        call=lambda net, values, valid: counted(net, values, valid)["out"],
    )
    batch = batch_of(ragged["train"], range(5))
    frames = sum(v.sum(1) for v in batch.valid.values())
    assert torch.equal(model(batch)[:, 0], frames.float())


@torch.no_grad()
def test_a_module_of_one_modality_is_wrapped():
    ds = mm.data.from_arrays(
        {"only": np.random.default_rng(0).normal(size=(30, 5, 2))}, np.arange(30) % 2, split={"train": 0.6, "test": 0.4}
    )
    model = adapt(Net(ds.spec), ds.spec, missing="zeros")
    answers = coalition_predictions(model, model.encode(batch_of(ds["test"])))
    assert answers.shape[1] == 2
    assert torch.equal(answers[:, 0], answers[:1, 0].expand_as(answers[:, 0])), "the answer to nothing is one"


@torch.no_grad()
def test_in_place_changes_by_the_module_do_not_reach_the_batch(toy):
    def spoil(values):
        answer = summed(values)
        for x in values.values():
            x.fill_(torch.nan)
        values.clear()
        return answer

    batch = batch_of(toy["test"], range(4))
    before = {name: x.clone() for name, x in batch.values.items()}
    model = adapt(Answering(spoil), toy.spec, missing="zeros")
    steps = model.encode(batch)
    first = coalition_predictions(model, steps)
    assert torch.equal(coalition_predictions(model, steps), first)
    assert bool(torch.isfinite(first).all())
    assert all(torch.equal(batch.values[name], x) for name, x in before.items())


def test_in_place_changes_by_an_imputation_callable_do_not_reach_the_inputs(toy):
    def spoil(name, values, valid):
        for x in values.values():
            x.zero_()
        for v in valid.values():
            v.fill_(True)
        return torch.zeros(1)

    batch = batch_of(toy["test"], range(3)).masked(torch.tensor([[True, False, False]]).expand(3, -1))
    spoilt, plain = (adapt(Net(toy.spec), toy.spec, missing=m) for m in (spoil, "zeros"))
    assert torch.equal(spoilt(batch), plain(batch))


@torch.no_grad()
def test_the_wrapped_module_is_a_copy_in_evaluation_mode(toy):
    net = nn.ModuleDict({"inner": Net(toy.spec), "drop": nn.Dropout(0.5)})
    asked = adapt(net, toy.spec, missing="zeros", call=lambda module, x: module["drop"](module["inner"](x)))
    assert net.training
    batch = batch_of(toy["test"], range(4))
    before = asked(batch)
    for weight in net.parameters():
        weight.add_(1.0)
    assert torch.equal(asked(batch), before)


@torch.no_grad()
def test_a_float64_module_receives_float64_inputs(toy):
    batch = batch_of(toy["test"], range(4))
    single, double = (adapt(net, toy.spec, missing="mean") for net in (Net(toy.spec), Net(toy.spec).double()))
    assert double(batch).dtype == torch.float64
    torch.testing.assert_close(double(batch).float(), single(batch), rtol=0, atol=1e-5)


@torch.no_grad()
def test_outputs_that_look_like_probabilities_need_an_explicit_output_kind(toy):
    net, batch = Net(toy.spec).eval(), batch_of(toy["test"], range(4))
    options = {"missing": "zeros", "call": lambda module, x: module(x).softmax(-1)}
    with pytest.raises(ConfigError, match="output_kind='probabilities', or output_kind='logits'"):
        adapt(net, toy.spec, **options)
    model = adapt(net, toy.spec, **options, output_kind="probabilities")
    expected = net(dict(batch.values)).softmax(-1)
    torch.testing.assert_close(model(batch).softmax(-1), expected, rtol=0, atol=1e-6)
    with pytest.raises(ConfigError, match="not probabilities"):
        adapt(net, toy.spec, missing="zeros", output_kind="probabilities")


def test_a_regression_output_of_shape_batch_is_accepted(regression):
    model = adapt(Answering(lambda x: summed(x, 1)[:, 0]), regression.spec, missing="zeros")
    assert model(batch_of(regression["test"], range(3))).shape == (3, 1)


def fails(_):
    raise IndexError("no such word")


def batchwise(values):
    answer = summed(values, 3)[:, 1:]
    return answer - answer.mean(0)


class Forgetful(nn.Module):
    """Counts how often it was asked."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.asked = 0

    def forward(self, values):
        self.asked += 1
        return summed(values) * 0 + self.asked * self.weight


HOSTILE = {
    "three columns": (lambda x: summed(x, 3), r"returned shape \(2, 3\), expected .* = \(2, 2\)"),
    "one number": (lambda x: summed(x).sum(), r"returned shape \(1,\)"),
    "per step": (lambda x: next(iter(x.values()))[..., :2], r"returned shape \(2, 24, 2\)"),
    "a squeezed batch": (lambda x: summed(x).squeeze(0), r"for one sample: .* shape \(2,\)"),
    "another name": (lambda x: x["speech"].sum((1, 2)), r"needs the modality 'speech'.*'m1', 'm2', 'm3'"),
    "an error of its own": (fails, "IndexError: no such word"),
    "noise": (lambda x: summed(x) + 1e3 * torch.rand(1), "is not deterministic"),
    "the others in the batch": (batchwise, "depends on the other samples"),
    "NaN for silence": (lambda x: summed(x) / x["m1"].abs().sum((1, 2))[:, None], "predicts NaN or infinity"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_adapt_refuses_a_faulty_module_with_the_reason_and_keeps_the_random_state(toy, kind):
    function, message = HOSTILE[kind]
    state = torch.get_rng_state()
    with pytest.raises(ConfigError, match=message):
        adapt(Answering(function), toy.spec, missing="zeros")
    assert torch.equal(torch.get_rng_state(), state)


def test_adapt_refuses_a_module_that_keeps_state_between_passes(toy):
    with pytest.raises(ConfigError, match="state that is kept between passes"):
        adapt(Forgetful(), toy.spec, missing="zeros")


def test_adapt_refuses_outputs_that_are_not_float_tensors(toy):
    for answer, seen in (({"logits": 1}, "dict"), (torch.ones(2, 2, dtype=torch.int64), "torch.int64")):
        with pytest.raises(ConfigError, match=f"returned {seen}, expected a float tensor"):
            adapt(Net(toy.spec), toy.spec, missing="zeros", call=lambda net, x, answer=answer: answer)


def test_adapt_names_the_weight_that_is_not_finite(toy):
    net = Net(toy.spec)
    with torch.no_grad():
        net.head.weight[0, :3] = torch.nan
    with pytest.raises(ConfigError, match=r"head\.weight of Net has 3 values"):
        adapt(net, toy.spec, missing="zeros")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"missing": "median"}, "expected 'zeros', 'mean' or a callable"),
        ({"missing": None}, "expected 'zeros', 'mean' or a callable"),
        ({"missing": lambda name, values, valid: torch.zeros(7)}, r"returned shape \(7,\) for 'm2'"),
        ({"missing": "zeros", "output_kind": "values"}, "choose logits or probabilities"),
        ({"missing": "zeros", "call": 3}, "call is a int"),
        ({"missing": "zeros", "steps": 25}, "from 0 to 24"),
        ({"missing": "zeros", "steps": True}, "from 0 to 24"),
    ],
)
def test_wrong_options_are_refused(toy, options, message):
    with pytest.raises(ConfigError, match=message):
        adapt(Net(toy.spec), toy.spec, **options)


def test_the_first_arguments_are_checked(toy):
    with pytest.raises(ConfigError, match="module is a str"):
        adapt("net", toy.spec, missing="zeros")
    with pytest.raises(ConfigError, match="spec is a Dataset"):
        adapt(Net(toy.spec), toy, missing="zeros")
    with pytest.raises(TypeError, match="missing"):
        adapt(Net(toy.spec), toy.spec)


def test_a_batch_of_another_data_set_is_refused(toy, ragged):
    model = adapt(Net(toy.spec), toy.spec, missing="zeros")
    with pytest.raises(DataError, match="modality m1, m2, m3 is missing"):
        model(batch_of(ragged["test"]))
    batch = batch_of(toy["test"], [0])
    batch.values["m2"] = batch.values["m2"][..., :1]
    with pytest.raises(DataError, match="'m2': values have shape"):
        model(batch)


def test_wide_frames_do_not_reduce_the_rows_of_a_pass_below_thirty():
    rng = np.random.default_rng(0)
    inputs = {"text": rng.normal(size=(20, 10, 700)), "audio": rng.normal(size=(20, 40, 3))}
    ds = mm.data.from_arrays(inputs, np.arange(20) % 2, split={"train": 0.5, "test": 0.5})
    rows = []

    def counted(net, values):
        rows.append(len(values["text"]))
        return net(values)

    model = adapt(Net(ds.spec), ds.spec, missing="zeros", call=counted)
    rows.clear()
    with torch.no_grad():
        coalition_predictions(model, model.encode(batch_of(ds["test"])), every_step=True)
    assert max(rows) >= 30
    assert len(rows) == model.steps


def test_an_adapted_module_has_no_scan_coupling_observation_or_streams(toy):
    model = adapt(Net(toy.spec), toy.spec, missing="zeros", name="our net")
    steps = model.encode(batch_of(toy["test"], [0]))
    assert model.scan_shape == (0, 0, 0)
    assert model.coupling_matrices().shape == (0, 3, 3)
    assert vars(model.observe(steps)) == vars(mm.models.build("concat", toy.spec).observe(steps))
    with pytest.raises(ConfigError, match="our net is a user's module: its streams"):
        model.streams(steps)
