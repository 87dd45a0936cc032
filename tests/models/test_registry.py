"""The registry is open to models from outside; every registered model is documented; every published ablation builds and trains."""

import doctest
import importlib
import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import CheckpointError, ConfigError
from mmviz.models import FusionConfig, FusionModel, ablations, available, batch_of, build
from mmviz.models.fusions.pooled import Average, AverageConfig
from mmviz.train.strategies import STRATEGIES

README = Path(__file__).parents[2] / "mmviz/models/README.md"


def test_the_readme_has_one_row_for_every_registered_fusion_and_no_other():
    rows = [line.split("|")[1] for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    built_in = set(available()) - {"convolution"}  # the template, registered in other tests
    assert sorted(name.strip(" `") for row in rows for name in row.split(",")) == sorted(built_in)


def test_the_examples_in_readme_registry_and_ablations_run():
    found = doctest.testfile(str(README), module_relative=False)
    assert found.attempted >= 3
    assert found.failed == 0
    for module in ("ablation", "registry"):
        tried = doctest.testmod(importlib.import_module(f"mmviz.models.{module}"))
        assert (tried.attempted > 0, tried.failed) == (True, 0)


def trained(model, ds, **options):
    return mm.train.fit(model, ds, epochs=1, progress=False, **options)


def test_a_model_registered_outside_the_package_trains_saves_loads_and_is_recorded(template, toy, tmp_path):
    run = trained(build("convolution", toy.spec, width=8, taps=2), toy, out=tmp_path / "run")
    again = mm.train.load(tmp_path / "run")
    assert type(again.model) is template.Convolution
    assert (again.predict(toy["test"]) == run.predict(toy["test"])).all()
    trace = mm.record(again, toy["test"], recorded_samples=2)
    assert mm.analysis.shapley(trace)["phi"].sizes["modality"] == len(toy.spec.names)


@pytest.mark.parametrize("strategy", [name for name, kind in STRATEGIES.items() if not kind.fusions])
def test_a_model_registered_outside_the_package_trains_with_every_strategy(template, toy, strategy):
    run = trained(build("convolution", toy.spec, width=8), toy, strategy=strategy)
    assert run.status == "finished"
    assert all(bool(torch.isfinite(value).all()) for value in run.weights[1].values())


def test_a_cached_run_of_a_registered_model_is_loaded_and_a_changed_source_is_another_run(
    template, toy, tmp_path, monkeypatch
):
    model = build("convolution", toy.spec, width=8)
    first = trained(model, toy, cache=tmp_path)
    assert trained(model, toy, cache=tmp_path).folder == first.folder
    monkeypatch.setattr("inspect.getsource", lambda _: "another source")
    assert trained(model, toy, cache=tmp_path).folder != first.folder


class Unregistered(Average):
    """A subclass of the contract without a name in the registry."""


def test_an_unregistered_subclass_trains_and_is_loaded_with_a_model_of_its_class_or_after_registration(toy, tmp_path):
    model = Unregistered(toy.spec, AverageConfig(width=8))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert trained(model, toy).predict(toy["test"]).shape == (len(toy["test"]), 2)
    with pytest.warns(
        UserWarning,
        match=r"cannot rebuild it.*load\(out, model=...\), or decorate Unregistered with @mmviz\.models\.register",
    ):
        run = trained(model, toy, out=tmp_path / "run")
    with pytest.raises(CheckpointError, match=r"'.*Unregistered', which is not registered"):
        mm.train.load(tmp_path / "run")
    loaded = mm.train.load(tmp_path / "run", model=Unregistered(toy.spec, AverageConfig(width=8)))
    assert (loaded.predict(toy["test"]) == run.predict(toy["test"])).all()
    with pytest.raises(CheckpointError, match="width is 6, was 8"):
        mm.train.load(tmp_path / "run", model=Unregistered(toy.spec, AverageConfig(width=6)))
    with pytest.raises(CheckpointError, match=r"is a average, the run was trained with .*Unregistered"):
        mm.train.load(tmp_path / "run", model=build("average", toy.spec, width=8))
    cached = trained(model, toy, cache=tmp_path)
    assert trained(model, toy, cache=tmp_path).folder == cached.folder
    changed = Unregistered(toy.spec, AverageConfig(width=8))
    changed.load_state_dict(model.state_dict())
    changed.scale = 2.0  # an attribute that is no option
    assert trained(changed, toy, cache=tmp_path).folder != cached.folder
    mm.models.register("mine", AverageConfig)(Unregistered)
    try:
        assert (mm.train.load(tmp_path / "run").predict(toy["test"]) == run.predict(toy["test"])).all()
    finally:
        mm.models.unregister("mine")


def test_a_run_saved_with_the_former_name_of_an_option_is_loaded_under_its_present_name(toy, tmp_path):
    run = trained(build("alignmamba2", toy.spec, width=8, layers=1, state=2, variant="B"), toy, out=tmp_path)
    index = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    options = index["info"]["model"]["options"]
    options["reading"] = options.pop("variant")
    (tmp_path / "run.json").write_text(json.dumps(index), encoding="utf-8")
    again = mm.train.load(tmp_path)
    assert again.model.config.variant == "B"
    assert (again.predict(toy["test"]) == run.predict(toy["test"])).all()


def without_option(folder, option):
    """Make the stored run one of a version that did not have the option."""
    index = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    options = index["info"]["model"]["options"]
    for part in (options, options.get("base_options", {})):
        part.pop(option, None)
    (folder / "run.json").write_text(json.dumps(index), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("alignmamba2", {"layers": 1, "state": 2}),
        ("equilibrium", {"base": "alignmamba2", "base_options": {"layers": 1, "state": 2}}),
        ("memory_chain", {"base": "alignmamba2", "base_options": {"layers": 1, "state": 2}}),
    ],
)
def test_a_run_from_before_anchor_gradient_is_loaded_as_it_was_trained_and_load_warns(toy, tmp_path, name, options):
    def used(model):
        return getattr(model, "base", model).alignment.config.anchor_gradient

    run = trained(build(name, toy.spec, width=8, **options), toy, out=tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert used(mm.train.load(tmp_path).model) is False  # a present run contains its own value
    without_option(tmp_path, "anchor_gradient")
    with pytest.warns(UserWarning, match=r"before the option anchor_gradient existed; .* anchor_gradient=True"):
        again = mm.train.load(tmp_path)
    assert used(again.model) is True
    assert (again.predict(toy["test"]) == run.predict(toy["test"])).all()


def test_options_of_a_model_without_the_added_option_or_of_an_unknown_model_stay_as_they_are():
    for name in ("concat", "nobodys_model"):
        assert mm.models.registry.stored_options(name, {"width": 8}) == {"width": 8}
    assert mm.models.registry.stored_options("alignmamba2", {"anchor_gradient": False}) == {"anchor_gradient": False}


@dataclass
class NotFrozen:
    width: int = 8


class Undecorated(FusionConfig):
    """Not decorated with dataclass: a new field would not be an option."""


@pytest.mark.parametrize(
    ("register", "message"),
    [
        (lambda: mm.models.register("two words"), "expected an identifier"),
        (lambda: mm.models.register("mine", NotFrozen), "derived from FusionConfig"),
        (lambda: mm.models.register("mine", Undecorated), "decorated with @dataclass"),
        (lambda: mm.models.register("mine")(torch.nn.Linear), "not a subclass of"),
        (lambda: mm.models.register("mine")(FusionModel), "does not define fuse_pooled, streams"),
        (lambda: mm.models.register("average")(Unregistered), "taken by mmviz.models.fusions.pooled.Average"),
        (lambda: mm.models.unregister("averge"), "did you mean 'average'"),
    ],
)
def test_a_registration_that_cannot_work_is_refused_with_the_reason(register, message):
    before = available(wrappers=True)
    with pytest.raises(ConfigError, match=message):
        register()
    assert available(wrappers=True) == before


ROWS = {row.name: row for row in ablations()}
FULL = ROWS["coupled fusion"]


def built(toy, row, **options):
    return build(row.model, toy.spec, **{**row.options, "width": 16, "steps": 8, "align": "resample", **options})


@pytest.mark.parametrize("name", ROWS)
def test_every_ablation_builds_and_one_gradient_step_lowers_its_loss(toy, name):
    model = built(toy, ROWS[name], dropout=0.0)
    batch = batch_of(toy["train"], range(16))
    weights = list(model.parameters())
    before = torch.nn.functional.cross_entropy(model(batch), batch.required_target)
    with torch.no_grad():
        for weight, gradient in zip(weights, torch.autograd.grad(before, weights), strict=True):
            weight -= 1e-3 * gradient
        assert torch.nn.functional.cross_entropy(model(batch), batch.required_target) < before


def test_the_sizes_in_the_names_of_the_ablations_are_the_sizes_of_the_weights(toy):
    def block(name):
        return built(toy, ROWS[name]).blocks[0]

    for k in (16, 8, 4):
        assert block(f"Δ = state / {k}").dt.weight.shape[1] == 64 // k
    for state in (128, 64, 32):
        chosen = block(f"state {state}")
        assert chosen.A_log.shape[-1] == state
        assert chosen.dt.weight.shape[1] == state // 8
    for layers in (1, 2, 3, 4):
        row = ROWS[f"{layers} layer{'s' * (layers > 1)}"]
        assert len(built(toy, row).blocks) == layers
    for join in ("average", "concat"):
        fused = block(f"{join} fusion")
        assert fused.A_log.shape[0] == 1
        assert (built(toy, ROWS[f"{join} fusion"]).joined is None) is (join == "average")
    assert len(built(toy, ROWS["Mamba fusion"]).blocks) == 1
    assert not hasattr(built(toy, ROWS["cross-attention"]), "blocks")


def test_ablations_with_other_options_than_the_full_model_predict_differently(toy):
    answers = {}
    batch = batch_of(toy["train"], range(4))
    for name, row in ROWS.items():
        key = (row.model, tuple(sorted(row.options.items())))
        with torch.no_grad():
            answers.setdefault(key, built(toy, row).eval()(batch))
        assert (key == (FULL.model, tuple(sorted(FULL.options.items())))) is (
            name in {"coupling", "Δ = state / 8", "state 64", "coupled fusion", "3 layers"}
        )
    values = list(answers.values())
    assert len(values) == 12
    assert not any(torch.equal(a, b) for i, a in enumerate(values) for b in values[:i])


def test_the_full_model_is_one_row_of_every_table_with_the_same_published_numbers():
    for table in (8, 9, 10, 11, 14):
        rows = [row for row in mm.models.ablations() if row.table == table]
        same = [row for row in rows if row.model == FULL.model and row.options == FULL.options]
        assert len(same) == 1
        assert dict(same[0].printed).items() <= dict(FULL.printed).items()
        assert max(row.printed["accuracy2"] for row in rows) == FULL.printed["accuracy2"]


def test_the_options_of_an_ablation_are_read_only():
    with pytest.raises(TypeError):
        FULL.options["layers"] = 1
