"""Splits have one name each in every layout, whatever the file calls them, and no sample goes without being counted."""

import copy
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "hostile"))
from readers import OPTIONS, read_tree_of, trees

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data import from_arrays
from mmviz.data.formats import FORMATS, read_content, reader_of
from mmviz.io.content import Content

VALID_NAMES = ["dev", "val", "valid", "validation", "Dev", " VAL ", "development", "eval", "Evaluation"]


def signal(n):
    return {"a": np.random.default_rng(n).normal(size=(n, 4, 2))}


def renamed(name, tree, called):
    """The tree of a format with the splits called otherwise."""
    tree = copy.deepcopy(tree)
    if name == "mfn":
        new = {}
        for key, value in tree.items():
            head, _, split = key.rpartition("_")
            new[f"{head}_{called.get(split, split)}"] = value
        return new
    if name == "mosi_utterance":
        column = np.asarray(tree["split_official"]).tolist()
        back = {"valid": "dev"}
        swap = {back.get(k, k): v for k, v in called.items()}
        return tree | {"split_official": np.array([swap.get(s, s) for s in column])}
    return {called.get(str(k), k): v for k, v in tree.items()}


@pytest.mark.parametrize("alias", VALID_NAMES)
def test_from_arrays_calls_the_validation_split_valid(alias):
    inputs = {"train": signal(8), alias: signal(4), "test": signal(6)}
    target = {s: np.arange(len(x["a"])) % 2 for s, x in inputs.items()}
    ds = from_arrays(inputs, target)
    assert list(ds.splits) == ["train", "valid", "test"]
    assert {s: len(ds[s]) for s in ds.splits} == {"train": 8, "valid": 4, "test": 6}
    assert ds["valid"].name == "valid"
    assert ds["valid"] is ds["val"] is ds["Dev"]
    assert "validation" in ds
    found = ds.report.of("split")
    assert [(f.count, f.first, f.action) for f in found] == (
        [] if alias == "valid" else [(4, repr(alias), "called 'valid'")]
    )


@pytest.mark.parametrize(
    ("alias", "name"), [("Training", "train"), ("TRAIN", "train"), ("testing", "test"), (" Test", "test")]
)
def test_from_arrays_calls_training_and_test_splits_by_one_name(alias, name):
    other = "test" if name == "train" else "train"
    ds = from_arrays({alias: signal(8), other: signal(4)}, {alias: [0, 1] * 4, other: [0, 1] * 2})
    assert set(ds.splits) == {"train", "test"}
    assert len(ds[name]) == 8


def test_arguments_of_from_arrays_may_use_different_names_of_one_split():
    inputs = {"train": signal(8), "val": signal(4)}
    ds = from_arrays(inputs, {"training": [0, 1] * 4, "valid": [0, 1] * 2}, lengths={"dev": {"a": [1, 2, 3, 4]}})
    assert ds["valid"].valid["a"].sum(1).tolist() == [1, 2, 3, 4]


def test_shares_of_splits_to_be_made_get_the_same_names():
    ds = from_arrays(signal(20), np.arange(20) % 2, split={"train": 0.5, "val": 0.25, "testing": 0.25})
    assert list(ds.splits) == ["train", "valid", "test"]
    same = from_arrays(signal(20), np.arange(20) % 2, split={"train": 0.5, "valid": 0.25, "test": 0.25})
    assert same.fingerprint() == ds.fingerprint()


@pytest.mark.parametrize("pair", [("val", "dev"), ("valid", "validation"), ("train", "Train"), ("test", "testing")])
def test_two_names_of_one_split_are_refused(pair):
    inputs = {"train": signal(8)} | {s: signal(4) for s in pair}
    with pytest.raises(DataError, match=rf"{pair[0]!r} and {pair[1]!r} both mean the split"):
        from_arrays(inputs, {s: np.arange(len(x["a"])) % 2 for s, x in inputs.items()})


def test_eval_is_the_test_split_beside_a_validation_split():
    inputs = {"train": signal(8), "val": signal(4), "eval": signal(6)}
    ds = from_arrays(inputs, {s: np.arange(len(x["a"])) % 2 for s, x in inputs.items()})
    assert len(ds["test"]) == 6
    assert len(ds["valid"]) == 4


def test_fit_takes_the_names_of_its_splits_in_any_spelling():
    inputs = {"train": signal(8), "dev": signal(4)}
    ds = from_arrays(inputs, {s: np.arange(len(x["a"])) % 2 for s, x in inputs.items()})
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)
    run = mm.train.fit(model, ds, epochs=1, progress=False, valid="val", train="Training")
    assert "valid_loss" in run.history[-1]
    with pytest.raises(ConfigError, match="split 'extra' is not there"):
        mm.train.fit(model, ds, epochs=1, progress=False, valid="extra")


def test_splits_of_other_names_are_kept():
    inputs = {"train": signal(8), "test_noisy": signal(4), "fold 3": signal(2)}
    ds = from_arrays(inputs, {s: np.arange(len(x["a"])) % 2 for s, x in inputs.items()})
    assert list(ds.splits) == ["train", "test_noisy", "fold 3"]
    assert not ds.report.of("split")
    with pytest.raises(ConfigError, match="no split 'valid'"):
        ds["valid"]


# formats whose files do not name splits: the reader assigns them, or folders and columns of another kind do; nor do lists of clips and tuples, which are no trees
WITHOUT_NAMES = {"misa", "bclstm", "mosi_words", "utd_mhad", "fsdd", "nyu", "nyu_folder", "mvsa"}
SPLIT_FORMATS = [
    name for name in FORMATS if name not in WITHOUT_NAMES and isinstance(trees().get(name, (None, None))[1], dict)
]


@pytest.mark.parametrize("alias", ["dev", "val", "valid", "validation", "Valid"])
@pytest.mark.parametrize("name", SPLIT_FORMATS)
def test_every_layout_reads_the_validation_split_under_each_of_its_names(name, alias):
    kind, tree = trees()[name]
    before = read_tree_of(name, kind, tree, OPTIONS.get(name, {}))
    ds = read_tree_of(name, kind, renamed(name, tree, {"valid": alias, "dev": alias}), OPTIONS.get(name, {}))
    assert {s: len(x) for s, x in ds.splits.items()} == {s: len(x) for s, x in before.splits.items()}
    assert set(ds.splits) <= {"train", "valid", "test"}
    assert [m.matches(Content("x", None, kind, renamed(name, tree, {"valid": alias}))) for m in [reader_of(name)]] == [
        True
    ]


@pytest.mark.parametrize("name", ["mmsa", "mult", "named_arrays"])
def test_a_file_with_two_names_of_one_split_is_refused(name):
    kind, tree = trees()[name]
    tree = dict(tree) | {"Training": copy.deepcopy(tree["train"])}
    with pytest.raises(DataError, match="'train' and 'Training' both mean the split 'train'"):
        read_content(Content("x", None, kind, tree), name, OPTIONS.get(name, {}))


@pytest.mark.parametrize("name", ["mmsa", "mult"])
def test_a_further_split_of_a_file_is_read_under_its_own_name(name):
    kind, tree = trees()[name]
    extra = copy.deepcopy(tree["train"])
    extra["id"] = [f"extra{i}" for i in range(len(extra["id"]))]
    ds = read_content(Content("x", None, kind, dict(tree) | {"test_2": extra}), name, OPTIONS.get(name, {}))
    assert len(ds["test_2"]) == len(extra["id"])


@pytest.mark.parametrize("name", ["mmsa", "mult"])
def test_entries_of_a_file_that_are_no_splits_are_reported_as_left_out(name):
    kind, tree = trees()[name]
    more = {"statistics": {"mean": np.zeros(9)}, "version": 3}
    ds = read_content(Content("x", None, kind, dict(tree) | more), name, OPTIONS.get(name, {}))
    assert [(f.level, f.first, f.count) for f in ds.report.of("left out")] == [
        ("warning", "'statistics'", 9),
        ("warning", "'version'", 1),
    ]


def test_a_split_of_an_mfn_file_that_is_not_selected_is_reported():
    kind, tree = trees()["mfn"]
    ds = read_content(Content("x", None, kind, tree), "mfn", {"splits": ("train", "test")})
    assert [f.first for f in ds.report.of("left out")] == ["'valid'"]


def test_an_utterance_of_no_split_is_counted():
    kind, tree = trees()["mosi_utterance"]
    column = np.asarray(tree["split_official"]).astype("U9")
    column[0] = "unused"
    ds = read_content(Content("x", None, kind, dict(tree) | {"split_official": column}), "mosi_utterance", {})
    assert sum(map(len, ds.splits.values())) == len(column) - 1
    assert [(f.count, f.first) for f in ds.report.of("left out")] == [(1, "row 0: 'unused'")]


def test_a_file_of_named_arrays_without_a_modality_is_refused():
    with pytest.raises(DataError, match="no split with a modality"):
        read_content(Content("x", None, "pickle", {"train": {"target": [0, 1]}}), "named_arrays", {})
