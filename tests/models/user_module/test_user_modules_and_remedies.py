"""A user's module is wrapped as it is, or refused with a remedy that works: each remedy is taken from the message and applied."""

import re

import numpy as np
import pytest
import torch
from torch import nn

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models import adapt, batch_of
from mmviz.models.coalitions import coalition_predictions

N, VOCABULARY = 60, 50
RNG = np.random.default_rng(0)
TARGET = RNG.integers(0, 2, N)
# nine tenths are the last id: mean + one standard deviation lies beyond the vocabulary
IDS = np.where(RNG.random((N, 6, 1)) < 0.9, VOCABULARY - 1, RNG.integers(1, VOCABULARY, (N, 6, 1)))
SOUND = RNG.normal(size=(N, 4, 3)) + 1.0
SHARES = {"train": 0.5, "valid": 0.25, "test": 0.25}


def dataset(inputs=None, target=TARGET, **options):
    inputs = {"text": IDS, "audio": SOUND} if inputs is None else inputs
    options = {"classes": ["no", "yes"], "split": SHARES, **options}
    return mm.data.from_arrays(inputs, target, **options)


@pytest.fixture(scope="module")
def words():
    return dataset()


@pytest.fixture(scope="module")
def plain():
    return dataset({"text": SOUND[..., :1], "audio": SOUND})


class Tokens(nn.Module):
    """Looks ids up in a table that has exactly the ids of the data."""

    def __init__(self, outputs=2):
        super().__init__()
        torch.manual_seed(0)
        self.table, self.head = nn.Embedding(VOCABULARY, 4), nn.Linear(7, outputs)

    def forward(self, x):
        return self.head(torch.cat([self.table(x["text"][..., 0].long()).mean(1), x["audio"].mean(1)], 1))


class Positional(Tokens):
    """Takes ids as a LongTensor, and each modality as an argument of its own."""

    def forward(self, text, audio):
        return self.head(torch.cat([self.table(text).mean(1), audio.mean(1)], 1))


class Linear(nn.Module):
    def __init__(self, outputs=2):
        super().__init__()
        torch.manual_seed(0)
        self.head = nn.Linear(4, outputs)

    def forward(self, x):
        return self.head(torch.cat([x["text"].mean(1), x["audio"].mean(1)], 1))


def predicted(model, ds):
    with torch.no_grad():
        return coalition_predictions(model, model.encode(batch_of(ds["test"])))


def remedy(pattern, build):
    """Return what the message of the refusal names."""
    with pytest.raises(ConfigError) as error:
        build()
    found = re.search(pattern, str(error.value))
    assert found, str(error.value)
    return eval(found.group(1), {"torch": torch})  # noqa: S307


# ---- token ids


@pytest.mark.parametrize("precision", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_token_ids_are_detected_and_stay_in_the_vocabulary_in_every_precision(words, precision):
    model = adapt(Tokens().to(precision), words.spec, missing="zeros")
    assert model.config.tokens == ("text",)
    single = adapt(Tokens(), words.spec, missing="zeros")
    torch.testing.assert_close(predicted(model, words).float(), predicted(single, words), rtol=0, atol=0.05)


def test_ids_beyond_what_bfloat16_holds_are_looked_up_exactly():
    ids = np.arange(N * 2).reshape(N, 2, 1) + 257  # bfloat16 has only the even ones, then every fourth
    ds = dataset({"text": ids, "audio": SOUND})
    seen = []

    def call(net, x):
        seen.append(x["text"].long())
        return net.head(torch.cat([net.table(x["text"][..., 0].long() % VOCABULARY).mean(1), x["audio"].mean(1)], 1))

    model = adapt(Tokens().bfloat16(), ds.spec, missing="zeros", call=call)
    seen.clear()
    model(batch_of(ds["test"]))
    assert torch.equal(seen[0], torch.from_numpy(ds["test"].inputs["text"]).long())


def test_the_checks_of_adapt_use_token_ids_of_the_data_only():
    ids = np.array([7, 90, 4000])[np.arange(N * 6).reshape(N, 6, 1) % 3]
    ds = dataset({"text": ids, "audio": SOUND})
    seen = set()

    def call(net, x):
        seen.update(x["text"].unique().tolist())
        return net.head(torch.cat([x["text"].mean(1).expand(-1, 4), x["audio"].mean(1)], 1))

    adapt(Tokens(), ds.spec, missing="zeros", call=call)
    assert seen <= {0.0, 7.0, 90.0, 4000.0}


def test_the_mean_of_token_ids_is_refused_and_the_rule_by_modality_works(words):
    rules = remedy(r"give missing=(\{.*?\})", lambda: adapt(Tokens(), words.spec, missing="mean"))
    assert rules == {"text": "zeros", "audio": "mean"}
    model = adapt(Tokens(), words.spec, missing=rules)
    assert bool(torch.isfinite(predicted(model, words)).all())
    assert "text by zeros" in model.imputation
    assert "audio by the mean of the training data" in model.imputation


@pytest.mark.parametrize("look_up", ["one-hot", "indexing", "index_select"])
def test_indexing_one_hot_and_index_select_count_as_look_up_of_ids(words, look_up):
    def call(net, x):
        ids = x["text"][..., 0].long()
        if look_up == "one-hot":
            rows = nn.functional.one_hot(ids, VOCABULARY).float() @ net.table.weight
        elif look_up == "indexing":
            rows = net.table.weight[ids]
        else:
            rows = net.table.weight.index_select(0, ids.flatten()).reshape(*ids.shape, -1)
        return net.head(torch.cat([rows.mean(1), x["audio"].mean(1)], 1))

    assert adapt(Tokens(), words.spec, missing="zeros", call=call).config.tokens == ("text",)
    with pytest.raises(ConfigError, match="contains token ids"):
        adapt(Tokens(), words.spec, missing="mean", call=call)


def test_integers_that_are_not_looked_up_may_be_imputed_by_their_mean(words):
    model = adapt(Linear(), words.spec, missing="mean")
    assert model.config.tokens == ()
    assert adapt(Linear().bfloat16(), words.spec, missing="mean").config.tokens == ()


def test_the_call_in_the_message_works_for_a_module_that_needs_int64(words):
    call = remedy(r"call=(lambda .*?) works", lambda: adapt(Positional(), words.spec, missing="zeros"))
    model = adapt(Positional(), words.spec, missing="zeros", call=call)
    torch.testing.assert_close(predicted(model, words), predicted(adapt(Tokens(), words.spec, missing="zeros"), words))


def test_gradient_attributions_of_token_ids_are_refused_and_noise_is_not_offered(words):
    run = mm.train.as_run(adapt(Tokens(), words.spec, missing="zeros"))
    with pytest.raises(ConfigError, match="'text' holds token ids"):
        mm.recording.record_attribution(run, words["test"])
    offers = mm.recording.what_if(run, words["test"]).offers
    assert "noise" not in offers["text"]
    assert "noise" in offers["audio"]


def test_a_spec_without_example_frames_is_checked_with_the_mean(plain):
    old = mm.data.Spec(
        plain.spec.name,
        tuple(
            mm.data.Modality(m.name, m.features, m.steps, m.rate_hz, m.unit, m.channels, m.mean, m.std)
            for m in plain.spec.modalities
        ),
        plain.spec.task,
    )
    assert adapt(Linear(), old, missing="mean").config.tokens == ()


# ---- one number for two classes


class Single(Linear):
    """One number per sample: (batch,) or (batch, 1), before or after the sigmoid."""

    def __init__(self, *, flat, sigmoid):
        super().__init__(1)
        self.flat, self.sigmoid = flat, sigmoid

    def forward(self, x):
        z = super().forward(x)
        z = z.sigmoid() if self.sigmoid else z
        return z[:, 0] if self.flat else z


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize(("sigmoid", "output_kind"), [(False, "logit"), (True, "probability")])
def test_one_number_per_sample_is_read_as_the_second_class_with_output_kind_logit_or_probability(
    plain, flat, sigmoid, output_kind
):
    net = Single(flat=flat, sigmoid=sigmoid)
    with pytest.raises(
        ConfigError, match=r"one logit or probability per sample.*output_kind='logit'.*'yes'.*output_kind='probability'"
    ):
        adapt(net, plain.spec, missing="mean")
    run = mm.train.as_run(adapt(net, plain.spec, missing="mean", output_kind=output_kind))
    batch = batch_of(plain["test"])
    with torch.no_grad():
        z = Linear.forward(net, batch.values)[:, 0]
    found = run.predict(plain["test"])
    np.testing.assert_allclose(found[:, 1], z.sigmoid().numpy(), rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.sum(1), 1, rtol=0, atol=1e-6)


def test_a_logit_declared_as_probability_is_refused_and_the_message_names_logit(plain):
    net = Single(flat=True, sigmoid=False)
    with torch.no_grad():
        net.head.bias.fill_(5.0)
    output_kind = remedy(
        r"give output_kind=('logit')", lambda: adapt(net, plain.spec, missing="mean", output_kind="probability")
    )
    adapt(net, plain.spec, missing="mean", output_kind=output_kind)


def test_two_columns_declared_as_one_logit_are_refused_and_the_message_names_logits(plain):
    output_kind = remedy(
        r"give output_kind=('logits')", lambda: adapt(Linear(), plain.spec, missing="mean", output_kind="logit")
    )
    adapt(Linear(), plain.spec, missing="mean", output_kind=output_kind)


def test_one_number_for_three_classes_is_not_taken_for_a_logit():
    ds = dataset({"text": SOUND[..., :1], "audio": SOUND}, np.arange(N) % 3, classes=["a", "b", "c"])
    with pytest.raises(ConfigError, match="one column for each of a, b, c") as error:
        adapt(Linear(1), ds.spec, missing="mean")
    assert "output_kind='logit'" not in str(error.value)
    with pytest.raises(ConfigError, match="classification with 3 classes; choose logits or probabilities"):
        adapt(Linear(3), ds.spec, missing="mean", output_kind="logit")


def test_saturated_probabilities_stay_finite(plain):
    net = Single(flat=True, sigmoid=True)
    with torch.no_grad():
        net.head.bias.fill_(200.0)
    model = adapt(net, plain.spec, missing="mean", output_kind="probability")
    assert bool(torch.isfinite(predicted(model, plain)).all())


class Sigmoids(nn.Module):
    """Two independent sigmoids, one for each class."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Linear(4, 2), nn.Sigmoid())

    def forward(self, x):
        return self.net(torch.cat([x["text"].mean(1), x["audio"].mean(1)], 1))


def test_sigmoids_of_two_classes_are_not_taken_for_logits_and_the_remedy_works(plain):
    for options in ({}, {"output_kind": "probabilities"}):
        with pytest.raises(ConfigError, match=re.escape("p / p.sum(1, keepdim=True)")):
            adapt(Sigmoids(), plain.spec, missing="mean", **options)

    def divided(net, x):
        p = net(x)
        return p / p.sum(1, keepdim=True)

    adapt(Sigmoids(), plain.spec, missing="mean", call=divided, output_kind="probabilities")
    adapt(Sigmoids(), plain.spec, missing="mean", output_kind="logits")


@pytest.mark.parametrize("flat", [True, False])
def test_a_regression_of_either_shape_is_read(flat):
    ds = dataset({"text": SOUND[..., :1], "audio": SOUND}, SOUND[:, 0, 0], classes=None, task="regression")
    net = Single(flat=flat, sigmoid=False)
    run = mm.train.as_run(adapt(net, ds.spec, missing="mean"))
    with torch.no_grad():
        expected = Linear.forward(net, batch_of(ds["test"]).values)[:, 0].numpy()
    np.testing.assert_allclose(run.predict(ds["test"]), expected, rtol=0, atol=1e-6)


# ---- containers, precision, training mode


class Output:
    """What libraries return: an object with fields."""

    def __init__(self, logits):
        self.hidden, self.logits = torch.zeros(3), logits


CONTAINERS = {
    "a dict": lambda z: {"loss": torch.tensor(0.0), "logits": z},
    "a dict of another key": lambda z: {"loss": torch.tensor(0.0), "scores": z},
    "a tuple": lambda z: (z, torch.zeros(3)),
    "a list with the loss first": lambda z: [torch.tensor(0.0), z],
    "an object": Output,
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_container_is_refused_with_a_call_that_selects_the_tensor(plain, kind):
    class Wrapped(Linear):
        def forward(self, x):
            return CONTAINERS[kind](super().forward(x))

    call = remedy(r"with call=(lambda .*?), or", lambda: adapt(Wrapped(), plain.spec, missing="mean"))
    model = adapt(Wrapped(), plain.spec, missing="mean", call=call)
    torch.testing.assert_close(predicted(model, plain), predicted(adapt(Linear(), plain.spec, missing="mean"), plain))


def test_a_module_left_in_training_mode_is_read_in_evaluation_mode(plain):
    class Noisy(Linear):
        def __init__(self):
            super().__init__()
            self.norm, self.drop = nn.BatchNorm1d(2), nn.Dropout(0.5)

        def forward(self, x):
            return self.drop(self.norm(super().forward(x)))

    net = Noisy().train()
    model = adapt(net, plain.spec, missing="mean")
    assert net.training
    torch.testing.assert_close(predicted(model, plain), predicted(model, plain), rtol=0, atol=0)


def test_half_precision_predictions_are_read_in_single_precision(plain):
    model = adapt(Linear().bfloat16(), plain.spec, missing="mean")
    assert predicted(model, plain).dtype == torch.float32


WEIGHTS = {
    "on device meta": (lambda: Linear().to("meta"), "on device 'meta'"),
    "without a shape": (lambda: nn.LazyLinear(2), "has no shape yet"),
}


@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights_without_values_are_refused_by_name(plain, kind):
    make, message = WEIGHTS[kind]
    with pytest.raises(ConfigError, match=f"weight of .* {message}"):
        adapt(make(), plain.spec, missing="mean")


# ---- masks and what is imputed


class Honouring(nn.Module):
    """Averages over the steps whose mask is True; nothing of a masked step reaches it."""

    def __init__(self, *, careful=False):
        super().__init__()
        torch.manual_seed(0)
        self.head, self.careful = nn.Linear(4, 2), careful

    def forward(self, x, valid):
        means = []
        for name in ("text", "audio"):
            count = valid[name].sum(1, keepdim=True)
            means.append((x[name] * valid[name][..., None]).sum(1) / (count.clamp(min=1) if self.careful else count))
        return self.head(torch.cat(means, 1))


class Packed(nn.Module):
    """Packs each sample at its own length, so that an empty sequence is an error."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.text, self.audio = nn.GRU(1, 4, batch_first=True), nn.GRU(3, 4, batch_first=True)
        self.head = nn.Linear(8, 2)

    def forward(self, x, valid):
        ends = []
        for name in ("text", "audio"):
            rows = [row[there] for row, there in zip(x[name], valid[name], strict=True)]
            ends.append(getattr(self, name)(nn.utils.rnn.pack_sequence(rows, enforce_sorted=False))[1][-1])
        return self.head(torch.cat(ends, 1))


@pytest.mark.parametrize("make", [Honouring, Packed])
def test_the_imputed_mean_reaches_a_module_that_uses_masks(plain, make):
    model = adapt(make(), plain.spec, missing="mean", masks=True)
    answers = predicted(model, plain)
    values = {m.name: torch.tensor(np.array(m.mean)).expand(1, m.steps, -1) for m in plain.spec.modalities}
    there = {m.name: torch.ones(1, m.steps, dtype=torch.bool) for m in plain.spec.modalities}
    with torch.no_grad():
        nothing = model.module(values, there)
    torch.testing.assert_close(answers[:, 0], nothing.expand(len(answers), -1), rtol=0, atol=1e-5)
    assert "mask True" in model.imputation


def test_a_modality_masked_as_absent_has_no_influence_for_any_imputation(plain):
    models = [
        adapt(Honouring(careful=True), plain.spec, missing=missing, masks=True, masked_as="absent")
        for missing in ("mean", "zeros", lambda name, values, valid: torch.full((1,), 1e6))
    ]
    first, second, third = (predicted(model, plain) for model in models)
    assert torch.equal(first, second)
    assert torch.equal(first, third)


@pytest.mark.parametrize("make", [Honouring, Packed])
@pytest.mark.parametrize("options", [{"missing": "zeros"}, {"missing": "mean", "masked_as": "absent"}])
def test_an_empty_sequence_is_refused_and_the_option_that_is_named_works(plain, make, options):
    named = remedy(
        r"adapt\(\.\.\., masked_as=('\w+')\) works", lambda: adapt(make(), plain.spec, masks=True, **options)
    )
    model = adapt(make(), plain.spec, masks=True, **{**options, "masked_as": named})
    assert bool(torch.isfinite(predicted(model, plain)).all())


def test_a_modality_absent_from_the_data_is_imputed_as_present_too():
    lengths = {"audio": np.where(np.arange(N) % 5 == 0, 0, 4)}
    ds = dataset({"text": SOUND[..., :1], "audio": SOUND}, lengths=lengths)
    model = adapt(Packed(), ds.spec, missing="mean", masks=True)
    assert not ds["test"].valid["audio"].any(1).all()
    assert bool(torch.isfinite(model(batch_of(ds["test"]))).all())


def test_the_message_names_masks_for_a_module_that_takes_masks(plain):
    masks = remedy(r"masks=(True) works", lambda: adapt(Honouring(), plain.spec, missing="mean"))
    adapt(Honouring(), plain.spec, missing="mean", masks=masks)


def test_the_message_gives_a_call_for_a_module_without_masks(plain):
    call = remedy(r"call=(lambda .*?) works", lambda: adapt(Linear(), plain.spec, missing="mean", masks=True))
    adapt(Linear(), plain.spec, missing="mean", masks=True, call=call)


class Normed(nn.Module):
    """Divides by the norm of the audio, so that zeros give NaN."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        audio = x["audio"] / x["audio"].norm(dim=(1, 2), keepdim=True)
        return self.head(torch.cat([x["text"].mean(1), audio.mean(1)], 1))


def test_nan_for_a_subset_is_refused_and_the_named_imputation_works(plain):
    missing = remedy(r"adapt\(\.\.\., missing=('\w+')\) works", lambda: adapt(Normed(), plain.spec, missing="zeros"))
    assert bool(torch.isfinite(predicted(adapt(Normed(), plain.spec, missing=missing), plain)).all())


def test_adapt_checks_every_subset_and_not_only_single_modalities():
    inputs = dict.fromkeys(("one", "two", "three"), SOUND)
    ds = dataset(inputs)

    class Pairs(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

        def forward(self, x):
            missing = torch.stack([(x[name] == 0).all(2).all(1) for name in inputs], 1)
            odd = torch.where(missing.sum(1) == 1, torch.nan, 0.0)
            total = sum(value.sum((1, 2)) for value in x.values()) * self.weight
            return torch.stack([total, -total], 1) + odd[:, None]

    with pytest.raises(ConfigError, match=r"NaN or infinity with \w+ \+ \w+ only"):
        adapt(Pairs(), ds.spec, missing="zeros")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"missing": {"text": "zeros"}}, "'text', 'audio'; give one rule for each"),
        ({"missing": {"text": "zeros", "sound": "mean"}}, "'sound'"),
        ({"missing": {"text": "zeros", "audio": "median"}}, r"missing\['audio'\]='median'"),
        ({"missing": 0}, "missing=0"),
        ({"missing": "mean", "masks": 1}, "masks=1; use one of True, False"),
        ({"missing": "mean", "masked_as": "present"}, "masks=True"),
        ({"missing": "mean", "masks": True, "masked_as": True}, "masked_as=True, expected 'absent'"),
        ({"missing": "mean", "output_kind": "sigmoid"}, "choose logits or probabilities or logit or probability"),
        ({"missing": "mean", "output_kind": None}, "output_kind=None"),
    ],
)
def test_wrong_or_contradictory_options_of_adapt_are_refused_by_name(plain, options, message):
    with pytest.raises(ConfigError, match=message):
        adapt(Linear(), plain.spec, **options)


def test_a_learned_imputation_is_copied_and_put_into_evaluation_mode(plain):
    class Learned(nn.Module):
        def __init__(self):
            super().__init__()
            self.drop, self.fill = nn.Dropout(0.5), nn.ParameterDict({"text": torch.ones(1), "audio": torch.ones(3)})

        def forward(self, name, values, valid):
            return self.drop(self.fill[name])

    learned = Learned().train()
    model = adapt(Linear(), plain.spec, missing=learned)
    assert torch.equal(predicted(model, plain), predicted(model, plain))
    assert learned.training
    assert "Learned returns" in model.imputation
