"""Training of a user's module: equal to the user's own loop, every strategy, refusals, recording."""

import copy
import dataclasses

import many_devices
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from user_nets import Biased, Late, Tied, adapted

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.train.config import TrainConfig
from mmviz.train.modality_parameters import modality_parameters
from mmviz.train.sampling import hold_out
from mmviz.train.schedule import warm_cosine
from mmviz.train.strategies import Joint, ModalityDropout, OgmGe, ShapleyAlternating, Unimodal
from mmviz.train.strategies.base import Training

OPTIONS = {
    "g_blend": {"super_epoch": 1, "form": "online"},
    "valuation": {"warm_up": 0},
    "opm": {"warm_up": 0},
    "midas": {"warm_up": 0},
    "umt": {"teacher_epochs": 1},
    "g2d": {"teacher_epochs": 1},
}
#: their features of a user's module are its unimodal outputs, not what its own pooling gives; mla finds the head's layers by use
OTHER_FEATURES = ("mla", "pmr", "relearning", "midas", "umt", "g2d")
SHORT = {"epochs": 2, "batch_size": 8, "progress": False}


@pytest.fixture(scope="module")
def ds():
    """Two modalities of different lengths; some samples lack one."""
    return many_devices.ragged()


@pytest.fixture(scope="module")
def pair():
    """Two modalities of equal width."""
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, 40)
    inputs = {name: rng.normal(size=(40, 5, 3)) + target[:, None, None] for name in ("left", "right")}
    rows = {"train": slice(0, 28), "valid": slice(28, 40)}
    return mm.data.from_arrays(
        {split: {name: x[s] for name, x in inputs.items()} for split, s in rows.items()},
        {split: target[s] for split, s in rows.items()},
        classes=["no", "yes"],
        name="pair",
    )


class Recorded(Joint):
    """Joint training that keeps the rows of every batch."""

    rows: list[np.ndarray] = []  # noqa: RUF012 - strategies are copied; the class keeps the rows

    def updates(self, batch, rows):
        self.rows.append(np.array(rows))
        yield from super().updates(batch, rows)


def inputs_of(split, rows):
    batch = batch_of(split, rows)
    frames = {name: torch.where(batch.valid[name][..., None], x, 0.0) for name, x in batch.values.items()}
    return frames, batch.target


def plain_loop(net, ds, rows, epochs, rate=3e-3, decay=0.05):
    """The user's own loop: AdamW, a warm-up and cosine schedule, clipped gradients."""
    net = copy.deepcopy(net).train()
    groups = [
        {"params": [p for p in net.parameters() if p.ndim >= 2], "weight_decay": decay},
        {"params": [p for p in net.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW([g for g in groups if g["params"]], lr=rate)
    for step, chosen in enumerate(rows):
        for group in optimizer.param_groups:
            group["lr"] = rate * warm_cosine(step, len(rows))
        x, y = inputs_of(ds["train"], chosen)
        loss = functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net


@pytest.mark.parametrize("kind", [Late, Biased])
def test_fit_of_an_adapted_module_gives_the_weights_of_a_plain_pytorch_loop_over_the_same_batches(ds, kind):
    net = kind(ds.spec)
    Recorded.rows.clear()
    run = mm.train.fit(adapted(net, ds), ds, strategy=Recorded(), **SHORT | {"epochs": 3})
    expected = plain_loop(net, ds, Recorded.rows, 3).state_dict()
    assert len(Recorded.rows) == 18
    for name, value in expected.items():
        assert not torch.equal(value, net.state_dict()[name])
        torch.testing.assert_close(run.weights[3][f"module.{name}"], value, rtol=1e-5, atol=1e-6)


class Ours(nn.Module):
    """One of our own models inside a user's module."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, values, valid):
        return self.model(mm.models.Batch(values, valid))


#: strategies that train a user's module; the memory chain needs the pooled features of a fusion
ADAPTED = [name for name, kind in mm.train.STRATEGIES.items() if name != "modality_equilibrium" and not kind.fusions]


@pytest.mark.parametrize(
    ("name", "strategy"),
    [("coupled_mamba", "joint"), *(("concat", s) for s in ADAPTED if s not in ("joint", *OTHER_FEATURES))],
)
def test_fit_of_an_adapted_copy_of_our_own_model_gives_the_weights_of_fit_of_the_model(toy, name, strategy):
    small = {"layers": 1, "state": 2} if name == "coupled_mamba" else {}
    own = mm.models.build(name, toy.spec, width=4, dropout=0.0, **small)
    wrapped = mm.models.adapt(Ours(own), toy.spec, missing="zeros", masks=True)
    options = {"strategy": strategy, "strategy_options": OPTIONS.get(strategy), **SHORT, "batch_size": 32}
    first = mm.train.fit(own, toy, **options)
    second = mm.train.fit(wrapped, toy, **options)
    for name, value in first.weights[2].items():
        torch.testing.assert_close(second.weights[2][f"module.model.{name}"], value, rtol=1e-5, atol=1e-6)
    assert second.history[-1]["train_loss"] == pytest.approx(first.history[-1]["train_loss"], abs=1e-5)


@pytest.mark.parametrize("strategy", ADAPTED)
def test_every_strategy_trains_an_adapted_module_with_monitored_contributions(ds, strategy):
    model = adapted(Biased(ds.spec, dropout=0.2), ds, missing="mean")
    chosen = {"strategy": strategy, "strategy_options": OPTIONS.get(strategy), "class_weight": "balanced"}
    run = mm.train.fit(model, ds, monitor=True, **chosen, **SHORT)
    assert run.status == "finished"
    assert run.epochs == (0, 1, 2)
    moved = {key for key, value in run.weights[2].items() if not torch.equal(value, run.weights[0][key])}
    assert {"module.head.0.weight", "module.encoders.sound.weight_ih_l0", "module.encoders.light.weight_ih_l0"} <= moved
    assert all(np.isfinite(run.history[-1][f"contribution/{name}"]) for name in ds.spec.names)
    assert run.info["model"]["name"] == "Biased"
    assert run.info["model"]["adapted"]
    assert all(torch.equal(p, run.weights[0][f"module.{k}"]) for k, p in model.module.named_parameters())


def begun(strategy, model, ds):
    """Return the strategy, begun on a model outside a loop, and a batch."""
    model = strategy.prepare(model)
    seen, held_out = hold_out(ds["train"], 8, 0)
    config = TrainConfig(batch_size=12)
    strategy.begin(Training(model, config, seen, held_out, torch.device("cpu"), np.random.default_rng(0)))
    strategy.before_epoch(1)
    return batch_of(seen, range(12))


def test_ogm_ge_scales_the_encoders_of_an_adapted_late_fusion_by_the_published_formula(pair):
    net = Late(pair.spec)
    with torch.no_grad():
        net.encoders["left"].weight.mul_(4)  # one modality leads
    model, alpha = adapted(net, pair).train(), 0.7
    strategy = OgmGe(alpha=alpha, noise="none")
    batch = begun(strategy, model, pair)
    update = next(strategy.updates(batch, np.arange(12)))
    update.loss.backward()
    strategy.after_backward(update)

    # equations 8 to 11 of arXiv 2203.15332, from the two halves of the last layer
    x, y = inputs_of(strategy.training.samples, range(12))
    feature = {name: torch.tanh(net.encoders[name](x[name]).mean(1)) for name in pair.spec.names}
    halves = dict(zip(pair.spec.names, net.head.weight.split(4, 1), strict=True))
    score = {n: (feature[n] @ halves[n].T).softmax(-1)[range(12), y].sum().item() for n in feature}
    ratio = score["left"] / score["right"]
    ratios = {"left": ratio, "right": 1 / ratio}
    assert max(ratios.values()) > 1.01
    k = {name: 1 - np.tanh(alpha * r) if r > 1 else 1.0 for name, r in ratios.items()}
    functional.cross_entropy(net(x), y).backward()
    for name in pair.spec.names:
        expected = k[name] * net.encoders[name].weight.grad
        torch.testing.assert_close(model.module.encoders[name].weight.grad, expected, rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(model.module.head.weight.grad, net.head.weight.grad)


@pytest.mark.parametrize("strategy", [Unimodal(modality="light"), ShapleyAlternating()])
def test_a_unimodal_update_trains_the_encoder_of_its_modality_and_the_shared_head_only(ds, strategy):
    model = adapted(Biased(ds.spec), ds).train()
    steps = model.encode(batch_of(ds["train"], range(8)))
    training = Training(model, TrainConfig(), ds["train"], None, torch.device("cpu"), np.random.default_rng(0))
    if strategy.name == "unimodal":
        strategy.begin(training)
        update = next(strategy.updates(batch_of(ds["train"], range(8)), np.arange(8)))
    else:
        only = steps.masked(training.only(1, 8))
        update = training.joint(only, batch_of(ds["train"], range(8)).target, modality="light")
    update.loss.backward()
    assert all(p.requires_grad for p in model.parameters())
    trained = {name for name, p in model.module.named_parameters() if p.grad is not None and bool((p.grad != 0).any())}
    assert any(name.startswith("encoders.light.bias") for name in trained)
    assert "head.0.weight" in trained
    assert not any(name.startswith("encoders.sound") for name in trained)


def test_modality_dropout_trains_an_adapted_module_on_the_imputed_inputs(ds):
    strategy, seen = ModalityDropout(rate=0.5), []

    def call(net, x):
        seen.append({name: value.detach().clone() for name, value in x.items()})
        return net(x)

    model = adapted(Biased(ds.spec), ds, missing="mean", call=call).train()
    batch = begun(strategy, model, ds)
    seen.clear()
    update = next(strategy.updates(batch, np.arange(12)))
    mean = {m.name: torch.tensor(np.array(m.mean)) for m in ds.spec.modalities}
    imputed = {name: (x == mean[name]).all(-1).all(-1) for name, x in seen[0].items()}
    recorded = {name: batch.valid[name].any(1) for name in imputed}
    assert not any(
        bool((imputed[name] & ~imputed[other] & ~recorded[other]).any()) for name, other in [("sound", "light")]
    )
    assert sum(int((imputed[name] & recorded[name]).sum()) for name in imputed) > 2
    assert not bool((imputed["sound"] & imputed["light"]).any())
    update.loss.backward()
    assert all(p.grad is not None for p in model.parameters())


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (lambda ds: Tied(ds.spec), r"'left' has none to train.*used with several are first.weight \(left, right\)"),
        (lambda ds: frozen(Late(ds.spec), "encoders.right"), r"'right' has none to train: its 1 parameters.*frozen"),
    ],
)
def test_ogm_ge_refuses_a_module_in_which_a_modality_has_no_parameters_to_train(pair, net, message):
    model = adapted(net(pair), pair)
    with pytest.raises(ConfigError, match=message + r".*adapt\(..., parameters=...\).*joint"):
        mm.train.fit(model, pair, strategy="ogm_ge", **SHORT)
    assert mm.train.fit(model, pair, **SHORT).status == "finished"


def frozen(net, name):
    net.get_submodule(name).requires_grad_(False)
    return net


def test_named_parameters_are_those_that_ogm_ge_scales(pair):
    model = adapted(Tied(pair.spec), pair, parameters={"left": ["first"], "right": ["head.bias"]})
    run = mm.train.fit(model, pair, strategy="ogm_ge", **SHORT)
    assert run.status == "finished"
    assert [p.name for p in modality_parameters(run.model, 1)] == ["head.bias"]


def test_a_frozen_parameter_is_not_changed_and_the_others_are(pair):
    run = mm.train.fit(adapted(frozen(Late(pair.spec), "encoders.right"), pair), pair, **SHORT)
    same = {key for key, value in run.weights[2].items() if torch.equal(value, run.weights[0][key])}
    assert same == {"module.encoders.right.weight"}


class Modes(nn.Module):
    """Remembers the mode of its parts in every pass."""

    seen: list[tuple[bool, bool]] = []  # noqa: RUF012 - shared with the copies

    def __init__(self, net):
        super().__init__()
        self.net, self.fixed = net, nn.BatchNorm1d(net.encoders["left"].in_features)

    def forward(self, x):
        Modes.seen.append((self.net.training, self.fixed.training))
        return self.net({name: self.fixed(value.transpose(1, 2)).transpose(1, 2) for name, value in x.items()})


def test_fit_trains_in_training_mode_predicts_in_evaluation_mode_and_leaves_fixed_parts_in_evaluation_mode(pair):
    net = Modes(Late(pair.spec))
    net.fixed.eval()
    model = adapted(net, pair)
    assert not any(part.training for part in model.modules())
    Modes.seen.clear()
    run = mm.train.fit(model, pair, **SHORT | {"epochs": 1})
    assert (True, False) in Modes.seen
    assert (False, False) in Modes.seen
    assert (True, True) not in Modes.seen
    assert torch.equal(run.weights[1]["module.fixed.running_mean"], torch.zeros(3))
    assert not run.model.training


def test_batch_statistics_are_trained_and_dropout_is_active_in_training_only(pair):
    net = Biased(pair.spec, dropout=0.5, norm=nn.BatchNorm1d)
    run = mm.train.fit(adapted(net, pair), pair, **SHORT)
    assert not torch.equal(run.weights[2]["module.norm.running_mean"], run.weights[0]["module.norm.running_mean"])
    assert run.weights[2]["module.norm.num_batches_tracked"].dtype == torch.int64
    assert run.weights[2]["module.norm.num_batches_tracked"] == 8
    assert np.array_equal(run.predict(pair["valid"]), run.predict(pair["valid"]))
    with pytest.raises(ConfigError, match=r"normalises over the batch.*batch_size"):
        mm.train.fit(adapted(net, pair), pair, epochs=1, batch_size=1, progress=False)


class Auxiliary(nn.Module):
    """A second output in training mode, as Inception has."""

    def __init__(self, spec):
        super().__init__()
        self.net = Late(spec)

    def forward(self, x):
        output = self.net(x)
        return (output, output * 0) if self.training else output


class NoGradient(nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.net = Late(spec)

    @torch.no_grad()
    def forward(self, x):
        return self.net(x)


class Counting(nn.Module):
    """No parameter, a buffer only."""

    def __init__(self, spec):
        super().__init__()
        self.register_buffer("weight", torch.ones(spec.task.outputs))

    def forward(self, x):
        return sum(value.mean((1, 2)) for value in x.values())[:, None] * self.weight


class Complex(Late):
    def __init__(self, spec):
        super().__init__(spec)
        self.phase = nn.Parameter(torch.ones(1, dtype=torch.complex64))

    def forward(self, x):
        return super().forward(x) * self.phase.abs()


class Positional(nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.head = nn.Linear(2 * spec.modalities[0].features, spec.task.outputs)

    def forward(self, x: dict[str, torch.Tensor]):
        return self.head(torch.cat([x["left"], x["right"]], -1).mean(1))


class Extra(Late):
    def get_extra_state(self):
        return {"text": 1}

    def set_extra_state(self, state):
        pass


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@pytest.mark.parametrize(
    ("net", "message"),
    [
        (
            Auxiliary,
            r"in training mode.*Auxiliary returned tuple.*call=lambda net, \*given: net\(\*given\)\[0\] if net.training",
        ),
        (NoGradient, r"output of NoGradient has no gradient.*no_grad"),
        (Counting, r"Counting has no parameter to train: it has none"),
        (lambda spec: Late(spec).requires_grad_(False), r"Late has no parameter to train: all 3 are frozen"),
        (lambda spec: Late(spec).half(), r"encoders.left.weight of Late is torch.float16.*adapt\(module.float\(\)"),
        (lambda spec: Late(spec).double(), r"is torch.float64.*precision='64-true'"),
        (Complex, r"phase of Complex is torch.complex64.*view_as_real"),
        (lambda spec: torch.jit.script(Positional(spec)), r"result of a computation.*TorchScript.*adapt the nn.Module"),
        (Extra, r"state_dict of Extra holds '_extra_state', a dict.*buffer"),
    ],
)
def test_fit_refuses_a_module_that_it_cannot_train_and_names_the_remedy(pair, net, message):
    model = adapted(net(pair.spec), pair)
    with pytest.raises(ConfigError, match=message):
        mm.train.fit(model, pair, **SHORT)


def test_the_call_that_the_refusal_of_an_auxiliary_output_names_trains_the_module(pair):
    call = lambda net, *given: net(*given)[0] if net.training else net(*given)  # noqa: E731
    assert mm.train.fit(adapted(Auxiliary(pair.spec), pair, call=call), pair, **SHORT).status == "finished"


def test_memory_of_the_equilibrium_is_refused_for_an_adapted_module(pair):
    model = adapted(Late(pair.spec), pair)
    with pytest.raises(
        ConfigError, match=r"memory and mapping need the pooled features.*Late is none; leave out memory="
    ):
        mm.train.fit(model, pair, strategy="shapley_alternating", strategy_options={"memory": True}, **SHORT)


def test_modality_equilibrium_is_refused_for_an_adapted_module(pair):
    model = adapted(Late(pair.spec), pair)
    with pytest.raises(
        ConfigError, match=r"modality_equilibrium: the memory chain needs the pooled features.*Late is none"
    ):
        mm.train.fit(model, pair, strategy="modality_equilibrium", **SHORT)


def test_mla_projects_the_shared_linear_layers_and_refuses_a_module_without_them(pair):
    model = adapted(Biased(pair.spec), pair)
    assert model.shared_linear_layers == [model.module.head[0], model.module.head[3]]
    named = adapted(Late(pair.spec), pair, parameters={"left": ["head"]})
    with pytest.raises(ConfigError, match=r"mla: Late has no head of linear layers.*protect='none'"):
        mm.train.fit(named, pair, strategy="mla", **SHORT)


class Keeping(Late):
    """Keeps its last output, with its graph, as an attribute."""

    def forward(self, x):
        self.last = super().forward(x)
        return self.last


@pytest.mark.parametrize("strategy", ["joint", "g_blend"])
def test_a_module_that_keeps_tensors_of_its_last_pass_trains_and_its_run_can_be_replayed(pair, strategy):
    options = {"super_epoch": 1, "form": "online"} if strategy == "g_blend" else None
    ds = dataclasses.replace(pair, splits={"train": pair["train"]})  # a validation would leave a tensor without graph
    run = mm.train.fit(adapted(Keeping(ds.spec), ds), ds, strategy=strategy, strategy_options=options, **SHORT)
    with run.at_epoch(1) as model:
        assert torch.equal(model.module.head.weight, run.weights[1]["module.head.weight"])


def test_the_record_of_a_trained_module_has_shapley_values_of_every_epoch_and_an_explorer(ds):
    run = mm.train.fit(adapted(Biased(ds.spec), ds), ds, monitor=True, **SHORT)
    trace = mm.record(run, ds["test"], epochs=[0, 1, 2], progress=False)
    history = mm.analysis.training(trace)
    assert history["contribution"].sizes == {"run": 1, "epoch": 3, "modality": 2}
    assert np.isfinite(history["valid_loss"]).all()
    phi = mm.analysis.prefix_shapley(trace, value="probability")["phi"].isel(time=-1)
    assert phi.sizes["epoch"] == 3
    row = int(phi["recorded_sample"].values[0])
    x, y = inputs_of(ds["test"], [row])
    for epoch in (0, 2):
        with run.at_epoch(epoch) as model, torch.no_grad():
            probability = [
                model.module({n: v * (n in kept) for n, v in x.items()}).softmax(-1)[0, y[0]].item()
                for kept in ((), ("sound",), ("light",), ("sound", "light"))
            ]
        none, sound, light, both = probability
        expected = [(sound - none + both - light) / 2, (light - none + both - sound) / 2]
        np.testing.assert_allclose(phi.sel(epoch=epoch).isel(recorded_sample=0), expected, atol=1e-6)
    assert type(mm.widgets.Explorer(trace)).__name__ == "Explorer"


def test_a_learned_imputation_is_trained_by_modality_dropout(pair):
    imputation = Imputation()
    model = mm.models.adapt(Late(pair.spec), pair.spec, missing=imputation)
    run = mm.train.fit(model, pair, strategy="modality_dropout", strategy_options={"rate": 0.5}, **SHORT)
    assert bool((run.weights[2]["imputers.0.frame"] != 0).all())
    assert not bool(imputation.frame.any())


class Imputation(nn.Module):
    """One learned frame for both modalities."""

    def __init__(self):
        super().__init__()
        self.frame = nn.Parameter(torch.zeros(3))

    def forward(self, name, values, valid):
        return self.frame


class Attending(nn.Module):
    """A transformer encoder with padding masks per modality, and cross-attention."""

    def __init__(self, spec):
        super().__init__()
        torch.manual_seed(0)
        self.into = nn.ModuleDict({m.name: nn.Linear(m.features, 4) for m in spec.modalities})
        layers = {m.name: nn.TransformerEncoderLayer(4, 2, 8, batch_first=True) for m in spec.modalities}
        self.layers = nn.ModuleDict({name: nn.TransformerEncoder(layer, 1) for name, layer in layers.items()})
        self.cross = nn.MultiheadAttention(4, 2, batch_first=True)
        self.head = nn.Linear(4, spec.task.outputs)

    def forward(self, x, valid):
        padded = {name: ~flag & flag.any(1, keepdim=True) for name, flag in valid.items()}
        a, b = (self.layers[name](self.into[name](x[name]), src_key_padding_mask=padded[name]) for name in self.layers)
        return self.head(self.cross(a, b, b)[0].mean(1))


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize("strategy", ["ogm_ge", "mla"])
def test_a_transformer_with_padding_masks_and_cross_attention_trains_by_modality(ds, strategy):
    model = adapted(Attending(ds.spec), ds, masks=True)
    found = model.specific_parameters
    assert {len(found[name]) for name in ds.spec.names} == {14}
    assert [layer.out_features for layer in model.shared_linear_layers] == [4, 2]
    assert mm.train.fit(model, ds, strategy=strategy, **SHORT | {"epochs": 1}).status == "finished"


class Towers(mm.models.fusions.pooled.Average):
    """A subclass of the contract with one more layer per modality, which it names."""

    def __init__(self, spec, config):
        super().__init__(spec, config)
        self.towers = nn.ModuleDict({name: nn.Linear(config.width, config.width) for name in spec.names})
        self.parameter_names = {name: [f"towers.{name}"] for name in spec.names}

    def streams(self, steps, observation=None):
        towers = zip(self.towers.values(), super().streams(steps, observation), strict=True)
        return torch.stack([tower(x) for tower, x in towers])


def test_a_subclass_of_the_contract_names_further_parameters_of_a_modality_for_ogm_ge(ds):
    model = Towers(ds.spec, mm.models.fusions.pooled.AverageConfig(width=4))
    names = {part.name for part in modality_parameters(model, 1)}
    assert {"towers.light.weight", "towers.light.bias"} <= names
    assert any(name.startswith("encoders.encoders.1") for name in names)
    run = mm.train.fit(model, ds, strategy="ogm_ge", **SHORT)
    assert run.status == "finished"
    model.parameter_names = {"light": ["tower.light"]}
    with pytest.raises(
        ConfigError, match=r"Towers.parameter_names\['light'\]: 'tower.light' is no parameter.*'towers.light'"
    ):
        mm.train.fit(model, ds, strategy="ogm_ge", **SHORT)


def test_augmentation_of_token_ids_is_refused():
    ids = np.random.default_rng(0).integers(1, 5, size=(30, 4, 1)).astype(float)
    split = {"text": ids, "sound": ids * 0.5}
    ds = mm.data.from_arrays({"train": split}, {"train": np.arange(30) % 2}, classes=["no", "yes"])
    model = adapted(Words(), ds)
    assert model.config.tokens == ("text",)
    with pytest.raises(ConfigError, match=r"augment= would change modality 'text', whose values are token ids"):
        mm.train.fit(model, ds, augment=mm.train.Augment(stretch=("text",)), **SHORT)
    assert mm.train.fit(model, ds, strategy="ogm_ge", augment=mm.train.Augment(stretch=("sound",)), **SHORT).epochs


class Words(nn.Module):
    """A table of token ids, and a number."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.table, self.sound, self.head = nn.Embedding(5, 4), nn.Linear(1, 4), nn.Linear(4, 2)

    def forward(self, x):
        text = self.table(x["text"][..., 0].long())
        return self.head(torch.tanh(text + self.sound(x["sound"])).mean(1))
