"""from_frame: wide and long tables become the data set that from_arrays makes of the same arrays; errors name column and row index."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError

N = 24
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(N, 2)).astype(np.float32)
SOUND = [RNG.normal(size=(1 + i % 3, 2)).astype(np.float32) for i in range(N)]
LABEL = np.array(["calm", "angry"])[np.arange(N) % 2]
SPLIT = {"train": 0.5, "test": 0.5}


def wide(**columns):
    frame = pd.DataFrame(
        {"age": TABLE[:, 0], "height": TABLE[:, 1], "label": LABEL, "who": [f"s{i % 5}" for i in range(N)]}
    )
    return frame.assign(sound=pd.Series(SOUND), **columns)


def read(frame, **options):
    given = {
        "modalities": {"table": ["age", "height"], "sound": "sound"},
        "target": "label",
        "group": "who",
        "split": SPLIT,
    }
    return mm.data.from_frame(frame, **{**given, **options})


def test_a_wide_table_gives_the_data_set_of_its_arrays_with_names_of_columns_and_index():
    ds = read(wide())
    plain = mm.data.from_arrays(
        {"table": TABLE[:, None], "sound": SOUND}, LABEL, ids=[str(i) for i in range(N)], group=[f"s{i % 5}" for i in range(N)], split=SPLIT,
    )  # fmt: skip
    assert ds.fingerprint() == plain.fingerprint()
    assert ds.spec.modality("table").channels == ("age", "height")
    assert ds.spec.modality("table").static
    assert ds.spec.task.classes == ("angry", "calm")


@pytest.mark.parametrize(
    "index", [np.arange(N) * 3 + 7, [f"row {i}" for i in range(N)], pd.MultiIndex.from_product([["a", "b"], range(12)], names=["site", None])]
)  # fmt: skip
def test_labels_of_any_row_index_are_the_ids(index):
    ds = read(wide().set_index(pd.Index(index) if not isinstance(index, pd.MultiIndex) else index))
    labels = ["/".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in index]
    assert {i for s in ds.splits.values() for i in s.ids} == set(labels)
    if isinstance(index, pd.MultiIndex):
        by_site = read(wide().set_index(index), group="site", split_by="group")
        assert [set(s.group) for s in by_site.splits.values()] in ([{"a"}, {"b"}], [{"b"}, {"a"}])


@pytest.mark.parametrize("dtype", ["Float32", "float32[pyarrow]", "object", "float64"])
def test_nullable_arrow_and_object_columns_hold_the_same_numbers(dtype):
    frame = wide()
    frame["age"] = frame["age"].astype(dtype)
    assert read(frame).fingerprint() == read(wide()).fingerprint()


def test_a_missing_cell_is_treated_as_nonfinite_says_and_a_row_without_any_value_is_absent():
    frame = wide().astype({"age": "Float64"})
    frame.loc[3, "age"] = pd.NA
    frame.loc[5, ["age", "height"]] = pd.NA
    frame.loc[7, "sound"] = None
    with pytest.raises(DataError, match=r"table: 1 non-finite values, 1 of them missing.*'3'.*\(row 3\)"):
        read(frame)
    ds = read(frame, nonfinite="mean")
    by_id = {i: (s, k) for s in ds.splits.values() for k, i in enumerate(s.ids)}
    assert not by_id["5"][0].valid["table"][by_id["5"][1]].any()
    assert not by_id["7"][0].valid["sound"][by_id["7"][1]].any()
    assert by_id["3"][0].valid["table"][by_id["3"][1]].all()


def test_a_column_of_splits_and_a_mapping_of_frames_give_the_same_splits():
    frame = wide(fold=np.where(np.arange(N) % 3, "training", "dev"))
    by_column = read(frame, split="fold")
    by_frames = read({"train": frame[frame.fold == "training"], "valid": frame[frame.fold == "dev"]}, split=None)
    assert set(by_column.splits) == {"train", "valid"}
    for name in ("train", "valid"):
        assert (
            by_column[name].ids.tolist()
            == by_frames[name].ids.tolist()
            == frame.index[
                frame.fold.str.startswith(name[:2]) | (frame.fold == {"train": "training", "valid": "dev"}[name])
            ]
            .astype(str)
            .tolist()
        )
    frame.loc[4, "fold"] = None
    with pytest.raises(DataError, match=r"column 'fold' has no value in 1 rows .first: index 4"):
        read(frame, split="fold")


def test_columns_as_steps_text_and_categories():
    series = pd.DataFrame(RNG.normal(size=(N, 6)), columns=[f"t{k}" for k in range(6)]).assign(
        label=pd.Categorical(LABEL, ["calm", "angry"])
    )
    ds = mm.data.from_frame(series, {"ecg": [f"t{k}" for k in range(6)]}, "label", axes={"ecg": "steps"}, split=SPLIT)
    assert ds["train"].inputs["ecg"].shape == (12, 6, 1)
    assert ds.spec.task.classes == ("calm", "angry"), "the order of the categories"

    def letters(texts):
        return [np.array([ord(c) for c in t], float).reshape(-1, 1) for t in texts]

    texts = wide(text=pd.Series(["ab", "", None, "c"] * 6, dtype="string"))
    ds = read(texts, modalities={"text": "text", "table": ["age"]}, encoders={"text": letters}, extras=["text"])
    where = {i: (s, k) for s in ds.splits.values() for k, i in enumerate(s.ids)}
    assert [int(where[str(i)][0].valid["text"][where[str(i)][1]].sum()) for i in range(4)] == [2, 0, 0, 1]
    assert ds["train"].extras["text"][0] in ("ab", "", None, "c")


def long(rate=10.0, start="2026-03-01 10:00", **columns):
    """Accelerometer and heart rate of 8 samples in one table, the rows of both mixed."""
    rows = []
    for s in range(8):
        base = pd.Timestamp(start) + pd.Timedelta(hours=s)
        for k in range(4 + s % 3):
            rows.append(
                {"trial": s, "t": base + pd.Timedelta(seconds=k / rate), "ax": s + k / 10, "ay": -k, "label": LABEL[s]}
            )
        for k in range(2):
            rows.append(
                {"trial": s, "t": base + pd.Timedelta(seconds=0.05 + k / 5), "bpm": 60 + s + k, "label": LABEL[s]}
            )
    return pd.DataFrame(rows).assign(**columns)


def read_long(frame, **options):
    given = {"modalities": {"acc": ["ax", "ay"], "heart": ["bpm"]}, "target": "label", "sample": "trial", "time": "t"}
    return mm.data.from_frame({"train": frame}, **{**given, **options})


def expected_long():
    acc = [np.array([[s + k / 10, -k] for k in range(4 + s % 3)]) for s in range(8)]
    heart = [np.array([[60 + s + k] for k in range(2)]) for s in range(8)]
    times = {"acc": [np.arange(len(a)) / 10 for a in acc], "heart": [0.05 + np.arange(2) / 5 for _ in acc]}
    return mm.data.from_arrays(
        {"train": {"acc": acc, "heart": heart}},
        {"train": LABEL[:8]},
        times={"train": times},
        ids={"train": [str(s) for s in range(8)]},
    )


ORDERS = {
    "as written": lambda f: f,
    "shuffled": lambda f: f.sample(frac=1, random_state=0),
    "time zone": lambda f: f.assign(t=f.t.dt.tz_localize("Europe/Berlin")),
    "seconds": lambda f: f.assign(t=(f.t - pd.Timestamp("2026-03-01")).dt.total_seconds()),
    "timedelta": lambda f: f.assign(t=f.t - pd.Timestamp("2026-03-01")),
    "arrow": lambda f: f.convert_dtypes(dtype_backend="pyarrow"),
}


@pytest.mark.parametrize("kind", ORDERS)
def test_a_long_table_gives_the_sequences_and_times_of_each_sample_in_any_order_of_rows_and_type_of_time(kind):
    ds, plain = read_long(ORDERS[kind](long())), expected_long()
    order = np.argsort(ds["train"].ids.astype(int))
    split = ds["train"].take(order)
    for m in ("acc", "heart"):
        np.testing.assert_allclose(split.inputs[m], plain["train"].inputs[m], atol=1e-6)
        np.testing.assert_array_equal(split.valid[m], plain["train"].valid[m])
        first = np.nanmin(split.times["acc"], axis=1, keepdims=True)
        np.testing.assert_allclose(split.times[m] - first, plain["train"].times[m], atol=1e-6)
    assert split.target.tolist() == plain["train"].target.tolist()
    assert ds.spec.modality("acc").channels == ("ax", "ay")


def test_frames_over_the_change_to_summer_time_keep_their_spacing():
    utc = pd.date_range("2026-03-29 00:59:59.8", periods=6, freq="100ms", tz="UTC")
    frame = pd.DataFrame({"s": [0] * 6 + [1] * 6, "t": [*utc, *utc], "x": np.arange(12.0), "y": [0] * 6 + [1] * 6})
    frame["t"] = frame.t.dt.tz_convert("Europe/Berlin")
    ds = mm.data.from_frame({"train": frame}, {"x": ["x"]}, "y", sample="s", time="t")
    np.testing.assert_allclose(ds["train"].times["x"], [0.1 * np.arange(6)] * 2, atol=1e-6)


def test_a_column_names_the_modality_of_each_row():
    frame = long()
    tidy = frame.assign(
        sensor=np.where(frame.bpm.notna(), "heart", "acc"), x=frame.ax.fillna(frame.bpm), y=frame.ay.fillna(0)
    )
    ds = read_long(tidy, modalities={"acc": ["x", "y"], "heart": ["x"]}, modality="sensor")
    assert ds.fingerprint() == read_long(frame).fingerprint()
    with pytest.raises(DataError, match="train acc: no row of this modality; there is 'ACC', 'heart'"):
        read_long(tidy.replace("acc", "ACC"), modalities={"acc": ["x"], "heart": ["x"]}, modality="sensor")


def test_without_time_all_modalities_share_the_rows_and_a_row_without_a_value_is_masked():
    frame = pd.DataFrame(
        {
            "s": ["u"] * 3 + ["v"] * 2,
            "a": [1.0, 2, 3, 4, 5],
            "b": [6, np.nan, 8, np.nan, np.nan],
            "y": [0, 0, np.nan, 1, 1],
        }
    )
    split = mm.data.from_frame({"train": frame}, {"a": "a", "b": "b"}, "y", sample="s")["train"]
    assert split.valid["b"].tolist() == [[True, False, True], [False] * 3]
    assert split.inputs["b"][0, :, 0].tolist() == [6, 0, 8]
    assert split.valid["a"].tolist() == [[True] * 3, [True, True, False]]
    assert split.target.tolist() == [0, 1]


def test_several_columns_identify_a_sample_and_levels_of_the_index_are_columns():
    frame = pd.DataFrame({"who": ["u", "u", "v", "v"], "trial": [1, 2, 1, 2], "x": [1.0, 2, 3, 4], "y": [0, 1, 0, 1]})
    ds = mm.data.from_frame(
        {"train": frame.set_index(["who", "trial"])}, {"x": ["x"]}, "y", sample=["who", "trial"], group="who"
    )
    assert ds["train"].ids.tolist() == ["u/1", "u/2", "v/1", "v/2"]
    assert ds["train"].group.tolist() == ["u", "u", "v", "v"]
    upper = pd.DataFrame(
        RNG.normal(size=(4, 3)), columns=pd.MultiIndex.from_tuples([("acc", "x"), ("acc", "y"), ("gyro", "x")])
    )
    upper[("y", "")] = [0, 1, 0, 1]
    ds = mm.data.from_frame({"train": upper}, {"acc": "acc", "gyro": "gyro"}, ("y", ""))
    assert ds.spec.modality("acc").channels == ("x", "y")


def test_a_data_set_written_as_a_long_table_comes_back_equal():
    ds = mm.data.synthetic(n=30, modalities=2, steps=12, seed=2)
    rows, split = [], ds["train"]
    for i, name in enumerate(split.ids):
        for m in ds.spec.names:
            for t in np.flatnonzero(split.valid[m][i]):
                values = {f"c{f}": v for f, v in enumerate(split.inputs[m][i, t])}
                rows.append({"id": name, "m": m, "t": t * 0.5, "y": split.target[i], **values})
    frame = pd.DataFrame(rows)
    columns = {m: [f"c{f}" for f in range(ds.spec.modality(m).features)] for m in ds.spec.names}
    back = mm.data.from_frame(
        {"train": frame}, columns, "y", sample="id", time="t", modality="m", task=ds.spec.task.kind
    )["train"]
    assert back.ids.tolist() == split.ids.tolist()
    for m in ds.spec.names:
        np.testing.assert_array_equal(back.inputs[m], split.inputs[m])
        np.testing.assert_array_equal(back.valid[m], split.valid[m])
        assert np.nanmax(back.times[m]) == 0.5 * (split.inputs[m].shape[1] - 1)
    np.testing.assert_array_equal(back.target, split.target)


def changed(row, column, value):
    frame = long()
    frame.index = frame.index + 100
    frame[column] = frame[column].astype(object) if not isinstance(value, float) else frame[column]
    frame.loc[100 + row, column] = value
    return frame


BAD_LONG = {
    "label": (
        lambda: changed(2, "label", "angry"),
        "label.* differs inside sample '0' .index 100: 'calm', index 102: 'angry'",
    ),
    "no sample": (lambda: changed(2, "trial", float("nan")), "column 'trial' has no value in 1 rows .first: index 102"),
    "NaT": (lambda: changed(2, "t", pd.NaT), "column 't' has no value in 1 rows .first: index 102"),
    "text as time": (lambda: long(t="10:00"), "train time: times of dtype|train time: '10:00' is not a time"),
    "a tie": (
        lambda: changed(2, "t", pd.Timestamp("2026-03-01 10:00")),
        "train acc: 1 rows .*sample '0', column 't', index 100 and 102",
    ),
    "NaN": (
        lambda: changed(2, "ax", float("nan")),
        "train acc: 1 cells .*column 'ax', index 102, sample '0': nan.; pass nonfinite",
    ),
    "infinity": (lambda: changed(2, "ay", float("inf")), "column 'ay', index 102, sample '0': inf"),
    "beyond float32": (lambda: changed(2, "ay", 1e39), "column 'ay', index 102, sample '0': 1e.39"),
    "text": (lambda: changed(2, "ax", "high"), "column 'ax' of the DataFrame holds .*str"),
    "arrays as labels": (
        lambda: long().assign(label=lambda f: [[0]] * len(f)),
        "column 'label' holds a list at index",
    ),
    "no rows": (lambda: long().iloc[:0], "train no rows|no rows"),
}


@pytest.mark.parametrize("kind", BAD_LONG)
def test_a_long_table_that_cannot_be_read_is_refused_with_column_and_row_index(kind):
    make, message = BAD_LONG[kind]
    with pytest.raises(DataError, match=message):
        read_long(make())


def twice():
    frame = wide()
    frame.columns = ["age", "age", "label", "who", "sound"]
    return frame


BAD_WIDE = {
    "an unknown column": (wide, {"target": "lable"}, ConfigError, "target: no column 'lable'.*label"),
    "a column twice": (twice, {"modalities": {"table": ["age"]}}, ConfigError, "2 columns are called 'age'"),
    "text as a feature": (wide, {"modalities": {"table": ["age", "who"]}}, DataError, "column 'who' of the DataFrame holds str"),
    "dates as a feature": (lambda: wide(day=pd.Timestamp("2026-01-01")), {"modalities": {"table": ["day"]}}, DataError, "'day' of the DataFrame holds datetime"),
    "complex numbers": (lambda: wide(z=1j), {"modalities": {"table": ["z"]}}, DataError, "holds a complex"),
    "text without an encoder": (wide, {"modalities": {"text": "who"}}, DataError, "raw text needs encoders"),
    "ids twice": (wide, {"ids": "who"}, DataError, "ids are in both|occur more than once"),
    "one class": (lambda: wide().assign(label="calm"), {}, DataError, "only one class"),
    "a label missing": (lambda: wide().assign(label=[None, *LABEL[1:]]), {}, DataError, "1 of 24 samples have no label .first: row 0, id '0'"),
    "no frame": (lambda: {"train": [1, 2]}, {"split": None}, DataError, "train: a builtins.list; give a pandas DataFrame"),
    "time in a wide table": (wide, {"time": "age"}, ConfigError, "belong to the long form"),
    "an empty list": (wide, {"modalities": {"table": []}}, ConfigError, "an empty list of columns"),
    "no split": (dict, {"split": None}, DataError, "from_frame: no split"),
    "a set of columns": (wide, {"modalities": {"table": {"age"}}}, ConfigError, "{'age'}, a set; give a column or a list"),
    "a list as target": (wide, {"target": ["label"]}, ConfigError, "target: ..label.., a list; name one place"),
    "an unknown option": (wide, {"nonfinit": "mean"}, ConfigError, "nonfinit: no such option"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_WIDE)
def test_a_wide_table_that_cannot_be_read_is_refused_by_name(kind):
    make, options, error, message = BAD_WIDE[kind]
    with pytest.raises(error, match=message):
        read(make(), **options)


def test_the_example_of_the_data_readme_runs(tmp_path):
    text = (Path(__file__).parents[2] / "data" / "README.md").read_text(encoding="utf-8")
    code = text[text.index("## Your own data: one row per kind") :].split("```python\n")[1].split("```")[0]
    (tmp_path / "example.py").write_text(f"import mmviz as mm\n{code}", encoding="utf-8")
    ds = runpy.run_path(str(tmp_path / "example.py"))["ds"]
    assert [len(ds[name]) for name in ("train", "test")] == [24, 6]
    assert ds["train"].inputs["acc"].shape == (24, 20, 1)
    assert ds["train"].inputs["heart"].shape == (24, 4, 1)
