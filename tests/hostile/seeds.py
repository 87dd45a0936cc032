"""Small honest inputs of every reader. Nothing comes from outside the repository; what is spoilt is structure, so few samples do."""

import io
import tarfile
import wave

import numpy as np

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
        "rgb": RNG.integers(0, 255, (4, 12, 16, 3), np.uint8), "depth_u8": RNG.integers(0, 255, (4, 12, 16), np.uint8),
        "label13": RNG.integers(0, 3, (4, 12, 16), np.uint8), "is_train": np.array([True, True, False, False]),
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
        "named_arrays": ("npz", own),
    }


def leaner(name, tree):
    """Give the same layout with fewer samples, splits and modalities, where that is less to read."""
    if name == "mmsa":
        return {s: {k: v[:2] for k, v in tree[s].items() if "vision" not in k} for s in ("train", "test")}
    if name == "mult":
        return {s: {k: v[:2] for k, v in tree[s].items() if k != "vision"} for s in ("train", "test")}
    if name == "misa":
        return tree[:7]
    if name == "mosi_words":
        return {k: v[:10:2] for k, v in tree.items()}
    if name == "mfn":
        return {k: v[:2] for k, v in tree.items() if "video" not in k}
    if name == "named_arrays":
        less = {s: {k: v[:2] for k, v in part.items() if k not in ("light", "lengths")} for s, part in tree.items()}
        return {s: part | {"lengths": {"sound": np.array([3, 2])}} for s, part in less.items()}
    return tree


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
    mvsa = {f"M/data/{i}.jpg": picture("JPEG") for i in range(2, 5)}
    mvsa |= {f"M/data/{i}.txt": f"tweet {i} caf\xe9".encode("latin1" if i % 2 else "utf-8") for i in range(2, 5)}
    kinds = ("positive", "neutral", "negative")
    mvsa["M/labelResultAll.txt"] = b"ID\ttext,image\n" + b"".join(
        f"{i}\t{kinds[i % 3]},{kinds[i % 2]}\n".encode() for i in range(2, 5)
    )
    fsdd = {f"recordings/{i % 10}_{'ann' if i % 2 else 'bob'}_{i}.wav": wav(280) for i in range(4, 7)}
    nyu = {
        f"{s}/{c}/{i}.png": picture(size=(6, 8))
        for s in ("train", "test")
        for c in ("office", "kitchen")
        for i in range(1)
    }
    return {"mvsa folder": ("mvsa", mvsa), "fsdd folder": ("fsdd", fsdd), "nyu_folder": ("nyu_folder", nyu)}


def npz(compressed, **arrays):
    """Give the bytes of a .npz file."""
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def tars():
    """Give a gzipped and a plain archive."""
    return [_tar("w:gz", b""), _tar("w", b"y")]


def _tar(mode, second):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as out:
        for name, raw in {"a/1.txt": b"x" * 700, "a/2.txt": second}.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            out.addfile(info, io.BytesIO(raw))
    return file.getvalue()


def mats():
    """Give a plain and a compressed MATLAB 5 file."""
    import scipy.io

    out = []
    for compressed in (False, True):
        file = io.BytesIO()
        values = {"d_iner": RNG.normal(size=(5, 6)), "n": np.arange(3, dtype=np.uint8), "s": "text", "k": np.float32(2)}
        scipy.io.savemat(file, values, do_compression=compressed)
        out.append(file.getvalue())
    return out


def hdf5s():
    """Give two HDF5 files: plain and packed numbers, and references to text."""
    import h5py

    numbers, words = io.BytesIO(), io.BytesIO()
    with h5py.File(numbers, "w") as file:
        file["data"] = np.arange(24.0).reshape(2, 3, 4)
        file.create_dataset("packed", data=np.zeros((8, 8), np.float32), compression="gzip", chunks=(4, 4))
    with h5py.File(words, "w") as file:
        file["word"] = np.frombuffer("kitchen".encode("utf-16-le"), "u2")
        references = file.create_dataset("sceneTypes", (1,), dtype=h5py.ref_dtype)
        references[0] = file["word"].ref
    return [numbers.getvalue(), words.getvalue()]


def member(array):
    """Give the bytes of a .npy file."""
    file = io.BytesIO()
    np.lib.format.write_array(file, array)
    return file.getvalue()
