"""AVE and the computational sequences of the CMU-MultimodalSDK: values, alignment by word, repairs, damaged and hostile files."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "hostile"))
sys.path.insert(0, str(Path(__file__).parents[2] / "io"))
from readers import probed_here, read_files_of
from recordings import clip
from seeds import hdf5, hdf5_folders, sequence

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data.formats import ave

h5py = pytest.importorskip("h5py")
SETS = hdf5_folders()
RNG = np.random.default_rng(1)


@pytest.fixture(autouse=True)
def _probe_in_this_process(request, monkeypatch):
    """Inspect files here, which is faster, except in the tests of files that are not what they seem."""
    if not {"hostile", "truncated"} & set(request.node.name.split("_")):
        monkeypatch.setattr("mmviz.io.hdf5.subprocess.run", probed_here)


def refusal(name, files, options=None, error=DataError):
    with pytest.raises(error) as found:
        read_files_of(name, SETS[name] | files, options or {})
    return str(found.value)


def arrays_of(raw, path):
    import io

    with h5py.File(io.BytesIO(raw)) as file:
        return file[path][()]


def test_ave_follows_its_order_files_and_averages_the_places_of_the_picture():
    ds = read_files_of("ave", SETS["ave"], {})
    assert {s: split.group.tolist() for s, split in ds.splits.items()} == {
        "train": ["video000000", "video000001", "video000004", "video000005"], "valid": ["video000002", "video000003"],
        "test": ["video000006", "video000007"],
    }  # fmt: skip
    x = arrays_of(SETS["ave"]["visual_feature.h5"], "avadataset")
    np.testing.assert_allclose(ds["train"].inputs["video"][2], x[4].mean(axis=(1, 2)), rtol=1e-5, atol=1e-6)
    assert [(m.name, m.features, m.rate_hz) for m in ds.spec.modalities] == [("audio", 128, 1), ("video", 3, 1)]
    assert ds["test"].extras["event start"].tolist() == [0, 1]
    assert ds["test"].extras["event stop"].tolist() == [5, 6]
    assert [ds.spec.task.classes[k] for k in ds["test"].target] == ["Church bell", "Bark"]
    assert len(ds.spec.task.classes) == len(ave.CLASSES) == 28


def test_videos_of_ave_with_two_annotations_are_two_samples_and_counted_where_they_leak():
    text = SETS["ave"]["Annotations.txt"].replace(b"video000006", b"video000000")
    ds = read_files_of("ave", SETS["ave"] | {"Annotations.txt": text}, {})
    assert [(f.where, f.count, f.first) for f in ds.report.of("leakage")] == [("train, test", 1, "group 'video000000'")]
    assert sum(map(len, ds.splits.values())) == 8


@pytest.mark.parametrize(
    ("order", "message"),
    [([0, 8], r"val_order\.h5: 1 rows are none of the 8 annotations \(first: entry 1: 8\)"), ([-1, 2], "entry 0: -1"),
     ([2.0, 3.0], "2 rows are none"), ([], "the file is empty"), ([2, 4], r"1 rows are listed twice in the order files \(first: row 4\)"),
     ([2, 2], "1 rows are listed twice"), ([[2], [3]], "expected 1 dimensions")],
)  # fmt: skip
def test_an_order_that_cannot_be_is_refused_with_its_place(order, message):
    with pytest.raises(DataError, match=message):
        read_files_of("ave", SETS["ave"] | {"val_order.h5": hdf5({"order": np.array(order)})}, {})


def test_annotations_of_no_split_are_counted():
    ds = read_files_of("ave", SETS["ave"] | {"val_order.h5": hdf5({"order": np.array([2])})}, {})
    assert [(f.count, f.action) for f in ds.report.of("left out")] == [(1, "annotations of no split: not read")]


@pytest.mark.parametrize(
    "row",
    [
        b"Church bell&../../abcde&good&0&10\n",
        b"Bell&video000009&good&0&10\n",
        b"Bark&video000009&good&5&4\n",
        b"Bark&video000009&good&0&11\n",
        b"Bark\n",
    ],
)
def test_an_annotation_that_cannot_be_is_refused_with_its_line(row):
    message = refusal("ave", {"Annotations.txt": SETS["ave"]["Annotations.txt"] + row})
    assert "Annotations.txt, line 9: " in message


def test_a_header_and_an_event_of_no_second_are_reported():
    text = b"Category&VideoID&Quality&StartTime&EndTime\r\n" + SETS["ave"]["Annotations.txt"].replace(
        b"&0&5", b"&0&0", 1
    ).replace(b"\n", b"\r\n")
    found = read_files_of("ave", SETS["ave"] | {"Annotations.txt": text}, {}).report
    assert next(f.action for f in found.of("list")) == "taken as a header"
    assert [(f.count, f.first) for f in found.of("label") if f.level == "note"] == [(1, "video000000_0")]


def test_label_files_are_compared_with_the_annotations():
    y = np.zeros((8, 10, 29), np.float32)
    y[:, :5, 28] = 1
    y[np.arange(8), 5:, :] = np.eye(29)[[0, 2] * 4][:, None]
    assert not read_files_of("ave", SETS["ave"] | {"labels.h5": hdf5({"avadataset": y})}, {}).report.of("label")
    one = y.copy()
    one[3, 5:] = np.eye(29)[7]
    (found,) = read_files_of("ave", SETS["ave"] | {"labels.h5": hdf5({"avadataset": one})}, {}).report.of("label")
    assert (found.where, found.count, found.first) == ("labels.h5", 1, "row 3: 'Violin, fiddle'")
    message = refusal("ave", {"labels.h5": hdf5({"avadataset": np.roll(y, 1, axis=0)})})
    assert "8 of 8 classes are not those of Annotations.txt" in message
    assert "another order" in message


def test_features_of_another_number_of_clips_are_left_out_and_two_files_of_one_kind_refused():
    noisy = {"audio_feature_noisy.h5": hdf5({"avadataset": RNG.normal(size=(3, 10, 128))})}
    (found,) = read_files_of("ave", SETS["ave"] | noisy, {}).report.of("left out")
    assert (found.where, found.action) == ("audio_feature_noisy.h5", "'avadataset' of shape (3, 10, 128): not read")
    again = {"again.h5": SETS["ave"]["audio_feature.h5"]}
    assert "2 files of audio features (again.h5, audio_feature.h5)" in refusal("ave", again, error=ConfigError)
    assert "leave media out" in refusal("ave", {}, {"media": {"fps": 2}}, ConfigError)


def test_a_truncated_feature_file_is_refused():
    raw = SETS["ave"]["audio_feature.h5"]
    message = refusal("ave", {"audio_feature.h5": raw[: len(raw) // 2]})
    assert "audio_feature.h5: not read as HDF5" in message


def test_ave_without_features_reads_its_videos():
    pytest.importorskip("av", reason="needs PyAV: pip install mmviz[video]")
    files = {k: v for k, v in SETS["ave"].items() if "feature" not in k}
    files |= {f"AVE/video{i:06d}.mp4": clip("mp4", seconds=2) for i in range(8)}
    ds = read_files_of("ave", files, {"media": {"size": (2, 2)}})
    assert [(m.name, m.steps, m.rate_hz) for m in ds.spec.modalities] == [("audio", 2, 1), ("video", 2, 1)]
    with pytest.raises(DataError, match=r"1 of 8 clips have no usable audio: video000003_3 \(no file\)"):
        read_files_of("ave", {k: v for k, v in files.items() if "000003" not in k}, {})


def ramp(video_seconds=8.0, rate=10):
    t = np.arange(0, video_seconds, 1 / rate)
    return t[:, None].astype(np.float32) + 0.5 / rate, np.stack([t, t + 1 / rate], axis=1)


def sdk(**changes):
    """Two videos: words of unequal length, and a feature that is the time in seconds."""
    words = np.array([[b"good"], [b"sp"], [b"film"], [b"indeed"]])
    at = [[0, 1], [1, 2.5], [2.5, 3], [4, 8]]
    files = {
        "labels.csd": sequence(
            "Opinion Segment Labels", {v: (np.array([[1.5], [-1.0]]), [[0, 3.5], [3.5, 8]]) for v in ("a", "b")}
        ),
        "words.csd": sequence("words", dict.fromkeys(("a", "b"), (words, at))),
        "time.csd": sequence("time", {v: ramp() for v in ("a", "b")}),
    }
    return files | changes


FOLDS = {"folds": {"train": ["a"], "test": ["b"]}}


def test_a_ramp_aligned_to_words_is_the_mean_of_each_interval():
    ds = read_files_of("sdk", sdk(), FOLDS)
    assert ds["train"].ids.tolist() == ["a[0]", "a[1]"]
    np.testing.assert_allclose(ds["train"].inputs["time"][0, :2, 0], [0.5, 2.75], rtol=1e-5)
    np.testing.assert_allclose(ds["train"].inputs["time"][1, :1, 0], [6.0], rtol=1e-5)
    assert ds["train"].valid["time"].sum(axis=1).tolist() == [2, 1]
    assert ds["train"].extras["raw_text"].tolist() == ["good film", "indeed"]
    assert ds["train"].target.tolist() == [1.5, -1.0]
    assert ds.report.count("pauses") == 2


def test_rows_are_weighted_by_their_overlap_or_counted_once_each():
    x, at = np.array([[0.0], [10.0]]), [[0, 0.9], [0.9, 2]]
    files = sdk(**{"time.csd": sequence("time", dict.fromkeys(("a", "b"), (x, at)))})
    by_duration, by_rows = (read_files_of("sdk", files, FOLDS | {"mean": m}) for m in ("duration", "rows"))
    assert by_duration["train"].inputs["time"][0, 0, 0] == pytest.approx(1.0)
    assert by_rows["train"].inputs["time"][0, 0, 0] == pytest.approx(5.0)
    assert not by_duration["train"].valid["time"][0, 1]  # no row overlaps the second word
    assert by_duration["train"].valid["text"][0, 1]


def test_a_word_on_the_border_of_two_segments_is_a_step_of_both_clipped_to_each():
    labels = sequence("labels", {v: (np.array([[1.0], [2.0]]), [[0, 6], [6, 8]]) for v in ("a", "b")})
    ds = read_files_of("sdk", sdk(**{"labels.csd": labels}), FOLDS)
    assert ds["train"].extras["raw_text"].tolist() == ["good film indeed", "indeed"]
    np.testing.assert_allclose(ds["train"].inputs["time"][:, [2, 0], 0].diagonal(), [5.0, 7.0], rtol=1e-5)


def test_equal_steps_in_place_of_words():
    ds = read_files_of("sdk", sdk(), FOLDS | {"step": 0.5})
    assert ds.spec.names == ("time",)
    assert ds.spec.modality("time").rate_hz == 2
    np.testing.assert_allclose(ds["train"].inputs["time"][0, :7, 0], np.arange(7) / 2 + 0.25, rtol=1e-5)


def test_pauses_can_be_steps_and_long_segments_keep_their_last_steps():
    ds = read_files_of("sdk", sdk(), FOLDS | {"pauses": "keep", "longest": 2})
    assert ds["train"].extras["raw_text"].tolist() == ["sp film", "indeed"]
    (cut,) = ds.report.of("cut")
    assert (cut.level, cut.count, cut.first) == ("repair", 2, "a[0]")


def test_a_video_that_is_missing_in_a_sequence_is_masked_or_leaves_after_unify():
    files = sdk(**{"extra.csd": sequence("extra", {"a": ramp(), "z": ramp()})})
    ds = read_files_of("sdk", files, FOLDS)
    assert not ds["test"].valid["extra"].any()
    assert ds["test"].valid["time"].any()
    assert [(f.first, f.count) for f in ds.report.of("absent") if f.level == "warning" and f.where == "extra"] == [
        ("b", 1)
    ]
    with pytest.raises(ConfigError, match="no labelled video of 'test' is in the files"):
        read_files_of("sdk", files, FOLDS | {"unify": True})
    only = read_files_of("sdk", files, {"folds": {"train": ["a"]}, "unify": True})
    assert [(f.level, f.count, f.first) for f in only.report.of("left out")] == [("repair", 2, "b[0]")]


@pytest.mark.parametrize(("rule", "expected"), [("zero", 0.05 * 9), ("mask", 0.5), ("mean", 0.5)])
def test_values_that_are_not_finite_are_refused_or_treated_before_averaging_and_counted(rule, expected):
    x, at = ramp()
    x = x.copy()
    x[4] = -np.inf  # at 0.45 s, in the first word; the mean of the others is 0.5055
    files = sdk(**{"time.csd": sequence("time", {"a": (x, at), "b": ramp()})})
    with pytest.raises(
        DataError, match=r"time\.csd \(time\) a: 1 values are not finite \(first: row 4, column 0: -inf\)"
    ):
        read_files_of("sdk", files, FOLDS)
    ds = read_files_of("sdk", files, FOLDS | {"nonfinite": rule})
    assert ds["train"].inputs["time"][0, 0, 0] == pytest.approx(expected, abs=0.01)
    (found,) = ds.report.of("nonfinite")
    assert (found.level, found.count) == ("repair", 1)
    assert "row 4, column 0: -inf" in found.first


def test_seven_columns_are_the_labels_of_mosei_by_name():
    y = np.array([[1.0, 0, 0.33, 0, 0, 0, 2], [-2.0, 1, 0, 0, 0, 0, 0]])
    files = sdk(**{"labels.csd": sequence("All Labels", {v: (y, [[0, 3.5], [3.5, 8]]) for v in ("a", "b")})})
    with pytest.raises(DataError, match="Select one by label=0 to 6 or a name: 'sentiment', 'happy', 'sad'"):
        read_files_of("sdk", files, FOLDS)
    sad = read_files_of("sdk", files, FOLDS | {"label": "sad"})
    np.testing.assert_allclose(sad["train"].target, [0.33, 0])
    present = read_files_of("sdk", files, FOLDS | {"label": "sad", "target": "classification"})
    assert present["train"].target.tolist() == [1, 0]
    assert present.spec.task.classes == ("absent", "present")
    sign = read_files_of("sdk", files, FOLDS | {"label": "sentiment", "target": "classification"})
    assert sign["train"].target.tolist() == [1, 0]
    assert sign.spec.task.classes == ("negative", "non-negative")
    assert any("Label: 'sad', column 2 of 7. Present: above 0." in note for note in present.spec.notes)


def test_sequences_are_chosen_by_name_and_refusals_list_what_is_there():
    twice = sdk(**{"more.csd": sequence("More labels", {"a": (np.ones((1, 1)), [[0, 1]])})})
    with pytest.raises(ConfigError, match=r"2 sequences of labels .*pass label_sequence="):
        read_files_of("sdk", twice, FOLDS)
    ds = read_files_of("sdk", twice, FOLDS | {"label_sequence": "Opinion Segment Labels", "names": {"clock": "time"}})
    assert ds.spec.names == ("text", "clock")
    assert [f.first for f in ds.report.of("left out")] == ["'More labels'"]
    with pytest.raises(ConfigError, match=r"names\['x'\]='tim' \(did you mean 'time'\?\)"):
        read_files_of("sdk", sdk(), FOLDS | {"names": {"x": "tim"}})
    with pytest.raises(ConfigError, match=r"0 sequences of words .*or step= in seconds"):
        read_files_of("sdk", {k: v for k, v in sdk().items() if k != "words.csd"}, FOLDS)
    with pytest.raises(DataError, match="have one name"):
        read_files_of("sdk", sdk(**{"b.csd": sdk()["time.csd"]}), FOLDS)


@pytest.mark.parametrize(
    ("features", "intervals", "message"),
    [(np.ones((3, 2)), [[0, 1], [1, 2]], r"features \(3, 2\) and intervals \(2, 2\); expected \(T, d\) and \(T, 2\)"),
     (np.ones(2), [[0, 1], [1, 2]], r"features \(2,\)"), (np.ones((2, 1)), [[0, 1], [3, 2]], r"1 intervals .*first: row 1: \[3\.0, 2\.0\] s"),
     (np.ones((2, 1)), [[0, 1], [np.nan, 2]], "not finite or end before they start"), (np.ones((2, 1), complex), [[0, 1], [1, 2]], "only numbers and text")],
)  # fmt: skip
def test_a_sequence_of_another_layout_is_refused_with_its_video(features, intervals, message):
    files = sdk(**{"time.csd": sequence("time", {"a": ramp(), "b": (features, intervals)})})
    with pytest.raises(DataError, match=rf"time\.csd \(time\), b: .*{message}"):
        read_files_of("sdk", files, FOLDS)


def test_hostile_sequences_are_refused(tmp_path):
    for name, raw in sdk().items():
        (tmp_path / name).write_bytes(raw)
    with h5py.File(tmp_path / "time.csd", "w") as file:
        file["time/data/a/intervals"] = ramp()[1]
        file["time/data/a/features"] = h5py.ExternalLink("labels.csd", "/Opinion Segment Labels/data/a/features")
    with pytest.raises(DataError, match=r"time\.csd \(time\), a: no features"):
        mm.data.load(tmp_path)
    with h5py.File(tmp_path / "time.csd", "w") as file:
        file["time/data/a/intervals"] = ramp()[1]
        file["other/data/a/features"] = ramp()[0]
    with pytest.raises(DataError, match="2 root groups"):
        mm.data.load(tmp_path)
    with h5py.File(tmp_path / "time.csd", "w") as file:
        file["time/data/a/intervals"] = ramp()[1]
        file["time/data/a/features"] = ramp()[0]
        file["time/data/loop"] = file["time"]  # a group inside itself
    ds = mm.data.load(tmp_path, folds={"train": ["a"], "test": ["b"]})
    assert not ds["test"].valid["time"].any()
    raw = sdk()["time.csd"]
    (tmp_path / "time.csd").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(DataError, match=r"time\.csd: not read as HDF5"):
        mm.data.load(tmp_path)


def test_folds_put_each_video_once_and_count_those_in_none():
    ds = read_files_of("sdk", sdk(), {"folds": {"train": ["a"]}})
    assert [(f.count, f.first) for f in ds.report.of("left out")] == [(2, "b[0]")]
    with pytest.raises(ConfigError, match="the video 'a' is in 'train' and in 'test'"):
        read_files_of("sdk", sdk(), {"folds": {"train": ["a"], "test": ["a"]}})


def test_an_encoder_makes_the_text_from_words():
    ds = read_files_of(
        "sdk", sdk(), FOLDS | {"encode_text": lambda texts: [np.full((len(t.split()), 2), len(t)) for t in texts]}
    )
    assert ds["train"].inputs["text"][0].tolist() == [[9, 9], [9, 9]]
    with pytest.raises(ConfigError, match=r"return one array \(words, features\)"):
        read_files_of("sdk", sdk(), FOLDS | {"encode_text": lambda texts: [np.ones((1, 2)) for _ in texts]})


def test_word_vectors_are_the_text_and_words_its_tokens():
    at = [[0, 1], [1, 2.5], [2.5, 3], [4, 8]]
    vectors = sequence("CMU_MOSI_TimestampedWordVectors", {v: (np.arange(8.0).reshape(4, 2), at) for v in ("a", "b")})
    ds = read_files_of("sdk", sdk(**{"vectors.csd": vectors}), FOLDS)
    assert ds["train"].inputs["text"][0].tolist() == [[0, 1], [4, 5]]
    assert ds.spec.modality("text").display.kind == "text"
