"""The verification data load, and are what their READMEs say; their baselines: test_baselines_of_readmes.py."""

import numpy as np
import pytest
from shared import SHARED, folds, needs_shared, parts, whole

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data.encoders.audio import log_mel
from mmviz.io.archive import tar_members
from mmviz.io.media import read_wav

pytestmark = needs_shared


def _sizes(ds):
    return {name: len(split) for name, split in ds.splits.items()}


def _utterances(**options):
    return mm.data.load(SHARED / "cmu_mosi/mosi_utterance.npz", **options)


def test_mosi_utterances_have_the_official_sizes_and_the_authors():
    assert _sizes(_utterances()) == {"train": 1284, "valid": 229, "test": 686}
    assert _sizes(_utterances(split="bclstm")) == {"train": 1447, "test": 752}
    assert sum(_sizes(_utterances(split="held_out")).values()) == 752
    assert _utterances().report.count("leakage") == 0


def test_mosi_four_utterances_have_no_value():
    with pytest.raises(DataError, match="3 of 1284 samples have no label"):
        _utterances(target="regression")
    ds = _utterances(target="regression", labels="drop")
    assert sum(_sizes(ds).values()) == 2195
    assert ds.report.count("label") == 4


@pytest.mark.parametrize("modality", ["text_cnn", "video"])
def test_the_mosi_label_leak_is_refused_by_name_and_warned_about_when_kept(modality):
    with pytest.raises(DataError, match=rf"{modality}: bc-LSTM label leak"):
        _utterances(modalities=("audio", modality))
    kept = _utterances(modalities=("audio", modality), leak="keep")
    assert [(f.level, f.first) for f in kept.report.of("label leak")] == [("warning", "bc-LSTM label leak")]
    assert any("label leak" in note for note in kept.spec.notes)
    assert _utterances(split="bclstm").report.count("label leak") == 1447
    assert _utterances(split="held_out").report.count("label leak") == 0


def test_mosi_words_npz_and_misa_pickle_hold_the_same_numbers():
    a = mm.data.load(SHARED / "cmu_mosi/mosi_word_valid229.npz")
    b = mm.data.load(SHARED / "cmu_mosi/original_misa_dev.pkl")
    assert sum(_sizes(a).values()) == sum(_sizes(b).values()) == 229
    for name in a.splits:
        assert a[name].ids.tolist() == b[name].ids.tolist()
        assert np.array_equal(a[name].target, b[name].target)
        for m in ("vision", "audio"):
            width = b[name].inputs[m].shape[1]
            assert np.array_equal(a[name].inputs[m][:, :width], b[name].inputs[m])
            assert np.array_equal(a[name].valid[m][:, :width], b[name].valid[m])
    assert len(set(np.concatenate([s.group for s in a.splits.values()]))) == 10
    assert a.report.count("leakage") == 0


def test_the_mmsa_pickle_has_its_sizes_lengths_and_texts():
    ds = mm.data.load(SHARED / "cmu_mosi/mmsa_style_aligned_50_mini.pkl")
    assert _sizes(ds) == {"train": 24, "valid": 8, "test": 8}
    assert ds.spec.names == ("text", "audio", "vision")
    assert ds["train"].valid["audio"].sum(1)[:2].tolist() == [2, 19]
    assert ds["train"].target[:3].tolist() == np.float32([0.8, -1.6, -2.0]).tolist()
    assert ds["train"].extras["raw_text"][0] == "not great"
    classes = mm.data.load(SHARED / "cmu_mosi/mmsa_style_aligned_50_mini.pkl", target="classification")
    assert classes["train"].target[:3].tolist() == [2, 0, 0]


def test_the_bclstm_pickle_has_the_audio_of_the_npz():
    ds = mm.data.load(SHARED / "cmu_mosi/original_bclstm_audio.pickle", encoding="latin1")
    assert _sizes(ds) == {"train": 1447, "test": 752}
    other = _utterances(split="bclstm", modalities=("audio",))
    for name in ds.splits:
        a, b = (np.sort(d[name].inputs["audio"][:, 0, 0].astype(np.float64)) for d in (ds, other))
        np.testing.assert_allclose(a, b, rtol=1e-5)
        assert np.bincount(ds[name].target).tolist() == np.bincount(other[name].target).tolist()


def test_mmmo_has_its_sizes_and_no_text_in_training():
    path = SHARED / "mfn_word_aligned/mmmo.npz"
    ds = mm.data.load(path, target="classification")
    assert _sizes(ds) == {"train": 220, "valid": 40, "test": 80}
    assert ds.spec.names == ("audio", "video")
    assert ds.report.of("absent")[0].where == "train text"
    assert all("at the start" in f.action for f in ds.report.of("lengths"))
    assert mm.data.load(path, splits=("valid", "test")).spec.names == ("text", "audio", "video")


def test_utd_mhad_sizes_subjects_lengths_and_actions():
    ds = mm.data.load(SHARED / "utd_mhad", valid_subjects=(7,))
    assert sum(_sizes(ds).values()) == 861
    assert {name: sorted(set(s.group)) for name, s in ds.splits.items()} == {
        "train": ["1", "3", "5"],
        "valid": ["7"],
        "test": ["2", "4", "6", "8"],
    }
    lengths = {m: np.concatenate([s.valid[m].sum(1) for s in ds.splits.values()]) for m in ds.spec.names}
    assert [(int(k.min()), int(k.max())) for k in lengths.values()][:2] == [(107, 326), (41, 125)]
    assert [m.features for m in ds.spec.modalities] == [6, 60, 768]
    assert len(set(ds["train"].target)) == 27
    assert ds.report.count("leakage") == 0


def test_fsdd_baselines_by_random_folds_and_by_speaker():
    ds = mm.data.load(SHARED / "fsdd/fsdd_logmel40.npz")
    inputs, valid, y, speaker = whole(ds)
    x = parts(inputs["audio"], valid["audio"]).reshape(len(y), 4, 2, -1)[:, :, 0].reshape(len(y), -1)  # the means alone
    assert folds(x, y, strength=0.01) == pytest.approx(93.6, abs=1)
    assert folds(x, y, speaker, strength=0.01, n=6) == pytest.approx(68.9, abs=1)


def test_fsdd_sizes_splits_and_speakers():
    path = SHARED / "fsdd/fsdd_logmel40.npz"
    ds = mm.data.load(path)
    assert _sizes(ds) == {"train": 2700, "test": 300}
    assert np.bincount(ds["train"].target).tolist() == [270] * 10
    assert ds.report.count("leakage") == 6
    by_speaker = mm.data.load(path, split="speaker", test_speaker="lucas")
    assert _sizes(by_speaker) == {"train": 2500, "test": 500}
    assert by_speaker.report.count("leakage") == 0
    with pytest.raises(ConfigError, match="there is 'george'"):
        mm.data.load(path, split="speaker", test_speaker="nobody")


def test_log_mel_of_the_recordings_is_that_of_the_npz_up_to_a_constant():
    with np.load(SHARED / "fsdd/fsdd_logmel40.npz") as z:
        starts = np.r_[0, np.cumsum(z["lengths"])]
        names, logmel = z["speaker_names"].tolist(), z["logmel"]
        rows = {
            (int(d), names[s], int(i)): k
            for k, (d, s, i) in enumerate(zip(z["digit"], z["speaker"], z["index"], strict=True))
        }
    members = tar_members(SHARED / "fsdd/fsdd_sample_wavs.tar")
    assert len(members.names) == 60
    for name in members.names[::6]:
        digit, speaker, index = name.split("/")[1][:-4].split("_")
        k = rows[int(digit), speaker, int(index)]
        sound, rate = read_wav(members.read(name))
        assert rate == 8000
        ours, theirs = log_mel(sound[:, 0], rate), logmel[starts[k] : starts[k + 1]].astype(np.float64)
        assert len(ours) == len(theirs)
        assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.99


def test_nyu_npz_has_the_official_split_and_its_majority():
    ds = mm.data.load(SHARED / "nyu_depth_v2/nyu_v2_80x60.npz", target="pixel", per_frame=40)
    frames = {name: len(set(split.group)) for name, split in ds.splits.items()}
    assert frames == {"train": 795, "test": 654}
    assert ds.report.count("leakage") == 0
    most = np.bincount(ds["train"].target).argmax()
    assert 100 * (ds["test"].target == most).mean() == pytest.approx(30.0, abs=1)
    assert 0 < ds["train"].inputs["depth"].max() <= 10
    assert ds["train"].inputs["rgb"].max() <= 1


def test_the_nyu_mat_file_shrunk_equals_the_npz():
    """The small .mat holds the official frames 2, 3, 0, 1, in this order: upright and not mirrored."""
    options = {"target": "dominant"}
    mat = mm.data.load(
        SHARED / "nyu_depth_v2/nyu_depth_v2_labeled_mini.mat", splits={"train": [0, 1], "test": [2, 3]}, **options
    )
    npz = mm.data.load(SHARED / "nyu_depth_v2/nyu_v2_80x60.npz", **options)
    rows = {i: k for k, i in enumerate(npz["train"].ids.tolist())}
    for k, i in enumerate(["2", "3"]):
        for m, least in (("rgb", 0.98), ("depth", 0.98)):
            a, b = mat["train"].inputs[m][k], npz["train"].inputs[m][rows[i]]
            assert a.shape == b.shape
            assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > least


def test_the_error_of_a_nyu_mat_file_names_the_missing_split_or_scenes():
    path = SHARED / "nyu_depth_v2/nyu_depth_v2_labeled_mini.mat"
    with pytest.raises(DataError, match=r"splits\.mat"):
        mm.data.load(path)
    with pytest.raises(DataError, match="no scene types here; it has 'depths', 'images'"):
        mm.data.load(path, target="scene", splits={"train": [2, 3], "test": [0, 1]})


def test_mvsa_features_have_the_labels_of_the_readme():
    ds = mm.data.load(SHARED / "mvsa_single/mvsa_single_features.npz")
    assert np.bincount(whole(ds)[2]).tolist() == [1193, 419, 2388]
    assert ds.report.of("duplicate")


def test_mvsa_archive_keeps_conventions_apart_and_reads_text_that_is_not_utf8():
    path = SHARED / "mvsa_single/mvsa_single_96.tar.gz"
    with pytest.raises(DataError, match="convention='agreement' needs labelResultAll"):
        mm.data.load(path, convention="agreement", size=(2, 2))
    ds = mm.data.load(path, size=(2, 2))
    assert sum(_sizes(ds).values()) == 4000
    assert np.bincount(np.concatenate([s.target for s in ds.splits.values()])).tolist() == [1193, 419, 2388]
    assert ds.report.count("encoding") == 943
