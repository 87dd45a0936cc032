"""Every reader with small honest inputs, so that a fuzzer can spoil them; the inputs are those of `seeds.py`."""

import hashlib
import io
import itertools
import json
import os
import pickle
import struct
import tempfile
import warnings
import zlib
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
from mutations import frozen, spoil_bytes, spoil_tree
from seeds import files, hdf5_folders, hdf5s, leaner, lists_of_clips, mats, member, npz, picture, tars, trees, wav

import mmviz as mm
from mmviz.core.errors import MmvizError
from mmviz.data.formats import FORMATS, detect, read_content, reader_of
from mmviz.io import hdf5_probe
from mmviz.io.archive import Members, tar_members
from mmviz.io.content import Content, open_content
from mmviz.io.mat import read_mat5
from mmviz.io.media import read_image, read_wav
from mmviz.io.npz import read_npz, read_tree, write_tree
from mmviz.io.safe_pickle import loads, read_object_npy

NOWHERE = Path("nowhere")
OPTIONS = {
    "mvsa folder": {"convention": "merged", "size": (4, 4), "split": {"train": 0.5, "test": 0.5}},
    "nyu_folder": {"size": (2, 2)},
    "nyu": {"size": (6, 8), "window": 3, "per_frame": 2},
} | {name: {"media": {"size": (2, 2)}} for name in lists_of_clips()}
VARIANTS = {
    "dialogue_rnn": [{}, {"context": 0}, {"valid_share": 0.5, "nonfinite": "mask"}],
    "mustard_ur_funny": [{}, {"empty_text": "drop", "nonfinite": "zero"}, {"empty_text": "mask"}],
    "mult": [{}, {"label": 0, "target": "classification"}],
    "mmsa": [
        {},
        {"nonfinite": "zero", "labels": "clip", "duplicates": "drop", "lengths": "clip"},
        {"target": "classification"},
    ],
    "mosi_utterance": [{}, {"split": "held_out"}, {"split": "bclstm", "target": "regression", "labels": "drop"}],
    "mfn": [{}, {"target": "classification"}],
    "nyu": [{}, {"target": "pixel"}],
    "fsdd": [{}, {"split": "speaker"}],
    "mosi_words": [{}, {"target": "classification"}],
}


def read_tree_of(name, kind, tree, options):
    """Detect the format of a tree and read it."""
    content = Content(name, NOWHERE, kind, tree)
    return read_content(content, detect(content), options)


def read_files_of(name, files_, options):
    """Detect the format of some files and read them: those of HDF5 from a folder, others from memory."""
    if any(key.endswith((".h5", ".csd")) for key in files_):
        with _folder_in_memory() as folder:
            for key, raw in files_.items():
                path = Path(folder, name, key)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(raw)
            content = open_content(Path(folder, name))
            return read_content(content, detect(content), options)
    members = Members(name, {k: len(v) for k, v in files_.items()}, files_.__getitem__)
    content = Content(name, NOWHERE, "folder", None, members)
    return read_content(content, detect(content), options)


def _tree_reader(name, kind, full, lean):
    variants = VARIANTS.get(name, [{}])

    def attempt(rng):
        options = OPTIONS.get(name, {}) | rng.choice(variants)
        read_tree_of(name, kind, spoil_tree(full if rng.random() < 0.25 else lean, rng), options)

    return attempt


def probed_here(command, **_):
    """Inspect an HDF5 file in this process, in place of one of its own: a crash ends the fuzzer's process, which counts it."""
    return SimpleNamespace(stdout=json.dumps(hdf5_probe.result_of(command[2:])).encode(), returncode=0)


def _hdf5_reader(name, seed):
    read = _file_reader(name, seed)

    def attempt(rng):
        with mock.patch("mmviz.io.hdf5.subprocess.run", probed_here):
            read(rng)

    return attempt


def _file_reader(name, seed):
    keys = list(seed)
    lists = [key for key in keys if key.endswith(("my_train.txt", "my_test.txt", ".csv", "list01.txt", "Ind.txt"))]
    lists += [key for key in keys if key.endswith("txt") and "/my_" in f"/{key}"]
    listed = name in lists_of_clips()

    def attempt(rng):
        spoilt = dict(seed)
        key = rng.choice(lists if listed and rng.random() < 0.5 else keys)
        roll = rng.random()
        options = dict(OPTIONS.get(name, {}))
        if listed:
            options["media"] = options["media"] | {"missing": rng.choice(("raise", "mask", "drop"))}
        if roll < 0.1:
            del spoilt[key]
        elif roll < 0.15:
            spoilt["M/data/99.jpg" if name == "mvsa folder" else "train/office/x.png"] = spoilt[key]
        elif name == "mvsa folder" and roll < 0.6:
            spoilt["M/labelResultAll.txt"] = spoil_bytes(spoilt["M/labelResultAll.txt"], rng)
        else:
            spoilt[key] = spoil_bytes(spoilt[key], rng)
        read_files_of(name, spoilt, options)

    return attempt


def _byte_reader(read, seeds):
    def attempt(rng):
        read(spoil_bytes(rng.choice(seeds), rng))

    return attempt


def stored_zip(members):
    """Give the bytes of a ZIP archive with right sizes and checksums, several times as fast as `zipfile` writes one."""
    body, central, at = [], [], 0
    for name, raw in members.items():
        called = name.encode()
        fields = struct.pack("<5H3I2H", 20, 0, 0, 0, 33, zlib.crc32(raw), len(raw), len(raw), len(called), 0)
        body += [b"PK\3\4", fields, called, raw]
        central += [b"PK\1\2\x14\3", fields, struct.pack("<3H2I", 0, 0, 0, 0o600 << 16, at), called]
        at += 4 + len(fields) + len(called) + len(raw)
    end = struct.pack("<4H2IH", 0, 0, len(members), len(members), sum(map(len, central)), at, 0)
    return b"".join([*body, *central, b"PK\5\6", end])


def _repacked(seed):
    """An npz whose checksums are right whatever the bytes of its members are, so that the headers get reached."""

    def attempt(rng):
        read_tree(stored_zip({k: spoil_bytes(raw, rng) if rng.random() < 0.6 else raw for k, raw in seed.items()}))

    return attempt


def _folder_in_memory():
    """Make a folder, in memory where the system has such a place; it goes when this process ends."""
    memory = Path("/dev/shm")  # noqa: S108
    return tempfile.TemporaryDirectory(prefix="fuzz", dir=memory if os.access(memory, os.W_OK) else None)


def _hdf5():
    seeds = hdf5s()
    folder, number = _folder_in_memory(), itertools.count()

    def attempt(rng):
        path = Path(folder.name, f"{os.getpid()}_{next(number)}.h5")  # never one twice: the library remembers files
        path.write_bytes(spoil_bytes(rng.choice(seeds), rng))
        try:
            hdf5_probe.inspect(str(path), ["data", "packed", "sceneTypes"])
        except Exception as error:  # noqa: BLE001
            raise MmvizError(str(error)) from None  # the parent of the probe turns every such answer into a DataError
        finally:
            path.unlink()

    return attempt


def _own_trace(saved):
    folder, number = _folder_in_memory(), itertools.count()

    def attempt(rng):
        path = Path(folder.name, f"{os.getpid()}_{next(number)}.nc")  # never one twice: the library remembers files
        path.write_bytes(spoil_bytes(saved, rng))
        try:
            trace = mm.trace.load(path, chunks=rng.choice((None, 1)))
            for node in trace.subtree:
                node.to_dataset(inherit=False).compute()
            trace.close()
        finally:
            path.unlink()

    return attempt


def _own_run(saved):
    """Spoil one file of a run folder, or the values of run.json; digests of changed weights are written anew half of the time."""
    folder = _folder_in_memory()

    def attempt(rng):
        run = Path(folder.name, str(os.getpid()))
        (run / "weights").mkdir(parents=True, exist_ok=True)
        files_, index = dict(saved), json.loads(saved["run.json"])
        name = rng.choice((*files_, "run.json", "run.json"))
        if name == "run.json" and rng.random() < 0.7:
            files_[name] = json.dumps(spoil_tree(index, rng), default=str).encode()
        else:
            files_[name] = spoil_bytes(files_[name], rng)
            if name != "run.json" and rng.random() < 0.5:
                for entry in (*index["weights"].values(), index["state"]):
                    if entry["file"] == name:
                        entry["sha256"] = hashlib.sha256(files_[name]).hexdigest()
                files_["run.json"] = json.dumps(index).encode()
        for each, content in files_.items():
            (run / each).write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about files that run.json does not list any more
            mm.train.load(run)

    return attempt


def own_files():
    """Give the bytes of a small saved Trace, and name -> bytes of the files of a run folder."""
    ds = mm.data.synthetic(n=24, steps=24, seed=0, modalities=2, task="classification")
    model = mm.models.build("coupled_mamba", ds.spec, width=2, layers=1, state=1)
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = mm.train.fit(model, ds, epochs=1, out=Path(name, "run"), progress=False)
        trace = mm.record(run, ds["test"], recorded_samples=1, influence=False, attribution=None)
        saved = mm.trace.save(trace, Path(name, "trace.nc")).read_bytes()
        found = [path for path in Path(name, "run").rglob("*") if path.is_file()]
        return saved, {path.relative_to(Path(name, "run")).as_posix(): path.read_bytes() for path in found}


def readers():
    """Give name -> attempt(rng): spoil one input and read it."""
    value = {"a": np.arange(6.0).reshape(2, 3), "b": ["x", 1], "c": np.array(["u", 1], dtype=object), "d": {"e": b"q"}}
    npy = io.BytesIO()
    np.save(npy, value, allow_pickle=True)
    arrays = {"train/a": np.arange(6.0), "b": np.array(["x", "yz"]), "c": np.array([True, False]), "#0": np.arange(2)}
    flat = {f"{k}.npy": member(v) for k, v in arrays.items()} | {
        "t@json.npy": member(np.frombuffer(b'["a", 1]', np.uint8))
    }
    with tempfile.TemporaryDirectory() as folder:
        write_tree(Path(folder) / "t.npz", {"x": [np.arange(3), "a"], "y": ["a", "b"], "z": {"w": 1.5}})
        tree = (Path(folder) / "t.npz").read_bytes()
    made = {
        "bytes: pickle": _byte_reader(
            lambda d: loads(d, encoding="latin1"), [pickle.dumps(value, p) for p in range(6)]
        ),
        "bytes: object npy": _byte_reader(read_object_npy, [npy.getvalue()]),
        "bytes: npz": _byte_reader(
            read_npz, [npz(c, a=np.arange(6.0), b=np.array(["x", "yz"])) for c in (False, True)]
        ),
        "bytes: tree npz": _byte_reader(read_tree, [tree]),
        "bytes: npz members": _repacked(flat),
        "bytes: mat5": _byte_reader(read_mat5, mats()),
        "bytes: hdf5": _hdf5(),
        "bytes: tar": _byte_reader(tar_members, tars()),
        "bytes: wav": _byte_reader(read_wav, [wav(50)]),
        "bytes: image": _byte_reader(read_image, [picture("PNG"), picture("JPEG", (16, 16))]),
    }
    for name in FORMATS:
        reader_of(name)  # imported once, before a process is made for some thousand inputs
    made |= {
        f"tree: {name}": _tree_reader(name, kind, frozen(tree), frozen(leaner(name, tree)))
        for name, (kind, tree) in trees().items()
    }
    made |= {
        f"files: {name}": (_hdf5_reader if name in hdf5_folders() else _file_reader)(name, seed)
        for name, (_, seed) in files().items()
    }
    trace, run = own_files()
    made |= {"own: Trace": _own_trace(trace), "own: run folder": _own_run(run)}
    return made


__all__ = [
    "FORMATS",
    "files",
    "lists_of_clips",
    "picture",
    "probed_here",
    "read_files_of",
    "read_tree_of",
    "readers",
    "trees",
    "wav",
]
