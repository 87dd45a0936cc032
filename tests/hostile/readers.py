"""Every reader with small honest inputs, so that a fuzzer can spoil them. Nothing comes from outside the repository."""

import io
import pickle
import tarfile
import tempfile
import wave
import zipfile
from pathlib import Path

import numpy as np
from mutations import spoil_bytes, spoil_tree

from mmviz.data.formats import FORMATS, detect, read_content
from mmviz.errors import MmvizError
from mmviz.io import hdf5_probe
from mmviz.io.content import Content
from mmviz.io.image import read_image
from mmviz.io.mat5 import read_mat5
from mmviz.io.members import Members, tar_members
from mmviz.io.npz import read_npz
from mmviz.io.object_npy import read_object_npy
from mmviz.io.safe_pickle import loads
from mmviz.io.tree_npz import read_tree, write_tree
from mmviz.io.wav import read_wav

RNG = np.random.default_rng(0)


def _x(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def _mmsa(n, start):
    return {
        "raw_text": [f"text {i}" for i in range(n)],
        "audio": _x(n, 3, 2),
        "vision": _x(n, 4, 3),
        "text": _x(n, 3, 4),
        "text_bert": np.ones((n, 3, 3), np.float32),
        "id": [f"v{start + i}$_$1" for i in range(n)],
        "audio_lengths": [3, 2, 1, 3][:n],
        "vision_lengths": [4, 2, 1, 3][:n],
        "annotations": ["Positive", "Negative", "Neutral", "Positive"][:n],
        "classification_labels": np.array([2.0, 0.0, 1.0, 2.0])[:n],
        "regression_labels": np.array([0.8, -1.0, 0.0, 2.0], np.float32)[:n],
    }


def trees():
    """Give name -> (kind, honest tree) of every format that is a tree."""
    n = 12
    mult = {
        s: {"text": _x(4, 3, 2), "audio": _x(4, 5, 2), "vision": _x(4, 4, 2), "labels": _x(4, 1, 1).clip(-3, 3),
            "id": np.array([[f"v{s}[{i}]".encode(), b"0", b"1"] for i in range(4)])}
        for s in ("train", "valid", "test")
    }  # fmt: skip
    misa = [
        ((np.arange(k), _x(k, 3), _x(k, 2), ["w"] * k), np.array([[0.5]], np.float32), f"v{i % 5}[{i}]")
        for i, k in enumerate([2, 3, 1, 2, 3, 1, 2, 2, 3, 1])
    ]
    bclstm = (
        _x(3, 4, 2),
        np.array([[0.0, 1, 0, 1]] * 3),
        _x(2, 4, 2),
        np.array([[0.0, 1, 0, 1]] * 2),
        4,
        [4, 3, 2],
        [2, 4],
    )
    utterance = {
        "text": _x(n, 2), "audio": _x(n, 3), "video": _x(n, 2), "text_minilm": _x(n, 4), "label_reg": _x(n).clip(-3, 3),
        "label_bin": np.arange(n) % 2, "ids": np.array([f"u{i}" for i in range(n)]), "video_index": np.arange(n) // 2,
        "split_official": np.array(["train", "train", "dev", "test"] * 3), "split_bclstm": np.array(["train", "test"] * 6),
    }  # fmt: skip
    words = {
        "vision": _x(n, 4, 2), "audio": _x(n, 4, 3), "text_minilm": _x(n, 4, 2), "lengths": np.arange(n) % 4 + 1,
        "label_reg": _x(n).clip(-3, 3), "segment": np.array([f"v{i // 2}[{i}]" for i in range(n)]),
    }  # fmt: skip
    mfn = {f"{m}_{s}": _x(4, 3, 2) for m in ("text", "audio", "video") for s in ("train", "valid", "test")}
    mfn |= {f"y_{s}": _x(4) for s in ("train", "valid", "test")}
    utd = {
        "inertial": _x(3 * 8, 6), "inertial_len": np.full(8, 3), "skeleton": _x(2 * 8, 20, 3), "skeleton_len": np.full(8, 2),
        "action": np.arange(8) % 3 + 1, "subject": np.arange(8) + 1, "trial": np.ones(8, int),
    }  # fmt: skip
    fsdd = {
        "logmel": _x(24, 4), "lengths": np.full(12, 2), "digit": np.arange(12) % 10, "speaker": np.arange(12) % 2,
        "index": np.arange(12), "speaker_names": np.array(["ann", "bob"]),
    }  # fmt: skip
    nyu = {
        "rgb": RNG.integers(0, 255, (4, 60, 80, 3), np.uint8), "depth_u8": RNG.integers(0, 255, (4, 60, 80), np.uint8),
        "label13": RNG.integers(0, 3, (4, 60, 80), np.uint8), "is_train": np.array([True, True, False, False]),
        "names13": np.array(["void", "bed", "wall"]),
    }  # fmt: skip
    mvsa = {
        "id": np.arange(n), "text_minilm": _x(n, 3), "image_x": _x(n, 2), "label": np.arange(n) % 4 - 1,
        "group": np.array(["train"] * n),
    }  # fmt: skip
    own = {
        s: {"sound": _x(4, 3, 2), "light": _x(4, 2, 1), "target": np.arange(4) % 2, "lengths": {"sound": np.array([3, 2, 1, 3])},
            "ids": [f"{s}{i}" for i in range(4)], "group": ["a", "b", "c", "d"]}
        for s in ("train", "test")
    }  # fmt: skip
    return {
        "mmsa": ("pickle", {"train": _mmsa(4, 0), "valid": _mmsa(3, 10), "test": _mmsa(3, 20)}),
        "mult": ("pickle", mult),
        "misa": ("pickle", misa),
        "bclstm": ("pickle", bclstm),
        "mosi_utterance": ("npz", utterance),
        "mosi_words": ("npz", words),
        "mfn": ("npz", mfn),
        "utd_mhad": ("npz", utd),
        "fsdd": ("npz", fsdd),
        "nyu": ("npz", nyu),
        "mvsa": ("npz", mvsa),
        "own": ("npz", own),
    }


def wav(samples=400, rate=8000):
    """Give the bytes of a small WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((RNG.normal(size=samples) * 3000).astype("<i2").tobytes())
    return file.getvalue()


def picture(kind="PNG", size=(6, 4)):
    """Give the bytes of a small picture."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(RNG.integers(0, 255, (*size, 3), np.uint8)).save(file, kind)
    return file.getvalue()


def files():
    """Give name -> honest files by name, of every format that is a folder or an archive."""
    mvsa = {f"M/data/{i}.jpg": picture("JPEG") for i in range(1, 13)}
    mvsa |= {f"M/data/{i}.txt": f"tweet {i} caf\xe9".encode("latin1" if i % 2 else "utf-8") for i in range(1, 13)}
    kinds = ("positive", "neutral", "negative")
    mvsa["M/labelResultAll.txt"] = b"ID\ttext,image\n" + b"".join(
        f"{i}\t{kinds[i % 3]},{kinds[i % 2]}\n".encode() for i in range(1, 13)
    )
    fsdd = {f"recordings/{i % 10}_{'ann' if i % 2 else 'bob'}_{i}.wav": wav() for i in range(10)}
    nyu = {
        f"{s}/{c}/{i}.png": picture(size=(6, 8))
        for s in ("train", "test")
        for c in ("office", "kitchen")
        for i in range(2)
    }
    return {"mvsa folder": ("mvsa", mvsa), "fsdd folder": ("fsdd", fsdd), "nyu_folder": ("nyu_folder", nyu)}


OPTIONS = {
    "mvsa folder": {"convention": "merged", "size": (4, 4)},
    "nyu_folder": {"size": (2, 2)},
    "nyu": {"size": (6, 8), "window": 3, "per_frame": 2},
}
VARIANTS = {
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
    content = Content(name, Path("nowhere") / name, kind, tree)
    return read_content(content, detect(content), options)


def read_files_of(name, files_, options):
    """Detect the format of some files and read them."""
    members = Members(name, {k: len(v) for k, v in files_.items()}, files_.__getitem__)
    content = Content(name, Path("nowhere") / name, "folder", None, members)
    return read_content(content, detect(content), options)


def _tree_reader(name, kind, seed):
    variants = VARIANTS.get(name, [{}])

    def attempt(rng):
        options = OPTIONS.get(name, {}) | variants[int(rng.integers(len(variants)))]
        read_tree_of(name, kind, spoil_tree(seed, rng), options)

    return attempt


def _file_reader(name, seed):
    def attempt(rng):
        spoilt = dict(seed)
        key = list(spoilt)[int(rng.integers(len(spoilt)))]
        roll = rng.random()
        if roll < 0.1:
            del spoilt[key]
        elif roll < 0.15:
            spoilt["M/data/99.jpg" if "mvsa" in name else "train/office/x.png"] = spoilt[key]
        elif "mvsa" in name and roll < 0.6:
            spoilt["M/labelResultAll.txt"] = spoil_bytes(spoilt["M/labelResultAll.txt"], rng)
        else:
            spoilt[key] = spoil_bytes(spoilt[key], rng)
        read_files_of(name, spoilt, OPTIONS.get(name, {}))

    return attempt


def _byte_reader(read, seeds):
    def attempt(rng):
        read(spoil_bytes(seeds[int(rng.integers(len(seeds)))], rng))

    return attempt


def _npz(compressed, **arrays):
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def _repacked(seed):
    """An npz whose checksums are right whatever the bytes of its members are, so that the headers get reached."""

    def attempt(rng):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as out:
            for name, raw in seed.items():
                out.writestr(name, spoil_bytes(raw, rng) if rng.random() < 0.6 else raw)
        read_tree(file.getvalue())

    return attempt


def _tar():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as out:
        for name, raw in {"a/1.txt": b"x" * 700, "a/2.txt": b""}.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            out.addfile(info, io.BytesIO(raw))
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as out:
        for name, raw in {"a/1.txt": b"x" * 700, "a/2.txt": b"y"}.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            out.addfile(info, io.BytesIO(raw))
    return [file.getvalue(), plain.getvalue()]


def _mats():
    import scipy.io

    out = []
    for compressed in (False, True):
        file = io.BytesIO()
        values = {"d_iner": RNG.normal(size=(5, 6)), "n": np.arange(3, dtype=np.uint8), "s": "text", "k": np.float32(2)}
        scipy.io.savemat(file, values, do_compression=compressed)
        out.append(file.getvalue())
    return out


def _hdf5():
    import h5py

    folder = Path(tempfile.mkdtemp(prefix="fuzz"))
    path = folder / "seed.h5"
    with h5py.File(path, "w") as file:
        file["data"] = np.arange(24.0).reshape(2, 3, 4)
        file.create_dataset("packed", data=np.zeros((8, 8), np.float32), compression="gzip", chunks=(4, 4))
        file["word"] = np.frombuffer("kitchen".encode("utf-16-le"), "u2")
        references = file.create_dataset("sceneTypes", (1,), dtype=h5py.ref_dtype)
        references[0] = file["word"].ref
    seed, target = path.read_bytes(), folder / "spoilt.h5"

    def attempt(rng):
        target.write_bytes(spoil_bytes(seed, rng))
        try:
            hdf5_probe.inspect(str(target), ["data", "packed", "sceneTypes"])
        except Exception as error:  # noqa: BLE001
            raise MmvizError(str(error)) from None  # the parent of the probe turns every such answer into a DataError

    return attempt


def readers():
    """Give name -> attempt(rng): spoil one input and read it."""
    value = {"a": np.arange(6.0).reshape(2, 3), "b": ["x", 1], "c": np.array(["u", 1], dtype=object), "d": {"e": b"q"}}
    npy = io.BytesIO()
    np.save(npy, value, allow_pickle=True)
    arrays = {"train/a": np.arange(6.0), "b": np.array(["x", "yz"]), "c": np.array([True, False]), "#0": np.arange(2)}
    flat = {f"{k}.npy": _member(v) for k, v in arrays.items()} | {
        "t@json.npy": _member(np.frombuffer(b'["a", 1]', np.uint8))
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
            read_npz, [_npz(c, a=np.arange(6.0), b=np.array(["x", "yz"])) for c in (False, True)]
        ),
        "bytes: tree npz": _byte_reader(read_tree, [tree]),
        "bytes: npz members": _repacked(flat),
        "bytes: mat5": _byte_reader(read_mat5, _mats()),
        "bytes: hdf5": _hdf5(),
        "bytes: tar": _byte_reader(tar_members, _tar()),
        "bytes: wav": _byte_reader(read_wav, [wav(50)]),
        "bytes: image": _byte_reader(read_image, [picture("PNG"), picture("JPEG", (16, 16))]),
    }
    made |= {f"tree: {name}": _tree_reader(name, kind, tree) for name, (kind, tree) in trees().items()}
    made |= {f"files: {name}": _file_reader(name, seed) for name, (_, seed) in files().items()}
    return made


def _member(array):
    file = io.BytesIO()
    np.lib.format.write_array(file, array)
    return file.getvalue()


__all__ = ["FORMATS", "files", "picture", "read_files_of", "read_tree_of", "readers", "trees", "wav"]
