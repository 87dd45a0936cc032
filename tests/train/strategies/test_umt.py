"""UMT: distances to frozen teachers against plain computations, teachers that never change, and runs given as teachers."""

import copy
import math
import shutil

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.models.batch import batch_of
from mmviz.train.loop import Loop
from mmviz.train.strategies import Joint, Umt
from mmviz.train.strategies.features import modality_features
from mmviz.train.strategies.teachers import Teachers


def fitted(ds, strategy, model="concat", **options):
    built = mm.models.build(model, ds.spec, width=8, **({"layers": 1, "state": 4} if model == "coupled_mamba" else {}))
    return mm.train.fit(built, ds, strategy=strategy, **{"epochs": 2, "batch_size": 16, "progress": False} | options)


def with_teachers(world, models):
    world.strategy.teachers, world.strategy._cached = Teachers(models, world.training.names), None
    return world


@pytest.mark.parametrize("name", ["concat", "late", "coupled_mamba", "equilibrium"])
@pytest.mark.parametrize("data", ["toy", "ragged"])
def test_a_student_that_equals_its_teachers_has_the_loss_of_joint_training(begun, request, name, data):
    ds = request.getfixturevalue(data)
    world = begun(Umt(teacher_epochs=1), ds, name)
    with_teachers(world, [copy.deepcopy(world.model) for _ in ds.spec.names])
    update = next(world.strategy.updates(world.batch, world.rows))
    assert [float(update.parts[f"distance/{n}"]) for n in ds.spec.names] == pytest.approx(
        [0] * len(ds.spec.names), abs=1e-12
    )
    torch.testing.assert_close(update.loss, next(Joint.updates(world.strategy, world.batch, world.rows)).loss)


@pytest.mark.parametrize("name", ["concat", "late", "coupled_mamba", "equilibrium"])
def test_the_distance_is_the_mean_squared_error_over_samples_with_the_modality(ragged, begun, name):
    world = begun(Umt(teacher_epochs=1, weight=3.0), ragged, name)
    models = [copy.deepcopy(world.model) for _ in ragged.spec.names]
    for k, model in enumerate(models):
        torch.manual_seed(k)
        for p in model.parameters():
            p.data += 0.1 * torch.randn_like(p)
    with_teachers(world, models)
    update = next(world.strategy.updates(world.batch, world.rows))
    expected, steps = 0.0, world.model.encode(world.batch)
    for m, n in enumerate(ragged.spec.names):
        here = steps.mask[m].any(-1)
        only = torch.arange(2).eq(m).expand(12, -1)
        own = world.model.pooled(steps.masked(only))[0][m, here, 0]
        taught = models[m].pooled(models[m].encode(world.batch.masked(only)))[0][m, here, 0]
        error = torch.nn.functional.mse_loss(own, taught)
        torch.testing.assert_close(update.parts[f"distance/{n}"], error.detach())
        expected = expected + error
    joint = world.training.joint(steps, world.batch.target).loss
    torch.testing.assert_close(update.loss, joint + 3 * expected)
    update.loss.backward()
    assert all(p.grad is None and not p.requires_grad for model in models for p in model.parameters())


def test_a_weight_of_zero_is_joint_training_bit_for_bit_and_trains_no_teacher(toy):
    joint, umt = fitted(toy, "joint"), fitted(toy, Umt(weight=0))
    assert all(torch.equal(v, umt.weights[2][k]) for k, v in joint.weights[2].items())
    assert "teacher_loss/m1" not in umt.history[1]


class Noted(Umt):
    """Keeps a copy of all tensors of the teachers, at the begin and the end of every epoch."""

    kept = []  # noqa: RUF012 - strategies are copied; the class keeps the copies

    def before_epoch(self, epoch):
        row = super().before_epoch(epoch)
        self._note()
        return row

    def after_epoch(self, epoch):
        self._note()
        return {}

    def _note(self):
        self.kept.append([{k: v.clone() for k, v in model.state_dict().items()} for model in self.teachers.models])


class _Normed(torch.nn.Module):
    def __init__(self, spec):
        super().__init__()
        torch.manual_seed(0)
        self.maps = torch.nn.ModuleDict({m.name: torch.nn.Linear(m.features, 4) for m in spec.modalities})
        self.norm, self.head = torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.norm(sum(self.maps[name](x[name]).mean(1) for name in self.maps)))


@pytest.mark.parametrize("augmented", [False, True])
def test_parameters_and_running_statistics_of_teachers_are_bit_equal_after_every_epoch(toy, augmented):
    """A re-implementation leaves teachers in training mode, where their statistics drift."""
    Noted.kept.clear()
    model = mm.models.adapt(_Normed(toy.spec), toy.spec, missing="zeros")
    augment = mm.train.Augment(stretch=toy.spec.names) if augmented else None
    run = mm.train.fit(
        model, toy, epochs=2, batch_size=16, strategy=Noted(teacher_epochs=1), augment=augment, progress=False
    )
    first, *later = Noted.kept
    assert len(later) == 3
    assert {"module.norm.running_mean", "module.norm.num_batches_tracked"} <= first[0].keys()
    for kept in later:
        assert all(torch.equal(v, kept[m][k]) for m, state in enumerate(first) for k, v in state.items())
    assert not torch.equal(run.weights[2]["module.norm.running_mean"], run.weights[1]["module.norm.running_mean"])


def test_outputs_of_teachers_are_cached_without_augmentation_and_equal_those_of_the_batch(ragged, begun):
    world = begun(Umt(teacher_epochs=2), ragged)
    rows = np.array([7, 2, 11])
    cached = world.strategy.taught(world.batch, rows)
    batch = batch_of(world.training.samples, rows)
    for found, expected in zip(cached, world.strategy.teachers(batch), strict=True):
        torch.testing.assert_close(found, expected)
    world.strategy._cached = None
    world.training.config = mm.train.TrainConfig(augment=mm.train.Augment(stretch=ragged.spec.names))
    world.strategy.before_epoch(2)
    assert world.strategy._cached is None


def test_a_teacher_learns_its_modality_and_more_epochs_lower_its_loss(easy, begun):
    found = []
    for epochs in (1, 20):
        world = begun(Umt(teacher_epochs=epochs), easy)
        world.strategy.teachers = None
        found.append(world.strategy.before_epoch(1))
        model = world.strategy.teachers.models[1]
        untouched = dict(world.strategy._untrained.named_parameters())
        moved = {n for n, p in model.named_parameters() if not torch.equal(p, untouched[n])}
        assert any(n.startswith("encoders.encoders.1") for n in moved)
    assert all(found[1][k] < found[0][k] < 1.0 for k in found[0])


def test_a_larger_weight_keeps_the_features_nearer_to_the_teachers(easy):
    last = []
    for weight in (0.01, 1.0, 100.0):
        run = fitted(easy, Umt(teacher_epochs=3, weight=weight), epochs=6, learning_rate=0.01)
        last.append(sum(run.history[-1][f"distance/{m}"] for m in easy.spec.names))
    assert last[0] > last[1] > last[2]


@pytest.fixture(scope="module")
def runs(easy, tmp_path_factory):
    """Folders of runs: on all modalities, and on each alone."""
    folder = tmp_path_factory.mktemp("teachers")
    fitted(easy, "joint", out=folder / "all")
    for name in easy.spec.names:
        one = mm.data.select_modalities(easy, [name])
        mm.train.fit(mm.models.build("concat", one.spec, width=8), one, epochs=1, out=folder / name, progress=False)
    return folder


def test_runs_of_one_modality_or_of_several_are_teachers(easy, runs, begun):
    given = {"m1": runs / "m1", "m2": runs / "all", "m3": runs / "m3"}
    world = begun(Umt(teachers=given), easy)
    taught = world.strategy.taught(world.batch, world.rows)
    for m, (name, path) in enumerate(given.items()):
        model = mm.train.load(path).model.eval()
        alone = {n: v for n, v in world.batch.values.items() if n == name}
        batch = mm.models.Batch(alone, {name: world.batch.valid[name]}).completed(model.spec)
        steps = model.encode(batch)
        expected = modality_features(model, steps).value[model.spec.names.index(name)]
        torch.testing.assert_close(taught.value[m], expected)
        torch.testing.assert_close(taught.output[m], model.fuse(steps))
    assert not world.strategy.state(), "given runs are not stored again"
    run = fitted(easy, Umt(teachers=given))
    assert run.status == "finished"
    assert run.info["train"]["strategy_options"]["teachers"]["m2"] == str(runs / "all")


def test_a_run_that_was_replaced_is_refused_when_the_training_is_resumed(easy, runs, tmp_path):
    shutil.copytree(runs / "m1", tmp_path / "m1")
    given = {"m1": tmp_path / "m1", "m2": runs / "m2", "m3": runs / "m3"}
    options = Umt(teachers=given).options
    shutil.rmtree(tmp_path / "m1")
    shutil.copytree(runs / "all", tmp_path / "m1")
    with pytest.raises(ConfigError, match="a run of teachers= was changed"):
        Umt(teachers=given, digests=options.digests)
    assert Umt(teachers=given).options.digests != options.digests


def test_a_training_with_given_runs_is_resumed_with_its_stored_options(easy, runs, tmp_path, monkeypatch):
    given = {name: str(runs / name) for name in easy.spec.names}
    whole = fitted(easy, Umt(teachers=given), epochs=3, out=tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr(Loop, "_stopped", lambda self: self.batches_done >= 9)
        stopped = fitted(easy, Umt(teachers=given), epochs=3, out=tmp_path / "stopped")
    assert stopped.status == "interrupted"
    stored = mm.train.load(tmp_path / "stopped").info["train"]["strategy_options"]
    assert len(stored["digests"]) == 3
    resumed = fitted(easy, "umt", strategy_options=stored, epochs=3, resume=tmp_path / "stopped")
    assert all(torch.equal(v, resumed.weights[3][k]) for k, v in whole.weights[3].items())


def test_runs_that_do_not_fit_are_refused_by_name(easy, toy, runs, tmp_path):
    wide = mm.data.select_modalities(easy, ["m1"])
    mm.train.fit(mm.models.build("concat", wide.spec, width=5), wide, epochs=1, out=tmp_path / "w", progress=False)
    for teachers, message in (
        ({"m1": runs / "nowhere"}, "run.json is not there"),
        ({"m1": runs / "m1"}, "none for 'm2', 'm3'"),
        ({"m1": runs / "m2", "m2": runs / "m2", "m3": runs / "m3"}, r"teachers\['m1'\].*has m2; give one with 'm1'"),
        ({"m4": runs / "m1"}, "no modality 'm4'"),
        ({"m1": tmp_path / "w", "m2": runs / "m2", "m3": runs / "m3"}, r"widths \[5, 8\]"),
    ):
        with pytest.raises(ConfigError, match=message):
            fitted(easy, Umt(teachers=teachers), out=tmp_path / "run")
    mm.train.fit(mm.models.build("concat", easy.spec, width=5), easy, epochs=1, out=tmp_path / "five", progress=False)
    with pytest.raises(ConfigError, match=r"teachers have width 5, those of the model 8"):
        fitted(easy, Umt(teachers=dict.fromkeys(easy.spec.names, tmp_path / "five")))


def test_features_of_width_one_and_a_modality_of_few_samples_train(ragged):
    run = mm.train.fit(
        mm.models.build("concat", ragged.spec, width=1),
        ragged,
        epochs=1,
        strategy=Umt(teacher_epochs=1),
        progress=False,
    )
    assert all(math.isfinite(run.history[1][f"distance/{m}"]) for m in ragged.spec.names)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": -1}, "umt: weight=-1"),
        ({"teacher_epochs": 0}, "umt: teacher_epochs=0"),
        ({"teachers": "runs"}, "umt: teachers='runs'"),
        ({"teachrs": {}}, "did you mean 'teachers'"),
    ],
)
def test_invalid_options_of_umt_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        Umt(**options)
