"""Every layout is recognised by its content and gives the data that were put in; small honest files made here."""

import io
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "hostile"))
from readers import OPTIONS, files, read_files_of, read_tree_of, trees

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data.formats.mvsa import parse_labels
from mmviz.data.formats.nyu import KINDS, scene_classes
from mmviz.data.padding import padded_side, real_steps


@pytest.mark.parametrize("name", sorted(trees()))
def test_a_tree_is_recognised_and_read(name):
    kind, tree = trees()[name]
    ds = read_tree_of(name, kind, tree, OPTIONS.get(name, {}))
    assert sum(map(len, ds.splits.values())) > 0
    assert all(np.isfinite(x).all() for s in ds.splits.values() for x in s.inputs.values())


@pytest.mark.parametrize("name", sorted(files()))
def test_a_folder_is_recognised_and_read(name):
    _, content = files()[name]
    ds = read_files_of(name, content, OPTIONS.get(name, {}))
    counts = {
        "mvsa folder": 2,
        "fsdd folder": 3,
        "nyu_folder": 4,
        "vggsound": 4,
        "iemocap_mla": 10,
        "ave": 8,
        "cmu_sdk": 20,
    }
    assert sum(map(len, ds.splits.values())) == counts.get(name, 6)


def test_the_name_of_a_file_does_not_matter(tmp_path):
    _, tree = trees()["mult"]
    path = tmp_path / "data.npz"
    path.write_bytes(pickle.dumps(tree))
    assert mm.data.load(path).spec.name == "mult"
    assert mm.data.load(str(path)).fingerprint() == mm.data.load(path).fingerprint()


def test_an_unknown_option_names_the_nearest_and_an_unknown_layout_what_is_there(tmp_path):
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(trees()["mmsa"][1]))
    with pytest.raises(ConfigError, match="did you mean 'target'"):
        mm.data.load(path, traget="regression")
    path.write_bytes(pickle.dumps({"x": [1, 2]}))
    with pytest.raises(DataError, match=r"no known layout \(keys 'x'\)"):
        mm.data.load(path)
    with pytest.raises(ConfigError, match="no file of that name"):
        mm.data.load("nowhere")


def test_mult_ids_give_videos_and_labels_lose_their_axes():
    _, tree = trees()["mult"]
    ds = read_tree_of("mult", "pickle", tree, {})
    assert ds["train"].ids[0] == "vtrain[0]"
    assert set(ds["train"].group) == {"vtrain"}
    assert np.allclose(ds["train"].target, tree["train"]["labels"].ravel())


def test_misa_text_comes_from_an_encoder_of_words():
    _, tree = trees()["misa"]
    ds = read_tree_of("misa", "pickle", tree, {"encode": lambda samples: [np.ones((len(w), 4)) for w in samples]})
    assert ds.spec.names == ("text", "vision", "audio")
    assert all((s.valid["text"] == s.valid["audio"]).all() for s in ds.splits.values())


def test_mfn_folder_of_h5_files_is_cut_by_known_widths(tmp_path):
    h5py = pytest.importorskip("h5py")
    rng = np.random.default_rng(0)
    x = {s: rng.normal(size=(6, 4, 325)) for s in ("train", "valid", "test")}
    for s, a in x.items():
        for name, value in ((f"X_{s}.h5", a), (f"y_{s}.h5", rng.uniform(-3, 3, 6))):
            with h5py.File(tmp_path / name, "w") as file:
                file["data"] = value
    ds = mm.data.load(tmp_path)
    assert [m.features for m in ds.spec.modalities] == [300, 5, 20]
    np.testing.assert_allclose(ds["train"].inputs["audio"], x["train"][:, :, 300:305], rtol=1e-6)


@pytest.fixture
def nyu_mat(tmp_path):
    """A file as the official one: scene types as references to text, labels, and splits.mat beside it."""
    h5py = pytest.importorskip("h5py")
    import scipy.io

    rng = np.random.default_rng(0)
    scenes = ["bedroom", "kitchen", "living_room", "home_office", "cafe", "bedroom"]
    images = rng.integers(0, 255, (6, 3, 16, 12), np.uint8)
    with h5py.File(tmp_path / "nyu_depth_v2_labeled.mat", "w", userblock_size=512) as file:
        file["images"], file["depths"] = images, rng.uniform(1, 9, (6, 16, 12)).astype(np.float32)
        file["labels"] = rng.integers(0, 4, (6, 16, 12)).astype(np.uint16)
        references = file.create_dataset("sceneTypes", (1, 6), dtype=h5py.ref_dtype)
        for i, scene in enumerate(scenes):
            file[f"#refs#/{i}"] = np.frombuffer(scene.encode("utf-16-le"), np.uint16)[:, None]
            references[0, i] = file[f"#refs#/{i}"].ref
    numbers = {"trainNdxs": np.array([[1], [2], [3], [5]]), "testNdxs": np.array([[4], [6]])}
    scipy.io.savemat(tmp_path / "splits.mat", numbers)
    return tmp_path / "nyu_depth_v2_labeled.mat", images


@pytest.mark.parametrize(("classes", "train"), [(10, 4), (9, 3)])
def test_nyu_mat_gives_scenes_by_the_official_split_with_ten_or_nine_classes(nyu_mat, classes, train):
    path, images = nyu_mat
    ds = mm.data.load(path, classes=classes, size=(6, 8))
    assert {n: len(s) for n, s in ds.splits.items()} == {"train": train, "test": 2}
    assert len(ds.spec.task.classes) == classes
    assert [ds.spec.task.classes[k] for k in ds["test"].target] == ["home office", "bedroom"]
    assert ds["test"].ids.tolist() == ["3", "5"]
    upright = images[3].transpose(2, 1, 0).reshape(6, 2, 8, 2, 3).mean((1, 3)) / 255
    np.testing.assert_allclose(ds["test"].inputs["rgb"][0], upright.reshape(6, 24), atol=1e-6)


def test_nyu_kinds_of_rooms_are_nine_and_others():
    labels, names = scene_classes(["Living_Room", "foyer", *KINDS], 10)
    assert labels.tolist() == [2, 9, *range(9)]
    assert names[-1] == "others"
    assert scene_classes(["foyer"], 9)[0].tolist() == [-1]


ROWS = b"ID\ttext,image\n1\tpositive,positive\n2\tneutral,negative\n3\tpositive,negative\n4\tpositive,neutral\n5\tneutral,neutral\n"


def test_mvsa_conventions_are_two_and_never_mixed():
    assert parse_labels(ROWS, "agreement", "f") == {"1": "positive", "2": None, "3": None, "4": None, "5": "neutral"}
    assert parse_labels(ROWS, "merged", "f") == {
        "1": "positive",
        "2": "negative",
        "3": None,
        "4": "positive",
        "5": "neutral",
    }
    with pytest.raises(DataError, match="single tags after merging"):
        parse_labels(b"guid,tag\n1,positive\n", "agreement", "f")
    with pytest.raises(DataError, match="MVSA-Multiple"):
        parse_labels(b"1\tpositive,neutral\tpositive,positive\tneutral,neutral\n", "merged", "f")
    _, content = files()["mvsa folder"]
    with pytest.raises(ConfigError, match="pass convention="):
        read_files_of("mvsa", content, {"size": (4, 4)})


def test_utd_mhad_of_the_authors_files():
    import scipy.io

    rng, content = np.random.default_rng(0), {}
    for s in range(1, 9):
        for kind, key, shape in (
            ("inertial", "d_iner", (9, 6)),
            ("skeleton", "d_skel", (20, 3, 5)),
            ("depth", "d_depth", (20, 30, 4)),
        ):
            file = io.BytesIO()
            scipy.io.savemat(file, {key: rng.normal(size=shape)})
            content[f"{kind}/a{s % 2 + 1}_s{s}_t1_{kind}.mat"] = file.getvalue()
    del content["depth/a1_s2_t1_depth.mat"]
    ds = read_files_of("utd", content, {})
    assert {n: len(s) for n, s in ds.splits.items()} == {"train": 4, "test": 4}
    assert [(m.steps, m.features) for m in ds.spec.modalities] == [(9, 6), (5, 60), (2, 6)]
    assert not ds["test"].valid["depth"][ds["test"].group == "2"].any()
    hip = read_files_of("utd", content, {"skeleton": "hip"})
    joints, seen = (d["test"].inputs["skeleton"].reshape(4, 5, 20, 3) for d in (hip, ds))
    np.testing.assert_allclose(joints, seen - seen[:, :, 3:4], atol=1e-6)
    np.testing.assert_array_equal(hip["test"].inputs["depth"], ds["test"].inputs["depth"])
    with pytest.raises(ConfigError, match="use one of 'room', 'hip'"):
        read_files_of("utd", content, {"skeleton": "hips"})


def test_padding_is_found_at_the_side_where_it_is_and_zeros_inside_stay():
    x = np.ones((2, 5, 1))
    x[0, :2] = x[1, :1] = x[1, 3] = 0
    assert padded_side(x) == "start"
    assert real_steps(x, "start").tolist() == [[False, False, True, True, True], [False, True, True, True, True]]
    assert padded_side(x[:, ::-1]) == "end"


@pytest.mark.parametrize(("name", "key"), [("mfn", "y_train"), ("mosi_words", "label_reg")])
def test_a_missing_label_is_not_read_as_negative(name, key):
    kind, tree = trees()[name]
    tree[key][1] = np.nan
    with pytest.raises(DataError, match=r"1 of .* samples have no label"):
        read_tree_of(name, kind, tree, {"target": "classification"})
    ds = read_tree_of(name, kind, tree, {"target": "classification", "labels": "drop"})
    assert ds.report.count("label") == 1
