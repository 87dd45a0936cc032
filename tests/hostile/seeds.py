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
    spoken = {"Ses01F_impro01": 3, "Ses02M_script01": 2, "Ses05F_impro02": 2}
    dialogue = tuple({k: f(n) for k, n in spoken.items()} for f in (
        lambda n: [f"u{i}" for i in range(n)], lambda n: ["M", "F", "M"][:n], lambda n: [0, 3, 5][:n], lambda n: [_x(4) for _ in range(n)],
        lambda n: [_x(2) for _ in range(n)], lambda n: [_x(3) for _ in range(n)], lambda n: ["yes", "no", "well"][:n],
    ))  # fmt: skip
    sarcasm = {
        s: {"text": _x(n, 3, 300), "audio": _x(n, 3, 81), "vision": _x(n, 3, 371), "labels": np.array([[1.0], [-1.0]] * 2)[:n], "id": [f"{s}{i}" for i in range(n)]}
        for s, n in (("train", 4), ("valid", 2), ("test", 2))
    }  # fmt: skip
    return {
        "dialogue_rnn": ("pickle", (*dialogue, ["Ses02M_script01", "Ses01F_impro01"], ["Ses05F_impro02"])),
        "mustard_ur_funny": ("pickle", sarcasm),
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
    if name == "mustard_ur_funny":
        return {s: {k: v[:2] for k, v in tree[s].items()} for s in ("train", "test")}
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
    old = {"mvsa folder": ("mvsa", mvsa), "fsdd folder": ("fsdd", fsdd), "nyu_folder": ("nyu_folder", nyu)}
    return old | {name: (name.split()[0], found) for name, found in {**lists_of_clips(), **hdf5_folders()}.items()}


def hdf5(tree):
    """Give the bytes of an HDF5 file with the arrays of a tree, by their paths."""
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w") as out:
        for path, x in tree.items():
            out[path] = x
    return file.getvalue()


def sequence(root, videos):
    """Give the bytes of a computational sequence: video -> (features, intervals)."""
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w") as out:
        for video, (features, intervals) in videos.items():
            out[f"{root}/data/{video}/features"] = features
            out[f"{root}/data/{video}/intervals"] = np.asarray(intervals, np.float32)
        metadata = out.create_dataset(f"{root}/metadata/root name", (1,), dtype=h5py.string_dtype())
        metadata[0] = f'"{root}"'
    return file.getvalue()


def hdf5_folders():
    """Give name -> files of every format that is a folder with HDF5 files."""
    kinds = ("Church bell", "Bark")
    rows = [f"{kinds[i % 2]}&video{i:06d}&good&{i % 3}&{5 + i % 3}\n" for i in range(8)]
    ave = {
        "Annotations.txt": "".join(rows).encode(),
        "audio_feature.h5": hdf5({"avadataset": _x(8, 10, 128)}),
        "visual_feature.h5": hdf5({"avadataset": _x(8, 10, 7, 7, 3)}),
        "mil_labels.h5": hdf5({"avadataset": np.eye(29, dtype=np.float32)[[0, 2] * 4]}),
    }
    ave |= {
        f"{s}_order.h5": hdf5({"order": np.array(r)})
        for s, r in (("train", [4, 0, 1, 5]), ("val", [2, 3]), ("test", [7, 6]))
    }
    videos = [f"v{i}" for i in range(10)]
    seconds = {v: np.arange(4.0)[:, None] + (0, 1) for v in videos}
    fine = {v: np.arange(20.0)[:, None] / 5 + (0, 0.2) for v in videos}
    sdk = {
        "CMU_X_Labels.csd": sequence("X Labels", {v: (np.array([[1.0], [-2.0]]), [[0, 2], [2, 4]]) for v in videos}),
        "words.csd": sequence(
            "words", {v: (np.array([[b"one"], [b"sp"], [b"two"], [b"three"]]), seconds[v]) for v in videos}
        ),
        "covarep.csd": sequence("X_COVAREP", {v: (_x(20, 3), fine[v]) for v in videos[1:]}),
        "facet.csd": sequence("X_FACET_4.2", {v: (_x(4, 2), seconds[v]) for v in videos}),
    }
    return {"ave": ave, "cmu_sdk": sdk}


def spectrum(steps=30, bands=4):
    """Give the bytes of a .npy file with a spectrum."""
    return member(_x(steps, bands))


def lists_of_clips():
    """Give name -> lists and media of every format that is a list of clips."""
    clips = [f"100{i % 3}_IEO_{e}_XX" for i, e in enumerate(("NEU", "HAP", "SAD", "NEU", "HAP", "SAD"))]
    clips = [c.replace("IEO", s) for c, s in zip(clips, ("IEO", "IEO", "IEO", "TIE", "TIE", "TIE"), strict=True)]
    rows = [f"{c},{c[9:12]}\r\n".encode() for c in clips]
    words = {"NEU": "Neutral", "HAP": "Happy", "SAD": "Sad"}
    cremad = {
        "train.csv": b"".join(rows[:4]),
        "test.csv": b"".join(rows[4:]),
        "stat.csv": b"\xef\xbb\xbfNEU\r\nHAP\r\n",
    }
    cremad |= {f"AudioWAV/{c}.wav": wav(2000) for c in clips} | {
        f"Image-01-FPS/{c}/00001.jpg": picture("JPEG") for c in clips
    }
    mla_rows = [f"{c}.flv {words[c[9:12]]}\n".encode() for c in clips]
    cremad_mla = {"data/my_train_cre.txt": b"".join(mla_rows[2:]), "data/my_test_cre.txt": b"".join(mla_rows[:2])}
    cremad_mla |= {f"audio/train_fbank/{c}.npy": spectrum() for c in clips}
    sounds = [(f"-_a{i}bcdEF_{i}_00005{i}_00006{i}"[-25:], i % 3) for i in range(4)]
    tests = [(f"zz{i}bcdEF_-{i}_{i}", i) for i in range(2)]
    kinetics = {
        "my_train.txt": "".join(f"{c},10,{k}\r\n" for c, k in sounds).encode(),
        "my_test.txt": "".join(f"{c},10,{k}\r\n" for c, k in tests).encode(),
    }
    kinetics |= {f"train_spec/{c}.npy": spectrum() for c, _ in (*sounds, *tests)}
    kinetics |= {f"visual/{c}/frame_0000{k}.jpg": picture("JPEG") for c, _ in (*sounds, *tests) for k in (1, 2)}
    vgg_rows = [("---g-f_I2y1", 1, "people, marching", "test"), ("--0PQM4-hq2", 30, "dog", "test")]
    vgg_rows += [
        (f"{v}x", t + 1, label, "train")
        for v, t, label, _ in [("-B2n4RK5x_", 0, "dog", ""), ("_B2n4RK5x-", 7, "people, marching", "")]
    ]
    vggsound = {"vggsound.csv": "".join(f'{v},{t},"{label}",{s}\n' for v, t, label, s in vgg_rows).encode()}
    vggsound |= {f"wav/{v}_{t}.wav": wav(2000) for v, t, _, _ in vgg_rows[:2]}
    vggsound |= {f"wav/{v}_{t:06d}.wav": wav(2000) for v, t, _, _ in vgg_rows[2:]}
    actions = [f"v_{a}_g0{g}_c01" for a in ("Archery", "Biking") for g in (1, 8, 9)]
    listed = [f"{c[2:].split('_')[0]}/{c}.avi" for c in actions]
    ucf101 = {
        "lists/classInd.txt": b"1 Archery\n2 Biking\n",
        "lists/trainlist01.txt": "".join(f"{r} {1 + ('Biking' in r)}\n" for r in listed if "g01" not in r).encode(),
        "lists/testlist01.txt": "".join(f"{r}\n" for r in listed if "g01" in r).encode(),
    }
    for c in actions:
        ucf101 |= {
            f"{d}/{c}/frame00000{k}.jpg": picture("JPEG") for d in ("visual", "flow/u", "flow/v") for k in (1, 2)
        }
    dishes = [
        (f"{d}_{i}", d, f"The best {t} {i}, ever")
        for i in range(3)
        for d, t in (("apple_pie", "apple pie"), ("ramen", "soup"))
    ]
    food101 = {
        "texts/train_titles.csv": "".join(f'{n}.jpg,"{t}",{d}\n' for n, d, t in dishes[:4]).encode(),
        "texts/test_titles.csv": "".join(f'{n}.jpg,"{t}",{d}\n' for n, d, t in dishes[4:]).encode(),
    }
    food101 |= {
        f"images/{'train' if i < 4 else 'test'}/{d}/{n}.jpg": picture("JPEG") for i, (n, d, _) in enumerate(dishes)
    }
    kinds = ("positive", "neutral", "negative")
    mvsa = {
        "my_train_mvsa.txt": "".join(f"{i}.jpg {kinds[i % 3]}\n" for i in range(4)).encode(),
        "my_test_mvsa.txt": "".join(f"{i}.jpg {kinds[i % 3]}\n" for i in range(4, 6)).encode(),
    }
    mvsa |= {f"data/{i}.jpg": picture("JPEG") for i in range(6)} | {
        f"data/{i}.txt": f"tweet {i}".encode() for i in range(6)
    }
    said = [
        f"Ses0{1 + i % 5}F_impro01_{'FM'[i % 2]}00{i}.mp4 [split|sign] word {i} [split|sign] {'Sad' if i % 3 else 'Happy'}\n"
        for i in range(10)
    ]
    iemocap = {"my_train_iemo.txt": "".join(said[:6]).encode(), "my_test_iemo.txt": "".join(said[6:]).encode()}
    return {
        "cremad": cremad, "cremad lists of MLA": cremad_mla, "kinetics_sounds": kinetics, "vggsound": vggsound, "ucf101": ucf101,
        "food101": food101, "mvsa_mla": mvsa, "iemocap_mla": iemocap,
    }  # fmt: skip


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
