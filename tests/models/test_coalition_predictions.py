"""Coalitions: true to the model, the encoders once, nothing fused twice, absence exact, failures named."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.core.subsets import membership
from mmviz.metrics.shapley import shapley_values
from mmviz.models import batch_of
from mmviz.models.coalitions import coalition_predictions, windows_of

NAMES = mm.models.available()


def built(spec, name="coupled_mamba", **options):
    return mm.models.build(name, spec, width=8, **options).eval()


@pytest.fixture
def batch(toy):
    """Five samples; one lacks a modality, one has a gap."""
    batch = batch_of(toy["train"], range(5))
    batch.valid["m2"][1] = False
    batch.valid["m1"][2, :9] = False
    return batch


def counted(model, monkeypatch):
    """Return the list to which every pass adds (stage, rows)."""
    seen = []

    def watch(name, rows):
        whole = getattr(model, name)

        def watched(given, *rest):
            seen.append((name, rows(given)))
            return whole(given, *rest)

        monkeypatch.setattr(model, name, watched)

    watch("encode", len)
    watch("fuse", lambda steps: steps.mask.shape[1])
    watch("fuse_pooled", lambda pooled: pooled.shape[1])
    return seen


@torch.no_grad()
@pytest.mark.parametrize("name", NAMES)
def test_coalition_predictions_equal_predictions_for_masked_batches(toy, batch, name):
    model = built(toy.spec, name)
    members = torch.from_numpy(membership(3))
    apart = batch.repeated(8).masked(members.repeat(5, 1))
    steps = model.encode(batch)
    torch.testing.assert_close(
        coalition_predictions(model, steps), model(apart).unflatten(0, (5, 8)), rtol=0, atol=1e-6
    )
    torch.testing.assert_close(
        coalition_predictions(model, steps, every_step=True),
        model.prefixes(apart).unflatten(0, (5, 8)),
        rtol=0,
        atol=1e-6,
    )


@torch.no_grad()
@pytest.mark.parametrize("name", NAMES)
def test_independent_streams_is_true_exactly_for_models_whose_streams_ignore_other_modalities(toy, batch, name):
    model = built(toy.spec, name)
    steps = model.encode(batch)
    together, _ = model.pooled(steps)
    separate = [model.pooled(steps.masked((torch.arange(3) == m).expand(5, -1)))[0][m] for m in range(3)]
    assert torch.allclose(torch.stack(separate), together, rtol=0, atol=1e-6) is model.independent_streams


@pytest.mark.parametrize(("name", "stage"), [("coupled_mamba", "fuse"), ("gated", "fuse_pooled")])
def test_all_coalitions_are_one_batched_pass_and_none_is_run_twice(toy, monkeypatch, name, stage):
    model = built(toy.spec, name)
    seen = counted(model, monkeypatch)
    with torch.no_grad():
        coalition_predictions(model, model.encode(batch_of(toy["train"], range(5))))
    assert [rows for what, rows in seen if what == "encode"] == [5]
    assert [rows for what, rows in seen if what == stage] == [5 * 7 + 1], "7 subsets of each sample, nothing only once"


def test_a_coalition_of_absent_modalities_is_not_run(toy, batch, monkeypatch):
    model = built(toy.spec)
    seen = counted(model, monkeypatch)
    with torch.no_grad():
        coalition_predictions(model, model.encode(batch))
    assert [rows for what, rows in seen if what == "fuse"] == [4 * 7 + 3 + 1]


@torch.no_grad()
@pytest.mark.parametrize("name", ["coupled_mamba", "gated", "transformer"])
@pytest.mark.parametrize("chunk_bytes", [1, 1 << 20])
def test_an_always_absent_modality_contributes_exactly_zero(toy, name, chunk_bytes):
    model = built(toy.spec, name)
    batch = batch_of(toy["train"], range(4))
    batch.valid["m3"][:] = False
    batch.values["m3"][:] = torch.nan
    answers = coalition_predictions(model, model.encode(batch), chunk_bytes=chunk_bytes)
    phi = shapley_values(answers.numpy()[..., 0].astype(np.float64))
    assert (phi[:, 2] == 0).all()
    assert (phi[:, :2] != 0).all()


@torch.no_grad()
def test_the_empty_coalition_has_one_prediction_for_all_samples(toy, batch):
    nothing = coalition_predictions(built(toy.spec), built(toy.spec).encode(batch))[:, 0]
    assert torch.equal(nothing, nothing[:1].expand_as(nothing))


@torch.no_grad()
@pytest.mark.parametrize("chunk_bytes", [1, 5000, 1 << 30])
def test_chunk_bytes_has_no_influence_on_coalition_predictions(toy, batch, chunk_bytes):
    model = built(toy.spec)
    steps = model.encode(batch)
    one = coalition_predictions(model, steps, chunk_bytes=chunk_bytes)
    torch.testing.assert_close(one, coalition_predictions(model, steps), rtol=0, atol=1e-6)


def test_a_pass_stays_within_chunk_bytes(toy, monkeypatch):
    model = built(toy.spec)
    seen = counted(model, monkeypatch)
    with torch.no_grad():
        coalition_predictions(model, model.encode(batch_of(toy["train"], range(5))), chunk_bytes=7 * 3 * 24 * 8 * 4)
    assert max(rows for what, rows in seen if what == "fuse") == 7


@torch.no_grad()
def test_predictions_are_in_the_order_of_the_given_coalitions(toy, batch):
    model = built(toy.spec)
    steps = model.encode(batch)
    members = torch.tensor([[True, True, True], [False, False, False], [True, False, True], [True, True, True]])
    whole = coalition_predictions(model, steps)
    torch.testing.assert_close(coalition_predictions(model, steps, members), whole[:, [7, 0, 5, 7]], rtol=0, atol=1e-6)


@torch.no_grad()
@pytest.mark.parametrize("name", NAMES)
def test_a_masked_window_is_a_gap_in_the_recording(toy, name):
    model = built(toy.spec, name)
    batch, players = batch_of(toy["train"], range(3)), windows_of(model, 4)
    members = torch.from_numpy(np.random.default_rng(0).random((6, 12)) < 0.6)
    found = coalition_predictions(model, model.encode(batch), members, players=players)
    for k, row in enumerate(members):
        gaps = batch_of(toy["train"], range(3))
        for i, m in enumerate(toy.spec.names):
            for w in range(4):
                if not row[4 * i + w]:
                    gaps.valid[m][:, 6 * w : 6 * w + 6] = False
        torch.testing.assert_close(found[:, k], model(gaps), rtol=0, atol=1e-5)


def test_windows_cover_every_step_once(ragged):
    model = built(ragged.spec)
    cells = windows_of(model, 4).cells(2, model.steps)
    assert (cells.sum(0) == 1).all()
    lengths = cells.sum((1, 2))
    assert lengths.max() - lengths.min() <= 1


@pytest.mark.parametrize("windows", [0, 25, 2.0, True])
def test_more_windows_than_steps_are_refused(toy, windows):
    with pytest.raises(ConfigError, match="whole number from 1 to 24"):
        windows_of(built(toy.spec), windows)


@torch.no_grad()
def test_a_subset_that_the_model_cannot_run_is_named(toy, batch, monkeypatch):
    model = built(toy.spec)
    whole = model.fuse

    def fragile(steps):
        heard = steps.mask.any(-1)
        if bool((heard[0] & ~heard[1] & heard[2]).any()):
            raise RuntimeError("singular matrix")
        return whole(steps)

    monkeypatch.setattr(model, "fuse", fragile)
    with pytest.raises(ConfigError, match=r"fails for sample \d with m1 \+ m3 only.*singular matrix"):
        coalition_predictions(model, model.encode(batch))


@torch.no_grad()
def test_a_nan_prediction_is_returned_and_changes_no_other(toy, monkeypatch):
    model = built(toy.spec)
    steps = model.encode(batch_of(toy["train"], range(3)))
    whole = coalition_predictions(model, steps)
    fuse = model.fuse
    monkeypatch.setattr(model, "fuse", lambda s: torch.where((s.mask.any(-1).sum(0) == 2)[:, None], torch.nan, fuse(s)))
    broken = coalition_predictions(model, steps)
    pairs = torch.from_numpy(membership(3)).sum(1) == 2
    assert broken[:, pairs].isnan().all()
    torch.testing.assert_close(broken[:, ~pairs], whole[:, ~pairs], rtol=0, atol=0)


@pytest.mark.parametrize(
    "members", [torch.ones(2, 2, dtype=torch.bool), torch.ones(2, 3), torch.ones(3, dtype=torch.bool)]
)
def test_members_of_another_shape_or_type_are_refused(toy, batch, members):
    model = built(toy.spec)
    with pytest.raises(ConfigError, match="one column for each of m1, m2, m3"):
        coalition_predictions(model, model.encode(batch), members)


def test_more_than_twelve_players_without_members_are_refused(toy, batch):
    model = built(toy.spec)
    with pytest.raises(ConfigError, match=r"15 players have 2\^15"):
        coalition_predictions(model, model.encode(batch), players=windows_of(model, 5))
