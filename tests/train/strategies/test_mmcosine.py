"""MMCosine: joint training of a model with a cosine head, stored and loaded; other models are refused."""

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.models.fusions.cosine_head import CosineHead
from mmviz.train.strategies import Joint, MMCosine


def fitted(ds, strategy, model="concat", **options):
    built = mm.models.build(model, ds.spec, width=8)
    return mm.train.fit(built, ds, epochs=3, learning_rate=0.01, strategy=strategy, progress=False, **options)


def test_it_is_joint_training_of_the_fusion_with_a_cosine_head(easy, begun):
    world = begun(MMCosine(scale=4.0), easy)
    assert isinstance(world.model, CosineHead)
    update = next(world.strategy.updates(world.batch, world.rows))
    pooled = world.model.pooled(world.model.encode(world.batch))[0][:, :, 0]
    weight = world.model.cosine.weight
    logits = 4.0 * sum(
        torch.nn.functional.normalize(pooled[m], dim=-1) @ torch.nn.functional.normalize(weight[m], dim=0)
        for m in range(3)
    )
    expected = torch.nn.functional.cross_entropy(logits, world.batch.required_target)
    torch.testing.assert_close(update.loss, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", ["concat", "cross_attention"])
def test_a_run_is_stored_loaded_recorded_and_resumed_with_its_cosine_head(easy, tmp_path, model):
    run = fitted(easy, "mmcosine", model, out=tmp_path / "run")
    assert run.status == "finished"
    assert run.history[-1]["valid_loss"] < run.history[0]["valid_loss"]
    again = mm.train.load(tmp_path / "run")
    assert isinstance(again.model, CosineHead)
    assert (again.predict(easy["test"]) == run.predict(easy["test"])).all()
    logits = again.model(batch_of(easy["test"]))
    assert logits.abs().max() <= 30.0 + 1e-3
    trace = mm.record(again, easy["test"], recorded_samples=2)
    assert mm.analysis.shapley(trace)["phi"].sizes["modality"] == 3


def test_the_scale_of_a_modality_does_not_decide_how_fast_it_is_learned(easy, begun):
    """Joint training gives a larger gradient to the head's columns of a modality with larger features; the cosine head does not."""
    found = {}
    for kind in (Joint, MMCosine):
        ratio = []
        for factor in (1.0, 10.0):
            torch.manual_seed(0)
            world = begun(kind(), easy)
            real = world.model.pool.forward
            world.model.pool.forward = lambda *a, real=real, f=factor: (
                real(*a) * torch.tensor([1.0, f, 1.0])[:, None, None, None]
            )
            next(world.strategy.updates(world.batch, world.rows)).loss.backward()
            head = world.model.cosine.weight if kind is MMCosine else world.model.head[1].weight
            first, second = (head.grad[0], head.grad[1]) if kind is MMCosine else head.grad.split(8, 1)[:2]
            ratio.append((second.norm() / first.norm()).item())
        found[kind] = ratio[1] / ratio[0]
    assert found[Joint] > 5
    assert found[MMCosine] == pytest.approx(1, abs=1e-3)


def test_other_models_another_scale_and_invalid_options_are_refused(easy, toy):
    for name in ("coupled_mamba", "late", "tfn"):
        small = {"width": 4} | ({} if name == "tfn" else {"layers": 1, "state": 4})
        with pytest.raises(ConfigError, match=rf"mmcosine: .*{name} has none; use one of concat, cross_attention"):
            MMCosine().prepare(mm.models.build(name, easy.spec, **small))
    wrapped = MMCosine().prepare(mm.models.build("concat", easy.spec, width=4))
    assert MMCosine().prepare(wrapped) is wrapped
    with pytest.raises(ConfigError, match=r"mmcosine: scale=3\.0, and the model is a 'cosine_head' with scale=10\.0"):
        MMCosine(scale=3.0).prepare(wrapped)
    with pytest.raises(ConfigError, match=r"mmcosine: scale=0"):
        MMCosine(scale=0)


def test_a_users_module_and_a_regression_are_refused(toy, regression):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(4, 2)

        def forward(self, values):
            return sum(self.layer(x.mean(1)) for x in values.values())

    model = mm.models.adapt(Net(), toy.spec, missing="zeros", name="Mine")
    with pytest.raises(
        ConfigError, match="mmcosine: it replaces the head of a fusion on concatenated features, and Mine"
    ):
        MMCosine().prepare(model)
    with pytest.raises(ConfigError, match="strategy='mmcosine' is for classification only"):
        fitted(regression, "mmcosine")


def test_a_switch_to_it_during_a_training_is_refused_because_it_changes_the_model(easy):
    change = mm.train.Intervention(epoch=2, strategy="mmcosine")
    with pytest.raises(ConfigError, match="adds parts to the model"):
        fitted(easy, "joint", interventions=[change])
