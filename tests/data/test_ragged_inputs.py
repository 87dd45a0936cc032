"""from_arrays: sequences of different lengths, other orders of axes and raw items give the arrays that padding by hand gives."""

import numpy as np
import pandas as pd
import pytest
import torch

from mmviz.core.errors import ConfigError, DataError
from mmviz.data import from_arrays, pad

N = 24
TARGET = np.arange(N) % 2
SPLIT = {"train": 0.5, "test": 0.5}
RNG = np.random.default_rng(0)
ROWS = [RNG.normal(size=(1 + i % 5, 2)).astype(np.float32) for i in range(N)]


def made(values, target=TARGET, **options):
    return from_arrays({"a": values}, target, **{"split": SPLIT, **options})


def objects(rows):
    out = np.empty(len(rows), dtype=object)
    out[:] = rows
    return out


RAGGED = {
    "arrays": lambda: ROWS,
    "a tuple of arrays": lambda: tuple(ROWS),
    "nested lists": lambda: [r.tolist() for r in ROWS],
    "an object array": lambda: objects(ROWS),
    "a Series of arrays, its index not contiguous": lambda: pd.Series(ROWS, index=np.arange(N) * 7),
    "tensors with gradients": lambda: [torch.tensor(r, requires_grad=True) for r in ROWS],
    "DataFrames": lambda: [pd.DataFrame(r, columns=["a[0]", "a[1]"]) for r in ROWS],
    "nullable DataFrames": lambda: [pd.DataFrame(r, columns=["a[0]", "a[1]"]).astype("Float32") for r in ROWS],
    "a nested tensor": lambda: torch.nested.nested_tensor([torch.tensor(r) for r in ROWS]),
    "a packed sequence": lambda: torch.nn.utils.rnn.pack_sequence(
        [torch.tensor(r) for r in ROWS], enforce_sorted=False
    ),
}


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize("side", ["end", "start"])
@pytest.mark.parametrize("kind", RAGGED)
def test_every_kind_of_ragged_sequences_gives_the_data_set_of_padded_arrays_and_lengths(kind, side):
    padded, lengths = pad(ROWS, side=side)
    expected = made(padded, lengths={"a": lengths}, padding=side)
    found = made(RAGGED[kind](), padding=side)
    assert found.fingerprint() == expected.fingerprint()
    assert found.spec.modality("a").channels == ("a[0]", "a[1]")
    assert found.report.count("lengths") == 0, "the lengths are known"


def test_ragged_sequences_of_given_splits_may_have_different_longest_sequences():
    parts = {"train": ROWS[:12], "test": [np.ones((9, 2))] * 4}
    ds = from_arrays({s: {"a": rows} for s, rows in parts.items()}, {"train": TARGET[:12], "test": [0, 1, 0, 1]})
    assert {s: ds[s].inputs["a"].shape for s in parts} == {"train": (12, 9, 2), "test": (4, 9, 2)}
    assert ds["train"].valid["a"].sum(1).tolist() == [len(r) for r in ROWS[:12]]


def test_none_in_a_list_of_sequences_is_an_absent_modality_and_an_empty_sequence_too():
    rows = [None, np.zeros((0, 2)), [], *ROWS[3:]]
    ds = from_arrays({"train": {"a": rows, "b": np.ones((N, 1, 1))}}, {"train": TARGET})
    assert ds["train"].valid["a"].any(1).tolist() == [False] * 3 + [True] * (N - 3)
    assert ds.report.count("absent") == 3
    with pytest.raises(DataError, match="train a: no sample has a value; leave the modality out"):
        from_arrays({"train": {"a": [None] * N, "b": np.ones((N, 1, 1))}}, {"train": TARGET})


def test_masked_and_missing_cells_of_ragged_sequences_keep_their_place():
    masked = [np.ma.masked_array(r, mask=np.zeros_like(r, bool)) for r in ROWS]
    masked[4].mask[1, 0] = True  # one cell
    masked[3].mask[2] = True  # a step
    with_none = [r.tolist() for r in ROWS]
    with_none[4][1][0] = None
    same_shape = [[[1.0, None]] if i == 4 else [[1.0, 2.0]] for i in range(N)]
    with pytest.raises(DataError, match=r"1 of them missing.*'train_4', step 0, feature 1.*\(row 4\)"):
        from_arrays({"train": {"a": same_shape}}, {"train": TARGET})
    ds = from_arrays({"train": {"a": masked}}, {"train": TARGET}, nonfinite="zero")
    assert ds["train"].valid["a"][3].tolist() == [True, True, False, True, False]
    assert ds["train"].inputs["a"][4, 1, 0] == 0
    for rows in (masked, with_none):
        with pytest.raises(DataError, match=r"1 of them missing.*'train_4', step 1, feature 0.*\(row 4\)"):
            from_arrays({"train": {"a": rows}}, {"train": TARGET})


def test_columns_of_dataframes_name_the_channels_and_another_order_is_refused():
    rows = [pd.DataFrame(r, columns=["left", "right"]) for r in ROWS]
    assert made(rows).spec.modality("a").channels == ("left", "right")
    assert made(rows, channels={"a": ["l", "r"]}).spec.modality("a").channels == ("l", "r")
    rows[5] = rows[5][["right", "left"]]
    with pytest.raises(DataError, match="a: row 5 has the columns right, left, row 0 left, right"):
        made(rows)
    first, other = rows[:4], [r[["right", "left"]] for r in rows[:4]]
    with pytest.raises(DataError, match="test a: the columns right, left, another split has left, right"):
        from_arrays({"train": {"a": first}, "test": {"a": other}}, {"train": TARGET[:4], "test": TARGET[:4]})


@pytest.mark.parametrize(
    ("order", "arrange"),
    [
        ("features", lambda x: x[:, :, None].swapaxes(1, 2)),
        ("steps", lambda x: x[:, :, None]),
        ("features steps", lambda x: x.swapaxes(1, 2)),
    ],
)
@pytest.mark.parametrize("ragged", [False, True])
def test_axes_names_the_axes_of_a_sample_for_arrays_and_for_sequences(order, arrange, ragged):
    whole = RNG.normal(size=(N, 4, 3) if order == "features steps" else (N, 4)).astype(np.float32)
    values = [None, *whole[1:]] if ragged else whole
    split = from_arrays({"train": {"a": values, "b": np.ones((N, 1, 1))}}, {"train": TARGET}, axes={"a": order})[
        "train"
    ]
    np.testing.assert_array_equal(split.inputs["a"][1:], arrange(whole)[1:])
    assert split.valid["a"].any(1).tolist() == [not ragged] + [True] * (N - 1)


def test_sequences_with_channels_first_are_read_with_the_axes_that_the_refusal_names():
    found, plain = made([r.T for r in ROWS], axes={"a": "features steps"}), made(ROWS)
    assert found.fingerprint() == plain.fingerprint()


def test_a_dataframe_of_axes_features_is_a_table_of_one_step_with_named_channels():
    frame = pd.DataFrame({"age": pd.array([30, None] * 12, dtype="Int64"), "smoker": [True, False] * 12})
    ds = made(frame, axes={"a": "features"}, nonfinite="mean")
    assert ds.spec.modality("a").channels == ("age", "smoker")
    assert ds.spec.modality("a").static
    assert ds["train"].inputs["a"].shape == (12, 1, 2)
    assert set(ds["train"].inputs["a"][:, 0, 0].tolist()) == {30.0}, "the mean of the observed cells"
    with pytest.raises(DataError, match=r"column 'city' of the DataFrame holds str.*get_dummies"):
        made(frame.assign(city="Ulm"), axes={"a": "features"})


def test_lengths_and_masks_beside_ragged_sequences_may_shorten_but_not_lengthen_them():
    lengths = np.array([max(1, len(r) - 1) for r in ROWS])
    ds = from_arrays({"train": {"a": ROWS}}, {"train": TARGET}, lengths={"train": {"a": lengths}})
    assert np.array_equal(ds["train"].valid["a"].sum(1), lengths)
    valid = [np.arange(len(r)) != 1 for r in ROWS]
    ds = from_arrays({"train": {"a": ROWS}}, {"train": TARGET}, valid={"train": {"a": valid}})
    assert ds["train"].valid["a"][4].tolist() == [True, False, True, True, True]
    lengths[7] = 4
    with pytest.raises(DataError, match="train a: lengths of row 7 is 4, its sequence has 3 steps"):
        from_arrays({"train": {"a": ROWS}}, {"train": TARGET}, lengths={"train": {"a": lengths}})
    valid[2] = valid[2][:1]
    with pytest.raises(DataError, match="train a: valid of row 2 does not fit"):
        from_arrays({"train": {"a": ROWS}}, {"train": TARGET}, valid={"train": {"a": valid}})


def test_times_of_an_absent_sequence_may_be_none():
    rows = [None, *ROWS[1:]]
    times = [None, *(0.1 * np.arange(len(r)) for r in ROWS[1:])]
    split = from_arrays({"train": {"a": rows}}, {"train": TARGET}, times={"train": {"a": times}})["train"]
    assert np.isnan(split.times["a"][0]).all()
    np.testing.assert_allclose(split.times["a"][4], 0.1 * np.arange(5))


BAD = {
    "unequal features": (
        [ROWS[0], np.zeros((3, 5)), *ROWS[2:]],
        "a: sequence 1 is float64 of shape .3, 5.*same features",
    ),
    "channels first": (
        [r.T for r in ROWS],
        r"a: the sequences have the shapes \(2, 1\), \(2, 2\).*axes={'a': 'features steps'}",
    ),
    "a text inside": ([ROWS[0], [["x", 1.0]], *ROWS[2:]], "a, row 1: .*dtype <U.*real numbers"),
    "an object inside": ([ROWS[0], [[{"k": 1}, 1.0]], *ROWS[2:]], "a, row 1: holds a dict"),
    "a row that is itself ragged": ([ROWS[0], [[1.0, 2.0], [1.0]], *ROWS[2:]], "a, row 1: .*inhomogeneous"),
    "complex numbers": ([ROWS[0], np.zeros((1, 2), complex), *ROWS[2:]], "a, row 1: values of dtype complex128"),
    "one axis per row": ([r[:, 0] for r in ROWS], "a, row 0: shape .1,., one axis; say which.*axes={'a': 'steps'}"),
    "a generator": ((r for r in ROWS), r"a: a generator, which can be read only once; give list"),
    "texts without an encoder": (["good", "bad"] * 12, "raw text needs encoders={'a': "),
    "images without an encoder": (np.zeros((N, 8, 8, 3), np.uint8), "images need encoders={'a': .*image_patches"),
    "beyond float32": ([*ROWS[:3], np.full((1, 2), 1e39), *ROWS[4:]], "finite but beyond float32"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_sequence_that_cannot_be_read_is_refused_with_its_row(kind):
    values, message = BAD[kind]
    with pytest.raises(DataError, match=message):
        made(values)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"axes": {"a": "time"}}, "axes of 'a'"),
        ({"axes": {"b": "steps"}}, "axes: no modality 'b'"),
        ({"axes": "steps"}, "axes='steps': a str"),
        ({"encoders": {"b": len}}, "encoders: no modality 'b'"),
        ({"encoders": {"a": "minilm"}}, "encoders of 'a' is a str; give a callable"),
        ({"encoders": {"a": len}, "axes": {"a": "steps"}}, "both axes and an encoder"),
        ({"axes": {"a": "steps"}}, None),
    ],
)
def test_wrong_axes_and_encoders_are_refused_by_name(options, message):
    if message is None:
        with pytest.raises(DataError, match=r"shape \(24, 5, 2\), but axes='steps' has 1 axes per sample"):
            made(pad(ROWS)[0], **options)
        return
    with pytest.raises(ConfigError, match=message):
        made(ROWS, **options)


def test_an_encoder_in_from_arrays_gives_the_features_of_encode_and_none_is_absent():
    def letters(texts):
        return [np.array([[ord(c), 1.0] for c in t]).reshape(-1, 2) for t in texts]

    letters.rate_hz, letters.channels, letters.unit = 5.0, ("code", "one"), "letters"
    texts = np.array(["abc", "", "ab", "x"] * 6)
    split = from_arrays({"train": {"text": texts}}, {"train": TARGET}, encoders={"text": letters})
    assert split["train"].inputs["text"][2, :, 0].tolist() == [97, 98, 0]
    assert split["train"].valid["text"].sum(1).tolist() == [3, 0, 2, 1] * 6
    assert split.spec.modality("text").channels == ("code", "one")
    assert (split.spec.modality("text").rate_hz, split.spec.modality("text").unit) == (5.0, "letters")
    gone = [None, float("nan"), pd.NA, *texts[3:]]
    ds = from_arrays({"train": {"text": gone, "b": np.ones((N, 1, 1))}}, {"train": TARGET}, encoders={"text": letters})
    assert not ds["train"].valid["text"][:3].any()
    with pytest.raises(DataError, match="train text: a str; give one item per sample"):
        from_arrays({"train": {"text": "abc"}}, {"train": TARGET}, encoders={"text": letters})


def test_an_item_that_an_encoder_refuses_is_named_by_its_row_also_behind_absent_ones():
    def strict(items):
        for item in items:
            if item == "bad":
                raise DataError("strict encoder: item 0 is bad")
        return [np.ones((1, 2))] * len(items)

    texts = ["good"] * N
    texts[0], texts[21] = None, "bad"
    with pytest.raises(DataError, match="train a, row 21: strict encoder"):
        from_arrays({"train": {"a": texts}}, {"train": TARGET}, encoders={"a": strict})


def test_whole_numbers_that_float32_rounds_are_reported_with_the_first_cell_and_others_are_not():
    seconds = np.full((N, 2, 1), 0.5)
    seconds[3:, 1, 0] = 1_700_000_001  # 1_700_000_000 is exact
    for dtype in (np.float64, np.int64):
        (found,) = made(seconds.astype(dtype), split=None, target=None).report.of("rounded")
        assert (found.level, found.count) == ("warning", N - 3)
        assert "'sample_3', step 1, feature 0: 1700000001" in found.first
        assert "becomes 1700000000" in found.first.replace(".0", "")
    for harmless in (2.0**30, 3e7 + 0.5, 1e20, 2**24 + 0.0):
        seconds[3:, 1, 0] = harmless
        assert not made(seconds, split=None, target=None).report.of("rounded")
