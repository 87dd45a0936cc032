"""Common layouts that are not read: each is named, with the way in."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmviz.io.content import Content

_ARRAYS = "give the arrays to mmviz.data.from_arrays"
_SOUND, _VIDEO = (".wav", ".mp3", ".flac", ".ogg", ".m4a"), (".mp4", ".avi", ".mkv", ".mov", ".webm")
_KINDS = (
    (_SOUND, "sound files", "compute features of each recording first"),
    (_VIDEO, "video files", "compute features of each recording first"),
    ((".png", ".jpg", ".jpeg", ".bmp"), "pictures", "decode them first"),
    ((".csv", ".tsv"), "tables of text", "read them with pandas.read_csv"),
    ((".parquet",), "Parquet tables", "read them with pandas.read_parquet"),
    ((".feather", ".arrow"), "Arrow tables", "read them with pandas.read_feather"),
    ((".npy",), "NumPy arrays", "read them with numpy.load"),
    ((".npz",), "npz files", "give the path of one of them"),
    ((".pt", ".pth"), "torch files", "read them with torch.load(path, weights_only=True)"),
    ((".safetensors",), "safetensors files", "read them with safetensors.numpy.load_file"),
    ((".tfrecord", ".tfrecords"), "TFRecord files", "read them with TensorFlow"),
    ((".pkl", ".pickle", ".h5", ".hdf5", ".mat"), "data files", "give the path of one of them"),
    ((".csd",), "computational sequences of the CMU-MultimodalSDK (.csd)", "align them with the SDK to the labels"),
)


def way_in(content: Content) -> str:
    """Name a layout that is common but not read, and say how its content gets in.

    Parameters
    ----------
    content
        Of a file or folder.

    Returns
    -------
    str
        One or two sentences, or "" where the layout is not a known one.
    """
    if content.kind == "hdf5" and isinstance(content.tree, Mapping):
        return _hdf5(content.tree)
    if content.members is not None:
        return _folder(content.members.names)
    if content.kind == "mat5":
        return f"It is a MATLAB file up to version 7: read it with scipy.io.loadmat and {_ARRAYS}."
    return ""


def _hdf5(tree: Mapping[str, Any]) -> str:
    paths = [p.split("/") for entry in tree.values() for p in entry.get("paths", ())]
    if any(p[0] == "data" and p[-1] in ("features", "intervals") for p in paths):
        return (
            "It is a computational sequence of the CMU-MultimodalSDK (.csd: one modality, features and intervals by video), which is not "
            f"read. Align its features to the label sequence with the SDK (mmdatasdk.mmdataset(...).align), pad them with "
            f"mmviz.data.pad, and {_ARRAYS}, with intervals as times=."
        )
    if "#refs#" in tree or "#subsystem#" in tree:
        return f"It is a MATLAB 7.3 file: read its arrays with h5py (axes are reversed) and {_ARRAYS}."
    if {"axis0", "block0_values"} & {p[-1] for p in paths}:
        return f"It is a pandas HDF5 store: read it with pandas.read_hdf and {_ARRAYS}."
    return f"Its arrays can be read with h5py; {_ARRAYS}."


def _folder(names: Sequence[str]) -> str:
    last = {n.rpartition("/")[2] for n in names}
    if "dataset_dict.json" in last or {"state.json", "dataset_info.json"} <= last:
        return f"It is a data set of Hugging Face datasets: read it with datasets.load_from_disk, with_format('numpy'), and {_ARRAYS}."
    if "zarr.json" in last or ".zarray" in last:
        return f"It is a Zarr store: read its arrays with zarr.open and {_ARRAYS}."
    counts = {(what, how): sum(n.lower().endswith(ends) for n in names) for ends, what, how in _KINDS}
    (what, how), most = max(counts.items(), key=lambda item: item[1])
    if most:
        return f"It holds {what}: {how}" + (f", and {_ARRAYS}." if "path of one" not in how else ".")
    return (
        ""
        if names
        else "It is empty, or holds nothing but hidden files; a Zarr store of version 2 is read with zarr.open."
    )
