"""Invalid values in files: refused with count and place, or repaired by an explicit option and counted."""

import pickle

import numpy as np
import pytest
from arrays import SIZES, honest

import mmviz as mm
from mmviz.core.errors import DataError
from mmviz.data import from_arrays
from mmviz.data.formats import read_content
from mmviz.io.content import Content


def mmsa(**spoilt):
    """A tree as MMSA writes it: 12 / 5 / 6 samples, padding at the end, lengths for audio and vision."""
    rng = np.random.default_rng(0)
    tree = {}
    for k, (split, n) in enumerate(SIZES.items()):
        lengths = rng.integers(2, 8, n)
        real = (np.arange(7) < lengths[:, None])[..., None]
        tree[split] = {
            "audio": (rng.normal(size=(n, 7, 5)) * real).astype(np.float32),
            "vision": (rng.normal(size=(n, 7, 20)) * real).astype(np.float32),
            "text": (rng.normal(size=(n, 7, 8)) * real).astype(np.float32),
            "id": [f"v{k}{i}$_$3" for i in range(n)],
            "audio_lengths": lengths.tolist(),
            "vision_lengths": lengths.tolist(),
            "regression_labels": rng.uniform(-3, 3, n).astype(np.float32),
            "raw_text": [f"text {i}" for i in range(n)],
        }
    tree["train"] |= spoilt
    return tree


def load(tree, **options):
    return read_content(Content("x.pkl", None, "pickle", tree), "mmsa", options)


@pytest.mark.parametrize(
    ("row", "modality", "value"),
    [(22, "audio", -np.inf), (23, "audio", np.inf), (23, "vision", np.nan), (23, "text", np.nan), (24, "text", 1e39)],
)
def test_non_finite_values_are_refused_masked_or_zeroed_and_counted(row, modality, value):
    tree = mmsa()
    tree["train"][modality] = tree["train"][modality].astype(np.float64)
    tree["train"][modality][3, 1, 2] = value
    with pytest.raises(DataError, match=rf"train {modality}: 1 non-finite.*'v03\$_\$3', step 1, feature 2"):
        load(tree)
    zero, mask = load(tree, nonfinite="zero"), load(tree, nonfinite="mask")
    kind = "overflow" if row == 24 else "nonfinite"
    assert zero.report.count(kind) == mask.report.count(kind) == 1
    assert zero["train"].inputs[modality][3, 1, 2] == 0
    assert zero["train"].valid[modality][3, 1]
    assert not mask["train"].valid[modality][3, 1]
    assert all(np.isfinite(x).all() for x in zero["train"].inputs.values())


def test_a_constant_feature_normalises_to_zero_and_is_listed():
    tree = mmsa()
    for split in tree.values():
        split["audio"][:, :, 4] = 2.5
    ds = load(tree)
    audio = ds.spec.modality("audio")
    assert audio.std[4] == 0
    assert ds.report.count("constant") == 1
    x = (ds["train"].inputs["audio"] - audio.mean) / np.where(audio.std == 0, 1, audio.std)
    assert (x[ds["train"].valid["audio"]][:, 4] == 0).all()


def test_a_sample_of_length_zero_is_kept_and_the_model_stays_finite():
    tree = mmsa()
    tree["train"]["audio_lengths"][2] = 0
    tree["train"]["audio"][2] = 0
    ds = load(tree)
    assert len(ds["train"]) == SIZES["train"]
    assert not ds["train"].valid["audio"][2].any()
    assert ds.report.count("absent") == 1
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)
    run = mm.train.fit(model, ds, epochs=1, progress=False)
    assert np.isfinite(run.predict(ds["train"])).all()


@pytest.mark.parametrize("length", [8, -1, 2.5, np.nan])
def test_an_impossible_length_is_refused_with_the_id(length):
    tree = mmsa()
    tree["train"]["audio_lengths"][4] = length
    with pytest.raises(DataError, match=r"train audio: 1 impossible lengths \(first: sample 'v04\$_\$3'"):
        load(tree)


@pytest.mark.parametrize(("length", "kept"), [(99, 7), (-1, 0)])
def test_impossible_lengths_are_clipped_on_request_and_counted(length, kept):
    tree = mmsa()
    tree["train"]["audio_lengths"][4] = length
    ds = load(tree, lengths="clip")
    assert ds["train"].valid["audio"][4].sum() == kept
    assert [(f.where, f.count) for f in ds.report.of("lengths") if f.level == "repair"] == [("train audio", 1)]
    tree["train"]["audio_lengths"][4] = 2.5
    with pytest.raises(DataError, match="impossible lengths"):
        load(tree, lengths="clip")


@pytest.mark.parametrize("side", ["end", "start"])
def test_missing_lengths_come_from_zero_steps_on_the_side_where_they_are(side):
    tree = mmsa()
    wanted = np.array(tree["train"]["audio_lengths"])
    for split in tree.values():
        del split["audio_lengths"], split["vision_lengths"]
        for m in ("audio", "vision", "text"):
            split[m] = split[m] if side == "end" else split[m][:, ::-1]
    ds = load(tree)
    real = ds["train"].valid["audio"]
    assert (real.sum(1) == wanted).all()
    assert (real[:, 0] if side == "end" else real[:, -1]).all()
    assert all(f"at the {side}" in f.action for f in ds.report.of("lengths"))
    assert np.array_equal(load(mmsa(), lengths="derive")["train"].valid["audio"].sum(1), wanted)


def test_padding_on_another_side_than_stated_is_refused():
    tree = mmsa()
    for split in tree.values():
        for m in ("audio", "vision", "text"):
            split[m] = split[m][:, ::-1]
    with pytest.raises(DataError, match="padding='start'"):
        load(tree, padding="end")
    ds = load(tree, padding="start")
    assert ds.fingerprint() == load(tree).fingerprint()


def test_zero_steps_inside_a_sequence_are_real():
    tree = mmsa()
    for split in tree.values():
        del split["audio_lengths"]
    tree["train"]["audio"][0, :6] = 1
    tree["train"]["audio"][0, 2:4] = 0
    assert load(tree)["train"].valid["audio"][0, :6].all()


def test_a_modality_absent_for_one_sample_is_masked_and_for_all_is_refused():
    tree = mmsa()
    for m in ("audio", "vision", "text"):
        tree["train"][m][1] = 0
    tree["train"]["audio_lengths"][1] = 0
    ds = load(tree)
    assert not ds["train"].valid["audio"][1].any()
    tree["train"]["audio"][:] = 0
    tree["train"]["audio_lengths"] = [0] * SIZES["train"]
    with pytest.raises(DataError, match="train audio: absent for every sample"):
        load(tree)


def test_the_shapley_value_of_an_absent_modality_is_exactly_zero(ragged, ragged_run):
    trace = mm.record(ragged_run, ragged["test"])
    phi = mm.analysis.shapley(trace)
    absent = ~ragged["test"].valid["sound"].any(axis=1)
    assert absent.any()
    values = (
        phi["shapley"].sel(modality="sound")
        if "shapley" in phi
        else phi[next(iter(phi.data_vars))].sel(modality="sound")
    )
    assert (values.values[absent] == 0).all()


@pytest.mark.parametrize("key", ["audio", "id"])
def test_a_missing_key_lists_those_that_are_there(key):
    tree = mmsa()
    del tree["test"][key]
    with pytest.raises(DataError, match=rf"x\.pkl, test: no key '{key}'; it has .*'vision'"):
        load(tree)


@pytest.mark.parametrize("key", ["audio", "regression_labels", "id", "raw_text"])
def test_different_counts_are_all_listed(key):
    tree = mmsa()
    tree["train"][key] = tree["train"][key][:-1]
    if key == "audio":
        del tree["train"]["audio_lengths"]
    with pytest.raises(
        DataError, match=r"train sample counts differ: .*vision 12.* 11|train sample counts differ: .* 11.*12"
    ):
        load(tree)


def test_a_duplicate_id_is_refused_or_dropped_from_training_first():
    tree = mmsa()
    tree["train"]["id"][5] = tree["test"]["id"][0]
    tree["train"]["id"][7] = tree["train"]["id"][6]
    with pytest.raises(DataError, match="train ids: 1 occur more than once"):
        load(tree)
    ds = load(tree, duplicates="drop")
    assert [len(s) for s in ds.splits.values()] == [10, 5, 6]
    assert ds.report.count("duplicate") == 2
    assert tree["test"]["id"][0] in ds["test"].ids


def test_a_video_in_two_splits_is_a_counted_warning():
    tree = mmsa()
    tree["test"]["id"][0] = "v00$_$99"
    finding = load(tree).report.of("leakage")[0]
    assert (finding.level, finding.where, finding.count, finding.first) == ("warning", "train, test", 1, "group 'v00'")


def test_the_same_content_under_two_ids_is_a_counted_warning():
    tree = mmsa()
    for m in ("audio", "vision", "text"):
        tree["test"][m][2] = tree["train"][m][4]
    for m in ("audio_lengths", "vision_lengths"):
        tree["test"][m][2] = tree["train"][m][4]
    finding = load(tree).report.of("duplicate")[0]
    assert (finding.level, finding.where, finding.count) == ("warning", "train, test", 1)
    assert "v04" in finding.first


def test_labels_beyond_the_range_as_mosei_has_them():
    tree = mmsa()
    tree["train"]["regression_labels"][:2] = [10 / 3, 5.0]
    with pytest.raises(DataError, match=r"train: 2 labels outside -3\.0 to 3\.0 \(first: row 0, id .*: 3\.33"):
        load(tree)
    assert load(tree, labels="clip")["train"].target.max() == 3
    assert len(load(tree, labels="drop")["train"]) == 10
    assert load(tree, label_range=(-3.0, 5.0))["train"].target.max() == 5
    assert load(tree, labels="clip").report.count("label") == 2


def test_labels_of_ch_sims_range_from_minus_one_to_one():
    tree = mmsa()
    for split in tree.values():
        split["regression_labels"] = split["regression_labels"] / 3
        split["regression_labels_T"] = split["regression_labels"] / 2
    assert np.allclose(load(tree, label="T")["train"].target, tree["train"]["regression_labels_T"])
    tree["train"]["regression_labels"][0] = 1.5
    with pytest.raises(DataError, match=r"outside -1\.0 to 1\.0"):
        load(tree)


@pytest.mark.parametrize("label", [np.nan, "positive", None])
def test_a_label_that_is_not_a_number_is_refused(label):
    labels = [0.5] * SIZES["train"]
    labels[3] = label
    with pytest.raises(DataError):
        load(mmsa(regression_labels=np.array(labels, dtype=object)))


def test_missing_labels_are_dropped_on_request_and_counted():
    tree = mmsa()
    tree["train"]["regression_labels"][3] = np.nan
    with pytest.raises(DataError, match=r"1 of 12 samples have no label \(first: row 3, id 'v03"):
        load(tree)
    ds = load(tree, labels="drop")
    assert len(ds["train"]) == 11
    assert "v03$_$3" not in ds["train"].ids


def test_both_conventions_of_binary_accuracy_have_names():
    from mmviz.train import metrics

    found = metrics.sentiment([-0.1, 1.0, -1.0], [0.0, 2.0, -2.0], convention="mosi")
    assert {"accuracy_2_nonnegative", "accuracy_2_positive"} <= set(found)
    assert found["accuracy_2_nonnegative"] == pytest.approx(2 / 3)
    assert found["accuracy_2_positive"] == 1


def test_a_correlation_of_constants_is_nan_with_its_reason():
    from mmviz.train import metrics

    found = metrics.regression([1.0, 1.0, 1.0], [0.0, 1.0, 2.0])
    assert any(np.isnan(found[name]) for name in found)


def test_feature_sizes_that_differ_between_splits_of_a_file_are_refused():
    tree = mmsa()
    tree["test"]["audio"] = np.zeros((6, 7, 43), np.float32)
    with pytest.raises(DataError, match="audio: 5 features in train but 43 in test"):
        load(tree)


def test_the_error_of_a_ragged_object_array_names_pad():
    ragged = np.empty(12, dtype=object)
    ragged[:] = [np.zeros((i + 1, 5)) for i in range(12)]
    with pytest.raises(DataError, match=r"mmviz\.data\.pad"):
        load(mmsa(audio=ragged))


def test_an_empty_split_is_refused():
    tree = mmsa()
    tree["valid"] = {k: v[:0] for k, v in tree["valid"].items()}
    with pytest.raises(DataError, match="valid inputs: no samples"):
        load(tree)


def test_predictions_of_a_sample_do_not_depend_on_its_batch_position_or_on_absent_neighbours(ragged, ragged_run):
    split = ragged["test"]
    valid = {m: v.copy() for m, v in split.valid.items()}
    for v in valid.values():
        v[3] = False
    split = type(split)(split.name, split.inputs, valid, split.target, split.ids, split.group)
    together = ragged_run.predict(split)
    assert np.isfinite(np.asarray(together)).all()
    for i in (0, 3, len(split) - 1):
        np.testing.assert_allclose(ragged_run.predict(split.take([i])), np.asarray(together)[[i]], atol=1e-6)


@pytest.mark.parametrize("text", ["🙂", "a\u202eb", "<b>", "\ud800", "x" * 1_000_000, ""])
def test_odd_text_is_kept_per_sample_and_shown_safely(text):
    tree = mmsa()
    tree["train"]["raw_text"][2] = text
    ds = load(tree)
    assert ds["train"].extras["raw_text"][2] == text
    assert ds["train"].take([2]).extras["raw_text"].tolist() == [text]
    shown = str(ds.report) + ds.report._repr_html_()
    shown.encode("utf-8")


def test_an_id_with_a_nul_or_a_lone_surrogate_is_refused_or_shown_escaped():
    tree = mmsa()
    tree["train"]["id"][2] = "a\0"
    with pytest.raises(DataError, match="without NUL"):
        load(tree)
    tree["train"]["id"][2] = tree["train"]["id"][3] = "\ud800\u202e"
    with pytest.raises(DataError) as error:
        load(tree)
    assert "occur more than once" in str(error.value)


def test_an_unknown_rate_stays_unknown():
    ds = load(mmsa())
    assert [m.rate_hz for m in ds.spec.modalities] == [None] * 3
    inputs, target, lengths = honest()
    known = from_arrays(inputs, target, lengths=lengths, rate_hz={"sound": 50.0})
    assert [m.rate_hz for m in known.spec.modalities] == [50.0, None]


def test_a_refusal_changes_nothing_in_what_was_given():
    tree = mmsa()
    tree["train"]["audio"][3, 1, 2] = np.nan
    before = pickle.dumps(tree)
    with pytest.raises(DataError):
        load(tree)
    load(tree, nonfinite="zero", labels="clip", lengths="clip", duplicates="drop")
    assert pickle.dumps(tree) == before
