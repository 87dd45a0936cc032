"""Parameters of one modality in a user's module: found from the operators of a pass, or named."""

import numpy as np
import pytest
import torch
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models import Batch, adapt
from mmviz.train.modality_parameters import modality_parameters


@pytest.fixture(scope="module")
def words():
    """Audio, and text as token ids from 1 to 9."""
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, 60)
    inputs = {
        "audio": rng.normal(size=(60, 6, 3)) + target[:, None, None],
        "text": rng.integers(1, 10, size=(60, 5, 1)).astype(float),
    }
    rows = {"train": slice(0, 40), "valid": slice(40, 60)}
    return mm.data.from_arrays(
        {split: {name: x[s] for name, x in inputs.items()} for split, s in rows.items()},
        {split: target[s] for split, s in rows.items()},
        classes=["no", "yes"],
        name="words",
    )


@torch.library.custom_op("mmviz_tests::fill", mutates_args={"out"})
def fill(out: torch.Tensor, values: torch.Tensor) -> None:
    """Write values into a tensor and return nothing."""
    out.copy_(values)


class Net(nn.Module):
    """Encoders of audio and text, and a head; ``kind`` selects how they are written."""

    def __init__(self, kind="plain"):
        super().__init__()
        torch.manual_seed(0)
        self.kind = kind
        self.audio = nn.Sequential(nn.Linear(3, 4), nn.Tanh())
        self.table = nn.Embedding(10, 4)
        self.text = nn.GRU(4, 4, batch_first=True)
        self.rate_log = nn.Parameter(torch.zeros(4))
        self.tied = nn.Linear(4, 4)
        self.mix = nn.Linear(8, 4)
        self.head = nn.Linear(4, 2)
        self.unused = nn.Parameter(torch.ones(2))
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        audio = self.audio(x["audio"]).mean(1) * -self.rate_log.exp()
        ids = x["text"][..., 0].long()
        if self.kind == "left torch":
            ids = torch.tensor(np.asarray(ids.tolist()))
        if self.kind == "no gradient":
            with torch.no_grad():
                rows = self.table(ids)
        else:
            rows = self.table(ids)
        text = self.text(rows)[0][:, -1]
        if self.kind == "mutating operator":
            parts = torch.zeros(2, len(audio), 4)
            fill(parts[0], audio)
            fill(parts[1], text)
            both = parts.transpose(0, 1).reshape(-1, 8)
        elif self.kind == "in place":
            both = torch.empty(len(audio), 8)
            both[:, :4] = audio
            both[:, 4:] = text
        else:
            both = torch.cat([self.tied(audio), self.tied(text)], -1)
        return self.head(torch.tanh(self.mix(both)))


def use_of(kind, ds):
    model = adapt(Net(kind), ds.spec, missing={"audio": "mean", "text": "zeros"})
    return {name: set(model.used_with(name)) for name, _ in model.module.named_parameters()}


@pytest.mark.parametrize("kind", ["plain", "no gradient", "in place", "mutating operator"])
def test_a_parameter_is_used_with_the_modality_whose_data_it_meets_first_also_through_token_ids(words, kind):
    use = use_of(kind, words)
    for name, used in use.items():
        if name.startswith(("audio.", "rate_log")):
            assert used == {"audio"}, name
        elif name.startswith(("table.", "text.")):
            assert used == {"text"}, name
        elif name.startswith(("mix.", "head.")):
            assert used == {"audio", "text"}, name
    assert use["unused"] == set()
    assert use["tied.weight"] == ({"audio", "text"} if kind in ("plain", "no gradient") else set())


def test_data_that_leave_torch_never_give_a_parameter_to_the_wrong_modality(words):
    use = use_of("left torch", words)
    for name in ("table.weight", "text.weight_ih_l0", "text.weight_hh_l0"):
        assert "text" in use[name]  # its set of modalities is lost on the way; the pass with other text shows it
    assert use["audio.0.weight"] == {"audio"}


class Ours(nn.Module):
    """One of our own models inside a user's module."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, values, valid):
        return self.model(Batch(values, valid))


@pytest.mark.parametrize("name", mm.models.available())
def test_the_encoders_found_in_our_own_models_are_those_of_modality_parameters(toy, name):
    own = mm.models.build(name, toy.spec, width=4, **({"layers": 1} if name in ("late", "coupled_mamba") else {}))
    model = adapt(Ours(own), toy.spec, missing="zeros", masks=True)
    for m, _ in enumerate(toy.spec.names):
        listed = {part.name for part in modality_parameters(own, m) if part.name.startswith("encoders.")}
        found = {part.name.removeprefix("model.") for part in modality_parameters(model, m)}
        assert listed
        assert {n for n in found if n.startswith("encoders.")} == listed
    everything = [part.name for m in range(3) for part in modality_parameters(model, m)]
    assert len(everything) == len(set(everything))
    assert not any(".head" in name for name in everything)


def test_the_passes_leave_mode_weights_buffers_and_random_state_as_they_were(words):
    model = adapt(Net(), words.spec, missing="zeros").train()
    model.module.text.eval()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    modes = {name: part.training for name, part in model.named_modules()}
    state = torch.get_rng_state()
    assert model.used_with("head.weight")
    assert {name: part.training for name, part in model.named_modules()} == modes
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())


def found_in(ds, named):
    model = adapt(Net(), ds.spec, missing="zeros", parameters=named)
    return {name: {part.name for part in modality_parameters(model, m)} for m, name in enumerate(ds.spec.names)}


def test_named_parameters_are_added_to_those_that_a_pass_has_found_where_a_modality_is_left_out(words):
    found = found_in(words, {"audio": ["tied"]})
    assert {"tied.weight", "tied.bias", "audio.0.weight"} <= found["audio"]
    assert {"table.weight", "text.weight_ih_l0"} <= found["text"]


def test_where_every_modality_is_named_only_the_named_parameters_are_specific(words):
    found = found_in(words, {"audio": ["tied"], "text": ["mix.weight"]})
    assert found == {"audio": {"tied.weight", "tied.bias"}, "text": {"mix.weight"}}


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"speech": ["audio"]}, r"modality 'speech'.*audio, text"),
        ({"audio": ["adio"]}, r"'adio' is no parameter or submodule.*did you mean 'audio'"),
        ({"audio": "audio"}, r"expected a list of names"),
        ({"audio": ["tied"], "text": ["tied.weight"]}, r"'tied.weight' is named for 'audio' and for 'text'"),
        (["audio"], r"is a list, expected a mapping"),
    ],
)
def test_adapt_refuses_names_of_parameters_that_cannot_be_used(words, named, message):
    with pytest.raises(ConfigError, match=message):
        adapt(Net(), words.spec, missing="zeros", parameters=named)
