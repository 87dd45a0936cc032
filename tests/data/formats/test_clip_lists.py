"""Lists of clips as the field's repositories hold them: versions, leaks, splits, and lists that are damaged or hostile."""

import hashlib
import io
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "hostile"))
from readers import lists_of_clips, read_files_of
from seeds import spectrum, wav

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data.formats import clip_lists, cremad, kinetics_sounds

SETS = lists_of_clips()
SMALL = {"media": {"size": (2, 2)}}


def changed(name, key, change):
    """Give the files of one set, of which one was changed."""
    files = dict(SETS[name])
    files[key] = change(files[key])
    return files


def refusal(files, options=SMALL, error=DataError):
    with pytest.raises(error) as found:
        read_files_of("set", files, options)
    return str(found.value)


def known(monkeypatch, files, family, what):
    for name, part in what.items():
        digest = hashlib.sha256(files[name]).hexdigest()
        monkeypatch.setitem(clip_lists.KNOWN, digest, (family, f"CREMA-D {part}"))


def test_the_two_versions_of_cremad_are_named_and_their_classes_are_in_their_own_order(monkeypatch):
    ogm, mla = SETS["cremad"], SETS["cremad lists of MLA"]
    known(monkeypatch, ogm, "ogm_ge", {"train.csv": "train", "test.csv": "test"})
    known(monkeypatch, mla, "mla", {"data/my_train_cre.txt": "train", "data/my_test_cre.txt": "test"})
    first, second = (read_files_of("set", files, SMALL) for files in (ogm, mla))
    assert [f.action for f in first.report.of("list")] == [
        "OGM-GE (CVPR 2022), CREMA-D train", "OGM-GE (CVPR 2022), CREMA-D test"
    ]  # fmt: skip
    assert first.spec.task.classes == ("neutral", "happy", "sad", "fear", "disgust", "anger")
    assert second.spec.task.classes == ("anger", "disgust", "fear", "happy", "neutral", "sad")
    assert any("673" in str(f.count) and "not comparable" in f.action for f in second.report.of("list"))
    assert any("another split than OGM-GE's" in note for note in second.spec.notes)
    assert any("Lists of OGM-GE" in note for note in first.spec.notes)


def test_a_list_of_unknown_version_is_reported_with_its_digest():
    files = SETS["cremad"]
    ds = read_files_of("set", files, SMALL)
    found = ds.report.of("list")
    assert {f.level for f in found} == {"warning"}
    assert found[0].first == f"sha256 {hashlib.sha256(files['train.csv']).hexdigest()}"
    assert any("unknown version" in note for note in ds.spec.notes)


@pytest.mark.parametrize("version", [b"a,1\nb,2\n", b"a,1\r\nb,2\r\n"])
@pytest.mark.parametrize("stored", [b"a,1\nb,2\n", b"a,1\r\nb,2\r\n"])
def test_a_known_list_is_recognised_after_its_line_ends_were_converted(version, stored, monkeypatch):
    monkeypatch.setattr(clip_lists, "KNOWN", {hashlib.sha256(stored).hexdigest(): ("mla", "x")})
    assert clip_lists.family_of(version) == ("mla", "x")
    assert clip_lists.family_of(version + b"c,3\n") is None


def test_the_digests_of_the_known_lists_are_complete_and_of_known_families():
    assert all(len(d) == 64 and int(d, 16) for d in clip_lists.KNOWN)
    assert {family for family, _ in clip_lists.KNOWN.values()} == set(clip_lists.FAMILIES)


def test_lists_of_both_versions_in_one_folder_need_a_choice_and_their_overlap_is_counted():
    files = SETS["cremad"] | SETS["cremad lists of MLA"]
    message = refusal(files, error=ConfigError)
    assert "1 of MLA's 2 test clips are in OGM-GE's training list" not in message
    assert "2 of MLA's 2 test clips are in OGM-GE's training list" in message
    assert "lists='ogm_ge' or lists='mla'" in message
    assert len(read_files_of("set", files, SMALL | {"lists": "mla"})["train"]) == 4
    with pytest.raises(DataError, match="no lists of 'mla'"):
        read_files_of("set", SETS["cremad"], SMALL | {"lists": "mla"})


def test_actors_in_both_lists_of_cremad_are_counted_and_a_split_by_actor_separates_them():
    files = SETS["cremad"]
    ds = read_files_of("set", files, SMALL)
    assert ds.report.count("leakage") == 2
    assert any(note.startswith("2 of 3 actors are in more than one list") for note in ds.spec.notes)
    clips = [f"10{i:02d}_IEO_{e}_XX" for i in range(7) for e in ("NEU", "HAP")]
    many = {f"AudioWAV/{c}.wav": wav(2000) for c in clips}
    many |= {
        n: "".join(f"{c},{c[9:12]}\n" for c in part).encode()
        for n, part in (("train.csv", clips[:13]), ("test.csv", clips[13:]))
    }
    apart = read_files_of("set", many, SMALL | {"split": "actor"})
    groups = [set(split.group.tolist()) for split in apart.splits.values()]
    assert sorted(g for group in groups for g in group) == [f"10{i:02d}" for i in range(7)]
    assert not apart.report.of("leakage")


def test_the_lists_of_a_later_repository_have_a_header_and_a_validation_list():
    files = dict(SETS["cremad"])
    rows = files["train.csv"].splitlines(keepends=True)
    files |= {"train.csv": b"id,label\n" + b"".join(rows), "my_train.csv": b"".join(rows[:3]), "val.csv": rows[3]}
    ds = read_files_of("set", files, SMALL)
    assert {s: len(split) for s, split in ds.splits.items()} == {"train": 3, "valid": 1, "test": 2}
    with pytest.raises(ConfigError, match="the lists have a validation split of 1 clips"):
        read_files_of("set", files, SMALL | {"valid_share": 0.5})
    del files["val.csv"]
    ds = read_files_of("set", files, SMALL)
    assert len(ds["train"]) == 4
    assert [f.first for f in ds.report.of("list") if "header" in f.action] == ["id,label"]


def test_a_share_of_the_training_list_is_set_aside_with_a_seed():
    one, same, other = (
        read_files_of("set", SETS["cremad"], SMALL | {"valid_share": 0.25, "seed": s}) for s in (0, 0, 3)
    )
    assert {s: len(split) for s, split in one.splits.items()} == {"train": 3, "valid": 1, "test": 2}
    assert one["valid"].ids.tolist() == same["valid"].ids.tolist() != other["valid"].ids.tolist()
    with pytest.raises(ConfigError, match="valid_share"):
        read_files_of("set", SETS["cremad"], SMALL | {"valid_share": 1.0})


@pytest.mark.parametrize(
    ("name", "key"),
    [("cremad", "train.csv"), ("kinetics_sounds", "my_train.txt"), ("vggsound", "vggsound.csv"),
     ("ucf101", "lists/trainlist01.txt"), ("ucf101", "lists/classInd.txt"), ("food101", "texts/train_titles.csv"), ("mvsa_mla", "my_train_mvsa.txt"),
     ("iemocap_mla", "my_train_iemo.txt"), ("cremad lists of MLA", "data/my_train_cre.txt")],
)  # fmt: skip
def test_a_byte_order_mark_other_line_ends_and_empty_lines_change_nothing(name, key):
    plain = read_files_of("set", SETS[name], SMALL)
    for ends in (b"\n", b"\r\n", b"\r"):
        other = changed(name, key, lambda raw, e=ends: b"\xef\xbb\xbf" + e.join([*raw.splitlines(), b"", b""]))
        if ends == b"\r" and name == "food101":
            continue  # the csv module does not take it as a line end
        assert read_files_of("set", other, SMALL).fingerprint() == plain.fingerprint()


@pytest.mark.parametrize(
    ("name", "key", "row"),
    [("cremad", "train.csv", b"../../etc/passwd,NEU\n"), ("kinetics_sounds", "my_train.txt", b"../../../../x_000001_000002,10,4\n"),
     ("vggsound", "vggsound.csv", b'../../../..,1,"dog",train\n'), ("ucf101", "lists/trainlist01.txt", b"Archery/../../x.avi 1\n"),
     ("food101", "texts/train_titles.csv", b'../../x.jpg,"t",ramen\n'), ("mvsa_mla", "my_train_mvsa.txt", b"../1.jpg positive\n"),
     ("iemocap_mla", "my_train_iemo.txt", b"../Ses01F.mp4 [split|sign] a [split|sign] Sad\n"),
     ("cremad lists of MLA", "data/my_train_cre.txt", b"/etc/1001_IEO_NEU_XX.flv Neutral\n")],
)  # fmt: skip
def test_a_row_that_leads_out_of_the_folder_is_refused_with_its_line(name, key, row):
    message = refusal(changed(name, key, lambda raw: raw + row))
    line = SETS[name][key].count(b"\n") + 1
    assert f"{key}, line {line}: " in message
    assert "expected" in message


def test_a_label_that_contradicts_the_name_of_its_clip_is_refused_with_its_line():
    wrong = changed("cremad", "train.csv", lambda raw: raw.replace(b"XX,HAP", b"XX,SAD", 1))
    assert "train.csv, line 2: '1001_IEO_HAP_XX,SAD'; the label 'SAD' is not the emotion 'HAP'" in refusal(wrong)
    wrong = changed("cremad lists of MLA", "data/my_test_cre.txt", lambda raw: raw.replace(b"Happy", b"Joy"))
    assert "the label 'Joy' is not the emotion 'HAP'" in refusal(wrong)


@pytest.mark.parametrize("name", sorted(SETS))
def test_a_clip_that_is_listed_twice_is_refused_with_both_lists_or_kept_once_in_test(name):
    files = dict(SETS[name])
    keys = [
        k for k in files if k.endswith((".txt", ".csv")) and "stat" not in k and "Ind" not in k and "data/0" not in k
    ]
    keys = [k for k in keys if not k.startswith("data/") or "cre" in k]
    if name == "vggsound":
        rows = files["vggsound.csv"].splitlines(keepends=True)
        files["vggsound.csv"] = b"".join(rows) + rows[0].replace(b"test", b"train")
    else:
        test, train = (next(k for k in keys if s in k) for s in ("test", "train"))
        rows = files[test].splitlines(keepends=True)
        files[train] += rows[0].replace(b"avi", b"avi 1") if name == "ucf101" else rows[0]
    message = refusal(files)
    assert "1 clips are listed twice" in message
    assert "train and test" in message or "test and train" in message
    kept = read_files_of("set", files, SMALL | {"duplicates": "drop"})
    plain = read_files_of("set", SETS[name], SMALL)
    assert {s: len(split) for s, split in kept.splits.items()} == {s: len(split) for s, split in plain.splits.items()}
    assert kept.report.count("duplicate") >= 1


def test_an_empty_list_and_a_list_in_two_places_are_refused():
    files = dict(SETS["cremad"])
    assert "2 files 'train.csv'" in refusal(files | {"old/train.csv": files["train.csv"]})
    many = changed("mvsa_mla", "my_train_mvsa.txt", lambda raw: raw + b"a" * 100)
    assert "my_train_mvsa.txt, line 5: '" + "a" * 80 + "'; expected" in refusal(many)


def test_kinetics_sounds_splits_names_from_the_right_and_knows_31_classes():
    ds = read_files_of("set", SETS["kinetics_sounds"], SMALL)
    assert len(kinetics_sounds.CLASSES) == 31
    assert tuple(sorted(kinetics_sounds.CLASSES)) == kinetics_sounds.CLASSES
    assert all(len(g) == 11 for s in ds.splits.values() for g in s.group)
    clip = kinetics_sounds._clip("-_a_b_c_d_1_000058_000068,10,30", "x")
    assert (clip.group, clip.label) == ("-_a_b_c_d_1", 30)
    wrong = changed("kinetics_sounds", "my_test.txt", lambda raw: raw.replace(b",10,1", b",10,31"))
    assert "my_test.txt, line 2: class 31; the 31 classes of Kinetics-Sounds are numbered from 0" in refusal(wrong)


def test_vggsound_has_commas_in_labels_and_both_forms_of_file_names():
    files = SETS["vggsound"]
    ds = read_files_of("set", files, SMALL)
    assert ds.spec.task.classes == ("dog", "people, marching")
    assert ds["test"].ids.tolist() == ["---g-f_I2y1_000001", "--0PQM4-hq2_000030"]
    dgl = {k: v for k, v in files.items() if k != "vggsound.csv"}
    dgl |= {
        "train.csv": b"-B2n4RK5x_x_000001.mp4,dog\n_B2n4RK5x-x_000008.mp4,people, marching\n",
        "test.csv": b'---g-f_I2y1_000001.mp4,"people, marching"\n--0PQM4-hq2_000030.mp4,dog\n',
    }
    again = read_files_of("set", dgl, SMALL)
    assert again.spec.task.classes == ds.spec.task.classes
    np.testing.assert_array_equal(again["test"].inputs["audio"], ds["test"].inputs["audio"])
    assert "no row of a CSV file" in refusal(
        changed("vggsound", "vggsound.csv", lambda raw: raw + b'_B2n4RK5x-y,1,"dog,train\n')
    )


def test_ucf101_numbers_count_from_one_and_flow_has_both_components():
    ds = read_files_of("set", SETS["ucf101"], SMALL)
    assert ds.spec.names == ("rgb", "flow")
    assert [m.features for m in ds.spec.modalities] == [12, 8]
    assert ds["train"].group.tolist() == ["Archery g08", "Archery g09", "Biking g08", "Biking g09"]
    assert -1 <= ds["train"].inputs["flow"].min() <= ds["train"].inputs["flow"].max() < 1
    wrong = changed("ucf101", "lists/trainlist01.txt", lambda raw: raw.replace(b"avi 1", b"avi 2", 1))
    assert "line 1: 'Archery/v_Archery_g08_c01.avi 2'; classInd.txt numbers this class 1" in refusal(wrong)
    assert "expected 2 and the name of another class" in refusal(
        changed("ucf101", "lists/classInd.txt", lambda raw: raw.replace(b"2 B", b"3 B"))
    )
    assert "no trainlist02.txt, testlist02.txt; choose another fold" in refusal(SETS["ucf101"], SMALL | {"fold": 2})
    odd = dict(SETS["ucf101"])
    del odd["flow/v/v_Biking_g08_c01/frame000002.jpg"]
    assert (
        "1 of 6 clips have no usable flow: v_Biking_g08_c01 (damaged: set: clip 'v_Biking_g08_c01' has 2 pictures of u and 1 of v)"
        in refusal(odd)
    )


def test_titles_of_food101_that_contain_their_class_are_counted_and_mla_has_tokens():
    ds = read_files_of("set", SETS["food101"], SMALL)
    assert {f.where: f.count for f in ds.report.of("label in text")} == {"train text": 2, "test text": 1}
    assert ds.spec.modality("image").steps == 2
    tokens = io.BytesIO()
    np.save(tokens, np.array([[101, 7, 9, 102, 0, 0]]))
    mla = {k: v for k, v in SETS["food101"].items() if k.endswith("jpg")}
    mla |= {f"text_token/train_token/{Path(k).stem}_token.npy": tokens.getvalue() for k in mla}
    rows = [f"{Path(k).name} {Path(k).parent.name}\n" for k in mla if k.endswith("jpg")]
    mla |= {"my_train_food.txt": "".join(rows[:4]).encode(), "my_test_food.txt": "".join(rows[4:]).encode()}
    found = read_files_of("set", mla, SMALL)
    assert found["train"].valid["text"].sum(axis=1).tolist() == [4] * 4
    assert found.spec.task.classes == ("apple_pie", "ramen")
    multiline = changed("food101", "texts/train_titles.csv", lambda raw: raw.replace(b'"The', b'"The\n', 1))
    assert read_files_of("set", multiline, SMALL)["train"].extras["raw_text"][0] == "The\n best apple pie 0, ever"


def test_lists_of_mla_beside_the_whole_of_mvsa_are_read_as_lists_of_mla():
    files = SETS["mvsa_mla"] | {"labelResultAll.txt": b"ID\ttext,image\n1\tpositive,positive\n"}
    ds = read_files_of("set", files, SMALL)
    assert ds.spec.name == "mvsa_mla"
    assert ds.spec.task.classes == ("positive", "neutral", "negative")
    assert any("train 4, test 2" in note and "subset" in note for note in ds.spec.notes)


def test_speakers_in_both_lists_of_iemocap_are_counted_and_a_session_can_test():
    ds = read_files_of("set", SETS["iemocap_mla"], {})
    assert ds.report.count("leakage") == 0  # ten speakers, once each
    files = changed("iemocap_mla", "my_train_iemo.txt", lambda raw: raw + raw.splitlines()[0].replace(b"000", b"007") + b"\n"
                    b"Ses03F_impro02_F001.mp4 [split|sign] no [split|sign] Sad\nSes03F_impro02_M001.mp4 [split|sign] yes [split|sign] Happy\n")  # fmt: skip
    files["my_test_iemo.txt"] += b"Ses03F_impro04_F001.mp4 [split|sign] well [split|sign] Sad\n"
    found = read_files_of("set", files, {})
    assert found.report.count("leakage") == 2
    assert any(note.startswith("2 of 10 speakers are in more than one list") for note in found.spec.notes)
    apart = read_files_of("set", files, {"split": "session", "test_session": 3})
    assert set(apart["test"].group) == {"Ses03 F", "Ses03 M"}
    assert not apart.report.of("leakage")
    assert apart["test"].extras["raw_text"][0] == "word 2"
    with pytest.raises(ConfigError, match="test_session=6"):
        read_files_of("set", files, {"split": "session", "test_session": 6})


def test_lists_without_media_are_refused_with_their_counts(tmp_path):
    for name, raw in SETS["cremad"].items():
        if name.endswith(".csv"):
            (tmp_path / name).write_bytes(raw)
    with pytest.raises(DataError, match=r"the lists name train 4, test 2 clips, of which none has audio or video here"):
        mm.data.load(tmp_path)


def test_a_text_that_is_not_utf_8_is_read_as_windows_1252_and_reported():
    files = changed("iemocap_mla", "my_train_iemo.txt", lambda raw: raw.replace(b"word 1", b"caf\xe9"))
    ds = read_files_of("set", files, {})
    assert "café" in ds["train"].extras["raw_text"].tolist()
    assert [f.first for f in ds.report.of("encoding")] == ["line 2"]


def test_cremad_lists_name_every_emotion_once():
    assert sorted(cremad.ORDER["ogm_ge"]) == list(cremad.ORDER["mla"]) == list(cremad.ORDER["unknown"])
    assert cremad.ORDER["ogm_ge"] == ("NEU", "HAP", "SAD", "FEA", "DIS", "ANG")


def test_spectra_of_two_widths_are_refused_with_the_clip():
    name = next(k for k in SETS["kinetics_sounds"] if k.endswith(".npy"))
    files = changed("kinetics_sounds", name, lambda _: spectrum(30, 5))
    assert "features for clip" in refusal(files)
