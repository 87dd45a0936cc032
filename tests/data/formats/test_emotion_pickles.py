"""DialogueRNN's dialogues, MUStARD and UR-FUNNY, and the emotions of CMU-MOSEI: values, splits, repairs, hostile pickles."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "hostile"))
from readers import read_tree_of, trees

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, UnsafeFileError
from mmviz.data.formats.dialogue_rnn import EMOTIONS
from mmviz.data.formats.mustard_ur_funny import WIDTHS

RNG = np.random.default_rng(0)
IEMOCAP = trees()["dialogue_rnn"][1]
SARCASM = trees()["mustard_ur_funny"][1]


def dialogues(tree, options=None, kind="pickle"):
    return read_tree_of("dialogues", kind, tree, options or {})


def test_an_utterance_comes_with_those_before_it_and_never_with_later_ones():
    ds = dialogues(IEMOCAP, {"context": 1})
    assert ds["train"].ids.tolist() == [
        "Ses01F_impro01_0",
        "Ses01F_impro01_1",
        "Ses01F_impro01_2",
        "Ses02M_script01_0",
        "Ses02M_script01_1",
    ]
    assert ds["train"].valid["text"].sum(axis=1).tolist() == [1, 2, 2, 1, 2]
    given = np.stack(IEMOCAP[3]["Ses01F_impro01"])
    np.testing.assert_array_equal(ds["train"].inputs["text"][2], given[1:3])
    np.testing.assert_array_equal(ds["train"].inputs["text"][0, 0], given[0])
    assert ds["train"].target.tolist() == [0, 3, 5, 0, 3]
    assert ds.spec.task.classes == EMOTIONS["iemocap"]
    assert [m.features for m in ds.spec.modalities] == [4, 2, 3]
    assert ds["train"].extras["speaker"].tolist() == ["M", "F", "M", "M", "F"]
    assert ds["train"].extras["raw_text"].tolist()[:3] == ["yes", "no", "well"]
    assert dialogues(IEMOCAP, {"context": 0}).spec.modality("text").steps == 1


def test_groups_are_sessions_and_a_share_of_the_dialogues_is_set_aside():
    ds = dialogues(IEMOCAP)
    assert set(ds["train"].group) == {"Ses01", "Ses02"}
    assert set(ds["test"].group) == {"Ses05"}
    apart = dialogues(IEMOCAP, {"valid_share": 0.5})
    assert {len(set(apart[s].group)) for s in ("train", "valid", "test")} == {1}
    assert set(apart["train"].group) | set(apart["valid"].group) == {"Ses01", "Ses02"}


@pytest.mark.parametrize("protocol", range(6))
def test_sets_of_dialogues_give_the_same_data_whatever_their_order(protocol, tmp_path):
    names = [f"Ses0{1 + i % 4}F_impro{i:02d}" for i in range(20)]
    fields = [{n: f(i) for i, n in enumerate(names)} for f in (
        lambda i: ["u"], lambda i: ["M"], lambda i: [i % 6], lambda i: [np.full(3, i, np.float32)], lambda i: [np.ones(2)],
        lambda i: [np.ones(2)], lambda i: [f"text {i}"],
    )]  # fmt: skip
    found = []
    for train in (set(names[:15]), names[:15], names[14::-1]):
        path = tmp_path / "IEMOCAP_features_raw.pkl"
        path.write_bytes(pickle.dumps((*fields, train, set(names[15:])), protocol))
        found.append(mm.data.load(path))
    assert found[0].spec.name == "dialogue_rnn_iemocap"
    assert len({ds.fingerprint() for ds in found}) == 1


def test_a_dialogue_pickle_that_calls_a_function_is_refused_and_nothing_runs(tmp_path):
    marker = tmp_path / "ran"

    class Call:
        def __reduce__(self):
            return open, (str(marker), "w")

    path = tmp_path / "x.pkl"
    path.write_bytes(pickle.dumps((*IEMOCAP[:7], Call(), ["Ses05F_impro02"])))
    with pytest.raises(UnsafeFileError, match=r"the name io\.open|the name _io\.open"):
        mm.data.load(path)
    assert not marker.exists()


def changed(at, value):
    return tuple(value if i == at else x for i, x in enumerate(IEMOCAP))


@pytest.mark.parametrize(
    ("tree", "message"),
    [(changed(8, ["Ses01F_impro01"]), r"1 dialogues are in training and test \(first: 'Ses01F_impro01'\)"),
     (changed(8, ["Ses09"]), r"1 of 1 test dialogues have no labels \(first: \['Ses09'\]\)"), (changed(7, []), "0 of 0 train dialogues"),
     (changed(4, {}), "Ses01F_impro01 audio: no such dialogue in this field"),
     (changed(4, IEMOCAP[4] | {"Ses01F_impro01": IEMOCAP[4]["Ses01F_impro01"][:2]}), "3 labels and 2 utterances of audio"),
     (changed(6, IEMOCAP[6] | {"Ses01F_impro01": ["yes"]}), "3 labels, 1 sentences, 3 speakers"),
     (changed(2, IEMOCAP[2] | {"Ses01F_impro01": [0, 6, 1]}), "label 6"), (changed(2, IEMOCAP[2] | {"Ses01F_impro01": [0, "sad", 1]}), "labels"),
     (changed(3, IEMOCAP[3] | {"Ses05F_impro02": [np.ones(4), np.ones(5)]}), "no plain array")],
)  # fmt: skip
def test_fields_that_do_not_belong_together_are_refused_with_the_dialogue(tree, message):
    with pytest.raises(DataError, match=message):
        dialogues(tree)


def test_dialogues_of_no_split_and_repeated_ones_are_counted():
    ds = dialogues(changed(7, ["Ses01F_impro01", "Ses01F_impro01"]))
    assert [(f.kind, f.level, f.count) for f in ds.report][:2] == [
        ("duplicate", "repair", 1),
        ("left out", "warning", 1),
    ]


def avec():
    names = ["d0", "d1"]
    fields = (lambda n: ["u"] * 2, lambda n: ["user", "operator"], lambda n: [np.array([0.1, 0.2, 0.3, 0.4]) + int(n[1])] * 2,
              lambda n: [np.ones(3)] * 2, lambda n: [np.ones(2)] * 2, lambda n: [np.ones(2)] * 2, lambda n: ["a", "b"])  # fmt: skip
    return (*({n: f(n) for n in names} for f in fields), ["d0"], ["d1"])


def test_avec_has_four_values_of_which_one_is_chosen():
    with pytest.raises(
        DataError, match=r"Select one by label=0 to 3 or a name: 'valence', 'arousal', 'expectancy', 'power'"
    ):
        dialogues(avec())
    ds = dialogues(avec(), {"label": "expectancy"})
    np.testing.assert_allclose(ds["test"].target, [1.3, 1.3])
    assert ds.spec.task.kind == "regression"
    with pytest.raises(ConfigError, match="IEMOCAP has one label per utterance"):
        dialogues(IEMOCAP, {"label": 1})


def test_meld_has_no_video_one_hot_speakers_and_two_targets():
    names = ["1", "2"]
    speaker = np.eye(9, dtype=int)
    fields = (lambda n: ["u"] * 2, lambda n: [speaker[3], speaker[0]], lambda n: [6, 0], lambda n: [np.ones(600)] * 2, lambda n: [np.ones(300)] * 2,
              lambda n: ["a", "b"])  # fmt: skip
    tree = (*({n: f(n) for n in names} for f in fields), ["1"], ["2"], {n: [2, 1] for n in names})
    ds = dialogues(tree)
    assert ds.spec.name == "dialogue_rnn_meld"
    assert ds.spec.names == ("text", "audio")
    assert ds["train"].extras["speaker"].tolist() == ["3", "0"]
    assert [ds.spec.task.classes[k] for k in ds["train"].target] == ["anger", "neutral"]
    assert dialogues(tree, {"target": "sentiment"})["train"].target.tolist() == [2, 1]
    with pytest.raises(ConfigError, match="target='sentiment' is of MELD"):
        dialogues(IEMOCAP, {"target": "sentiment"})


def test_daily_dialog_is_named_and_not_read():
    with pytest.raises(DataError, match="DailyDialog, numbers of words only"):
        dialogues(({}, {}, {}, {}, {}, ["a"], ["b"], ["c"]))


def funny(**changes):
    tree = {s: dict(part) for s, part in SARCASM.items()}
    tree["train"] |= changes
    return tree


def test_a_sample_of_mustard_begins_at_its_first_word_in_every_modality():
    text = np.array(SARCASM["train"]["text"])
    text[0, :2] = 0
    ds = read_tree_of("x", "pickle", funny(text=text), {})
    assert ds.spec.name == "mustard_ur_funny"
    assert {m.name: m.features for m in ds.spec.modalities} == WIDTHS
    assert all(ds["train"].valid[m][0].sum() == 1 for m in WIDTHS)
    np.testing.assert_array_equal(
        ds["train"].inputs["audio"][0][ds["train"].valid["audio"][0]], SARCASM["train"]["audio"][0, 2:]
    )
    assert ds["train"].target.tolist() == [1, 0, 1, 0]


def test_a_sample_without_text_is_refused_masked_or_dropped_by_a_word_and_counted():
    text = np.array(SARCASM["train"]["text"])
    text[2] = 0
    with pytest.raises(DataError, match=r"1 of 4 samples are zero throughout \(first: row 2\)"):
        read_tree_of("x", "pickle", funny(text=text), {})
    dropped = read_tree_of("x", "pickle", funny(text=text), {"empty_text": "drop"})
    assert dropped["train"].ids.tolist() == ["train0", "train1", "train3"]
    masked = read_tree_of("x", "pickle", funny(text=text), {"empty_text": "mask"})
    assert masked["train"].valid["audio"][2].sum() == 3
    assert not masked["train"].valid["text"][2].any()
    for ds in (dropped, masked):
        assert [(f.level, f.count, f.first) for f in ds.report.of("empty text")] == [("repair", 1, "row 2")]
    with pytest.raises(ConfigError, match="empty_text='skip'"):
        read_tree_of("x", "pickle", SARCASM, {"empty_text": "skip"})


def test_infinite_audio_is_refused_or_set_to_zero_by_a_word():
    audio = np.array(SARCASM["train"]["audio"])
    audio[1, 2, 5] = -np.inf
    with pytest.raises(DataError, match="nonfinite"):
        read_tree_of("x", "pickle", funny(audio=audio), {})
    assert read_tree_of("x", "pickle", funny(audio=audio), {"nonfinite": "zero"}).report.count("nonfinite") == 1


@pytest.mark.parametrize(
    ("labels", "message"),
    [(np.array([0, 1, 2, 1]), r"expected 0 and 1, or -1 and 1 \(first other: row 2: 2\.0\)"), (np.ones((4, 2)), r"shape \(4, 2\) for 4 samples"),
     (np.array([0, 1, -1, 1]), "expected 0 and 1, or -1 and 1")],
)  # fmt: skip
def test_labels_that_are_not_two_values_are_refused(labels, message):
    with pytest.raises(DataError, match=message):
        read_tree_of("x", "pickle", funny(labels=labels), {})


def mosei():
    y = np.array([[2.0, 0, 0.67, 0, 0, 0, 0], [-1.0, 3, 0, 0, 0, 0, 1]])
    x = {"text": (3, 2), "audio": (3, 2), "vision": (3, 2)}
    return {s: {m: RNG.normal(size=(2, *shape)) for m, shape in x.items()} | {"labels": y} for s in ("train", "test")}


def test_the_seven_labels_of_mosei_are_read_by_name_in_pickles_of_mult():
    sad = read_tree_of("x", "pickle", mosei(), {"label": "sad"})
    np.testing.assert_allclose(sad["train"].target, [0.67, 0])
    present = read_tree_of("x", "pickle", mosei(), {"label": "happy", "target": "classification"})
    assert present["train"].target.tolist() == [0, 1]
    assert present.spec.task.classes == ("absent", "present")
    sentiment = read_tree_of("x", "pickle", mosei(), {"label": "sentiment", "target": "classification"})
    assert sentiment["train"].target.tolist() == [1, 0]
    with pytest.raises(DataError, match=r"multi-target.*one column at a time.*'sentiment', 'happy'"):
        read_tree_of("x", "pickle", mosei(), {})
    tree = mosei()
    tree["train"]["labels"][0, 1] = 4
    with pytest.raises(DataError, match=r"outside 0\.0 to 3\.0"):
        read_tree_of("x", "pickle", tree, {"label": "happy"})
