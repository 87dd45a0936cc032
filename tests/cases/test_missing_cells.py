"""Missing cells, masked arrays and pandas NA: refused with count and place, or made up for by a word and counted; never used as values."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import mmviz as mm
from mmviz.core.errors import DataError
from mmviz.data import from_arrays, from_disk, pad, to_disk

HALVES = {"train": 0.5, "test": 0.5}
N = 40
Y = np.arange(N) % 2
JUNK = 1e6


def masked(where, dtype=float):
    """An array (40, 5, 2) whose cells `where` are masked, with rubbish under the mask."""
    x = np.random.default_rng(0).normal(size=(N, 5, 2)) if dtype is float else np.arange(N * 10).reshape(N, 5, 2)
    x = x.astype(dtype)
    mask = np.zeros(x.shape, bool)
    mask[where] = True
    x[mask] = JUNK
    return np.ma.masked_array(x, mask=mask)


def largest(ds):
    return max(float(np.abs(s.inputs["a"]).max()) for s in ds.splits.values())


def row(ds, i):
    """The split that sample i was dealt to, and its position there."""
    for split in ds.splits.values():
        if f"sample_{i}" in split.ids:
            return split, int(np.flatnonzero(split.ids == f"sample_{i}")[0])
    raise AssertionError(i)


def test_a_masked_row_is_a_modality_that_is_absent_for_that_sample():
    ds = from_arrays({"a": masked(3)}, Y, split=HALVES)
    split, i = row(ds, 3)
    assert not split.valid["a"][i].any()
    assert largest(ds) < 10
    assert ds.report.count("masked") == 5
    assert ds.report.count("absent") == 1


@pytest.mark.parametrize("wrap", [lambda x: x, list, lambda x: x.astype(np.float32)])
def test_a_masked_step_is_not_valid_and_counted(wrap):
    ds = from_arrays({"a": wrap(masked((7, slice(2, 4))))}, Y, split=HALVES)
    split, i = row(ds, 7)
    assert split.valid["a"][i].tolist() == [True, True, False, False, True]
    assert (split.inputs["a"][i, 2:4] == 0).all()
    assert ds.report.count("masked") == 2
    assert ds.report.of("masked")[0].first == "sample 'sample_7' (row 7)"


def test_a_masked_step_in_the_padding_is_no_finding():
    lengths = np.full(N, 5)
    lengths[7] = 2
    x = masked((7, slice(2, 5)))
    ds = from_arrays({"a": x}, Y, lengths={"a": lengths}, split=HALVES)
    assert ds.report.count("masked") == 0
    assert row(ds, 7)[0].valid["a"][row(ds, 7)[1]].tolist() == [True, True, False, False, False]


@pytest.mark.parametrize("dtype", [float, int])
def test_a_masked_cell_is_refused_with_its_row_and_the_options(dtype):
    with pytest.raises(DataError, match=r"1 of them missing .*'sample_11', step 1, feature 1: nan \(row 11\)") as error:
        from_arrays({"a": masked((11, 1, 1), dtype)}, Y, split=HALVES)
    assert 'nonfinite="mean"' in str(error.value)


def cells():
    x = np.random.default_rng(0).normal([5, -3], 2, size=(N, 5, 2))
    holes = np.random.default_rng(1).random(x.shape) < 0.2
    holes[4] = [[True, False]] * 5
    holes[9, 2] = True
    return x, holes


@pytest.mark.parametrize("form", ["nan", "masked"])
def test_missing_cells_become_the_training_mean_of_their_feature_and_are_kept_apart(form):
    x, holes = cells()
    given = np.where(holes, np.nan, x) if form == "nan" else np.ma.masked_array(np.where(holes, JUNK, x), mask=holes)
    ds = from_arrays({"a": given}, Y, split=HALVES, nonfinite="mean")
    train_rows = [int(i.split("_")[1]) for i in ds["train"].ids]
    seen = np.where(holes, np.nan, x)[train_rows]
    mean, std = np.nanmean(seen, axis=(0, 1)), np.nanstd(seen, axis=(0, 1))
    spec = ds.spec.modality("a")
    assert np.allclose(spec.mean, mean, atol=1e-6)
    assert np.allclose(spec.std, std, atol=1e-6)
    for i in range(N):
        split, k = row(ds, i)
        whole = holes[i].all(axis=1)
        assert (split.valid["a"][k] == ~whole).all()
        lost = holes[i] & ~whole[:, None]
        assert (split.extras["missing cells of a"][k] == lost).all()
        assert np.allclose(split.inputs["a"][k][lost], np.broadcast_to(mean, (5, 2))[lost], atol=1e-6)
        kept = ~holes[i]
        assert np.allclose(split.inputs["a"][k][kept], x[i][kept].astype(np.float32))
    found = ds.report.of("nonfinite")
    partly = holes & ~holes.all(axis=2, keepdims=True)
    everything = holes.sum() if form == "nan" else partly.sum()
    assert sum(f.count for f in found) == everything
    assert all("training mean" in f.action for f in found)


def test_which_cells_were_missing_survives_a_folder_on_disk(tmp_path):
    x, holes = cells()
    ds = from_arrays({"a": np.where(holes, np.nan, x)}, Y, split=HALVES, nonfinite="mean")
    again = from_disk(to_disk(ds, tmp_path / "set"))
    assert again.fingerprint() == ds.fingerprint()
    for name in ds.splits:
        assert (again[name].extras["missing cells of a"] == ds[name].extras["missing cells of a"]).all()


def test_a_feature_without_any_training_value_has_no_mean_and_is_refused():
    x = np.random.default_rng(0).normal(size=(N, 5, 2))
    x[:, :, 1] = np.nan
    with pytest.raises(DataError, match="train a: feature 1 has no value in the training split"):
        from_arrays({"a": x}, Y, split=HALVES, nonfinite="mean")


def test_an_imputed_constant_feature_stays_constant():
    x = np.random.default_rng(0).normal(size=(N, 5, 2))
    x[:, :, 1] = 2.5
    x[3, 1, 1] = np.nan
    ds = from_arrays({"a": x}, Y, split=HALVES, nonfinite="mean")
    assert ds.spec.modality("a").std[1] == 0
    assert all((s.inputs["a"][:, :, 1] == 2.5).all() for s in ds.splits.values())


@pytest.mark.parametrize("what", ["lengths", "valid"])
def test_a_masked_length_or_mask_is_refused_with_its_row(what):
    holes = np.zeros((N, 5) if what == "valid" else N, bool)
    holes[6] = True
    given = np.ma.masked_array(np.ones((N, 5), bool) if what == "valid" else np.full(N, 5), mask=holes)
    with pytest.raises(DataError, match=rf"{what} of a: no value for 1 samples \(first: row 6, id 'sample_6'\)"):
        from_arrays({"a": masked(())[:, :, :]}, Y, split=HALVES, **{what: {"a": given}})


@pytest.mark.parametrize(
    "group",
    [
        np.ma.masked_array(["s", "t"] * 20, mask=np.arange(N) == 3),
        pd.Series(["s", "t"] * 20).where(np.arange(N) != 3),
        pd.Series(["s", "t"] * 20, dtype="string").where(np.arange(N) != 3),
        np.where(np.arange(N) == 3, np.nan, np.array(["s", "t"] * 20, dtype=object)),
    ],
)
def test_a_missing_group_is_unknown_and_no_group_of_its_own(group):
    x = {"a": np.ones((N, 5, 2))}
    ds = from_arrays(x, Y, split=HALVES, group=group)
    assert {g for s in ds.splits.values() for g in s.group} == {"", "s", "t"}
    with pytest.raises(DataError, match="row 3, id 'sample_3' has no group"):
        from_arrays(x, Y, split=HALVES, group=group, split_by="group")


def test_a_missing_id_is_refused():
    ids = pd.Series([f"v{i}" for i in range(N)], dtype="string").where(np.arange(N) != 3)
    with pytest.raises(DataError, match="ids: sample 3 is"):
        from_arrays({"a": np.ones((N, 5, 2))}, Y, split=HALVES, ids=ids)


def test_masked_values_of_an_extra_are_dropped():
    extra = np.ma.masked_array(np.arange(N), mask=np.arange(N) == 3)
    ds = from_arrays({"a": np.ones((N, 5, 2))}, Y, split=HALVES, extras={"age": extra})
    split, i = row(ds, 3)
    assert split.extras["age"][i] is None


def test_a_model_trains_on_imputed_cells_and_stays_finite():
    x, holes = cells()
    ds = from_arrays({"a": np.ma.masked_array(np.where(holes, JUNK, x), mask=holes)}, Y, split=HALVES, nonfinite="mean")
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)
    run = mm.train.fit(model, ds, epochs=1, progress=False, valid="test")
    assert np.isfinite(run.predict(ds["test"])).all()


def test_masked_sequences_keep_their_masks_when_they_are_padded():
    rng = np.random.default_rng(0)
    sequences = [np.ma.masked_array(rng.normal(size=(k, 2)), mask=np.zeros((k, 2), bool)) for k in (5, 3, 4)]
    sequences[1][1] = np.ma.masked
    sequences[1].data[1] = JUNK
    padded, lengths = pad(sequences)
    assert lengths.tolist() == [5, 3, 4]
    assert np.ma.getmaskarray(padded)[1, 1].all()
    assert np.ma.getmaskarray(padded).sum() == 2
    ds = from_arrays({"train": {"a": padded}}, {"train": [0, 1, 0]}, lengths={"train": {"a": lengths}})
    assert ds["train"].valid["a"][1].tolist() == [True, False, True, False, False]
    assert largest(ds) < 10


def test_data_frames_are_padded_by_the_names_of_their_columns():
    a = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]})
    b = pd.DataFrame({"y": [5.0], "x": [6.0]})
    with pytest.raises(DataError, match="sequence 1 has the columns y, x, sequence 0 x, y"):
        pad([a, b])
    padded, _ = pad([a, b[["x", "y"]]])
    assert padded[1, 0].tolist() == [6.0, 5.0]


def test_a_nullable_frame_pads_to_missing_cells():
    a = pd.DataFrame({"x": pd.array([1, None], dtype="Int64"), "y": pd.array([3, 4], dtype="Int64")})
    padded, _ = pad([a, a.fillna(0)])
    with pytest.raises(DataError, match="1 of them missing"):
        from_arrays({"train": {"a": padded}}, {"train": [0, 1]})


@pytest.mark.parametrize("mark", [-999, 9999, 1e20, -99999])
def test_a_number_that_marks_missing_values_in_many_files_is_a_counted_warning(mark):
    x = np.random.default_rng(0).normal(size=(N, 5, 2))
    x[[3, 3, 8], [0, 1, 2], 1] = mark
    ds = from_arrays({"a": x}, Y, split={"train": 1.0})
    found = ds.report.of("sentinel")
    assert [(f.level, f.count) for f in found] == [("warning", 3)]
    assert "'sample_3', step 0, feature 1" in found[0].first
    assert not from_arrays({"a": np.abs(x) % 1}, Y, split={"train": 1.0}).report.of("sentinel")


def test_a_data_frame_is_no_sequence_and_the_message_says_how_it_becomes_one():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(N, 3)), columns=list("abc"))
    with pytest.raises(DataError, match=r"a DataFrame of shape \(40, 3\).*frame\.to_numpy\(\)\[:, None, :\]"):
        from_arrays({"a": frame}, Y, split=HALVES)
    with pytest.raises(DataError, match="column 'city' of the DataFrame holds str"):
        from_arrays({"a": frame.assign(city="x")}, Y, split=HALVES)
    ds = from_arrays({"a": frame.to_numpy()[:, None, :]}, Y, split=HALVES, channels={"a": list(frame)})
    assert ds.spec.modality("a").channels == ("a", "b", "c")


@pytest.mark.parametrize("what", ["inputs", "valid", "target"])
def test_a_split_made_by_hand_holds_no_masked_array(what):
    ds = from_arrays({"a": np.ones((N, 5, 2))}, Y, split=HALVES)
    given = {
        "inputs": {"a": np.ma.masked_all((20, 5, 2))},
        "valid": {"a": np.ma.ones((20, 5), bool)},
        "target": np.ma.zeros(20),
    }
    with pytest.raises(DataError, match=rf"train: {what}.* is a masked array.*from_arrays"):
        replace(ds["train"], **{what: given[what]})


@pytest.mark.parametrize("what", ["ids", "group"])
def test_ids_and_groups_without_an_order_of_rows_are_refused(what):
    with pytest.raises(DataError, match="no order of rows"):
        from_arrays({"a": np.ones((N, 5, 2))}, Y, split=HALVES, **{what: {f"v{i}" for i in range(N)}})
