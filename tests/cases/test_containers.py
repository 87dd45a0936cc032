"""A file or folder of a well-known kind that is not read is refused by its name, with the way in."""

import io
import pickle
import wave

import h5py
import numpy as np
import pandas as pd
import pytest
import safetensors.numpy
import scipy.io
import torch

import mmviz as mm
from mmviz.core.errors import DataError

FRAME = pd.DataFrame({"a": [1.0, 2.0], "label": [0, 1]})


def sound():
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\0\0" * 100)
    return file.getvalue()


def saved(save, *args, **options):
    file = io.BytesIO()
    save(*args, file, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "way"),
    [
        (FRAME.to_csv(index=False).encode(), "CSV", "pandas.read_csv"),
        (FRAME.to_csv(index=False, sep="\t").encode(), "TSV", "pandas.read_csv"),
        (FRAME.to_parquet(), "Parquet", "pandas.read_parquet"),
        (saved(FRAME.to_feather), "Feather", "pandas.read_feather"),
        (FRAME.to_json().encode(), "JSON", "pandas.read_json"),
        (saved(torch.save, {"a": torch.ones(3)}), "torch file", "weights_only=True"),
        (saved(torch.save, {"a": torch.ones(3)}, _use_new_zipfile_serialization=False), "torch tensors", "weights_only=True"),
        (safetensors.numpy.save({"a": np.ones(3)}), "safetensors", "safetensors.numpy.load_file"),
        (saved(lambda f: np.save(f, np.ones(3))), r"\.npy", "numpy.load"),
        (saved(lambda f: scipy.io.savemat(f, {"a": np.ones(3)})), "MATLAB", "scipy.io.loadmat"),
        (sound(), "WAV", "features"),
        (b"\x10\0\0\0\0\0\0\0abcd" + b"x" * 40, "TFRecord", "TensorFlow"),
        (b"\0\0\0\x20ftypisom" + b"x" * 50, "MP4", "features"),
        (b"SQLite format 3\0" + b"x" * 50, "SQLite", "pandas.read_sql"),
        (pickle.dumps(FRAME), "pandas object", "to_numpy"),
        (pickle.dumps({"train": {"text": torch.ones(3)}}), "torch tensors", "numpy"),
        (pickle.dumps({"train": {"text": np.ma.masked_array([1.0, 2], mask=[0, 1])}}), "masked arrays", "from_arrays"),
        (saved(lambda f: np.savez(f, a=np.array([np.ones(2), np.ones(3)], dtype=object))), "object array", "mmviz.data.pad"),
    ],
    ids=lambda v: v if isinstance(v, str) and v[0].isalpha() and len(v) < 20 else "",
)  # fmt: skip
def test_a_file_of_an_unsupported_type_is_refused_by_its_type_with_an_import_hint(data, name, way, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(DataError, match=rf"(?s){name}.*{way}"):
        mm.data.load(path)


@pytest.mark.parametrize(
    ("files", "name", "way"),
    [
        (["a.wav", "b/c.wav"], "sound files", "features"),
        (["a.mp4"], "video files", "features"),
        (["a/1.jpg", "b/2.png"], "pictures", "decode"),
        (["train.csv", "test.csv"], "tables of text", "pandas.read_csv"),
        (["X_train.npy", "y_train.npy"], "NumPy arrays", "numpy.load"),
        (["part-0.parquet"], "Parquet", "pandas.read_parquet"),
        (["a.tfrecord"], "TFRecord", "TensorFlow"),
        (["train.pt"], "torch files", "weights_only=True"),
        (["dataset_info.json", "state.json", "data-00000-of-00001.arrow"], "Hugging Face", "load_from_disk"),
        (["dataset_dict.json", "train/dataset_info.json"], "Hugging Face", "load_from_disk"),
        (["zarr.json"], "Zarr", "zarr.open"),
        (["CMU_MOSI_COVAREP.csd", "labels.csd"], "computational sequences", "SDK"),
        ([], "empty", "zarr.open"),
    ],
)
def test_a_folder_of_an_unsupported_type_is_refused_by_its_type_with_an_import_hint(files, name, way, tmp_path):
    for file in files:
        path = tmp_path / "set" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")
    (tmp_path / "set").mkdir(exist_ok=True)
    with pytest.raises(DataError, match=rf"{name}.*{way}"):
        mm.data.load(tmp_path / "set")


@pytest.mark.parametrize("root", ["COVAREP", "CMU_MOSEI_Labels", "glove vectors"])
def test_a_computational_sequence_of_the_sdk_is_named_as_one(root, tmp_path):
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file.create_group(f"{root}/metadata")
        for video in ("v0", "v1[0]"):
            file[f"{root}/data/{video}/features"] = np.ones((7, 74))
            file[f"{root}/data/{video}/intervals"] = np.ones((7, 2))
    with pytest.raises(
        DataError, match=r"computational sequence of the CMU-MultimodalSDK \(\.csd.*folder with several"
    ):
        mm.data.load(path)


def test_an_hdf5_file_of_arrays_and_links_is_no_computational_sequence(tmp_path):
    path = tmp_path / "file.csd"
    with h5py.File(path, "w") as file:
        file["x"] = np.ones((3, 2))
        file["g/data"] = np.ones(3)
        file["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/data/v/features")
        file["g/loop"] = h5py.SoftLink("/g")
    with pytest.raises(DataError, match="read with h5py") as error:
        mm.data.load(path)
    assert "It is one computational sequence" not in str(error.value)
