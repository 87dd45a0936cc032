"""Arrays that would mislead are refused: what, where, the value seen, what to do.

Names that later stages could not hold are refused at the door; the order of modalities is that of the first split.
"""

import numpy as np
import pytest
from arrays import honest

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data import from_arrays, pad


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_non_finite_value_is_refused_with_count_and_first_place(bad):
    inputs, target, lengths = honest()
    inputs["train"]["sound"][3, 1, 2] = bad
    inputs["train"]["sound"][4, 0, :] = bad
    with pytest.raises(DataError) as error:
        from_arrays(inputs, target, lengths=lengths, ids={"train": [f"a_{i}" for i in range(12)]})
    for part in ("train sound", "4 non-finite", "'a_3', step 1, feature 2", str(bad), 'nonfinite="mask"'):
        assert part in str(error.value)


def test_value_beyond_float32_is_refused_as_such():
    inputs, target, lengths = honest()
    inputs["test"]["light"][0, 0, 0] = 1e39
    with pytest.raises(
        DataError, match=r"test light: 1 non-finite values, 1 of them finite but beyond float32.*1e\+39"
    ):
        from_arrays(inputs, target, lengths=lengths)


@pytest.mark.parametrize("length", [8, -1, 2.5, np.nan, np.inf])
def test_impossible_length_is_refused_with_the_id(length):
    inputs, target, lengths = honest()
    wrong = lengths["valid"]["sound"].astype(float)
    wrong[2] = length
    lengths["valid"]["sound"] = wrong
    with pytest.raises(DataError, match=r"valid sound: 1 impossible lengths \(first: sample 'valid_2'"):
        from_arrays(inputs, target, lengths=lengths)


def test_padding_on_the_other_side_is_detected():
    inputs, target, lengths = honest()
    for split in inputs:
        inputs[split]["sound"] = inputs[split]["sound"][:, ::-1]
    with pytest.raises(DataError, match="pass padding='start'"):
        from_arrays(inputs, target, lengths=lengths)


@pytest.mark.parametrize("which", ["light", "target", "lengths", "ids", "group"])
def test_different_counts_are_refused_with_all_counts(which):
    inputs, target, lengths = honest()
    more = {}
    if which == "light":
        inputs["train"]["light"] = inputs["train"]["light"][:-1]
        del lengths["train"]["light"]
    elif which == "target":
        target["train"] = target["train"][:-1]
    elif which == "lengths":
        lengths["train"]["light"] = lengths["train"]["light"][:-1]
    else:
        more = {which: {"train": ["a"] * 11}}
    with pytest.raises(DataError, match=r"train sample counts differ: .*sound 12.* 11"):
        from_arrays(inputs, target, lengths=lengths, **more)


def test_id_twice_in_a_split_is_refused():
    inputs, target, lengths = honest()
    ids = {"train": [*range(11), 3]}
    with pytest.raises(DataError, match=r"train ids: 1 occur more than once \(first: '3', rows 3, 11\)"):
        from_arrays(inputs, target, lengths=lengths, ids=ids)


def test_unknown_id_is_refused_and_unknown_group_is_kept_empty():
    inputs, target, lengths = honest()
    with pytest.raises(DataError, match="train ids: sample 11 is None"):
        from_arrays(inputs, target, lengths=lengths, ids={"train": [*range(11), None]})
    with pytest.raises(DataError, match="train ids: sample 11 is"):
        from_arrays(inputs, target, lengths=lengths, ids={"train": [*range(11), "3\0"]})
    ds = from_arrays(inputs, target, lengths=lengths, group={"train": ["s"] * 11 + [None]})
    assert ds["train"].group[-1] == ""


def test_id_in_two_splits_is_refused_as_leakage():
    inputs, target, lengths = honest()
    ids = {"train": [f"v{i}" for i in range(12)], "test": [f"v{i}" for i in range(11, 17)]}
    with pytest.raises(
        DataError,
        match=r"leakage: 1 ids are in both train and test \(first: 'v11', row 11 in train and row 0 in test\)",
    ):
        from_arrays(inputs, target, lengths=lengths, ids=ids)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (np.nan, "1 of 12 samples have no label .*row 2, id 'train_2'"),
        (None, "1 of 12 samples have no label .*labels='drop'"),
        ("positive", "not numeric.*'positive'"),
        (-1, "bad labels.*-1"),
        (0.5, r"bad labels.*0\.5"),
        (9, "label 9 of row 2, id 'train_2' is beyond the 2 classes"),
    ],
)
def test_bad_class_label_is_refused_with_its_place(label, message):
    inputs, target, lengths = honest()
    target["train"] = [0, 1, label, *[0] * 9]
    with pytest.raises(DataError, match=message):
        from_arrays(inputs, target, lengths=lengths, classes=("no", "yes"))


@pytest.mark.parametrize("label", [np.nan, np.inf, None, "3", 1e39])
def test_bad_value_to_regress_is_refused(label):
    inputs, target, lengths = honest()
    target["test"] = [0.1, label, *[0.0] * 4]
    with pytest.raises(DataError, match="test: "):
        from_arrays(inputs, target, lengths=lengths, task="regression")


def test_label_beyond_the_stated_range_is_refused():
    inputs, target, lengths = honest()
    target["test"] = np.array([0, 10 / 3, 5.0, -3, 3, 1])
    with pytest.raises(DataError, match=r"test: 2 labels outside -3 to 3 \(first: row 1, id 'test_1': 3\.33"):
        from_arrays(inputs, target, lengths=lengths, task="regression", label_range=(-3, 3))


def test_feature_size_that_differs_between_splits_is_refused():
    inputs, target, lengths = honest()
    inputs["test"]["sound"] = np.zeros((6, 7, 43))
    with pytest.raises(DataError, match="sound: 3 features in train but 43 in test"):
        from_arrays(inputs, target, lengths=lengths)


def test_missing_modality_is_refused_with_what_is_there():
    inputs, target, lengths = honest()
    del inputs["test"]["light"], lengths["test"]["light"]
    with pytest.raises(DataError, match="'light' is not in every split: train has sound, light; test has sound"):
        from_arrays(inputs, target, lengths=lengths)


def test_modality_absent_for_every_training_sample_is_refused():
    inputs, target, lengths = honest()
    lengths["train"]["light"] = np.zeros(12, int)
    inputs["train"]["light"][:] = 0
    with pytest.raises(DataError, match="train light: absent for every sample"):
        from_arrays(inputs, target, lengths=lengths)


@pytest.mark.parametrize("shape", [(12, 0, 3), (12, 7, 0)])
def test_modality_without_steps_or_features_is_refused(shape):
    inputs, target, _ = honest()
    inputs["train"]["sound"] = np.zeros(shape)
    with pytest.raises(DataError, match="no steps or no features"):
        from_arrays(inputs, target)


def test_empty_split_is_refused():
    inputs, target, _ = honest()
    inputs["valid"] = {m: x[:0] for m, x in inputs["valid"].items()}
    target["valid"] = target["valid"][:0]
    with pytest.raises(DataError, match="valid inputs: no samples"):
        from_arrays(inputs, target)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda x: x.astype(object),
        lambda x: x[:, 0],
        lambda x: x.astype(complex),
        lambda x: x.astype(str),
        lambda x: 3.0,
    ],
    ids=["objects", "two dimensions", "complex", "text", "a number"],
)
def test_signal_that_is_no_array_of_real_numbers_is_refused(spoil):
    inputs, target, _ = honest()
    inputs["train"]["sound"] = spoil(inputs["train"]["sound"])
    with pytest.raises(DataError, match="train sound: "):
        from_arrays(inputs, target)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.ones((12, 6), bool), r"shape \(12, 6\)"),
        (np.full((12, 7), 0.5), "give booleans"),
        (np.full((12, 7), 2), "give"),
    ],
)
def test_bad_mask_is_refused(mask, message):
    inputs, target, _ = honest()
    with pytest.raises(DataError, match=message):
        from_arrays(inputs, target, valid={"train": {"sound": mask}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nonfinite": "ignore"}, "nonfinite='ignore'"),
        ({"task": "regresion"}, "did you mean 'regression'"),
        ({"padding": "left"}, "padding='left'"),
        ({"seed": 1.5}, r"seed=1\.5"),
        ({"classes": ("a", "a")}, "twice"),
        ({"rate_hz": {"sond": 5}}, "did you mean 'sound'"),
        ({"rate_hz": {"sound": -5}}, "positive"),
        ({"channels": {"sound": ("a",)}}, "1 names for 3 features"),
        ({"label_range": (0, 1)}, "only a regression"),
        ({"label_range": (1, 0), "task": "regression"}, "the lowest value, then the highest"),
        ({"classes": ("a", "b"), "task": "regression"}, "only a classification"),
        ({"classes": "ab"}, "one text"),
        ({"labels": "skip"}, "labels='skip'"),
        ({"split_by": "speaker"}, "split_by='speaker'"),
        ({"split": {"train": 1.0}}, "given by inputs already"),
        ({"ids": ["a"] * 12}, "one per split"),
        ({"group": {"extra": ["a"]}}, "split 'extra'"),
        ({"valid": {"train": {"sound": np.ones((12, 7), bool)}}}, "both lengths and valid"),
    ],
)
def test_contradicting_option_is_a_config_error(options, message):
    inputs, target, lengths = honest()
    with pytest.raises(ConfigError, match=message):
        from_arrays(inputs, target, lengths=lengths, **options)


def test_arrays_without_splits_need_fractions():
    with pytest.raises(ConfigError, match="split: none given"):
        from_arrays({"a": np.zeros((4, 2, 1))}, [0, 1, 0, 1])


def test_refused_arrays_are_left_as_they_were():
    inputs, target, lengths = honest()
    inputs["train"]["sound"][0, 0, 0] = np.nan
    before = inputs["train"]["sound"].copy()
    with pytest.raises(DataError):
        from_arrays(inputs, target, lengths=lengths)
    assert np.array_equal(inputs["train"]["sound"], before, equal_nan=True)


@pytest.mark.parametrize("sequences", [[], [np.zeros(3)], [np.zeros((2, 3)), np.zeros((2, 4))], [np.array([["a"]])]])
def test_sequences_that_cannot_be_padded_are_refused(sequences):
    with pytest.raises(DataError, match="pad: "):
        pad(sequences)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "nul\x00", 1, "valid_x"])
def test_a_modality_name_that_no_file_could_hold_is_refused(name):
    with pytest.raises(ConfigError, match="modality name"):
        mm.data.from_arrays({name: np.zeros((4, 3, 2))}, [0, 1, 0, 1], split={"train": 0.5, "test": 0.5})


def test_every_split_lists_its_modalities_in_the_order_of_the_first():
    rng = np.random.default_rng(0)

    def arrays(*names):
        return {name: rng.normal(size=(6, 4, 2)) for name in names}

    inputs = {"train": arrays("a", "b"), "test": arrays("b", "a")}
    ds = mm.data.from_arrays(inputs, {"train": [0, 1] * 3, "test": [0, 1] * 3})
    assert ds.spec.names == ("a", "b")
    assert list(ds["test"].inputs) == ["a", "b"]
    np.testing.assert_allclose(ds["test"].inputs["a"], inputs["test"]["a"], rtol=1e-6)
