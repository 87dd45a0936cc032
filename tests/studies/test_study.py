"""A grid becomes cells; what is misspelt, out of range or there twice is refused before anything runs."""

from pathlib import Path

import pytest
from tiny_studies import TINY, tiny_study

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.studies import Study, declare, grid
from mmviz.studies.recipes import restricted_augmentation


def test_a_grid_is_every_combination_with_the_data_slowest():
    cells = grid(data=[TINY, {**TINY, "seed": 1}], model=["average", "concat"], seed=range(3))
    columns = [c.columns() for c in cells]
    assert [(c["data.seed"], c["model"], c["seed"]) for c in columns] == [
        (d, m, s) for d in (0, 1) for m in ("average", "concat") for s in range(3)
    ]


def test_columns_hold_every_option_with_its_value():
    (cell,) = grid(data=TINY, model={"name": "coupled_mamba", "width": 8}, train={"augment": {"stretch": ("m1",)}})
    columns = cell.columns()
    assert (columns["model.width"], columns["model.layers"], columns["train.epochs"]) == (8, 2, 20)
    assert (columns["data.n"], columns["modalities"], columns["strategy"]) == (40, "all", "joint")
    assert '"stretch":["m1"]' in columns["train.augment"]


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"modell": "average"}, "no axis 'modell' .did you mean 'model'"),
        ({"model": "avarage"}, "did you mean 'average'"),
        ({"model": {"name": "average", "widht": 3}}, "'widht' is unknown .did you mean 'width'"),
        ({"model": {"name": "average", "width": 0}}, "width=0"),
        ({"strategy": "joynt"}, "did you mean 'joint'"),
        ({"train": {"epoch": 3}}, "'epoch' is unknown .did you mean 'epochs'"),
        ({"train": {"strategy": "joint"}}, "give it as strategy="),
        ({"train": 3}, "train=3: give a mapping"),
        ({"data": "wach"}, "did you mean 'watch'"),
        ({"data": {"name": "synthetic", "stepps": 3}}, "did you mean 'steps'"),
        ({"measures": "contribution"}, "did you mean 'contributions'"),
        ({"modalities": "m1"}, "expected a tuple of names"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": []}, "axis 'seed' has no values"),
    ],
    ids=str,
)
def test_a_wrong_grid_is_refused_with_the_nearest_name(axes, message):
    with pytest.raises(ConfigError, match=message):
        grid(**{"data": TINY, "model": "average", **axes})


def test_grid_names_a_missing_axis():
    with pytest.raises(ConfigError, match="axis 'data' is missing"):
        grid(model="average")


def test_a_study_refuses_a_repeated_cell_with_both_positions():
    cells = grid(data=TINY, model="average", seed=[0, 1])
    with pytest.raises(ConfigError, match="cell 2 is cell 0 again"):
        Study("twice", cells + grid(data=TINY, model={"name": "average", "width": 64}, seed=0))


def test_a_study_needs_a_name_cells_and_columns_that_exist():
    cells = grid(data=TINY, model="average")
    with pytest.raises(ConfigError, match="give a name of letters"):
        Study("../x", cells)
    with pytest.raises(ConfigError, match="has no cells"):
        Study("x", ())
    with pytest.raises(ConfigError, match=r"did you mean 'model.width'"):
        Study("x", cells, by=("model.widht",))


def test_fusions_are_all_models_and_each_modality_alone():
    study = declare("fusions", {**TINY, "modalities": 2}, seeds=2, train={"epochs": 1})
    variants = {(c.columns()["model"], c.columns()["modalities"]) for c in study.cells}
    alone = {("coupled_mamba", "m1"), ("coupled_mamba", "m2")}
    assert variants == {(m, "all") for m in mm.models.available()} | alone
    assert len(study) == 2 * len(variants)


def test_only_selects_variants_and_keeps_the_reference():
    data = {**TINY, "modalities": 2}
    study = declare("fusions", data, seeds=1, only=["alignmamba2"])
    variants = {(c.columns()["model"], c.columns()["modalities"]) for c in study.cells}
    assert variants == {("alignmamba2", "all"), ("concat", "all"), ("coupled_mamba", "m1"), ("coupled_mamba", "m2")}
    study = declare("strategies", data, seeds=1, only=["mla"])
    assert {c.columns()["strategy"] for c in study.cells} == {"joint", "mla"}
    with pytest.raises(ConfigError, match="did you mean 'mla'"):
        declare("strategies", data, only=["mlla"])
    with pytest.raises(ConfigError, match="no variants by name"):
        declare("alignmamba_ablation", data, only=["mmd"])


def test_the_strategy_of_a_study_applies_to_all_models_of_several_modalities():
    data = {**TINY, "modalities": 2}
    study = declare("fusions", data, seeds=1, only=["alignmamba2"], strategy="modality_dropout")
    trained = {(c.columns()["modalities"], c.columns()["strategy"]) for c in study.cells}
    assert trained == {("all", "modality_dropout"), ("m1", "joint"), ("m2", "joint")}
    study = declare("alignmamba_ablation", data, seeds=1, strategy="modality_dropout")
    assert {c.columns()["strategy"] for c in study.cells} == {"modality_dropout"}
    with pytest.raises(ConfigError, match="did you mean 'modality_dropout'"):
        declare("fusions", data, strategy="modality_dropuot")
    with pytest.raises(ConfigError, match="strategies compares training strategies"):
        declare("strategies", data, strategy="modality_dropout")


def test_declare_refuses_unknown_studies_and_options():
    with pytest.raises(ConfigError, match="did you mean 'fusions'"):
        declare("fusion", TINY)
    with pytest.raises(ConfigError, match="have no option fold"):
        declare("fusions", TINY, folds=[0])
    with pytest.raises(ConfigError, match="model option 'heds': no model has it"):
        declare("fusions", TINY, model={"heds": 2})


def test_restricted_augmentation_names_only_the_given_modalities():
    train = {"epochs": 3, "augment": {"rotate": ("a", "b"), "degrees": 20}}
    assert restricted_augmentation(train, "a") == {"epochs": 3, "augment": {"rotate": ("a",), "degrees": 20}}
    assert restricted_augmentation(train, "c") == {"epochs": 3, "augment": None}
    assert restricted_augmentation(train, "b", "c")["augment"] == {"rotate": ("b",), "degrees": 20}


def test_files_of_a_named_data_set_use_its_recipe_for_the_modalities_they_have():
    folder = Path(__file__).parents[3] / "shared" / "data" / "utd_mhad"
    if not folder.is_dir():
        pytest.skip(f"the files of UTD-MHAD are not in {folder.parent.name}/ beside the clone")
    entry = {"name": str(folder), "skeleton": "hip", "modalities": ("inertial", "skeleton")}
    study = declare("strategies", entry, seeds=1, only=["joint"])
    columns = study.cells[0].columns()
    assert (columns["model.steps"], columns["train.epochs"]) == (20, 40)
    assert list(study.cells[0].config["train"]["augment"]["stretch"]) == ["inertial", "skeleton"]


def test_a_study_of_seeds_differs_in_nothing_else():
    study = tiny_study(models=("average",), seeds=(0, 1))
    a, b = (c.columns() for c in study.cells)
    assert {k for k in a if a[k] != b[k]} == {"seed"}
