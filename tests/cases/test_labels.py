"""Targets of every layout: read as what they are, or refused with the name of the layout, the row and the way out."""

import pickle
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data import from_arrays
from mmviz.data.formats import read_content
from mmviz.io.content import Content
from mmviz.train.metrics import score

ONE_AT_A_TIME = r"not supported: train one column at a time, target\[:, j\]"
HALVES = {"train": 0.5, "test": 0.5}


def signal(n, steps=5):
    return {"a": np.random.default_rng(1).normal(size=(n, steps, 2))}


def made(target, **options):
    return from_arrays(signal(len(target)), target, **({"split": HALVES} | options))


def all_targets(ds):
    """The targets of both halves in the order of the rows that were given."""
    found = {i: y for s in ds.splits.values() for i, y in zip(s.ids, s.target, strict=True)}
    return [found[f"sample_{i}"] for i in range(len(found))]


@pytest.mark.parametrize("kind", [int, float, bool, np.float16, object])
def test_a_one_hot_target_becomes_the_class_of_its_one_and_is_counted(kind):
    y = np.arange(40) % 3
    ds = made(np.eye(3)[y].astype(kind))
    assert all_targets(ds) == y.tolist()
    assert ds["train"].target.dtype == np.int64
    assert ds.spec.task.classes == ("0", "1", "2")
    notes = ds.report.of("label")
    assert sum(f.count for f in notes) == 40
    assert all("one-hot (20, 3): converted by target.argmax(1)" in f.action for f in notes)


def test_a_one_hot_target_keeps_a_class_that_no_sample_has():
    ds = made(np.eye(5)[np.arange(20) % 3], classes=tuple("abcde"))
    assert len(ds.spec.task.classes) == 5
    assert ds.report.count("class") == 2
    assert len(made(np.eye(5)[np.arange(20) % 3]).spec.task.classes) == 5


def test_a_one_hot_data_frame_gives_the_classes_the_names_of_its_columns():
    y = np.array(["sad", "happy", "angry", "happy"] * 5)
    ds = made(pd.get_dummies(pd.Series(y)))
    assert [ds.spec.task.classes[k] for k in all_targets(ds)] == y.tolist()
    ds = made(pd.get_dummies(pd.Series(y)), classes=("sad", "angry", "happy"))
    assert ds.spec.task.classes == ("sad", "angry", "happy")
    assert [ds.spec.task.classes[k] for k in all_targets(ds)] == y.tolist()


def test_one_hot_columns_and_names_of_classes_must_be_as_many():
    with pytest.raises(DataError, match="one-hot of 3 classes, classes= names 2"):
        made(np.eye(3)[np.arange(20) % 3], classes=("no", "yes"))


@pytest.mark.parametrize("shape", [(-1, 1), (-1, 1, 1)])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_target_of_one_column_is_taken_as_that_column(shape, task):
    y = np.arange(20) % 2
    ds = made(y.reshape(shape), task=task)
    assert all_targets(ds) == y.tolist()
    assert ds.report.of("label")


@pytest.mark.parametrize(
    ("target", "task", "layout"),
    [
        (np.random.default_rng(0).integers(0, 2, (40, 4)), "classification", "multi-label"),
        (np.random.default_rng(0).integers(0, 2, (40, 4)).astype(bool), "classification", "multi-label"),
        (np.zeros((40, 3)), "classification", "multi-label"),
        (np.random.default_rng(0).normal(size=(40, 2)), "regression", "multi-target"),
        (np.random.default_rng(0).integers(0, 5, (40, 2)), "classification", "multi-target"),
        (np.eye(2)[np.random.default_rng(0).integers(0, 2, (40, 4))], "classification", "one-hot .absent, present."),
        (np.eye(2)[np.random.default_rng(0).integers(0, 2, (40, 4))], "regression", "one-hot .absent, present."),
        (np.zeros((40, 5, 3)), "classification", "one per step"),
        ([["happy", "sad"]] * 40, "classification", "2 labels per sample"),
        ([["happy"], ["sad", "angry"]] * 20, "classification", "different numbers of labels"),
        ([{"happy"}, {"sad", "angry"}] * 20, "classification", "sets of labels"),
        (pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)), columns=["valence", "arousal"]), "regression", "valence, arousal"),
    ],
)  # fmt: skip
def test_several_labels_or_targets_per_sample_are_refused_in_the_same_words(target, task, layout):
    with pytest.raises(DataError, match=layout) as error:
        from_arrays(signal(40), target, task=task, split=HALVES)
    with pytest.raises(DataError, match=ONE_AT_A_TIME):
        raise error.value


def test_probabilities_of_classes_are_refused_with_the_remedy():
    soft = np.random.default_rng(0).dirichlet(np.ones(3), 40)
    with pytest.raises(DataError, match=r"soft labels.*target\.argmax\(1\)"):
        made(soft)


def test_a_one_hot_target_of_a_regression_is_refused_with_both_remedies():
    with pytest.raises(DataError, match=r"one-hot classes; set task='classification', or give target\.argmax\(1\)"):
        made(np.eye(3)[np.arange(20) % 3], task="regression")


@pytest.mark.parametrize(
    "wrap", [list, np.array, pd.Series, lambda y: np.array(y, dtype=object), lambda y: pd.Series(y, dtype="string")]
)
def test_names_of_classes_become_numbers_in_the_order_of_classes(wrap):
    y = ["no", "yes", "maybe", "yes"] * 5
    ds = made(wrap(y), classes=("yes", "no", "maybe"))
    assert ds.spec.task.classes == ("yes", "no", "maybe")
    assert [ds.spec.task.classes[k] for k in all_targets(ds)] == y


def test_names_without_classes_are_sorted_and_the_report_states_the_numbers():
    ds = made(["no", "yes", "maybe", "yes"] * 5)
    assert ds.spec.task.classes == ("maybe", "no", "yes")
    assert "0 = 'maybe', 1 = 'no', 2 = 'yes'" in ds.report.of("class names")[0].action


def test_numbers_written_as_text_are_sorted_as_numbers():
    ds = made([str(k) for k in [2, 10, 9, 2] * 5])
    assert ds.spec.task.classes == ("2", "9", "10")


def test_a_categorical_keeps_the_order_of_its_categories():
    y = pd.Categorical(["low", "high", "mid", "low"] * 5, categories=["low", "mid", "high"], ordered=True)
    for given in (y, pd.Series(y)):
        ds = made(given)
        assert ds.spec.task.classes == ("low", "mid", "high")
        assert all_targets(ds) == [0, 2, 1, 0] * 5


def test_a_categorical_of_numbers_keeps_its_numbers_not_its_codes():
    ds = made(pd.Series([2, 0, 1, 2] * 5, dtype="category").cat.reorder_categories([2, 1, 0]))
    assert all_targets(ds) == [2, 0, 1, 2] * 5


def test_an_unknown_name_is_refused_with_the_row_of_the_array_that_was_given():
    y = np.array(["no", "yes"] * 20, dtype=object)
    y[23] = "yess"
    with pytest.raises(DataError, match=r"row 23, id 'sample_23': 'yess'"):
        made(y, classes=("no", "yes"))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-1, "bad labels"),
        (0.5, "bad labels"),
        (np.nan, "have no label"),
        (None, "have no label"),
        (9, "beyond the 2 classes"),
    ],
)
def test_rows_in_messages_are_those_of_the_array_that_was_given_not_of_the_dealt_split(value, message):
    y = np.array([0, 1] * 20, dtype=object)
    y[37] = value
    for seed in range(3):
        with pytest.raises(DataError, match=message) as error:
            made(y, classes=("no", "yes"), seed=seed)
        assert "row 37, id 'sample_37'" in str(error.value)
    ids = [f"clip {i}" for i in range(40)]
    with pytest.raises(DataError, match=message) as error:
        made(y, classes=("no", "yes"), ids=ids)
    assert "row 37, id 'clip 37'" in str(error.value)


def test_a_row_is_still_the_users_after_samples_without_a_label_were_left_out():
    y = np.arange(40, dtype=float) / 10
    y[:5] = np.nan
    y[30] = 99
    ds = made(y, task="regression", labels="drop", label_range=(0, 10))
    assert [f.first for f in ds.report.of("label")] == ["row 0, id 'sample_0'", "row 30, id 'sample_30': 99.0"]
    x = signal(40)
    x["a"][30, 2, 1] = np.nan
    with pytest.raises(DataError, match=r"'sample_30', step 2, feature 1: nan \(row 30\)"):
        from_arrays(x, y, task="regression", split=HALVES, labels="drop")


def test_an_id_that_occurs_twice_is_refused_with_both_rows_of_the_array_that_was_given():
    ids = [f"v{i}" for i in range(40)]
    ids[31] = "v2"
    for seed in range(3):
        with pytest.raises(DataError, match="first: 'v2'") as error:
            made(np.arange(40) % 2, ids=ids, seed=seed)
        assert {"2", "31"} <= set(re.findall(r"\d+", str(error.value).split("'v2'")[1]))


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        (np.array([-1, 1] * 20), r"\(target > 0\)\.astype\(int\)"),
        (np.array([1, 2] * 20), "target - 1"),
        (np.where(np.arange(40) < 3, -1, np.arange(40) % 2), "if -1 marks samples without a label"),
    ],
)
def test_labels_that_do_not_count_from_zero_are_refused_with_the_remedy(target, hint):
    with pytest.raises(DataError, match=hint):
        made(target, classes=("no", "yes"))


def test_whole_floats_and_booleans_are_classes():
    for y in (np.array([0.0, 1.0] * 10), np.array([False, True] * 10), [np.True_, np.False_] * 10):
        ds = made(y)
        assert all_targets(ds) == [int(v) for v in y]


@pytest.mark.parametrize(
    "target",
    [pd.to_datetime(["2020-01-01", "2020-01-02"] * 20), np.array([1j, 2] * 20), [0, "a"] * 20, [object()] * 40],
    ids=["dates", "complex", "numbers and text", "objects"],
)
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_labels_that_are_neither_numbers_nor_names_are_refused(target, task):
    with pytest.raises(DataError, match="target is not numeric"):
        from_arrays(signal(40), target, task=task, split=HALVES)


@pytest.mark.parametrize(
    "target",
    [
        np.ma.masked_array([0, 1] * 20, mask=np.arange(40) == 5),
        pd.Series([0, 1] * 20, dtype="Int64").where(np.arange(40) != 5),
        pd.Series([0, 1] * 20, dtype="boolean").where(np.arange(40) != 5),
        pd.Series([0.0, 1.0] * 20).where(np.arange(40) != 5),
        pd.Categorical(pd.Series(["a", "b"] * 20).where(np.arange(40) != 5)),
        pd.Series(["a", "b"] * 20, dtype="string").where(np.arange(40) != 5),
        np.where(np.arange(40) == 5, None, np.array([0, 1] * 20, dtype=object)),
        np.where(np.arange(40) == 5, np.nan, np.array([0, 1] * 20)),
        np.array(["" if i == 5 else "ab"[i % 2] for i in range(40)]),
    ],
)  # fmt: skip
def test_a_missing_label_is_refused_with_its_row_or_dropped_on_request_and_counted(target):
    with pytest.raises(
        DataError, match=r"target: 1 of 40 samples have no label \(first: row 5, id 'sample_5'\).*labels='drop'"
    ):
        made(target)
    ds = made(target, labels="drop")
    assert sum(map(len, ds.splits.values())) == 39
    assert [(f.level, f.count) for f in ds.report.of("label")] == [("repair", 1)]
    assert "sample_5" not in {i for s in ds.splits.values() for i in s.ids}


def test_a_series_counts_by_position_and_another_order_of_the_same_index_is_refused():
    y = pd.Series([0, 1] * 10, index=range(100, 120))
    assert all_targets(made(y)) == [0, 1] * 10
    group = pd.Series(["s"] * 20, index=range(100, 120)[::-1])
    with pytest.raises(DataError, match=r"target and group have the same row index in different orders \(first: row 0"):
        made(y, group=group)


def test_a_class_that_only_the_test_split_has_is_a_counted_warning():
    inputs = {"train": signal(6), "test": signal(4)}
    ds = from_arrays(inputs, {"train": [0, 1] * 3, "test": [0, 2, 2, 1]}, classes=("a", "b", "c"))
    found = ds.report.of("unseen class")
    assert [(f.level, f.where, f.count) for f in found] == [("warning", "test", 2)]
    assert "row 1, id 'test_1': class 'c'" in found[0].first


def test_names_in_one_split_and_numbers_in_another_are_refused():
    with pytest.raises(DataError, match="train holds names of classes and test numbers"):
        from_arrays({"train": signal(4), "test": signal(4)}, {"train": ["a", "b"] * 2, "test": [0, 1] * 2})


def test_classes_given_as_whole_numbers_are_values_of_the_labels_not_places():
    ds = made(np.array([3, 7] * 20), classes=[3, 7])
    assert ds.spec.task.classes == ("3", "7")
    assert all_targets(ds) == [0, 1] * 20
    assert all_targets(made(np.array([0, 1] * 20), classes=[1, 0])) == [1, 0] * 20
    assert all_targets(made(np.array([0.0, 1.0] * 20), classes=range(2))) == [0, 1] * 20
    with pytest.raises(DataError, match=r"none of the classes .*row 1, id 'sample_1': '4'"):
        made(np.array([3, 4] * 20), classes=[3, 7])


@pytest.mark.parametrize(
    ("classes", "why"), [({"a", "b"}, "no order"), ({"a": 1, "b": 0}, "a mapping"), ("ab", "one text")]
)
def test_classes_without_an_order_are_refused(classes, why):
    with pytest.raises(ConfigError, match=why):
        made(["a", "b"] * 20, classes=classes)


@pytest.mark.parametrize("target", [set(range(40)), dict.fromkeys(range(40), 1)])
def test_a_target_without_an_order_of_rows_is_refused(target):
    with pytest.raises(DataError, match="no order of rows"):
        from_arrays(signal(40), target, split=HALVES)


def test_labels_that_seem_to_count_from_one_are_kept_with_a_hint():
    ds = made(np.array([1, 2, 3, 1] * 10))
    assert [f.action for f in ds.report.of("class")] == [
        "no sample; kept as an output; if labels count from 1, give target - 1"
    ]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_several_labels_in_a_split_made_by_hand_are_refused_by_fit_and_score(task):
    ds = made(np.arange(40) % 2, task=task)
    both = {
        s: replace(part, target=np.stack([part.target, part.target], 1).astype(np.float32))
        for s, part in ds.splits.items()
    }
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)
    with pytest.raises(DataError, match=ONE_AT_A_TIME):
        mm.train.fit(model, replace(ds, splits=both), epochs=1, progress=False)
    with pytest.raises(DataError, match=ONE_AT_A_TIME):
        score(ds.spec.task, np.zeros((20, 2)), both["test"].target)


# ---- labels in files


def mult_file(labels, ids=None):
    """A file of MulT's layout with these labels per split."""
    rng = np.random.default_rng(0)
    tree = {}
    for split, y in labels.items():
        n = len(y)
        tree[split] = {
            "text": rng.normal(size=(n, 6, 30)),
            "audio": rng.normal(size=(n, 6, 5)),
            "vision": rng.normal(size=(n, 6, 4)),
            "labels": y,
            "id": [[f"{split}{i}", "0", "1"] for i in range(n)] if ids is None else ids[split],
        }
    return tree


def read(tree, name="mult", **options):
    return read_content(Content("x.pkl", None, "pickle", tree), name, options)


def present(k=4, **sizes):
    rng = np.random.default_rng(3)
    return {s: rng.integers(0, 2, (n, k)) for s, n in (sizes or {"train": 20, "valid": 6, "test": 8}).items()}


def test_emotions_of_a_mult_file_are_refused_with_layout_columns_and_remedy(tmp_path):
    path = tmp_path / "iemocap.pkl"
    path.write_bytes(pickle.dumps(mult_file({s: np.eye(2)[p] for s, p in present().items()})))
    with pytest.raises(
        DataError, match=r"labels of shape \(34, 4, 2\): 4 labels per sample \(neutral, happy, sad, angry\)"
    ) as error:
        mm.data.load(path)
    assert "one-hot (absent, present)" in str(error.value)
    assert "label=0 to 3 or a name" in str(error.value)
    with pytest.raises(DataError, match=ONE_AT_A_TIME):
        raise error.value


@pytest.mark.parametrize(("label", "column"), [("happy", 1), ("Angry", 3), (0, 0), (2, 2)])
def test_a_selected_emotion_is_present_where_the_file_marks_it(tmp_path, label, column):
    path = tmp_path / "iemocap.pkl"
    truth = present()
    path.write_bytes(pickle.dumps(mult_file({s: np.eye(2)[p] for s, p in truth.items()})))
    ds = mm.data.load(path, label=label)
    assert ds.spec.task.kind == "classification"
    assert ds.spec.task.classes == ("absent", "present")
    for split, p in truth.items():
        assert (ds[split].target == p[:, column]).all()
    assert sum(f.count for f in ds.report.of("label")) == 34
    assert any(f"column {column} of 4" in note for note in ds.spec.notes)


@pytest.mark.parametrize("k", [2, 6, 7])
def test_several_values_per_sample_in_a_mult_file_are_refused_and_one_can_be_chosen(k):
    rng = np.random.default_rng(0)
    labels = {s: rng.uniform(0, 3, (n, 1, k)) for s, n in (("train", 20), ("valid", 6), ("test", 8))}
    with pytest.raises(DataError, match=rf"{k} targets per sample.*\(multi-target\).*label=0 to {k - 1}"):
        read(mult_file(labels))
    ds = read(mult_file(labels), label=1)
    assert ds.spec.task.kind == "regression"
    assert np.allclose(ds["test"].target, labels["test"][:, 0, 1])


def test_a_column_of_zeros_and_ones_is_absent_or_present():
    truth = present(6)
    ds = read(mult_file(truth), label=5)
    assert ds.spec.task.classes == ("absent", "present")
    assert (ds["valid"].target == truth["valid"][:, 5]).all()


def test_one_hot_rows_of_a_mult_file_are_classes():
    y = {s: np.arange(n) % 5 for s, n in (("train", 20), ("valid", 6), ("test", 8))}
    ds = read(mult_file({s: np.eye(5)[k] for s, k in y.items()}))
    assert ds.spec.task.kind == "classification"
    assert all((ds[s].target == k).all() for s, k in y.items())


@pytest.mark.parametrize("label", ["surprise", 4, -1])
def test_an_unknown_emotion_is_refused_with_the_known_ones(label):
    with pytest.raises(ConfigError, match="use label=0 to 3 or a name: 'neutral', 'happy', 'sad', 'angry'"):
        read(mult_file({s: np.eye(2)[p] for s, p in present().items()}), label=label)


def test_labels_of_one_column_are_one_value_whatever_their_axes():
    y = {s: np.linspace(-2, 2, n) for s, n in (("train", 20), ("valid", 6), ("test", 8))}
    for shape in ((-1,), (-1, 1), (-1, 1, 1)):
        ds = read(mult_file({s: v.reshape(shape) for s, v in y.items()}))
        assert np.allclose(ds["train"].target, y["train"])
        assert ds.spec.task.kind == "regression"


def test_a_misa_file_with_several_labels_is_refused_and_one_can_be_chosen():
    rng = np.random.default_rng(0)
    y = rng.uniform(-3, 3, (20, 1, 7))
    tree = [
        ((np.arange(3), rng.normal(size=(3, 4)), rng.normal(size=(3, 5)), ["a", "b", "c"]), y[i], f"v{i % 8}_{i}")
        for i in range(20)
    ]
    with pytest.raises(DataError, match=r"7 targets per sample .*label=0 to 6"):
        read(tree, "misa")
    ds = read(tree, "misa", label=0)
    found = {i: t for s in ds.splits.values() for i, t in zip(s.ids, s.target, strict=True)}
    assert all(np.isclose(found[f"v{i % 8}_{i}"], y[i, 0, 0]) for i in range(20))


def test_an_mmsa_file_with_several_values_is_refused_and_one_can_be_chosen():
    rng = np.random.default_rng(0)
    tree = {}
    for s, n in (("train", 12), ("valid", 5), ("test", 6)):
        tree[s] = {
            "audio": rng.normal(size=(n, 4, 5)), "vision": rng.normal(size=(n, 4, 20)), "text": rng.normal(size=(n, 4, 3)),
            "id": [f"{s}{i}$_$1" for i in range(n)], "regression_labels": rng.uniform(-3, 3, (n, 6)),
        }  # fmt: skip
    with pytest.raises(DataError, match=r"6 targets per sample .*label=0 to 5"):
        read(tree, "mmsa")
    assert np.allclose(read(tree, "mmsa", label=3)["test"].target, tree["test"]["regression_labels"][:, 3])


def test_an_mfn_file_with_emotions_is_refused_and_one_can_be_chosen():
    rng = np.random.default_rng(0)
    tree = {}
    for s, n in (("train", 12), ("valid", 5), ("test", 6)):
        tree |= {
            f"text_{s}": rng.normal(size=(n, 4, 5)),
            f"audio_{s}": rng.normal(size=(n, 4, 2)),
            f"y_{s}": rng.uniform(0, 3, (n, 6)),
        }
    with pytest.raises(DataError, match=r"6 targets per sample .*label=0 to 5"):
        read_content(Content("x.npz", None, "npz", tree), "mfn", {})
    ds = read_content(Content("x.npz", None, "npz", tree), "mfn", {"label": 4})
    assert np.allclose(ds["test"].target, tree["y_test"][:, 4])


def test_a_file_of_named_arrays_may_hold_names_or_one_hot_classes_and_not_several_labels():
    rng = np.random.default_rng(0)
    words = np.array(["no", "yes"] * 6)
    own = {
        s: {"a": rng.normal(size=(12, 4, 2)), "target": words, "ids": [f"{s}{i}" for i in range(12)]}
        for s in ("train", "test")
    }
    ds = read(own, "named_arrays")
    assert ds.spec.task.classes == ("no", "yes")
    for part in own.values():
        part["classes"] = np.array(["yes", "no"])
    assert read(own, "named_arrays")["train"].target.tolist() == [1, 0] * 6
    for part in own.values():
        part["target"] = np.eye(2)[np.arange(12) % 2]
    assert read(own, "named_arrays")["train"].target.tolist() == [0, 1] * 6
    for part in own.values():
        part["target"] = np.ones((12, 2))
    with pytest.raises(DataError, match=ONE_AT_A_TIME):
        read(own, "named_arrays")


def test_rows_in_messages_about_a_file_are_those_of_the_file():
    y = {s: np.linspace(-2, 2, n) for s, n in (("train", 20), ("valid", 6), ("test", 8))}
    y["test"][[0, 3]] = np.nan, 9
    tree = mult_file(y)
    with pytest.raises(DataError, match=r"test: target: 1 of 8 samples have no label \(first: row 0, id 'test0'\)"):
        read(tree)
    found = read(tree, labels="drop").report.of("label")
    assert [f.first for f in found] == ["row 0, id 'test0'", "row 3, id 'test3': 9.0"]
    tree["test"]["labels"][0] = 0
    with pytest.raises(DataError, match=r"test: 1 labels outside -3\.0 to 3\.0 \(first: row 3, id 'test3': 9"):
        read(tree)
