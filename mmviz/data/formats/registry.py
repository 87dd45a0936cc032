"""Registry of data formats: recognition of a layout by content, reading of files and folders, import hints for other layouts."""

import importlib
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest, one_of
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs
from mmviz.data.formats.fields import listed
from mmviz.io.content import Content, open_content
from mmviz.io.digest import require_file

_ARRAYS = "give the arrays to mmviz.data.from_arrays"
_SOUND, _VIDEO = (".wav", ".mp3", ".flac", ".ogg", ".m4a"), (".mp4", ".avi", ".mkv", ".mov", ".webm")
_KINDS = (
    (_SOUND, "sound files", "compute features of each recording first (WAV: mmviz.data.encoders.log_mel_frames)"),
    (_VIDEO, "video files", "compute features of each recording first"),
    (
        (".png", ".jpg", ".jpeg", ".bmp"),
        "pictures",
        "decode them first (PNG, JPEG: their paths with mmviz.data.encoders.image_patches)",
    ),
    ((".csv", ".tsv"), "tables of text", "read them with pandas.read_csv (mmviz.data.from_frame takes tables)"),
    ((".parquet",), "Parquet tables", "read them with pandas.read_parquet (mmviz.data.from_frame takes tables)"),
    ((".feather", ".arrow"), "Arrow tables", "read them with pandas.read_feather"),
    ((".npy",), "NumPy arrays", "read them with numpy.load"),
    ((".npz",), "npz files", "give the path of one of them"),
    ((".pt", ".pth"), "torch files", "read them with torch.load(path, weights_only=True)"),
    ((".safetensors",), "safetensors files", "read them with safetensors.numpy.load_file"),
    ((".tfrecord", ".tfrecords"), "TFRecord files", "read them with TensorFlow"),
    ((".pkl", ".pickle", ".h5", ".hdf5", ".mat"), "data files", "give the path of one of them"),
    (
        (".csd",),
        "files named as computational sequences (.csd) that are no HDF5 files",
        "fetch them again with the CMU-MultimodalSDK",
    ),
)
REPAIRS = tuple(inspect.signature(Repairs).parameters)
#: Format name to a description of the layout. Formats from outside are tried first, then these in their order; the first match reads.
FORMATS: dict[str, str] = {
    "cremad": "CREMA-D with the lists of OGM-GE or MLA",
    "kinetics_sounds": "Kinetics-Sounds with the lists of OGM-GE",
    "ave": "AVE with its order files, features or videos",
    "vggsound": "VGGSound with vggsound.csv or the lists of DGL",
    "ucf101": "UCF-101 with the official lists, RGB and flow",
    "food101": "UPMC Food-101 with titles or the lists of MLA",
    "mvsa_mla": "MVSA-Single with the lists of MLA",
    "iemocap_mla": "IEMOCAP with the lists of MLA",
    "cmu_sdk": "computational sequences of the CMU-MultimodalSDK, a folder of .csd files",
    "mmsa": "MMSA pickles: CMU-MOSI, CMU-MOSEI, CH-SIMS, CH-SIMS v2",
    "mustard_ur_funny": "MUStARD and UR-FUNNY, MultiBench pickles",
    "mult": "MulT and MultiBench pickles",
    "misa": "MISA pickles",
    "dialogue_rnn": "IEMOCAP, AVEC and MELD, DialogueRNN pickles",
    "bclstm": "bc-LSTM pickles",
    "mosi_utterance": "CMU-MOSI by utterance, npz",
    "mosi_words": "CMU-MOSI by word, npz",
    "mfn": "MFN word-aligned sets, npz or h5",
    "utd_mhad": "UTD-MHAD, npz or the authors' .mat files",
    "fsdd": "Free Spoken Digit Dataset, npz or recordings",
    "nyu": "NYU-Depth V2, the labelled .mat or npz",
    "nyu_folder": "NYU-Depth V2 as pictures in folders",
    "mvsa": "MVSA-Single, folder, archive or npz of features",
    "named_arrays": "arrays named SPLIT/MODALITY and SPLIT/target, npz or pickle",
}
_BUILT_IN = tuple(FORMATS)


class Reader(Protocol):
    """Reader of one format: a module, a class or an object with these two functions."""

    def matches(self, content: Content) -> bool:
        """Return whether the content has this layout; decides by what is in the file, never by its name."""

    @property
    def read(self) -> Any:
        """``read(content, repairs, **options)``: the data set, as `mmviz.data.formats.build.build_dataset` returns it."""


_READERS: dict[str, Reader] = {}


def register(name: str, reader: Reader, *, description: str) -> None:
    """Add a format, so that `mmviz.data.load` and ``python -m mmviz data`` read it.

    Parameters
    ----------
    name
        Key of the format; a format from outside may be registered again, a built-in one may not.
    reader
        See `Reader`. It is tried before the built-in formats.
    description
        The layout in a few words, for messages.

    Raises
    ------
    ConfigError
        If the name is taken, or the reader has no ``matches(content)`` or no ``read(content, repairs, **options)``.
    """
    if not isinstance(name, str) or not name or name in _BUILT_IN:
        raise ConfigError(f"register: name={name!r}; give a name other than {', '.join(map(repr, _BUILT_IN))}")
    for function, first in (("matches", ["content"]), ("read", ["content", "repairs"])):
        found = getattr(reader, function, None)
        if not callable(found) or list(inspect.signature(found).parameters)[: len(first)] != first:
            raise ConfigError(f"register: the reader of {name!r} has no function {function}({', '.join(first)}, ...)")
    _READERS[name] = reader
    FORMATS[name] = str(description)


def unregister(name: str) -> None:
    """Remove a format that was added by `register`; ConfigError for any other name."""
    one_of(name, [n for n in FORMATS if n not in _BUILT_IN], "name")
    del _READERS[name], FORMATS[name]


def reader_of(name: str) -> Reader:
    """Return the reader of a format; that of a built-in one is imported on first use."""
    if name not in _READERS:
        _READERS[name] = importlib.import_module(f"mmviz.data.formats.{name}")
    return _READERS[name]


def detect(content: Content) -> str:
    """Return the name of the format of some content.

    Raises
    ------
    DataError
        If no format matches; the message lists what the file holds and the formats.
    """
    for name in sorted(FORMATS, key=_BUILT_IN.__contains__):
        if reader_of(name).matches(content):
            return name
    raise DataError(
        f"{content.where}: a {content.kind} of no known layout ({summary(content)}). "
        f"{f'{hint} ' if (hint := import_hint(content)) else ''}Known are: "
        f"{'; '.join(FORMATS.values())}. Your own arrays enter by mmviz.data.from_arrays."
    )


def summary(content: Content) -> str:
    """Return what some content holds, in a few words."""
    if content.members is not None:
        return f"{len(content.members.names)} files: {listed(content.members.names[:5])}"
    if isinstance(content.tree, dict):
        skipped = getattr(content.tree, "skipped", {})
        return f"keys {listed(content.tree)}" + (f"; skipped: {listed(skipped)}" if skipped else "")
    return f"a {type(content.tree).__name__}"


def read_path(
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    encoding: str = "ASCII",
    sha256: str | None = None,
    **options: Any,
) -> Dataset:
    """Read a file or folder of any known layout.

    Parameters
    ----------
    path
        The file or folder.
    format
        A key of `FORMATS`; default: detected.
    encoding
        "latin1" for pickles written by Python 2.
    sha256
        Expected digest of the file; another file is refused before it is read.
    **options
        Of `mmviz.data.formats.build.Repairs`, and of the format's ``read``.

    Returns
    -------
    Dataset
        Checked; its ``report`` lists findings and repairs.

    Raises
    ------
    ConfigError
        If an option is unknown to the format that was found.
    DataError
        If the layout is not known, or the reader refuses the file.
    OSError
        If the file cannot be opened.
    """
    one_of(format, (None, *FORMATS), "format")
    if sha256 is not None:
        require_file(path, sha256)
    content = open_content(path, encoding=encoding)
    name = format or detect(content)
    if format is not None and not reader_of(name).matches(content):
        raise DataError(f"{content.where}: not of the format {name!r} ({FORMATS[name]}); it holds {summary(content)}")
    return read_content(content, name, options)


def read_content(content: Content, name: str, options: dict[str, Any]) -> Dataset:
    """Return the data set of opened content, read as one format, after its options were checked."""
    read = reader_of(name).read
    known = tuple(p for p in inspect.signature(read).parameters if p not in ("content", "repairs"))
    for option in options:
        if option not in (*known, *REPAIRS):
            raise ConfigError(
                f"{content.where}: the format {name!r} has no option {option!r}{nearest(option, known)}; it takes {', '.join((*known, *REPAIRS))}"
            )
    repairs = Repairs(**{k: v for k, v in options.items() if k in REPAIRS})
    return read(content, repairs, **{k: v for k, v in options.items() if k in known})


def import_hint(content: Content) -> str:
    """Return how the content of a common layout that is not read can be imported.

    Parameters
    ----------
    content
        Of a file or folder.

    Returns
    -------
    str
        One or two sentences, or "" where the layout is not known.
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
            "It is one computational sequence of the CMU-MultimodalSDK (.csd: one modality, features and intervals by video): give the path "
            "of a folder with several, of which one holds labels and one holds words."
        )
    if "#refs#" in tree or "#subsystem#" in tree:
        return f"It is a MATLAB 7.3 file: read its arrays with h5py (axes are reversed) and {_ARRAYS}."
    if {"axis0", "block0_values"} & {p[-1] for p in paths}:
        return f"It is a pandas HDF5 store: read it with pandas.read_hdf and {_ARRAYS}."
    return f"Its arrays can be read with h5py; {_ARRAYS}."


def _folder(names: Sequence[str]) -> str:
    last = {n.rpartition("/")[2] for n in names}
    if "dataset_dict.json" in last or {"state.json", "dataset_info.json"} <= last:
        return "It is a data set of Hugging Face datasets: read it with datasets.load_from_disk and give it to mmviz.data.from_huggingface."
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
